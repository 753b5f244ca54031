//! Save -> load is the identity; the wrong cell or width is refused with the tensor's name.

use super::holds;
use crate::case::{D_HIDDEN, D_INPUT, fitting};
use crate::{Case, Place, Subject, Verdict};
use burn::module::Module;
use burn::store::ModuleRecord;
use rekindle::{AnyCellConfig, Cell, CellConfig, Recurrent, RecurrentConfig};
use rekindle_interop::{export, import, named_tensors};
use std::collections::BTreeMap;

pub(super) fn check<K: CellConfig>(case: &Case<K>) -> Verdict {
    case.each(case.all(), |place, subject| {
        let layer = subject.layer(&place.device, place.dtype);
        let fresh = || subject.fresh(&place.device);
        let same = |loaded: &Recurrent<K::Cell>, how: &str| {
            holds(named_tensors(loaded) == named_tensors(&layer), || {
                format!("a layer loaded from its {how} is another one")
            })
        };
        let loaded = fresh().try_load_record(record(&layer)?);
        same(&loaded.map_err(|e| e.to_string())?, "record")?;
        let weights: BTreeMap<_, _> = export(&layer).into_iter().collect();
        let loaded = import(fresh(), &weights).map_err(|e| e.to_string())?;
        same(&loaded, "export")
    })
}

/// Weights that do not fit are refused before a number is moved.
pub(super) fn refusals<K: CellConfig>(case: &Case<K>) -> Verdict {
    wrong_width(case, &place(case))
}

/// The same, those of every other cell of the list among them.
pub(super) fn refusals_of_the_list(case: &Case<AnyCellConfig>) -> Verdict {
    wrong_cell(case, &place(case))?;
    refusals(case)
}

fn place<K>(case: &Case<K>) -> Place {
    Place {
        device: case.device.clone(),
        dtype: case.dtypes[0],
    }
}

/// The bytes of a record, read back.
fn record<C: Cell>(layer: &Recurrent<C>) -> Result<ModuleRecord, String> {
    let bytes = layer.clone().into_record().into_bytes();
    let record = bytes.and_then(ModuleRecord::from_bytes);
    record.map_err(|e| e.to_string())
}

/// The record of one cell is refused by every other cell.
fn wrong_cell(case: &Case<AnyCellConfig>, place: &Place) -> Verdict {
    let own = case.cell(D_HIDDEN);
    let layer = |cell: &AnyCellConfig| {
        let d_input = fitting(cell, D_INPUT);
        RecurrentConfig::new(cell.clone()).init(d_input, &place.device)
    };
    let record = record(&layer(&own))?;
    let others = AnyCellConfig::forms(D_HIDDEN);
    for other in others.iter().filter(|other| other.card() != own.card()) {
        let name = other.card().name;
        let message = match layer(other).try_load_record(record.clone()) {
            Ok(_) => return Err(format!("{name} takes the record of another cell")),
            Err(e) => e.to_string(),
        };
        holds(message.contains("layers.0.forward."), || {
            format!("{name} refuses a record without the name of a tensor: {message}")
        })?;
    }
    Ok(())
}

/// Weights of another width are refused with the tensor's name and both shapes.
fn wrong_width<K: CellConfig>(case: &Case<K>, place: &Place) -> Verdict {
    let layer = |d_hidden: usize| {
        let config = RecurrentConfig::new(case.cell(d_hidden));
        Subject::new(config, case.d_input()).layer(&place.device, place.dtype)
    };
    let (small, large) = (layer(D_HIDDEN), layer(D_HIDDEN + 2));
    let [own, other] = [&small, &large].map(rekindle_interop::weight_names);
    let mut pairs = own.iter().zip(&other);
    let differs = pairs.find(|(own, other)| own.shape != other.shape);
    let (own, other) = differs.ok_or("no weight has another shape at another width")?;
    let name = format!("`{}`", own.name);
    let shapes = [own, other].map(|weight| format!("{:?}", weight.shape));
    let weights = export(&large).into_iter().collect();
    let message = match import(small, &weights) {
        Ok(_) => return Err("weights of another width are taken".into()),
        Err(e) => e.to_string(),
    };
    let names = [&name, &shapes[0], &shapes[1]];
    holds(names.iter().all(|part| message.contains(*part)), || {
        format!("the refusal of another width should name {names:?}: {message}")
    })
}
