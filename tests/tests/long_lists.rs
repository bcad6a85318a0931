//! Lists of thousands of values: the same findings as in short ones, in time.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

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
fn values_that_all_occur_in_each_other() {
    let found = findings(&["subsumed-value"], (1..3_000).map(|length| "a".repeat(length)));
    assert!(found.len() <= 2_998);
}
