//! The usual step in time from a row to the next.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

use serde::{Deserialize, Serialize};

use super::message::counted;
use super::table::stamp::{StampFormat, duration};

const DAY: i64 = 86_400_000_000;

/// The usual step in time from a row to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// So many microseconds.
    Even(i64),
    /// A day, from Monday to Friday.
    Workday,
    /// So many months.
    Months {
        count: i64,
        /// Whether the rows are the last days of their months.
        is_last: bool,
    },
}

/// The most frequent of some steps that go forward, and how many there are of it: the shorter of two that are as frequent.
pub(super) fn usual(steps: impl Iterator<Item = i64>) -> Option<(i64, usize)> {
    let mut counts = BTreeMap::new();
    for step in steps.filter(|&step| step > 0) {
        *counts.entry(step).or_insert(0_usize) += 1;
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count)
}

fn civil(micros: i64) -> DateTime {
    let time = Timestamp::from_microsecond(micros).unwrap_or_default();
    time.to_zoned(TimeZone::UTC).datetime()
}

fn micros(time: DateTime) -> Option<i64> {
    Some(Offset::UTC.to_timestamp(time).ok()?.as_microsecond())
}

fn is_last(date: Date) -> bool {
    date == date.last_of_month()
}

impl Step {
    /// That of times in their order, in microseconds since 1970; none where fewer than half of the steps are alike.
    pub(crate) fn of(times: &[i64]) -> Option<Step> {
        let (step, count) = usual(times.windows(2).map(|pair| pair[1] - pair[0]))?;
        if let Some(months) = months(times) {
            return Some(months);
        }
        let is_workday =
            |&micros: &i64| !matches!(civil(micros).weekday(), Weekday::Saturday | Weekday::Sunday);
        let weekend = |pair: &[i64]| {
            pair[1] - pair[0] == 3 * DAY && civil(pair[1]).weekday() == Weekday::Monday
        };
        if step == DAY && times.iter().all(is_workday) && times.windows(2).any(weekend) {
            return Some(Step::Workday);
        }
        (2 * count + 1 >= times.len()).then_some(Step::Even(step))
    }

    /// The time so many steps behind another.
    pub(crate) fn after(self, time: i64, steps: usize) -> Option<i64> {
        let steps = i64::try_from(steps).ok()?;
        match self {
            Step::Even(step) => time.checked_add(step.checked_mul(steps)?),
            Step::Workday => {
                let day = i64::from(civil(time).weekday().to_monday_zero_offset());
                let weekends = (day + steps) / 5;
                time.checked_add((steps + 2 * weekends).checked_mul(DAY)?)
            }
            Step::Months { count, is_last } => {
                let span = Span::new().try_months(count.checked_mul(steps)?).ok()?;
                let then = civil(time).checked_add(span).ok()?;
                let date = match is_last {
                    true => then.date().last_of_month(),
                    false => then.date(),
                };
                micros(date.to_datetime(then.time()))
            }
        }
    }

    /// Whether another is about as long. A few days of a week may be all that is known of workdays, and months differ in their days.
    pub(crate) fn is_like(self, other: Step) -> bool {
        let micros = |step: Step| match step {
            Step::Even(micros) => micros as f64,
            Step::Workday => DAY as f64,
            Step::Months { count, .. } => count as f64 * 365.25 / 12.0 * DAY as f64,
        };
        let ratio = micros(self) / micros(other);
        (0.8..=1.25).contains(&ratio)
    }

