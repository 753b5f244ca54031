//! What the configurations of most cells have in common, written once.

/// Declares the configuration of a cell of equations, with its [`CellConfig`](crate::CellConfig):
/// `d_hidden`, the cell's own keys with their defaults, `bias` and `init`.
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
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        $vis struct $Config {
            /// The number of units.
            pub d_hidden: usize,
            $($(#[$key_meta])* pub $key: $Type,)*
            /// Whether the products carry a bias, wherever the equations have one.
            pub bias: bool,
            /// How the parameters begin.
            pub init: $crate::Init,
        }

        // Derived, every default would need a function of its own.
        impl<'de> serde::Deserialize<'de> for $Config {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                #[derive(serde::Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Written {
                    d_hidden: usize,
                    $($key: Option<$Type>,)*
                    bias: Option<bool>,
                    init: Option<$crate::Init>,
                }
                let written = Written::deserialize(from)?;
                let mut config: $Config = $crate::CellConfig::new(written.d_hidden);
                $(config.$key = written.$key.unwrap_or(config.$key);)*
                config.bias = written.bias.unwrap_or(config.bias);
                config.init = written.init.unwrap_or(config.init);
                Ok(config)
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
                $Config {
                    d_hidden,
                    $($key: $default,)*
                    bias: [$($bias,)? true][0],
                    init: $crate::Init::default(),
                }
            }

            fn validate(&self) -> Result<(), $crate::Invalid> {
                $crate::invalid::width("d_hidden", self.d_hidden)?;
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
                let equations: fn(&Self, &rekindle_engine::Step) -> rekindle_engine::Next = $equations;
                Some(rekindle_engine::Program::new(|k| equations(self, k)))
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

pub(crate) use cell_config;
