//! From the places of a plan to addresses.

use crate::memory::{Arena, Pointer};
use crate::pointwise::{Operand, TILE};
use crate::schedule::Chunk;
use crate::simd::Real;
use alloc::vec::Vec;
use rekindle_program::Width;
use rekindle_program::plan::{Loc, Plan};

/// How a place moves with the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// It does not move.
    Fixed,
    /// A tile, for every tile the same.
    Tile,
    /// A row, for every row the same.
    Row,
    /// A plane of one chunk's steps.
    Chunk,
    /// The same with a step more, from its second step on.
    ChunkNext,
    /// A plane of all steps.
    All,
    /// The states before each step, and after it.
    Slot,
    Next,
    /// States that nobody but the next step reads, and gradients of states: two of them, which change places
    /// with every step.
    Ping,
    Pong,
}

/// A plane: where it begins, how wide its rows are in memory, how it moves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane<E> {
    pub at: Pointer<E>,
    pub pitch: usize,
    pub scope: Scope,
}

/// Where in its planes a step is: a row of each scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    chunk: usize,
    chunk_next: usize,
    all: usize,
    slot: usize,
    next: usize,
    ping: usize,
    pong: usize,
}

impl Moment {
    /// Step `k` of a chunk on the way through it.
    pub(super) fn forward(chunk: &Chunk, k: usize, windowed: bool) -> Moment {
        Moment::new(chunk, k, windowed, k, chunk.rows)
    }

    /// Step `k` of a chunk, the `n`th that is taken; `rows` is the height of what changes places.
    #[inline(always)]
    pub(super) fn new(chunk: &Chunk, k: usize, windowed: bool, n: usize, rows: usize) -> Moment {
        let (plane, slot) = match windowed {
            true => (0, 0),
            false => (chunk.plane, chunk.slot),
        };
        let at = k * chunk.rows;
        Moment {
            chunk: at,
            chunk_next: at + chunk.rows,
            all: plane + at,
            slot: slot + at,
            next: slot + at + chunk.rows,
            ping: n % 2 * rows,
            pong: (n + 1) % 2 * rows,
        }
    }

    #[inline(always)]
    pub(super) fn row(&self, scope: Scope) -> usize {
        match scope {
            Scope::Fixed | Scope::Tile | Scope::Row => 0,
            Scope::Chunk => self.chunk,
            Scope::ChunkNext => self.chunk_next,
            Scope::All => self.all,
            Scope::Slot => self.slot,
            Scope::Next => self.next,
            Scope::Ping => self.ping,
            Scope::Pong => self.pong,
        }
    }
}

impl<E: Real> Plane<E> {
    /// The address of the first row at a moment.
    #[inline(always)]
    pub(super) fn at(&self, moment: &Moment) -> *mut E {
        self.at.plus(moment.row(self.scope) * self.pitch)
    }

    /// The operand that begins with row `first` of a moment; a tile or a single row serves every `first`.
    #[inline(always)]
    pub(super) fn operand(&self, moment: &Moment, first: usize) -> Operand<E> {
        match self.scope {
            Scope::Tile => Operand {
                at: self.at(moment),
                mask: 0,
            },
            Scope::Row => Operand {
                at: self.at(moment),
                mask: column_mask(self.pitch).unwrap_or(usize::MAX),
            },
            _ => Operand {
                at: self.at.plus((moment.row(self.scope) + first) * self.pitch),
                mask: usize::MAX,
            },
        }
    }
}

/// Mask that reduces an offset modulo the row pitch, where the pitch is a power of two: one row then serves all rows and stays
/// in L1.
fn column_mask(pitch: usize) -> Option<usize> {
    pitch.is_power_of_two().then(|| pitch - 1)
}

/// The planes of a plan, in the order of its places.
pub(super) type Planes<E> = Vec<Plane<E>>;

/// Fills a plane with a learned vector, or with `None` the mask, again and again.
pub(super) type Repeat<'b, E> = dyn Fn(Option<usize>, Width, &mut [E]) + 'b;

/// Binds what a plan needs for itself; `other` knows the places that outlive it.
pub(super) struct Binder<'b, 'p, E> {
    pub plan: &'p Plan,
    /// The rows that the plan runs over at once.
    pub rows: usize,
    /// The width of a row in memory.
    pub pitch: &'b dyn Fn(Width) -> usize,
    /// Repeats a vector over the rows.
    pub repeated: &'b Repeat<'b, E>,
    pub other: &'b dyn Fn(Loc, Width) -> Plane<E>,
    /// How many members run it, each with tiles of its own.
    pub members: usize,
}

impl<E: Real> Binder<'_, '_, E> {
    /// The sizes of the planes that [`Binder::bind`] takes from an arena.
    pub(super) fn sizes(&self) -> Vec<usize> {
        let places = self.plan.places.iter().enumerate();
        let places = places.filter_map(|(at, p)| match p.loc {
            Loc::Scratch(_) | Loc::Mask => Some(self.rows * (self.pitch)(p.width)),
            Loc::Vector(_) => Some(self.repeats(at)),
            Loc::Number(_) => Some(TILE),
            Loc::Register(_) => Some(self.members * TILE),
            _ => None,
        });
        places.collect()
    }

    /// The size of a learned vector, repeated.
    fn repeats(&self, at: usize) -> usize {
        let pitch = (self.pitch)(self.plan.places[at].width);
        match column_mask(pitch) {
            Some(_) if !self.plan.reads_rows_of(at) => pitch.max(TILE),
            _ => self.rows * pitch,
        }
    }

    pub(super) fn bind(&self, arena: &mut Arena<E>) -> Planes<E> {
        let places = self.plan.places.iter().enumerate().map(|(index, place)| {
            let pitch = (self.pitch)(place.width);
            let plane = |at, scope| Plane { at, pitch, scope };
            match place.loc {
                Loc::Scratch(_) => plane(arena.plane(self.rows * pitch), Scope::Fixed),
                Loc::Register(_) => plane(arena.plane(self.members * TILE), Scope::Tile),
                Loc::Number(i) => {
                    let at = arena.plane(TILE);
                    fill(at, TILE).fill(E::of(self.plan.numbers[i]));
                    plane(at, Scope::Tile)
                }
                Loc::Vector(v) => {
                    let size = self.repeats(index);
                    let at = arena.plane(size);
                    (self.repeated)(Some(v), place.width, fill(at, size));
                    plane(at, Scope::Row)
                }
                Loc::Mask => {
                    let at = arena.plane(self.rows * pitch);
                    (self.repeated)(None, place.width, fill(at, self.rows * pitch));
                    plane(at, Scope::Fixed)
                }
                loc => (self.other)(loc, place.width),
            }
        });
        places.collect()
    }
}

/// A plane just taken from an arena, to be filled.
fn fill<'a, E>(at: Pointer<E>, size: usize) -> &'a mut [E] {
    // SAFETY: the plane has this size and nobody else knows of it yet.
    unsafe { core::slice::from_raw_parts_mut(at.0, size) }
}
