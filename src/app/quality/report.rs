//! What was found, told: both parties by name, file and row, how much, against which tolerance, and where on the map.

use std::collections::HashMap;
use std::sync::Arc;

use mujun_geometry::crs::Crs;
use mujun_geometry::geo::Coord;
use mujun_geometry::reproject;
use sqlx::PgConnection;

use super::found::{Found, Listed, Met, RowKey};
use super::{QualityError, Tolerances};
use crate::city::ground::PLANE;
use crate::ingest::{IngestIssue, IssueCode};
use crate::register::RegisterKind;
use crate::store;
use crate::store::quality::RowName;

/// The names of rows by version.
pub(super) struct Names {
    kind: RegisterKind,
    import_id: i64,
    rows: HashMap<i64, RowName>,
}

impl Names {
    pub(super) async fn of(
        conn: &mut PgConnection,
        kind: RegisterKind,
        import_id: i64,
        mut named: Vec<RowKey>,
        codes: &[Arc<str>],
    ) -> Result<Names, QualityError> {
        named.sort_unstable_by_key(|row| row.version_id);
        named.dedup();
        let code = |row: &RowKey| Some((Arc::clone(codes.get(row.division as usize)?), row.version_id));
        let versions: Vec<(Arc<str>, i64)> = named.iter().filter_map(code).collect();
        let rows = store::quality::names(conn, kind, &versions).await?;
        Ok(Names { kind, import_id, rows: rows.into_iter().map(|row| (row.version_id, row)).collect() })
    }

    /// The row of the file being imported; `None` for a row of another file.
    pub(super) fn row(&self, version_id: i64) -> Option<i32> {
        self.rows.get(&version_id).filter(|row| row.import_id == self.import_id).map(|row| row.source_row)
    }

    /// “330402 / X”.
    pub(super) fn short(&self, version_id: i64) -> String {
        self.rows
            .get(&version_id)
            .map_or_else(|| format!("版本 {version_id}"), |row| format!("{} / {}", row.division_code, row.code))
    }

    /// With the file and row it comes from.
    pub(super) fn full(&self, version_id: i64) -> String {
        let from = self.rows.get(&version_id).map(|row| match self.row(version_id) {
            Some(own) => format!("（本文件第 {own} 行）"),
            None => format!("（已登记，{} 第 {} 行）", row.file_name, row.source_row),
        });
        format!("{}{}", self.short(version_id), from.unwrap_or_default())
    }

    /// The party that the issue is about and the other: of two rows of the file the later one.
    fn parties(&self, one: i64, other: i64) -> (i64, i64) {
        if self.row(other) > self.row(one) { (other, one) } else { (one, other) }
    }

    fn label(&self) -> &'static str {
        self.kind.label_zh()
    }

    fn in_two_divisions(&self, one: i64, other: i64) -> &'static str {
        let division = |id: i64| self.rows.get(&id).map(|row| row.division_code.as_str());
        if division(one) == division(other) { "" } else { "，且分属两个行政区" }
    }
}

/// Places of the plane as longitude and latitude; one that has no image is no place.
pub(super) fn placed(places: Vec<Option<Coord<f64>>>) -> Vec<Option<(f64, f64)>> {
    let to_map = |place: Option<Coord<f64>>| {
        let place = place?;
        let moved = reproject::with_reprojector(PLANE, Crs::CGCS2000, |projection| projection.point((place.x, place.y)));
        moved.ok()?.ok()
    };
    places.into_iter().map(to_map).collect()
}

/// A fault as it was found, before it is told.
struct Fault {
    code: IssueCode,
    row: i64,
    message: String,
    value: String,
    area_m2: f64,
    place: Option<Coord<f64>>,
}

