//! 全市筛查: the outcome of every rule for every parcel of a snapshot, without evidence, in the time that the arithmetic takes; and
//! one parcel evaluated again, with its evidence, when a building on it changes.
//!
//! A snapshot holds what is drawn, what is documented and what the contracts say. Facts of other registers (enterprises, plans,
//! renovations, events) are missing here with that reason: rules that need them are undetermined, and the evaluation proper has them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use mujun_domain::code::{DivisionCode, IndustryCode, IndustryEdition};
use mujun_domain::evaluate::evaluate;
use mujun_domain::fact::{Fact, FactName, FactValue, MissingReason, Source, Truth};
use mujun_domain::finding::{Evaluation, OutcomeCode};
use mujun_domain::rulebook::{ParameterName, RuleId, Rulebook};
use mujun_domain::screen::Screen;
use mujun_domain::subject::{Subject, SubjectFacts, SubjectKind};
use rayon::prelude::*;

use super::measuring::{AreaBasis, CountingRulesMissing, counting_rules, parameters, site_area};
use crate::city::edit::{BuildingChange, EditedCity};
use crate::city::measure::SiteMeasure;
use crate::city::snapshot::CitySnapshot;
use crate::register::columns::ByCode;

/// The facts in which parcels of one pattern differ.
const FREE: [FactName; 3] = [FactName::SiteArea, FactName::FootprintArea, FactName::CountingFloorArea];
/// Parcels that one core takes at a time.
const STRETCH: usize = 4096;

/// What the rules say about every parcel.
#[derive(Clone, Debug)]
pub struct Screening {
    /// For each parcel its outcomes, in the order of the rules that speak about it.
    pub outcomes: Vec<OutcomeCode>,
    /// Where those of parcel `i` begin; they end where those of the next begin.
    pub starts: Vec<u32>,
    /// The pattern of each parcel, for [`Screening::rules_of`].
    patterns: Vec<u32>,
    rules: Vec<Vec<RuleId>>,
}

impl Screening {
    /// The outcomes of a parcel, each with its rule.
    pub fn of(&self, parcel: usize) -> impl Iterator<Item = (&RuleId, OutcomeCode)> {
        let outcomes = &self.outcomes[self.starts[parcel] as usize..self.starts[parcel + 1] as usize];
        self.rules[self.patterns[parcel] as usize].iter().zip(outcomes.iter().copied())
    }

    /// How often each rule came out how.
    pub fn tally(&self) -> HashMap<(RuleId, OutcomeCode), usize> {
        let mut tally = HashMap::new();
        for parcel in 0..self.patterns.len() {
            for (rule, outcome) in self.of(parcel) {
                *tally.entry((rule.clone(), outcome)).or_default() += 1;
            }
        }
        tally
    }
}

/// What of a parcel, besides its size and what stands on it, the rules can see. Numbers as their bits.
#[derive(Clone, PartialEq, Eq, Hash)]
struct PatternKey<'a> {
    division: &'a [u8],
    industry_edition: &'a [u8],
    industry_code: &'a [u8],
    contract: Option<(u64, u64, i8)>,
    /// Signs of the free numbers: unknown, zero or less, more.
    signs: [i8; 3],
}

/// The three numbers of a parcel; `NaN` for what is not known.
#[derive(Clone, Copy)]
struct Numbers([f64; 3]);

impl Numbers {
    fn get(&self, name: FactName) -> f64 {
        FREE.iter().position(|free| *free == name).map_or(f64::NAN, |at| self.0[at])
    }

    fn signs(&self) -> [i8; 3] {
        self.0.map(|number| match number {
            number if number.is_nan() => -1,
            number if number < 0.0 => 0,
            number if number > 0.0 => 2,
            _ => 1,
        })
    }
}

/// How areas are read on a day.
#[derive(Clone, Copy)]
struct Reading {
    disagreement_max: f64,
}

impl Reading {
    fn on(rulebook: &Rulebook, as_of: NaiveDate) -> Result<Reading, CountingRulesMissing> {
        let [disagreement_max] = parameters(rulebook, as_of, [ParameterName::AreaDisagreementMax])?;
        Ok(Reading { disagreement_max })
    }

    fn numbers(self, city: &CitySnapshot, parcel: usize, site: &SiteMeasure) -> Numbers {
        let known = |number: f64| if number.is_nan() { None } else { Some(number) };
        let columns = &city.parcels;
        let documentary = known(columns.documentary_area_m2[parcel]);
        let area = site_area(documentary, city.parcel_grounds.ellipsoidal_m2(parcel), self.disagreement_max);
        let area_m2 = if area.basis == AreaBasis::Contradicted { f64::NAN } else { area.m2 };
        let drawn = !city.building_grounds.is_empty();
        let footprint = if drawn { site.footprint_m2 } else { columns.stated_footprint_m2[parcel] };
        // A floor area by permit or assessment is what the law asks for; ours is the substitute.
        let floor = known(columns.stated_counting_floor_area_m2[parcel])
            .or_else(|| if drawn { site.counting_floor_area_m2() } else { None })
            .unwrap_or(f64::NAN);
        Numbers([area_m2, footprint, floor])
    }
}

