//! A file of few and huge outlines is taken in with the memory of a file of many small ones.

use std::process::Command;

use sqlx::Row;

use crate::cli::{mujun, run, said, url};
use crate::support::{TestCity, reachable_folder, server};

/// 400 outlines of 20,001 corners each, 320 kB of geometry a row, 128 MB in all: discs, so that none touches another.
const DISCS: &str =
    "select format('330402%s001GB%s', lpad((n / 100 + 1)::text, 3, '0'), lpad((n % 100 + 1)::text, 5, '0')) as 宗地代码,
    st_buffer(st_setsrid(st_makepoint(120.6 + 0.01 * (n % 20), 30.6 + 0.01 * (n / 20)), 4490), 0.002, 'quad_segs=5000') as geom
    from generate_series(0, 399) as n";

/// What the importing process and its reader may hold each, MB. Held at once, the raw rows alone would be 128 MB, and what is made of
/// them several times as much.
const LIMIT_MB: u64 = 300;

/// Runs a command and writes, last, the peak of the memory that it or one of its children held, kB.
const PEAK: &str = "import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)";

#[tokio::test]
async fn outlines_of_twenty_thousand_corners_are_taken_in_within_the_memory_of_small_ones() {
    let (city, folder) = (TestCity::new().await, reachable_folder());
    let divisions = folder.path().join("divisions.geojson");
    std::fs::write(&divisions, mujun::sample::DIVISIONS_GEOJSON).unwrap();
    let output = run(&city, &["import", "divisions", &divisions.display().to_string()]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));

    let file = folder.path().join("discs.gpkg");
    let (user, database) = (city.options.get_username().to_owned(), city.options.get_database().unwrap().to_owned());
    let source = format!("PG:host={} user={user} dbname={database}", server().sockets().display());
    let written = Command::new("ogr2ogr")
        .args(["-f", "GPKG", "-nln", "discs", "-a_srs", "EPSG:4490", "-sql", DISCS])
        .arg(&file)
        .arg(source)
        .output()
        .unwrap();
    assert!(written.status.success(), "{}", said(&written));
    assert!(std::fs::metadata(&file).unwrap().len() > 100_000_000);

    let import = mujun(&["import", "parcels", &file.display().to_string()]);
    let mut command = Command::new("python3");
    command
        .args(["-c", PEAK])
        .arg(import.get_program())
        .args(import.get_args())
        .env("DATABASE_URL", url(&city))
        .env("MUJUN_LOG", "off");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let rows: i64 = sqlx::query("select count(*) as rows from parcel").fetch_one(&city.pool).await.unwrap().get("rows");
    assert_eq!(rows, 400);
    let peak_kb: u64 = String::from_utf8_lossy(&output.stdout).lines().last().unwrap().trim().parse().unwrap();
    assert!(peak_kb / 1024 < LIMIT_MB, "{} MB", peak_kb / 1024);
}
