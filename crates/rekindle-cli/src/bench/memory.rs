//! How much memory a training step takes at its peak.

use std::fs;

use super::work::Work;
use crate::memory::peak;

/// The bytes by which the resident memory of this process rises while it does this for the first
/// time, beyond what it was; `None` on systems that do not say. What was started and loaded before
/// is not counted, and memory that an earlier run gave back to the process is missed: it takes a
/// process of its own.
pub(crate) fn rise(mut work: Work) -> Option<u64> {
    // Forgets the peak so far. Where that is not allowed, a peak before this one hides a part of it.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = peak("self")?;
    work();
    Some(peak("self")?.saturating_sub(before))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_touched_is_counted() {
        let bytes = 64 << 20;
        let rise = rise(Box::new(move || {
            std::hint::black_box(vec![1_u8; bytes]);
        }));
        let rise = rise.expect("Linux says it");
        assert!(rise > bytes as u64 * 9 / 10, "{rise}");
    }
}
