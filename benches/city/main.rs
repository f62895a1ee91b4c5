//! How fast is the whole city measured, beside PostGIS (and DuckDB, where its extension installs) asked the same question of the same
//! rows? And how fast is a file taken in, beside ogr2ogr, which checks nothing? Ratios are what counts: seconds move with the machine.
//!
//! Run by `make bench`. `MUJUN_BENCH_PARCELS` sets the size of the planted city (default 100 000; the design's is 1 000 000);
//! `MUJUN_BENCH=intake` measures the import of files only, `MUJUN_BENCH=foresee` what a trial of a small and of a whole file costs.

mod duck;
mod edit;
mod foresee;
mod intake;
mod peer;
mod plant;

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use mujun::app::import::{ImportRequest, import, unwatched};
use mujun::app::measuring::{counting_rules, sliver_tolerance};
use mujun::app::screening::screen_city;
use mujun::city::snapshot::{CityMeasure, CitySnapshot};
use mujun::cluster::{Cluster, Durability};
use mujun::register::RegisterKind;
use mujun::register::columns::day_number;
use mujun::{sample, store};
use peer::Question;

const REPEATS: usize = 3;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // `cargo test` and `cargo bench` pass flags of their own; there is nothing to choose here.
    let parcels = std::env::var("MUJUN_BENCH_PARCELS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::Builder::new().prefix("mujun-bench-").tempdir()?;
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;

    if std::env::var("MUJUN_BENCH").is_ok_and(|only| only == "intake") {
        return intake::beside_ogr2ogr(folder.path(), parcels).await;
    }
    let cluster = Cluster::open_with(&folder.path().join("data"), Durability::Durable)?;
    let pool = store::connect(&cluster.options()).await?;
    store::migrate(&pool).await?;
    let boundaries = folder.path().join("divisions.geojson");
    std::fs::write(&boundaries, sample::DIVISIONS_GEOJSON)?;
    import(&pool, ImportRequest::new(RegisterKind::Divisions, boundaries), &unwatched).await?;
    if std::env::var("MUJUN_BENCH").is_ok_and(|only| only == "foresee") {
        return foresee::trials(&cluster, &pool, folder.path(), parcels).await;
    }
    let (planted, seconds) = timed(plant::plant(&cluster.options(), &pool, parcels)).await;
    let planted = planted.map_err(|fault| fault.to_string())?;
    println!(
        "种下的城市：宗地 {}、建筑 {}、批次 {}、合同 {}，顶点 {}（{seconds:.1} s）",
        planted.parcels, planted.buildings, planted.approvals, planted.supplies, planted.vertices
    );

    let rulebook = mujun::app::rulebook::load(None)?;
    let as_of = "2026-06-30".parse()?;
    let (rules, tolerance) = (counting_rules(&rulebook, as_of)?, sliver_tolerance(&rulebook, as_of)?);
    let (mut load, mut project, mut measure) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    let mut held = None;
    for _ in 0..REPEATS {
        drop(held.take());
        let (columns, seconds) = timed(store::columns::city(&pool)).await;
        load = load.min(seconds);
        let start = Instant::now();
        held = Some(CitySnapshot::new(columns?)?);
        project = project.min(start.elapsed().as_secs_f64());
    }
    let snapshot = held.ok_or("nothing was read")?;
    let day = day_number(as_of);
    let mut measured = None;
    let (mut judge, spent) = (f64::INFINITY, cpu_seconds());
    for _ in 0..REPEATS {
        let start = Instant::now();
        let city = snapshot.measure(rules, &tolerance, day);
        let measuring = start.elapsed().as_secs_f64();
        let screening = screen_city(&snapshot, &city.sites, &rulebook, as_of)?;
        judge = judge.min(start.elapsed().as_secs_f64());
        measure = measure.min(measuring);
        measured = Some((city, screening));
    }
    let (measured, screening) = measured.ok_or("nothing was measured")?;
    println!("     本进程累计处理器时间 {:.1} s；量算与筛查 {REPEATS} 次；机器忙时以它为准", cpu_seconds() - spent);
    println!("mujun：按列读入 {load:.2} s；投影与建索引 {project:.2} s；量算（建筑、批次剩余、份额）{measure:.2} s");
    println!("mujun：量算并得出全部宗地 {} 个结论 {judge:.2} s（自内存快照）", screening.outcomes.len());
    let snapshot = Arc::new(snapshot);
    edit::one_building(&snapshot, &rulebook, as_of)?;

    let mut conn = pool.acquire().await?;
    let stored = best(&mut conn, Question::Stored).await?;
    compare_sites(&mut conn, &snapshot, &measured).await?;
    println!("PostGIS（2 个并行进程），存储的经纬度图形，只量建筑：{stored:.2} s");
    peer::prepare(&mut conn).await?;
    let planar = best(&mut conn, Question::Planar).await?;
    compare_sites(&mut conn, &snapshot, &measured).await?;
    let left = best(&mut conn, Question::Leftovers).await?;
    compare_leftovers(&mut conn, &snapshot, &measured).await?;
    println!("PostGIS（2 个并行进程），已投影并建索引：建筑 {planar:.2} s，批次剩余 {left:.2} s");
    let cold = load + project + measure;
    println!(
        "比值（冷）：PostGIS 只量建筑 ÷（读入 + 投影 + 全部量算）= {:.1}；建筑与剩余 {:.1}",
        stored / cold,
        (stored + left) / cold
    );
    println!("比值（热）：PostGIS 建筑与剩余 ÷ 全部量算 = {:.1}；只算建筑 {:.1}", (planar + left) / measure, planar / measure);
    duck::beside(&cluster, &mut conn, folder.path(), measure).await?;
    drop(conn);
    pool.close().await;
    cluster.stop()?;
    intake::beside_ogr2ogr(folder.path(), parcels).await
}

