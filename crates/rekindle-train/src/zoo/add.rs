//! Making a model of the zoo of finished runs.

use super::{card::Card, model, model::Model, place::Zoo, sums};
use crate::{
    config::plan::Plan,
    error::{Error, Result},
    files,
    metric::Metric,
    predict::predictor::Predictor,
    run::{RunDir, RunResult, directory::MARK, manifest::Manifest},
    session::resume,
    tasks::Part,
    tensors,
};
use burn::tensor::DType;
use std::path::{Path, PathBuf};

/// A model that was put into the zoo.
#[derive(Clone, Debug, PartialEq)]
pub struct Added {
    /// The model.
    pub model: Model,
    /// How its weights are stored: `f16` or `f32`.
    pub stored: &'static str,
    /// The bytes of all its files.
    pub bytes: u64,
}

/// A finished run that others can repeat.
struct Finished {
    dir: RunDir,
    plan: Plan,
    manifest: Manifest,
    result: RunResult,
}

/// Makes a model of the zoo: of the first run the weights, of the others, which differ by their seed, the figures. Its card lies in the
/// zoo already. The weights are stored in f16 where that gives every figure on the validation and the test part to the digits that are printed.
///
/// # Errors
///
/// If a run is not finished, has no figures on a test part or nothing to compare them with, is not what the config of the card makes, or
/// was trained on data that has changed or that lies where nobody else has it; or if there is no card, or a model already.
pub fn add(zoo: &Zoo, name: &str, runs: &[PathBuf]) -> Result<Added> {
    plain(name)?;
    let directory = zoo.path().join(name);
    let card_file = directory.join(RunDir::CARD);
    if model::is_model(&directory) {
        return Err(Error::mend(format!(
            "{} is trained already; remove its files but for {} to put another in its place",
            directory.display(),
            RunDir::CARD
        )));
    }
    if !card_file.is_file() {
        return Err(Error::mend(format!(
            "{}: write the card first; those of other models show its keys",
            card_file.display()
        )));
    }
    let card = Card::read(&card_file)?;
    let root = zoo.root()?;
    let runs = runs.iter().map(|run| Finished::open(run, &root));
    let runs = runs.collect::<Result<Vec<_>>>()?;
    for (run, seed) in runs.iter().zip(0..) {
        run.is_of(&card, &root, seed)?;
    }
    if runs.len() as u64 != card.seeds {
        return Err(Error::mend(format!(
            "{}: seeds = {}, where {} runs are given; give one a seed",
            card_file.display(),
            card.seeds,
            runs.len()
        )));
    }
    let [first, others @ ..] = runs.as_slice() else {
        return Err(Error::mend("a model is made of at least one run"));
    };

    let (weights, stored) = first.weights()?;
    let mut contents = first.contents(&weights, &root)?;
    for run in others {
        let name = model::other(run.plan.experiment().seed);
        contents.push((name, run.result(&root)?));
    }
    let listed = contents.iter();
    let sums = sums::written(listed.map(|(name, content)| (name.as_str(), content.as_slice())));
    contents.push((RunDir::SUMS.to_owned(), sums.into_bytes()));
    // What marks it as a run comes last: a kill before that leaves a model that is not trained.
    contents.sort_by_key(|(name, _)| name == MARK);
    for (name, content) in &contents {
        files::write_atomic(&directory.join(name), content)?;
    }
    Ok(Added {
        model: zoo.model(name)?,
        stored,
        bytes: contents
            .iter()
            .map(|(_, content)| content.len() as u64)
            .sum(),
    })
}

/// Checks that a name can be typed behind `zoo:` and be a directory everywhere.
fn plain(name: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match !name.is_empty() && name.chars().all(is_plain) && !["add", "show"].contains(&name) {
        true => Ok(()),
        false => Err(Error::mend(format!(
            "--name {name}: must be lower-case letters, digits and hyphens, and neither `add` nor `show`"
        ))),
    }
}

