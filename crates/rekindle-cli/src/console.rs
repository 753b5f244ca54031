//! The one place that prints: results to standard output, everything else to standard error.

use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process;

use rekindle_train::{Error, Result, output};

use crate::plain::{message, plain};

/// Writes a result.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    let written = out
        .write_all(plain(text).as_bytes())
        .and_then(|()| out.flush());
    match written {
        // Whoever read this has seen enough: `rekindle list | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => process::exit(0),
        Err(error) => Err(Error::fault(format!("cannot write the output: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// Prints what there is to say of a file that was written: beside it, where the file is standard output.
pub(crate) fn print_beside(output: &Path, text: &str) -> Result<()> {
    match output::is_standard(output) {
        false => print(text),
        true => {
            note(text.trim_end());
            Ok(())
        }
    }
}

/// Says something beside the result. If nobody can hear it, nothing is lost.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{}", plain(line));
}

/// Says which files of a run's data are no longer what it was trained on.
pub(crate) fn changed_data(run: &Path) -> Result<()> {
    for what in rekindle_train::changed_data(run)? {
        note(&format!(
            "warning: the data has changed since this run was trained: {what}"
        ));
    }
    Ok(())
}

/// Says what went wrong.
pub(crate) fn error(error: &Error) {
    note(&format!("error: {}", message(&error.to_string())));
}

/// Prints a help page, or says what is wrong with the arguments.
pub(crate) fn usage(error: &clap::Error) {
    let text = error.render().to_string();
    let lines: Vec<String> = text.lines().map(message).collect();
    let lines = lines.join("\n");
    match lines == text.trim_end_matches('\n') {
        // With the colours of a terminal. Where nobody can read it, nothing is lost.
        true => drop(error.print()),
        false => note(&lines),
    }
}
