//! Layers of PyTorch's, found in a file and run. `golden/torch_files.py` makes the file.

use burn::tensor::{Device, Tensor, TensorData};
use rekindle::{Activation, AnyCell, AnyCellConfig, Recurrent, RecurrentConfig};
use rekindle_interop::formats::{Entry, Tensors, read};
use rekindle_interop::{Found, Kind, WeightError, export, find, take, tensor, tensor_data};

/// Sums of at most a few dozen products in f32, in another order than PyTorch's.
const APART: f32 = 1e-5;

fn golden() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/layers.pt");
    std::fs::read(path).expect("the golden file")
}

fn numbers(data: TensorData) -> Vec<f32> {
    data.iter::<f32>().collect()
}

fn close(name: &str, ours: Vec<f32>, theirs: Vec<f32>) {
    assert_eq!(ours.len(), theirs.len(), "{name}");
    let apart = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs());
    let apart = apart.fold(0.0, f32::max);
    assert!(apart <= APART, "{name}: {apart}");
}

/// The layer of a module, with the rectifier where the file says so.
fn layer(found: &Found, tensors: &Tensors<'_>) -> Recurrent<AnyCell> {
    let mut found = found.clone();
    if found.kind == Kind::Rnn {
        let said = found.to_string();
        assert!(
            said.ends_with("taken for one of tanh (its weights do not say whether it is relu)")
        );
    }
    if found.prefix.contains("relu") {
        found.activation = Some(Activation::Relu);
        assert!(found.to_string().ends_with(", Relu"));
    }
    found.load(tensors, &Device::flex()).expect("its own")
}

#[test]
fn layers_of_all_kinds_give_pytorchs_outputs_and_go_out_as_they_came() {
    let bytes = golden();
    let tensors = read(&bytes).expect("a checkpoint");
    let all = find(&tensors);
    assert_eq!(all.len(), 43);
    let count = |is: fn(&Found) -> bool| all.iter().filter(|found| is(found)).count();
    assert!(
        count(|f| f.bidirectional) > 5 && count(|f| !f.bias) > 3 && count(|f| f.layers > 1) > 5
    );
    assert!(count(|f| f.d_projection.is_some()) > 1 && count(|f| f.kind == Kind::Gru) > 5);
    for found in &all {
        let layer = layer(found, &tensors);
        let case = found.prefix.trim_end_matches("module.");
        let golden = |name: &str| {
            let entry = tensors.get(&format!("{case}{name}")).expect(name);
            tensor_data(entry).expect(name)
        };
        let x = Tensor::<3>::from_data(golden("x"), &Device::flex());
        let (y, last) = layer.forward(x, None);
        close(
            &format!("{case}y"),
            numbers(y.into_data()),
            numbers(golden("y")),
        );
        // PyTorch's `h_n` and `c_n` hold the state of each layer and direction, in this order.
        let parts = layer.state_names().into_iter().zip(last.into_parts());
        let parts: Vec<_> = parts.collect();
        for state in &["h", "c"][..1 + usize::from(found.kind == Kind::Lstm)] {
            let of = |name: &str| name.rsplit('.').next() == Some(*state);
            let own = parts.iter().filter(|((name, _), _)| of(name));
            let own = own
                .flat_map(|(_, part)| numbers(part.clone().into_data()))
                .collect();
            close(&format!("{case}{state}"), own, numbers(golden(state)));
        }
        let out: Vec<(String, TensorData)> = export(&layer);
        let stored = tensors
            .names()
            .filter(|name| name.starts_with(&found.prefix));
        assert_eq!(out.len(), stored.count(), "{case}");
        for (name, data) in out {
            let entry = tensors.get(&format!("{}{name}", found.prefix));
            let entry = entry
                .or_else(|| tensors.get(&format!("{}{}", found.prefix, name.strip_suffix("_l0")?)));
            assert_eq!(
                tensor_data(entry.expect("its name")).expect(case),
                data,
                "{case}{name}"
            );
        }
    }
}

/// A file of zeros of these names and shapes.
fn file(names: &[(&str, &[usize])]) -> Tensors<'static> {
    use rekindle_interop::formats::Dtype;
    let mut tensors = Tensors::default();
    for (name, shape) in names {
        let dtype = if name.ends_with("16") {
            Dtype::I16
        } else {
            Dtype::F16
        };
        let bytes = vec![0; shape.iter().product::<usize>() * dtype.size()];
        let entry = Entry::new(dtype, shape.to_vec(), bytes).expect("its size");
        tensors
            .add((*name).to_owned(), entry)
            .expect("its own name");
    }
    tensors
}

