//! Networks as models. `crates/rekindle-interop/tests/golden/onnx/cells.py` runs what `REKINDLE_ONNX_MODELS=DIRECTORY` has this test
//! write, in onnxruntime.

use super::*;
use crate::data::reading::Steps;
use crate::model::{config::ModelConfig, front::Front, head::Head, shape::NetShape};
use burn::tensor::{Device, Tensor};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rekindle::Sequence;
use rekindle_interop::formats::{onnx, safetensors};
use std::path::Path;

/// A network, what its ends mean, and how its model is written.
struct Case {
    name: &'static str,
    shape: NetShape,
    model: &'static str,
    ends: Ends,
    options: Options,
}

fn cases() -> Vec<Case> {
    let options = |lengths, states| Options {
        lengths,
        states,
        ..Options::default()
    };
    let features = |n, outputs| NetShape::of(Front::Features(n), outputs);
    let symbols = |tied| NetShape {
        front: Front::Symbols { count: 7, width: 5 },
        head: Head::Linear {
            outputs: 7,
            tied,
            crf: false,
        },
    };
    let pooled = |pool, scale: &[(f64, f64)]| Ends {
        scale: scale.to_vec(),
        ..Ends::plain(Taken::Pooled(pool))
    };
    let scale = [(10.0, 4.0), (-3.0, 0.5), (0.25, 1.0)];
    let both = "bidirectional = true\ncell = { kind = \"gru\", d_hidden = 4 }";
    let deep = "layers = 2\ncell = { kind = \"lstm\", d_hidden = 5 }";
    let case = |name, shape, model, ends, options| Case {
        name,
        shape,
        model,
        ends,
        options,
    };
    vec![
        case(
            "each",
            symbols(false),
            deep,
            Ends::plain(Taken::Each),
            options(false, true),
        ),
        case(
            "tied",
            symbols(true),
            deep,
            Ends::plain(Taken::Each),
            options(true, false),
        ),
        case(
            "last",
            features(3, 2),
            both,
            pooled(Pool::Last, &scale),
            options(true, false),
        ),
        case(
            "end",
            features(3, 2),
            both,
            pooled(Pool::Last, &scale),
            options(false, false),
        ),
        case(
            "mean",
            features(2, 3),
            both,
            pooled(Pool::Mean, &[]),
            options(true, false),
        ),
        case(
            "all",
            features(2, 3),
            deep,
            pooled(Pool::Mean, &[]),
            options(false, false),
        ),
        case(
            "max",
            symbols(false),
            both,
            pooled(Pool::Max, &[]),
            options(true, false),
        ),
        case(
            "scaled",
            features(2, 2),
            deep,
            Ends {
                outputs: Outputs::Scaled(scale[..2].to_vec()),
                ..pooled(Pool::Mean, &scale[..2])
            },
            options(true, false),
        ),
        case(
            "changes",
            features(4, 4),
            "cell = { kind = \"mgu\", d_hidden = 6 }",
            Ends {
                taken: Taken::End,
                scale: scale.to_vec(),
                outputs: Outputs::Changes(vec![2, 0]),
            },
            options(false, false),
        ),
    ]
}

/// The names of a model's inputs and outputs.
fn ports(model: &Model<'_>) -> [Vec<String>; 2] {
    let graph = &model.graph;
    [&graph.inputs, &graph.outputs]
        .map(|ports| ports.iter().map(|port| port.name.clone()).collect())
}

