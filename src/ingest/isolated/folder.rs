//! The folder in which a reader unpacks. It goes with its reader; where whoever asked was killed, the next reader takes it away.

use std::{
    fs::{self, DirEntry, File},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use nix::unistd;
use tempfile::TempDir;

/// What the names of these folders begin with.
const PREFIX: &str = "mujun-read-";

/// A file that is locked as long as the process lives that has the folder. The lock is the system's: however a process ends, and in
/// whichever container it ran, it holds no lock any more.
const ALIVE: &str = "alive";

/// A folder of one reader, removed when dropped.
pub(super) struct Folder {
    files: PathBuf,
    _alive: File,
    _outer: TempDir,
}

impl Folder {
    /// A new folder within this one, from which those of the dead are removed first.
    pub fn within(parent: &Path) -> io::Result<Folder> {
        remove_the_dead(parent);
        let outer = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let unnamed = outer.path().join("new");
        let alive = File::create(&unnamed)?;
        // It gets its name when it is locked: whoever finds the name and can lock it has found the folder of a dead process.
        if alive.lock().is_ok() {
            fs::rename(unnamed, outer.path().join(ALIVE))?;
        }
        let files = outer.path().join("files");
        fs::create_dir(&files)?;
        Ok(Folder { files, _alive: alive, _outer: outer })
    }

    /// Where the reader may write.
    pub fn files(&self) -> &Path {
        &self.files
    }
}

/// Removes the folders whose process is no more. What cannot be looked at or removed stays: it is nobody's fault of this file.
fn remove_the_dead(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten().filter(is_ours) {
        let Ok(alive) = File::open(entry.path().join(ALIVE)) else { continue };
        if alive.try_lock().is_ok() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether it is a folder of a reader of this user; in a temporary folder anybody may make anything.
fn is_ours(entry: &DirEntry) -> bool {
    let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
    is_named && entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == unistd::geteuid().as_raw())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_of_the_dead_are_removed_and_those_of_the_living_and_of_others_stay() {
        let parent = tempfile::tempdir().unwrap();
        let living = Folder::within(parent.path()).unwrap();
        fs::write(living.files().join("a.shp"), "unpacked").unwrap();
        // Left by a killed process: everything is there but the lock.
        let dead = parent.path().join(format!("{PREFIX}dead"));
        fs::create_dir_all(dead.join("files")).unwrap();
        fs::write(dead.join(ALIVE), "").unwrap();
        fs::write(dead.join("files/b.shp"), "unpacked").unwrap();
        // One that is being made, one of another program, and a link to a folder that is none of ours.
        let (making, other) = (parent.path().join(format!("{PREFIX}new")), parent.path().join("other"));
        for folder in [&making, &other] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(other.join(ALIVE), "").unwrap();
        std::os::unix::fs::symlink(&other, parent.path().join(format!("{PREFIX}link"))).unwrap();

        let next = Folder::within(parent.path()).unwrap();
        assert!(!dead.exists());
        assert!(living.files().join("a.shp").exists() && next.files().is_dir() && making.exists() && other.join(ALIVE).exists());
        let of_living = living.files().to_owned();
        drop((living, next));
        assert!(!of_living.exists());
    }
}
