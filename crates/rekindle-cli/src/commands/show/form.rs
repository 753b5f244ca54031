//! The forms of a cell: the equations that its options choose between.

use burn::tensor::DType;
use rekindle::engine::{Direction, Program};
use rekindle::{AnyCellConfig, Cell, CellConfig, RecurrentConfig};
use rekindle_program::passes::explain;
use rekindle_train::device::{self, Preference};
use rekindle_train::{Error, Result};
use toml::Table;

use super::keys;
use crate::table;

/// Sizes that no product of two others equals, so that each can be told from a shape. The units are those of
/// so many heads.
const D_INPUT: usize = 13;
const D_HIDDEN: usize = HEADS * 101;
const HEADS: usize = 5;
const D_KEY: usize = 53;

/// What sizes are made of, in cells that have heads.
const OF_HEADS: [(&str, usize); 5] = [
    ("heads", HEADS),
    ("d_key", D_KEY),
    ("heads*d_key", HEADS * D_KEY),
    ("d_hidden/heads", D_HIDDEN / HEADS),
    ("d_hidden*d_key", D_HIDDEN * D_KEY),
];

/// One set of equations, and the keys that ask for it.
pub(super) struct Form {
    keys: Table,
    /// The keys as a title has them.
    asks: Vec<String>,
    config: AnyCellConfig,
    /// None where the cell scans by itself.
    program: Option<Program>,
}

impl Form {
    /// Every form of a cell, that of the defaults first.
    pub(super) fn all(name: &str) -> Result<Vec<Form>> {
        let mut forms: Vec<Form> = Vec::new();
        let usual = keys::defaults(name, D_HIDDEN)?;
        let configs = AnyCellConfig::forms(D_HIDDEN).into_iter();
        for config in configs.filter(|config| config.card().name == name) {
            let said = config.equations();
            if forms.iter().any(|form| form.config.equations() == said) {
                continue;
            }
            let program = config.program();
            let keys = keys::distinctive(name, &config)?;
            let mut whole = usual.clone();
            whole.extend(keys.clone());
            let config = keys::read(&whole).map_err(Error::fault)?;
            // A width that a form happens to have says nothing.
            let ask = |(key, value): (&String, &toml::Value)| match usual.contains_key(key) {
                false if value.is_integer() => key.clone(),
                _ => format!("{key} = {}", keys::first_line(value)),
            };
            let asks = keys.iter().map(ask).collect();
            forms.push(Form {
                keys,
                asks,
                config,
                program,
            });
        }
        Ok(forms)
    }

    /// The form that a config has.
    pub(super) fn of(config: &AnyCellConfig) -> Result<Form> {
        let mut table = keys::written(config)?;
        table.insert("d_hidden".into(), (D_HIDDEN as i64).into());
        // In sizes that can be told apart, where the cell comes in them.
        let sized = keys::read(&table).ok().filter(|c| c.validate().is_ok());
        Ok(Form {
            keys: keys::distinctive(config.card().name, config)?,
            asks: Vec::new(),
            program: config.program(),
            config: sized.unwrap_or_else(|| config.clone()),
        })
    }

    /// A section's title, with the keys that ask for this form.
    pub(super) fn title(&self, section: &str) -> String {
        match self.asks[..] {
            [] => section.to_owned(),
            ref asks => format!("{section}, with {}", asks.join(", ")),
        }
    }

    pub(super) fn equations(&self) -> String {
        let mut text = self.config.equations();
        if self.program.as_ref().is_some_and(Program::has_raw) {
            text.push_str("where d_input is not d_hidden, a last input block maps x: W_x x\n");
        }
        text
    }

    /// The equations as a picture, SVG; none where there is no program.
    pub(super) fn diagram(&self, title: &str) -> Option<String> {
        let program = self.program.as_ref()?;
        Some(rekindle_view::diagram(program, &self.title(title)))
    }

    /// What the engine makes of the equations: titles and texts; none where there is no program.
    pub(super) fn programs(&self, backward: bool) -> Option<Vec<(String, String)>> {
        Some(explain(self.program.as_ref()?, backward))
    }

