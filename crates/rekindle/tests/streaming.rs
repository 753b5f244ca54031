//! A stream of plain numbers: what it gives, and that it allocates nothing.
#![cfg(feature = "flex")]

use burn::tensor::{Device, Tensor, TensorData};
use rekindle::{AnyCellConfig, CellConfig, LstmConfig, Recurrent, RecurrentConfig, Streamer};

const D_INPUT: usize = 5;
const D_HIDDEN: usize = 6;
const TIME: usize = 12;

fn named(cell: &str) -> AnyCellConfig {
    AnyCellConfig::named(cell, D_HIDDEN).expect("a cell")
}

fn layer(cell: AnyCellConfig, device: &Device) -> Recurrent<rekindle::AnyCell> {
    let config = RecurrentConfig {
        layers: 3,
        ..RecurrentConfig::new(cell)
    };
    config.init(D_INPUT, device)
}

/// Frames of so many rows, without chance.
fn frames(batch: usize) -> Vec<Vec<f32>> {
    let number = |t: usize, i: usize| ((t * 31 + i * 7) as f32).sin();
    (0..TIME)
        .map(|t| (0..batch * D_INPUT).map(|i| number(t, i)).collect())
        .collect()
}

/// What the layer gives for the whole sequence, frame by frame.
fn whole(
    layer: &Recurrent<rekindle::AnyCell>,
    frames: &[Vec<f32>],
    batch: usize,
    device: &Device,
) -> Vec<Vec<f32>> {
    let x = TensorData::new(frames.concat(), [TIME, batch, D_INPUT]);
    let x = Tensor::<3>::from_data(x, device).swap_dims(0, 1);
    let (y, _) = layer.forward(x, None);
    let y: Vec<f32> = y.swap_dims(0, 1).into_data().iter::<f32>().collect();
    y.chunks(batch * layer.d_output())
        .map(<[f32]>::to_vec)
        .collect()
}

fn near(a: &[f32], b: &[f32], what: &str) {
    let apart = a
        .iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(a.len() == b.len() && apart < 1e-5, "{what}: {apart}");
}

#[test]
fn numbers_are_the_sequence_after_a_reset_and_in_another_batch() {
    let device = Device::flex();
    // The last two are no plain set of equations, and go step by step.
    for cell in ["gru", "lstm", "mingru", "mlstm", "fast_slow_lstm"] {
        let layer = layer(named(cell), &device);
        let mut stream = Streamer::new(layer.clone());
        for batch in [1, 1, 3] {
            let frames = frames(batch);
            let mut y = vec![0.0; batch * layer.d_output()];
            for (t, right) in whole(&layer, &frames, batch, &device).iter().enumerate() {
                let middle = stream.snapshot();
                stream.push_f32(&frames[t], &mut y, &device);
                near(&y, right, &format!("{cell}, {batch} rows, step {t}"));
                if t == TIME / 2 {
                    stream.restore(middle);
                    stream.push_f32(&frames[t], &mut y, &device);
                    near(&y, right, &format!("{cell}, {batch} rows, step {t} again"));
                }
            }
            stream.reset();
            assert!(stream.snapshot().is_none());
        }
    }
}

#[test]
fn no_frame_but_the_first_allocates() {
    let device = Device::flex();
    let cells = ["elman", "gru", "lstm", "mingru", "peephole_lstm"];
    let cells = cells.map(|cell| (cell, named(cell)));
    let projected = LstmConfig::new(D_HIDDEN).with_d_projection(Some(3));
    let projected = ("a projected lstm", AnyCellConfig::Lstm(projected));
    for (cell, config) in cells.into_iter().chain([projected]) {
        let layer = layer(config, &device);
        let mut y = vec![0.0; layer.d_output()];
        let mut stream = Streamer::new(layer);
        let frames = frames(1);
        let mut push = |frame: &Vec<f32>| {
            allocation_counter::measure(|| stream.push_f32(frame, &mut y, &device)).count_total
        };
        // The count counts: packing takes room.
        assert!(push(&frames[0]) > 0, "{cell}");
        let rest: u64 = frames[1..].iter().map(&mut push).sum();
        assert_eq!(rest, 0, "{cell}");
    }
}
