//! The configurations of cells of equations.

/// Declares the configuration of a cell of equations that [`cell!`](crate::cell) declared, with its
/// [`CellConfig`](crate::CellConfig): `d_hidden`, the cell's own keys with their defaults, `bias` and `init`, each with a
/// setter, `with_bias`.
///
/// ```
/// # use rekindle::engine::{Next, Step, tanh};
/// # use rekindle::CellConfig;
/// rekindle::cell! {
///     /// A cell whose memory fades.
///     pub struct Fading: 1
/// }
/// rekindle::cell_config! {
///     /// Configuration of [`Fading`].
///     pub struct FadingConfig: Fading {
///         /// How much stays.
///         rate: f64 = 0.9,
///     }
///     equations: |config, k| fading(k, config.rate);
///     valid: |config| rekindle::rate("rate", config.rate);
/// }
/// fn fading(k: &Step, rate: f64) -> Next {
///     let h = k.state("h");
///     k.next(rate * h + tanh(k.affine("n", h)))
/// }
/// assert!(FadingConfig::new(8).with_rate(2.0).validate().is_err());
/// ```
///
/// Everything that it takes:
///
/// ```text
/// cell_config! {
///     /// Configuration of [`FastRnn`].
///     pub struct FastRnnConfig: FastRnn {
///         /// What `alpha` begins with, before the sigmoid.
///         alpha: f64 = -3.0,
///     }
///     equations: |_, k| fast_rnn(k);                                the equations that it makes
///     structure: |config| Structure::heads(config.heads);           what recurrent weights are made of
///     valid: |config| finite("alpha", config.alpha);                checks of the cell's own keys
///     begin: |config, gates, device| gates.with_vector(..);         what begins with other numbers
///     forms: |usual| vec![..];                                      forms beside the default
/// }
/// ```
///
/// The last four may be left out, and so may the cell's own keys. `bias: false` behind the cell's
/// name is for papers without biases.
#[macro_export]
macro_rules! cell_config {
    (
        $(#[$meta:meta])*
        $vis:vis struct $Config:ident: $Cell:ident $(, bias: $bias:literal)? {
            $($(#[$key_meta:meta])* $key:ident: $Type:ty = $default:expr,)*
        }
        equations: $equations:expr;
        $(structure: $structure:expr;)?
        $(valid: $valid:expr;)?
        $(begin: $begin:expr;)?
        $(forms: $forms:expr;)?
    ) => {
        $crate::config! {
            $(#[$meta])*
            $vis struct $Config {
                /// The number of units.
                d_hidden: usize,
                $($(#[$key_meta])* $key: $Type = $default,)*
                /// Whether the products carry a bias, wherever the equations have one.
                bias: bool = [$($bias,)? true][0],
                /// How the parameters begin.
                init: $crate::Init = $crate::Init::default(),
            }
        }

        impl $Config {
            /// What the recurrent weights are made of.
            fn structure(&self) -> $crate::Structure {
                let mut own = std::iter::empty::<$crate::Structure>()$(.chain([{
                    let of: fn(&Self) -> $crate::Structure = $structure;
                    of(self)
                }]))?;
                own.next().unwrap_or_default()
            }
        }

        impl $crate::CellConfig for $Config {
            type Cell = $Cell;

            fn new(d_hidden: usize) -> Self {
                Self::usual(d_hidden)
            }

            fn validate(&self) -> Result<(), $crate::Invalid> {
                $crate::width("d_hidden", self.d_hidden)?;
                $({
                    let valid: fn(&Self) -> Result<(), $crate::Invalid> = $valid;
                    valid(self)?;
                })?
                Ok(())
            }

            fn d_output(&self) -> usize {
                self.d_hidden
            }

            fn program(&self) -> Option<$crate::engine::Program> {
                let equations: fn(&Self, &$crate::engine::Step) -> $crate::engine::Next = $equations;
                Some($crate::engine::Program::new(|k| equations(self, k)))
            }

            fn maps_weights(&self) -> bool {
                !self.structure().is_plain()
            }

            fn forms(d_hidden: usize) -> Vec<Self> {
                #[allow(unused_mut, reason = "a cell with one form adds none")]
                let mut forms = vec![Self::new(d_hidden)];
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
                let sizes = $crate::GateSizes {
                    bias: self.bias,
                    init: self.init,
                    ..$crate::GateSizes::new(d_input, self.d_hidden)
                };
                let program = $crate::CellConfig::program(self).expect("a cell of equations");
                let structure = self.structure();
                let gates = $crate::Gates::structured(program, sizes, structure, device);
                $(let gates = {
                    type Begin<C> = fn(&C, $crate::Gates, &burn::tensor::Device) -> $crate::Gates;
                    let begin: Begin<Self> = $begin;
                    begin(self, gates, device)
                };)?
                $Cell { gates }
            }
        }
    };
}
