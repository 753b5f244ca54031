use super::*;

/// Numbers of a tensor `[rows, columns]`, each its own place.
fn counted(rows: usize, columns: usize) -> Entry<'static> {
    let numbers = (0..rows * columns).flat_map(|n| (n as f32).to_le_bytes());
    let bytes: Vec<u8> = numbers.collect();
    Entry::new(Dtype::F32, vec![rows, columns], bytes).expect("as many")
}

fn block(entry: Entry<'static>, area: Area, order: Order) -> Block<'static> {
    Block {
        name: "theirs".into(),
        entry,
        area,
        order,
        negative: false,
        more: false,
        at: [0, 0],
    }
}

fn numbers(stored: &Stored<'_>, turned: bool) -> Vec<f32> {
    let data = stored.numbers(turned).expect("finite numbers");
    data.as_slice().expect("f32").to_vec()
}

/// An area of a matrix of several pieces, which begins and ends anywhere, in every order and both ways, below two rows and beside columns of zeros.
#[test]
fn blocks_of_several_pieces_stand_where_their_order_says() {
    let (rows, stride) = (3 * PIECE / 4 / 100, 100);
    let area = Area {
        row: 3,
        column: 7,
        rows: rows - 5,
        columns: 90,
        stride,
    };
    for order in [Order::Straight, Order::Turned, Order::Folded] {
        // What is folded is as wide as the tensor here.
        let ([high, width], beside) = match order {
            Order::Straight => ([area.rows, area.columns], 4),
            Order::Turned => ([area.columns, area.rows], 4),
            Order::Folded => ([area.columns, area.rows], 0),
        };
        let mut block = block(counted(rows, stride), area, order);
        (block.at, block.negative) = ([2, beside], true);
        let (height, width) = (2 + high, beside + width);
        let stored = Stored::of(DType::F32, vec![height, width], vec![block]);
        let mut expected = vec![0.0; height * width];
        for i in 0..area.rows {
            for j in 0..area.columns {
                let [r, c] = match order {
                    Order::Straight => [i, j],
                    Order::Turned => [j, i],
                    Order::Folded => {
                        let at = i * area.columns + j;
                        [at / width, at % width]
                    }
                };
                expected[(2 + r) * width + beside + c] = -(((3 + i) * stride + 7 + j) as f32);
            }
        }
        assert_eq!(numbers(&stored, false), expected, "{order:?}");
        let turned: Vec<f32> = (0..width)
            .flat_map(|c| (0..height).map(move |r| (r, c)))
            .map(|(r, c)| expected[r * width + c])
            .collect();
        assert_eq!(numbers(&stored, true), turned, "{order:?}");
    }
}

#[test]
fn a_whole_tensor_is_what_it_was_whatever_its_axes() {
    for shape in [vec![], vec![6], vec![2, 3], vec![1, 2, 3], vec![2, 0, 3]] {
        let count = shape.iter().product();
        let entry = counted(1, count);
        let entry = Entry {
            shape: shape.clone(),
            ..entry
        };
        let stored = Stored::whole("theirs".into(), entry);
        let expected: Vec<f32> = (0..count).map(|n| n as f32).collect();
        assert_eq!(numbers(&stored, false), expected, "{shape:?}");
    }
}

/// Blocks are set before others are added to them, in whichever order they are given.
#[test]
fn what_is_added_comes_behind_what_is_set() {
    let column = |rows| Area {
        row: 0,
        column: 0,
        rows,
        columns: 1,
        stride: 1,
    };
    let mut added = block(counted(2, 1), column(2), Order::Straight);
    added.more = true;
    let set = block(counted(3, 1), column(3), Order::Straight);
    for blocks in [[added.clone(), set.clone()], [set, added]] {
        let stored = Stored::of(DType::F32, vec![3], blocks.into());
        assert_eq!(numbers(&stored, false), [0.0, 2.0, 2.0]);
    }
}

#[test]
fn what_is_not_finite_is_named_by_its_place_in_the_file() {
    let mut bytes = counted(4, 5).bytes().expect("in memory").into_owned();
    bytes[4 * 13..4 * 14].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let entry = Entry::new(Dtype::F32, vec![4, 5], bytes).expect("as many");
    let area = |row, rows| Area {
        row,
        column: 1,
        rows,
        columns: 4,
        stride: 5,
    };
    let stored = |row, rows| {
        let block = block(entry.clone(), area(row, rows), Order::Turned);
        Stored::of(DType::F32, vec![4, rows], vec![block])
    };
    let error = stored(1, 3).numbers(true).expect_err("it is infinite");
    assert_eq!(error.to_string(), "tensor `theirs` holds inf at element 13");
    assert!(stored(0, 2).numbers(true).is_ok());
}

#[test]
fn no_integers_are_weights() {
    let entry = Entry::new(Dtype::I32, vec![1], vec![0; 4]).expect("as many");
    let error = Stored::whole("theirs".into(), entry).numbers(false);
    assert_eq!(
        error.expect_err("no floats").to_string(),
        "tensor `theirs` is i32, but must be f32 or f64"
    );
}
