//! The program `rekindle`: train recurrent networks from config files, and look at what there is.

mod bench;
mod burn_device;
mod commands;
mod console;
mod defect;
mod direction;
mod environment;
mod memory;
mod plain;
mod progress;
mod run_place;
mod stop;
mod table;
mod threads;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use rekindle_train::Result;

use commands::{
    apply, completions, convert, devices, doctor, eval, explain, export, horizon, init, list, man,
    predict, report, sample, show, stream, sweep, trace, train, validate, zoo,
};

/// Train recurrent networks from config files.
#[derive(Parser)]
#[command(name = "rekindle", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Look at a file and write a config that learns from it, with a comment a key.
    Init(init::Args),
    /// Say what a key of a config means.
    Explain(explain::Args),
    /// Train what a config file describes.
    Train(train::Args),
    /// Train a config with several values of some keys and several seeds, and rank them.
    Sweep(sweep::Args),
    /// Print a run's figures on a part of its data, or on a file of your own.
    Eval(eval::Args),
    /// Let a language model write.
    Sample(sample::Args),
    /// Predict with a run: a class, a number, tags or a text for what it is given, the next values of a table.
    Predict(predict::Args),
    /// Predict for lines as they come on standard input, each result at once.
    Stream(stream::Args),
    /// Write the report of a finished run again, or compare several runs.
    Report(report::Args),
    /// Write what a layer's gates and states do while a run reads something.
    Trace(trace::Args),
    /// Say what ails a run, and what to try.
    Doctor(doctor::Args),
    /// Measure how far back runs, or the fresh networks of configs, learn.
    Horizon(horizon::Args),
    /// Check a config file and print it with every default filled in.
    Validate(validate::Args),
    /// List the trained models, show the card of one, or make one of runs; a command that takes a run takes zoo:NAME.
    Zoo(zoo::Args),
    /// List the cells.
    List(list::Args),
    /// Show a cell: its equations, what its gates do, its keys and its weights.
    Show(show::Args),
    /// Show the devices: which are compiled in, and which work here.
    Devices,
    /// Run one layer on tensors from a file, with its gradients if asked.
    Apply(apply::Args),
    /// Print a script that completes commands and options in a shell.
    Completions(completions::Args),
    /// Print a manual page: `rekindle man | man -l -`, or `rekindle man train` of a command.
    Man(man::Args),
    /// Write a run for other programs: a model of ONNX, or its weights by PyTorch's names.
    Export(export::Args),
    /// Convert weights from one format to another.
    Convert(convert::Args),
    /// Measure how long a layer takes, or its memory, alone or beside others.
    Bench(commands::bench::Args),
}

fn main() -> ExitCode {
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command,
        Err(error) => {
            console::usage(&error);
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let done = defect::caught(|| run(command));
    done.map_or_else(
        |error| {
            console::error(&error);
            ExitCode::from(error.exit_code())
        },
        |()| ExitCode::SUCCESS,
    )
}

fn run(command: Command) -> Result<()> {
    environment::check()?;
    match command {
        Command::Init(args) => init::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Train(args) => train::run(args),
        Command::Sweep(args) => sweep::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Sample(args) => sample::run(args),
        Command::Predict(args) => predict::run(args),
        Command::Stream(args) => stream::run(args),
        Command::Report(args) => report::run(args),
        Command::Trace(args) => trace::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Horizon(args) => horizon::run(args),
        Command::Validate(args) => validate::run(args),
        Command::Zoo(args) => zoo::run(args),
        Command::List(args) => list::run(args),
        Command::Show(args) => show::run(args),
        Command::Devices => devices::run(),
        Command::Apply(args) => apply::run(args),
        Command::Completions(args) => completions::run(args, Cli::command()),
        Command::Man(args) => man::run(args, Cli::command()),
        Command::Export(args) => export::run(args),
        Command::Convert(args) => convert::run(args),
        Command::Bench(args) => commands::bench::run(args),
    }
}
