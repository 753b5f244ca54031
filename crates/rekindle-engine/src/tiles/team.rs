//! Threads that take the same rows through the same steps, each with columns of its own.
//!
//! For one row or a few there is nothing else to share out. Members wait for one another before
//! a matrix product, which reads what all of them have written.

use std::hint::spin_loop;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// One member of a team.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'t> {
    pub index: usize,
    pub count: usize,
    barrier: Option<&'t Barrier>,
}

/// Where members wait for one another. A step takes microseconds, and so they spin.
#[derive(Debug, Default)]
struct Barrier {
    arrived: AtomicUsize,
    round: AtomicUsize,
}

impl Member<'_> {
    /// The only member.
    pub(super) fn alone() -> Member<'static> {
        Member {
            index: 0,
            count: 1,
            barrier: None,
        }
    }

    /// Waits until all members have come here.
    #[inline]
    pub(super) fn wait(&self) {
        let Some(barrier) = self.barrier else { return };
        let round = barrier.round.load(Ordering::Acquire);
        if barrier.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.count {
            barrier.arrived.store(0, Ordering::Relaxed);
            barrier
                .round
                .store(round.wrapping_add(1), Ordering::Release);
            return;
        }
        let mut spins = 0u32;
        while barrier.round.load(Ordering::Acquire) == round {
            spins += 1;
            match spins < 20_000 {
                true => spin_loop(),
                // Someone has lost its core.
                false => std::thread::yield_now(),
            }
        }
    }
}

/// One team at a time: two of them, waiting for the same threads, would wait forever.
static GATHERED: Mutex<()> = Mutex::new(());

/// Runs `work` with a team of `count` threads of rayon's pool, or alone with `count` members' worth of work
/// if they cannot be gathered.
pub(super) fn gather(count: usize, work: impl Fn(Member<'_>) + Sync) {
    let free = GATHERED.try_lock();
    if count < 2 || free.is_err() || rayon::current_num_threads() < count {
        work(Member::alone());
        return;
    }
    let barrier = Barrier::default();
    rayon::broadcast(|context| {
        if context.index() < count {
            work(Member {
                index: context.index(),
                count,
                barrier: Some(&barrier),
            });
        }
    });
}
