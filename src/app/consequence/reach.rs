//! 波及范围。Which subjects a stretch of changed rows can reach, and every row that their judgement rests on: found by the links and
//! boxes of the registers, in the union of the rows before and after, so that what is judged is a part of the city and complete.
//!
//! Larger than needed is harmless (a subject that is judged twice alike has not changed); smaller would be wrong.
//!
//! - A parcel rests on the buildings and projects at it, the contracts that name it with their events, the firms on it with all that they
//!   occupy and their years, and on the leftovers of the approvals that it meets.
//! - A leftover rests on the contracts and parcels on its approval, on deductions, and, for what is counted, on the leftovers beside it.
//! - A contract rests on its events, and shares the flagged area of its parcel.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use mujun_domain::subject::SubjectKind;
use mujun_geometry::geo::{Rect, coord};
use mujun_geometry::index::PackedIndex;
use sqlx::PgConnection;

use crate::register::RegisterKind;
use crate::store::StoreError;
use crate::store::consequence::{self, EVERYTHING, Link, LinkedRow, MovedRow, pointing};

/// Division and code.
pub(super) type Key = (String, String);

/// Boxes are widened by this, degrees (about a metre): straight edges in degrees and in the plane part by centimetres.
const MARGIN: f64 = 1e-5;

/// Boxes are asked for as one where they fill so much of the box around them.
const FILLED: f64 = 0.5;

/// Rows of each register, as division and version.
pub(super) type NeededRows = BTreeMap<RegisterKind, BTreeSet<(String, i64)>>;

/// What a stretch of changed rows reaches.
#[derive(Debug)]
pub(super) struct Reach {
    /// What may be judged otherwise.
    pub subjects: Subjects,
    /// Rows that are needed to judge it.
    pub rows: NeededRows,
    /// Those of the versions that the import ends; all are of its register.
    pub former: HashSet<i64>,
}

/// Subjects that may be judged otherwise, by their kind.
#[derive(Debug)]
pub(super) struct Subjects {
    /// 宗地。
    pub parcels: BTreeSet<Key>,
    /// 供地合同。
    pub supplies: BTreeSet<Key>,
    /// 用地批次。
    pub approvals: BTreeSet<Key>,
}

impl Subjects {
    /// All of them, always in the same order.
    pub fn iter(&self) -> impl Iterator<Item = (SubjectKind, &Key)> {
        let all = [
            (SubjectKind::Parcel, &self.parcels),
            (SubjectKind::Supply, &self.supplies),
            (SubjectKind::Approval, &self.approvals),
        ];
        all.into_iter().flat_map(|(subject, keys)| keys.iter().map(move |key| (subject, key)))
    }
}

/// Rows of one register, each once.
#[derive(Clone, Debug, Default)]
struct Rows(BTreeMap<(String, i64), LinkedRow>);

impl Rows {
    fn add(&mut self, rows: impl IntoIterator<Item = LinkedRow>) {
        self.0.extend(rows.into_iter().map(|row| ((row.division_code.clone(), row.version_id), row)));
    }

    fn keys(&self) -> BTreeSet<Key> {
        self.0.values().map(|row| (row.division_code.clone(), row.code.clone())).collect()
    }

    fn links(&self, link: impl Fn(&LinkedRow) -> Option<&String>) -> BTreeSet<Key> {
        self.0.values().filter_map(|row| Some((row.division_code.clone(), link(row)?.clone()))).collect()
    }

    fn boxes(&self) -> Vec<Rect<f64>> {
        self.0.values().filter_map(LinkedRow::bounds).map(widened).collect()
    }
}

fn widened(bounds: Rect<f64>) -> Rect<f64> {
    Rect::new((bounds.min().x - MARGIN, bounds.min().y - MARGIN), (bounds.max().x + MARGIN, bounds.max().y + MARGIN))
}

