//! A language model writes.

use crate::{
    data::{
        draw::{Draw, Purpose},
        symbols::{Symbols, TextUnit},
    },
    error::{Error, Result},
    model::{body::NetStates, net::Net},
    tasks::prediction::SampleOptions,
};
use burn::tensor::{Device, Tensor, TensorData};

/// The most symbols that are written at once.
const LONGEST: usize = 1 << 24;

/// Checks every number.
///
/// # Errors
///
/// Names the option, its value and what it must be.
pub(super) fn check(options: &SampleOptions) -> Result<()> {
    if !(options.temperature.is_finite() && options.temperature >= 0.0) {
        let t = options.temperature;
        return Err(Error::mend(format!("--temperature {t}: must be 0 or more")));
    }
    if options.length > LONGEST {
        return Err(Error::mend(format!(
            "--length {}: must be at most {LONGEST}; go on from what was written with --prompt",
            options.length
        )));
    }
    if options.top_k == Some(0) {
        return Err(Error::mend("--top-k 0: must be 1 or more"));
    }
    Ok(())
}

/// The prompt and what the network writes behind it.
pub(super) fn write(
    symbols: &Symbols,
    net: &Net,
    device: &Device,
    options: &SampleOptions,
) -> String {
    // Before a word, a space is no symbol of its own.
    let prompt = match symbols.unit() {
        TextUnit::Word => options.prompt.trim_end_matches(' '),
        TextUnit::Char | TextUnit::Bytes | TextUnit::Bpe => options.prompt.as_str(),
    };
    let mut written = symbols.encode(prompt);
    let start = written.len();
    // Without a prompt, the text begins as after a line's end.
    let mut feed = match written.is_empty() {
        true => symbols.encode("\n"),
        false => written.clone(),
    };
    let mut states = None;
    for i in 0..options.length {
        let logits = next_logits(net, &feed, &mut states, device);
        let symbol = choose_symbol(&logits, options, i as u64);
        written.push(symbol);
        feed = vec![symbol];
    }
    let text = symbols.following(prompt, &written[start..]);
    let text = match prompt.len() == options.prompt.len() {
        true => &text,
        false => text.trim_start_matches(' '),
    };
    format!("{}{text}", options.prompt)
}

fn next_logits(
    net: &Net,
    symbols: &[u32],
    states: &mut Option<NetStates>,
    device: &Device,
) -> Vec<f32> {
    let time = symbols.len();
    let symbols: Vec<i32> = symbols.iter().map(|&s| s as i32).collect();
    let symbols = Tensor::from_data(TensorData::new(symbols, [1, time]), device);
    let (y, last) = net.read(net.embed(symbols), states.take());
    *states = Some(last);
    let last = y.narrow(1, time - 1, 1).squeeze_dim(1);
    net.output(last).into_data().iter::<f32>().collect()
}

/// A symbol drawn from the softmax of the logits; never the unknown one, which cannot be written.
fn choose_symbol(logits: &[f32], options: &SampleOptions, index: u64) -> u32 {
    let mut order: Vec<usize> = (1..logits.len()).collect();
    order.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
    if options.temperature == 0.0 {
        return order[0] as u32;
    }
    order.truncate(options.top_k.unwrap_or(usize::MAX));
    let highest = f64::from(logits[order[0]]);
    let weight = |&s: &usize| ((f64::from(logits[s]) - highest) / options.temperature).exp();
    let total: f64 = order.iter().map(weight).sum();
    let draw = Draw::new(Purpose::Sampling, options.seed, index).unit();
    let mut left = f64::from(draw) * total;
    for s in &order {
        left -= weight(s);
        if left <= 0.0 {
            return *s as u32;
        }
    }
    order[order.len() - 1] as u32
}
