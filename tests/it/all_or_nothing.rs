//! An import is killed, or the server under it, at points chosen by seed: afterwards all of it is there or nothing, and the next
//! import works. A trigger of the test's own database holds the import at its n-th statement on a table until the test has killed;
//! the program knows nothing of it.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use mujun::app::import::{ImportEnding, ImportRequest, import, unwatched};
use mujun::cluster::{Cluster, Durability};
use mujun::register::RegisterKind;
use mujun::store;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use crate::support::{TestCity, reachable_folder};

/// Three stretches of the reader.
const ROWS: usize = 9_000;
/// So many that an empty register is filled in bulk: its indexes taken off and made again at the end.
const ROWS_IN_BULK: usize = 50_000;
/// The lock on which the import is held.
const GATE: i64 = 4_549;

/// Where an import is held: at its n-th statement on a table, or when an index of the table is made.
#[derive(Clone, Copy, Debug)]
struct Point {
    table: &'static str,
    nth: u32,
    /// `before`, `commit` for what is checked last of all, or `index`.
    moment: &'static str,
}

fn points(seed: u64, count: usize) -> Vec<Point> {
    let at = |table, nth, moment| Point { table, nth, moment };
    let mut all = vec![
        at("import", 1, "before"),
        at("parcel", 1, "before"),
        at("parcel", 2, "before"),
        at("parcel", 3, "before"),
        at("import_issue", 1, "before"),
        at("import_issue", 3, "before"),
        at("revision", 1, "before"),
        at("revision", 1, "commit"),
    ];
    let mut dice = StdRng::seed_from_u64(seed);
    (0..count).map(|_| all.swap_remove(dice.random_range(0..all.len()))).collect()
}

/// Squares in the city; one in a thousand has no ring, so that every stretch has issues.
fn file(folder: &Path, rows: usize) -> PathBuf {
    let features: Vec<String> = (0..rows)
        .map(|n| {
            let (x, y) = (120.70 + (n % 100) as f64 * 0.0004, 30.70 + (n / 100) as f64 * 0.0004);
            let (e, u) = (x + 0.0003, y + 0.0003);
            let ring = if n % 1_000 == 7 {
                "[]".to_owned()
            } else {
                format!("[[[{x:.6},{y:.6}],[{e:.6},{y:.6}],[{e:.6},{u:.6}],[{x:.6},{u:.6}],[{x:.6},{y:.6}]]]")
            };
            let code = format!("330402001001GB{n:05}");
            format!(
                r#"{{"type":"Feature","properties":{{"宗地代码":"{code}"}},"geometry":{{"type":"Polygon","coordinates":{ring}}}}}"#
            )
        })
        .collect();
    let path = folder.join("parcels.geojson");
    std::fs::write(&path, format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(",\n"))).unwrap();
    path
}

async fn with_divisions(options: &PgConnectOptions, folder: &Path) {
    let pool = store::connect(options).await.unwrap();
    let path = folder.join("divisions.geojson");
    std::fs::write(&path, mujun::sample::DIVISIONS_GEOJSON).unwrap();
    import(&pool, ImportRequest::new(RegisterKind::Divisions, path), &unwatched).await.unwrap();
    pool.close().await;
}

/// Makes the import stop at the point: see the module.
async fn hold_at(conn: &mut PgConnection, point: Point) {
    let Point { table, nth, moment } = point;
    if moment == "index" {
        conn.execute(AssertSqlSafe(format!(
            "create or replace function gate_of(row_number integer) returns integer language plpgsql immutable as $$
             begin perform pg_advisory_xact_lock({GATE}); return row_number; end $$;
             create index gate on {table} (gate_of(source_row));
             select pg_advisory_lock({GATE})"
        )))
        .await
        .unwrap();
        return;
    }
    let (kind, timing, each) = match moment {
        "commit" => ("constraint trigger", "after", "deferrable initially deferred for each row"),
        _ => ("trigger", "before", "for each statement"),
    };
    conn.execute(AssertSqlSafe(format!(
        "create sequence if not exists gate_turns;
         alter sequence gate_turns restart;
         create or replace function gate() returns trigger language plpgsql as $$
         begin
             if nextval('gate_turns') = {nth} then perform pg_advisory_xact_lock({GATE}); end if;
             return null;
         end $$;
         create {kind} gate {timing} insert on {table} {each} execute function gate();"
    )))
    .await
    .unwrap();
    conn.execute(AssertSqlSafe(format!("select pg_advisory_lock({GATE})"))).await.unwrap();
}

/// The backend that waits at the gate, as soon as one does; `None` when the importer has ended without coming there.
async fn held(conn: &mut PgConnection, importer: &mut Child) -> Option<i32> {
    loop {
        let found: Option<i32> = sqlx::query_scalar(
            "select pid from pg_locks where locktype = 'advisory' and objid::bigint = $1 and not granted
                 and database = (select oid from pg_database where datname = current_database())",
        )
        .bind(GATE)
        .fetch_optional(&mut *conn)
        .await
        .unwrap();
        if found.is_some() {
            return found;
        }
        if importer.try_wait().unwrap().is_some() {
            return None;
        }
    }
}

