//! A text that a language model reads as it comes.

use super::spec::LanguageSpec;
use crate::{
    error::Result,
    model::frames::Frames,
    tasks::{
        lines::Lines,
        prediction::{Prediction, Predictions},
    },
};
use burn::tensor::activation::log_softmax;

/// A text, line by line; each line's end is a part of it.
pub(super) struct Text {
    pub(super) spec: LanguageSpec,
    pub(super) frames: Frames,
    /// The logarithms of the probabilities of what follows; none before the first symbol.
    pub(super) expected: Option<Vec<f32>>,
}

impl Lines for Text {
    fn takes(&self) -> String {
        "a line is a part of one text, its end is read too; behind each symbol come the bits that it took to expect it, and the \
         likeliest to follow"
            .into()
    }

    fn take(&mut self, number: usize, line: &str) -> Result<Predictions> {
        let vocabulary = &self.spec.vocabulary;
        let (tokens, symbols): (Vec<_>, Vec<_>) = vocabulary.tokens(line).into_iter().unzip();
        if tokens.is_empty() {
            return Ok(Predictions::default());
        }
        let vectors = self.frames.vectors(&symbols);
        let width = vectors.len() / symbols.len();
        let each = vectors.chunks(width);
        let y: Vec<f32> = each.flat_map(|x| self.frames.read(x).to_vec()).collect();
        let logs = log_softmax(self.frames.output(y), 1).into_data();
        let logs: Vec<f32> = logs.iter::<f32>().collect();
        let mut all = Vec::with_capacity(symbols.len());
        let read = tokens.into_iter().zip(&symbols);
        for ((read, &symbol), logs) in read.zip(logs.chunks(vocabulary.len())) {
            let expected = self.expected.replace(logs.to_vec());
            let nats = expected.map(|logs| -f64::from(logs[symbol as usize]));
            let likeliest = (0..logs.len()).max_by(|&a, &b| logs[a].total_cmp(&logs[b]));
            let likeliest = likeliest.unwrap_or_default();
            let said = Prediction::Next {
                read,
                bits: nats.map(|nats| nats / std::f64::consts::LN_2),
                next: vocabulary.shown(likeliest as u32),
                probability: f64::from(logs[likeliest]).exp(),
            };
            all.push(said.of_row(number));
        }
        Ok(Predictions {
            all,
            notes: Vec::new(),
        })
    }
}
