//! Weights by PyTorch's names and by a module's own paths.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{DType, Device, Distribution, Tensor, TensorData};
use rekindle::{
    AnyCell, AnyCellConfig, CellConfig, GateSizes, Gates, LstmConfig, Recurrent, RecurrentConfig,
};
use rekindle_interop::{
    WeightError, export, gradients, import, is_trained, load_named, named_tensors, weight_names,
};
use std::collections::BTreeMap;

type Weights = BTreeMap<String, TensorData>;

fn lstm() -> RecurrentConfig {
    let cell = LstmConfig {
        d_projection: Some(2),
        ..LstmConfig::new(4)
    };
    RecurrentConfig {
        layers: 2,
        bidirectional: true,
        learned_initial: true,
        projection: Some(5),
        ..RecurrentConfig::new(AnyCellConfig::Lstm(cell))
    }
}

fn weights<C: rekindle::Cell>(layer: &Recurrent<C>) -> Weights {
    export(layer).into_iter().collect()
}

#[test]
fn names_and_shapes_are_pytorchs() {
    let names = weight_names(&lstm().init(3, &Device::flex()));
    let shape = |name: &str| {
        let weight = names.iter().find(|w| w.name == name);
        weight.unwrap_or_else(|| panic!("{name}")).shape.clone()
    };
    assert_eq!(names.len(), 2 * (2 * 7 + 1));
    assert_eq!(shape("weight_ih_l0"), [16, 3]);
    assert_eq!(shape("weight_ih_l1_reverse"), [16, 5]);
    assert_eq!(shape("weight_hh_l0_reverse"), [16, 2]);
    assert_eq!(shape("weight_hr_l1"), [2, 4]);
    assert_eq!(shape("bias_ih_l0"), [16]);
    assert_eq!(shape("bias_hh_l1_reverse"), [16]);
    assert_eq!(shape("weight_proj_l1"), [5, 4]);
    assert_eq!(shape("initial_h_l0"), [2]);
    assert_eq!(shape("initial_c_l1_reverse"), [4]);
}

#[test]
fn a_matrix_is_turned_on_its_way_out() {
    let layer: Recurrent<AnyCell> = lstm().init(3, &Device::flex());
    let own: Weights = named_tensors(&layer).into_iter().collect();
    let ours: Vec<f32> = own["layers.0.forward.gates.input.weight"].iter().collect();
    let theirs: Vec<f32> = weights(&layer)["weight_ih_l0"].iter().collect();
    assert_eq!(ours[1], theirs[3], "[d_input, 16] becomes [16, d_input]");
    assert_eq!(ours[16], theirs[1]);
}

#[test]
fn both_ways_round_keep_every_bit() {
    let device = Device::flex();
    let [a, b, c]: [Recurrent<AnyCell>; 3] = std::array::from_fn(|_| lstm().init(3, &device));
    let b = import(b, &weights(&a)).expect("the same layer");
    assert_eq!(named_tensors(&a), named_tensors(&b));
    let c = load_named(c, &named_tensors(&a).into_iter().collect()).expect("the same layer");
    assert_eq!(named_tensors(&a), named_tensors(&c));
}

