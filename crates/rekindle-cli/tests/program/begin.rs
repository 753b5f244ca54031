//! `init` and `explain`: from a file to a config that trains, and from a key to what it means.

use std::fs;

use crate::support::{DATA, rekindle_in};

/// A WAV of so many samples of 8 bits, 8,000 a second.
fn wav(samples: u32) -> Vec<u8> {
    let head = [16_u32, 1 << 16 | 1, 8000, 8000, 8 << 16 | 1];
    let head = head.map(u32::to_le_bytes).concat();
    let [whole, data] = [36 + samples, samples].map(u32::to_le_bytes);
    let sound: Vec<u8> = (0..samples).map(|n| (n * 37 % 251) as u8).collect();
    let parts: [&[u8]; 7] = [b"RIFF", &whole, b"WAVEfmt ", &head, b"data", &data, &sound];
    parts.concat()
}

#[test]
fn a_config_is_written_for_each_sort_of_file_and_trains() {
    let dir = tempfile::tempdir().expect("a directory");
    let at = dir.path();
    let reviews: String = (0..40)
        .map(|i| match i % 2 {
            0 => format!("a lovely little film number {i},good\n"),
            _ => format!("a dreadful long film number {i},bad\n"),
        })
        .collect();
    fs::write(at.join("reviews.csv"), format!("review,verdict\n{reviews}")).expect("written");
    let load: String = (0..60).map(|i| format!("{},{}\n", i % 7, i % 5)).collect();
    fs::write(at.join("load.csv"), format!("load,temp\n{load}")).expect("written");
    for (name, file) in [("prose.txt", "tiny.txt"), ("series.ts", "tiny_multi.ts")] {
        fs::copy(format!("{DATA}/{file}"), at.join(name)).expect("copied");
    }
    let values = |i: usize| format!("{i},{}", i * i % 7);
    let rows: String = (0..40).map(|i| format!("{}:{i}.5\n", values(i))).collect();
    fs::write(
        at.join("numbers.ts"),
        format!("@targetLabel true\n@data\n{rows}"),
    )
    .expect("written");
    let line = |i| format!("{{\"target\": {i}.5, \"values\": [{}]}}\n", values(i));
    fs::write(
        at.join("lines.jsonl"),
        (0..40).map(line).collect::<String>(),
    )
    .expect("written");
    fs::write(
        at.join("names.txt"),
        (0..40)
            .map(|i| format!("to O\nCity{i} B-TO\n. O\n\n"))
            .collect::<String>(),
    )
    .expect("written");
    let pair = |i: usize| format!("{i} of May\t{i}.5.\n");
    let pairs: String = (1..40).map(pair).collect();
    fs::write(at.join("pairs.tsv"), format!("src\ttgt\n{pairs}")).expect("written");
    for i in 0..20 {
        fs::write(at.join(format!("{i}.wav")), wav(2000 + i)).expect("written");
    }
    let clips: String = (0..20).map(|i| format!("{i}.wav\tn {i}\n")).collect();
    fs::write(at.join("clips.tsv"), format!("path\tsentence\n{clips}")).expect("written");
    for (file, task) in [
        ("clips.tsv", "transcribe"),
        ("reviews.csv", "classify_text"),
        ("names.txt", "tag"),
        ("pairs.tsv", "transduce"),
        ("load.csv", "forecast"),
        ("prose.txt", "language_model"),
        ("series.ts", "classify_series"),
        ("numbers.ts", "regress_series"),
        ("lines.jsonl", "regress_series"),
    ] {
        let config = format!("{file}.toml");
        rekindle_in(at, &["init", "--data", file, "--out", &config]).done();
        let text = fs::read_to_string(at.join(&config)).expect("written");
        assert!(
            text.contains(&format!("kind = \"{task}\"")),
            "{file}: {text}"
        );
        assert!(
            text.contains(&format!("= \"{file}\"")),
            "named from where it stands: {text}"
        );
        rekindle_in(at, &["validate", &config]).done();
    }
    let again = rekindle_in(
        at,
        &["init", "--data", "load.csv", "--out", "load.csv.toml"],
    );
    again.refused(&["there is such a file already"]);
    let wrong = rekindle_in(at, &["init", "classify_text", "--data", "load.csv"]);
    wrong.refused(&[
        "load.csv: no data for `classify_text`",
        "another task (language_model, classify_text, tag, transduce, transcribe, classify_series, regress_series, forecast)",
    ]);
    let left = fs::read_dir(at).expect("there").flatten();
    assert!(left.into_iter().all(|entry| {
        !entry
            .file_name()
            .to_string_lossy()
            .starts_with("rekindle-init")
    }));
    for task in [
        "forecast",
        "adding",
        "copy",
        "language_model",
        "classify_text",
        "tag",
        "transduce",
        "transcribe",
        "classify_series",
        "regress_series",
    ] {
        rekindle_in(at, &["init", task]).done();
    }
}

