//! The class of a series of numbers.

use super::classify::{self, Classifier};
use super::classify_text::{no_file, share};
use super::{Pool, Spec, tensors};
use crate::{
    data::{
        cut::Cut, file::DataFile, reading::Reading, scaler::Scaler, series::Series,
        series_set::SeriesSet, split::Split,
    },
    error::Result,
    model::{
        net::Net,
        shape::{Inputs, NetShape},
    },
};
use burn::tensor::{Device, Tensor};
use rekindle::Invalid;
use rekindle_view::{Axis, Block, Figure};
use serde::{Deserialize, Serialize};

/// `[task]` of a classifier of series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifySeriesConfig {
    /// A `.ts` file of the UCR/UEA archive, or a CSV file with a column `label`. For a cell that takes missing
    /// values, `?` in the first and an empty cell in the second is one.
    pub train: DataFile,
    /// The file to test on; without one, a share of `train`.
    #[serde(default, skip_serializing_if = "no_file")]
    pub test: DataFile,
    /// How the outputs of all steps become one.
    #[serde(default)]
    pub pool: Pool,
    /// The share of `train` that validates. Which series those are follows from what they hold and the seed, not from
    /// where they stand: equal ones are in one part.
    #[serde(default = "share")]
    pub valid_share: f64,
    /// The share of `train` that tests, where there is no file for it.
    #[serde(default = "share")]
    pub test_share: f64,
}

impl ClassifySeriesConfig {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        let test = match no_file(&self.test) {
            true => self.test_share,
            false => 0.0,
        };
        super::shares([("valid_share", self.valid_share), ("test_share", test)])
    }
}

/// What inference must know: the classes, the scale of each channel, and which series test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesSpec {
    /// The names of the classes.
    pub classes: Vec<String>,
    /// The number of channels.
    pub channels: usize,
    /// Mean and standard deviation of each channel over the training series.
    pub scaler: Scaler,
    /// Where the series of each class are cut into parts.
    pub cut: Cut,
}

impl SeriesSpec {
    pub(super) fn shape(&self) -> NetShape {
        NetShape {
            inputs: Inputs::Features(self.channels),
            outputs: self.classes.len(),
            tied: false,
        }
    }

    /// The logits of scaled series, `[series, classes]`.
    pub(crate) fn logits(
        &self,
        net: &Net,
        pool: Pool,
        series: &[&Series],
        device: &Device,
    ) -> Tensor<2> {
        let x = tensors::padded_series(series, self.channels, device);
        classify::logits(net, x, pool)
    }
}

/// The channels of a series that a report shows.
const SHOWN: usize = 8;

/// A series classifier's data.
pub struct ClassifySeries {
    config: ClassifySeriesConfig,
    spec: SeriesSpec,
    series: Vec<Series>,
    labels: Vec<usize>,
    parts: Split<Vec<usize>>,
    note: Option<String>,
}

impl ClassifySeries {
    /// Reads and scales the series, which may lack values if the cell takes that.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or there are too few series.
    pub fn open(
        config: &ClassifySeriesConfig,
        seed: u64,
        takes_missing: bool,
        spec: Option<SeriesSpec>,
    ) -> Result<Self> {
        let with_classes = |file: &DataFile, classes: &[String], channels| {
            SeriesSet::read_with_classes(file, classes, channels, takes_missing)
        };
        let mut all = match &spec {
            None => SeriesSet::read(&config.train, takes_missing)?,
            Some(spec) => with_classes(&config.train, &spec.classes, spec.channels)?,
        };
        let apart = !no_file(&config.test);
        let shares = [
            config.valid_share,
            if apart { 0.0 } else { config.test_share },
        ];
        let (places, known) = (all.places(seed), spec.as_ref().map(|s| &s.cut));
        let classes = all.classes.len();
        let cut = classify::cut(&config.train, known, &all.labels, &places, classes, shares)?;
        let mut parts = cut.parts(&all.labels, &places);
        let mut note = None;
        if apart {
            let test = with_classes(&config.test, &all.classes, all.channels)?;
            note = classify::repeated([&config.train, &config.test], &places, &test.places(seed));
            parts.test = (all.series.len()..all.series.len() + test.series.len()).collect();
            all.series.extend(test.series);
            all.labels.extend(test.labels);
        }
        let spec = spec.unwrap_or_else(|| {
            let train = parts.train.iter().flat_map(|&i| &all.series[i].values);
            let train: Vec<f64> = train.copied().collect();
            SeriesSpec {
                classes: all.classes.clone(),
                channels: all.channels,
                scaler: Scaler::fit(&train, all.channels),
                cut,
            }
        });
        for series in &mut all.series {
            spec.scaler.transform(&mut series.values);
        }
        Ok(ClassifySeries {
            config: config.clone(),
            spec,
            series: all.series,
            labels: all.labels,
            parts,
            note,
        })
    }
}

impl Classifier for ClassifySeries {
    fn shape(&self) -> NetShape {
        self.spec.shape()
    }

    fn spec(&self) -> Spec {
        Spec::ClassifySeries(self.spec.clone())
    }

    fn unit(&self) -> &'static str {
        "series"
    }

    fn classes(&self) -> usize {
        self.spec.classes.len()
    }

    fn labels(&self) -> &[usize] {
        &self.labels
    }

    fn parts(&self) -> &Split<Vec<usize>> {
        &self.parts
    }

    fn note(&self) -> Option<String> {
        self.note.clone()
    }

    fn longest(&self) -> usize {
        self.series.iter().map(|s| s.steps).max().unwrap_or(1)
    }

    fn class_names(&self) -> &[String] {
        &self.spec.classes
    }

    fn shown(&self, row: usize, caption: String) -> Block {
        let Series {
            values, channels, ..
        } = &self.series[row];
        let channel = |c: usize| {
            let values = values.iter().skip(c).step_by(*channels).enumerate();
            let points = values.map(|(t, &v)| [t as f64, v]);
            rekindle_view::Series::line(format!("channel {c}"), points.collect())
        };
        Block::Figure(Figure {
            title: caption,
            x: Axis::linear("step"),
            y: Axis::linear("value, scaled"),
            series: (0..(*channels).min(SHOWN)).map(channel).collect(),
            notes: Vec::new(),
        })
    }

    fn reading(&self, rows: &[usize]) -> Reading {
        let series: Vec<&Series> = rows.iter().map(|&i| &self.series[i]).collect();
        Reading::of_series(&series, self.spec.channels)
    }

    fn logits(&self, net: &Net, rows: &[usize], device: &Device) -> Tensor<2> {
        let series: Vec<&Series> = rows.iter().map(|&i| &self.series[i]).collect();
        self.spec.logits(net, self.config.pool, &series, device)
    }
}
