use super::*;

const FORECAST: &str = r#"{"kind":"forecast","columns":["a","b"],"targets":[1],"scaler":{"mean":[0,0.5],"std":[1,2]},"steps":[0.25]}"#;
const SERIES: &str = r#"{"kind":"classify_series","classes":["x","y"],"channels":1,"scaler":{"mean":[0],"std":[1]},"cut":[{"test":1,"valid":2},{"test":3,"valid":3}]}"#;
const NUMBERS: &str = r#"{"kind":"regress_series","channels":1,"scaler":{"mean":[0],"std":[1]},"target":{"mean":[5],"std":[2]},"cut":[{"test":1,"valid":2}],"columns":{"label":"y"}}"#;
const TEXT: &str = r#"{"kind":"classify_text","vocabulary":{"unit":"word","symbols":["<unk>","a"]},"classes":["x","y"],"cut":[{"test":1,"valid":2},{"test":3,"valid":3}]}"#;
const TAGS: &str = r#"{"kind":"tag","words":{"unit":"word","lowercase":true,"words":"unicode","symbols":["<unk>","a"]},"letters":{"unit":"char","symbols":["<unk>","a"]},"tags":["O","B-X"],"scheme":"bio","cut":[{"test":1,"valid":2}]}"#;
const PAIRS: &str = r#"{"kind":"transduce","source":{"unit":"char","symbols":["<unk>","a"]},"target":{"unit":"char","symbols":["<unk>","b"]},"cut":[{"test":1,"valid":2}]}"#;
const SOUNDS: &str = r#"{"kind":"transcribe","audio":{"rate":8000,"mels":2,"window":25.0,"hop":10.0,"lowest":20.0},"scaler":{"mean":[0,1],"std":[1,2]},"vocabulary":{"unit":"char","symbols":["<unk>","a"]},"cut":[{"test":1,"valid":2}]}"#;
const PIECES: &str = r#"{"kind":"language_model","vocabulary":{"unit":"bytes"}}"#;
const WINDOWS: &str = r#"{"kind":"detect","columns":["a","b"],"scaler":{"mean":[0,0.5],"std":[1,2]},"schema":{"table":{},"columns":[]}}"#;
const LANGUAGE: &str =
    r#"{"kind":"language_model","vocabulary":{"unit":"char","symbols":["<unk>","a"]}}"#;

fn task(spec: &str) -> TaskConfig {
    let keys = match spec {
        FORECAST => "kind = \"forecast\"\nfile = \"a.csv\"",
        SERIES => "kind = \"classify_series\"\ntrain = \"a.ts\"",
        NUMBERS => "kind = \"regress_series\"\ntrain = \"a.ts\"",
        SOUNDS => "kind = \"transcribe\"\ntrain = \"a.tsv\"",
        WINDOWS => "kind = \"detect\"\nfile = \"a.csv\"",
        PAIRS => "kind = \"transduce\"\ntrain = \"a.tsv\"",
        TAGS => "kind = \"tag\"\ntrain = \"a.conll\"",
        TEXT => "kind = \"classify_text\"\ntrain = \"a.tsv\"",
        _ => "kind = \"language_model\"\nfile = \"a.txt\"",
    };
    toml::from_str(keys).expect("a task")
}

#[test]
fn what_training_writes_is_read() {
    for spec in [
        FORECAST, SERIES, NUMBERS, TEXT, TAGS, PAIRS, SOUNDS, WINDOWS, LANGUAGE, PIECES,
    ] {
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
        (SOUNDS, "\"rate\":8000,", "", &["`audio.rate` is missing"]),
        (SOUNDS, "\"mels\":2", "\"mels\":0", &["audio.mels = 0"]),
        (
            SOUNDS,
            "[1,2]",
            "[1]",
            &["scaler.std", "1 numbers for 2 audio.mels"],
        ),
        (
            WINDOWS,
            "[0,0.5]",
            "[0]",
            &["scaler.mean", "1 numbers for 2 columns"],
        ),
        (
            FORECAST,
            "\"steps\":[0.25]",
            "\"steps\":[0.25],\"known\":[2]",
            &["known holds 2", "0 to 1"],
        ),
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
        (
            NUMBERS,
            "\"std\":[2]",
            "\"std\":[0]",
            &["target.std holds 0"],
        ),
        (
            NUMBERS,
            "\"mean\":[5]",
            "\"mean\":[]",
            &["target.mean", "0 numbers for 1 target"],
        ),
        (
            NUMBERS,
            "{\"test\":1,\"valid\":2}",
            "",
            &["cut holds 0 numbers for 1 class"],
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
