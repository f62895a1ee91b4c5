//! What is known of a supply contract: its terms, how far construction has come, and what moved or stopped its clock.

use std::sync::Arc;

use mujun_domain::deadline::{Extension, Suspension, SuspensionCause, agreed_start, suspended_days};
use mujun_domain::fact::{Construction, Fact, FactName, FactValue, MissingReason};
use mujun_domain::subject::{Subject, SubjectFacts, SubjectKind};
use mujun_domain::unit::{Quantity, Unit};

use super::links::Links;
use super::{division, optional};
use crate::app::registers::Registers;
use crate::register::{ConstructionState, SupplyEventKind, SupplyEventRecord, SupplyRecord};
use crate::store::Stored;

/// The facts of supply `position`.
pub fn supply_facts(registers: &Registers, links: &Links, position: usize) -> SubjectFacts {
    let version = &registers.supplies[position];
    let record = &version.record;
    let source = Arc::new(registers.source("supply", &record.supply_code, version));
    let seen = record.observed_on;
    let construction = record.construction_state.map(|state| {
        FactValue::Construction(match state {
            ConstructionState::NotStarted => Construction::NotStarted,
            ConstructionState::Started => Construction::Started,
            ConstructionState::Finished => Construction::Finished,
        })
    });
    let subject =
        Subject { kind: SubjectKind::Supply, division: division(&record.division_code), code: record.supply_code.clone() };
    let site = match (record.documentary_area_m2, &record.ground) {
        (Some(m2), _) => Fact::known(FactValue::m2(m2), source.clone(), seen),
        (None, Some(ground)) => Fact::known(FactValue::m2(ground.ellipsoidal_area_m2), source.clone(), seen),
        (None, None) => Fact::missing(MissingReason::NotRecorded),
    };
    let stated = |value: Option<FactValue>| optional(value, &source, seen);
    let money = |value: Option<f64>| stated(value.map(|value| FactValue::Quantity(Quantity::new(value, Unit::WanYuan))));
    let mut facts = SubjectFacts::new(subject)
        .with(FactName::SiteArea, site)
        .with(FactName::ActualStartOn, stated(record.actual_start_on.map(FactValue::Date)))
        .with(FactName::Construction, stated(construction))
        .with(FactName::DueArea, stated(record.due_area_m2.map(FactValue::m2)))
        .with(FactName::DevelopedArea, stated(record.developed_area_m2.map(FactValue::m2)))
        .with(FactName::TotalInvestment, money(record.total_investment_wan_yuan))
        .with(FactName::InvestedAmount, money(record.invested_wan_yuan))
        .with(FactName::LandPrice, money(record.price_wan_yuan))
        .with(FactName::StoppedOn, stated(record.stopped_on.map(FactValue::Date)));
    let events: Vec<&Stored<SupplyEventRecord>> =
        links.events(position).iter().map(|event| &registers.supply_events[*event]).collect();
    clock_facts(registers, links, version, &events, &mut facts);
    facts
}

/// The agreed start with what moved it, and the days since that do not count.
fn clock_facts(
    registers: &Registers,
    links: &Links,
    version: &Stored<SupplyRecord>,
    events: &[&Stored<SupplyEventRecord>],
    facts: &mut SubjectFacts,
) {
    let record = &version.record;
    let (mut signed, mut extensions, mut suspensions) = (Vec::new(), Vec::new(), Vec::new());
    for event in events {
        let (event, document) = (*event, event.record.document_number.clone());
        let cause = match (event.record.event_kind, event.record.new_start_on) {
            (SupplyEventKind::Extension, Some(new_start_on)) => {
                signed.push(event);
                extensions.push(Extension { agreed_on: event.record.starts_on, new_start_on, document });
                continue;
            }
            (SupplyEventKind::Extension, None) => continue,
            (SupplyEventKind::GovernmentCause, _) => SuspensionCause::GovernmentCause,
            (SupplyEventKind::ForceMajeure, _) => SuspensionCause::ForceMajeure,
            (SupplyEventKind::CourtSeizure, _) => SuspensionCause::CourtSeizure,
        };
        suspensions.push(Suspension { cause, from: event.record.starts_on, until: event.record.ends_on, document });
    }
    let contract = registers.source("supply", &record.supply_code, version);
    let (start, extension) = agreed_start(record.agreed_start_on, &extensions, links.as_of);
    // A finish before the start is one mistake of two dates: neither can be relied on.
    let contradicts = extension.is_none() && record.agreed_finish_on.zip(start).is_some_and(|(finish, start)| finish < start);
    let agreed = match (start, extension) {
        (Some(_), None) if contradicts => Fact::missing(MissingReason::Unusable),
        (Some(start), None) => Fact::known(FactValue::Date(start), contract, record.observed_on),
        (Some(start), Some(place)) => {
            let event = signed[place];
            let before = record.agreed_start_on.map_or("未登记".to_owned(), |day| day.to_string());
            let document = event.record.document_number.as_deref().unwrap_or_default();
            let note = format!("延期补充协议 {document}（{}），合同原约定 {before}", event.record.starts_on);
            let source = registers.source("supply_event", &event.record.event_code, event).noted(note);
            Fact::known(FactValue::Date(start), source, event.record.observed_on)
        }
        (None, _) => Fact::missing(MissingReason::NotRecorded),
    };
    facts.insert(FactName::AgreedStartOn, agreed);
    let days = match start {
        Some(start) if !contradicts => {
            let days = suspended_days(&suspensions, start, links.as_of);
            let told: Vec<String> = suspensions.iter().filter(|one| one.from <= links.as_of).map(telling).collect();
            let first = events.iter().find(|event| event.record.event_kind != SupplyEventKind::Extension);
            let source = match first {
                Some(event) => registers.source("supply_event", &event.record.event_code, event).noted(told.join("；")),
                None => registers.source("supply", &record.supply_code, version).noted("供地变更登记簿中没有中止记录"),
            };
            Fact::known(FactValue::Quantity(Quantity::new(days as f64, Unit::Day)), source, record.observed_on)
        }
        Some(_) | None => Fact::missing(MissingReason::NotRecorded),
    };
    facts.insert(FactName::SuspendedDays, days);
}

fn telling(suspension: &Suspension) -> String {
    let until = suspension.until.map_or("尚未结束".to_owned(), |day| day.to_string());
    let cause = suspension.cause.label_zh();
    match &suspension.document {
        Some(document) => format!("{cause} {} 至 {until}（{document}）", suspension.from),
        None => format!("{cause} {} 至 {until}（没有文件，不予扣除）", suspension.from),
    }
}
