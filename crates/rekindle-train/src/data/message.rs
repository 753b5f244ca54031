//! Values and lists as error messages show them: short enough to stay on a line.

/// The most names of a list that a message shows.
const NAMES: usize = 12;
/// The most characters of a value that a message shows.
const CHARACTERS: usize = 40;

/// The names, comma separated; the first few and the count when there are many.
pub(crate) fn listed(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(NAMES).map(|name| shown(name)).collect();
    if names.len() > NAMES {
        format!("{}, … ({} in all)", shown.join(", "), names.len())
    } else {
        shown.join(", ")
    }
}

/// The value between backquotes, cut when it is long.
pub(crate) fn shown(value: &str) -> String {
    match value.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("`{}…`", value.get(..end).unwrap_or_default().escape_debug()),
        None => format!("`{}`", value.escape_debug()),
    }
}

/// So many of some thing, whose name with an s is that of several: `1 channel`, `2 channels`.
pub(crate) fn counted(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        _ => format!("{count} {thing}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_not_several() {
        assert_eq!(counted(1, "channel"), "1 channel");
        assert_eq!(counted(0, "channel"), "0 channels");
        assert_eq!(counted(12, "channel"), "12 channels");
    }

    #[test]
    fn short_lists_are_whole_and_long_ones_counted() {
        let names: Vec<_> = (0..30).map(|step| format!("t{step}")).collect();
        assert_eq!(listed(&names[..2]), "`t0`, `t1`");
        assert!(listed(&names).ends_with("`t11`, … (30 in all)"));
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        assert_eq!(shown("a\tb"), "`a\\tb`");
        assert_eq!(shown(&"é".repeat(50)), format!("`{}…`", "é".repeat(40)));
    }
}