/// Rows, what a network makes of them, and the tensors of both.
fn run(case: &Case, net: &Net, draw: &mut ChaCha8Rng) -> Vec<(String, TensorData)> {
    let device = Device::flex();
    let (rows, time) = (3, 5);
    let lengths: Vec<usize> = match case.options.lengths {
        true => (0..rows).map(|_| draw.random_range(1..=time)).collect(),
        false => vec![time; rows],
    };
    let mut named = Vec::new();
    let (data, last): (Tensor<3>, Vec<Vec<f64>>) = match case.shape.front {
        Front::Symbols { count, .. } => {
            let mut row = || {
                (0..time)
                    .map(|_| draw.random_range(0..count as u32))
                    .collect::<Vec<u32>>()
            };
            let all: Vec<Vec<u32>> = (0..rows).map(|_| row()).collect();
            let flat: Vec<i64> = all
                .iter()
                .flatten()
                .map(|&symbol| i64::from(symbol))
                .collect();
            named.push(("symbols".to_owned(), TensorData::new(flat, [rows, time])));
            (
                net.sequence(&Steps::Symbols(all), &device).into_data(),
                Vec::new(),
            )
        }
        Front::Words { .. } => unreachable!("no model of ONNX reads letters"),
        Front::Features(width) => {
            let raw: Vec<f32> = (0..rows * time * width)
                .map(|_| draw.random_range(-2.0..9.0))
                .collect();
            named.push((
                "x".to_owned(),
                TensorData::new(raw.clone(), [rows, time, width]),
            ));
            let scaled =
                raw.iter()
                    .enumerate()
                    .map(|(i, &value)| match case.ends.scale.get(i % width) {
                        Some((mean, std)) => ((f64::from(value) - mean) / std) as f32,
                        None => value,
                    });
            let scaled = TensorData::new(scaled.collect::<Vec<f32>>(), [rows, time, width]);
            let each = raw.chunks(time * width);
            let last = each.map(|row| {
                row[(time - 1) * width..]
                    .iter()
                    .map(|&n| f64::from(n))
                    .collect()
            });
            (Tensor::from_data(scaled, &device), last.collect())
        }
    };
    let x = match case.options.lengths {
        true => {
            let narrow: Vec<i32> = lengths.iter().map(|&n| n as i32).collect();
            named.push(("lengths".into(), TensorData::new(narrow, [rows])));
            Sequence::padded(data, lengths).expect("they fit")
        }
        false => Sequence::new(data),
    };
    let states = net.body().initial(x.data());
    let names = net.recurrent().expect("a stack").state_names();
    if case.options.states {
        for ((name, _), part) in names.iter().zip(states.clone().into_parts()) {
            named.push((format!("state.{name}"), part.into_data()));
        }
    }
    let (outputs, next) = net.outputs(x, case.ends.taken, Some(states));
    let wide = outputs.dims()[1];
    let mut numbers: Vec<f32> = outputs.into_data().iter().collect();
    for (place, number) in numbers.iter_mut().enumerate() {
        let (row, column) = (place / wide, place % wide);
        let value = f64::from(*number);
        *number = match &case.ends.outputs {
            Outputs::Plain | Outputs::Distributed => continue,
            Outputs::Scaled(scale) => value * scale[column].1 + scale[column].0,
            Outputs::Changes(features) => {
                let feature = features[column % features.len()];
                last[row][feature] + value * case.ends.scale[feature].1
            }
        } as f32;
    }
    let shape = match case.ends.taken {
        Taken::Each => vec![rows, time, wide],
        Taken::End | Taken::Pooled(_) => vec![rows, wide],
    };
    named.push(("outputs".into(), TensorData::new(numbers, shape)));
    if case.options.states {
        for ((name, _), part) in names.iter().zip(next.into_parts()) {
            named.push((format!("next.{name}"), part.into_data()));
        }
    }
    named
}

#[test]
fn every_end_becomes_a_part_of_the_model() {
    let folder = std::env::var("REKINDLE_ONNX_MODELS").ok();
    let mut draw = ChaCha8Rng::seed_from_u64(16);
    for case in cases() {
        let config: ModelConfig = toml::from_str(case.model).expect("a model");
        let net = Net::new(case.shape, &config, &Device::flex()).expect("a network");
        let model = net
            .onnx(net.recurrent().expect("a stack"), &case.ends, &case.options)
            .expect("a model");
        let bytes = onnx::write(&model).expect("in memory");
        assert_eq!(onnx::read(&bytes).expect("a model"), model, "{}", case.name);
        let named = run(&case, &net, &mut draw);
        let [inputs, outputs] = ports(&model);
        let mut found: Vec<String> = named.iter().map(|(name, _)| name.clone()).collect();
        let mut expected = [inputs, outputs].concat();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{}", case.name);
        if let Some(folder) = &folder {
            let entries: Vec<_> = named
                .iter()
                .map(|(name, data)| {
                    (
                        name.as_str(),
                        rekindle_interop::entry(data).expect("a type"),
                    )
                })
                .collect();
            let file =
                |ending: &str| Path::new(folder).join(format!("0-0-net_{}.{ending}", case.name));
            let tensors = safetensors::write(&entries, &[]).expect("written");
            std::fs::write(file("safetensors"), tensors).expect("written");
            std::fs::write(file("onnx"), bytes).expect("written");
        }
    }
}

#[test]
fn weights_have_pytorchs_names_and_layout() {
    let config: ModelConfig =
        toml::from_str("cell = { kind = \"gru\", d_hidden = 4 }").expect("a model");
    let front = Front::Symbols { count: 7, width: 4 };
    for tied in [false, true] {
        let head = Head::Linear {
            outputs: 7,
            tied,
            crf: false,
        };
        let net = Net::new(NetShape { front, head }, &config, &Device::flex()).expect("a network");
        let named = net.pytorch().expect("a stack");
        let shapes: Vec<(&str, Vec<usize>)> = named
            .iter()
            .map(|(name, data)| (name.as_str(), data.shape().to_vec()))
            .collect();
        let expected = [
            ("embedding.weight", vec![7, 4]),
            ("recurrent.weight_ih_l0", vec![12, 4]),
            ("recurrent.bias_ih_l0", vec![12]),
            ("recurrent.weight_hh_l0", vec![12, 4]),
            ("recurrent.bias_hh_l0", vec![12]),
            ("output.weight", vec![7, 4]),
            ("output.bias", vec![7]),
        ];
        assert_eq!(shapes, expected);
        assert_eq!(
            named[0].1 == named[5].1,
            tied,
            "a tied output is the embedding"
        );
    }
}
