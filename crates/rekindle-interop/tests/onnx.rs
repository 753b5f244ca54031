//! Recurrent operators of ONNX, beside what onnxruntime and ONNX's own tests say. `golden/onnx` has the files and their scripts.

use std::collections::BTreeSet;

use burn::tensor::{Device, Tensor, TensorData};
use rekindle::{AnyCell, AnyCellConfig, Recurrent, RecurrentConfig, Sequence};
use rekindle_interop::formats::onnx::{Attribute, Graph, Model, Node, Setting, write};
use rekindle_interop::formats::{Bytes, Dtype, Tensors, onnx, read};
use rekindle_interop::onnx::{Operators, find, take};
use rekindle_interop::{tensor_data, weight_names};

/// Sums of a few dozen products in f32, in another order, and functions that are not rounded as ours are.
const APART: f32 = 1e-5;

/// The committed file, or that of the variable: `python nodes.py 500 FILE` makes one.
fn golden(name: &str, variable: &str) -> Vec<u8> {
    let path = format!("{}/tests/golden/onnx/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(std::env::var(variable).unwrap_or(path)).expect("a golden file")
}

/// A case: a model, its inputs and its outputs.
struct Case<'t> {
    name: &'t str,
    tensors: &'t Tensors<'t>,
}

/// What was compared, and how far apart it was.
type Apart = Vec<(String, f32)>;

/// Holds all that was compared to [`APART`], and says how far apart it was.
fn close(apart: &Apart) {
    let far: Apart = apart
        .iter()
        .filter(|(_, apart)| apart.is_nan() || *apart > APART)
        .cloned()
        .collect();
    assert!(far.is_empty(), "{far:#?}");
    let most = apart.iter().map(|(_, apart)| *apart).fold(0.0, f32::max);
    eprintln!("{} values, at most {most:.1e} apart", apart.len());
}

