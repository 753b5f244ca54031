//! Which run is gone on with, and whether it is still the same run.

use crate::{
    config::plan::Plan,
    data::{fingerprint::Fingerprint, message::counted},
    error::{Error, Result},
    files,
    run::{
        begun::Begun,
        checkpoint,
        directory::{Beginning, RunDir},
        lock::Lock,
        manifest::Manifest,
        result::RunResult,
    },
    shell::quoted,
    train::{trainer::Trainer, watch::Watch},
};
use burn::tensor::Device;
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// A run that was interrupted.
pub(crate) struct Earlier {
    pub(crate) run: RunDir,
    pub(crate) lock: Lock,
    /// What it was begun with; none where a kill came before that was written.
    pub(crate) begun: Option<Begun>,
}

/// How a run goes on, other than as it was.
#[derive(Clone, Copy)]
pub(crate) struct GoOn {
    /// With data that has changed.
    pub(crate) accepted: bool,
    /// Beyond the end that it was planned for.
    pub(crate) longer: bool,
}

impl Earlier {
    /// Opens the run that is named, or else the one of this plan's name whose last checkpoint is the newest.
    pub(crate) fn open(out: Option<&Path>, plan: &Plan) -> Result<Self> {
        let name = &plan.experiment().name;
        let path = match out {
            Some(out) => out.to_owned(),
            None => newest(Path::new("runs"), name)?,
        };
        let run = RunDir::open(&path)?;
        if run.is_in_zoo() {
            let at = quoted(&path);
            return Err(Error::mend(format!(
                "{} is a model of the zoo, which stays as it was trained; train one of your own from its weights with \
                 `rekindle train {} --from {at}`",
                path.display(),
                quoted(&run.config()),
            )));
        }
        let lock = Lock::of(run.path())?;
        run.clear()?;
        let begun = match run.has_begun()? {
            true => Some(Begun::read(&run)?),
            false => None,
        };
        Ok(Earlier { run, lock, begun })
    }

    /// The weights that it began with, where it is fine-tuned; a kill may have come before the manifest was written.
    pub(crate) fn start(&self) -> Result<Option<Vec<u8>>> {
        let start = self.run.start();
        match (&self.begun, start.exists()) {
            (Some(begun), _) => begun.manifest.content(&self.run, RunDir::START),
            (None, true) => files::read(&start).map(Some),
            (None, false) => Ok(None),
        }
    }

    /// A plan with so many updates more than the run has made, or else was planned for.
    ///
    /// # Errors
    ///
    /// If there is no checkpoint to go on from.
    pub(crate) fn longer(&self, plan: Plan, more: u64, watch: &mut dyn Watch) -> Result<Plan> {
        let at = self.run.path().display();
        if checkpoint::latest(&self.run.checkpoints())?.is_none() {
            return Err(Error::mend(format!(
                "{at} has no checkpoint to go on from; fine-tune from its weights with `rekindle train CONFIG --from {at}`"
            )));
        }
        let planned = plan.experiment().train.steps;
        let made = match self.run.is_finished() {
            true => RunResult::read(&self.run)?.steps,
            false => planned,
        };
        let longer = plan.of_steps(made.saturating_add(more));
        let (train, step) = (&longer.experiment().train, made + 1);
        watch.note(&format!(
            "{at}: {} more, {} in all",
            counted(more as usize, "updates"),
            train.steps
        ));
        if train.schedule.ends() {
            watch.note(&format!(
                "train.schedule = {:?} is spread over all {} updates: update {step} has the step size {:.3e}",
                train.schedule.name(),
                train.steps,
                train.rate_at(made, 0)
            ));
        }
        Ok(longer)
    }

    /// Goes on from its last checkpoint, with what it began with written again where that is not there, or no longer so.
    pub(crate) fn go_on(
        self,
        trainer: &mut Trainer,
        plan: &Plan,
        how: GoOn,
        beginning: &Beginning,
        device: &Device,
        watch: &mut dyn Watch,
    ) -> Result<(RunDir, Lock)> {
        let Earlier { run, lock, begun } = self;
        match checkpoint::latest(&run.checkpoints())? {
            Some(path) => {
                trainer.restore(&path, device)?;
                watch.note(&format!("going on behind step {}", trainer.tally.step));
                let keep = plan.experiment().train.keep;
                checkpoint::tidy(&run.checkpoints(), &path, keep)?;
                if how.accepted {
                    go_on_changed(trainer, &run, plan, watch)?;
                }
                if how.longer {
                    trainer.tally.evaluations.renew_patience();
                    trainer.save(&run.checkpoints(), keep)?;
                    run.reopen()?;
                }
            }
            None => watch.note("there is no checkpoint yet: beginning anew"),
        }
        if begun.is_none() || how.accepted || how.longer {
            run.begin(beginning)?;
        }
        let step = trainer.tally.step;
        if step >= plan.experiment().train.report_every && !run.metrics().exists() {
            watch.note(&format!(
                "{} is gone: the log, and the curves of the report, begin behind step {step}; the weights are the same without it",
                run.metrics().display()
            ));
        }
        run.truncate_metrics(step)?;
        Ok((run, lock))
    }
}

