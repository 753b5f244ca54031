//! Traces and figures with numbers from closed forms.

use rekindle_program::{Program, sigmoid, tanh};
use rekindle_view::{
    Axis, Bars, Block, Confusion, Figure, Mark, Page, Plane, Role, Section, Series, Table, Trace,
};

/// The value of node `k` for unit `u` at step `t`: what a test can compute again.
pub(crate) fn value(k: usize, u: usize, t: usize, signed: bool) -> f32 {
    let pace = 0.02 + 0.3 * ((u * 7 + k * 3) % 17) as f32 / 17.0;
    let x = (t as f32 * pace + u as f32 * 1.7 + k as f32).sin() * (1.0 + (u % 5) as f32);
    match signed {
        true => x.tanh(),
        false => 1.0 / (1.0 + (-x).exp()),
    }
}

/// An LSTM's trace over a sentence, repeated as often as it takes.
pub(crate) fn lstm(steps: usize, units: usize, layer: usize, direction: &str) -> Trace {
    let text: Vec<char> = "In the beginning God created the heaven and the earth.\n"
        .chars()
        .collect();
    let nodes: [(&str, Role, &str); 6] = [
        (
            "i",
            Role::Gate,
            "input gate: how much of the candidate is written",
        ),
        (
            "f",
            Role::Gate,
            "forget gate: how much of each memory is kept",
        ),
        ("g", Role::Candidate, "candidate: what could be written"),
        (
            "o",
            Role::Gate,
            "output gate: how much of the memory is shown",
        ),
        ("c'", Role::State, "c' = f * c + i * g"),
        ("h'", Role::State, "h' = o * tanh(c')"),
    ];
    let plane = |(k, &(name, role, sentence)): (usize, &(&str, Role, &str))| {
        let signed = role != Role::Gate;
        let values = (0..steps * units)
            .map(|i| value(k, i % units, i / units, signed))
            .collect();
        Plane {
            name: name.into(),
            role,
            sentence: sentence.into(),
            units,
            values,
        }
    };
    Trace {
        title: "Trace of quickstart".into(),
        cell: "Long short-term memory".into(),
        layer,
        direction: direction.into(),
        labels: (0..steps)
            .map(|t| text[t % text.len()].to_string())
            .collect(),
        planes: nodes.iter().enumerate().map(plane).collect(),
    }
}

/// Norms of gradients that fall at three rates.
pub(crate) fn horizon() -> Figure {
    let curve = |rate: f64| {
        (0..=80)
            .map(|k| [f64::from(k), 0.7 * rate.powi(k)])
            .collect()
    };
    Figure {
        title: "How far back a gradient reaches".into(),
        x: Axis::linear("lag, steps"),
        y: Axis::log("norm of d loss / d state").above(1e-10),
        series: vec![
            Series::line("Elman", curve(0.7)),
            Series::line("GRU", curve(0.93)),
            Series::line("LSTM, forget bias 1", curve(0.985)),
            Series::line("1 % of the first", vec![[0.0, 0.007], [80.0, 0.007]])
                .drawn(Mark::Reference),
        ],
        notes: vec!["64 units, orthogonal recurrent weights, before training.".into()],
    }
}

/// A loss that falls, with the validation's dots.
pub(crate) fn loss() -> Figure {
    let fall = |x: f64| 1.4 + 1.9 * (-x / 300.0).exp() + 0.05 * (x / 17.0).sin();
    Figure {
        title: "Loss".into(),
        x: Axis::linear("step"),
        y: Axis::linear("nats per character"),
        series: vec![
            Series::line(
                "train",
                (1..=100)
                    .map(|i| [f64::from(i) * 20.0, fall(f64::from(i) * 20.0)])
                    .collect(),
            ),
            Series::line(
                "valid",
                (1..=10)
                    .map(|i| [f64::from(i) * 200.0, fall(f64::from(i) * 200.0) + 0.1])
                    .collect(),
            )
            .drawn(Mark::Dotted),
        ],
        notes: Vec::new(),
    }
}

/// A page with one of everything but traces.
pub(crate) fn page() -> Page {
    let texts = |rows: &[&[&str]]| {
        rows.iter()
            .map(|row| row.iter().map(|c| c.to_string()).collect())
            .collect()
    };
    let section = |title: &str, blocks| Section {
        title: title.into(),
        blocks,
    };
    Page {
        title: "quickstart".into(),
        lead: "language_model · lstm · 128 units · flex · 2 min 03 s".into(),
        sections: vec![
            section(
                "Result",
                vec![Block::Table(Table {
                    head: ["", "valid", "test"].map(String::from).to_vec(),
                    rows: texts(&[
                        &["bits per character", "2.0312", "2.0415"],
                        &["perplexity", "4.087", "4.117"],
                        &["most frequent symbol", "4.31", "4.29"],
                    ]),
                })],
            ),
            section(
                "Curves",
                vec![Block::Figure(loss()), Block::Figure(horizon())],
            ),
            section(
                "What it gets wrong",
                vec![Block::Bars(bars()), Block::Confusion(confusion())],
            ),
            section(
                "A sample",
                vec![Block::Verbatim(
                    "temperature 0.8".into(),
                    "And the LORD said unto <him>,\n\tGo & see.".into(),
                )],
            ),
        ],
    }
}

/// Errors beside those of the naive forecasts.
pub(crate) fn bars() -> Bars {
    Bars {
        title: "MAE beside the naive forecasts".into(),
        label: "lower is better".into(),
        bars: vec![
            ("this run".into(), 12.31),
            ("naive".into(), 17.8),
            ("seasonal naive".into(), 31.02),
        ],
        notes: Vec::new(),
    }
}

/// Three classes, one of them hard.
pub(crate) fn confusion() -> Confusion {
    Confusion {
        title: "Test part".into(),
        classes: ["bad", "fair", "good"].map(String::from).to_vec(),
        counts: vec![vec![40, 3, 1], vec![5, 22, 9], vec![0, 2, 60]],
    }
}

/// The equations of an LSTM.
pub(crate) fn lstm_program() -> Program {
    Program::new(|k| {
        let [h, c] = k.state(["h", "c"]);
        let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
        let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
        k.next([sigmoid(o) * tanh(c), c])
    })
}
