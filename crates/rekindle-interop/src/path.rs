//! Where a walk through a module stands.

/// The names entered so far. The variant of an enum is a way to the parameter, but no part of its
/// name: a cell chosen at run time has the paths of the cell itself.
#[derive(Debug, Default)]
pub(crate) struct Path(Vec<Option<String>>);

impl Path {
    pub(crate) fn enter(&mut self, name: &str, container: &str) {
        let variant = container.starts_with("Enum:");
        self.0.push((!variant).then(|| name.to_string()));
    }

    pub(crate) fn exit(&mut self) {
        self.0.pop();
    }

    /// The names with dots between them.
    pub(crate) fn dotted(&self) -> String {
        let names: Vec<&str> = self.0.iter().flatten().map(String::as_str).collect();
        names.join(".")
    }
}