/// The fewest boxes that cover these without covering much besides: rows of one neighbourhood are asked for at once.
fn together(mut boxes: Vec<Rect<f64>>, found: &mut Vec<Rect<f64>>) {
    let Some(around) = boxes.iter().copied().reduce(union) else { return };
    let area = |bounds: &Rect<f64>| bounds.width() * bounds.height();
    let filled: f64 = boxes.iter().map(area).sum();
    if boxes.len() == 1 || filled >= FILLED * area(&around) {
        found.push(around);
        return;
    }
    let is_wide = around.width() >= around.height();
    let along = |bounds: &Rect<f64>| if is_wide { bounds.center().x } else { bounds.center().y };
    let middle = boxes.len() / 2;
    boxes.select_nth_unstable_by(middle, |one, other| along(one).total_cmp(&along(other)));
    let rest = boxes.split_off(middle);
    together(boxes, found);
    together(rest, found);
}

fn union(one: Rect<f64>, other: Rect<f64>) -> Rect<f64> {
    let (low, high, low_2, high_2) = (one.min(), one.max(), other.min(), other.max());
    Rect::new(
        coord! { x: low.x.min(low_2.x), y: low.y.min(low_2.y) },
        coord! { x: high.x.max(high_2.x), y: high.y.max(high_2.y) },
    )
}

/// Rows of a register that meet any of these boxes.
async fn meeting(conn: &mut PgConnection, kind: RegisterKind, boxes: &[Rect<f64>]) -> Result<Vec<LinkedRow>, StoreError> {
    let mut asked = Vec::new();
    together(boxes.to_vec(), &mut asked);
    let mut rows = consequence::meeting(conn, kind, &asked).await?;
    let index = PackedIndex::build(boxes.iter().copied());
    rows.retain(|row| {
        let mut meets = false;
        row.bounds().inspect(|bounds| index.for_each(*bounds, |_| meets = true));
        meets
    });
    Ok(rows)
}

