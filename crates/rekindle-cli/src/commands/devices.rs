//! `rekindle devices`

use rekindle_train::{Result, device};

use crate::{console, table};

pub(crate) fn run() -> Result<()> {
    let heads = ["device", "compiled in", "works", "chosen by", ""].map(str::to_owned);
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let lines = device::report().into_iter().map(|line| {
        [
            line.name.to_owned(),
            yes(line.compiled),
            yes(line.present),
            line.chosen.unwrap_or("-").to_owned(),
            line.detail,
        ]
    });
    let rows: Vec<_> = std::iter::once(heads).chain(lines).collect();
    console::print(&table::aligned(&rows))
}