fn gru() -> Recurrent<AnyCell> {
    let cell = AnyCellConfig::named("gru", 2).expect("a cell of the zoo");
    RecurrentConfig::new(cell).init(3, &Device::flex())
}

fn weights(names: [&str; 4]) -> Vec<(&str, &'static [usize])> {
    let shapes: [&[usize]; 4] = [&[6, 3], &[6], &[6, 2], &[6]];
    names.into_iter().zip(shapes).collect()
}

#[test]
fn the_one_place_where_all_fits_is_found_and_said() {
    let mut names = weights([
        "enc.rnn.weight_ih_l0",
        "enc.rnn.bias_ih_l0",
        "enc.rnn.weight_hh_l0",
        "enc.rnn.bias_hh_l0",
    ]);
    names.extend([
        ("enc.head.weight", &[5, 2][..]),
        ("dec.weight_ih_l0", &[9, 3]),
    ]);
    let (_, taken) = take(gru(), &file(&names), None).expect("it fits");
    assert_eq!(taken.prefix, "enc.rnn.");
    assert_eq!(taken.names.len(), 4);
    assert_eq!(taken.left, ["dec.weight_ih_l0", "enc.head.weight"]);
    let found = find(&file(&names));
    let found: Vec<String> = found.iter().map(Found::to_string).collect();
    assert_eq!(found, ["enc.rnn: nn.GRU, 3 to 2, 1 layer"]);

    names.extend(weights([
        "b.weight_ih",
        "b.bias_ih",
        "b.weight_hh",
        "b.bias_hh",
    ]));
    let error = take(gru(), &file(&names), None).expect_err("two places");
    let prefixes = vec!["b.".to_owned(), "enc.rnn.".to_owned()];
    assert_eq!(error, WeightError::Ambiguous { prefixes });
    for prefix in ["b", "b.", "enc.rnn"] {
        assert!(take(gru(), &file(&names), Some(prefix)).is_ok(), "{prefix}");
    }
}

#[test]
fn all_that_is_wrong_is_said_by_name_and_shape() {
    let names = [
        ("a.weight_ih_l0", &[3, 6][..]),
        ("a.bias_hh_l0", &[6]),
        ("a.weight_hh_l0", &[6, 2]),
        ("a.weight_ih_l1", &[6, 2]),
        ("a.extra16", &[1]),
    ];
    let message = take(gru(), &file(&names), None)
        .expect_err("faults")
        .to_string();
    let lines: Vec<&str> = message.lines().collect();
    let known = "a.weight_ih_l0, a.bias_ih_l0, a.weight_hh_l0, a.bias_hh_l0";
    assert_eq!(
        lines,
        [
            &format!(
                "tensors `a.extra16`, `a.weight_ih_l1` are not of this module's, which are {known}"
            ),
            "tensor `a.weight_ih_l0` is [3, 6], but the module takes [6, 3]",
            "tensor `a.bias_ih_l0`, [6], is missing",
        ]
    );
    let integers = weights(["weight_ih_l0", "bias_ih_l0", "weight_hh_l0", "bias_hh_l0"]);
    let mut tensors = file(&integers[..3]);
    for (_, entry) in file(&[("bias16", &[6])]) {
        tensors
            .add("bias_hh_l0".into(), entry)
            .expect("its own name");
    }
    let error = take(gru(), &tensors, None).expect_err("integers");
    let expected = "tensor `bias_hh_l0` is i16, but must be f32 or f64";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn what_stands_beside_a_layer_is_taken_by_its_name() {
    let tensors = file(&[("head.weight", &[4, 2])]);
    let device = Device::flex();
    let found = tensor::<2>(&tensors, "head.weight", &device).expect("it is there");
    assert_eq!(found.dims(), [4, 2]);
    let said = |error: WeightError| error.to_string();
    let error = tensor::<1>(&tensors, "head.bias", &device).map_err(said);
    assert_eq!(
        error.err().as_deref(),
        Some("the file has no tensor `head.bias`")
    );
    let error = tensor::<1>(&tensors, "head.weight", &device).map_err(said);
    let words = "tensor `head.weight` is [4, 2], but must be of rank 1";
    assert_eq!(error.err().as_deref(), Some(words));
}
