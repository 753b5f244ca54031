//! Runs that were interrupted: what they go on with, and what keeps them from it.

use crate::support::{Bench, DATA, never, weights};
use crate::{LANGUAGE, SERIES, StopAt};
use rekindle_train::{
    Error, Predictor, TrainOptions, Watch, changed_data, predict::unfinished, tasks::Part, train,
};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    sync::{Mutex, PoisonError, atomic::Ordering},
};

/// The lines of a run's metrics, but for times.
fn lines(run: &Path) -> Vec<Value> {
    let text = fs::read_to_string(run.join("metrics.jsonl")).expect("metrics");
    let line = |line| {
        let mut line: Value = serde_json::from_str(line).expect("JSON");
        let keys = line.as_object_mut().expect("an object");
        keys.retain(|key, _| !["seconds", "per_second"].contains(&key.as_str()));
        line
    };
    text.lines().map(line).collect()
}

/// A run that was stopped after a step.
fn stopped(bench: &Bench, config: &str, out: &str, step: u64) -> TrainOptions {
    let stop = never();
    let options = bench.options(config, out);
    let part = train(&options, &mut StopAt(step, &stop), &stop).expect("stops");
    assert_eq!((part.step, part.result), (step, None));
    TrainOptions {
        resume: true,
        ..options
    }
}

fn refused(options: &TrainOptions) -> String {
    let error = train(options, &mut (), &never()).expect_err("refused");
    assert!(matches!(error, Error::Mend(_)), "exit code 2: {error}");
    let error = error.to_string();
    assert!(error.lines().count() <= 2, "{error}");
    error
}

#[test]
fn the_metrics_of_an_interrupted_run_are_those_of_a_whole_one() {
    // Intervals of reports, evaluations and checkpoints that do not fit into one another.
    let series = SERIES.replace(
        "batch = 3",
        "batch = 3\nreport_every = 4\nevaluate_every = 3",
    );
    // An average of the weights, batches that are added up, and a step size that follows the evaluations.
    let averaged = SERIES.replace("epochs = 8", "epochs = 16").replace(
        "batch = 3",
        "batch = 3\nreport_every = 4\nevaluate_every = 2\naverage = \"ema\"\naccumulate = 2\nschedule = \"plateau\"\ndecay_patience = 1",
    );
    // A mean of the weights, which begins when validation grows worse: steps of this size soon do.
    let triggered = SERIES.replace("epochs = 8", "epochs = 16").replace(
        "batch = 3",
        "batch = 3\nreport_every = 4\nevaluate_every = 1\noptimizer = \"sgd\"\nmomentum = 0\nlearning_rate = 2.0\n\
         average = \"triggered\"\naverage_patience = 1",
    );
    // Rows of similar length together, of labels that are smoothed.
    let sorted = SERIES.replace(
        "batch = 3",
        "batch = 3\nreport_every = 4\nevaluate_every = 3\nbucketing = 2\nlabel_smoothing = 0.1",
    );
    for (name, config) in [
        ("language", LANGUAGE),
        ("series", series.as_str()),
        ("sorted", sorted.as_str()),
        ("averaged", averaged.as_str()),
        ("triggered", triggered.as_str()),
    ] {
        let bench = Bench::new();
        let mut notes = Notes::default();
        train(&bench.options(config, "whole"), &mut notes, &never()).expect("trains");
        let notes = notes.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let began = notes.iter().find(|note| note.contains("are averaged"));
        assert_eq!(began.is_some(), name == "triggered", "{notes:?}");
        let together = notes.iter().find(|note| note.starts_with("batches "));
        let together = together.is_some_and(|note| note.contains("rows of 2 updates in the order"));
        assert_eq!(together, name == "sorted", "{notes:?}");
        let whole = lines(&bench.path("whole"));
        for step in 1..9 {
            let out = format!("parts-{step}");
            let options = stopped(&bench, config, &out, step);
            train(&options, &mut (), &never()).expect("goes on");
            let same = weights(&bench.path("whole")) == weights(&bench.path(&out));
            assert!(same, "{name}: the weights differ after a stop at {step}");
            assert_eq!(lines(&bench.path(&out)), whole, "{name}, stopped at {step}");
        }
    }
}

