//! What a trial costs in a city: of a file that changes a hundred parcels, and of one that changes them all. Only what the changes reach
//! is judged, stretch by stretch, so that the first must not grow with the city and the second not with its memory.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Instant;

use mujun::app::evaluation::{Activation, EvaluationRequest, evaluate_city};
use mujun::app::import::{ImportMode, ImportProgress, ImportRequest, ImportStep, MappingChoice, import};
use mujun::cluster::Cluster;
use mujun::ingest::ReadOptions;
use mujun::register::RegisterKind;
use mujun_geometry::Crs;
use sqlx::PgPool;

use crate::intake::peak_memory_mb;
use crate::{cpu_seconds, plant};

/// Planted parcels have codes of their own.
const MAPPING: &str = r#"
kind = "parcels"
code_scheme = "opaque"
division = { column = "行政区" }
[columns]
parcel_code = "宗地代码"
documentary_area_m2 = { column = "宗地面积", unit = "m2" }
"#;

/// Plants a city of `parcels` and tries two files against it.
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
    for (what, every) in [("一百宗", (parcels / 100).max(1)), ("全部宗地", 1)] {
        let file = changed(cluster, folder, every)?;
        forget_peak();
        let (start, cpu) = (Instant::now(), cpu_seconds());
        let foreseeing = Mutex::new(None);
        let watch = |progress: ImportProgress| {
            if progress.step == ImportStep::Foreseeing
                && let Ok(mut begun) = foreseeing.lock()
            {
                begun.get_or_insert((start.elapsed().as_secs_f64(), cpu_seconds() - cpu));
            }
        };
        let request = ImportRequest {
            mode: ImportMode::DryRun,
            options: ReadOptions::in_crs(Crs::CGCS2000),
            mapping: MappingChoice::Text { name: "bench".to_owned(), toml: MAPPING.to_owned() },
            ..ImportRequest::new(RegisterKind::Parcels, file)
        };
        let report = import(pool, request, &watch).await?;
        let (wall, spent) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        let (before, before_cpu) = foreseeing.into_inner().unwrap_or_default().unwrap_or_default();
        let consequence = report.consequence.ok_or("nothing was foreseen")?;
        println!(
            "试算{what}（变更 {}）：{wall:.1} s，其中预演结论 {:.1} s（本进程处理器 {:.1} s）；标记变化 {} 处；本进程内存最高 {} MB",
            report.appended.changed,
            wall - before,
            spent - before_cpu,
            consequence.changes_total,
            peak_memory_mb()
        );
    }
    Ok(())
}

/// A file of every so-many-th parcel, a centimetre to the east and with a stated area a little larger.
fn changed(cluster: &Cluster, folder: &Path, every: usize) -> Result<PathBuf, Box<dyn Error>> {
    let options = cluster.options();
    let target = format!(
        "host={} user={} dbname={}",
        cluster.sockets().display(),
        options.get_username(),
        options.get_database().unwrap_or("postgres")
    );
    let file = folder.join(format!("changed-{every}.csv"));
    let query = format!(
        "copy (select division_code as \"行政区\", parcel_code as \"宗地代码\", round((coalesce(documentary_area_m2, ellipsoidal_area_m2) * 1.001)::numeric, 2) as \"宗地面积\",
             st_astext(st_translate(geom, 1e-7, 0)) as geom
         from parcel where upper_inf(recorded) and version_id % {every} = 0) to stdout (format csv, header)"
    );
    let status = Command::new("psql").args(["-q", &target, "-c", &query]).stdout(std::fs::File::create(&file)?).status()?;
    if status.success() { Ok(file) } else { Err("psql could not write the file".into()) }
}

/// Lets the peak of this process's memory be measured from here on.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
