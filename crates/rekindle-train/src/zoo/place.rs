//! Where the zoo lies, and what a model's name stands for.

use super::card::Card;
use super::model::{Model, is_model};
use crate::{
    config::suggest,
    error::{Error, Result},
    files,
    pattern::Pattern,
    run::RunDir,
};
use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

/// What stands before a model's name where a run is meant.
const PREFIX: &str = "zoo:";

/// What the zoo's folder is called.
const FOLDER: &str = "zoo";

/// The checkout that this was built from, where that is still there.
const BUILT_FROM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The folder of the trained models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zoo {
    path: PathBuf,
}

/// The directory of a run, by its path or, of a model of the zoo, as `zoo:NAME`.
///
/// # Errors
///
/// If there is no zoo, or no trained model of this name in it.
pub fn run(argument: &OsStr) -> Result<PathBuf> {
    match argument.to_str().and_then(|text| text.strip_prefix(PREFIX)) {
        Some(name) => Zoo::find(None)?.run(name),
        None => Ok(argument.into()),
    }
}

impl Zoo {
    /// The variable of the environment that says where the zoo lies.
    pub const VARIABLE: &str = "REKINDLE_ZOO";

    /// The folder that is named, or that `REKINDLE_ZOO` names; otherwise the nearest folder `zoo` with models in it, of the working
    /// directory and those above it, or that of the checkout which this was built from.
    ///
    /// # Errors
    ///
    /// If the folder that is named is not there, or there is none.
    pub fn find(named: Option<&Path>) -> Result<Zoo> {
        let variable = env::var_os(Self::VARIABLE).filter(|value| !value.is_empty());
        let named = match (named, &variable) {
            (Some(path), _) => Some(("--zoo".to_owned(), path)),
            (None, Some(value)) => Some((format!("{} =", Self::VARIABLE), Path::new(value))),
            (None, None) => None,
        };
        if let Some((by, path)) = named {
            return match path.is_dir() {
                true => Ok(Zoo { path: path.into() }),
                false => Err(Error::mend(format!(
                    "{by} {}: there is no such folder; name the folder `zoo` of Rekindle's repository",
                    path.display()
                ))),
            };
        }
        let here = env::current_dir().unwrap_or_default();
        let above = here.ancestors().map(|directory| match directory == here {
            true => PathBuf::from(FOLDER),
            false => directory.join(FOLDER),
        });
        let mut places = above.chain([Path::new(BUILT_FROM).join(FOLDER)]);
        let found = places.find(|place| holds_models(place));
        found.map(|path| Zoo { path }).ok_or_else(|| {
            Error::mend(format!(
                "there is no zoo: the models lie in the folder `{FOLDER}` of Rekindle's repository, and there is none here or above; \
                 clone the repository or copy that folder, and name it by {}=FOLDER",
                Self::VARIABLE
            ))
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory that holds the zoo, which the paths of cards are from.
    pub(super) fn root(&self) -> Result<PathBuf> {
        let whole = self.path.canonicalize();
        let whole = whole.map_err(|error| {
            Error::mend(format!("{}: cannot be read ({error})", self.path.display()))
        })?;
        Ok(files::directory_of(&whole).to_owned())
    }

    /// The models that are asked for, trained or not, sorted by their names.
    ///
    /// # Errors
    ///
    /// If the folder or a card cannot be read.
    pub fn models(&self, pattern: &Pattern) -> Result<Vec<Model>> {
        let names = self.names()?.into_iter();
        let all = names.map(|name| Model::read(&self.path.join(name)));
        let mut all = all.collect::<Result<Vec<_>>>()?;
        all.retain(|model| pattern.fits(&model.name, &model.card.title));
        Ok(all)
    }

    /// A model, trained or not.
    ///
    /// # Errors
    ///
    /// If there is none of this name, or it cannot be read.
    pub fn model(&self, name: &str) -> Result<Model> {
        Model::read(&self.directory(name)?)
    }

    /// The run of a trained model.
    ///
    /// # Errors
    ///
    /// If there is no such model, or it is not trained yet.
    pub fn run(&self, name: &str) -> Result<PathBuf> {
        let directory = self.directory(name)?;
        if is_model(&directory) {
            return Ok(directory);
        }
        match Card::read(&directory.join(RunDir::CARD))?.failed {
            Some(why) => Err(Error::mend(format!("{PREFIX}{name} is no model: {why}"))),
            None => Err(Error::mend(format!(
                "{PREFIX}{name} is not trained yet; `zoo/train.sh {name}` trains it"
            ))),
        }
    }

    /// The directory of a model.
    fn directory(&self, name: &str) -> Result<PathBuf> {
        let names = self.names()?;
        match names.iter().any(|known| known == name) {
            true => Ok(self.path.join(name)),
            false => {
                let known: Vec<&str> = names.iter().map(String::as_str).collect();
                Err(Error::mend(format!(
                    "{}: there is no model `{name}`{}; `rekindle zoo` lists all",
                    self.path.display(),
                    suggest(name, &known)
                )))
            }
        }
    }

    /// The names of all models, sorted.
    fn names(&self) -> Result<Vec<String>> {
        let entries = fs::read_dir(&self.path);
        let unread =
            |error| Error::mend(format!("{}: cannot be read ({error})", self.path.display()));
        let entries = entries.map_err(unread)?.flatten();
        let entries = entries.filter(|entry| entry.path().join(RunDir::CARD).is_file());
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        Ok(names)
    }
}

fn holds_models(place: &Path) -> bool {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .any(|path| path.join(RunDir::CARD).is_file())
}