/// A run whose patience ends before its steps, of which the second evaluation is as bad as the first.
fn impatient() -> String {
    LANGUAGE
        .replace("steps = 9", "steps = 40\npatience = 1")
        .replace("learning_rate = 0.01", "learning_rate = 1e-12")
        .replace("evaluate_every = 3", "evaluate_every = 2")
}

#[test]
fn a_run_whose_patience_is_at_its_end_makes_no_update_more() {
    let bench = Bench::new();
    let config = impatient();
    let whole = bench.train(&config, "whole");
    assert!(whole.step < 40, "{}", whole.step);
    // As a kill behind the last checkpoint leaves it.
    let run = bench.path("whole");
    let (best, metrics) = (weights(&run), lines(&run));
    for file in ["result.json", "model.safetensors", "report.html"] {
        fs::remove_file(run.join(file)).expect("there");
    }
    let options = TrainOptions {
        resume: true,
        ..bench.options(&config, "whole")
    };
    let again = train(&options, &mut (), &never()).expect("ends");
    assert_eq!(again.step, whole.step);
    assert!(weights(&run) == best, "the weights differ");
    assert_eq!(lines(&run), metrics);
}

#[test]
fn a_kill_before_the_report_leaves_it_to_the_next_sitting() {
    let bench = Bench::new();
    let whole = bench.train(LANGUAGE, "run");
    let run = bench.path("run");
    let page = fs::read_to_string(run.join("report.html")).expect("a report");
    fs::remove_file(run.join("report.html")).expect("there");
    let options = TrainOptions {
        resume: true,
        ..bench.options(LANGUAGE, "run")
    };
    let again = train(&options, &mut (), &never()).expect("writes it");
    assert_eq!(again.result, whole.result);
    assert_eq!(
        fs::read_to_string(run.join("report.html")).expect("a report"),
        page
    );
    assert!(refused(&options).contains("is finished"));
}

#[test]
fn weights_that_are_gone_are_written_again_from_the_last_checkpoint() {
    let bench = Bench::new();
    let whole = bench.train(LANGUAGE, "run");
    let run = bench.path("run");
    let (kept, log) = (weights(&run), lines(&run));
    let options = TrainOptions {
        resume: true,
        ..bench.options(LANGUAGE, "run")
    };
    let gone = || fs::remove_file(run.join("model.safetensors")).expect("there");
    let unopened = || Predictor::open(&run, None).err().expect("lacks weights");
    gone();
    let said = unfinished(&run).expect("a run").expect("is said");
    assert!(said.contains("has lost its weights"), "{said}");
    let again = train(&options, &mut (), &never()).expect("writes them");
    assert_eq!(again.result, whole.result);
    assert!(weights(&run) == kept && lines(&run) == log);
    Predictor::open(&run, None).expect("is whole");
    assert!(refused(&options).contains("is finished"));
    // Without a checkpoint there is nothing to write them from.
    gone();
    fs::remove_dir_all(run.join("checkpoints")).expect("there");
    for said in [refused(&options), unopened().to_string()] {
        for word in ["model.safetensors is damaged", "train anew with another"] {
            assert!(said.contains(word), "`{word}` is not in `{said}`");
        }
    }
}

#[test]
fn a_kill_while_a_run_is_created_is_no_end_of_it() {
    let bench = Bench::new();
    bench.train(LANGUAGE, "whole");
    for missing in [
        &["manifest.json"][..],
        &["manifest.json", "data.json"],
        &["manifest.json", "data.json", "config.toml"],
    ] {
        let options = stopped(&bench, LANGUAGE, "begun", 2);
        let run = bench.path("begun");
        fs::remove_dir_all(run.join("checkpoints")).expect("there");
        for file in missing.iter().chain(&["metrics.jsonl"]) {
            fs::remove_file(run.join(file)).expect("there");
        }
        fs::write(run.join(".rekindle-Ab12Cd.tmp"), "half").expect("written");
        train(&options, &mut (), &never()).expect("begins anew");
        assert!(weights(&run) == weights(&bench.path("whole")));
        assert_eq!(lines(&run), lines(&bench.path("whole")));
        assert!(!run.join(".rekindle-Ab12Cd.tmp").exists());
        fs::remove_dir_all(run).expect("there");
    }
}