fn key<'a>(city: &'a CitySnapshot, parcel: usize, numbers: Numbers) -> PatternKey<'a> {
    let terms = &city.supplies;
    PatternKey {
        division: city.parcels.division_code.get(parcel),
        industry_edition: city.parcels.industry_edition.get(parcel),
        industry_code: city.parcels.industry_code.get(parcel),
        contract: city
            .contract_of(parcel)
            .map(|at| (terms.contract_far_min[at].to_bits(), terms.contract_density_max[at].to_bits(), terms.finished[at])),
        signs: numbers.signs(),
    }
}

/// The facts of a parcel of a snapshot.
fn facts(city: &CitySnapshot, parcel: usize, numbers: Numbers) -> SubjectFacts {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let code = text(city.parcels.parcel_code.get(parcel));
    let division = DivisionCode::parse(&text(city.parcels.division_code.get(parcel))).ok();
    let own = Arc::new(Source::new("parcel", code.clone()).noted("按内存快照"));
    let supply = Arc::new(Source::new("supply", code.clone()).noted("按内存快照"));
    let fact = |value: Option<FactValue>, source: &Arc<Source>| match value {
        Some(value) => Fact::known(value, source.clone(), None),
        None => Fact::missing(MissingReason::NotRecorded),
    };
    let number = |value: f64, make: fn(f64) -> FactValue| if value.is_nan() { None } else { Some(make(value)) };
    let (edition, division_of_industry) =
        (text(city.parcels.industry_edition.get(parcel)), text(city.parcels.industry_code.get(parcel)));
    let industry = IndustryEdition::parse(&edition).and_then(|edition| IndustryCode::parse(edition, &division_of_industry)).ok();
    let mut all = SubjectFacts::new(Subject { kind: SubjectKind::Parcel, division, code })
        .with(FactName::Industry, fact(industry.map(FactValue::Industry), &own));
    for (name, value) in FREE.into_iter().zip(numbers.0) {
        all.insert(name, fact(number(value, FactValue::m2), &own));
    }
    if let Some(at) = city.contract_of(parcel) {
        let terms = &city.supplies;
        all.insert(FactName::ContractFarMin, fact(number(terms.contract_far_min[at], FactValue::ratio), &supply));
        all.insert(FactName::ContractDensityMax, fact(number(terms.contract_density_max[at], FactValue::share), &supply));
        let operating = match terms.finished[at] {
            1 => Some(FactValue::Flag(Truth::Yes)),
            0 => Some(FactValue::Flag(Truth::No)),
            _ => None,
        };
        all.insert(FactName::Operating, fact(operating, &supply));
    }
    all
}

