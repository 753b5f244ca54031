use super::*;
use crate::files::tests::mend;

fn one(name: &str) -> Result<Chosen> {
    resolve(&Preference::One(name.into()), false)
}

fn many(names: &[&str], strict: bool) -> Result<Chosen> {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    resolve(&Preference::Many(names), strict)
}

/// A backend that this build lacks; some build has them all.
fn lacking() -> Option<Backend> {
    Backend::ALL.into_iter().find(|b| !b.is_compiled())
}

#[test]
#[cfg(feature = "flex")]
fn cpu_is_the_default_and_stands_for_flex() {
    let chosen = resolve(&Preference::default(), false).unwrap();
    assert_eq!(chosen.name, "flex");
    assert_eq!(chosen.line, "device: flex");
    assert_eq!(chosen.device, Device::flex());
    assert!(chosen.has_f64 && !chosen.device.is_autodiff());
    assert_eq!(one("flex:0").unwrap().name, "flex:0");
}

#[test]
#[cfg(feature = "flex")]
fn the_line_says_why_earlier_names_were_passed_over() {
    let Some(lacking) = lacking() else { return };
    let name = lacking.name();
    let chosen = many(&[name, "flex:7", "flex"], false).unwrap();
    assert_eq!(
        chosen.line,
        format!("device: flex ({name}: not compiled in; flex:7: there is only flex:0)")
    );
    mend(
        many(&[name, "flex"], true),
        &["built without", "without `strict`"],
    );
}

#[test]
fn an_unknown_name_lists_the_known_ones() {
    mend(
        one("flx"),
        &[
            "unknown device `flx`",
            "did you mean `flex`",
            "cpu, gpu, flex",
            "wgpu",
        ],
    );
    mend(many(&["flex", "cudda:1"], false), &["`cudda:1`", "`cuda`"]);
    mend(one(""), &["unknown device ``", "known: cpu"]);
    mend(many(&[], false), &["device = []", "name a device"]);
}

#[test]
fn the_number_is_a_number_in_range() {
    mend(
        one("cuda:x"),
        &["device `cuda:x`", "`x` is not the number", "cuda:0"],
    );
    mend(one("cuda:-1"), &["`-1` is not the number"]);
    if cfg!(feature = "flex") {
        mend(
            one("flex:1"),
            &["device flex:1: there is only flex:0", "choose flex:0"],
        );
    }
    let several = Absence::Index(3).explain(Backend::Cuda, "cuda:5", Some(5));
    assert_eq!(
        several,
        "device cuda:5: there are only 3\nchoose cuda:0 to cuda:2; `rekindle devices` shows what is there"
    );
}

#[test]
fn what_is_not_compiled_in_comes_with_the_command_that_builds_it() {
    let Some(lacking) = lacking() else { return };
    let message = one(lacking.name()).unwrap_err().to_string();
    let feature = lacking.feature();
    let name = lacking.name();
    assert_eq!(
        message,
        format!(
            "device {name}: this program was built without {name}\nbuild it in: cargo build --release --features {feature}"
        )
    );
    if Kind::Gpu.backends().iter().all(|b| !b.is_compiled()) {
        mend(
            one("gpu"),
            &["device gpu: there is none (cuda: not", "--features wgpu"],
        );
    }
}

#[test]
fn missing_hardware_comes_with_what_to_do() {
    let graphics = Absence::NoHardware.explain(Backend::Wgpu, "wgpu", None);
    let driver = Absence::NoHardware.explain(Backend::Cuda, "cuda", None);
    let failed = Absence::Failed("no compiler".into()).explain(Backend::Cuda, "cuda", None);
    assert!(graphics.starts_with("device wgpu: wgpu is compiled in, but no adapter found\n"));
    assert!(graphics.ends_with("for software Vulkan install mesa-vulkan-drivers"));
    assert!(driver.starts_with("device cuda: cuda is compiled in, but no device found\n`rekindle"));
    assert!(failed.contains("but it fails: no compiler\n"));
}

#[test]
fn several_that_fail_are_named_with_their_reasons() {
    let Some(lacking) = lacking() else { return };
    let name = lacking.name();
    mend(
        many(&[name, name], false),
        &[
            "no device of the list",
            &format!("({name}: not compiled in; {name}: not"),
        ],
    );
}

#[test]
fn a_config_writes_one_name_or_a_list() {
    #[derive(Deserialize, Debug)]
    struct Keys {
        device: Preference,
    }
    let parse = |text: &str| crate::config::parse::<Keys>(toml::from_str(text).unwrap(), "x.toml");
    assert_eq!(parse("device = 'flex'").unwrap().device.names(), ["flex"]);
    let list = parse("device = ['cuda', 'flex']").unwrap().device;
    assert_eq!(list.names(), ["cuda", "flex"]);
    mend(
        parse("device = 3"),
        &["x.toml", "device", "the name of a device"],
    );
}

#[test]
fn the_report_has_a_line_for_every_backend() {
    let report = report();
    assert_eq!(report.len(), Backend::ALL.len());
    for line in &report {
        assert!(!line.detail.is_empty());
        assert!(line.compiled || !line.present);
        assert!(line.present || line.chosen.is_none());
    }
    if cfg!(feature = "flex") {
        assert_eq!((report[0].name, report[0].chosen), ("flex", Some("cpu")));
    }
}
