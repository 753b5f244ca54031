//! A network that knows its training data by heart.

use crate::{
    doctor::{
        checkup::Checkup,
        finding::{Finding, Rule},
    },
    model::config::ModelConfig,
};

pub(crate) const RULE: Rule = Rule {
    name: "train/validation gap",
    check,
};

fn check(checkup: &Checkup) -> Option<Finding> {
    // Of a forecast the figure without a unit: how large a difference is must not depend on one.
    let scaled = checkup.train.iter().find(|m| m.name == "MASE");
    let train = scaled.or(checkup.train.first())?;
    let valid = checkup.valid.iter().find(|m| m.name == train.name)?;
    // Figures that are shares differ by their difference, losses by their ratio.
    let wide = match train.higher_is_better {
        true => train.value - valid.value > 0.15,
        false => valid.value > 1.5 * train.value && valid.value - train.value > 0.05,
    };
    if !wide {
        return None;
    }
    Rule::finds(
        RULE.name,
        format!("train: {train}; valid: {valid}"),
        "the network has learned its training data by heart rather than what holds elsewhere",
        format!(
            "model.{} = 0.3, a smaller model, more data, train.weight_decay, or train.patience to stop earlier",
            match &checkup.experiment.model {
                // Dropout acts between layers.
                ModelConfig::Stack(model) if model.layers == 1 => "input_dropout",
                ModelConfig::Stack(_) | ModelConfig::Blocks(_) => "dropout",
                ModelConfig::AwdLstm(_) => "output_dropout",
            }
        ),
    )
}
