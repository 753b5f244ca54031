//! A trained network at work: everything it needs is in the run's directory.

use crate::{
    config::{experiment::Experiment, plan::Plan},
    data::{
        file,
        message::{counted, named_once},
    },
    error::{Error, Result},
    memory::{self, Batch},
    metric::{Baselines, Evaluation, Metric},
    model::{net::Net, shape::NetShape},
    run::{begun::Begun, checkpoint, directory::RunDir, entry::damaged, result::RunResult},
    shell::quoted,
    tasks::{
        at_work::AtWork,
        classify::by_class::ClassFigures,
        list::{Spec, TaskConfig},
        part::Part,
        prediction::{Predicted, Prediction, Predictions, SampleOptions},
        task::Task,
    },
    train::trainer::{self, Weights},
};
use burn::tensor::Device;
use rekindle::Invalid;
use std::path::{Path, PathBuf};

/// A trained network and what it must know of its data.
pub struct Predictor {
    pub(crate) plan: Plan,
    pub(crate) spec: Spec,
    pub(crate) shape: NetShape,
    pub(crate) net: Net,
    pub(crate) device: Device,
    /// The figures of the validation part, of a run that is finished.
    validated: Vec<Metric>,
}

/// What is to be said of a run that has not been trained to its end; nothing of one that has.
///
/// # Errors
///
/// If it is no run, or its checkpoints cannot be read.
pub fn unfinished(run: &Path) -> Result<Option<String>> {
    let dir = RunDir::open(run)?;
    if dir.weights().exists() {
        return Ok(None);
    }
    let latest = checkpoint::latest(&dir.checkpoints())?;
    let why = match dir.is_finished() {
        true => "has lost its weights, in whose place stand those",
        false => "is not finished, and its weights are those",
    };
    Ok(latest.map(|latest| {
        format!(
            "{} {why} that its last checkpoint keeps, behind update {}; `rekindle train {}` goes on",
            run.display(),
            checkpoint::step(&latest).unwrap_or_default(),
            quoted(run)
        )
    }))
}

/// How a network does on a part of its data.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Its figures.
    pub metrics: Vec<Metric>,
    /// The same of predictors that learn nothing.
    pub baselines: Baselines,
    /// Those of each class, where there are some and not too many for a table.
    pub by_class: Vec<ClassFigures>,
    /// What is worth knowing of the data and the figures.
    pub notes: Vec<String>,
}

/// What stands in the three files of a run that a trained network is made of.
#[derive(Clone, Copy, Debug)]
pub struct RunBytes<'b> {
    /// The text of `config.toml`.
    pub config: &'b str,
    /// The content of `data.json`.
    pub data: &'b [u8],
    /// The content of `model.safetensors`.
    pub weights: &'b [u8],
}

/// What a plan and what is known of its data make of a network, if that fits the key `memory`.
fn fitting(plan: &Plan, spec: &Spec, origin: &str) -> Result<NetShape> {
    let Experiment {
        task,
        model,
        memory,
        ..
    } = plan.experiment();
    let shape = task.shape(spec)?;
    let fits = shape.fits_inference(*memory, model, Batch::default());
    fits.map_err(|e| Error::mend(format!("{origin}: {e}")))?;
    Ok(shape)
}

impl Predictor {
    /// Opens a run: with its weights, or, of one that was stopped, with those of its last checkpoint that would be kept.
    ///
    /// # Errors
    ///
    /// If it is no run, has no checkpoint yet, or the device is not to be had.
    pub fn open(path: &Path, device: Option<&str>) -> Result<Self> {
        Self::opened(path, |plan| Ok(plan.device(device)?.device))
    }

    /// The same on a device that is open already.
    ///
    /// # Errors
    ///
    /// If it is no run, or has no checkpoint yet.
    pub fn open_on(path: &Path, device: &Device) -> Result<Self> {
        Self::opened(path, |_| Ok(device.clone()))
    }

