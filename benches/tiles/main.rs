//! How many uncached tiles does a processor second give, and how long does the slowest reader wait, beside martin on the same rows
//! with its cache off? Feature counts and bytes stand beside the speed, so that faster is never fewer.
//!
//! Run by `make bench`. `MUJUN_BENCH_PARCELS` sets the size of the planted city; `MUJUN_MARTIN` names martin's program.

#[path = "../city/plant.rs"]
#[allow(dead_code, reason = "the bench of the city also writes what it plants to files")]
mod plant;

mod content;
mod fresh;
mod load;
mod served;

use std::error::Error;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Instant;

use content::Content;
use load::{Load, load};
use mujun::app::import::{ImportRequest, import, unwatched};
use mujun::cluster::{Cluster, Durability};
use mujun::register::RegisterKind;
use mujun::{sample, store};
use served::Served;
use sqlx::PgPool;

const ZOOMS: RangeInclusive<u8> = 5..=16;
/// The peer generalises nothing: farther out than this one of its tiles holds the whole city.
const ZOOMS_OF_PEER: RangeInclusive<u8> = 11..=16;
/// Tiles that are asked for at one zoom, in an order of their own; above this a sample of them.
const TILES: usize = 4_000;
/// Room for tiles that were sent, as the program has it unless told otherwise.
const KEPT_MB: u16 = 128;
/// Tiles of a zoom whose content is decoded and counted.
const COUNTED: usize = 40;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    if std::env::args().any(|argument| argument == served::HELLO) {
        return served::say_hello();
    }
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?.block_on(bench())
}

async fn bench() -> Result<(), Failure> {
    let parcels = std::env::var("MUJUN_BENCH_PARCELS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::Builder::new().prefix("mujun-tiles-").tempdir()?;
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    let cluster = Cluster::open_with(&folder.path().join("data"), Durability::Durable)?;
    let pool = store::connect(&cluster.options()).await?;
    store::migrate(&pool).await?;
    let extent = city(&cluster, &pool, folder.path(), parcels).await?;

    let hello = Served::hello().await?;
    let before = hello.cpu_seconds();
    let bare = load(hello.address(), &["/".to_owned()]).await?;
    let spent = (hello.cpu_seconds() - before).max(0.01);
    println!("axum 只答一句话：{:.0} 次/s，每处理器秒 {:.0} 次", bare.rate(), bare.requests as f64 / spent);
    hello.stop();

    let path = |z, x, y| format!("/tiles/parcels/{z}/{x}/{y}");
    let start = Instant::now();
    let ours = Served::mujun(&cluster, folder.path(), 0).await?;
    println!(
        "mujun 装入快照 {:.1} s，常驻内存 {} MB（峰值 {} MB）",
        start.elapsed().as_secs_f64(),
        ours.resident_mb("VmRSS"),
        ours.resident_mb("VmHWM")
    );
    println!("不保留送出的瓦片：");
    let rows = measure(&ours, extent, ZOOMS, path).await?;
    let fresh = fresh::edits(&ours, &pool, folder.path()).await?;
    let (middle, slowest) = (|all: &[f64]| all[all.len() / 2], |all: &[f64]| all[all.len() - 1]);
    println!(
        "改一宗地 {} 次：导入提交 p50 {:.0} ms、最慢 {:.0} ms；提交到瓦片可见 p50 {:.0} ms、最慢 {:.0} ms；装入后内存峰值 {} MB",
        fresh.shown.len(),
        middle(&fresh.committed),
        slowest(&fresh.committed),
        middle(&fresh.shown),
        slowest(&fresh.shown),
        ours.resident_mb("VmHWM")
    );
    ours.stop();
    pool.close().await;
    println!("保留送出的瓦片（出厂的设置）：");
    let ours = Served::mujun(&cluster, folder.path(), KEPT_MB).await?;
    let kept = measure(&ours, extent, ZOOMS, path).await?;
    ours.stop();
    if let (Some(written), Some(kept)) = (rows.last(), kept.last()) {
        let beside = |row: &Row| row.load.rate() / bare.rate();
        println!("z16 瓦片与只答一句话之比：不保留 {:.2}，保留 {:.2}", beside(written), beside(kept));
    }

    match martin() {
        None => println!("没有 martin（MUJUN_MARTIN 或 .cache/martin），不与它比较"),
        Some(program) => {
            for (source, what) in [("peer_parcels", "预先投影到 3857 的表"), ("peer_parcels_4490", "EPSG:4490 的表")] {
                println!("martin（无缓存），{what}：");
                let peer = Served::martin(&program, &cluster, folder.path(), source).await?;
                let theirs = measure(&peer, extent, ZOOMS_OF_PEER, |z, x, y| format!("/{source}/{z}/{x}/{y}")).await?;
                peer.stop();
                compare(&rows, &theirs);
            }
        }
    }
    cluster.stop()?;
    Ok(())
}

/// Plants the city and a run over it, and lays out the same rows for the peer. Answers its box in EPSG:4326.
async fn city(cluster: &Cluster, pool: &PgPool, folder: &Path, parcels: usize) -> Result<[f64; 4], Failure> {
    let boundaries = folder.join("divisions.geojson");
    std::fs::write(&boundaries, sample::DIVISIONS_GEOJSON)?;
    import(pool, ImportRequest::new(RegisterKind::Divisions, boundaries), &unwatched).await?;
    let planted = plant::plant(&cluster.options(), pool, parcels).await?;
    println!(
        "种下的城市：宗地 {}、建筑 {}、批次 {}、合同 {}，顶点 {}",
        planted.parcels, planted.buildings, planted.approvals, planted.supplies, planted.vertices
    );
    sqlx::raw_sql(include_str!("peer.sql")).execute(pool).await?;
    let box_of = "select array[st_xmin(e), st_ymin(e), st_xmax(e), st_ymax(e)]
                  from (select st_extent(geom)::box2d as e from parcel) t";
    let extent: Vec<f64> = sqlx::query_scalar(box_of).fetch_one(pool).await?;
    extent.try_into().map_err(|_| "a box has four sides".into())
}

fn martin() -> Option<PathBuf> {
    let named = std::env::var_os("MUJUN_MARTIN").map(PathBuf::from);
    let usual = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/martin/bin/martin");
    named.or(Some(usual)).filter(|program| program.is_file())
}

/// What was measured at one zoom.
struct Row {
    zoom: u8,
    tiles: usize,
    load: Load,
    cpu_seconds: f64,
    content: Content,
}

impl Row {
    fn per_cpu_second(&self) -> f64 {
        self.load.requests as f64 / self.cpu_seconds
    }
}

async fn measure(
    served: &Served,
    extent: [f64; 4],
    zooms: RangeInclusive<u8>,
    path: impl Fn(u8, u32, u32) -> String,
) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for zoom in zooms {
        let tiles = covering(extent, zoom);
        let paths: Vec<String> = tiles.iter().map(|(x, y)| path(zoom, *x, *y)).collect();
        let before = served.cpu_seconds();
        let load = load(served.address(), &paths).await?;
        let cpu_seconds = (served.cpu_seconds() - before).max(0.01);
        let content = content::of(served.address(), &paths[..paths.len().min(COUNTED)]).await?;
        println!(
            "  z{zoom:<2} 瓦片 {:5}  {:9.1} 次/s  每处理器秒 {:9.1}  p50 {:8.2} ms  p99 {:8.2} ms  平均 {:9.0} B  最大 {:9} B  要素 {}（汇总 {}）/ {} 片",
            tiles.len(),
            load.rate(),
            load.requests as f64 / cpu_seconds,
            load.percentile(0.5),
            load.percentile(0.99),
            load.mean_bytes(),
            load.largest,
            content.features,
            content.aggregated,
            content.tiles
        );
        rows.push(Row { zoom, tiles: tiles.len(), load, cpu_seconds, content });
    }
    Ok(rows)
}

