//! Dates and times in cells.

use super::config::DateOrder;
use super::months;
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    fmt::strtime::{self, BrokenDownTime},
    tz::Offset,
};

/// How all dates of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StampFormat {
    /// ISO 8601: `2024-01-31`, perhaps with a time and an offset.
    Iso,
    /// A year and a month, `2024-01` or `January 2024`, or a year and a quarter, `2024-Q1` or `2024Q1`.
    Month,
    /// In the words of `strftime`, where a time may follow.
    Pattern(&'static str),
    /// Each in a form of its own, what stands first in a date of digits being said.
    Mixed(DateOrder),
    /// The number of these since 1970: seconds, or parts of one.
    Epoch {
        /// The units of a second.
        second: u32,
    },
}

/// Between the parts of a date of digits may stand `/`, `.` or `-`; a pattern has the first. One with a month in words is read
/// when it has been [made plain](months::plain).
const DAY_FIRST: [&str; 2] = ["%d/%m/%Y", "%d/%m/%y"];
const MONTH_FIRST: [&str; 2] = ["%m/%d/%Y", "%m/%d/%y"];
const PLAIN: [&str; 6] = [
    "%Y/%m/%d",
    "%d %b %Y",
    "%d %b %y",
    "%b %d %Y",
    "%Y %b %d",
    "%Y%m%dT%H%M%S",
];
const TIMES: [&str; 9] = [
    "",
    " %H:%M",
    " %H:%M:%S%.f",
    " %I:%M %p",
    " %I:%M:%S %p",
    " %H:%M %z",
    " %H:%M:%S%.f %z",
    " %I:%M %p %z",
    " %I:%M:%S %p %z",
];

/// Whether a cell is a date in digits, as no header has it.
pub(super) fn is_day(cell: &str) -> bool {
    let cell = cell.trim();
    // Cheap to see of most words that are none.
    let may_be = |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '/' | ',');
    let is_worth = cell.starts_with(|c: char| c.is_ascii_digit()) || cell.contains(may_be);
    cell.len() >= 8
        && is_worth
        && cell.contains(|c: char| c.is_ascii_digit())
        && StampFormat::all(None)
            .iter()
            .filter(|format| !matches!(format, StampFormat::Month))
            .any(|format| format.read(cell).is_some())
}

impl StampFormat {
    /// Every way of writing, but for dates with the day and the month in another order than is said.
    fn all(order: Option<DateOrder>) -> Vec<StampFormat> {
        let with_times = |dates: &[&'static str]| -> Vec<StampFormat> {
            dates
                .iter()
                .map(|&date| StampFormat::Pattern(date))
                .collect()
        };
        let mut formats = vec![StampFormat::Iso, StampFormat::Month];
        formats.extend(with_times(&PLAIN));
        if order != Some(DateOrder::Month) {
            formats.extend(with_times(&DAY_FIRST));
        }
        if order != Some(DateOrder::Day) {
            formats.extend(with_times(&MONTH_FIRST));
        }
        formats
    }

