//! What is said of a name that nobody knows.

/// The end of a message about an unknown name: `; did you mean ..?` where one is close, and all that
/// are known.
pub fn suggest(name: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return String::new();
    }
    let length = name.chars().count();
    let close = known
        .iter()
        .map(|known| (strsim::osa_distance(name, known), known))
        // Between names of one letter every other one is one step away.
        .filter(|(distance, _)| *distance < length && *distance <= length.max(3) / 3)
        .min();
    let guess = close.map_or_else(String::new, |(_, known)| {
        format!("; did you mean `{known}`?")
    });
    format!("{guess} (known: {})", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::suggest;

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
}
