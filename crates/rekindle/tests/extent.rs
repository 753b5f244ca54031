//! What a cell is said to take at least, before it is made, is never more than it takes.

use burn::module::Module;
use burn::tensor::Device;
use rekindle::{AnyCellConfig, Cell, CellConfig, RecurrentConfig};

#[test]
fn no_cell_takes_less_than_its_extent() {
    let d_input = 12;
    for config in AnyCellConfig::forms(8) {
        if config.fits(d_input).is_err() {
            continue;
        }
        let (extent, cell) = (
            config.extent(d_input),
            config.init(d_input, &Device::flex()),
        );
        let name = config.card().name;
        let weights = cell.num_params() as f64;
        assert!(
            extent.weights + extent.recurrent <= weights,
            "{name}: {extent:?}, but {weights} weights"
        );
        let state: usize = cell.states().iter().map(|(_, width)| width).sum();
        assert!(
            extent.state <= state as f64,
            "{name}: {extent:?}, but {state}"
        );
        assert!(
            extent.step >= config.d_output() as f64,
            "{name}: {extent:?}"
        );
    }
}

#[test]
fn layers_add_up() {
    let cell = AnyCellConfig::named("lstm", 8).expect("there is an LSTM");
    let one = cell.extent(3);
    // Four blocks of a map of the input and of the state, two states, and an output a step.
    assert_eq!((one.weights, one.recurrent), (4. * 3. * 8., 4. * 8. * 8.));
    assert_eq!((one.state, one.step), (2. * 8., 4. * 8. + 8.));
    let mut layers = RecurrentConfig::new(cell.clone());
    layers.layers = 1000;
    assert_eq!(layers.extent(3).recurrent, 1000. * one.recurrent);
    layers.bidirectional = true;
    let above = 999. * 2. * cell.extent(16).weights;
    assert_eq!(layers.extent(3).weights, 2. * one.weights + above);
    layers.independent = true;
    assert_eq!(layers.extent(3).recurrent, 0.0);
}
