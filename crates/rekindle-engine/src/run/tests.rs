//! Executors agree on equations that nobody wrote.

use super::*;
use crate::parse::tests::{cases, recorded};
use crate::program::Program;
use burn::tensor::{DType, Device, TensorData};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

const BATCH: usize = 3;
const TIME: usize = 4;
const D_INPUT: usize = 3;
const D_HIDDEN: usize = 5;
const D_PROJECTION: usize = 2;

/// Numbers in closed form, so large that no gradient vanishes.
fn wave<const D: usize>(shape: [usize; D], phase: f64, device: &Device) -> Tensor<D> {
    let count = shape.iter().product::<usize>();
    let numbers = (0..count).map(|i| 0.6 * ((i as f64 + 1.3) * 0.77 + phase).sin());
    let data = TensorData::new(numbers.collect::<Vec<f64>>(), shape);
    let tensor = Tensor::from_data(data, (device, DType::F64));
    match device.is_autodiff() {
        true => tensor.require_grad(),
        false => tensor,
    }
}

/// The output, the final states and every gradient, by an executor.
fn all(program: &Program, executor: Executor, lengths: Option<&[usize]>) -> Vec<Vec<f64>> {
    let device = Device::flex().autodiff();
    let (g, k) = (program.inputs().len(), program.hiddens().len());
    let projected = program.has_projection();
    let product = match program.product_width() {
        crate::Width::Hidden => D_HIDDEN,
        crate::Width::Projection => D_PROJECTION,
    };
    let weights = Weights {
        input: wave([D_INPUT, g * D_HIDDEN], 0.1, &device),
        input_bias: Some(wave([g * D_HIDDEN], 0.2, &device)),
        hidden: (k > 0).then(|| wave([product, k * D_HIDDEN], 0.3, &device)),
        hidden_bias: (k > 0).then(|| wave([k * D_HIDDEN], 0.4, &device)),
        vectors: (0..program.vectors().len())
            .map(|v| wave([D_HIDDEN], 0.5 + v as f64, &device))
            .collect(),
        projection: projected.then(|| wave([D_HIDDEN, D_PROJECTION], 0.6, &device)),
        mask: None,
    };
    let x = wave([BATCH, TIME, D_INPUT], 0.7, &device);
    let widths = (0..program.states().len()).map(|s| match program.state_width(s) {
        crate::Width::Hidden => D_HIDDEN,
        crate::Width::Projection => D_PROJECTION,
    });
    let state: Vec<Tensor<2>> = widths
        .enumerate()
        .map(|(s, width)| wave([BATCH, width], 0.8 + s as f64, &device))
        .collect();
    let recurrence = Recurrence::new(program.clone());
    let engine = Engine {
        executor: Some(executor),
        ..Engine::default()
    };
    let direction = Direction::Reverse;
    let (y, last) = scan(
        &recurrence,
        &weights,
        x.clone(),
        lengths,
        state.clone(),
        direction,
        engine,
    );
    let mut loss = (y.clone() * wave(y.dims(), 1.1, &device).detach()).sum();
    for last in &last {
        loss = loss + (last.clone() * wave(last.dims(), 1.2, &device).detach()).sum();
    }
    let gradients = loss.backward();
    let numbers = |data: TensorData| data.try_into_vec::<f64>().expect("f64");
    let mut all = vec![numbers(y.into_data())];
    all.extend(last.into_iter().map(|s| numbers(s.into_data())));
    macro_rules! gradient {
        ($($tensor:expr),*) => { $(
            let gradient = $tensor.grad(&gradients);
            let nothing = || $tensor.clone().inner().zeros_like();
            all.push(numbers(gradient.unwrap_or_else(nothing).into_data()));
        )* };
    }
    gradient!(x, weights.input);
    for vector in weights
        .vectors
        .iter()
        .chain(&weights.input_bias)
        .chain(&weights.hidden_bias)
    {
        gradient!(vector);
    }
    for matrix in weights
        .hidden
        .iter()
        .chain(&weights.projection)
        .chain(&state)
    {
        gradient!(matrix);
    }
    all
}

