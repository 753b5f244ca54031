//! One cell of a table as a number, however it is written: `1,234.5`, `1 234,5`, `$100.50`, `10 %`.

use super::super::number;
use super::config::Decimal;

/// What stands at the two ends of an amount of money, and the sign of the currency.
const CURRENCIES: [(&str, &str); 12] = [
    ("R$", "R$"),
    ("$", "$"),
    ("€", "€"),
    ("£", "£"),
    ("¥", "¥"),
    ("₹", "₹"),
    ("₩", "₩"),
    ("USD", "$"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("CHF", "CHF"),
    ("JPY", "¥"),
];

/// What may group digits by three, beside the one of point and comma that is not the decimal mark: blanks of any kind and
/// the apostrophes of Switzerland.
const GROUPING: [char; 6] = [' ', '\u{a0}', '\u{202f}', '\u{2009}', '\'', '’'];

/// What a number wears that is no part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::data) struct Dress {
    /// The sign of a currency; of many numbers, that of the first which has one.
    pub(in crate::data) currency: Option<&'static str>,
    /// A percent sign.
    pub(in crate::data) percent: bool,
    /// Marks between groups of three digits.
    pub(in crate::data) groups: bool,
    /// More digits than a number in 64 bits holds.
    pub(in crate::data) long: bool,
}

impl Dress {
    /// What is said of numbers that wear it, behind "read".
    pub(in crate::data) fn worn(self) -> impl Iterator<Item = &'static str> {
        let worn = [
            (self.currency.is_some(), "without its currency"),
            (self.percent, "10% as 10"),
            (self.groups, "its thousands joined"),
            (self.long, "without its digits behind the sixteenth"),
        ];
        worn.into_iter()
            .filter_map(|(is_worn, said)| is_worn.then_some(said))
    }

    /// The unit of one number; none is empty.
    pub(in crate::data) fn unit(self) -> &'static str {
        match (self.currency, self.percent) {
            (Some(currency), _) => currency,
            (None, true) => "%",
            (None, false) => "",
        }
    }

    pub(in crate::data) fn with(self, other: Dress) -> Dress {
        Dress {
            currency: self.currency.or(other.currency),
            percent: self.percent || other.percent,
            groups: self.groups || other.groups,
            long: self.long || other.long,
        }
    }
}

/// The finite number that a cell holds, and what it wears. Its unit stays: 10 % is 10.
pub(in crate::data) fn read(cell: &str, decimal: Decimal) -> Option<(f64, Dress)> {
    let plain = match decimal {
        Decimal::Point => number::finite(cell),
        Decimal::Comma if cell.contains(['.', ',']) => None,
        Decimal::Comma => number::finite(cell),
    };
    match plain {
        Some(value) => {
            // Whole numbers beyond 2^53 are not all there.
            let long = value.abs() >= 9_007_199_254_740_992.0 && cell.trim() != value.to_string();
            let dress = Dress {
                long: long && !cell.contains(['e', 'E']),
                ..Dress::default()
            };
            Some((value, dress))
        }
        None => dressed(cell.trim(), decimal),
    }
}

