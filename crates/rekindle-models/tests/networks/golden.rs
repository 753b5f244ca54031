//! The golden numbers: what independent implementations make of small networks. `oracles/networks.py` says what a file holds.

use crate::file::{self, Golden, Numbers};
use burn::module::Module;
use burn::tensor::{DType, Device, Tensor, TensorData};
use rekindle::Sequence;
use rekindle_interop::{load_named, named_gradients};
use rekindle_models::autoencoder::AutoencoderConfig;
use rekindle_models::awd_lstm::AwdLstmConfig;
use rekindle_models::blocks::BlocksConfig;
use rekindle_models::ctc::CtcConfig;
use rekindle_models::distribution::Distribution;
use rekindle_models::encoder_decoder::EncoderDecoderConfig;
use rekindle_models::language_model::LanguageModelConfig;
use rekindle_models::tagger::TaggerConfig;
use rekindle_models::{Search, Tokens, strokes};

/// How far numbers may be apart, `‖a - b‖ / ‖b‖`: some hundred roundings in f64 in another order, and ten times that for gradients,
/// whose terms cancel.
const FORWARD: f64 = 1e-13;
const GRADIENT: f64 = 1e-12;

fn device() -> Device {
    Device::flex().autodiff()
}

/// The network with the file's weights.
fn loaded<M: Module>(golden: &Golden, network: M) -> M {
    load_named(network, &golden.weights()).expect("the file has the network's weights")
}

/// The loss is the file's, and so are its gradients.
fn trained<M: Module>(golden: &Golden, network: &M, loss: Tensor<1>) {
    golden.check("output.loss", &loss, FORWARD);
    let gradients = named_gradients(network, &loss.backward());
    assert!(!gradients.is_empty());
    for (path, data) in gradients {
        golden.compare(&format!("grad.{path}"), &Numbers::of(data), GRADIENT);
    }
}

/// Zero beyond the lengths, as the files have it.
fn cleared(sequence: &Sequence) -> Tensor<3> {
    sequence.clone().cleared().into_data()
}

fn tagger(name: &str) {
    let golden = Golden::read(name, "tagger");
    let device = device();
    let network = loaded(&golden, golden.config::<TaggerConfig>().init(&device));
    let tokens = |name: &str| Tokens::of(&golden.rows(name), &device);
    let letters = golden.has("input.letters").then(|| tokens("input.letters"));
    let scores = network.forward(&tokens("input.words"), letters.as_ref());
    golden.check("output.scores", &cleared(&scores), FORWARD);
    assert_eq!(network.decode(&scores), golden.rows("output.decoded"));
    trained(
        &golden,
        &network,
        network.loss(&scores, &tokens("input.tags")),
    );
}

fn encoder_decoder(name: &str) {
    let golden = Golden::read(name, "encoder_decoder");
    let device = device();
    let config = golden.config::<EncoderDecoderConfig>();
    let network = loaded(&golden, config.init(&device));
    let (sources, targets) = (golden.rows("input.source"), golden.rows("input.target"));
    let (source, target) = (Tokens::of(&sources, &device), Tokens::of(&targets, &device));
    let read = network.read(&source);
    let steps = target.data().dims()[1] - 1;
    let log_probs = network.forward(&read, &target.data().clone().narrow(1, 0, steps));
    golden.check("output.log_probs", &log_probs, FORWARD);
    // A search for one row alone ends as all rows side by side do.
    for (source, wanted) in sources.iter().zip(golden.rows("output.decoded")) {
        let found = network.write(source, &Search::greedy(6), 0, 1, &device);
        assert_eq!(found[0].tokens, wanted);
    }
    let loss = network.loss_smoothed(&source, &target, 0.0, golden.smoothing());
    trained(&golden, &network, loss);
}

fn ctc(name: &str) {
    let golden = Golden::read(name, "ctc");
    let device = device();
    let network = loaded(&golden, golden.config::<CtcConfig>().init(&device));
    let frames = golden.tensor("input.frames", &device);
    let lengths = golden.whole("input.lengths");
    let frames = Sequence::padded(frames, lengths).expect("the lengths fit");
    let log_probs = network.forward(frames);
    golden.check("output.log_probs", &cleared(&log_probs), FORWARD);
    let losses = network.loss(&log_probs, &golden.rows("input.labels"));
    let losses = losses.expect("there are steps enough");
    golden.check("output.losses", &losses, FORWARD);
    trained(&golden, &network, losses.mean());
}

