//! A file of buildings taken in, checked and versioned, beside ogr2ogr, which checks nothing.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use mujun::app::import::{ImportRequest, MappingChoice, import, unwatched};
use mujun::cluster::{Cluster, Durability};
use mujun::register::RegisterKind;
use mujun::sample::{self, SampleOptions};
use mujun::store;

const PARCELS: usize = 20_000;

/// Imports a sample city into a cluster of its own and prints a ratio for its largest file.
pub async fn beside_ogr2ogr(folder: &Path) -> Result<(), Box<dyn Error>> {
    let cluster = Cluster::open_with(&folder.join("intake"), Durability::Durable)?;
    let pool = store::connect(&cluster.options()).await?;
    store::migrate(&pool).await?;
    let out = folder.join("sample");
    let options = SampleOptions { parcels: PARCELS, seed: 20_230_330, as_of: "2026-06-30".parse()? };
    let manifest = sample::write(&out, &options, &mut |_| {})?;
    let boundaries = folder.join("intake.geojson");
    std::fs::write(&boundaries, sample::DIVISIONS_GEOJSON)?;
    import(&pool, ImportRequest::new(RegisterKind::Divisions, boundaries), &unwatched).await?;
    for file in &manifest.files {
        let start = Instant::now();
        let mapping = MappingChoice::Named(file.mapping.clone());
        let request = ImportRequest { mapping, ..ImportRequest::new(file.kind.parse()?, out.join(&file.path)) };
        let report = import(&pool, request, &unwatched).await?;
        let seconds = start.elapsed().as_secs_f64();
        if file.path.ends_with(".gpkg") && report.source.rows_read > 1_000 {
            let peer = ogr2ogr(&cluster, &out.join(&file.path))?;
            println!(
                "导入 {}：{} 行 {seconds:.2} s；ogr2ogr（PG_USE_COPY，不检查）{peer:.2} s；比值 {:.2}",
                file.path,
                report.source.rows_read,
                peer / seconds
            );
        }
    }
    pool.close().await;
    cluster.stop()?;
    Ok(())
}

fn ogr2ogr(cluster: &Cluster, file: &Path) -> Result<f64, Box<dyn Error>> {
    let options = cluster.options();
    let target = format!(
        "PG:host={} user={} dbname={}",
        cluster.sockets().display(),
        options.get_username(),
        options.get_database().unwrap_or("postgres")
    );
    let start = Instant::now();
    let status = Command::new("ogr2ogr")
        .args(["--config", "PG_USE_COPY", "YES", "-f", "PostgreSQL", &target])
        .arg(file)
        .args(["-nln", "bench_peer", "-overwrite", "-nlt", "MULTIPOLYGON", "-lco", "GEOMETRY_NAME=geom"])
        .status()?;
    if !status.success() {
        return Err("ogr2ogr failed".into());
    }
    Ok(start.elapsed().as_secs_f64())
}