    /// The ways of writing in which all of some cells can be read; none where there is no cell. Each cell may be in a form of its own
    /// only where the order of day and month is said.
    pub(in crate::data) fn of<'a>(
        cells: impl Iterator<Item = &'a str> + Clone,
        order: Option<DateOrder>,
    ) -> Vec<StampFormat> {
        let mut formats = StampFormat::all(order);
        let mut any = false;
        for cell in cells.clone() {
            any = true;
            formats.retain(|format| format.read(cell).is_some());
            if formats.is_empty() {
                break;
            }
        }
        let mixed = order.map(StampFormat::Mixed);
        let mixed = mixed.filter(|mixed| cells.clone().all(|cell| mixed.read(cell).is_some()));
        match (any, formats.is_empty()) {
            (false, _) => Vec::new(),
            (true, false) => formats,
            (true, true) => mixed.into_iter().collect(),
        }
    }

    /// The unit in which whole numbers count the time since 1970, where all lie between 1973 and 2100.
    pub(in crate::data) fn of_numbers(numbers: impl Iterator<Item = f64> + Clone) -> Option<Self> {
        let fits = |second: f64| {
            let seconds = 1e8 * second..4.1e9 * second;
            numbers.clone().all(|number| seconds.contains(&number))
        };
        numbers.clone().next()?;
        let seconds = [1, 1_000, 1_000_000, 1_000_000_000];
        let second = seconds.into_iter().find(|&s| fits(f64::from(s)))?;
        Some(StampFormat::Epoch { second })
    }

    /// Whether the day comes first, the month, or neither is a number.
    pub(in crate::data) fn order(self) -> Option<DateOrder> {
        match self {
            StampFormat::Pattern(date) if DAY_FIRST.contains(&date) => Some(DateOrder::Day),
            StampFormat::Pattern(date) if MONTH_FIRST.contains(&date) => Some(DateOrder::Month),
            StampFormat::Mixed(order) => Some(order),
            _ => None,
        }
    }

    /// The microseconds since 1970 at a cell's date, in UTC where no other offset is written.
    pub(in crate::data) fn read(self, cell: &str) -> Option<i64> {
        let cell = cell.trim();
        match self {
            StampFormat::Iso => iso(cell),
            StampFormat::Month => month(cell),
            StampFormat::Epoch { second } => {
                let number: f64 = cell.parse().ok()?;
                Some((number / f64::from(second) * 1e6).round() as i64)
            }
            StampFormat::Pattern(date) => pattern(date, cell),
            StampFormat::Mixed(_) => self.own(cell)?.read(cell),
        }
    }

    /// The form of a cell's own, where each has one.
    fn own(self, cell: &str) -> Option<StampFormat> {
        let mut all = StampFormat::all(self.order()).into_iter();
        all.find(|format| format.read(cell).is_some())
    }
}

impl StampFormat {
    /// A time in microseconds since 1970, written as another is, or as ISO 8601 has it.
    pub(in crate::data) fn write(self, micros: i64, like: &str) -> Option<String> {
        if let StampFormat::Mixed(_) = self {
            return self.own(like)?.write(micros, like);
        }
        let time = Timestamp::from_microsecond(micros).ok()?;
        let time = time.to_zoned(jiff::tz::TimeZone::UTC).datetime();
        let written = |format: &str| strtime::format(format, time).ok();
        // A time with an offset is one in UTC.
        let zone = if like.contains('Z') || like.contains('+') {
            "Z"
        } else {
            ""
        };
        let clock = match like.matches(':').count() {
            0 => "",
            1 => " %H:%M",
            _ => " %H:%M:%S",
        };
        match self {
            StampFormat::Epoch { second } => {
                let units = i128::from(micros) * i128::from(second) / 1_000_000;
                Some(units.to_string())
            }
            StampFormat::Month if like.contains(['Q', 'q']) => {
                let (year, quarter) = (time.year(), (time.month() + 2) / 3);
                let between = if like.contains('-') { "-" } else { "" };
                Some(format!("{year}{between}Q{quarter}"))
            }
            StampFormat::Month => written("%Y-%m"),
            StampFormat::Pattern(date) if date.contains('/') && zone.is_empty() => {
                let mark = like.chars().find(|c| matches!(c, '.' | '-' | '/'))?;
                written(&(date.replace('/', &mark.to_string()) + clock))
            }
            _ => written(&format!("%Y-%m-%d{clock}{zone}")),
        }
    }
}

fn iso(cell: &str) -> Option<i64> {
    if !cell.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // As databases write what ISO writes with a Z.
    let cell = cell.strip_suffix(" UTC").unwrap_or(cell);
    if let Ok(stamp) = cell.parse::<Timestamp>() {
        return Some(stamp.as_microsecond());
    }
    // 20240131 is rather a number.
    let is_whole = cell.bytes().all(|byte| byte.is_ascii_digit());
    match is_whole {
        true => None,
        false => micros(cell.parse::<DateTime>().ok()?),
    }
}

fn month(cell: &str) -> Option<i64> {
    if let Some(plain) = months::plain(cell) {
        return ["%d %b %Y", "%d %Y %b"].iter().find_map(|format| {
            // A day is no part of it.
            let parts = strtime::parse(format, format!("1 {plain}")).ok()?;
            of_parts(&parts)
        });
    }
    let (year, rest) = cell.split_at_checked(4)?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let month = match rest.strip_prefix(['Q', 'q']) {
        Some(quarter) if quarter.len() == 1 => quarter.parse::<i8>().ok()? * 3 - 2,
        None if rest.len() == 2 && cell.len() == 7 => rest.parse().ok()?,
        _ => return None,
    };
    let date = Date::new(year.parse().ok()?, month, 1).ok()?;
    micros(date.to_datetime(jiff::civil::Time::midnight()))
}

