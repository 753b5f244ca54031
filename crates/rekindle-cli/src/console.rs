//! The one place that prints: results to standard output, everything else to standard error.

use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::process;

use rekindle_train::{Error, Predictor, Result, output, zoo};

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
    let _ = writeln!(io::stderr(), "{}", said(line));
}

/// What is said beside a result as it is shown: files by their names from here.
pub(crate) fn said(line: &str) -> String {
    let here = std::env::current_dir().ok();
    let here = here.as_deref().and_then(Path::to_str).unwrap_or_default();
    plain(&from_here(line, here)).into_owned()
}

/// A text in which files of a directory are named from there, as whoever stands in it would.
fn from_here(text: &str, directory: &str) -> String {
    let whole = format!("{}/", directory.trim_end_matches('/'));
    let mut parts = text.split(&whole);
    let mut near = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // Behind a part of a path or of a name it is another one.
        let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '~');
        if whole == "/" || near.ends_with(goes_on) {
            near.push_str(&whole);
        }
        near.push_str(part);
    }
    near
}

/// Says that a run is not finished, where it is not.
pub(crate) fn unfinished(run: &Path) -> Result<()> {
    let said = rekindle_train::predict::unfinished(run)?;
    said.iter().for_each(|said| note(said));
    Ok(())
}

/// Opens a run, and says where it is not finished.
pub(crate) fn opened(run: &Path, device: Option<&str>) -> Result<Predictor> {
    let predictor = Predictor::open(run, device)?;
    unfinished(run)?;
    Ok(predictor)
}

/// Says which files of a run's data are no longer what it was trained on.
///
/// # Errors
///
/// If it is no run, or one of a model whose data have to be fetched first.
pub(crate) fn changed_data(run: &Path) -> Result<()> {
    if let Some(said) = zoo::to_fetch(run)? {
        return Err(Error::mend(said));
    }
    for what in rekindle_train::changed_data(run)? {
        note(&format!(
            "warning: the data has changed since this run was trained: {what}"
        ));
    }
    Ok(())
}

/// Says what went wrong.
pub(crate) fn error(error: &Error) {
    let shown = match error {
        Error::Several { what, faults } => {
            let faults = faults.iter().map(|fault| format!("\n  {}", message(fault)));
            message(what) + &faults.collect::<String>()
        }
        error => message(&error.to_string()),
    };
    note(&format!("error: {shown}"));
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

#[cfg(test)]
mod tests {
    use super::from_here;

    #[test]
    fn files_are_named_from_the_directory_one_stands_in() {
        for (text, expected) in [
            ("/home/a/x.csv: 3 rows", "x.csv: 3 rows"),
            (
                "error: `/home/a/b/x.csv` and /home/a/y",
                "error: `b/x.csv` and y",
            ),
            (
                "/mnt/home/a/x.csv /home/ab/x",
                "/mnt/home/a/x.csv /home/ab/x",
            ),
        ] {
            assert_eq!(from_here(text, "/home/a"), expected);
        }
        assert_eq!(from_here("/x.csv a/b", "/"), "/x.csv a/b");
    }
}
