//! How fast is the whole city measured and judged, beside PostGIS asked the same question of the same rows? And how fast is
//! a file taken in, beside ogr2ogr, which checks nothing? Ratios are what counts: seconds move with the machine.
//!
//! Run by `make bench`. `MUJUN_BENCH_PARCELS` sets the size of the city (default 20 000).

use std::error::Error;
use std::process::Command;
use std::time::Instant;

use mujun::app::evaluation::registers;
use mujun::app::import::{ImportMode, ImportRequest, import};
use mujun::app::judgement::judge;
use mujun::app::measuring::measure_city;
use mujun::cluster::{Cluster, Durability};
use mujun::register::RegisterKind;
use mujun::sample::{self, SampleOptions};
use mujun::store;
use sqlx::Row;

/// Footprint and counting floor area of every parcel, as a GIS colleague would write it.
const POSTGIS: &str = "
    with part as (
        select p.division_code, p.parcel_code, b.storeys_above as storeys, b.storey_height_m as height,
               st_area(case when st_coveredby(b.geom, p.geom) then st_transform(b.geom, 4549)
                            else st_intersection(st_transform(p.geom, 4549), st_transform(b.geom, 4549)) end) as m2
        from parcel p join building b on st_intersects(p.geom, b.geom)
        where upper_inf(p.recorded) and upper_inf(b.recorded))
    select division_code, parcel_code, sum(m2) as footprint, sum(m2 * storeys * case when height > 8 then 2 else 1 end) as floor
    from part group by 1, 2 order by 1, 2";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test` and `cargo bench` pass flags of their own; there is nothing to choose here.
    let parcels = std::env::var("MUJUN_BENCH_PARCELS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let folder = tempfile::Builder::new().prefix("mujun-bench-").tempdir()?;
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let cluster = Cluster::open_with(&folder.path().join("data"), Durability::Durable)?;
    let pool = store::connect(&cluster.options()).await?;
    store::migrate(&pool).await?;

    let as_of = "2026-06-30".parse()?;
    let options = SampleOptions { parcels, seed: 20_230_330, as_of };
    let out = folder.path().join("sample");
    let start = Instant::now();
    let manifest = sample::write(&out, &options, &mut |_| {})?;
    println!("示例城市 {parcels} 宗：写出 {:.2} s", start.elapsed().as_secs_f64());

    let boundaries = folder.path().join("divisions.geojson");
    std::fs::write(&boundaries, sample::DIVISIONS_GEOJSON)?;
    let commit =
        |kind, path, mapping| ImportRequest { kind, path, mapping, crs: None, observed_on: None, mode: ImportMode::Commit };
    import(&pool, commit(RegisterKind::Divisions, boundaries, None)).await?;
    for file in &manifest.files {
        let start = Instant::now();
        let report = import(&pool, commit(file.kind.parse()?, out.join(&file.path), Some(file.mapping.clone()))).await?;
        let seconds = start.elapsed().as_secs_f64();
        println!("导入 {:<22} {:>9} 行  {seconds:>7.2} s", file.path, report.source.rows_read);
        if file.path.ends_with(".gpkg") && report.source.rows_read > 1_000 {
            let peer = ogr2ogr(&cluster, &out.join(&file.path))?;
            println!("     ogr2ogr（PG_USE_COPY，不检查）        {peer:>7.2} s   比值 {:.2}", seconds / peer);
        }
    }

    let rulebook = mujun::app::rulebook::load(None)?;
    let mut conn = pool.acquire().await?;
    let start = Instant::now();
    let registers = registers(&mut conn, None).await?;
    let load = start.elapsed().as_secs_f64();
    let (mut measuring, mut city) = (f64::INFINITY, None);
    for _ in 0..3 {
        let start = Instant::now();
        city = Some(measure_city(&registers, &rulebook, as_of)?);
        measuring = measuring.min(start.elapsed().as_secs_f64());
    }
    let start = Instant::now();
    let judgement = judge(&registers, &rulebook, as_of)?;
    let judging = start.elapsed().as_secs_f64();
    println!(
        "读入登记簿 {load:.2} s；量算（投影、建筑、剩余图形、改造）{measuring:.2} s；量算并评价 {} 个对象 {judging:.2} s",
        judgement.subjects
    );

    sqlx::query("set max_parallel_workers_per_gather = 2").execute(&mut *conn).await?;
    let mut peer = f64::INFINITY;
    let mut rows = Vec::new();
    for _ in 0..2 {
        let start = Instant::now();
        rows = sqlx::query(POSTGIS).fetch_all(&mut *conn).await?;
        peer = peer.min(start.elapsed().as_secs_f64());
    }
    let measures = &city.ok_or("nothing measured")?.parcels;
    let (mut worst, mut compared) = (0.0_f64, 0);
    let mut row = rows.iter().peekable();
    for (version, measure) in registers.parcels.iter().zip(measures) {
        let key = (version.record.division_code.as_str(), version.record.parcel_code.as_str());
        while row.peek().is_some_and(|row| (row.get::<&str, _>(0), row.get::<&str, _>(1)) < key) {
            row.next();
        }
        let Some(found) = row.peek().filter(|row| (row.get::<&str, _>(0), row.get::<&str, _>(1)) == key) else { continue };
        let ground = &version.record.ground;
        let to_ellipsoid = ground.planar_area_m2.map_or(1.0, |planar| ground.ellipsoidal_area_m2 / planar);
        if let (Some(ours), Some(floor)) = (measure.overlay.counting_floor_area_m2(), found.get::<Option<f64>, _>("floor"))
            && floor > 1.0
        {
            worst = worst.max((ours / (floor * to_ellipsoid) - 1.0).abs());
            compared += 1;
        }
    }
    println!("PostGIS（2 个并行进程）只量建筑 {peer:.2} s；最大相对差 {worst:.1e}（{compared} 宗）");
    println!("比值：PostGIS ÷（读入 + 量算）= {:.1}；PostGIS ÷ 量算 = {:.1}", peer / (load + measuring), peer / measuring);
    drop(conn);
    pool.close().await;
    cluster.stop()?;
    Ok(())
}

fn ogr2ogr(cluster: &Cluster, file: &std::path::Path) -> Result<f64, Box<dyn Error>> {
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