async fn at_work(conn: &mut PgConnection) -> bool {
    sqlx::query_scalar(
        "select exists (select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
         and backend_type = 'client backend' and state <> 'idle')",
    )
    .fetch_one(conn)
    .await
    .unwrap()
}

async fn open_the_gate(conn: &mut PgConnection, point: Point) {
    let _ = conn.execute(AssertSqlSafe(format!("select pg_advisory_unlock({GATE})"))).await;
    // A server notices that its client is gone when it next has something to say to it.
    while at_work(conn).await {}
    take_down(conn, point).await;
}

async fn take_down(conn: &mut PgConnection, point: Point) {
    let statement =
        if point.moment == "index" { "drop index gate".to_owned() } else { format!("drop trigger gate on {}", point.table) };
    conn.execute(AssertSqlSafe(statement)).await.unwrap();
}

/// Rows recorded, issues recorded, imports and revisions of parcels: all of it or nothing.
async fn recorded(conn: &mut PgConnection) -> (i64, i64, i64, i64) {
    sqlx::query_as(
        "select (select count(*) from parcel), (select count(*) from import_issue q join import i using (import_id) where i.kind = 'parcels'),
                (select count(*) from import where kind = 'parcels'),
                (select count(*) from revision r join import i using (import_id) where i.kind = 'parcels')",
    )
    .fetch_one(conn)
    .await
    .unwrap()
}

fn not_reached(point: Point, importer: &mut Child) -> i32 {
    let mut said = String::new();
    std::io::Read::read_to_string(importer.stderr.as_mut().unwrap(), &mut said).unwrap();
    panic!("{point:?} was not reached: {said}");
}

fn importer(url: &str, file: &Path) -> Command {
    let mut command = crate::cli::mujun(&["import", "parcels", &file.display().to_string()]);
    command.env("DATABASE_URL", url).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
    command
}

async fn next_import_works(options: &PgConnectOptions, file: &Path, rows: usize) {
    let pool = store::connect(options).await.unwrap();
    let report = import(&pool, ImportRequest::new(RegisterKind::Parcels, file.to_owned()), &unwatched).await.unwrap();
    assert!(matches!(report.ending, ImportEnding::Committed { .. }), "{:?}", report.ending);
    let (rows, set_aside) = (i32::try_from(rows).unwrap(), i32::try_from(rows / 1_000).unwrap());
    assert_eq!(report.source.rows_read, rows);
    assert_eq!((report.appended.new, report.source.rows_quarantined), (rows - set_aside, set_aside));
    let mut conn = pool.acquire().await.unwrap();
    let (kept, issues, imports, revisions) = recorded(&mut conn).await;
    assert_eq!((kept, imports, revisions), (i64::from(rows - set_aside), 1, 1));
    assert!(issues >= i64::from(set_aside), "{issues}");
    // What is recorded next must get a number of its own, however these got theirs.
    let is_free: bool = sqlx::query_scalar(
        "select nextval(pg_get_serial_sequence('parcel', 'version_id')) > (select max(version_id) from parcel)",
    )
    .fetch_one(&mut *conn)
    .await
    .unwrap();
    assert!(is_free);
    drop(conn);
    pool.close().await;
}

#[tokio::test]
async fn an_importer_killed_on_the_way_leaves_nothing_and_the_next_import_works() {
    let points = points(20_230_330, 5).into_iter().filter(|point| point.moment == "before").collect();
    importers_killed_at(points, ROWS).await;
}

#[tokio::test]
async fn an_importer_killed_while_it_fills_a_register_in_bulk_leaves_nothing_and_the_next_import_works() {
    importers_killed_at(in_bulk(), ROWS_IN_BULK).await;
}

/// Among the rows, and when all are there and the indexes are made again.
fn in_bulk() -> Vec<Point> {
    vec![Point { table: "parcel", nth: 3, moment: "before" }, Point { table: "parcel", nth: 1, moment: "index" }]
}

async fn importers_killed_at(points: Vec<Point>, rows: usize) {
    let city = TestCity::new().await;
    let folder = reachable_folder();
    with_divisions(&city.options, folder.path()).await;
    let file = file(folder.path(), rows);
    let url = crate::cli::url(&city);
    let mut conn = city.connection().await;
    for point in points {
        hold_at(&mut conn, point).await;
        let mut child = importer(&url, &file).spawn().unwrap();
        held(&mut conn, &mut child).await.unwrap_or_else(|| not_reached(point, &mut child));
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9), "{point:?}");
        open_the_gate(&mut conn, point).await;
        assert_eq!(recorded(&mut conn).await, (0, 0, 0, 0), "{point:?}");
    }
    next_import_works(&city.options, &file, rows).await;
}

