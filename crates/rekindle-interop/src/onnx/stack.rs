//! Recurrent operators that read one another's outputs, as the layers of a stack do.

use super::node::Recurrent;
use super::scope::Scope;
use crate::formats::onnx::{Node, Setting};

/// How many nodes may stand between two layers.
const FARTHEST: usize = 12;

/// The value whose numbers an operator reads, through nodes that move them from one layout to another: the output of the layer
/// below, or what the stack reads. None where the axes of time and batch change places on the way.
pub(super) fn below<'m>(node: &'m Node<'m>, scope: &Scope<'m, '_>) -> Option<&'m str> {
    let mut value = node.input(0)?;
    let mut turned = false;
    for _ in 0..FARTHEST {
        let maker = scope.maker(value)?;
        match maker.op.as_str() {
            "RNN" | "GRU" | "LSTM" => return (!turned).then_some(value),
            "Transpose" => match maker.setting("perm") {
                Some(Setting::Integers(axes)) if axes[..] == [1, 0, 2] => turned = !turned,
                // Directions beside units.
                Some(Setting::Integers(axes)) if axes[..] == [0, 2, 1, 3] => {}
                _ => return None,
            },
            "Identity" | "Squeeze" | "Reshape" | "Dropout" | "Cast" => {}
            "Concat" => {
                value = joined(maker, scope)?;
                continue;
            }
            _ => return None,
        }
        value = maker.input(0)?;
    }
    None
}

/// The value whose two directions a node puts side by side.
fn joined<'m>(node: &'m Node<'m>, scope: &Scope<'m, '_>) -> Option<&'m str> {
    let mut of = None;
    for side in 0..2 {
        let part = scope.maker(node.input(side)?)?;
        let axis = Some(&Setting::Integer(1));
        let place = scope.source(part.input(1));
        let place = place.entry("indices").ok()?;
        let is_side = place.bytes().ok()?.first() == Some(&(side as u8));
        if !part.is("Gather") || part.setting("axis") != axis || !is_side {
            return None;
        }
        let value = part.input(0)?;
        if *of.get_or_insert(value) != value {
            return None;
        }
    }
    let alone = node.inputs.len() == 2 && node.setting("axis") == Some(&Setting::Integer(2));
    of.filter(|_| alone)
}

/// Whether an operator can be the layer above another.
pub(super) fn stands_on(above: &Recurrent<'_>, below: &Recurrent<'_>) -> bool {
    let width = below.settled.reads.directions() * below.settled.d_hidden;
    above.settled == below.settled
        && above.d_input == width
        && above.begins() == below.begins()
        && above.batch_first == below.batch_first
}
