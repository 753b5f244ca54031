//! Layers as models of ONNX. `golden/onnx/cells.py` runs what `REKINDLE_ONNX_MODELS=DIRECTORY` has this test write, in onnxruntime.

use std::collections::BTreeSet;
use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use rekindle::{
    AnyCell, AnyCellConfig, CellConfig, Merge, Recurrent, RecurrentConfig, Sequence,
    engine::Direction,
};
use rekindle_interop::formats::onnx::{Graph, Model, Setting, read, write};
use rekindle_interop::formats::safetensors;
use rekindle_interop::onnx::{Options, export, find, take};
use rekindle_interop::{entry, import, weight_names};

/// Knuth's linear congruential generator.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    /// From -1 to 1, in steps of 1/128, so that every machine has the same.
    fn number(&mut self) -> f32 {
        (self.below(257) as f32 - 128.0) / 128.0
    }

    fn tensor(&mut self, shape: &[usize]) -> TensorData {
        let numbers: Vec<f32> = (0..shape.iter().product()).map(|_| self.number()).collect();
        TensorData::new(numbers, shape.to_vec())
    }
}

/// A layer whose weights are its own and a little more, so that no bias is zero.
fn layer(config: &RecurrentConfig, d_input: usize, draw: &mut Draw) -> Recurrent<AnyCell> {
    let layer = config.init(d_input, &Device::flex());
    let weights = rekindle_interop::export(&layer)
        .into_iter()
        .map(|(name, data)| {
            let shape = data.shape().to_vec();
            let numbers = data.iter::<f32>().map(|n| n + draw.number() / 8.0);
            (name, TensorData::new(numbers.collect::<Vec<f32>>(), shape))
        });
    import(layer, &weights.collect()).expect("its own")
}

/// A layer with these weights: closed forms, the same on every machine.
fn drawn(config: &RecurrentConfig, d_input: usize, draw: &mut Draw) -> Recurrent<AnyCell> {
    let layer = config.init(d_input, &Device::flex());
    let weights = weight_names(&layer)
        .into_iter()
        .map(|weight| (weight.name, draw.tensor(&weight.shape)));
    let weights = weights.collect();
    import(layer, &weights).expect("its own")
}

/// Each value of a graph is made before it is read, and once.
fn sound(graph: &Graph<'_>, outer: &BTreeSet<String>) {
    let mut known = outer.clone();
    let own = graph
        .inputs
        .iter()
        .map(|port| &port.name)
        .chain(graph.constants.iter().map(|tensor| &tensor.name));
    for name in own {
        assert!(known.insert(name.clone()), "{name} is made twice");
    }
    for node in &graph.nodes {
        for name in node.inputs.iter().filter(|name| !name.is_empty()) {
            assert!(known.contains(name), "{} reads {name}", node.name);
        }
        for attribute in &node.attributes {
            if let Setting::Graph(inner) = &attribute.setting {
                sound(inner, &known);
            }
        }
        for name in node.outputs.iter().filter(|name| !name.is_empty()) {
            assert!(known.insert(name.clone()), "{name} is made twice");
        }
    }
    for port in &graph.outputs {
        assert!(known.contains(&port.name), "{} is not made", port.name);
    }
}

/// The operators of a model that read over time.
fn operators<'m>(model: &'m Model<'_>) -> Vec<&'m str> {
    let nodes = model.graph.nodes.iter();
    let ops = nodes.map(|node| node.op.as_str());
    ops.filter(|op| matches!(*op, "RNN" | "GRU" | "LSTM" | "Scan"))
        .collect()
}

/// A configuration of a form of a cell, with what fits it of further keys.
fn config(form: AnyCellConfig, draw: &mut Draw) -> (RecurrentConfig, usize) {
    let d_input = match draw.below(3) {
        0 => form.d_output(),
        _ => 1 + draw.below(6),
    };
    let merges = [
        Merge::Concat,
        Merge::Concat,
        Merge::Sum,
        Merge::Mean,
        Merge::Product,
    ];
    let plain = RecurrentConfig::new(form);
    let mut config = plain.clone();
    config.layers = 1 + draw.below(2);
    config.bidirectional = draw.below(2) == 0;
    config.merge = merges[draw.below(merges.len())];
    config.residual = draw.below(4) == 0;
    config.learned_initial = draw.below(4) == 0;
    config.projection = (draw.below(5) == 0).then(|| 1 + draw.below(5));
    config.independent = draw.below(8) == 0;
    config.multiplicative = draw.below(8) == 0;
    config.recurrent_rank = (draw.below(8) == 0).then_some(2);
    config.zoneout = [0.0, 0.0, 0.0, 0.3][draw.below(4)];
    match config.fits(d_input) {
        Ok(()) => (config, d_input),
        Err(_) => {
            let width = if plain.fits(d_input).is_ok() {
                d_input
            } else {
                plain.d_output()
            };
            (plain, width)
        }
    }
}

