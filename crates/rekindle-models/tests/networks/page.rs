//! docs/models.md: what the sources of this crate say of each network, and what it is held to.

use rekindle::{AnyCellConfig, CellConfig, LstmConfig};
use rekindle_models::autoencoder::AutoencoderConfig;
use rekindle_models::awd_lstm::{AwdLstmConfig, AwdStackConfig};
use rekindle_models::blocks::{BlocksConfig, MixerConfig, MlpConfig, PRESETS};
use rekindle_models::ctc::CtcConfig;
use rekindle_models::encoder_decoder::EncoderDecoderConfig;
use rekindle_models::language_model::LanguageModelConfig;
use rekindle_models::tagger::TaggerConfig;
use serde::Serialize;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// A network of the page.
struct Network {
    title: &'static str,
    /// Its module.
    module: &'static str,
    /// The file whose doc says what it is, in `src`.
    page: &'static str,
    /// The file and the name of each of its configurations, and one with its defaults.
    configs: Vec<(&'static str, &'static str, Table)>,
    /// What any cell may take the place of.
    slots: &'static str,
    /// What learns it from a config file.
    task: &'static str,
    /// How the names of its golden files begin, and what their numbers are from.
    oracle: [&'static str; 2],
}

/// How the words of a config begin that a network of this page has no task for yet.
const IN_CODE: &str = "in code";

const TORCH: &str = "PyTorch's modules, joined as the papers say, in float64";
const PAPER: &str = "code written step by step from the papers, in float64";

fn table(config: &impl Serialize) -> Table {
    Table::try_from(config).expect("a configuration prints")
}

fn networks() -> Vec<Network> {
    let blocks = BlocksConfig::preset("lstm", 64, 2)
        .expect("a preset")
        .with_mlp(None);
    let mixer = MixerConfig::new(AnyCellConfig::Lstm(LstmConfig::new(1)));
    vec![
        Network {
            title: "Tagger",
            module: "tagger",
            page: "tagger/mod.rs",
            configs: vec![(
                "tagger/mod.rs",
                "TaggerConfig",
                table(&TaggerConfig::new(1, 2)),
            )],
            slots: "the layers over words, and those over letters",
            task: "`tag`",
            oracle: ["tagger", "PyTorch's LSTM and pytorch-crf, in float64"],
        },
        Network {
            title: "Encoder-decoder",
            module: "encoder_decoder",
            page: "encoder_decoder/mod.rs",
            configs: vec![(
                "encoder_decoder/config.rs",
                "EncoderDecoderConfig",
                table(&EncoderDecoderConfig::new(1, 1)),
            )],
            slots: "the layers that read, and those that write",
            task: "`transduce`",
            oracle: ["encoder_decoder", TORCH],
        },
        Network {
            title: "Transcriber",
            module: "ctc",
            page: "ctc/mod.rs",
            configs: vec![("ctc/mod.rs", "CtcConfig", table(&CtcConfig::new(1, 1)))],
            slots: "the layers",
            task: "`transcribe`",
            oracle: ["ctc", "PyTorch's LSTM and its CTC loss, in float64"],
        },
        Network {
            title: "Language model of blocks",
            module: "language_model",
            page: "language_model.rs",
            configs: vec![(
                "language_model.rs",
                "LanguageModelConfig",
                table(&LanguageModelConfig::new(1, blocks.clone())),
            )],
            slots: "the mixer of each block",
            task: "`language_model`, by `model.kind = \"blocks\"`",
            oracle: ["blocks", PAPER],
        },
        Network {
            title: "Blocks",
            module: "blocks",
            page: "blocks/mod.rs",
            configs: vec![
                ("blocks/config.rs", "BlocksConfig", table(&blocks)),
                ("blocks/mixer.rs", "MixerConfig", table(&mixer)),
                ("blocks/mlp.rs", "MlpConfig", table(&MlpConfig::new(1))),
            ],
            slots: "the mixer",
            task: "every task but `transduce`, by `model.kind = \"blocks\"`",
            oracle: ["blocks", PAPER],
        },
        Network {
            title: "AWD-LSTM",
            module: "awd_lstm",
            page: "awd_lstm/mod.rs",
            configs: vec![
                (
                    "awd_lstm/mod.rs",
                    "AwdLstmConfig",
                    table(&AwdLstmConfig::new(1)),
                ),
                (
                    "awd_lstm/stack.rs",
                    "AwdStackConfig",
                    table(&AwdStackConfig::default()),
                ),
            ],
            slots: "the layers",
            task: "`language_model` and every other but `transduce`, by `model.kind = \"awd_lstm\"`",
            oracle: ["awd_lstm", TORCH],
        },
        Network {
            title: "Autoencoder",
            module: "autoencoder",
            page: "autoencoder.rs",
            configs: vec![(
                "autoencoder.rs",
                "AutoencoderConfig",
                table(&AutoencoderConfig::new(1, 1)),
            )],
            slots: "the layers that read, and those that write",
            task: "`detect`",
            oracle: ["autoencoder", TORCH],
        },
        Network {
            title: "Conditional random field",
            module: "crf",
            page: "crf.rs",
            configs: Vec::new(),
            slots: "",
            task: "`tag`, by `task.crf`",
            oracle: ["tagger-crf", "pytorch-crf, in float64"],
        },
        Network {
            title: "Attention",
            module: "attention",
            page: "attention.rs",
            configs: Vec::new(),
            slots: "",
            task: "`transduce`, by `task.attention`",
            oracle: ["encoder_decoder", TORCH],
        },
        Network {
            title: "Distributions",
            module: "distribution",
            page: "distribution/mod.rs",
            configs: Vec::new(),
            slots: "",
            task: "`forecast`, by `task.distribution` and `task.quantiles`",
            oracle: ["distribution", "their definitions in fifty digits (mpmath)"],
        },
        Network {
            title: "Strokes",
            module: "strokes",
            page: "strokes.rs",
            configs: Vec::new(),
            slots: "",
            task: IN_CODE,
            oracle: ["strokes", PAPER],
        },
    ]
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn source(file: &str) -> String {
    fs::read_to_string(root().join("src").join(file)).expect("a file of this crate")
}

/// A doc as a page has it, without links to what rustdoc knows.
fn plain(doc: &str) -> String {
    let mut text = String::new();
    let mut rest = doc;
    while let Some(at) = rest.find("[`") {
        let (before, link) = rest.split_at(at);
        text.push_str(before);
        let end = link.find("`]").expect("a link ends");
        text.push_str(&link[1..=end]);
        rest = &link[end + 2..];
        if let Some(target) = rest.strip_prefix('(') {
            rest = target.split_once(')').expect("a target ends").1;
        }
    }
    text + rest
}

/// The doc of a module.
fn module(file: &str) -> String {
    let text = source(file);
    let lines = text.lines().take_while(|line| line.starts_with("//!"));
    let lines: Vec<&str> = lines.map(|line| line.trim_start_matches("//!")).collect();
    let lines: Vec<&str> = lines
        .into_iter()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    plain(&lines.join("\n"))
}

/// The keys of a configuration: their names, whether they have a default, and their docs.
fn keys(file: &str, config: &str) -> Vec<(String, bool, String)> {
    let text = source(file);
    let start = text
        .find(&format!("pub struct {config} {{"))
        .expect("a configuration");
    let mut keys = Vec::new();
    // All of a configuration may have defaults at once.
    let before = text[..start].trim_end().lines().next_back();
    let all = before.is_some_and(|line| line.starts_with("#[serde(") && line.contains("default"));
    let (mut doc, mut has_default) = (Vec::new(), all);
    for line in text[start..]
        .lines()
        .skip(1)
        .take_while(|line| *line != "}")
    {
        let line = line.trim();
        if let Some(said) = line.strip_prefix("///") {
            doc.push(said.trim().to_owned());
        } else if line.starts_with("#[serde(default") {
            has_default = true;
        } else if let Some((name, _)) = line
            .strip_prefix("pub ")
            .and_then(|field| field.split_once(':'))
        {
            keys.push((name.to_owned(), has_default, plain(&doc.join(" "))));
            (doc, has_default) = (Vec::new(), all);
        }
    }
    assert!(!keys.is_empty(), "{config} has no keys");
    keys
}

/// A default, as a config has it; of what has keys of its own, what it is.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => "none".to_owned(),
        Some(Value::Table(_)) => "a table".to_owned(),
        Some(Value::Array(all)) if all.iter().any(Value::is_table) => "a list of tables".to_owned(),
        Some(value) => format!("`{value}`"),
    }
}

