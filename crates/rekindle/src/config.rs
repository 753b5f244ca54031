//! Configurations: plain data with defaults, which files may leave out.

/// Declares setters, `with_<key>`, in the `impl` of a configuration: each takes the configuration and gives it back with
/// another value.
#[doc(hidden)]
#[macro_export]
macro_rules! setters {
    ($($key:ident: $Type:ty),* $(,)?) => {
        $crate::support::paste! {
            $(
                #[doc = concat!("The same with another `", stringify!($key), "`.")]
                #[must_use]
                pub fn [<with_ $key>](mut self, $key: $Type) -> Self {
                    self.$key = $key;
                    self
                }
            )*
        }
    };
}
pub(crate) use setters;

/// Declares a configuration: a struct of keys with their defaults, which may depend on the one key that has none. It is
/// read by serde from whatever gives that key, any other may be left out, and an unknown one is refused. Every key has a
/// setter, `with_<key>`; `usual` makes the defaults. In [`cell_config!`](crate::cell_config) it is part of a cell's.
///
/// ```
/// rekindle::config! {
///     /// How long to wait.
///     pub struct Waiting {
///         /// Seconds.
///         seconds: usize,
///         /// How often to ask meanwhile.
///         times: usize = 2 * seconds,
///     }
/// }
/// assert_eq!(Waiting::usual(3).with_times(1), Waiting { seconds: 3, times: 1 });
/// ```
#[macro_export]
macro_rules! config {
    (
        $(#[$meta:meta])*
        $vis:vis struct $Config:ident {
            $(#[$first_meta:meta])* $first:ident: $First:ty,
            $($(#[$key_meta:meta])* $key:ident: $Type:ty = $default:expr,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, burn::serde::Serialize)]
        #[serde(crate = "burn::serde")]
        $vis struct $Config {
            $(#[$first_meta])* pub $first: $First,
            $($(#[$key_meta])* pub $key: $Type,)*
        }

        impl $Config {
            /// Each key, with the lines of its doc as they are written.
            #[doc(hidden)]
            #[allow(dead_code, reason = "only those of cells are asked for")]
            pub(crate) const KEYS: &'static [(&'static str, &'static [&'static str])] = &[
                (stringify!($first), &[$(stringify!($first_meta)),*]),
                $((stringify!($key), &[$(stringify!($key_meta)),*]),)*
            ];

            /// Every default.
            fn usual($first: $First) -> Self {
                $Config { $($key: $default,)* $first }
            }

            $crate::setters! { $($key: $Type),* }
        }

        // Derived, every default would need a function of its own.
        impl<'de> burn::serde::Deserialize<'de> for $Config {
            fn deserialize<D: burn::serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                #[derive(burn::serde::Deserialize)]
                #[serde(crate = "burn::serde", deny_unknown_fields)]
                struct Written {
                    $first: $First,
                    $($key: Option<$Type>,)*
                }
                let written = <Written as burn::serde::Deserialize>::deserialize(from)?;
                #[allow(unused_mut, reason = "a configuration of one key")]
                let mut config = $Config::usual(written.$first);
                $(if let Some(value) = written.$key {
                    config.$key = value;
                })*
                Ok(config)
            }
        }
    };
}
