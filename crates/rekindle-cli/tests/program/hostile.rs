//! What nobody means well: escape codes in names, numbers without end, files that are none.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{Said, program, rekindle, rekindle_in, said};

/// An escape code, a bell, a C1 control, an override of direction, and what clears a line.
const CODES: &str = "\u{1b}[31m\u{7}\u{9b}2K\u{202e}\u{200f}";

fn quiet(said: &Said) {
    for text in [&said.out, &said.err] {
        let obeyed = text.chars().find(|c| {
            c.is_control() && !matches!(c, '\n' | '\t')
                || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        });
        assert_eq!(obeyed, None, "{text}");
    }
}

/// A directory with a config, `x.toml`.
fn place(config: &str) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("x.toml"), config).unwrap();
    place
}

fn adding(more: &str) -> String {
    format!(
        "{more}\n[task]\nkind = \"adding\"\ntime = 10\n[model.cell]\nkind = \"lstm\"\nd_hidden = 4\n"
    )
}

fn in_place(config: &str, arguments: &[&str]) -> Said {
    rekindle_in(place(config).path(), arguments)
}

#[test]
fn nothing_from_outside_reaches_the_terminal_as_it_is() {
    let escaped = "\\u001b[31m\\u0007\\u009b2K\\u202e\\u200f";
    let toml: String = CODES.escape_unicode().to_string().replace("\\u{", "");
    let toml: String = toml
        .split('}')
        .filter(|code| !code.is_empty())
        .map(|code| format!("\\u{code:0>4}"))
        .collect();
    let configs = [
        format!("name = \"/{toml}\""),
        format!("\"{toml}\" = 1"),
        format!("device = \"{toml}\""),
    ];
    for config in configs {
        let said = in_place(&adding(&config), &["train", "x.toml"]);
        quiet(&said);
        assert!(said.err.contains(escaped), "{}", said.err);
        said.refused(&[]);
    }
    let equations =
        format!("[cell]\nkind = \"custom\"\nd_hidden = 4\nequations = \"state h {toml}\"\n");
    let said = in_place(&format!("d_input = 3\n{equations}"), &["show", "x.toml"]);
    quiet(&said);
    said.refused(&["x.toml"]);

    let (name, strange) = (format!("{CODES}.toml"), format!("--{CODES}"));
    for arguments in [
        vec!["validate", &name],
        vec!["validate", "x.toml", "--set", CODES],
        vec!["train", "x.toml", "--device", CODES],
        vec!["show", CODES],
        vec![CODES],
        vec!["train", "x.toml", &strange],
    ] {
        let said = in_place(&adding(""), &arguments);
        quiet(&said);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""));
        // What clap says of arguments has lost its colours before.
        assert!(said.err.contains("\\u202e\\u200f"), "{}", said.err);
    }
    // A result means what it meant.
    let config = "[task]\nkind = \"language_model\"\nfile = \"\\u009b.txt\"\n[model.cell]\nkind = \"lstm\"\nd_hidden = 4\n";
    let place = place(config);
    fs::write(place.path().join("\u{9b}.txt"), "some text ".repeat(2000)).unwrap();
    let shown = rekindle_in(place.path(), &["validate", "x.toml"]);
    quiet(&shown);
    let table: toml::Table = shown.done().parse().unwrap();
    let file = table["task"]["file"].as_str().unwrap();
    assert!(file.ends_with("/\u{9b}.txt"), "{file}");
}

#[test]
fn samples_keep_line_ends_and_nothing_else() {
    let config = "device = \"flex\"\n[task]\nkind = \"language_model\"\nfile = \"x.txt\"\nwindow = 8\nd_embedding = 8\n\
                  [model.cell]\nkind = \"lstm\"\nd_hidden = 8\n[train]\nsteps = 2\nbatch = 2\n";
    let place = place(config);
    let text = format!("{CODES}\n").repeat(40);
    fs::write(place.path().join("x.txt"), text).unwrap();
    let in_place = |arguments: &[&str]| rekindle_in(place.path(), arguments);
    for said in [
        in_place(&["train", "x.toml", "--out", "run"]),
        in_place(&["sample", "run", "--length", "200", "--prompt", CODES]),
    ] {
        quiet(&said);
        let out = said.done();
        assert!(out.contains("\\u202e") && out.lines().count() > 1, "{out}");
    }
    in_place(&["sample", "run", "--length", "100000000"]).refused(&["--length", "16777216"]);
}

