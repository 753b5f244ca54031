//! Burn's own recurrent modules become layers, and layers go back.
//!
//! `burn::nn` has [`Rnn`], [`Lstm`] and [`Gru`], and [`BiRnn`], [`BiLstm`] and [`BiGru`] of both directions. Layers here take
//! `[batch, time, features]`, whatever a module's `batch_first` says.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::nn::activation::Activation as Function;
use burn::nn::{BiGru, BiLstm, BiRnn, GateController, Gru, Lstm, Rnn};
use burn::tensor::{Device, TensorData};
use rekindle::cells::CifgLstmConfig;
use rekindle::{
    Activation, AnyCell, AnyCellConfig, Cell, CellConfig, ElmanConfig, Gates, GruConfig,
    LstmConfig, Recurrent, RecurrentConfig, Reset,
};

use crate::checkpoint::take;
use crate::convert::entry;
use crate::error::WeightError;
use crate::formats::Tensors;
use crate::libraries::{Library, export_as};
use crate::load::load_named;
use crate::read::named_tensors;

/// A recurrent module of Burn's.
pub trait BurnModule: Module {
    /// The width of its input, and the layer that computes the same.
    ///
    /// # Errors
    ///
    /// If none does: the module's functions are others, it clips, or it reads from the end alone.
    fn layer(&self) -> Result<(usize, RecurrentConfig), WeightError>;
}

/// The layer that computes what a module does, with its weights.
///
/// # Errors
///
/// As [`BurnModule::layer`], and if a weight is not finite.
pub fn layer<M: BurnModule>(
    module: &M,
    device: &Device,
) -> Result<Recurrent<AnyCell>, WeightError> {
    let (d_input, config) = module.layer()?;
    let named = named_tensors(module);
    let mut tensors = Tensors::default();
    for (name, data) in &named {
        let entry = entry(data).expect("floats that files hold");
        tensors.add(name.clone(), entry).expect("paths differ");
    }
    let (layer, _) = take(config.blank(d_input, device), &tensors, Some(""))?;
    Ok(layer)
}

/// The module with a layer's weights.
///
/// # Errors
///
/// If it computes something else than the layer, or its widths are others. Nothing is loaded then.
pub fn module<C: Cell, M: BurnModule>(layer: &Recurrent<C>, module: M) -> Result<M, WeightError> {
    let (_, config) = module.layer()?;
    let program = config.cell.program();
    let first = &layer.layers()[0];
    let own = first.forward.gates().map(Gates::program);
    if program.as_ref() != own || config.bidirectional != layer.is_bidirectional() {
        return Err(refused::<M>(format!(
            "computes {}, in {}, which the layer does not",
            program.map_or_else(String::new, |program| program.to_string()),
            if config.bidirectional {
                "both directions"
            } else {
                "one direction"
            }
        )));
    }
    let tensors: BTreeMap<String, TensorData> =
        export_as(layer, Library::Burn)?.into_iter().collect();
    load_named(module, &tensors)
}

/// What a module of one direction is.
struct One {
    gate: (usize, usize, bool),
    reverse: bool,
    clip: Option<f64>,
    cell: Result<AnyCellConfig, String>,
}

fn sizes(gate: &GateController) -> (usize, usize, bool) {
    let [d_input, d_hidden] = gate.input_transform.weight.dims();
    (d_input, d_hidden, gate.input_transform.bias.is_some())
}

impl One {
    /// The layer of one direction, or of both where these are the same but for where they begin.
    fn layer<M>(self, reverse: Option<One>) -> Result<(usize, RecurrentConfig), WeightError> {
        let cell = self.cell.map_err(refused::<M>)?;
        let clip = [self.clip]
            .into_iter()
            .chain(reverse.as_ref().map(|one| one.clip));
        if let Some(clip) = clip.flatten().next() {
            return Err(refused::<M>(format!(
                "has clip = {clip}, which no cell here has"
            )));
        }
        if self.reverse && reverse.is_none() {
            return Err(refused::<M>(
                "reads from the end; set reverse = false and turn its input and output".into(),
            ));
        }
        let mut config = RecurrentConfig::new(cell);
        if let Some(one) = reverse {
            let cell = one.cell.map_err(refused::<M>)?;
            config.bidirectional = true;
            config.reverse_cell = (cell != config.cell).then_some(cell);
        }
        Ok((self.gate.0, config))
    }
}