/// Finds what the changed rows of a register reach.
pub(super) async fn reach(conn: &mut PgConnection, kind: RegisterKind, moved: Vec<MovedRow>) -> Result<Reach, StoreError> {
    use RegisterKind::{
        Approvals, Buildings, Deductions, EnterpriseYears, Enterprises, Occupancies, Parcels, ProjectEvents, Projects, Supplies,
        SupplyEvents,
    };
    let (mut seeds, mut parcels) = (Rows::default(), Rows::default());
    for MovedRow { kind, row, .. } in moved {
        let rows = if kind == EVERYTHING { &mut parcels } else { &mut seeds };
        rows.add([row]);
    }
    let (mut supplies, mut approvals, mut firms) = (Rows::default(), Rows::default(), BTreeSet::new());
    // Ground that is supplied, approved or deducted otherwise than before.
    let mut ground: Vec<Rect<f64>> = Vec::new();
    let parcel_of = |row: &Rows| row.links(|row| row.parcel_code.as_ref());
    match kind {
        Parcels => {
            ground = seeds.boxes();
            parcels.0.append(&mut seeds.0);
        }
        Buildings | Projects => parcels.add(meeting(conn, Parcels, &seeds.boxes()).await?),
        ProjectEvents => {
            let mut projects = Rows::default();
            projects.add(pointing(conn, Projects, Link::Code, &seeds.keys()).await?);
            parcels.add(meeting(conn, Parcels, &projects.boxes()).await?);
        }
        Approvals => {
            ground = seeds.boxes();
            approvals.0.append(&mut seeds.0);
        }
        Supplies | SupplyEvents => {
            if kind == Supplies {
                ground = seeds.boxes();
                supplies.0.append(&mut seeds.0);
            } else {
                supplies.add(pointing(conn, Supplies, Link::Code, &seeds.links(|row| row.supply_code.as_ref())).await?);
            }
            parcels.add(pointing(conn, Parcels, Link::Code, &parcel_of(&supplies)).await?);
            if kind == Supplies {
                ground.extend(parcels.boxes());
            }
        }
        Deductions => ground = seeds.boxes(),
        Enterprises | EnterpriseYears | Occupancies => {
            firms = seeds.links(|row| row.enterprise_code.as_ref());
            parcels.add(pointing(conn, Parcels, Link::Code, &parcel_of(&seeds)).await?);
        }
        RegisterKind::Divisions | RegisterKind::Zones | RegisterKind::Targets => {}
    }
    let mut occupancies = Rows::default();
    occupancies.add(pointing(conn, Occupancies, Link::Enterprise, &firms).await?);
    parcels.add(pointing(conn, Parcels, Link::Code, &parcel_of(&occupancies)).await?);

    // The leftovers that change, and with them what lies on their ground, and what is counted of the leftovers beside them.
    approvals.add(meeting(conn, Approvals, &ground).await?);
    parcels.add(meeting(conn, Parcels, &approvals.boxes()).await?);
    approvals.add(meeting(conn, Approvals, &approvals.boxes()).await?);
    // A subject is judged before and after: with every version of it, wherever that lies and whatever it points to.
    match kind {
        Parcels => parcels.add(pointing(conn, Parcels, Link::Code, &parcels.keys()).await?),
        Approvals => approvals.add(pointing(conn, Approvals, Link::Code, &approvals.keys()).await?),
        _ => {}
    }
    loop {
        supplies.add(pointing(conn, Supplies, Link::Parcel, &parcels.keys()).await?);
        if kind != Supplies {
            break;
        }
        let before = (parcels.0.len(), supplies.0.len());
        supplies.add(pointing(conn, Supplies, Link::Code, &supplies.keys()).await?);
        parcels.add(pointing(conn, Parcels, Link::Code, &parcel_of(&supplies)).await?);
        if before == (parcels.0.len(), supplies.0.len()) {
            break;
        }
    }
    let subjects = Subjects { parcels: parcels.keys(), supplies: supplies.keys(), approvals: approvals.keys() };

    // From here on: what those rest on.
    let mut beside = approvals.clone();
    beside.add(meeting(conn, Approvals, &approvals.boxes()).await?);
    beside.add(meeting(conn, Approvals, &parcels.boxes()).await?);
    let on_approved = beside.boxes();
    let mut near = Rows::default();
    near.add(meeting(conn, Parcels, &on_approved).await?);
    let mut events = Rows::default();
    events.add(pointing(conn, SupplyEvents, Link::Supply, &supplies.keys()).await?);
    supplies.add(pointing(conn, Supplies, Link::Parcel, &near.keys()).await?);
    supplies.add(meeting(conn, Supplies, &on_approved).await?);
    let (mut deductions, mut buildings) = (Rows::default(), Rows::default());
    deductions.add(meeting(conn, Deductions, &on_approved).await?);
    buildings.add(meeting(conn, Buildings, &parcels.boxes()).await?);
    occupancies.add(pointing(conn, Occupancies, Link::Parcel, &parcels.keys()).await?);
    let firms = occupancies.links(|row| row.enterprise_code.as_ref());
    occupancies.add(pointing(conn, Occupancies, Link::Enterprise, &firms).await?);
    let (mut enterprises, mut years) = (Rows::default(), Rows::default());
    enterprises.add(pointing(conn, Enterprises, Link::Enterprise, &firms).await?);
    years.add(pointing(conn, EnterpriseYears, Link::Enterprise, &firms).await?);
    near.0.append(&mut parcels.0);
    let (mut rows, mut former) = (NeededRows::new(), HashSet::new());
    for (register, needed) in [
        (Parcels, near),
        (Buildings, buildings),
        (Approvals, beside),
        (Supplies, supplies),
        (SupplyEvents, events),
        (Deductions, deductions),
        (Enterprises, enterprises),
        (Occupancies, occupancies),
        (EnterpriseYears, years),
    ] {
        former.extend(needed.0.values().filter(|row| row.is_former).map(|row| row.version_id));
        rows.insert(register, needed.0.into_keys().collect());
    }
    Ok(Reach { subjects, rows, former })
}
