//! Every cell of the list trains a config that was written for another one.

use rekindle::CATALOG;
use rekindle_train::{TrainOptions, Watch, train};
use std::sync::atomic::{AtomicBool, Ordering};

const CONFIG: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../configs/classify_series/mnist1d-gru.toml"
);
const STEPS: u64 = 3;

/// Asks for an end when some steps are done.
struct Stop<'s>(&'s AtomicBool);

impl Watch for Stop<'_> {
    fn step(&mut self, step: u64, _: u64, _: f64) {
        if step == STEPS {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

/// A loss that is no number is an error of the run, so that three updates say that the second and
/// third of them had one.
#[test]
fn a_config_that_names_another_cell_trains_it() {
    let directory = tempfile::tempdir().expect("a directory");
    for card in CATALOG {
        let options = TrainOptions {
            config: CONFIG.into(),
            overrides: vec![format!("model.cell.kind={}", card.name)],
            device: Some("flex".into()),
            out: Some(directory.path().join(card.name)),
            ..TrainOptions::default()
        };
        let stop = AtomicBool::new(false);
        let trained = train(&options, &mut Stop(&stop), &stop);
        let trained = trained.unwrap_or_else(|error| panic!("{}: {error}", card.name));
        assert_eq!(trained.step, STEPS, "{}", card.name);
    }
}