#[test]
fn labels_of_predictions_mean_what_they_meant() {
    let config = "device = \"flex\"\n[task]\nkind = \"classify_text\"\ntrain = \"x.tsv\"\nd_embedding = 4\n\
                  [model.cell]\nkind = \"lstm\"\nd_hidden = 4\n[train]\nsteps = 2\nbatch = 2\n";
    let place = place(config);
    let labels = ["a\u{9b}2J", "b\u{202e}\u{7f}"];
    let rows = (0..40).map(|i| format!("{}\ttext {i}\n", labels[i % 2]));
    let table: String = std::iter::once("label\ttext\n".to_string())
        .chain(rows)
        .collect();
    fs::write(place.path().join("x.tsv"), table).unwrap();
    let in_place = |arguments: &[&str]| rekindle_in(place.path(), arguments);
    in_place(&["train", "x.toml", "--out", "run"]).done();
    let said = in_place(&["predict", "run", "--text", "text 1"]);
    quiet(&said);
    let prediction: serde_json::Value = serde_json::from_str(&said.done()).unwrap();
    let label = prediction["class"].as_str().unwrap();
    assert!(labels.contains(&label), "{label:?}");
}

#[test]
fn messages_are_one_or_two_short_lines() {
    let long = "a".repeat(100_000);
    let lines = "a\nb\nc\nd";
    for name in [&long, lines] {
        for said in [
            in_place(
                &adding(""),
                &["validate", "x.toml", "--set", &format!("{name}=1")],
            ),
            in_place(&adding(""), &["validate", &format!("{name}.toml")]),
            in_place(&adding(&format!("{name:?} = 1")), &["validate", "x.toml"]),
            in_place(
                &adding(&format!("name = {name:?}")),
                &["validate", "x.toml", "--set", "a.b"],
            ),
            rekindle(&["show", name]),
        ] {
            assert!(said.err.len() < 3000, "{}", said.err.len());
            said.refused(&[]);
        }
    }
    let said = rekindle(&["show", "no_such_cell"]);
    assert!(said.err.len() < 600, "{}", said.err);
    said.refused(&["unknown cell `no_such_cell`", " in all)"]);
}

#[test]
fn numbers_without_end_are_refused() {
    let many = u64::MAX.to_string();
    for (arguments, words) in [
        (
            vec!["horizon", "x.toml", "--rows", &many],
            ["--rows", "1048576"],
        ),
        (
            vec!["horizon", "x.toml", "--lag", &many],
            ["--lag", "1048576"],
        ),
        (
            vec!["horizon", "x.toml", "--gain", "nan"],
            ["--gain", "NaN"],
        ),
        (
            vec!["horizon", "x.toml", "--gain", "1e300"],
            ["--gain", "f32"],
        ),
        (vec!["bench", "--threads", "1000000"], ["--threads", "1024"]),
        (
            vec!["bench", "--cell", "nas", "--shape", "1,1,16384,16384"],
            ["--shape 1,1,16384,16384", "16 GB"],
        ),
        (
            vec![
                "train",
                "x.toml",
                "--set",
                "train.epochs=9223372036854775807",
            ],
            ["train.epochs", "4294967296"],
        ),
        (
            vec![
                "train",
                "x.toml",
                "--set",
                "task.time=1000000",
                "--set",
                "train.batch=1000000",
            ],
            ["for a batch", "memory = 16 GB"],
        ),
        (
            vec![
                "train",
                "x.toml",
                "--set",
                "model.layers=1024",
                "--set",
                "model.cell.d_hidden=16384",
            ],
            ["for the network", "memory = 16 GB"],
        ),
    ] {
        in_place(&adding(""), &arguments).refused(&words);
    }
    let deep = format!("{}=1", vec!["a"; 20_000].join("."));
    in_place(&adding(""), &["validate", "x.toml", "--set", &deep]).refused(&["20000 parts", "80"]);
    for name in ["RAYON_NUM_THREADS", "MATMUL_NUM_THREADS"] {
        said(program().env(name, "1000000").arg("list")).refused(&[name, "1024"]);
        let words = [name, "must be a number of threads"];
        said(program().env(name, "-1").arg("list")).refused(&words);
        said(program().env(name, "two").arg("list")).refused(&words);
        said(program().env(name, "").arg("list")).done();
    }
    let isa = "REKINDLE_ISA";
    said(program().env(isa, "avx3").arg("list")).refused(&[isa, "none of that name", "portable"]);
    let absent = if cfg!(target_arch = "x86_64") {
        "neon"
    } else {
        "avx2"
    };
    said(program().env(isa, absent).arg("list")).refused(&[isa, "this machine has none such"]);
    said(program().env(isa, "portable").arg("list")).done();
    said(program().env("RAYON_NUM_THREADS", "0").arg("list")).done();
}

