//! By what a file is known for one that this program made, and may make anew.

use crate::theme;

/// What a page says it was made by.
pub(crate) const PAGE: &str = "<meta name=\"generator\" content=\"rekindle\">";

/// What a picture of pixels says it was made by: the key and the text of a `tEXt` chunk.
pub(crate) const PIXELS: (&str, &str) = ("Software", "rekindle");

/// Whether the content of a file is a page or a picture of this crate: a page names its generator, an SVG has the style
/// sheet that all of ours have, and a PNG names its software.
pub fn is_ours(content: &[u8]) -> bool {
    let (key, text) = PIXELS;
    let pixels = format!("tEXt{key}\0{text}");
    let marks = [PAGE, &theme::style(), &pixels]
        .map(str::as_bytes)
        .map(<[u8]>::to_vec);
    marks
        .iter()
        .any(|mark| content.windows(mark.len()).any(|part| part == mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Bars, Page, png};

    #[test]
    fn what_is_made_here_is_known_and_nothing_else_is() {
        let svg = Bars::default().svg();
        assert!(is_ours(svg.as_bytes()));
        assert!(is_ours(Page::default().html().as_bytes()));
        assert!(is_ours(&png(&svg, 1.0).unwrap()));
        for other in [
            "",
            "rekindle",
            "<!doctype html><title>rekindle</title>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        ] {
            assert!(!is_ours(other.as_bytes()), "{other}");
        }
        let plain = lodepng::encode24(&[[0u8; 3]], 1, 1).unwrap();
        assert!(!is_ours(&plain));
    }
}
