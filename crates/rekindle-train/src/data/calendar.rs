//! Where in its day, week and year a time lies, as numbers that a network reads.

use std::f64::consts::TAU;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A cycle of the calendar. A time is a point on its circle: a sine and a cosine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cycle {
    /// From midnight to midnight.
    Day,
    /// From Monday to Sunday.
    Week,
    /// From the first of January to the last of December.
    Year,
}

const DAY: i64 = 86_400_000_000;

impl Cycle {
    /// The sine and the cosine of a time, in microseconds since 1970.
    pub(crate) fn point(self, micros: i64) -> [f64; 2] {
        let share =
            |length: i64, from: i64| (micros - from).rem_euclid(length) as f64 / length as f64;
        let turn = match self {
            Cycle::Day => share(DAY, 0),
            // 1970 began on a Thursday.
            Cycle::Week => share(7 * DAY, 4 * DAY),
            Cycle::Year => {
                let time = Timestamp::from_microsecond(micros).unwrap_or_default();
                let time = time.to_zoned(TimeZone::UTC);
                let days = f64::from(time.day_of_year() - 1) + share(DAY, 0);
                days / f64::from(time.days_in_year())
            }
        };
        [(TAU * turn).sin(), (TAU * turn).cos()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(cycle: Cycle, micros: i64, expected: [f64; 2]) {
        let point = cycle.point(micros);
        let off = point.iter().zip(expected).map(|(p, e)| (p - e).abs());
        assert!(off.fold(0.0, f64::max) < 1e-12, "{cycle:?} {point:?}");
    }

    #[test]
    fn times_lie_on_circles() {
        near(Cycle::Day, 0, [0.0, 1.0]);
        near(Cycle::Day, DAY / 4, [1.0, 0.0]);
        near(Cycle::Day, -DAY / 4, [-1.0, 0.0]);
        // 1970-01-05 was a Monday.
        near(Cycle::Week, 4 * DAY, [0.0, 1.0]);
        near(Cycle::Week, 4 * DAY + 7 * DAY / 2, [0.0, -1.0]);
        near(Cycle::Year, 365 * DAY, [0.0, 1.0]);
        near(
            Cycle::Year,
            73 * DAY,
            [(0.2 * TAU).sin(), (0.2 * TAU).cos()],
        );
    }
}
