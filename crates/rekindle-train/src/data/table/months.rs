//! Months by their names, in several languages.

/// What the months are called in English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish and Norwegian,
/// whole and cut short, without a point behind. No word is two months; `mar`, which is also a Tuesday, is March.
const NAMES: [(&str, &[&str]); 12] = [
    (
        "Jan",
        &[
            "jan", "january", "januar", "jänner", "jaenner", "jän", "janvier", "janv", "enero",
            "ene", "gennaio", "gen", "janeiro", "januari",
        ],
    ),
    (
        "Feb",
        &[
            "feb",
            "february",
            "februar",
            "feber",
            "février",
            "fevrier",
            "févr",
            "fevr",
            "fév",
            "fev",
            "febrero",
            "febbraio",
            "fevereiro",
            "februari",
        ],
    ),
    (
        "Mar",
        &[
            "mar", "march", "märz", "maerz", "mär", "mrz", "mars", "marzo", "março", "marco",
            "maart", "mrt", "marts",
        ],
    ),
    (
        "Apr",
        &["apr", "april", "avril", "avr", "abril", "abr", "aprile"],
    ),
    (
        "May",
        &["may", "mai", "mayo", "maggio", "mag", "maio", "mei", "maj"],
    ),
    (
        "Jun",
        &[
            "jun", "june", "juni", "juin", "junio", "giugno", "giu", "junho",
        ],
    ),
    (
        "Jul",
        &[
            "jul", "july", "juli", "juillet", "juil", "julio", "luglio", "lug", "julho",
        ],
    ),
    (
        "Aug",
        &[
            "aug", "august", "août", "aout", "agosto", "ago", "augustus", "augusti",
        ],
    ),
    (
        "Sep",
        &[
            "sep",
            "sept",
            "september",
            "septembre",
            "septiembre",
            "setiembre",
            "settembre",
            "sett",
            "set",
            "setembro",
        ],
    ),
    (
        "Oct",
        &[
            "oct", "october", "oktober", "okt", "octobre", "octubre", "ottobre", "ott", "outubro",
            "out",
        ],
    ),
    (
        "Nov",
        &["nov", "november", "novembre", "noviembre", "novembro"],
    ),
    (
        "Dec",
        &[
            "dec",
            "december",
            "dezember",
            "dez",
            "décembre",
            "decembre",
            "déc",
            "diciembre",
            "dic",
            "dicembre",
            "dezembro",
            "des",
            "desember",
        ],
    ),
];

/// What stands between the parts of a date in some of them: `3 de enero de 2024`, `1er mars`.
const BETWEEN: [&str; 4] = ["de", "del", "do", "of"];

/// The first months' English names, cut short, for a word that is a month.
fn english(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let of = |(_, names): &&(&str, &[&str])| names.contains(&word.as_str());
    NAMES.iter().find(of).map(|(month, _)| *month)
}

/// A date with a month in words as `31 Jan 2024 12:30`: the month in English, blanks in the place of other marks. None where no
/// word is a month.
pub(super) fn plain(cell: &str) -> Option<String> {
    if !cell.contains(|c: char| c.is_alphabetic()) {
        return None;
    }
    let has_letters = |word: &str| word.contains(char::is_alphabetic);
    // As servers write it: `[01/May/2024:09:30:00 +0200]`.
    let cell = cell.trim_matches(['[', ']']);
    let cell = match cell.split_once(':') {
        Some((day, time)) if day.contains('/') && has_letters(day) && !day.contains(' ') => {
            &format!("{day} {time}")
        }
        _ => cell,
    };
    let between = |c: char| c.is_whitespace() || c == ',';
    let marks = |word: &str| has_letters(word) && !word.contains(':');
    let parts = cell.split(between).flat_map(|word| match marks(word) {
        true => word.split(['-', '/', '.']).collect::<Vec<_>>(),
        false => vec![word],
    });
    let mut months = 0;
    let mut plain: Vec<&str> = Vec::new();
    for part in parts.filter(|part| !part.is_empty()) {
        let ordinal = ["er", "st", "nd", "rd", "th", "º", "°"];
        let number = ordinal.iter().find_map(|end| part.strip_suffix(end));
        let number = number.filter(|number| {
            number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty()
        });
        match english(part) {
            Some(month) => {
                months += 1;
                plain.push(month);
            }
            None if BETWEEN.contains(&part.to_lowercase().as_str()) => {}
            // The day of `31. Januar`.
            None => plain.push(number.unwrap_or(part).trim_end_matches('.')),
        }
    }
    (months == 1).then(|| plain.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_word_is_two_months() {
        let words: Vec<&&str> = NAMES.iter().flat_map(|(_, names)| names.iter()).collect();
        let different: HashSet<&&str> = words.iter().copied().collect();
        assert_eq!(words.len(), different.len());
        assert!(words.iter().all(|word| word.to_lowercase() == **word));
    }

    #[test]
    fn dates_in_words_are_made_plain() {
        for cell in [
            "3 janv. 2022",
            "3. Januar 2022",
            "3.Jan.2022",
            "03-Jan-2022",
            "3 de enero de 2022",
            "3 gennaio 2022",
            "3 DE JANEIRO DE 2022",
            "3 januari 2022",
            "3rd of January, 2022",
        ] {
            let plain = plain(cell).expect(cell);
            assert_eq!(plain.trim_start_matches('0'), "3 Jan 2022", "{cell}");
        }
        assert_eq!(
            plain("1er août 2022 10:30:00").unwrap(),
            "1 Aug 2022 10:30:00"
        );
        assert_eq!(
            plain("Jan 3, 2022 10:30 -0500").unwrap(),
            "Jan 3 2022 10:30 -0500"
        );
        for cell in ["03/Jan/2022:10:30:00 +0200", "[03/Jan/2022:10:30:00 +0200]"] {
            assert_eq!(plain(cell).unwrap(), "03 Jan 2022 10:30:00 +0200", "{cell}");
        }
        for cell in [
            "3 stycznia 2022",
            "2022-01-03",
            "31 Jan 2 Feb",
            "Monday",
            "",
        ] {
            assert_eq!(plain(cell), None, "{cell}");
        }
    }
}
