//! The tiles of AMX: eight registers of 16 rows of 64 bytes, and products of two of them.
//!
//! Rust has no names for their instructions that are stable, so they stand in assembly.

use super::Isa;

/// The columns of a block of sums, and its rows.
pub(crate) const COLUMNS: usize = 64;
/// See [`COLUMNS`].
pub(crate) const ROWS: usize = 16;
/// The pairs of the depth that a tile has.
pub(crate) const PAIRS: usize = 16;

/// Sums of a block.
#[repr(C, align(64))]
pub(crate) struct Block(pub [[f32; COLUMNS]; ROWS]);

/// Whether the processor has tiles for bf16, and the system lets this process use them. It is asked once.
#[cfg(all(target_arch = "x86_64", target_os = "linux", feature = "std"))]
pub(super) fn is_permitted() -> bool {
    use core::arch::x86_64::{__cpuid_count, _xgetbv};
    static PERMITTED: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    /// `arch_prctl`, its request to use a part of the processor's state, and the number of the tiles among those.
    const ARCH_PRCTL: i64 = 158;
    const REQUEST: i64 = 0x1023;
    const TILES: i64 = 18;
    #[target_feature(enable = "xsave")]
    unsafe fn enabled() -> u64 {
        // SAFETY: the caller has seen that the system uses this instruction.
        unsafe { _xgetbv(0) }
    }
    *PERMITTED.get_or_init(|| {
        // Leaf 7 has AMX-BF16 in bit 22 and AMX-TILE in bit 24 of EDX.
        let has = __cpuid_count(7, 0).edx & (1 << 22 | 1 << 24) == 1 << 22 | 1 << 24;
        // Leaf 1 has OSXSAVE in bit 27 of ECX: the system saves more than the oldest registers.
        let saves = __cpuid_count(1, 0).ecx & 1 << 27 != 0;
        // SAFETY: OSXSAVE says that there is XGETBV.
        let saved = has && saves && unsafe { enabled() } & (1 << 17 | 1 << 18) == 1 << 17 | 1 << 18;
        saved && {
            let refused: i64;
            // SAFETY: a call of the system that changes nothing but what this process may do.
            unsafe {
                core::arch::asm!(
                    "syscall",
                    inlateout("rax") ARCH_PRCTL => refused,
                    in("rdi") REQUEST,
                    in("rsi") TILES,
                    out("rcx") _,
                    out("r11") _,
                    options(nostack)
                );
            }
            refused == 0
        }
    })
}

/// Elsewhere there are none.
#[cfg(not(all(target_arch = "x86_64", target_os = "linux", feature = "std")))]
pub(super) fn is_permitted() -> bool {
    false
}

/// Tiles that this thread has laid out: from now on until it is dropped. No other may be made on the thread meanwhile.
#[derive(Debug)]
pub(crate) struct Tiles(());

impl Tiles {
    /// All eight as 16 rows of 64 bytes.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub(crate) fn new() -> Self {
        assert!(
            Isa::Amx.is_present() || Isa::Amx.is_emulated(),
            "this machine has no tiles"
        );
        #[cfg(target_arch = "x86_64")]
        if Isa::Amx.is_present() {
            /// What `ldtilecfg` reads: of every tile the bytes of a row and the rows.
            #[repr(C, align(64))]
            struct Layout {
                palette: u8,
                start: u8,
                reserved: [u8; 14],
                bytes: [u16; 16],
                rows: [u8; 16],
            }
            let of = |tile: usize, size: u16| if tile < 8 { size } else { 0 };
            let layout = Layout {
                palette: 1,
                start: 0,
                reserved: [0; 14],
                bytes: core::array::from_fn(|tile| of(tile, 64)),
                rows: core::array::from_fn(|tile| of(tile, ROWS as u16) as u8),
            };
            // SAFETY: there are tiles, and the layout is one that they have.
            unsafe {
                core::arch::asm!("ldtilecfg [{}]", in(reg) &layout, options(nostack, readonly));
            }
        }
        Tiles(())
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        #[cfg(target_arch = "x86_64")]
        if Isa::Amx.is_present() {
            // SAFETY: there are tiles.
            unsafe { core::arch::asm!("tilerelease", options(nostack, nomem)) };
        }
    }
}

/// `sums += left right`, with so many times 16 pairs of the depth: 16 rows of `left`, `pitch` pairs apart, and a panel of
/// `right`, 64 columns of each pair after another.
///
/// # Safety
///
/// This thread must have [`Tiles`]; the addresses must be good for those rows and pairs.
pub(crate) unsafe fn add(
    left: *const f32,
    pitch: usize,
    right: *const f32,
    steps: usize,
    sums: &mut Block,
) {
    #[cfg(test)]
    if Isa::Amx.is_emulated() {
        // SAFETY: the caller's.
        return unsafe { emulated(left, pitch, right, steps, sums) };
    }
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the caller's.
    unsafe {
        core::arch::asm!(
            "tileloadd tmm0, [{sums} + {row}]",
            "tileloadd tmm1, [{sums} + {row} + 64]",
            "tileloadd tmm2, [{sums} + {row} + 128]",
            "tileloadd tmm3, [{sums} + {row} + 192]",
            "2:",
            "tileloadd tmm4, [{left} + {pitch}]",
            "tileloadd tmm5, [{right} + {row}]",
            "tileloadd tmm6, [{right} + {row} + 64]",
            "tdpbf16ps tmm0, tmm4, tmm5",
            "tileloadd tmm7, [{right} + {row} + 128]",
            "tdpbf16ps tmm1, tmm4, tmm6",
            "tileloadd tmm5, [{right} + {row} + 192]",
            "tdpbf16ps tmm2, tmm4, tmm7",
            "tdpbf16ps tmm3, tmm4, tmm5",
            "add {left}, 64",
            "add {right}, 4096",
            "sub {steps}, 1",
            "jnz 2b",
            "tilestored [{sums} + {row}], tmm0",
            "tilestored [{sums} + {row} + 64], tmm1",
            "tilestored [{sums} + {row} + 128], tmm2",
            "tilestored [{sums} + {row} + 192], tmm3",
            sums = in(reg) sums,
            row = in(reg) COLUMNS * size_of::<f32>(),
            left = inout(reg) left => _,
            pitch = in(reg) pitch * size_of::<f32>(),
            right = inout(reg) right => _,
            steps = inout(reg) steps => _,
            out("tmm0") _,
            out("tmm1") _,
            out("tmm2") _,
            out("tmm3") _,
            out("tmm4") _,
            out("tmm5") _,
            out("tmm6") _,
            out("tmm7") _,
            options(nostack)
        );
    }
    #[cfg(not(target_arch = "x86_64"))]
    unreachable!(
        "{left:?} {pitch} {right:?} {steps} {:?}: there are no tiles",
        sums.0
    )
}

/// What the instructions do, so that all around them is tested where there are none.
#[cfg(test)]
unsafe fn emulated(
    left: *const f32,
    pitch: usize,
    right: *const f32,
    steps: usize,
    sums: &mut Block,
) {
    let halves = |x: f32| [x.to_bits() << 16, x.to_bits() & 0xffff_0000].map(f32::from_bits);
    for (r, sums) in sums.0.iter_mut().enumerate() {
        for k in 0..steps * PAIRS {
            // SAFETY: the caller's.
            let x = halves(unsafe { *left.add(r * pitch + k) });
            for (c, sum) in sums.iter_mut().enumerate() {
                // SAFETY: the caller's.
                let w = halves(unsafe { *right.add(k * COLUMNS + c) });
                *sum += x[0] * w[0] + x[1] * w[1];
            }
        }
    }
}
