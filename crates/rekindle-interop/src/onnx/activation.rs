//! The activations of ONNX's recurrent operators, as expressions of equations.

/// A function and its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Activation {
    name: &'static str,
    alpha: f32,
    beta: f32,
}

/// The names, which settings each takes, and what these are where a node does not say. Of `ScaledTanh` the standard has no defaults.
const ALL: [(&str, Option<f32>, Option<f32>); 11] = [
    ("Tanh", None, None),
    ("Sigmoid", None, None),
    ("Relu", None, None),
    ("Softsign", None, None),
    ("Softplus", None, None),
    ("LeakyRelu", Some(0.01), None),
    ("ThresholdedRelu", Some(1.0), None),
    ("Elu", Some(1.0), None),
    ("HardSigmoid", Some(0.2), Some(0.5)),
    ("Affine", Some(1.0), Some(0.0)),
    ("ScaledTanh", Some(f32::NAN), Some(f32::NAN)),
];

/// The settings that a node gives for its functions, which take them one after the other.
pub(super) struct Settings<'n> {
    pub(super) alpha: &'n [f32],
    pub(super) beta: &'n [f32],
}

impl Activation {
    /// The function of a name, in any case, with the next settings of those that it takes.
    pub(super) fn of(name: &str, settings: &mut Settings<'_>) -> Result<Self, String> {
        let known = ALL
            .iter()
            .find(|(known, ..)| known.eq_ignore_ascii_case(name));
        let Some(&(name, alpha, beta)) = known else {
            let names: Vec<&str> = ALL.iter().map(|(name, ..)| *name).collect();
            return Err(format!(
                "has the activation {name}, which is none of {}",
                names.join(", ")
            ));
        };
        let activation = Activation {
            name,
            alpha: next(&mut settings.alpha, alpha),
            beta: next(&mut settings.beta, beta),
        };
        match activation.alpha.is_finite() && activation.beta.is_finite() {
            true => Ok(activation),
            false => Err(format!(
                "has the activation {name} without finite activation_alpha and activation_beta for it"
            )),
        }
    }

    /// The names of all.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(|(name, ..)| *name)
    }

    /// ONNX's name of it.
    pub(super) fn name(self) -> &'static str {
        self.name
    }

    /// The settings that it takes.
    pub(super) fn settings(self) -> (Option<f32>, Option<f32>) {
        let row = ALL.iter().find(|(name, ..)| *name == self.name);
        let (_, alpha, beta) = row.expect("a known function");
        (alpha.map(|_| self.alpha), beta.map(|_| self.beta))
    }

    /// The function of a value that has a name.
    pub(super) fn of_value(self, v: &str) -> String {
        let [alpha, beta] = [self.alpha, self.beta].map(number);
        match self.name {
            "Sigmoid" => format!("sigmoid({v})"),
            "Relu" => format!("relu({v})"),
            "Softsign" => format!("softsign({v})"),
            "Softplus" => format!("softplus({v})"),
            "LeakyRelu" if self.alpha == 0.01 => format!("leaky_relu({v})"),
            "LeakyRelu" => format!("max({v}, 0) + {alpha} * min({v}, 0)"),
            "ThresholdedRelu" => format!("{v} * relu(sign({v} - {alpha}))"),
            "Elu" if self.alpha == 1.0 => format!("elu({v})"),
            "Elu" => format!("max({v}, 0) + {alpha} * elu(min({v}, 0))"),
            "HardSigmoid" => format!("max(min({alpha} * {v} + {beta}, 1), 0)"),
            "Affine" if self.alpha == 1.0 && self.beta == 0.0 => v.to_owned(),
            "Affine" => format!("{alpha} * {v} + {beta}"),
            "ScaledTanh" => format!("{alpha} * tanh({beta} * {v})"),
            _ => format!("tanh({v})"),
        }
    }
}

/// The next setting of a function that takes one; zero of one that takes none.
fn next(given: &mut &[f32], usual: Option<f32>) -> f32 {
    let Some(usual) = usual else {
        return 0.0;
    };
    match given.split_first() {
        None => usual,
        Some((&first, rest)) => {
            *given = rest;
            first
        }
    }
}

/// A number in a text of equations: the shortest of those that are this one in 32 bits.
pub(super) fn number(n: f32) -> String {
    n.to_string()
}
