//! The processes that train the runs of a sweep.

use std::env;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rekindle_train::sweep::Trial;
use rekindle_train::{Error, Result};

use crate::memory;

/// How long runs may take to save once they are asked to stop. A kill at any moment loses no more than what follows the last
/// checkpoint.
const GRACE: Duration = Duration::from_secs(20);

/// How long a run may take to log its first interval before others begin all the same.
const QUIET: Duration = Duration::from_secs(60);

/// Processes that train at the same time, each a run.
pub(super) struct Crew {
    config: PathBuf,
    device: Option<String>,
    jobs: usize,
    threads: usize,
    at_work: Vec<Member>,
    /// The most memory that one of them has held, in bytes.
    largest: u64,
    /// When they were asked to stop.
    asked: Option<Instant>,
}

struct Member {
    trial: Trial,
    child: Child,
    began: Instant,
}

/// A run whose process has ended.
pub(super) struct Ended {
    pub(super) trial: Trial,
    /// What it said last, if it failed.
    pub(super) fault: Option<String>,
}

impl Crew {
    /// Nobody yet, of at most so many, with so many threads each.
    pub(super) fn new(config: &Path, device: Option<&str>, jobs: usize, threads: usize) -> Crew {
        Crew {
            config: config.to_owned(),
            device: device.map(str::to_owned),
            jobs,
            threads,
            at_work: Vec::new(),
            largest: 0,
            asked: None,
        }
    }

    /// Whether nobody is at work.
    pub(super) fn is_idle(&self) -> bool {
        self.at_work.is_empty()
    }

    /// Whether another run may begin.
    pub(super) fn has_room(&mut self) -> bool {
        for member in &self.at_work {
            let peak = memory::peak(&member.child.id().to_string());
            self.largest = self.largest.max(peak.unwrap_or_default());
        }
        let is_known =
            |member: &Member| member.trial.is_under_way() || member.began.elapsed() > QUIET;
        self.at_work.is_empty()
            || self.at_work.len() < self.jobs
                && self.at_work.iter().all(is_known)
                && memory::available().is_none_or(|free| free > 2 * self.largest)
    }

    /// Begins a run, or goes on with what there is of it.
    ///
    /// # Errors
    ///
    /// If the process cannot be started, or its log not be written.
    pub(super) fn start(&mut self, trial: &Trial) -> Result<()> {
        let failed = |what: &str, e: std::io::Error| Error::fault(format!("{what}: {e}"));
        let log = trial.log();
        let at = log.display().to_string();
        let log = OpenOptions::new().create(true).append(true).open(&log);
        let log = log.map_err(|e| failed(&at, e))?;
        let program = env::current_exe().map_err(|e| failed("this program cannot be found", e))?;
        let mut command = Command::new(program);
        command
            .arg("train")
            .arg(&self.config)
            .arg("--out")
            .arg(&trial.run);
        for set in &trial.overrides {
            command.arg("--set").arg(set);
        }
        if let Some(device) = &self.device {
            command.arg("--device").arg(device);
        }
        if trial.has_begun() {
            command.arg("--resume");
        }
        command
            .env("RAYON_NUM_THREADS", self.threads.to_string())
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(|e| failed(&at, e))?)
            .stderr(log);
        let child = command
            .spawn()
            .map_err(|e| failed("a run cannot be started", e))?;
        self.at_work.push(Member {
            trial: trial.clone(),
            child,
            began: Instant::now(),
        });
        Ok(())
    }

    /// Those that have ended since it was last asked. Where all is to stop, a terminal has told them; those whom it has not are
    /// ended after a while.
    pub(super) fn ended(&mut self, is_stopped: bool) -> Vec<Ended> {
        let overdue = match (is_stopped, self.asked) {
            (false, _) => false,
            (true, None) => {
                self.asked = Some(Instant::now());
                false
            }
            (true, Some(asked)) => asked.elapsed() > GRACE,
        };
        let mut ended = Vec::new();
        for mut member in std::mem::take(&mut self.at_work) {
            if overdue {
                // One that has ended by itself meanwhile is as well.
                let _ = member.child.kill();
            }
            match member.child.try_wait() {
                Ok(None) => self.at_work.push(member),
                Ok(Some(status)) if status.success() || is_stopped => ended.push(Ended {
                    trial: member.trial,
                    fault: None,
                }),
                Ok(Some(status)) => ended.push(Ended {
                    fault: Some(why(&member.trial).unwrap_or(status.to_string())),
                    trial: member.trial,
                }),
                Err(error) => ended.push(Ended {
                    trial: member.trial,
                    fault: Some(error.to_string()),
                }),
            }
        }
        ended
    }
}

/// What a run has said of its fault.
fn why(trial: &Trial) -> Option<String> {
    let log = fs::read_to_string(trial.log()).ok()?;
    let said = log
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("error: "));
    said.map(str::to_owned)
}