impl<'t> Case<'t> {
    fn all(tensors: &'t Tensors<'t>) -> Vec<Case<'t>> {
        let names = tensors
            .names()
            .map(|name| name.split('.').next().expect("a name"));
        let names: BTreeSet<&str> = names.collect();
        names
            .into_iter()
            .map(|name| Case { name, tensors })
            .collect()
    }

    fn get(&self, what: &str) -> Option<TensorData> {
        let entry = self.tensors.get(&format!("{}.{what}", self.name));
        entry.map(|entry| tensor_data(entry).expect("in memory"))
    }

    /// Adds to a list how far ours is from the case's.
    fn compare(&self, what: &str, ours: Tensor<3>, apart: &mut Apart) {
        let Some(theirs) = self.get(what) else {
            return;
        };
        let ours: Vec<f32> = ours.into_data().iter().collect();
        let theirs: Vec<f32> = theirs.iter().collect();
        assert_eq!(ours.len(), theirs.len(), "{} {what}", self.name);
        let each = ours.iter().zip(&theirs);
        let each = each.map(|(a, b)| (a - b).abs() / b.abs().max(1.0));
        // NaN is as far as can be.
        let most = each.fold(0.0, |most, apart| if apart <= most { most } else { apart });
        apart.push((format!("{} {what}", self.name), most));
    }

    /// Runs the layer of the case's model, and compares outputs and states; gives the kind of its cell.
    fn runs(&self, apart: &mut Apart) -> String {
        let model = self.tensors.get(&format!("{}.model", self.name));
        let model = model.expect("a model").bytes().expect("in memory");
        let model = onnx::read(&model).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let batch_first =
            model.graph.nodes[0].setting("layout") == Some(&onnx::Setting::Integer(1));
        let mut found = find(&model);
        assert_eq!(found.len(), 1);
        let found: Operators<'_> = found
            .remove(0)
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let device = Device::flex();
        let layer = found
            .load(&device)
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let (batch, time) = match batch_first {
            true => (0, 1),
            false => (1, 0),
        };
        // `[batch, time, features]`, and states as `[directions, batch, units]`.
        let turned = |data: TensorData| -> Tensor<3> {
            let tensor = Tensor::<3>::from_data(data, &device);
            tensor.swap_dims(0, batch)
        };
        let x = turned(self.get("x").expect("an input"));
        let x = match self.get("lengths") {
            None => Sequence::new(x),
            Some(lengths) => {
                let lengths = lengths.iter::<i64>().map(|n| n as usize).collect();
                Sequence::padded(x, lengths).expect("they fit")
            }
        };
        let x = if found.is_reversed() { x.reversed() } else { x };
        let states = layer.initial(x.data());
        let names = layer.state_names();
        let parts = states.clone().into_parts().into_iter().zip(&names);
        let parts = parts.map(|(own, (name, _))| {
            let mut words = name.split('.').skip(1);
            let side = usize::from(words.next() == Some("reverse"));
            let state = words.next().expect("a state");
            let Some(given) = self.get(&format!("initial_{state}")) else {
                return own;
            };
            let given = Tensor::<3>::from_data(given, &device).swap_dims(0, time);
            given.narrow(0, side, 1).squeeze_dim(0)
        });
        let states = states.with_parts(parts.collect());
        let (y, last) = layer.forward(x.clone(), Some(states));
        let y = match found.is_reversed() {
            true => x.with(y).reversed().into_data(),
            false => y,
        };
        let [rows, steps, width] = y.dims();
        let units = width / (1 + usize::from(layer.is_bidirectional()));
        let y: Tensor<4> = y.reshape([rows, steps, width / units, units]);
        let y: Tensor<4> = match batch_first {
            true => y,
            false => y.permute([1, 2, 0, 3]),
        };
        self.compare("y", y.reshape([1, 1, -1]), apart);
        for state in ["h", "c"] {
            let own = last.clone().into_parts().into_iter().zip(&names);
            let own = own.filter(|(_, (name, _))| name.ends_with(&format!(".{state}")));
            let own: Vec<Tensor<2>> = own.map(|(part, _)| part).collect();
            if !own.is_empty() {
                let own: Tensor<3> = Tensor::stack(own, 0);
                self.compare(&format!("y_{state}"), own.swap_dims(0, time), apart);
            }
        }
        serde_json::to_value(&found.config().cell).expect("plain data")["kind"]
            .as_str()
            .expect("a name")
            .to_owned()
    }
}

#[test]
fn random_operators_compute_what_onnxruntime_does() {
    let bytes = golden("nodes.safetensors", "REKINDLE_ONNX_NODES");
    let tensors = read(&bytes).expect("safetensors");
    let cases = Case::all(&tensors);
    assert!(cases.len() >= 60);
    let mut apart = Apart::new();
    let kinds: BTreeSet<String> = cases.iter().map(|case| case.runs(&mut apart)).collect();
    close(&apart);
    for kind in ["lstm", "gru", "elman", "custom"] {
        assert!(kinds.contains(kind), "{kind}: {kinds:?}");
    }
}

#[test]
fn the_standards_own_cases_pass() {
    let bytes = golden("standard.safetensors", "NONE");
    let tensors = read(&bytes).expect("safetensors");
    let cases = Case::all(&tensors);
    assert_eq!(cases.len(), 12);
    let mut apart = Apart::new();
    let kinds: BTreeSet<String> = cases.iter().map(|case| case.runs(&mut apart)).collect();
    close(&apart);
    let expected = ["elman", "gru", "lstm", "peephole_lstm"].map(str::to_owned);
    assert_eq!(kinds, BTreeSet::from(expected));
}

