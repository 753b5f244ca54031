//! The zoo: what makes a model, what lists and shows it, what takes it for a run, and that nothing is written into it.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::support::{Said, program, said};

const ADDING: &str = "device = \"flex\"\n[task]\nkind = \"adding\"\ntime = 10\nheld_out = 20\n[model.cell]\nkind = \"gru\"\n\
                      d_hidden = 5\n[train]\nsteps = 8\nbatch = 4\nreport_every = 2\n";

const TEXTS: &str = "device = \"flex\"\n[task]\nkind = \"classify_text\"\ntrain = \"data/texts.tsv\"\nd_embedding = 4\n\
                     [model.cell]\nkind = \"lstm\"\nd_hidden = 4\n[train]\nsteps = 8\nbatch = 4\n";

/// A card of a config with so many seeds.
fn card(title: &str, config: &str, seeds: u64) -> String {
    format!(
        "title = \"{title}\"\nabout = \"It is small.\"\ndata = \"Drawn.\"\nlicence = \"MIT\"\nintended = \"Tests.\"\nlimits = \"All.\"\n\
         published = \"none: it is a test\"\nconfig = \"{config}\"\nseeds = {seeds}\n"
    )
}

/// A directory with a zoo, in which the program is run.
struct Place(TempDir);

impl Place {
    /// Two cards: of a model `tiny` of two seeds, and of one of texts.
    fn new() -> Place {
        let place = Place(tempfile::tempdir().unwrap());
        place.file("tiny.toml", ADDING);
        place.file("texts.toml", TEXTS);
        let text = |i: usize| format!("it is {0} indeed {i}\t{0}\n", ["good", "bad"][i % 2]);
        let texts: String = (0..40).map(text).collect();
        place.file("data/texts.tsv", &format!("text\tlabel\n{texts}"));
        place.file(
            "zoo/tiny/card.toml",
            &card("Two numbers, by a GRU", "tiny.toml", 2),
        );
        place.file("zoo/texts/card.toml", &card("Texts", "texts.toml", 1));
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut program = program();
        program.current_dir(self.path()).env_remove("REKINDLE_ZOO");
        program.args(arguments);
        program
    }

    fn rekindle(&self, arguments: &[&str]) -> Said {
        said(&mut self.command(arguments))
    }

    fn train(&self, config: &str, out: &str, sets: &[&str]) {
        let mut arguments = vec!["train", config, "--out", out];
        arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
        self.rekindle(&arguments).done();
    }

    /// The same with both models made.
    fn filled() -> Place {
        let place = Place::new();
        place.train("tiny.toml", "a", &[]);
        place.train("tiny.toml", "b", &["seed=1"]);
        place.train("texts.toml", "t", &[]);
        place
            .rekindle(&["zoo", "add", "a", "b", "--name", "tiny"])
            .done();
        place
            .rekindle(&["zoo", "add", "t", "--name", "texts"])
            .done();
        place
    }

    /// The names and contents of a model's files.
    fn files(&self, name: &str) -> Vec<(String, Vec<u8>)> {
        let entries = fs::read_dir(self.path().join("zoo").join(name)).unwrap();
        let files = entries.map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        });
        let mut files: Vec<_> = files.collect();
        files.sort();
        files
    }
}

