//! Regular expressions against what Python says of them (`data/regexes.py`).

use sigwise_sigma::regex::{Construct, FaultKind, read};

#[test]
fn as_python_reads_them() {
    let table = include_str!("data/regexes.tsv");
    let mut wrong = Vec::new();
    for line in table.lines() {
        let (pattern, verdict) = line.split_once('\t').expect("a tab");
        let found = read(pattern, &mut |_, range| assert!(pattern.get(range).is_some(), "{pattern}"));
        if let Err(fault) = &found {
            assert!(pattern.get(fault.range.clone()).is_some_and(|text| !text.is_empty()), "{pattern}: {fault:?}");
        }
        if found.is_ok() != (verdict == "ok") {
            wrong.push(format!("{pattern}: {found:?}, Python: {verdict}"));
        }
    }
    assert!(table.lines().count() >= 700);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn places_of_faults() {
    use FaultKind::*;
    for (pattern, kind, text) in [
        ("ab*a**b", MultipleRepeat, "*"),
        ("*a", NothingToRepeat, "*"),
        ("a|{2}", NothingToRepeat, "{2}"),
        ("ab(c(d)", Unclosed, "("),
        ("ab)c", Unopened, ")"),
        ("a[bc", UnterminatedSet, "[bc"),
        (r"a\qb", BadEscape, r"\q"),
        (r"a\x4g", BadEscape, r"\x4"),
        ("[z-a]", BadRange, "z-a"),
        (r"[\w-a]", BadRange, r"\w-a"),
        (r"a\", EndsWithBackslash, r"\"),
        ("a(?<n>b)", UnknownGroup, "(?<n"),
        ("ab(?i)c", FlagsNotAtStart, "(?i)"),
        ("(?<=a*)b", LookBehindWidth, "(?<=a*)"),
        (r"(a)\2", UnknownReference, r"\2"),
        ("a{3,2}", RangeBackwards, "{3,2}"),
        ("é(?P<a-b>c)", BadGroupName, "a-b"),
    ] {
        let fault = read(pattern, &mut |_, _| {}).expect_err(pattern);
        assert_eq!((fault.kind, &pattern[fault.range]), (kind, text), "{pattern}");
    }
}

#[test]
fn constructs_with_their_places() {
    let pattern = r"(?i)(?P<n>a)(?=b)(?<!c)(?>d+?)e++\1(?P=n)(?(1)f)[(?=](?:x)";
    let mut found = Vec::new();
    read(pattern, &mut |construct, range| found.push((construct, &pattern[range]))).expect("valid");
    assert_eq!(
        found,
        [
            (Construct::InlineFlags, "(?i)"),
            (Construct::NamedGroup, "(?P<n>"),
            (Construct::LookAhead, "(?="),
            (Construct::LookBehind, "(?<!"),
            (Construct::AtomicGroup, "(?>"),
            (Construct::Lazy, "?"),
            (Construct::Possessive, "+"),
            (Construct::BackReference, r"\1"),
            (Construct::BackReference, "(?P=n)"),
            (Construct::Conditional, "(?(1)"),
        ]
    );
}

#[test]
fn nesting_and_length_are_bounded() {
    for pattern in ["(".repeat(100_000), "(?=".repeat(100_000), "(?(1)".repeat(100_000), "a{1,9}".repeat(100_000)] {
        let _ = read(&pattern, &mut |_, _| {});
    }
    assert!(read(&format!("{}{}", "(".repeat(290), ")".repeat(290)), &mut |_, _| {}).is_ok());
}