    fn opened(path: &Path, device: impl FnOnce(&Plan) -> Result<Device>) -> Result<Self> {
        let run = RunDir::open(path)?;
        let unfinished = || {
            Error::mend(format!(
                "{} holds no weights and no checkpoint; go on with it by `rekindle train {}`",
                path.display(),
                quoted(path)
            ))
        };
        if !run.has_begun()? {
            return Err(unfinished());
        }
        let Begun {
            plan,
            spec,
            manifest,
        } = Begun::read(&run)?;
        let shape = fitting(&plan, &spec, &run.config().display().to_string())?;
        let weights = match manifest.content(&run, RunDir::WEIGHTS)? {
            Some(weights) => Weights::Named(weights),
            None => {
                let latest = checkpoint::latest(&run.checkpoints())?;
                trainer::kept(&latest.ok_or_else(unfinished)?)?
            }
        };
        let device = device(&plan)?;
        let net = Net::new(shape, &plan.experiment().model, &device)?;
        let net = weights.load(net, &run.weights().display().to_string())?;
        let result = RunResult::read(&run).ok();
        let validated = result.and_then(|mut result| result.metrics.remove(Part::Valid.name()));
        Ok(Predictor {
            validated: validated.unwrap_or_default(),
            ..Predictor::of(plan, spec, shape, net, device)
        })
    }

    /// A trained network from what stands in its run's files, without a file system.
    ///
    /// # Errors
    ///
    /// If one of them is not as training wrote it; errors call them by the names that they have in a run's directory.
    pub fn from_bytes(run: RunBytes<'_>, device: &Device) -> Result<Self> {
        let plan = Plan::of_text(run.config, RunDir::CONFIG)?;
        let spec = Spec::read(run.data, &plan.experiment().task);
        let spec = spec.map_err(|what| damaged(Path::new(RunDir::DATA_SPEC), &what))?;
        let shape = fitting(&plan, &spec, RunDir::CONFIG)?;
        let net = Net::new(shape, &plan.experiment().model, device)?;
        let net = trainer::load_weights(net, run.weights, RunDir::WEIGHTS)?;
        Ok(Predictor::of(plan, spec, shape, net, device.clone()))
    }

    /// The same with the weights of a safetensors file's content.
    pub(crate) fn with_weights(self, weights: &[u8]) -> Result<Self> {
        let net = trainer::load_weights(self.net, weights, RunDir::WEIGHTS)?;
        Ok(Predictor { net, ..self })
    }

    /// The plan of a run.
    pub(crate) fn plan(path: &Path) -> Result<Plan> {
        let run = RunDir::open(path)?;
        run.has_begun()?;
        Plan::read(&run.config(), &[])
    }

    /// A network that has just been trained, on a device without autodiff.
    pub(crate) fn of(plan: Plan, spec: Spec, shape: NetShape, net: Net, device: Device) -> Self {
        Predictor {
            plan,
            spec,
            shape,
            net,
            device,
            validated: Vec::new(),
        }
    }

    /// The files of the run's data.
    pub fn data_files(&self) -> Vec<PathBuf> {
        self.plan.files()
    }

    /// The run's data, as the network knows it.
    pub(crate) fn task(&self) -> Result<Box<dyn Task>> {
        Ok(self.plan.open(Some(self.spec.clone()))?.task)
    }

    /// The figures on a part of the data, and those of predictors that learn nothing.
    ///
    /// # Errors
    ///
    /// If the data cannot be read any more, or has no such part.
    pub fn evaluate(&self, part: Part) -> Result<Figures> {
        let task = self.task()?;
        let found = task.evaluate(&self.net, part, &self.device);
        let found = found.ok_or_else(|| {
            let there = [Part::Train, Part::Valid, Part::Test];
            let there = there
                .into_iter()
                .filter(|&other| task.first_of(&[other]) == other);
            let there: Vec<&str> = there.map(Part::name).collect();
            Error::mend(format!(
                "the run's data has no {} part, and so no figure on it; there are: {}",
                part.name(),
                there.join(", ")
            ))
        })?;
        Ok(self.figures(task.as_ref(), part, found))
    }

    /// The figures on a file that the network has not seen, read as the run has stored, and those of predictors that learn
    /// nothing.
    ///
    /// # Errors
    ///
    /// If the file does not fit the run, or says not what is right.
    pub fn evaluate_file(&self, path: &Path) -> Result<Figures> {
        let Experiment { model, memory, .. } = self.plan.experiment();
        let wrong = |e: Invalid| Error::mend(e.to_string());
        memory::file(*memory, path).map_err(wrong)?;
        let task = self
            .kind()
            .test_on(&self.spec, path, model.takes_missing())?;
        let batch = Batch {
            rows: 0,
            ..task.batch(1)
        };
        self.at_work()
            .holds(batch)
            .map_err(|e| Error::mend(format!("{}: {e}", path.display())))?;
        match task.evaluate(&self.net, Part::Test, &self.device) {
            Some(found) => Ok(self.figures(task.as_ref(), Part::Test, found)),
            None => Err(Error::mend(format!(
                "{}: there is no row to judge the network by",
                path.display()
            ))),
        }
    }

