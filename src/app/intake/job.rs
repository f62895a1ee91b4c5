//! The work on an upload, beside the requests: a preview tries the import and takes it back, a commit does it and lets the
//! city be judged again. One import runs at a time; the others wait and say so.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use tokio::task::AbortHandle;

use super::decision::Decision;
use super::record::{Evaluated, Job, JobFault, Standing, Task, Upload, UploadId};
use super::report::{Ending, Report};
use super::{Intake, IntakeError};
use crate::app::evaluation::{Activation, EvaluationRequest, evaluate_city};
use crate::app::import::{self, ImportError, ImportMode, ImportProgress, ImportRequest, ImportStep};
use crate::app::issue_list;
use crate::app::state::State;
use crate::app::status;
use crate::clock;

/// What a job is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobStep {
    /// Another import runs.
    Waiting,
    /// A step of the import.
    Importing(ImportProgress),
    /// 重新评价
    Evaluating,
}

impl JobStep {
    /// The word in the interface.
    pub fn as_str(self) -> &'static str {
        match self {
            JobStep::Waiting => "waiting",
            JobStep::Importing(progress) => match progress.step {
                ImportStep::Reading => "reading",
                ImportStep::Merging => "merging",
                ImportStep::Examining => "examining",
                ImportStep::Foreseeing => "foreseeing",
                ImportStep::Committing => "committing",
            },
            JobStep::Evaluating => "evaluating",
        }
    }

    /// 中文。
    pub fn label_zh(self) -> &'static str {
        match self {
            JobStep::Waiting => "另一个导入正在进行，排队等候",
            JobStep::Importing(progress) => progress.step.label_zh(),
            JobStep::Evaluating => "按新数据重新评价",
        }
    }

    /// Rows done, where it is a step of the import.
    pub fn progress(self) -> Option<ImportProgress> {
        match self {
            JobStep::Importing(progress) => Some(progress),
            JobStep::Waiting | JobStep::Evaluating => None,
        }
    }
}

/// What every job begins with when no other runs.
const BEGINNING: JobStep = JobStep::Importing(ImportProgress { step: ImportStep::Reading, rows: 0, of: None });

/// A job that runs or waits.
#[derive(Debug)]
pub struct Live {
    step: Mutex<JobStep>,
    task: Mutex<Option<AbortHandle>>,
}

impl Live {
    fn new() -> Live {
        Live { step: Mutex::new(BEGINNING), task: Mutex::new(None) }
    }

