//! Values, lists, counts and times as messages show them: short enough to stay on a line.

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
        Some((end, _)) => format!("`{}…`", readable(value.get(..end).unwrap_or_default())),
        None => format!("`{}`", readable(value)),
    }
}

/// The value without what a terminal would not show; quotes are shown as they are.
fn readable(value: &str) -> String {
    let mut text = String::new();
    for c in value.chars() {
        match c {
            '\'' | '"' => text.push(c),
            _ => text.extend(c.escape_debug()),
        }
    }
    text
}

/// So many things, by their name where they are several, an s at its end: `1 channel`, `2 channels`. One series is a series.
pub(crate) fn counted(count: usize, things: &str) -> String {
    match (count, things.strip_suffix('s')) {
        (1, Some(thing)) if things != "series" => format!("1 {thing}"),
        _ => format!("{count} {things}"),
    }
}

/// What a row of a file is called, by its index and the line that it begins in: `row 2 (line 3)`.
pub(crate) fn row(index: usize, line: Option<usize>) -> String {
    match line {
        Some(line) => format!("row {} (line {line})", index + 1),
        None => format!("row {}", index + 1),
    }
}

/// Notes that follow one another of one file, which the first of them names: the others are set behind it without the name.
pub(crate) fn named_once(notes: &[String]) -> Vec<String> {
    let split = |note: &String| {
        note.split_once(": ")
            .map(|(about, said)| (about.to_owned(), said.to_owned()))
    };
    let mut last = None;
    let once = |note: &String| match split(note) {
        Some((about, said)) if last.as_ref() == Some(&about) => format!("  {said}"),
        found => {
            last = found.map(|(about, _)| about);
            note.clone()
        }
    };
    notes.iter().map(once).collect()
}

/// Seconds as people say them.
pub fn duration(seconds: f64) -> String {
    let s = seconds.max(0.0).round() as u64;
    match s {
        0..60 => format!("{s} s"),
        60..3600 => format!("{} min {:02} s", s / 60, s % 60),
        _ => format!("{} h {:02} min", s / 3600, s / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        let all = [0.4, 59.4, 61.0, 3599.6].map(duration);
        assert_eq!(all, ["0 s", "59 s", "1 min 01 s", "1 h 00 min"]);
    }

    #[test]
    fn one_thing_is_not_several() {
        assert_eq!(counted(1, "channels"), "1 channel");
        assert_eq!(counted(0, "channels"), "0 channels");
        assert_eq!(counted(12, "channels"), "12 channels");
        assert_eq!(counted(1, "series"), "1 series");
    }

    #[test]
    fn a_file_is_named_once_for_notes_that_follow_one_another() {
        let notes = [
            "a.csv: 3 rows",
            "a.csv: turned: all",
            "b.csv: 2 rows",
            "plain",
            "a.csv: again",
        ];
        let once = [
            "a.csv: 3 rows",
            "  turned: all",
            "b.csv: 2 rows",
            "plain",
            "a.csv: again",
        ];
        assert_eq!(named_once(&notes.map(str::to_owned)), once);
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
