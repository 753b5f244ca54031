//! How a number is learned of each series, and how it is judged.

use super::{config::RegressSeriesConfig, exhibits, figures, spec::RegressionSpec};
use crate::{
    data::{
        reading::{Reading, Wanted, single},
        series::Series,
        split::Split,
    },
    error::{Error, Result},
    memory::Batch,
    metric::{Baselines, Evaluation, digits},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::{self, Line},
        labelled::items::Items,
        part::Part,
        passes::Passes,
        prediction::{Predicted, Prediction, Truth},
        task::{At, JUDGED, Lesson, Task, UpdateRows},
    },
};
use burn::tensor::Device;
use rekindle_view::Block;
use std::ops::Range;

/// Series, their targets, and the parts that they are in.
pub(super) struct Regression {
    spec: RegressionSpec,
    taken: Taken,
    /// Scaled.
    series: Vec<Series>,
    /// In their unit.
    targets: Vec<f64>,
    parts: Split<Vec<usize>>,
    passes: Passes,
    /// What is worth knowing of the data.
    notes: Vec<String>,
}

impl Regression {
    /// Scaled series with their targets.
    pub(super) fn new(
        config: &RegressSeriesConfig,
        spec: &RegressionSpec,
        series: Vec<Series>,
        targets: Vec<f64>,
        parts: Split<Vec<usize>>,
        notes: Vec<String>,
    ) -> Self {
        Regression {
            spec: spec.clone(),
            taken: Taken::Pooled(config.pool),
            series,
            targets,
            passes: Passes::over(parts.train.len()),
            parts,
            notes,
        }
    }

    /// The targets of some rows.
    fn right(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().map(|&row| self.targets[row]).collect()
    }

    /// What the network is to give behind some rows.
    fn wanted(&self, rows: &[usize]) -> Wanted {
        let scaled = |target: f64| single(&[self.spec.target.scaled(target, 0)]);
        Wanted::Numbers(self.right(rows).into_iter().map(scaled).collect())
    }

    /// What the network says of some rows, in the unit of the targets.
    fn predicted(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<f64> {
        let said = rows.chunks(JUDGED).flat_map(|rows| {
            let outputs = net.given(&self.series.steps(rows), self.taken, device);
            self.spec.values(outputs)
        });
        said.collect()
    }
}

impl Task for Regression {
    fn shape(&self) -> NetShape {
        self.spec.shape()
    }

    fn taken(&self) -> Taken {
        self.taken
    }

    fn unit(&self) -> &'static str {
        <Vec<Series> as Items>::UNIT
    }

    fn rows_to_train_on(&self) -> Option<usize> {
        Some(self.parts.train.len())
    }

    fn steps_per_epoch(&self, update: UpdateRows) -> Result<u64> {
        match self.parts.train.len() {
            0 => Err(Error::mend(
                "none of the series is one to train on; give task.train the file that the run was begun with",
            )),
            rows => Ok((rows / update.all()).max(1) as u64),
        }
    }

    fn batch(&self, rows: usize) -> Batch {
        let Split { train, valid, test } = &self.parts;
        let most = train.len().max(valid.len()).max(test.len());
        Batch {
            rows: rows.min(train.len()),
            judged: JUDGED.min(most),
            time: self.series.longest(),
            each: false,
        }
    }

    fn reading(&self, part: Part, rows: Range<usize>, _: usize) -> Reading {
        let all = self.parts.of(part);
        let rows = &all[rows.start.min(all.len())..rows.end.min(all.len())];
        Reading {
            inputs: self.series.steps(rows),
            labels: self.series.labels(rows),
            wanted: Some(self.wanted(rows)),
        }
    }

    fn lesson(&self, at: &At) -> Lesson {
        let rows = self.passes.rows(at).into_iter();
        let rows: Vec<usize> = rows.map(|row| self.parts.train[row]).collect();
        Lesson {
            inputs: self.series.steps(&rows),
            wanted: self.wanted(&rows),
            goes_on: false,
            units: rows.len(),
        }
    }

    fn evaluate(&self, net: &Net, part: Part, device: &Device) -> Option<Evaluation> {
        let rows = self.parts.of(part);
        (!rows.is_empty()).then(|| {
            let predicted = self.predicted(net, rows, device);
            figures::evaluation(&predicted, &self.right(rows), &self.spec.target)
        })
    }

    fn baselines(&self, part: Part) -> Baselines {
        let (train, rows) = (&self.parts.train, self.parts.of(part));
        match rows.is_empty() {
            true => Vec::new(),
            false => figures::baselines(&self.right(train), &self.right(rows), &self.spec.target),
        }
    }

    fn account(&self) -> Vec<Line> {
        let Split { train, valid, test } = &self.parts;
        let sizes = [("train", train), ("valid", valid), ("test", test)];
        let sizes = sizes.map(|(part, rows)| (part, rows.len()));
        let mut lines = vec![
            account::rows(self.targets.len(), self.unit()),
            account::targets(&self.targets),
        ];
        lines.extend(self.series.account());
        lines.push(account::parts(sizes, self.unit()));
        lines
    }

    fn notes(&self, _: Part) -> Vec<String> {
        self.notes.clone()
    }

    fn back_test(&self, net: &Net, part: Part, device: &Device) -> Option<Vec<Predicted>> {
        let rows = self.parts.of(part);
        let said = self.predicted(net, rows, device).into_iter();
        let known = rows.iter().zip(1..).zip(said);
        let all = known.map(|((&row, number), value)| Predicted {
            truth: Some(Truth::Number(self.targets[row])),
            ..Prediction::Number { value }.of_row(number)
        });
        Some(all.collect())
    }

    fn answer(
        &self,
        net: &Net,
        part: Part,
        row: usize,
        _: usize,
        device: &Device,
    ) -> Option<String> {
        let row = *self.parts.of(part).get(row)?;
        let said = self.predicted(net, &[row], device)[0];
        Some(format!(
            "the network says {}; right is {}",
            digits(said),
            digits(self.targets[row])
        ))
    }

    fn exhibits(&self, net: &Net, device: &Device) -> Vec<Block> {
        let rows = self.parts.of(Part::Test);
        match rows.is_empty() {
            true => Vec::new(),
            false => exhibits::of(
                &self.series,
                &self.targets,
                rows,
                &self.predicted(net, rows, device),
            ),
        }
    }
}