fn dressed(cell: &str, decimal: Decimal) -> Option<(f64, Dress)> {
    let mut dress = Dress::default();
    let (minus, cell) = sign(cell);
    let cell = match cell.strip_suffix('%') {
        Some(rest) => {
            dress.percent = true;
            rest.trim_end()
        }
        None => cell,
    };
    let stripped = CURRENCIES.iter().find_map(|&(name, sign)| {
        let rest = cell.strip_prefix(name).or_else(|| cell.strip_suffix(name));
        Some((rest?, sign))
    });
    let cell = match stripped {
        Some((rest, sign)) => {
            dress.currency = Some(sign);
            rest.trim()
        }
        None => cell,
    };
    // The sign of -5 $ and that of $ -5.
    let (again, cell) = sign(cell);
    if minus.is_some() && again.is_some() || dress.currency.is_some() && dress.percent {
        return None;
    }
    let (mark, other) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let (whole, rest) = cell.split_once(mark).unwrap_or((cell, ""));
    let has_digits = whole.contains(|c: char| c.is_ascii_digit());
    let digits = match whole.contains(|c| c == other || GROUPING.contains(&c)) {
        true => {
            dress.groups = true;
            grouped(whole, other)?
        }
        false => whole.to_owned(),
    };
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let (fraction, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    // An exponent behind a whole number stands in that.
    let is_number = match rest {
        "" => has_digits && (is_plain(&digits) || !dress.groups),
        _ => is_plain(&digits) && is_plain(fraction) && !(dress.groups && exponent != "0"),
    };
    if !is_number || exponent.is_empty() {
        return None;
    }
    let minus = minus.or(again).unwrap_or_default();
    let text = match rest {
        "" => format!("{minus}{digits}"),
        _ => format!("{minus}{digits}.{fraction}e{exponent}"),
    };
    // What Rust calls infinite has no digit.
    number::finite(&text).map(|value| (value, dress))
}

/// The most letters of a unit.
const UNIT: usize = 12;

/// A number and the word behind it that may be its unit: `72 bpm`, `36,6 °C`, `9.8 m/s2`.
pub(super) fn unit(cell: &str) -> Option<(&str, &str)> {
    let cell = cell.trim();
    let is_mark = |c: char| matches!(c, '/' | '^' | '²' | '³' | '·' | '*' | '-' | '.');
    let begins = |(at, c): (usize, char)| {
        // The letter of an exponent is part of the number.
        let exponent = matches!(c, 'e' | 'E')
            && cell[at + 1..].starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+'));
        (c.is_alphabetic() && !exponent || c == '°').then_some(at)
    };
    let at = cell.char_indices().find_map(begins)?;
    let (number, unit) = (cell[..at].trim_end(), &cell[at..]);
    let is_unit = |c: char| c.is_alphabetic() || matches!(c, '°' | '2' | '3') || is_mark(c);
    let is_one = unit.chars().count() <= UNIT && unit.chars().all(is_unit);
    let is_time = matches!(unit.to_lowercase().as_str(), "am" | "pm");
    (!number.is_empty() && is_one && !is_time).then_some((number, unit))
}

/// A sign before a number, as Rust writes it, and what follows.
fn sign(cell: &str) -> (Option<&'static str>, &str) {
    for (written, sign) in [("-", "-"), ("−", "-"), ("+", "")] {
        if let Some(rest) = cell.strip_prefix(written) {
            return (Some(sign), rest.trim_start());
        }
    }
    (None, cell)
}

/// The digits of groups of three, with one mark between all of them.
fn grouped(whole: &str, other: char) -> Option<String> {
    let mark = whole.chars().find(|c| !c.is_ascii_digit())?;
    if mark != other && !GROUPING.contains(&mark) {
        return None;
    }
    let mut groups = whole.split(mark);
    let first = groups.next()?;
    let is_group = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    // Nobody writes 0,123 for 123.
    let opens = matches!(first.len(), 1..=3) && is_group(first) && !first.starts_with('0');
    let mut digits = first.to_owned();
    for group in groups {
        if group.len() != 3 || !is_group(group) {
            return None;
        }
        digits.push_str(group);
    }
    opens.then_some(digits)
}

/// Which decimal mark a cell speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    /// It is no number with a point or a comma.
    None,
    /// It is a number with this mark alone.
    For(Decimal),
    /// It is a number with either, and another one: `1,234`.
    Either,
}

/// Which decimal mark a cell speaks for.
pub(super) fn evidence(cell: &str) -> Evidence {
    if !cell.contains(['.', ',']) || !cell.contains(|c: char| c.is_ascii_digit()) {
        return Evidence::None;
    }
    let number = |decimal| read(cell, decimal).or_else(|| read(unit(cell)?.0, decimal));
    let [point, comma] = [Decimal::Point, Decimal::Comma].map(number);
    match (point, comma) {
        (None, None) => Evidence::None,
        (Some(_), None) => Evidence::For(Decimal::Point),
        (None, Some(_)) => Evidence::For(Decimal::Comma),
        (Some(_), Some(_)) => Evidence::Either,
    }
}

