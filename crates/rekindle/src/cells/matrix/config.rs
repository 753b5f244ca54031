//! What the configurations of matrix cells have in common, written once.

use super::heads::Heads;
use crate::init::Init;
use crate::invalid::{self, Invalid};
use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor};

/// The heads of a cell without a wish: four, where the units can be parted so and each gets more than one
/// (a key of one number tells nothing from nothing), else one.
pub(crate) fn usual_heads(d_hidden: usize) -> usize {
    if d_hidden.is_multiple_of(4) && d_hidden > 4 {
        4
    } else {
        1
    }
}

/// Checks the sizes that every matrix cell has.
///
/// # Errors
///
/// Names the key, its value and what it must be.
pub(crate) fn check(d_hidden: usize, heads: usize, d_key: Option<usize>) -> Result<(), Invalid> {
    invalid::width("d_hidden", d_hidden)?;
    if heads == 0 || !d_hidden.is_multiple_of(heads) {
        let expected = format!("a divisor of d_hidden, {d_hidden}");
        return Err(Invalid::new("heads", heads, &expected));
    }
    match d_key {
        None => Ok(()),
        Some(d_key) => {
            invalid::width("d_key", d_key)?;
            invalid::width("heads * d_key", heads * d_key)
        }
    }
}

/// Makes the parameters of a cell.
pub(crate) struct Maker<'d> {
    pub(crate) d_input: usize,
    pub(crate) heads: Heads,
    /// Whether the maps of the input carry a bias.
    pub(crate) bias: bool,
    pub(crate) init: Init,
    pub(crate) device: &'d Device,
}

impl Maker<'_> {
    /// A map of the input to a key a head.
    pub(crate) fn keys(&self) -> Linear {
        self.map(self.heads.count * self.heads.d_key)
    }

    /// A map of the input to a value a head.
    pub(crate) fn values(&self) -> Linear {
        self.map(self.heads.count * self.heads.d_value)
    }

    /// A map of the input.
    pub(crate) fn map(&self, to: usize) -> Linear {
        self.linear(self.d_input, to, self.bias)
    }

    /// A map of the input to a number a head, with a bias.
    pub(crate) fn gate(&self) -> Linear {
        self.gates(self.heads.count)
    }

    /// A map of the input to a number a head, with a bias where one is wanted.
    pub(crate) fn strength(&self, bias: bool) -> Linear {
        self.linear(self.d_input, self.heads.count, bias)
    }

    /// A map of the input that always has a bias.
    pub(crate) fn gates(&self, to: usize) -> Linear {
        self.linear(self.d_input, to, true)
    }

    /// The two maps of one of low rank, the second with a bias.
    pub(crate) fn narrow(&self, rank: usize, to: usize) -> [Linear; 2] {
        [
            self.linear(self.d_input, rank, false),
            self.linear(rank, to, true),
        ]
    }

    fn linear(&self, from: usize, to: usize, bias: bool) -> Linear {
        let weight = self.init.linear([from, to], self.d_hidden(), self.device);
        Linear {
            weight: Param::from_tensor(weight.detach()),
            bias: bias.then(|| self.vector(to)),
        }
    }

    /// A vector that begins as a bias does.
    pub(crate) fn vector(&self, width: usize) -> Param<Tensor<1>> {
        self.begun(self.init.vector(width, self.d_hidden(), self.device))
    }

    /// A vector that begins with these numbers, whatever the scheme.
    pub(crate) fn begun(&self, value: Tensor<1>) -> Param<Tensor<1>> {
        Param::from_tensor(value.detach())
    }

    /// A vector that begins with one number.
    pub(crate) fn filled(&self, width: usize, value: f64) -> Param<Tensor<1>> {
        self.begun(Tensor::full([width], value, self.device))
    }

    fn d_hidden(&self) -> usize {
        self.heads.count * self.heads.d_value
    }
}

