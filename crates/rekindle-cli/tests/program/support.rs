//! Running the program and reading what it says.

use std::path::Path;
use std::process::Command;

/// The directory of the small files that come with the tests of runs.
pub(crate) const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../rekindle-train/tests/data");

/// What a run of the program came to.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the program in a directory.
pub(crate) fn rekindle_in(directory: &Path, arguments: &[&str]) -> Said {
    said(program().args(arguments).current_dir(directory))
}

/// The program, to be given arguments.
pub(crate) fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_rekindle"));
    // Graphics drivers complain on standard error of machines without a session.
    program.env("XDG_RUNTIME_DIR", std::env::temp_dir());
    program
}

pub(crate) fn said(program: &mut Command) -> Said {
    let output = program.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
    Said {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

pub(crate) fn rekindle(arguments: &[&str]) -> Said {
    rekindle_in(Path::new("."), arguments)
}

impl Said {
    /// Asserts that all went well; returns what was printed.
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.out
    }

    /// Asserts an error that the user can mend, with these words: one or two lines, or one with a list of faults below it.
    pub(crate) fn refused(self, words: &[&str]) {
        assert_eq!(
            (self.code, self.out.as_str()),
            (Some(2), ""),
            "{}",
            self.err
        );
        assert!(self.err.starts_with("error: "), "{}", self.err);
        let mut below = self.err.lines().skip(1);
        let is_list = below.all(|line| line.starts_with("  "));
        assert!(self.err.lines().count() <= 2 || is_list, "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not in `{}`", self.err);
        }
    }

    /// Asserts that an argument was refused with these words, behind which clap says where there is help.
    pub(crate) fn refused_argument(self, words: &[&str]) {
        let (said, help) = self
            .err
            .trim_end()
            .rsplit_once("\n\n")
            .unwrap_or((&self.err, ""));
        assert!(help.contains("--help"), "{}", self.err);
        let err = said.to_owned();
        Said { err, ..self }.refused(words);
    }
}