/// A cell whose offset stands behind the name of a zone, ` GMT+1` or ` UTC-03:30`, with the offset as ` +0100`.
fn offset(cell: &str) -> Option<String> {
    let at = [" GMT", " UTC"].iter().find_map(|zone| cell.rfind(zone))?;
    let (time, offset) = (&cell[..at], &cell[at + 4..]);
    let (sign, size) = match offset.as_bytes().first() {
        None => return Some(format!("{time} +0000")),
        Some(b'+') => ('+', &offset[1..]),
        Some(b'-') => ('-', &offset[1..]),
        Some(_) => return None,
    };
    let (hours, minutes) = match size.split_once(':') {
        Some((hours, minutes)) => (hours, minutes.parse().ok()?),
        None => (size, 0_u8),
    };
    let hours: u8 = hours.parse().ok()?;
    Some(format!("{time} {sign}{hours:02}{minutes:02}"))
}

fn pattern(date: &str, cell: &str) -> Option<i64> {
    let with_offset = offset(cell);
    let cell = with_offset.as_deref().unwrap_or(cell);
    // Commas and the other marks between the parts of a date.
    let plain = |c: char| if matches!(c, '.' | '-') { '/' } else { c };
    let (day, time) = match date.contains('/') {
        true => {
            let end = cell.find([' ', 'T']).unwrap_or(cell.len());
            let (day, time) = cell.split_at(end);
            let day: String = day.chars().map(plain).collect();
            (day, time.replacen('T', " ", 1))
        }
        false => {
            let plain = months::plain(cell);
            (plain.unwrap_or_else(|| cell.to_owned()), String::new())
        }
    };
    let cell = format!("{day}{time}");
    let mut parsed = TIMES.iter().filter_map(|time| {
        let format = format!("{date}{time}");
        strtime::parse(&format, &cell).ok()
    });
    of_parts(&parsed.next()?)
}

fn of_parts(parts: &BrokenDownTime) -> Option<i64> {
    if parts.offset().is_some() {
        return Some(parts.to_timestamp().ok()?.as_microsecond());
    }
    let date = parts.to_date().ok()?;
    // Where four digits are asked for, two of them are no year of long ago.
    if date.year() < 1000 {
        return None;
    }
    let time = parts.to_time().unwrap_or(jiff::civil::Time::midnight());
    micros(date.to_datetime(time))
}

fn micros(time: DateTime) -> Option<i64> {
    let stamp = Offset::UTC.to_timestamp(time).ok()?;
    Some(stamp.as_microsecond())
}

