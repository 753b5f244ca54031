//! The progress of training: a live bar on a terminal, a line an interval elsewhere.

use std::io::{IsTerminal, stderr};

use indicatif::{ProgressBar, ProgressStyle};
use rekindle_train::doctor::Finding;
use rekindle_train::{Metric, Report, Watch};

use crate::console;

/// Shows a run to whoever started it.
pub(crate) struct Progress {
    terminal: bool,
    /// There on a terminal, from the first update on.
    bar: Option<ProgressBar>,
    /// Whether an interval has been reported, whose figures stand beside the bar.
    has_figures: bool,
}

impl Progress {
    /// Looks where the output goes.
    pub(crate) fn new() -> Self {
        Self {
            terminal: stderr().is_terminal(),
            bar: None,
            has_figures: false,
        }
    }

    fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(console::said(line)),
            None => console::note(line),
        }
    }
}

fn bar(steps: u64) -> ProgressBar {
    let bar = ProgressBar::new(steps);
    // The message is cut where the terminal ends.
    let style = ProgressStyle::with_template("{bar:16} {pos}/{len}  {wide_msg}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

impl Watch for Progress {
    fn note(&mut self, line: &str) {
        self.say(line);
    }

    fn step(&mut self, step: u64, steps: u64, loss: f64) {
        if self.terminal {
            let bar = self.bar.get_or_insert_with(|| bar(steps));
            // The message first: a position alone is drawn at once.
            if !self.has_figures {
                bar.set_message(format!("loss {loss:.4}"));
            }
            bar.set_position(step);
        }
    }

    fn report(&mut self, report: &Report) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(report.brief());
                self.has_figures = true;
            }
            None => console::note(&report.to_string()),
        }
    }

    fn finding(&mut self, finding: &Finding) {
        self.say(&format!(
            "warning: {}: {}; try {}",
            finding.rule, finding.figure, finding.remedy
        ));
    }

    fn evaluated(&mut self, step: u64, valid: &[Metric]) {
        self.say(&format!("step {step}  valid: {}", figures(valid)));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The figures that have room on a line.
const FIGURES: usize = 5;

/// Several figures on one line: the first, and how many more there are.
pub(crate) fn figures<'m>(metrics: impl IntoIterator<Item = &'m Metric>) -> String {
    let all: Vec<String> = metrics.into_iter().map(Metric::to_string).collect();
    let (shown, more) = all.split_at(all.len().min(FIGURES));
    match more.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