#[test]
fn runs_become_a_model_that_every_command_takes() {
    let place = Place::filled();
    let names: Vec<String> = place.files("tiny").into_iter().map(|file| file.0).collect();
    assert_eq!(
        names,
        [
            "SHA256SUMS",
            "card.toml",
            "config.toml",
            "data.json",
            "manifest.json",
            "metrics.jsonl",
            "model.safetensors",
            "result.json",
            "run.json",
            "seed-1.json"
        ]
    );
    let before = [place.files("tiny"), place.files("texts")];
    // The weights may be in f16 only where they print the same figures.
    for (run, name) in [("a", "zoo:tiny"), ("t", "zoo:texts")] {
        let figures = |run: &str| place.rekindle(&["eval", run]).done();
        assert_eq!(figures(run), figures(name));
    }
    place
        .rekindle(&["predict", "zoo:texts", "--text", "it is good"])
        .done();
    place
        .rekindle(&["trace", "zoo:tiny", "--output", "t.csv"])
        .done();
    place.rekindle(&["doctor", "zoo:tiny"]).done();
    place
        .rekindle(&["export", "zoo:tiny", "--output", "w.safetensors"])
        .done();
    place
        .rekindle(&["horizon", "zoo:tiny", "tiny.toml", "--lag", "5"])
        .done();
    let said = place.rekindle(&["report", "zoo:tiny"]).done();
    assert_eq!(said, "tiny.html\n");
    place.rekindle(&["report", "zoo:tiny"]).done();
    place
        .rekindle(&["train", "tiny.toml", "--from", "zoo:tiny", "--out", "c"])
        .done();
    // From another directory, of which the zoo is above; and from anywhere by the variable.
    fs::create_dir(place.path().join("below")).unwrap();
    said_in(&place, "below", None).done();
    let elsewhere = tempfile::tempdir().unwrap();
    said_in(&place, elsewhere.path().to_str().unwrap(), Some("zoo")).done();
    assert_eq!([place.files("tiny"), place.files("texts")], before);
}

/// Evaluates a model from a directory, with the variable if there is a value.
fn said_in(place: &Place, directory: &str, variable: Option<&str>) -> Said {
    let mut command = place.command(&["eval", "zoo:texts"]);
    command.current_dir(place.path().join(directory));
    if let Some(value) = variable {
        command.env("REKINDLE_ZOO", place.path().join(value));
    }
    said(&mut command)
}

#[test]
fn models_are_listed_and_shown_within_a_terminal() {
    let place = Place::filled();
    let all = place.rekindle(&["zoo"]).done();
    assert!(
        all.contains("tiny") && all.contains("texts") && all.contains("2 models"),
        "{all}"
    );
    let some = place.rekindle(&["zoo", "ti*"]).done();
    assert!(
        some.starts_with("tiny") && !some.contains("texts"),
        "{some}"
    );
    let card = place.rekindle(&["zoo", "tiny"]).done();
    assert_eq!(card, place.rekindle(&["zoo", "show", "tiny"]).done());
    for word in [
        "Two numbers, by a GRU",
        "(2 seeds)",
        "always 1",
        "zoo/train.sh tiny",
        "Licence",
    ] {
        assert!(card.contains(word), "{word}: {card}");
    }
    for text in [&all, &some, &card] {
        let long = text.lines().find(|line| line.chars().count() > 80);
        assert_eq!(long, None);
    }
    let json = place.rekindle(&["zoo", "--json"]).done();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[1]["name"], "tiny");
    assert_eq!(json[1]["trained"]["others"][0][0], 1);
    assert_eq!(json[1]["trained"]["result"]["task"], "adding");
}

#[test]
fn nothing_is_written_into_the_zoo() {
    let place = Place::filled();
    let before = place.files("tiny");
    let words = ["is a model of the zoo", "--from"];
    place.rekindle(&["train", "zoo:tiny"]).refused(&words);
    place
        .rekindle(&["train", "zoo:tiny", "--more", "5"])
        .refused(&words);
    place
        .rekindle(&[
            "train",
            "zoo/tiny/config.toml",
            "--resume",
            "--out",
            "zoo/tiny",
        ])
        .refused(&words);
    let predict = [
        "predict",
        "zoo:texts",
        "--text",
        "it is good",
        "--output",
        "zoo/tiny/card.toml",
    ];
    place.rekindle(&predict).refused(&["belongs to the run"]);
    place.file("tiny.html", "mine");
    place
        .rekindle(&["report", "zoo:tiny"])
        .refused(&["tiny.html", "--force"]);
    place.rekindle(&["report", "zoo:tiny", "--force"]).done();
    assert_eq!(place.files("tiny"), before);
}

