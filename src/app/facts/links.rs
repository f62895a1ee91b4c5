//! Which rows belong to which, as of a day: found once for a whole city, read for every subject.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use super::super::registers::Registers;
use crate::register::{EnterpriseYearRecord, OccupancyRecord};
use crate::store::Stored;

/// Rows of one key, by their positions in their register.
type Positions<'a> = HashMap<(&'a str, &'a str), Vec<usize>>;

/// The links between registers as of a day.
#[derive(Debug, Default)]
pub struct Links {
    /// 法律时点。
    pub as_of: NaiveDate,
    events_of_supply: Vec<Vec<usize>>,
    occupancies_of_parcel: Vec<Vec<usize>>,
    occupancies_of_firm: Vec<Vec<usize>>,
    firm_of_occupancy: Vec<usize>,
    years_of_firm: Vec<Vec<usize>>,
}

impl Links {
    /// Links the rows of those registers that count on that day.
    pub fn of(registers: &Registers, as_of: NaiveDate) -> Links {
        let events = group(registers.supply_events.iter().map(|version| {
            let record = &version.record;
            Some((record.division_code.as_str(), record.supply_code.as_str()))
        }));
        let live = |record: &OccupancyRecord| {
            record.from_on.is_none_or(|from| from <= as_of) && record.until_on.is_none_or(|until| as_of <= until)
        };
        let occupancies = || registers.occupancies.iter().map(|version| &version.record);
        let on_parcel = group(
            occupancies().map(|record| live(record).then_some((record.division_code.as_str(), record.parcel_code.as_str()))),
        );
        let mut firms: HashMap<(&str, &str), usize> = HashMap::new();
        let mut occupancies_of_firm: Vec<Vec<usize>> = Vec::new();
        let firm_of_occupancy = occupancies()
            .enumerate()
            .map(|(position, record)| {
                let firm = *firms.entry((&record.division_code, &record.enterprise_code)).or_insert_with(|| {
                    occupancies_of_firm.push(Vec::new());
                    occupancies_of_firm.len() - 1
                });
                if live(record) {
                    occupancies_of_firm[firm].push(position);
                }
                firm
            })
            .collect();
        let mut years_of_firm = vec![Vec::new(); occupancies_of_firm.len()];
        for (position, version) in registers.enterprise_years.iter().enumerate() {
            let record = &version.record;
            if let Some(firm) = firms.get(&(record.division_code.as_str(), record.enterprise_code.as_str())) {
                years_of_firm[*firm].push(position);
            }
        }
        let supplies = registers.supplies.iter().map(|version| (&version.record.division_code, &version.record.supply_code));
        let parcels = registers.parcels.iter().map(|version| (&version.record.division_code, &version.record.parcel_code));
        Links {
            as_of,
            events_of_supply: of_each(supplies, &events),
            occupancies_of_parcel: of_each(parcels, &on_parcel),
            occupancies_of_firm,
            firm_of_occupancy,
            years_of_firm,
        }
    }

    /// Changes and suspensions of a contract, by their positions.
    pub fn events(&self, supply: usize) -> &[usize] {
        self.events_of_supply.get(supply).map_or(&[], Vec::as_slice)
    }

    /// Who occupies a parcel on the day, by their positions.
    pub fn occupancies(&self, parcel: usize) -> &[usize] {
        self.occupancies_of_parcel.get(parcel).map_or(&[], Vec::as_slice)
    }

    /// All that the firm of an occupancy occupies on the day.
    pub fn occupancies_of_same_firm(&self, occupancy: usize) -> &[usize] {
        &self.occupancies_of_firm[self.firm_of_occupancy[occupancy]]
    }

    /// The firm of an occupancy, as a number that is the same for the same firm.
    pub fn firm(&self, occupancy: usize) -> usize {
        self.firm_of_occupancy[occupancy]
    }

    /// What is recorded of the firm of an occupancy for a year.
    pub fn year<'a>(&self, registers: &'a Registers, occupancy: usize, year: i32) -> Option<&'a Stored<EnterpriseYearRecord>> {
        let years = &self.years_of_firm[self.firm_of_occupancy[occupancy]];
        years.iter().map(|position| &registers.enterprise_years[*position]).find(|version| version.record.year == year)
    }

    /// 最近一个完整年度：the last year that was over on the day.
    pub fn last_full_year(&self) -> i32 {
        self.as_of.year() - 1
    }
}

fn group<'a>(keys: impl Iterator<Item = Option<(&'a str, &'a str)>>) -> Positions<'a> {
    let mut groups: Positions<'a> = HashMap::new();
    for (position, key) in keys.enumerate() {
        if let Some(key) = key {
            groups.entry(key).or_default().push(position);
        }
    }
    groups
}

fn of_each<'a>(keys: impl Iterator<Item = (&'a String, &'a String)>, groups: &Positions<'_>) -> Vec<Vec<usize>> {
    keys.map(|(division, code)| groups.get(&(division.as_str(), code.as_str())).cloned().unwrap_or_default()).collect()
}
