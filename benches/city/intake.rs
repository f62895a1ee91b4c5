//! Files of parcels and of buildings taken in, checked and versioned, beside ogr2ogr, which checks nothing; the same file, the same
//! server, in turns. Ours ends with every index of the register there; theirs with a primary key and a spatial index.
//!
//! `MUJUN_BENCH_FILES` names a folder in which the files are kept for the next run.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Instant;

use mujun::app::import::{ImportProgress, ImportRequest, import, unwatched};
use mujun::cluster::{Cluster, Durability};
use mujun::register::RegisterKind;
use mujun::sample;
use mujun::store;

use crate::plant::{Sheet, write_csv};

const ROUNDS: usize = 2;

/// Imports a file of `rows` parcels and one of `rows` buildings into a cluster of their own and prints the ratios.
pub async fn beside_ogr2ogr(folder: &Path, rows: usize) -> Result<(), Box<dyn Error>> {
    let files = std::env::var_os("MUJUN_BENCH_FILES").map_or_else(|| folder.join("files"), PathBuf::from);
    std::fs::create_dir_all(&files)?;
    for (kind, sheet) in [(RegisterKind::Parcels, Sheet::Parcels), (RegisterKind::Buildings, Sheet::Buildings)] {
        let file = geopackage(&files, sheet, rows)?;
        let (mut ours, mut theirs) = (f64::INFINITY, f64::INFINITY);
        for round in 0..ROUNDS {
            // A cluster of its own each time, so that the register is empty and neither finds the other's pages.
            let data = folder.join(format!("intake-{}-{round}", kind.as_str()));
            let cluster = Cluster::open_with(&data, Durability::Durable)?;
            // Neither writes out to the disk what the other left in memory.
            nix::unistd::sync();
            theirs = theirs.min(ogr2ogr(&cluster, &file)?);
            nix::unistd::sync();
            ours = ours.min(mujun(&cluster, kind, &file, folder).await?);
            cluster.stop()?;
            std::fs::remove_dir_all(&data)?;
        }
        println!(
            "导入 {rows} 行{}（GPKG）：核对、登记版本、建好索引 {ours:.2} s；ogr2ogr（PG_USE_COPY，不核对）{theirs:.2} s；比值 {:.2}；\
             本进程内存最高 {} MB",
            kind.label_zh(),
            theirs / ours,
            peak_memory_mb("self")
        );
    }
    Ok(())
}

async fn mujun(cluster: &Cluster, kind: RegisterKind, file: &Path, folder: &Path) -> Result<f64, Box<dyn Error>> {
    let pool = store::connect(&cluster.options()).await?;
    store::migrate(&pool).await?;
    let boundaries = folder.join("intake.geojson");
    std::fs::write(&boundaries, sample::DIVISIONS_GEOJSON)?;
    import(&pool, ImportRequest::new(RegisterKind::Divisions, boundaries), &unwatched).await?;
    let (start, begun) = (Instant::now(), Mutex::new(BTreeMap::new()));
    let watch = |progress: ImportProgress| {
        if let Ok(mut begun) = begun.lock() {
            begun.entry(progress.step).or_insert_with(|| start.elapsed().as_secs_f64());
        }
    };
    let report = import(&pool, ImportRequest::new(kind, file.to_owned()), &watch).await?;
    let seconds = start.elapsed().as_secs_f64();
    let begun = begun.into_inner().unwrap_or_default();
    let steps: Vec<String> = begun.iter().map(|(step, at)| format!("{} {at:.2} s", step.label_zh())).collect();
    println!(
        "    mujun：读到 {} 行，新增 {}，隔离 {}，问题 {} 处，{seconds:.2} s；各步开始于 {}",
        report.source.rows_read,
        report.appended.new,
        report.source.rows_quarantined,
        report.issue_count,
        steps.join("，")
    );
    pool.close().await;
    Ok(seconds)
}

fn geopackage(folder: &Path, sheet: Sheet, rows: usize) -> Result<PathBuf, Box<dyn Error>> {
    let file = folder.join(format!("{sheet:?}-{rows}.gpkg").to_lowercase());
    if file.exists() {
        return Ok(file);
    }
    let csv = file.with_extension("csv");
    write_csv(sheet, rows, &csv).map_err(|fault| fault.to_string())?;
    let part = file.with_extension("part.gpkg");
    let status = Command::new("ogr2ogr")
        .args(["-f", "GPKG", "-a_srs", "EPSG:4490", "-nlt", "MULTIPOLYGON", "-nln", "layer", "-lco", "GEOMETRY_NAME=geom"])
        .args(["-oo", "KEEP_GEOM_COLUMNS=NO"])
        .arg(&part)
        .arg(&csv)
        .status()?;
    if !status.success() {
        return Err("ogr2ogr could not write the file".into());
    }
    std::fs::rename(&part, &file)?;
    std::fs::remove_file(&csv)?;
    std::fs::remove_file(csv.with_extension("csvt"))?;
    Ok(file)
}

fn ogr2ogr(cluster: &Cluster, file: &Path) -> Result<f64, Box<dyn Error>> {
    let options = cluster.options();
    let target = format!(
        "PG:host={} user={} dbname={}",
        cluster.sockets().display(),
        options.get_username(),
        options.get_database().unwrap_or("postgres")
    );
    let postgis = Command::new("psql")
        .args(["-q", "-c", "create extension if not exists postgis", &target[3..]])
        .env("PGOPTIONS", "--client-min-messages=warning")
        .status()?;
    let start = Instant::now();
    let status = Command::new("ogr2ogr")
        .args(["--config", "PG_USE_COPY", "YES", "-f", "PostgreSQL", &target])
        .arg(file)
        .args(["-nln", "bench_peer", "-overwrite", "-nlt", "MULTIPOLYGON", "-lco", "GEOMETRY_NAME=geom"])
        .status()?;
    let seconds = start.elapsed().as_secs_f64();
    if !postgis.success() || !status.success() {
        return Err("ogr2ogr failed".into());
    }
    println!("    ogr2ogr：{seconds:.2} s");
    Ok(seconds)
}

/// The most memory that a process has held so far, MB; 0 where the system does not say, or where it is gone.
pub fn peak_memory_mb(process: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: Option<u64> = line.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok());
    kilobytes.unwrap_or_default() / 1024
}
