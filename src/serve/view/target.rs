//! Progress to the target, with the bridge from what was reported to what is credited.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::label::{project_step, renewal_measure};
use super::mu;
use super::scope::ScopeView;
use crate::app::query::ProjectRow;
use crate::app::target::{Conflict, CountyProgress, TargetProgress, TargetTerms, YearProgress};

/// The progress.
#[derive(Serialize)]
pub(in crate::serve) struct TargetView {
    target: TermsView,
    credited_m2: f64,
    credited_mu: f64,
    reported_m2: f64,
    reported_mu: f64,
    overlap_m2: f64,
    overlap_mu: f64,
    not_counted_stage_m2: f64,
    without_geometry_m2: f64,
    measured_difference_m2: f64,
    share: f64,
    expected_share: f64,
    as_of: NaiveDate,
    counties: Vec<CountyView>,
    years: Vec<YearProgress>,
    conflicts: Vec<Conflict>,
    bridge: Vec<BridgeStep>,
    scope: ScopeView,
}

#[derive(Serialize)]
struct TermsView {
    #[serde(flatten)]
    terms: TargetTerms,
    target_mu: f64,
    counted_event_label: Option<&'static str>,
}

#[derive(Serialize)]
struct CountyView {
    name: Option<String>,
    #[serde(flatten)]
    progress: CountyProgress,
}

#[derive(Serialize)]
struct BridgeStep {
    label: &'static str,
    area_m2: f64,
}

/// The progress, with the names of the counties.
pub(in crate::serve) fn target(progress: TargetProgress, names: &HashMap<String, String>, scope: ScopeView) -> TargetView {
    let step = |label, area_m2| BridgeStep { label, area_m2 };
    // 0.0 − x and not −x: nothing lost is 0, not −0.
    let bridge = vec![
        step("Σ上报", progress.reported_m2),
        step("未达阶段", 0.0 - progress.not_counted_stage_m2),
        step("无图形", 0.0 - progress.without_geometry_m2),
        step("图形与上报之差", progress.measured_difference_m2),
        step("重叠", 0.0 - progress.overlap_m2),
        step("核定", progress.credited_m2),
    ];
    TargetView {
        credited_m2: progress.credited_m2,
        credited_mu: mu(progress.credited_m2),
        reported_m2: progress.reported_m2,
        reported_mu: mu(progress.reported_m2),
        overlap_m2: progress.overlap_m2,
        overlap_mu: mu(progress.overlap_m2),
        not_counted_stage_m2: progress.not_counted_stage_m2,
        without_geometry_m2: progress.without_geometry_m2,
        measured_difference_m2: progress.measured_difference_m2,
        share: progress.credited_m2 / progress.target.target_area_m2,
        expected_share: progress.expected_share,
        as_of: progress.as_of,
        counties: progress
            .counties
            .into_iter()
            .map(|county| CountyView { name: names.get(&county.division_code).cloned(), progress: county })
            .collect(),
        years: progress.years,
        conflicts: progress.conflicts,
        bridge,
        target: TermsView {
            target_mu: mu(progress.target.target_area_m2),
            counted_event_label: project_step(&progress.target.counted_event),
            terms: progress.target,
        },
        scope,
    }
}

/// A project of the list.
#[derive(Serialize)]
pub(in crate::serve) struct ProjectView {
    project_code: String,
    name: String,
    division_code: String,
    division_name: String,
    reporting_unit_code: Option<String>,
    renewal_measure: Option<String>,
    renewal_measure_label: Option<&'static str>,
    label: Option<&'static str>,
    reported_area_m2: Option<f64>,
    ground_area_m2: Option<f64>,
    credited_m2: f64,
    counted_on: Option<NaiveDate>,
    events: Vec<StepView>,
    stage: Option<String>,
    stage_label: Option<&'static str>,
    observed_on: Option<NaiveDate>,
    label_lon: Option<f64>,
    label_lat: Option<f64>,
}

#[derive(Serialize)]
struct StepView {
    kind: String,
    label: Option<&'static str>,
    happened_on: NaiveDate,
    document: Option<String>,
}

/// What a project is credited and since when, by division and code.
pub(in crate::serve) type Credits = HashMap<(String, String), (f64, Option<NaiveDate>)>;

/// The credits of a progress.
pub(in crate::serve) fn credits(progress: Option<&TargetProgress>) -> Credits {
    progress
        .into_iter()
        .flat_map(|progress| &progress.projects)
        .map(|credit| {
            let key = (credit.division_code.clone(), credit.project_code.clone());
            (key, (credit.credited_m2, credit.counted_on))
        })
        .collect()
}

/// A project of the list.
pub(in crate::serve) fn project(row: ProjectRow, credits: &Credits) -> ProjectView {
    let key = (row.division_code, row.project_code);
    let (credited_m2, counted_on) = credits.get(&key).copied().unwrap_or((0.0, None));
    let (division_code, project_code) = key;
    let measure_label = row.renewal_measure.as_deref().and_then(renewal_measure);
    // Steps come oldest first, so the last one is where the project stands.
    let stage = row.events.0.last().map(|event| event.kind.clone());
    ProjectView {
        project_code,
        name: row.name,
        division_code,
        division_name: row.division_name,
        reporting_unit_code: row.reporting_unit_code,
        renewal_measure: row.renewal_measure,
        renewal_measure_label: measure_label,
        label: measure_label,
        reported_area_m2: row.reported_area_m2,
        ground_area_m2: row.ground_area_m2,
        credited_m2,
        counted_on,
        stage_label: stage.as_deref().and_then(project_step),
        stage,
        events: row
            .events
            .0
            .into_iter()
            .map(|event| StepView {
                label: project_step(&event.kind),
                kind: event.kind,
                happened_on: event.happened_on,
                document: event.document,
            })
            .collect(),
        observed_on: row.observed_on,
        label_lon: row.label_lon,
        label_lat: row.label_lat,
    }
}