fn autoencoder(name: &str) {
    let golden = Golden::read(name, "autoencoder");
    let device = device();
    let network = loaded(&golden, golden.config::<AutoencoderConfig>().init(&device));
    let frames = golden.tensor("input.frames", &device);
    let lengths = golden.whole("input.lengths");
    let frames = Sequence::padded(frames, lengths).expect("the lengths fit");
    golden.check("output.codes", &network.encode(frames.clone()), FORWARD);
    golden.check("output.scores", &network.scores(frames.clone()), FORWARD);
    trained(&golden, &network, network.loss(frames));
}

fn awd_lstm(name: &str) {
    let golden = Golden::read(name, "awd_lstm");
    let device = device();
    let model = loaded(&golden, golden.config::<AwdLstmConfig>().init(&device));
    let rows = golden.rows("input.tokens");
    let before: Vec<&[usize]> = rows.iter().map(|row| &row[..row.len() - 1]).collect();
    let (log_probs, _) = model.forward(&Tokens::of(&before, &device), None);
    golden.check("output.log_probs", &log_probs, FORWARD);
    trained(
        &golden,
        &model,
        model.loss(&Tokens::of(&rows, &device), None).0,
    );
}

/// The name of a preset, and its sizes.
#[derive(serde::Deserialize)]
struct Preset {
    tokens: usize,
    tied: bool,
    preset: String,
    d_model: usize,
    blocks: usize,
}

fn language_model(name: &str) {
    let golden = Golden::read(name, "language_model");
    let device = device();
    let Preset {
        tokens,
        tied,
        preset,
        d_model,
        blocks,
    } = golden.config();
    let blocks = BlocksConfig::preset(&preset, d_model, blocks).expect("a preset");
    let config = LanguageModelConfig::new(tokens, blocks).with_tied(tied);
    let model = loaded(&golden, config.init(&device));
    let rows = golden.rows("input.tokens");
    let tokens = Tokens::of(&rows, &device);
    let (log_probs, _) = model.forward(&tokens, None);
    let padded = Sequence::padded(log_probs, tokens.lengths().to_vec()).expect("the lengths fit");
    golden.check("output.log_probs", &cleared(&padded), FORWARD);
    let loss = model.loss_smoothed(&tokens, golden.smoothing());
    trained(&golden, &model, loss);
}

/// Of distributions with a gamma function: Stirling's series, as it is used, ends 6e-12 from the truth.
const GAMMA: f64 = 1e-10;

/// Losses of outputs, and the gradient of their sum.
fn losses(golden: &Golden, losses: impl Fn(Tensor<2>) -> Tensor<1>, tolerance: f64) {
    let outputs: Tensor<2> = golden.tensor("input.outputs", &device());
    let single = losses(outputs.clone().cast(DType::F32));
    golden.check("output.losses", &single, SINGLE);
    let outputs = outputs.require_grad();
    let losses = losses(outputs.clone());
    golden.check("output.losses", &losses, tolerance);
    let gradients = losses.sum().backward();
    let gradient = outputs
        .grad(&gradients)
        .expect("the losses depend on the outputs");
    golden.check("grad.outputs", &gradient, 10.0 * tolerance);
}

/// Some hundred roundings in f32; terms that cancel were joined before.
const SINGLE: f64 = 1e-5;

#[derive(serde::Deserialize)]
struct Kind {
    kind: Distribution,
}

