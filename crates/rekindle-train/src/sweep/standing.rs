//! Which point of a sweep does best.

use super::Trial;
use crate::{
    metric::{Metric, mean, spread},
    run::result::RunResult,
    tasks::part::Part,
};

/// The points of a sweep, the best first, by the mean over their seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The figure by which they are ranked, and the part that it is of: the first on the validation part, where there is one.
    pub figure: String,
    /// The points of which a run is finished, the best first.
    pub places: Vec<Place>,
    /// The runs that are not finished, by their names.
    pub unfinished: Vec<String>,
}

/// What came of a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Its values, with the names of their keys.
    pub point: Vec<(String, String)>,
    /// The figure that ranks it, of each finished run.
    pub ranked: Vec<Metric>,
    /// The first figure on the test part, of each finished run that has one.
    pub test: Vec<Metric>,
    /// The number of parameters.
    pub parameters: usize,
    /// The mean of the seconds that a run was trained.
    pub seconds: f64,
}

impl Standing {
    /// The order of points by their finished runs.
    pub(super) fn of(trials: &[Trial], finished: Vec<(&Trial, RunResult)>) -> Standing {
        // The test part chooses nothing, where there is another.
        let all_validate = finished
            .iter()
            .all(|(_, r)| first(r, Part::Valid).is_some());
        let part = if all_validate {
            Part::Valid
        } else {
            Part::Test
        };
        let mut places: Vec<Place> = Vec::new();
        for (trial, result) in &finished {
            let at = places.iter().position(|place| place.point == trial.point);
            let at = at.unwrap_or_else(|| {
                places.push(Place {
                    point: trial.point.clone(),
                    ranked: Vec::new(),
                    test: Vec::new(),
                    parameters: result.parameters,
                    seconds: 0.0,
                });
                places.len() - 1
            });
            let place = &mut places[at];
            place.ranked.extend(first(result, part).cloned());
            place.test.extend(first(result, Part::Test).cloned());
            let runs = place.ranked.len().max(1) as f64;
            place.seconds += (result.seconds - place.seconds) / runs;
        }
        // The best first; equal ones stay in the order of their values.
        places.sort_by(|a, b| match (a.ranked.first(), b.ranked.first()) {
            (Some(one), Some(_)) => {
                let mean = |place: &Place| mean(&place.ranked);
                let own = Metric {
                    value: mean(a),
                    ..one.clone()
                };
                own.merit(mean(b)).reverse()
            }
            (one, other) => other.is_some().cmp(&one.is_some()),
        });
        let ranked = places.iter().flat_map(|place| &place.ranked);
        let name = ranked.map(|metric| metric.name.as_str()).next();
        let unfinished = trials.iter().filter(|trial| {
            let mut done = finished.iter();
            !done.any(|(other, _)| other.name == trial.name)
        });
        Standing {
            figure: format!("{}, {}", name.unwrap_or("no figure"), part.name()),
            unfinished: unfinished.map(|trial| trial.name.clone()).collect(),
            places,
        }
    }

    /// What the columns of the table are called.
    pub fn head(&self) -> [String; 6] {
        let test = self.places.iter().flat_map(|place| &place.test).next();
        let test = test.map_or("test".to_owned(), |metric| format!("{}, test", metric.name));
        [
            "rank".into(),
            "point".into(),
            "runs".into(),
            self.figure.clone(),
            test,
            "parameters".into(),
        ]
    }

    /// A row a point: its rank, its values, its finished runs, means with what they spread by, its size.
    pub fn rows(&self) -> impl Iterator<Item = [String; 6]> {
        (1..).zip(&self.places).map(|(rank, place)| {
            [
                rank.to_string(),
                place.called(),
                place.ranked.len().to_string(),
                spread(&place.ranked),
                spread(&place.test),
                place.parameters.to_string(),
            ]
        })
    }
}

