//! What a preview judges is a part of the city: whatever changes at random, every subject that comes out otherwise is among those that were
//! judged, and each of those comes out as in the whole city, before and after.

use std::collections::{BTreeMap, BTreeSet};

use mujun::app::consequence::foresee_by;
use mujun::app::evaluation::registers;
use mujun::app::import::unwatched;
use mujun::app::judgement::{JudgedFinding, decide};
use mujun::app::registers::Registers;
use mujun::register::{
    ConstructionState, EnterpriseRecord, EnterpriseYearRecord, Ground, OccupancyRecord, RegisterKind, SizeClass, SupplyEventKind,
    SupplyEventRecord,
};
use mujun::store::{
    Stored, approval, building, deduction, enterprise, enterprise_year, import, occupancy, parcel, project, project_event,
    supply, supply_event,
};
use mujun_domain::finding::OutcomeCode;
use mujun_domain::subject::SubjectKind;
use sqlx::{Connection, PgConnection};

use super::replay::law;
use super::world::{World, file};
use crate::quality::examine;
use crate::town::{
    self, COUNTY, add_approval, add_building, add_deduction, add_parcel, add_project, add_supply, day, event, ground, rectangle,
    stored, turned,
};

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    fn metres(&mut self, limit: usize) -> f64 {
        self.below(limit) as f64
    }

    fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }
}

const KINDS: [RegisterKind; 11] = [
    RegisterKind::Parcels,
    RegisterKind::Buildings,
    RegisterKind::Approvals,
    RegisterKind::Deductions,
    RegisterKind::Supplies,
    RegisterKind::SupplyEvents,
    RegisterKind::Enterprises,
    RegisterKind::Occupancies,
    RegisterKind::EnterpriseYears,
    RegisterKind::Projects,
    RegisterKind::ProjectEvents,
];

fn somewhere(dice: &mut Dice, size: usize) -> Ground {
    let (x, y) = (dice.metres(400), dice.metres(400));
    let (width, height) = (20.0 + dice.metres(size), 20.0 + dice.metres(size));
    if dice.one_in(3) {
        let degrees = dice.metres(90);
        ground(turned(x, y, width, height, degrees))
    } else {
        ground(rectangle(x, y, width, height))
    }
}

/// Some rows of a register, of few codes, so that many are changes of what is there and many point to the same.
fn rows(kind: RegisterKind, dice: &mut Dice) -> Registers {
    let mut town = town::registers();
    let mut codes: BTreeSet<usize> = (0..1 + dice.below(4)).map(|_| dice.below(9)).collect();
    while let Some(n) = codes.pop_first() {
        let some_parcel = format!("P{}", dice.below(10));
        match kind {
            RegisterKind::Parcels => {
                let area = dice.one_in(3).then(|| 3_000.0 + dice.metres(2_000));
                add_parcel(&mut town, &format!("P{n}"), somewhere(dice, 90), area);
            }
            RegisterKind::Buildings => {
                let storeys = 1 + i32::try_from(dice.below(5)).unwrap();
                add_building(&mut town, somewhere(dice, 40), Some(storeys), Some(4.0));
                town.buildings.last_mut().unwrap().record.building_code = format!("B{n}");
            }
            RegisterKind::Approvals => {
                let year = 2010 + dice.below(8);
                add_approval(&mut town, &format!("A{n}"), &format!("{year}-01-01"), Some(somewhere(dice, 220)));
            }
            RegisterKind::Deductions => {
                let from = dice.one_in(2).then(|| format!("A{}", dice.below(9)));
                add_deduction(&mut town, from.as_deref(), "2019-01-01", somewhere(dice, 60));
                town.deductions.last_mut().unwrap().record.deduction_code = format!("D{n}");
            }
            RegisterKind::Supplies => {
                let mut record = town::supply(&format!("S{n}"), (!dice.one_in(5)).then_some(some_parcel.as_str()));
                record.contract_signed_on = Some(day(&format!("{}-03-01", 2012 + dice.below(8))));
                record.construction_state =
                    Some(if dice.one_in(2) { ConstructionState::Finished } else { ConstructionState::NotStarted });
                record.agreed_start_on = Some(day(&format!("{}-01-01", 2020 + dice.below(6))));
                record.contract_far_min = Some(0.5 + dice.metres(3));
                record.ground = dice.one_in(4).then(|| somewhere(dice, 80));
                add_supply(&mut town, record);
            }
            RegisterKind::SupplyEvents => {
                let new_start = format!("{}-01-01", 2023 + dice.below(4));
                town.supply_events.push(extension(n, dice.below(9), &new_start));
            }
            RegisterKind::Enterprises => town.enterprises.push(stored(
                1,
                EnterpriseRecord {
                    division_code: COUNTY.into(),
                    enterprise_code: format!("F{}", n % 4),
                    name: format!("示例企业{}", dice.below(3)),
                    industry_edition: None,
                    industry_code: None,
                    observed_on: None,
                },
            )),
            RegisterKind::Occupancies => {
                let mut occupancy = occupancy(n, dice.below(4), &some_parcel);
                occupancy.record.occupied_area_m2 = (!dice.one_in(4)).then(|| 1_000.0 + dice.metres(3_000));
                occupancy.record.until_on = dice.one_in(5).then(|| day("2020-01-01"));
                town.occupancies.push(occupancy);
            }
            RegisterKind::EnterpriseYears => {
                for year in 2021..=2023 {
                    let mut of_year = enterprise_year(n % 4, year, dice.metres(200));
                    of_year.record.size_class = Some(if dice.one_in(2) { SizeClass::AboveScale } else { SizeClass::BelowScale });
                    of_year.record.grade = Some(if dice.one_in(2) { "D" } else { "B" }.into());
                    town.enterprise_years.push(of_year);
                }
                // Four codes only, and a firm has one row a year.
                codes.retain(|other| other % 4 != n % 4);
            }
            RegisterKind::Projects => add_project(&mut town, &format!("J{n}"), COUNTY, 5_000.0, Some(somewhere(dice, 300)), None),
            RegisterKind::ProjectEvents => {
                let kind = if dice.one_in(2) { "plan_approved" } else { "accepted" };
                town.events.push(event(&format!("J{n}"), kind, &format!("{}-01-01", 2020 + dice.below(6))));
            }
            other => panic!("{other:?}"),
        }
        if kind == RegisterKind::Enterprises {
            codes.retain(|other| other % 4 != n % 4);
        }
    }
    town
}

