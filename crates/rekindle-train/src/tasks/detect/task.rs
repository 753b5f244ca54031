//! How windows are given back, and how that is judged.

use super::{
    exhibits,
    figures::{self, Measure},
    table::{self, Table},
    windows::Windows,
};
use crate::{
    data::{
        message::counted,
        reading::{Steps, Wanted},
    },
    metric::{Baselines, Evaluation, digits},
    model::{net::Net, shape::NetShape, taken::Taken},
    tasks::{
        account::Line,
        in_parts::Rows,
        part::Part,
        prediction::{Prediction, Truth},
    },
};
use burn::tensor::Device;
use rekindle_view::Block;

impl Rows for Windows {
    const UNIT: &'static str = "windows";

    fn shape(&self) -> NetShape {
        self.spec.shape(&self.config)
    }

    fn taken(&self) -> Taken {
        Taken::End
    }

    fn count(&self) -> usize {
        self.starts.len()
    }

    fn longest(&self) -> usize {
        self.window()
    }

    fn steps(&self, rows: &[usize]) -> Steps {
        let columns = self.spec.columns.len();
        table::steps(&self.scaled, columns, self.window(), &self.starts_of(rows))
    }

    fn labels(&self, rows: &[usize]) -> Vec<Vec<String>> {
        let of = |start: usize| self.table.stamps[start..start + self.window()].to_vec();
        self.starts_of(rows).into_iter().map(of).collect()
    }

    fn wanted(&self, rows: &[usize]) -> Wanted {
        match self.steps(rows) {
            Steps::Numbers { rows, .. } => Wanted::Numbers(rows),
            _ => unreachable!("windows are of numbers"),
        }
    }

    fn evaluate(&self, net: &Net, rows: &[usize], device: &Device) -> Evaluation {
        let errors = self.errors(net, rows, device);
        let labels = self.labels_of(rows);
        figures::evaluation(&errors, labels.as_deref(), self.measure(net, device))
    }

    fn baselines(&self, _: &[usize], rows: &[usize]) -> Baselines {
        let columns = self.spec.columns.len();
        let error = |start: usize| {
            let values = &self.scaled[start * columns..(start + self.window()) * columns];
            values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64
        };
        let errors: Vec<f64> = self.starts_of(rows).into_iter().map(error).collect();
        figures::baselines(&errors, self.labels_of(rows).as_deref())
    }

    fn account(&self) -> Vec<Line> {
        let rows = counted(self.table.rows, "rows");
        let mut lines = vec![
            Line::new("rows", rows),
            Line::new("columns", self.table.schema.said()),
        ];
        if let Some(labels) = &self.table.labels {
            let count = labels.iter().filter(|label| **label).count();
            lines.push(Line::new(
                "labels",
                format!("{} of the rows", counted(count, "anomalies")),
            ));
        }
        lines
    }

    fn notes(&self, _: Part, _: &[usize], is_alone: bool) -> Vec<String> {
        let labels = self.labels_of(&self.train);
        let count = labels.map_or(0, |labels| labels.iter().filter(|label| **label).count());
        let mut notes = Vec::new();
        notes.extend((count > 0).then(|| {
            format!(
                "{} of {} that the network learns to give back hold an anomaly, and are learned as usual; leave such rows out of the file if \
                 they are many",
                count,
                counted(self.train.len(), "windows")
            )
        }));
        notes.extend(is_alone.then(|| {
            "there is no threshold beside a file alone, and so no F1: it is from the validation part of the run's own".to_owned()
        }));
        notes
    }

    fn predictions(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Prediction> {
        let errors = self.errors(net, rows, device);
        let measure = self.measure(net, device);
        let starts = self.starts_of(rows).into_iter();
        let each = starts.zip(errors);
        let said =
            each.map(|(start, error)| said(&self.table, start, self.window(), error, measure));
        said.collect()
    }

    fn has_truth(&self) -> bool {
        self.table.labels.is_some()
    }

    fn truth(&self, row: usize) -> Truth {
        Truth::Anomaly(self.labels_of(&[row]).is_some_and(|labels| labels[0]))
    }

    fn answer(&self, net: &Net, row: usize, device: &Device) -> String {
        let error = self.errors(net, &[row], device)[0];
        match self.measure(net, device) {
            Some(measure) => format!(
                "the network gives the window back with {} times the error of training; {} is the threshold",
                digits(measure.score(error)),
                digits(measure.threshold)
            ),
            None => format!(
                "the network gives the window back with an error of {}",
                digits(error)
            ),
        }
    }

    fn exhibits(&self, net: &Net, rows: &[usize], device: &Device) -> Vec<Block> {
        let errors = self.errors(net, rows, device);
        exhibits::of(self, rows, &errors, self.measure(net, device))
    }
}

/// What is said of a window.
pub(super) fn said(
    table: &Table,
    start: usize,
    window: usize,
    error: f64,
    measure: Option<Measure>,
) -> Prediction {
    Prediction::Anomaly {
        from: table.stamps[start].clone(),
        to: table.stamps[start + window - 1].clone(),
        error,
        score: measure.map(|measure| measure.score(error)),
        anomaly: measure.map(|measure| measure.is_anomaly(error)),
    }
}
