//! The network: a GRU reads a word letter by letter, and from its last state another says phonemes until it says that it is done.

use std::collections::BTreeMap;
use std::error::Error;

use burn::tensor::{Device, Int, Tensor, TensorData};
use rekindle::{CellConfig, Gru, GruConfig, Recurrent, RecurrentConfig, Sequence};
use rekindle_interop::formats::{self, Tensors};
use rekindle_interop::{import, tensor};

/// What the decoder says, by number, behind the four signs that are no phonemes.
const PHONEMES: &str = "AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1 AY2 B CH D DH EH0 EH1 EH2 ER0 ER1 ER2 \
    EY0 EY1 EY2 F G HH IH0 IH1 IH2 IY0 IY1 IY2 JH K L M N NG OW0 OW1 OW2 OY0 OY1 OY2 P R S SH T TH UH0 UH1 UH2 UW UW0 UW1 UW2 V W Y Z ZH";
const BEGIN: i64 = 2;
const END: i64 = 3;
const SIGNS: usize = 4;
/// The most phonemes of a word.
const LONGEST: usize = 20;

/// What the encoder reads that is no letter: what it does not know, and the end of a word; `a` is the next number.
const UNKNOWN: usize = 1;
const END_OF_WORD: usize = 2;

/// The network of g2p-en.
pub(crate) struct Network {
    encoder: Recurrent<Gru>,
    decoder: Recurrent<Gru>,
    /// From the decoder's state to a score for each sign and phoneme.
    weight: Tensor<2>,
    bias: Tensor<2>,
}

impl Network {
    /// The network of NumPy's file.
    pub(crate) fn read(bytes: &[u8], device: &Device) -> Result<Self, Box<dyn Error>> {
        let tensors = formats::read(bytes)?;
        Ok(Network {
            encoder: gru(&tensors, "enc", device)?,
            decoder: gru(&tensors, "dec", device)?,
            weight: tensor::<2>(&tensors, "fc_w", device)?.transpose(),
            bias: tensor::<1>(&tensors, "fc_b", device)?.unsqueeze(),
        })
    }

    /// The phonemes of each of these words, at least one.
    pub(crate) fn phonemes(
        &self,
        words: &[&str],
    ) -> Result<Vec<Vec<&'static str>>, Box<dyn Error>> {
        let device = self.weight.device();
        let (_, mut states) = self.encoder.forward(self.letters(words)?, None);
        let one_of = Tensor::<2>::eye(self.decoder.d_input(), &device);
        let known: Vec<&str> = PHONEMES.split_whitespace().collect();
        let mut said = vec![Vec::new(); words.len()];
        // The words that are not done yet, and what was said of each last.
        let mut open: Vec<usize> = (0..words.len()).collect();
        let mut last = Tensor::<1, Int>::full([words.len()], BEGIN, &device);
        for _ in 0..LONGEST {
            let (y, next) = self
                .decoder
                .step(one_of.clone().select(0, last), Some(states));
            let scores = y.matmul(self.weight.clone()) + self.bias.clone();
            let numbers: Vec<i64> = scores.argmax(1).into_data().iter().collect();
            let go_on = (0..open.len()).filter(|&row| numbers[row] != END);
            let go_on: Vec<usize> = go_on.collect();
            if go_on.is_empty() {
                break;
            }
            for &row in &go_on {
                let phoneme = (numbers[row] as usize).checked_sub(SIGNS);
                said[open[row]].push(phoneme.map_or("<unk>", |number| known[number]));
            }
            let integers = |numbers: Vec<i64>| Tensor::from_data(&numbers[..], &device);
            last = integers(go_on.iter().map(|&row| numbers[row]).collect());
            states = next.rows(integers(go_on.iter().map(|&row| row as i64).collect()));
            open = go_on.iter().map(|&row| open[row]).collect();
        }
        Ok(said)
    }

    /// What the encoder reads: a one in the place of each letter, and of the end.
    fn letters(&self, words: &[&str]) -> Result<Sequence, Box<dyn Error>> {
        let numbers = |word: &str| -> Vec<usize> {
            let letters = word
                .chars()
                .map(|letter| match letter.to_ascii_lowercase() {
                    letter @ 'a'..='z' => letter as usize - 'a' as usize + END_OF_WORD + 1,
                    _ => UNKNOWN,
                });
            letters.chain([END_OF_WORD]).collect()
        };
        let numbers: Vec<Vec<usize>> = words.iter().map(|word| numbers(word)).collect();
        let lengths: Vec<usize> = numbers.iter().map(Vec::len).collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let width = self.encoder.d_input();
        let mut x = vec![0.0_f32; words.len() * longest * width];
        for (row, numbers) in numbers.iter().enumerate() {
            for (step, number) in numbers.iter().enumerate() {
                x[(row * longest + step) * width + number] = 1.0;
            }
        }
        let x = TensorData::new(x, [words.len(), longest, width]);
        let x = Tensor::from_data(x, &self.weight.device());
        Ok(Sequence::padded(x, lengths)?)
    }
}

/// The encoder or the decoder. What it is multiplied by is the embedding, of which there is one for each letter or phoneme:
/// both are one matrix here, and the layer reads the number as a one in its place.
fn gru(
    tensors: &Tensors<'_>,
    side: &str,
    device: &Device,
) -> Result<Recurrent<Gru>, Box<dyn Error>> {
    let embedding = tensor::<2>(tensors, &format!("{side}_emb"), device)?;
    let input = tensor::<2>(tensors, &format!("{side}_w_ih"), device)?;
    let hidden = tensor::<2>(tensors, &format!("{side}_w_hh"), device)?;
    let bias = |name| tensor::<1>(tensors, &format!("{side}_{name}"), device);
    let ([symbols, _], [_, units]) = (embedding.dims(), hidden.dims());
    let weights = BTreeMap::from([
        (
            "weight_ih_l0".to_owned(),
            input.matmul(embedding.transpose()).into_data(),
        ),
        ("weight_hh_l0".to_owned(), hidden.into_data()),
        ("bias_ih_l0".to_owned(), bias("b_ih")?.into_data()),
        ("bias_hh_l0".to_owned(), bias("b_hh")?.into_data()),
    ]);
    let layer = RecurrentConfig::new(GruConfig::new(units)).init(symbols, device);
    Ok(import(layer, &weights)?)
}
