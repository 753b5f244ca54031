//! The bytes of a file as text.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// What Latin-1 is called where people write it; the standard's own names have no hyphen there.
const LATIN_1: &str = "latin-1";

/// The encoding of a name: one of those of the WHATWG's Encoding Standard, as `windows-1252`, `latin1` or `shift_jis`.
pub(super) fn named(name: &str) -> Option<&'static Encoding> {
    match name.trim().eq_ignore_ascii_case(LATIN_1) {
        true => Some(WINDOWS_1252),
        false => Encoding::for_label(name.as_bytes()),
    }
}

/// Text, and the encoding that it was in. A byte order mark says which, and is dropped; else it is the one named, else
/// UTF-8. Letters that are written in UTF-8 are read so where the one named has a byte a letter: in such a one they would be
/// words like `cafÃ©`.
///
/// # Errors
///
/// Where it is in another encoding: what is wrong, without the remedy.
pub(super) fn decode(
    bytes: Vec<u8>,
    named: Option<&'static Encoding>,
) -> Result<(String, &'static Encoding), String> {
    let (encoding, mark) = match Encoding::for_bom(&bytes) {
        Some((encoding, length)) => (encoding, length),
        None => match named {
            Some(named) if named.is_single_byte() && !bytes.is_ascii() => {
                let is_utf_8 = std::str::from_utf8(&bytes).is_ok();
                (if is_utf_8 { UTF_8 } else { named }, 0)
            }
            named => (named.unwrap_or(UTF_8), 0),
        },
    };
    if encoding == UTF_8 {
        let mut text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            format!("byte {at} is not UTF-8{}", guess(error.as_bytes()))
        })?;
        text.drain(..mark);
        return Ok((text, encoding));
    }
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
    text.map(|text| (text.into_owned(), encoding))
        .ok_or_else(|| format!("the file is not {}", encoding.name()))
}

/// What bytes seem to be that are not UTF-8.
fn guess(bytes: &[u8]) -> &'static str {
    let zeros = bytes.iter().take(1000).filter(|&&byte| byte == 0).count();
    match zeros * 3 > bytes.len().min(1000) {
        true => ", and seems to be UTF-16 without its byte order mark",
        false => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], name: Option<&str>) -> Result<String, String> {
        let encoding = name.map(|name| named(name).expect("it is known"));
        decode(bytes.to_vec(), encoding).map(|(text, _)| text)
    }

    #[test]
    fn a_byte_order_mark_says_the_encoding() {
        assert_eq!(read(b"\xef\xbb\xbfab", None).unwrap(), "ab");
        assert_eq!(read(b"\xff\xfea\0\xe9\0", None).unwrap(), "aé");
        assert_eq!(read(b"\xfe\xff\0a\0\xe9", Some("latin1")).unwrap(), "aé");
        assert_eq!(read("é".as_bytes(), None).unwrap(), "é");
    }

    #[test]
    fn a_name_says_the_encoding_of_the_rest() {
        for name in ["latin-1", "Latin1", "iso-8859-1", "windows-1252"] {
            assert_eq!(
                read(b"caf\xe9 \x80", Some(name)).unwrap(),
                "café €",
                "{name}"
            );
        }
        assert_eq!(read(b"\x82\xa0", Some("shift_jis")).unwrap(), "あ");
        assert!(named("utf-9").is_none());
    }

    #[test]
    fn letters_of_utf_8_are_known_where_a_byte_would_be_a_letter() {
        let utf_8 = "café €".as_bytes();
        assert_eq!(read(utf_8, Some("windows-1252")).unwrap(), "café €");
        // Of letters of several bytes nobody knows: these two may be of either.
        assert_eq!(read("é".as_bytes(), Some("gbk")).unwrap(), "茅");
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(read(b"caf\xe9", None).unwrap_err(), "byte 3 is not UTF-8");
        let error = read(b"\x82\xa0\xff\xff", Some("shift_jis")).unwrap_err();
        assert_eq!(error, "the file is not Shift_JIS");
        // The last letter is no UTF-8, either.
        let error = read(b"a\0b\0c\0\xe9\0", None).unwrap_err();
        assert!(
            error.contains("UTF-16 without its byte order mark"),
            "{error}"
        );
    }
}
