//! The same question put to DuckDB spatial through its Python package, where that and its extension can be had
//! (`scripts/bench.sh` fetches both into `.cache/duckdb`).

use std::error::Error;
use std::path::Path;
use std::process::Command;

use mujun::cluster::Cluster;
use sqlx::PgConnection;

const SCRIPT: &str = r#"
import sys, time
try:
    import duckdb
except ImportError:
    sys.exit("没有安装 duckdb（pip install duckdb）")
con = duckdb.connect()
try:
    try:
        # The extension as a Python package, for machines that reach a package registry and nothing else.
        from duckdb_extensions import import_extension
        import_extension("spatial", con=con)
    except ImportError:
        con.execute("install spatial")
    con.execute("load spatial")
except Exception as fault:
    sys.exit("spatial 扩展装不上：" + str(fault).splitlines()[0])
con.execute("set threads = 2")
con.execute("create table p as select code, ST_GeomFromWKB(from_hex(geom)) as geom from read_csv(?, names=['code','geom'], delim=',', max_line_size=10000000)", [sys.argv[1]])
con.execute("create table b as select storeys, height, ST_GeomFromWKB(from_hex(geom)) as geom from read_csv(?, names=['storeys','height','geom'], delim=',', max_line_size=10000000)", [sys.argv[2]])
start = time.time()
con.execute("create table answer as select p.code, sum(st_area(st_intersection(p.geom, b.geom)) * storeys * case when height > 8 then 2 else 1 end) as floor from p join b on st_intersects(p.geom, b.geom) group by 1")
print(f"{time.time() - start:.3f}")
"#;

/// Asks, and says either the ratio or why there is none.
pub async fn beside(_cluster: &Cluster, conn: &mut PgConnection, folder: &Path, ours: f64) -> Result<(), Box<dyn Error>> {
    let (parcels, buildings) = (folder.join("parcels.csv"), folder.join("buildings.csv"));
    let runs = |script: &str| Command::new("python3").args(["-c", script]).output();
    let probe = SCRIPT.split_once("con.execute(\"set threads").map_or(SCRIPT, |(head, _)| head);
    let found = runs(probe)?;
    if !found.status.success() {
        let why = String::from_utf8_lossy(&found.stderr);
        println!("DuckDB spatial：不作比较（{}）", why.lines().last().unwrap_or_default());
        return Ok(());
    }
    for (file, query) in [
        (&parcels, "copy (select parcel_code, encode(st_asbinary(geom), 'hex') from bench_parcel) to stdout (format csv)"),
        (
            &buildings,
            "copy (select storeys, height, encode(st_asbinary(geom), 'hex') from bench_building) to stdout (format csv)",
        ),
    ] {
        let mut out = std::fs::File::create(file)?;
        let mut stream = conn.copy_out_raw(query).await?;
        while let Some(bytes) = futures::StreamExt::next(&mut stream).await {
            std::io::Write::write_all(&mut out, &bytes?)?;
        }
    }
    let output = Command::new("python3").args(["-c", SCRIPT]).args([&parcels, &buildings]).output()?;
    match String::from_utf8_lossy(&output.stdout).trim().parse::<f64>() {
        Ok(theirs) => println!("DuckDB spatial（2 线程），已投影，只量建筑：{theirs:.2} s；比值 {:.1}", theirs / ours),
        Err(_) => println!("DuckDB spatial：{}", String::from_utf8_lossy(&output.stderr).trim()),
    }
    Ok(())
}
