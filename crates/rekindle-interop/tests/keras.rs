//! Layers of Keras', found in files and run, and taken back. `golden/keras_files.py` makes the files.

use std::path::PathBuf;

use burn::tensor::{Device, Distribution, Tensor, TensorData};
use rekindle::cells::ConvLstmConfig;
use rekindle::{
    AnyCell, AnyCellConfig, CellConfig, GruConfig, Merge, Recurrent, RecurrentConfig, Reset,
};
use rekindle_interop::formats::{self, Format, Tensors, keras::Model, keras::read};
use rekindle_interop::keras::{Found, export, export_model, find, take};
use rekindle_interop::{WeightError, entry, tensor_data};

/// Sums of at most a few dozen products in f32, in another order than Keras'.
const APART: f32 = 1e-5;

/// A golden file, of those in the repository or of more that were made by hand.
fn golden(name: &str) -> Vec<u8> {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/keras");
    let place = std::env::var_os("REKINDLE_KERAS_FILES").map_or(own.into(), PathBuf::from);
    std::fs::read(place.join(name)).expect(name)
}

fn model(name: &str) -> Model<'static> {
    read(golden(name)).expect(name)
}

fn numbers(data: &TensorData) -> Vec<f32> {
    data.iter::<f32>().collect()
}

fn expected(tensors: &Tensors<'_>, name: &str) -> TensorData {
    tensor_data(tensors.get(name).expect(name)).expect(name)
}

/// Holds a layer's outputs to Keras', and gives how far they are apart.
fn close(layer: &Recurrent<AnyCell>, name: &str, tensors: &Tensors<'_>) -> f32 {
    let x = Tensor::<3>::from_data(expected(tensors, &format!("{name}.x")), &Device::flex());
    let ours = numbers(&layer.forward(x, None).0.into_data());
    let theirs = numbers(&expected(tensors, &format!("{name}.y")));
    assert_eq!(ours.len(), theirs.len(), "{name}");
    let apart = ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs());
    let apart = apart.fold(0.0, f32::max);
    assert!(apart <= APART, "{name}: {apart}");
    apart
}

fn fresh(found: &Found) -> Recurrent<AnyCell> {
    found.config.init(found.d_input, &Device::flex())
}

#[test]
fn layers_of_all_kinds_give_keras_outputs_from_every_file() {
    let bytes = golden("expected.safetensors");
    let tensors = formats::read(&bytes).expect("safetensors");
    let whole = model("layers.keras");
    let all = find(&whole);
    assert_eq!(all.len() * 2 + 2, tensors.len());
    let count = |is: fn(&Found) -> bool| all.iter().filter(|found| is(found)).count();
    assert!(count(|f| f.config.bidirectional) > 3);
    assert!(count(|f| f.config.merge != Merge::Concat) > 2);
    assert!(count(|f| matches!(f.config.cell, AnyCellConfig::Custom(_))) > 2);
    let names: Vec<String> = all.iter().map(|found| found.name.clone()).collect();
    let mut most = 0.0_f32;
    for file in ["layers.keras", "layers.weights.h5", "layers.h5"] {
        let model = model(file);
        let mut here: Vec<String> = find(&model).into_iter().map(|found| found.name).collect();
        if model.config().is_none() {
            // Without a configuration the model's order is not known.
            here.sort_by_key(|name| names.iter().position(|known| known == name));
        }
        assert_eq!(here, names, "{file}");
        for found in &all {
            let (layer, taken) = take(fresh(found), &model, Some(&found.name)).expect(file);
            assert_eq!(taken.prefix, found.name);
            assert_eq!(taken.names.len() + taken.left.len(), model.tensors().len());
            most = most.max(close(&layer, &found.name, &tensors));
        }
    }
    eprintln!("{} layers, at most {most:.1e} apart", all.len());
    for found in &all {
        close(
            &found.load(&whole, &Device::flex()).expect("its own"),
            &found.name,
            &tensors,
        );
    }
}

