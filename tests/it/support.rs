//! What integration tests stand on: one private PostgreSQL for the whole test process, one fresh database a test.
//! The server is stopped and its folder removed when the process ends, however it ends: a watcher holds the other end of
//! a pipe that only this process keeps open.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use mujun::app::import::{ImportEnding, ImportReport, ImportRequest, MappingChoice, import, unwatched};
use mujun::cluster::{Cluster, Durability};
use mujun::register::RegisterKind;
use mujun::store;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sqlx::{AssertSqlSafe, Connection, Executor};
use tokio::sync::OnceCell;

/// A database of its own for one test: migrated, empty. Many can live side by side.
pub struct TestCity {
    /// A pool on the database.
    pub pool: PgPool,
    /// How to connect to it once more.
    pub options: PgConnectOptions,
    name: String,
}

impl TestCity {
    /// A migrated database without a row.
    pub async fn new() -> TestCity {
        TestCity::from_template(migrated_template().await).await
    }

    /// A database without any table of ours.
    pub async fn unmigrated() -> TestCity {
        TestCity::from_template("template0").await
    }

    /// A migrated database on a server of the test's own.
    pub async fn on(own: &Cluster) -> TestCity {
        let options = own.options();
        let pool = PgPool::connect_with(options.clone()).await.unwrap();
        store::migrate(&pool).await.unwrap();
        // Of a name that the common server never gives: there is nothing to remove from it.
        TestCity { pool, options, name: "city_elsewhere".to_owned() }
    }

    async fn from_template(template: &str) -> TestCity {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("city_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut conn = PgConnection::connect_with(&server().options()).await.unwrap();
        let finished = std::mem::take(&mut *FINISHED.lock().unwrap());
        for finished in finished {
            conn.execute(AssertSqlSafe(format!("drop database if exists {finished} with (force)"))).await.unwrap();
        }
        conn.execute(AssertSqlSafe(format!("create database {name} template {template}"))).await.unwrap();
        let options = server().options().database(&name);
        let pool = PgPool::connect_with(options.clone()).await.unwrap();
        TestCity { pool, options, name }
    }

    /// A connection outside the pool.
    pub async fn connection(&self) -> PgConnection {
        PgConnection::connect_with(&self.options).await.unwrap()
    }
}

impl Drop for TestCity {
    fn drop(&mut self) {
        FINISHED.lock().unwrap().push(std::mem::take(&mut self.name));
    }
}

/// Databases of tests that are over; the next test removes them.
static FINISHED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The server of this test process.
pub fn server() -> &'static Cluster {
    static SERVER: OnceLock<(Cluster, Child)> = OnceLock::new();
    let (cluster, _watcher) = SERVER.get_or_init(|| {
        let folder = reachable_folder().keep();
        let cluster = Cluster::open_with(&folder, Durability::Throwaway).unwrap();
        let watcher = watch_over(&cluster, &folder);
        (cluster, watcher)
    });
    cluster
}

/// A temporary folder that the account running PostgreSQL may enter too.
pub fn reachable_folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("mujun-it-").permissions(Permissions::from_mode(0o755)).tempdir().unwrap()
}

/// Starts a process that waits for the end of this one, then stops the server and removes its folder.
fn watch_over(cluster: &Cluster, folder: &Path) -> Child {
    const SCRIPT: &str = r#"
        trap '' INT TERM HUP
        read -r _
        kill -INT "$1"
        while kill -0 "$1" 2>/dev/null; do sleep 0.1; done
        rm -rf "$2"
    "#;
    Command::new("/bin/sh")
        .args(["-c", SCRIPT, "watcher"])
        .arg(cluster.pid().unwrap().to_string())
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}

async fn migrated_template() -> &'static str {
    static TEMPLATE: OnceCell<()> = OnceCell::const_new();
    const NAME: &str = "migrated";
    TEMPLATE
        .get_or_init(async || {
            let mut conn = PgConnection::connect_with(&server().options()).await.unwrap();
            conn.execute(AssertSqlSafe(format!("create database {NAME} template template0"))).await.unwrap();
            let pool = PgPool::connect_with(server().options().database(NAME)).await.unwrap();
            store::migrate(&pool).await.unwrap();
            // The pool's own closing does not wait for the server to let go, and a template must have no session.
            pool.close().await;
            conn.execute(AssertSqlSafe(format!(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{NAME}'"
            )))
            .await
            .unwrap();
        })
        .await;
    NAME
}

/// Imports a file as an office would, and expects it to be recorded.
pub async fn take(city: &TestCity, kind: RegisterKind, path: PathBuf, mapping: &str) -> ImportReport {
    let request = ImportRequest { mapping: MappingChoice::Named(mapping.to_owned()), ..ImportRequest::new(kind, path) };
    let report = import(&city.pool, request, &unwatched).await.unwrap();
    assert!(matches!(report.ending, ImportEnding::Committed { .. }), "{:?}", report.ending);
    report
}