#[test]
fn what_is_missing_of_a_run_that_has_begun_is_damage_and_no_beginning() {
    let bench = Bench::new();
    bench.train(LANGUAGE, "run");
    let run = bench.path("run");
    let mut options = TrainOptions {
        resume: true,
        // A config that the run was not begun with.
        overrides: vec!["train.batch=3".into()],
        ..bench.options(LANGUAGE, "run")
    };
    let there = |file: &str| run.join(file).exists();
    // The last of them tell that the run has begun until they go too.
    for later in ["result.json", "model.safetensors", "checkpoints"] {
        for missing in ["manifest.json", "config.toml", "data.json"] {
            let (path, aside) = (run.join(missing), bench.path("aside"));
            fs::rename(&path, &aside).expect("there");
            let opened = Predictor::open(&run, None).err().expect("damaged");
            for said in [refused(&options), opened.to_string()] {
                for word in [
                    &format!("{missing} is damaged: it is missing"),
                    later.split('.').next().expect("a name"),
                    "train anew with another --out",
                ] {
                    assert!(said.contains(word), "`{word}` is not in `{said}`");
                }
                assert!(!said.contains("finish it"), "{said}");
            }
            assert!(!there(missing), "{missing} was written");
            fs::rename(&aside, &path).expect("back");
        }
        let path = run.join(later);
        let gone = match path.is_dir() {
            true => fs::remove_dir_all(path),
            false => fs::remove_file(path),
        };
        gone.expect("there");
    }
    fs::remove_file(run.join("manifest.json")).expect("there");
    options.overrides.clear();
    train(&options, &mut (), &never()).expect("begins anew");
}

/// Tries to go on with the run that is being trained.
struct Second<'o>(&'o TrainOptions, Option<String>);

impl Watch for Second<'_> {
    fn step(&mut self, step: u64, _: u64, _: f64) {
        if step == 2 {
            self.1 = Some(refused(self.0));
        }
    }
}

#[test]
fn a_run_is_trained_by_one_process() {
    let bench = Bench::new();
    let again = TrainOptions {
        resume: true,
        ..bench.options(LANGUAGE, "run")
    };
    let mut second = Second(&again, None);
    train(&bench.options(LANGUAGE, "run"), &mut second, &never()).expect("trains");
    let said = second.1.expect("tried");
    let number = std::process::id().to_string();
    assert!(said.contains("is being trained by process"), "{said}");
    assert!(said.contains(&number), "{said}");
}

#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Watch for Notes {
    fn note(&mut self, line: &str) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push(line.to_owned());
    }
}

#[test]
fn changed_data_is_refused_unless_it_is_accepted() {
    let bench = Bench::new();
    let text = fs::read_to_string(format!("{DATA}/tiny.txt")).expect("a text");
    let file = bench.file("own.txt", &text);
    let config = LANGUAGE.replace("DATA/tiny.txt", &file.display().to_string());
    let mut options = stopped(&bench, &config, "run", 4);
    let run = bench.path("run");
    assert_eq!(changed_data(&run).expect("a run"), Vec::<String>::new());
    // Other letters, and more of them.
    let other = text.replacen('e', "a", 3);
    for (content, words) in [
        (
            other.clone(),
            ["own.txt holds other bytes", "--accept-changed-data"],
        ),
        (format!("{text}more"), ["own.txt holds", "bytes, not"]),
    ] {
        fs::write(&file, &content).expect("written");
        let error = refused(&options);
        for word in words {
            assert!(error.contains(word), "`{word}` is not in `{error}`");
        }
        assert_eq!(changed_data(&run).expect("a run").len(), 1);
    }
    // As it was, it is the same run.
    fs::write(&file, &text).expect("written");
    let stop = never();
    train(&options, &mut StopAt(6, &stop), &stop).expect("goes on");
    fs::write(&file, &other).expect("written");
    options.accept_changed_data = true;
    stop.store(false, Ordering::Relaxed);
    let mut notes = Notes::default();
    train(&options, &mut notes, &stop).expect("goes on");
    let notes = notes.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(
        notes.iter().any(|note| note.contains("changed data")),
        "{notes:?}"
    );
    // What was accepted is what the run was trained on.
    assert_eq!(changed_data(&run).expect("a run"), Vec::<String>::new());
}

