//! The colours of SVG pictures, for light and dark grounds.

/// A colour on a light ground, and what it is on a dark one.
pub(crate) struct Colour {
    /// As it stands in the picture.
    pub light: &'static str,
    dark: &'static str,
}

const fn colour(light: &'static str, dark: &'static str) -> Colour {
    Colour { light, dark }
}

/// The ground.
pub(crate) const PAPER: Colour = colour("#ffffff", "#14181c");
/// Text and what must be seen first.
pub(crate) const INK: Colour = colour("#1c2024", "#e4e8ec");
/// Axes, and text that explains.
pub(crate) const SOFT: Colour = colour("#5b6570", "#9aa6b2");
/// Lines to measure by.
pub(crate) const LINE: Colour = colour("#dfe3e7", "#333b44");
/// What others are compared with.
pub(crate) const REFERENCE: Colour = colour("#7a7a7a", "#a5a5a5");

/// The colours of series, which people who see fewer colours can tell apart (after Okabe and Ito).
pub(crate) const SERIES: [Colour; 8] = [
    colour("#0072b2", "#5db2ec"),
    colour("#d55e00", "#ff9152"),
    colour("#009e73", "#3ccb9f"),
    colour("#b8558f", "#e594c4"),
    colour("#a87900", "#e3b341"),
    colour("#3f9bd1", "#8fd0f7"),
    colour("#6f5bb5", "#b3a2f2"),
    colour("#8a5a44", "#c99a84"),
];

/// The grounds of a diagram's shapes.
pub(crate) const GROUNDS: [Colour; 3] = [
    colour("#f3f6f8", "#1c2228"),
    colour("#fdeec4", "#57471a"),
    colour("#fbdcd0", "#5c3024"),
];

/// A style that turns a picture's colours into those of a dark ground, where its reader prefers
/// one. Programs that know no such preference leave it out, and show the light picture.
pub(crate) fn style() -> String {
    let mut rules = String::new();
    let rest = [&PAPER, &INK, &SOFT, &LINE, &REFERENCE];
    for Colour { light, dark } in rest.into_iter().chain(&SERIES).chain(&GROUNDS) {
        for paint in ["fill", "stroke"] {
            rules.push_str(&format!("[{paint}=\"{light}\"]{{{paint}:{dark}}}"));
        }
    }
    format!("<style>@media (prefers-color-scheme:dark){{{rules}}}</style>")
}
