//! How much memory there is, and how much a process has taken; on systems that say it.

use std::fs;

/// The most that a process has held so far, in bytes: `self`, or its number.
pub(crate) fn peak(process: &str) -> Option<u64> {
    line(&format!("/proc/{process}/status"), "VmHWM:")
}

/// What can be had now without swapping, in bytes.
pub(crate) fn available() -> Option<u64> {
    line("/proc/meminfo", "MemAvailable:")
}

/// The bytes of a line such as `VmHWM: 1024 kB`.
fn line(file: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
