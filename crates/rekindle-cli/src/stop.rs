//! Signals that ask the program to stop.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rekindle_train::{Error, Result};

use crate::console;

/// What the first signal sets, when it says `what` is done now; the second is an end at once.
///
/// # Errors
///
/// If signals cannot be handled.
pub(crate) fn on_signal(what: &'static str) -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    let set = ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            process::exit(1);
        }
        console::note(&format!("\n{what}"));
    });
    set.map_err(|error| Error::fault(format!("signals cannot be handled: {error}")))?;
    Ok(stop)
}
