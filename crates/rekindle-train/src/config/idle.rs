//! Keys that are set and cannot act. A config that has one says what its author does not get, so it is refused.

use super::{
    experiment::Experiment,
    training::{
        AVERAGE_DECAY, AVERAGE_PATIENCE, Average, DECAY, DECAY_PATIENCE, Optimizer, Schedule,
        TrainConfig,
    },
};
use crate::model::{config::ModelConfig, shape::NetShape};
use rekindle::{
    CellConfig, EngineConfig, ExecutorChoice, Invalid, Merge, PolicyChoice, PrecisionChoice,
    RecurrentConfig,
};
use std::fmt::Display;

/// Refuses a key that cannot act beside the others.
///
/// # Errors
///
/// Names the key, its value and the remedy.
pub(super) fn check(experiment: &Experiment) -> Result<(), Invalid> {
    if let ModelConfig::Stack(layers) = &experiment.model {
        model(layers)?;
    }
    train(experiment)
}

fn refuse<T>(key: &str, value: impl Display, expected: &str) -> Result<T, Invalid> {
    Err(Invalid::new(key, value, expected))
}

fn model(model: &RecurrentConfig) -> Result<(), Invalid> {
    if model.dropout > 0.0 && model.layers == 1 {
        let expected =
            "0 in a single layer, for it acts between layers; model.input_dropout acts before each";
        return refuse("model.dropout", model.dropout, expected);
    }
    if model.merge != Merge::default() && !model.bidirectional {
        let expected = "left out where model.bidirectional = false: there is one direction";
        return refuse("model.merge", model.merge.name(), expected);
    }
    let EngineConfig {
        executor,
        policy,
        precision,
    } = model.engine;
    let by_tiles = matches!(executor, ExecutorChoice::Auto | ExecutorChoice::Tiles);
    if precision == PrecisionChoice::Bf16 && !by_tiles {
        let reason =
            "bf16: must be left out with this executor; only tiles rounds what it multiplies";
        return Err(Invalid::because("model.engine.precision", reason));
    }
    if policy == PolicyChoice::Memory && !by_tiles {
        let reason =
            "memory: must be left out with this executor; only tiles computes values again";
        return Err(Invalid::because("model.engine.policy", reason));
    }
    let mut programs = model.cells().filter_map(|(_, cell)| cell.program());
    if !model.engine.is_default() && programs.next().is_none() {
        let reason = format!(
            "cannot act: the cell {} is no set of equations, and is run as it is; leave it out",
            model.cell.card().name
        );
        return Err(Invalid::because("model.engine", reason));
    }
    Ok(())
}

/// Refuses a residual connection that no layer between these two ends can have.
pub(super) fn between(shape: NetShape, model: &ModelConfig) -> Result<(), Invalid> {
    let Some(model) = model.stack() else {
        return Ok(());
    };
    let (d_input, d_output) = (shape.front.width(), model.d_output());
    match model.residual && model.layers == 1 && d_input != d_output {
        false => Ok(()),
        true => {
            let expected = format!(
                "false: a layer with inputs of width {d_input} and outputs of width {d_output} cannot add the two"
            );
            refuse("model.residual", true, &expected)
        }
    }
}

fn train(experiment: &Experiment) -> Result<(), Invalid> {
    let (task, train) = (&experiment.task, &experiment.train);
    if let Some(share) = task.idle_test_share() {
        return refuse(
            "task.test_share",
            share,
            "left out beside task.test, the file that tests",
        );
    }
    if let Some((share, 0.0)) = task.valid() {
        let expected =
            format!("0 where task.{share} = 0: without a validation part nothing is evaluated");
        let keys = [
            ("train.patience", train.patience),
            ("train.evaluate_every", train.evaluate_every),
        ];
        for (key, value) in keys {
            if value > 0 {
                return refuse(key, value, &expected);
            }
        }
    }
    if train.bucketing > 0 && !task.has_lengths() {
        let expected = "0: the rows of this task are all as long";
        return refuse("train.bucketing", train.bucketing, expected);
    }
    if let (true, Some(why)) = (train.label_smoothing > 0.0, task.unsmoothed()) {
        return refuse(
            "train.label_smoothing",
            train.label_smoothing,
            &format!("0: {why}"),
        );
    }
    schedule(train)?;
    if let (Schedule::Plateau, Some((share, 0.0))) = (train.schedule, task.valid()) {
        let expected =
            format!("another where task.{share} = 0: a plateau is seen on the validation part");
        return refuse("train.schedule", "\"plateau\"", &expected);
    }
    if let (Average::Triggered, Some((share, 0.0))) = (train.average, task.valid()) {
        let expected = format!(
            "another where task.{share} = 0: when averaging begins is seen on the validation part"
        );
        return refuse("train.average", "\"triggered\"", &expected);
    }
    match train.epochs {
        Some(epochs) if task.is_endless() => refuse(
            "train.epochs",
            epochs,
            "left out: this task draws its data anew for every update, and has no end; say train.steps",
        ),
        _ => Ok(()),
    }
}

/// Refuses a key of another schedule, and of an average that is not taken.
fn schedule(train: &TrainConfig) -> Result<(), Invalid> {
    let of = |wanted: &[Schedule]| wanted.contains(&train.schedule);
    if train.decay != DECAY && !of(&[Schedule::Step, Schedule::Plateau]) {
        let expected = "left out: the schedules step and plateau decay by a factor, and no other";
        return refuse("train.decay", train.decay, expected);
    }
    if train.decay_every > 0 && !of(&[Schedule::Step]) {
        let expected = "left out beside another train.schedule than \"step\"";
        return refuse("train.decay_every", train.decay_every, expected);
    }
    if train.decay_patience != DECAY_PATIENCE && !of(&[Schedule::Plateau]) {
        let expected = "left out beside another train.schedule than \"plateau\"";
        return refuse("train.decay_patience", train.decay_patience, expected);
    }
    if train.warmup > 0 && of(&[Schedule::OneCycle]) {
        let expected = "0 with train.schedule = \"one_cycle\", which rises by itself";
        return refuse("train.warmup", train.warmup, expected);
    }
    if train.average_decay != AVERAGE_DECAY && train.average != Average::Ema {
        let expected = "left out beside another train.average than \"ema\"";
        return refuse("train.average_decay", train.average_decay, expected);
    }
    if train.average_patience != AVERAGE_PATIENCE && train.average != Average::Triggered {
        let expected = "left out beside another train.average than \"triggered\"";
        return refuse("train.average_patience", train.average_patience, expected);
    }
    match train.momentum {
        Some(momentum) if train.optimizer != Optimizer::Sgd => {
            let expected = "left out beside another train.optimizer than \"sgd\"";
            refuse("train.momentum", momentum, expected)
        }
        _ => Ok(()),
    }
}
