//! Which rows of the registers differ between two instants, what in them differs, and which subject each of them concerns.
//! A row concerns the subject it is, names, or lies on.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use mujun_domain::subject::SubjectKind;
use serde::Serialize;

use crate::app::registers::Registers;
use crate::register::Ground;
use crate::store::Stored;

/// 登记簿中的一行变动。
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowChange {
    /// 登记簿。
    pub register: &'static str,
    /// 行政区划代码。
    pub division_code: String,
    /// 编号。
    pub key: String,
    /// 原来的行；新登记的为 `None`。
    pub old: Option<Place>,
    /// 现在的行；已撤销的为 `None`。
    pub new: Option<Place>,
    /// 不同的各项。
    pub fields: Vec<FieldChange>,
}

/// 来源：文件与行。
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// 文件名。
    pub file: String,
    /// 行号，自 1 起。
    pub row: i32,
}

/// 一项之差。
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// 项目。
    pub label: &'static str,
    /// 原值；没有为 `None`。
    pub old: Option<String>,
    /// 现值；没有为 `None`。
    pub new: Option<String>,
}

/// Whom a row concerns, by name.
type Link = (SubjectKind, String, String);

struct Row {
    version_id: i64,
    place: Place,
    fields: Vec<(&'static str, String)>,
    links: Vec<Link>,
    cells: Vec<Cell>,
}

/// A hundredth of a degree each way: about a kilometre.
type Cell = (i32, i32);
const CELLS_A_DEGREE: f64 = 100.0;

/// The rows that differ, found by whom they concern.
pub struct ChangedRows {
    changes: Vec<(RowChange, Option<[f64; 4]>)>,
    by_link: HashMap<Link, Vec<usize>>,
    by_cell: HashMap<Cell, Vec<usize>>,
    outlines: HashMap<Link, [f64; 4]>,
}

type Key = (&'static str, String, String);

impl ChangedRows {
    /// Compares every register of two instants.
    pub fn between(old: &Registers, new: &Registers) -> ChangedRows {
        let (before, mut outlines) = rows(old);
        let (after, newer) = rows(new);
        outlines.extend(newer);
        let keys: BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
        let mut found = ChangedRows { changes: Vec::new(), by_link: HashMap::new(), by_cell: HashMap::new(), outlines };
        for key in keys {
            let (old, new) = (before.get(key), after.get(key));
            if old.map(|(row, _)| row.version_id) == new.map(|(row, _)| row.version_id) {
                continue;
            }
            let position = found.changes.len();
            let change = RowChange {
                register: key.0,
                division_code: key.1.clone(),
                key: key.2.clone(),
                old: old.map(|(row, _)| row.place.clone()),
                new: new.map(|(row, _)| row.place.clone()),
                fields: fields(old.map(|(row, _)| row), new.map(|(row, _)| row)),
            };
            let mut reach: Option<[f64; 4]> = None;
            let (mut links, mut cells) = (BTreeSet::new(), BTreeSet::new());
            for (row, bounds) in [old, new].into_iter().flatten() {
                links.extend(row.links.iter().cloned());
                cells.extend(row.cells.iter().copied());
                reach = reach.zip(*bounds).map(|(one, other)| joined(one, other)).or(reach).or(*bounds);
            }
            found.changes.push((change, reach));
            for link in links {
                found.by_link.entry(link).or_default().push(position);
            }
            for cell in cells {
                found.by_cell.entry(cell).or_default().push(position);
            }
        }
        found
    }

    /// The rows that concern a subject: those that name it first, then those on its ground.
    pub fn concerning(&self, kind: SubjectKind, division_code: &str, code: &str) -> Vec<&RowChange> {
        let link = (kind, division_code.to_owned(), code.to_owned());
        let mut positions: Vec<usize> = self.by_link.get(&link).cloned().unwrap_or_default();
        if let Some(bounds) = self.outlines.get(&link) {
            let near: BTreeSet<usize> =
                cells(*bounds).iter().filter_map(|cell| self.by_cell.get(cell)).flatten().copied().collect();
            let touching = near.into_iter().filter(|position| {
                self.changes[*position].1.is_some_and(|other| meet(*bounds, other)) && !positions.contains(position)
            });
            positions.extend(touching.collect::<Vec<_>>());
        }
        positions.into_iter().map(|position| &self.changes[position].0).collect()
    }
}

fn joined(one: [f64; 4], other: [f64; 4]) -> [f64; 4] {
    [one[0].min(other[0]), one[1].min(other[1]), one[2].max(other[2]), one[3].max(other[3])]
}

fn meet(one: [f64; 4], other: [f64; 4]) -> bool {
    one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3]
}

#[expect(clippy::cast_possible_truncation, reason = "degrees times a hundred fit")]
fn cells([west, south, east, north]: [f64; 4]) -> Vec<Cell> {
    let cell = |degrees: f64| (degrees * CELLS_A_DEGREE).floor() as i32;
    (cell(west)..=cell(east)).flat_map(|x| (cell(south)..=cell(north)).map(move |y| (x, y))).collect()
}

fn fields(old: Option<&Row>, new: Option<&Row>) -> Vec<FieldChange> {
    let of = |row: Option<&Row>| -> BTreeMap<&'static str, String> {
        row.into_iter().flat_map(|row| row.fields.iter().cloned()).collect()
    };
    let (old, new) = (of(old), of(new));
    let labels: BTreeSet<&'static str> = old.keys().chain(new.keys()).copied().collect();
    labels
        .into_iter()
        .filter(|label| old.get(label) != new.get(label))
        .map(|label| FieldChange { label, old: old.get(label).cloned(), new: new.get(label).cloned() })
        .collect()
}

