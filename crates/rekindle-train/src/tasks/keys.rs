//! Keys that several kinds of tasks have, and what they must be.

use crate::model::config::ModelConfig;
use rekindle::{Invalid, rate};

/// Checks the shares of the data that are held out, by their keys.
pub(super) fn shares(held_out: [(&str, f64); 2]) -> Result<(), Invalid> {
    for (key, share) in held_out {
        rate(key, share)?;
    }
    let [(valid, v), (test, t)] = held_out;
    match v + t < 1.0 {
        true => Ok(()),
        false => {
            let expected =
                format!("less than 1 together with task.{test} = {t}: nothing is left to train on");
            Err(Invalid::new(valid, v, &expected))
        }
    }
}

/// Refuses a model that reads from the end.
pub(super) fn forward_only(model: &ModelConfig, why: &str) -> Result<(), Invalid> {
    match model.is_bidirectional() {
        false => Ok(()),
        true => Err(Invalid::new(
            "kind",
            "with model.bidirectional = true",
            &format!("read forward: {why}"),
        )),
    }
}
