//! JUnit's XML: a test case for each finding, which fails from `--fail-on` on.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};
use sigwise_lint::Severity;

use super::{Linted, Report, full_text};

/// Prints the findings. What is less severe than `fail_on` is told in cases that pass, so that a service shows a red run
/// where the run's exit code says so, and nowhere else.
pub(crate) fn write(report: &Report, fail_on: Severity, out: &mut dyn Write) -> io::Result<()> {
    let mut junit = Junit::new(env!("CARGO_PKG_NAME"));
    junit.add_test_suites(report.files.iter().map(|file| suite(report, file, fail_on)));
    if report.files.is_empty() {
        // Services take a report without any case for a broken one.
        let mut nothing = TestSuite::new(env!("CARGO_PKG_NAME"));
        nothing.add_test_case(TestCase::new("no findings", TestCaseStatus::success()));
        junit.add_test_suite(nothing);
    }
    junit.serialize(&mut *out).map_err(io::Error::other)
}

fn suite(report: &Report, file: &Linted, fail_on: Severity) -> TestSuite {
    let path = report.in_repository(&file.path);
    let mut suite = TestSuite::new(path.as_str());
    for finding in &file.findings {
        let found = &finding.diagnostic;
        let at = file.source.position(found.span.start as usize);
        let text = format!("{path}:{}:{}: {}: {}", at.line, at.column, found.severity, full_text(found));
        let fails = found.severity >= fail_on;
        let status = if fails {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(found.severity.word()).set_message(found.message.as_str()).set_description(text.as_str());
            status
        } else {
            TestCaseStatus::success()
        };
        let mut case = TestCase::new(format!("{}:{}:{}", found.check.id, at.line, at.column), status);
        case.set_classname(path.as_str()).add_property(("fingerprint", found.fingerprint.as_str()));
        if !fails {
            case.set_system_out(text);
        }
        suite.add_test_case(case);
    }
    suite
}
