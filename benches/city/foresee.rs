//! What a trial costs in a city: of a file that changes a hundred parcels, of one that changes them all, and of one that gives every one
//! of them a new code; beside the evaluation of that city. Only what the changes reach is judged, stretch by stretch, so that the first
//! must not grow with the city and the others not with its memory.
//!
//! Each is a run of the program in a process of its own, so that its memory is seen. Processor seconds are those of the program with its
//! reader, and of the database.

use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mujun::app::evaluation::{Activation, EvaluationRequest, evaluate_city};
use mujun::cluster::Cluster;
use sqlx::PgPool;

use crate::intake::peak_memory_mb;
use crate::plant;

/// Planted parcels have codes of their own.
const MAPPING: &str = r#"
kind = "parcels"
code_scheme = "opaque"
division = { column = "行政区" }
[columns]
parcel_code = "宗地代码"
documentary_area_m2 = { column = "宗地面积", unit = "m2" }
"#;

/// How often a running program is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// What a run of the program took.
#[derive(Clone, Copy, Debug)]
struct Spent {
    wall: f64,
    program_cpu: f64,
    database_cpu: f64,
    peak_mb: u64,
}

impl Spent {
    fn cpu(&self) -> f64 {
        self.program_cpu + self.database_cpu
    }
}

impl std::fmt::Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Spent { wall, program_cpu, database_cpu, peak_mb } = self;
        write!(f, "{wall:.1} s；处理器：本程序 {program_cpu:.1} s，数据库 {database_cpu:.1} s；本程序内存最高 {peak_mb} MB")
    }
}

/// Plants a city of `parcels` and tries three files against it.
pub async fn trials(cluster: &Cluster, pool: &PgPool, folder: &Path, parcels: usize) -> Result<(), Box<dyn Error>> {
    // Of the empty city: a trial asks a run only for its law and its day.
    let request = EvaluationRequest {
        as_of: "2026-06-30".parse()?,
        known_at: None,
        now: "2026-06-30T00:00:00Z".parse()?,
        activation: Activation::Activate,
    };
    evaluate_city(pool, std::sync::Arc::new(mujun::app::rulebook::load(None)?), request).await?;
    let planted = plant::plant(&cluster.options(), pool, parcels).await.map_err(|fault| fault.to_string())?;
    println!(
        "种下的城市：宗地 {}、建筑 {}、批次 {}、合同 {}",
        planted.parcels, planted.buildings, planted.approvals, planted.supplies
    );
    let mapping = folder.join("bench.toml");
    std::fs::write(&mapping, MAPPING)?;
    let every = (parcels / 100).max(1);
    let files =
        [("变更一百宗", every, "parcel_code"), ("变更全部宗地", 1, "parcel_code"), ("全部宗地换号", 1, "'N' || parcel_code")];
    let mut whole: Vec<(&str, Spent)> = Vec::new();
    for (what, every, code) in files {
        let file = changed(cluster, folder, every, code)?;
        let (spent, said) = run(
            cluster,
            &[
                "import".as_ref(),
                "parcels".as_ref(),
                file.as_os_str(),
                "--mapping".as_ref(),
                mapping.as_os_str(),
                "--crs".as_ref(),
                "EPSG:4490".as_ref(),
                "--dry-run".as_ref(),
                "--report".as_ref(),
                "json".as_ref(),
            ],
        )?;
        let report: serde_json::Value = serde_json::from_slice(&said)?;
        let (rows, changes) = (&report["consequence"]["rows"], &report["consequence"]["changes_total"]);
        println!(
            "试算{what}（新增 {}、变更 {}、关闭 {}）：{spent}；标记变化 {changes} 处",
            rows["new"], rows["changed"], rows["closed"]
        );
        std::fs::remove_file(&file)?;
        // What was rolled back lies about in the tables, and is no part of the next question.
        for table in ["parcel", "import_issue", "parcel_lineage"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("vacuum {table}"))).execute(pool).await?;
        }
        if every == 1 {
            whole.push((what, spent));
        }
    }
    let (evaluated, _) = run(cluster, &["evaluate".as_ref(), "--as-of".as_ref(), "2026-06-30".as_ref()])?;
    println!("评价全市并登记：{evaluated}");
    for (what, spent) in whole {
        println!("比值（处理器时间）：试算{what} ÷ 评价全市 = {:.1}", spent.cpu() / evaluated.cpu());
    }
    Ok(())
}

