//! The commands, a file each: its arguments, and what it prints.

pub(crate) mod apply;
pub(crate) mod bench;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod devices;
pub(crate) mod doctor;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod horizon;
pub(crate) mod init;
pub(crate) mod list;
pub(crate) mod man;
pub(crate) mod predict;
pub(crate) mod report;
pub(crate) mod sample;
pub(crate) mod show;
pub(crate) mod stream;
pub(crate) mod sweep;
pub(crate) mod trace;
pub(crate) mod train;
pub(crate) mod validate;
pub(crate) mod zoo;
