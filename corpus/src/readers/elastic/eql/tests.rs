use super::*;
use crate::readers::query;
use crate::vendor::Vendor;

fn show(text: &str) -> Vec<String> {
    query::show(Vendor::Elastic, parse(text).query)
}

/// What follows `any where`.
fn condition(text: &str) -> Vec<String> {
    show(&format!("any where {text}"))
}

#[test]
fn operators() {
    assert_eq!(condition(r#"a == "x*""#), ["+ a eq x*"]);
    assert_eq!(condition(r#"a : "x*""#), ["+ a startswith x"]);
    assert_eq!(condition(r#"a != "x""#), ["- a eq x"]);
    assert_eq!(condition(r#"a like "*x*" and b like~ "*y""#), ["+ a contains x", "+ b endswith y"]);
    assert_eq!(condition(r#"a regex "x.+" and b regex~ """\w\d""""#), ["+ a regex x.+", r"+ b regex \w\d"]);
    assert_eq!(
        condition("a > 1 and b >= 2 and c < 3 and d <= -4"),
        ["+ a gt 1", "+ b gte 2", "+ c lt 3", "+ d lte -4"]
    );
    assert_eq!(condition("5 < a"), ["+ a gt 5"]);
    assert_eq!(condition("a == true and not b"), ["+ a eq true", "- b eq true"]);
}
