//! Predictions as a file.

use crate::{
    error::{Error, Result},
    tasks::prediction::{Predicted, Prediction, Truth},
};
use std::path::Path;

/// How predictions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// A JSON value a line.
    JsonLines,
    /// A table: a row a prediction with a column a class, or a row a value that is forecast, or a word that is tagged.
    Csv,
}

impl Written {
    /// As a file's ending says: `.csv`, or otherwise JSON.
    pub fn of(path: &Path) -> Written {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("csv") => Written::Csv,
            _ => Written::JsonLines,
        }
    }

    /// The content of the file.
    ///
    /// # Errors
    ///
    /// If it cannot be written so, which is a defect.
    pub fn text(self, predictions: &[Predicted]) -> Result<String> {
        match self {
            Written::JsonLines => predictions.iter().map(line).collect(),
            Written::Csv => csv(predictions, true),
        }
    }

    /// What goes on behind such content.
    ///
    /// # Errors
    ///
    /// If it cannot be written so, which is a defect.
    pub fn more(self, predictions: &[Predicted]) -> Result<String> {
        match self {
            Written::JsonLines => self.text(predictions),
            Written::Csv => csv(predictions, false),
        }
    }
}

fn line(prediction: &Predicted) -> Result<String> {
    let json = serde_json::to_string(prediction);
    json.map(|text| text + "\n")
        .map_err(|error| Error::fault(format!("a prediction cannot be written as JSON: {error}")))
}

/// The columns that say which prediction it is, where something does, then what it says, then what was right where that is known of one.
fn csv(predictions: &[Predicted], with_head: bool) -> Result<String> {
    let failed = |error: &dyn std::fmt::Display| {
        Error::fault(format!("a prediction cannot be written as CSV: {error}"))
    };
    let mut table = csv::Writer::from_writer(Vec::new());
    let known = predictions.iter().any(|one| one.truth.is_some());
    let numbered = predictions.iter().any(|one| one.row.is_some());
    let names = predictions.iter().any(|one| one.id.is_some());
    let files = predictions.iter().any(|one| one.file.is_some());
    if let (Some(first), true) = (predictions.first(), with_head) {
        let mut head = head(&first.prediction);
        head.splice(1..1, names.then(|| "id".to_owned()));
        head.drain(..usize::from(!numbered));
        head.splice(0..0, files.then(|| "file".to_owned()));
        head.extend(known.then(|| "truth".to_owned()));
        table.write_record(head).map_err(|e| failed(&e))?;
    }
    for one in predictions {
        for mut row in rows(one) {
            row.truncate(row.len() - usize::from(!known));
            row.splice(1..1, names.then(|| one.id.clone().unwrap_or_default()));
            row.drain(..usize::from(!numbered));
            row.splice(0..0, files.then(|| one.file.clone().unwrap_or_default()));
            table.write_record(row).map_err(|e| failed(&e))?;
        }
    }
    let bytes = table.into_inner().map_err(|e| failed(&e))?;
    String::from_utf8(bytes).map_err(|e| failed(&e))
}

fn head(prediction: &Prediction) -> Vec<String> {
    let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
    match prediction {
        Prediction::Class { probabilities, .. } => {
            let mut head: Vec<String> = names(&["row", "class"]);
            head.extend(probabilities.iter().map(|(class, _)| format!("p({class})")));
            head
        }
        Prediction::Tags { .. } => names(&["row", "word", "tag"]),
        Prediction::Text { .. } => names(&["row", "text"]),
        Prediction::Number { .. } => names(&["row", "value"]),
        Prediction::Values { quantiles, .. } => {
            let mut head = names(&["row", "after", "column", "step", "time", "value"]);
            head.extend(quantiles.iter().map(|(level, _)| format!("q({level})")));
            head
        }
        Prediction::Anomaly { .. } => names(&["row", "from", "to", "error", "score", "anomaly"]),
        Prediction::Next { .. } => names(&["row", "read", "bits", "next", "probability"]),
    }
}

