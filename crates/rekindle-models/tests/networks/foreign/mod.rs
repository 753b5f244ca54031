//! Language models of other libraries, with their weights. `fla.py` and `xlstm.py` make the files.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor};
use rekindle::cells::HgrnConfig;
use rekindle::{AnyCellConfig, CellConfig};
use rekindle_interop::formats::{Tensors, read};
use rekindle_interop::{WeightError, take_network, tensor, tensor_data};
use rekindle_models::Tokens;
use rekindle_models::blocks::{BlocksConfig, MixingConfig};
use rekindle_models::language_model::LanguageModelConfig;

/// Sums of at most a few dozen products in f32, in another order than PyTorch's, through two blocks.
const APART: f32 = 1e-5;

/// What stands in a file before the names of the weights.
const WEIGHTS: &str = "weights";

fn bytes(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/networks/foreign");
    std::fs::read(format!("{folder}/{name}.safetensors")).expect("a golden file")
}

fn config(text: &str) -> LanguageModelConfig {
    toml::from_str(text).expect("a language model")
}

/// The parts of a DeltaNet and of a Gated DeltaNet.
const DELTA_NET: &str = r#"
    tokens = 7
    [blocks]
    d_model = 8
    blocks = 2
    mlp = { d_hidden = 12 }
    [blocks.mixer]
    kind = "cell"
    convolution = 4
    convolved = ["q", "k", "v"]
    convolution_bias = false
    output_norm = 2
    output_scale = 0.5
    cell = { kind = "delta_net", d_hidden = 8, heads = 2, beta_bias = false }
"#;

const GATED_DELTA_NET: &str = r#"
    tokens = 7
    [blocks]
    d_model = 8
    blocks = 2
    mlp = { d_hidden = 12 }
    [blocks.mixer]
    kind = "cell"
    convolution = 4
    convolved = ["q", "k", "v"]
    convolution_bias = false
    output_norm = 2
    output_scale = 0.5773502691896258
    gate = "silu"
    cell = { kind = "gated_delta_net", d_hidden = 12, heads = 2, d_key = 3, beta_bias = false }
"#;

const KDA: &str = r#"
    tokens = 7
    [blocks]
    d_model = 8
    blocks = 2
    mlp = { d_hidden = 12 }
    [blocks.mixer]
    kind = "cell"
    convolution = 4
    convolved = ["q", "k", "v"]
    convolution_bias = false
    output_norm = 2
    output_scale = 0.5
    gate = "sigmoid"
    gate_rank = 4
    cell = { kind = "kda", d_hidden = 8, heads = 2, beta_bias = false }
"#;

const GLA: &str = r#"
    tokens = 7
    [blocks]
    d_model = 8
    blocks = 2
    mlp = { d_hidden = 12 }
    [blocks.mixer]
    kind = "cell"
    output_norm = 2
    gate = "silu"
    cell = { kind = "gla", d_hidden = 8, heads = 2 }
"#;

const HGRN2: &str = r#"
    tokens = 7
    [blocks]
    d_model = 8
    blocks = 2
    lower_bounds = true
    mlp = { d_hidden = 12 }
    [blocks.mixer]
    kind = "cell"
    output_norm = 1
    output_scale = 0.5
    cell = { kind = "hgrn2", d_hidden = 8, heads = 2, form = "queries", bias = false }
"#;

const MAMBA2: &str = r#"
    tokens = 7
    [blocks]
    d_model = 8
    blocks = 2
    epsilon = 1e-5
    [blocks.mixer]
    kind = "cell"
    convolution = 4
    convolved = ["x", "b", "c"]
    convolution_function = "silu"
    gate = "silu"
    gate_first = true
    output_norm = 1
    cell = { kind = "mamba2", d_hidden = 16, heads = 4, d_key = 3 }
"#;

const RWKV7: &str = r#"
    tokens = 7
    [blocks]
    d_model = 8
    blocks = 2
    norm = "layer"
    epsilon = 1e-5
    input_norm = true
    mlp = { d_hidden = 12, gated = false, function = "squared_relu", token_shift = true }
    [blocks.mixer]
    kind = "rwkv7"
    gate_rank = 3
    value_rank = 3
    cell = { d_hidden = 8, heads = 2, rank = 3 }
"#;

const XLSTM: &str = r#"
    tokens = 7
    [blocks]
    d_model = 16
    blocks = 2
    norm = "layer_without_bias"
    epsilon = 1e-5
    [blocks.mixer]
    kind = "mlstm"
    d_inner = 64
    heads = 2
    [blocks.other]
    at = [1]
    mixer = { kind = "slstm", heads = 2 }
    mlp = { d_hidden = 64, function = "gelu" }
"#;

