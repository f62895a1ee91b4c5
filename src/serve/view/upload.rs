//! An upload and its jobs as sent: the record, and what the running job is doing now.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use crate::app::intake::{Decision, Evaluated, Intake, Job, JobFault, Live, MappingWord, Part, Report, Standing, Task, Upload};
use crate::ingest::Remedy;

/// One upload.
#[derive(Serialize)]
pub(in crate::serve) struct UploadView {
    id: String,
    received_at: DateTime<Utc>,
    state: &'static str,
    state_label: &'static str,
    /// The file that is opened.
    file_name: Option<String>,
    bytes: u64,
    parts: Vec<Part>,
    preview: Option<JobView>,
    commit: Option<JobView>,
}

/// One job.
#[derive(Serialize)]
pub(in crate::serve) struct JobView {
    number: i32,
    task: Task,
    standing: Standing,
    step: Option<&'static str>,
    step_label: Option<&'static str>,
    rows: Option<u64>,
    of: Option<u64>,
    decision: DecisionView,
    asked_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    registers_revision: Option<i64>,
    report: Option<Report>,
    evaluation: Option<Evaluated>,
    fault: Option<JobFault>,
}

/// A decision in the words in which it is sent.
#[derive(Serialize)]
struct DecisionView {
    kind: &'static str,
    kind_label: &'static str,
    mapping: MappingWord,
    crs: Option<String>,
    layer: Option<String>,
    remedies: Vec<Remedy>,
    provider: Option<String>,
    observed_on: Option<NaiveDate>,
    received_on: Option<NaiveDate>,
}

impl From<Decision> for DecisionView {
    fn from(decision: Decision) -> DecisionView {
        DecisionView {
            kind: decision.kind.as_str(),
            kind_label: decision.kind.label_zh(),
            mapping: decision.mapping,
            crs: decision.options.crs.map(|crs| crs.to_string()),
            layer: decision.options.layer,
            remedies: decision.options.remedies,
            provider: decision.provider,
            observed_on: decision.observed_on,
            received_on: decision.received_on,
        }
    }
}

/// The upload as it stands now.
pub(in crate::serve) fn view(intake: &Intake, upload: Upload) -> UploadView {
    let live = intake.live(&upload.id);
    let state = upload.state();
    UploadView {
        state: state.as_str(),
        state_label: state.label_zh(),
        file_name: upload.main().map(|part| part.name.clone()),
        bytes: upload.bytes(),
        id: upload.id.into(),
        received_at: upload.received_at,
        parts: upload.parts,
        preview: upload.preview.map(|preview| job(preview, live.as_deref())),
        commit: upload.commit.map(|commit| job(commit, live.as_deref())),
    }
}

/// The job as it stands now.
pub(in crate::serve) fn job(job: Job, live: Option<&Live>) -> JobView {
    let step = live.filter(|_| job.standing == Standing::Running).map(Live::step);
    let progress = step.and_then(|step| step.progress());
    JobView {
        number: job.number,
        task: job.task,
        standing: job.standing,
        step: step.map(|step| step.as_str()),
        step_label: step.map(|step| step.label_zh()),
        rows: progress.map(|progress| progress.rows),
        of: progress.and_then(|progress| progress.of),
        decision: job.decision.into(),
        asked_at: job.asked_at,
        ended_at: job.ended_at,
        registers_revision: job.registers_revision,
        report: job.report,
        evaluation: job.evaluation,
        fault: job.fault,
    }
}