/// The rows of a prediction, each with what was right at its end, empty where that is not known.
fn rows(one: &Predicted) -> Vec<Vec<String>> {
    let number = one.row.map(|row| row.to_string()).unwrap_or_default();
    match &one.prediction {
        Prediction::Class {
            class,
            probabilities,
        } => {
            let mut row = vec![number, class.clone()];
            row.extend(probabilities.iter().map(|(_, p)| p.to_string()));
            row.push(match &one.truth {
                Some(Truth::Class(class)) => class.clone(),
                _ => String::new(),
            });
            vec![row]
        }
        Prediction::Tags { words, tags } => {
            let truth = |at: usize| match &one.truth {
                Some(Truth::Tags(truth)) => truth[at].clone(),
                _ => String::new(),
            };
            let row = |(at, (word, tag)): (usize, (&String, &String))| {
                vec![number.clone(), word.clone(), tag.clone(), truth(at)]
            };
            words.iter().zip(tags).enumerate().map(row).collect()
        }
        Prediction::Text { text, .. } => {
            let truth = match &one.truth {
                Some(Truth::Text(truth)) => truth.clone(),
                _ => String::new(),
            };
            vec![vec![number, text.clone(), truth]]
        }
        Prediction::Number { value } => {
            let truth = match one.truth {
                Some(Truth::Number(truth)) => truth.to_string(),
                _ => String::new(),
            };
            vec![vec![number, value.to_string(), truth]]
        }
        Prediction::Values {
            column,
            values,
            quantiles,
        } => {
            let truth = |step: usize| match &one.truth {
                Some(Truth::Values(truth)) => truth[step].to_string(),
                _ => String::new(),
            };
            let row = |(step, value): (usize, &f64)| {
                let mut row = vec![
                    number.clone(),
                    one.after.clone().unwrap_or_default(),
                    column.clone(),
                    (step + 1).to_string(),
                    one.times.get(step).cloned().unwrap_or_default(),
                    value.to_string(),
                ];
                row.extend(quantiles.iter().map(|(_, values)| values[step].to_string()));
                row.push(truth(step));
                row
            };
            values.iter().enumerate().map(row).collect()
        }
        Prediction::Anomaly {
            from,
            to,
            error,
            score,
            anomaly,
        } => {
            let truth = match one.truth {
                Some(Truth::Anomaly(truth)) => truth.to_string(),
                _ => String::new(),
            };
            let score = score.map(|score| score.to_string());
            let anomaly = anomaly.map(|anomaly| anomaly.to_string());
            vec![vec![
                number,
                from.clone(),
                to.clone(),
                error.to_string(),
                score.unwrap_or_default(),
                anomaly.unwrap_or_default(),
                truth,
            ]]
        }
        Prediction::Next {
            read,
            bits,
            next,
            probability,
        } => {
            let bits = bits.map(|bits| bits.to_string()).unwrap_or_default();
            let said = [
                number,
                read.clone(),
                bits,
                next.clone(),
                probability.to_string(),
            ];
            vec![[said.as_slice(), &[String::new()]].concat()]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(row: usize) -> Predicted {
        let said = Prediction::Class {
            class: "a, b".into(),
            probabilities: vec![("a, b".into(), 0.75), ("c".into(), 0.25)],
        };
        said.of_row(row)
    }

    #[test]
    fn classes_are_a_row_each() {
        let known = Predicted {
            truth: Some(Truth::Class("c".into())),
            ..class(2)
        };
        let text = Written::Csv.text(&[class(1)]).expect("a table");
        assert_eq!(text, "row,class,\"p(a, b)\",p(c)\n1,\"a, b\",0.75,0.25\n");
        let text = Written::Csv
            .text(&[class(1), known.clone()])
            .expect("a table");
        assert!(text.ends_with("0.25,\n2,\"a, b\",0.75,0.25,c\n"), "{text}");
        let text = Written::JsonLines.text(&[known]).expect("JSON");
        assert_eq!(
            text,
            "{\"row\":2,\"class\":\"a, b\",\"probabilities\":[[\"a, b\",0.75],[\"c\",0.25]],\"truth\":\"c\"}\n"
        );
    }

    #[test]
    fn numbers_are_a_row_each() {
        let said = Prediction::Number { value: 1.5 }.of_row(1);
        let known = Predicted {
            truth: Some(Truth::Number(2.0)),
            ..said.clone()
        };
        let text = |all: &[Predicted], written: Written| written.text(all).expect("written");
        assert_eq!(
            text(std::slice::from_ref(&said), Written::Csv),
            "row,value\n1,1.5\n"
        );
        assert_eq!(
            text(std::slice::from_ref(&known), Written::Csv),
            "row,value,truth\n1,1.5,2\n"
        );
        assert_eq!(
            text(&[known], Written::JsonLines),
            "{\"row\":1,\"value\":1.5,\"truth\":2.0}\n"
        );
    }

    #[test]
    fn tags_are_a_row_a_word() {
        let words = ["to", "Ur"].map(String::from).to_vec();
        let tags = ["O", "B-LOC"].map(String::from).to_vec();
        let said = Prediction::Tags { words, tags }.of_row(7);
        let text = |all: &[Predicted], written: Written| written.text(all).expect("written");
        assert_eq!(
            text(std::slice::from_ref(&said), Written::Csv),
            "row,word,tag\n7,to,O\n7,Ur,B-LOC\n"
        );
        let truth = ["O", "O"].map(String::from).to_vec();
        let known = Predicted {
            truth: Some(Truth::Tags(truth)),
            ..said
        };
        assert_eq!(
            text(std::slice::from_ref(&known), Written::Csv),
            "row,word,tag,truth\n7,to,O,O\n7,Ur,B-LOC,O\n"
        );
        assert_eq!(
            text(&[known], Written::JsonLines),
            "{\"row\":7,\"words\":[\"to\",\"Ur\"],\"tags\":[\"O\",\"B-LOC\"],\"truth\":[\"O\",\"O\"]}\n"
        );
    }

    #[test]
    fn forecasts_are_a_row_a_value() {
        let said = Prediction::Values {
            column: "x".into(),
            values: vec![1.5, 2.0],
            quantiles: Vec::new(),
        };
        let with = Prediction::Values {
            column: "x".into(),
            values: vec![1.5],
            quantiles: vec![(0.1, vec![1.0]), (0.5, vec![1.5])],
        };
        assert_eq!(
            Written::Csv.text(&[with.clone().into()]).expect("a table"),
            "after,column,step,time,value,q(0.1),q(0.5)\n,x,1,,1.5,1,1.5\n"
        );
        assert_eq!(
            Written::JsonLines.text(&[with.into()]).expect("JSON"),
            "{\"column\":\"x\",\"values\":[1.5],\"quantiles\":[[0.1,[1.0]],[0.5,[1.5]]]}\n"
        );
        let one = Predicted {
            after: Some("Mon".into()),
            times: vec!["Tue".into(), "Wed".into()],
            truth: Some(Truth::Values(vec![1.0, 2.5])),
            ..said.clone().of_row(1)
        };
        let named = Predicted {
            id: Some("a, b".into()),
            ..said.clone().into()
        };
        let text = Written::Csv.text(&[named]).expect("a table");
        assert!(
            text.starts_with("id,after,column") && text.contains("\n\"a, b\",,x,1,,1.5\n"),
            "{text}"
        );
        let head = "after,column,step,time,value";
        assert_eq!(
            Written::Csv.text(&[one]).expect("a table"),
            format!("row,{head},truth\n1,Mon,x,1,Tue,1.5,1\n1,Mon,x,2,Wed,2,2.5\n")
        );
        assert_eq!(
            Written::Csv.text(&[said.clone().into()]).expect("a table"),
            format!("{head}\n,x,1,,1.5\n,x,2,,2\n")
        );
        assert_eq!(
            Written::JsonLines.text(&[said.into()]).expect("JSON"),
            "{\"column\":\"x\",\"values\":[1.5,2.0]}\n"
        );
    }

    #[test]
    fn anomalies_are_a_row_a_window() {
        let said = Prediction::Anomaly {
            from: "Mon".into(),
            to: "Tue".into(),
            error: 0.5,
            score: Some(2.0),
            anomaly: Some(true),
        }
        .of_row(3);
        assert_eq!(
            Written::Csv
                .text(std::slice::from_ref(&said))
                .expect("a table"),
            "row,from,to,error,score,anomaly\n3,Mon,Tue,0.5,2,true\n"
        );
        let known = Predicted {
            truth: Some(Truth::Anomaly(false)),
            ..said
        };
        assert_eq!(
            Written::JsonLines.text(&[known]).expect("JSON"),
            "{\"row\":3,\"from\":\"Mon\",\"to\":\"Tue\",\"error\":0.5,\"score\":2.0,\"anomaly\":true,\"truth\":false}\n"
        );
    }

    #[test]
    fn what_goes_on_has_no_head_again() {
        let said = Prediction::Next {
            read: ",".into(),
            bits: None,
            next: "b".into(),
            probability: 0.5,
        };
        let one = [said.of_row(3)];
        assert_eq!(
            Written::Csv.text(&one).expect("a table"),
            "row,read,bits,next,probability\n3,\",\",,b,0.5\n"
        );
        assert_eq!(Written::Csv.more(&one).expect("a row"), "3,\",\",,b,0.5\n");
        assert_eq!(
            Written::JsonLines.more(&one).expect("JSON"),
            "{\"row\":3,\"read\":\",\",\"next\":\"b\",\"probability\":0.5}\n"
        );
    }

    #[test]
    fn the_ending_says_how() {
        for (name, written) in [
            ("a.csv", Written::Csv),
            ("a.CSV", Written::Csv),
            ("a.jsonl", Written::JsonLines),
            ("-", Written::JsonLines),
        ] {
            assert_eq!(Written::of(Path::new(name)), written, "{name}");
        }
    }
}
