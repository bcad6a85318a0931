//! A folder with files, and runs of the program in it.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::cargo::cargo_bin_cmd;
use serde_json::Value;
use tempfile::TempDir;

/// A rule that no check of the profile `default` complains about.
pub(crate) const GOOD: &str = "\
title: Whoami Started From An Office Program
id: 5a5f8f2c-7c39-4b6e-9c26-0a7f8ce0b1d4
status: experimental
description: Detects whoami started by an office program, which people have no use for
references:
    - https://example.org/whoami
author: A. Tester
date: 2026-01-15
tags:
    - attack.discovery
    - attack.t1033
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        ParentImage|endswith: '\\winword.exe'
        Image|endswith: '\\whoami.exe'
    condition: selection
falsepositives:
    - Unknown
level: high
";

/// A rule without a title, and with nothing else that the tests switch on.
pub(crate) const UNTITLED: &str = "\
logsource:
    category: process_creation
detection:
    selection:
        Image|endswith: '\\whoami.exe'
    condition: selection
";

/// A rule with a comment that a safe fix removes.
pub(crate) const FIXABLE: &str = "\
title: Whoami
logsource:
    category: process_creation
detection:
    selection: # sigwise: ignore[missing-title]
        Image|endswith: '\\whoami.exe' # stays
    condition: selection
";

/// The checks that the tests speak of: nothing else runs, so that a new check changes no test.
const ONLY: &str = "missing-title,unused-suppression,unknown-suppression,yaml-not-a-map";

/// A folder of its own, with a configuration that switches everything off.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// With these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        folder.write("sigwise.toml", "ignore = ['all']\n");
        files.iter().for_each(|(path, text)| folder.write(path, text));
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.at(path)).unwrap()
    }

    /// `sigwise` in this folder.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = cargo_bin_cmd!("sigwise");
        command
            .current_dir(self.path())
            .env("NO_COLOR", "1")
            .env_remove("GITHUB_STEP_SUMMARY")
            .env_remove("GITHUB_OUTPUT")
            .env_remove("COLUMNS")
            .env("SOURCE_DATE_EPOCH", "1795478400")
            .args(args);
        command
    }

    /// `sigwise lint` with the checks that the tests speak of.
    pub(crate) fn lint(&self, args: &[&str]) -> Ended {
        self.run(&[&["lint", "--no-corpus", "--select", ONLY], args].concat())
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        Ended::of(&mut self.command(args))
    }

    /// In a terminal of so many columns.
    pub(crate) fn run_in(&self, columns: usize, args: &[&str]) -> Ended {
        Ended::of(self.command(args).env("COLUMNS", columns.to_string()))
    }

    /// With this on standard input.
    pub(crate) fn lint_stdin(&self, text: impl Into<Vec<u8>>, args: &[&str]) -> Ended {
        let mut command = self.command(&["lint", "--no-corpus", "--select", ONLY]);
        Ended::of(command.args(args).arg("-").write_stdin(text))
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().expect("ended by itself"),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// What it printed, as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The end that was expected: the code, and a piece of the message on standard error.
    #[track_caller]
    pub(crate) fn expect(self, code: i32, message: &str) -> Self {
        assert!(self.code == code && self.err.contains(message), "expected {code}, `{message}`: {self:#?}");
        assert!(!self.err.contains("panicked"), "{self:#?}");
        self
    }
}