/// The packed weights that a program holds, by their address.
fn packed(recurrence: &Recurrence) -> Option<*const ()> {
    let packed = recurrence
        .prepared(false)
        .packed
        .lock()
        .expect("no thread panicked");
    packed.as_ref().map(|p| Arc::as_ptr(&p.packing).cast())
}

#[test]
fn inference_packs_weights_once_and_others_anew() {
    let program = Program::new(|k: &crate::Step| {
        let h = k.state("h");
        k.next(crate::tanh(k.affine("h", h)))
    });
    let recurrence = Recurrence::new(program);
    let device = Device::flex();
    let mut weights = Weights {
        input: wave([D_INPUT, D_HIDDEN], 0.1, &device),
        input_bias: None,
        hidden: Some(wave([D_HIDDEN, D_HIDDEN], 0.2, &device)),
        hidden_bias: None,
        vectors: Vec::new(),
        projection: None,
        mask: None,
    };
    let run = |weights: &Weights, executor| {
        let x = wave([BATCH, TIME, D_INPUT], 0.3, &device);
        let state = vec![wave([BATCH, D_HIDDEN], 0.4, &device)];
        let engine = Engine {
            executor: Some(executor),
            ..Engine::default()
        };
        let (y, _) = scan(
            &recurrence,
            weights,
            x,
            None,
            state,
            Direction::Forward,
            engine,
        );
        y.into_data().try_into_vec::<f64>().expect("f64")
    };
    let first = run(&weights, Executor::Tiles);
    let once = packed(&recurrence);
    assert!(once.is_some());
    assert_eq!(run(&weights, Executor::Tiles), first);
    assert_eq!(
        packed(&recurrence),
        once,
        "the same weights are packed again"
    );

    weights.hidden = weights.hidden.map(|u| u * 0.5);
    let other = run(&weights, Executor::Tiles);
    assert_ne!(packed(&recurrence), once, "other weights are not packed");
    let steps = run(&weights, Executor::Steps);
    let apart = other.iter().zip(&steps).map(|(a, b)| (a - b).abs());
    assert!(apart.fold(0.0, f64::max) < 1e-12, "stale weights are used");
}

/// What the executors disagree on, against [`Executor::Steps`]; nothing where the numbers explode,
/// for then there is nothing to compare.
fn disagreement(program: &Program, lengths: Option<&[usize]>) -> Option<String> {
    let steps = all(program, Executor::Steps, lengths);
    let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    if !steps.iter().all(|v| norm(v) < 1e12) {
        return None;
    }
    for executor in [Executor::Primitives, Executor::Tiles] {
        let ours = all(program, executor, lengths);
        for (i, (ours, theirs)) in ours.iter().zip(&steps).enumerate() {
            let apart: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a - b).collect();
            let (apart, size) = (norm(&apart), norm(theirs));
            if apart > 1e-9 * size.max(1e-3) {
                return Some(format!("{executor} {i}: {apart:e} of {size:e}\n{program}"));
            }
        }
    }
    None
}

/// Between 20, where single precision calls it `x`, and 40, where double precision does.
#[test]
fn executors_agree_on_the_softplus_of_a_large_number() {
    let program = Program::new(|k: &crate::Step| {
        let h = k.state("h");
        let large = 20.0 + crate::softplus(k.affine("h", h));
        k.next(h - crate::tanh(1.0e3 * (crate::softplus(large) - large)))
    });
    assert_eq!(disagreement(&program, None), None);
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn executors_agree_on_any_equations(
        // Without quotients, whose divisors come near zero, and without the input itself.
        steps in vec((prop_oneof![0..3_usize, 4..12_usize, 14..37_usize], any::<Index>(), any::<Index>()), 1..12),
        projected in any::<bool>(),
        padded in any::<bool>(),
    ) {
        let lengths = padded.then_some(&[2, 4, 1][..]);
        prop_assert_eq!(disagreement(&recorded(&steps, projected), lengths), None);
    }
}