    /// How many steps a season has, where that is evident, and what it is.
    pub(crate) fn season(self) -> Option<(usize, &'static str)> {
        const HOUR: i64 = DAY / 24;
        match self {
            Step::Even(step) if step == DAY => Some((7, "a week of days")),
            Step::Even(step) if step == 7 * DAY => Some((52, "a year of weeks")),
            Step::Even(step) if (HOUR / 60..=HOUR).contains(&step) && DAY % step == 0 => {
                Some(((DAY / step) as usize, "a day"))
            }
            Step::Workday => Some((5, "a week of five days")),
            Step::Months { count, .. } if 12 % count == 0 && count < 12 => {
                Some(((12 / count) as usize, "a year"))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Step {
    /// How long it is: `15 minutes`, `1 working day`, `3 months`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match *self {
            Step::Even(micros) => duration(micros),
            Step::Workday => "1 working day".to_owned(),
            Step::Months { count, .. } => counted(count as usize, "months"),
        })
    }
}

/// What the next so many times are called behind some, in microseconds since 1970, that are written so, as the last of them is; none where
/// there is no usual step.
pub(crate) fn behind(
    times: &[i64],
    (format, like): (StampFormat, &str),
    count: usize,
) -> Vec<String> {
    let (Some(step), Some(&last)) = (Step::of(times), times.last()) else {
        return Vec::new();
    };
    let time = |steps: usize| format.write(step.after(last, steps)?, like);
    let times: Option<Vec<String>> = (1..=count).map(time).collect();
    times.unwrap_or_default()
}

/// The step of times that lie months apart, on one day of their months or on the last.
fn months(times: &[i64]) -> Option<Step> {
    let all: Vec<DateTime> = times.iter().map(|&time| civil(time)).collect();
    let first = all.first()?;
    let is_last = all.iter().all(|time| is_last(time.date()));
    let is_alike =
        |time: &DateTime| time.time() == first.time() && (is_last || time.day() == first.day());
    if !all.iter().all(is_alike) {
        return None;
    }
    let number = |time: &DateTime| i64::from(time.year()) * 12 + i64::from(time.month());
    let steps = all
        .windows(2)
        .map(|pair| number(&pair[1]) - number(&pair[0]));
    let (count, _) = usual(steps)?;
    Some(Step::Months { count, is_last })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(dates: &[&str]) -> Vec<i64> {
        let of = |date: &&str| micros(date.parse::<DateTime>().unwrap()).unwrap();
        dates.iter().map(of).collect()
    }

    #[test]
    fn steps_go_on_as_calendars_do() {
        for (dates, step, next, season) in [
            (
                &["2024-02-27", "2024-02-28", "2024-02-29"][..],
                Step::Even(DAY),
                "2024-03-01",
                Some(7),
            ),
            (
                &["2024-01-01T22:00", "2024-01-01T23:00"],
                Step::Even(DAY / 24),
                "2024-01-02",
                Some(24),
            ),
            (
                &["2024-01-01T10:00", "2024-01-01T10:15"],
                Step::Even(DAY / 96),
                "2024-01-01T10:30",
                Some(96),
            ),
            (
                &["2024-01-01", "2024-02-01"],
                Step::Months {
                    count: 1,
                    is_last: false,
                },
                "2024-03-01",
                Some(12),
            ),
            (
                &["2023-12-31", "2024-01-31", "2024-02-29"],
                Step::Months {
                    count: 1,
                    is_last: true,
                },
                "2024-03-31",
                Some(12),
            ),
            (
                &["2023-10-01", "2024-01-01"],
                Step::Months {
                    count: 3,
                    is_last: false,
                },
                "2024-04-01",
                Some(4),
            ),
            (
                &["2023-01-01", "2024-01-01"],
                Step::Months {
                    count: 12,
                    is_last: false,
                },
                "2025-01-01",
                None,
            ),
            // A Thursday, a Friday, a Monday to a Friday.
            (
                &[
                    "2024-01-04",
                    "2024-01-05",
                    "2024-01-08",
                    "2024-01-09",
                    "2024-01-10",
                    "2024-01-11",
                    "2024-01-12",
                ],
                Step::Workday,
                "2024-01-15",
                Some(5),
            ),
        ] {
            let times = at(dates);
            assert_eq!(Step::of(&times), Some(step), "{dates:?}");
            let last = *times.last().unwrap();
            assert_eq!(step.after(last, 1), Some(at(&[next])[0]), "{dates:?}");
            assert_eq!(step.season().map(|(rows, _)| rows), season, "{dates:?}");
        }
        assert_eq!(
            Step::Workday.after(at(&["2024-01-05"])[0], 6),
            Some(at(&["2024-01-15"])[0])
        );
    }

    #[test]
    fn steps_are_said_and_compared() {
        let months = |count| Step::Months {
            count,
            is_last: false,
        };
        let [quarter, day, hour] = [Step::Even(DAY / 96), Step::Even(DAY), Step::Even(DAY / 24)];
        let said = [quarter, day, Step::Workday, months(1), months(3)].map(|step| step.to_string());
        assert_eq!(
            said,
            [
                "15 minutes",
                "1 day",
                "1 working day",
                "1 month",
                "3 months"
            ]
        );
        assert!(day.is_like(Step::Workday) && months(1).is_like(Step::Even(31 * DAY)));
        assert!(!day.is_like(hour) && !hour.is_like(day) && !months(1).is_like(months(3)));
    }

    #[test]
    fn times_without_a_usual_step_have_none() {
        assert_eq!(Step::of(&[0]), None);
        assert_eq!(Step::of(&[5, 5]), None);
        assert_eq!(
            Step::of(&at(&[
                "2024-01-01",
                "2024-01-03",
                "2024-01-04",
                "2024-01-09",
                "2024-01-20"
            ])),
            None
        );
        assert_eq!(Step::Even(DAY).after(i64::MAX, 1), None);
    }
}
