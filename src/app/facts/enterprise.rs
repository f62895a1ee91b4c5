//! What enterprises bring to a parcel. Money reaches ground only through occupancy: a firm's tax is spread over all that it
//! occupies, by area, and each parcel gets the part of what lies on it.

use mujun_domain::fact::{Fact, FactName, FactValue, MissingReason, Source, Truth};
use mujun_domain::subject::SubjectFacts;
use mujun_domain::unit::{Quantity, Unit, grouped};

use super::links::Links;
use crate::app::registers::Registers;
use crate::register::{EnterpriseYearRecord, SizeClass};
use crate::store::Stored;

/// How many full years “近三年” are.
const YEARS: i32 = 3;

/// States occupied area, tax, size class and assessment of the firms on parcel `position`, whose area is `site_m2`.
pub(super) fn enterprise_facts(registers: &Registers, links: &Links, position: usize, site_m2: f64, facts: &mut SubjectFacts) {
    let here = links.occupancies(position);
    let last = links.last_full_year();
    let occupied = occupied(registers, here, site_m2);
    facts.insert(FactName::OccupiedArea, occupied_fact(registers, here, occupied.as_deref()));
    let shares = occupied.as_deref().and_then(|areas| shares(registers, links, here, areas));
    for (name, years) in [(FactName::TaxOneYear, 1), (FactName::TaxThreeYears, YEARS)] {
        let fact = match (&shares, here) {
            (_, []) | (None, _) => Fact::missing(MissingReason::NotRecorded),
            (Some(shares), _) => tax(registers, links, here, shares, last, years),
        };
        facts.insert(name, fact);
    }
    size_facts(registers, links, here, last, facts);
    facts.insert(FactName::GradeDYears, grade_d_years(registers, links, here, last));
}

/// The area of each occupancy; a firm alone on a parcel occupies the whole of it where nothing else is recorded.
fn occupied(registers: &Registers, here: &[usize], site_m2: f64) -> Option<Vec<f64>> {
    match here {
        [] => None,
        [only] => Some(vec![registers.occupancies[*only].record.occupied_area_m2.unwrap_or(site_m2)]),
        several => several.iter().map(|occupancy| registers.occupancies[*occupancy].record.occupied_area_m2).collect(),
    }
}

fn occupied_fact(registers: &Registers, here: &[usize], areas: Option<&[f64]>) -> Fact {
    let (Some(first), Some(areas)) = (here.first(), areas) else { return Fact::missing(MissingReason::NotRecorded) };
    let version = &registers.occupancies[*first];
    let note = match here {
        [only] if registers.occupancies[*only].record.occupied_area_m2.is_none() => {
            "一家企业占用，未登记占地面积，按整宗计".to_owned()
        }
        [_] => "一家企业占用".to_owned(),
        several => format!("{} 家企业占用，面积相加", several.len()),
    };
    let source = registers.source("occupancy", &version.record.occupancy_code, version).noted(note);
    Fact::known(FactValue::m2(areas.iter().sum()), source, version.record.observed_on)
}

/// Of all that each firm occupies, the share that lies here; `None` where a firm occupies several parcels and the area of one
/// is not known.
fn shares(registers: &Registers, links: &Links, here: &[usize], areas: &[f64]) -> Option<Vec<f64>> {
    here.iter()
        .zip(areas)
        .map(|(occupancy, area)| match links.occupancies_of_same_firm(*occupancy) {
            [_] => Some(1.0),
            several => {
                let of = |other: &usize| {
                    let own = here.iter().position(|near| near == other).map(|place| areas[place]);
                    own.or(registers.occupancies[*other].record.occupied_area_m2)
                };
                let whole: f64 = several.iter().map(of).sum::<Option<f64>>()?;
                (whole > 0.0).then_some(area / whole)
            }
        })
        .collect()
}

