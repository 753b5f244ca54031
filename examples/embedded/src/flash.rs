//! What lies in flash: weights, and numbers to compare with.

/// A trained network.
pub(crate) struct Flash {
    /// `W`: `[1, G * H]`
    pub input_weight: &'static [f32],
    /// `b`: `[G * H]`
    pub input_bias: &'static [f32],
    /// `U`: `[H, K * H]`
    pub hidden_weight: &'static [f32],
    /// `d`: `[K * H]`
    pub hidden_bias: &'static [f32],
    /// The linear layer behind the states: `[H]`
    pub output_weight: &'static [f32],
    /// `[1]`
    pub output_bias: &'static [f32],
    /// What `rekindle predict` said of the last years.
    pub forecasts: &'static [f64],
}

impl Flash {
    /// The network of weights that lie one behind the other, so many of each.
    pub(crate) const fn new(
        weights: &'static [f32],
        counts: [usize; 6],
        forecasts: &'static [f64],
    ) -> Flash {
        let (input_weight, rest) = weights.split_at(counts[0]);
        let (input_bias, rest) = rest.split_at(counts[1]);
        let (hidden_weight, rest) = rest.split_at(counts[2]);
        let (hidden_bias, rest) = rest.split_at(counts[3]);
        let (output_weight, output_bias) = rest.split_at(counts[4]);
        assert!(output_bias.len() == counts[5]);
        Flash {
            input_weight,
            input_bias,
            hidden_weight,
            hidden_bias,
            output_weight,
            output_bias,
            forecasts,
        }
    }

    /// The bytes that the weights take.
    pub(crate) fn bytes(&self) -> usize {
        let recurrent = [
            self.input_weight,
            self.input_bias,
            self.hidden_weight,
            self.hidden_bias,
        ];
        let all = recurrent
            .iter()
            .chain([&self.output_weight, &self.output_bias]);
        all.map(|weights| size_of_val(*weights)).sum()
    }
}

/// Numbers from their bytes, little end first, while the program is compiled: so they are aligned, and stay where they are.
pub(crate) const fn floats<const N: usize>(bytes: &[u8]) -> [f32; N] {
    assert!(bytes.len() == 4 * N);
    let mut numbers = [0.0; N];
    let mut i = 0;
    while i < N {
        let at = 4 * i;
        numbers[i] = f32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        i += 1;
    }
    numbers
}
