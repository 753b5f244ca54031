//! What cannot be is refused with a message that names it: both shapes, or the key and its value.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor};
use rekindle::engine::Direction;
use rekindle::{
    AnyCell, AnyCellConfig, Cell, CellConfig, LengthError, LstmConfig, Recurrent, RecurrentConfig,
    Sequence, Streamer,
};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn config() -> RecurrentConfig {
    RecurrentConfig::new(AnyCellConfig::Lstm(LstmConfig::new(4)))
}

fn layer(config: RecurrentConfig) -> Recurrent<AnyCell> {
    config.init(3, &Device::flex())
}

fn ones<const D: usize>(shape: [usize; D]) -> Tensor<D> {
    Tensor::ones(shape, &Device::flex())
}

/// The message of a panic.
fn panic_of<T>(f: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).err().expect("a panic");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic.downcast::<&str>().expect("a text").to_string(),
    }
}

fn names(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{part:?} is missing in: {message}");
    }
}

#[test]
fn an_input_of_another_width_names_both_shapes() {
    let message = panic_of(|| layer(config()).forward(ones([2, 5, 7]), None));
    names(&message, &["[2, 5, 7]", "[1 or more, 1 or more, 3]"]);
    let message = panic_of(|| layer(config()).forward_unbatched(ones([5, 7]), None));
    names(&message, &["[1, 5, 7]", "[1 or more, 1 or more, 3]"]);
    let message = panic_of(|| layer(config()).step(ones([2, 7]), None));
    names(&message, &["[2, 1, 7]", "[1 or more, 1 or more, 3]"]);
}

/// A cell is public, and what calls it need not be a layer.
#[test]
fn a_cell_refuses_what_its_layer_would_have_refused() {
    let device = Device::flex();
    let lstm = LstmConfig::new(8).init(24, &device);
    let forward = Direction::Forward;
    let scan = |x: Sequence, batch| lstm.scan(&x, lstm.initial(batch, &device), forward);
    let message = panic_of(|| scan(ones([1, 5, 4096]).into(), 1));
    names(&message, &["W is [24, 32]", "4096 features", "[4096, 32]"]);
    let message = panic_of(|| scan(ones([2, 5, 24]).into(), 7));
    names(&message, &["state h is [7, 8]", "[2, 8]"]);
    let mut masked = lstm.clone();
    masked.gates.mask(ones([3, 8]));
    let batch = Sequence::new(ones([2, 5, 24]));
    let message = panic_of(|| masked.scan(&batch, lstm.initial(2, &device), forward));
    names(&message, &["the mask is [3, 8]", "[2, 8]"]);
}

/// Cuts every matrix of a module to one row, and every vector to one number.
struct Cut;

impl ModuleMapper for Cut {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|tensor| tensor.narrow(0, 0, 1))
    }
}

#[test]
fn weights_that_a_mapper_cut_are_refused() {
    let cells = ["lstm", "gru", "elman", "indrnn", "sru", "layer_norm_lstm"];
    for kind in cells {
        let cell = AnyCellConfig::named(kind, 32).expect("a cell of the zoo");
        let cut = RecurrentConfig::new(cell)
            .init(3, &Device::flex())
            .map(&mut Cut);
        let message = panic_of(|| cut.forward(ones([1, 5, 3]), None));
        assert!(message.matches('[').count() >= 2, "{kind}: {message}");
        let message = panic_of(|| cut.forward(ones([1, 5, 1]), None));
        assert!(!message.contains("index out of"), "{kind}: {message}");
    }
}

#[test]
fn a_state_of_another_shape_names_both_shapes() {
    let layer = layer(config());
    let (_, states) = layer.forward(ones([2, 5, 3]), None);
    let message = panic_of(|| layer.forward(ones([6, 5, 3]), Some(states.clone())));
    names(&message, &["0.forward.h", "[2, 4]", "[6, 4]"]);
    let message = panic_of(|| layer.step(ones([6, 3]), Some(states)));
    names(&message, &["0.forward.h", "[2, 4]", "[6, 4]"]);
}

#[test]
fn states_of_another_number_name_both_numbers() {
    let (_, states) = layer(config()).forward(ones([2, 5, 3]), None);
    let tall = layer(RecurrentConfig {
        layers: 2,
        ..config()
    });
    let message = panic_of(|| tall.forward(ones([2, 5, 3]), Some(states)));
    names(&message, &["2 states", "has 4"]);
}

#[test]
fn lengths_that_do_not_fit_are_refused() {
    let refused = |lengths: &[usize]| {
        let error = Sequence::padded(ones([2, 5, 3]), lengths.to_vec()).expect_err("refused");
        error.to_string()
    };
    names(&refused(&[5, 0]), &["row 1 is 0", "from 1 to 5"]);
    names(&refused(&[6, 1]), &["row 0 is 6", "from 1 to 5"]);
    names(&refused(&[1, 2, 3]), &["3 lengths", "2 rows"]);
    let error = Sequence::padded(ones([1, 8, 3]), vec![9]).expect_err("refused");
    let (row, length, time) = (0, 9, 8);
    assert_eq!(error, LengthError::Range { row, length, time });
}