impl Finished {
    /// Opens a run, and checks that there is what a model is judged and repeated by.
    fn open(path: &Path, root: &Path) -> Result<Finished> {
        let refused = |why: String| Error::mend(format!("{}: {why}", path.display()));
        let dir = RunDir::open(path)?;
        if !dir.is_finished() || dir.is_without_weights() {
            return Err(refused("it is not finished; train it to its end".into()));
        }
        let run = Finished {
            plan: Plan::read(&dir.config(), &[])?,
            manifest: Manifest::read(&dir)?,
            result: RunResult::read(&dir)?,
            dir,
        };
        let test = run.result.metrics.get(Part::Test.name());
        if test.is_none_or(Vec::is_empty) {
            return Err(refused(
                "it has no figures on a test part, by which a model is judged".into(),
            ));
        }
        if run.result.baselines.is_empty() {
            return Err(refused(
                "it has no figures of what learns nothing to compare its own with".into(),
            ));
        }
        if !run.manifest.origin.is_empty() {
            return Err(refused(
                "it began with other weights, so that its config alone does not repeat it".into(),
            ));
        }
        let data = run.plan.files();
        if run.manifest.data.len() != data.len() {
            return Err(refused(
                "it has not stored the checksums of all its data files".into(),
            ));
        }
        if let Some(what) = resume::changed_data(path)?.first() {
            return Err(refused(format!("its data has changed since: {what}")));
        }
        if let Some(file) = data.iter().find(|file| !file.starts_with(root)) {
            return Err(refused(format!(
                "nobody else has {}; put it, or what fetches it, into {} and train from there",
                file.display(),
                root.join("data").display()
            )));
        }
        Ok(run)
    }

    /// Checks that the run is what a card's config makes of a seed, counted from the config's.
    fn is_of(&self, card: &Card, root: &Path, index: u64) -> Result<()> {
        let config = root.join(&card.config);
        let first = Plan::fresh(&config, &card.set)?.experiment().seed;
        let seed = format!("seed={}", first.wrapping_add(index));
        let sets = [card.set.as_slice(), &[seed]].concat();
        let plan = Plan::fresh(&config, &sets)?.settle_as(&self.plan);
        match plan.changed(&self.plan)?.first() {
            None => Ok(()),
            Some(key) => Err(Error::mend(format!(
                "{}: {} with --set {} makes another run: {key}",
                self.dir.path().display(),
                card.config,
                sets.join(" --set ")
            ))),
        }
    }

    /// The weights as they are stored, and how.
    fn weights(&self) -> Result<(Vec<u8>, &'static str)> {
        let path = self.dir.weights();
        let whole = files::read(&path)?;
        let numbers = tensors::from_bytes(&whole, &path.display().to_string())?;
        let halves = numbers.into_iter().map(|(name, data)| {
            let data = data.convert_dtype(DType::F16);
            (name, data)
        });
        let halves = tensors::to_bytes(&halves.collect::<Vec<_>>(), &[])?;
        // What f16 does not hold is refused.
        let predictor = Predictor::open(self.dir.path(), None)?.with_weights(&halves);
        let same = predictor.and_then(|predictor| {
            for (part, metrics) in &self.result.metrics {
                let part = match part == Part::Test.name() {
                    true => Part::Test,
                    false => Part::Valid,
                };
                let printed = |metrics: &[Metric]| -> Vec<String> {
                    metrics.iter().map(ToString::to_string).collect()
                };
                if printed(&predictor.evaluate(part)?.metrics) != printed(metrics) {
                    return Ok(false);
                }
            }
            Ok(true)
        });
        Ok(match same {
            Ok(true) => (halves, "f16"),
            Ok(false) | Err(_) => (whole, "f32"),
        })
    }

    /// The result, in which files are named from the root.
    fn result(&self, root: &Path) -> Result<Vec<u8>> {
        let text = String::from_utf8_lossy(&files::read(&self.dir.result())?).into_owned();
        Ok(text
            .replace(&format!("{}/", root.display()), "")
            .into_bytes())
    }

    /// The files of the run that belong to a model, in which data files are named from the model's directory.
    fn contents(&self, weights: &[u8], root: &Path) -> Result<Vec<(String, Vec<u8>)>> {
        let from_here = |file: &Path| {
            let below = file.strip_prefix(root).unwrap_or(file);
            Path::new("../..").join(below)
        };
        let mut plan = self.plan.clone();
        for file in plan.0.task.files() {
            if !file.as_os_str().is_empty() {
                *file = from_here(file);
            }
        }
        let mut manifest = self.manifest.clone();
        for print in &mut manifest.data {
            print.file = from_here(Path::new(&print.file)).display().to_string();
        }
        manifest.add(RunDir::WEIGHTS, weights);
        let whole = |path: PathBuf| files::read(&path);
        let mut contents = vec![
            (MARK, whole(self.dir.path().join(MARK))?),
            (RunDir::CONFIG, plan.to_toml()?.into_bytes()),
            (RunDir::DATA_SPEC, whole(self.dir.data_spec())?),
            (RunDir::MANIFEST, manifest.to_bytes()?),
            (RunDir::WEIGHTS, weights.to_vec()),
            (RunDir::RESULT, self.result(root)?),
        ];
        if self.dir.metrics().exists() {
            contents.push((RunDir::METRICS, whole(self.dir.metrics())?));
        }
        let named = contents.into_iter();
        Ok(named
            .map(|(name, content)| (name.to_owned(), content))
            .collect())
    }
}