impl Begun {
    /// Whether the data has changed since and that is accepted.
    ///
    /// # Errors
    ///
    /// If it has changed and is not accepted.
    pub(crate) fn accept(
        &self,
        plan: &Plan,
        data: &[Fingerprint],
        accepted: bool,
        watch: &mut dyn Watch,
    ) -> Result<bool> {
        // Other files are another config, which is told with its keys.
        if self.plan.files() != plan.files() {
            return Ok(false);
        }
        let changed = changed(&self.manifest.data, data);
        let Some(first) = changed.first() else {
            return Ok(false);
        };
        if !accepted {
            return Err(Error::mend(format!(
                "the data has changed since this run was begun: {first}\n\
                 restore the file, or add --accept-changed-data to go on with what is there now"
            )));
        }
        for what in changed {
            watch.note(&format!("going on with changed data: {what}"));
        }
        Ok(true)
    }
}

/// The files of a run's data that are no longer what it was trained on, and how they differ; nothing where all are.
///
/// # Errors
///
/// If it is no run, or one cannot be read any more.
pub fn changed_data(run: &Path) -> Result<Vec<String>> {
    let run = RunDir::open(run)?;
    match run.has_begun()? {
        true => {
            let plan = Plan::read(&run.config(), &[])?;
            Ok(changed(&Manifest::read(&run)?.data, &fingerprints(&plan)?))
        }
        false => Ok(Vec::new()),
    }
}

/// Goes on with data that has changed: what was evaluated on other data is no figure of the weights on these.
///
/// # Errors
///
/// If there is no update left, and so no evaluation either.
fn go_on_changed(
    trainer: &mut Trainer,
    run: &RunDir,
    plan: &Plan,
    watch: &mut dyn Watch,
) -> Result<()> {
    let steps = plan.experiment().train.steps;
    if trainer.tally.step >= steps {
        return Err(Error::mend(format!(
            "{}: all {steps} updates were made before the data changed, and none is left for it\n\
             restore the file, or train anew with another --out",
            run.path().display()
        )));
    }
    trainer.forget_evaluations();
    // Before the manifest takes down the data of now, and alone: no other checkpoint may bring the old figures back.
    trainer.save(&run.checkpoints(), 1)?;
    watch.note("evaluations begin anew: the best weights so far were best on the data as it was");
    Ok(())
}

/// The data files of now that are not as they were, in words.
fn changed(before: &[Fingerprint], now: &[Fingerprint]) -> Vec<String> {
    let pairs = before.iter().zip(now);
    pairs
        .filter_map(|(before, now)| before.differs(now))
        .collect()
}

/// The data files of a plan, as they are now.
pub(crate) fn fingerprints(plan: &Plan) -> Result<Vec<Fingerprint>> {
    let files = plan.files();
    let all = files
        .iter()
        .map(|file| Fingerprint::of(file))
        .collect::<Result<Vec<_>>>();
    Ok(all?.into_iter().flatten().collect())
}

/// The run of a name whose last checkpoint is the newest.
fn newest(parent: &Path, name: &str) -> Result<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let runs = entries.filter_map(|entry| {
        let path = entry.path();
        is_of(&path, name).then(|| (written(&path), path))
    });
    runs.max().map(|(_, path)| path).ok_or_else(|| {
        Error::mend(format!(
            "there is no run runs/{name} to resume; run without --resume, or name the run with --out"
        ))
    })
}

/// Whether a directory is a run of a name: `NAME`, or `NAME-2` and so on if its config does not say otherwise.
fn is_of(path: &Path, name: &str) -> bool {
    let Ok(run) = RunDir::open(path) else {
        return false;
    };
    let number = |rest: &str| match rest.strip_prefix('-') {
        Some(number) => number.parse::<u64>().is_ok(),
        None => rest.is_empty(),
    };
    let named = path
        .file_name()
        .and_then(|own| own.to_str()?.strip_prefix(name));
    let said = fs::read_to_string(run.config()).ok();
    let said = said.and_then(|config| config.parse::<toml::Table>().ok());
    let said = said
        .as_ref()
        .and_then(|config| config.get("name")?.as_str());
    named.is_some_and(number) && said.is_none_or(|said| said == name)
}

/// When a run last wrote a checkpoint, or else began.
fn written(path: &Path) -> Option<SystemTime> {
    let run = RunDir::open(path).ok()?;
    let latest = checkpoint::latest(&run.checkpoints()).ok().flatten();
    latest
        .and_then(|latest| checkpoint::written(&latest))
        .or_else(|| run.created())
}

/// Checks that a run was begun with a plan, but for its length where it is made longer, and is not finished with everything.
pub(crate) fn unchanged(run: &RunDir, before: &Plan, plan: &Plan, longer: bool) -> Result<()> {
    let at = run.path().display();
    if longer {
        let before = before.clone().of_steps(plan.experiment().train.steps);
        return match before.changed(plan)?.as_slice() {
            [] => Ok(()),
            changed => Err(Error::mend(format!(
                "{at} was begun with another config: {}\nundo these changes to go on with it",
                changed.join(", ")
            ))),
        };
    }
    if run.is_finished() && !run.is_without_weights() && run.report().exists() {
        return Err(Error::mend(format!(
            "{at} is finished; there is nothing to resume. Go on with `rekindle train {at} --more N`, or train anew with another --out"
        )));
    }
    match before.changed(plan)?.as_slice() {
        [] => Ok(()),
        changed => Err(Error::mend(format!(
            "{at} was begun with another config: {}\nundo these changes to resume it, or train anew with another --out",
            changed.join(", ")
        ))),
    }
}
