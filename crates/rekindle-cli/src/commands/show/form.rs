//! The forms of a cell: the equations that its options choose between.

use rekindle::engine::Program;
use rekindle::engine::passes::explain;
use rekindle::{AnyCellConfig, Cell, CellConfig, RecurrentConfig};
use rekindle_train::device::{self, Preference};
use rekindle_train::{Error, Result};
use toml::Table;

use super::keys;
use crate::table;

/// Sizes that no product of two others equals, so that each can be told from a shape.
const D_INPUT: usize = 7;
const D_HIDDEN: usize = 101;

/// One set of equations, and the keys that ask for it.
pub(super) struct Form {
    keys: Table,
    config: AnyCellConfig,
    program: Program,
}

impl Form {
    /// Every form of a cell, that of the defaults first.
    pub(super) fn all(name: &str) -> Result<Vec<Form>> {
        let mut forms: Vec<Form> = Vec::new();
        let configs = AnyCellConfig::forms(D_HIDDEN).into_iter();
        for config in configs.filter(|config| config.card().name == name) {
            let program = config.program();
            if forms.iter().any(|form| form.program == program) {
                continue;
            }
            let keys = keys::distinctive(name, &config)?;
            let mut whole = keys::defaults(name, D_HIDDEN)?;
            whole.extend(keys.clone());
            let config = keys::read(&whole).map_err(Error::fault)?;
            forms.push(Form {
                keys,
                config,
                program,
            });
        }
        Ok(forms)
    }

    /// A section's title, with the keys that ask for this form.
    pub(super) fn title(&self, section: &str) -> String {
        let keys = self
            .keys
            .iter()
            .map(|(key, value)| match value.is_integer() {
                true => key.clone(),
                false => format!("{key} = {}", keys::first_line(value)),
            });
        match keys.collect::<Vec<_>>()[..] {
            [] => section.to_owned(),
            ref keys => format!("{section}, with {}", keys.join(", ")),
        }
    }

    pub(super) fn equations(&self) -> String {
        let mut text = self.program.to_string();
        if self.program.has_raw() {
            text.push_str("where d_input is not d_hidden, a last input block maps x: W_x x\n");
        }
        text
    }

    /// The equations as a picture, SVG.
    pub(super) fn diagram(&self, title: &str) -> String {
        rekindle_view::diagram(&self.program, &self.title(title))
    }

    /// What the engine makes of the equations: titles and texts.
    pub(super) fn programs(&self, backward: bool) -> Vec<(String, String)> {
        explain(&self.program, backward)
    }

    /// The names and shapes of the states and weights of a first layer.
    pub(super) fn parameters(&self) -> Result<String> {
        let device = device::resolve(&Preference::default(), false)?.device;
        let layer = RecurrentConfig::new(self.config.clone()).init(D_INPUT, &device);
        let cell = &layer.layers()[0].forward;
        let states = cell.states().into_iter();
        let states = states.map(|(name, width)| [name, format!("[batch, {}]", self.symbol(width))]);
        let weights = rekindle_interop::weight_names(&layer).into_iter();
        let weights = weights.map(|weight| {
            let symbols: Vec<String> = weight.shape.iter().map(|&n| self.symbol(n)).collect();
            [weight.name, format!("[{}]", symbols.join(", "))]
        });
        Ok(table::aligned(&states.chain(weights).collect::<Vec<_>>()))
    }

    /// A size by its name, or by the key whose value it is.
    fn symbol(&self, size: usize) -> String {
        let is = |value: &toml::Value| value.as_integer() == i64::try_from(size).ok();
        let key = self.keys.iter().find(|(_, value)| is(value));
        match (size, size % D_HIDDEN, key) {
            (_, _, Some((key, _))) => key.clone(),
            (D_INPUT, ..) => "d_input".to_owned(),
            (D_HIDDEN, ..) => "d_hidden".to_owned(),
            (_, 0, _) => format!("{}*d_hidden", size / D_HIDDEN),
            _ => size.to_string(),
        }
    }
}
