//! The private PostgreSQL: the distribution's programs, run on a data folder of ours and heard on a unix socket only.
//! It finds, creates, starts and stops a server; it knows no table and speaks no SQL (see `store`).
//! One process owns a folder at a time. After `kill -9` of everything the next `open` recovers.

mod account;
mod fault;
mod folder;
mod postmaster;
mod programs;

use std::path::{Path, PathBuf};

use sqlx::postgres::PgConnectOptions;

pub use fault::ClusterError;

use account::Account;
use folder::{Folder, Home};
use postmaster::Postmaster;
use programs::Programs;

/// The database superuser of a private cluster; only this machine's socket reaches it.
pub const USER: &str = "mujun";
/// The database of a private cluster.
pub const DATABASE: &str = "mujun";

/// How hard the server tries to keep what it has promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A commit survives power loss.
    Durable,
    /// For tests: nothing is flushed, a crash of the machine may lose the cluster.
    Throwaway,
}

/// 自带数据库。A running private PostgreSQL; stopped by [`Cluster::stop`], or when dropped.
#[derive(Debug)]
pub struct Cluster {
    folder: Folder,
    home: Home,
    postmaster: Postmaster,
    stopped: bool,
}

impl Cluster {
    /// Starts the cluster of `data_dir`, creating it when there is none, and makes sure its database exists.
    /// Blocks for some seconds at the first start, for less than one later; call it outside async workers.
    pub fn open(data_dir: &Path) -> Result<Cluster, ClusterError> {
        Cluster::open_with(data_dir, Durability::Durable)
    }

    /// As [`Cluster::open`], with a choice of durability.
    pub fn open_with(data_dir: &Path, durability: Durability) -> Result<Cluster, ClusterError> {
        let folder = Folder::claim(data_dir)?;
        let account = Account::choose(&folder)?;
        let home = Home::prepare(&folder, &account)?;
        let programs = Programs::find(&home.pg(), home.major()?)?;
        let postmaster = Postmaster::new(programs, account, &home);
        postmaster.settle()?;
        if home.major()?.is_none() {
            postmaster.create(durability)?;
        }
        postmaster.start(durability)?;
        let cluster = Cluster { folder, home, postmaster, stopped: false };
        cluster.postmaster.ensure_database()?;
        cluster.folder.announce(&cluster.home)?;
        Ok(cluster)
    }

    /// What a client needs to connect; there is no password.
    pub fn options(&self) -> PgConnectOptions {
        options_at(self.home.sockets())
    }

    /// The same as a URL, for `psql` and other programs.
    pub fn url(&self) -> String {
        url_at(self.home.sockets())
    }

    /// The folder that holds the server's socket.
    pub fn sockets(&self) -> &Path {
        self.home.sockets()
    }

    /// Where the server's own files lie: `DATA/pg`, unless the account that runs the server cannot reach it.
    pub fn server_files(&self) -> PathBuf {
        self.home.pg()
    }

    /// The process id of the server.
    pub fn pid(&self) -> Option<i32> {
        postmaster::recorded_pid(&self.home.pg())
    }

    /// Stops the server (open transactions are rolled back) and frees the folder.
    pub fn stop(mut self) -> Result<(), ClusterError> {
        self.stopped = true;
        self.postmaster.stop()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !self.stopped
            && let Err(fault) = self.postmaster.stop()
        {
            tracing::warn!(%fault, "the private PostgreSQL could not be stopped");
        }
    }
}

/// The server of a folder that another mujun process is running now; `None` when no process holds the folder.
/// For commands such as `mujun import` beside a running `mujun up`.
pub fn running_at(data_dir: &Path) -> Result<Option<PgConnectOptions>, ClusterError> {
    Ok(Folder::sockets_of_holder(data_dir)?.map(|sockets| options_at(&sockets)))
}

fn options_at(sockets: &Path) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(sockets)
        .port(folder::PORT)
        .username(USER)
        .database(DATABASE)
        .application_name("mujun")
}

fn url_at(sockets: &Path) -> String {
    use std::fmt::Write;
    use std::os::unix::ffi::OsStrExt;
    let mut host = String::new();
    for byte in sockets.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => host.push(char::from(*byte)),
            _ => write!(host, "%{byte:02X}").expect("writing to a string cannot fail"),
        }
    }
    format!("postgresql://{USER}@/{DATABASE}?host={host}&port={}", folder::PORT)
}

/// The last lines of a text file; empty when it cannot be read.
fn tail_of(path: &Path) -> String {
    const LINES: usize = 12;
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// `path` with symbolic links and `.` resolved, so that two names of one folder are one folder.
fn resolved(path: &Path) -> Result<PathBuf, ClusterError> {
    path.canonicalize().map_err(|source| ClusterError::FolderNotUsable { path: path.to_owned(), source })
}
