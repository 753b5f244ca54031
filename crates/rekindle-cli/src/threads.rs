//! How many threads this process may be asked for.

use std::env;

use rekindle_train::{Error, Result};

/// The most: more than machines have cores. Many more cannot be started, which would end as a defect.
const MOST: usize = 1024;

/// Checks a number of threads, by whatever it was asked for.
///
/// # Errors
///
/// If it is 0 or more than can be started.
pub(crate) fn check(asked_by: &str, threads: usize) -> Result<()> {
    match threads {
        1..=MOST => Ok(()),
        _ => Err(Error::mend(format!(
            "{asked_by} = {threads}: must be from 1 to {MOST}"
        ))),
    }
}

/// Checks what the environment asks for: Burn and the engine share a pool of so many threads, and some backends have
/// another for matrix products. What is no number they pass over, and 0 leaves the number to them.
///
/// # Errors
///
/// If it is more than can be started.
pub(crate) fn check_environment() -> Result<()> {
    for name in ["RAYON_NUM_THREADS", "MATMUL_NUM_THREADS"] {
        let asked = env::var(name).ok().and_then(|text| text.parse().ok());
        match asked {
            None | Some(0) => {}
            Some(threads) => check(name, threads)?,
        }
    }
    Ok(())
}