#[test]
fn what_cannot_be_judged_or_repeated_is_no_model() {
    let place = Place::new();
    let add = |runs: &[&str], name: &str| {
        let arguments = [&["zoo", "add"], runs, &["--name", name]].concat();
        place.rekindle(&arguments)
    };
    place.train("tiny.toml", "a", &[]);
    place.train("tiny.toml", "b", &["seed=1"]);
    place.train("tiny.toml", "other", &["seed=1", "train.batch=5"]);
    add(&["a"], "tiny").refused(&["seeds = 2", "1 runs"]);
    add(&["b", "a"], "tiny").refused(&["makes another run: seed: 0 -> 1"]);
    add(&["a", "other"], "tiny").refused(&["train.batch: 4 -> 5"]);
    add(&["a", "b"], "Tiny").refused(&["--name Tiny", "lower-case"]);
    add(&["a", "b"], "nobody").refused(&["zoo/nobody/card.toml", "write the card first"]);
    add(&["gone", "b"], "tiny").refused(&["gone is not a run directory"]);
    place.train("texts.toml", "none", &["task.test_share=0"]);
    add(&["none"], "texts").refused(&["no figures on a test part"]);
    place.train("texts.toml", "t", &[]);
    let text = fs::read_to_string(place.path().join("data/texts.tsv")).unwrap();
    place.file("data/texts.tsv", &(text.clone() + "more of it\tgood\n"));
    add(&["t"], "texts").refused(&["its data has changed since", "texts.tsv"]);
    place.file("data/texts.tsv", &text);
    let elsewhere = tempfile::tempdir().unwrap();
    let private = elsewhere.path().join("texts.tsv");
    fs::write(&private, text).unwrap();
    let set = format!("task.train={}", private.display());
    place.train("texts.toml", "private", &[&set]);
    add(&["private"], "texts").refused(&["nobody else has", "texts.tsv"]);
    let from = ["train", "texts.toml", "--out", "tuned", "--from", "t"];
    place.rekindle(&from).done();
    add(&["tuned"], "texts").refused(&["began with other weights"]);
    add(&["t"], "texts").done();
    add(&["t"], "texts").refused(&["is trained already"]);
}

#[test]
fn what_is_missing_is_said() {
    let place = Place::filled();
    let whole = fs::read_to_string(place.path().join("zoo/texts/card.toml")).unwrap();
    place.file(
        "zoo/texts/card.toml",
        &(whole + "fetch = \"data/fetch.py texts\"\n"),
    );
    fs::rename(
        place.path().join("data/texts.tsv"),
        place.path().join("away.tsv"),
    )
    .unwrap();
    place
        .rekindle(&["eval", "zoo:texts"])
        .refused(&["texts.tsv", "`data/fetch.py texts` fetches them"]);
    place
        .rekindle(&["eval", "zoo:texts", "--input", "away.tsv"])
        .done();
    place
        .rekindle(&["eval", "zoo:tinny"])
        .refused_argument(&["no model `tinny`", "did you mean `tiny`"]);
    place
        .rekindle(&["zoo", "show", "tinny"])
        .refused(&["no model `tinny`"]);
    place.file("zoo/later/card.toml", &card("Later", "tiny.toml", 1));
    place
        .rekindle(&["eval", "zoo:later"])
        .refused_argument(&["not trained yet", "zoo/train.sh later"]);
    assert!(place.rekindle(&["zoo"]).done().contains("not trained yet"));
    let mut command = place.command(&["eval", "zoo:tiny"]);
    command.env("REKINDLE_ZOO", "gone");
    said(&mut command).refused_argument(&["REKINDLE_ZOO = gone", "no such folder"]);
    place.file("zoo/later/card.toml", "title = \"Later\"\n");
    place
        .rekindle(&["zoo"])
        .refused(&["zoo/later/card.toml", "about"]);
    place.file(
        "zoo/later/card.toml",
        &card("Later", "tiny.toml", 1).replace("none: it is", "it is"),
    );
    place.rekindle(&["zoo"]).refused(&["source", "published"]);
}

