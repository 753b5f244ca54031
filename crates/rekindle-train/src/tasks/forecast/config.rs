//! The keys of a forecast.

use crate::{
    data::{
        calendar::Cycle, clock::TimeColumns, file::DataFile, fill::Fill, message::shown,
        table::config::TableConfig,
    },
    tasks::keys::shares,
};
use rekindle::{Invalid, positive};
use rekindle_models::distribution::Distribution;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// `[task]` of a forecast.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForecastConfig {
    /// A table, one row a point in time.
    pub file: DataFile,
    /// The columns that the forecast reads; by default those of numbers and truths that do not merely number the rows.
    #[serde(default)]
    pub columns: Vec<String>,
    /// The columns that are forecast; the numbers that are read by default.
    #[serde(default)]
    pub targets: Vec<String>,
    /// The column that says when, or the columns that do together: of days and times, of years, months and days. Found by default, and
    /// none if the name is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeColumns>,
    /// The column that says to which series a row belongs, in a table of several; each is read, cut into parts and forecast by itself,
    /// by one network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The columns that are known for the rows that are forecast, as holidays or a price list: the network reads them ahead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
    /// The columns with one value a series, of numbers or of words.
    #[serde(default, rename = "static", skip_serializing_if = "Vec::is_empty")]
    pub fixed: Vec<String>,
    /// Cycles of the calendar, of which the network also reads where each row lies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendar: Vec<Cycle>,
    /// What stands in the place of a missing value. None may be missing by default, but for a cell that takes that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Fill>,
    /// Whether the network also reads of every column with missing values whether they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub indicator: bool,
    /// How the file is written; found in it by default.
    #[serde(default, skip_serializing_if = "TableConfig::is_default")]
    pub table: TableConfig,
    /// The rows that a forecast looks back on.
    #[serde(default = "window")]
    pub window: usize,
    /// The rows that are forecast.
    #[serde(default = "one")]
    pub horizon: usize,
    /// The distribution of each value that is forecast: `normal`, `student_t` or `negative_binomial`, which is of counts; one value each by
    /// default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<Distribution>,
    /// The levels of the quantiles that are forecast, rising: those of `distribution`, 0.1, 0.5 and 0.9 by default, or, without one,
    /// learned by themselves, the median among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quantiles: Vec<f64>,
    /// The rows of a season, for the seasonal baseline; 0 for none.
    #[serde(default)]
    pub season: usize,
    /// The share of the rows, at their end but for the test part, that validates.
    #[serde(default = "share")]
    pub valid: f64,
    /// The share of the rows, at their end, that tests.
    #[serde(default = "share")]
    pub test: f64,
}

/// The level of what as many values lie above as below.
pub(super) const MEDIAN: f64 = 0.5;

/// The levels of the quantiles of a distribution without a wish.
const LEVELS: [f64; 3] = [0.1, MEDIAN, 0.9];

fn window() -> usize {
    32
}

fn one() -> usize {
    1
}

fn share() -> f64 {
    0.15
}

impl ForecastConfig {
    pub(super) fn check_keys(&self) -> Result<(), Invalid> {
        positive("window", self.window)?;
        positive("horizon", self.horizon)?;
        let lists = [
            ("columns", &self.columns),
            ("targets", &self.targets),
            ("known", &self.known),
            ("static", &self.fixed),
        ];
        for (key, names) in lists {
            let mut seen = HashSet::new();
            if let Some(twice) = names.iter().find(|name| !seen.insert(*name)) {
                let reason = format!("{} is named twice; name it once", shown(twice));
                return Err(Invalid::because(key, reason));
            }
        }
        self.check_roles()?;
        let mut seen = HashSet::new();
        if self.calendar.iter().any(|cycle| !seen.insert(*cycle)) {
            let reason = "names a cycle twice; name it once";
            return Err(Invalid::because("calendar", reason));
        }
        if let Some(Distribution::Quantiles(_)) = &self.distribution {
            let reason =
                "quantiles are learned by task.quantiles alone; leave task.distribution out";
            return Err(Invalid::because("distribution", reason));
        }
        if !self.quantiles.is_empty() {
            Distribution::Quantiles(self.quantiles.clone()).validate()?;
            if self.distribution.is_none() && !self.quantiles.contains(&MEDIAN) {
                let expected = "a list with 0.5 in it, the median, which is the forecast";
                return Err(Invalid::new(
                    "quantiles",
                    format!("{:?}", self.quantiles),
                    expected,
                ));
            }
        }
        self.table.check()?;
        shares([("valid", self.valid), ("test", self.test)])
    }

    /// What the network says of each number, where that is more than a value.
    pub(super) fn distribution(&self) -> Option<Distribution> {
        let quantiles =
            (!self.quantiles.is_empty()).then(|| Distribution::Quantiles(self.quantiles.clone()));
        self.distribution.clone().or(quantiles)
    }

    /// The levels of the quantiles that are said.
    pub(super) fn levels(&self) -> Vec<f64> {
        match (&self.distribution, &self.quantiles[..]) {
            (Some(_), []) => LEVELS.to_vec(),
            (_, levels) => levels.to_vec(),
        }
    }

    /// The outputs of the network for so many targets.
    pub(super) fn outputs(&self, targets: usize) -> usize {
        let each = self.distribution().map_or(1, |of| of.outputs());
        self.horizon * targets * each
    }

    /// Checks that no column is for two things that exclude one another.
    fn check_roles(&self) -> Result<(), Invalid> {
        let one = |name: &Option<String>| name.iter().cloned().collect::<Vec<_>>();
        let roles = [
            ("targets", "it is forecast", self.targets.clone()),
            ("known", "it is known ahead", self.known.clone()),
            ("static", "it has one value a series", self.fixed.clone()),
            ("id", "it names the series", one(&self.id)),
            (
                "time",
                "it says when",
                self.time
                    .iter()
                    .flat_map(|time| time.names())
                    .cloned()
                    .collect(),
            ),
        ];
        for (i, (key, _, names)) in roles.iter().enumerate() {
            for (other, why, others) in &roles[i + 1..] {
                if let Some(name) = names.iter().find(|name| others.contains(name)) {
                    let reason = format!(
                        "{} is in task.{other}, too: {why}; name it in one of them",
                        shown(name)
                    );
                    return Err(Invalid::because(key, reason));
                }
            }
        }
        Ok(())
    }
}