/// Contract `S<supply>` is put off to a later start.
pub(super) fn extension(code: usize, supply: usize, new_start: &str) -> Stored<SupplyEventRecord> {
    let record = SupplyEventRecord {
        division_code: COUNTY.into(),
        event_code: format!("E{code}"),
        supply_code: format!("S{supply}"),
        event_kind: SupplyEventKind::Extension,
        starts_on: day("2021-01-01"),
        ends_on: None,
        new_start_on: Some(day(new_start)),
        new_finish_on: None,
        document_number: Some("文1".into()),
        document_dated: None,
        remark: None,
        observed_on: None,
    };
    stored(1, record)
}

/// Firm `F<firm>` on a parcel.
pub(super) fn occupancy(code: usize, firm: usize, parcel: &str) -> Stored<OccupancyRecord> {
    let record = OccupancyRecord {
        division_code: COUNTY.into(),
        occupancy_code: format!("O{code}"),
        enterprise_code: format!("F{firm}"),
        parcel_code: parcel.into(),
        occupied_area_m2: Some(2_000.0),
        from_on: None,
        until_on: None,
        tenure: None,
        observed_on: None,
    };
    stored(1, record)
}

/// A year of firm `F<firm>`.
pub(super) fn enterprise_year(firm: usize, year: i32, tax_wan_yuan: f64) -> Stored<EnterpriseYearRecord> {
    let record = EnterpriseYearRecord {
        division_code: COUNTY.into(),
        enterprise_code: format!("F{firm}"),
        year,
        size_class: Some(SizeClass::AboveScale),
        tax_wan_yuan: Some(tax_wan_yuan),
        land_area_m2: None,
        grade: Some("D".into()),
        grade_reason: None,
        observed_on: None,
    };
    stored(1, record)
}

pub(super) async fn brought(tx: &mut PgConnection, kind: RegisterKind, name: &str, town: &Registers) -> i64 {
    macro_rules! append {
        ($($kind:ident: $rows:ident = $register:ident;)*) => {
            match kind {
                $(RegisterKind::$kind => {
                    let rows: Vec<_> = (1..).zip(town.$rows.iter().map(|version| version.record.clone())).collect();
                    let id = import::insert(&mut *tx, &file(kind, name, rows.len())).await.unwrap();
                    let appended = $register::append_versions(&mut *tx, id, &rows).await.unwrap();
                    import::complete(&mut *tx, id, &appended).await.unwrap();
                    id
                })*
                other => panic!("{other:?}"),
            }
        };
    }
    let id = append! {
        Parcels: parcels = parcel;
        Buildings: buildings = building;
        Approvals: approvals = approval;
        Deductions: deductions = deduction;
        Supplies: supplies = supply;
        SupplyEvents: supply_events = supply_event;
        Enterprises: enterprises = enterprise;
        Occupancies: occupancies = occupancy;
        EnterpriseYears: enterprise_years = enterprise_year;
        Projects: projects = project;
        ProjectEvents: events = project_event;
    };
    examine(&mut *tx, kind, id).await.unwrap();
    id
}