/// Runs the program against the cluster, and answers what it took and what it said.
fn run(cluster: &Cluster, arguments: &[&std::ffi::OsStr]) -> Result<(Spent, Vec<u8>), Box<dyn Error>> {
    let options = cluster.options();
    let url = format!(
        "postgresql://{}@localhost/{}?host={}",
        options.get_username(),
        options.get_database().unwrap_or("postgres"),
        cluster.sockets().display()
    );
    let postmaster = postmaster(cluster)?;
    let (start, database) = (Instant::now(), cpu_with_ended(postmaster));
    let mut child = Command::new(env!("CARGO_BIN_EXE_mujun"))
        .args(arguments)
        .env("DATABASE_URL", url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut out = child.stdout.take().ok_or("no output")?;
    let said = std::thread::spawn(move || {
        let mut said = Vec::new();
        out.read_to_end(&mut said).map(|_| said)
    });
    let (mut peak_mb, mut program_cpu) = (0, 0.0);
    let status = loop {
        peak_mb = peak_memory_mb(&child.id().to_string()).max(peak_mb);
        program_cpu = cpu_with_ended(child.id()).max(program_cpu);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(GLANCE);
    };
    let wall = start.elapsed().as_secs_f64();
    let said = said.join().map_err(|_| "the output was lost")??;
    if !status.success() {
        return Err(format!("mujun {arguments:?} failed: {}", String::from_utf8_lossy(&said)).into());
    }
    // A server process that has ended is counted with its parent a moment later.
    std::thread::sleep(Duration::from_secs(1));
    Ok((Spent { wall, program_cpu, database_cpu: cpu_with_ended(postmaster) - database, peak_mb }, said))
}

fn postmaster(cluster: &Cluster) -> Result<u32, Box<dyn Error>> {
    let text = std::fs::read_to_string(cluster.server_files().join("postmaster.pid"))?;
    Ok(text.lines().next().unwrap_or_default().trim().parse()?)
}

/// Processor seconds of a process and of those of its children that have ended; 0 when it is gone.
fn cpu_with_ended(pid: u32) -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = after_name.split_whitespace().skip(11).take(4).filter_map(|text| text.parse::<f64>().ok()).sum();
    ticks / TICKS_A_SECOND
}

/// A file of every so-many-th parcel, a centimetre to the east and with a stated area a little larger.
fn changed(cluster: &Cluster, folder: &Path, every: usize, code: &str) -> Result<PathBuf, Box<dyn Error>> {
    let options = cluster.options();
    let target = format!(
        "host={} user={} dbname={}",
        cluster.sockets().display(),
        options.get_username(),
        options.get_database().unwrap_or("postgres")
    );
    let file = folder.join("tried.csv");
    let query = format!(
        "copy (select division_code as \"行政区\", {code} as \"宗地代码\", round((coalesce(documentary_area_m2, ellipsoidal_area_m2) * 1.001)::numeric, 2) as \"宗地面积\",
             st_astext(st_translate(geom, 1e-7, 0)) as geom
         from parcel where upper_inf(recorded) and version_id % {every} = 0) to stdout (format csv, header)"
    );
    let status = Command::new("psql").args(["-q", &target, "-c", &query]).stdout(std::fs::File::create(&file)?).status()?;
    if status.success() { Ok(file) } else { Err("psql could not write the file".into()) }
}