    /// What it is doing now.
    pub fn step(&self) -> JobStep {
        *self.step.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn go(&self, step: JobStep) {
        *self.step.lock().unwrap_or_else(PoisonError::into_inner) = step;
    }

    pub(super) fn stop(&self) {
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

/// What a job came to.
#[derive(Default)]
struct Outcome {
    registers_revision: Option<i64>,
    report: Option<Report>,
    evaluation: Option<Evaluated>,
    fault: Option<JobFault>,
}

/// Tries an upload by a decision. Answers at once; the work goes on in the background.
///
/// # Errors
/// No such upload, a job on its way, or it was committed before.
pub async fn preview(state: &State, id: &UploadId, decision: Decision, now: DateTime<Utc>) -> Result<Upload, IntakeError> {
    let records = state.intake.records.lock().await;
    let mut upload = state.intake.open_for_change(id).await?;
    let job = new_job(&upload, Task::Preview, decision, now);
    upload.preview = Some(job);
    state.intake.write(&upload).await?;
    start(state, &upload, Task::Preview);
    drop(records);
    Ok(upload)
}

/// Commits what was tried as preview `number`, if the registers are as they were then. The work goes on in the background.
///
/// # Errors
/// No such upload, a job on its way, committed before, another preview than the client saw, or registers that moved.
pub async fn commit(state: &State, id: &UploadId, number: i32, now: DateTime<Utc>) -> Result<Upload, IntakeError> {
    let records = state.intake.records.lock().await;
    let mut upload = state.intake.open_for_change(id).await?;
    let tried = upload.preview.as_ref().filter(|job| job.standing == Standing::Done);
    let latest = tried.map(|job| job.number);
    let Some(tried) = tried.filter(|job| job.number == number) else {
        return Err(IntakeError::NotPreviewed { latest });
    };
    let previewed = tried.registers_revision.unwrap_or_default();
    let revision = status::status(&state.pool).await?.revision;
    if revision != previewed {
        return Err(IntakeError::Moved { previewed, now: revision });
    }
    let job = new_job(&upload, Task::Commit, tried.decision.clone(), now);
    upload.commit = Some(job);
    state.intake.write(&upload).await?;
    start(state, &upload, Task::Commit);
    drop(records);
    Ok(upload)
}

fn new_job(upload: &Upload, task: Task, decision: Decision, asked_at: DateTime<Utc>) -> Job {
    Job {
        number: upload.latest().map_or(0, |job| job.number) + 1,
        task,
        standing: Standing::Running,
        decision,
        asked_at,
        ended_at: None,
        registers_revision: None,
        report: None,
        evaluation: None,
        fault: None,
    }
}

fn start(state: &State, upload: &Upload, task: Task) {
    let live = Arc::new(Live::new());
    state.intake.lives().insert(upload.id.clone(), live.clone());
    let (state, upload, mine) = (state.clone(), upload.clone(), live.clone());
    let running = tokio::spawn(async move {
        let work = AssertUnwindSafe(work(&state, &upload, task, &mine)).catch_unwind();
        let outcome = work.await.unwrap_or_else(|_| Outcome { fault: Some(ours("任务意外中断")), ..Outcome::default() });
        if let Err(error) = state.intake.finish(&upload.id, task, outcome).await {
            tracing::error!(upload = upload.id.as_str(), error = %error, "the outcome of an upload's job was not kept");
        }
        state.intake.lives().remove(&upload.id);
    });
    *live.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(running.abort_handle());
}

async fn work(state: &State, upload: &Upload, task: Task, live: &Live) -> Outcome {
    let _turn = match state.intake.turn.try_lock() {
        Ok(turn) => turn,
        Err(_) => {
            live.go(JobStep::Waiting);
            state.intake.turn.lock().await
        }
    };
    live.go(BEGINNING);
    let job = match task {
        Task::Preview => &upload.preview,
        Task::Commit => &upload.commit,
    };
    let Some(job) = job else { return Outcome::default() };
    let revision = match status::status(&state.pool).await {
        Ok(status) => status.revision,
        Err(error) => return Outcome { fault: Some(database(&error)), ..Outcome::default() },
    };
    let mut outcome = Outcome { registers_revision: Some(revision), ..Outcome::default() };
    let watch = |progress| live.go(JobStep::Importing(progress));
    let request = request(state, upload, &job.decision, task);
    if let Some(list) = &request.issue_list
        && let Err(fault) = issue_list::remove(list)
    {
        tracing::error!(upload = upload.id.as_str(), %fault, "the issues of an earlier preview were not removed");
    }
    let imported = match import::import(&state.pool, request, &watch).await {
        Ok(imported) => imported,
        Err(error) => {
            outcome.fault = Some(import_fault(&error, &state.intake.files_of(&upload.id)));
            return outcome;
        }
    };
    let report = Report::from(&imported);
    let is_committed = matches!(report.ending, Ending::Committed { .. });
    outcome.report = Some(report);
    if is_committed {
        live.go(JobStep::Evaluating);
        let request =
            EvaluationRequest { as_of: clock::today(), known_at: None, now: clock::now(), activation: Activation::Activate };
        match evaluate_city(&state.pool, state.rulebook.clone(), request).await {
            Ok(run) => {
                outcome.evaluation = Some(Evaluated { run_id: run.run_id, subjects: run.subjects, findings: run.findings });
            }
            Err(error) => {
                tracing::error!(error = chain(&error).join(": "), "the evaluation after a commit failed");
                outcome.fault =
                    Some(ours("数据已提交，但重新评价没有成功；结论仍是提交之前的。请运行 mujun evaluate --activate"));
            }
        }
    }
    outcome
}

fn request(state: &State, upload: &Upload, decision: &Decision, task: Task) -> ImportRequest {
    ImportRequest {
        mapping: decision.mapping.choice(),
        options: decision.options.clone(),
        provider: decision.provider.clone(),
        observed_on: decision.observed_on,
        received_on: decision.received_on,
        // Another writer may come between the question and the import; the import asks again when nobody else can.
        seen_revision: match task {
            Task::Preview => None,
            Task::Commit => upload.preview.as_ref().and_then(|preview| preview.registers_revision),
        },
        // What is committed is listed in the database.
        issue_list: (task == Task::Preview).then(|| state.intake.issues_of(&upload.id)),
        mode: match task {
            Task::Preview => ImportMode::DryRun,
            Task::Commit => ImportMode::Commit,
        },
        ..ImportRequest::new(decision.kind, state.intake.main_file(upload))
    }
}

impl Intake {
    async fn finish(&self, id: &UploadId, task: Task, outcome: Outcome) -> Result<(), IntakeError> {
        let _records = self.records.lock().await;
        let mut upload = self.held(id).await?;
        let job = match task {
            Task::Preview => &mut upload.preview,
            Task::Commit => &mut upload.commit,
        };
        if let Some(job) = job {
            job.standing = if outcome.report.is_some() { Standing::Done } else { Standing::Failed };
            job.ended_at = Some(clock::now());
            job.registers_revision = outcome.registers_revision;
            job.report = outcome.report;
            job.evaluation = outcome.evaluation;
            job.fault = outcome.fault;
        }
        self.write(&upload).await
    }
}

/// What its reader may know of a failed import: everything about the file, nothing about our insides.
fn import_fault(error: &ImportError, files: &Path) -> JobFault {
    if error.is_about_input() {
        let mut told = told(error, files).into_iter();
        return JobFault { message: told.next().unwrap_or_default(), causes: told.collect() };
    }
    database(error)
}

fn database(error: &(dyn std::error::Error + 'static)) -> JobFault {
    tracing::error!(error = chain(error).join(": "), "an upload's job failed");
    ours("数据库没有响应或拒绝了这次导入；什么也没有登记。请稍后重试，反复出现请联系系统管理员")
}

fn ours(message: &str) -> JobFault {
    JobFault { message: message.to_owned(), causes: Vec::new() }
}

/// An error about a file and its causes.
pub(super) fn told(error: &(dyn std::error::Error + 'static), files: &Path) -> Vec<String> {
    chain(error).into_iter().map(|text| without_folder(&text, files)).collect()
}

/// A text about a file; where that lies on the server is nobody's business.
pub(super) fn without_folder(text: &str, files: &Path) -> String {
    text.replace(&format!("{}/", files.display()), "")
}

fn chain(error: &(dyn std::error::Error + 'static)) -> Vec<String> {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect()
}