pub(super) type Subject = (SubjectKind, String, String);
pub(super) type Outcomes = BTreeMap<(Subject, String), (OutcomeCode, Option<String>, Option<&'static str>, Option<i64>)>;

/// What was measured and came out, areas to the hundredth of a square metre.
pub(super) fn outcomes(findings: &[JudgedFinding]) -> Outcomes {
    let outcome = |row: &JudgedFinding| {
        let subject = (row.subject, row.division_code.clone(), row.subject_code.clone());
        let area = row.flagged_area_m2.map(|m2| (m2 * 100.0).round() as i64);
        let measured = row.finding.comparison().map(|comparison| comparison.measured_text());
        let flag = row.finding.flag.map(|kind| kind.as_str());
        ((subject, row.finding.rule.as_str().to_owned()), (OutcomeCode::of(&row.finding.outcome), measured, flag, area))
    };
    findings.iter().map(outcome).collect()
}

pub(super) fn subjects(outcomes: &Outcomes) -> BTreeSet<Subject> {
    outcomes.keys().map(|(subject, _)| subject.clone()).collect()
}

/// Of two whole cities the subjects that are not alike.
pub(super) fn unlike(before: &Outcomes, after: &Outcomes) -> BTreeSet<Subject> {
    let differs = |one: &Outcomes, other: &Outcomes| -> BTreeSet<Subject> {
        one.iter().filter(|(key, outcome)| other.get(*key) != Some(*outcome)).map(|((subject, _), _)| subject.clone()).collect()
    };
    differs(before, after).into_iter().chain(differs(after, before)).collect()
}

pub(super) async fn whole(conn: &mut PgConnection) -> Outcomes {
    let registers = registers(conn, None).await.unwrap();
    outcomes(&decide(&registers, &law(), day("2024-06-30")).unwrap().findings)
}

/// Every subject that comes out otherwise was judged, and each that was judged comes out as in the whole city; answers which were.
pub(super) fn is_as_in_the_whole_city(
    told: &str,
    (old, new): (&Outcomes, &Outcomes),
    (before, after): (&Outcomes, &Outcomes),
) -> BTreeSet<Subject> {
    let reached = &subjects(old) | &subjects(new);
    for (part, city) in [(old, before), (new, after)] {
        let of_reached: Outcomes = city
            .iter()
            .filter(|(key, _)| reached.contains(&key.0))
            .map(|(key, outcome)| (key.clone(), outcome.clone()))
            .collect();
        assert_eq!(unlike(part, &of_reached), BTreeSet::new(), "{told}");
    }
    let otherwise = unlike(before, after);
    assert!(otherwise.is_subset(&reached), "{told}: {:?}", &otherwise - &reached);
    reached
}

#[tokio::test]
async fn whatever_changes_the_preview_judges_all_that_comes_out_otherwise_and_as_in_the_whole_city() {
    let mut moved: BTreeMap<RegisterKind, usize> = BTreeMap::new();
    let mut untouched = 0;
    for seed in [1, 2, 3] {
        let mut dice = Dice(seed);
        let world = World::new().await;
        let mut conn = world.city.connection().await;
        for step in 0..45 {
            // The first rounds fill the registers one after the other; then anything goes.
            let kind = KINDS[if step < KINDS.len() { step } else { dice.below(KINDS.len()) }];
            if step == 1 {
                world.evaluate(&law(), "2024-06-30", None).await;
            }
            let before = whole(&mut conn).await;
            let mut tx = conn.begin().await.unwrap();
            let id = brought(&mut tx, kind, &format!("{step}"), &rows(kind, &mut dice)).await;
            let (mut old, mut new) = (Outcomes::new(), Outcomes::new());
            let mut see = |one: &[JudgedFinding], other: &[JudgedFinding]| {
                old.extend(outcomes(one));
                new.extend(outcomes(other));
            };
            let stretch = i64::try_from(1 + dice.below(3)).unwrap();
            let consequence = foresee_by(&mut tx, id, stretch, Some(&mut see), &unwatched).await.unwrap();
            let after = whole(&mut tx).await;
            import::record_revision(&mut tx, Some(id), "导入").await.unwrap();
            tx.commit().await.unwrap();
            if step == 0 {
                continue;
            }
            let told = format!("seed {seed}, step {step}, {kind:?}");
            let reached = is_as_in_the_whole_city(&told, (&old, &new), (&before, &after));
            let otherwise = unlike(&before, &after);
            let flagged = |outcomes: &Outcomes| -> i64 { outcomes.values().filter_map(|(.., area)| *area).sum() };
            let net: f64 = consequence.unwrap().sums.iter().map(|sum| sum.net_m2).sum();
            let expected = (flagged(&after) - flagged(&before)) as f64 / 100.0;
            assert!((net - expected).abs() < 0.2, "{told}: {net} for {expected}");
            *moved.entry(kind).or_default() += otherwise.len();
            untouched += (&subjects(&after) - &reached).len();
        }
    }
    let idle: Vec<_> = KINDS.iter().filter(|kind| moved.get(kind).copied().unwrap_or_default() == 0).collect();
    assert!(idle.is_empty() || idle == [&RegisterKind::Enterprises], "nothing ever followed from {idle:?}");
    assert!(untouched > 300, "the whole city was judged: {untouched}");
}
