//! Competitors that run in this process, on the same device.

use burn::nn;
use burn::tensor::{Device, Tensor};
use rekindle::engine::Program;
use rekindle::{AnyCellConfig, CellConfig, ExecutorChoice, RecurrentConfig};
use rekindle_train::{Error, Result};

use super::work::{Mode, Shape, Work, sequence, settled, uniform, work};

/// What a layer is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Peer {
    /// Burn's own layers, Lstm, Gru and Rnn.
    BurnNn,
    /// The floor: the matrix products of the cell alone, by the device's own (flex: the crate gemm,
    /// packed anew each time). The input's are one for all steps, the recurrent ones one a step,
    /// and training has one more of each for its gradients.
    Gemm,
    /// The same layer by Burn's operations, with the derived gradient: what the kernels gain.
    Primitives,
    /// The same layer with products of f32: what `--precision` gains.
    F32,
}

/// Whether a cell is no set of equations, so that it has no program.
pub(crate) fn scans_by_itself(cell: &str) -> bool {
    AnyCellConfig::named(cell, 8).is_some_and(|config| config.program().is_none())
}

impl Peer {
    /// Whether there is anything to compare this cell with.
    pub(crate) fn check(self, cell: &str) -> Result<()> {
        let scans = scans_by_itself(cell);
        match (self, cell) {
            (Peer::Gemm, _) if scans => Err(Error::mend(format!(
                "--peer gemm: `{cell}` scans by itself, and the products of its program are not known; \
                 it is no set of equations"
            ))),
            (Peer::Primitives, _) if scans => Err(Error::mend(format!(
                "--peer primitives: `{cell}` scans by itself, and no executor runs it; it is no set of equations"
            ))),
            (Peer::Gemm | Peer::Primitives | Peer::F32, _)
            | (Peer::BurnNn, "lstm" | "gru" | "elman") => Ok(()),
            _ => Err(Error::mend(format!(
                "--peer burn-nn: burn-nn has no `{cell}`; it has lstm, gru and elman (its Rnn)"
            ))),
        }
    }

    /// A run of the peer that answers one of the cell, which has been [checked](Self::check).
    pub(crate) fn work(
        self,
        cell: &AnyCellConfig,
        mode: Mode,
        shape: Shape,
        device: &Device,
    ) -> Work {
        match (self, cell) {
            (Peer::Gemm, _) => {
                let program = cell.program().expect("a checked cell has a program");
                products(&program, mode, shape, device)
            }
            (Peer::Primitives | Peer::F32, _) => {
                let mut layer = RecurrentConfig::new(cell.clone());
                if self == Peer::Primitives {
                    layer.engine.executor = ExecutorChoice::Primitives;
                }
                let layer = layer.init(shape.d_input, &mode.device(device));
                work(layer, mode, shape, device)
            }
            (_, AnyCellConfig::Lstm(_)) => lstm(mode, shape, device),
            (_, AnyCellConfig::Gru(_)) => gru(mode, shape, device),
            _ => rnn(mode, shape, device),
        }
    }
}

fn lstm(mode: Mode, shape: Shape, device: &Device) -> Work {
    let config = nn::LstmConfig::new(shape.d_input, shape.d_hidden, true);
    let layer = config.init(&mode.device(device));
    if mode != Mode::Stream {
        return sequence(mode, shape, device, move |x| layer.forward(x, None).0);
    }
    stream(shape, device, move |x, state| {
        Some(layer.forward(x, state).1)
    })
}

fn gru(mode: Mode, shape: Shape, device: &Device) -> Work {
    let config = nn::GruConfig::new(shape.d_input, shape.d_hidden, true);
    let layer = config.init(&mode.device(device));
    if mode != Mode::Stream {
        return sequence(mode, shape, device, move |x| layer.forward(x, None));
    }
    // It returns no state; that of one step is its output.
    stream(shape, device, move |x, state| {
        Some(layer.forward(x, state).squeeze_dim(1))
    })
}

fn rnn(mode: Mode, shape: Shape, device: &Device) -> Work {
    let config = nn::RnnConfig::new(shape.d_input, shape.d_hidden, true);
    let layer = config.init(&mode.device(device));
    if mode != Mode::Stream {
        return sequence(mode, shape, device, move |x| layer.forward(x, None).0);
    }
    stream(shape, device, move |x, state| {
        Some(layer.forward(x, state).1)
    })
}

/// Frames as sequences of one step: these layers have no other way.
fn stream<S: 'static>(
    shape: Shape,
    device: &Device,
    step: impl Fn(Tensor<3>, Option<S>) -> Option<S> + 'static,
) -> Work {
    let frame = uniform([1, 1, shape.d_input], device);
    let mut state = None;
    settled(device, move || state = step(frame.clone(), state.take()))
}

/// The matrix products that a cell cannot do without.
fn products(program: &Program, mode: Mode, shape: Shape, device: &Device) -> Work {
    let (batch, time) = match mode {
        Mode::Stream => (1, 1),
        _ => (shape.batch, shape.time),
    };
    let (inputs, hiddens) = (program.inputs().len(), program.hiddens().len());
    let units = shape.d_hidden;
    let products = [
        Map::new(batch * time, 1, [shape.d_input, inputs * units]),
        Map::new(batch, time, [units, hiddens * units]),
    ];
    let train = mode == Mode::Train;
    // A cell may have no recurrent product at all.
    let products = products.into_iter().filter(|map| map.d_output > 0);
    let products: Vec<_> = products.flat_map(|m| m.products(train, device)).collect();
    settled(device, move || {
        for (a, b, times) in &products {
            for _ in 0..*times {
                drop(a.clone().matmul(b.clone()));
            }
        }
    })
}

/// A linear map that is called several times.
struct Map {
    rows: usize,
    calls: usize,
    d_input: usize,
    d_output: usize,
}

impl Map {
    fn new(rows: usize, calls: usize, [d_input, d_output]: [usize; 2]) -> Self {
        Map {
            rows,
            calls,
            d_input,
            d_output,
        }
    }

    /// The factors of its products, and how often each is computed. The gradient of the weights is
    /// one product over all calls.
    fn products(&self, train: bool, device: &Device) -> Vec<(Tensor<2>, Tensor<2>, usize)> {
        let matrix = |rows, columns| uniform([rows, columns], device);
        let weights = matrix(self.d_input, self.d_output);
        let x = matrix(self.rows, self.d_input);
        let mut products = vec![(x, weights.clone(), self.calls)];
        if train {
            let (dy, all) = (matrix(self.rows, self.d_output), self.rows * self.calls);
            products.push((dy, weights.transpose(), self.calls));
            let xs = matrix(all, self.d_input).transpose();
            products.push((xs, matrix(all, self.d_output), 1));
        }
        products
    }
}
