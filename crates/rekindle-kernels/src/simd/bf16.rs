//! bf16: the upper half of an f32.

/// Rounded to bf16, to the nearest and of two that are as near to the even one; infinite beyond the largest, and NaN stays NaN.
#[inline(always)]
fn rounded(x: f32) -> u32 {
    let bits = x.to_bits();
    let odd = (bits >> 16) & 1;
    let rounded = bits.wrapping_add(0x7fff + odd) >> 16;
    // What would be lost of a NaN may be all that tells it from an infinity.
    let quiet = (bits >> 16) | 0x40;
    if x.is_nan() { quiet } else { rounded }
}

/// Two numbers rounded to bf16 in the bits of one, the first in the lower half.
#[inline(always)]
pub(super) fn pair(first: f32, second: f32) -> f32 {
    f32::from_bits(rounded(first) | (rounded(second) << 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(x: f32) -> f32 {
        f32::from_bits(rounded(x) << 16)
    }

    /// By its definition: of the two bf16 around a number the nearer one, and of two that are as near that with an even last bit.
    fn by_search(x: f32) -> f32 {
        let below = f32::from_bits(x.to_bits() & 0xffff_0000);
        let next = f32::from_bits(below.to_bits() + 0x1_0000);
        // The one after the largest would be 2^128.
        let wide = |y: f32| match y.is_finite() {
            true => f64::from(y),
            false => f64::from(x.signum()) * 128_f64.exp2(),
        };
        let [low, high] = [below, next].map(|y| (f64::from(x) - wide(y)).abs());
        let even = below.to_bits() & 0x1_0000 == 0;
        if low < high || (low == high && even) {
            below
        } else {
            next
        }
    }

    #[test]
    fn rounding_takes_the_nearest_and_the_even() {
        for bits in (0..=u32::MAX).step_by(977) {
            let x = f32::from_bits(bits);
            if x.is_finite() {
                assert_eq!(nearest(x).to_bits(), by_search(x).to_bits(), "{x:e}");
            }
        }
        let tie = |bits: u32| nearest(f32::from_bits(bits)).to_bits();
        assert_eq!(
            tie(0x3f80_8000),
            0x3f80_0000,
            "1 + 2^-8 is as near to 1, which is even"
        );
        assert_eq!(tie(0x3f81_8000), 0x3f82_0000);
        assert_eq!(nearest(f32::MAX), f32::INFINITY);
        assert_eq!(nearest(f32::NEG_INFINITY), f32::NEG_INFINITY);
        for nan in [0x7f80_0001, 0xff80_0001, 0x7fff_ffff, 0xffff_ffff] {
            assert!(nearest(f32::from_bits(nan)).is_nan(), "{nan:x}");
        }
    }

    #[test]
    fn a_pair_has_its_first_number_below() {
        assert_eq!(pair(1.0, -2.0).to_bits(), 0xc000_3f80);
    }
}
