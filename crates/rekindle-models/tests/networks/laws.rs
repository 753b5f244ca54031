//! What holds for every network: it learns with every cell of the list; a row of a batch is that row alone; what is saved is what is
//! loaded, and a configuration prints and parses.

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams};
use burn::tensor::{Device, Distribution, Tensor};
use rekindle::{AnyCellConfig, CATALOG, Invalid, RecurrentConfig, Sequence};
use rekindle_interop::{load_named, named_tensors};
use rekindle_models::autoencoder::{Autoencoder, AutoencoderConfig};
use rekindle_models::awd_lstm::{AwdLstmConfig, AwdStackConfig};
use rekindle_models::blocks::{BlocksConfig, MixerConfig, OtherConfig, PRESETS};
use rekindle_models::ctc::{Ctc, CtcConfig, Unsayable};
use rekindle_models::encoder_decoder::{
    AttentionKind, BridgeKind, EncoderDecoder, EncoderDecoderConfig,
};
use rekindle_models::language_model::{LanguageModel, LanguageModelConfig};
use rekindle_models::tagger::{LettersConfig, Tagger, TaggerConfig};
use rekindle_models::{Search, Tokens};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;

const WIDTH: usize = 8;

fn device() -> Device {
    Device::flex().autodiff()
}

fn number(loss: Tensor<1>) -> f32 {
    loss.into_scalar()
}

/// A network of every cell learns: three updates make the loss smaller.
fn every_cell_learns<M: Module>(
    network: impl Fn(RecurrentConfig) -> Result<M, Invalid>,
    loss: impl Fn(&M) -> Tensor<1>,
) {
    for card in CATALOG {
        let cell = AnyCellConfig::named(card.name, WIDTH).expect("a cell of the list");
        let network = network(RecurrentConfig::new(cell));
        let network = network.unwrap_or_else(|invalid| panic!("{}: {invalid}", card.name));
        learns(card.name, network, &loss);
    }
}

/// Three updates make the loss smaller.
fn learns<M: Module>(name: &str, mut network: M, loss: impl Fn(&M) -> Tensor<1>) {
    let mut optimizer = AdamConfig::new().init();
    let before = number(loss(&network));
    for _ in 0..3 {
        let gradients = GradientsParams::from_grads(loss(&network).backward(), &network);
        network = optimizer.step(1e-4, network, gradients);
    }
    let after = number(loss(&network));
    assert!(after < before, "{name}: {before} became {after}");
}

fn valid<C, M>(
    config: C,
    validate: impl Fn(&C) -> Result<(), Invalid>,
    init: impl Fn(&C) -> M,
) -> Result<M, Invalid> {
    validate(&config).map(|()| init(&config))
}

#[test]
fn a_tagger_of_every_cell_learns() {
    let device = device();
    let words = Tokens::of(&[vec![1, 2, 3], vec![4, 5]], &device);
    let tags = Tokens::of(&[vec![0, 1, 2], vec![2, 1]], &device);
    let letters = Tokens::of(&[[1, 2], [0, 3], [1, 1], [2, 2], [3, 0]], &device);
    let network = |layers: RecurrentConfig| {
        let layers = layers.with_bidirectional(true);
        let spelling = LettersConfig::new(4).with_d_embedding(WIDTH);
        let config = TaggerConfig::new(6, 3)
            .with_d_embedding(WIDTH)
            .with_letters(Some(spelling.with_layers(layers.clone())))
            .with_layers(layers)
            .with_dropout(0.0);
        valid(config, TaggerConfig::validate, |c| c.init(&device))
    };
    every_cell_learns(network, |network: &Tagger| {
        network.loss(&network.forward(&words, Some(&letters)), &tags)
    });
}

#[test]
fn an_encoder_decoder_of_every_cell_learns() {
    let device = device();
    let source = Tokens::of(&[vec![1, 2, 3], vec![4, 5]], &device);
    let target = Tokens::of(&[vec![0, 2, 1], vec![0, 3, 3, 1]], &device);
    for attention in [AttentionKind::Additive, AttentionKind::Dot] {
        let network = |layers: RecurrentConfig| {
            let config = EncoderDecoderConfig::new(6, 6)
                .with_d_embedding(WIDTH)
                .with_encoder(layers.clone())
                .with_decoder(layers)
                .with_attention(attention);
            valid(config, EncoderDecoderConfig::validate, |c| c.init(&device))
        };
        every_cell_learns(network, |network: &EncoderDecoder| {
            network.loss(&source, &target)
        });
    }
}

