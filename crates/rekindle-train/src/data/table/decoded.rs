//! The text of a table.

use std::path::Path;

use super::super::{encoding, file};
use crate::error::Result;

/// What may be done beside converting a table that is not in the encoding it is read in.
const NAME_IT: &str = ", or say what it is in by task.table.encoding = \"windows-1252\", \"latin-1\", \"utf-16le\", ...";

/// The text of these bytes of a table, in the encoding of that name where they do not say another, and what is to be said then.
pub(in super::super) fn decoded(
    path: &Path,
    bytes: Vec<u8>,
    encoding: Option<&str>,
) -> Result<(String, Option<String>)> {
    let (text, was) = file::decode(path, bytes, encoding, NAME_IT)?;
    let other = encoding.filter(|&name| encoding::named(name) != Some(was));
    let aside = other.map(|name| {
        format!(
            "read as {}, which its bytes are, and not as task.table.encoding = {name:?}",
            was.name()
        )
    });
    Ok((text, aside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_another_encoding_than_was_said_is_read_and_said() {
        let read = |bytes: &[u8], encoding: &str| {
            decoded(Path::new("a.csv"), bytes.to_vec(), Some(encoding)).unwrap()
        };
        let (text, aside) = read("é,b\n".as_bytes(), "windows-1252");
        assert_eq!(text, "é,b\n");
        assert_eq!(
            aside.unwrap(),
            "read as UTF-8, which its bytes are, and not as task.table.encoding = \"windows-1252\""
        );
        let plain = ("é,b\n".to_owned(), None);
        assert_eq!(read(b"\xe9,b\n", "latin-1"), plain);
        assert_eq!(read("é,b\n".as_bytes(), "utf-8"), plain);
    }
}
