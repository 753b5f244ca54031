//! Products of operands that are rounded to bf16: near those of f32, wherever equations are run, and refused elsewhere.

use burn::module::Module;
use burn::tensor::{DType, Device, Distribution, Tensor};
use rekindle::cells::{GlaConfig, MinGruConfig};
use rekindle::{
    CellConfig, ElmanConfig, EngineConfig, ExecutorChoice, GruConfig, LstmConfig, PrecisionChoice,
    Recurrent, RecurrentConfig, Sequence, Streamer,
};

const D_INPUT: usize = 12;
const D_HIDDEN: usize = 40;

fn rounded<K: CellConfig>(cell: K) -> RecurrentConfig<K> {
    RecurrentConfig::new(cell).with_engine(EngineConfig {
        precision: PrecisionChoice::Bf16,
        ..EngineConfig::default()
    })
}

/// The distance relative to the second, in the Euclidean norm.
fn distance<const D: usize>(a: &Tensor<D>, b: &Tensor<D>) -> f32 {
    let square = |t: Tensor<D>| t.powi_scalar(2).sum().into_scalar::<f32>();
    (square(a.clone() - b.clone()) / square(b.clone())).sqrt()
}

/// An operand of 8 bits is off by up to 2^-9 of itself, and what is made of it step after step by a few times as much; what is
/// not off at all was not rounded.
fn near<const D: usize>(a: &Tensor<D>, b: &Tensor<D>) {
    let apart = distance(a, b);
    assert!(apart < 2_f32.powi(-6), "{apart:e}: too far from f32");
    assert!(apart > 2_f32.powi(-13), "{apart:e}: is it rounded?");
}

fn is_near_f32<K: CellConfig + Clone>(cell: K) {
    let device = Device::flex().autodiff();
    let x = Tensor::<3>::random([5, 7, D_INPUT], Distribution::Default, &device);
    let layer = |config: RecurrentConfig<K>| {
        let deep = config.with_layers(2).with_bidirectional(true);
        deep.init(D_INPUT, &device)
    };
    let run = |layer: Recurrent<K::Cell>| {
        let x = x.clone().require_grad();
        let padded = Sequence::padded(x.clone(), vec![7, 2, 5, 7, 1]).expect("lengths");
        let (y, _) = layer.forward(padded, None);
        let gradients = y.clone().powi_scalar(2).sum().backward();
        (y.inner(), x.grad(&gradients).expect("tracked"))
    };
    let plain = layer(RecurrentConfig::new(cell.clone()));
    let (y, dx) = run(layer(rounded(cell)).load_record(plain.clone().into_record()));
    let (expected, expected_dx) = run(plain);
    near(&y, &expected);
    near(&dx, &expected_dx);
}

#[test]
fn a_layer_is_near_that_of_f32() {
    is_near_f32(LstmConfig::new(D_HIDDEN));
    is_near_f32(LstmConfig::new(D_HIDDEN).with_d_projection(Some(9)));
    is_near_f32(GruConfig::new(D_HIDDEN));
    is_near_f32(ElmanConfig::new(D_HIDDEN));
    is_near_f32(MinGruConfig::new(D_HIDDEN));
}

/// Both round the same numbers; where a sum's last digit in f32 falls otherwise, one operand may be rounded to its other side.
#[test]
fn a_stream_rounds_as_a_sequence_does() {
    let device = Device::flex();
    let config = rounded(LstmConfig::new(D_HIDDEN)).with_layers(2);
    let layer: Recurrent<_> = config.init(D_INPUT, &device);
    let x = Tensor::<3>::random([3, 20, D_INPUT], Distribution::Default, &device);
    let (y, _) = layer.forward(x.clone(), None);
    let mut stream = Streamer::new(layer);
    let frames = (0..20).map(|t| stream.push(x.clone().narrow(1, t, 1).squeeze_dim(1)));
    let apart = distance(&Tensor::stack::<3>(frames.collect(), 1), &y);
    assert!(apart < 2_f32.powi(-9), "{apart:e}");
}

#[test]
fn what_no_kernel_runs_is_refused() {
    let refused = rounded(GlaConfig::new(8))
        .validate()
        .expect_err("no equations");
    assert_eq!(
        refused.to_string(),
        "engine.precision = bf16: must be f32: cell is no set of equations, whose products could be rounded"
    );
    let EngineConfig { precision, .. } = rounded(GruConfig::new(8)).engine;
    let steps = EngineConfig {
        executor: ExecutorChoice::Steps,
        precision,
        ..EngineConfig::default()
    };
    let device = Device::flex();
    let said = |engine: EngineConfig, dtype| {
        let refused = engine.runs_on(&device, dtype).expect_err("refused");
        refused.to_string()
    };
    assert_eq!(
        said(steps, DType::F32),
        "precision = bf16: must be f32: products are rounded to bf16 by the executor tiles alone, and steps runs here: the \
         config asks for it"
    );
    let auto = rounded(GruConfig::new(8)).engine;
    assert_eq!(
        said(auto, DType::F64),
        "precision = bf16: must be f32: products of f32 are rounded to bf16, and none of F64"
    );
    assert!(auto.runs_on(&device, DType::F32).is_ok());
}

#[test]
#[should_panic(expected = "by the executor tiles alone, and primitives runs here")]
fn a_layer_that_another_executor_runs_does_not_go_on_in_f32() {
    let device = Device::flex();
    let mut config = rounded(GruConfig::new(8));
    config.engine.executor = ExecutorChoice::Primitives;
    let layer = config.init(3, &device);
    layer.forward(Tensor::ones([1, 2, 3], &device), None);
}
