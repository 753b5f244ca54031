//! Multiplicative integration.

use super::rewriter::Rewriter;
use crate::program::{Binary, Id, Node, Program};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// A place where the equations add up an input block and a recurrent one, and nothing else reads either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integrated {
    /// The input block.
    pub input: usize,
    /// The recurrent block.
    pub hidden: usize,
    /// Whether one of them had a bias, of which the vector `bias_<input>` is left.
    pub bias: bool,
}

/// The same equations with `W x + b + U v + d` made `alpha * W x * U v + beta1 * U v + beta2 * W x + bias`, wherever they
/// have it (Wu et al. 2016), and the places in the order of the input blocks. Letters are learned vectors, named as in
/// `alpha_<input>`, behind those that the equations have. Without `biases` there is no `bias`.
pub fn integrate(program: &Program, biases: bool) -> (Program, Vec<Integrated>) {
    let uses = program.uses();
    let mut places: Vec<(Id, Integrated)> = Vec::new();
    for (id, node) in program.nodes.iter().enumerate() {
        let Node::Binary(Binary::Add, a, b) = *node else {
            continue;
        };
        let pair = match (program.nodes[a], program.nodes[b]) {
            (Node::Input(g), Node::Hidden(k, _)) | (Node::Hidden(k, _), Node::Input(g)) => (g, k),
            _ => continue,
        };
        if uses[a] == 1 && uses[b] == 1 {
            let (input, hidden) = pair;
            let bias = program.input_biases()[input] || program.hidden_biases()[hidden];
            let bias = biases && bias;
            places.push((
                id,
                Integrated {
                    input,
                    hidden,
                    bias,
                },
            ));
        }
    }
    places.sort_by_key(|(_, place)| place.input);

    let mut names = program.names.clone();
    let mut vectors: BTreeMap<Id, Vec<Node>> = BTreeMap::new();
    for (id, place) in &places {
        names.input_biases[place.input] = false;
        names.hidden_biases[place.hidden] = false;
        let letters = ["alpha", "beta1", "beta2", "bias"];
        for letter in letters.into_iter().take(if place.bias { 4 } else { 3 }) {
            let name = format!("{letter}_{}", names.inputs[place.input]);
            vectors
                .entry(*id)
                .or_default()
                .push(Node::Vector(names.vectors.len()));
            names.vectors.push(name);
            names.scalars.push(false);
        }
    }

    let mut writer = Rewriter::default();
    let mut place: Vec<Id> = Vec::with_capacity(program.nodes.len());
    for (id, node) in program.nodes.iter().enumerate() {
        let node = node.renamed(|id| place[id]);
        let new = match (vectors.get(&id), node) {
            (Some(vectors), Node::Binary(_, a, b)) => {
                let (w, u) = match writer.nodes[a] {
                    Node::Input(_) => (a, b),
                    _ => (b, a),
                };
                multiplied(&mut writer, vectors, w, u)
            }
            _ => writer.push(node),
        };
        place.push(new);
    }
    let mut integrated = program.rewritten(&writer.nodes, |id| place[id]);
    integrated.names = names;
    (
        integrated,
        places.into_iter().map(|(_, place)| place).collect(),
    )
}

/// `alpha * w * u + beta1 * u + beta2 * w + bias`
fn multiplied(writer: &mut Rewriter, vectors: &[Node], w: Id, u: Id) -> Id {
    let vectors: Vec<Id> = vectors.iter().map(|&vector| writer.push(vector)).collect();
    let mut of = |op, a, b| writer.push(Node::Binary(op, a, b));
    let alpha = of(Binary::Mul, vectors[0], w);
    let product = of(Binary::Mul, alpha, u);
    let [beta1, beta2] =
        [(vectors[1], u), (vectors[2], w)].map(|(beta, v)| of(Binary::Mul, beta, v));
    let sum = of(Binary::Add, product, beta1);
    let sum = of(Binary::Add, sum, beta2);
    match vectors.get(3) {
        Some(&bias) => of(Binary::Add, sum, bias),
        None => sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Step, sigmoid, tanh};
    use alloc::string::ToString;

    #[test]
    fn what_was_added_is_multiplied_as_well() {
        let sums = Program::new(|k: &Step| {
            let h = k.state("h");
            let [z, n] = k.affine(["z", "n"], h);
            let (z, n) = (sigmoid(z), tanh(n));
            k.next((1.0 - z) * n + z * h)
        });
        let products = Program::new(|k: &Step| {
            let h = k.state("h");
            let [z, n] = ["z", "n"].map(|block| {
                let (w, u) = (k.plain_input(block), k.plain_hidden(block, h));
                let vector = |letter: &str| k.vector(format!("{letter}_{block}").as_str());
                let [alpha, beta1, beta2] = ["alpha", "beta1", "beta2"].map(vector);
                alpha * w * u + beta1 * u + beta2 * w + vector("bias")
            });
            let (z, n) = (sigmoid(z), tanh(n));
            k.next((1.0 - z) * n + z * h)
        });
        let (integrated, places) = integrate(&sums, true);
        assert_eq!(integrated, products);
        let places: Vec<_> = places.iter().map(|p| (p.input, p.hidden, p.bias)).collect();
        assert_eq!(places, [(0, 0, true), (1, 1, true)]);
        let (plain, _) = integrate(&sums, false);
        assert!(!plain.vectors().contains(&"bias_z".to_string()));
    }

    #[test]
    fn a_block_that_is_read_twice_stays() {
        let p = Program::new(|k: &Step| {
            let h = k.state("h");
            let w = k.input("w");
            k.next(tanh(w + k.hidden("w", h)) * sigmoid(w))
        });
        let (same, places) = integrate(&p, true);
        assert_eq!((same, places.len()), (p, 0));
    }
}
