//! Under which account the server runs: our own, or an unprivileged one when we are root (PostgreSQL refuses root).
//! It changes nothing but the owner of the server's own files.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User};

use super::ClusterError;
use super::folder::Folder;

/// Runs a program as another account; part of util-linux, which every Debian has.
const SETPRIV: &str = "/usr/bin/setpriv";

/// Whom the server runs as.
#[derive(Clone, Debug)]
pub(super) enum Account {
    /// The account that runs mujun.
    Ours,
    /// Another one, because ours is root.
    Other {
        /// Its name, for messages.
        name: String,
        /// User id.
        uid: u32,
        /// Group id.
        gid: u32,
    },
}

impl Account {
    /// The owner of the server's files where there are some; else `postgres`, else `nobody`, when we are root.
    pub(super) fn choose(folder: &Folder) -> Result<Account, ClusterError> {
        let us = Uid::effective();
        let pg = folder.pg();
        let owner = std::fs::metadata(&pg).ok().map(|found| found.uid());
        if !us.is_root() {
            return match owner {
                Some(owner) if owner != us.as_raw() => Err(ClusterError::NotOwner { path: pg, owner, us: us.as_raw() }),
                _ => Ok(Account::Ours),
            };
        }
        if let Some(owner) = owner.filter(|uid| *uid != 0)
            && let Ok(Some(user)) = User::from_uid(Uid::from_raw(owner))
        {
            return Ok(Account::of(user));
        }
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(Account::of)
            .ok_or(ClusterError::NoUnprivilegedUser)
    }

    fn of(user: User) -> Account {
        Account::Other { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() }
    }

    /// The user id the server's processes have.
    pub(super) fn uid(&self) -> u32 {
        match self {
            Account::Ours => Uid::effective().as_raw(),
            Account::Other { uid, .. } => *uid,
        }
    }

    /// A command that will run as this account, with an environment that says nothing about other servers.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = match self {
            Account::Ours => Command::new(program),
            // Not `Command::uid`: it forks, and PROJ takes a lock of its own in the child, which never comes free
            // when another thread was projecting at that moment. Without it the standard library spawns, without handlers.
            Account::Other { uid, gid, .. } => {
                let mut command = Command::new(SETPRIV);
                command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).arg("--clear-groups").arg(program);
                command
            }
        };
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC");
        command.current_dir("/").stdin(Stdio::null()).process_group(0);
        command
    }

    /// Makes this account the owner of `path` and of everything in it. Does nothing when the account is ours.
    pub(super) fn take(&self, path: &Path) -> std::io::Result<()> {
        let Account::Other { uid, gid, .. } = self else { return Ok(()) };
        std::os::unix::fs::lchown(path, Some(*uid), Some(*gid))?;
        if path.symlink_metadata()?.is_dir() {
            for entry in std::fs::read_dir(path)? {
                self.take(&entry?.path())?;
            }
        }
        Ok(())
    }

    /// The first folder on the way to `path` that this account may not enter; `None` when it can reach `path`.
    /// Asked of the kernel by a process of that account, so that access lists and mounts count too.
    pub(super) fn blocked_at(&self, path: &Path) -> Option<PathBuf> {
        let Account::Other { .. } = self else { return None };
        let mut ancestors: Vec<&Path> = path.ancestors().collect();
        ancestors.reverse();
        ancestors.into_iter().find(|folder| !self.may_enter(folder)).map(Path::to_owned)
    }

    fn may_enter(&self, folder: &Path) -> bool {
        self.command(Path::new("/usr/bin/test")).arg("-x").arg(folder).status().is_ok_and(|status| status.success())
    }

    /// The account's name, for messages.
    pub(super) fn name(&self) -> String {
        match self {
            Account::Ours => format!("uid {}", Uid::effective()),
            Account::Other { name, .. } => name.clone(),
        }
    }
}