#[test]
fn weights_that_nodes_compute_and_operators_in_functions_are_taken() {
    let bytes = golden("computed.safetensors", "NONE");
    let tensors = read(&bytes).expect("safetensors");
    let cases = Case::all(&tensors);
    assert_eq!(cases.len(), 9);
    let mut apart = Apart::new();
    for case in &cases {
        case.runs(&mut apart);
    }
    close(&apart);
    let model = tensors.get("turned_GRU.model").expect("a case").bytes();
    let model = model.expect("in memory");
    let model = onnx::read(&model).expect("a model");
    let found = find(&model).remove(0).expect("a layer");
    assert_eq!(found.tensors(), ["w", "r", "b"]);
}

/// A function that calls another twice, thirty deep; and a slice of a slice of what is joined with itself.
#[test]
fn functions_and_computed_weights_take_no_more_than_the_file_warrants() {
    let field = |number: u8, content: &[u8]| {
        let length = u32::try_from(content.len()).expect("small");
        let sevens = [0, 7, 14, 21].map(|shift| (length >> shift) as u8 & 0x7f | 0x80);
        let last = (length >> 28) as u8;
        [&[number << 3 | 2][..], &sevens, &[last], content].concat()
    };
    let call = |name: &str| {
        let parts = [(4, name), (2, "y"), (7, "mine")];
        parts
            .map(|(number, text)| field(number, text.as_bytes()))
            .concat()
    };
    let mut model = vec![0x08, 7];
    model.extend(field(7, &field(1, &call("f0"))));
    for deep in 0..30 {
        let next = field(7, &call(&format!("f{}", deep + 1)));
        let function = [
            field(1, format!("f{deep}").as_bytes()),
            field(10, b"mine"),
            next.repeat(2),
        ];
        // The number 25 takes two bytes.
        let mut content = field(0, &function.concat());
        content.splice(..1, [0xca, 0x01]);
        model.extend(content);
    }
    let message = onnx::read(&model).expect_err("too often").to_string();
    assert!(message.contains("called so often"), "{message}");

    let mut model = stack();
    model.graph.nodes.truncate(1);
    model.graph.nodes[0].inputs[1] = "v40".into();
    for deep in 0..40 {
        let (from, to) = (format!("v{deep}"), format!("v{}", deep + 1));
        let axis = ("axis", Setting::Integer(1));
        let twice = node("Concat", &[&from, &from], &[&to], vec![axis]);
        model.graph.nodes.push(twice);
    }
    model.graph.constants.push(zeros("v0", &[2, 6, 3]));
    let message = refused(gru(1, true), &model, None);
    assert!(message.contains("takes W from `v40`"), "{message}");
}

fn zeros(name: &str, shape: &[usize]) -> onnx::Tensor<'static> {
    let bytes = vec![0; 4 * shape.iter().product::<usize>()];
    onnx::Tensor::new(name, Dtype::F32, shape, bytes)
}

fn node(
    op: &str,
    inputs: &[&str],
    outputs: &[&str],
    attributes: Vec<(&str, Setting<'static>)>,
) -> Node<'static> {
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let attributes = attributes.into_iter().map(|(name, setting)| Attribute {
        name: name.to_owned(),
        setting,
    });
    Node {
        op: op.to_owned(),
        inputs: named(inputs),
        outputs: named(outputs),
        attributes: attributes.collect(),
        ..Node::default()
    }
}

/// A model of two GRUs as PyTorch writes them, 3 to 2 in both directions.
fn stack() -> Model<'static> {
    let both = || ("direction", Setting::Text("bidirectional".into()));
    let after = || ("linear_before_reset", Setting::Integer(1));
    let gru =
        |x: &str, w: &str, y: &str| node("GRU", &[x, w, "R", "B"], &[y, ""], vec![both(), after()]);
    let turned = ("perm", Setting::Integers(vec![0, 2, 1, 3]));
    let graph = Graph {
        nodes: vec![
            gru("x", "W0", "y0"),
            node("Transpose", &["y0"], &["t0"], vec![turned]),
            node("Reshape", &["t0", "shape"], &["x1"], vec![]),
            gru("x1", "W1", "y1"),
        ],
        constants: vec![
            zeros("W0", &[2, 6, 3]),
            zeros("W1", &[2, 6, 4]),
            zeros("R", &[2, 6, 2]),
            zeros("B", &[2, 12]),
        ],
        ..Graph::default()
    };
    Model {
        opset: 14,
        graph,
        ..Model::default()
    }
}