#[test]
fn layers_of_older_files_and_of_cudnn_give_the_same() {
    let bytes = golden("expected.safetensors");
    let tensors = formats::read(&bytes).expect("safetensors");
    let old = model("legacy.h5");
    let all = find(&model("layers.keras"));
    let single = all.iter().filter(|found| !found.config.bidirectional);
    let shape = |found: &Found, tensor: &str| {
        let name = format!("{0}.{0}.cell.{tensor}:0", found.name);
        old.tensors().get(&name).map(|entry| entry.shape.clone())
    };
    // A layer of cuDNN's has both biases behind one another.
    let folded = find(&old).into_iter().filter(|found| {
        let blocks = shape(found, "kernel").expect("its kernel")[1];
        shape(found, "bias").is_some_and(|bias| bias == [2 * blocks])
    });
    assert!(folded.count() > 1);
    for found in single {
        let (layer, _) = take(fresh(found), &old, Some(&found.name)).expect("its own");
        close(&layer, &found.name, &tensors);
    }
}

#[test]
fn a_hard_sigmoid_is_that_of_its_version() {
    let bytes = golden("expected.safetensors");
    let tensors = formats::read(&bytes).expect("safetensors");
    let old = model("hard.h5");
    assert_eq!(old.version(), Some("2.1.6"));
    let layer = find(&old)[0].load(&old, &Device::flex()).expect("its own");
    close(&layer, "hard", &tensors);
    // What Keras 3 calls so is another function, and the usual LSTM has neither.
    let lstm = AnyCellConfig::named("lstm", 4).expect("a cell of the zoo");
    let layer = RecurrentConfig::new(lstm).init(3, &Device::flex());
    let message = take(layer, &old, None)
        .expect_err("other gates")
        .to_string();
    assert!(
        message.contains("recurrent_activation = \"hard_sigmoid of Keras 2\""),
        "{message}"
    );
    assert!(message.contains("; that is cell = { "), "{message}");
}

/// The layers that go out: all that came, and some of ours, with two biases and two levels.
fn layers() -> Vec<(String, RecurrentConfig, Recurrent<AnyCell>)> {
    let device = Device::flex();
    let came = ["layers.keras", "convolutions.keras"]
        .into_iter()
        .flat_map(|file| {
            let whole = model(file);
            let loaded = find(&whole).into_iter().map(|found| {
                let layer = found.load(&whole, &device).expect("its own");
                (found.name, found.config, layer)
            });
            loaded.collect::<Vec<_>>()
        });
    let convolutional = AnyCellConfig::ConvLstm(ConvLstmConfig::new(4).with_space(vec![3]));
    let own = ["elman", "lstm", "gru", "conv_lstm"]
        .into_iter()
        .flat_map(|kind| {
            [false, true].map(|bidirectional| {
                let cell = match kind {
                    "conv_lstm" => convolutional.clone(),
                    _ => AnyCellConfig::named(kind, 4).expect("a cell of the zoo"),
                };
                let config = RecurrentConfig {
                    layers: 2,
                    bidirectional,
                    ..RecurrentConfig::new(cell)
                };
                let directions = if bidirectional { "both" } else { "one" };
                let layer = config.init(3, &Device::flex());
                (format!("own_{kind}_{directions}"), config, layer)
            })
        });
    came.chain(own).collect()
}

