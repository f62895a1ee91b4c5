//! The data folder: who owns it now, which format it has, and where in it the server's files and socket lie.
//! It starts nothing. Layout: `VERSION`, `lock`, `pg/` (server files), `run/` (socket), `pg.location` (only when the
//! account that runs the server cannot enter the data folder).

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::account::Account;
use super::{ClusterError, resolved};

/// The port is only part of the socket's name.
pub(super) const PORT: u16 = 5432;
/// The format of data folders that this program writes, and the newest that it reads.
const VERSION: u32 = 1;
/// `sun_path` holds 108 bytes with the closing zero.
const LONGEST_SOCKET_PATH: usize = 107;
/// How the folder of a cluster that is being created begins.
const UNFINISHED: &str = "pg.unfinished";
/// Where the server's files go when its account cannot enter the data folder (a folder under `/root`, say).
const STATE_ROOT: &str = "/var/lib/mujun";

/// A data folder that this process owns.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    lock: File,
}

impl Folder {
    /// Creates the folder if need be, checks its version and takes its lock; the lock ends with this process.
    pub(super) fn claim(path: &Path) -> Result<Folder, ClusterError> {
        let unusable = |source| ClusterError::FolderNotUsable { path: path.to_owned(), source };
        std::fs::create_dir_all(path).map_err(unusable)?;
        let path = resolved(path)?;
        check_version(&path)?;
        let unusable = |source| ClusterError::FolderNotUsable { path: path.clone(), source };
        let mut lock = open_lock(&path).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(ClusterError::FolderBusy { holder: holder_of(&mut lock).0, path });
            }
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        write_whole(&path.join("VERSION"), &format!("{VERSION}\n")).map_err(unusable)?;
        let folder = Folder { path: path.clone(), lock };
        folder.write_lock(&format!("{}\n", std::process::id())).map_err(unusable)?;
        Ok(folder)
    }

    /// Says in the lock file where the server can be reached, for other commands on this folder.
    pub(super) fn announce(&self, home: &Home) -> Result<(), ClusterError> {
        let mut text = format!("{}\n", std::process::id()).into_bytes();
        text.extend_from_slice(home.sockets.as_os_str().as_bytes());
        let text = String::from_utf8_lossy(&text).into_owned();
        self.write_lock(&text).map_err(|source| ClusterError::FolderNotUsable { path: self.path.clone(), source })
    }

    fn write_lock(&self, text: &str) -> std::io::Result<()> {
        let mut lock = &self.lock;
        lock.rewind()?;
        lock.set_len(0)?;
        lock.write_all(text.as_bytes())
    }

    /// The socket folder announced by the process that holds the folder now.
    pub(super) fn sockets_of_holder(path: &Path) -> Result<Option<PathBuf>, ClusterError> {
        let Ok(mut lock) = OpenOptions::new().read(true).open(path.join("lock")) else { return Ok(None) };
        match lock.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(holder_of(&mut lock).1),
            Err(TryLockError::Error(source)) => Err(ClusterError::FolderNotUsable { path: path.to_owned(), source }),
        }
    }

    fn pointer(&self) -> PathBuf {
        self.path.join("pg.location")
    }

    /// The folder that holds `pg/` and `run/`.
    fn base(&self) -> PathBuf {
        match std::fs::read(self.pointer()) {
            Ok(bytes) => PathBuf::from(std::ffi::OsStr::from_bytes(bytes.trim_ascii_end())),
            Err(_) => self.path.clone(),
        }
    }

    /// The server's files.
    pub(super) fn pg(&self) -> PathBuf {
        self.base().join("pg")
    }
}

impl Drop for Folder {
    /// Closing would not do: a child that another thread is just starting holds the same open file until it becomes its
    /// program, and the folder would seem taken until then.
    fn drop(&mut self) {
        if let Err(fault) = self.lock.unlock() {
            tracing::warn!(%fault, path = %self.path.display(), "the data folder could not be unlocked");
        }
    }
}

fn open_lock(folder: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join("lock"))
}

