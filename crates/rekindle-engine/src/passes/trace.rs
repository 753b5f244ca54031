//! Values that are shown beside the output.

use crate::program::{Id, Out, Program};

/// The same equations, with some of their values as further results, [`Out::Trace`] in the order given.
pub fn trace(program: &Program, values: &[Id]) -> Program {
    let mut shown = program.clone();
    let traced = values.iter().enumerate();
    shown
        .outs
        .extend(traced.map(|(k, &id)| (Out::Trace(k), id)));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::{fold, hoist};
    use crate::{Step, sigmoid, tanh};

    #[test]
    fn what_depends_on_the_input_alone_is_hoisted_and_shown_all_the_same() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let z = sigmoid(k.input("z"));
            let n = tanh(k.affine("n", h));
            k.next(z * h + (1.0 - z) * n)
        });
        let ids: Vec<Id> = p.named().into_iter().map(|n| n.id).collect();
        let hoisted = hoist(&fold(&trace(&p, &ids)));
        let shown = hoisted.step.outs.iter();
        let shown: Vec<Out> = shown.map(|o| o.0).collect();
        let all: Vec<Out> = (0..ids.len()).map(Out::Trace).collect();
        assert_eq!(shown, all);
    }
}
