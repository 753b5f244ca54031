//! What a run says of files with what is right in them.

use super::support::{Bench, DATA};
use rekindle_train::{Figures, Predictor, tasks::Part};
use std::{fs, path::Path};

/// The figures of a network and of what learns nothing, but for what is said of them.
fn numbers(figures: &Figures) -> (Vec<String>, Vec<String>) {
    let metrics = figures.metrics.iter().map(|m| format!("{m} {}", m.value));
    let baselines = figures.baselines.iter();
    let baselines = baselines.map(|(name, m)| format!("{name}: {m} {}", m.value));
    (metrics.collect(), baselines.collect())
}

/// What is said of a file that a run cannot be judged on.
fn refused(predictor: &Predictor, file: &Path) -> String {
    let error = predictor.evaluate_file(file).expect_err("refused");
    assert_eq!(error.exit_code(), 2, "{error}");
    error.to_string()
}

#[test]
fn the_runs_own_test_rows_as_a_file_have_the_figures_of_its_test_part() {
    let bench = Bench::new();
    let row = |i: usize| format!("{} {}\t{}\n", ["fine", "poor"][i % 2], i / 6, i % 2);
    let rows = |range: std::ops::Range<usize>| {
        let rows: String = range.map(row).collect();
        format!("text\tlabel\n{rows}")
    };
    let (train, test) = (
        bench.file("a.tsv", &rows(0..40)),
        bench.file("b.tsv", &rows(40..57)),
    );
    let texts = format!(
        "device = \"flex\"\n[task]\nkind = \"classify_text\"\ntrain = {train:?}\ntest = {test:?}\nd_embedding = 4\n\
         [model.cell]\nkind = \"elman\"\nd_hidden = 4\n[train]\nsteps = 3\nbatch = 4\n"
    );
    let series = "device = \"flex\"\n[task]\nkind = \"classify_series\"\ntrain = \"DATA/tiny_multi.ts\"\ntest = \"DATA/tiny_multi.ts\"\n\
         valid_share = 0.2\n[model.cell]\nkind = \"gru\"\nd_hidden = 5\n[train]\nsteps = 2\nbatch = 3\n".to_owned();
    for (config, test) in [
        (texts, test),
        (series, Path::new(DATA).join("tiny_multi.ts")),
    ] {
        let name = test
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let predictor = Predictor::open(&bench.train(&config, &name).run, None).expect("opens");
        let part = predictor.evaluate(Part::Test).expect("a test part");
        let file = predictor.evaluate_file(&test).expect("a file");
        assert_eq!(numbers(&part).0, numbers(&file).0);
        assert_eq!(part.by_class, file.by_class);
        let known = file
            .notes
            .iter()
            .any(|note| note.contains("that of the rows that are judged"));
        assert!(known, "{:?}", file.notes);
    }
}

#[test]
fn the_end_of_a_table_or_a_text_is_judged_as_the_test_part_is() {
    let bench = Bench::new();
    let rows: Vec<String> = (0..60)
        .map(|i| format!("d{i},{}\n", (f64::from(i) / 3.0).sin()))
        .collect();
    let head = "day,flow\n";
    let file = bench.file("table.csv", &format!("{head}{}", rows.concat()));
    let table = format!(
        "device = \"flex\"\n[task]\nkind = \"forecast\"\nfile = {file:?}\ncolumns = [\"flow\"]\nwindow = 8\nhorizon = 2\n\
         season = 4\nvalid = 0.2\ntest = 0.2\n[model.cell]\nkind = \"gru\"\nd_hidden = 4\n[train]\nsteps = 5\n"
    );
    let predictor = Predictor::open(&bench.train(&table, "table").run, None).expect("opens");
    let part = predictor.evaluate(Part::Test).expect("a test part");
    // The last twelve rows test; the first forecast looks back on the eight before.
    let end = bench.file("end.csv", &format!("{head}{}", rows[40..].concat()));
    let judged = predictor.evaluate_file(&end).expect("a file");
    assert_eq!(numbers(&part), numbers(&judged));
    let short = bench.file("short.csv", &format!("{head}{}", rows[..9].concat()));
    let error = refused(&predictor, &short);
    assert!(
        error.contains("short.csv: it has 9 rows, fewer than the 10"),
        "{error}"
    );

    // A fifth of the symbols tests; the first of them is not judged, in the file neither.
    let text = fs::read_to_string(Path::new(DATA).join("tiny.txt")).expect("a text");
    let symbols: Vec<char> = text.chars().collect();
    let tested = (0.2 * symbols.len() as f64).round() as usize;
    let end: String = symbols[symbols.len() - tested..].iter().collect();
    let end = bench.file("end.txt", &end);
    let predictor = Predictor::open(&bench.train(super::LANGUAGE, "text").run, None);
    let predictor = predictor.expect("opens");
    let part = predictor.evaluate(Part::Test).expect("a test part");
    let judged = predictor.evaluate_file(&end).expect("a file");
    assert_eq!(part.metrics, judged.metrics);
    let error = refused(&predictor, &bench.file("one.txt", "a"));
    assert!(error.contains("one.txt: a text of 1 symbols"), "{error}");
}

#[test]
fn a_file_that_does_not_fit_is_refused() {
    let bench = Bench::new();
    let run = bench.train(super::SERIES, "series").run;
    let predictor = Predictor::open(&run, None).expect("opens");
    let rows = "@problemName X\n@dimensions 3\n@classLabel true up left\n@data\n1,2:3,4:5,6:left\n";
    for (name, text, said) in [
        ("other.ts", rows, "left"),
        (
            "two.ts",
            &rows.replace(":5,6", "").replace("3\n", "2\n"),
            "channels",
        ),
        (
            "none.ts",
            &rows.replace("true up left", "false").replace(":left", ""),
            "label",
        ),
    ] {
        let error = refused(&predictor, &bench.file(name, text));
        assert!(error.contains(name) && error.contains(said), "{error}");
    }
    let error = refused(&predictor, &bench.path("missing.ts"));
    assert!(
        error.contains("no file ") && error.contains("missing.ts"),
        "{error}"
    );

    let adding = "device = \"flex\"\n[task]\nkind = \"adding\"\ntime = 10\nheld_out = 4\n[model.cell]\nkind = \"gru\"\nd_hidden = 2\n\
                  [train]\nsteps = 1\nbatch = 2\n";
    let predictor = Predictor::open(&bench.train(adding, "adding").run, None).expect("opens");
    let error = refused(&predictor, &Path::new(DATA).join("tiny.txt"));
    assert!(error.contains("draws its data"), "{error}");
}
