//! A parcel in a list and on its card.

use chrono::{DateTime, NaiveDate, Utc};
use mujun_domain::code::{IndustryCode, IndustryEdition};
use mujun_domain::kind::Kind;
use mujun_domain::rulebook::Rulebook;
use serde::Serialize;
use serde_json::value::RawValue;

use super::finding::{FindingView, Law, stored};
use super::label::{construction_state, data_label};
use super::life::{LapsedView, lapsed};
use super::lineage::{LineageView, lineage};
use super::scope::ScopeView;
use super::{mu, raw};
use crate::app::life::LifeState;
use crate::app::query::{BuildingOnParcel, ParcelCard, ParcelRow, ParcelZoneRow, SupplyRow};
use crate::serve::problem::Problem;

/// A parcel of a list.
#[derive(Serialize)]
pub(in crate::serve) struct ParcelItem {
    #[serde(flatten)]
    row: ParcelRow,
    site_area_mu: f64,
    flagged_area_mu: f64,
    kind_labels: Vec<&'static str>,
    state: &'static str,
    state_label: &'static str,
    industry_name: Option<String>,
}

/// The name of an industry in its edition, where the rulebook knows it.
pub(in crate::serve) fn industry_name(rulebook: &Rulebook, edition: Option<&str>, code: Option<&str>) -> Option<String> {
    let edition = IndustryEdition::parse(edition?).ok()?;
    let code = IndustryCode::parse(edition, code?).ok()?;
    rulebook.industry_name(code).map(str::to_owned)
}

/// A parcel of a list.
pub(in crate::serve) fn item(row: ParcelRow, rulebook: &Rulebook) -> ParcelItem {
    // A computed flag stays a suspicion until people decide; what they decided of the kind that counts is the parcel's state.
    let counted = row.counted_kind.as_deref().and_then(|kind| row.kind_states.as_ref()?.get(kind)?.as_str());
    let state = LifeState::ALL.into_iter().find(|state| Some(state.as_str()) == counted).unwrap_or(LifeState::Suspected);
    let (state, state_label) = if row.kinds.is_empty() { ("unmarked", "未标记") } else { (state.as_str(), state.label_zh()) };
    ParcelItem {
        site_area_mu: mu(row.site_area_m2),
        flagged_area_mu: mu(row.flagged_area_m2),
        kind_labels: row.kinds.iter().filter_map(|kind| Kind::from_code(kind)).map(Kind::label_zh).collect(),
        state,
        state_label,
        industry_name: industry_name(rulebook, row.industry_edition.as_deref(), row.industry_code.as_deref()),
        row,
    }
}

/// The card of one parcel.
#[derive(Serialize)]
pub(in crate::serve) struct ParcelCardView {
    #[serde(flatten)]
    item: ParcelItem,
    land_use_scheme: Option<String>,
    land_use_code: Option<String>,
    areas: Areas,
    measures: Measures,
    buildings: Vec<BuildingView>,
    supplies: Vec<SupplyView>,
    zones: Vec<ParcelZoneRow>,
    findings: Vec<FindingView>,
    lapsed: Vec<LapsedView>,
    lineage: LineageView,
    provenance: Provenance,
    geometry: Box<RawValue>,
    bbox: Vec<f64>,
    scope: ScopeView,
}

#[derive(Serialize)]
struct Areas {
    documentary_m2: Option<f64>,
    ellipsoidal_m2: f64,
    planar_m2: Option<f64>,
}

#[derive(Serialize)]
struct Measures {
    footprint_m2: Option<f64>,
    counting_floor_area_m2: Option<f64>,
    floor_area_basis: Option<String>,
    plot_ratio: Option<f64>,
    building_density: Option<f64>,
}

#[derive(Serialize)]
struct BuildingView {
    building_code: String,
    name: Option<String>,
    building_use: Option<String>,
    storeys_above: Option<i32>,
    storey_height_m: Option<f64>,
    height_m: Option<f64>,
    share: f64,
    footprint_m2: f64,
    counting_floor_area_m2: Option<f64>,
}

#[derive(Serialize)]
struct Provenance {
    import_id: i64,
    file_name: String,
    source_row: i32,
    observed_on: Option<NaiveDate>,
    recorded_at: DateTime<Utc>,
    provider: Option<String>,
    is_synthetic: bool,
    data_label: Option<&'static str>,
}

/// A contract.
#[derive(Serialize)]
pub(in crate::serve) struct SupplyView {
    #[serde(flatten)]
    row: SupplyRow,
    construction_state_label: Option<&'static str>,
    industry_name: Option<String>,
}

/// A contract.
pub(in crate::serve) fn supply(row: SupplyRow, rulebook: &Rulebook) -> SupplyView {
    SupplyView {
        construction_state_label: row.construction_state.as_deref().and_then(construction_state),
        industry_name: industry_name(rulebook, row.industry_edition.as_deref(), row.industry_code.as_deref()),
        row,
    }
}

fn building(on_parcel: BuildingOnParcel) -> BuildingView {
    let row = on_parcel.row;
    BuildingView {
        building_code: row.building_code,
        name: row.name,
        building_use: row.building_use,
        storeys_above: row.storeys_above,
        storey_height_m: row.storey_height_m,
        height_m: row.height_m,
        share: row.share,
        footprint_m2: row.footprint_m2,
        counting_floor_area_m2: on_parcel.counting_floor_area_m2,
    }
}

/// The card of one parcel.
pub(in crate::serve) fn card(card: ParcelCard, rulebook: &Rulebook) -> Result<ParcelCardView, Problem> {
    let law = Law::of(&card.scope, rulebook);
    let row = card.row;
    Ok(ParcelCardView {
        land_use_scheme: row.land_use_scheme,
        land_use_code: row.land_use_code,
        areas: Areas {
            documentary_m2: row.documentary_area_m2,
            ellipsoidal_m2: row.ellipsoidal_area_m2,
            planar_m2: row.planar_area_m2,
        },
        measures: Measures {
            footprint_m2: row.footprint_m2,
            counting_floor_area_m2: row.counting_floor_area_m2,
            floor_area_basis: row.floor_area_basis,
            plot_ratio: row.item.plot_ratio,
            building_density: row.item.building_density,
        },
        buildings: card.buildings.into_iter().map(building).collect(),
        supplies: card.supplies.into_iter().map(|row| supply(row, rulebook)).collect(),
        zones: card.zones,
        findings: card.findings.into_iter().map(|row| stored(row, law)).collect(),
        lapsed: card.lapsed.into_iter().map(|row| lapsed(row, rulebook)).collect(),
        lineage: lineage(card.lineage, &row.item.division_code, &row.item.parcel_code),
        provenance: Provenance {
            import_id: row.import_id,
            file_name: row.file_name,
            source_row: row.source_row,
            observed_on: row.item.observed_on,
            recorded_at: row.recorded_at,
            provider: row.provider,
            is_synthetic: row.is_synthetic,
            data_label: data_label(row.is_synthetic),
        },
        geometry: raw(row.geometry)?,
        bbox: row.bbox,
        item: item(row.item, rulebook),
        scope: card.scope.into(),
    })
}