#[test]
fn what_is_no_plain_file_is_not_waited_for() {
    let config = |file: &str| {
        format!(
            "[task]\nkind = \"language_model\"\nfile = {file:?}\n[model.cell]\nkind = \"lstm\"\nd_hidden = 4\n"
        )
    };
    let place = place(&config("/dev/zero"));
    let directory = place.path();
    let refused = |arguments: &[&str], words: &[&str]| {
        let began = Instant::now();
        rekindle_in(directory, arguments).refused(words);
        assert!(began.elapsed() < Duration::from_secs(20));
    };
    refused(&["train", "x.toml"], &["/dev/zero is a pipe or a device"]);
    refused(
        &["validate", "/dev/zero"],
        &["/dev/zero is a pipe or a device"],
    );
    let made = std::process::Command::new("mkfifo")
        .arg(directory.join("pipe"))
        .status();
    assert!(made.unwrap().success());
    fs::write(directory.join("x.toml"), config("pipe")).unwrap();
    refused(&["train", "x.toml"], &["pipe is a pipe or a device"]);
    refused(&["validate", "pipe"], &["pipe is a pipe or a device"]);

    let loops = directory.join("loop");
    std::os::unix::fs::symlink(&loops, &loops).unwrap();
    fs::write(directory.join("x.toml"), config("loop")).unwrap();
    refused(&["train", "x.toml"], &["loop", "check the path"]);
    refused(&["validate", "loop"], &["loop", "check the path"]);
    fs::write(
        directory.join("x.toml"),
        config("a\0b").replace("\\0", "\\u0000"),
    )
    .unwrap();
    refused(&["train", "x.toml"], &["a\\u0000b", "check the path"]);
    fs::write(directory.join("x.toml"), adding("name = \"a\\u0000b\"")).unwrap();
    refused(&["train", "x.toml"], &["a\\u0000b", "plain name"]);

    let large = directory.join("large.txt");
    fs::File::create(&large).unwrap().set_len(1 << 40).unwrap();
    fs::write(directory.join("x.toml"), config("large.txt")).unwrap();
    refused(
        &["train", "x.toml"],
        &["large.txt has 1099.5 GB, where memory = 16 GB"],
    );
    refused(
        &["validate", "large.txt"],
        &["large.txt has 1099.5 GB; at most 16.8 MB"],
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_no_utf8_is_named() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = tempfile::tempdir().unwrap();
    let inner = place.path().join(OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&inner).unwrap();
    let config = "[task]\nkind = \"language_model\"\nfile = \"a.txt\"\n[model.cell]\nkind = \"lstm\"\nd_hidden = 4\n";
    fs::write(inner.join("x.toml"), config).unwrap();
    fs::write(inner.join("a.txt"), "abc").unwrap();
    rekindle_in(Path::new(&inner), &["train", "x.toml"]).refused(&["is not UTF-8", "rename"]);
}