fn refused<M>(why: String) -> WeightError {
    let path = std::any::type_name::<M>();
    let name = path.rsplit("::").next().unwrap_or(path);
    WeightError::Module { name, why }
}

/// Whether a function is the usual one.
fn usual(key: &str, function: &Function, usual: Activation) -> Result<(), String> {
    match activation(function) {
        Some(function) if function == usual => Ok(()),
        _ => Err(format!("has {key} = {function:?}, which no cell here has")),
    }
}

/// A function without numbers of its own.
fn activation(function: &Function) -> Option<Activation> {
    Some(match function {
        Function::Identity(_) => Activation::Identity,
        Function::Relu(_) => Activation::Relu,
        Function::Sigmoid(_) => Activation::Sigmoid,
        Function::Softsign(_) => Activation::Softsign,
        Function::Tanh(_) => Activation::Tanh,
        _ => return None,
    })
}

fn rnn(module: &Rnn) -> One {
    let gate = sizes(&module.gate);
    let function = &module.hidden_activation;
    let cell = activation(function).map(|activation| {
        let cell = ElmanConfig::new(gate.1).with_activation(activation);
        AnyCellConfig::Elman(cell.with_bias(gate.2))
    });
    One {
        gate,
        reverse: module.reverse,
        clip: module.clip,
        cell: cell
            .ok_or_else(|| format!("has hidden_activation = {function:?}, which no cell here has")),
    }
}

fn lstm(module: &Lstm) -> One {
    let gate = sizes(&module.input_gate);
    let functions = usual(
        "gate_activation",
        &module.gate_activation,
        Activation::Sigmoid,
    )
    .and(usual(
        "cell_activation",
        &module.cell_activation,
        Activation::Tanh,
    ))
    .and(usual(
        "hidden_activation",
        &module.hidden_activation,
        Activation::Tanh,
    ));
    let cell = match module.forget_gate {
        Some(_) => AnyCellConfig::Lstm(LstmConfig {
            bias: gate.2,
            ..LstmConfig::new(gate.1)
        }),
        None => AnyCellConfig::CifgLstm(CifgLstmConfig::new(gate.1).with_bias(gate.2)),
    };
    One {
        gate,
        reverse: module.reverse,
        clip: module.clip,
        cell: functions.map(|()| cell),
    }
}

fn gru(module: &Gru) -> One {
    let gate = sizes(&module.reset_gate);
    let functions = usual(
        "gate_activation",
        &module.gate_activation,
        Activation::Sigmoid,
    )
    .and(usual(
        "hidden_activation",
        &module.hidden_activation,
        Activation::Tanh,
    ));
    let reset = match module.reset_after {
        true => Reset::After,
        false => Reset::Before,
    };
    let cell = GruConfig::new(gate.1).with_reset(reset).with_bias(gate.2);
    One {
        gate,
        reverse: false,
        clip: module.clip,
        cell: functions.map(|()| AnyCellConfig::Gru(cell)),
    }
}

/// Each module, and that of both directions.
macro_rules! modules {
    ($($of:ident: $Module:ident, $Both:ident;)*) => {
        $(
            impl BurnModule for $Module {
                fn layer(&self) -> Result<(usize, RecurrentConfig), WeightError> {
                    $of(self).layer::<Self>(None)
                }
            }

            impl BurnModule for $Both {
                fn layer(&self) -> Result<(usize, RecurrentConfig), WeightError> {
                    $of(&self.forward).layer::<Self>(Some($of(&self.reverse)))
                }
            }
        )*
    };
}

modules! {
    rnn: Rnn, BiRnn;
    lstm: Lstm, BiLstm;
    gru: Gru, BiGru;
}
