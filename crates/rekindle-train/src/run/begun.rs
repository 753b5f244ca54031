//! What a run was begun with.

use super::{directory::RunDir, entry::damaged, manifest::Manifest};
use crate::{config::plan::Plan, error::Result, files, tasks::list::Spec};

/// The plan of a run, what it knows of its data, and what it wrote.
pub(crate) struct Begun {
    pub(crate) plan: Plan,
    pub(crate) spec: Spec,
    pub(crate) manifest: Manifest,
}

impl Begun {
    /// Reads the files that a run begins with.
    ///
    /// # Errors
    ///
    /// If one of them is not there, or not as it was written.
    pub(crate) fn read(run: &RunDir) -> Result<Self> {
        let plan = Plan::read(&run.config(), &[])?;
        let manifest = Manifest::read(run)?;
        let path = run.data_spec();
        // Its keys first: they say more than a checksum.
        let spec = Spec::read(&files::read(&path)?, &plan.experiment().task)
            .map_err(|what| damaged(&path, &what))?;
        manifest.content(run, RunDir::DATA_SPEC)?;
        Ok(Begun {
            plan,
            spec,
            manifest,
        })
    }
}