#[test]
fn what_goes_out_computes_the_same_when_it_comes_back() {
    let device = Device::flex();
    device.seed(16);
    // For golden/keras_loads.py, which loads them in Keras.
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("keras");
    std::fs::create_dir_all(&place).expect("a directory");
    for (name, config, layer) in layers() {
        let bytes = export(&layer).expect("Keras has it");
        std::fs::write(place.join(format!("{name}.weights.h5")), &bytes).expect("it is written");
        let whole = export_model(&layer).expect("Keras has it");
        std::fs::write(place.join(format!("{name}.keras")), &whole).expect("it is written");
        let whole = read(&whole).expect("its own");
        let levels = find(&whole);
        assert_eq!(levels.len(), config.layers, "{name}");
        assert_eq!(whole.tensors(), read(&bytes).expect("its own").tensors());
        let programs = [&levels[0].config, &config].map(|config| config.cell.program());
        assert_eq!(programs[0], programs[1], "{name}");
        if config.cell.program().is_none() {
            assert_eq!(levels[0].config.cell, config.cell, "{name}");
        }
        assert_eq!(levels[0].config.merge, config.merge, "{name}");
        assert_eq!(
            levels[0].config.bidirectional, config.bidirectional,
            "{name}"
        );
        let x = Tensor::<3>::random([2, 4, layer.d_input()], Distribution::Default, &device);
        let y = layer.forward(x.clone(), None).0;
        let all = [("x", x.clone().into_data()), ("y", y.clone().into_data())];
        let entries = all
            .iter()
            .map(|(name, data)| (*name, entry(data).expect("of f32")));
        let entries: Vec<_> = entries.collect();
        let numbers = formats::safetensors::write(&entries, &[]).expect("of f32");
        std::fs::write(place.join(format!("{name}.safetensors")), numbers).expect("it is written");

        let fresh = config.init(layer.d_input(), &device);
        let (again, taken) = take(fresh, &read(&bytes).expect("its own"), None).expect("its own");
        assert_eq!(taken.left, Vec::<String>::new(), "{name}");
        let apart = (again.forward(x, None).0 - y)
            .abs()
            .max()
            .into_scalar::<f32>();
        assert!(apart <= APART, "{name}: {apart}");
    }
}

/// Pictures of Keras', `[rows, steps, .., channels]`, as pictures here, `[rows, steps, channels * points]`.
fn pictures(data: TensorData) -> Tensor<3> {
    let shape = data.shape().to_vec();
    let [rows, steps, ref points @ .., channels] = shape[..] else {
        unreachable!("pictures have five axes or so");
    };
    let points: usize = points.iter().product();
    let all = Tensor::<4>::from_data(
        TensorData::new(numbers(&data), [rows, steps, points, channels]),
        &Device::flex(),
    );
    all.swap_dims(2, 3)
        .reshape([rows, steps, channels * points])
}

#[test]
fn convolutional_lstms_give_keras_outputs_and_those_of_another_border_are_refused() {
    let bytes = golden("convolutions.safetensors");
    let golden = formats::read(&bytes).expect("safetensors");
    let whole = model("convolutions.keras");
    let all = find(&whole);
    let names: Vec<&str> = all.iter().map(|found| found.name.as_str()).collect();
    assert_eq!(names, ["line", "plane", "open", "both", "volume"]);
    assert_eq!(all[1].to_string(), "plane: ConvLSTM2D, 24 to 36");
    for found in &all {
        let layer = found.load(&whole, &Device::flex()).expect("its own");
        let x = pictures(expected(&golden, &format!("{}.x", found.name)));
        let y = pictures(expected(&golden, &format!("{}.y", found.name)));
        let apart = (layer.forward(x, None).0 - y).abs().max();
        let apart = apart.into_scalar::<f32>();
        assert!(apart <= APART, "{}: {apart}", found.name);
    }
    let layer = all[1].config.init(all[1].d_input, &Device::flex());
    let message = take(layer.clone(), &whole, Some("cut")).expect_err("another border");
    let message = message.to_string();
    assert!(
        message.contains("has padding = \"valid\", but a layer here keeps"),
        "{message}"
    );
    let message = take(layer.clone(), &whole, Some("line"))
        .expect_err("a line")
        .to_string();
    assert!(
        message.ends_with("is ConvLSTM1D, but the layer here computes ConvLSTM2D"),
        "{message}"
    );
    let message = take(layer, &whole, Some("open"))
        .expect_err("another kernel")
        .to_string();
    assert!(
        message.contains("is [1, 1, 1, 8], but the module takes [3, 3, 2, 12]"),
        "{message}"
    );
}

fn gru(reset: Reset) -> Recurrent<AnyCell> {
    let cell = AnyCellConfig::Gru(GruConfig::new(4).with_reset(reset));
    RecurrentConfig::new(cell).init(3, &Device::flex())
}

