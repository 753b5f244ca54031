//! The shapes of what a pass computes from, checked before any executor sees a tensor.

use crate::batch::Batch;
use crate::weights::Weights;
use burn::tensor::{DType, Tensor};
use rekindle_kernels::Sizes;
use rekindle_kernels::check_lengths;
use rekindle_program::Program;

/// The sizes of a pass over a batch that fits the program.
///
/// # Panics
///
/// As [`sizes`].
pub(crate) fn of_batch(program: &Program, weights: &Weights, batch: &Batch<'_>) -> Sizes {
    let (dims, dtype) = (batch.x.dims(), batch.x.dtype());
    sizes(program, weights, dims, dtype, batch.lengths, &batch.state)
}

/// The sizes of a pass, from tensors that fit the program: `x` is `[batch, time, d_input]`.
///
/// # Panics
///
/// Where a tensor has another shape or type than the program takes, a size is 0, or a length is not from 1 to `time`. The
/// message names the tensor, its shape and the one it should have.
pub(crate) fn sizes(
    program: &Program,
    weights: &Weights,
    x: [usize; 3],
    dtype: DType,
    lengths: Option<&[usize]>,
    state: &[Tensor<2>],
) -> Sizes {
    let sizes = of_weights(program, weights, x);
    let Sizes { batch, time, .. } = sizes;
    assert!(
        x.iter().all(|&size| size > 0),
        "the input is [batch, time, features] = {x:?}, but each must be 1 or more"
    );
    if program.has_raw() {
        let units = sizes.d_hidden;
        assert!(
            sizes.d_input == units,
            "the input is [batch, time, features] = {x:?}, but the equations read it as one value per unit: {:?}",
            [batch, time, units]
        );
    }
    if let Some(lengths) = lengths {
        check_lengths(lengths, batch, time).unwrap_or_else(|e| panic!("{e}"));
    }
    let names = program.states();
    assert!(
        state.len() == names.len(),
        "{} states are given, but the equations have {} ({})",
        state.len(),
        names.len(),
        names.join(", ")
    );
    for (s, (state, name)) in state.iter().zip(names).enumerate() {
        let what = format!("state {name}");
        let wanted = [batch, sizes.width(program.state_width(s))];
        fits(&what, state, wanted);
        of_type(&what, state, dtype);
    }
    if let Some(mask) = &weights.mask {
        fits(
            "the mask",
            mask,
            [batch, sizes.width(program.product_width())],
        );
    }
    if let Some(moves) = &weights.moves {
        let widths = sizes.states(program);
        let wanted = [batch, time, widths.iter().map(|s| s.1).sum()];
        fits("the moves", moves, wanted);
        of_type("the moves", moves, dtype);
    }
    check_types(weights, dtype);
    sizes
}

/// The sizes, and the shapes of the weights.
fn of_weights(program: &Program, weights: &Weights, [batch, time, d_input]: [usize; 3]) -> Sizes {
    let (g, k) = (program.inputs().len(), program.hiddens().len());
    let [rows, columns] = weights.input.dims();
    assert!(
        g > 0 && columns > 0 && columns.is_multiple_of(g),
        "W is {:?}, but its columns must be a multiple, 1 or more, of {g}: as many for each input block",
        [rows, columns]
    );
    let units = columns / g;
    assert!(
        rows == d_input,
        "W is {:?}, but an input of {d_input} features takes {:?}",
        [rows, columns],
        [d_input, columns]
    );
    let projected = match weights.projects() {
        None => units,
        Some(r) => r.dims()[1],
    };
    let sizes = Sizes {
        batch,
        time,
        d_input,
        d_hidden: units,
        d_projection: projected,
    };
    if let Some(b) = &weights.input_bias {
        fits("b", b, [g * units]);
    }
    let operand = sizes.width(program.product_width());
    let product = match &weights.factor {
        None => operand,
        Some(factor) => {
            assert!(
                k > 0 && !program.has_projection(),
                "recurrent weights are in two factors, but the equations have none or a projection besides"
            );
            fits("the first factor of U", factor, [operand, projected]);
            assert!(projected > 0, "the recurrent weights are of rank 0");
            projected
        }
    };
    match (&weights.hidden, k) {
        (Some(u), 1..) => fits("U", u, [product, k * units]),
        (None, 0) => {}
        (Some(u), 0) => panic!(
            "U is {:?}, but the equations have no recurrent block",
            u.dims()
        ),
        (None, _) => panic!(
            "there is no U, but the equations take {:?}",
            [product, k * units]
        ),
    }
    if let Some(d) = &weights.hidden_bias {
        fits("d", d, [k * units]);
    }
    match (&weights.projection, program.has_projection()) {
        (Some(r), true) => {
            fits("R", r, [units, projected]);
            assert!(
                projected > 0,
                "R is {:?}, but projects to nothing",
                r.dims()
            );
        }
        (None, false) => {}
        (Some(r), false) => panic!("R is {:?}, but the equations project nothing", r.dims()),
        (None, true) => panic!("there is no R, but the equations take [{units}, 1 or more]"),
    }
    check_vectors(program, weights, units);
    sizes
}

fn check_vectors(program: &Program, weights: &Weights, units: usize) {
    let names = program.vectors();
    assert!(
        weights.vectors.len() == names.len(),
        "{} learned vectors are given, but the equations have {} ({})",
        weights.vectors.len(),
        names.len(),
        names.join(", ")
    );
    for (vector, name) in weights.vectors.iter().zip(names) {
        fits(&format!("vector {name}"), vector, [units]);
    }
}

fn fits<const D: usize>(what: &str, tensor: &Tensor<D>, wanted: [usize; D]) {
    assert!(
        tensor.dims() == wanted,
        "{what} is {:?}, but the equations take {wanted:?}",
        tensor.dims()
    );
}

fn check_types(weights: &Weights, dtype: DType) {
    of_type("W", &weights.input, dtype);
    let vectors = weights.vectors.iter().map(|v| ("a vector", v));
    let biases = [("b", &weights.input_bias), ("d", &weights.hidden_bias)];
    let biases = biases
        .into_iter()
        .filter_map(|(what, b)| Some((what, b.as_ref()?)));
    vectors
        .chain(biases)
        .for_each(|(what, v)| of_type(what, v, dtype));
    let matrices = [
        ("U", &weights.hidden),
        ("the first factor of U", &weights.factor),
        ("R", &weights.projection),
        ("the mask", &weights.mask),
    ];
    for (what, matrix) in matrices {
        if let Some(matrix) = matrix {
            of_type(what, matrix, dtype);
        }
    }
}

fn of_type<const D: usize>(what: &str, tensor: &Tensor<D>, dtype: DType) {
    assert!(
        tensor.dtype() == dtype,
        "{what} is of {:?}, but the input of {dtype:?}",
        tensor.dtype()
    );
}