    /// Figures on a part of a task's data, with what belongs to them.
    fn figures(&self, task: &dyn Task, part: Part, found: Evaluation) -> Figures {
        Figures {
            metrics: found.metrics,
            baselines: task.baselines(part),
            by_class: task.by_class(&self.net, part, &self.device),
            notes: task.notes(part),
        }
    }

    /// Writes text.
    ///
    /// # Errors
    ///
    /// If the run is no language model, or an option is out of range.
    pub fn sample(&self, options: &SampleOptions) -> Result<String> {
        self.kind().sample(&self.spec, self.at_work(), options)
    }

    /// The class of a text.
    ///
    /// # Errors
    ///
    /// If the run does not classify texts.
    pub fn predict_text(&self, text: &str) -> Result<Prediction> {
        self.kind().predict_text(&self.spec, self.at_work(), text)
    }

    /// What of a text the network does not read as it stands: symbols that it does not know, and what is cut off.
    ///
    /// # Errors
    ///
    /// If what the run stored is of another task.
    pub fn unread(&self, text: &str) -> Result<Vec<String>> {
        self.kind().unread(&self.spec, text)
    }

    /// The predictions for a file: one a text of a table's column or of a line, one a series, or one a target column of
    /// each series of the table that is continued. Of a folder, those for each file in it, of which a text is one.
    ///
    /// # Errors
    ///
    /// If the file does not fit the run.
    pub fn predict_file(&self, path: &Path) -> Result<Predictions> {
        if path.is_dir() {
            return self.predict_folder(path);
        }
        memory::file(self.plan.experiment().memory, path)
            .map_err(|e| Error::mend(e.to_string()))?;
        let mut said = self.kind().predict_file(&self.spec, self.at_work(), path)?;
        said.notes = named_once(&said.notes);
        Ok(said)
    }

    /// The predictions for each file of a folder.
    fn predict_folder(&self, folder: &Path) -> Result<Predictions> {
        let kinds = self.kind().folder();
        let is_read = |path: &PathBuf| kinds.contains(&file::kind(path).as_str());
        let all = file::within(folder)?.into_iter();
        let (read, others): (Vec<PathBuf>, Vec<PathBuf>) = all.partition(is_read);
        let at = folder.display();
        if read.is_empty() {
            return Err(Error::mend(match kinds.is_empty() {
                true => format!("{at} is a folder, and this run's task predicts nothing for files"),
                false => format!(
                    "{at}: there is no file in this folder to predict for; its names must end in .{}",
                    kinds.join(", .")
                ),
            }));
        }
        let left_out = match others.len() {
            0 => String::new(),
            more => format!("; left out {} of another kind", counted(more, "files")),
        };
        let first = format!(
            "{at}: {}, one after the other{left_out}",
            counted(read.len(), "files")
        );
        let (mut predicted, mut notes) = (Vec::new(), vec![first]);
        for path in read {
            memory::file(self.plan.experiment().memory, &path)
                .map_err(|e| Error::mend(e.to_string()))?;
            let said = self
                .kind()
                .predict_member(&self.spec, self.at_work(), &path)?;
            let name = path
                .strip_prefix(folder)
                .unwrap_or(&path)
                .display()
                .to_string();
            notes.extend(said.notes);
            predicted.extend(said.all.into_iter().map(|one| Predicted {
                file: Some(name.clone()),
                ..one
            }));
        }
        Ok(Predictions {
            all: predicted,
            notes: named_once(&notes),
        })
    }

    /// What the network predicts for each row of the test part, beside what is right.
    ///
    /// # Errors
    ///
    /// If the data cannot be read any more, has no test part, or the task predicts nothing for rows.
    pub fn back_test(&self) -> Result<Vec<Predicted>> {
        let found = self.task()?.back_test(&self.net, Part::Test, &self.device);
        match found {
            None => Err(Error::mend(
                "this run's task predicts nothing for rows of a test part; its figures there are those of `rekindle eval`",
            )),
            Some(all) if all.is_empty() => Err(Error::mend(
                "the run's data has no test part to predict for; give a file with --input",
            )),
            Some(all) => Ok(all),
        }
    }

    /// What kind of task it was trained for.
    pub(super) fn kind(&self) -> &TaskConfig {
        &self.plan.experiment().task
    }

    /// The network, as its task works with it.
    pub(crate) fn at_work(&self) -> AtWork<'_> {
        let Experiment { model, memory, .. } = self.plan.experiment();
        AtWork {
            net: &self.net,
            shape: self.shape,
            model,
            memory: *memory,
            device: &self.device,
            validated: &self.validated,
        }
    }
}
