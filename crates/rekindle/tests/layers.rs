//! How a layer begins, and what it does around its cells.

use burn::tensor::{Device, Tensor};
use rekindle::engine::Direction;
use rekindle::{Cell, CellConfig, Init, Lstm, LstmConfig, Recurrent, RecurrentConfig, Sequence};

const UNITS: usize = 3;

fn lstms(layers: usize) -> RecurrentConfig<LstmConfig> {
    RecurrentConfig {
        layers,
        ..RecurrentConfig::new(LstmConfig::new(UNITS))
    }
}

/// A batch of two sequences of four steps.
fn input(width: usize, device: &Device) -> Tensor<3> {
    Tensor::<3>::ones([2, 4, width], device)
        .cumsum(1)
        .mul_scalar(0.3)
}

fn apart<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    (a - b).abs().max().into_scalar()
}

/// The output of each layer's cell on what lies below it, with that added wherever both are as wide.
fn one_by_one(layer: &Recurrent<Lstm>, x: Tensor<3>) -> Tensor<3> {
    layer.layers().iter().fold(x, |x, layer| {
        let zeros = [(), ()].map(|()| Tensor::zeros([2, UNITS], &x.device()));
        let (cell, x_in) = (&layer.forward, Sequence::new(x.clone()));
        let (y, _) = cell.scan(&x_in, zeros, Direction::Forward);
        match x.dims() == y.dims() {
            true => y + x,
            false => y,
        }
    })
}

#[test]
fn a_residual_layer_adds_its_input_where_both_are_as_wide() {
    let device = Device::flex();
    let config = RecurrentConfig {
        residual: true,
        ..lstms(2)
    };
    for width in [UNITS, UNITS + 1] {
        let layer = config.init(width, &device);
        let x = input(width, &device);
        let expected = one_by_one(&layer, x.clone());
        let (y, _) = layer.forward(x.clone(), None);
        assert!(apart(y.clone(), expected) < 1e-6);
        let (first, _) = layer.step(x.narrow(1, 0, 1).squeeze_dim(1), None);
        assert!(apart(first, y.narrow(1, 0, 1).squeeze_dim(1)) < 1e-6);
    }
}

#[test]
fn dropout_acts_between_layers_in_training() {
    let apart = |layers: usize, device: &Device| {
        let config = RecurrentConfig {
            dropout: 0.5,
            ..lstms(layers)
        };
        let layer = config.init(UNITS, device);
        let run = || layer.forward(input(UNITS, device), None).0.inner();
        apart(run(), run())
    };
    let training = Device::flex().autodiff();
    assert!(apart(2, &training) > 0.0, "every pass has masks of its own");
    assert_eq!(apart(1, &training), 0.0, "there is nothing between layers");
}

#[test]
fn forget_gates_begin_open() {
    let biases = |init: Init| -> Vec<f32> {
        let mut config = LstmConfig::new(UNITS);
        config.init = init;
        let layer = RecurrentConfig::new(config).init(2, &Device::flex());
        let bias = &layer.layers()[0].forward.gates.input.bias;
        let bias = bias.as_ref().expect("a bias").val();
        bias.into_data().iter().collect()
    };
    // The blocks are i, f, g, o.
    let open: Vec<f32> = [[0.0; UNITS], [1.0; UNITS], [0.0; UNITS], [0.0; UNITS]].concat();
    assert_eq!(biases(Init::Rekindle), open);
    assert_eq!(biases(Init::Keras), open);
    let bound = 1.0 / (UNITS as f32).sqrt();
    assert!(biases(Init::Pytorch).iter().all(|b| b.abs() <= bound));
}
