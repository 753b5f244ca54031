//! What is said of a name that nobody knows.

use alloc::string::String;

/// The most names that a message lists.
const LISTED: usize = 32;

/// The most characters of a name that may be a slip of another.
#[cfg(feature = "std")]
const LONGEST: usize = 64;

/// The end of a message about an unknown name: `; did you mean ..?` where one is close and the feature `std` is on, and those
/// that are known, the first 32 and their number where there are more.
pub fn suggest(name: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return String::new();
    }
    let guess =
        nearest(name, known).map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
    let listed = known[..known.len().min(LISTED)].join(", ");
    match known.len() {
        0..=LISTED => format!("{guess} (known: {listed})"),
        all => format!("{guess} (known: {listed}, ... {all} in all)"),
    }
}

/// The name that another may be a slip of, if one is close.
#[cfg(feature = "std")]
fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let length = name.chars().count();
    let close = known
        .iter()
        // What takes the product of two lengths is not asked of a text that is no name.
        .filter(|_| length <= LONGEST)
        .map(|&known| (strsim::osa_distance(name, known), known))
        // Between names of one letter every other one is one step away.
        .filter(|(distance, _)| *distance < length && *distance <= length.max(3) / 3)
        .min();
    close.map(|(_, known)| known)
}

/// None: what measures how close names are needs an operating system.
#[cfg(not(feature = "std"))]
fn nearest<'n>(_name: &str, _known: &[&'n str]) -> Option<&'n str> {
    None
}

#[cfg(test)]
mod tests {
    use super::suggest;
    use alloc::string::String;
    use alloc::vec::Vec;

    #[test]
    fn the_nearest_comes_before_all_that_are_known() {
        let known = ["lstm", "gru"];
        assert_eq!(
            suggest("lstn", &known),
            "; did you mean `lstm`? (known: lstm, gru)"
        );
        assert_eq!(suggest("transformer", &known), " (known: lstm, gru)");
        assert_eq!(suggest("y", &["h", "c"]), " (known: h, c)");
        assert_eq!(suggest("y", &[]), "");
    }

    #[test]
    fn a_long_list_is_cut_and_a_long_name_is_no_slip() {
        let names: Vec<String> = (0..117).map(|n| format!("cell{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let said = suggest("cell1166", &names);
        assert!(
            said.starts_with("; did you mean `cell116`? (known: cell0, "),
            "{said}"
        );
        assert!(said.ends_with(", cell31, ... 117 in all)"), "{said}");
        assert_eq!(suggest(&"l".repeat(1 << 20), &["l"]), " (known: l)");
    }
}
