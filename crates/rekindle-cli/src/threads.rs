//! How many threads this process may be asked for.

use rekindle_train::{Error, Result};

/// The most: more than machines have cores. Many more cannot be started, which would end as a defect.
pub(crate) const MOST: usize = 1024;

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
