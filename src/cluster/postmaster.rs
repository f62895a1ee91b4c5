//! The server process: create, start, stop, and clean up after a crash. It does not know who owns the folder.
//! After a crash the files `postmaster.pid` and `.s.PGSQL.*.lock` name a process id that may by now be somebody else's;
//! PostgreSQL would then refuse to start. They are removed only when no process works in the server's folder.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::account::Account;
use super::folder::{Home, PORT, write_whole};
use super::programs::Programs;
use super::{ClusterError, DATABASE, Durability, USER, tail_of};

const START_SECONDS: u32 = 300;
const STOP_SECONDS: u32 = 60;
const LEFTOVER_PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);
const LOG_LIMIT_BYTES: u64 = 10_000_000;

/// A server, running or not.
#[derive(Debug)]
pub(super) struct Postmaster {
    programs: Programs,
    account: Account,
    home: Home,
}

impl Postmaster {
    pub(super) fn new(programs: Programs, account: Account, home: &Home) -> Postmaster {
        Postmaster { programs, account, home: home.clone() }
    }

    fn pg(&self) -> PathBuf {
        self.home.pg()
    }

    fn log(&self) -> PathBuf {
        self.pg().join("server.log")
    }

    /// Ends what an earlier mujun left running in the folder, and removes the marks of a crash.
    pub(super) fn settle(&self) -> Result<(), ClusterError> {
        if !self.pg().exists() {
            return Ok(());
        }
        let present = self.processes_here()?;
        if let Some(pid) = recorded_pid(&self.pg()).filter(|pid| present.contains(pid)) {
            self.end(pid)?;
        }
        self.end_leftovers()?;
        for stale in [self.pg().join("postmaster.pid"), self.socket(), self.socket().with_extension("5432.lock")] {
            match std::fs::remove_file(&stale) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(ClusterError::FolderNotUsable { path: stale, source });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn socket(&self) -> PathBuf {
        self.home.sockets().join(format!(".s.PGSQL.{PORT}"))
    }

    /// Backends outlive a killed postmaster until they notice; a new server beside them would corrupt the files.
    fn end_leftovers(&self) -> Result<(), ClusterError> {
        let mut deadline = Instant::now() + LEFTOVER_PATIENCE;
        let mut killed = false;
        loop {
            let present = self.processes_here()?;
            if present.is_empty() {
                return Ok(());
            }
            if Instant::now() > deadline {
                if killed {
                    let pids = present.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
                    return Err(ClusterError::LeftoverProcesses { pids });
                }
                for pid in &present {
                    let _ = kill(Pid::from_raw(*pid), Signal::SIGKILL);
                }
                killed = true;
                deadline = Instant::now() + LEFTOVER_PATIENCE;
            }
            std::thread::sleep(POLL);
        }
    }

    /// The processes whose working directory is the server's folder: the server's own, and nobody else's.
    /// Asked by a process of the server's account: a root without CAP_SYS_PTRACE (a container) may not look.
    fn processes_here(&self) -> Result<Vec<i32>, ClusterError> {
        const FIND: &str = "/usr/bin/find";
        let not_run = |source| ClusterError::ProgramNotRun { program: PathBuf::from(FIND), source };
        let mut find = self.account.command(Path::new(FIND));
        find.args(["/proc", "-mindepth", "2", "-maxdepth", "2", "-name", "cwd", "-printf", "%P\\t%l\\0"]);
        let output = find.output().map_err(not_run)?;
        // It finds itself at least; a list without anybody would let two servers onto the same files.
        if output.stdout.is_empty() {
            return Err(not_run(std::io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())));
        }
        let pg = self.pg();
        let here = pg.as_os_str().as_bytes();
        let found = output
            .stdout
            .split(|byte| *byte == 0)
            .filter_map(|line| {
                let tab = line.iter().position(|byte| *byte == b'\t')?;
                let (place, target) = (&line[..tab], &line[tab + 1..]);
                let pid = std::str::from_utf8(place).ok()?.split('/').next()?.parse().ok()?;
                (target == here).then_some(pid)
            })
            .collect();
        Ok(found)
    }

    /// `initdb` into a folder beside, which takes its name only when it is complete.
    pub(super) fn create(&self, durability: Durability) -> Result<(), ClusterError> {
        let unfinished = self.home.unfinished_pg();
        let unusable = |source| ClusterError::FolderNotUsable { path: unfinished.clone(), source };
        self.home.remove_unfinished().map_err(unusable)?;
        std::fs::DirBuilder::new().mode(0o700).create(&unfinished).map_err(unusable)?;
        self.account.take(&unfinished).map_err(unusable)?;
        tracing::info!(folder = %self.pg().display(), "creating the private PostgreSQL cluster");
        let mut initdb = self.account.command(&self.programs.path("initdb"));
        initdb.arg("-D").arg(&unfinished).arg(format!("--username={USER}"));
        initdb.args(["--encoding=UTF8", "--locale=C", "--auth-local=trust", "--auth-host=reject"]);
        initdb.args(["--no-instructions"]);
        if durability == Durability::Throwaway {
            initdb.arg("--no-sync");
        }
        let said = run(&mut initdb)?;
        if !said.succeeded {
            let _ = std::fs::remove_dir_all(&unfinished);
            return Err(ClusterError::CreateFailed { output: said.text });
        }
        let settings = unfinished.join("postgresql.conf");
        let mut text = std::fs::read_to_string(&settings).map_err(unusable)?;
        text.push_str("\ninclude 'mujun.conf'\n");
        std::fs::write(&settings, text).map_err(unusable)?;
        std::fs::rename(&unfinished, self.pg()).map_err(unusable)
    }

    /// Starts the server and waits until it answers; a crashed one replays its log first.
    pub(super) fn start(&self, durability: Durability) -> Result<(), ClusterError> {
        let settings = self.pg().join("mujun.conf");
        let unusable = |source| ClusterError::FolderNotUsable { path: settings.clone(), source };
        write_whole(&settings, &settings_text(self.home.sockets(), durability)).map_err(unusable)?;
        self.account.take(&settings).map_err(unusable)?;
        std::fs::set_permissions(&settings, std::fs::Permissions::from_mode(0o600)).map_err(unusable)?;
        let log = self.log();
        if log.metadata().is_ok_and(|found| found.len() > LOG_LIMIT_BYTES) {
            let _ = std::fs::rename(&log, log.with_extension("log.old"));
        }
        let mut pg_ctl = self.account.command(&self.programs.path("pg_ctl"));
        pg_ctl.args(["start", "--silent", "--wait", "--timeout"]).arg(START_SECONDS.to_string());
        pg_ctl.arg("-D").arg(self.pg()).arg("-l").arg(&log);
        let said = run(&mut pg_ctl)?;
        if said.succeeded {
            return Ok(());
        }
        let tail = [said.text, tail_of(&log)].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
        Err(ClusterError::StartFailed { log, tail })
    }

    /// Creates our database unless that has been done. The mark saves a connection at every later start.
    pub(super) fn ensure_database(&self) -> Result<(), ClusterError> {
        let mark = self.pg().join("mujun.database");
        if mark.exists() {
            return Ok(());
        }
        let mut createdb = self.account.command(&self.programs.path("createdb"));
        createdb.arg("-h").arg(self.home.sockets()).arg("-p").arg(PORT.to_string());
        createdb.args(["-U", USER, "--no-password", "--template=template0", DATABASE]);
        let said = run(&mut createdb)?;
        if !said.succeeded && !said.text.contains("already exists") {
            return Err(ClusterError::DatabaseNotCreated { output: said.text });
        }
        write_whole(&mark, DATABASE).map_err(|source| ClusterError::FolderNotUsable { path: mark, source })
    }

    /// Stops the server: sessions are ended, their open transactions rolled back.
    pub(super) fn stop(&self) -> Result<(), ClusterError> {
        match recorded_pid(&self.pg()) {
            Some(pid) if is_alive(pid) => self.end(pid),
            _ => Ok(()),
        }
    }

    fn end(&self, pid: i32) -> Result<(), ClusterError> {
        // SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one, which recovers at the next start.
        for (signal, seconds) in [(Signal::SIGINT, STOP_SECONDS), (Signal::SIGQUIT, 10)] {
            let _ = kill(Pid::from_raw(pid), signal);
            let deadline = Instant::now() + Duration::from_secs(seconds.into());
            while Instant::now() < deadline {
                if recorded_pid(&self.pg()) != Some(pid) || !is_alive(pid) {
                    return Ok(());
                }
                std::thread::sleep(POLL);
            }
        }
        Err(ClusterError::StopFailed { seconds: STOP_SECONDS, output: tail_of(&self.log()) })
    }
}

/// The process id in `postmaster.pid`, whether or not that process lives.
pub(super) fn recorded_pid(pg: &Path) -> Option<i32> {
    let text = std::fs::read_to_string(pg.join("postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse().ok().filter(|pid| *pid > 1)
}

/// Whether a process exists and is more than a zombie that its parent has not buried.
fn is_alive(pid: i32) -> bool {
    let Ok(text) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    let state = text.rsplit(") ").next().and_then(|rest| rest.chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}

struct Said {
    succeeded: bool,
    text: String,
}

fn run(command: &mut Command) -> Result<Said, ClusterError> {
    let output = command
        .output()
        .map_err(|source| ClusterError::ProgramNotRun { program: PathBuf::from(command.get_program()), source })?;
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    Ok(Said { succeeded: output.status.success(), text: String::from_utf8_lossy(&text).trim().to_owned() })
}

/// Settings of the private server. It is modest in memory: the city is served from our own process, not from its cache.
fn settings_text(sockets: &Path, durability: Durability) -> String {
    let folder = sockets.display().to_string().replace('"', "\"\"");
    let folder = format!("\"{folder}\"").replace('\\', "\\\\").replace('\'', "''");
    let mut text = format!(
        "# Written by mujun at every start; changes here are lost.\n\
         listen_addresses = ''\n\
         port = {PORT}\n\
         unix_socket_directories = '{folder}'\n\
         unix_socket_permissions = 0700\n\
         max_connections = {connections}\n\
         shared_buffers = 128MB\n\
         work_mem = 16MB\n\
         maintenance_work_mem = 128MB\n\
         effective_cache_size = 1GB\n\
         jit = off\n\
         random_page_cost = 1.1\n\
         wal_level = minimal\n\
         max_wal_senders = 0\n\
         wal_compression = on\n\
         max_wal_size = 2GB\n\
         checkpoint_timeout = 15min\n\
         timezone = 'UTC'\n\
         log_timezone = 'UTC'\n\
         log_line_prefix = '%m [%p] '\n",
        connections = match durability {
            Durability::Durable => 50,
            Durability::Throwaway => 200,
        },
    );
    if durability == Durability::Throwaway {
        text.push_str("fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_folder_with_quotes_stays_one_setting() {
        let text = settings_text(Path::new(r#"/srv/o'b"c\d"#), Durability::Durable);
        assert!(text.contains(r#"unix_socket_directories = '"/srv/o''b""c\\d"'"#), "{text}");
    }

    #[test]
    fn tests_may_lose_power_and_operators_may_not() {
        assert!(settings_text(Path::new("/s"), Durability::Throwaway).contains("fsync = off"));
        assert!(!settings_text(Path::new("/s"), Durability::Durable).contains("fsync"));
    }

    #[test]
    fn this_process_is_alive_and_an_impossible_one_is_not() {
        assert!(is_alive(i32::try_from(std::process::id()).expect("process ids fit")));
        assert!(!is_alive(i32::MAX));
    }
}
