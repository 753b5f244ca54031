//! What follows from the one list of cells: their names, the cell and the configuration chosen at run time, and the
//! catalogue. The list itself stands where the cells are, in `cells/mod.rs`.

macro_rules! zoo {
    ($($family:ident $title:literal, $shares:literal {
        $($name:literal => $module:ident :: $Cell:ident, $Config:ident $(, $More:ident)*;)*
    })*) => {
        use crate::card::{Card, Family};
        use crate::cell::{Cell, CellConfig, RecurrentWeights};
        use crate::extent::Extent;
        use crate::invalid::Invalid;
        use crate::sequence::Sequence;
        use crate::state::State;
        use burn::module::Module;
        use burn::nn::Dropout;
        use burn::tensor::{DType, Device, Tensor};
        use rekindle_engine::{Choice, Direction, Engine, Id, Program, Stream, Traced};
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

        /// A cell chosen at run time.
        #[derive(Module, Debug)]
        #[allow(missing_docs, reason = "the variants are the cells")]
        #[allow(clippy::large_enum_variant, reason = "modules are cloned by handle")]
        pub enum AnyCell {
            $($($Cell($Cell),)*)*
        }

        impl Cell for AnyCell {
            type State = Vec<Tensor<2>>;

            fn d_input(&self) -> usize {
                match self { $($(AnyCell::$Cell(cell) => cell.d_input(),)*)* }
            }

            fn d_output(&self) -> usize {
                match self { $($(AnyCell::$Cell(cell) => cell.d_output(),)*)* }
            }

            fn states(&self) -> Vec<(String, usize)> {
                match self { $($(AnyCell::$Cell(cell) => cell.states(),)*)* }
            }

            fn program(&self) -> Option<&Program> {
                match self { $($(AnyCell::$Cell(cell) => cell.program(),)*)* }
            }

            fn reads(&self, state: usize) -> bool {
                match self { $($(AnyCell::$Cell(cell) => cell.reads(state),)*)* }
            }

            fn vectors(&self) -> Vec<String> {
                match self { $($(AnyCell::$Cell(cell) => cell.vectors(),)*)* }
            }

            fn is_fixed(&self) -> bool {
                match self { $($(AnyCell::$Cell(cell) => cell.is_fixed(),)*)* }
            }

            fn step(&self, x: Tensor<2>, state: Self::State) -> (Tensor<2>, Self::State) {
                match self { $($(AnyCell::$Cell(cell) => {
                    let (y, state) = cell.step(x, State::from_parts(state));
                    (y, State::into_parts(state))
                })*)* }
            }

            fn masked(&self, mask: Tensor<2>) -> Self {
                match self { $($(AnyCell::$Cell(cell) => AnyCell::$Cell(cell.masked(mask)),)*)* }
            }

            fn disconnected(&self, dropout: &Dropout) -> Self {
                match self { $($(AnyCell::$Cell(cell) => AnyCell::$Cell(cell.disconnected(dropout)),)*)* }
            }

            fn with_recurrent_weights(self, form: RecurrentWeights, device: &Device) -> Self {
                match self { $($(AnyCell::$Cell(cell) => {
                    AnyCell::$Cell(cell.with_recurrent_weights(form, device))
                })*)* }
            }

            fn multiplied(self, device: &Device) -> Self {
                match self { $($(AnyCell::$Cell(cell) => AnyCell::$Cell(cell.multiplied(device)),)*)* }
            }

            fn run_by(self, engine: Engine) -> Self {
                match self { $($(AnyCell::$Cell(cell) => AnyCell::$Cell(cell.run_by(engine)),)*)* }
            }

            fn stream(&self, state: Self::State) -> Option<Stream> {
                match self { $($(AnyCell::$Cell(cell) => cell.stream(State::from_parts(state)),)*)* }
            }

            fn executor(&self, device: &Device, dtype: DType) -> Option<Choice> {
                match self { $($(AnyCell::$Cell(cell) => cell.executor(device, dtype),)*)* }
            }

            fn trace(
                &self,
                x: &Sequence,
                state: Self::State,
                direction: Direction,
                nodes: &[Id],
            ) -> Option<Traced> {
                match self { $($(AnyCell::$Cell(cell) => {
                    cell.trace(x, State::from_parts(state), direction, nodes)
                })*)* }
            }

            fn scan(
                &self,
                x: &Sequence,
                state: Self::State,
                direction: Direction,
            ) -> (Tensor<3>, Self::State) {
                match self { $($(AnyCell::$Cell(cell) => {
                    let (y, state) = cell.scan(x, State::from_parts(state), direction);
                    (y, State::into_parts(state))
                })*)* }
            }
        }

        /// The configuration of a cell chosen at run time, by its key `kind`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

            fn init(&self, d_input: usize, device: &Device) -> AnyCell {
                match self { $($(AnyCellConfig::$Cell(config) => AnyCell::$Cell(config.init(d_input, device)),)*)* }
            }
        }
    };
}

pub(crate) use zoo;
