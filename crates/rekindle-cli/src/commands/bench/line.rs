//! A line of the result: an object of JSON, or a row of a table, printed as soon as it is known.

use serde::{Deserialize, Serialize};

use crate::bench::clock::Times;
use crate::{console, table};
use rekindle_train::{Error, Result};

/// What was measured.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Subject {
    pub(super) cell: String,
    pub(super) mode: String,
    pub(super) shape: [usize; 4],
    pub(super) threads: usize,
    pub(super) device: String,
    /// How exact matrix products are.
    pub(super) precision: String,
}

/// What came out; times are in milliseconds a run, or a frame.
#[derive(Serialize, Deserialize)]
pub(super) struct Line {
    #[serde(flatten)]
    subject: Subject,
    executor: String,
    #[serde(flatten)]
    figures: Figures,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Figures {
    Times {
        /// The median.
        ms: f64,
        ms_min: f64,
        ms_max: f64,
        runs: usize,
        #[serde(flatten)]
        peer: Option<PeerTimes>,
    },
    Memory {
        peak_mib: Option<f64>,
    },
}

#[derive(Serialize, Deserialize)]
struct PeerTimes {
    peer: String,
    peer_ms: f64,
    peer_ms_min: f64,
    peer_ms_max: f64,
    peer_runs: usize,
    /// How many times faster than the peer.
    ratio: f64,
}

/// Prints lines in the order in which they were announced.
pub(super) struct Printer {
    json: bool,
    subjects: std::vec::IntoIter<Subject>,
    /// How the lines of a table begin, and what stands above them.
    beginnings: std::vec::IntoIter<String>,
}

impl Printer {
    pub(super) fn new(json: bool, subjects: Vec<Subject>, peer: Option<String>) -> Result<Self> {
        let mut heads = ["ms", "min", "max", "runs"].map(str::to_owned).to_vec();
        if let Some(peer) = peer {
            heads.extend([format!("{peer} ms"), "ratio".to_owned()]);
        }
        Self::with_heads(json, subjects, &heads)
    }

    pub(super) fn of_memory(json: bool, subjects: Vec<Subject>) -> Result<Self> {
        Self::with_heads(json, subjects, &["peak MiB".to_owned()])
    }

    fn with_heads(json: bool, subjects: Vec<Subject>, heads: &[String]) -> Result<Self> {
        let mut rows = vec![["cell", "mode", "shape", "threads", "device"].map(str::to_owned)];
        rows.extend(subjects.iter().map(|subject| {
            [
                subject.cell.clone(),
                subject.mode.clone(),
                subject.shape.map(|n| n.to_string()).join(","),
                subject.threads.to_string(),
                subject.device.clone(),
            ]
        }));
        let text = table::aligned(&rows);
        let width = text.lines().map(|line| line.chars().count()).max();
        let width = width.unwrap_or_default();
        let beginnings = text.lines().map(|line| format!("{line:width$}"));
        let mut beginnings = beginnings.collect::<Vec<_>>().into_iter();
        let head = beginnings.next().unwrap_or_default();
        if !json {
            print_row(&head, heads, "executor")?;
        }
        Ok(Printer {
            json,
            subjects: subjects.into_iter(),
            beginnings,
        })
    }

    pub(super) fn times(
        &mut self,
        executor: &str,
        ours: &Times,
        peer: Option<&(String, Times)>,
    ) -> Result<()> {
        let peer = peer.map(|(name, times)| PeerTimes {
            peer: name.clone(),
            peer_ms: times.median(),
            peer_ms_min: times.min(),
            peer_ms_max: times.max(),
            peer_runs: times.runs(),
            ratio: times.median() / ours.median(),
        });
        let figures = Figures::Times {
            ms: ours.median(),
            ms_min: ours.min(),
            ms_max: ours.max(),
            runs: ours.runs(),
            peer,
        };
        self.next(executor, figures)
    }

    /// Bytes, or nothing where they are not known.
    pub(super) fn memory(&mut self, executor: &str, bytes: Option<u64>) -> Result<()> {
        let peak_mib = bytes.map(|bytes| bytes as f64 / f64::from(1 << 20));
        self.next(executor, Figures::Memory { peak_mib })
    }

    fn next(&mut self, executor: &str, figures: Figures) -> Result<()> {
        let Some(subject) = self.subjects.next() else {
            return Err(Error::fault("more was measured than announced"));
        };
        self.line(Line {
            subject,
            executor: executor.to_owned(),
            figures,
        })
    }

    pub(super) fn line(&mut self, line: Line) -> Result<()> {
        if self.json {
            let json = serde_json::to_string(&line);
            let failed = |error| Error::fault(format!("a line cannot be written: {error}"));
            return console::print(&(json.map_err(failed)? + "\n"));
        }
        let beginning = self.beginnings.next().unwrap_or_default();
        let executor = match line.subject.precision.as_str() {
            "f32" => line.executor,
            other => format!("{} {other}", line.executor),
        };
        print_row(&beginning, &line.figures.columns(), &executor)
    }
}

fn print_row(beginning: &str, columns: &[String], executor: &str) -> Result<()> {
    let columns = columns.iter().map(|column| format!("  {column:>10}"));
    let columns: String = columns.collect();
    console::print(&format!("{beginning}{columns}  {executor}\n"))
}

impl Figures {
    fn columns(&self) -> Vec<String> {
        match self {
            Figures::Memory { peak_mib: None } => vec!["not known".to_owned()],
            Figures::Memory {
                peak_mib: Some(mib),
            } => vec![format!("{mib:.1}")],
            Figures::Times {
                ms,
                ms_min,
                ms_max,
                runs,
                peer,
            } => {
                let mut columns = [ms, ms_min, ms_max].map(|ms| figure(*ms)).to_vec();
                columns.push(runs.to_string());
                if let Some(peer) = peer {
                    columns.extend([figure(peer.peer_ms), format!("{:.2}", peer.ratio)]);
                }
                columns
            }
        }
    }
}

/// Four digits that count.
fn figure(ms: f64) -> String {
    let decimals = 3.0 - ms.max(1e-6).log10().floor();
    format!("{ms:.*}", decimals.max(0.0) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_four_digits() {
        let shown = [0.00234567, 0.5, 3.24159, 42.0, 12345.6].map(figure);
        assert_eq!(shown, ["0.002346", "0.5000", "3.242", "42.00", "12346"]);
    }
}