impl Place {
    /// Its values in one line, each behind the last part of its key where that tells it from the others.
    pub fn called(&self) -> String {
        let short = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
        let pairs = self.point.iter().map(|(key, value)| {
            let alike = self
                .point
                .iter()
                .filter(|(other, _)| short(other) == short(key));
            let name = if alike.count() > 1 {
                key.clone()
            } else {
                short(key)
            };
            format!("{name}={value}")
        });
        match self.point.is_empty() {
            true => "the config".to_owned(),
            false => pairs.collect::<Vec<_>>().join(" "),
        }
    }

    /// The mean of the figure that ranks it.
    pub(super) fn mean(&self) -> f64 {
        mean(&self.ranked)
    }
}

fn first(result: &RunResult, part: Part) -> Option<&Metric> {
    result.metrics.get(part.name())?.first()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Kept;
    use std::path::PathBuf;

    fn trial(point: &str, seed: u64) -> Trial {
        Trial {
            name: format!("{point},{seed}"),
            overrides: Vec::new(),
            run: PathBuf::new(),
            point: vec![("a".into(), point.into())],
        }
    }

    fn result(valid: Option<f64>, test: f64) -> RunResult {
        let of = |value: f64| vec![Metric::lower("MAE", value), Metric::lower("RMSE", 0.0)];
        let parts = valid.map(|value| ("valid".to_owned(), of(value)));
        RunResult {
            task: "forecast".into(),
            device: "flex".into(),
            steps: 1,
            seconds: test,
            parameters: 7,
            kept: Kept {
                step: 1,
                why: String::new(),
            },
            metrics: parts
                .into_iter()
                .chain([("test".to_owned(), of(test))])
                .collect(),
            baselines: Vec::new(),
            notes: Vec::new(),
            machine: None,
        }
    }

    #[test]
    fn points_are_ranked_by_the_mean_on_the_validation_part() {
        let trials = [("x", 0), ("x", 1), ("y", 0), ("y", 1), ("z", 0)].map(|(p, s)| trial(p, s));
        let figures = [(3.0, 1.0), (5.0, 3.0), (2.0, 8.0), (4.0, 9.0)];
        let results = figures.map(|(valid, test)| result(Some(valid), test));
        let standing = Standing::of(&trials, trials.iter().zip(results).collect());
        let rows: Vec<_> = standing.rows().collect();
        assert_eq!(standing.head()[3..5], ["MAE, valid", "MAE, test"]);
        // The deviation of 2 and 4, and of 3 and 5, is the square root of 2; that of 8 and 9 the square root of a half.
        assert_eq!(
            rows[0],
            ["1", "a=y", "2", "3.0000 ± 1.4142", "8.5000 ± 0.7071", "7"]
        );
        assert_eq!(rows[1][..4], ["2", "a=x", "2", "4.0000 ± 1.4142"]);
        assert_eq!(standing.unfinished, ["z,0"]);
        assert_eq!(standing.places[1].seconds, 2.0);
    }

    #[test]
    fn a_point_is_called_by_the_ends_of_its_keys() {
        let place = |keys: &[&str]| Place {
            point: keys
                .iter()
                .map(|key| (key.to_string(), "1".to_owned()))
                .collect(),
            ranked: Vec::new(),
            test: Vec::new(),
            parameters: 0,
            seconds: 0.0,
        };
        assert_eq!(place(&["a.b", "c"]).called(), "b=1 c=1");
        assert_eq!(place(&["a.b", "c.b", "d.e"]).called(), "a.b=1 c.b=1 e=1");
        assert_eq!(place(&[]).called(), "the config");
    }

    #[test]
    fn the_test_part_ranks_where_nothing_else_does() {
        let trials = [trial("x", 0), trial("y", 0)];
        let results = [result(None, 2.0), result(Some(9.0), 1.0)];
        let standing = Standing::of(&trials, trials.iter().zip(results).collect());
        assert_eq!(standing.figure, "MAE, test");
        assert_eq!(standing.places[0].called(), "a=y");
        assert_eq!(Standing::of(&trials, Vec::new()).unfinished.len(), 2);
    }
}