/// The golden files whose names begin so.
fn golden(start: &str) -> usize {
    let names = super::file::all();
    let count = names.iter().filter(|name| name.starts_with(start)).count();
    assert!(count > 0, "no golden file begins with {start}");
    count
}

const HEAD: &str = "# Whole networks\n\n\
The crate [`rekindle-models`](../crates/rekindle-models/src/lib.rs) has the networks that recurrent layers are used in, as Burn modules of any \
cell of [the list](cells.md). This page is written by a test of that crate from the sources, and held to them: what a network is and where \
its equations are from, its keys, what learns it from a config, and what its outputs, losses and gradients are held to. The tasks and \
their files are in [data.md](data.md), their keys in [config.md](config.md#task).\n\n\
| network | any cell in | learned by the task | golden files |\n|---|---|---|---|\n";

fn page() -> String {
    let mut text = HEAD.to_owned();
    let networks = networks();
    // Writing to a string cannot fail.
    for Network {
        title,
        slots,
        task,
        oracle: [start, _],
        ..
    } in &networks
    {
        let place = title.to_lowercase().replace(' ', "-");
        let slots = if slots.is_empty() { "-" } else { slots };
        let _ = writeln!(
            text,
            "| [{title}](#{place}) | {slots} | {task} | {} |",
            golden(start)
        );
    }
    for network in &networks {
        let [start, oracle] = network.oracle;
        let _ = write!(
            text,
            "\n## {}\n\n`rekindle_models::{}`. {}\n",
            network.title,
            network.module,
            module(network.page)
        );
        if network.module == "blocks" {
            let _ = write!(text, "\n| preset | |\n|---|---|\n");
            for (name, says) in PRESETS {
                let _ = writeln!(text, "| `{name}` | {says} |");
            }
        }
        for (file, config, defaults) in &network.configs {
            let _ = write!(text, "\n| `{config}` | default | |\n|---|---|---|\n");
            for (name, has_default, says) in keys(file, config) {
                let default = if has_default {
                    shown(defaults.get(&name))
                } else {
                    String::new()
                };
                let _ = writeln!(
                    text,
                    "| `{name}` | {default} | {} |",
                    says.replace('|', "\\|")
                );
            }
        }
        let _ = write!(
            text,
            "\nHeld to {oracle}: {} of the golden files, `{start}*`.\n",
            golden(start)
        );
    }
    text
}

/// Where the page is kept; with the variable it is written anew.
const WRITE: &str = "REKINDLE_WRITE_PAGE";

#[test]
fn the_page_of_models_is_what_the_sources_say() {
    let path = root().join("../../docs/models.md");
    let page = page();
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, &page).expect("the page is written");
    }
    let kept = fs::read_to_string(&path).expect("docs/models.md");
    assert!(
        kept == page,
        "docs/models.md is not what the sources say; write it anew with {WRITE}=1 cargo test --release --workspace --test networks page"
    );
}
