//! Files that are no text, by their first bytes.

/// What a file is, and what makes a text of it.
type Known = (&'static str, &'static str);

const SHEET: &str = "save its sheet as CSV";
const FRAME: &str =
    "write it as CSV, in Python by pandas: read_... and to_csv(\"new.csv\", index=False)";
const UNPACK: &str = "unpack it, or pack it with gzip and let its name end in .gz";
const WORDS: &str = "save it as plain text";
const ARRAYS: &str = "write its arrays by numpy.savez(\"new.npz\", x=x, y=y), or as CSV";

/// What files of a kind begin with.
const FIRST: [(&[u8], Known); 19] = [
    (
        b"\xd0\xcf\x11\xe0",
        ("a workbook or a document of old Office", SHEET),
    ),
    (b"PAR1", ("a Parquet file", FRAME)),
    (b"ARROW1", ("an Arrow file", FRAME)),
    (b"FEA1", ("a Feather file", FRAME)),
    (b"Obj\x01", ("an Avro file", FRAME)),
    (
        b"SQLite format 3",
        (
            "a SQLite database",
            "write a table of it by sqlite3 -csv -header FILE \"select * from TABLE\"",
        ),
    ),
    (b"\x1f\x8b", ("packed by gzip", "let its name end in .gz")),
    (b"\x28\xb5\x2f\xfd", ("packed by zstd", UNPACK)),
    (b"BZh", ("packed by bzip2", UNPACK)),
    (b"\xfd7zXZ", ("packed by xz", UNPACK)),
    (b"7z\xbc\xaf", ("packed by 7-Zip", UNPACK)),
    (b"%PDF", ("a PDF", WORDS)),
    (b"\x89HDF", ("an HDF5 file", ARRAYS)),
    (b"MATLAB 5.0", ("a file of MATLAB", ARRAYS)),
    (
        b"\x93NUMPY",
        ("an array of NumPy", "let its name end in .npy"),
    ),
    (b"\x80\x04", ("a pickle of Python", FRAME)),
    (b"$FL2", ("a file of SPSS", FRAME)),
    (b"<stata_dta", ("a file of Stata", FRAME)),
    (
        b"RIFF",
        (
            "sound or film",
            "sounds are learned by task.kind = \"transcribe\" or \"classify_series\", from a list or a folder of WAV files",
        ),
    ),
];

/// What an archive in ZIP holds where a name or a text like this is in it.
const PACKED: [(&[u8], Known); 4] = [
    (b"xl/workbook", ("an Excel workbook", SHEET)),
    (
        b"opendocument.spreadsheet",
        ("a spreadsheet of OpenDocument", SHEET),
    ),
    (b"word/document", ("a Word document", WORDS)),
    (b".npy", ("arrays of NumPy", "let its name end in .npz")),
];

/// What a file is by its bytes that is known to be no text, and what makes one of it.
pub(super) fn known(bytes: &[u8]) -> Option<Known> {
    // A text may begin with the same letters.
    if !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok() {
        return None;
    }
    let first = FIRST.iter().find(|(first, _)| bytes.starts_with(first));
    let packed = || {
        let holds = |name: &[u8]| bytes.windows(name.len()).any(|part| part == name);
        let found = PACKED.iter().find(|(name, _)| holds(name));
        found.map_or(("an archive in ZIP", "unpack it"), |(_, known)| *known)
    };
    match bytes.starts_with(b"PK\x03\x04") {
        true => Some(packed()),
        false => first.map(|(_, known)| *known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_no_text_are_known_by_their_first_bytes() {
        for (bytes, expected) in [
            (&b"PK\x03\x04\x14\0xl/workbook.xml"[..], "an Excel workbook"),
            (b"PK\x03\x04\x14\0notes", "an archive in ZIP"),
            (b"PAR1\x15\x04\0", "a Parquet file"),
            (b"\x1f\x8b\x08\0", "packed by gzip"),
        ] {
            assert_eq!(known(bytes).expect("it is known").0, expected);
        }
        for bytes in [&b"PAR1,b\n1,2\n"[..], b"caf\xe9", b"\xff\xfea\0", b""] {
            assert_eq!(known(bytes), None);
        }
    }
}
