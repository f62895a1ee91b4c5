//! A fixed small number of faulty rows, put in on purpose into the files of the first park, so that an import has something to find.

use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::Planted;
use super::row::{ParcelRow, Park};

/// Parcels that a park must have to be given faults; smaller cities stay clean.
const LEAST_PARCELS: usize = 8;

/// File names, in the order in which they should be imported.
pub(super) const PARCELS: &str = "parcels.shp";
pub(super) const BUILDINGS: &str = "buildings.gpkg";
pub(super) const APPROVALS: &str = "approvals.geojson";
pub(super) const SUPPLIES: &str = "supplies.xlsx";
pub(super) const ZONES: &str = "zones.gpkg";
pub(super) const PROJECTS: &str = "projects.geojson";
pub(super) const PROJECT_EVENTS: &str = "project-events.xlsx";
pub(super) const TARGETS: &str = "targets.xlsx";

/// Puts the faults into the first park of the city and lists them; rows of this park are the first of every file.
pub(super) fn plant(park: &mut Park) -> Vec<Planted> {
    let mut planted = Vec::new();
    if park.parcels.len() < LEAST_PARCELS || park.supplies.len() < LEAST_PARCELS {
        return planted;
    }
    let mut note = |fault: &str, file: &str, index: usize, key: &str, note: &str| {
        planted.push(Planted {
            fault: fault.to_owned(),
            file: file.to_owned(),
            row: index as u64 + 1,
            key: key.to_owned(),
            note: note.to_owned(),
        });
    };

    let typo = &mut park.parcels[2];
    if let Some(ground) = typo.ground.as_ref() {
        use geo::Area;
        typo.documentary_mu = Some(super::dice::rounded(ground.unsigned_area() / super::lot::M2_PER_MU * 10.0, 4));
        note("area-typo", PARCELS, 2, &typo.code, "证载面积多写一位，约为图形面积的 10 倍");
    }
    let model = park.parcels[5].clone();
    // The extra parcels stand in a row below the park, on ground that nothing else uses.
    for (step, (fault, remark)) in [
        ("bow-tie", "界线自相交（两角点次序颠倒）"),
        ("duplicate-code", "与前面一宗宗地代码重复"),
        ("short-code", "宗地代码只有 18 位"),
        ("empty-geometry", "没有图形"),
    ]
    .into_iter()
    .enumerate()
    {
        let index = park.parcels.len();
        let spare = spare_ground(park, step);
        let serial = format!("{}{:05}", &model.code[..14], 99_901 + step);
        let mut row = ParcelRow {
            code: serial,
            location: format!("{}（示例问题行）", model.location),
            documentary_mu: spare.as_ref().map(|_| 7.2),
            ground: spare.map(|ring| MultiPolygon(vec![Polygon::new(LineString(ring), Vec::new())])),
            ..model.clone()
        };
        match fault {
            "bow-tie" => {
                if let Some(ground) = &mut row.ground {
                    ground.0[0].exterior_mut(|ring| ring.0.swap(1, 2));
                }
            }
            "duplicate-code" => row.code.clone_from(&model.code),
            "short-code" => row.code.truncate(18),
            _ => row.ground = None,
        }
        note(fault, PARCELS, index, &row.code, remark);
        park.parcels.push(row);
    }

    let faults: [(usize, &str, &'static str, String, &str); 4] = [
        (1, "text-date", "合同签订日期", "2019年09月10日".to_owned(), "日期是文字而不是 Excel 日期"),
        (3, "number-with-semicolon", "成交价款(万元)", "24.9480;".to_owned(), "数值以分号结尾"),
        (5, "unknown-construction", "施工情况", "停工待核".to_owned(), "施工情况不在约定的取值内"),
        (7, "finish-before-start", "约定竣工日期", String::new(), "约定竣工日期早于约定开工日期"),
    ];
    for (index, fault, column, text, remark) in faults {
        let supply = &mut park.supplies[index];
        if fault == "finish-before-start" {
            supply.agreed_finish_on = supply.agreed_start_on.and_then(|day| day.checked_sub_days(chrono::Days::new(45)));
        } else {
            supply.overrides.push((column, text));
        }
        note(fault, SUPPLIES, index, &supply.code, remark);
    }
    if let Some(approval) = park.approvals.first_mut() {
        approval.approved_on = None;
        note("approval-without-date", APPROVALS, 0, &approval.number, "批次没有批准日期");
    }
    planted
}

/// A closed ring of 60 × 80 m in the plane, the `step`-th of a row south of the park.
fn spare_ground(park: &Park, step: usize) -> Option<Vec<Coord<f64>>> {
    use geo::BoundingRect;
    let hull = park.zones.iter().filter_map(|zone| zone.ground.bounding_rect()).reduce(|a, b| {
        geo::Rect::new(
            Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
            Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
        )
    })?;
    let x = (hull.center().x + 90.0 * step as f64).round();
    let y = (hull.min().y - 120.0).round();
    let corner = |dx: f64, dy: f64| Coord { x: x + dx, y: y + dy };
    Some(vec![corner(0.0, 0.0), corner(60.0, 0.0), corner(60.0, 80.0), corner(0.0, 80.0), corner(0.0, 0.0)])
}
