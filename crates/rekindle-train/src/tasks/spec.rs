//! Reading what a run stored of its data: a file that somebody may have touched.

use super::{ForecastSpec, SeriesSpec, Spec, TaskConfig, TextSpec};
use crate::data::scaler::Scaler;
use serde::de::DeserializeOwned;
use serde_json::Value;

impl Spec {
    /// Reads the specification of a task, and checks that its numbers fit together.
    ///
    /// # Errors
    ///
    /// Names the key and what is wrong with it.
    pub(crate) fn read(bytes: &[u8], task: &TaskConfig) -> Result<Spec, String> {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let kind = value["kind"].as_str().ok_or("`kind` is missing")?;
        let spec = match kind {
            "language_model" => Spec::LanguageModel(keys(&value)?),
            "classify_text" => Spec::ClassifyText(keys(&value)?),
            "classify_series" => Spec::ClassifySeries(keys(&value)?),
            "forecast" => Spec::Forecast(keys(&value)?),
            "adding" => Spec::Adding,
            "copy" => Spec::Copy,
            other => return Err(format!("kind = {other:?} is no task")),
        };
        if task.shape(&spec).is_none() {
            return Err(format!(
                "kind = {kind:?} is another task than that of config.toml"
            ));
        }
        match &spec {
            // One symbol at least can be written.
            Spec::LanguageModel(spec) if spec.vocabulary.len() < 2 => {
                Err("vocabulary.symbols holds no symbol but `<unk>`".into())
            }
            Spec::ClassifyText(TextSpec { classes, cut, .. }) => {
                some("classes", classes)?;
                one_of_each("cut", cut.classes(), classes.len(), "classes")
            }
            Spec::ClassifySeries(SeriesSpec {
                classes,
                channels,
                scaler,
                cut,
            }) => {
                some("classes", classes)?;
                one_of_each("cut", cut.classes(), classes.len(), "classes")?;
                scales(scaler, *channels, "channels")
            }
            Spec::Forecast(ForecastSpec {
                columns,
                targets,
                scaler,
                steps,
            }) => {
                some("columns", columns)?;
                some("targets", targets)?;
                if let Some(target) = targets.iter().find(|&&target| target >= columns.len()) {
                    return Err(format!(
                        "targets holds {target}, where columns are numbered from 0 to {}",
                        columns.len() - 1
                    ));
                }
                one_of_each("steps", steps.len(), targets.len(), "targets")?;
                // 0 is that of a target which never changes.
                if let Some(step) = steps.iter().find(|&&step| step < 0.0) {
                    return Err(format!("steps holds {step}, where 0 or more is needed"));
                }
                scales(scaler, columns.len(), "columns")
            }
            Spec::LanguageModel(_) | Spec::Adding | Spec::Copy => Ok(()),
        }?;
        Ok(spec)
    }
}

/// The keys of one kind, with the path of the first that is wrong.
fn keys<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| format!("{}: {}", error.path(), error.inner()))
}

/// There is something that a list of names stands for.
fn some<T>(key: &str, names: &[T]) -> Result<(), String> {
    match names {
        [] => Err(format!("`{key}` is empty, where at least one is needed")),
        _ => Ok(()),
    }
}

/// A list has an entry for each of some things.
fn one_of_each(key: &str, entries: usize, things: usize, of: &str) -> Result<(), String> {
    match entries == things {
        true => Ok(()),
        false => Err(format!("{key} holds {entries} numbers for {things} {of}")),
    }
}