/// How long a time is, as one says it.
pub(in crate::data) fn duration(micros: i64) -> String {
    let units = [
        (86_400_000_000, "day"),
        (3_600_000_000, "hour"),
        (60_000_000, "minute"),
        (1_000_000, "second"),
    ];
    let even = units.iter().find(|(unit, _)| micros % unit == 0);
    match even {
        Some(&(unit, name)) if micros == unit => format!("1 {name}"),
        Some(&(unit, name)) => format!("{} {name}s", micros / unit),
        None => format!("{} seconds", micros as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000_000;
    /// 2024-01-31: 54 years of which 13 had a leap day, and 30 days.
    const LAST_OF_JANUARY: i64 = (54 * 365 + 13 + 30) * DAY;

    fn of(cells: &[&str]) -> Vec<StampFormat> {
        StampFormat::of(cells.iter().copied(), None)
    }

    #[test]
    fn dates_are_read_in_many_ways() {
        for cell in [
            "2024-01-31",
            "2024-01-31T00:00:00Z",
            "2024-01-31 01:00:00+01:00",
            "2024/01/31",
            "31/01/2024",
            "31.01.2024",
            "31-01-2024",
            "01/31/2024",
            "1/31/2024",
            "31/01/24",
            "31 Jan 2024",
            "31-Jan-24",
            "2024 Jan 31",
            "31. Januar 2024",
            "31 janv. 2024",
            "31 de enero de 2024",
            "31 gennaio 2024 00:00",
            "2024-01-31 00:00:00 UTC",
            "Jan 31, 2024",
            "January 31, 2024",
            "01/31/2024 12:00 AM",
            "31.01.2024 00:00",
        ] {
            let formats = of(&[cell]);
            assert!(!formats.is_empty(), "{cell}");
            assert_eq!(formats[0].read(cell), Some(LAST_OF_JANUARY), "{cell}");
        }
        let noon = LAST_OF_JANUARY + DAY / 2;
        for cell in [
            "2024-01-31 12:00",
            "31/01/2024 12:00:00",
            "1/31/2024 12:00 PM",
            "2024-01-31T12:00:00.000",
        ] {
            assert_eq!(of(&[cell])[0].read(cell), Some(noon), "{cell}");
        }
    }

    #[test]
    fn months_and_quarters_are_their_first_day() {
        for cell in [
            "2024-01",
            "2024-Q1",
            "2024Q1",
            "Jan 2024",
            "janvier 2024",
            "2024 Januar",
        ] {
            assert_eq!(
                of(&[cell])[0].read(cell),
                Some(LAST_OF_JANUARY - 30 * DAY),
                "{cell}"
            );
        }
    }

    #[test]
    fn a_time_is_written_as_another_is() {
        for (like, expected) in [
            ("2024-01-31", "2024-02-01"),
            ("31.01.2024", "01.02.2024"),
            ("01/31/2024 12:30", "02/01/2024 00:00"),
            ("2024-01-31T12:30:15Z", "2024-02-01 00:00:00Z"),
            ("31 janvier 2024", "2024-02-01"),
            ("2024-01", "2024-02"),
            ("2024-Q1", "2024-Q1"),
        ] {
            let format = of(&[like])[0];
            assert_eq!(
                format.write(LAST_OF_JANUARY + DAY, like).unwrap(),
                expected,
                "{like}"
            );
        }
        let milli = StampFormat::Epoch { second: 1000 };
        assert_eq!(
            milli.write(1_700_000_000_500_000, "").unwrap(),
            "1700000000500"
        );
    }

    #[test]
    fn numbers_and_words_are_no_dates() {
        for cell in [
            "",
            "1.5",
            "20240131",
            "1949",
            "Monday",
            "12:30",
            "2024-13-01",
            "31/31/2024",
            "-1",
            "1,5",
            "2024-1",
        ] {
            assert_eq!(of(&[cell]), [], "{cell}");
        }
    }

    #[test]
    fn a_day_beyond_the_twelfth_says_the_order() {
        let orders =
            |cells: &[&str]| -> Vec<_> { of(cells).into_iter().map(StampFormat::order).collect() };
        let (day, month) = (Some(DateOrder::Day), Some(DateOrder::Month));
        assert_eq!(orders(&["01/02/2024", "13/02/2024"]), [day]);
        assert_eq!(orders(&["01/02/2024", "02/13/2024"]), [month]);
        assert_eq!(orders(&["01/02/2024"]), [day, month]);
        let said = StampFormat::of(["01/02/2024"].into_iter(), month);
        assert_eq!(said.len(), 1);
    }

    #[test]
    fn whole_numbers_may_count_from_1970() {
        let of = |numbers: &[f64]| StampFormat::of_numbers(numbers.iter().copied());
        assert_eq!(
            of(&[1.7e9, 1.7e9 + 60.0]),
            Some(StampFormat::Epoch { second: 1 })
        );
        assert_eq!(of(&[1.7e12]), Some(StampFormat::Epoch { second: 1000 }));
        assert_eq!(of(&[5.0]), None);
        let milli = StampFormat::Epoch { second: 1000 };
        assert_eq!(milli.read("1700000000500"), Some(1_700_000_000_500_000));
    }

    #[test]
    fn a_time_is_said_in_its_largest_even_unit() {
        assert_eq!(duration(DAY), "1 day");
        assert_eq!(duration(DAY / 12), "2 hours");
        assert_eq!(duration(500_000), "0.5 seconds");
    }
}