/// What a model of the repository's zoo is given of a user's own.
struct User {
    model: &'static str,
    /// A file to predict for, and its name.
    input: (&'static str, String),
    /// A file to judge by.
    judged: (&'static str, String),
    /// What it is streamed; none of a model that reads from the end, too.
    lines: Option<String>,
}

/// Files as the users of these models have them.
fn users() -> Vec<User> {
    let series = |numbers: usize, class: &str| {
        let numbers: Vec<String> = (0..numbers)
            .map(|i| format!("{:.3}", (i as f64 / 5.0).sin()))
            .collect();
        format!("{}{class}", numbers.join(","))
    };
    let years: String = (1990..2021)
        .map(|year| format!("{year},{}\n", 40 + 7 * (year % 11)))
        .collect();
    let years = format!("YEAR,SUNACTIVITY\n{years}");
    let mnist = |class: &str| {
        let labelled = if class.is_empty() {
            "false"
        } else {
            "true 0 1 2 3 4 5 6 7 8 9"
        };
        format!(
            "@problemName mine\n@timeStamps false\n@univariate true\n@classLabel {labelled}\n@data\n{}\n",
            series(40, class)
        )
    };
    let text = |text: &str| text.to_owned();
    vec![
        User {
            model: "sunspots-gru",
            input: ("years.csv", years.clone()),
            judged: ("years.csv", years.clone()),
            lines: Some(years),
        },
        User {
            model: "mnist1d-gru",
            input: ("mine.ts", mnist("")),
            judged: ("mine-judged.ts", mnist(":3")),
            lines: None,
        },
        User {
            model: "reviews-lstm",
            input: ("mine.txt", text("The kettle is not poor.\n")),
            judged: (
                "mine.tsv",
                text("text\tlabel\nThe kettle is not poor.\tpositive\n"),
            ),
            lines: Some(text("The kettle is not poor.\n")),
        },
        User {
            model: "requests-lstm",
            input: ("mine.txt", text("a ticket to Oslo\n")),
            judged: ("mine.conll", text("a O\nticket O\nto O\nOslo B-TO\n")),
            lines: Some(text("a ticket to Oslo\n")),
        },
        User {
            model: "dates-gru",
            input: ("mine.txt", text("the 3rd of March 1904\n")),
            judged: (
                "mine.tsv",
                text("source\ttarget\nthe 3rd of March 1904\t1904-03-03\n"),
            ),
            lines: Some(text("the 3rd of March 1904\n")),
        },
    ]
}

/// In the directory of a user, with the repository's zoo.
fn user(place: &Path, arguments: &[&str]) -> Command {
    let mut command = program();
    let zoo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../zoo");
    command
        .args(arguments)
        .current_dir(place)
        .env("REKINDLE_ZOO", zoo);
    command
}

#[test]
fn models_of_the_repository_take_files_of_a_users_own() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    let done = |arguments: &[&str]| said(&mut user(place, arguments)).done();
    for User {
        model,
        input,
        judged,
        lines,
    } in users()
    {
        let name = format!("zoo:{model}");
        for (file, text) in [&input, &judged] {
            fs::write(place.join(file), text).unwrap();
        }
        let predicted = done(&["predict", &name, "--input", input.0]);
        assert_eq!(predicted.lines().count(), 1, "{model}: {predicted}");
        let figures = done(&["eval", &name, "--input", judged.0]);
        assert!(
            figures.contains("test part of the run"),
            "{model}: {figures}"
        );
        done(&["trace", &name, "--input", input.0, "--output", "trace.csv"]);
        let streamed = lines.is_some();
        fs::write(place.join("lines"), lines.unwrap_or_default()).unwrap();
        let mut stream = user(place, &["stream", &name]);
        let said = said(stream.stdin(fs::File::open(place.join("lines")).unwrap()));
        match streamed {
            true => assert!(!said.done().is_empty(), "{model}"),
            false => said.refused(&["bidirectional"]),
        }
    }
    let text = fs::read_to_string(place.join("years.csv")).unwrap();
    fs::write(place.join("mine.csv"), text.replace("SUNACTIVITY", "load")).unwrap();
    said(&mut user(
        place,
        &["predict", "zoo:sunspots-gru", "--input", "mine.csv"],
    ))
    .refused(&["SUNACTIVITY", "load"]);
    fs::write(
        place.join("mine.toml"),
        "device = \"flex\"\n[task]\nkind = \"forecast\"\nfile = \"years.csv\"\ncolumns = [\"SUNACTIVITY\"]\nwindow = 8\n\
         [model.cell]\nkind = \"gru\"\nd_hidden = 16\n[train]\nsteps = 2\n",
    )
    .unwrap();
    let tuned = said(&mut user(
        place,
        &[
            "train",
            "mine.toml",
            "--from",
            "zoo:sunspots-gru",
            "--out",
            "tuned",
        ],
    ));
    assert!(tuned.err.contains(" weights"), "{}", tuned.err);
    tuned.done();
}
