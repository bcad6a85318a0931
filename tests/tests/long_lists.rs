//! Lists of thousands of values: the same findings as in short ones, in time.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use sigwise_lint::check::Group;
use sigwise_lint::config::{Config, Flags};
use sigwise_tests::setup::Setup;

fn findings(checks: &[&str], values: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut text = "title: A\ndetection:\n  a:\n    A|contains:\n".to_owned();
    for value in values {
        let _ = writeln!(text, "    - {value}");
    }
    text.push_str("  condition: a\n");
    let flags = Flags { select: checks.iter().map(|check| (*check).to_owned()).collect(), ..Flags::default() };
    let config = Config::from_toml("ignore = [\"all\"]", &flags).unwrap();
    let setup = Setup::new(config.settings_for("a.yml").into_owned());
    let start = Instant::now();
    let (_, found) = setup.lint(text.as_str());
    assert!(start.elapsed() < Duration::from_secs(30), "took {:?}", start.elapsed());
    found.into_iter().map(|diagnostic| diagnostic.message).collect()
}

#[test]
fn the_same_in_long_lists() {
    for count in [10, 200, 6_000] {
        let values =
            (0..count).map(|number| format!("v{number:05}x")).chain(["Yv00003X".to_owned(), "V00004x".to_owned()]);
        let found = findings(&["duplicate-value", "subsumed-value"], values);
        assert_eq!(
            found,
            ["`Yv00003X` is matched by `v00003x` anyway", "`V00004x` is in this list already"],
            "{count} values"
        );
    }
}

#[test]
fn few_different_values_many_times() {
    let found = findings(&["duplicate-value", "subsumed-value"], (0..40_000).map(|number| format!("v{}", number % 3)));
    assert_eq!(found.len(), 39_997);
}

#[test]
fn rules_with_thousands_of_names() {
    let condition_checks = sigwise_lint::checks::ALL.iter().filter(|check| check.group == Group::Condition);
    let flags = Flags { select: condition_checks.map(|check| check.id.to_owned()).collect(), ..Flags::default() };
    let config = Config::from_toml("ignore = [\"all\"]", &flags).unwrap();
    let setup = Setup::new(config.settings_for("a.yml").into_owned());
    for condition in ["z", "s", "1 of z_", "1 of s_*_", "all of them # "] {
        let mut text = "title: A\ndetection:\n".to_owned();
        (0..8_000).for_each(|number| text.push_str(&format!("  s_{number}_: {{A: x}}\n")));
        text.push_str("  condition:\n");
        (0..8_000).for_each(|number| text.push_str(&format!("    - {condition}{number}_*\n")));
        let start = Instant::now();
        let _ = setup.lint(text.as_str());
        assert!(start.elapsed() < Duration::from_secs(30), "{condition} took {:?}", start.elapsed());
    }
}

#[test]
fn values_that_all_occur_in_each_other() {
    let found = findings(&["subsumed-value"], (1..3_000).map(|length| "a".repeat(length)));
    assert!(found.len() <= 2_998);
}
