//! The named values of a layer's equations while it reads, written to a file.

use super::output::{Format, pixels};
use crate::{
    data::reading::Reading,
    error::{Error, Result},
    memory::Batch,
    predict::{predictor::Predictor, source::Source},
    tensors,
};
use burn::tensor::TensorData;
use rekindle::Site;
use rekindle::engine::{Direction, Named};
use std::fmt::Write;
use std::path::PathBuf;

/// What is to be traced.
#[derive(Clone, Debug)]
pub struct TraceOptions {
    /// The run's directory.
    pub run: PathBuf,
    /// What the network reads.
    pub source: Source,
    /// Which row of it, from 0.
    pub row: usize,
    /// Whether symbols that the run does not know are read as the unknown one.
    pub unknown: bool,
    /// The layer and direction.
    pub place: Place,
    /// The names of nodes; all of them if empty.
    pub nodes: Vec<String>,
    /// The file to write, by its ending: `.safetensors`, `.csv`, `.html`, `.svg` or `.png`; `-` for standard output, as
    /// CSV.
    pub output: PathBuf,
    /// A device in place of the run's.
    pub device: Option<String>,
}

/// A layer and a direction of a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The layer, from 0, the lowest.
    pub layer: usize,
    /// Whether it is the cell that reads in reverse.
    pub reverse: bool,
}

impl Place {
    /// The place in the stack, as the library names it.
    pub(crate) fn site(self) -> Site {
        Site {
            layer: self.layer,
            direction: match self.reverse {
                false => Direction::Forward,
                true => Direction::Reverse,
            },
        }
    }
}

/// What a network's nodes did while it read one sequence.
#[derive(Clone, Debug)]
pub struct Traced {
    /// The run's name.
    pub name: String,
    /// The cell's title.
    pub cell: String,
    /// The layer and direction.
    pub site: Site,
    /// What stands at each step.
    pub labels: Vec<String>,
    /// The nodes.
    pub planes: Vec<Plane>,
}

/// One node over time.
#[derive(Clone, Debug)]
pub struct Plane {
    /// Its name, its equation, its role.
    pub node: Named,
    /// What it does, in the words of the cell's card, or its equation.
    pub sentence: String,
    /// The number of units.
    pub units: usize,
    /// `[steps, units]` row-major.
    pub values: Vec<f32>,
}

/// The files that a trace can be written to.
const FORMATS: [Format; 5] = [
    Format::Safetensors,
    Format::Csv,
    Format::Html,
    Format::Svg,
    Format::Png,
];

/// Traces one sequence and writes the file.
///
/// # Errors
///
/// If the run has no weights, the source does not fit it, there is no such layer or node, or the
/// file cannot be written; the last is found out before anything is computed.
pub fn trace(options: &TraceOptions) -> Result<Traced> {
    let (format, output) = Format::of(&options.output, "a trace", &FORMATS)?;
    let predictor = Predictor::open(&options.run, options.device.as_deref())?;
    let mut inputs = predictor.data_files();
    if let Source::File(file) = &options.source {
        inputs.push(file.clone());
    }
    let output = output.apart_from(inputs)?;
    let reading = predictor.reading(&options.source, options.row, options.unknown)?;
    let batch = Batch {
        rows: 1,
        time: reading.lengths()[0],
        ..Batch::default()
    };
    let held = predictor.at_work().holds(batch);
    held.map_err(|e| Error::mend(format!("{}: {e}", options.run.display())))?;
    let site = options.place.site();
    let traced = predictor.trace(&reading, site, &options.nodes)?;
    let bytes = match format {
        Format::Safetensors => tensors_of(&traced)?,
        Format::Html => rekindle_view::Trace::html(vec![traced.view()]).into_bytes(),
        Format::Svg => traced.view().svg().into_bytes(),
        Format::Png => pixels(&traced.view().svg())?,
        Format::Csv | Format::Json => csv(&traced).into_bytes(),
    };
    output.write(&bytes)?;
    Ok(traced)
}

impl Predictor {
    /// The nodes of one layer over the only row of a reading.
    pub(crate) fn trace(&self, reading: &Reading, site: Site, nodes: &[String]) -> Result<Traced> {
        let recurrent = self.net.recurrent()?;
        let x = reading.sequence(&self.net, &self.device);
        let nodes: Vec<&str> = nodes.iter().map(String::as_str).collect();
        let experiment = self.plan.experiment();
        let model = experiment.model.stack().expect("that of a stack");
        let card = model.cell_in(site.direction).card();
        let trace = recurrent
            .trace(x, None, site, &nodes)
            .map_err(|e| Error::mend(format!("`{}`: {e}", card.name)))?;
        let sentence = |node: &Named| {
            let known = card.gates.iter();
            let mut known = known
                .filter(|(block, _)| node.name == *block)
                .map(|(_, sentence)| sentence.to_string());
            known.next_back().unwrap_or_else(|| node.equation.clone())
        };
        let planes = trace.nodes.into_iter().map(|traced| Plane {
            sentence: sentence(&traced.node),
            units: traced.values.dims()[2],
            values: traced.values.into_data().iter::<f32>().collect(),
            node: traced.node,
        });
        Ok(Traced {
            name: experiment.name.clone(),
            cell: card.title.to_string(),
            site,
            labels: reading.labels[0].clone(),
            planes: planes.collect(),
        })
    }
}

/// Tensors `[steps, units]` by the names `0.forward.h`, and the labels as metadata.
fn tensors_of(traced: &Traced) -> Result<Vec<u8>> {
    let planes = traced.planes.iter().map(|plane| {
        let shape = [plane.values.len() / plane.units, plane.units];
        let name = format!("{}.{}", traced.site, plane.node.name);
        (name, TensorData::new(plane.values.clone(), shape))
    });
    let labels = serde_json::to_string(&traced.labels)
        .map_err(|e| Error::fault(format!("labels cannot be written as JSON: {e}")))?;
    tensors::to_bytes(&planes.collect::<Vec<_>>(), &[("labels", &labels)])
}

/// A line a step: its number, what stands there, and every unit of every node.
fn csv(traced: &Traced) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text = String::from("step,label");
    for plane in &traced.planes {
        for unit in 0..plane.units {
            let column = quoted(&format!("{}[{unit}]", plane.node.name));
            let _ = write!(text, ",{column}");
        }
    }
    text.push('\n');
    for (step, label) in traced.labels.iter().enumerate() {
        let _ = write!(text, "{step},{}", quoted(label));
        for plane in &traced.planes {
            for value in &plane.values[step * plane.units..(step + 1) * plane.units] {
                let _ = write!(text, ",{value}");
            }
        }
        text.push('\n');
    }
    text
}
