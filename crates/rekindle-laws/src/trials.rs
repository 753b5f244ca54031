//! The laws as tests of the harness libtest-mimic.

use crate::{Case, Check, Law, NamedDevice, Role, Verdict, devices, laws};
use libtest_mimic::Trial;
use rekindle::CellConfig;

/// The laws of a cell, each form of it on each device that is compiled in and works, as tests: `<device>::<name>::<law>`,
/// with the number of the form behind the name where it is not the first.
///
/// What a cell's tests are in the crate that declares it, as `tests/laws.rs`, with `harness = false`:
///
/// ```no_run
/// # use rekindle::engine::{Next, Step, tanh};
/// # rekindle::cell! { pub struct Mine: 1 }
/// # rekindle::cell_config! {
/// #     pub struct MineConfig: Mine {}
/// #     equations: |_, k| mine(k);
/// # }
/// # fn mine(k: &Step) -> Next { let h = k.state("h"); k.next(tanh(k.affine("h", h))) }
/// let arguments = libtest_mimic::Arguments::from_args();
/// libtest_mimic::run(&arguments, rekindle_laws::trials::<MineConfig>("mine")).exit();
/// ```
pub fn trials<K: CellConfig + Send + Sync + 'static>(name: &str) -> Vec<Trial> {
    let labels: Vec<String> = (0..K::forms(4).len())
        .map(|form| match form {
            0 => name.to_string(),
            _ => format!("{name}({form})"),
        })
        .collect();
    let mut trials = of_forms(laws(), K::forms, &labels);
    for device in devices().into_iter().flatten() {
        let forms: Vec<usize> = (0..labels.len()).collect();
        trials.extend(of_device(&device, laws(), K::forms, &labels, &forms));
    }
    trials
}

/// The laws that need no device, of every form: `<label>::<law>`.
pub fn of_forms<K: CellConfig + Send + 'static>(
    laws: Vec<Law<K>>,
    forms: fn(usize) -> Vec<K>,
    labels: &[String],
) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (form, label) in forms(4).into_iter().zip(labels) {
        for law in &laws {
            if let Check::Form(check) = law.check {
                let form = form.clone();
                trials.push(trial(format!("{label}::{}", law.name), move || {
                    check(&form)
                }));
            }
        }
    }
    trials
}

/// The laws on a device that reach it, of some of the forms: `<device>::<label>::<law>`.
pub fn of_device<K: CellConfig + 'static>(
    device: &NamedDevice,
    laws: Vec<Law<K>>,
    forms: fn(usize) -> Vec<K>,
    labels: &[String],
    chosen: &[usize],
) -> Vec<Trial> {
    let mut trials = Vec::new();
    for &form in chosen {
        for law in &laws {
            let Check::Case(reach, check) = law.check else {
                continue;
            };
            if device.role.is_reached(reach) {
                let name = format!("{}::{}::{}", device.name, labels[form], law.name);
                let case = Case {
                    forms,
                    form,
                    device: device.device.clone(),
                    dtypes: device.dtypes,
                    slow: device.role == Role::Graphics,
                };
                trials.push(trial(name, move || check(&case)));
            }
        }
    }
    trials
}

/// A test by its name.
pub fn trial(name: String, check: impl Fn() -> Verdict + Send + 'static) -> Trial {
    Trial::test(name, move || Ok(check()?))
}
