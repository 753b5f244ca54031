//! A model becomes bytes.

use super::data::{self, Data, Tensor};
use super::model::{Attribute, Axis, Graph, Model, Node, Port, Setting};
use super::wire::Message;
use crate::formats::FormatError;

/// The first version of the format whose models may use each version of the operators.
const FORMATS: [(i64, i64); 8] = [
    (14, 7),
    (15, 8),
    (19, 9),
    (21, 10),
    (23, 11),
    (24, 12),
    (25, 13),
    (28, 14),
];

/// A model's file. The same model gives the same bytes.
///
/// # Errors
///
/// If a tensor is still in the file that the model was read from, and this cannot be read any more.
pub fn write(model: &Model<'_>) -> Result<Vec<u8>, FormatError> {
    let mut message = Message::default();
    let format = FORMATS
        .iter()
        .rev()
        .find(|(opset, _)| *opset <= model.opset);
    message.number(1, format.map_or(7, |(_, format)| *format));
    message.text(2, &model.producer);
    message.message(7, graph(&model.graph)?);
    let mut opset = Message::default();
    opset.text(1, "");
    opset.number(2, model.opset);
    message.message(8, opset);
    for (key, value) in &model.notes {
        message.message(14, pair(key, value));
    }
    Ok(message.0)
}

fn pair(key: &str, value: &str) -> Message {
    let mut message = Message::default();
    message.text(1, key);
    message.text(2, value);
    message
}

fn graph(graph: &Graph<'_>) -> Result<Message, FormatError> {
    let mut message = Message::default();
    for each in &graph.nodes {
        message.message(1, node(each)?);
    }
    message.text(2, &graph.name);
    for each in &graph.constants {
        message.message(5, tensor(each)?);
    }
    for each in &graph.inputs {
        message.message(11, port(each));
    }
    for each in &graph.outputs {
        message.message(12, port(each));
    }
    Ok(message)
}

fn node(node: &Node<'_>) -> Result<Message, FormatError> {
    let mut message = Message::default();
    // Inputs that are left out are empty, and written all the same.
    for name in &node.inputs {
        message.bytes(1, name.as_bytes());
    }
    for name in &node.outputs {
        message.bytes(2, name.as_bytes());
    }
    message.text(3, &node.name);
    message.text(4, &node.op);
    for each in &node.attributes {
        message.message(5, attribute(each)?);
    }
    message.text(7, &node.domain);
    Ok(message)
}

fn attribute(attribute: &Attribute<'_>) -> Result<Message, FormatError> {
    let mut message = Message::default();
    message.text(1, &attribute.name);
    let kind = match &attribute.setting {
        Setting::Number(number) => {
            message.float(2, *number);
            1
        }
        Setting::Integer(number) => {
            message.number(3, *number);
            2
        }
        Setting::Text(text) => {
            message.bytes(4, text.as_bytes());
            3
        }
        Setting::Tensor(inner) => {
            message.message(5, tensor(inner)?);
            4
        }
        Setting::Graph(inner) => {
            message.message(6, graph(inner)?);
            5
        }
        Setting::Numbers(numbers) => {
            for number in numbers {
                message.float(7, *number);
            }
            6
        }
        Setting::Integers(numbers) => {
            for number in numbers {
                message.number(8, *number);
            }
            7
        }
        Setting::Texts(texts) => {
            for text in texts {
                message.bytes(9, text.as_bytes());
            }
            8
        }
        Setting::Refers(name) => {
            message.text(21, name);
            0
        }
        Setting::Other => 0,
    };
    message.number(20, kind);
    Ok(message)
}

fn tensor(tensor: &Tensor<'_>) -> Result<Message, FormatError> {
    let mut message = Message::default();
    for axis in &tensor.axes {
        message.number(1, *axis);
    }
    message.number(2, tensor.code);
    match &tensor.data {
        Data::Empty => {}
        Data::Raw(bytes) => message.bytes(9, &bytes.read()?),
        Data::Floats(bytes) => message.bytes(4, &bytes.read()?),
        Data::Doubles(bytes) => message.bytes(10, &bytes.read()?),
        Data::Narrow(numbers) => numbers.iter().for_each(|number| message.number(5, *number)),
        Data::Wide(numbers) => numbers.iter().for_each(|number| message.number(7, *number)),
        Data::External(place) => {
            message.message(13, pair("location", &place.file));
            message.message(13, pair("offset", &place.offset.to_string()));
            if let Some(length) = place.length {
                message.message(13, pair("length", &length.to_string()));
            }
            message.number(14, 1);
        }
    }
    message.text(8, &tensor.name);
    Ok(message)
}

fn port(port: &Port) -> Message {
    let mut inner = Message::default();
    inner.number(1, port.dtype.map_or(0, data::code));
    if let Some(axes) = &port.axes {
        let mut shape = Message::default();
        for axis in axes {
            let mut size = Message::default();
            match axis {
                Axis::Of(n) => size.number(1, *n),
                Axis::Named(name) => size.text(2, name),
            }
            shape.message(1, size);
        }
        inner.message(2, shape);
    }
    let mut kind = Message::default();
    kind.message(1, inner);
    let mut message = Message::default();
    message.text(1, &port.name);
    message.message(2, kind);
    message
}