#[tokio::test]
async fn what_a_killed_importer_left_in_the_temporary_folder_goes_with_the_next_one() {
    let city = TestCity::new().await;
    let (folder, temporary) = (reachable_folder(), reachable_folder());
    with_divisions(&city.options, folder.path()).await;
    let file = file(folder.path(), ROWS);
    let url = crate::cli::url(&city);
    let mut conn = city.connection().await;
    let left = || std::fs::read_dir(temporary.path()).unwrap().count();
    let point = Point { table: "parcel", nth: 1, moment: "before" };
    hold_at(&mut conn, point).await;
    let mut killed = importer(&url, &file).env("TMPDIR", temporary.path()).spawn().unwrap();
    held(&mut conn, &mut killed).await.unwrap_or_else(|| not_reached(point, &mut killed));
    assert_eq!(left(), 1, "the reader of the living has its folder");
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(left(), 1, "a killed process takes nothing away");
    open_the_gate(&mut conn, point).await;
    let next = importer(&url, &file).env("TMPDIR", temporary.path()).spawn().unwrap().wait_with_output().unwrap();
    assert!(next.status.success(), "{}", String::from_utf8_lossy(&next.stderr));
    assert_eq!(left(), 0);
}

#[tokio::test]
async fn an_importer_killed_while_the_server_commits_leaves_all_or_nothing() {
    let city = TestCity::new().await;
    let folder = reachable_folder();
    with_divisions(&city.options, folder.path()).await;
    let file = file(folder.path(), ROWS);
    let url = crate::cli::url(&city);
    let mut conn = city.connection().await;
    let point = Point { table: "revision", nth: 1, moment: "commit" };
    hold_at(&mut conn, point).await;
    let mut child = importer(&url, &file).spawn().unwrap();
    held(&mut conn, &mut child).await.unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    open_the_gate(&mut conn, point).await;
    let (rows, issues, imports, revisions) = recorded(&mut conn).await;
    match imports {
        0 => {
            assert_eq!((rows, issues, revisions), (0, 0, 0));
            next_import_works(&city.options, &file, ROWS).await;
        }
        _ => {
            assert_eq!((rows, imports, revisions), (8_991, 1, 1));
            let pool = store::connect(&city.options).await.unwrap();
            let report = import(&pool, ImportRequest::new(RegisterKind::Parcels, file), &unwatched).await.unwrap();
            assert!(matches!(report.ending, ImportEnding::AlreadyRecorded { .. }), "{:?}", report.ending);
        }
    }
}

#[tokio::test]
async fn a_server_killed_under_an_import_leaves_nothing_and_the_next_import_works() {
    servers_killed_at(points(4_490, 5), ROWS).await;
}

#[tokio::test]
async fn a_server_killed_while_a_register_is_filled_in_bulk_leaves_nothing_and_the_next_import_works() {
    servers_killed_at(in_bulk(), ROWS_IN_BULK).await;
}

async fn servers_killed_at(points: Vec<Point>, rows: usize) {
    let data = reachable_folder();
    let folder = reachable_folder();
    let mut cluster = Cluster::open_with(data.path(), Durability::Throwaway).unwrap();
    let pool = store::connect(&cluster.options()).await.unwrap();
    store::migrate(&pool).await.unwrap();
    pool.close().await;
    with_divisions(&cluster.options(), folder.path()).await;
    let file = file(folder.path(), rows);
    let mut dice = StdRng::seed_from_u64(7);
    for point in points {
        let mut conn = PgConnection::connect_with(&cluster.options()).await.unwrap();
        hold_at(&mut conn, point).await;
        let mut child = importer(&cluster.url().replace("@/", "@localhost/"), &file).spawn().unwrap();
        let backend = held(&mut conn, &mut child).await.unwrap_or_else(|| not_reached(point, &mut child));
        let postmaster = cluster.pid().unwrap();
        if dice.random() {
            // The postmaster notices, ends all sessions and replays the log; by itself.
            kill(Pid::from_raw(backend), Signal::SIGKILL).unwrap();
        } else {
            kill(Pid::from_raw(postmaster), Signal::SIGKILL).unwrap();
        }
        let status = child.wait().unwrap();
        assert!(!status.success(), "{point:?}: an import without a server must not report success");
        drop(conn);
        // Either way the next start finds a server that can be used: a killed one is cleaned up after.
        drop(cluster);
        cluster = Cluster::open_with(data.path(), Durability::Throwaway).unwrap();
        let mut conn = cluster.options().connect().await.unwrap();
        assert_eq!(recorded(&mut conn).await, (0, 0, 0, 0), "{point:?}");
        take_down(&mut conn, point).await;
    }
    next_import_works(&cluster.options(), &file, rows).await;
    cluster.stop().unwrap();
}