fn gru(layers: usize, bidirectional: bool) -> Recurrent<AnyCell> {
    let cell = AnyCellConfig::named("gru", 2).expect("a cell of the zoo");
    let config = RecurrentConfig::new(cell).with_layers(layers);
    config
        .with_bidirectional(bidirectional)
        .init(3, &Device::flex())
}

#[test]
fn operators_that_read_one_another_are_a_stack() {
    let model = stack();
    let found = find(&model);
    let found: Vec<String> = found
        .into_iter()
        .map(|found| found.expect("a layer").to_string())
        .collect();
    assert_eq!(found, ["y0, y1: GRU, 3 to 2, 2 layers, both directions"]);
    let (layer, taken) = take(gru(2, true), &model, None).expect("it fits");
    assert_eq!(weight_names(&layer).len(), 16);
    assert_eq!(taken.names, ["W0", "R", "B", "W1", "R", "B"]);
    let (_, taken) = take(gru(1, true), &model, Some("y0")).expect("the lower alone");
    assert_eq!((taken.names.len(), taken.left), (3, vec!["W1".to_owned()]));
}

fn refused(layer: Recurrent<AnyCell>, model: &Model<'_>, name: Option<&str>) -> String {
    take(layer, model, name)
        .expect_err("it does not fit")
        .to_string()
}

