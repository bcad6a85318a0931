//! `invalid-car-tag`

use crate::declare_check;
use crate::engine::Context;
use crate::report::Report;
use crate::rule::RuleDocument;
use crate::tag;

declare_check! {
    /// Reports a `car.` tag that is no number of an analytic in MITRE's repository.
    ///
    /// Its numbers are a year, a month and three digits: `car.2016-04-005` (specification, appendix *Sigma Tags*), without the
    /// `CAR-` before them.
    ///
    /// ## Fires
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - car.2016-4-5
    /// #     ^^^^^^^^^^^^ invalid-car-tag
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    /// ## Quiet
    /// ```yaml
    /// title: Whoami Execution
    /// tags:
    ///     - car.2016-04-005
    /// detection:
    ///     selection:
    ///         Image|endswith: '\whoami.exe'
    ///     condition: selection
    /// ```
    "invalid-car-tag" {
        group: Tags, profile: Default, severity: Warning, fix: Sometimes(Safe),
        aliases: ["cartag", "car-tag-format"], since: "0.1.0",
        run: Document(invalid_car_tag),
    }
}

fn invalid_car_tag(rule: &RuleDocument<'_>, _cx: &Context<'_>, report: &mut Report<'_>) {
    let tags = rule.tags();
    for tag in tags.iter() {
        let Some(name) = tag.name_in("car").filter(|name| !tag::is_car(name)) else { continue };
        let full =
            tag::numbers(name, "car").map(|[year, month, number]| format!("car.{year}-{month:0>2}-{number:0>3}"));
        let fix = full.filter(|full| tag::is_car(&full[4..]));
        report
            .at(tag.span, format!("`{}` is no number of a CAR analytic", tag.text))
            .note("it is a year, a month and three digits, such as `car.2016-04-005`")
            .maybe_fix(fix.and_then(|full| tags.safe_change(&tag, &full)));
    }
}
