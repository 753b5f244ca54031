//! `rekindle zoo`

use std::path::PathBuf;

use rekindle_train::pattern::Pattern;
use rekindle_train::zoo::{self, Model, Zoo};
use rekindle_train::{Error, Result};

use crate::{console, table};

/// The arguments of `zoo`.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    list: List,
}

/// Which models are listed.
#[derive(clap::Args)]
struct List {
    /// A model's name, to show its card; or the models whose name or title has this in it, in any case; with `*` or `?` a pattern of
    /// the name: '*gru*'.
    #[arg(value_name = "NAME|PATTERN")]
    pattern: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Print docs/zoo.md.
    #[arg(long, hide = true, conflicts_with_all = ["json", "pattern"])]
    page: bool,
    #[command(flatten)]
    place: Place,
}

/// Where the models lie.
#[derive(clap::Args)]
struct Place {
    /// The folder of the models, in place of REKINDLE_ZOO and of the folder `zoo` here or above.
    #[arg(long, value_name = "DIR")]
    zoo: Option<PathBuf>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Show a model's card: what it is, its figures beside others, how it was trained, its licence.
    Show(Show),
    /// Make a model of finished runs, which differ by their seed; its card, zoo/NAME/card.toml, is written before.
    Add(Add),
}

#[derive(clap::Args)]
struct Show {
    /// The model.
    name: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
struct Add {
    /// The run whose weights are taken, and behind it those of the following seeds, whose figures say how far seeds differ.
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// What the model is called.
    #[arg(long)]
    name: String,
    #[command(flatten)]
    place: Place,
}

pub(crate) fn run(args: Args) -> Result<()> {
    match args.command {
        None => list(&args.list),
        Some(Command::Show(Show { name, json, place })) => {
            let model = place.find()?.model(&name)?;
            match json {
                true => print_json(&model),
                false => console::print(&card(&model)),
            }
        }
        Some(Command::Add(Add { runs, name, place })) => {
            let added = zoo::add(&place.find()?, &name, &runs)?;
            console::print(&format!(
                "{}: weights in {}, {} in all\n",
                added.model.directory().display(),
                added.stored,
                size(added.bytes)
            ))
        }
    }
}

impl Place {
    fn find(&self) -> Result<Zoo> {
        Zoo::find(self.zoo.as_deref())
    }
}

fn list(args: &List) -> Result<()> {
    let zoo = args.place.find()?;
    if args.page {
        return console::print(&zoo::page(&zoo.models(&Pattern::Any)?));
    }
    let all = zoo.models(&Pattern::Any)?;
    let named = |model: &&Model| {
        args.pattern
            .as_ref()
            .is_some_and(|name| *name == model.name)
    };
    if let Some(model) = all.iter().find(named) {
        return match args.json {
            true => print_json(model),
            false => console::print(&card(model)),
        };
    }
    let models = zoo.models(&Pattern::read(args.pattern.as_deref())?)?;
    if models.is_empty() {
        return Err(Error::mend(
            "no model is called like this; `rekindle zoo` lists all",
        ));
    }
    match args.json {
        true => print_json(&models),
        false => console::print(&lines(&models)),
    }
}

fn print_json(value: &impl serde::Serialize) -> Result<()> {
    let json = serde_json::to_string_pretty(value);
    let json = json.map_err(|e| Error::fault(format!("models as JSON: {e}")))?;
    console::print(&(json + "\n"))
}

/// How wide a text is set.
const WIDTH: usize = 80;

/// A line a model, its title set below one another where it is long.
fn lines(models: &[Model]) -> String {
    let rows = models.iter().map(|model| {
        let figure = match model.trained.as_ref() {
            None if model.card.failed.is_some() => "its training failed".to_owned(),
            None => "not trained yet".to_owned(),
            Some(trained) => {
                let first = trained.test().first();
                first.map_or_else(String::new, ToString::to_string)
            }
        };
        [model.name.clone(), figure]
    });
    let rows: Vec<_> = rows.collect();
    let rows = table::aligned(&rows);
    let text: String = rows
        .lines()
        .zip(models)
        .map(|(line, model)| {
            let title = table::wrapped(&model.card.title, WIDTH - 4);
            format!("{line}\n    {}\n", title.join("\n    "))
        })
        .collect();
    match models.len() {
        1 => text,
        count => format!("{text}\n{count} models; `rekindle zoo NAME` says what one is\n"),
    }
}

/// The card of a model.
fn card(model: &Model) -> String {
    let said = &model.card;
    let mut text = table::wrapped(&format!("{}: {}", model.name, said.title), WIDTH).join("\n");
    let mut section = |title: &str, lines: String| {
        text.push_str(&format!(
            "\n\n{title}\n{}",
            table::indented(&lines).trim_end()
        ));
    };
    let prose = |text: &str| table::wrapped(text, WIDTH - 2).join("\n");
    section("What it is", prose(&said.about));
    if let Some(trained) = &model.trained {
        let mut rows = vec![["test part", "this model", "over seeds"].map(str::to_owned)];
        rows.extend(trained.test().iter().map(|metric| {
            [
                metric.name.clone(),
                metric.digits(),
                trained.over_seeds(&metric.name),
            ]
        }));
        section("Figures", table::aligned(&rows));
        let rows = trained.result.baselines.iter();
        let rows: Vec<_> = rows
            .map(|(name, metric)| [name.clone(), metric.to_string()])
            .collect();
        section("What learns nothing", table::aligned(&rows));
    }
    let source = said.source.iter().map(|source| format!("\n{source}"));
    section(
        "Published",
        prose(&said.published) + &source.collect::<String>(),
    );
    section("Meant for", prose(&said.intended));
    section("Limits", prose(&said.limits));
    section("Data", prose(&said.data));
    section("Licence", prose(&said.licence));
    let mut how = format!("{}\n{}", model.command(), said.config);
    said.set
        .iter()
        .for_each(|set| how.push_str(&format!(" --set {set}")));
    match &model.trained {
        None => section(
            "Not trained",
            how + &said
                .failed
                .iter()
                .map(|why| format!("\n{}", prose(why)))
                .collect::<String>(),
        ),
        Some(trained) => {
            let (result, mut lines) = (&trained.result, vec![how]);
            lines.push(trained.layers.clone());
            lines.push(prose(&result.taken()));
            lines.extend(result.machine.clone());
            lines.push(prose(&format!(
                "{}, with seed {}",
                result.kept, trained.seed
            )));
            section("Trained by", lines.join("\n"));
            section(
                "Weights",
                format!("{}, SHA-256\n{}", size(trained.bytes), trained.sha256),
            );
        }
    }
    if let Some(example) = model.example() {
        section("Try", example);
    }
    text + "\n"
}

/// Bytes, as people read them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
