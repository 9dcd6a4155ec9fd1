//! Files that appear whole or not at all: written under a temporary name in the same folder, put on the disk, then renamed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use crate::report::ReportError;

/// Bytes kept before they go to the file.
const ROOM: usize = 1 << 18;

/// A file that is still being written; dropping it removes it.
pub(super) struct Unfinished {
    path: PathBuf,
    // Before the temporary name in the order of fields: closed first, then removed.
    file: BufWriter<File>,
    temporary: TempPath,
}

impl Unfinished {
    /// Begins a file that will have this path.
    pub(super) fn create(path: &Path) -> Result<Unfinished, ReportError> {
        let failed = |source| ReportError::Create { path: path.to_owned(), source };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if path.is_dir() {
            return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (file, temporary) = temporary(folder, &format!(".{name}.")).map_err(failed)?.into_parts();
        Ok(Unfinished { path: path.to_owned(), file: BufWriter::with_capacity(ROOM, file), temporary })
    }

    /// The path that the file will have.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds bytes.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), ReportError> {
        self.file.write_all(bytes).map_err(|source| ReportError::Write { path: self.path.clone(), source })
    }

    /// Puts everything on the disk.
    pub(super) fn complete(self) -> Result<Whole, ReportError> {
        let Unfinished { path, file, temporary } = self;
        let written = file.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| file.sync_all());
        match written {
            Ok(()) => Ok(Whole { path, temporary }),
            Err(source) => Err(ReportError::Write { path, source }),
        }
    }
}

/// A file that is whole and on the disk, under a temporary name; dropping it removes it.
#[derive(Debug)]
pub struct Whole {
    path: PathBuf,
    temporary: TempPath,
}

impl Whole {
    /// Gives the file its name, in place of one that has it already.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub fn put_in_place(self) -> Result<PathBuf, ReportError> {
        let Whole { path, temporary } = self;
        match temporary.persist(&path) {
            Ok(()) => {
                sync_folder(&path);
                Ok(path)
            }
            Err(failure) => Err(ReportError::Write { path, source: failure.error }),
        }
    }
}

/// Puts a new name on the disk. The file itself is there already, so a system that cannot do this is no failure.
fn sync_folder(path: &Path) {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Ok(folder) = File::open(folder) {
            folder.sync_all().ok();
        }
    }
}

/// A temporary file with the rights that any new file has, not those of a secret one.
#[cfg(unix)]
fn temporary(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    let rights = std::fs::Permissions::from_mode(0o666);
    tempfile::Builder::new().prefix(prefix).suffix(".part").permissions(rights).tempfile_in(folder)
}

#[cfg(not(unix))]
fn temporary(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(prefix).suffix(".part").tempfile_in(folder)
}
