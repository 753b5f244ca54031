//! serde's messages in the words of a config file: the key, the value, the choices.

use serde::de::Unexpected;
use serde_path_to_error::Path;
use toml::Value;

use super::{foreign, site::Site};
use rekindle::engine::suggest;

/// Rewords what serde said about the value at `path` of the table `written`.
pub(super) fn explain(path: &Path, message: &str, written: &Value) -> String {
    let here = Site::new(path, written);
    if let Some((name, choices)) = quoted(message, "unknown field `") {
        let key = here.unknown_key(name);
        match foreign::key(name).filter(|ours| *ours != key) {
            Some(ours) => format!("unknown key `{key}`: here it is `{ours}`"),
            None => format!("unknown key `{key}`{}", suggest(name, &choices)),
        }
    } else if let Some((name, choices)) = quoted(message, "unknown variant `") {
        let key = here.value_of(&Unexpected::Str(name).to_string());
        match foreign::value(name, &choices) {
            Some(ours) => format!("{key}: unknown value `{name}`: here it is `{ours}`"),
            None => format!("{key}: unknown value `{name}`{}", suggest(name, &choices)),
        }
    } else if let Some((name, _)) = quoted(message, "missing field `") {
        format!("missing key `{}`", here.missing(name).join("` or `"))
    } else if let Some((found, expected)) = unexpected(message) {
        format!(
            "{}: {}",
            here.value_of(found),
            reword(message, found, expected)
        )
    } else if here.key().is_empty() {
        message.to_owned()
    } else {
        format!("{}: {message}", here.key())
    }
}

/// The name and the choices of ``unknown field `x`, expected one of `a`, `b` ``.
fn quoted<'a>(message: &'a str, start: &str) -> Option<(&'a str, Vec<&'a str>)> {
    let rest = message.strip_prefix(start)?;
    let (name, choices) = rest
        .rsplit_once("`, expected ")
        .or_else(|| rest.rsplit_once("`, there are no "))
        .or_else(|| rest.rsplit_once('`'))?;
    Some((name, choices.split('`').skip(1).step_by(2).collect()))
}

/// The two sides of `invalid type: string "a", expected usize`.
fn unexpected(message: &str) -> Option<(&str, &str)> {
    message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))?
        .rsplit_once(", expected ")
}

