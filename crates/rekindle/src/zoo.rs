//! What follows from the one list of cells: their names, the catalogue, and the configuration chosen at run time. The list
//! itself stands where the cells are, in `cells/mod.rs`.

macro_rules! zoo {
    ($($family:ident $title:literal, $shares:literal {
        $($name:literal => $module:ident :: $Cell:ident, $Config:ident $(, $More:ident)*;)*
    })*) => {
        use crate::card::{Card, Family};
        use crate::cell::CellConfig;
        use crate::extent::Extent;
        use crate::init::Init;
        use crate::invalid::Invalid;
        use crate::zoo::plain;
        use any::IntoAny;
        use burn::tensor::Device;
        use rekindle_engine::Program;
        use serde::{Deserialize, Serialize};

        $($(pub use $family::$module::{$Cell, $Config $(, $More)*};)*)*

        /// Every family of cells, with its members, the oldest first.
        pub const FAMILIES: &[Family] = &[$(Family {
            name: stringify!($family),
            title: $title,
            shares: $shares,
            cards: &[$($family::$module::CARD),*],
        }),*];

        /// Every cell, family by family.
        pub const CATALOG: &[Card] = &[$($($family::$module::CARD,)*)*];

        /// The configuration of a cell chosen at run time, by its key `kind`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        #[serde(tag = "kind")]
        #[allow(missing_docs, reason = "the variants are the cells")]
        pub enum AnyCellConfig {
            $($(#[serde(rename = $name)] $Cell($Config),)*)*
        }

        impl AnyCellConfig {
            /// The cell of that name with its paper's defaults, if there is one.
            pub fn named(name: &str, d_hidden: usize) -> Option<Self> {
                match name {
                    $($($name => Some(AnyCellConfig::$Cell(CellConfig::new(d_hidden))),)*)*
                    _ => None,
                }
            }

            /// What the keys of the cell of that name mean, if there is one: each key with its doc.
            pub fn keys(name: &str) -> Option<Vec<(&'static str, String)>> {
                let keys = match name {
                    $($($name => $Config::KEYS,)*)*
                    _ => return None,
                };
                Some(keys.iter().map(|(key, docs)| (*key, plain(docs))).collect())
            }

            /// What the table of cells says of this one.
            pub fn card(&self) -> &'static Card {
                match self { $($(AnyCellConfig::$Cell(_) => &$family::$module::CARD,)*)* }
            }
        }

        impl CellConfig for AnyCellConfig {
            type Cell = AnyCell;

            /// An Elman network.
            fn new(d_hidden: usize) -> Self {
                AnyCellConfig::Elman(CellConfig::new(d_hidden))
            }

            fn validate(&self) -> Result<(), Invalid> {
                match self { $($(AnyCellConfig::$Cell(config) => config.validate(),)*)* }
            }

            fn d_output(&self) -> usize {
                match self { $($(AnyCellConfig::$Cell(config) => config.d_output(),)*)* }
            }

            fn program(&self) -> Option<Program> {
                match self { $($(AnyCellConfig::$Cell(config) => config.program(),)*)* }
            }

            fn equations(&self) -> String {
                match self { $($(AnyCellConfig::$Cell(config) => config.equations(),)*)* }
            }

            fn own_scan(&self) -> Option<&'static str> {
                match self { $($(AnyCellConfig::$Cell(config) => config.own_scan(),)*)* }
            }

            fn projections(&self) -> &'static [&'static str] {
                match self { $($(AnyCellConfig::$Cell(config) => config.projections(),)*)* }
            }

            fn fits(&self, d_input: usize) -> Result<(), Invalid> {
                match self { $($(AnyCellConfig::$Cell(config) => config.fits(d_input),)*)* }
            }

            fn takes_missing(&self) -> bool {
                match self { $($(AnyCellConfig::$Cell(config) => config.takes_missing(),)*)* }
            }

            fn maps_weights(&self) -> bool {
                match self { $($(AnyCellConfig::$Cell(config) => config.maps_weights(),)*)* }
            }

            fn extent(&self, d_input: usize) -> Extent {
                match self { $($(AnyCellConfig::$Cell(config) => config.extent(d_input),)*)* }
            }

            /// Every form of every cell.
            fn forms(d_hidden: usize) -> Vec<Self> {
                let mut forms = Vec::new();
                $($(forms.extend($Config::forms(d_hidden).into_iter().map(AnyCellConfig::$Cell));)*)*
                forms
            }

            fn drawn(self, init: Init) -> Self {
                match self { $($(AnyCellConfig::$Cell(config) => {
                    AnyCellConfig::$Cell(config.drawn(init))
                })*)* }
            }

            fn init(&self, d_input: usize, device: &Device) -> AnyCell {
                match self { $($(AnyCellConfig::$Cell(config) => {
                    config.init(d_input, device).into_any(stringify!($Cell))
                })*)* }
            }
        }
    };
}

/// A doc as one text: `doc = " The width."` is how the compiler writes a line of one.
pub(crate) fn plain(docs: &[&str]) -> String {
    let lines = docs.iter().filter(|line| line.starts_with("doc"));
    let quoted = lines.filter_map(|line| {
        let (_, rest) = line.split_once('"')?;
        Some(rest.rsplit_once('"')?.0.trim())
    });
    let text = quoted.collect::<Vec<_>>().join(" ");
    text.replace("\\\"", "\"").replace("\\\\", "\\")
}

pub(crate) use zoo;
