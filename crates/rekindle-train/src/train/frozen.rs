//! Parts of a network that are not trained.

use crate::{
    error::{Error, Result},
    model::net::Net,
};
use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use rekindle::engine::suggest;
use rekindle_interop::named_tensors;
use std::collections::BTreeSet;

/// Which weights stay as they are, in the order in which a module shows them; none if all are trained. Their identities are no
/// help: a network has others once it is read from a checkpoint.
pub(crate) struct Frozen(Vec<bool>);

impl Frozen {
    /// Those of the parts that are named: `front`, `layers.0`, `head`, or what stands below one, as `layers.0.forward`.
    ///
    /// # Errors
    ///
    /// If a name is that of no weights, or none are left to be trained.
    pub(crate) fn of(net: &Net, named: &[String]) -> Result<Frozen> {
        if named.is_empty() {
            return Ok(Frozen(Vec::new()));
        }
        let names = named_tensors(net).into_iter().map(|(name, _)| part(&name));
        let weights: Vec<String> = names.collect();
        let is_of = |weight: &str, part: &str| {
            let rest = weight.strip_prefix(part);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        for name in named {
            if !weights.iter().any(|weight| is_of(weight, name)) {
                let parts: BTreeSet<&str> = weights.iter().map(|weight| top(weight)).collect();
                let parts: Vec<&str> = parts.into_iter().collect();
                return Err(Error::mend(format!(
                    "train.frozen: {name:?} names no weights of this network{}",
                    suggest(name, &parts)
                )));
            }
        }
        let frozen = weights
            .iter()
            .map(|weight| named.iter().any(|name| is_of(weight, name)));
        let frozen: Vec<bool> = frozen.collect();
        match frozen.iter().all(|&frozen| frozen) {
            true => Err(Error::mend(format!(
                "train.frozen = {named:?}: no weights are left to be trained; leave one of them out"
            ))),
            false => Ok(Frozen(frozen)),
        }
    }

    /// Takes the gradients of these weights away, so that no optimizer moves them.
    pub(crate) fn release(&self, net: &Net, gradients: &mut GradientsParams) {
        if !self.0.is_empty() {
            net.visit(&mut Release {
                frozen: self.0.iter(),
                gradients,
            });
        }
    }
}

/// The name of a weight by its part: that in files, with the two ends called what they are.
fn part(name: &str) -> String {
    if let Some(rest) = name.strip_prefix("recurrent.") {
        return rest.to_owned();
    }
    let (end, rest) = name.split_once('.').unwrap_or((name, ""));
    match end {
        "embedding" => format!("front.{rest}"),
        "input" => format!("front.input.{rest}"),
        _ => format!("head.{rest}"),
    }
}

/// The part that one freezes: an end or a layer.
fn top(weight: &str) -> &str {
    let dots = weight.match_indices('.').map(|(at, _)| at);
    let is_of_many = ["layers.", "blocks."]
        .iter()
        .any(|many| weight.starts_with(many));
    let count = match is_of_many {
        true => 2,
        false => 1,
    };
    let end = dots.take(count).last();
    end.map_or(weight, |end| &weight[..end])
}

struct Release<'g> {
    frozen: std::slice::Iter<'g, bool>,
    gradients: &'g mut GradientsParams,
}

impl ModuleVisitor for Release<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.frozen.next() == Some(&true) {
            let _still = self.gradients.remove::<D>(param.id);
        }
    }
}