#[test]
fn other_data_of_a_batch_has_its_rows_and_steps() {
    let batch = Sequence::padded(ones([2, 5, 3]), vec![5, 2]).expect("lengths");
    let other = batch.with(ones([2, 5, 7]));
    assert_eq!(other.lengths(), Some(&[5, 2][..]));
    names(
        &panic_of(|| batch.with(ones([2, 4, 3]))),
        &["[2, 4, 3]", "[2, 5]"],
    );
}

#[test]
fn a_number_out_of_range_names_its_key() {
    let refused = |change: fn(&mut RecurrentConfig)| {
        let mut config = config();
        change(&mut config);
        let error = config.validate().expect_err("refused").to_string();
        assert_eq!(panic_of(|| layer(config)), error, "init says the same");
        error
    };
    let lstm = |change: fn(&mut LstmConfig)| {
        let mut cell = LstmConfig::new(4);
        change(&mut cell);
        let config = RecurrentConfig::new(cell);
        config.validate().expect_err("refused").to_string()
    };
    names(&lstm(|c| c.d_hidden = 0), &["cell.d_hidden = 0", "from 1"]);
    let message = lstm(|c| c.d_projection = Some(4));
    names(
        &message,
        &["cell.d_projection = 4", "smaller than d_hidden"],
    );
    let message = lstm(|c| c.d_projection = Some(0));
    names(&message, &["cell.d_projection = 0", "from 1"]);
    let message = lstm(|c| c.forget_bias = Some(f64::NAN));
    names(&message, &["cell.forget_bias = NaN", "finite"]);
    names(&refused(|c| c.layers = 0), &["layers = 0", "from 1"]);
    names(&refused(|c| c.layers = 4096), &["layers = 4096", "1024"]);
    names(
        &refused(|c| c.dropout = 1.0),
        &["dropout = 1", "less than 1"],
    );
    names(&refused(|c| c.dropout = f64::NAN), &["dropout = NaN"]);
    names(
        &refused(|c| c.input_dropout = -0.5),
        &["input_dropout = -0.5"],
    );
    names(
        &refused(|c| c.recurrent_dropout = 1.5),
        &["recurrent_dropout = 1.5"],
    );
    names(&refused(|c| c.zoneout = 1.0), &["zoneout = 1"]);
    names(
        &refused(|c| c.weight_dropout = 1.0),
        &["weight_dropout = 1"],
    );
    names(
        &refused(|c| c.recurrent_rank = Some(0)),
        &["recurrent_rank = 0"],
    );
    let both = |c: &mut RecurrentConfig| {
        c.recurrent_rank = Some(2);
        c.independent = true;
    };
    names(&refused(both), &["recurrent_rank = 2", "independent"]);
    let no_product = |c: &mut RecurrentConfig| {
        c.cell = AnyCellConfig::named("mingru", 4).expect("a cell");
        c.weight_dropout = 0.5;
    };
    names(
        &refused(no_product),
        &["weight_dropout = 0.5", "no recurrent weights"],
    );
    let own_form = |c: &mut RecurrentConfig| {
        c.cell = AnyCellConfig::named("exp_rnn", 4).expect("a cell");
        c.independent = true;
    };
    names(
        &refused(own_form),
        &["independent = true", "a form of their own"],
    );
    let projected = |c: &mut RecurrentConfig| {
        let cell = LstmConfig {
            d_projection: Some(2),
            ..LstmConfig::new(4)
        };
        c.cell = AnyCellConfig::Lstm(cell);
        c.independent = true;
    };
    names(
        &refused(projected),
        &["independent = true", "a projected value"],
    );
    let no_sum = |c: &mut RecurrentConfig| {
        c.cell = AnyCellConfig::named("mingru", 4).expect("a cell");
        c.multiplicative = true;
    };
    names(&refused(no_sum), &["multiplicative = true", "adds up"]);
    names(&refused(|c| c.projection = Some(0)), &["projection = 0"]);
    let message = panic_of(|| config().init(0, &Device::flex()));
    names(&message, &["d_input = 0", "from 1"]);
}

#[test]
fn a_bidirectional_layer_cannot_step() {
    let pair = layer(RecurrentConfig {
        bidirectional: true,
        ..config()
    });
    let message = panic_of(|| pair.step(ones([2, 3]), None));
    names(&message, &["bidirectional", "cannot step"]);
    let message = panic_of(|| Streamer::new(pair));
    names(&message, &["bidirectional", "cannot stream"]);
}