/// The mean yearly tax of the last `years` full years that falls on this parcel; missing while any of them is.
fn tax(registers: &Registers, links: &Links, here: &[usize], shares: &[f64], last: i32, years: i32) -> Fact {
    let (mut sum, mut notes, mut first): (f64, Vec<String>, Option<&Stored<EnterpriseYearRecord>>) = (0.0, Vec::new(), None);
    for (occupancy, share) in here.iter().zip(shares) {
        let mut paid: Vec<String> = Vec::new();
        for year in (last - years + 1)..=last {
            let row = links.year(registers, *occupancy, year);
            let (Some(row), Some(amount)) = (row, row.and_then(|row| row.record.tax_wan_yuan)) else {
                return Fact::missing(MissingReason::NotRecorded);
            };
            first = first.or(Some(row));
            sum += amount * share;
            paid.push(format!("{year} 年 {} 万元", grouped(amount, 2)));
        }
        let code = &registers.occupancies[*occupancy].record.enterprise_code;
        notes.push(format!("{code}：{}，本宗地占 {}%", paid.join("、"), grouped(share * 100.0, 2)));
    }
    let Some(first) = first else { return Fact::missing(MissingReason::NotRecorded) };
    let divided = if years > 1 { format!("；{years} 年平均") } else { String::new() };
    let source = registers.source("enterprise_year", &first.record.enterprise_code, first).noted(notes.join("；") + &divided);
    let value = Quantity::new(sum / f64::from(years), Unit::WanYuan);
    Fact::known(FactValue::Quantity(value), source, first.record.observed_on)
}

/// Above or below scale in the last full year: known where all firms on the parcel are of one class.
fn size_facts(registers: &Registers, links: &Links, here: &[usize], last: i32, facts: &mut SubjectFacts) {
    let classes: Option<Vec<SizeClass>> =
        here.iter().map(|occupancy| links.year(registers, *occupancy, last).and_then(|row| row.record.size_class)).collect();
    let row = here.first().and_then(|occupancy| links.year(registers, *occupancy, last));
    let (above, below) = match (classes.as_deref(), row) {
        (Some([class, others @ ..]), Some(row)) if others.iter().all(|other| other == class) => {
            let note = format!("{last} 年企业规模");
            let source = registers.source("enterprise_year", &row.record.enterprise_code, row).noted(note);
            let is = |wanted| {
                let truth = if *class == wanted { Truth::Yes } else { Truth::No };
                Fact::known(FactValue::Flag(truth), source.clone(), row.record.observed_on)
            };
            (is(SizeClass::AboveScale), is(SizeClass::BelowScale))
        }
        (Some([_, ..]), _) => (Fact::missing(MissingReason::Unusable), Fact::missing(MissingReason::Unusable)),
        (_, _) => (Fact::missing(MissingReason::NotRecorded), Fact::missing(MissingReason::NotRecorded)),
    };
    facts.insert(FactName::AboveScaleFirm, above);
    facts.insert(FactName::BelowScaleFirm, below);
}

/// How many years running, up to the last full year, every firm on the parcel was class D. Missing while the last year is.
fn grade_d_years(registers: &Registers, links: &Links, here: &[usize], last: i32) -> Fact {
    let grade = |occupancy: usize, year: i32| {
        links.year(registers, occupancy, year).and_then(|row| row.record.grade.as_deref().map(|grade| (grade, row)))
    };
    let mut fewest: Option<(i32, Source, Option<chrono::NaiveDate>)> = None;
    for occupancy in here {
        let Some((_, row)) = grade(*occupancy, last) else { return Fact::missing(MissingReason::NotRecorded) };
        let years = (0..).take_while(|back| grade(*occupancy, last - back).is_some_and(|(grade, _)| grade == "D")).count();
        let years = i32::try_from(years).unwrap_or(i32::MAX);
        if fewest.as_ref().is_none_or(|(least, _, _)| years < *least) {
            let note = format!("至 {last} 年评价");
            let source = registers.source("enterprise_year", &row.record.enterprise_code, row).noted(note);
            fewest = Some((years, source, row.record.observed_on));
        }
    }
    match fewest {
        None => Fact::missing(MissingReason::NotRecorded),
        Some((years, source, seen)) => {
            Fact::known(FactValue::Quantity(Quantity::new(f64::from(years), Unit::Year)), source, seen)
        }
    }
}
