//! Reports of measurements: past the test harness, which keeps what `println!` prints of a test that passes.

use std::io::Write as _;

/// Prints a line whether the test passes or not, so that CI's log has it.
///
/// # Panics
/// Where there is no standard output.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")).expect("standard output");
}
