//! Pages in a browser without a window: they draw, answer pointer and keys, complain of nothing and
//! ask nothing of anyone.
//!
//! With `REKINDLE_PICTURES=DIR` the pages and pictures of them are left there, to be looked at.

mod browser;
mod figures;
mod samples;
mod traces;

use browser::Browser;
use libtest_mimic::{Arguments, Trial};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

type Check = fn(&mut Visit);

const CHECKS: &[(&str, Check)] = &[
    ("trace_is_drawn_and_read", traces::is_drawn_and_read),
    ("trace_answers_keys", traces::answers_keys),
    ("trace_of_many_steps", traces::of_many_steps),
    ("traces_of_several_layers", traces::of_several_layers),
    ("figures_are_drawn_and_read", figures::are_drawn_and_read),
    (
        "pictures_follow_the_theme",
        figures::pictures_follow_the_theme,
    ),
    (
        "large_numbers_have_their_digits",
        figures::large_numbers_have_their_digits,
    ),
    ("theme_can_be_switched", figures::theme_can_be_switched),
];

fn main() -> ExitCode {
    let mut trials = Vec::new();
    let required = env::var("REKINDLE_REQUIRE_CHROMIUM").is_ok_and(|value| value == "1");
    match browser::installed() {
        Some(program) => trials.extend(CHECKS.iter().map(|&(name, check)| {
            let program = program.clone();
            Trial::test(name, move || {
                check(&mut Visit::new(name, &program));
                Ok(())
            })
        })),
        None if required => trials.push(Trial::test("chromium_is_installed", || {
            Err("REKINDLE_REQUIRE_CHROMIUM=1, but there is no chromium on the PATH".into())
        })),
        None => {
            eprintln!("the pages were not tried in a browser: there is no chromium on the PATH")
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A browser and a place for what it is shown.
pub(crate) struct Visit {
    pub(crate) browser: Browser,
    name: &'static str,
    place: tempfile::TempDir,
    pictures: Option<PathBuf>,
}

impl Visit {
    fn new(name: &'static str, program: &Path) -> Visit {
        Visit {
            browser: Browser::start(program),
            name,
            place: tempfile::tempdir().expect("a directory"),
            pictures: env::var_os("REKINDLE_PICTURES").map(PathBuf::from),
        }
    }

    /// Opens a page, of a window of this width.
    pub(crate) fn open(&mut self, html: &str, width: u32, dark: bool) {
        let file = self.place.path().join("page.html");
        fs::write(&file, html).expect("written");
        if let Some(pictures) = &self.pictures {
            fs::write(pictures.join(format!("{}.html", self.name)), html).expect("written");
        }
        self.browser.look(width, 900, dark);
        self.browser.open(&file);
    }

    /// Leaves a picture of the page, where pictures are wanted.
    pub(crate) fn picture(&mut self, what: &str) {
        if let Some(pictures) = &self.pictures {
            let png = self.browser.picture(true);
            fs::write(pictures.join(format!("{}-{what}.png", self.name)), png).expect("written");
        }
    }

    /// Leaves a picture's two files, where pictures are wanted.
    pub(crate) fn keep(&self, what: &str, svg: &str) {
        if let Some(pictures) = &self.pictures {
            let png = rekindle_view::png(svg, 1.0).expect("an SVG");
            fs::write(pictures.join(format!("{what}.svg")), svg).expect("written");
            fs::write(pictures.join(format!("{what}.png")), png).expect("written");
        }
    }

    /// The page has complained of nothing, and asked for nothing.
    pub(crate) fn content(&mut self) {
        assert_eq!(self.browser.complaints(), Vec::<String>::new());
        assert_eq!(self.browser.requests(), Vec::<String>::new());
        let wide = self
            .browser
            .eval("document.documentElement.scrollWidth > innerWidth");
        assert_eq!(wide, false, "the page is wider than its window");
    }
}
