//! One error type for everything that a person running an experiment can meet.

use rekindle_interop::WeightError;

/// What went wrong, in one or two lines that name the file, the key or the value, and the remedy, or of several faults in a line each.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something the person who runs the program can mend: a key, a path, a value. Exit code 2.
    #[error("{0}")]
    Mend(String),
    /// Several such things of one file, a line each behind the one that names it. Exit code 2.
    #[error("{what}\n{}", .faults.join("\n"))]
    #[allow(
        missing_docs,
        reason = "the doc of the variant says what the fields are"
    )]
    Several { what: String, faults: Vec<String> },
    /// Everything else: a full disk, a device that failed, a defect of ours. Exit code 1.
    #[error("{0}")]
    Fault(String),
}

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error that the user can mend.
    pub fn mend(message: impl Into<String>) -> Self {
        Self::Mend(message.into())
    }

    /// Weights of a file that do not fit.
    pub(crate) fn weights(origin: &str, error: WeightError) -> Self {
        match error {
            WeightError::Several(faults) => Self::Several {
                what: format!("{origin}: {} things do not fit", faults.len()),
                faults: faults.iter().map(ToString::to_string).collect(),
            },
            one => Self::Mend(format!("{origin}: {one}")),
        }
    }

    /// An error that the user cannot mend by changing what they wrote.
    pub fn fault(message: impl Into<String>) -> Self {
        Self::Fault(message.into())
    }

    /// The program's exit code: 2 for what the user can mend, 1 for the rest.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Mend(_) | Self::Several { .. } => 2,
            Self::Fault(_) => 1,
        }
    }
}
