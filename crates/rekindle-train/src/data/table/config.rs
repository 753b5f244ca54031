//! How a table is written: `[task.table]`, and what a reader has found.

use super::super::{encoding, message::shown};
use rekindle::Invalid;
use serde::{Deserialize, Serialize};

/// `[task.table]`: how a table is written. What is left out is found in the file, and said; a run stores it, and reads other
/// files in the same way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableConfig {
    /// The encoding, by its name in the WHATWG's standard: `"windows-1252"`, `"latin-1"`, `"shift_jis"`. A byte order mark
    /// in the file outweighs it; UTF-8 without either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// What stands between cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<Separator>,
    /// Whether cells may stand in double quotes, which then are no part of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quotes: Option<bool>,
    /// Whether the first row names the columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<bool>,
    /// How many lines stand above the header, or above the first row where there is none. They are not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_lines: Option<usize>,
    /// How many rows the header has. The first names the columns; the others, of units or of second names, are not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_rows: Option<usize>,
    /// What stands before the digits behind the point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimal: Option<Decimal>,
    /// Words beside the usual ones that say that a value is missing: `["-999", "n.d."]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// What stands first in a date such as `02/03/2024`. Where it is said, dates of one column may have several forms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dates: Option<DateOrder>,
}

/// What stands between two cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Separator {
    /// A comma.
    #[serde(rename = ",")]
    Comma,
    /// A semicolon.
    #[serde(rename = ";")]
    Semicolon,
    /// A tab, which may also be written `"\t"`.
    #[serde(rename = "tab", alias = "\t")]
    Tab,
    /// A vertical bar.
    #[serde(rename = "|")]
    Bar,
}

/// The mark before the digits behind the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decimal {
    /// `1.5`; a comma then groups thousands.
    #[default]
    #[serde(rename = ".")]
    Point,
    /// `1,5`; a point then groups thousands.
    #[serde(rename = ",")]
    Comma,
}

/// The order of day and month in a date of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// `31/01/2024`.
    Day,
    /// `01/31/2024`.
    Month,
}

impl Separator {
    pub(super) const ALL: [Separator; 4] = [
        Separator::Semicolon,
        Separator::Tab,
        Separator::Bar,
        Separator::Comma,
    ];

    pub(super) fn byte(self) -> u8 {
        match self {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
            Separator::Tab => b'\t',
            Separator::Bar => b'|',
        }
    }

    /// What it is called behind "separated by".
    pub(super) fn name(self) -> &'static str {
        match self {
            Separator::Comma => "commas",
            Separator::Semicolon => "semicolons",
            Separator::Tab => "tabs",
            Separator::Bar => "bars",
        }
    }
}

impl DateOrder {
    /// What it is called behind "dates with the".
    pub(in crate::data) fn name(self) -> &'static str {
        match self {
            DateOrder::Day => "day",
            DateOrder::Month => "month",
        }
    }
}

impl TableConfig {
    /// Whether nothing is said.
    pub(crate) fn is_default(&self) -> bool {
        *self == TableConfig::default()
    }

    /// Checks the values that serde takes.
    ///
    /// # Errors
    ///
    /// Names the key, its value and what it must be.
    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if self.header_rows == Some(0) {
            return Err(Invalid::because(
                "table.header_rows",
                "0 must be at least 1: the row that names the columns; table.header = false says that there is none".to_owned(),
            ));
        }
        let Some(name) = &self.encoding else {
            return Ok(());
        };
        match encoding::named(name) {
            Some(_) => Ok(()),
            None => Err(Invalid::because(
                "table.encoding",
                format!(
                    "{} is no encoding that is known; usual ones are utf-8, utf-16le, windows-1252, latin-1, shift_jis, gbk",
                    shown(name)
                ),
            )),
        }
    }
}
