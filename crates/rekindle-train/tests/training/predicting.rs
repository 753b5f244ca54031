//! What a run says of files, and of its own test part.

use super::support::{Bench, never, said, weights};
use rekindle_train::{Prediction, Predictor, Truth, Watch, predict::Written, tasks::Part, train};

/// A classifier of texts, trained on a file.
fn texts(bench: &Bench) -> Predictor {
    let mut rows = String::from("text\tlabel\n");
    for i in 0..40 {
        let (word, label) = [("fine", "Up"), ("poor", "down"), ("odd", "up")][i % 3];
        rows.push_str(&format!("it is {word} number{i}\t{label}\n"));
    }
    let file = bench.file("reviews.tsv", &rows);
    let config = format!(
        "device = \"flex\"\n[task]\nkind = \"classify_text\"\ntrain = {file:?}\nd_embedding = 8\nlongest = 4\nvalid_share = 0.2\n\
         test_share = 0.2\n[model.cell]\nkind = \"elman\"\nd_hidden = 8\n[train]\nepochs = 2\nbatch = 8\n"
    );
    Predictor::open(&bench.train(&config, "run").run, None).expect("opens")
}

#[test]
fn texts_are_those_of_a_tables_column_or_lines() {
    let bench = Bench::new();
    let predictor = texts(&bench);
    let numbers = |name: &str, content: &str| {
        let file = bench.file(name, content);
        let read = predictor.predict_file(&file).expect("predicts");
        let rows: Vec<Option<usize>> = read.all.iter().map(|one| one.row).collect();
        (rows, read.notes.join("\n"))
    };
    // Quoted: a comma, and two line ends in one text.
    let table = "label,text\nup,\"it, is\nfine\n\"\nup,\nup,odd\n";
    let (rows, said) = numbers("a.csv", table);
    assert_eq!(rows, [Some(1), Some(3)]);
    assert!(
        said.contains("2 texts, the column `text` of a table; row 2 is blank"),
        "{said}"
    );
    let (rows, said) = numbers("a.txt", "it is fine\n\nodd, is it\n");
    assert_eq!(rows, [Some(1), Some(3)]);
    assert!(
        said.contains("2 texts, one a line; line 2 is blank"),
        "{said}"
    );
    let (rows, _) = numbers("b.txt", "label\ttext\nup\tit is fine\n");
    assert_eq!(rows, [Some(1)]);

    let strange = bench.file("c.csv", "review,label\nfine,up\n");
    let error = predictor
        .predict_file(&strange)
        .expect_err("no such column");
    let error = error.to_string();
    assert!(
        error.contains("no column `text`") && error.contains(".txt"),
        "{error}"
    );
}

#[test]
fn what_a_run_does_not_know_of_a_text_is_said() {
    let bench = Bench::new();
    let predictor = texts(&bench);
    // Five words, of which four are read; two of these are in no training text.
    let notes = predictor.unread("it is zebra zoo fine").expect("said");
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(
        notes[0].starts_with("2 of 4 words (50.0 %) are not among the ")
            && notes[0].ends_with("read as the unknown one: \"zebra\", \"zoo\""),
        "{notes:?}"
    );
    assert!(
        notes[1].contains("1 of the texts are longer than task.longest = 4"),
        "{notes:?}"
    );
    assert!(predictor.unread("it is fine").expect("said").is_empty());

    let notes = predictor
        .evaluate(Part::Test)
        .expect("evaluates")
        .notes
        .join("\n");
    assert!(
        notes.contains("the classes `Up`, `up` differ in case only"),
        "{notes}"
    );
}

/// What was noted.
#[derive(Default)]
struct Notes(Vec<String>);

impl Watch for Notes {
    fn note(&mut self, line: &str) {
        self.0.push(line.to_owned());
    }
}

