//! The device on which Burn reads what a checkpoint holds of an optimizer.
//!
//! Burn reads it on its default device and moves it from there at the next update. By default that is the best that is compiled in: it is
//! opened although a run is on another, its drivers complain of what they miss (`XDG_RUNTIME_DIR is invalid`), and where there is no such
//! device the program would fail. Burn has no other way to name one than the variable `BURN_DEVICE`, and a process may set its
//! environment only before its first thread, so the program is begun anew in its own place.

/// The variable by which Burn's default device is named.
#[cfg(all(unix, feature = "flex"))]
const VARIABLE: &str = "BURN_DEVICE";

/// Begins this program anew with a default device that needs no driver, unless one is named. Where that is not to be had, nothing
/// happens.
pub(crate) fn settle() {
    #[cfg(all(unix, feature = "flex"))]
    {
        use std::os::unix::process::CommandExt;
        use std::process::Command;

        let program = std::env::current_exe();
        if let (None, Ok(program)) = (std::env::var_os(VARIABLE), program) {
            // It comes back only where the program could not be begun.
            let _failed = Command::new(program)
                .args(std::env::args_os().skip(1))
                .env(VARIABLE, "flex")
                .exec();
        }
    }
}
