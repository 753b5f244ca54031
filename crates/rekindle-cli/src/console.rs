//! The one place that prints: results to standard output, everything else to standard error.

use std::io::{self, ErrorKind, Write};
use std::process;

use rekindle_train::{Error, Result};

/// Writes a result.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        // Whoever read this has seen enough: `rekindle list | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => process::exit(0),
        Err(error) => Err(Error::fault(format!("cannot write the output: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// Says something beside the result. If nobody can hear it, nothing is lost.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Says what went wrong.
pub(crate) fn error(error: &Error) {
    note(&format!("error: {error}"));
}
