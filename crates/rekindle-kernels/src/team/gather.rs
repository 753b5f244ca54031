//! Threads of rayon's pool that make up a team, and what they know of one another.

use super::{Member, SHARES};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::Any;
use core::cell::Cell;
use core::hint::spin_loop;
use core::panic::AssertUnwindSafe;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::panic::{catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};

/// How long a member that is done waits before it takes the shares of others: they may be about to.
const PATIENCE: usize = 16;

/// How long it then waits for the shares that others have begun before it lets them have its core.
const SPINS: usize = 2000;

/// What the members of a team know of one another.
#[derive(Debug)]
struct Team {
    /// Of each share, the last phase in which it was begun.
    begun: Vec<Line>,
    /// How many shares of all phases are done.
    done: Line,
    /// Whether a member has panicked, whose shares will never be done.
    ended: AtomicBool,
}

/// What a member unwinds with that waits for one who has panicked. Nobody sees it.
struct Ended;

/// A counter with a cache line of its own, so that members disturb one another only where they must.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Line(AtomicUsize);

/// How far a member of a team has come.
#[derive(Debug)]
pub(super) struct Progress<'t> {
    team: &'t Team,
    /// The phase that it is in, and the shares of all phases before.
    phase: Cell<usize>,
    before: Cell<usize>,
}

impl Progress<'_> {
    /// See [`Member::each`].
    #[inline]
    pub(super) fn each(
        &self,
        index: usize,
        count: usize,
        shares: usize,
        mut work: impl FnMut(usize),
    ) {
        let team = self.team;
        let phase = self.phase.get() + 1;
        self.phase.set(phase);
        let all = self.before.get() + shares;
        self.before.set(all);
        let done = || team.done.0.load(Ordering::Acquire) >= all;
        if done() {
            return;
        }
        let mut take = |index: usize| {
            let begun = &team.begun[index].0;
            let seen = begun.load(Ordering::Relaxed);
            let taken = seen < phase
                && begun
                    .compare_exchange(seen, phase, Ordering::Relaxed, Ordering::Relaxed)
                    .is_ok();
            if taken {
                work(index);
                team.done.0.fetch_add(1, Ordering::AcqRel);
            }
        };
        (index..shares).step_by(count).for_each(&mut take);
        for _ in 0..PATIENCE {
            if done() {
                return;
            }
            spin_loop();
        }
        (0..shares).for_each(take);
        let mut spins = 0;
        while !done() {
            if team.ended.load(Ordering::Relaxed) {
                resume_unwind(Box::new(Ended));
            }
            spins += 1;
            match spins < SPINS {
                true => spin_loop(),
                false => std::thread::yield_now(),
            }
        }
    }
}

/// Runs `work` with a team of `count` threads of rayon's pool: as many of them as come in time.
///
/// # Panics
///
/// With what the first member panics with, once all of them have stopped.
pub(crate) fn gather(count: usize, work: impl Fn(&Member<'_>) + Sync) {
    if count < 2 {
        return work(&Member::alone());
    }
    let team = Team {
        begun: (0..SHARES).map(|_| Line::default()).collect(),
        done: Line::default(),
        ended: AtomicBool::new(false),
    };
    let panicked: Mutex<Option<Box<dyn Any + Send>>> = Mutex::new(None);
    let come = |index| {
        let member = Member {
            index,
            count,
            progress: Some(Progress {
                team: &team,
                phase: Cell::new(0),
                before: Cell::new(0),
            }),
            ..Member::alone()
        };
        // What is half done when a member unwinds is never read: the panic goes on below.
        let Err(cause) = catch_unwind(AssertUnwindSafe(|| work(&member))) else {
            return;
        };
        if !cause.is::<Ended>() {
            let mut first = panicked.lock().unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert(cause);
        }
        team.ended.store(true, Ordering::Relaxed);
    };
    let come = &come;
    rayon::scope(|scope| {
        for index in 1..count {
            scope.spawn(move |_| come(index));
        }
        come(0);
    });
    if let Some(cause) = panicked
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
    {
        resume_unwind(cause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use std::sync::Mutex;

    #[test]
    fn every_share_of_every_phase_is_done_once_and_in_order() {
        let done = Mutex::new(Vec::new());
        gather(4, |member| {
            for phase in 0..200 {
                member.each(1 + phase % 7, |share| {
                    done.lock().unwrap().push((phase, share.index));
                });
            }
        });
        let done = done.into_inner().unwrap();
        let phases: Vec<usize> = done.iter().map(|d| d.0).collect();
        assert!(
            phases.is_sorted(),
            "a phase began before the one before it was done"
        );
        let mut sorted = done;
        sorted.sort_unstable();
        let all = (0..200).flat_map(|p| (0..1 + p % 7).map(move |s| (p, s)));
        assert_eq!(sorted, all.collect::<Vec<_>>());
    }

    #[test]
    fn a_member_that_never_comes_is_not_waited_for() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let count = pool.expect("a pool of one thread").install(|| {
            let count = AtomicUsize::new(0);
            gather(3, |member| {
                member.all(|_| {
                    count.fetch_add(1, Ordering::Relaxed);
                });
            });
            count.into_inner()
        });
        assert_eq!(count, 3);
    }

    #[test]
    fn a_panic_in_a_member_ends_the_team_with_its_message() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build();
        let pool = pool.expect("a pool of three threads");
        for which in 0..3 {
            let gathered = || {
                gather(3, |member| {
                    for phase in 0..50 {
                        member.all(|share| {
                            assert!((phase, share.index) != (20, which), "share {which} fails");
                        });
                    }
                });
            };
            let ended = catch_unwind(AssertUnwindSafe(|| pool.install(gathered)));
            let cause = ended.expect_err("a share failed");
            let message = cause.downcast_ref::<String>().expect("a message");
            assert_eq!(message, &format!("share {which} fails"));
        }
    }
}
