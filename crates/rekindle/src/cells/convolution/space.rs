//! The space that convolutional cells live in.

use super::kernel::Sizes;
use crate::invalid::{self, Invalid};

/// The number of points.
pub(crate) fn points(space: &[usize]) -> usize {
    space.iter().product()
}

/// Checks what a configuration says of space.
///
/// # Errors
///
/// Names the key, its value and what it must be.
pub(crate) fn check(d_hidden: usize, space: &[usize], kernel: usize) -> Result<(), Invalid> {
    invalid::width("d_hidden", d_hidden)?;
    if !matches!(space.len(), 1..=3) || space.contains(&0) {
        let found = format!("{space:?}");
        return Err(Invalid::new(
            "space",
            found,
            "one to three numbers, each 1 or more",
        ));
    }
    let all = space
        .iter()
        .fold(d_hidden, |n, &size| n.saturating_mul(size));
    invalid::width("d_hidden times the points of space", all)?;
    match kernel {
        1..=63 if !kernel.is_multiple_of(2) => Ok(()),
        _ => Err(Invalid::new("kernel", kernel, "an odd number from 1 to 63")),
    }
}

/// Checks that so many numbers are channels over every point.
///
/// # Errors
///
/// If the points do not divide the width.
pub(crate) fn fits(space: &[usize], d_input: usize) -> Result<(), Invalid> {
    let points = points(space);
    match d_input.is_multiple_of(points) {
        true => Ok(()),
        false => {
            let expected =
                format!("such that its {points} points divide the width of the input, {d_input}");
            Err(Invalid::new("space", format!("{space:?}"), &expected))
        }
    }
}

/// What a configuration says of its convolutions.
pub(crate) struct Shape<'c> {
    pub(crate) d_input: usize,
    pub(crate) d_hidden: usize,
    pub(crate) space: &'c [usize],
    pub(crate) kernel: usize,
}

impl Shape<'_> {
    /// The convolution of the input, with so many blocks.
    pub(crate) fn input(&self, blocks: usize) -> Sizes {
        self.sizes(self.d_input / points(self.space), blocks)
    }

    /// A convolution of the state, with so many blocks.
    pub(crate) fn hidden(&self, blocks: usize) -> Sizes {
        self.sizes(self.d_hidden, blocks)
    }

    fn sizes(&self, from: usize, blocks: usize) -> Sizes {
        Sizes {
            from,
            to: self.d_hidden,
            blocks,
            width: self.kernel,
            dimensions: self.space.len(),
        }
    }
}
