//! How long after an edit is committed do the tiles show it, and do the others keep their tags?

use std::path::Path;
use std::time::{Duration, Instant};

use mujun::app::import::{ImportRequest, MappingChoice, import, unwatched};
use mujun::register::RegisterKind;
use sqlx::PgPool;

use crate::Failure;
use crate::load::Connection;
use crate::served::Served;

const EDITS: usize = 20;
/// Longer than this and the edit counts as never seen.
const PATIENCE: Duration = Duration::from_secs(60);

/// The planted city numbers its parcels in its own way.
const OWN_NUMBERS: &str = r#"name = "bench"
kind = "parcels"
code_scheme = "opaque"
division = { column = "行政区划代码" }

[columns]
parcel_code = ["宗地代码"]
"#;

/// Milliseconds of the edits, in order.
pub struct Fresh {
    /// From the hand-over of the file to its commit.
    pub committed: Vec<f64>,
    /// From the commit to the first tile that shows it.
    pub shown: Vec<f64>,
}

/// Moves parcels of the city one at a time, each by a file of its own, and asks for its tile at z16 until that differs.
pub async fn edits(served: &Served, pool: &PgPool, folder: &Path) -> Result<Fresh, Failure> {
    let some = "select json_build_object('type', 'FeatureCollection', 'features', json_build_array(json_build_object(
                    'type', 'Feature', 'properties', json_build_object('宗地代码', parcel_code, '行政区划代码', division_code),
                    'geometry', st_asgeojson(st_translate(geom, 0.00001, 0), 9)::json)))::text,
                    st_x(st_pointonsurface(geom)), st_y(st_pointonsurface(geom))
                from parcel order by md5(parcel_code) limit $1";
    let parcels: Vec<(String, f64, f64)> = sqlx::query_as(some).bind(EDITS as i64).fetch_all(pool).await?;
    let mut connection = Connection::open(served.address()).await?;
    let mut fresh = Fresh { committed: Vec::new(), shown: Vec::new() };
    for (number, (text, longitude, latitude)) in parcels.into_iter().enumerate() {
        let file = folder.join(format!("edit-{number}.geojson"));
        std::fs::write(&file, text)?;
        let [x, y] = crate::tile_of(16, longitude, latitude);
        let (shows, far) = (format!("/tiles/parcels/16/{x}/{y}"), format!("/tiles/parcels/16/{}/{}", x + 9, y + 9));
        let (before, far_before) = (tag(&mut connection, &shows).await?, tag(&mut connection, &far).await?);
        let start = Instant::now();
        let mapping = MappingChoice::Text { name: "bench".to_owned(), toml: OWN_NUMBERS.to_owned() };
        let report =
            import(pool, ImportRequest { mapping, ..ImportRequest::new(RegisterKind::Parcels, file) }, &unwatched).await?;
        let commit = Instant::now();
        if report.appended.changed != 1 {
            return Err(format!("one parcel should have changed: {:?} {:?}", report.appended, report.issues).into());
        }
        while tag(&mut connection, &shows).await? == before {
            if commit.elapsed() > PATIENCE {
                return Err(format!("{shows} never showed its edit").into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        fresh.committed.push((commit - start).as_secs_f64() * 1e3);
        fresh.shown.push(commit.elapsed().as_secs_f64() * 1e3);
        if tag(&mut connection, &far).await? != far_before {
            return Err(format!("{far} changed its tag though nothing changed in it").into());
        }
    }
    fresh.committed.sort_by(f64::total_cmp);
    fresh.shown.sort_by(f64::total_cmp);
    Ok(fresh)
}

async fn tag(connection: &mut Connection, path: &str) -> Result<Option<String>, Failure> {
    let head = connection.get(path).await?.head;
    Ok(head.lines().find_map(|line| line.strip_prefix("etag:")).map(|tag| tag.trim().to_owned()))
}
