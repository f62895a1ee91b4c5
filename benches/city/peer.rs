//! The same questions put to PostGIS in SQL, as a GIS colleague would write them, with two parallel workers.

use std::error::Error;
use std::time::Instant;

use sqlx::{AssertSqlSafe, PgConnection, Row};

/// Footprint and counting floor area of every parcel, from geometry as it is stored (EPSG:4490): the areas need the plane.
const STORED: &str = "
    with part as (
        select p.division_code, p.parcel_code, b.storeys_above as storeys, b.storey_height_m as height,
               st_area(case when st_coveredby(b.geom, p.geom) then st_transform(b.geom, 4549)
                            else st_intersection(st_transform(p.geom, 4549), st_transform(b.geom, 4549)) end) as m2
        from parcel p join building b on st_intersects(p.geom, b.geom)
        where upper_inf(p.recorded) and upper_inf(b.recorded))
    select division_code, parcel_code, sum(m2) as footprint, sum(m2 * storeys * case when height > 8 then 2 else 1 end) as floor
    from part group by 1, 2";

/// The same from geometry that is in the plane already, indexed and analysed.
const PLANAR: &str = "
    with part as (
        select p.division_code, p.parcel_code, b.storeys, b.height,
               st_area(case when st_coveredby(b.geom, p.geom) then b.geom else st_intersection(p.geom, b.geom) end) as m2
        from bench_parcel p join bench_building b on st_intersects(p.geom, b.geom))
    select division_code, parcel_code, sum(m2) as footprint, sum(m2 * storeys * case when height > 8 then 2 else 1 end) as floor
    from part group by 1, 2";

/// What each approval has left over after everything supplied, from geometry in the plane.
const LEFTOVERS: &str = "
    select a.approval_number, st_area(a.geom) as ground, st_area(st_difference(a.geom, s.geom)) as leftover
    from bench_approval a cross join lateral
        (select st_union(geom) as geom from bench_supplied where geom && a.geom) s";

const PREPARE: [&str; 8] = [
    "create unlogged table bench_parcel as
        select division_code, parcel_code, st_transform(geom, 4549) as geom from parcel where upper_inf(recorded)",
    "create unlogged table bench_building as
        select storeys_above as storeys, storey_height_m as height, st_transform(geom, 4549) as geom
        from building where upper_inf(recorded)",
    "create unlogged table bench_approval as
        select approval_number, st_transform(geom, 4549) as geom from approval where upper_inf(recorded)",
    "create unlogged table bench_supplied as
        select p.geom from bench_parcel p join supply s using (division_code, parcel_code) where upper_inf(s.recorded)",
    "create index on bench_parcel using gist (geom)",
    "create index on bench_building using gist (geom)",
    "create index on bench_approval using gist (geom)",
    "create index on bench_supplied using gist (geom)",
];

/// Brings everything to the plane once: what the warm questions start from. Not counted.
pub async fn prepare(conn: &mut PgConnection) -> Result<(), Box<dyn Error>> {
    for statement in PREPARE {
        sqlx::query(statement).execute(&mut *conn).await?;
    }
    for table in ["bench_parcel", "bench_building", "bench_approval", "bench_supplied"] {
        sqlx::query(AssertSqlSafe(format!("vacuum (analyze) {table}"))).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Which question.
#[derive(Clone, Copy)]
pub enum Question {
    Stored,
    Planar,
    Leftovers,
}

/// Answers into a table of its own, and says how many seconds that took.
pub async fn ask(conn: &mut PgConnection, question: Question) -> Result<f64, Box<dyn Error>> {
    let text = match question {
        Question::Stored => STORED,
        Question::Planar => PLANAR,
        Question::Leftovers => LEFTOVERS,
    };
    for setting in ["set max_parallel_workers_per_gather = 2", "set work_mem = '256MB'"] {
        sqlx::query(setting).execute(&mut *conn).await?;
    }
    sqlx::query("drop table if exists bench_answer").execute(&mut *conn).await?;
    let start = Instant::now();
    sqlx::query(AssertSqlSafe(format!("create unlogged table bench_answer as {text}"))).execute(&mut *conn).await?;
    Ok(start.elapsed().as_secs_f64())
}

/// The last answer about parcels: code, footprint and floor area, planar m².
pub async fn sites(conn: &mut PgConnection) -> Result<Vec<(String, f64, f64)>, Box<dyn Error>> {
    let rows = sqlx::query("select parcel_code, footprint, floor from bench_answer order by division_code, parcel_code")
        .fetch_all(conn)
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get::<Option<f64>, _>(2).unwrap_or(f64::NAN))).collect())
}

/// The last answer about approvals: number, ground and leftover, planar m².
pub async fn leftovers(conn: &mut PgConnection) -> Result<Vec<(String, f64, f64)>, Box<dyn Error>> {
    let rows = sqlx::query("select approval_number, ground, leftover from bench_answer order by 1").fetch_all(conn).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get::<Option<f64>, _>(2).unwrap_or(f64::NAN))).collect())
}