#[test]
fn a_transcriber_of_every_cell_learns() {
    let device = device();
    let frames: Tensor<3> = Tensor::random([2, 9, 4], Distribution::Default, &device);
    let frames = Sequence::padded(frames, vec![9, 6]).expect("the lengths fit");
    let labels = [vec![0, 1, 1], vec![2]];
    let network = |layers| {
        let config = CtcConfig::new(4, 3).with_subsampling(2).with_layers(layers);
        valid(config, CtcConfig::validate, |c| c.init(&device))
    };
    every_cell_learns(network, |network: &Ctc| {
        let loss = network.loss(&network.forward(frames.clone()), &labels);
        loss.expect("there are steps enough").mean()
    });
}

#[test]
fn blocks_of_every_cell_learn() {
    let device = device();
    let tokens = Tokens::of(&[vec![1, 2, 3, 4], vec![5, 0]], &device);
    let network = |layers: RecurrentConfig| {
        let blocks = BlocksConfig::new(WIDTH, 2, layers.cell);
        let config = LanguageModelConfig::new(6, blocks);
        valid(config, LanguageModelConfig::validate, |c| c.init(&device))
    };
    every_cell_learns(network, |model: &LanguageModel| model.loss(&tokens));
}

#[test]
fn every_preset_learns_and_has_rows_that_know_nothing_of_each_other() {
    let device = device();
    let rows = [vec![1, 2, 3, 4, 2], vec![5, 0]];
    let tokens = Tokens::of(&rows, &device);
    for (name, _) in PRESETS {
        let blocks = BlocksConfig::preset(name, WIDTH, 3).expect("a preset");
        let model = LanguageModelConfig::new(6, blocks).init(&device);
        let (together, _) = model.forward(&tokens, None);
        for (place, tokens) in rows.iter().enumerate() {
            let (alone, _) = model.forward(&Tokens::of(&[tokens], &device), None);
            let length = tokens.len();
            close(row(&together, place, length), row(&alone, 0, length));
        }
        learns(name, model, |model: &LanguageModel| {
            model.loss_smoothed(&tokens, 0.1)
        });
    }
}

#[test]
fn an_autoencoder_of_every_cell_learns() {
    let device = device();
    let frames: Tensor<3> = Tensor::random([3, 6, WIDTH], Distribution::Default, &device);
    let frames = Sequence::padded(frames, vec![6, 4, 5]).expect("the lengths fit");
    let network = |layers: RecurrentConfig| {
        let config = AutoencoderConfig::new(WIDTH, WIDTH).with_encoder(layers.clone());
        let config = config.with_decoder(layers);
        valid(config, AutoencoderConfig::validate, |c| c.init(&device))
    };
    every_cell_learns(network, |network: &Autoencoder| {
        network.loss(frames.clone())
    });
}

#[test]
fn blocks_go_on_where_they_stopped() {
    let device = device();
    let text = [1, 4, 2, 2, 0, 3, 5, 1];
    for (name, _) in PRESETS {
        let blocks = BlocksConfig::preset(name, WIDTH, 2).expect("a preset");
        let model = LanguageModelConfig::new(6, blocks).init(&device);
        let (whole, _) = model.forward(&Tokens::of(&[text], &device), None);
        // Beside a row that is longer: what is remembered is of a row's own end.
        let beside = Tokens::of(&[&text[..3], &text[..6]], &device);
        let (_, mut state) = model.forward(&beside, None);
        for (t, &token) in text.iter().enumerate().skip(3) {
            let (next, after) = model.forward(&Tokens::of(&[[token], [0]], &device), Some(state));
            close(row(&next, 0, 1), row(&whole, 0, text.len()).narrow(0, t, 1));
            state = after;
        }
    }
}

#[test]
fn what_blocks_remember_is_a_list_of_tensors() {
    let device = Device::flex();
    let x = |time| Tensor::<3>::random([2, time, WIDTH], Distribution::Default, &device);
    for (name, _) in PRESETS {
        let blocks = BlocksConfig::preset(name, WIDTH, 2).expect("a preset");
        let blocks = blocks.init(&device);
        let (first, next) = (x(5), x(2));
        let (y, state) = blocks.forward(first.clone(), None);
        let (begun, _) = blocks.forward(first.clone(), Some(blocks.initial(&first)));
        assert_eq!(y.into_data(), begun.into_data(), "{name}");
        let parts = state.clone().into_parts();
        assert!(parts.iter().all(|part| part.dims()[0] == 2), "{name}");
        let again = blocks.initial(&next).with_parts(parts);
        let (y, _) = blocks.forward(next.clone(), Some(state));
        let (same, _) = blocks.forward(next, Some(again));
        assert_eq!(y.into_data(), same.into_data(), "{name}");
    }
}

fn close(found: Tensor<2>, right: Tensor<2>) {
    assert_eq!(found.dims(), right.dims());
    let apart: f32 = (found - right).abs().max().into_scalar();
    assert!(apart < 1e-5, "{apart} apart");
}