/// Tells everything, in the order of the rows of the file; of each code those that are listed, and how many more there are.
pub(super) async fn issues(
    conn: &mut PgConnection,
    kind: RegisterKind,
    import_id: i64,
    found: Found,
    tolerances: &Tolerances,
) -> Result<Vec<IngestIssue>, QualityError> {
    let Found { codes, same, nearly, over, strips, slivers, outside, unexamined_pairs, off_plane, .. } = found;
    let mut more: Vec<(IssueCode, usize, f64)> = Vec::new();
    let same = listed(same, IssueCode::SameGround, &mut more);
    let nearly = listed(nearly, IssueCode::NearlySameGround, &mut more);
    let over = listed(over, IssueCode::GroundsOverlap, &mut more);
    let strips = listed(strips, IssueCode::GapBetween, &mut more);
    let slivers = listed(slivers, IssueCode::SliverGround, &mut more);
    let outside = listed(outside, IssueCode::OutsideDivision, &mut more);

    let pairs = same.iter().chain(&nearly).chain(&over).flat_map(|met| [met.one, met.other]);
    let mut named: Vec<RowKey> = pairs.chain(strips.iter().flat_map(|strip| [strip.one, strip.other])).collect();
    named.extend(slivers.iter().map(|sliver| sliver.one).chain(outside.iter().map(|outside| outside.one)));
    let names = Names::of(conn, kind, import_id, named, &codes).await?;

    let mut faults: Vec<Fault> = Vec::new();
    let met = same.iter().map(|met| (IssueCode::SameGround, met));
    let met = met.chain(nearly.iter().map(|met| (IssueCode::NearlySameGround, met)));
    faults.extend(
        met.chain(over.iter().map(|met| (IssueCode::GroundsOverlap, met)))
            .map(|(code, met)| meeting(code, met, &names, tolerances)),
    );
    faults.extend(strips.iter().map(|strip| {
        let (row, other) = names.parties(strip.one.version_id, strip.other.version_id);
        let message = format!(
            "与{} {} 之间有宽约 {:.2} 米、长 {:.1} 米的细缝，{:.2} 平方米不属于任何一宗（不宽于 {} 米的缝列出）",
            names.label(),
            names.full(other),
            strip.area_m2 / strip.length_m,
            strip.length_m,
            strip.area_m2,
            tolerances.topology.gap_max_width_m,
        );
        let value = format!("{:.2} 平方米", strip.area_m2);
        Fault { code: IssueCode::GapBetween, row, message, value, area_m2: strip.area_m2, place: Some(strip.place) }
    }));
    faults.extend(slivers.iter().map(|sliver| {
        let message = format!(
            "{} {} 面积 {:.2} 平方米、平均宽度 {:.2} 米，小于 {} 平方米或窄于 {} 米的是碎屑",
            names.label(),
            names.short(sliver.one.version_id),
            sliver.area_m2,
            sliver.width_m,
            tolerances.topology.sliver_min_m2,
            tolerances.topology.sliver_min_width_m,
        );
        let value = format!("{:.2} 平方米", sliver.area_m2);
        let place = Some(sliver.place);
        Fault { code: IssueCode::SliverGround, row: sliver.one.version_id, message, value, area_m2: sliver.area_m2, place }
    }));
    faults.extend(outside.iter().map(|outside| {
        let most = outside.mostly_in.as_ref().map_or(String::new(), |code| format!("，大部分在 {code}"));
        let message = format!(
            "{} {} 有 {:.1} %（{:.2} 平方米）在所属行政区界线之外{most}（不少于 {} % 且 {} 平方米的列出）",
            names.label(),
            names.short(outside.one.version_id),
            outside.share * 100.0,
            outside.outside_m2,
            tolerances.outside_min_share * 100.0,
            tolerances.outside_min_m2,
        );
        let value = format!("{:.1} %", outside.share * 100.0);
        let place = Some(outside.place);
        Fault {
            code: IssueCode::OutsideDivision,
            row: outside.one.version_id,
            message,
            value,
            area_m2: outside.outside_m2,
            place,
        }
    }));
    let mut issues = told(faults, &names);
    issues.extend(more.into_iter().map(|(code, count, m2)| {
        let message = format!("另有 {count} 处“{}”没有逐一列出，合计 {m2:.2} 平方米", code.title_zh());
        IngestIssue::new(IssueCode::FaultsNotListed, message)
    }));
    if unexamined_pairs > 0 {
        let message = format!("有一处图形重叠过密，{unexamined_pairs} 对图形没有比较；多半是大量重复的图形");
        issues.push(IngestIssue::new(IssueCode::NotExamined, message));
    }
    if off_plane > 0 {
        let message = format!("{off_plane} 行的图形在测量平面（EPSG:4549）之外，没有检查与其他图形的关系");
        issues.push(IngestIssue::new(IssueCode::NotExamined, message));
    }
    Ok(issues)
}

/// The first of a sort; the rest goes to what is only counted.
fn listed<T>(all: Listed<T>, code: IssueCode, more: &mut Vec<(IssueCode, usize, f64)>) -> Vec<T> {
    if all.more > 0 {
        more.push((code, all.more, all.more_m2));
    }
    all.first
}

fn meeting(code: IssueCode, met: &Met, names: &Names, tolerances: &Tolerances) -> Fault {
    let (row, other) = names.parties(met.one.version_id, met.other.version_id);
    let (own_m2, other_m2) = if row == met.one.version_id { (met.one_m2, met.other_m2) } else { (met.other_m2, met.one_m2) };
    let share = |whole: f64| (met.common_m2 / whole * 100.0).min(100.0);
    let apart = names.in_two_divisions(row, other);
    let (label, own, other) = (names.label(), names.short(row), names.full(other));
    let message = match code {
        IssueCode::SameGround => format!("{label} {own} 与 {other} 是同一图形，{:.2} 平方米{apart}", met.common_m2),
        IssueCode::NearlySameGround => format!(
            "{label} {own} 与 {other} 的图形几乎相同：重叠 {:.2} 平方米，占前者 {:.2} %、后者 {:.2} %{apart}（相互不少于 {} % 的列出）",
            met.common_m2,
            share(own_m2),
            share(other_m2),
            tolerances.topology.nearly_same_min_share * 100.0,
        ),
        _ => format!(
            "{label} {own} 与 {other} 重叠 {:.2} 平方米，占前者 {:.2} %、后者 {:.2} %{apart}（不少于 {} 平方米的列出）",
            met.common_m2,
            share(own_m2),
            share(other_m2),
            tolerances.overlap_min_m2,
        ),
    };
    Fault { code, row, message, value: format!("{:.2} 平方米", met.common_m2), area_m2: met.common_m2, place: met.place }
}

fn told(mut faults: Vec<Fault>, names: &Names) -> Vec<IngestIssue> {
    faults.sort_by(|a, b| {
        let key = |fault: &Fault| (names.row(fault.row), fault.code.code());
        key(a).cmp(&key(b)).then_with(|| b.area_m2.total_cmp(&a.area_m2))
    });
    let places = placed(faults.iter().map(|fault| fault.place).collect());
    faults
        .into_iter()
        .zip(places)
        .map(|(fault, place)| {
            let mut issue = IngestIssue::new(fault.code, fault.message).with_place(place);
            issue.row = names.row(fault.row);
            issue.value = Some(fault.value);
            issue
        })
        .collect()
}
