//! What a run writes down while it is trained: `metrics.jsonl`, and the same in other forms where the config asks for them.

mod csv;
mod tensorboard;

use super::directory::RunDir;
use crate::{
    config::training::MetricsForm,
    error::{Error, Result},
    files,
};
use serde::Serialize;
use serde_json::Value;

/// The log of a run that is being trained.
pub(crate) struct Journal<'r> {
    run: &'r RunDir,
    forms: Vec<Box<dyn Form>>,
}

/// Another form of the log. Each is made of `metrics.jsonl` when a run begins or goes on, and lost with nothing.
trait Form {
    /// Takes a line behind those that it was made of.
    fn add(&mut self, run: &RunDir, line: &Line) -> Result<()>;
}

/// A line of `metrics.jsonl`: an interval of training, or an evaluation.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    step: u64,
    numbers: Vec<Number>,
}

/// A figure by its name.
#[derive(Clone, Debug, PartialEq)]
struct Number {
    name: String,
    /// What it is a figure of, where a figure of another part has the same name.
    part: Option<&'static str>,
    value: f64,
}

impl<'r> Journal<'r> {
    /// The log of a run, in these forms as well.
    ///
    /// # Errors
    ///
    /// If one cannot be written.
    pub(crate) fn open(run: &'r RunDir, forms: &[MetricsForm]) -> Result<Self> {
        let lines = match forms.is_empty() {
            true => Vec::new(),
            false => Line::all(run)?,
        };
        let made = forms.iter().map(|form| -> Result<Box<dyn Form>> {
            Ok(match form {
                MetricsForm::Csv => Box::new(csv::Table::new(run, &lines)?),
                MetricsForm::Tensorboard => Box::new(tensorboard::Events::new(run, &lines)?),
            })
        });
        Ok(Journal {
            run,
            forms: made.collect::<Result<_>>()?,
        })
    }

    /// Writes down an interval or an evaluation.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(crate) fn add(&mut self, record: &impl Serialize) -> Result<()> {
        self.run.log(record)?;
        if self.forms.is_empty() {
            return Ok(());
        }
        let value = serde_json::to_value(record)
            .map_err(|e| Error::fault(format!("cannot write this as JSON: {e}")))?;
        let line = Line::of(&value);
        let mut forms = self.forms.iter_mut();
        forms.try_for_each(|form| form.add(self.run, &line))
    }
}

impl Line {
    /// Every line of a run's log.
    fn all(run: &RunDir) -> Result<Vec<Line>> {
        let path = run.metrics();
        if !path.exists() {
            return Ok(Vec::new());
        }
        let bytes = files::read(&path)?;
        let lines = bytes.split(|&b| b == b'\n');
        let values = lines.filter_map(|line| serde_json::from_slice(line).ok());
        Ok(values.map(|value: Value| Line::of(&value)).collect())
    }

    fn of(value: &Value) -> Line {
        let mut numbers = Vec::new();
        let mut add = |name: &str, part, value: &Value| {
            // What is no number in JSON is written as a word.
            let word = || value.as_str().and_then(|word| word.parse().ok());
            numbers.extend(value.as_f64().or_else(word).map(|value| Number {
                name: name.to_owned(),
                part,
                value,
            }));
        };
        for (key, value) in value.as_object().into_iter().flatten() {
            let figures = match value {
                Value::Array(all) => all.as_slice(),
                one => std::slice::from_ref(one),
            };
            match key.as_str() {
                "step" | "steps" => {}
                "loss" => add("loss", Some("train"), value),
                "valid_loss" => add("loss", Some("valid"), value),
                "metric" | "valid" => {
                    let part = if key == "valid" { "valid" } else { "train" };
                    for figure in figures {
                        let name = figure["name"].as_str().unwrap_or_default();
                        add(name, Some(part), &figure["value"]);
                    }
                }
                key => add(key, None, value),
            }
        }
        Line {
            step: value["step"].as_u64().unwrap_or_default(),
            numbers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_line_is_its_numbers() {
        let number = |name: &str, part, value| Number {
            name: name.into(),
            part,
            value,
        };
        let interval = json!({ "step": 4, "steps": 9, "loss": 0.5, "metric": { "name": "perplexity", "value": 2.5 } });
        assert_eq!(
            Line::of(&interval),
            Line {
                step: 4,
                numbers: vec![
                    number("loss", Some("train"), 0.5),
                    number("perplexity", Some("train"), 2.5)
                ],
            }
        );
        let evaluation = json!({ "step": 5, "valid": [{ "name": "MAE", "value": "inf" }, { "name": "RMSE", "value": 3 }], "valid_loss": 1.0 });
        let numbers = Line::of(&evaluation).numbers;
        assert_eq!(
            numbers,
            [
                number("MAE", Some("valid"), f64::INFINITY),
                number("RMSE", Some("valid"), 3.0),
                number("loss", Some("valid"), 1.0)
            ]
        );
    }
}