#[test]
fn evaluations_on_data_that_has_changed_begin_anew() {
    let bench = Bench::new();
    let text = fs::read_to_string(format!("{DATA}/tiny.txt")).expect("a text");
    let file = bench.file("own.txt", &text);
    let config = LANGUAGE.replace("DATA/tiny.txt", &file.display().to_string());
    // One evaluation so far, at step 3; two are to come, at 6 and at 9.
    let mut options = stopped(&bench, &config, "run", 4);
    let run = bench.path("run");
    fs::write(&file, text.replacen('e', "a", 3)).expect("written");
    options.accept_changed_data = true;
    let mut notes = Notes::default();
    let stop = never();
    struct Both<'b, 's>(&'b mut Notes, StopAt<'s>);
    impl Watch for Both<'_, '_> {
        fn note(&mut self, line: &str) {
            self.0.note(line);
        }
        fn step(&mut self, step: u64, steps: u64, loss: f64) {
            self.1.step(step, steps, loss);
        }
    }
    train(&options, &mut Both(&mut notes, StopAt(5, &stop)), &stop).expect("goes on");
    let notes = notes.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(
        notes
            .iter()
            .any(|note| note.contains("evaluations begin anew")),
        "{notes:?}"
    );
    // As a kill before the first checkpoint on the new data leaves it.
    fs::remove_dir_all(run.join("checkpoints/step-00000005")).expect("there");
    options.accept_changed_data = false;
    let result = train(&options, &mut (), &never()).expect("ends").result;
    let result = result.expect("a result");
    assert!(result.kept.step >= 6, "{}", result.kept);
    assert!(
        result.kept.why.contains("of 2 evaluations"),
        "{}",
        result.kept
    );
    // The figure that is named is one of the weights that were kept, on the data of now.
    let valid = Predictor::open(&run, None).and_then(|network| network.evaluate(Part::Valid));
    let figure = valid.expect("a figure").metrics[0].digits();
    assert!(result.kept.why.contains(&figure), "{}", result.kept);
    // At the end of all updates nothing new can be evaluated.
    for file in ["result.json", "report.html"] {
        fs::remove_file(run.join(file)).expect("there");
    }
    fs::write(&file, text.replacen('e', "o", 3)).expect("written");
    options.accept_changed_data = true;
    let said = refused(&options);
    assert!(said.contains("all 9 updates were made"), "{said}");
    assert_eq!(changed_data(&run).expect("a run").len(), 1);
}

#[test]
fn a_log_that_is_gone_is_told() {
    let bench = Bench::new();
    for (step, gone) in [(1, false), (4, true)] {
        let out = format!("run-{step}");
        let options = stopped(&bench, LANGUAGE, &out, step);
        let log = bench.path(&out).join("metrics.jsonl");
        // The first report is that of step 2.
        assert_eq!(log.exists(), gone);
        if gone {
            fs::remove_file(&log).expect("there");
        }
        let mut notes = Notes::default();
        train(&options, &mut notes, &never()).expect("goes on");
        let notes = notes.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let told = |note: &String| note.contains("metrics.jsonl is gone: ");
        assert_eq!(notes.iter().any(told), gone, "{notes:?}");
        assert!(!gone || notes.iter().any(|note| note.contains("step 4")));
    }
}

#[test]
fn passes_over_data_that_has_grown_are_those_that_were_begun() {
    let bench = Bench::new();
    let series = fs::read_to_string(format!("{DATA}/tiny_multi.ts")).expect("series");
    let file = bench.file("own.ts", &series);
    let config = SERIES.replace("DATA/tiny_multi.ts", &file.display().to_string());
    let mut options = stopped(&bench, &config, "run", 4);
    let rows = series
        .lines()
        .filter(|line| !line.starts_with('@') && !line.starts_with('#'));
    let rows: Vec<&str> = rows.collect();
    fs::write(&file, format!("{series}\n{}\n", rows.join("\n"))).expect("written");
    assert!(refused(&options).contains("own.ts"), "names the file");
    options.accept_changed_data = true;
    let trained = train(&options, &mut (), &never()).expect("goes on");
    let config = fs::read_to_string(trained.run.join("config.toml")).expect("a config");
    assert!(
        config.contains(&format!("steps = {}\n", trained.step)),
        "{config}"
    );
}

