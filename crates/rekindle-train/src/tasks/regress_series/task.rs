//! How a number is learned of each series, and how it is judged.

use super::{exhibits, figures, spec::RegressionSpec};
use crate::{
    data::{
        reading::{Steps, Wanted, single},
        series::Series,
    },
    metric::{Baselines, Evaluation, digits},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::{self, Line},
        in_parts::Rows,
        labelled::items::Items,
        part::Part,
        prediction::{Prediction, Truth},
        task::JUDGED,
    },
};
use burn::tensor::Device;
use rekindle_view::Block;

/// Series and their targets.
pub(super) struct Regression {
    pub(super) spec: RegressionSpec,
    pub(super) taken: Taken,
    /// Scaled.
    pub(super) series: Vec<Series>,
    /// In their unit.
    pub(super) targets: Vec<f64>,
}

impl Regression {
    /// The targets of some rows.
    fn right(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().map(|&row| self.targets[row]).collect()
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

impl Rows for Regression {
    const UNIT: &'static str = <Vec<Series> as Items>::UNIT;

    fn shape(&self) -> NetShape {
        self.spec.shape()
    }

    fn taken(&self) -> Taken {
        self.taken
    }

    fn count(&self) -> usize {
        self.targets.len()
    }

    fn longest(&self) -> usize {
        self.series.longest()
    }

    fn steps(&self, rows: &[usize]) -> Steps {
        self.series.steps(rows)
    }

    fn labels(&self, rows: &[usize]) -> Vec<Vec<String>> {
        self.series.labels(rows)
    }

    fn wanted(&self, rows: &[usize]) -> Wanted {
        let scaled = |target: f64| single(&[self.spec.target.scaled(target, 0)]);
        Wanted::Numbers(self.right(rows).into_iter().map(scaled).collect())
    }

    fn evaluate(&self, net: &Net, rows: &[usize], device: &Device) -> Evaluation {
        let predicted = self.predicted(net, rows, device);
        figures::evaluation(&predicted, &self.right(rows), &self.spec.target)
    }

    fn baselines(&self, train: &[usize], rows: &[usize]) -> Baselines {
        figures::baselines(&self.right(train), &self.right(rows), &self.spec.target)
    }

    fn account(&self) -> Vec<Line> {
        let mut lines = vec![account::targets(&self.targets)];
        lines.extend(self.series.account());
        lines
    }

    fn notes(&self, _: Part, _: &[usize], _: bool) -> Vec<String> {
        Vec::new()
    }

    fn predictions(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Prediction> {
        let values = self.predicted(net, rows, device).into_iter();
        values.map(|value| Prediction::Number { value }).collect()
    }

    fn truth(&self, row: usize) -> Truth {
        Truth::Number(self.targets[row])
    }

    fn answer(&self, net: &Net, row: usize, device: &Device) -> String {
        format!(
            "the network says {}; right is {}",
            digits(self.predicted(net, &[row], device)[0]),
            digits(self.targets[row])
        )
    }

    fn exhibits(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Block> {
        let predicted = self.predicted(net, rows, device);
        exhibits::of(&self.series, &self.targets, rows, &predicted)
    }
}
