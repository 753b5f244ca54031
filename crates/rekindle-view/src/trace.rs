//! The values of a layer's nodes over time.

mod image;
pub(crate) mod pack;

/// What the nodes of one layer, in one direction, did over one sequence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// What was traced, such as the run's name.
    pub title: String,
    /// The cell's name in full: `Long short-term memory`.
    pub cell: String,
    /// The layer, counted from 0.
    pub layer: usize,
    /// `forward` or `reverse`.
    pub direction: String,
    /// What stands at each step along the axis of time: a token, a time stamp; the number of the
    /// step where this is empty. Otherwise there is one for every step.
    pub labels: Vec<String>,
    /// The nodes, in the order in which they are shown.
    pub planes: Vec<Plane>,
}

/// One node of the equations over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plane {
    /// Its name in the equations: `f`, `c'`, `s1`.
    pub name: String,
    /// What kind of value it is.
    pub role: Role,
    /// What it does, in the words of the cell's card; or its equation. May be empty.
    pub sentence: String,
    /// The number of units.
    pub units: usize,
    /// Its values, time-major: that of unit `u` at step `t` is `values[t * units + u]`.
    pub values: Vec<f32>,
}

/// What kind of value a node is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// A gate: a value between 0 and 1 that others are multiplied by.
    Gate,
    /// What could be written to a state.
    Candidate,
    /// A new state.
    State,
    /// A recurrent product, or what goes into one.
    Product,
    /// Any other named value.
    #[default]
    Value,
}

impl Role {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Role::Gate => "gate",
            Role::Candidate => "candidate",
            Role::State => "state",
            Role::Product => "product",
            Role::Value => "value",
        }
    }
}

impl Trace {
    /// The number of steps.
    ///
    /// # Panics
    ///
    /// If the planes do not have the same number of steps, or there is another number of labels.
    pub fn steps(&self) -> usize {
        let steps = self.planes.first().map_or(self.labels.len(), Plane::steps);
        for plane in &self.planes {
            assert_eq!(
                (plane.steps(), plane.units * plane.steps()),
                (steps, plane.values.len()),
                "plane `{}` of {} units has {} values, where {steps} steps are traced",
                plane.name,
                plane.units,
                plane.values.len()
            );
        }
        assert!(
            self.labels.is_empty() || self.labels.len() == steps,
            "{} labels stand at {steps} steps",
            self.labels.len()
        );
        steps
    }
}

impl Trace {
    /// The layer and the direction, as people count.
    pub(crate) fn place(&self) -> String {
        match self.direction.as_str() {
            "" => format!("layer {}", self.layer),
            direction => format!("layer {}, {direction}", self.layer),
        }
    }
}

impl Plane {
    /// The number of steps.
    pub fn steps(&self) -> usize {
        self.values.len() / self.units.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_values_by_units() {
        let plane = Plane {
            name: "f".into(),
            units: 3,
            values: vec![0.0; 12],
            ..Plane::default()
        };
        let mut trace = Trace {
            planes: vec![plane],
            ..Trace::default()
        };
        assert_eq!(trace.steps(), 4);
        trace.labels = ["a", "b", "c", "d"].map(String::from).to_vec();
        assert_eq!(trace.steps(), 4);
    }

    #[test]
    #[should_panic(expected = "plane `f` of 5 units has 12 values, where 2 steps")]
    fn a_plane_that_is_no_rectangle_panics() {
        let plane = Plane {
            name: "f".into(),
            units: 5,
            values: vec![0.0; 12],
            ..Plane::default()
        };
        let trace = Trace {
            planes: vec![plane],
            ..Trace::default()
        };
        trace.steps();
    }
}