/// The stack's lower operator alone, changed.
fn changed(change: impl Fn(&mut Graph<'static>)) -> String {
    let mut model = stack();
    model.graph.nodes.truncate(1);
    change(&mut model.graph);
    refused(gru(1, true), &model, None)
}

#[test]
fn what_does_not_fit_is_refused_by_the_nodes_name() {
    let model = stack();
    assert_eq!(
        refused(gru(1, false), &model, Some("y0")),
        "node `y0` is layers = 1, bidirectional = true, but the layer layers = 1, bidirectional = false"
    );
    assert_eq!(
        refused(gru(1, true), &model, Some("z")),
        "the model has no operator RNN, GRU or LSTM named `z`"
    );
    let before = changed(|graph| {
        graph.nodes[0].attributes.pop();
    });
    assert!(
        before.starts_with("node `y0` is of other equations than the layer's cell; write cell = {")
            && before.contains("reset = \"before\"")
            && before.contains("kind = \"gru\""),
        "{before}"
    );
    let set = |name: &'static str, setting: Setting<'static>| {
        changed(move |graph| {
            let attribute = Attribute {
                name: name.into(),
                setting: setting.clone(),
            };
            graph.nodes[0].attributes.push(attribute);
        })
    };
    let names = Setting::Texts(
        ["Sigmoid", "Swish", "Sigmoid", "Tanh"]
            .map(str::to_owned)
            .into(),
    );
    assert_eq!(
        set("activations", names),
        "node `y0` has the activation Swish, which is none of Tanh, Sigmoid, Relu, Softsign, Softplus, LeakyRelu, ThresholdedRelu, \
         Elu, HardSigmoid, Affine, ScaledTanh"
    );
    assert_eq!(
        set("clip", Setting::Number(-1.0)),
        "node `y0` has clip = Number(-1.0), but must have a number above 0"
    );
    assert_eq!(
        set("hidden_size", Setting::Integer(3)),
        "node `y0` has hidden_size = 3, but W for 2"
    );
    assert_eq!(
        changed(|graph| graph.constants[2] = zeros("R", &[2, 6, 3])),
        "node `y0` has R of [2, 6, 3], but W asks for [2, 6, 2]"
    );
    assert_eq!(
        changed(|graph| graph.nodes[0].inputs[1] = "x".into()),
        "node `y0` takes W from `x`, which other nodes compute of more than constants, or not by moving them: export the model with constants folded"
    );
    let own = changed(|graph| {
        graph.nodes[0].inputs.extend(["".into(), "h0".into()]);
        let mut states = zeros("h0", &[2, 3, 2]);
        states.data = onnx::Data::Raw((0..48).collect::<Vec<u8>>().into());
        graph.constants.push(states);
    });
    assert!(
        own.contains("has initial_h with a state of its own for each of 3 rows"),
        "{own}"
    );
}

#[test]
fn tensors_of_other_files_are_read_from_the_models_folder_only() {
    let mut model = stack();
    let place = |file: &str, offset: usize| {
        onnx::Data::External(onnx::External {
            file: file.into(),
            offset,
            length: Some(2 * 12 * 4),
        })
    };
    model.graph.constants[3].data = place("weights/b.bin", 8);
    let bytes = write(&model).expect("in memory");
    let content = vec![0; 8 + 96];
    let mut read = onnx::read(&bytes).expect("a model");
    assert_eq!(read.files(), ["weights/b.bin"]);
    let error = refused(gru(2, true), &read, None);
    assert!(
        error.contains("lies in another file, weights/b.bin"),
        "{error}"
    );
    let short = read
        .attach("weights/b.bin", &content[1..])
        .expect_err("it is short");
    assert!(
        short
            .to_string()
            .contains("ends beyond the 103 bytes of weights/b.bin"),
        "{short}"
    );
    for content in [Bytes::from(&content), Bytes::from(content.clone())] {
        let mut read = read.clone();
        read.attach("weights/b.bin", content).expect("it is there");
        take(gru(2, true), &read, None).expect("it fits");
    }
    for outside in ["../b.bin", "/etc/passwd", "a/../../b", "c:b", "a\\b", ""] {
        model.graph.constants[3].data = place(outside, 0);
        let bytes = write(&model).expect("in memory");
        let error = onnx::read(&bytes).expect_err(outside).to_string();
        assert!(
            error.contains("no file of the model's own folder"),
            "{error}"
        );
    }
}

#[test]
fn a_model_is_written_as_it_was_read() {
    let bytes = golden("nodes.safetensors", "NONE");
    let tensors = read(&bytes).expect("safetensors");
    for case in Case::all(&tensors) {
        let model = tensors.get(&format!("{}.model", case.name));
        let model = model.expect("a model").bytes().expect("in memory");
        let model = onnx::read(&model).expect("a model");
        let written = write(&model).expect("in memory");
        assert_eq!(
            onnx::read(&written).expect("a model"),
            model,
            "{}",
            case.name
        );
        assert!(!read(&written).expect("its tensors").is_empty());
        // Bytes that nobody else has are read in places, as those of a file are.
        assert_eq!(onnx::read(written).expect("a model"), model);
    }
}

/// Graphs within one another, more parts than any model has, lengths of what is not there.
#[test]
fn what_grows_without_an_end_is_refused() {
    let mut deep = Graph::default();
    for _ in 0..40 {
        let inner = ("body", Setting::Graph(deep));
        let nodes = vec![node("Loop", &[], &[], vec![inner])];
        deep = Graph {
            nodes,
            ..Graph::default()
        };
    }
    let model = Model {
        graph: deep,
        ..Model::default()
    };
    let deep = write(&model).expect("in memory");
    let mut many = vec![0x08, 7, 0x3a, 0x80, 0x80, 0x80, 0x01];
    many.extend([0x0a, 0].repeat(1 << 20));
    for (bytes, why) in [
        (&deep[..], "more than 32 deep"),
        (&many, "more than 1048576 parts"),
    ] {
        let message = onnx::read(bytes).expect_err(why).to_string();
        assert!(message.contains(why), "{message}");
    }
}
