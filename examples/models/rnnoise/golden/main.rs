//! `golden NOISY.wav GOLDEN.f32`: for each frame of 10 ms 42 features, 22 gains and how likely speech is, as little-endian f32.
//!
//! The network hears 48 kHz; the file has 16, so two samples are put between each two, on a straight line.

use std::{borrow::Cow, env, error::Error, fs, time::Instant};

use nnnoiseless::{DenoiseFeatures, FRAME_SIZE, RnnModel, rnn::RnnState};

fn main() -> Result<(), Box<dyn Error>> {
    let [wav, golden] = [1, 2].map(|number| env::args().nth(number).expect("two files"));
    let samples = hound::WavReader::open(wav)?.into_samples::<i16>();
    let samples: Vec<f32> = samples
        .map(|sample| sample.map(f32::from))
        .collect::<Result<_, _>>()?;
    let between =
        |pair: &[f32]| [0.0, 1.0, 2.0].map(|third| pair[0] + (pair[1] - pair[0]) * third / 3.0);
    let samples: Vec<f32> = samples.windows(2).flat_map(between).collect();

    let mut features = DenoiseFeatures::new();
    let heard = samples.chunks_exact(FRAME_SIZE).filter_map(|frame| {
        features.shift_and_filter_input(frame);
        let silent = features.compute_frame_features();
        (!silent).then(|| features.features().to_vec())
    });
    let heard: Vec<Vec<f32>> = heard.collect();

    let model = RnnModel::default();
    let mut took = Vec::new();
    let mut all = Vec::new();
    for _ in 0..5 {
        all.clear();
        let mut network = RnnState::new(Cow::Borrowed(&model));
        let began = Instant::now();
        for features in &heard {
            let (mut gains, mut speech) = ([0.0; 22], [0.0]);
            network.compute(&mut gains, &mut speech, features);
            all.extend(
                features
                    .iter()
                    .chain(&gains)
                    .chain(&speech)
                    .flat_map(|number| number.to_le_bytes()),
            );
        }
        took.push(began.elapsed().as_secs_f64());
    }
    took.sort_by(f64::total_cmp);
    println!(
        "{} frames, each in {:.1} µs",
        heard.len(),
        1e6 * took[2] / heard.len() as f64
    );
    Ok(fs::write(golden, all)?)
}