/// Screens every parcel of a measured city.
///
/// # Errors
/// A parameter that the rulebook lacks on that day.
pub fn screen_city(
    city: &CitySnapshot,
    sites: &[SiteMeasure],
    rulebook: &Rulebook,
    as_of: NaiveDate,
) -> Result<Screening, CountingRulesMissing> {
    let reading = Reading::on(rulebook, as_of)?;
    let numbers: Vec<Numbers> = sites.par_iter().enumerate().map(|(parcel, site)| reading.numbers(city, parcel, site)).collect();
    // Which patterns there are, each with the first parcel that shows it; then every parcel finds its own.
    let shown: ByCode<PatternKey<'_>, usize> = (0..sites.len())
        .into_par_iter()
        .fold(ByCode::default, |mut shown: ByCode<PatternKey<'_>, usize>, parcel| {
            shown.entry(key(city, parcel, numbers[parcel])).or_insert(parcel);
            shown
        })
        .reduce(ByCode::default, |mut one, other| {
            for (key, parcel) in other {
                one.entry(key).and_modify(|first| *first = parcel.min(*first)).or_insert(parcel);
            }
            one
        });
    let mut examples: Vec<(PatternKey<'_>, usize)> = shown.into_iter().collect();
    examples.sort_unstable_by_key(|(_, parcel)| *parcel);
    let screens: Vec<Screen> = examples
        .par_iter()
        .map(|(_, parcel)| Screen::of(&facts(city, *parcel, numbers[*parcel]), &FREE, rulebook, as_of))
        .collect();
    let numbered: ByCode<PatternKey<'_>, u32> = examples.into_iter().map(|(key, _)| key).zip(0..).collect();

    let parts: Vec<(Vec<u32>, Vec<OutcomeCode>)> = (0..sites.len())
        .collect::<Vec<usize>>()
        .par_chunks(STRETCH)
        .map(|stretch| {
            let (mut patterns, mut outcomes) = (Vec::with_capacity(stretch.len()), Vec::new());
            for parcel in stretch.iter().copied() {
                let own = numbers[parcel];
                let pattern = numbered.get(&key(city, parcel, own)).copied().unwrap_or_default();
                patterns.push(pattern);
                let screen = &screens[pattern as usize];
                let from = outcomes.len();
                let mut asked = false;
                outcomes.extend(screen.outcomes(|name| own.get(name)).map(|outcome| {
                    asked |= outcome.is_none();
                    outcome.unwrap_or(OutcomeCode::Undetermined)
                }));
                if asked {
                    let evaluation = evaluate(&facts(city, parcel, own), rulebook, as_of);
                    outcomes.truncate(from);
                    outcomes.extend(evaluation.findings.values().map(|finding| OutcomeCode::of(&finding.outcome)));
                }
            }
            (patterns, outcomes)
        })
        .collect();

    let rules: Vec<Vec<RuleId>> = screens.iter().map(|screen| screen.rules().cloned().collect()).collect();
    let mut all = Screening { outcomes: Vec::new(), starts: vec![0], patterns: Vec::with_capacity(sites.len()), rules };
    for (patterns, outcomes) in parts {
        for pattern in &patterns {
            let own = u32::try_from(all.rules[*pattern as usize].len()).unwrap_or_default();
            all.starts.push(all.starts.last().copied().unwrap_or_default() + own);
        }
        all.patterns.extend(patterns);
        all.outcomes.extend(outcomes);
    }
    Ok(all)
}

/// One parcel of a snapshot evaluated with its evidence: what [`screen_city`] says of it, and why.
///
/// # Errors
/// A parameter that the rulebook lacks on that day.
pub fn evaluate_parcel(
    city: &CitySnapshot,
    parcel: usize,
    site: &SiteMeasure,
    rulebook: &Rulebook,
    as_of: NaiveDate,
) -> Result<Evaluation, CountingRulesMissing> {
    let numbers = Reading::on(rulebook, as_of)?.numbers(city, parcel, site);
    Ok(evaluate(&facts(city, parcel, numbers), rulebook, as_of))
}

/// One parcel before and after a change.
#[derive(Clone, Debug)]
pub struct ParcelReevaluated {
    /// Position in the snapshot.
    pub parcel: usize,
    /// With all its evidence.
    pub before: Evaluation,
    /// With all its evidence.
    pub after: Evaluation,
    /// Rules that flag the parcel now and did not before.
    pub appeared: BTreeSet<RuleId>,
    /// Rules that flagged it before and do not now.
    pub disappeared: BTreeSet<RuleId>,
}

/// Evaluates again, with evidence, the parcels that one changed building concerns; answers the city after the change.
///
/// # Errors
/// A parameter that the rulebook lacks on that day.
pub fn reevaluate(
    city: &EditedCity,
    change: BuildingChange,
    rulebook: &Rulebook,
    as_of: NaiveDate,
) -> Result<(EditedCity, Vec<ParcelReevaluated>), CountingRulesMissing> {
    let (rules, reading) = (counting_rules(rulebook, as_of)?, Reading::on(rulebook, as_of)?);
    let (after, touched) = city.with_building_changed(change);
    let base = city.base();
    let evaluated = |parcel: usize, site: &SiteMeasure| {
        let numbers = reading.numbers(base, parcel, site);
        evaluate(&facts(base, parcel, numbers), rulebook, as_of)
    };
    let flagged = |evaluation: &Evaluation| -> BTreeSet<RuleId> {
        evaluation.findings.iter().filter(|(_, finding)| finding.is_flagged()).map(|(rule, _)| rule.clone()).collect()
    };
    let sites = city.measure(&touched, rules).into_iter().zip(after.measure(&touched, rules));
    let parcels = touched.iter().zip(sites).map(|(parcel, (then, now))| {
        let (before, after) = (evaluated(*parcel, &then), evaluated(*parcel, &now));
        let (flagged_then, flagged_now) = (flagged(&before), flagged(&after));
        ParcelReevaluated {
            parcel: *parcel,
            appeared: flagged_now.difference(&flagged_then).cloned().collect(),
            disappeared: flagged_then.difference(&flagged_now).cloned().collect(),
            before,
            after,
        }
    });
    let parcels = parcels.collect();
    Ok((after, parcels))
}
