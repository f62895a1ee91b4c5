//! The synthetic city beside its ground: contracts and what befell them, deductions, enterprises and their years.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use mujun::sample::{self, Construction, SampleCity, SampleOptions};
use mujun_domain::code::CreditCode;
use mujun_geometry::geo::{Area, MultiPolygon};
use mujun_geometry::overlay::intersection_area;
use mujun_geometry::{Crs, Surface};

fn options(parcels: usize) -> SampleOptions {
    SampleOptions { parcels, seed: 7, as_of: NaiveDate::from_ymd_opt(2026, 6, 30).unwrap() }
}

fn city(parcels: usize) -> SampleCity {
    sample::generate(&options(parcels)).unwrap()
}

fn surface(ground: &MultiPolygon<f64>) -> Surface {
    Surface::from_trusted(ground.clone(), Crs::CGCS2000_GK_120E).unwrap()
}

/// Keys of the rows that were put in faulty on purpose.
fn planted(city: &SampleCity) -> BTreeSet<&str> {
    city.planted.iter().map(|fault| fault.key.as_str()).collect()
}

#[test]
fn overdue_contracts_are_extended_or_suspended_in_every_way_and_the_dates_make_sense() {
    let city = city(3000);
    let as_of = options(0).as_of;
    let faulty = planted(&city);
    let mut met: BTreeMap<(&str, bool, bool), usize> = BTreeMap::new();
    for park in &city.parks {
        let supplies: BTreeMap<&str, _> = park.supplies.iter().map(|row| (row.code.as_str(), row)).collect();
        for event in park.supply_events.iter().filter(|event| !faulty.contains(event.code.as_str())) {
            let supply = supplies[event.supply_code.as_str()];
            assert_eq!(supply.construction, Construction::NotStarted);
            assert!(supply.agreed_start_on.unwrap() < as_of && event.starts_on >= supply.signed_on && event.starts_on < as_of);
            assert!(event.ends_on.is_none_or(|day| day > event.starts_on && day < as_of), "{event:?}");
            let extension = event.kind == "延期补充协议";
            assert_eq!(extension, event.new_start_on.is_some());
            assert!(
                event.new_start_on.is_none_or(|day| day > supply.agreed_start_on.unwrap() && Some(day) < event.new_finish_on)
            );
            assert_eq!(event.document.is_some(), event.document_dated.is_some());
            *met.entry((event.kind, event.document.is_some(), event.ends_on.is_some())).or_default() += 1;
        }
    }
    let count = |kind: &str, documented: bool| -> usize {
        met.iter().filter(|((k, d, _), _)| *k == kind && *d == documented).map(|(_, count)| count).sum()
    };
    for kind in ["延期补充协议", "政府原因", "不可抗力", "司法查封"] {
        assert!(count(kind, true) > 4, "{kind}: {met:?}");
    }
    assert!(count("政府原因", false) > 4, "{met:?}");
    assert!(met.contains_key(&("司法查封", true, false)) && met.contains_key(&("司法查封", true, true)), "{met:?}");
}

#[test]
fn work_was_stopped_with_little_developed_with_little_invested_and_far_along() {
    let city = city(3000);
    let as_of = options(0).as_of;
    let faulty = planted(&city);
    let (mut little_developed, mut little_invested, mut far_along, mut recorded, mut conditions) = (0, 0, 0, 0, 0);
    for row in city.parks.iter().flat_map(|park| &park.supplies).filter(|row| !faulty.contains(row.code.as_str())) {
        conditions += usize::from(row.plan.far_min.is_some() && row.plan.document.is_some() && row.price_wan_yuan > 0.0);
        let progress = &row.progress;
        let (Some(due), Some(developed)) = (progress.due_hectares, progress.developed_hectares) else {
            assert_eq!(progress.stopped_on, None);
            continue;
        };
        recorded += 1;
        let (total, invested) = (progress.total_investment.unwrap(), progress.invested.unwrap());
        assert!(developed <= due && invested <= total, "{}: {progress:?}", row.code);
        if let Some(stopped) = progress.stopped_on {
            assert!((as_of - stopped).num_days() > 365 && stopped > row.started_on.unwrap(), "{}: {progress:?}", row.code);
            assert_eq!(row.construction, Construction::Started);
            match (3.0 * developed < due, 4.0 * invested < total) {
                (true, false) => little_developed += 1,
                (false, true) => little_invested += 1,
                (false, false) => far_along += 1,
                (true, true) => panic!("{}: {progress:?}", row.code),
            }
        }
    }
    assert!(little_developed > 2 && little_invested > 2 && far_along > 2, "{little_developed} {little_invested} {far_along}");
    assert!(recorded > 500 && conditions > 1500, "{recorded} {conditions}");
}

