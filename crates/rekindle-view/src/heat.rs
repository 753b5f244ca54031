//! The colours of heat maps: from the page's own to blue where all is positive, else from orange
//! over it to blue. Lightness alone tells the size, so nothing rests on telling red from green.

/// The colours between which the others lie, for light and dark pages, for values from 0 (`one`)
/// and for values of both signs (`two`): what the pages' scripts and pictures share.
pub(crate) const STOPS: &str = include_str!("../assets/colours.json");

/// The 256 colours of pictures on a light ground.
pub(crate) fn colours(signed: bool) -> Vec<[u8; 4]> {
    let all: serde_json::Value = serde_json::from_str(STOPS).expect("a file of ours");
    let list = &all["light"][if signed { "two" } else { "one" }];
    let last = list.as_array().map_or(0, Vec::len) - 1;
    let part = |stop: usize, c: usize| list[stop][c].as_f64().expect("a number");
    let colour = |i: usize| {
        let at = i as f64 / 255.0 * last as f64;
        let stop = (at as usize).min(last - 1);
        let mixed = |c: usize| {
            let (a, b) = (part(stop, c), part(stop + 1, c));
            (a + (b - a) * (at - stop as f64)).round() as u8
        };
        [mixed(0), mixed(1), mixed(2), 255]
    };
    (0..256).map(colour).collect()
}

#[cfg(test)]
mod tests {
    use super::colours;

    #[test]
    fn scales_begin_and_end_with_their_stops() {
        let one = colours(false);
        assert_eq!((one[0], one[255]), ([250, 251, 252, 255], [8, 34, 82, 255]));
        let two = colours(true);
        assert_eq!(two[0], [127, 59, 8, 255]);
        assert!(two[127].iter().all(|&c| c > 235), "{:?}", two[127]);
    }
}