fn distribution(name: &str) {
    let golden = Golden::read(name, "distribution");
    let Kind { kind } = golden.config();
    let numbers: Tensor<1> = golden.tensor("input.numbers", &device());
    let numbers: Tensor<2> = numbers.unsqueeze_dim(1);
    let tolerance = match kind {
        Distribution::StudentT | Distribution::NegativeBinomial => GAMMA,
        _ => FORWARD,
    };
    let of = |outputs: Tensor<2>| {
        let numbers = numbers.clone().cast(outputs.dtype());
        kind.losses(outputs, numbers).squeeze_dim(1)
    };
    losses(&golden, of, tolerance);
    if !golden.has("output.scores") {
        return;
    }
    let said = kind.said(golden.tensor("input.outputs", &device()));
    let numbers: Vec<f64> = numbers.into_data().iter::<f64>().collect();
    let quantiles = said
        .iter()
        .map(|of| LEVELS.map(|level| kind.quantile(of, level)));
    let quantiles: Vec<f64> = quantiles.flatten().collect();
    let scores = said
        .iter()
        .zip(numbers)
        .map(|(of, number)| kind.crps(of, number));
    let scores: Vec<f64> = scores.collect();
    let rows = said.len();
    for (name, shape, found) in [
        ("output.quantiles", vec![rows, LEVELS.len()], quantiles),
        ("output.scores", vec![rows], scores),
    ] {
        golden.compare(name, &Numbers::of(TensorData::new(found, shape)), INVERSE);
    }
}

/// The levels whose quantiles the files have.
const LEVELS: [f64; 3] = [0.1, 0.5, 0.9];

/// Of quantiles and scores: what the inverses of the error and the beta function are from the truth.
const INVERSE: f64 = 1e-9;

fn stroke(name: &str) {
    let golden = Golden::read(name, "strokes");
    let ends: Tensor<2> = golden.tensor("input.numbers", &device());
    let of = |outputs: Tensor<2>| {
        let ends = ends.clone().cast(outputs.dtype());
        strokes::losses(outputs, ends)
    };
    losses(&golden, of, FORWARD);
}

macro_rules! files {
    ($($network:ident: $($test:ident = $file:literal),*;)*) => {
        $($(
            #[test]
            fn $test() {
                $network($file);
            }
        )*)*

        /// Every file has a test.
        #[test]
        fn all_files_are_tried() {
            let mut tried = vec![$($($file.to_owned()),*),*];
            tried.sort();
            assert_eq!(file::all(), tried);
        }
    };
}

files! {
    autoencoder:
        autoencoder_reversed = "autoencoder",
        autoencoder_forward = "autoencoder-forward";
    awd_lstm:
        awd_lstm_of_three = "awd_lstm";
    tagger:
        tagger_crf = "tagger-crf",
        tagger_crf_letters = "tagger-crf-letters",
        tagger_softmax = "tagger-softmax";
    encoder_decoder:
        encoder_decoder_none_copied = "encoder_decoder-none-copied",
        encoder_decoder_additive = "encoder_decoder-additive",
        encoder_decoder_additive_lstm = "encoder_decoder-additive-lstm",
        encoder_decoder_additive_read = "encoder_decoder-additive-read",
        encoder_decoder_none_read = "encoder_decoder-none-read",
        encoder_decoder_additive_pointer = "encoder_decoder-additive-pointer",
        encoder_decoder_dot = "encoder_decoder-dot",
        encoder_decoder_dot_fed = "encoder_decoder-dot-fed",
        encoder_decoder_general_pointer = "encoder_decoder-general-pointer";
    language_model:
        delta_net = "blocks-delta_net",
        gated_delta_net = "blocks-gated_delta_net",
        gla = "blocks-gla",
        hawk = "blocks-hawk",
        hgrn2 = "blocks-hgrn2",
        kda = "blocks-kda",
        mamba2 = "blocks-mamba2",
        mingru = "blocks-mingru",
        minlstm_tied = "blocks-minlstm-tied",
        rwkv7 = "blocks-rwkv7",
        xlstm = "blocks-xlstm";
    distribution:
        normal = "distribution-normal",
        student_t = "distribution-student_t",
        student_t_edges = "distribution-student_t-edges",
        negative_binomial = "distribution-negative_binomial",
        negative_binomial_edges = "distribution-negative_binomial-edges",
        quantiles = "distribution-quantiles";
    stroke:
        strokes_of_three = "strokes";
    ctc:
        ctc_plain = "ctc",
        ctc_subsampled = "ctc-subsampled";
}