/// Process id and socket folder written in a lock file, as far as they are there.
fn holder_of(lock: &mut File) -> (Option<u32>, Option<PathBuf>) {
    let mut text = Vec::new();
    if lock.read_to_end(&mut text).is_err() {
        return (None, None);
    }
    let mut lines = text.split(|byte| *byte == b'\n');
    let pid = lines.next().and_then(|line| std::str::from_utf8(line).ok()).and_then(|line| line.parse().ok());
    let sockets = lines.next().filter(|line| !line.is_empty()).map(|line| PathBuf::from(std::ffi::OsStr::from_bytes(line)));
    (pid, sockets)
}

fn check_version(folder: &Path) -> Result<(), ClusterError> {
    let path = folder.join("VERSION");
    let text = match std::fs::read(&path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(ClusterError::FolderNotUsable { path, source }),
    };
    let found: u32 =
        text.trim().parse().map_err(|_| ClusterError::VersionNotRead { path, found: text.trim().chars().take(40).collect() })?;
    if found > VERSION {
        return Err(ClusterError::FolderNewer { path: folder.to_owned(), found, known: VERSION });
    }
    Ok(())
}

/// Writes a small file so that a reader sees the old text or the new one, never a part.
pub(super) fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    if std::fs::read(path).is_ok_and(|found| found == text.as_bytes()) {
        return Ok(());
    }
    let beside = path.with_extension("new");
    let _ = std::fs::remove_file(&beside);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

/// Where the server's files and its socket lie.
#[derive(Clone, Debug)]
pub(super) struct Home {
    base: PathBuf,
    sockets: PathBuf,
}

impl Home {
    /// Makes the folders that the server's account needs.
    pub(super) fn prepare(folder: &Folder, account: &Account) -> Result<Home, ClusterError> {
        let base = resolved(&reachable_base(folder, account)?)?;
        let sockets = socket_folder(&base, account)?;
        Ok(Home { base, sockets })
    }

    /// The server's files.
    pub(super) fn pg(&self) -> PathBuf {
        self.base.join("pg")
    }

    /// A cluster being created by this process; it becomes `pg` when it is complete. The name is this process's own: an
    /// `initdb` that outlived a killed mujun may still be writing to the folder of its time.
    pub(super) fn unfinished_pg(&self) -> PathBuf {
        self.base.join(format!("{UNFINISHED}.{}", std::process::id()))
    }

