//! Burn's own recurrent modules as layers, held to what they compute.

use burn::module::Module;
use burn::nn::activation::ActivationConfig;
use burn::nn::{
    BiGru, BiGruConfig, BiLstm, BiLstmConfig, BiRnn, BiRnnConfig, Gru, GruConfig, Lstm, LstmConfig,
    Rnn, RnnConfig,
};
use burn::tensor::{Device, Distribution, Tensor};
use rekindle::RecurrentConfig;
use rekindle_interop::burn_nn::{BurnModule, layer, module};
use rekindle_interop::{WeightError, formats, take};

/// Sums of at most a few dozen products in f32, in another order than Burn's.
const APART: f32 = 1e-5;

fn device() -> Device {
    let device = Device::flex();
    device.seed(16);
    device
}

/// Holds the layer of a module to it, the module that it goes back to, and the layer that takes the weights of its record.
fn held<M: BurnModule>(given: M, fresh: M, forward: impl Fn(&M, Tensor<3>) -> Tensor<3>) {
    let device = device();
    let apart = |ours: Tensor<3>, theirs: Tensor<3>| {
        assert_eq!(ours.dims(), theirs.dims());
        let apart = (ours - theirs).abs().max().into_scalar::<f32>();
        assert!(apart <= APART, "{apart}");
    };
    let ours = layer(&given, &device).expect("a layer computes the same");
    let x = Tensor::<3>::random([2, 5, ours.d_input()], Distribution::Default, &device);
    let theirs = forward(&given, x.clone());
    apart(ours.forward(x.clone(), None).0, theirs.clone());

    let back = module(&ours, fresh).expect("its own");
    apart(forward(&back, x.clone()), theirs.clone());

    let record = given.clone().into_record().into_bytes().expect("a record");
    let tensors = formats::read(&record[..]).expect("a record");
    let (d_input, config) = given.layer().expect("a layer computes the same");
    let (taken, _) = take(config.init(d_input, &device), &tensors, None).expect("its own");
    apart(taken.forward(x, None).0, theirs);
}

/// One module of a configuration, and another with other numbers.
macro_rules! two {
    ($config:expr) => {{
        let (config, device) = ($config, device());
        (config.init(&device), config.init(&device))
    }};
}

#[test]
fn modules_of_one_direction_are_layers() {
    let rnn = |module: &Rnn, x| module.forward(x, None).0;
    for bias in [true, false] {
        let (given, fresh) = two!(RnnConfig::new(3, 4, bias));
        held(given, fresh, rnn);
    }
    let relu = RnnConfig::new(3, 4, true).with_hidden_activation(ActivationConfig::Relu);
    let (given, fresh) = two!(relu);
    held(given, fresh, rnn);
    let lstm = |module: &Lstm, x| module.forward(x, None).0;
    for coupled in [false, true] {
        let (given, fresh) = two!(LstmConfig::new(3, 4, true).with_input_forget(coupled));
        held(given, fresh, lstm);
    }
    let gru = |module: &Gru, x| module.forward(x, None);
    for after in [true, false] {
        let (given, fresh) = two!(GruConfig::new(3, 4, true).with_reset_after(after));
        held(given, fresh, gru);
    }
}

#[test]
fn modules_of_both_directions_are_layers() {
    let (given, fresh) = two!(BiRnnConfig::new(3, 4, true));
    held(given, fresh, |module: &BiRnn, x| module.forward(x, None).0);
    let (given, fresh) = two!(BiLstmConfig::new(3, 4, false));
    held(given, fresh, |module: &BiLstm, x| module.forward(x, None).0);
    let (given, fresh) = two!(BiGruConfig::new(3, 4, true));
    held(given, fresh, |module: &BiGru, x| module.forward(x, None).0);
}

#[test]
fn what_no_layer_computes_is_refused() {
    let device = device();
    let refused = |error: WeightError| match error {
        WeightError::Module { name, why } => format!("{name} {why}"),
        other => panic!("{other}"),
    };
    let clipped = LstmConfig::new(3, 4, true)
        .with_clip(Some(2.0))
        .init(&device);
    let message = refused(clipped.layer().expect_err("a clip"));
    assert_eq!(message, "Lstm has clip = 2, which no cell here has");
    let reverse = RnnConfig::new(3, 4, true).with_reverse(true).init(&device);
    let message = refused(reverse.layer().expect_err("from the end"));
    assert!(message.starts_with("Rnn reads from the end"), "{message}");
    let relu = GruConfig::new(3, 4, true).with_gate_activation(ActivationConfig::Relu);
    let message = refused(relu.init(&device).layer().expect_err("another function"));
    assert!(
        message.starts_with("Gru has gate_activation = Relu"),
        "{message}"
    );

    let gru = GruConfig::new(3, 4, true);
    let after = layer(&gru.init(&device), &device).expect("a layer");
    let before = gru.with_reset_after(false).init(&device);
    let message = refused(module(&after, before).expect_err("another reset"));
    assert!(message.starts_with("Gru computes "), "{message}");
}

#[test]
fn records_are_held_to_what_they_declare() {
    let device = device();
    let record = LstmConfig::new(3, 4, true).init(&device).into_record();
    let record = record.into_bytes().expect("a record");
    let tensors = formats::read(&record[..]).expect("a record");
    assert_eq!(tensors.len(), 4 * 4);
    for end in [record.len() - 1, record.len() * 3 / 4, 300, 20, 9] {
        let message = formats::read(&record[..end])
            .expect_err("it is cut")
            .to_string();
        assert!(!message.contains('\n'), "{message}");
    }
    let odd = RecurrentConfig::new(rekindle::AnyCellConfig::named("gru", 4).expect("a cell"));
    assert!(take(odd.init(3, &device), &tensors, None).is_err());
}
