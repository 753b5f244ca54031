//! Every law on every form of every cell on every device, the golden numbers, and the functions of the equations.
//!
//! ```text
//! cargo test --release --workspace --features ndarray,wgpu --test laws
//! ```
//!
//! A device that does not work here is named in one line and left out, unless
//! `REKINDLE_REQUIRE_<NAME>=1` (`REKINDLE_REQUIRE_WGPU=1`) asks for it: then its absence fails.

use burn::tensor::DType;
use libtest_mimic::{Arguments, Trial};
use rekindle::engine::Executor;
use rekindle::{AnyCellConfig, CATALOG, Card, CellConfig};
use rekindle_laws::{
    NamedDevice, Place, Role, devices, functions, golden, laws_of_the_list, of_forms, trial,
};

fn main() {
    let arguments = Arguments::from_args();
    let forms = AnyCellConfig::forms(4);
    let labels: Vec<String> = forms.iter().map(label).collect();
    let mut trials = of_forms(laws_of_the_list(), AnyCellConfig::forms, &labels);
    trials.push(trial("functions".into(), functions::check_numbers));
    trials.extend(CATALOG.iter().map(is_golden));
    for probe in devices() {
        match probe {
            Ok(device) => {
                trials.extend(of_device(&device, &labels));
                trials.extend(of_golden(&device));
                trials.extend(of_functions(&device));
            }
            Err(absent) => trials.extend(missing(absent.name, &absent.reason)),
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// A cell without golden numbers is compared with nobody: its files begin with its name.
fn is_golden(card: &'static Card) -> Trial {
    trial(format!("{}::golden", card.name), || {
        let prefix = format!("{}-", card.name);
        match golden::files()
            .iter()
            .any(|(name, _)| name.starts_with(&prefix))
        {
            true => Ok(()),
            false => Err(format!("no file golden/{prefix}*.safetensors")),
        }
    })
}

/// The laws on a device, of the forms that are tried there.
fn of_device(device: &NamedDevice, labels: &[String]) -> Vec<Trial> {
    let chosen: Vec<usize> = device
        .role
        .forms()
        .into_iter()
        .map(|(form, _)| form)
        .collect();
    let forms = AnyCellConfig::forms;
    rekindle_laws::of_device(device, laws_of_the_list(), forms, labels, &chosen)
}

/// The golden numbers on a device.
fn of_golden(device: &NamedDevice) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (name, path) in golden::files() {
        for dtype in device.dtypes {
            let name = format!("{}::golden::{name}::{}", device.name, dtype.name());
            let (path, place) = (
                path.clone(),
                Place {
                    device: device.device.clone(),
                    dtype: *dtype,
                },
            );
            trials.push(trial(name, move || golden::check(&path, &place)));
        }
        if device.role == Role::Reference && golden::is_of_equations(&path) {
            let name = format!("{}::golden::{name}::bf16", device.name);
            let place = Place {
                device: device.device.clone(),
                dtype: DType::F32,
            };
            trials.push(trial(name, move || golden::check_rounded(&path, &place)));
        }
    }
    trials
}

/// The functions of the equations on a device, by every executor that runs there.
fn of_functions(device: &NamedDevice) -> Vec<Trial> {
    let plain = device.role == Role::Graphics;
    let kernels = match plain {
        true => Executor::Cube,
        false => Executor::Tiles,
    };
    let mut trials = Vec::new();
    for executor in [kernels, Executor::Primitives, Executor::Steps] {
        for &dtype in device.dtypes {
            let name = format!("{}::functions::{executor}::{}", device.name, dtype.name());
            let place = Place {
                device: device.device.clone(),
                dtype,
            };
            trials.push(trial(name, move || {
                functions::check(&place, executor, plain)
            }));
        }
    }
    trials
}

/// A device that is compiled in and does not work.
fn missing(name: &str, reason: &str) -> Option<Trial> {
    let key = format!("REKINDLE_REQUIRE_{}", name.to_uppercase());
    if std::env::var(&key).is_ok_and(|value| value == "1") {
        let fault = format!("{key}=1, but {reason}");
        return Some(trial(
            format!("{name}::present"),
            move || Err(fault.clone()),
        ));
    }
    eprintln!("the laws were not run on {name}: {reason}");
    None
}

/// A value without quotes; a text by its first line, which is a comment.
fn short(value: &toml::Value) -> String {
    match value.as_str().and_then(|text| text.lines().next()) {
        Some(line) => line.trim_start_matches("# ").to_string(),
        None => value.to_string(),
    }
}

/// `lstm`, or `lstm(d_projection=2,bias=false)` for a form that is not the paper's default.
fn label(form: &AnyCellConfig) -> String {
    let kind = form.card().name;
    let table = |config: &AnyCellConfig| toml::Table::try_from(config).expect("a config is TOML");
    let usual = AnyCellConfig::named(kind, 4).expect("a cell of the zoo");
    let usual = table(&usual);
    let options: Vec<String> = table(form)
        .into_iter()
        .filter(|(key, value)| usual.get(key) != Some(value))
        .map(|(key, value)| format!("{key}={}", short(&value)))
        .collect();
    match options.is_empty() {
        true => kind.to_string(),
        false => format!("{kind}({})", options.join(",")),
    }
}
