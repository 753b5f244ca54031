//! From probabilities of codes at each step to the codes that most likely stand there.
//!
//! Tesseract's search, as far as it knows no words. A character takes one step, or a first, a last and some between them, and the first and
//! the last may be shared with what stands beside it: to their probability is added that of no character.

/// The least logarithm of a probability, and what Tesseract adds to each.
const LEAST: f32 = -20.0;
const OFFSET: f32 = -0.085;

/// What may follow a code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Anything,
    Itself,
    Another,
}

/// The best way to a code at a step.
struct Node {
    code: usize,
    next: Next,
    score: f32,
    /// The node of the last step, where there is one.
    from: Option<usize>,
    /// Whether the code was there at the last step.
    stays: bool,
}

/// The codes of the best way through all steps, of `[steps, codes]` probabilities, of which `null` stands for no character.
pub(crate) fn codes(probabilities: &[f32], null: usize) -> Vec<usize> {
    let mut steps: Vec<Vec<Node>> = Vec::new();
    for p in probabilities.chunks_exact(null + 1) {
        let mut order: Vec<usize> = (0..p.len()).collect();
        order.sort_by(|a, b| p[*b].total_cmp(&p[*a]));
        // No others are tried.
        let [first, second] = [order[0], order[1]];
        let mut tried = vec![first, second];
        if !tried.contains(&null) {
            tried.push(null);
        }
        let mut nodes = Vec::new();
        // The nodes of the last step; before the first there is one way, from nowhere.
        let ends: Vec<Option<usize>> = match steps.last() {
            Some(nodes) => (0..nodes.len()).map(Some).collect(),
            None => vec![None],
        };
        for from in ends {
            let before = from.map(|at| &steps[steps.len() - 1][at]);
            let reached = before.map_or(0.0, |node| node.score);
            let mut reach = |code, next, probability: f32, stays| {
                let score = reached + probability.ln().max(LEAST);
                let node = Node {
                    code,
                    next,
                    score,
                    from,
                    stays,
                };
                better(&mut nodes, node);
            };
            if let Some(before) = before.filter(|before| tried.contains(&before.code)) {
                let code = before.code;
                if before.next != Next::Another {
                    reach(code, Next::Anything, p[code], true);
                }
                if before.next == Next::Anything && code != null {
                    reach(code, Next::Another, p[code] + p[null], true);
                }
            }
            if before.is_some_and(|before| before.next == Next::Itself) {
                continue;
            }
            let others = tried
                .iter()
                .filter(|code| before.is_none_or(|before| before.code != **code));
            for &code in others {
                // A character that is all but impossible is none.
                if code != null && p[code].ln() + OFFSET < LEAST {
                    continue;
                }
                reach(code, Next::Anything, p[code], false);
                if code != null {
                    // Where one of the two likeliest follows the other, the step is either's.
                    let pair = |before: &&Node| {
                        [[first, second], [second, first]].contains(&[before.code, code])
                    };
                    let shared = before
                        .filter(|before| before.next == Next::Anything && before.code != null);
                    let shared = shared.filter(pair).map_or(0.0, |before| p[before.code]);
                    reach(code, Next::Itself, p[code] + p[null] + shared, false);
                }
            }
        }
        steps.push(nodes);
    }

    let ends = steps.last().into_iter().flatten().enumerate();
    let ends = ends.filter(|(_, node)| node.next != Next::Itself);
    let mut at = ends
        .max_by(|(_, a), (_, b)| a.score.total_cmp(&b.score))
        .map(|(at, _)| at);
    let mut codes = Vec::new();
    for nodes in steps.iter().rev() {
        let Some(node) = at.map(|at| &nodes[at]) else {
            break;
        };
        if !node.stays && node.code != null {
            codes.push(node.code);
        }
        at = node.from;
    }
    codes.reverse();
    codes
}

/// Keeps a node if there is no better one for its code and what may follow.
fn better(nodes: &mut Vec<Node>, node: Node) {
    match nodes
        .iter_mut()
        .find(|other| (other.code, other.next) == (node.code, node.next))
    {
        Some(other) if other.score < node.score => *other = node,
        Some(_) => {}
        None => nodes.push(node),
    }
}