fn reword(message: &str, found: &str, expected: &str) -> String {
    let unsigned = ["u8", "u16", "u32", "u64", "usize"].contains(&expected);
    let what = match expected {
        _ if unsigned => "a whole number >= 0",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" => "a text in quotes",
        _ => "",
    };
    if !what.is_empty() {
        // The kind and the value, of a number the value alone: string "a", integer `-3`.
        let text = || match found.strip_prefix("string ") {
            Some(text) => format!("the text {text}"),
            None => found.to_owned(),
        };
        let value = found.split('`').nth(1).map_or_else(text, str::to_owned);
        format!("must be {what}, not {value}")
    } else if expected.starts_with("struct ") || expected.contains("tagged enum") {
        format!("must be a table, not {found}")
    } else if let ("a sequence", Some(text)) = (expected, found.strip_prefix("string ")) {
        let around = |c: char| c.is_whitespace() || "\"'\\[]".contains(c);
        let names = text.split(',').map(|name| name.trim_matches(around));
        let written = |name: &str| match name.parse::<f64>() {
            Ok(_) => name.to_owned(),
            Err(_) => format!("{name:?}"),
        };
        let names: Vec<String> = names.map(written).collect();
        let list = names.join(", ");
        format!(
            "must be a list, not {found}; write [{list}], and behind --set all of it in quotes for the shell: 'KEY=[{list}]'"
        )
    } else {
        message.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![expect(dead_code, reason = "most fields are there only to be refused")]

    use serde::Deserialize;

    use crate::config::parse;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Experiment {
        train: Option<Train>,
        cell: Option<Cell>,
        #[serde(default)]
        layers: Vec<Train>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Train {
        batch: usize,
        #[serde(default)]
        lr: f64,
        clip: Option<f64>,
        activation: Option<Activation>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(tag = "kind", rename_all = "lowercase")]
    enum Cell {
        Lstm(Lstm),
        Elman(Elman),
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Lstm {
        d_hidden: usize,
        #[serde(default)]
        dropout: f64,
        clip: Option<f64>,
        inner: Option<Train>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Elman {
        d_hidden: usize,
        d_other: Option<usize>,
        activation: Option<Activation>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Activation {
        Tanh,
        Relu,
    }

    fn message(text: &str) -> String {
        let table = toml::from_str(text).unwrap();
        let error = parse::<Experiment>(table, "x.toml").unwrap_err();
        assert_eq!(error.exit_code(), 2);
        error.to_string()
    }

    #[test]
    fn an_unknown_key_comes_with_the_known_ones() {
        assert_eq!(
            message("train.bacth = 1"),
            "x.toml: unknown key `train.bacth`; did you mean `batch`? (known: batch, lr, clip, activation)"
        );
        assert_eq!(
            message("nonsense = 1"),
            "x.toml: unknown key `nonsense` (known: train, cell, layers)"
        );
        assert_eq!(
            message("cell = { kind = \"lstm\", d_hiden = 8 }"),
            "x.toml: unknown key `cell.d_hiden`; did you mean `d_hidden`? (known: d_hidden, dropout, clip, inner)"
        );
        let same_name = message("cell = { kind = \"lstm\", d_hidden = 8, cell = 1 }");
        assert!(same_name.contains("unknown key `cell.cell`"), "{same_name}");
        let deeper = message("cell = { kind = \"lstm\", d_hidden = 8, inner = { batsh = 1 } }");
        assert!(
            deeper.contains("unknown key `cell.inner.batsh`"),
            "{deeper}"
        );
    }

    #[test]
    fn an_unknown_value_comes_with_the_known_ones() {
        assert_eq!(
            message("cell = { kind = \"lstmm\", d_hidden = 8 }"),
            "x.toml: cell.kind: unknown value `lstmm`; did you mean `lstm`? (known: lstm, elman)"
        );
        assert_eq!(
            message("train = { batch = 1, activation = \"tahn\" }"),
            "x.toml: train.activation: unknown value `tahn`; did you mean `tanh`? (known: tanh, relu)"
        );
        assert_eq!(
            message("cell = { kind = \"elman\", d_hidden = 8, activation = \"softmax\" }"),
            "x.toml: cell.activation: unknown value `softmax` (known: tanh, relu)"
        );
    }

    #[test]
    fn what_other_frameworks_call_a_key_or_a_value_is_understood() {
        assert_eq!(
            message("train = { batch = 1, batch_size = 2 }"),
            "x.toml: unknown key `train.batch_size`: here it is `train.batch`"
        );
        assert_eq!(
            message("cell = { kind = \"lstm\", hidden_size = 8 }"),
            "x.toml: unknown key `cell.hidden_size`: here it is `model.cell.d_hidden`"
        );
        assert_eq!(
            message("epochs = 3"),
            "x.toml: unknown key `epochs`: here it is `train.epochs`"
        );
        for (word, ours) in [("LSTM", "lstm"), ("rnn", "elman"), ("Simple-RNN", "elman")] {
            let said = message(&format!("cell = {{ kind = {word:?}, d_hidden = 8 }}"));
            assert_eq!(
                said,
                format!("x.toml: cell.kind: unknown value `{word}`: here it is `{ours}`")
            );
        }
    }

    #[test]
    fn a_missing_key_is_named_in_full() {
        assert_eq!(message("[train]"), "x.toml: missing key `train.batch`");
        assert_eq!(
            message("cell.kind = \"lstm\""),
            "x.toml: missing key `cell.d_hidden`"
        );
        assert_eq!(
            message("cell.d_hidden = 8"),
            "x.toml: missing key `cell.kind`"
        );
        assert_eq!(
            message("layers = [{ batch = 1 }, {}]"),
            "x.toml: missing key `layers[1].batch`"
        );
    }

    #[test]
    fn a_wrong_type_names_key_and_value() {
        assert_eq!(
            message("train.batch = \"a\""),
            "x.toml: train.batch: must be a whole number >= 0, not the text \"a\""
        );
        assert_eq!(
            message("cell = { kind = \"lstm\", d_hidden = \"a\" }"),
            "x.toml: cell.d_hidden: must be a whole number >= 0, not the text \"a\""
        );
        assert_eq!(
            message("cell = { kind = \"elman\", d_hidden = true, d_other = true }"),
            "x.toml: cell.d_hidden or cell.d_other: must be a whole number >= 0, not true"
        );
        assert_eq!(
            message("cell = { kind = \"lstm\", d_hidden = {} }"),
            "x.toml: cell or cell.d_hidden: must be a whole number >= 0, not map"
        );
        assert_eq!(
            message("train = 3"),
            "x.toml: train: must be a table, not integer `3`"
        );
        assert_eq!(
            message("cell = \"lstm\""),
            "x.toml: cell: must be a table, not string \"lstm\""
        );
    }

    #[test]
    fn a_count_must_be_whole_and_not_negative() {
        for value in ["-3", "1.5"] {
            let rest = format!("must be a whole number >= 0, not {value}");
            let plain = message(&format!("train.batch = {value}"));
            assert_eq!(plain, format!("x.toml: train.batch: {rest}"));
            let tagged = message(&format!("cell = {{ kind = \"lstm\", d_hidden = {value} }}"));
            assert_eq!(tagged, format!("x.toml: cell.d_hidden: {rest}"));
        }
    }

    #[test]
    fn a_list_comes_with_the_way_it_is_written() {
        for text in ["a", "[a", "[a]", "[\\\"a\\\"]"] {
            let said = message(&format!("layers = \"{text}\""));
            assert!(
                said.contains("layers: must be a list, not string"),
                "{said}"
            );
            assert!(said.contains("write [\"a\"]"), "{said}");
        }
        assert!(message("layers = \"a, b\"").contains("'KEY=[\"a\", \"b\"]'"));
    }

    #[test]
    fn a_whole_number_will_do_for_a_real_one() {
        let text = "train = { batch = 1, lr = 1, clip = 5 }\ncell = { kind = \"lstm\", d_hidden = 8, dropout = 0, clip = 2 }";
        let experiment: Experiment = parse(toml::from_str(text).unwrap(), "x.toml").unwrap();
        let train = experiment.train.unwrap();
        assert_eq!((train.lr, train.clip), (1.0, Some(5.0)));
        let Some(Cell::Lstm(lstm)) = experiment.cell else {
            panic!("the cell is an LSTM")
        };
        assert_eq!((lstm.dropout, lstm.clip), (0.0, Some(2.0)));
    }
}