#[test]
fn a_deduction_lies_inside_its_approval_on_ground_that_was_never_supplied() {
    let city = city(3000);
    let (mut named, mut anywhere, mut kinds) = (0, 0, BTreeSet::new());
    for park in &city.parks {
        for row in &park.deductions {
            let ground = surface(&row.ground);
            assert!((ground.multi_polygon().unsigned_area() / 10_000.0 - row.area_hectares).abs() < 1e-4);
            kinds.insert(row.kind);
            let approvals = park.approvals.iter().filter(|approval| {
                row.approval_number.as_ref().is_none_or(|number| *number == approval.number) && approval.ground.is_some()
            });
            let inside = approvals.map(|approval| intersection_area(&ground, &surface(approval.ground.as_ref().unwrap())));
            let inside = inside.fold(0.0, f64::max);
            assert!((inside - ground.multi_polygon().unsigned_area()).abs() < 0.01, "{}", row.code);
            let taken = park.parcels.iter().filter_map(|parcel| parcel.ground.as_ref());
            assert!(taken.filter(|taken| taken.0.iter().all(|part| part.exterior().0.len() > 3)).all(|taken| {
                !mujun_geometry::geo::Validation::is_valid(taken) || intersection_area(&ground, &surface(taken)) < 0.01
            }));
            if row.approval_number.is_some() { named += 1 } else { anywhere += 1 }
        }
    }
    assert!(named > 10 && anywhere > 2 && kinds.len() == 2, "{named} {anywhere} {kinds:?}");
}

#[test]
fn most_parcels_in_use_have_one_firm_and_some_have_two_or_share_one() {
    let city = city(3000);
    let faulty = planted(&city);
    let codes: Vec<&str> = city.parks.iter().flat_map(|park| &park.enterprises).map(|row| row.code.as_str()).collect();
    let known: BTreeSet<&str> = codes.iter().copied().collect();
    assert_eq!(known.len(), codes.len(), "two enterprises of one code");
    let checked = codes.iter().filter(|code| code.len() == 18).collect::<Vec<_>>();
    assert!(checked.len() * 10 > codes.len() * 9, "{} of {}", checked.len(), codes.len());
    let sound = |code: &&&str| faulty.contains(**code) != CreditCode::parse(code).is_ok();
    assert!(checked.iter().all(sound));
    let mut firms: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut parcels: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let (mut leases, mut left, mut keys) = (0, 0, BTreeSet::new());
    for park in &city.parks {
        let ground: BTreeMap<&str, f64> = park
            .parcels
            .iter()
            .map(|row| (row.code.as_str(), row.documentary_mu.map_or(f64::MAX, |mu| mu * 2000.0 / 3.0)))
            .collect();
        for row in park.occupancies.iter().filter(|row| !faulty.contains(row.code.as_str())) {
            assert!(keys.insert(row.code.as_str()), "{} repeats", row.code);
            assert!(known.contains(row.enterprise_code.as_str()));
            let whole = ground[row.parcel_code.as_str()];
            assert!(row.area_m2.unwrap() <= whole + 0.01 || faulty.contains(row.parcel_code.as_str()), "{}", row.code);
            assert!(row.until_on.is_none_or(|day| Some(day) > row.from_on));
            leases += usize::from(row.tenure == "租赁");
            left += usize::from(row.until_on.is_some());
            firms.entry(&row.enterprise_code).or_default().insert(&row.parcel_code);
            parcels.entry(&row.parcel_code).or_default().push(row.area_m2.unwrap());
        }
    }
    let two_firms = parcels.values().filter(|areas| areas.len() == 2).count();
    let two_parcels = firms.values().filter(|parcels| parcels.len() > 1).count();
    assert!(parcels.values().all(|areas| areas.len() <= 2));
    assert!(parcels.len() > 2200 && two_firms > 100 && two_parcels > 60, "{} {two_firms} {two_parcels}", parcels.len());
    assert!(leases > 200 && left > 10, "{leases} {left}");
}

