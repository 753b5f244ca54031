//! `rekindle show`

mod diagram;
mod form;
pub(in crate::commands) mod keys;

use std::path::{Path, PathBuf};

use rekindle::engine::{Direction, GRAMMAR};
use rekindle::{AnyCellConfig, CATALOG, Card};
use rekindle_train::pattern::Pattern;
use rekindle_train::zoo::Zoo;
use rekindle_train::{Error, Result, cells, config};

use crate::{console, table};
use form::Form;

/// The arguments of `show`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The cell, as `rekindle list` names it, or those of a config (a .toml file).
    #[arg(value_name = "CELL|CONFIG")]
    cell: String,

    /// Print what the engine makes of the equations: what needs a loop over time and what does not, what is joined.
    #[arg(long)]
    program: bool,

    /// With --program, print the derived backward programs as well.
    #[arg(long, requires = "program")]
    backward: bool,

    /// Draw the equations: an .svg or a .png, one a form of the cell, or a cell of the config (FILE, FILE-2, ...);
    /// - for standard output, as SVG.
    #[arg(long, value_name = "FILE", conflicts_with = "program")]
    diagram: Option<PathBuf>,

    /// With --diagram, replace a FILE-2 and so on that this program did not make.
    #[arg(long, requires = "diagram")]
    force: bool,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let subjects = Subject::all(&args.cell)?;
    if let Some(file) = &args.diagram {
        let said = diagram::write(&subjects, &args, file)?;
        return console::print_beside(file, &said);
    }
    let texts = subjects.iter().map(|subject| match args.program {
        true => subject.programs(args.backward),
        false => subject.page(),
    });
    console::print(&texts.collect::<Result<Vec<_>>>()?.join("\n"))
}

/// What is shown: a cell in all its forms, or a cell of a config in the form that it has there.
struct Subject {
    card: &'static Card,
    title: String,
    forms: Vec<Form>,
    direction: Direction,
    /// That of the config, and its key there.
    config: Option<(&'static str, AnyCellConfig)>,
}

impl Subject {
    /// The cell of a name, or the cells of a config.
    fn all(argument: &str) -> Result<Vec<Subject>> {
        let path = Path::new(argument);
        let is_config = path.is_file() || path.extension().is_some_and(|ending| ending == "toml");
        if !is_config {
            let card = card(argument)?;
            return Ok(vec![Subject {
                card,
                title: card.title.to_owned(),
                forms: Form::all(card.name)?,
                direction: Direction::Forward,
                config: None,
            }]);
        }
        let cells = cells(path)?.into_iter();
        cells
            .map(|(key, config)| Subject::of(path, key, config))
            .collect()
    }

    /// A cell of a config, by its key.
    fn of(path: &Path, key: &'static str, config: AnyCellConfig) -> Result<Subject> {
        let card = config.card();
        let mut title = match (card.name, path.file_stem()) {
            // Its equations are the config's own, and so is their name.
            ("custom", Some(stem)) => stem.to_string_lossy().into_owned(),
            _ => card.title.to_owned(),
        };
        let direction = match key {
            "reverse_cell" => Direction::Reverse,
            _ => Direction::Forward,
        };
        if direction == Direction::Reverse {
            title.push_str(", in reverse");
        }
        Ok(Subject {
            card,
            title,
            forms: vec![Form::of(&config)?],
            direction,
            config: Some((key, config)),
        })
    }

    /// The programs of every form, pass by pass.
    fn programs(&self, backward: bool) -> Result<String> {
        let mut text = format!("{}\n", self.title);
        for form in &self.forms {
            let programs = form.programs(backward);
            for (title, program) in programs.ok_or_else(|| self.no_program("--program"))? {
                let title = form.title(&title);
                text.push_str(&format!("\n{title}\n{}", table::indented(&program)));
            }
        }
        Ok(text)
    }

    /// An option asks for the program of a cell that has none.
    fn no_program(&self, option: &str) -> Error {
        let name = self.card.name;
        Error::mend(format!(
            "{option}: `{name}` scans by itself and has no program; `rekindle show {name}` prints its equations"
        ))
    }
}

/// What there is to say of a cell.
pub(crate) fn card(name: &str) -> Result<&'static Card> {
    CATALOG
        .iter()
        .find(|card| card.name == name)
        .ok_or_else(|| {
            let known: Vec<&str> = CATALOG.iter().map(|card| card.name).collect();
            let end = config::suggest(name, &known);
            Error::mend(format!("unknown cell `{name}`{end}"))
        })
}

/// The models of the zoo that a cell is trained in, and where there is more of them.
fn models(cell: &str) -> String {
    let all = Zoo::find(None).and_then(|zoo| zoo.models(&Pattern::Any));
    let all = all.unwrap_or_default().into_iter();
    let of_cell = all.filter_map(|model| {
        let trained = model.trained.filter(|trained| trained.cell == cell)?;
        let figure = trained.test().first().map(ToString::to_string);
        Some([format!("zoo:{}", model.name), figure.unwrap_or_default()])
    });
    let rows: Vec<_> = of_cell.collect();
    table::aligned(&rows)
        + "docs/zoo.md has the models of all cells, and what others have published\n"
}

impl Subject {
    fn page(&self) -> Result<String> {
        let Card {
            name,
            title,
            authors,
            year,
            url,
            ..
        } = self.card;
        let mut page = format!("{title}\n{authors}, {year}\n{url}\n");
        let mut section = |title: &str, text: &str| {
            page.push_str(&format!("\n{title}\n{}", table::indented(text)));
        };

        for form in &self.forms {
            section(&form.title("Equations"), &form.equations());
        }
        let gates = self.card.gates.iter();
        let gates: Vec<_> = gates
            .map(|(name, what)| [name, what].map(|s| s.to_string()))
            .collect();
        if !gates.is_empty() {
            section("Gates, in stored order", &table::aligned(&gates));
        }
        match &self.config {
            Some((key, config)) => section("Keys", &format!("[{key}]\n{}", keys::text(config)?)),
            None => {
                let table = keys::table(name)?;
                section("Keys", &format!("[cell]\nkind = \"{name}\"\n{table}"));
                if keys::defaults(name, keys::D_HIDDEN)?.contains_key("equations") {
                    section("The language of equations", GRAMMAR);
                }
            }
        }
        let mut shown = String::new();
        for form in &self.forms {
            let parameters = form.parameters(self.direction)?;
            if parameters != shown {
                section(&form.title("States and weights"), &parameters);
            }
            shown = parameters;
        }
        if let Some(form) = self.forms.first() {
            section("Executors", &form.executors()?);
        }
        section("Compared with", self.card.oracle);
        section("Trained models", &models(name));
        Ok(page)
    }
}
