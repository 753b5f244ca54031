//! The memory of a part while its gradients are computed.

use crate::bind::{Binder, Plane, Planes, Scope};
use crate::kept::Kept;
use crate::memory::{Arena, Pointer};
use crate::pointwise::accumulate;
use crate::schedule::Part;
use crate::simd::{Real, Simd};
use crate::sums::Sums;
use crate::transposed::Transposed;
use alloc::vec::Vec;
use rekindle_program::plan::Loc;
use rekindle_program::{Out, Width};

/// What a part needs while its gradients are computed.
pub(super) struct GradientWorkspace<E: Real> {
    _arena: Arena<E>,
    /// The gradients of every state: two of them, which change places with every step of its loop; or those of
    /// all steps of the chunk, and of the one behind it.
    pub states: Vec<Plane<E>>,
    /// The gradients of what is no state, in each phase.
    pub gradients: Vec<Vec<Plane<E>>>,
    /// The gradient of the chunk's input.
    pub dx: Plane<E>,
    /// The places of each phase.
    pub phases: Vec<Planes<E>>,
    pub sums: Sums<E>,
    pub totals: Vec<Total<E>>,
}

impl<E: Real> GradientWorkspace<E> {
    pub(super) fn new(layer: &Transposed<'_, E>, part: &Part, kept: &Kept<E>) -> Self {
        let forward = layer.forward;
        let plans = forward.compiled().backward();
        let pitch = |w| forward.pitch(w);
        let repeated = |v: Option<usize>, w: Width, to: &mut [E]| forward.repeat(part, v, w, to);
        let compiled = forward.compiled();
        let phases = 0..plans.len();
        let rows = part.rows.len();
        let area = part.widest();
        let d = forward.input_pitch();
        let states: Vec<(usize, usize)> = (0..compiled.states().len())
            .map(|s| {
                let rows = match compiled.states()[s].looped {
                    true => 2 * rows,
                    false => part.widest_slots(),
                };
                (rows, pitch(compiled.program().state_width(s)))
            })
            .collect();

        let mut sizes: Vec<usize> = states.iter().map(|(rows, pitch)| rows * pitch).collect();
        let gradients = plans.iter().flat_map(|p| &p.gradients);
        sizes.extend(gradients.map(|&w| area * pitch(w)));
        let totals = plans.iter().flat_map(|p| &p.totals);
        let total = rows * pitch(Width::Hidden);
        sizes.extend(totals.map(|_| total));
        sizes.push(if layer.w.is_some() { area * d } else { 0 });
        let sum_sizes = Sums::<E>::sizes(layer, part);
        sizes.extend(&sum_sizes);
        // What the plans need for themselves does not depend on where the other planes are.
        let nowhere = |_, _: Width| Plane {
            at: Pointer(core::ptr::null_mut()),
            pitch: 0,
            scope: Scope::Fixed,
        };
        for phase in phases.clone() {
            let binder = Binder {
                plan: &plans[phase],
                rows: forward.height(part, phase),
                pitch: &pitch,
                repeated: &repeated,
                other: &nowhere,
                members: forward.members(),
            };
            sizes.extend(binder.sizes());
        }
        let mut arena = Arena::new(&sizes);
        let states = states.iter().zip(compiled.states());
        let states = states.map(|(&(rows, pitch), carried)| Plane {
            at: arena.plane(rows * pitch),
            pitch,
            scope: if carried.looped {
                Scope::Ping
            } else {
                Scope::ChunkNext
            },
        });
        let states: Vec<Plane<E>> = states.collect();
        let mut plane = |&width: &Width| Plane {
            at: arena.plane(area * pitch(width)),
            pitch: pitch(width),
            scope: Scope::Chunk,
        };
        let gradients = plans
            .iter()
            .map(|p| p.gradients.iter().map(&mut plane).collect());
        let gradients: Vec<Vec<Plane<E>>> = gradients.collect();
        let totals = plans.iter().enumerate();
        let totals = totals.flat_map(|(phase, p)| p.totals.iter().map(move |&v| (phase, v)));
        let totals =
            totals.map(|(phase, vector)| Total::new(phase, vector, rows, total, &mut arena));
        let totals: Vec<Total<E>> = totals.collect();
        let dx = Plane {
            at: arena.plane(if layer.w.is_some() { area * d } else { 0 }),
            pitch: d,
            scope: Scope::Chunk,
        };
        let sums = Sums::new(layer, part, &sum_sizes, &mut arena);
        let other = |phase: usize| {
            let (states, gradients, totals) = (&states, &gradients, &totals);
            move |loc, _: Width| match loc {
                // What a phase handed on has the gradient that the phase which read it found.
                Loc::Adjoint(Out::Plane(k)) => {
                    let reader = compiled.handed()[k][1];
                    let i = plans[reader].gradient(Out::Plane(k));
                    gradients[reader][i.expect("everything handed on has a gradient")]
                }
                Loc::Adjoint(Out::Next(s)) => states[s],
                Loc::StateGradient(s) => Plane {
                    scope: match states[s].scope {
                        Scope::Ping => Scope::Pong,
                        _ => Scope::Chunk,
                    },
                    ..states[s]
                },
                Loc::Gradient(i) => gradients[phase][i],
                Loc::Total(v) => {
                    let total = totals.iter().find(|t| (t.phase, t.vector) == (phase, v));
                    total.expect("it is listed").plane
                }
                loc => kept.place(loc, phase),
            }
        };
        let bound = phases.map(|phase| {
            let binder = Binder {
                plan: &plans[phase],
                rows: forward.height(part, phase),
                pitch: &pitch,
                repeated: &repeated,
                other: &other(phase),
                members: forward.members(),
            };
            binder.bind(&mut arena)
        });
        let phases = bound.collect();
        GradientWorkspace {
            states,
            gradients,
            dx,
            phases,
            sums,
            totals,
            _arena: arena,
        }
    }
}

/// The gradients of a learned vector that a loop has added up, for every row of a part.
#[derive(Debug)]
pub(super) struct Total<E> {
    pub phase: usize,
    pub vector: usize,
    pub plane: Plane<E>,
    rows: usize,
}

impl<E: Real> Total<E> {
    /// One that begins with zero, in a plane of so many numbers.
    pub(super) fn new(
        phase: usize,
        vector: usize,
        rows: usize,
        size: usize,
        arena: &mut Arena<E>,
    ) -> Self {
        let at = arena.plane(size);
        // SAFETY: the plane is new and has this size.
        unsafe { core::slice::from_raw_parts_mut(at.0, size) }.fill(E::default());
        let (pitch, scope) = (size / rows.max(1), Scope::Fixed);
        Total {
            phase,
            vector,
            plane: Plane { at, pitch, scope },
            rows,
        }
    }

    /// Adds it to gradients in the layout of the vectors, of `h` numbers each.
    pub(super) fn give<S: Simd<E = E>>(&self, h: usize, to: &mut [E]) {
        for r in 0..self.rows {
            // SAFETY: the plane has these rows, and the loop over time is over.
            let from =
                unsafe { core::slice::from_raw_parts(self.plane.at.plus(r * self.plane.pitch), h) };
            accumulate::<S>(&mut to[self.vector * h..][..h], from);
        }
    }
}
