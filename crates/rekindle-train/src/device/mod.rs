//! Devices by the names that people say: `flex`, `wgpu`, `cuda:1`, and `cpu` and `gpu` for the best
//! one of each kind.

mod backend;
pub(crate) mod machine;
mod open;
mod report;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use backend::{Backend, Kind};
use open::{Absence, Opened};

pub use report::{Report, report};

/// The devices that a config or `--device` asks for: one name, or several, the best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "must be the name of a device, such as \"flex\", or a list of names"
)]
pub enum Preference {
    /// The one device to use.
    One(String),
    /// The devices to try, in this order.
    Many(Vec<String>),
}

impl Default for Preference {
    fn default() -> Self {
        Self::from("cpu")
    }
}

impl Preference {
    /// Checks that there are names, and that each is that of a device, which this program may not have.
    pub(crate) fn check(&self) -> Result<()> {
        self.wanted().map(drop)
    }

    /// The names, understood.
    fn wanted(&self) -> Result<Vec<Wanted<'_>>> {
        let names = self.names();
        if names.is_empty() {
            let message = "device = []: the list is empty; name a device, e.g. device = \"cpu\"";
            return Err(Error::mend(message));
        }
        names.iter().map(|name| Wanted::parse(name)).collect()
    }
}

impl From<&str> for Preference {
    fn from(name: &str) -> Self {
        Self::One(name.to_owned())
    }
}

impl Preference {
    /// The names, the best first.
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }
}

/// The device that was taken.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The device, without autodiff.
    pub device: Device,
    /// Its name, which chooses it again: `flex`, `cuda:1`.
    pub name: String,
    /// Whether it computes with f64.
    pub has_f64: bool,
    /// One line: what was taken, and why nothing earlier in the list was.
    pub line: String,
}

/// The first device of a list that this program has and that works; with `strict`, the first of the
/// list or none.
pub fn resolve(preference: &Preference, strict: bool) -> Result<Chosen> {
    let wanted = preference.wanted()?;
    let is_list = wanted.len() > 1;
    let tried = if strict { 1 } else { wanted.len() };
    let mut skipped = Vec::new();
    for wanted in wanted.into_iter().take(tried) {
        match wanted.open() {
            Ok((name, opened)) => return Ok(chosen(name, opened, &skipped)),
            Err(absent) => skipped.push((wanted, absent)),
        }
    }
    Err(refusal(&skipped, strict && is_list))
}

fn chosen(name: String, opened: Opened, skipped: &[(Wanted<'_>, Vec<Absent>)]) -> Chosen {
    let software = match opened.is_software() {
        true => ", in software: slower than the processor itself",
        false => "",
    };
    let hardware = opened.hardware.map(|h| format!(", {}{software}", h.name));
    let reasons = match skipped {
        [] => String::new(),
        _ => format!(" ({})", reasons(skipped)),
    };
    Chosen {
        line: format!("device: {name}{}{reasons}", hardware.unwrap_or_default()),
        has_f64: opened.has_f64,
        device: opened.device,
        name,
    }
}

/// Two lines: what is the matter, and what to do.
fn refusal(skipped: &[(Wanted<'_>, Vec<Absent>)], strict: bool) -> Error {
    let message = match skipped {
        [(wanted, absent)] => match &absent[..] {
            [(backend, absence)] => absence.explain(*backend, wanted.text, wanted.index),
            _ => format!(
                "device {}: there is none ({})\n{}",
                wanted.text,
                reasons(skipped),
                wanted.remedy(absent)
            ),
        },
        _ => format!(
            "no device of the list can be used ({})\n{}",
            reasons(skipped),
            open::elsewhere()
        ),
    };
    let strictly = match strict {
        true => "; or without `strict`, for the others of the list",
        false => "",
    };
    Error::mend(message + strictly)
}

/// `cuda: not compiled in; wgpu: no adapter found`
fn reasons(skipped: &[(Wanted<'_>, Vec<Absent>)]) -> String {
    let reasons = skipped.iter().flat_map(|(wanted, absent)| {
        absent.iter().map(|(backend, absence)| {
            let name = backend.indexed(wanted.index);
            format!("{name}: {}", absence.brief(*backend))
        })
    });
    reasons.collect::<Vec<_>>().join("; ")
}

/// A backend, and why it cannot be used.
type Absent = (Backend, Absence);

/// A name that was understood.
struct Wanted<'n> {
    text: &'n str,
    /// What the name stands for, the best first.
    backends: Vec<Backend>,
    index: Option<usize>,
}

impl<'n> Wanted<'n> {
    fn parse(text: &'n str) -> Result<Self> {
        let (name, index) = match text.split_once(':') {
            None => (text, None),
            Some((name, index)) => {
                let index = index.parse().map_err(|_| {
                    Error::mend(format!(
                        "device `{text}`: `{index}` is not the number of a device; write e.g. {name}:0"
                    ))
                })?;
                (name, Some(index))
            }
        };
        let backends = match name {
            "cpu" => Kind::Cpu.backends(),
            "gpu" => Kind::Gpu.backends(),
            _ => vec![Backend::named(name).ok_or_else(|| unknown(text, name))?],
        };
        Ok(Wanted {
            text,
            backends,
            index,
        })
    }

    fn remedy(&self, absent: &[Absent]) -> String {
        // Every kind has one backend that builds and runs on any machine.
        match absent.iter().all(|(_, why)| *why == Absence::NotCompiled) {
            true if self.text.starts_with("cpu") => open::build("flex"),
            true => open::build("wgpu"),
            false => open::elsewhere(),
        }
    }

    /// The best of what the name stands for. Software that stands in for a GPU comes after every
    /// real one.
    fn open(&self) -> Result<(String, Opened), Vec<Absent>> {
        let mut absent = Vec::new();
        let mut software = None;
        for &backend in &self.backends {
            match open::open(backend, self.index) {
                Ok(opened) => {
                    let found = (backend.indexed(self.index), opened);
                    if self.backends.len() == 1 || !found.1.is_software() {
                        return Ok(found);
                    }
                    software.get_or_insert(found);
                }
                Err(absence) => absent.push((backend, absence)),
            }
        }
        software.ok_or(absent)
    }
}

fn unknown(text: &str, name: &str) -> Error {
    let known = ["cpu", "gpu"]
        .into_iter()
        .chain(Backend::ALL.map(Backend::name));
    let known: Vec<&str> = known.collect();
    Error::mend(format!(
        "unknown device `{text}`{}",
        rekindle::engine::suggest(name, &known)
    ))
}

#[cfg(test)]
mod tests;
