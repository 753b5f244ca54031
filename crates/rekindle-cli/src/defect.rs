//! A panic is a defect of this program: the user gets one line, and no backtrace.

use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Mutex, PoisonError};

use rekindle_train::{Error, Result};

/// What the last panic said. The hook only takes a note: libraries catch panics of their own, and
/// those are no news to anyone.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Runs a command; a panic becomes an error.
pub(crate) fn caught(run: impl FnOnce() -> Result<()>) -> Result<()> {
    panic::set_hook(Box::new(|info| {
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(describe(info));
    }));
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).take();
        let what = last.unwrap_or_default();
        Err(Error::fault(format!(
            "internal defect: {what} (please report)"
        )))
    })
}

/// The message, on one line, and the place.
fn describe(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("a panic");
    let words: Vec<&str> = message.split_whitespace().collect();
    let place = info
        .location()
        .map(|l| format!(" at {}:{}", l.file(), l.line()));
    words.join(" ") + &place.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_one_line_and_the_rest_is_passed_on() {
        let error = caught(|| panic!("the shapes\n  do not fit")).unwrap_err();
        let text = error.to_string();
        assert_eq!(error.exit_code(), 1);
        assert!(
            text.starts_with("internal defect: the shapes do not fit at "),
            "{text}"
        );
        assert!(
            text.contains("defect.rs:") && text.ends_with("(please report)"),
            "{text}"
        );

        assert!(caught(|| Ok(())).is_ok());
        let mend = caught(|| Err(Error::mend("x"))).unwrap_err();
        assert_eq!((mend.exit_code(), mend.to_string()), (2, "x".to_owned()));
    }
}