/// What a model says of the file's tokens with the file's weights.
fn agrees(name: &str, text: &str) {
    let bytes = bytes(name);
    let tensors = read(&bytes).expect("safetensors");
    let device = Device::flex();
    let model = config(text).init(&device);
    let (model, taken) = take_network(model, &tensors, Some(WEIGHTS)).expect("the network");
    assert_eq!(taken.left, ["logits", "tokens"]);
    let logits: Tensor<3> = tensor(&tensors, "logits", &device).expect("the logits");
    let [batch, time, _] = logits.dims();
    let tokens = tensor_data(tensors.get("tokens").expect("the tokens")).expect("integers");
    let tokens: Vec<usize> = tokens.iter::<i32>().map(|token| token as usize).collect();
    let rows: Vec<&[usize]> = tokens.chunks(time).collect();
    assert_eq!(rows.len(), batch);
    let (log_probs, _) = model.forward(&Tokens::of(&rows, &device), None);
    let apart: f32 = (log_probs - log_softmax(logits, 2))
        .abs()
        .max()
        .into_scalar();
    assert!(apart <= APART, "{name}: {apart}");
}

macro_rules! models {
    ($($test:ident: $file:literal, $config:ident;)*) => {
        $(#[test]
        fn $test() {
            agrees($file, $config);
        })*
    };
}

models! {
    delta_net: "fla-delta_net", DELTA_NET;
    gated_delta_net: "fla-gated_deltanet", GATED_DELTA_NET;
    kda: "fla-kda", KDA;
    gla: "fla-gla", GLA;
    hgrn2: "fla-hgrn2", HGRN2;
    mamba2: "fla-mamba2", MAMBA2;
    rwkv7: "fla-rwkv7", RWKV7;
    xlstm: "xlstm-vanilla", XLSTM;
    xlstm_of_cuda: "xlstm-cuda", XLSTM;
}

/// A stack and a layer of a model's file give what they give within the model.
#[test]
fn a_stack_and_a_layer_are_taken_out_of_a_model() {
    let bytes = bytes("fla-delta_net");
    let tensors = read(&bytes).expect("safetensors");
    let device = Device::flex();
    let blocks = config(DELTA_NET).blocks;
    let x = Tensor::<3>::random([2, 5, 8], burn::tensor::Distribution::Default, &device);
    let (stack, _) = take_network(blocks.init(&device), &tensors, None).expect("the stack");
    assert_eq!(stack.forward(x.clone(), None).0.dims(), x.dims());
    let fresh = || blocks.mixer.layer(8, 1e-6, &device).expect("a layer");
    let prefixes = ["weights.model.layers.0.attn", "weights.model.layers.1.attn"];
    let [first, second] = prefixes.map(|prefix| {
        let (layer, taken) = take_network(fresh(), &tensors, Some(prefix)).expect(prefix);
        assert!(taken.names.iter().all(|name| name.starts_with(prefix)));
        layer.apply(x.clone())
    });
    let apart: f32 = (first - second).abs().max().into_scalar();
    assert!(apart > APART, "two layers are two");
    // Without a prefix there are two such layers.
    let said = take_network(fresh(), &tensors, None).expect_err("two places");
    assert!(matches!(said, WeightError::Ambiguous { prefixes } if prefixes.len() == 2));
}

/// What a model of this configuration says of the file.
fn refused(tensors: &Tensors<'_>, config: LanguageModelConfig) -> String {
    let model = config.init(&Device::flex());
    let said = take_network(model, tensors, Some(WEIGHTS)).map(|_| ());
    said.expect_err("another network").to_string()
}

#[test]
fn what_is_missing_or_more_is_named() {
    let bytes = bytes("fla-delta_net");
    let tensors = read(&bytes).expect("safetensors");
    let mut short = config(DELTA_NET);
    short.blocks.blocks = 1;
    let said = refused(&tensors, short);
    assert!(said.starts_with(
        "the network lacks what 14 tensors are of: `weights.model.layers.1.attn.b_proj.weight`, "
    ));
    let mut long = config(DELTA_NET);
    long.blocks.blocks = 3;
    let said = refused(&tensors, long);
    assert!(said.contains("tensor `weights.model.layers.2.attn_norm.weight`, [8], is missing"));
    let mut wide = config(DELTA_NET);
    wide.blocks.mlp.as_mut().expect("a perceptron").d_hidden = 13;
    let said = refused(&tensors, wide);
    assert!(said.contains("tensor `weights.model.layers.0.mlp.gate_proj.weight` is [12, 8], but the module takes [13, 8]"));
    let MixingConfig::Cell(mixer) = config(DELTA_NET).blocks.mixer else {
        unreachable!("a cell");
    };
    let gated = mixer.with_gate(Some(Default::default()));
    let gated = BlocksConfig::of(8, 2, gated.into());
    let said = refused(&tensors, LanguageModelConfig::new(7, gated));
    assert!(
        said.contains("tensor `weights.model.layers.0.attn.g_proj.weight`, [8, 8], is missing")
    );
    let cell = AnyCellConfig::Hgrn(HgrnConfig::new(8));
    let said = refused(
        &tensors,
        LanguageModelConfig::new(7, BlocksConfig::new(8, 2, cell)),
    );
    assert_eq!(
        said,
        "no other library's network has the parameter `blocks.blocks.0.mixer.recurrent.layers.0.forward.gates.input.bias` of this one"
    );
}
