#!/usr/bin/env bash
# Writes ../golden.f32: what the crate nnnoiseless 0.5.2 makes of noisy.wav. Its network is private, so a copy of the crate, which cargo
# fetches, is opened with sed and run in a directory of its own.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
mkdir "$work/src"
cp "$here/main.rs" "$work/src"
cat >"$work/Cargo.toml" <<'TOML'
[package]
name = "golden"
version = "0.0.0"
edition = "2024"

[dependencies]
hound = "=3.5.1"
nnnoiseless = { version = "=0.5.2", default-features = false }
TOML
cd "$work"
cargo vendor --quiet >/dev/null
crate="$work/vendor/nnnoiseless"
sed -i 's/^mod rnn;/pub mod rnn;/; /deny(missing_docs)/d' "$crate/src/lib.rs"
sed -i 's/pub(crate) fn new(model: Cow/pub fn new(model: Cow/' "$crate/src/rnn.rs"
sed -i '/^default-run/d; /^\[\[\(bin\|bench\|test\|example\)\]\]/,/^$/d' "$crate/Cargo.toml"
printf '\n[patch.crates-io]\nnnnoiseless = { path = "vendor/nnnoiseless" }\n' >>Cargo.toml
RUSTFLAGS="--cap-lints allow" cargo run --quiet --release -- "$here/../../sound/noisy.wav" "$here/../golden.f32"
