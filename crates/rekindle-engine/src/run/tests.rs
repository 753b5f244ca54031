//! Executors agree on equations that nobody wrote.

use super::*;
use crate::backend::NODES;
use burn::tensor::{DType, Device, TensorData};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rekindle_program::Program;
use rekindle_program::arbitrary::{KINDS, recorded};

const BATCH: usize = 3;
const TIME: usize = 4;
const D_INPUT: usize = 3;
const D_HIDDEN: usize = 5;
const D_PROJECTION: usize = 2;

/// A device and a type to compute in.
type Place = (Device, DType);

fn exact() -> Place {
    (Device::flex(), DType::F64)
}

/// Numbers in closed form, so large that no gradient vanishes.
fn wave<const D: usize>(shape: [usize; D], phase: f64, (device, dtype): &Place) -> Tensor<D> {
    let count = shape.iter().product::<usize>();
    let numbers = (0..count).map(|i| 0.6 * ((i as f64 + 1.3) * 0.77 + phase).sin());
    let data = TensorData::new(numbers.collect::<Vec<f64>>(), shape);
    let tensor = Tensor::from_data(data, (device, *dtype));
    match device.is_autodiff() {
        true => tensor.require_grad(),
        false => tensor,
    }
}

/// What is asked of equations beside what they say.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    /// Recurrent weights in two factors.
    low_rank: bool,
    /// States that move a part of their way.
    moved: bool,
}

impl Asked {
    /// What can be asked of a program.
    fn of(program: &Program) -> impl Iterator<Item = Asked> {
        let plain = Asked::default();
        let factors = !program.hiddens().is_empty() && !program.has_projection();
        let low_rank = factors.then_some(Asked {
            low_rank: true,
            ..plain
        });
        let moved = Asked {
            moved: true,
            ..plain
        };
        [plain, moved].into_iter().chain(low_rank)
    }
}

