//! Written by `make.py`: what was trained, and what `rekindle predict` said.

use crate::flash::{Flash, floats};

/// The units of a network.
pub(crate) const D_HIDDEN: usize = 16;

/// The years that a forecast reads.
pub(crate) const WINDOW: usize = 22;

/// The mean and the standard deviation of the spots that the networks were trained on.
pub(crate) const MEAN: f64 = 42.9654377880185;
pub(crate) const STD: f64 = 34.1320066005198;

/// The spots of the years up to `LAST_YEAR`.
pub(crate) static SPOTS: [f64; 29] = [
    154.6, 140.4, 115.9, 66.6, 45.9, 17.9, 13.4, 29.4, 100.2, 157.6, 142.6, 145.7, 94.3, 54.6,
    29.9, 17.5, 8.6, 21.5, 64.3, 93.3, 119.6, 111.0, 104.0, 63.7, 40.4, 29.8, 15.2, 7.5, 2.9,
];
pub(crate) const LAST_YEAR: usize = 2008;

/// The network of `kind = "gru"`.
pub(crate) static GRU: Flash = Flash::new(&GRU_WEIGHTS, [48, 48, 768, 48, 16, 1], &GRU_FORECASTS);

static GRU_WEIGHTS: [f32; 929] = floats(include_bytes!("gru.f32"));

static GRU_FORECASTS: [f64; 8] = [
    85.36081309913834,
    78.41884510446508,
    43.434137356350405,
    23.546981788387207,
    17.75838432502856,
    13.648463476936447,
    21.876045401325058,
    23.796803287856147,
];

/// The network of `kind = "mingru"`.
pub(crate) static MINGRU: Flash =
    Flash::new(&MINGRU_WEIGHTS, [32, 32, 0, 0, 16, 1], &MINGRU_FORECASTS);

static MINGRU_WEIGHTS: [f32; 81] = floats(include_bytes!("mingru.f32"));

static MINGRU_FORECASTS: [f64; 8] = [
    90.22970343211695,
    77.89319415013338,
    38.1383918707115,
    22.041592916115185,
    19.82862856034916,
    14.064170228713657,
    14.056062300358873,
    15.456815782279008,
];