#[test]
fn what_computes_something_else_is_refused_with_both_sides() {
    let whole = model("layers.keras");
    let all = find(&whole);
    let of = |is: &str| all.iter().find(|found| found.name.ends_with(is)).expect(is);
    let refused = |config: RecurrentConfig, found: &Found| {
        let layer = config.init(found.d_input, &Device::flex());
        take(layer, &whole, Some(&found.name))
            .expect_err("another layer")
            .to_string()
    };
    let before = of("_gru_before");
    let mut config = before.config.clone();
    if let AnyCellConfig::Gru(gru) = &mut config.cell {
        gru.reset = Reset::After;
    }
    let message = refused(config, before);
    let expected = format!(
        "layer `{}` of the file is GRU with activation = \"tanh\", recurrent_activation = \"sigmoid\", reset_after = false, but the layer computes ",
        before.name
    );
    assert!(message.starts_with(&expected), "{message}");
    assert!(message.contains("r * "), "{message}");

    let lstm = of("_lstm_both");
    let config = RecurrentConfig {
        bidirectional: false,
        ..lstm.config.clone()
    };
    let message = refused(config, lstm);
    assert!(
        message.ends_with("reads in both directions, but the layer in one direction"),
        "{message}"
    );
    let config = RecurrentConfig {
        merge: Merge::Product,
        ..lstm.config.clone()
    };
    let message = refused(config, lstm);
    assert!(
        message.contains("has merge_mode = ") && message.ends_with("merge = \"product\""),
        "{message}"
    );

    let error = take(gru(Reset::After), &whole, Some("none")).expect_err("no such layer");
    let known = all.iter().map(|found| found.name.clone()).collect();
    let wanted = "recurrent layer `none`".to_owned();
    assert_eq!(error, WeightError::NoLayer { wanted, known });

    for change in [
        |config: &mut RecurrentConfig| config.recurrent_rank = Some(1),
        |config: &mut RecurrentConfig| config.independent = true,
        |config: &mut RecurrentConfig| config.reverse_cell = AnyCellConfig::named("gru", 4),
    ] {
        let mut config = lstm.config.clone();
        change(&mut config);
        let message = refused(config.clone(), lstm);
        assert!(message.contains(", but the layer "), "{message}");
        assert!(export(&config.init(lstm.d_input, &Device::flex())).is_err());
    }

    let rnn = of("_rnn");
    let mut config = rnn.config.clone();
    config.cell = AnyCellConfig::named("mgu", 4).expect("a cell of the zoo");
    let message = refused(config, rnn);
    assert!(
        message.contains("is SimpleRNN, LSTM, GRU or ConvLSTM, but the layer computes "),
        "{message}"
    );
}

/// A cell of one's own may store three tensors as an LSTM does.
#[test]
fn what_the_configuration_does_not_know_is_refused() {
    let bytes = golden("hard.h5");
    let name = b"\"class_name\": \"LSTM\"";
    let at = bytes.windows(name.len()).position(|part| part == name);
    let mut other = bytes.clone();
    other[at.expect("its configuration") + name.len() - 2] = b'X';
    let model = read(&other).expect("the same file");
    assert_eq!(find(&model).len(), 0);
    let lstm = AnyCellConfig::named("lstm", 4).expect("a cell of the zoo");
    let layer = RecurrentConfig::new(lstm).init(3, &Device::flex());
    let message = take(layer, &model, None)
        .expect_err("another class")
        .to_string();
    let expected = "is none of SimpleRNN, LSTM, GRU and ConvLSTM in the file's configuration";
    assert!(message.ends_with(expected), "{message}");
}

#[test]
fn formats_are_told_by_their_content() {
    assert_eq!(Format::of(&golden("layers.h5")), Some(Format::Hdf5));
    assert_eq!(Format::of(&golden("layers.keras")), Some(Format::Zip));
    for name in [
        "layers.keras",
        "layers.weights.h5",
        "layers.h5",
        "legacy.h5",
    ] {
        let bytes = golden(name);
        assert!(formats::keras::begins(&bytes), "{name}");
        let tensors = formats::read(&bytes).expect(name);
        assert_eq!(&tensors, model(name).tensors(), "{name}");
        for end in [bytes.len() - 1, bytes.len() * 3 / 4, bytes.len() / 2, 20, 9] {
            let message = match read(&bytes[..end]) {
                Err(error) => error.to_string(),
                // A superblock says where the file ends; what is beyond the last object may be missing.
                Ok(_) => panic!("{name} of {end} bytes was read"),
            };
            assert!(!message.contains('\n'), "{message}");
        }
    }
}
