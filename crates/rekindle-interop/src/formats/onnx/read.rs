//! Bytes become a model.

use super::data::{self, Data, External, Tensor};
use super::functions::{Function, Inliner};
use super::model::{Attribute, Axis, Graph, Model, Node, Port, Setting};
use super::wire::{Fields, Fixed, Value, damaged};
use crate::formats::{Bytes, FormatError, archive};

/// How deep graphs may stand within one another.
const DEEPEST: usize = 32;

/// The nodes, attributes, tensors and values of a file. A few hundred bytes each of memory may be two of the file.
const MOST: usize = 1 << 20;

/// A model. Its tensors stay where they are, in memory or in the file, until their numbers are asked for.
///
/// # Errors
///
/// If the content is no model, or a truncated one, if graphs stand too deep within one another, or there is too much of all.
pub fn read<'b>(content: impl Into<Bytes<'b>>) -> Result<Model<'b>, FormatError> {
    let content = content.into().ahead();
    let budget = archive::budget(content.len());
    let mut reader = Reader { left: MOST };
    let mut model = Model::default();
    let mut graph = None;
    let mut functions = Vec::new();
    for field in Fields::of(content) {
        match field? {
            (2, value) => model.producer = value.text()?,
            (7, value) => graph = Some(reader.graph(value.bytes()?, 0)?),
            (8, value) => {
                let (domain, version) = opset(value.bytes()?)?;
                if matches!(domain.as_str(), "" | "ai.onnx") {
                    model.opset = version;
                }
            }
            (25, value) => functions.push(reader.function(value.bytes()?)?),
            (14, value) => {
                let (key, value) = pair(value.bytes()?)?;
                reader.count()?;
                model.notes.push((key, value));
            }
            _ => {}
        }
    }
    let graph = graph.ok_or_else(|| damaged("it has no graph".into()))?;
    let mut inliner = Inliner::new(&functions, reader.left, budget);
    model.graph = inliner.graph(graph, 0)?;
    Ok(model)
}

fn opset(bytes: Bytes<'_>) -> Result<(String, i64), FormatError> {
    let mut found = (String::new(), 0);
    for field in Fields::of(bytes) {
        match field? {
            (1, value) => found.0 = value.text()?,
            (2, value) => found.1 = value.number()?,
            _ => {}
        }
    }
    Ok(found)
}

fn pair(bytes: Bytes<'_>) -> Result<(String, String), FormatError> {
    let mut found = (String::new(), String::new());
    for field in Fields::of(bytes) {
        match field? {
            (1, value) => found.0 = value.text()?,
            (2, value) => found.1 = value.text()?,
            _ => {}
        }
    }
    Ok(found)
}

struct Reader {
    /// How much more there may be.
    left: usize,
}

impl Reader {
    fn count(&mut self) -> Result<(), FormatError> {
        let left = self.left.checked_sub(1);
        self.left = left.ok_or_else(|| damaged(format!("it has more than {MOST} parts")))?;
        Ok(())
    }

