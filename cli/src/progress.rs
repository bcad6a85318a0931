//! A bar on standard error while something takes long; nothing where nobody watches.

use std::io::{self, IsTerminal as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// From when on a run counts as long.
const LONG: Duration = Duration::from_millis(500);

/// Counts finished files, and shows them once the work has taken a while.
#[derive(Debug)]
pub(crate) struct Progress {
    /// `None` where nobody watches.
    watched: Option<Instant>,
    total: Option<u64>,
    done: AtomicU64,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// For so many files.
    pub(crate) fn new(total: usize) -> Self {
        let watched = (total > 1 && io::stderr().is_terminal()).then(Instant::now);
        Self { watched, total: Some(total as u64), done: AtomicU64::new(0), bar: OnceLock::new() }
    }

    /// For nobody knows how many.
    pub(crate) fn unbounded() -> Self {
        Self { total: None, ..Self::new(usize::MAX) }
    }

    /// One more is done.
    pub(crate) fn tick(&self) {
        let Some(started) = self.watched else { return };
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(32) && started.elapsed() > LONG {
            let bar = self.bar.get_or_init(|| {
                let (template, bar) = match self.total {
                    Some(total) => ("{bar:30} {pos}/{len} files", ProgressBar::new(total)),
                    None => ("{spinner} {pos} files", ProgressBar::new_spinner()),
                };
                let style = ProgressStyle::with_template(template);
                bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            });
            bar.set_position(done);
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
