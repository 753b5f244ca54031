//! Figures in pages.

use crate::Visit;
use crate::samples::{bars, confusion, horizon, loss, lstm, lstm_program, page};
use rekindle_view::{Axis, Block, Figure, Page, Section, Series, diagram};

pub(crate) fn are_drawn_and_read(visit: &mut Visit) {
    let html = page().html();
    visit.open(&html, 1000, false);
    assert_eq!(
        visit
            .browser
            .eval("document.querySelectorAll('.chart .u-over').length"),
        2
    );
    visit.browser.hover(".chart .u-over", 0.5, 0.5);
    let legend = visit.browser.text(".chart .u-legend");
    assert!(
        legend.contains("train") && legend.contains("valid"),
        "{legend}"
    );
    let drawn = visit.browser.eval("[...document.querySelectorAll('.chart canvas')].every((c) => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v > 0))");
    assert_eq!(drawn, true);
    visit
        .browser
        .eval("document.querySelector('.chart').focus()");
    visit.browser.press(&["Home", "ArrowRight"]);
    let legend = visit.browser.text(".chart .u-legend");
    assert!(legend.contains("40"), "{legend}");
    assert_eq!(visit.browser.text(".confusion td"), "40");
    visit.picture("light");
    visit.content();
    visit.open(&html, 1000, true);
    visit.picture("dark");
    visit.open(&html, 390, false);
    visit.picture("narrow");
    visit.content();
}

/// Numbers that are large and differ by little are told apart, those of the axis and those that a pointer reads.
pub(crate) fn large_numbers_have_their_digits(visit: &mut Visit) {
    let northing = |t: f64| 4_492_557.0 + 0.12 * (t / 5.0).sin();
    let points = (0..60).map(|t| [f64::from(t), northing(f64::from(t))]);
    let figure = Figure {
        title: "northing".into(),
        x: Axis::linear("row"),
        y: Axis::linear("northing"),
        series: vec![Series::line("truth", points.collect())],
        notes: Vec::new(),
    };
    let page = Page {
        title: "Large numbers".into(),
        sections: vec![Section {
            title: String::new(),
            blocks: vec![Block::Figure(figure)],
        }],
        ..Page::default()
    };
    visit.open(&page.html(), 1000, false);
    visit
        .browser
        .eval("document.querySelector('.chart').focus()");
    visit.browser.press(&["Home", "ArrowRight"]);
    let legend = visit.browser.text(".chart .u-legend");
    // 0.12 sin(0.2) = 0.02384.
    assert!(legend.contains("4492557.0238"), "{legend}");
    visit.picture("large");
    visit.content();
}

pub(crate) fn theme_can_be_switched(visit: &mut Visit) {
    visit.open(&page().html(), 1000, false);
    let paper = "getComputedStyle(document.body).backgroundColor";
    assert_eq!(visit.browser.eval(paper), "rgb(255, 255, 255)");
    visit.browser.click("#theme", 0.5, 0.5);
    assert_eq!(visit.browser.eval(paper), "rgb(20, 24, 28)");
    visit.browser.click("#theme", 0.5, 0.5);
    assert_eq!(visit.browser.eval(paper), "rgb(255, 255, 255)");
    visit.content();
}

/// What is drawn for documents, in a page: light and dark, without a script.
pub(crate) fn pictures_follow_the_theme(visit: &mut Visit) {
    let pictures = [
        ("loss", loss().svg()),
        ("horizon", horizon().svg()),
        ("bars", bars().svg()),
        ("confusion", confusion().svg()),
        ("trace", lstm(110, 24, 0, "forward").svg()),
        (
            "diagram",
            diagram(&lstm_program(), "Long short-term memory"),
        ),
    ];
    for (name, svg) in &pictures {
        visit.keep(name, svg);
    }
    let page = Page {
        title: "Pictures".into(),
        sections: vec![Section {
            title: String::new(),
            blocks: pictures
                .into_iter()
                .map(|(_, svg)| Block::Svg(svg))
                .collect(),
        }],
        ..Page::default()
    };
    let html = page.html();
    let paper = "[...document.querySelectorAll('.picture > svg')].map((s) => getComputedStyle(s.querySelector('rect')).fill).join()";
    let all = |colour: &str| [colour; 6].join(",");
    visit.open(&html, 1000, false);
    visit.picture("light");
    assert_eq!(
        visit.browser.eval(paper),
        all("rgb(255, 255, 255)").as_str()
    );
    visit.content();
    visit.open(&html, 1000, true);
    visit.picture("dark");
    assert_eq!(visit.browser.eval(paper), all("rgb(20, 24, 28)").as_str());
    visit.content();
}