/// What a word for true or false stands for.
pub(in crate::data) fn truth(cell: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| cell.trim().to_lowercase() == *word);
    // English, and as sheets in German, French, Spanish, Italian and Portuguese have them.
    let yes = is(&[
        "true",
        "yes",
        "on",
        "wahr",
        "ja",
        "vrai",
        "oui",
        "verdadero",
        "sí",
        "vero",
        "sì",
        "verdadeiro",
        "sim",
    ]);
    let no = is(&[
        "false", "no", "off", "falsch", "nein", "faux", "non", "falso", "não",
    ]);
    match (yes, no) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(cell: &str, decimal: Decimal) -> Option<f64> {
        read(cell, decimal).map(|(value, _)| value)
    }

    #[test]
    fn numbers_are_read_in_their_dress() {
        for (cell, expected) in [
            ("1,000", 1000.0),
            ("-1,234,567.5", -1_234_567.5),
            ("$100.50", 100.5),
            ("-$5", -5.0),
            ("$-5", -5.0),
            ("R$ 2.5", 2.5),
            ("2.5 R$", 2.5),
            ("12 €", 12.0),
            ("CHF 1'234.50", 1234.5),
            ("10%", 10.0),
            ("2.5 %", 2.5),
            ("−3", -3.0),
            ("1\u{202f}234.5", 1234.5),
            ("1e3", 1000.0),
            ("+4", 4.0),
            (".5", 0.5),
            ("5.", 5.0),
        ] {
            assert_eq!(value(cell, Decimal::Point), Some(expected), "{cell}");
        }
        for (cell, expected) in [
            ("1,5", 1.5),
            ("1.234,5", 1234.5),
            ("1.234", 1234.0),
            ("-0,25", -0.25),
            ("1 234,5 €", 1234.5),
            ("7", 7.0),
            ("1,5e3", 1500.0),
            ("1e3", 1000.0),
            (",5", 0.5),
        ] {
            assert_eq!(value(cell, Decimal::Comma), Some(expected), "{cell}");
        }
    }

    #[test]
    fn what_is_no_number_stays_none() {
        for cell in [
            "",
            "-",
            "--1",
            "$",
            "%",
            "1,23",
            "1,2345",
            "0,123",
            "1,234,56",
            "12,345.6.7",
            "1.5,5",
            "2024-01-31",
            "10:30",
            "inf",
            "$inf",
            "nan%",
            "1,000e3",
            "abc",
            "5 kg",
            "1,000 000",
            "1e999",
            "$5%",
            "-$-5",
            ",",
            ".",
            "1.e",
            "e5",
        ] {
            assert_eq!(value(cell, Decimal::Point), None, "{cell}");
        }
        for cell in ["1.5", "1,5,5", "1.23.456", "inf", ",", "1,e", "1,5.5"] {
            assert_eq!(value(cell, Decimal::Comma), None, "{cell}");
        }
    }

    #[test]
    fn a_cell_speaks_for_a_decimal_mark() {
        for (cell, expected) in [
            ("1,5", Evidence::For(Decimal::Comma)),
            ("1.5", Evidence::For(Decimal::Point)),
            ("0,123", Evidence::For(Decimal::Comma)),
            ("1.234.567", Evidence::For(Decimal::Comma)),
            ("1,234,567", Evidence::For(Decimal::Point)),
            ("1,234.5", Evidence::For(Decimal::Point)),
            ("1,234", Evidence::Either),
            ("1.234", Evidence::Either),
            ("1234", Evidence::None),
            ("a, b", Evidence::None),
            ("36,6 °C", Evidence::For(Decimal::Comma)),
            ("2.5 kg, dry", Evidence::None),
        ] {
            assert_eq!(evidence(cell), expected, "{cell}");
        }
    }

    #[test]
    fn a_word_behind_a_number_may_be_its_unit() {
        for (cell, expected) in [
            ("72 bpm", Some(("72", "bpm"))),
            ("-64ms", Some(("-64", "ms"))),
            ("1e5 V", Some(("1e5", "V"))),
            ("9.8 m/s2", Some(("9.8", "m/s2"))),
            ("36,6 °C", Some(("36,6", "°C"))),
            ("9:30 PM", None),
            ("5 kg of flour", None),
            ("12 Jan 2024", None),
            ("2024Q4", None),
            ("bpm", None),
            ("72", None),
        ] {
            assert_eq!(unit(cell), expected, "{cell}");
        }
    }

    #[test]
    fn words_are_true_or_false() {
        assert_eq!(
            ["True", "no", "VRAI", "Nein", "1"].map(truth),
            [Some(true), Some(false), Some(true), Some(false), None]
        );
    }
}
