//! How the numbers of a parameter lie in the tensor of another library.

use burn::tensor::{DType, Element, TensorData};

/// How the numbers of one or more parameters lie in a tensor of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As they are; several stand behind one another along the first axis.
    Same,
    /// The transposes of matrices, below one another: `[sum of outputs, inputs]`.
    Turned,
    /// A depthwise convolution, `[sum of features, 1, kernel]`, here `[kernel, features]`.
    Taps,
    /// The same numbers in any shape of as many.
    Flat,
    /// What is added to one.
    AboveOne,
    /// Blocks of a head below one another, `[heads, sum of outputs, inputs]`, here `[heads, outputs, inputs]` each.
    Heads,
    /// The transpose of that in every head: `[heads, inputs, sum of outputs]`.
    HeadsTurned,
    /// A vector that is stored head by head, here `[gates, heads, units]`.
    HeadByHead,
}

impl Form {
    /// The shape of theirs, of parameters of these shapes; `found` is the one in the file.
    pub(super) fn shape(self, ours: &[&[usize]], found: Option<&[usize]>) -> Vec<usize> {
        let first = ours[0];
        let sum = |axis: usize| ours.iter().map(|shape| shape[axis]).sum::<usize>();
        let count: usize = first.iter().product();
        match self {
            Form::Same | Form::AboveOne => {
                let mut shape = first.to_vec();
                shape[0] = sum(0);
                shape
            }
            Form::Turned => vec![sum(1), first[0]],
            Form::Taps => vec![sum(1), 1, first[0]],
            Form::Flat => match found {
                Some(found) if found.iter().product::<usize>() == count => found.to_vec(),
                _ => first.to_vec(),
            },
            Form::Heads => vec![first[0], sum(1), first[2]],
            Form::HeadsTurned => vec![first[0], first[2], sum(1)],
            Form::HeadByHead => vec![count],
        }
    }

    /// The numbers of each parameter, of theirs in one type.
    pub(super) fn parts(self, theirs: &TensorData, ours: &[&[usize]]) -> Vec<TensorData> {
        match theirs.dtype() {
            DType::F64 => self.parted::<f64>(theirs, ours),
            _ => self.parted::<f32>(theirs, ours),
        }
    }

    fn parted<T: Element + From<f32> + std::ops::Add<Output = T>>(
        self,
        theirs: &TensorData,
        ours: &[&[usize]],
    ) -> Vec<TensorData> {
        let numbers = theirs.as_slice::<T>().expect("the type was looked at");
        let mut before = 0;
        let parts = ours.iter().map(|shape| {
            let place = self.place(theirs.shape().as_ref(), shape, before);
            before += match self {
                Form::Turned | Form::Taps | Form::Heads | Form::HeadsTurned => shape[1],
                _ => shape[0],
            };
            let strides = [
                shape[1..].iter().product::<usize>(),
                shape.get(2..).map_or(1, |rest| rest.iter().product()),
            ];
            let count: usize = shape.iter().product();
            let own = (0..count).map(|at| {
                let [a, b] = [at / strides[0], at % strides[0] / strides[1]];
                let number = numbers[place([a, b, at % strides[1]])];
                match self {
                    Form::AboveOne => number + T::from(1.0),
                    _ => number,
                }
            });
            TensorData::new(own.collect::<Vec<T>>(), shape.to_vec())
        });
        parts.collect()
    }

    /// Where a number of a parameter stands in theirs, by its place on at most three axes; so much of what is joined stands before it.
    fn place(
        self,
        theirs: &[usize],
        ours: &[usize],
        before: usize,
    ) -> Box<dyn Fn([usize; 3]) -> usize> {
        let last = theirs.last().copied().unwrap_or(1);
        let rows: usize = ours[1..].iter().product();
        let inner = ours.get(2).copied().unwrap_or(1);
        let middle = theirs.get(1).copied().unwrap_or(1);
        let gates = ours[0];
        match self {
            Form::Same | Form::AboveOne | Form::Flat => {
                Box::new(move |[a, b, c]| (before + a) * rows + b * inner + c)
            }
            // A number of a matrix has its place on the first two axes.
            Form::Turned => Box::new(move |[a, b, _]| (before + b) * last + a),
            Form::Taps => Box::new(move |[a, b, _]| (before + b) * last + a),
            Form::Heads => Box::new(move |[a, b, c]| (a * middle + before + b) * last + c),
            Form::HeadsTurned => Box::new(move |[a, b, c]| (a * middle + c) * last + before + b),
            Form::HeadByHead => Box::new(move |[a, b, c]| (b * gates + a) * inner + c),
        }
    }
}