    /// The names and shapes of the states and weights of a first layer, in one direction.
    pub(super) fn parameters(&self, direction: Direction) -> Result<String> {
        let device = device::resolve(&Preference::default(), false)?.device;
        let reverse = direction == Direction::Reverse;
        let config = RecurrentConfig {
            bidirectional: reverse,
            ..RecurrentConfig::new(self.sized()?)
        };
        let layer = config.init(D_INPUT, &device);
        let cell = &layer.layers()[0].forward;
        let symbols = |shape: &[usize]| -> Result<String> {
            let each = shape.iter().map(|&size| self.symbol(size));
            Ok(each.collect::<Result<Vec<_>>>()?.join(", "))
        };
        let mut rows = Vec::new();
        for (name, width) in cell.states() {
            rows.push([name, format!("[batch, {}]", symbols(&[width])?)]);
        }
        let weights = rekindle_interop::weight_names(&layer).into_iter();
        for weight in weights.filter(|weight| weight.name.ends_with("_reverse") == reverse) {
            rows.push([weight.name, format!("[{}]", symbols(&weight.shape)?)]);
        }
        Ok(table::aligned(&rows))
    }

    /// The cell in sizes that can be told apart, with the weights that are drawn fastest.
    fn sized(&self) -> Result<AnyCellConfig> {
        let mut table = keys::written(&self.config)?;
        for (key, size) in [("heads", HEADS), ("d_key", D_KEY)] {
            let mut sized = table.clone();
            sized.insert(key.into(), (size as i64).into());
            if keys::read(&sized).is_ok_and(|config| config.validate().is_ok()) {
                table = sized;
            }
        }
        if table.contains_key("init") {
            table.insert("init".into(), "pytorch".into());
        }
        keys::read(&table).map_err(Error::fault)
    }

    /// What runs the equations on which devices, and why.
    pub(super) fn executors(&self) -> Result<String> {
        if self.program.is_none() {
            let said = match self.config.own_scan() {
                Some(scan) => format!("own scan ({scan})"),
                None => "own steps".to_owned(),
            };
            return Ok(table::aligned(&[["every device".to_owned(), said]]));
        }
        let mut rows = Vec::new();
        for name in ["flex", "ndarray"] {
            // One that is not compiled in has nothing to say.
            let Ok(chosen) = device::resolve(&Preference::from(name), true) else {
                continue;
            };
            let cell = self.sized()?.init(D_INPUT, &chosen.device);
            if let Some(gates) = cell.gates() {
                let choice = gates.executor(&chosen.device, DType::F32);
                rows.push([
                    chosen.name,
                    format!("{}: {}", choice.executor, choice.reason),
                ]);
            }
        }
        let said = "cube: fused kernels, in f32; primitives: Burn's operations, elsewhere";
        rows.push(["other devices", said].map(str::to_owned));
        Ok(table::aligned(&rows))
    }

    /// A size by its name, or by the key whose value it is.
    fn symbol(&self, size: usize) -> Result<String> {
        let written = keys::written(&self.config)?;
        let is = |value: &toml::Value| value.as_integer() == i64::try_from(size).ok();
        let own = self.keys.iter().chain(&written);
        let mut own = own.filter(|(key, _)| !matches!(key.as_str(), "d_hidden" | "heads"));
        if let Some((key, _)) = own.find(|(_, value)| is(value)) {
            return Ok(key.clone());
        }
        let of_heads = OF_HEADS.iter().filter(|_| written.contains_key("heads"));
        let units = [("d_input", D_INPUT), ("d_hidden", D_HIDDEN)];
        let known = units.iter().chain(of_heads);
        // The largest of which the size is a small multiple.
        let parts = known.filter(|(_, part)| size.is_multiple_of(*part) && size / part < 20);
        let name = parts.max_by_key(|(_, part)| *part);
        Ok(match name {
            Some((name, part)) if size == *part => (*name).to_owned(),
            Some((name, part)) => format!("{}*{name}", size / part),
            None => size.to_string(),
        })
    }
}
