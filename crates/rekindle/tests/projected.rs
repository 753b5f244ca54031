//! Cells taken apart where their input enters.

use burn::tensor::{Device, Distribution, Tensor};
use rekindle::engine::Direction;
use rekindle::{AnyCellConfig, CATALOG, Cell, CellConfig, Inputs, Sequence};
use std::cell::RefCell;

/// Remembers who asked.
struct Asked {
    x: Tensor<3>,
    read: RefCell<Vec<&'static str>>,
    given: RefCell<Vec<&'static str>>,
}

impl Inputs for Asked {
    fn read(&self, projection: &'static str) -> Tensor<3> {
        self.read.borrow_mut().push(projection);
        self.x.clone()
    }

    fn given(&self, projection: &'static str, y: Tensor<3>) -> Tensor<3> {
        self.given.borrow_mut().push(projection);
        y
    }
}

#[test]
fn projections_and_the_recurrence_behind_them_are_the_cell() {
    let device = Device::flex();
    let mut tried = 0;
    for card in CATALOG {
        let config = AnyCellConfig::named(card.name, 8).expect("a cell of the list");
        let cell = config.init(5, &device);
        let Some(projected) = cell.projected() else {
            continue;
        };
        tried += 1;
        let x: Tensor<3> = Tensor::random([2, 7, 5], Distribution::Default, &device);
        let x = Sequence::padded(x, vec![7, 4]).expect("the lengths fit");
        let asked = Asked {
            x: x.data().clone(),
            read: RefCell::default(),
            given: RefCell::default(),
        };
        let vectors = projected.vectors(&asked);
        let named = projected.projections().into_iter();
        let mut names: Vec<&str> = named.map(|(name, _)| name).collect();
        assert_eq!(names, config.projections());
        names.sort_unstable();
        for found in [asked.read, asked.given] {
            let mut found = found.into_inner();
            found.sort_unstable();
            assert_eq!(found, names, "{}", card.name);
        }
        let states = cell.initial(2, &device);
        let (whole, last) = cell.scan(&x, states.clone(), Direction::Forward);
        let (y, states) = projected.scan_vectors(vectors, &x, states);
        let pairs = std::iter::zip(last, states).map(|(a, b)| (a.into_data(), b.into_data()));
        assert_eq!(y.into_data(), whole.into_data(), "{}", card.name);
        pairs.for_each(|(a, b)| assert_eq!(a, b, "{}", card.name));
    }
    assert!(tried > 0);
}
