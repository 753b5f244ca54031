//! `rekindle stream`

use std::io::{self, BufRead};
use std::path::PathBuf;

use rekindle_train::predict::Written;
use rekindle_train::{Error, Result};

use crate::console;
use crate::run_place::run_place;

/// The arguments of `stream`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run's directory, or zoo:NAME.
    #[arg(value_parser = run_place())]
    run: PathBuf,
    /// How the results are written.
    #[arg(long, value_enum, default_value = "jsonl")]
    format: Format,
    /// A device in place of the run's.
    #[arg(long)]
    device: Option<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// A JSON value a line.
    Jsonl,
    /// A table.
    Csv,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let written = match args.format {
        Format::Jsonl => Written::JsonLines,
        Format::Csv => Written::Csv,
    };
    let predictor = console::opened(&args.run, args.device.as_deref())?;
    let mut stream = predictor.stream()?;
    console::note(&stream.takes());
    let mut input = io::stdin().lock();
    let (mut line, mut number, mut has_begun) = (Vec::new(), 0, false);
    loop {
        line.clear();
        number += 1;
        let read = input.read_until(b'\n', &mut line);
        let read = read.map_err(|e| Error::fault(format!("standard input: line {number}: {e}")))?;
        if read == 0 {
            return Ok(());
        }
        let text = str::from_utf8(&line).map_err(|e| {
            Error::mend(format!(
                "line {number}: byte {} is not UTF-8; convert what is streamed, for example with `iconv -f latin1 -t utf-8`",
                e.valid_up_to() + 1
            ))
        })?;
        let said = stream.push(text)?;
        said.notes.iter().for_each(|note| console::note(note));
        if !said.all.is_empty() {
            console::print(&match has_begun {
                true => written.more(&said.all)?,
                false => written.text(&said.all)?,
            })?;
            has_begun = true;
        }
    }
}
