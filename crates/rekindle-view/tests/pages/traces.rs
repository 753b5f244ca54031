//! Heat maps: what they show is what was traced.

use crate::Visit;
use crate::samples::{lstm, value};
use rekindle_view::Trace;

/// The unit and the step that the readout names, and the value that it gives for a node.
fn read(visit: &mut Visit, node: &str) -> (usize, usize, f32) {
    let text = visit.browser.text(".readout");
    let after = |word: &str| {
        let rest = text
            .split_once(word)
            .unwrap_or_else(|| panic!("`{word}` in `{text}`"))
            .1;
        rest.split_whitespace().next().expect("a word").to_string()
    };
    let number = |word: &str| after(word).parse().unwrap_or_else(|_| panic!("`{text}`"));
    (
        number("unit "),
        number("step "),
        after(&format!(" {node} ")).parse().expect("a value"),
    )
}

pub(crate) fn is_drawn_and_read(visit: &mut Visit) {
    let html = Trace::html(vec![lstm(110, 48, 0, "forward")]);
    visit.open(&html, 1100, false);
    visit.picture("light");
    visit.browser.hover("canvas.map", 0.5, 0.5);
    let (unit, step, f) = read(visit, "f");
    assert!(
        unit.abs_diff(24) <= 1 && step.abs_diff(55) <= 3,
        "unit {unit}, step {step}"
    );
    assert!((f - value(1, unit, step, false)).abs() < 1e-4);

    // Sorted by activity, the first row of the chief node is its most active unit.
    visit.browser.eval("(() => { const s = document.querySelector('[data-order]'); s.value = 'spread'; s.dispatchEvent(new Event('change')); })()");
    visit.browser.hover("canvas.map", 0.5, 0.001);
    let (unit, ..) = read(visit, "i");
    let spread = |u: usize| {
        let all = || (0..110).map(|t| f64::from(value(0, u, t, false)));
        let mean = all().sum::<f64>() / 110.0;
        all().map(|v| (v - mean).powi(2)).sum::<f64>()
    };
    let most = (0..48).max_by(|&a, &b| spread(a).total_cmp(&spread(b)));
    assert_eq!(Some(unit), most);

    visit.browser.click("canvas.map", 0.3, 0.4);
    let (unit, ..) = read(visit, "i");
    assert!(
        visit
            .browser
            .text(".unit figcaption")
            .starts_with(&format!("Unit {unit}, steps 0 to 109"))
    );
    assert_eq!(
        visit
            .browser
            .eval("document.querySelector('.unit .uplot') !== null"),
        true
    );
    visit.picture("pinned");
    visit.content();

    visit.open(&html, 1100, true);
    visit.picture("dark");
    visit.open(&html, 390, false);
    visit.picture("narrow");
    visit.content();
}

pub(crate) fn answers_keys(visit: &mut Visit) {
    visit.open(&Trace::html(vec![lstm(110, 48, 0, "")]), 1000, false);
    visit
        .browser
        .eval("document.querySelectorAll('canvas.map')[1].focus()");
    visit.browser.press(&[
        "ArrowRight",
        "ArrowRight",
        "ArrowRight",
        "ArrowDown",
        "ArrowDown",
    ]);
    let (unit, step, f) = read(visit, "f");
    assert_eq!((unit, step), (2, 2));
    assert!((f - value(1, 2, 2, false)).abs() < 1e-4);
    visit.browser.press(&["End"]);
    assert_eq!(read(visit, "f").1, 109);
    visit.browser.press(&["Home", "+", "+", "]"]);
    visit.picture("zoomed");
    visit.browser.press(&["Enter"]);
    assert!(
        visit
            .browser
            .text(".unit figcaption")
            .starts_with("Unit 2, steps 0 to 27")
    );
    visit.browser.press(&["0", "Enter"]);
    assert!(
        visit
            .browser
            .text(".unit figcaption")
            .starts_with("Unit 2, steps 0 to 109")
    );
    visit.browser.press(&["s"]);
    assert_eq!(
        visit
            .browser
            .eval("document.querySelector('[data-order]').value"),
        "mean"
    );
    visit.content();
}

/// Far more steps than pixels: a coarse picture first, exact numbers where one points or zooms.
pub(crate) fn of_many_steps(visit: &mut Visit) {
    visit.open(
        &Trace::html(vec![lstm(5000, 96, 0, "forward")]),
        1100,
        false,
    );
    visit.picture("whole");
    visit.browser.hover("canvas.map", 0.7, 0.3);
    let (unit, step, g) = read(visit, "g");
    assert!(
        (g - value(2, unit, step, true)).abs() < 1e-4,
        "unit {unit}, step {step}"
    );
    visit
        .browser
        .eval("document.querySelector('canvas.map').focus()");
    visit.browser.press(&["+", "+", "+", "+", "+", "+"]);
    visit.picture("zoomed");
    visit.content();
}

pub(crate) fn of_several_layers(visit: &mut Visit) {
    let traces = vec![
        lstm(30, 8, 0, "forward"),
        lstm(30, 8, 0, "reverse"),
        lstm(30, 12, 1, "forward"),
    ];
    visit.open(&Trace::html(traces), 900, false);
    visit.browser.eval("(() => { const s = document.querySelector('[data-place]'); s.value = 2; s.dispatchEvent(new Event('change')); })()");
    visit.browser.hover("canvas.map", 0.99, 0.99);
    let (unit, step, _) = read(visit, "f");
    assert_eq!((unit, step), (11, 29));
    visit.content();
}
