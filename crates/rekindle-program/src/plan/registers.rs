//! The instructions of a stage, with tiles for what lives in this stage only.

use super::chains::Chains;
use super::fuse::Fused;
use super::instruction::{Code, Op};
use super::place::Loc;
use super::source::Source;
use super::stages::{Plan, Stage};
use crate::program::{Id, Width};
use alloc::vec::Vec;

impl Plan {
    /// Adds the pointwise instructions of a stage, in the order of their nodes.
    pub(super) fn instructions(
        &mut self,
        source: &Source<'_>,
        widths: &[Width],
        fused: &mut Fused,
        stage: usize,
        built: &mut Stage,
    ) {
        let n = source.program.nodes.len();
        let order: Vec<Id> = (0..n)
            .filter(|&id| fused.ops[id].is_some() && fused.stage[id] == stage)
            .collect();
        let Chains { order, links } = self.chains(source, widths, fused, &order);
        let copies: Vec<(Id, usize)> = self.copies.clone();
        let copies: Vec<(Id, usize)> = copies
            .into_iter()
            .filter(|&(id, _)| fused.stage[id] == stage)
            .collect();
        let mut last = vec![0; n];
        for (at, &id) in order.iter().enumerate() {
            for of in fused.reads(source, id) {
                last[of] = at;
            }
        }
        for &(id, _) in &copies {
            last[id] = usize::MAX;
        }
        let mut register: Vec<Option<usize>> = vec![None; n];
        let mut free: Vec<usize> = Vec::new();
        for (at, &id) in order.iter().enumerate() {
            let (code, operands) = fused.ops[id].clone().expect("an instruction");
            let mut of = [0; 3];
            for (place, &operand) in of.iter_mut().zip(&operands) {
                *place = self.read(register[operand], operand, widths[id]);
            }
            let mut ended: Vec<Id> = operands.clone();
            ended.sort_unstable();
            ended.dedup();
            ended.retain(|&o| last[o] == at);
            free.extend(ended.iter().filter_map(|&o| register[o]));
            let to = match self.home[id] {
                Some(home) => home,
                None => {
                    let r = free.pop().unwrap_or_else(|| {
                        self.registers += 1;
                        self.registers - 1
                    });
                    register[id] = Some(r);
                    self.place(Loc::Register(r), widths[id])
                }
            };
            built.push(
                widths[id],
                Op {
                    code,
                    to,
                    of,
                    links: links[id],
                },
            );
        }
        for (id, to) in copies {
            let from = self.read(register[id], id, widths[id]);
            built.push(widths[id], copy(from, to));
        }
        if stage == 0 {
            for (zero, to) in self.zeros.clone() {
                built.push(self.places[to].width, copy(zero, to));
            }
        }
    }

    fn read(&mut self, register: Option<usize>, id: Id, width: Width) -> usize {
        match register {
            Some(r) => self.place(Loc::Register(r), width),
            None => self.home(id),
        }
    }
}

fn copy(from: usize, to: usize) -> Op {
    Op {
        code: Code::Copy,
        to,
        of: [from, from, from],
        links: 0,
    }
}