#[test]
fn a_file_with_holes_gets_a_config_that_takes_them() {
    let dir = tempfile::tempdir().expect("a directory");
    let at = dir.path();
    let load = |i: usize| match i % 9 {
        4 => format!(",{}\n", i % 5),
        _ => format!("{},{}\n", i * i % 7, i % 5),
    };
    let wide = |i: usize| format!("{},{i},,{}\n", ["up", "down"][i % 2], i * i % 7);
    let tidy = |i: usize| {
        format!(
            "{},{},{},{}\n",
            i / 4,
            i % 4,
            i * i % 11,
            ["up", "down"][i / 4 % 2]
        )
    };
    let table = |head: &str, row: &dyn Fn(usize) -> String| {
        format!("{head}\n{}", (0..120).map(row).collect::<String>())
    };
    for (name, text, words) in [
        (
            "load.csv",
            table("load,temp", &load),
            &["missing = \"linear\"", "# values are missing in the file"][..],
        ),
        (
            "wide.csv",
            table("label,t0,t1,t2", &wide),
            &[
                "kind = \"gru_d\"",
                "# values are missing in the file, which this cell takes",
            ],
        ),
        (
            "tidy.csv",
            table("id,time,x,label", &tidy),
            &["id = \"id\"", "time = \"time\"", "kind = \"lstm\""],
        ),
    ] {
        fs::write(at.join(name), text).expect("written");
        let config = format!("{name}.toml");
        rekindle_in(at, &["init", "--data", name, "--out", &config]).done();
        let text = fs::read_to_string(at.join(&config)).expect("written");
        for word in words {
            assert!(text.contains(word), "{name}: {word}: {text}");
        }
        rekindle_in(
            at,
            &[
                "train",
                &config,
                "--set",
                "train.epochs=1",
                "--out",
                &format!("{name}-run"),
            ],
        )
        .done();
    }
}

