//! Commands as a user can paste them.

use std::path::Path;

/// A path as a shell takes it for one word.
pub fn quoted(path: &Path) -> String {
    word(&path.display().to_string())
}

/// A text as a shell takes it for one word.
pub fn word(text: &str) -> String {
    // Only a NUL cannot be quoted, and no argument holds one.
    shlex::try_quote(text).map_or_else(|_| text.to_owned(), |quoted| quoted.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_what_is_quoted_for_one_word() {
        assert_eq!(quoted(Path::new("runs/a-2")), "runs/a-2");
        for text in ["my runs/a", "a'b", "$HOME", "a;b", "", "x=\"a b\""] {
            assert_eq!(shlex::split(&word(text)), Some(vec![text.to_owned()]));
        }
    }
}
