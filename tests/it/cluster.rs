//! The private PostgreSQL: first start, next start, crashes, two side by side, and what it says when it cannot run.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use mujun::cluster::{Cluster, ClusterError, Durability, running_at};
use mujun::store;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{Connection, Executor, PgConnection};

use crate::support::reachable_folder;

fn open(folder: &Path) -> Cluster {
    Cluster::open_with(folder, Durability::Throwaway).unwrap()
}

async fn count(cluster: &Cluster) -> i64 {
    let mut conn = PgConnection::connect_with(&cluster.options()).await.unwrap();
    sqlx::query_scalar("select count(*) from kept").fetch_one(&mut conn).await.unwrap()
}

async fn keep_a_row(cluster: &Cluster) {
    let mut conn = PgConnection::connect_with(&cluster.options()).await.unwrap();
    conn.execute("create table if not exists kept (n int)").await.unwrap();
    conn.execute("insert into kept values (1)").await.unwrap();
    conn.close().await.unwrap();
}

#[tokio::test]
async fn what_was_committed_is_there_at_the_next_start() {
    let data = reachable_folder();
    let cluster = open(data.path());
    keep_a_row(&cluster).await;
    cluster.stop().unwrap();
    let cluster = open(data.path());
    assert_eq!(count(&cluster).await, 1);
    assert_eq!(std::fs::read_to_string(data.path().join("VERSION")).unwrap(), "1\n");
}

#[tokio::test]
async fn a_new_cluster_can_be_migrated_and_the_second_time_is_quick() {
    let data = reachable_folder();
    let cluster = open(data.path());
    let pool = store::connect(&cluster.options()).await.unwrap();
    store::migrate(&pool).await.unwrap();
    let postgis: String = sqlx::query_scalar("select postgis_version()").fetch_one(&pool).await.unwrap();
    assert!(postgis.starts_with('3'), "{postgis}");
}

#[tokio::test]
async fn a_server_killed_without_warning_recovers() {
    let data = reachable_folder();
    // Flushing is on here: the point is that a commit outlives a crash.
    let cluster = Cluster::open(data.path()).unwrap();
    keep_a_row(&cluster).await;
    let mut busy = PgConnection::connect_with(&cluster.options()).await.unwrap();
    let asleep = tokio::spawn(async move { busy.execute("select pg_sleep(600)").await.is_err() });
    kill_all_of(&cluster);
    assert!(asleep.await.unwrap());
    drop(cluster);
    let cluster = open(data.path());
    assert_eq!(count(&cluster).await, 1);
}

#[tokio::test]
async fn a_server_left_running_by_a_killed_mujun_is_replaced() {
    let data = reachable_folder();
    let cluster = open(data.path());
    keep_a_row(&cluster).await;
    let left = cluster.pid().unwrap();
    // As after `kill -9` of mujun: the lock is gone with its process, the server still runs.
    let other = tempfile::tempdir().unwrap();
    std::fs::rename(data.path().join("lock"), other.path().join("lock")).unwrap();
    let next = open(data.path());
    assert_ne!(next.pid().unwrap(), left);
    assert_eq!(count(&next).await, 1);
    std::mem::forget(cluster);
}

#[tokio::test]
async fn a_backend_that_outlived_its_server_is_ended_before_the_next_start() {
    let data = reachable_folder();
    // Flushing is on here: the point is that a commit outlives a crash.
    let cluster = Cluster::open(data.path()).unwrap();
    keep_a_row(&cluster).await;
    let mut busy = PgConnection::connect_with(&cluster.options()).await.unwrap();
    let backend: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut busy).await.unwrap();
    // A stopped process cannot notice that its server died.
    kill(Pid::from_raw(backend), Signal::SIGSTOP).unwrap();
    kill(Pid::from_raw(cluster.pid().unwrap()), Signal::SIGKILL).unwrap();
    std::mem::forget(cluster);
    std::fs::remove_file(data.path().join("lock")).unwrap();
    let next = open(data.path());
    assert_eq!(count(&next).await, 1);
    assert!(!is_running(backend));
}

#[tokio::test]
async fn marks_of_a_crash_that_name_a_living_stranger_do_not_prevent_the_start() {
    let data = reachable_folder();
    let cluster = open(data.path());
    keep_a_row(&cluster).await;
    let pg = cluster.server_files();
    let socket_lock = cluster.sockets().join(".s.PGSQL.5432.lock");
    let pid_file = std::fs::read_to_string(pg.join("postmaster.pid")).unwrap();
    cluster.stop().unwrap();
    // The stranger is a server of the same account, as when process ids start again in a container.
    let elsewhere = reachable_folder();
    let stranger = open(elsewhere.path());
    let first_line = pid_file.lines().next().unwrap();
    let reused = pid_file.replacen(first_line, &stranger.pid().unwrap().to_string(), 1);
    std::fs::write(pg.join("postmaster.pid"), &reused).unwrap();
    std::fs::write(&socket_lock, &reused).unwrap();
    let cluster = open(data.path());
    assert_eq!(count(&cluster).await, 1);
    keep_a_row(&stranger).await;
}

