//! Writing files so that nobody ever sees half of one.

use crate::error::{Error, Result};
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes a file whole or not at all: under a temporary name in the same directory, forced to the
/// disk, then renamed. What stood there before stays readable until that moment, and stays if
/// anything fails. A link is followed; something that is no regular file (a pipe, `/dev/null`) is
/// written to directly.
///
/// # Errors
/// [`Error::Io`] naming the file.
pub fn write_atomically(path: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
    let path = path.as_ref();
    write(path, bytes).map_err(|source| Error::Io {
        path: path.into(),
        source,
    })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let previous = fs::metadata(path).ok();
    if previous.as_ref().is_some_and(|found| !found.is_file()) {
        // A directory refuses here, with the system's own words.
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let target = match previous {
        Some(_) => fs::canonicalize(path)?,
        None => path.to_path_buf(),
    };
    let temporary = beside(&target)?;
    let written = File::options()
        .write(true)
        .create_new(true)
        .open(&temporary)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| match &previous {
            Some(found) => fs::set_permissions(&temporary, found.permissions()),
            None => Ok(()),
        })
        .and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A name in the same directory that no other process or thread uses.
fn beside(path: &Path) -> io::Result<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"))?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    hidden.push(format!(".{}-{count}.tmp", std::process::id()));
    Ok(path.with_file_name(hidden))
}