    fn graph<'b>(&mut self, bytes: Bytes<'b>, depth: usize) -> Result<Graph<'b>, FormatError> {
        if depth == DEEPEST {
            let why = format!("graphs stand more than {DEEPEST} deep in one another");
            return Err(damaged(why));
        }
        self.count()?;
        let mut graph = Graph::default();
        for field in Fields::of(bytes) {
            match field? {
                (1, value) => graph.nodes.push(self.node(value.bytes()?, depth)?),
                (2, value) => graph.name = value.text()?,
                (5, value) => graph.constants.push(self.tensor(value.bytes()?)?),
                (11, value) => graph.inputs.push(self.port(value.bytes()?)?),
                (12, value) => graph.outputs.push(self.port(value.bytes()?)?),
                _ => {}
            }
        }
        Ok(graph)
    }

    fn function<'b>(&mut self, bytes: Bytes<'b>) -> Result<Function<'b>, FormatError> {
        self.count()?;
        let mut function = Function::default();
        for field in Fields::of(bytes) {
            match field? {
                (1, value) => function.name = value.text()?,
                (4, value) => {
                    self.count()?;
                    function.inputs.push(value.text()?);
                }
                (5, value) => {
                    self.count()?;
                    function.outputs.push(value.text()?);
                }
                (7, value) => function.nodes.push(self.node(value.bytes()?, 0)?),
                (10, value) => function.domain = value.text()?,
                (11, value) => {
                    let attribute = self.attribute(value.bytes()?, 0)?;
                    function.usual.push(attribute);
                }
                _ => {}
            }
        }
        Ok(function)
    }

    fn node<'b>(&mut self, bytes: Bytes<'b>, depth: usize) -> Result<Node<'b>, FormatError> {
        self.count()?;
        let mut node = Node::default();
        for field in Fields::of(bytes) {
            match field? {
                (1, value) => {
                    self.count()?;
                    node.inputs.push(value.text()?);
                }
                (2, value) => {
                    self.count()?;
                    node.outputs.push(value.text()?);
                }
                (3, value) => node.name = value.text()?,
                (4, value) => node.op = value.text()?,
                (5, value) => node.attributes.push(self.attribute(value.bytes()?, depth)?),
                (7, value) => node.domain = value.text()?,
                _ => {}
            }
        }
        Ok(node)
    }

    fn attribute<'b>(
        &mut self,
        bytes: Bytes<'b>,
        depth: usize,
    ) -> Result<Attribute<'b>, FormatError> {
        self.count()?;
        let mut name = String::new();
        let mut setting = Setting::Other;
        let mut floats = Fixed::<4>::default();
        let mut integers = Vec::new();
        let mut texts = Vec::new();
        // What the attribute is: old writers left this out, and then it is what is there.
        let mut kind = None;
        let mut refers = None;
        for field in Fields::of(bytes) {
            match field? {
                (1, value) => name = value.text()?,
                (2, value) => setting = Setting::Number(value.float()?),
                (3, value) => setting = Setting::Integer(value.number()?),
                (4, value) => setting = text(value)?.map_or(Setting::Other, Setting::Text),
                (5, value) => setting = Setting::Tensor(self.tensor(value.bytes()?)?),
                (6, value) => setting = Setting::Graph(self.graph(value.bytes()?, depth + 1)?),
                (7, value) => floats.add(value)?,
                (8, value) => value.numbers(&mut integers)?,
                (9, value) => {
                    self.count()?;
                    texts.push(text(value)?.unwrap_or_default());
                }
                (20, value) => kind = Some(value.number()?),
                (21, value) => refers = Some(value.text()?),
                _ => {}
            }
        }
        let floats = floats.bytes();
        let floats = floats.read()?;
        let (numbers, _) = floats.as_chunks();
        let numbers: Vec<f32> = numbers.iter().copied().map(f32::from_le_bytes).collect();
        let setting = match kind {
            Some(6) => Setting::Numbers(numbers),
            Some(7) => Setting::Integers(integers),
            Some(8) => Setting::Texts(texts),
            // A zero is not always written.
            Some(1) if setting == Setting::Other => Setting::Number(0.0),
            Some(2) if setting == Setting::Other => Setting::Integer(0),
            Some(3) if setting == Setting::Other => Setting::Text(String::new()),
            None if !numbers.is_empty() => Setting::Numbers(numbers),
            None if !integers.is_empty() => Setting::Integers(integers),
            None if !texts.is_empty() => Setting::Texts(texts),
            _ => setting,
        };
        let setting = refers.map_or(setting, Setting::Refers);
        Ok(Attribute { name, setting })
    }

    fn tensor<'b>(&mut self, bytes: Bytes<'b>) -> Result<Tensor<'b>, FormatError> {
        self.count()?;
        let mut tensor = Tensor::default();
        let (mut floats, mut doubles) = (Fixed::<4>::default(), Fixed::<8>::default());
        let (mut narrow, mut wide) = (Vec::new(), Vec::new());
        let mut place = External::default();
        let mut outside = false;
        for field in Fields::of(bytes) {
            match field? {
                (1, value) => value.numbers(&mut tensor.axes)?,
                (2, value) => tensor.code = value.number()?,
                (4, value) => floats.add(value)?,
                (5, value) => value.numbers(&mut narrow)?,
                (7, value) => value.numbers(&mut wide)?,
                (8, value) => tensor.name = value.text()?,
                (9, value) => tensor.data = Data::Raw(value.bytes()?),
                (10, value) => doubles.add(value)?,
                (13, value) => described(&mut place, pair(value.bytes()?)?)?,
                (14, value) => outside = value.number()? == 1,
                _ => {}
            }
        }
        if outside {
            tensor.data = Data::External(inside(place)?);
        } else if tensor.data == Data::Empty {
            let held = [
                (floats.is_empty(), Data::Floats(floats.bytes())),
                (doubles.is_empty(), Data::Doubles(doubles.bytes())),
                (narrow.is_empty(), Data::Narrow(narrow)),
                (wide.is_empty(), Data::Wide(wide)),
            ];
            let mut held = held.into_iter().filter(|(empty, _)| !empty);
            if let Some((_, data)) = held.next() {
                tensor.data = data;
            }
        }
        Ok(tensor)
    }

    fn port(&mut self, bytes: Bytes<'_>) -> Result<Port, FormatError> {
        self.count()?;
        let mut port = Port::default();
        for field in Fields::of(bytes) {
            match field? {
                (1, value) => port.name = value.text()?,
                (2, value) => {
                    // The type is a message of kinds, the first of which is a tensor's.
                    for field in Fields::of(value.bytes()?) {
                        if let (1, value) = field? {
                            self.tensor_type(value.bytes()?, &mut port)?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(port)
    }

    fn tensor_type(&mut self, bytes: Bytes<'_>, port: &mut Port) -> Result<(), FormatError> {
        for field in Fields::of(bytes) {
            match field? {
                (1, value) => port.dtype = data::dtype(value.number()?),
                (2, value) => {
                    let mut axes = Vec::new();
                    for field in Fields::of(value.bytes()?) {
                        if let (1, value) = field? {
                            self.count()?;
                            axes.push(axis(value.bytes()?)?);
                        }
                    }
                    port.axes = Some(axes);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn axis(bytes: Bytes<'_>) -> Result<Axis, FormatError> {
    let mut axis = Axis::Named(String::new());
    for field in Fields::of(bytes) {
        match field? {
            (1, value) => axis = Axis::Of(value.number()?),
            (2, value) => axis = Axis::Named(value.text()?),
            _ => {}
        }
    }
    Ok(axis)
}

/// A text; none where the bytes are something else.
fn text(value: Value<'_>) -> Result<Option<String>, FormatError> {
    let bytes = value.bytes()?;
    Ok(String::from_utf8(bytes.read()?.into_owned()).ok())
}

/// One of the words that say where a tensor lies.
fn described(place: &mut External, (key, value): (String, String)) -> Result<(), FormatError> {
    let number = || {
        let number = value.parse::<usize>();
        number.map_err(|_| {
            damaged(format!(
                "the {key} of a tensor in another file is `{value}`"
            ))
        })
    };
    match key.as_str() {
        "offset" => place.offset = number()?,
        "length" => place.length = Some(number()?),
        "location" => place.file = value,
        _ => {}
    }
    Ok(())
}

/// The place, if it lies in the model's own folder.
fn inside(place: External) -> Result<External, FormatError> {
    let file = &place.file;
    let plain = |part: &str| !matches!(part, "" | "." | "..");
    match file.split('/').all(plain) && !file.contains(['\\', ':', '\0']) {
        true => Ok(place),
        false => Err(damaged(format!(
            "a tensor lies in `{file}`, no file of the model's own folder"
        ))),
    }
}