/// A row of a batch, `[time, features]`, up to its length.
fn row(batch: &Tensor<3>, row: usize, length: usize) -> Tensor<2> {
    batch
        .clone()
        .narrow(0, row, 1)
        .squeeze_dim::<2>(0)
        .narrow(0, 0, length)
}

#[test]
fn a_row_of_a_batch_is_that_row_alone() {
    let device = device();
    let rows = [vec![1, 2, 3, 4, 5], vec![4, 5], vec![0, 0, 1]];
    let all = Tokens::of(&rows, &device);

    let tagger = TaggerConfig::new(6, 3).with_dropout(0.0).init(&device);
    let scores = tagger.forward(&all, None);
    let best = tagger.decode(&scores);
    for (place, tokens) in rows.iter().enumerate() {
        let alone = tagger.forward(&Tokens::of(&[tokens], &device), None);
        close(
            row(scores.data(), place, tokens.len()),
            row(alone.data(), 0, tokens.len()),
        );
        assert_eq!(tagger.decode(&alone)[0], best[place]);
    }

    for attention in [
        AttentionKind::None,
        AttentionKind::Additive,
        AttentionKind::General,
    ] {
        let config = EncoderDecoderConfig::new(6, 6).with_attention(attention);
        let network = config.init(&device);
        let targets = Tokens::of(&[[0, 2, 3], [0, 4, 1], [0, 5, 5]], &device);
        let together = network.forward(&network.read(&all), targets.data());
        for (place, tokens) in rows.iter().enumerate() {
            let read = network.read(&Tokens::of(&[tokens], &device));
            let alone = network.forward(&read, &targets.data().clone().narrow(0, place, 1));
            close(row(&together, place, 3), row(&alone, 0, 3));
        }
    }
}

#[test]
fn a_beam_finds_nothing_less_probable_than_the_best_symbol_each_time() {
    let device = Device::flex();
    let network = EncoderDecoderConfig::new(9, 9).init(&device);
    for source in [vec![2, 3, 4], vec![5], vec![8, 8, 2, 1]] {
        let found = |search: Search| network.write(&source, &search, 0, 1, &device);
        let greedy = found(Search::greedy(6));
        let beam = found(Search {
            width: 8,
            longest: 6,
            length_norm: 0.0,
        });
        assert!(beam.len() > 1 && beam.len() <= 8);
        let ended = greedy[0].ended <= beam[0].ended;
        let better = beam[0].log_prob >= greedy[0].log_prob - 1e-5;
        assert!(
            ended && (better || !greedy[0].ended),
            "{greedy:?} {:?}",
            beam[0]
        );
    }
}

#[test]
fn a_sampled_step_reads_what_the_network_says() {
    let device = Device::flex();
    let network = EncoderDecoderConfig::new(9, 9).init(&device);
    let read = network.read(&Tokens::of(&[[2, 3, 4]], &device));
    // With a probability of one every symbol behind the first is the network's own: that of the search.
    let found = network.write(&[2, 3, 4], &Search::greedy(4), 0, 1, &device);
    let mut said = vec![0];
    said.extend(&found[0].tokens);
    let own = network.forward(&read, Tokens::of(&[&said], &device).data());
    let wrong: Vec<usize> = std::iter::once(0)
        .chain(said.iter().skip(1).map(|_| 5))
        .collect();
    let sampled = network
        .writer()
        .forward(&read, Tokens::of(&[wrong], &device).data(), 1.0);
    close(row(&own, 0, said.len()), row(&sampled, 0, said.len()));
}

/// A configuration prints and parses; what is saved is what is loaded.
fn kept<C, M>(config: &C, init: impl Fn(&C) -> M)
where
    C: Clone + Debug + PartialEq + Serialize + DeserializeOwned,
    M: Module,
{
    let text = toml::to_string(config).expect("a configuration prints");
    assert_eq!(
        &toml::from_str::<C>(&text).expect("what is printed parses"),
        config
    );
    let unknown = toml::from_str::<C>(&format!("unknown = 1\n{text}")).expect_err("an unknown key");
    assert!(unknown.to_string().contains("unknown"), "{unknown}");
    let saved = named_tensors(&init(config));
    let loaded =
        load_named(init(config), &saved.iter().cloned().collect()).expect("the same network");
    for ((path, saved), (same, loaded)) in saved.iter().zip(named_tensors(&loaded)) {
        assert_eq!((path, saved), (&same, &loaded));
    }
}