fn compare(ours: &[Row], theirs: &[Row]) {
    for other in theirs {
        let Some(one) = ours.iter().find(|row| row.zoom == other.zoom) else { continue };
        println!(
            "  z{:<2} 每处理器秒之比 {:7.1}  字节之比 {:6.3}  要素 {} 对 {}（{} 片中的 {} 片）",
            one.zoom,
            one.per_cpu_second() / other.per_cpu_second(),
            one.load.mean_bytes() / other.load.mean_bytes().max(1.0),
            one.content.features + one.content.aggregated,
            other.content.features,
            one.tiles,
            one.content.tiles,
        );
    }
}

/// The tiles over a box, each once, in an order in which neighbours do not follow each other.
fn covering(extent: [f64; 4], zoom: u8) -> Vec<(u32, u32)> {
    let [west, south, east, north] = extent;
    let ([left, top], [right, bottom]) = (tile_of(zoom, west, north), tile_of(zoom, east, south));
    let mut tiles: Vec<(u32, u32)> = (left..=right).flat_map(|x| (top..=bottom).map(move |y| (x, y))).collect();
    let scattered =
        |&(x, y): &(u32, u32)| (u64::from(x) << 32 | u64::from(y)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
    tiles.sort_by_key(scattered);
    tiles.truncate(TILES);
    tiles
}

/// The tile in which a place lies (EPSG:4326).
fn tile_of(zoom: u8, longitude: f64, latitude: f64) -> [u32; 2] {
    let count = f64::from(1_u32 << zoom);
    let y = latitude.to_radians().tan().asinh() / std::f64::consts::PI;
    [((longitude + 180.0) / 360.0 * count).floor() as u32, ((1.0 - y) / 2.0 * count).floor() as u32]
}
