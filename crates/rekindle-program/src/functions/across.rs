//! Functions of a whole row.

/// A function of a row: of all units together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Across {
    /// The mean over the units, given to every unit.
    Mean,
    /// The sum over the units, given to every unit.
    Sum,
    /// To every unit the sum over the units up to it.
    Cumsum,
    /// To every unit the sum over the units from it on.
    RevCumsum,
    /// The largest of the units, given to every unit; NaN where one is. Its gradient goes to the units that are as large,
    /// in equal parts.
    Amax,
}

impl Across {
    /// All of them; the only list.
    pub const ALL: [Across; 5] = [
        Across::Mean,
        Across::Sum,
        Across::Cumsum,
        Across::RevCumsum,
        Across::Amax,
    ];

    /// The name in equations.
    pub fn name(self) -> &'static str {
        match self {
            Across::Mean => "mean",
            Across::Sum => "sum",
            Across::Cumsum => "cumsum",
            Across::RevCumsum => "revcumsum",
            Across::Amax => "amax",
        }
    }

    /// The function of that name, if there is one.
    pub(crate) fn from_name(name: &str) -> Option<Across> {
        Across::ALL.into_iter().find(|op| op.name() == name)
    }

    /// What the gradient goes back through; `None` where that depends on the row, as the function is not linear.
    pub(crate) fn adjoint(self) -> Option<Across> {
        match self {
            Across::Mean | Across::Sum => Some(self),
            Across::Cumsum => Some(Across::RevCumsum),
            Across::RevCumsum => Some(Across::Cumsum),
            Across::Amax => None,
        }
    }
}