/// The output, the final states and every gradient, by an executor.
fn all(
    program: &Program,
    Asked { low_rank, moved }: Asked,
    executor: Executor,
    lengths: Option<&[usize]>,
    (device, dtype): Place,
) -> Vec<Vec<f64>> {
    let _not_alone = NODES.read();
    let place = (device.autodiff(), dtype);
    let (g, k) = (program.inputs().len(), program.hiddens().len());
    let projected = program.has_projection();
    let product = match program.product_width() {
        rekindle_program::Width::Hidden if !low_rank => D_HIDDEN,
        _ => D_PROJECTION,
    };
    let states = 0..program.states().len();
    let widths = states.map(|s| match program.state_width(s) {
        rekindle_program::Width::Hidden => D_HIDDEN,
        rekindle_program::Width::Projection => D_PROJECTION,
    });
    let widths: Vec<usize> = widths.collect();
    let weights = Weights {
        input: wave([D_INPUT, g * D_HIDDEN], 0.1, &place),
        input_bias: Some(wave([g * D_HIDDEN], 0.2, &place)),
        hidden: (k > 0).then(|| wave([product, k * D_HIDDEN], 0.3, &place)),
        factor: low_rank.then(|| wave([D_HIDDEN, D_PROJECTION], 0.6, &place)),
        hidden_bias: (k > 0).then(|| wave([k * D_HIDDEN], 0.4, &place)),
        vectors: (0..program.vectors().len())
            .map(|v| wave([D_HIDDEN], 0.5 + v as f64, &place))
            .collect(),
        projection: projected.then(|| wave([D_HIDDEN, D_PROJECTION], 0.6, &place)),
        mask: None,
        moves: moved.then(|| wave([BATCH, TIME, widths.iter().sum()], 0.9, &place).detach()),
    };
    let x = wave([BATCH, TIME, D_INPUT], 0.7, &place);
    let state: Vec<Tensor<2>> = widths
        .into_iter()
        .enumerate()
        .map(|(s, width)| wave([BATCH, width], 0.8 + s as f64, &place))
        .collect();
    let recurrence = Recurrence::new(program.clone());
    let engine = Engine {
        executor: Some(executor),
        ..Engine::default()
    };
    let batch = Batch {
        x: x.clone(),
        lengths,
        state: state.clone(),
        direction: Direction::Reverse,
    };
    let (y, last) = scan(&recurrence, &weights, batch, engine);
    let mut loss = (y.clone() * wave(y.dims(), 1.1, &place).detach()).sum();
    for last in &last {
        loss = loss + (last.clone() * wave(last.dims(), 1.2, &place).detach()).sum();
    }
    let gradients = loss.backward();
    let numbers = |data: TensorData| data.convert::<f64>().try_into_vec::<f64>().expect("f64");
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
        .chain(&weights.factor)
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
        .prepared(crate::call::Form::default())
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
    let place = exact();
    let mut weights = Weights {
        input: wave([D_INPUT, D_HIDDEN], 0.1, &place),
        input_bias: None,
        hidden: Some(wave([D_HIDDEN, D_HIDDEN], 0.2, &place)),
        factor: None,
        hidden_bias: None,
        vectors: Vec::new(),
        projection: None,
        mask: None,
        moves: None,
    };
    let run = |weights: &Weights, executor| {
        let x = wave([BATCH, TIME, D_INPUT], 0.3, &place);
        let state = vec![wave([BATCH, D_HIDDEN], 0.4, &place)];
        let engine = Engine {
            executor: Some(executor),
            ..Engine::default()
        };
        let batch = Batch {
            x,
            lengths: None,
            state,
            direction: Direction::Forward,
        };
        let (y, _) = scan(&recurrence, weights, batch, engine);
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

fn norm(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// What the executors disagree on, against [`Executor::Steps`]; nothing where the numbers explode,
/// for then there is nothing to compare.
fn disagreement(program: &Program, lengths: Option<&[usize]>) -> Option<String> {
    let mut said = Asked::of(program).filter_map(|asked| {
        let steps = all(program, asked, Executor::Steps, lengths, exact());
        if !steps.iter().all(|v| norm(v) < 1e12) {
            return None;
        }
        [Executor::Primitives, Executor::Tiles]
            .into_iter()
            .find_map(|executor| {
                let ours = all(program, asked, executor, lengths, exact());
                let said = difference(&ours, &steps, 1e-9)?;
                Some(format!("{executor}, {asked:?}: {said}\n{program}"))
            })
    });
    said.next()
}

/// Where two lists of tensors are further apart than a share of their size.
fn difference(ours: &[Vec<f64>], theirs: &[Vec<f64>], share: f64) -> Option<String> {
    let apart = ours.iter().zip(theirs).enumerate().map(|(i, (a, b))| {
        let apart: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
        (i, norm(&apart), norm(b))
    });
    let mut far =
        apart.filter(|(_, apart, size)| apart.is_nan() || *apart > share * size.max(1e-3));
    far.next()
        .map(|(i, apart, size)| format!("{i}: {apart:e} of {size:e}"))
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

/// Not in a softmax, where whatever goes back through the largest adds up to nothing.
#[test]
fn executors_agree_on_the_gradient_of_the_largest() {
    let program = Program::new(|k: &crate::Step| {
        let h = k.state("h");
        let a = k.affine("a", h);
        k.next(crate::tanh(
            crate::amax(a) - 0.5 * a + 0.3 * crate::amax(k.input("b")),
        ))
    });
    assert_eq!(disagreement(&program, None), None);
}

/// All steps are projected at once, and nothing but how far it moves makes the state one that a loop computes.
#[test]
fn executors_agree_on_a_loop_over_what_is_projected() {
    let program = Program::new(|k: &crate::Step| {
        k.state("h");
        k.next(k.project(crate::tanh(k.input("a"))))
    });
    assert_eq!(disagreement(&program, None), None);
}

/// A kernel for GPUs knows every function and its derivative. Where `REKINDLE_REQUIRE_WGPU` does not say that there is
/// a device for it, it is not tried.
#[cfg(feature = "wgpu")]
#[test]
fn kernels_for_gpus_know_every_function() {
    use rekindle_program::{Binary, Unary};
    if std::env::var_os("REKINDLE_REQUIRE_WGPU").is_none() {
        return;
    }
    let functions = Unary::ALL.iter().map(|op| match op {
        Unary::Sqrt => "sqrt(1.5 + 0.5 * a)".to_string(),
        other => format!("{}(a)", other.name()),
    });
    let of_two = Binary::FUNCTIONS.iter();
    let of_two = of_two.map(|op| format!("{}(a, 0.3 - a)", op.name()));
    let values: Vec<String> = functions.chain(of_two).collect();
    let states: Vec<String> = (0..values.len()).map(|i| format!("s{i}")).collect();
    let mut text = format!("state {}\ninput a\nhidden a\n", states.join(", "));
    text += "a = 2.0 * tanh(affine(a, s0))\n";
    for (state, value) in states.iter().zip(values) {
        text += &format!("{state}' = ({value} + 0.5 * {state}) / (4.0 - a)\n");
    }
    let program = Program::parse(&text).expect("equations");
    let gpu = Device::wgpu(burn::tensor::DeviceKind::DefaultDevice);
    let asked = Asked::default();
    let exact = all(&program, asked, Executor::Steps, None, exact());
    let ours = all(&program, asked, Executor::Cube, None, (gpu, DType::F32));
    assert_eq!(difference(&ours, &exact, 1e-4), None, "{program}");
}

proptest! {
    // The same cases every time, so that a change is judged by itself and not by luck.
    #![proptest_config(ProptestConfig { cases: 600, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn executors_agree_on_any_equations(
        // Without quotients, whose divisors come near zero, and without the input itself.
        steps in vec((prop_oneof![0..3_usize, 4..12_usize, 14..KINDS], any::<usize>(), any::<usize>()), 1..12),
        projected in any::<bool>(),
        padded in any::<bool>(),
    ) {
        let lengths = padded.then_some(&[2, 4, 1][..]);
        prop_assert_eq!(disagreement(&recorded(&steps, projected), lengths), None);
    }
}
