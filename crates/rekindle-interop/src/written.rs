//! A configuration as a line of TOML.

use serde::Serialize;
use serde_json::Value;

/// The value of a key, in one line.
pub(crate) fn inline(config: &impl Serialize) -> String {
    let value = serde_json::to_value(config).expect("a configuration is plain data");
    toml(&value)
}

fn toml(value: &Value) -> String {
    let joined = |all: Vec<String>| all.join(", ");
    match value {
        Value::Object(keys) => {
            let keys = keys
                .iter()
                .map(|(key, value)| format!("{key} = {}", toml(value)));
            format!("{{ {} }}", joined(keys.collect()))
        }
        Value::Array(all) => format!("[{}]", joined(all.iter().map(toml).collect())),
        // Numbers, truths and texts, with the same escapes.
        plain => plain.to_string(),
    }
}