fn bounds(ground: Option<&Ground>) -> Option<[f64; 4]> {
    ground.map(|ground| {
        let bounds = ground.surface.bounds();
        [bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y]
    })
}

fn m2(value: Option<f64>) -> Option<String> {
    value.map(|m2| format!("{m2:.2} m²"))
}

fn number(value: Option<f64>) -> Option<String> {
    value.map(|number| number.to_string())
}

fn day(value: Option<NaiveDate>) -> Option<String> {
    value.map(|day| day.to_string())
}

/// The outline, told by what moves when it is drawn otherwise.
fn outline(ground: Option<&Ground>) -> Option<String> {
    let [west, south, ..] = bounds(ground)?;
    ground.map(|ground| format!("{:.2} m²，西南角 {west:.6}, {south:.6}", ground.ellipsoidal_area_m2))
}

type Rows = HashMap<Key, (Row, Option<[f64; 4]>)>;

/// Every row by its key, and the outline of every subject.
fn rows(registers: &Registers) -> (Rows, HashMap<Link, [f64; 4]>) {
    let (mut rows, mut outlines): (Rows, HashMap<Link, [f64; 4]>) = Default::default();
    let parcel_of: HashMap<(&str, &str), &str> = registers
        .supplies
        .iter()
        .filter_map(|supply| {
            let record = &supply.record;
            Some(((record.division_code.as_str(), record.supply_code.as_str()), record.parcel_code.as_deref()?))
        })
        .collect();
    let mut parcels_of: HashMap<(&str, &str), Vec<&str>> = HashMap::new();
    for occupancy in &registers.occupancies {
        let record = &occupancy.record;
        parcels_of.entry((&record.division_code, &record.enterprise_code)).or_default().push(&record.parcel_code);
    }
    macro_rules! register {
        ($rows:expr, $record:ident, $label:literal, $key:expr, $ground:expr, [$($name:literal: $value:expr),* $(,)?], $links:expr) => {
            for version in &$rows {
                let version: &Stored<_> = version;
                let $record = &version.record;
                let division = &$record.division_code;
                let key: String = $key;
                let ground: Option<&Ground> = $ground;
                let listed: Vec<(&'static str, Option<String>)> = vec![$(($name, $value),)* ("图形", outline(ground))];
                let named: Vec<(SubjectKind, String)> = $links;
                let links: Vec<Link> = named.into_iter().map(|(kind, code)| (kind, division.clone(), code)).collect();
                let reach = bounds(ground);
                let file = registers.files.get(&version.import_id).map_or_else(String::new, |name| name.to_string());
                let row = Row {
                    version_id: version.version_id,
                    place: Place { file, row: version.source_row },
                    fields: listed.into_iter().filter_map(|(label, text)| Some((label, text?))).collect(),
                    links,
                    cells: reach.map(cells).unwrap_or_default(),
                };
                rows.insert(($label, division.clone(), key), (row, reach));
            }
        };
    }
    use SubjectKind::{Approval, Parcel, Supply};
    register!(registers.parcels, p, "宗地", p.parcel_code.clone(), Some(&p.ground), [
        "证载面积": m2(p.documentary_area_m2),
        "行业": p.industry_code.clone(),
        "所载计容建筑面积": m2(p.stated_counting_floor_area_m2),
        "所载基底面积": m2(p.stated_footprint_m2),
    ], vec![(Parcel, p.parcel_code.clone())]);
    register!(registers.buildings, b, "建筑物", b.building_code.clone(), Some(&b.ground), [
        "地上层数": b.storeys_above.map(|storeys| storeys.to_string()),
        "层高": number(b.storey_height_m),
        "所载建筑面积": m2(b.stated_floor_area_m2),
    ], vec![]);
    register!(registers.approvals, a, "用地批次", a.approval_number.clone(), a.ground.as_ref(), [
        "批准日期": day(a.approved_on),
        "撤回日期": day(a.withdrawn_on),
        "批准面积": m2(a.documentary_area_m2),
    ], vec![(Approval, a.approval_number.clone())]);
    register!(registers.supplies, s, "供地合同", s.supply_code.clone(), s.ground.as_ref(), [
        "宗地": s.parcel_code.clone(),
        "签订日期": day(s.contract_signed_on),
        "约定开工日期": day(s.agreed_start_on),
        "施工情况": s.construction_state.map(|state| state.as_str().to_owned()),
        "实际开工日期": day(s.actual_start_on),
        "实际竣工日期": day(s.actual_finish_on),
        "容积率下限": number(s.contract_far_min),
        "容积率上限": number(s.contract_far_max),
        "建筑密度上限": number(s.contract_density_max),
        "合同面积": m2(s.documentary_area_m2),
    ], {
        let parcel = s.parcel_code.iter().map(|code| (Parcel, code.clone()));
        [(Supply, s.supply_code.clone())].into_iter().chain(parcel).collect()
    });
    register!(registers.supply_events, e, "合同变更", e.event_code.clone(), None, [
        "种类": Some(e.event_kind.as_str().to_owned()),
        "起始日": day(Some(e.starts_on)),
        "截止日": day(e.ends_on),
        "新的开工日期": day(e.new_start_on),
        "文号": e.document_number.clone(),
    ], {
        let parcel = parcel_of.get(&(e.division_code.as_str(), e.supply_code.as_str()));
        [(Supply, e.supply_code.clone())].into_iter().chain(parcel.map(|code| (Parcel, (*code).to_owned()))).collect()
    });
    register!(registers.deductions, d, "批次核减", d.deduction_code.clone(), Some(&d.ground), [
        "批准文号": d.approval_number.clone(),
        "决定日期": day(d.decided_on),
    ], d.approval_number.iter().map(|number| (Approval, number.clone())).collect());
    register!(registers.occupancies, o, "企业用地", o.occupancy_code.clone(), None, [
        "企业": Some(o.enterprise_code.clone()),
        "占用面积": m2(o.occupied_area_m2),
        "起始日": day(o.from_on),
        "截止日": day(o.until_on),
    ], vec![(Parcel, o.parcel_code.clone())]);
    register!(registers.enterprise_years, y, "企业年度数据", format!("{} {}", y.enterprise_code, y.year), None, [
        "规模": y.size_class.map(|class| class.as_str().to_owned()),
        "税收": number(y.tax_wan_yuan),
        "用地面积": m2(y.land_area_m2),
        "等次": y.grade.clone(),
    ], {
        let parcels = parcels_of.get(&(y.division_code.as_str(), y.enterprise_code.as_str()));
        parcels.into_iter().flatten().map(|code| (Parcel, (*code).to_owned())).collect()
    });
    register!(registers.projects, p, "改造项目", p.project_code.clone(), p.ground.as_ref(), [
        "名称": Some(p.name.clone()),
    ], vec![]);
    let grounds: HashMap<(&str, &str), &Ground> = registers
        .projects
        .iter()
        .filter_map(|project| {
            let record = &project.record;
            Some(((record.division_code.as_str(), record.project_code.as_str()), record.ground.as_ref()?))
        })
        .collect();
    register!(registers.events, e, "改造项目节点", format!("{} {}", e.project_code, e.event_kind), grounds.get(&(e.division_code.as_str(), e.project_code.as_str())).copied(), [
        "发生日期": day(Some(e.happened_on)),
        "文号": e.document.clone(),
    ], vec![]);
    for version in &registers.parcels {
        let record = &version.record;
        if let Some(bounds) = bounds(Some(&record.ground)) {
            outlines.insert((Parcel, record.division_code.clone(), record.parcel_code.clone()), bounds);
        }
    }
    for version in &registers.approvals {
        if let Some(bounds) = bounds(version.record.ground.as_ref()) {
            outlines.insert((Approval, version.record.division_code.clone(), version.record.approval_number.clone()), bounds);
        }
    }
    (rows, outlines)
}
