//! An LSTM of integers, as a cell of equations.

use std::collections::BTreeMap;
use std::error::Error;

use burn::tensor::{Device, TensorData};
use rekindle::{Custom, CustomConfig, Recurrent, RecurrentConfig};
use rekindle_interop::import;

use super::file::Weights;

/// The blocks, in the file's order, with what is made of their sums.
const BLOCKS: [(&str, &str); 4] = [
    ("g", "tanh"),
    ("i", "sigmoid"),
    ("f", "sigmoid"),
    ("o", "sigmoid"),
];

/// An LSTM whose sums have a scale for every unit, and whose output is rounded to an integer.
fn equations() -> String {
    let mut text = String::from(
        "state h, c
         input g, i, f, o
         hidden g, i, f, o
         vector scale_g, scale_i, scale_f, scale_o\n",
    );
    for (block, function) in BLOCKS {
        text += &read(
            block,
            function,
            &format!("scale_{block} * (affine({block}, h))"),
        );
    }
    text += "c' = max(min(f * c + i * g, 100), -100)\n";
    text += &read("shown", "tanh", "c'");
    text += "h' = floor(127 * o * shown + 0.5)\n";
    text
}

/// A value as Tesseract reads functions: on straight lines between the entries of a table, which are 1/256 apart.
fn read(name: &str, function: &str, of: &str) -> String {
    format!(
        "at_{name} = 256 * ({of})
         entry_{name} = floor(at_{name})
         low_{name} = {function}(entry_{name} / 256)
         high_{name} = {function}((entry_{name} + 1) / 256)
         {name} = low_{name} + (high_{name} - low_{name}) * (at_{name} - entry_{name})\n"
    )
}

/// The layer of such blocks, from integers to integers.
pub(crate) fn lstm(
    blocks: &[Weights; 4],
    device: &Device,
) -> Result<Recurrent<Custom>, Box<dyn Error>> {
    let units = blocks[0].rows;
    let inputs = blocks[0].columns - 1 - units;
    let all = |of: &dyn Fn(&Weights) -> Vec<f32>| blocks.iter().flat_map(of).collect::<Vec<f32>>();
    let mut weights = BTreeMap::from([
        (
            "weight_ih_l0".to_owned(),
            TensorData::new(all(&|block| block.block(0, inputs)), [4 * units, inputs]),
        ),
        (
            "weight_hh_l0".to_owned(),
            TensorData::new(all(&|block| block.block(inputs, units)), [4 * units, units]),
        ),
        (
            "bias_ih_l0".to_owned(),
            TensorData::new(all(&Weights::bias), [4 * units]),
        ),
        (
            "bias_hh_l0".to_owned(),
            TensorData::zeros::<f32, _>([4 * units]),
        ),
    ]);
    for (block, (name, _)) in blocks.iter().zip(BLOCKS) {
        weights.insert(
            format!("vector_scale_{name}_l0"),
            TensorData::new(block.scales(), [units]),
        );
    }
    let layer =
        RecurrentConfig::new(CustomConfig::from_equations(units, equations())).init(inputs, device);
    Ok(import(layer, &weights)?)
}
