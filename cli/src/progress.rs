//! A bar on standard error while something takes long; nothing where nobody watches.

use std::io::{self, IsTerminal as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// From when on a run counts as long.
const LONG: Duration = Duration::from_millis(500);

/// Counts finished files, and shows them once the work has taken a while.
#[derive(Debug)]
pub(crate) struct Progress {
    /// `None` where nobody watches.
    watched: Option<Instant>,
    total: usize,
    done: AtomicUsize,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// For so many files.
    pub(crate) fn new(total: usize) -> Self {
        let watched = (total > 1 && io::stderr().is_terminal()).then(Instant::now);
        Self { watched, total, done: AtomicUsize::new(0), bar: OnceLock::new() }
    }

    /// For work that says with [`Progress::at`] how far it is.
    pub(crate) fn open() -> Self {
        Self::new(usize::MAX)
    }

    /// One more is done.
    pub(crate) fn tick(&self) {
        if self.watched.is_some() {
            self.at(self.done.fetch_add(1, Ordering::Relaxed) + 1, self.total);
        }
    }

    /// So many of so many are done.
    pub(crate) fn at(&self, done: usize, of: usize) {
        if done.is_multiple_of(32) && self.watched.is_some_and(|started| started.elapsed() > LONG) {
            let bar = self.bar.get_or_init(|| {
                let style = ProgressStyle::with_template("{bar:30} {pos}/{len} files");
                ProgressBar::new(of as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            });
            bar.set_position(done as u64);
        }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