#[test]
fn a_key_is_explained_with_its_default_and_what_it_may_be() {
    let dir = tempfile::tempdir().expect("a directory");
    let text = rekindle_in(dir.path(), &["explain", "train.accumulate"]).done();
    for words in [
        "the batches of one update",
        "default  1",
        "a whole number, from 1 to 1048576",
        "--set train.accumulate=1",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let of_a_cell = rekindle_in(dir.path(), &["explain", "forget_bias"]).done();
    for words in [
        "model.cell.forget_bias\n",
        "What is added to the forget gate's bias at the start",
        "default  none",
        "may be   a number, or left out",
        "  of lstm",
    ] {
        assert!(of_a_cell.contains(words), "{words}: {of_a_cell}");
    }
    assert!(!of_a_cell.contains("is_none"), "{of_a_cell}");
    // The keys of a kind of cell alone, and one that several cells mean in several ways.
    let without = rekindle_in(dir.path(), &["explain", "peephole_lstm.without"]).done();
    assert!(
        without.contains("\"input_gate\"") && without.ends_with("  of peephole_lstm\n"),
        "{without}"
    );
    let none = rekindle_in(dir.path(), &["explain", "gru.without"]);
    none.refused(&["no key is called `gru.without`"]);
    let all = rekindle_in(dir.path(), &["explain"]).done();
    assert!(all.lines().all(|line| line.chars().count() <= 90), "{all}");
    let unknown = rekindle_in(dir.path(), &["explain", "hidden_size"]);
    unknown.refused(&["here it is `model.cell.d_hidden`"]);
}

#[test]
fn what_a_table_makes_evident_stands_in_its_config() {
    let dir = tempfile::tempdir().expect("a directory");
    let at = dir.path();
    let table = |head: &str, rows: usize, row: &dyn Fn(usize) -> String| {
        format!("{head}\n{}", (0..rows).map(row).collect::<String>())
    };
    let value = |i: usize| i * i % 11;
    let hour = |i: usize| format!("2024-01-{:02} {:02}:00,{}\n", i / 24 + 1, i % 24, value(i));
    let shops = |i: usize| {
        format!(
            "2024-01-{:02},{},{}\n",
            i / 3 + 1,
            ["a", "b", "c"][i % 3],
            value(i)
        )
    };
    let mail = |i: usize| match i {
        7 => "a mail that nobody judged,\n".to_owned(),
        9 => ",good\n".to_owned(),
        _ => format!("a mail of so many words {i},{}\n", ["good", "bad"][i % 2]),
    };
    let moves = |i: usize| format!("{}.5,{},{}\n", value(i), i % 4, ["walk", "run"][i / 5 % 2]);
    let dashes = |i: usize| match i {
        7 => "2024-01-08,---\n".to_owned(),
        _ => format!("2024-{:02}-{:02},{}\n", i / 28 + 1, i % 28 + 1, value(i)),
    };
    let flowers = |i: usize| format!("{}.5,{},{}\n", value(i), i % 7, ["rose", "lily"][i % 2]);
    for (name, text, arguments, words) in [
        (
            "hours.csv",
            table("at,load", 120, &hour),
            &[][..],
            &["season = 24", "# the rows of a day"][..],
        ),
        (
            "shops.csv",
            table("day,shop,sold", 90, &shops),
            &[],
            &[
                "id = \"shop\"",
                "of several series in time by `shop`",
                "season = 7",
            ],
        ),
        (
            "mails.csv",
            table("mail,judgement", 40, &mail),
            &[],
            &["skip_empty = true", "kind = \"classify_text\""],
        ),
        (
            "flowers.csv",
            table("length,width,species", 60, &flowers),
            &[],
            &[
                "kind = \"forecast\"",
                "rekindle init --label species --data FILE",
            ],
        ),
        (
            "axes.csv",
            table("x,y,activity", 60, &moves),
            &[],
            &["kind = \"classify_series\""],
        ),
        (
            "dashes.csv",
            table("day,load", 60, &dashes),
            &[
                "--set",
                "task.table.missing=[\"---\"]",
                "--set",
                "train.batch=4",
                "--set",
                "seed=7",
            ],
            &[
                "\nseed = 7\n\n[task]\n",
                "missing = \"linear\"",
                "missing = [\"---\"]",
                "\nbatch = 4\n",
            ],
        ),
        (
            "species.csv",
            table("length,width,species", 60, &flowers),
            &["--label", "species"],
            &["kind = \"classify_series\"", "label_column = \"species\""],
        ),
        (
            "lengths.csv",
            table("length,width,species", 60, &flowers),
            &["--label", "length"],
            &["kind = \"regress_series\"", "target_column = \"length\""],
        ),
    ] {
        fs::write(at.join(name), text).expect("written");
        let config = format!("{name}.toml");
        let init = [&["init", "--data", name, "--out", &config], arguments].concat();
        rekindle_in(at, &init).done();
        let text = fs::read_to_string(at.join(&config)).expect("written");
        for word in words {
            assert!(text.contains(word), "{name}: {word}: {text}");
        }
        rekindle_in(at, &["validate", &config]).done();
    }
    rekindle_in(at, &["init", "--data", "hours.csv", "--label", "load"]).refused(&[
        "nothing beside `load`",
        "rekindle init forecast --data hours.csv",
    ]);
    // Dates of which one is none, or is missing, are neither texts nor left out.
    let pump = |i: usize| match i {
        59 => "Summe,900,\n".to_owned(),
        _ => format!(
            "{}.10.2024 {:02}:00,{},{}\n",
            i / 24 + 10,
            i % 24,
            value(i),
            ["heizt", "ruht"][i / 9 % 2]
        ),
    };
    let shop = |i: usize| match i {
        7 => ",c,3\n".to_owned(),
        _ => format!(
            "2024-01-{:02},{},{}\n",
            i / 3 + 1,
            ["a", "b", "c"][i % 3],
            value(i)
        ),
    };
    for (name, text, why) in [
        (
            "pump.csv",
            table("Zeit,kWh,Status", 60, &pump),
            "row 60 (line 61), column `Zeit`: `Summe` is no date",
        ),
        (
            "gap.csv",
            table("day,shop,sold", 90, &shop),
            "row 8 (line 9), column `day`: the date is empty",
        ),
    ] {
        fs::write(at.join(name), text).expect("written");
        rekindle_in(at, &["init", "--data", name]).refused(&[why]);
    }
    let dashes = rekindle_in(at, &["init", "--data", "dashes.csv"]);
    dashes.refused(&["`---` is not a finite number", "--set KEY=VALUE"]);
    fs::write(at.join("a.xlsx"), b"PK\x03\x04\x14\0xl/workbook.xml\xff").expect("written");
    rekindle_in(at, &["init", "--data", "a.xlsx"])
        .refused(&["a.xlsx: this is an Excel workbook, no text; save its sheet as CSV"]);
    rekindle_in(at, &["init", "--data", "mails.csv", "--label", "verdict"])
        .refused(&["no column `verdict`; the columns are `mail`, `judgement`"]);
}
