//! The plan of a program.

use super::fuse::Fused;
use super::homes::Homes;
use super::source::Source;
use super::stages::{Kind, Plan, Product, Stage};
use crate::passes::stages;
use crate::program::{Id, Node};

impl Plan {
    pub(super) fn new(source: &Source<'_>) -> Plan {
        let widths = source.widths();
        let mut fused = Fused::new(source, &stages(source.program));
        let mut plan = Plan::default();
        Homes::new(source, &widths, &fused).assign(&mut plan);
        let last = fused.stage.iter().copied().max().unwrap_or(0);
        for stage in 0..=last {
            let mut built = Stage::default();
            plan.products(source, &fused, stage, &mut built);
            let across = fused.across.iter().enumerate();
            built.across = across
                .filter(|&(id, _)| fused.stage[id] == stage)
                .filter_map(|(id, across)| {
                    across.map(|(op, of)| (op, plan.home(of), plan.home(id)))
                })
                .collect();
            plan.instructions(source, &widths, &mut fused, stage, &mut built);
            plan.stages.push(built);
        }
        plan
    }

    fn products(&self, source: &Source<'_>, fused: &Fused, stage: usize, built: &mut Stage) {
        for (id, product) in fused.products.iter().enumerate() {
            let Some((terms, from)) = product else {
                continue;
            };
            if fused.stage[id] != stage {
                continue;
            }
            let from = from.map(|id| self.home(id));
            let to = self.home(id);
            let term = |&t: &Id| match source.program.nodes[t] {
                Node::Hidden(g, v) => (Kind::Hidden, g, self.home(v)),
                Node::Project(v) => (Kind::Project, source.program.projection(t), self.home(v)),
                Node::HiddenT(g, v) => (Kind::HiddenT, g, self.home(v)),
                Node::ProjectT(v) => (Kind::ProjectT, 0, self.home(v)),
                _ => unreachable!("a term of a product is a product"),
            };
            let (kind, block, operand) = term(&terms[0]);
            let shared = built
                .products
                .iter_mut()
                .find(|p| kind == Kind::Hidden && p.kind == kind && p.operands[0].1 == operand);
            match shared {
                Some(p) => p.results.push((block, from, to)),
                None => built.products.push(Product {
                    kind,
                    operands: terms.iter().map(|t| (term(t).1, term(t).2)).collect(),
                    results: vec![(block, from, to)],
                }),
            }
        }
    }
}