    /// Removes what creations that were cut short left behind.
    pub(super) fn remove_unfinished(&self) -> std::io::Result<()> {
        for entry in std::fs::read_dir(&self.base)? {
            let entry = entry?;
            if entry.file_name().as_bytes().starts_with(UNFINISHED.as_bytes()) {
                std::fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    /// The folder of the socket.
    pub(super) fn sockets(&self) -> &Path {
        &self.sockets
    }

    /// The major version that made the cluster; `None` when there is no cluster yet.
    pub(super) fn major(&self) -> Result<Option<u32>, ClusterError> {
        let path = self.pg().join("PG_VERSION");
        match std::fs::read_to_string(&path) {
            Ok(text) => match text.trim().parse() {
                Ok(major) => Ok(Some(major)),
                Err(_) => Err(ClusterError::VersionNotRead { path, found: text.trim().chars().take(40).collect() }),
            },
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ClusterError::FolderNotUsable { path, source }),
        }
    }
}

fn reachable_base(folder: &Folder, account: &Account) -> Result<PathBuf, ClusterError> {
    let base = folder.base();
    let Some(blocked_at) = account.blocked_at(&base) else { return Ok(base) };
    let not_reachable = || ClusterError::NotReachable { user: account.name(), blocked_at: blocked_at.clone() };
    if base != folder.path || folder.pg().exists() {
        return Err(not_reachable());
    }
    // Only a process of root comes here: a project below /root must run without loosening /root for everybody.
    let root = Path::new(STATE_ROOT);
    std::fs::create_dir_all(root).map_err(|_| not_reachable())?;
    if account.blocked_at(root).is_some() {
        return Err(not_reachable());
    }
    let name = format!("{}-", short_digest(&folder.path));
    let unusable = |source| ClusterError::FolderNotUsable { path: root.to_owned(), source };
    let base = tempfile::Builder::new().prefix(&name).tempdir_in(root).map_err(unusable)?.keep();
    std::fs::set_permissions(&base, std::fs::Permissions::from_mode(0o755)).map_err(unusable)?;
    let pointer = folder.pointer();
    write_whole(&pointer, &format!("{}\n", base.display()))
        .map_err(|source| ClusterError::FolderNotUsable { path: pointer, source })?;
    tracing::warn!(
        blocked_at = %blocked_at.display(), server_files = %base.display(),
        "the account that runs PostgreSQL may not enter the data folder; the server's files lie elsewhere"
    );
    Ok(base)
}

fn socket_folder(base: &Path, account: &Account) -> Result<PathBuf, ClusterError> {
    let inside = base.join("run");
    let path = if fits(&inside) { inside } else { short_folder(base) };
    let refused = |source| ClusterError::SocketFolder { path: path.clone(), source };
    match DirBuilder::new().mode(0o700).create(&path) {
        Ok(()) => account.take(&path).map_err(refused)?,
        Err(fault) if fault.kind() == std::io::ErrorKind::AlreadyExists => {
            let found = path.symlink_metadata().map_err(refused)?;
            if !found.is_dir() || !(found.uid() == account.uid() || found.uid() == nix::unistd::geteuid().as_raw()) {
                return Err(refused(std::io::Error::from(std::io::ErrorKind::PermissionDenied)));
            }
            account.take(&path).map_err(refused)?;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).map_err(refused)?;
        }
        Err(source) => return Err(refused(source)),
    }
    Ok(path)
}

fn fits(sockets: &Path) -> bool {
    sockets.join(format!(".s.PGSQL.{PORT}")).as_os_str().len() <= LONGEST_SOCKET_PATH
}

/// A folder with a short path that depends on the data folder alone.
fn short_folder(base: &Path) -> PathBuf {
    let name = format!("mujun-{}", short_digest(base));
    if nix::unistd::geteuid().is_root() && Path::new("/run").is_dir() {
        return Path::new("/run").join(name);
    }
    let own = std::env::var_os("XDG_RUNTIME_DIR").map(|runtime| PathBuf::from(runtime).join(&name));
    own.filter(|path| fits(path) && path.parent().is_some_and(Path::is_dir))
        .unwrap_or_else(|| PathBuf::from(format!("/tmp/{name}-{}", nix::unistd::geteuid())))
}

fn short_digest(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_a_newer_version_is_left_as_it_is() {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join("VERSION"), "7\n").unwrap();
        let fault = Folder::claim(data.path()).unwrap_err();
        assert!(matches!(fault, ClusterError::FolderNewer { found: 7, known: VERSION, .. }), "{fault:?}");
        assert!(fault.to_string().contains("更新的 mujun"));
        assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_version_that_is_no_number_is_refused() {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join("VERSION"), "photos of the harbour").unwrap();
        let fault = Folder::claim(data.path()).unwrap_err();
        assert!(matches!(fault, ClusterError::VersionNotRead { .. }), "{fault:?}");
    }

    #[test]
    fn a_folder_is_owned_once_and_its_holder_is_named() {
        let data = tempfile::tempdir().unwrap();
        let held = Folder::claim(data.path()).unwrap();
        let fault = Folder::claim(data.path()).unwrap_err();
        assert!(matches!(fault, ClusterError::FolderBusy { holder: Some(pid), .. } if pid == std::process::id()), "{fault:?}");
        drop(held);
        Folder::claim(data.path()).unwrap();
    }

    #[test]
    fn a_folder_that_was_let_go_is_free_although_a_child_still_has_the_file() {
        let data = tempfile::tempdir().unwrap();
        let held = Folder::claim(data.path()).unwrap();
        let of_a_child = held.lock.try_clone().unwrap();
        drop(held);
        Folder::claim(data.path()).unwrap();
        drop(of_a_child);
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join("file");
        std::fs::write(&path, "").unwrap();
        assert!(matches!(Folder::claim(&path), Err(ClusterError::FolderNotUsable { .. })));
    }

    #[test]
    fn a_long_data_folder_gets_a_short_socket_folder() {
        let long = PathBuf::from(format!("/srv/{}", "数".repeat(40)));
        assert!(!fits(&long.join("run")));
        assert!(fits(&short_folder(&long)));
        assert_ne!(short_folder(&long), short_folder(&long.join("another")));
    }
}