/// Writes a model with an input and what the layer makes of it.
fn kept(
    folder: &Path,
    name: &str,
    layer: &Recurrent<AnyCell>,
    options: &Options,
    model: &Model<'_>,
    draw: &mut Draw,
) {
    let device = Device::flex();
    let (batch, time) = (1 + draw.below(3), 1 + draw.below(6));
    let x = draw.tensor(&[batch, time, layer.d_input()]);
    let lengths: Vec<usize> = (0..batch).map(|_| 1 + draw.below(time)).collect();
    let mut named = vec![("x".to_owned(), x.clone())];
    let x = Tensor::<3>::from_data(x, &device);
    let sequence = match options.lengths {
        true => {
            let narrow: Vec<i32> = lengths.iter().map(|&n| n as i32).collect();
            named.push(("lengths".into(), TensorData::new(narrow, [batch])));
            Sequence::padded(x, lengths).expect("they fit")
        }
        false => Sequence::new(x),
    };
    let mut states = layer.initial(sequence.data());
    if options.states {
        let parts = layer.state_names().into_iter().map(|(name, width)| {
            let data = draw.tensor(&[batch, width]);
            named.push((format!("state.{name}"), data.clone()));
            Tensor::from_data(data, &device)
        });
        states = states.with_parts(parts.collect());
    }
    let (y, last) = layer.forward(sequence, Some(states));
    named.push(("y".into(), y.into_data()));
    if options.states {
        let names = layer.state_names().into_iter();
        named.extend(
            names
                .zip(last.into_parts())
                .map(|((name, _), part)| (format!("next.{name}"), part.into_data())),
        );
    }
    let entries: Vec<_> = named
        .iter()
        .map(|(name, data)| (name.as_str(), entry(data).expect("a type of files")))
        .collect();
    let tensors = safetensors::write(&entries, &[]).expect("written");
    std::fs::write(folder.join(format!("{name}.safetensors")), tensors).expect("written");
    std::fs::write(
        folder.join(format!("{name}.onnx")),
        write(model).expect("in memory"),
    )
    .expect("written");
}

#[test]
fn every_cell_of_equations_becomes_a_model() {
    let folder = std::env::var("REKINDLE_ONNX_MODELS").ok();
    let rounds = if folder.is_some() { 6 } else { 1 };
    let (mut written, mut scans) = (BTreeSet::new(), 0);
    let mut draw = Draw(16);
    for round in 0..rounds {
        for (place, form) in AnyCellConfig::forms(4).into_iter().enumerate() {
            let kind = form.card().name;
            let equations = form.program().is_some();
            let (config, d_input) = config(form, &mut draw);
            let layer = layer(&config, d_input, &mut draw);
            let options = Options {
                opset: [14, 18, 28][draw.below(3)],
                lengths: draw.below(2) == 0,
                states: draw.below(2) == 0,
            };
            let model = match export(&layer, &options) {
                Ok(model) => model,
                Err(error) => {
                    let message = error.to_string();
                    assert!(
                        !equations && message.contains("is no set of equations"),
                        "{kind}: {message}"
                    );
                    continue;
                }
            };
            sound(&model.graph, &BTreeSet::new());
            assert_eq!(
                read(write(&model).expect("in memory")).expect("a model"),
                model,
                "{kind}"
            );
            scans += operators(&model).iter().filter(|op| **op == "Scan").count();
            written.insert(kind);
            if let Some(folder) = &folder {
                let name = format!("{round}-{place}-{kind}");
                kept(
                    Path::new(folder),
                    &name,
                    &layer,
                    &options,
                    &model,
                    &mut draw,
                );
            }
        }
    }
    let equations = AnyCellConfig::forms(4)
        .into_iter()
        .filter(|form| form.program().is_some());
    let equations: BTreeSet<&str> = equations.map(|form| form.card().name).collect();
    assert_eq!(written, equations);
    assert!(scans > 150, "{scans}");
}

/// The cells that ONNX has, in and out again.
#[test]
fn what_onnx_has_is_written_as_an_operator_and_read_again() {
    let mut draw = Draw(17);
    for (kind, op) in [
        ("lstm", "LSTM"),
        ("peephole_lstm", "LSTM"),
        ("cifg_lstm", "LSTM"),
        ("gru", "GRU"),
        ("elman", "RNN"),
    ] {
        for form in AnyCellConfig::forms(4)
            .into_iter()
            .filter(|form| form.card().name == kind)
        {
            for (layers, bidirectional) in [(1, false), (1, true), (2, false)] {
                let config = RecurrentConfig::new(form.clone()).with_layers(layers);
                let config = config.with_bidirectional(bidirectional);
                let layer = drawn(&config, 3, &mut draw);
                let model = export(&layer, &Options::default()).expect("a model");
                // LSTMs that project, and those without a part, are none of ONNX's.
                if operators(&model).contains(&"Scan") {
                    assert!(matches!(kind, "lstm" | "peephole_lstm"), "{kind}");
                    continue;
                }
                assert_eq!(operators(&model), vec![op; layers], "{kind}");
                let found = find(&model).remove(0).expect("a layer");
                assert_eq!(found.config().cell_in(Direction::Forward).card().name, kind);
                let (again, _) =
                    take(config.init(3, &Device::flex()), &model, None).expect("its own");
                let weights = |layer: &Recurrent<AnyCell>| rekindle_interop::export(layer);
                assert!(weights(&again) == weights(&layer), "{kind}");
            }
        }
    }
}