/// A scaler has a mean and a spread of each column, by which it can divide.
fn scales(scaler: &Scaler, columns: usize, of: &str) -> Result<(), String> {
    if columns == 0 {
        return Err(format!("{of} = 0: there is nothing to read"));
    }
    for (key, numbers) in [("scaler.mean", &scaler.mean), ("scaler.std", &scaler.std)] {
        one_of_each(key, numbers.len(), columns, of)?;
        if let Some(number) = numbers.iter().find(|number| !number.is_finite()) {
            return Err(format!("{key} holds {number}, which is no number"));
        }
    }
    match scaler.std.iter().find(|&&std| std <= 0.0) {
        Some(std) => Err(format!(
            "scaler.std holds {std}, where more than 0 is needed"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORECAST: &str = r#"{"kind":"forecast","columns":["a","b"],"targets":[1],"scaler":{"mean":[0,0.5],"std":[1,2]},"steps":[0.25]}"#;
    const SERIES: &str = r#"{"kind":"classify_series","classes":["x","y"],"channels":1,"scaler":{"mean":[0],"std":[1]},"cut":[{"test":1,"valid":2},{"test":3,"valid":3}]}"#;
    const TEXT: &str = r#"{"kind":"classify_text","vocabulary":{"unit":"word","symbols":["<unk>","a"]},"classes":["x","y"],"cut":[{"test":1,"valid":2},{"test":3,"valid":3}]}"#;
    const LANGUAGE: &str =
        r#"{"kind":"language_model","vocabulary":{"unit":"char","symbols":["<unk>","a"]}}"#;

    fn task(spec: &str) -> TaskConfig {
        let keys = match spec {
            FORECAST => "kind = \"forecast\"\nfile = \"a.csv\"",
            SERIES => "kind = \"classify_series\"\ntrain = \"a.ts\"",
            TEXT => "kind = \"classify_text\"\ntrain = \"a.tsv\"",
            _ => "kind = \"language_model\"\nfile = \"a.txt\"",
        };
        toml::from_str(keys).expect("a task")
    }

    #[test]
    fn what_training_writes_is_read() {
        for spec in [FORECAST, SERIES, TEXT, LANGUAGE] {
            Spec::read(spec.as_bytes(), &task(spec)).expect("sound");
        }
    }

    #[test]
    fn what_is_damaged_is_named_by_its_key() {
        for (spec, from, to, words) in [
            (
                FORECAST,
                "[0.25]",
                "[]",
                &["steps holds 0 numbers for 1 targets"][..],
            ),
            (FORECAST, "[0.25]", "[-0.25]", &["steps holds -0.25"]),
            (
                TEXT,
                ",{\"test\":3,\"valid\":3}",
                "",
                &["cut holds 1 numbers for 2 classes"],
            ),
            (
                FORECAST,
                "[0,0.5]",
                "[0]",
                &["scaler.mean", "1 numbers for 2 columns"][..],
            ),
            (
                FORECAST,
                "[1,2]",
                "[]",
                &["scaler.std", "0 numbers for 2 columns"],
            ),
            (
                FORECAST,
                "[1,2]",
                "[1,2,3]",
                &["scaler.std", "3 numbers for 2 columns"],
            ),
            (FORECAST, "[1,2]", "[0,0]", &["scaler.std holds 0"]),
            (FORECAST, "[1,2]", "[1,-2]", &["scaler.std holds -2"]),
            (FORECAST, "[0,0.5]", "[0,null]", &["scaler.mean[1]", "null"]),
            (FORECAST, "[0,0.5]", "[0,1e999]", &["number out of range"]),
            (
                FORECAST,
                r#"{"mean":[0,0.5],"std":[1,2]}"#,
                "{}",
                &["scaler", "mean"],
            ),
            (
                FORECAST,
                r#","scaler":{"mean":[0,0.5],"std":[1,2]}"#,
                "",
                &["scaler"],
            ),
            (
                FORECAST,
                "\"targets\":[1]",
                "\"targets\":[0,99]",
                &["targets holds 99", "0 to 1"],
            ),
            (
                FORECAST,
                "\"targets\":[1]",
                "\"targets\":[]",
                &["`targets` is empty"],
            ),
            (
                FORECAST,
                "\"targets\":[1]",
                "\"targets\":[-1]",
                &["targets[0]", "-1"],
            ),
            (FORECAST, r#"["a","b"]"#, "[]", &["`columns` is empty"]),
            (
                FORECAST,
                r#"["a","b"]"#,
                r#"["a"]"#,
                &["targets holds 1", "0 to 0"],
            ),
            (FORECAST, r#"["a","b"]"#, "7", &["columns", "7"]),
            (
                FORECAST,
                "forecast",
                "adding",
                &["kind = \"adding\"", "config.toml"],
            ),
            (
                FORECAST,
                "forecast",
                "poetry",
                &["kind = \"poetry\"", "no task"],
            ),
            (
                FORECAST,
                "\"kind\":\"forecast\",",
                "",
                &["`kind` is missing"],
            ),
            (FORECAST, "[0.25]}", "[0.25]", &["EOF"]),
            (
                SERIES,
                "\"channels\":1",
                "\"channels\":2",
                &["scaler.mean", "1 numbers for 2 channels"],
            ),
            (
                SERIES,
                "\"channels\":1",
                "\"channels\":0",
                &["channels = 0"],
            ),
            (SERIES, r#"["x","y"]"#, "[]", &["`classes` is empty"]),
            (
                SERIES,
                "\"std\":[1]",
                "\"std\":[0]",
                &["scaler.std holds 0"],
            ),
            (TEXT, r#"["x","y"]"#, "[]", &["`classes` is empty"]),
            (
                TEXT,
                r#"["<unk>","a"]"#,
                r#"["a"]"#,
                &["vocabulary", "`<unk>`"],
            ),
            (
                LANGUAGE,
                r#"["<unk>","a"]"#,
                r#"["<unk>"]"#,
                &["vocabulary.symbols"],
            ),
            (
                LANGUAGE,
                r#"["<unk>","a"]"#,
                r#"["<unk>","a","a"]"#,
                &["vocabulary", "twice"],
            ),
            (LANGUAGE, "char", "letter", &["vocabulary", "letter"]),
        ] {
            assert!(spec.contains(from), "{from}");
            let damaged = spec.replacen(from, to, 1);
            let what = Spec::read(damaged.as_bytes(), &task(spec)).expect_err(&damaged);
            for word in words {
                assert!(
                    what.contains(word),
                    "{damaged}: `{word}` is not in `{what}`"
                );
            }
        }
    }
}
