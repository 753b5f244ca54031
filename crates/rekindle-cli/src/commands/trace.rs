//! `rekindle trace`

use std::path::PathBuf;

use rekindle_train::inside::{Place, TraceOptions, trace};
use rekindle_train::predict::Source;
use rekindle_train::tasks::Part;
use rekindle_train::{Error, Result};

use crate::direction::Direction;
use crate::run_place::run_place;
use crate::{console, table};

/// The arguments of `trace`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run's directory, or zoo:NAME.
    #[arg(value_parser = run_place())]
    run: PathBuf,
    #[command(flatten)]
    source: Given,
    /// Which row of the file or of the test part, from 1.
    #[arg(long, value_name = "N", default_value_t = 1)]
    row: usize,
    /// Read symbols that the run does not know as the unknown one.
    #[arg(long)]
    unknown: bool,
    /// The layer, from 0, the lowest.
    #[arg(long, value_name = "N", default_value_t = 0)]
    layer: usize,
    /// The direction.
    #[arg(long, value_enum, default_value = "forward")]
    direction: Direction,
    /// A node by its name, e.g. f, c or "tanh(c')"; all of them by default.
    #[arg(long, value_name = "NAME")]
    node: Vec<String>,
    /// The file to write: .safetensors, .csv, .html, .svg or .png; - for standard output, as CSV.
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// A device in place of the run's.
    #[arg(long)]
    device: Option<String>,
}

/// What to read; a row of the run's test part by default.
#[derive(clap::Args)]
#[group(multiple = false)]
struct Given {
    /// A text.
    #[arg(long)]
    text: Option<String>,
    /// A file: texts, one a line (of a language model one text); series; or a table.
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let source = match (args.source.text, args.source.input) {
        (Some(text), _) => Source::Text(text),
        (_, Some(file)) => Source::File(file),
        (None, None) => {
            console::changed_data(&args.run)?;
            Source::Part(Part::Test)
        }
    };
    console::unfinished(&args.run)?;
    let row = args.row.checked_sub(1);
    let row = row.ok_or_else(|| Error::mend("--row 0: rows are counted from 1"))?;
    let output = args.output.clone();
    let traced = trace(&TraceOptions {
        run: args.run,
        source,
        row,
        unknown: args.unknown,
        place: Place {
            layer: args.layer,
            reverse: matches!(args.direction, Direction::Reverse),
        },
        nodes: args.node,
        output: args.output,
        device: args.device,
    })?;
    let rows = traced.planes.iter().map(|plane| {
        let size = format!("{} x {}", traced.labels.len(), plane.units);
        [plane.node.name.clone(), size, plane.sentence.clone()]
    });
    let rows: Vec<_> = rows.collect();
    let nodes = table::indented(&table::aligned(&rows));
    let said = format!(
        "{}: {}, {}\n{nodes}",
        output.display(),
        traced.cell,
        traced.site
    );
    console::print_beside(&output, &said)
}
