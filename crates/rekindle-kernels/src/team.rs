//! Members of a team, who take the same rows through the same steps.
//!
//! For one row or a few there is nothing else to share out. Work goes in phases: every member comes by all of
//! them in the same order, and a phase is cut into shares, columns or steps, that do not depend on
//! how many members there are. Each member takes its own shares first, then those that nobody has begun.
//! So a member that comes late, or has lost its core, is waited for only where it is in the middle of a share,
//! and finds the phases that it missed done.
//!
//! Without the feature `rayon` a member is always alone.

#[cfg(feature = "rayon")]
mod gather;

#[cfg(feature = "rayon")]
pub(super) use gather::gather;

use core::marker::PhantomData;

/// The most shares that a phase is cut into.
pub(super) const SHARES: usize = 64;

/// One of the parts that a phase is cut into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub index: usize,
    pub of: usize,
}

impl Share {
    /// All there is.
    pub(super) const WHOLE: Share = Share { index: 0, of: 1 };
}

/// One member of a team.
#[derive(Debug)]
pub(super) struct Member<'t> {
    pub index: usize,
    pub count: usize,
    /// Where it is among the others' phases; `None` where there are no others.
    #[cfg(feature = "rayon")]
    progress: Option<gather::Progress<'t>>,
    /// The team that it belongs to, for what has the lifetime of one.
    _team: PhantomData<&'t ()>,
}

impl Member<'_> {
    /// The only member.
    pub(super) fn alone() -> Member<'static> {
        Member {
            index: 0,
            count: 1,
            #[cfg(feature = "rayon")]
            progress: None,
            _team: PhantomData,
        }
    }

    /// A phase of `shares` shares, at most [`SHARES`]: returns when all of them are done, whoever did them.
    #[inline]
    pub(super) fn each(&self, shares: usize, mut work: impl FnMut(Share)) {
        let work = |index| work(Share { index, of: shares });
        #[cfg(feature = "rayon")]
        if let Some(progress) = &self.progress {
            return progress.each(self.index, self.count, shares, work);
        }
        (0..shares).for_each(work);
    }

    /// A phase with a share for every member.
    #[inline]
    pub(super) fn all(&self, work: impl FnMut(Share)) {
        self.each(self.count, work);
    }

    /// A phase that one member does for all.
    #[inline]
    pub(super) fn once(&self, mut work: impl FnMut()) {
        self.each(1, |_| work());
    }
}

/// Runs `work` with the only thread there is.
#[cfg(not(feature = "rayon"))]
pub(super) fn gather(_count: usize, work: impl Fn(&Member<'_>)) {
    work(&Member::alone());
}
