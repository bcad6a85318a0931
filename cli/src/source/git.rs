//! Files of an older tree of the repository, read through the `git` program.

use std::collections::BTreeMap;
use std::io::{BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use sigwise_sigma::Source;

use sigwise_workspace::files::is_yaml;
use sigwise_workspace::path::{absolute, relative};

use super::{Input, Origin};
use crate::error::{Error, FileError};
use crate::workspace::Workspace;

/// The tree that the working tree is compared with.
#[derive(Debug)]
pub(crate) struct OlderTree {
    /// The top of the repository.
    top: PathBuf,
    commit: String,
    /// Files that have another path by now: old → new, relative to the top.
    renamed: BTreeMap<String, String>,
}

impl OlderTree {
    /// The tree in which the branch at `HEAD` left the history of `reference`.
    ///
    /// # Errors
    /// There is no `git`, no repository, no such reference, or no common history.
    pub(crate) fn before(reference: &str, root: &Path) -> Result<Self, Error> {
        let git = Git(root);
        let Some(prefix) = git.ask(&["rev-parse", "--show-prefix"])? else {
            return Err(usage(format!("`--since` needs a git repository, and `{}` is in none", root.display())));
        };
        // Not `--show-toplevel`: it resolves symbolic links, and paths of the run do not.
        let top = root.ancestors().nth(Path::new(prefix.trim_end()).components().count()).unwrap_or(root).to_owned();
        if git
            .ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{reference}^{{commit}}")])?
            .is_none()
        {
            return Err(usage(format!(
                "`--since {reference}`: there is no such commit here; fetch it first (`git fetch origin {reference}`)"
            )));
        }
        let Some(commit) = git.ask(&["merge-base", "--end-of-options", reference, "HEAD"])? else {
            let shallow = git.ask(&["rev-parse", "--is-shallow-repository"])?.is_some_and(|is| is.trim() == "true");
            return Err(usage(if shallow {
                format!(
                    "`--since {reference}`: this clone is shallow and does not reach back to where the histories part; \
                     run `git fetch --unshallow`, or check out with `fetch-depth: 0`"
                )
            } else {
                format!("`--since {reference}`: it has no history in common with `HEAD`")
            }));
        };
        let commit = commit.trim().to_owned();
        let renames = git.ask(&["diff", "--name-status", "-z", "--find-renames", "--diff-filter=R", &commit])?;
        let renames = renames.unwrap_or_default();
        let mut fields = renames.split('\0');
        let mut renamed = BTreeMap::new();
        while let (Some(status), Some(old), Some(new)) = (fields.next(), fields.next(), fields.next()) {
            if status.starts_with('R') {
                renamed.insert(old.to_owned(), new.to_owned());
            }
        }
        Ok(Self { top, commit, renamed })
    }

    /// The files of the tree that `paths` mean, at the places where they are by now.
    ///
    /// # Errors
    /// A configuration or the repository cannot be read.
    pub(crate) fn inputs(&self, paths: &[PathBuf], workspace: &mut Workspace) -> Result<Vec<Input>, Error> {
        let wanted: Vec<PathBuf> = paths.iter().map(|path| absolute(workspace.cwd(), path)).collect();
        let listing = Git(&self.top).ask(&["ls-tree", "-r", "-z", "--full-tree", &self.commit])?.unwrap_or_default();
        let mut inputs = Vec::new();
        let mut blobs = Vec::new();
        for entry in listing.split_terminator('\0') {
            // Mode, type, name of the object; a tab; the path. Links and submodules are no files of rules.
            let Some((about, path)) = entry.split_once('\t') else { continue };
            let mut about = about.split(' ');
            let (Some("100644" | "100755"), Some("blob"), Some(blob)) = (about.next(), about.next(), about.next())
            else {
                continue;
            };
            let place = self.top.join(self.renamed.get(path).map_or(path, String::as_str));
            let named = wanted.contains(&place);
            let meant = || is_yaml(&place) && wanted.iter().any(|folder| place.starts_with(folder));
            if !named && !meant() {
                continue;
            }
            let config = workspace.config_above(&place)?;
            if !named && workspace.excludes(config, &place) {
                continue;
            }
            let path = relative(&place, workspace.root());
            blobs.push(blob.to_owned());
            inputs.push(Input {
                shown: path.clone(),
                path: Arc::from(path),
                place,
                named,
                config,
                folder: None,
                origin: Origin::Blob(Vec::new()),
            });
        }
        let contents = Git(&self.top).blobs(&blobs)?;
        for (input, content) in inputs.iter_mut().zip(contents) {
            input.origin = Origin::Blob(content);
        }
        inputs.sort_by(|a, b| a.path.cmp(&b.path));
        // Two files of the past can have the same place by now.
        inputs.dedup_by(|a, b| a.path == b.path);
        Ok(inputs)
    }
}

/// The `git` program, run in a folder.
struct Git<'a>(&'a Path);

impl Git<'_> {
    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.0).env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
        command
    }

    /// What it prints; `None` where it says no.
    fn ask(&self, args: &[&str]) -> Result<Option<String>, Error> {
        let output = self.command().args(args).stdin(Stdio::null()).output().map_err(cannot_run)?;
        let refused = String::from_utf8_lossy(&output.stderr);
        if refused.contains("dubious ownership") {
            return Err(usage(format!("git refuses to read the repository: {}", refused.trim())));
        }
        Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned()))
    }

    /// The contents of these objects, in order, by one run of the program.
    fn blobs(&self, names: &[String]) -> Result<Vec<Vec<u8>>, Error> {
        let mut child = self
            .command()
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(cannot_run)?;
        let (Some(mut ask), Some(answer)) = (child.stdin.take(), child.stdout.take()) else { return Ok(Vec::new()) };
        let mut answer = BufReader::new(answer);
        let contents = std::thread::scope(|scope| {
            // Git answers while it still reads: one thread for both would wait for itself.
            scope.spawn(move || names.iter().try_for_each(|name| writeln!(ask, "{name}")));
            names.iter().map(|_| next_blob(&mut answer)).collect::<std::io::Result<Vec<_>>>()
        });
        // Where the answers could not be read it may still be writing.
        drop(answer);
        child.wait().map_err(cannot_run)?;
        contents.map_err(|error| usage(format!("cannot read the files of `--since`: {error}")))
    }
}

/// One answer of `git cat-file --batch`: name, type and size on a line, then the content and a line break. Of a content larger
/// than a rule file may be only so much is kept that this shows.
fn next_blob(answer: &mut impl std::io::BufRead) -> std::io::Result<Vec<u8>> {
    let mut head = String::new();
    answer.read_line(&mut head)?;
    let size: u64 = head
        .trim_end()
        .rsplit(' ')
        .next()
        .and_then(|size| size.parse().ok())
        .ok_or_else(|| std::io::Error::other(format!("git answered `{}`", head.trim_end())))?;
    let kept = size.min(Source::MAX_BYTES as u64 + 1);
    let mut content = Vec::with_capacity(kept as usize);
    answer.take(kept).read_to_end(&mut content)?;
    std::io::copy(&mut answer.take(size - kept + 1), &mut std::io::sink())?;
    Ok(content)
}

fn usage(message: String) -> Error {
    Error::Usage(message)
}

fn cannot_run(error: std::io::Error) -> Error {
    FileError { path: "git".to_owned(), verb: "run", reason: error.to_string() }.into()
}