/// Declares the configuration of a matrix cell, with its [`CellConfig`](crate::CellConfig): `d_hidden`, `heads`,
/// `d_key`, the cell's own keys with their defaults, `bias` and `init`.
///
/// ```text
/// matrix_config! {
///     /// Configuration of [`Gla`].
///     pub struct GlaConfig: Gla, bias: false {
///         /// The rank of the gate's map.
///         rank: usize = 16,
///     }
///     d_key: |d_value| d_value.div_ceil(2);                the width of a key where the config has none
///     equations: |_| EQUATIONS;                            for people
///     valid: |config| positive("rank", config.rank);       checks of the cell's own keys
///     init: |config, m| Gla { q: m.keys(), .. };           the parameters
/// }
/// ```
macro_rules! matrix_config {
    (
        $(#[$meta:meta])*
        $vis:vis struct $Config:ident: $Cell:ident, bias: $bias:literal {
            $($(#[$key_meta:meta])* $key:ident: $Type:ty = $default:expr,)*
        }
        $(d_key: $d_key:expr;)?
        equations: $equations:expr;
        $(valid: $valid:expr;)?
        init: $make:expr;
        $(forms: $forms:expr;)?
    ) => {
        $crate::config! {
            $(#[$meta])*
            $vis struct $Config {
                /// The width of the output: that of all heads together.
                d_hidden: usize,
                /// The number of heads, which must divide `d_hidden`: four by default, where each then has more than one
                /// unit, else one.
                heads: usize = $crate::cells::matrix::config::usual_heads(d_hidden),
                /// The width of a head's keys; by default as wide as the cell's paper has them beside its
                /// values, which have `d_hidden / heads`.
                #[serde(skip_serializing_if = "Option::is_none")]
                d_key: Option<usize> = None,
                $($(#[$key_meta])* $key: $Type = $default,)*
                /// Whether the maps of the input carry a bias. Where the paper gives one to a gate, that
                /// is always there.
                bias: bool = $bias,
                /// How the parameters begin.
                init: $crate::Init = $crate::Init::default(),
            }
        }

        impl $Config {
            fn sizes(&self) -> $crate::cells::matrix::heads::Heads {
                let usual: &[fn(usize) -> usize] = &[$($d_key,)? |d_value| d_value];
                let d_value = self.d_hidden / self.heads;
                $crate::cells::matrix::heads::Heads {
                    count: self.heads,
                    d_key: self.d_key.unwrap_or(usual[0](d_value)),
                    d_value,
                }
            }
        }

        impl $crate::CellConfig for $Config {
            type Cell = $Cell;

            fn new(d_hidden: usize) -> Self {
                Self::usual(d_hidden)
            }

            fn validate(&self) -> Result<(), $crate::Invalid> {
                $crate::cells::matrix::config::check(self.d_hidden, self.heads, self.d_key)?;
                $({
                    let valid: fn(&Self) -> Result<(), $crate::Invalid> = $valid;
                    valid(self)?;
                })?
                Ok(())
            }

            fn d_output(&self) -> usize {
                self.d_hidden
            }

            fn program(&self) -> Option<rekindle_engine::Program> {
                None
            }

            fn equations(&self) -> String {
                let equations: fn(&Self) -> &'static str = $equations;
                equations(self).to_owned()
            }

            fn own_scan(&self) -> Option<&'static str> {
                Some("chunkwise")
            }

            fn projections(&self) -> &'static [&'static str] {
                $Cell::PROJECTIONS
            }

            fn extent(&self, d_input: usize) -> $crate::Extent {
                let sizes = self.sizes();
                let [keys, values] = [sizes.d_key, sizes.d_value].map(|n| (sizes.count * n) as f64);
                $crate::Extent {
                    // Some cells share queries and keys between heads, or have the keys of something else.
                    weights: d_input as f64 * (values + sizes.d_key as f64),
                    recurrent: 0.0,
                    state: keys * sizes.d_value as f64,
                    step: keys + values,
                }
            }

            /// The default, and one with other sizes of everything.
            fn forms(d_hidden: usize) -> Vec<Self> {
                let usual = Self::new(d_hidden);
                let other = $Config {
                    heads: if d_hidden.is_multiple_of(2) { 2 } else { 1 },
                    d_key: Some(3),
                    bias: !usual.bias,
                    ..usual.clone()
                };
                #[allow(unused_mut, reason = "a cell with no further forms adds none")]
                let mut forms = vec![usual, other];
                $({
                    let more: fn(Self) -> Vec<Self> = $forms;
                    forms.extend(more(Self::new(d_hidden)));
                })?
                forms
            }

            fn drawn(self, init: $crate::Init) -> Self {
                Self { init, ..self }
            }

            fn init(&self, d_input: usize, device: &burn::tensor::Device) -> $Cell {
                let make: fn(&Self, $crate::cells::matrix::config::Maker<'_>) -> $Cell = $make;
                let maker = $crate::cells::matrix::config::Maker {
                    d_input,
                    heads: self.sizes(),
                    bias: self.bias,
                    init: self.init,
                    device,
                };
                make(self, maker)
            }
        }
    };
}

pub(crate) use matrix_config;