#[test]
fn each_direction_has_the_names_of_its_own_cell() {
    let named = |kind| AnyCellConfig::named(kind, 4).expect("a cell of the zoo");
    let config = RecurrentConfig {
        bidirectional: true,
        learned_initial: true,
        reverse_cell: Some(named("esn")),
        ..RecurrentConfig::new(named("indrnn"))
    };
    let device = Device::flex();
    let [a, b]: [Recurrent<AnyCell>; 2] = std::array::from_fn(|_| config.init(3, &device));
    let names = weight_names(&a).into_iter().map(|weight| weight.name);
    let names: Vec<String> = names.collect();
    let expected = [
        "weight_ih_l0",
        "bias_ih_l0",
        "vector_u_l0",
        "weight_ih_l0_reverse",
        "weight_hh_l0_reverse",
        "initial_h_l0",
        "initial_h_l0_reverse",
    ];
    assert_eq!(names, expected);
    // The parameters of the reservoir alone are fixed.
    let trained: Vec<bool> = names.iter().map(|name| is_trained(&a, name)).collect();
    let expected = [true, true, true, false, false, true, true];
    assert_eq!(trained, expected);

    let b = import(b, &weights(&a)).expect("the same layer");
    assert_eq!(named_tensors(&a), named_tensors(&b));
    let other = RecurrentConfig {
        reverse_cell: None,
        ..config
    };
    let error = import(other.init(3, &device), &weights(&a)).expect_err("another layer");
    let expected = "weight_hh_l0_reverse";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn parameters_take_the_type_of_the_weights() {
    let layer: Recurrent<AnyCell> = lstm().init(3, &Device::flex());
    let double = weights(&layer).into_iter();
    let double: Weights = double
        .map(|(name, data)| (name, data.convert_dtype(DType::F64)))
        .collect();
    let layer = import(layer, &double).expect("the same layer");
    let x = Tensor::ones([2, 3, 3], (&Device::flex(), DType::F64));
    assert_eq!(layer.forward(x, None).0.dtype(), DType::F64);
    assert_eq!(weights(&layer), double);
}

#[test]
fn gradients_have_the_names_and_shapes_of_the_weights() {
    let device = Device::flex().autodiff();
    let fresh: Recurrent<AnyCell> = lstm().init(3, &device);
    let copy = weights(&fresh);
    // Loading twice must leave leaves that are tracked.
    let layer = import(import(fresh, &copy).expect("its own"), &copy).expect("its own");
    let x = Tensor::random([2, 3, 3], Distribution::Default, &device);
    let found = gradients(&layer, &layer.forward(x, None).0.sum().backward());
    let shapes = weight_names(&layer).into_iter().map(|w| (w.name, w.shape));
    let found = found.into_iter().map(|(n, d)| (n, d.shape().to_vec()));
    assert_eq!(shapes.collect::<Vec<_>>(), found.collect::<Vec<_>>());
}

#[test]
fn a_layer_loaded_for_inference_can_still_be_trained() {
    let device = Device::flex().autodiff();
    let layer: Recurrent<AnyCell> = lstm().init(3, &device);
    let copy = weights(&layer);
    let layer = import(layer.valid(), &copy).expect("its own").train();
    let x = Tensor::ones([1, 2, 3], &device);
    let found = gradients(&layer, &layer.forward(x, None).0.sum().backward());
    assert_eq!(found.len(), copy.len());
}

#[test]
fn learned_vectors_are_named_by_the_equations() {
    rekindle::cell! { struct Scaled: 1 }
    fn scaled(k: &rekindle::engine::Step) -> rekindle::engine::Next {
        let h = k.state("h");
        k.next(k.affine("a", h) + k.vector("decay") * h)
    }
    #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct ScaledConfig;
    impl CellConfig for ScaledConfig {
        type Cell = Scaled;
        fn new(_: usize) -> Self {
            ScaledConfig
        }
        fn validate(&self) -> Result<(), rekindle::Invalid> {
            Ok(())
        }
        fn d_output(&self) -> usize {
            4
        }
        fn program(&self) -> Option<rekindle::engine::Program> {
            Some(rekindle::engine::Program::new(scaled))
        }
        fn init(&self, d_input: usize, device: &Device) -> Scaled {
            let gates = Gates::new(scaled, GateSizes::new(d_input, 4), device);
            Scaled { gates }
        }
    }
    let layer = RecurrentConfig::new(ScaledConfig).init(3, &Device::flex());
    let names = weight_names(&layer);
    assert!(
        names.iter().any(|w| w.name == "vector_decay_l0"),
        "{names:?}"
    );
}

#[test]
fn a_part_of_a_larger_model_is_named_by_its_path() {
    #[derive(Module, Debug)]
    struct Model {
        body: Recurrent<AnyCell>,
        head: Linear,
    }
    let device = Device::flex();
    let model = Model {
        body: lstm().init(3, &device),
        head: LinearConfig::new(5, 2).init(&device),
    };
    let tensors: Weights = named_tensors(&model).into_iter().collect();
    assert!(tensors.contains_key("body.layers.1.reverse.gates.hidden.bias"));
    assert_eq!(tensors["head.weight"].shape().to_vec(), [5, 2]);
    let model = load_named(model, &tensors).expect("its own");
    assert_eq!(named_tensors(&model).len(), tensors.len());
}

fn refused(change: impl Fn(&mut Weights)) -> (WeightError, String) {
    let layer: Recurrent<AnyCell> = lstm().init(3, &Device::flex());
    let mut weights = weights(&layer);
    change(&mut weights);
    let error = import(layer, &weights).expect_err("the weights do not fit");
    let message = error.to_string();
    assert!(!message.contains('\n'), "{message}");
    (error, message)
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let (_, message) = refused(|w| drop(w.remove("bias_hh_l1")));
    assert_eq!(message, "tensor `bias_hh_l1`, [16], is missing");

    let (_, message) = refused(|w| {
        let data = w["bias_hh_l1"].clone();
        w.insert("bias_hh_l2".into(), data);
    });
    assert!(message.starts_with("tensor `bias_hh_l2` is not one of this module's, which are"));
    assert!(message.contains("bias_hh_l1"), "{message}");

    let (_, message) = refused(|w| {
        w.insert("weight_ih_l0".into(), TensorData::zeros::<f32, _>([3, 16]));
    });
    assert_eq!(
        message,
        "tensor `weight_ih_l0` is [3, 16], but the module takes [16, 3]"
    );

    let (_, message) = refused(|w| {
        w.insert("bias_ih_l0".into(), TensorData::zeros::<i64, _>([16]));
    });
    assert_eq!(
        message,
        "tensor `bias_ih_l0` is i64, but must be f32 or f64"
    );

    let (error, _) = refused(|w| {
        w.insert("bias_ih_l0".into(), TensorData::zeros::<f64, _>([16]));
    });
    assert!(matches!(error, WeightError::Mixed { .. }), "{error}");

    let (_, message) = refused(|w| {
        let mut numbers = vec![0f32; 16];
        numbers[5] = f32::NAN;
        w.insert("bias_ih_l0".into(), TensorData::new(numbers, [16]));
    });
    assert_eq!(message, "tensor `bias_ih_l0` holds NaN at element 5");
}