#[test]
fn what_is_written_is_what_is_read() {
    let device = Device::flex();
    let tagger = TaggerConfig::new(6, 3).with_letters(Some(LettersConfig::new(5)));
    kept(&tagger, |config| config.init(&device));
    let network = EncoderDecoderConfig::new(6, 6)
        .with_copy(true)
        .with_d_attention(Some(4));
    kept(&network, |config| config.init(&device));
    kept(&CtcConfig::new(4, 3), |config| config.init(&device));
    kept(&AutoencoderConfig::new(3, 4), |config| config.init(&device));
    let stack = AwdStackConfig::default().with_d_hidden(6);
    let awd = AwdLstmConfig::new(9).with_d_embedding(4).with_stack(stack);
    kept(&awd, |config| config.init(&device));
    for (name, _) in PRESETS {
        let blocks = BlocksConfig::preset(name, WIDTH, 2).expect("a preset");
        kept(&LanguageModelConfig::new(6, blocks), |config| {
            config.init(&device)
        });
    }
}

#[test]
fn what_does_not_fit_is_said() {
    let said = |config: EncoderDecoderConfig| config.validate().expect_err("refused").to_string();
    let usual = || EncoderDecoderConfig::new(6, 7);
    assert_eq!(
        said(usual().with_attention(AttentionKind::Dot)),
        "attention = dot: must be general or additive where the widths differ: the encoder gives 512 features and the decoder \
         256; or make the two equal"
    );
    assert_eq!(
        said(usual().with_input_feeding(true)),
        "input_feeding = true: must be false, or attention dot or general: there is nothing to feed"
    );
    assert_eq!(
        said(usual().with_copy(true)),
        "copy = true: must be false where source and target have other symbols: these are 6 and 7"
    );
    assert_eq!(
        said(usual().with_bridge(BridgeKind::Copy)),
        "bridge = copy: must be read or linear where the encoder ends with other states than the decoder begins with; or give the two \
         the same layers, in one direction"
    );
    let preset = |name| BlocksConfig::preset(name, WIDTH, 2).expect("a preset");
    let said = |config: BlocksConfig| config.validate().expect_err("refused").to_string();
    let mixed = |mixer: MixerConfig| said(preset("gla").with_mixer(mixer.into()));
    let cell = |name| AnyCellConfig::named(name, WIDTH).expect("a cell of the list");
    let convolved = |name, projection: &str| {
        let mixer = MixerConfig::new(cell(name)).with_convolution(Some(4));
        mixed(mixer.with_convolved(vec![projection.to_owned()]))
    };
    assert_eq!(
        convolved("gla", "beta"),
        "mixer.convolved = beta: must be some of q, k, v, alpha_down, each once, in this order"
    );
    assert_eq!(
        convolved("lstm", "i"),
        "mixer.convolved = i: must be left out: the cell's input enters otherwise than by projections alone"
    );
    assert_eq!(
        mixed(MixerConfig::new(cell("lstm")).with_gate_first(true)),
        "mixer.gate_first = true: must be false without a gate and an output_norm that it could stand before"
    );
    let other = preset("xlstm").other.expect("an sLSTM block");
    assert_eq!(
        said(preset("xlstm").with_other(Some(OtherConfig {
            at: vec![2],
            ..other
        }))),
        "other.at = [2]: must be at least one of 0 to 1, each larger than the one before"
    );
    let device = Device::flex();
    let network = CtcConfig::new(2, 3).init(&device);
    let log_probs = network.forward(Tensor::zeros([1, 3, 2], &device));
    let unsayable = |labels: Vec<usize>| network.loss(&log_probs, &[labels]).expect_err("refused");
    let short = unsayable(vec![1, 1, 0]);
    assert!(
        matches!(
            short,
            Unsayable::Short {
                steps: 3,
                needed: 4,
                ..
            }
        ),
        "{short}"
    );
    assert_eq!(
        unsayable(vec![3]).to_string(),
        "row 0: label 3 is none of the network's, which are 0 to 2"
    );
}

#[test]
fn what_breaks_the_scheme_is_never_said() {
    let device = Device::flex();
    let labels = ["O", "B-A", "I-A", "B-B", "I-B"].map(str::to_owned);
    let network = TaggerConfig::new(30, 5).init(&device).with_bio(&labels);
    let rows: Vec<Vec<usize>> = (0..20)
        .map(|r| (0..12).map(|t| (r * 7 + t * 3) % 30).collect())
        .collect();
    let scores = network.forward(&Tokens::of(&rows, &device), None);
    let scores = scores.with(scores.data().clone().mul_scalar(20.0));
    let best = network.decode(&scores);
    assert!(best.iter().flatten().any(|&tag| tag == 2 || tag == 4));
    for tags in best {
        for (place, &tag) in tags.iter().enumerate() {
            let before = place.checked_sub(1).map(|p| tags[p]);
            let whole = match tag {
                2 => matches!(before, Some(1 | 2)),
                4 => matches!(before, Some(3 | 4)),
                _ => true,
            };
            assert!(whole, "{tags:?}");
        }
    }
}
