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
    use crate::passes::{fold, phases};
    use crate::{Step, sigmoid, tanh};
    use alloc::vec::Vec;

    #[test]
    fn what_depends_on_the_input_alone_is_computed_before_the_loop_and_shown_all_the_same() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let z = sigmoid(k.input("z"));
            let n = tanh(k.affine("n", h));
            k.next(z * h + (1.0 - z) * n)
        });
        let ids: Vec<Id> = p.named().into_iter().map(|n| n.id).collect();
        let phases = phases(&fold(&trace(&p, &ids))).phases;
        assert_eq!(phases.len(), 2);
        let shown = phases.iter().flat_map(|p| &p.program.outs).map(|o| o.0);
        let mut shown: Vec<Out> = shown.filter(|o| matches!(o, Out::Trace(_))).collect();
        shown.sort_unstable();
        let all: Vec<Out> = (0..ids.len()).map(Out::Trace).collect();
        assert_eq!(shown, all);
    }
}
