//! `rekindle init`

use std::path::{Path, PathBuf};

use rekindle_train::init::{Asked, Begun};
use rekindle_train::output::Output;
use rekindle_train::{Error, Result, init, shell};

use crate::console;

/// The arguments of `init`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The task; what the file seems to be for by default.
    task: Option<String>,
    /// The file to learn from.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// The file's column of classes, or of numbers to predict.
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// A key that the config is to have, as in --set task.window=50; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// The config to write, which must not be there; it is printed otherwise.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let directory = args.out.as_deref().and_then(Path::parent);
    let directory = directory.filter(|path| !path.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let asked = Asked {
        task: args.task.as_deref(),
        data: args.data.as_deref(),
        label: args.label.as_deref(),
        set: &args.set,
    };
    let Begun { text, seen } = init::config(asked, directory)?;
    let Some(out) = args.out else {
        return console::print(&text);
    };
    if out.exists() {
        return Err(Error::mend(format!(
            "--out {}: there is such a file already; name another, or remove it",
            out.display()
        )));
    }
    Output::new("--out", &out)?.write(text.as_bytes())?;
    if let Some(seen) = &seen {
        console::note(seen);
    }
    console::print(&format!(
        "{}\nnext:  rekindle train {}\n",
        out.display(),
        shell::quoted(&out)
    ))
}
