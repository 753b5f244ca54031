//! Equations of every kind that the engine has to deal with.

use rekindle_program::{
    Next, Step, abs, amax, cos, cumsum, elu, exp, floor, gelu, hard_sigmoid, layer_norm,
    leaky_relu, max, mean, min, relu, sigmoid, sign, silu, sin, softmax, softplus, softsign, sqrt,
    sum, tanh,
};

pub(crate) type Equations = fn(&Step) -> Next;

pub(crate) const CELLS: [(&str, Equations); 23] = [
    ("elman", elman),
    ("lstm", lstm),
    ("gru", gru),
    ("gru reset before", gru_before),
    ("projected", projected),
    ("peepholes", peepholes),
    ("hoisted", hoisted),
    ("shared", shared),
    ("diagonal", diagonal),
    ("subtractive", subtractive),
    ("raw", raw),
    ("chain", chain),
    ("functions", functions),
    ("calculus", calculus),
    ("wide", wide),
    ("normalised", normalised),
    ("means", means),
    ("ordered", ordered),
    ("between", between),
    ("remembered", remembered),
    ("read out", read_out),
    ("largest", largest),
    ("steady", steady),
];

fn elman(k: &Step) -> Next {
    let h = k.state("h");
    k.next(tanh(k.affine("h", h)))
}

fn lstm(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    k.next([sigmoid(o) * tanh(c), c])
}

fn gru(k: &Step) -> Next {
    let h = k.state("h");
    let [r, z] = k.affine(["r", "z"], h).map(sigmoid);
    let n = tanh(k.input("n") + r * k.hidden("n", h));
    k.next(n + z * (h - n))
}

fn gru_before(k: &Step) -> Next {
    let h = k.state("h");
    let [r, z] = k.affine(["r", "z"], h).map(sigmoid);
    let n = tanh(k.affine("n", r * h));
    k.next((1.0 - z) * n + z * h)
}

fn projected(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [i, f, g, o] = k.affine(["i", "f", "g", "o"], h);
    let c = sigmoid(f) * c + sigmoid(i) * tanh(g);
    k.next([k.project(sigmoid(o) * tanh(c)), c])
}

/// Learned vectors, one of them read after the new state.
fn peepholes(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [p, q] = k.vector(["p", "q"]);
    let [f, g, o] = k.affine(["f", "g", "o"], h);
    let f = sigmoid(f + p * c);
    let c = f * c + (1.0 - f) * tanh(g);
    k.next([sigmoid(o + q * c) * tanh(c), c])
}

/// A candidate, and a product with it, that depend on the input alone.
fn hoisted(k: &Step) -> Next {
    let h = k.state("h");
    let z = tanh(k.input("z") * k.vector("s"));
    let u = sigmoid(k.hidden("u", h) + k.hidden("v", z) + k.input("u"));
    k.next(u * h + (1.0 - u) * z)
}

/// A block that is part of a recurrent sum, and of which another value is made before the loop.
fn shared(k: &Step) -> Next {
    let h = k.state("h");
    let x = k.input("n");
    let n = tanh(k.hidden("n", h) + x);
    k.next(h + sigmoid(x) * (n - h))
}

/// No recurrent product at all.
fn diagonal(k: &Step) -> Next {
    let h = k.state("h");
    k.next(tanh(k.input("h") + k.vector("u") * h))
}

/// The two halves of a pre-activation used apart, and a quotient.
fn subtractive(k: &Step) -> Next {
    let h = k.state("h");
    let (p, q) = (k.input("p"), k.hidden("q", h));
    let (i, f) = (sigmoid(p + q), sigmoid(p - q));
    k.next(i * p / (1.5 + f) + f * h)
}

/// The input itself.
fn raw(k: &Step) -> Next {
    let h = k.state("h");
    let x = k.raw();
    let z = sigmoid(k.affine("z", h) + x);
    k.next(z * tanh(x) + (1.0 - z) * h)
}

/// Three dependent products, a state that is merely handed on, and one that nothing reads.
fn chain(k: &Step) -> Next {
    let [h, old, _unread] = k.state(["h", "old", "unread"]);
    let a = tanh(k.affine("a", h));
    let b = tanh(k.hidden("b", a + old) + a);
    let c = sigmoid(k.affine("c", a * b));
    k.next([c * h + b, h, tanh(c)])
}

