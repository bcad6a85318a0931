//! Writes files as a whole: an interrupted run leaves either the old or the new one.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use sigwise_workspace::path::slashed;

use crate::error::FileError;

/// Replaces a file (or makes it) with what `write` writes. Permissions stay, and where it is a symbolic link the file
/// behind it is replaced.
pub(crate) fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), FileError> {
    try_replace(path, write).map_err(|error| FileError::write(slashed(path), error))
}

/// Adds what `write` writes to the end of a file that others write to as well.
pub(crate) fn append(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), FileError> {
    let try_append = || {
        let mut out = BufWriter::new(fs::OpenOptions::new().append(true).create(true).open(path)?);
        write(&mut out)?;
        out.flush()
    };
    try_append().map_err(|error| FileError::write(slashed(path), error))
}

fn try_replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let old = fs::metadata(&target).ok();
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        // A pipe or a device cannot be replaced, only written to.
        return write(&mut fs::OpenOptions::new().write(true).open(&target)?);
    }
    if old.as_ref().is_some_and(|old| old.permissions().readonly()) {
        return Err(io::Error::from(io::ErrorKind::PermissionDenied));
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let file = temporary_in(&folder)?;
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    if let Some(old) = &old {
        keep_owner_and_mode(&file, old)?;
    }
    file.persist(target).map_err(|error| error.error)?;
    Ok(())
}

/// A new file in `folder` with the permissions that the user gives new files.
fn temporary_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".sigwise-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The umask takes away what the user does not want.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Gives the new file the old one's permissions and, as far as this user may, its owner.
fn keep_owner_and_mode(file: &NamedTempFile, old: &fs::Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        let _ = fchown(file.as_file(), Some(old.uid()), Some(old.gid()));
    }
    fs::set_permissions(file.path(), old.permissions())
}
