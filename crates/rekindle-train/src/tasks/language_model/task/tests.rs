use super::*;
use crate::model::config::ModelConfig;
use crate::tasks::language_model::config::LanguageModelConfig;

/// A task over 300 letters that come in no order, of which 60 validate.
fn task(window: usize) -> LanguageModel {
    over(300, window, "")
}

/// The same over so many letters, with a further key.
fn over(letters: usize, window: usize, key: &str) -> LanguageModel {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("text.txt");
    let letter = |i: usize| char::from(b'a' + ((i * i * 7 + i / 3) % 11) as u8);
    std::fs::write(&file, (0..letters).map(letter).collect::<String>()).expect("written");
    let config = format!(
        "file = {file:?}\nwindow = {window}\nd_embedding = 6\nvalid = 0.2\ntest = 0.0\n{key}"
    );
    let config = toml::from_str(&config).expect("a config");
    LanguageModel::open(&config, None).expect("opens")
}

fn net(task: &LanguageModel, device: &Device) -> Net {
    let model: ModelConfig =
        toml::from_str("cell = { kind = \"gru\", d_hidden = 12 }").expect("a model");
    Net::new(task.shape(), &model, device).expect("a network")
}

/// The mean of the negative logarithm of what is given to each symbol, read one by one.
fn one_by_one(net: &Net, text: &[u32], device: &Device) -> f64 {
    forgetting(net, text, device, usize::MAX)
}

/// The same where all that was read is forgotten after so many symbols.
fn forgetting(net: &Net, text: &[u32], device: &Device, after: usize) -> f64 {
    let (mut states, mut nats) = (None, 0.0);
    for (at, pair) in text.windows(2).enumerate() {
        let x = net.sequence(&Steps::Symbols(vec![vec![pair[0]]]), device);
        let known = states.take().filter(|_| at % after != 0);
        let (y, last) = net.outputs(x, Taken::Each, known);
        states = Some(last);
        let logits: Vec<f32> = y.into_data().iter::<f32>().collect();
        let sum: f64 = logits.iter().map(|&l| f64::from(l).exp()).sum();
        nats += sum.ln() - f64::from(logits[pair[1] as usize]);
    }
    nats / (text.len() - 1) as f64
}

#[test]
fn every_symbol_of_a_part_is_judged_with_all_that_stand_before_it() {
    let device = Device::flex();
    // No window divides the 59 symbols that have one before them.
    let task = task(7);
    let net = net(&task, &device);
    let text = task.part(Part::Valid);
    assert_eq!(text.len(), 60);
    let found = task.evaluate(&net, Part::Valid, &device).expect("a part");
    let right = one_by_one(&net, text, &device);
    assert!((found.loss - right).abs() < 1e-5, "{} {right}", found.loss);
    let bits = right / std::f64::consts::LN_2;
    assert!((found.metrics[0].value - bits).abs() < 1e-5);
    assert!(task.evaluate(&net, Part::Test, &device).is_none());
}

#[test]
fn what_is_read_in_several_parts_is_remembered() {
    let device = Device::flex();
    let task = over(6000, 7, "");
    let text = task.part(Part::Valid);
    assert_eq!(text.len(), EVALUATION_STEPS + 176);
    // A network whose memory of the first part shows in the figure.
    let mut nets = (0..100).map(|_| net(&task, &device));
    let (net, right) = nets
        .find_map(|net| {
            let right = one_by_one(&net, text, &device);
            let wrong = forgetting(&net, text, &device, EVALUATION_STEPS);
            ((wrong - right).abs() > 3e-5).then_some((net, right))
        })
        .expect("a network that remembers");
    let found = task.evaluate(&net, Part::Valid, &device).expect("a part");
    assert!((found.loss - right).abs() < 1e-5, "{} {right}", found.loss);
}

#[test]
fn frequencies_are_judged_on_the_same_symbols() {
    let task = task(7);
    let (train, valid) = (task.part(Part::Train), task.part(Part::Valid));
    let all = train.len() + task.spec.vocabulary.len();
    let count = |s: u32| 1 + train.iter().filter(|&&t| t == s).count();
    let bits = valid[1..]
        .iter()
        .map(|&s| (all as f64 / count(s) as f64).log2());
    let right = bits.sum::<f64>() / (valid.len() - 1) as f64;
    let (name, found) = task.baselines(Part::Valid).swap_remove(0);
    assert_eq!(name, "frequencies alone");
    assert!((found.value - right).abs() < 1e-12);
}

#[test]
fn a_part_of_one_symbol_is_refused() {
    let config = task(7).config;
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("text.txt");
    std::fs::write(&file, "ab".repeat(20)).expect("written");
    let config = LanguageModelConfig {
        file: crate::data::file::DataFiles::One(file),
        valid: 0.03,
        ..config
    };
    let error = LanguageModel::open(&config, None).err().expect("refused");
    let words = "its valid part is a single symbol, which nothing predicts; make task.valid larger";
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn symbols_that_the_vocabulary_lacks_are_said_and_not_compared_with_gzip() {
    let whole = task(8);
    assert_eq!(whole.notes(Part::Valid), Vec::<String>::new());
    let names = |task: &LanguageModel| -> Vec<String> {
        let baselines = task.baselines(Part::Valid).into_iter();
        baselines.map(|(name, _)| name).collect()
    };
    assert_eq!(names(&whole).len(), 2);
    // The unknown symbol and the most frequent letter.
    let task = over(300, 8, "vocabulary = 2");
    let unknown = task.part(Part::Valid).iter().filter(|&&s| s == 0).count();
    let notes = task.notes(Part::Valid);
    assert!(
        notes[0].starts_with(&format!("{unknown} of the 60 symbols of the valid")),
        "{notes:?}"
    );
    assert_eq!(names(&task), ["frequencies alone"]);
}

#[test]
fn an_evaluation_counts_where_memory_is_estimated() {
    // 59 symbols are judged at once, as 14 rows of 4.
    let batch = task(4).batch(2);
    assert_eq!((batch.rows, batch.judged, batch.time), (2, 14, 4));
}
