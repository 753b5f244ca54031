//! The training loop, on one screen.
//!
//! Burn's own loop (`burn-train`) hands a step its batch and nothing else: it has no seat for a
//! state that is carried from batch to batch, and it cannot go on bit for bit where a run was
//! killed. This one does both, and leaves display to its caller.

use crate::{
    config::{
        plan::Plan,
        training::{Average, Schedule},
    },
    data::message::counted,
    doctor::{checkup::Checkup, diagnose},
    error::{Error, Result},
    metric::Evaluation,
    run::{checkpoint, directory::RunDir, journal::Journal, log::Log},
    tasks::{part::Part, task::Task},
    train::{
        interval::Interval,
        trainer::{Tally, Trainer},
        watch::{Report, Watch},
    },
};
use burn::tensor::Device;
use serde_json::json;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Instant,
};

/// How a loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// All updates were made, or patience ran out.
    Done,
    /// It was asked to stop, and has saved a checkpoint.
    Stopped,
}

/// Trains until the plan is done or `stop` is set.
pub(crate) fn fit(
    trainer: &mut Trainer,
    task: &dyn Task,
    plan: &Plan,
    run: &RunDir,
    device: &Device,
    watch: &mut dyn Watch,
    stop: &AtomicBool,
) -> Result<End> {
    let train = &plan.experiment().train;
    let mut clock = Clock::new(trainer.tally.seconds, trainer.tally.step);
    let mut ward = Ward::of(run)?;
    let mut journal = Journal::open(run, &train.metrics)?;
    let is_over =
        |tally: &Tally| tally.step >= train.steps || tally.evaluations.exhaust(train.patience);
    while !is_over(&trainer.tally) {
        let next = trainer.tally.step + 1;
        let reported = next.is_multiple_of(train.report_every) || next == train.steps;
        let update = trainer.update(task, plan, device, reported);
        if !(update.loss.is_finite() && update.norm.is_finite()) {
            return Err(diverged(trainer, plan, run, update.loss));
        }
        let step = trainer.tally.step;
        let last = step == train.steps;
        trainer.tally.interval.add(&update, step);
        watch.step(step, train.steps, update.loss);
        if reported {
            let tally = &mut trainer.tally;
            let since = std::mem::replace(&mut tally.interval, Interval::from(clock.seconds()));
            let mut report = since.report(step, train.steps, task.unit(), clock.seconds());
            report.seconds_left = clock.left(train.steps);
            report.metric = task.figure(report.loss);
            journal.add(&report)?;
            watch.report(&report);
            ward.observe(&report, plan, watch);
        }
        if step.is_multiple_of(train.evaluate_every) || last {
            let net = trainer.judged();
            if let Some(valid) = task.evaluate(&net, Part::Valid, &device.clone().inner()) {
                let Evaluation { metrics, loss } = &valid;
                journal.add(&json!({ "step": step, "valid": metrics, "valid_loss": loss }))?;
                watch.evaluated(step, metrics);
                if trainer.tally.evaluations.add(step, &valid) {
                    trainer.best = trainer.weights()?;
                }
                let trigger = &mut trainer.tally.trigger;
                if train.average == Average::Triggered
                    && trigger.add(step, valid.loss, train.average_patience)
                {
                    trainer.begin_average();
                    watch.note(&format!(
                        "step {step}: a loss above the lowest of {} ago and before; from here the weights are averaged",
                        counted(train.average_patience as usize, "evaluations")
                    ));
                }
                let (tally, patience) = (&mut trainer.tally, train.decay_patience);
                if train.schedule == Schedule::Plateau && tally.evaluations.reach_plateau(patience)
                {
                    let rate = train.rate_at(step, tally.evaluations.plateaus());
                    watch.note(&format!(
                        "step {step}: {} without a better figure; the step size is {rate:.3e} from here",
                        counted(patience as usize, "evaluations")
                    ));
                }
            }
        }
        trainer.tally.seconds = clock.seconds();
        let stopping = stop.load(Ordering::Relaxed);
        let over = is_over(&trainer.tally);
        if step.is_multiple_of(train.checkpoint_every) || over || stopping {
            trainer.save(&run.checkpoints(), train.keep)?;
        }
        if stopping && !over {
            return Ok(End::Stopped);
        }
        clock.ticked(step);
    }
    if trainer.tally.step < train.steps {
        watch.note(&format!(
            "stopped early: {} without a better figure",
            counted(train.patience as usize, "evaluations")
        ));
    }
    Ok(End::Done)
}

/// Looks after a run: what the rules find in its log is said as soon as it is found, and once.
struct Ward {
    log: Log,
    said: Vec<&'static str>,
}

impl Ward {
    /// One that knows what a run has written down so far.
    fn of(run: &RunDir) -> Result<Self> {
        let log = Log {
            // What is judged while a run is trained is its updates.
            valid: Vec::new(),
            ..Log::read(run)?
        };
        Ok(Ward {
            log,
            said: Vec::new(),
        })
    }

    fn observe(&mut self, report: &Report, plan: &Plan, watch: &mut dyn Watch) {
        self.log.losses.push(report.loss);
        self.log.highest.push(report.highest_loss);
        self.log.first = self.log.first.or(report.first_loss);
        self.log.gradients.push(report.gradient_norm);
        self.log.updates.push(report.update_ratio);
        for finding in diagnose(&Checkup::of_log(plan.experiment(), &self.log)) {
            if !self.said.contains(&finding.rule) {
                watch.finding(&finding);
                self.said.push(finding.rule);
            }
        }
    }
}

fn diverged(trainer: &Trainer, plan: &Plan, run: &RunDir, loss: f64) -> Error {
    let train = &plan.experiment().train;
    let what = match loss.is_finite() {
        true => "the gradient is not finite".to_string(),
        false => format!("the loss is {loss}"),
    };
    let clip = match train.clip > 0.0 {
        true => format!("train.clip = {} too large", train.clip),
        false => "gradients not clipped (train.clip = 0)".to_string(),
    };
    let good = match checkpoint::latest(&run.checkpoints()) {
        Ok(Some(path)) => format!("the last good checkpoint is {}", path.display()),
        _ => "there is no checkpoint yet".to_string(),
    };
    Error::mend(format!(
        "step {}: {what}; likely train.learning_rate = {} is too high, {clip}, or the data holds extreme values\n\
         {good}; train again with a smaller train.learning_rate",
        trainer.tally.step + 1,
        train.learning_rate
    ))
}

/// The time of a run, over all its sittings.
struct Clock {
    before: f64,
    start: Instant,
    first: u64,
    done: u64,
}

impl Clock {
    fn new(before: f64, step: u64) -> Self {
        Clock {
            before,
            start: Instant::now(),
            first: step,
            done: step,
        }
    }

    fn seconds(&self) -> f64 {
        self.before + self.start.elapsed().as_secs_f64()
    }

    fn ticked(&mut self, step: u64) {
        self.done = step;
    }

    fn left(&self, steps: u64) -> f64 {
        let done = (self.done - self.first).max(1) as f64;
        self.start.elapsed().as_secs_f64() / done * (steps - self.done) as f64
    }
}