#[test]
fn the_years_of_enterprises_have_gaps_refunds_and_bad_grades_twice() {
    let city = city(3000);
    let mut by_firm: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for row in city.parks.iter().flat_map(|park| &park.enterprise_years).filter(|row| row.year > 1900) {
        by_firm.entry(&row.enterprise_code).or_default().push(row);
    }
    let (mut refunds, mut gaps, mut twice) = (0, 0, 0);
    let mut below = BTreeMap::from([(3, 0), (5, 0), (10, 0), (100, 0)]);
    for rows in by_firm.values() {
        let years: Vec<i64> = rows.iter().map(|row| row.year).collect();
        assert!(years.is_sorted() && years.iter().collect::<BTreeSet<_>>().len() == years.len());
        assert!(years.iter().all(|year| (2023..=2025).contains(year)), "{years:?}");
        gaps += usize::from(years == [2023, 2025]);
        refunds += rows.iter().filter(|row| row.tax_wan_yuan.is_some_and(|tax| tax < 0.0)).count();
        twice += usize::from(
            rows.windows(2).any(|pair| pair.iter().all(|row| row.grade == Some("D")) && pair[0].year + 1 == pair[1].year),
        );
        if let Some((tax, mu)) = rows.last().and_then(|row| row.tax_wan_yuan.zip(row.land_mu)) {
            let (_, count) = below.iter_mut().find(|(limit, _)| tax / mu < f64::from(**limit)).unwrap();
            *count += 1;
        }
    }
    assert!(below.values().all(|count| *count > 100), "{below:?}");
    assert!(refunds > 20 && gaps > 20 && twice > 100, "{refunds} {gaps} {twice}");
}

#[test]
fn some_parcels_are_marked_and_projects_say_whether_they_conform() {
    let city = city(3000);
    let parcels: Vec<_> = city.parks.iter().flat_map(|park| &park.parcels).collect();
    let marked: Vec<_> = parcels.iter().filter(|row| row.mark == Some("M0")).collect();
    assert!((20..150).contains(&marked.len()), "{}", marked.len());
    for row in &marked {
        let layout = row.layout;
        assert!(
            [layout.built_land, layout.yard, layout.office_land, layout.office_floor, layout.green].iter().all(Option::is_some)
        );
    }
    let laid_out = parcels.iter().filter(|row| row.mark.is_none() && row.layout.office_land.is_some()).count();
    assert!(laid_out > 300, "{laid_out}");
    let projects: Vec<_> = city.parks.iter().flat_map(|park| &park.projects).collect();
    let general = projects.iter().filter(|row| row.general_purpose == Some("是") && row.conforms == Some("是")).count();
    let excepted = projects.iter().filter(|row| row.exception_reason.is_some() && row.exception_document.is_some()).count();
    assert!(general > 10 && excepted > 2 && projects.iter().any(|row| row.conforms.is_none()), "{general} {excepted}");
}

#[test]
fn the_manifest_points_at_the_first_row_of_every_case() {
    let dir = tempfile::tempdir().unwrap();
    let manifest = sample::write(dir.path(), &options(3000), &mut |_| {}).unwrap();
    let cases: Vec<&str> = manifest.cases.iter().map(|case| case.case.as_str()).collect();
    for case in [
        "m0",
        "layout",
        "plan-conditions",
        "extension",
        "government-cause",
        "force-majeure",
        "court-seizure",
        "suspension-undocumented",
        "stopped-little-developed",
        "stopped-little-invested",
        "stopped-far-along",
        "deduction-withdrawn",
        "deduction-permitted",
        "deduction-anywhere",
        "firm-on-two-parcels",
        "two-firms-on-one-parcel",
        "tenant",
        "tenant-left",
        "year-missing",
        "tax-refund",
        "tax-below-3",
        "tax-below-5",
        "tax-below-10",
        "grade-d-twice",
        "general-purpose",
        "exception",
    ] {
        assert_eq!(cases.iter().filter(|known| **known == case).count(), 1, "{case}: {cases:?}");
    }
    let city = city(3000);
    let events: Vec<_> = city.parks.iter().flat_map(|park| &park.supply_events).collect();
    let parcels: Vec<_> = city.parks.iter().flat_map(|park| &park.parcels).collect();
    let years: Vec<_> = city.parks.iter().flat_map(|park| &park.enterprise_years).collect();
    let find = |case: &str| manifest.cases.iter().find(|known| known.case == case).unwrap();
    let seizure = find("court-seizure");
    assert_eq!(
        (events[seizure.row as usize - 1].code.as_str(), seizure.file.as_str()),
        (seizure.key.as_str(), "supply-events.xlsx")
    );
    assert_eq!(events[seizure.row as usize - 1].kind, "司法查封");
    assert_eq!(parcels[find("m0").row as usize - 1].mark, Some("M0"));
    let twice = years[find("grade-d-twice").row as usize - 1];
    assert_eq!(
        (twice.grade.unwrap_or("D"), format!("{}/{}", twice.enterprise_code, twice.year)),
        ("D", find("grade-d-twice").key.clone())
    );
    assert!(city.parks.iter().flat_map(|park| &park.supplies).all(|row| row.signed_on.year() > 1990));
}