/// Operators of any functions, clipped or not, with peepholes or none: what came as one goes out as one.
#[test]
fn an_operator_goes_out_as_the_operator_that_it_came_as() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/onnx/nodes.safetensors"
    );
    let bytes = std::fs::read(path).expect("the golden file");
    let tensors = rekindle_interop::formats::read(&bytes).expect("safetensors");
    let models = tensors.iter().filter(|(name, _)| name.ends_with(".model"));
    let (mut custom, mut count) = (0, 0);
    for (name, entry) in models {
        let bytes = entry.bytes().expect("in memory");
        let model = read(&bytes).expect("a model");
        let came = find(&model).remove(0).expect("a layer");
        if came.is_reversed() {
            continue;
        }
        let config = came.config();
        let layer = came.load(&Device::flex()).expect("its own");
        let out = export(&layer, &Options::default()).expect("a model");
        let op = operators(&model)[0];
        let differ = config.reverse_cell.is_some();
        assert_eq!(operators(&out), vec![op; 1 + usize::from(differ)], "{name}");
        count += 1;
        custom += usize::from(config.cell.card().name == "custom");
        // A model begins with learned states by nodes beside the operator.
        if differ || config.learned_initial {
            continue;
        }
        let again = find(&out).remove(0).expect("a layer");
        assert_eq!(again.config().cell, config.cell, "{name}");
        let (again, _) = take(layer.clone(), &out, None).expect("its own");
        let weights = |layer: &Recurrent<AnyCell>| {
            let all = rekindle_interop::export(layer).into_iter();
            all.filter(|(name, _)| !name.starts_with("initial_"))
                .collect::<Vec<_>>()
        };
        assert!(weights(&again) == weights(&layer), "{name}");
    }
    assert!(count > 35 && custom > 20, "{custom} of {count}");
}

#[test]
fn models_are_written_byte_for_byte() {
    let mut draw = Draw(18);
    let cell = |name: &str| {
        RecurrentConfig::new(AnyCellConfig::named(name, 3).expect("a cell of the zoo"))
    };
    let cases = [
        (
            "lstm",
            cell("lstm").with_layers(2).with_bidirectional(true),
            Options {
                lengths: true,
                ..Options::default()
            },
        ),
        (
            "mgu",
            cell("mgu"),
            Options {
                states: true,
                ..Options::default()
            },
        ),
        (
            "layer_norm_gru",
            cell("layer_norm_gru").with_zoneout(0.25),
            Options {
                opset: 18,
                lengths: true,
                states: true,
            },
        ),
    ];
    for (name, config, options) in cases {
        let layer = drawn(&config, 2, &mut draw);
        let model = write(&export(&layer, &options).expect("a model")).expect("in memory");
        let folder = match std::env::var("REKINDLE_ONNX_MODELS") {
            Ok(folder) => folder,
            Err(_) => format!("{}/tests/golden/onnx", env!("CARGO_MANIFEST_DIR")),
        };
        let path = Path::new(&folder).join(format!("{name}.onnx"));
        if std::env::var("REKINDLE_ONNX_MODELS").is_ok() {
            std::fs::write(&path, &model).expect("written");
        }
        assert!(
            std::fs::read(path).expect("a golden file") == model,
            "{name} is other than it was"
        );
    }
}

#[test]
fn what_has_no_form_in_onnx_is_refused_by_the_cells_place() {
    let refused = |config: RecurrentConfig| {
        let layer = config.init(4, &Device::flex());
        export(&layer, &Options::default())
            .expect_err("no form")
            .to_string()
    };
    let cell = |name: &str| AnyCellConfig::named(name, 4).expect("a cell of the zoo");
    let mut gated = RecurrentConfig::new(cell("gru")).with_bidirectional(true);
    gated.reverse_cell = Some(cell("gla"));
    assert_eq!(
        refused(gated),
        "cell 0.reverse is no set of equations, and has no form in ONNX: export a layer of another cell"
    );
    let layer = RecurrentConfig::new(cell("gru")).init(4, &Device::flex());
    let old = Options {
        opset: 13,
        ..Options::default()
    };
    let error = export(&layer, &old).expect_err("too old").to_string();
    assert_eq!(error, "opset = 13: must be from 14 to 28");
}
