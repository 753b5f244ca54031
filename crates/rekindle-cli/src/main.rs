//! The program `rekindle`.
fn main() {}
