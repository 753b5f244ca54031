//! A state that is reset where it should be carried, or carried where it was never trained to be.

use crate::doctor::{
    checkup::Checkup,
    finding::{Finding, Rule},
};

pub(crate) const RULE: Rule = Rule {
    name: "state reset",
    check,
};

fn check(checkup: &Checkup) -> Option<Finding> {
    let reset = checkup.reset.as_ref()?;
    if reset.windows < 2 {
        return Rule::finds(
            RULE.name,
            format!(
                "the training text is one window long in each of the {} rows of a batch",
                checkup.experiment.train.batch
            ),
            "every update begins without memory, while evaluation and samples carry it on: the network never \
             learned to read with a state",
            "a smaller train.batch or a smaller task.window, so that each row has many windows",
        );
    }
    let (carried, fresh) = (reset.carried?, reset.fresh?);
    if carried < 1.02 * fresh {
        return None;
    }
    Rule::finds(
        RULE.name,
        format!(
            "the loss is {carried:.4} with the state carried on and {fresh:.4} with a fresh one a window"
        ),
        "the state that is carried on does harm: it has come to where training never was",
        "a longer task.window, a smaller train.batch (longer rows), or zoneout, so that states stay in range",
    )
}