#[test]
fn what_a_run_goes_by_is_known_again() {
    let bench = Bench::new();
    let run = bench.train(SERIES, "run").run;
    let open = || Predictor::open(&run, None).err().map(|e| e.to_string());
    assert_eq!(open(), None);
    for (file, words) in [
        ("model.safetensors", ["model.safetensors", "checksum"]),
        ("data.json", ["data.json", "checksum"]),
    ] {
        let path = run.join(file);
        let whole = fs::read(&path).expect("there");
        let mut flipped = whole.clone();
        let digit = flipped
            .iter()
            .rposition(u8::is_ascii_digit)
            .expect("a digit");
        flipped[digit] ^= 1;
        fs::write(&path, &flipped).expect("written");
        let said = open().expect("damaged");
        for word in words {
            assert!(said.contains(word), "`{word}` is not in `{said}`");
        }
        fs::write(&path, &whole[..whole.len() - 1]).expect("written");
        assert!(open().expect("cut").contains(file));
        fs::write(&path, &whole).expect("written");
    }
    let path = run.join("data.json");
    let spec = fs::read_to_string(&path).expect("there");
    let mut spec: Value = serde_json::from_str(&spec).expect("JSON");
    spec["scaler"]["std"][0] = 0.into();
    fs::write(&path, spec.to_string()).expect("written");
    let said = open().expect("damaged");
    assert!(
        said.contains("data.json is damaged: scaler.std holds 0"),
        "{said}"
    );
}

#[test]
fn the_log_in_other_forms_is_that_of_a_run_without_a_break() {
    let bench = Bench::new();
    let forms = ["train.metrics=[\"csv\", \"tensorboard\"]"];
    train(&bench.changed(LANGUAGE, &forms, "whole"), &mut (), &never()).expect("trains");
    let stop = never();
    let mut options = bench.changed(LANGUAGE, &forms, "parts");
    train(&options, &mut StopAt(5, &stop), &stop).expect("stops");
    // What a kill leaves of an append, and of a whole file.
    let table = bench.path("parts").join("metrics.csv");
    fs::write(&table, "step,tr").expect("written");
    fs::remove_dir_all(bench.path("parts").join("tensorboard")).expect("there");
    options.resume = true;
    train(&options, &mut (), &never()).expect("goes on");
    // But for the columns of times.
    let rows = |run: &str| -> Vec<Vec<String>> {
        let text = fs::read_to_string(bench.path(run).join("metrics.csv")).expect("a table");
        let rows: Vec<Vec<String>> = text
            .lines()
            .map(|line| line.split(',').map(str::to_owned).collect())
            .collect();
        let timed = |c: &usize| ["seconds", "per_second"].contains(&rows[0][*c].as_str());
        let columns: Vec<usize> = (0..rows[0].len()).filter(|c| !timed(c)).collect();
        let kept = |row: &Vec<String>| columns.iter().map(|&c| row[c].clone()).collect();
        rows.iter().map(kept).collect()
    };
    assert_eq!(rows("whole"), rows("parts"));
    let head = &rows("whole")[0];
    for name in [
        "step",
        "train loss",
        "train bits per character",
        "gradient_norm",
        "valid loss",
        "valid bits per character",
    ] {
        assert!(head.iter().any(|column| column == name), "{name}: {head:?}");
    }
    // Nine updates, reported every second and at the end, evaluated every third.
    assert_eq!(rows("whole").len(), 1 + 5 + 3);
    let size = |run: &str| {
        let files = fs::read_dir(bench.path(run).join("tensorboard")).expect("a directory");
        let sizes = files.map(|file| file.expect("a file").metadata().expect("its size").len());
        sizes.sum::<u64>()
    };
    assert!(size("whole") > 0 && size("whole") == size("parts"));
}