#[test]
fn what_was_read_is_said_before_training() {
    let bench = Bench::new();
    // The digits of a number to the base 3, so that no two texts are the same, once to three times.
    let digit = |k: usize| ["a", "b", "c"][k % 3];
    let text = |i: usize| [i / 3, i / 9, i / 27].map(digit).join(" ");
    let text = |i: usize| vec![text(i); 1 + i % 3].join(" ");
    let class = |i: usize| ["x", "x", "x", "x", "y"][i % 5];
    let rows: String = (0..30)
        .map(|i| format!("{}\t{}\n", text(i), class(i)))
        .collect();
    let file = bench.file("few.tsv", &format!("text\tlabel\n{rows}"));
    let config = format!(
        "device = \"flex\"\n[task]\nkind = \"classify_text\"\ntrain = {file:?}\nd_embedding = 2\nlongest = 6\n\
         [model.cell]\nkind = \"elman\"\nd_hidden = 3\n[train]\nsteps = 1\nbatch = 4\n"
    );
    let mut notes = Notes::default();
    let options = bench.options(&config, "run");
    train(&options, &mut notes, &never()).expect("trains");
    // Ten texts each of three, six and nine words; an embedding of four symbols, a layer of 3 * (2 + 3) weights and
    // 3 + 3 biases, an output of 3 * 2 + 2.
    for line in [
        "rows     30 texts",
        "classes  2: x 24, y 6; `x` is 4 times as frequent as `y`",
        "lengths  3 to 9 words, the median 6; 10 are cut to task.longest = 6",
        "symbols  3 words, which are 100.0 % of all texts",
        "parts    train ",
        "model    37 parameters: embedding 8, layer 0 21, output 8; ",
    ] {
        let found = notes.0.iter().any(|note| note.starts_with(line));
        assert!(found, "{line}: {:#?}", notes.0);
    }
    let page = std::fs::read_to_string(bench.path("run").join("report.html")).expect("a page");
    assert!(page.contains("10 are cut to task.longest = 6"));
}

#[test]
fn a_back_test_agrees_with_the_figures() {
    let bench = Bench::new();
    let predictor = texts(&bench);
    let all = predictor.back_test().expect("predicts");
    let right = |one: &&rekindle_train::Predicted| match (&one.prediction, &one.truth) {
        (Prediction::Class { class, .. }, Some(Truth::Class(truth))) => class == truth,
        _ => panic!("a class"),
    };
    let accuracy = all.iter().filter(right).count() as f64 / all.len() as f64;
    let figures = predictor.evaluate(Part::Test).expect("evaluates");
    assert_eq!(figures.metrics[0].value, accuracy);

    let table: String = (0..60)
        .map(|i| format!("d{i},{}\n", (f64::from(i) / 3.0).sin()))
        .collect();
    let file = bench.file("table.csv", &format!("day,flow\n{table}"));
    let config = format!(
        "device = \"flex\"\n[task]\nkind = \"forecast\"\nfile = {file:?}\ncolumns = [\"flow\"]\nwindow = 8\nhorizon = 2\n\
         valid = 0.2\ntest = 0.2\n[model.cell]\nkind = \"gru\"\nd_hidden = 4\n[train]\nsteps = 5\n"
    );
    let run = bench.train(&config, "forecast").run;
    let predictor = Predictor::open(&run, None).expect("opens");
    let all = predictor.back_test().expect("predicts");
    // Sixty rows, the last twelve test: the first of them, in row 49, is forecast behind the 48th.
    let first = &all[0];
    assert_eq!((first.row, first.after.as_deref()), (Some(1), Some("d47")));
    assert_eq!(first.times, ["d48", "d49"]);
    let errors = all
        .iter()
        .flat_map(|one| match (&one.prediction, &one.truth) {
            (Prediction::Values { values, .. }, Some(Truth::Values(truth))) => values
                .iter()
                .zip(truth)
                .map(|(v, t)| (v - t).abs())
                .collect::<Vec<_>>(),
            _ => panic!("values"),
        });
    let errors: Vec<f64> = errors.collect();
    let mae = errors.iter().sum::<f64>() / errors.len() as f64;
    let figures = predictor.evaluate(Part::Test).expect("evaluates");
    let said_mae = figures
        .metrics
        .iter()
        .find(|m| m.name.contains("MAE"))
        .expect("an MAE");
    assert!((said_mae.value - mae).abs() < 1e-9, "{mae} {said_mae}");
    let text = Written::Csv.text(&all).expect("a table");
    assert_eq!(text.lines().count(), 1 + errors.len());

    let next = said(predictor.predict_file(&file).expect("predicts"));
    assert_eq!(next.len(), 1);
}

