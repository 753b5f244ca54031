//! Elements at strides, put in the order of rows.

use super::tensor::elements;
use super::{Bytes, Dtype, Entry};

/// A view of a store of elements.
pub(crate) struct View {
    pub(crate) dtype: Dtype,
    /// The first element's place, in elements.
    pub(crate) offset: usize,
    pub(crate) shape: Vec<usize>,
    /// The elements between neighbours of each axis.
    pub(crate) strides: Vec<usize>,
}

impl View {
    /// A whole array in the order of rows, or of columns.
    pub(crate) fn whole(dtype: Dtype, shape: Vec<usize>, columns: bool) -> Option<Self> {
        let mut strides = vec![0; shape.len()];
        let mut next = 1_usize;
        let place = |i: usize| if columns { i } else { shape.len() - 1 - i };
        for i in 0..shape.len() {
            strides[place(i)] = next;
            next = next.checked_mul(shape[place(i)])?;
        }
        Some(View {
            dtype,
            offset: 0,
            shape,
            strides,
        })
    }

    /// The same with the axes in another order, each of which it has once.
    pub(crate) fn permuted(mut self, order: &[usize]) -> Self {
        self.strides = order.iter().map(|&at| self.strides[at]).collect();
        self.shape = order.iter().map(|&at| self.shape[at]).collect();
        self
    }

    /// The tensor of these elements: left where they are if they stand side by side, copied otherwise. A copy takes its bytes from `budget`.
    pub(crate) fn of<'b>(self, store: &Bytes<'b>, budget: &mut usize) -> Result<Entry<'b>, String> {
        let size = self.dtype.size();
        let count = elements(&self.shape).ok_or("is larger than any memory")?;
        if count == 0 {
            return Entry::new(self.dtype, self.shape, Vec::new());
        }
        let outside = || format!("reaches beyond its storage of {} bytes", store.len());
        let axes = self.shape.iter().zip(&self.strides);
        let last = axes
            .clone()
            .try_fold(self.offset, |last, (&axis, &stride)| {
                last.checked_add((axis - 1).checked_mul(stride)?)
            })
            .and_then(|last| last.checked_add(1)?.checked_mul(size));
        if last.is_none_or(|end| end > store.len()) {
            return Err(outside());
        }
        let mut side_by_side = 1;
        let contiguous = axes.rev().all(|(&axis, &stride)| {
            let fits = axis == 1 || stride == side_by_side;
            side_by_side *= axis;
            fits
        });
        let range = self.offset * size..(self.offset + count) * size;
        match store.part(range).filter(|_| contiguous) {
            Some(part) => Entry::new(self.dtype, self.shape, part),
            None => {
                let store = store.read().map_err(|error| error.to_string())?;
                self.copy(&store, count, budget)
            }
        }
    }

    fn copy<'b>(self, store: &[u8], count: usize, budget: &mut usize) -> Result<Entry<'b>, String> {
        let size = self.dtype.size();
        let bytes = count.checked_mul(size).filter(|bytes| bytes <= budget);
        let bytes = bytes
            .ok_or("takes more memory than the size of the file warrants; save it with .clone()")?;
        *budget -= bytes;
        let mut copied = Vec::with_capacity(bytes);
        let mut index = vec![0; self.shape.len()];
        let mut at = self.offset;
        for _ in 0..count {
            copied.extend_from_slice(&store[at * size..(at + 1) * size]);
            for axis in (0..index.len()).rev() {
                index[axis] += 1;
                at += self.strides[axis];
                if index[axis] < self.shape[axis] {
                    break;
                }
                at -= self.strides[axis] * self.shape[axis];
                index[axis] = 0;
            }
        }
        Entry::new(self.dtype, self.shape, copied)
    }
}