#[tokio::test]
async fn two_clusters_on_two_folders_run_side_by_side() {
    let (one, two) = (reachable_folder(), reachable_folder());
    let (one, two) = (open(one.path()), open(two.path()));
    keep_a_row(&one).await;
    keep_a_row(&one).await;
    keep_a_row(&two).await;
    assert_eq!((count(&one).await, count(&two).await), (2, 1));
}

#[tokio::test]
async fn a_second_process_on_the_folder_is_told_who_holds_it_and_can_join() {
    let data = reachable_folder();
    assert!(running_at(data.path()).unwrap().is_none());
    let cluster = open(data.path());
    let fault = Cluster::open(data.path()).unwrap_err();
    assert!(matches!(fault, ClusterError::FolderBusy { holder: Some(pid), .. } if pid == std::process::id()), "{fault:?}");
    let options = running_at(data.path()).unwrap().unwrap();
    PgConnection::connect_with(&options).await.unwrap();
    cluster.stop().unwrap();
    assert!(running_at(data.path()).unwrap().is_none());
}

#[tokio::test]
async fn a_data_folder_with_a_long_and_chinese_path_works() {
    let data = reachable_folder();
    let long = data.path().join("嘉兴市自然资源和规划局".repeat(4)).join("数据 'one'");
    let cluster = open(&long);
    keep_a_row(&cluster).await;
    assert!(cluster.sockets().as_os_str().len() < 90);
    assert_eq!(std::fs::metadata(cluster.sockets()).unwrap().permissions().mode() & 0o777, 0o700);
    let sockets = cluster.sockets().to_owned();
    assert_eq!(count(&cluster).await, 1);
    cluster.stop().unwrap();
    std::fs::remove_dir_all(sockets).unwrap();
}

#[tokio::test]
async fn the_server_listens_on_no_network_and_its_files_are_its_own() {
    let data = reachable_folder();
    let cluster = open(data.path());
    let mut conn = PgConnection::connect_with(&cluster.options()).await.unwrap();
    let heard: String = sqlx::query_scalar("show listen_addresses").fetch_one(&mut conn).await.unwrap();
    assert_eq!(heard, "");
    let files = std::fs::metadata(cluster.server_files()).unwrap();
    assert_eq!(files.permissions().mode() & 0o777, 0o700);
    let server = std::fs::metadata(format!("/proc/{}", cluster.pid().unwrap())).unwrap();
    assert_eq!(server.uid(), files.uid());
    assert_ne!(server.uid(), 0);
}

#[test]
fn a_cluster_of_another_major_version_is_refused_with_the_package_to_install() {
    let data = reachable_folder();
    open(data.path()).stop().unwrap();
    std::fs::write(data.path().join("pg/PG_VERSION"), "11\n").unwrap();
    let fault = Cluster::open(data.path()).unwrap_err();
    assert!(matches!(fault, ClusterError::MajorDiffers { cluster: 11, .. }), "{fault:?}");
    assert!(fault.to_string().contains("postgresql-11-postgis-3"));
}

#[test]
fn a_creation_that_was_cut_short_is_begun_again() {
    let data = reachable_folder();
    std::fs::create_dir(data.path().join("pg.unfinished")).unwrap();
    std::fs::write(data.path().join("pg.unfinished/PG_VERSION"), "15\n").unwrap();
    open(data.path()).stop().unwrap();
}

#[test]
fn a_server_that_cannot_start_shows_the_end_of_its_log() {
    let data = reachable_folder();
    open(data.path()).stop().unwrap();
    std::fs::write(data.path().join("pg/postgresql.conf"), "include 'mujun.conf'\nno_such_setting = 1\n").unwrap();
    let fault = Cluster::open(data.path()).unwrap_err();
    assert!(matches!(&fault, ClusterError::StartFailed { .. }), "{fault:?}");
    assert!(fault.to_string().contains("no_such_setting"), "{fault}");
}

#[tokio::test]
async fn a_folder_that_the_server_account_cannot_enter_keeps_its_files_elsewhere() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("跳过：只有 root 运行时才会换用户");
        return;
    }
    let data = reachable_folder();
    let closed = data.path().join("closed");
    std::fs::create_dir(&closed).unwrap();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
    let folder = closed.join("data");
    let cluster = open(&folder);
    keep_a_row(&cluster).await;
    let elsewhere = cluster.server_files();
    assert!(!elsewhere.starts_with(&closed));
    cluster.stop().unwrap();
    let cluster = open(&folder);
    assert_eq!(cluster.server_files(), elsewhere);
    assert_eq!(count(&cluster).await, 1);
    cluster.stop().unwrap();
    std::fs::remove_dir_all(elsewhere.parent().unwrap()).unwrap();
}

fn is_running(pid: i32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = state.rsplit(") ").next().and_then(|rest| rest.chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}

/// `kill -9` of the server and every process it started.
pub fn kill_all_of(cluster: &Cluster) {
    let postmaster = cluster.pid().unwrap();
    let children = std::fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children")).unwrap();
    kill(Pid::from_raw(postmaster), Signal::SIGKILL).unwrap();
    for child in children.split_whitespace() {
        let _ = kill(Pid::from_raw(child.parse().unwrap()), Signal::SIGKILL);
    }
}