#[test]
fn what_columns_are_for_is_said_once_and_a_file_named_once() {
    let bench = Bench::new();
    let rows: String = (0..30)
        .map(|i| format!("{i};{},5;x\n", i * i % 7))
        .collect();
    let file = bench.file("few.csv", &format!("n;load;place\n{rows}"));
    let config = format!(
        "device = \"flex\"\n[task]\nkind = \"forecast\"\nfile = {file:?}\nwindow = 1\nvalid = 0.2\ntest = 0.2\n\
         [model.cell]\nkind = \"elman\"\nd_hidden = 3\n[train]\nsteps = 1\nbatch = 16\n"
    );
    let mut notes = Notes::default();
    let run = train(&bench.options(&config, "run"), &mut notes, &never()).expect("trains");
    let columns = "columns  forecast `load`; left out `n` (counts or numbers the rows; task.columns reads it all the same); \
                   left out `place` (text)";
    let of = |words: &str| notes.0.iter().filter(|note| note.contains(words)).count();
    assert_eq!(
        (of(columns), of("forecast `load`")),
        (1, 1),
        "{:#?}",
        notes.0
    );
    let lengths = "lengths  windows of 1 row, from which the next is forecast";
    assert_eq!(of(lengths), 1, "{:#?}", notes.0);
    assert_eq!(of("; 1 update an epoch"), 1, "{:#?}", notes.0);
    assert_eq!(
        of("few.csv: 30 rows of 3 columns separated by semicolons, decimal commas"),
        1
    );
    assert_eq!(of("few.csv"), 1, "{:#?}", notes.0);
    let figures = Predictor::open(&run.run, None)
        .expect("opens")
        .evaluate(Part::Test);
    assert_eq!(
        figures.expect("figures").notes,
        run.result.expect("done").notes
    );
}

#[test]
fn a_folder_is_predicted_file_by_file() {
    let bench = Bench::new();
    let predictor = texts(&bench);
    let folder = bench.path("folder");
    std::fs::create_dir_all(folder.join("deep")).expect("a folder");
    for (name, text) in [
        ("b.txt", "it is poor\nand it is fine\n"),
        ("deep/a.txt", "it is fine"),
        ("blank.txt", " \n"),
        ("c.md", "no"),
    ] {
        std::fs::write(folder.join(name), text).expect("written");
    }
    let found = predictor.predict_file(&folder).expect("predicts");
    let files: Vec<Option<&str>> = found.all.iter().map(|one| one.file.as_deref()).collect();
    assert_eq!(files, [Some("b.txt"), Some("deep/a.txt")]);
    // A file is one text, and each is said what it is said alone.
    let alone = predictor.predict_text("it is fine").expect("predicts");
    assert_eq!(found.all[1].prediction, alone);
    let notes = found.notes.join("\n");
    assert!(
        notes.contains("folder: 3 files, one after the other; left out 1 file of another kind"),
        "{notes}"
    );
    assert!(
        notes.contains("blank.txt: it is blank and has no prediction"),
        "{notes}"
    );
    let table = Written::Csv.text(&found.all).expect("a table");
    assert!(
        table.starts_with("file,class,") && table.contains("\ndeep/a.txt,up,"),
        "{table}"
    );
    let empty = bench.path("empty");
    std::fs::create_dir(&empty).expect("a folder");
    let error = predictor
        .predict_file(&empty)
        .expect_err("nothing in it")
        .to_string();
    assert!(
        error.contains("no file in this folder to predict for; its names must end in .txt"),
        "{error}"
    );
}