/// Seconds that this process has spent on all cores: what a busy machine cannot stretch.
fn cpu_seconds() -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |at: usize| after_name.split_whitespace().nth(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / TICKS_A_SECOND
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, f64) {
    let start = Instant::now();
    let done = work.await;
    (done, start.elapsed().as_secs_f64())
}

/// Twice for a small city, so that the second time finds its pages in memory; once for a large one, which takes minutes.
async fn best(conn: &mut sqlx::PgConnection, question: Question) -> Result<f64, Box<dyn Error>> {
    let first = peer::ask(conn, question).await?;
    Ok(if first > 60.0 { first } else { first.min(peer::ask(conn, question).await?) })
}

/// Every parcel beside the peer's last answer: both areas in the plane.
async fn compare_sites(conn: &mut sqlx::PgConnection, city: &CitySnapshot, measured: &CityMeasure) -> Result<(), Box<dyn Error>> {
    let answers: std::collections::HashMap<String, (f64, f64)> =
        peer::sites(conn).await?.into_iter().map(|(code, footprint, floor)| (code, (footprint, floor))).collect();
    let (mut worst, mut compared, mut lacking) = (0.0_f64, 0, 0);
    for (at, site) in measured.sites.iter().enumerate() {
        let code = std::str::from_utf8(city.parcels.parcel_code.get(at))?;
        let to_plane = 1.0 / city.parcel_grounds.to_ellipsoid(at);
        let footprint = site.parts.iter().map(|part| part.footprint_m2).sum::<f64>() * to_plane;
        let Some((theirs, floor)) = answers.get(code) else {
            lacking += usize::from(footprint > 1e-3);
            continue;
        };
        let Some(ours) = site.counting_floor_area_m2().map(|m2| m2 * to_plane) else { continue };
        // Below a square decimetre a building only touches; what both make of that is rounding.
        if floor.max(ours) > 0.01 {
            worst = worst.max((footprint - theirs).abs() / theirs.max(1.0)).max((ours - floor).abs() / floor.max(1.0));
            compared += 1;
        }
    }
    println!("     基底与计容建筑面积最大相对差 {worst:.1e}（{compared} 宗；对方没有而我方有的 {lacking} 宗）");
    Ok(())
}

/// Every approval beside the peer's last answer. Ours sets slivers apart; theirs does not.
async fn compare_leftovers(
    conn: &mut sqlx::PgConnection,
    city: &CitySnapshot,
    measured: &CityMeasure,
) -> Result<(), Box<dyn Error>> {
    let answers: std::collections::HashMap<String, (f64, f64)> =
        peer::leftovers(conn).await?.into_iter().map(|(number, ground, left)| (number, (ground, left))).collect();
    let mut worst = 0.0_f64;
    for (at, left) in measured.leftovers.iter().enumerate() {
        let number = std::str::from_utf8(city.approvals.approval_number.get(at))?;
        let Some((ground, theirs)) = answers.get(number) else { continue };
        let ours = (left.leftover_m2 + left.sliver_m2) / city.approval_grounds.to_ellipsoid(at);
        let theirs = if theirs.is_nan() { *ground } else { *theirs };
        worst = worst.max((ours - theirs).abs() / ground);
    }
    println!("     批次剩余面积与批准面积相比最大差 {worst:.1e}（{} 批）", measured.leftovers.len());
    Ok(())
}