fn functions(k: &Step) -> Next {
    let h = k.state("h");
    let [a, b, c, d] = k.affine(["a", "b", "c", "d"], h);
    let sum = relu(a) + leaky_relu(b) + elu(c) + gelu(d);
    let product = silu(a) * softplus(b) * hard_sigmoid(c) * softsign(d);
    k.next(tanh(sum * 0.3 + product))
}

/// The functions that are no activations, and two of two values, some of them of numbers.
fn calculus(k: &Step) -> Next {
    let [h, n] = k.state(["h", "n"]);
    let [a, b, c, d] = k.affine(["a", "b", "c", "d"], h);
    let wave = sin(2.0 * a) * cos(b + n * (1.0 - n)) + abs(c);
    let size = sqrt(1.0 + a * a) * exp(min(b, k.constant(0.5)));
    let n = n + 0.25 - floor(n + 0.25);
    k.next([tanh(max(wave / size, d) * 0.5), n])
}

/// More blocks than one product adds up on its way back.
fn wide(k: &Step) -> Next {
    let h = k.state("h");
    let blocks = (0..40).map(|i| tanh(k.affine(format!("g{i}").as_str(), h)));
    let sum = blocks.reduce(|a, b| a + b).expect("blocks");
    k.next(sum * 0.05)
}

/// Rows normalised before the loop, behind a product, and of a new state.
fn normalised(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let [p, q] = k.vector(["p", "q"]);
    let a = tanh(layer_norm(k.plain_input("a"), 0.1) * p + layer_norm(k.hidden("a", h), 0.1));
    let c = 0.5 * c + a;
    k.next([tanh(layer_norm(c, 0.1) + q), c])
}

/// Means of a projected value, of a state, of a vector, and of a mean; and one that a product takes.
fn means(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let a = sigmoid(k.affine("a", h * mean(1.0 + h)));
    let p = k.vector("p");
    let b = mean(p * p) * mean(c * c) + mean(mean(a) * c);
    let c = 0.5 * c + a * b;
    k.next([k.project(c * mean(a)), c])
}

/// Sums over the units up to each, of what depends on the input alone and of what does not; and the sum of a
/// state.
fn ordered(k: &Step) -> Next {
    let [h, c] = k.state(["h", "c"]);
    let f = cumsum(softmax(k.affine("f", h)));
    let i = 1.0 - cumsum(softmax(k.input("i")));
    let c = f * c + i * tanh(k.affine("c", h));
    k.next([tanh(c) / (1.0 + sum(h * h)) * sign(2.0 + h), c])
}

/// A product between two recurrences, the first of which is read by the second besides.
fn between(k: &Step) -> Next {
    let [c, s] = k.state(["c", "s"]);
    let g = sigmoid(k.input("g"));
    let s = g * s + (1.0 - g) * tanh(k.input("j"));
    let [f, z] = k.affine(["f", "z"], s);
    let f = sigmoid(f);
    k.next([f * c + (1.0 - f) * tanh(z) + k.vector("v") * s, s])
}

/// The last input and what was made of the one before it, in a product of their own, before a loop with one.
fn remembered(k: &Step) -> Next {
    let [h, p, q] = k.state(["h", "p", "q"]);
    let x = k.input("x");
    let seen = k.hidden("seen", x - 0.5 * p + k.vector("m") * q);
    k.next([tanh(seen + k.hidden("h", h)), x, tanh(p)])
}

/// An output behind a loop, which reads the state of the step before, the input and an earlier output of its own as well.
fn read_out(k: &Step) -> Next {
    let [_y, h, m] = k.state(["y", "h", "m"]);
    let a = k.vector("a");
    let next = a * h + (1.0 - a) * k.input("b");
    let o = tanh(k.hidden("o", next) + k.plain_hidden("h", h) + k.input("e"));
    k.next([o * k.input("g") + m, next, o])
}

fn largest(k: &Step) -> Next {
    let h = k.state("h");
    let [a, b] = k.affine(["a", "b"], h);
    k.next(tanh(amax(a) - 0.5 * b) + 0.1 * amax(k.input("c")))
}

/// A product with a learned vector, which no step changes.
fn steady(k: &Step) -> Next {
    let h = k.state("h");
    let [v, u] = k.vector(["v", "u"]);
    k.next(tanh(
        k.input("x") + k.hidden("h", h) * k.hidden("v", v) + u * h,
    ))
}