#[test]
fn a_list_of_files_is_one_text_in_its_order() {
    let bench = Bench::new();
    bench.file("b.txt", "second ".repeat(20).trim());
    bench.file("a.txt", "first ".repeat(20).trim());
    let of = |files: &str| {
        format!(
            "device = \"flex\"\n[task]\nkind = \"language_model\"\nfile = {files}\nwindow = 4\nd_embedding = 2\n\
             [model.cell]\nkind = \"elman\"\nd_hidden = 3\n[train]\nsteps = 1\nbatch = 2\n"
        )
    };
    let mut notes = Notes::default();
    let options = bench.options(&of("[\"b.txt\", \"a.txt\"]"), "run");
    train(&options, &mut notes, &never()).expect("trains");
    for words in [
        "2 files one after the other",
        "b.txt to ",
        "one text of 259 characters",
    ] {
        assert!(
            notes.0.iter().any(|note| note.contains(words)),
            "{words}: {:#?}",
            notes.0
        );
    }
    assert!(
        rekindle_train::changed_data(&bench.path("run"))
            .expect("reads")
            .is_empty()
    );
    bench.file("a.txt", "other");
    let changed = rekindle_train::changed_data(&bench.path("run")).expect("reads");
    assert!(
        changed.len() == 1 && changed[0].contains("a.txt"),
        "{changed:?}"
    );
    for (files, words) in [
        ("[]", "task.file: the list is empty"),
        ("[\"a.txt\", \"a.txt\"]", "is named twice"),
        ("7", "a path, or a list of paths"),
    ] {
        let refused = train(&bench.options(&of(files), "no"), &mut (), &never());
        let error = refused.expect_err("refused").to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn several_files_are_one_text() {
    let bench = Bench::new();
    bench.file("b.txt", "second ".repeat(20).trim());
    bench.file("a.txt", "first ".repeat(20).trim());
    bench.file("c.md", "no");
    let pattern = bench.path("*.txt");
    let config = format!(
        "device = \"flex\"\n[task]\nkind = \"language_model\"\nfile = {pattern:?}\nwindow = 4\nd_embedding = 2\n\
         [model.cell]\nkind = \"elman\"\nd_hidden = 3\n[train]\nsteps = 1\nbatch = 2\n"
    );
    let mut notes = Notes::default();
    train(&bench.options(&config, "run"), &mut notes, &never()).expect("trains");
    // 20 words of five letters with 19 spaces between them, a line's end, 20 of six with 19.
    for line in ["2 files one after the other", "one text of 259 characters"] {
        let found = notes.0.iter().any(|note| note.contains(line));
        assert!(found, "{line}: {:#?}", notes.0);
    }
    assert!(
        rekindle_train::changed_data(&bench.path("run"))
            .expect("reads")
            .is_empty()
    );
    bench.file("d.txt", "more");
    let changed = rekindle_train::changed_data(&bench.path("run")).expect("reads");
    assert_eq!(changed.len(), 1, "{changed:?}");
}

#[test]
fn classes_are_folders_and_may_count_alike() {
    let bench = Bench::new();
    for (class, texts) in [("up", 16), ("down", 8)] {
        std::fs::create_dir_all(bench.path(&format!("texts/{class}"))).expect("a folder");
        for i in 0..texts {
            bench.file(
                &format!("texts/{class}/{i}.txt"),
                &format!("it is {class} {i}\n"),
            );
        }
    }
    let folder = bench.path("texts");
    let config = |key: &str| {
        format!(
            "device = \"flex\"\n[task]\nkind = \"classify_text\"\ntrain = {folder:?}\nd_embedding = 4\n{key}\n\
             [model.cell]\nkind = \"elman\"\nd_hidden = 4\n[train]\nsteps = 3\nbatch = 8\n"
        )
    };
    let alike = bench.train(&config(""), "alike").run;
    let same = bench.train(&config("class_weights = [1, 1]"), "same").run;
    let balanced = bench
        .train(&config("class_weights = \"balanced\""), "balanced")
        .run;
    assert!(weights(&alike) != weights(&balanced));
    // The same loss but for rounding: the figures on the validation part agree.
    let loss = |run: &std::path::Path| {
        let log = std::fs::read_to_string(run.join("metrics.jsonl")).expect("a log");
        let line = log.lines().last().expect("a line").to_owned();
        let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        line["valid_loss"].as_f64().expect("a loss")
    };
    assert!((loss(&alike) - loss(&same)).abs() < 1e-5);
    let page = std::fs::read_to_string(balanced.join("report.html")).expect("a page");
    for words in ["Verdict", "the network says", "ROC area"] {
        assert!(page.contains(words), "{words}");
    }
    let three = bench.options(&config("class_weights = [1, 2, 3]"), "three");
    let error = train(&three, &mut (), &never())
        .expect_err("three numbers")
        .to_string();
    assert!(
        error.contains("3 numbers for 2 classes; give one for each in the order down, up"),
        "{error}"
    );
}
