//! What `rekindle devices` shows.

use super::backend::{Backend, Kind};
use super::open::{Absence, Opened, open};

/// A backend, and what stands behind it on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The name that chooses it.
    pub name: &'static str,
    /// Whether this program was built with it.
    pub compiled: bool,
    /// Whether it works here.
    pub present: bool,
    /// The hardware it found, or why it cannot be used.
    pub detail: String,
    /// The name that stands for it, `cpu` or `gpu`, if it is the best one of its kind.
    pub chosen: Option<&'static str>,
}

/// Every backend that this program knows, tried out.
pub fn report() -> Vec<Report> {
    let opened: Vec<_> = Backend::ALL
        .into_iter()
        .map(|b| (b, open(b, None)))
        .collect();
    let chosen: Vec<Backend> = [Kind::Cpu, Kind::Gpu]
        .into_iter()
        .filter_map(|kind| best(kind, &opened))
        .collect();
    opened
        .into_iter()
        .map(|(backend, opened)| Report {
            name: backend.name(),
            compiled: backend.is_compiled(),
            present: opened.is_ok(),
            detail: detail(backend, opened.as_ref()),
            chosen: chosen.contains(&backend).then(|| backend.kind().name()),
        })
        .collect()
}

/// The first that works, real hardware before software.
fn best(kind: Kind, opened: &[(Backend, Result<Opened, Absence>)]) -> Option<Backend> {
    let works = opened.iter().filter_map(|(backend, opened)| match opened {
        Ok(opened) if backend.kind() == kind => Some((*backend, opened)),
        _ => None,
    });
    works
        .min_by_key(|(_, opened)| opened.is_software())
        .map(|(backend, _)| backend)
}

fn detail(backend: Backend, opened: Result<&Opened, &Absence>) -> String {
    match opened {
        Err(Absence::NotCompiled) => {
            format!("cargo build --release --features {}", backend.feature())
        }
        Err(absence) => absence.brief(backend),
        Ok(opened) => match &opened.hardware {
            None => "this machine's processor".to_owned(),
            Some(hardware) if hardware.is_card || backend.kind() == Kind::Cpu => {
                hardware.name.clone()
            }
            Some(hardware) => format!("{}, in software", hardware.name),
        },
    }
}
