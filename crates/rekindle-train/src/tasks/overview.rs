//! What is said of a run before it trains: what was read, and what will learn from it.

use super::{
    account::Line,
    task::{At, Task, UpdateRows},
};
use crate::{data::message::counted, model::net::Net};
use rekindle_interop::named_tensors;

/// What a task says of its data, and behind it how rows are put together, where that is by their lengths, the network's parameters by
/// layer and the updates of a pass. `at` is the first update.
pub(crate) fn of(task: &dyn Task, net: &Net, update: UpdateRows, at: &At) -> Vec<Line> {
    let mut lines = task.account();
    if at.bucketing > 0 {
        let any = At {
            bucketing: 0,
            ..at.clone()
        };
        let shares = [&any, at].map(|at| 100.0 * task.padding(at).unwrap_or_default());
        let [any, sorted] = shares;
        let said = format!(
            "rows of {} in the order of their lengths: {sorted:.1} % of the steps are padding, and {any:.1} % in any order",
            counted(at.bucketing, "updates")
        );
        lines.push(Line::new("batches", said));
    }
    let mut places: Vec<(String, usize)> = Vec::new();
    for (name, tensor) in named_tensors(net) {
        let place = place(&name);
        match places.iter_mut().find(|(known, _)| *known == place) {
            Some((_, count)) => *count += tensor.num_elements(),
            None => places.push((place, tensor.num_elements())),
        }
    }
    places.sort_by_key(|(place, _)| match place.as_str() {
        "embedding" | "letters" | "input" => 0,
        "output" | "crf" | "writer" => 2,
        _ => 1,
    });
    let all: usize = places.iter().map(|(_, count)| count).sum();
    let places = places
        .iter()
        .map(|(place, count)| format!("{place} {count}"));
    let places: Vec<String> = places.collect();
    let pass = match task.steps_per_epoch(update) {
        Ok(updates) if task.rows_to_train_on().is_some() || task.window().is_some() => {
            format!("; {} an epoch", counted(updates as usize, "updates"))
        }
        _ => String::new(),
    };
    let said = format!("{all} parameters: {}{pass}", places.join(", "));
    lines.push(Line::new("model", said));
    lines
}

/// Which part of the network a tensor belongs to, by its name.
fn place(name: &str) -> String {
    let words: Vec<&str> = name.split('.').collect();
    match words.as_slice() {
        ["recurrent", "layers", layer, ..] => format!("layer {layer}"),
        ["recurrent", "blocks", block, ..] => format!("block {block}"),
        ["recurrent", other, ..] => (*other).into(),
        ["tied_bias"] => "output".into(),
        [first, ..] => (*first).into(),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_of_a_layer_or_an_end() {
        for (name, expected) in [
            ("recurrent.layers.2.forward.gates.input.weight", "layer 2"),
            (
                "recurrent.blocks.1.mixer.recurrent.layers.0.forward.gates.input.weight",
                "block 1",
            ),
            ("recurrent.norm.rms.gamma", "norm"),
            ("embedding.weight", "embedding"),
            ("tied_bias", "output"),
            ("output.bias", "output"),
        ] {
            assert_eq!(place(name), expected);
        }
    }
}
