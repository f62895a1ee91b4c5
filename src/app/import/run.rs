//! The course of one import: a thread reads and checks the file and encodes its rows while the database takes in those before them.
//! Between the two stand a few stretches of rows at most, so that memory does not grow with the file.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use mujun_domain::code::DivisionCode;
use mujun_geometry::geo::Rect;
use mujun_geometry::surface::Surface;
use sqlx::{PgConnection, PgPool};
use tokio::sync::{mpsc, oneshot};

use super::issues::{Concluded, Issues};
use super::kept::Kept;
use super::{ImportEnding, ImportError, ImportMode, ImportProgress, ImportReport, ImportRequest, ImportStep, Watch};
use crate::app::quality::{Aside, Examination, GatherError, Gathered};
use crate::app::{consequence, neighbours};
use crate::ingest::{
    self, IngestIssue, Mapping, Neighbours, Piece, Place, ReadOptions, RegisteredKeys, SourceDescription, Summary,
};
use crate::register::RegisterKind;
use crate::store::import::{NewImport, SameFile};
use crate::store::intake::{Batch, Numbering, ReadyRow};
use crate::store::{self, Appended, StoreError};

/// Stretches of rows that may wait between the reader and the database.
const AHEAD: usize = 3;

/// Roughly, where a file does not say how many rows it has: only the way into the register is chosen by it.
const BYTES_A_ROW: u64 = 400;

/// What the reading thread sends.
enum FromFile {
    /// What is registered in these boxes? Asked before the file counts as opened.
    Near {
        boxes: Vec<Rect<f64>>,
        answer: oneshot::Sender<Vec<Surface>>,
    },
    Opened {
        source: SourceDescription,
        claimed_rows: Option<u64>,
    },
    Rows {
        batch: Batch,
        read: usize,
        issues: Vec<IngestIssue>,
    },
}

/// What the reading thread needs.
struct Reading<R: Kept> {
    path: PathBuf,
    mapping: Arc<Mapping>,
    options: ReadOptions,
    place: Place,
    plan: oneshot::Receiver<Arc<R::Plan>>,
    send: mpsc::Sender<FromFile>,
}

pub(super) async fn run<R: Kept>(
    pool: &PgPool,
    request: ImportRequest,
    mapping: Mapping,
    watch: Watch<'_>,
) -> Result<ImportReport, ImportError> {
    let kind = request.kind;
    let tell = |step, rows, of| watch(ImportProgress { step, rows, of });
    tell(ImportStep::Reading, 0, None);
    let mut transaction = pool.begin().await.map_err(|source| ImportError::Transaction { step: "开始", source })?;
    let conn = &mut *transaction;
    store::import::wait_for_writers(conn).await?;
    if let Some(seen) = request.seen_revision {
        let now = store::import::latest_revision(conn).await?;
        if now != seen {
            return Err(ImportError::Moved { seen, now });
        }
    }
    let city = if kind == RegisterKind::Divisions { Place::default() } else { place(conn, kind).await? };

    let mapping = Arc::new(mapping);
    let (send, mut from_file) = mpsc::channel(AHEAD);
    let place = Place { neighbours: asking(kind, send.clone()), ..city };
    let (give_plan, plan) = oneshot::channel();
    let options = request.options.clone();
    let reading: Reading<R> = Reading { path: request.path.clone(), mapping: Arc::clone(&mapping), options, place, plan, send };
    let reading = tokio::task::spawn_blocking(move || read(reading));
    let (source, claimed_rows) = loop {
        match from_file.recv().await {
            Some(FromFile::Opened { source, claimed_rows }) => break (source, claimed_rows),
            // A reader that waits no longer has ended, and says so itself.
            Some(FromFile::Near { boxes, answer }) => drop(answer.send(neighbours::near(conn, kind, &boxes).await?)),
            Some(FromFile::Rows { .. }) | None => {
                // The file was refused before its first row.
                reading.await.map_err(ImportError::Task)??;
                return Err(ImportError::File(ingest::IngestError::Stopped));
            }
        }
    };
    let decisions = decisions(&request);
    if let Some(same) = store::import::find_same_file(conn, kind, &source.sha256, &mapping.sha256, &decisions).await? {
        return Ok(already_recorded(kind, source, same));
    }
    let new_import = new_import(&request, &source, &mapping, decisions);
    let import_id = store::import::insert(conn, &new_import).await?;
    let expected = claimed_rows.or_else(|| std::fs::metadata(&request.path).ok().map(|about| about.len() / BYTES_A_ROW));
    let mut intake = R::begin(conn, import_id, expected).await?;
    let mut issues = Issues::new(import_id, request.issue_list.as_deref())?;
    // A reader that has ended meanwhile says so itself.
    let _ = give_plan.send(R::plan(&intake));
    let mut rows = 0;
    while let Some(message) = from_file.recv().await {
        let FromFile::Rows { batch, read, issues: found } = message else { continue };
        R::write(&mut intake, conn, batch).await?;
        issues.record(conn, found).await?;
        rows += read as u64;
        tell(ImportStep::Reading, rows, claimed_rows);
    }
    let Taken { summary: Summary { issues: of_file, source }, gathered } = reading.await.map_err(ImportError::Task)??;
    let examination = Examination::of(conn, kind, import_id).await?;
    // The one is ours to do and the other the server's: side by side.
    let beside = examination
        .clone()
        .zip(gathered)
        .map(|(examination, gathered)| tokio::task::spawn_blocking(move || examination.gathered(&gathered)));

    tell(ImportStep::Merging, rows, Some(rows));
    let appended = R::finish(intake, conn).await?;
    store::import::count_read(conn, import_id, source.rows_read, source.rows_quarantined).await?;
    store::import::complete(conn, import_id, &appended).await?;
    if let Some(examination) = examination {
        let found = match beside {
            Some(beside) => {
                tell(ImportStep::Examining, 0, Some(rows));
                let found = beside.await.map_err(ImportError::Task)??;
                tell(ImportStep::Examining, found.examined() as u64, Some(rows));
                found
            }
            None => examination.recorded(conn, watch).await?,
        };
        let of_ground = examination.tell(conn, found).await?;
        issues.record(conn, of_ground).await?;
    }
    let issues = issues.conclude(conn, of_file).await?;
    let consequence = match request.mode {
        ImportMode::DryRun => consequence::foresee(conn, import_id, watch).await?,
        ImportMode::Commit => None,
    };
    let cause = format!("导入{}：{}", kind.label_zh(), source.file_name);
    let revision = store::import::record_revision(conn, Some(import_id), &cause).await?;
    let ending = match request.mode {
        ImportMode::Commit => {
            tell(ImportStep::Committing, rows, Some(rows));
            transaction.commit().await.map_err(|source| ImportError::Transaction { step: "提交", source })?;
            ImportEnding::Committed { import_id, revision }
        }
        ImportMode::DryRun => {
            transaction.rollback().await.map_err(|source| ImportError::Transaction { step: "撤回", source })?;
            ImportEnding::Discarded
        }
    };
    let NewImport { provider, observed_on, received_on, .. } = new_import;
    let (issue_count, Concluded { first: issues, counts: issue_counts }) = (issues.count(), issues);
    Ok(ImportReport {
        kind,
        source,
        provider,
        observed_on,
        received_on,
        appended,
        issues,
        issue_count,
        issue_counts,
        consequence,
        ending,
    })
}

/// Asks the side of the database, which waits for the file to be opened.
fn asking(kind: RegisterKind, send: mpsc::Sender<FromFile>) -> Neighbours {
    neighbours::asked(kind, move |boxes| {
        let (answer, answered) = oneshot::channel();
        match send.blocking_send(FromFile::Near { boxes, answer }) {
            Ok(()) => answered.blocking_recv().unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    })
}

/// What the reading thread leaves behind.
struct Taken {
    summary: Summary,
    /// The grounds, where they can be examined without the server.
    gathered: Option<Gathered>,
}

/// A row as the thread that read it leaves it.
struct Ready {
    row: ReadyRow,
    aside: Option<Aside>,
}

impl Ready {
    fn of<R: Kept>(plan: &R::Plan, number: i32, record: &R) -> Result<Ready, StoreError> {
        let is_numbered = matches!(R::numbering(plan), Numbering::ByRow(_));
        let aside = if is_numbered { Aside::of(record) } else { None };
        Ok(Ready { row: R::encode(plan, number, record)?, aside })
    }
}

/// Reads the file to its end, or until nobody takes its rows any more.
fn read<R: Kept>(reading: Reading<R>) -> Result<Taken, ImportError> {
    let Reading { path, mapping, options, place, plan: awaited, send } = reading;
    let (plan, mut awaited) = (OnceLock::<Arc<R::Plan>>::new(), Some(awaited));
    let (mut refused, mut gathering) = (None, Gathering::default());
    let make = |number, record: R| plan.get().map(|plan: &Arc<R::Plan>| Ready::of::<R>(plan, number, &record));
    let summary = ingest::stream(&path, &mapping, &options, &place, &make, &mut |piece| {
        let message = match piece {
            Piece::Opened { source, claimed_rows } => FromFile::Opened { source, claimed_rows },
            Piece::Rows(chunk) => {
                // Without a plan nothing was made of the rows.
                let Some(plan) = plan.get() else { return ControlFlow::Break(()) };
                let ready: Result<Vec<Ready>, StoreError> = chunk.rows.into_iter().filter_map(|row| row.record).collect();
                match ready.map(|ready| gathering.pack(&ready, R::numbering(plan))) {
                    Ok(batch) => FromFile::Rows { batch, read: chunk.read, issues: chunk.issues },
                    Err(fault) => {
                        refused = Some(fault);
                        return ControlFlow::Break(());
                    }
                }
            }
        };
        if send.blocking_send(message).is_err() {
            return ControlFlow::Break(());
        }
        // The first message is that the file is opened; how its rows go in is decided then.
        if let Some(awaited) = awaited.take() {
            match awaited.blocking_recv() {
                Ok(decided) => drop(plan.set(decided)),
                Err(_) => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(())
    });
    match refused {
        Some(fault) => Err(ImportError::Store(fault)),
        None => Ok(Taken { summary: summary.map_err(ImportError::File)?, gathered: gathering.0.flatten() }),
    }
}

/// Grounds kept aside while rows pass by: not begun, or begun and, where it failed, given up.
#[derive(Default)]
struct Gathering(Option<Option<Gathered>>);

impl Gathering {
    /// The rows as one batch; the grounds of those whose versions are numbered by their rows are kept aside.
    fn pack(&mut self, rows: &[Ready], numbering: Numbering) -> Batch {
        let mut batch = Batch::default();
        rows.iter().for_each(|ready| batch.push(&ready.row));
        let Numbering::ByRow(before) = numbering else { return batch };
        let gathered = self.0.get_or_insert_with(|| Gathered::new().map_err(given_up).ok());
        let number = |row: &ReadyRow| before + i64::from(row.number());
        let grounds = rows.iter().filter_map(|Ready { row, aside }| Some((number(row), aside.as_ref()?, row.outline())));
        if let Some(kept) = gathered
            && let Err(fault) = kept.take(grounds)
        {
            given_up(fault);
            *gathered = None;
        }
        batch
    }
}

/// What cannot be kept aside is read back from the register: slower, and as good.
fn given_up(fault: GatherError) {
    tracing::warn!(target: "mujun::import", fault = &fault as &dyn std::error::Error, "grounds are not kept aside");
}

/// What the operator decided, as far as it changes what is recorded: part of the identity of the import.
fn decisions(request: &ImportRequest) -> serde_json::Value {
    let mut decisions = serde_json::to_value(&request.options).unwrap_or_default();
    if let (Some(object), Some(day)) = (decisions.as_object_mut(), request.observed_on) {
        object.insert("observed_on".to_owned(), day.to_string().into());
    }
    decisions
}

fn new_import(request: &ImportRequest, source: &SourceDescription, mapping: &Mapping, decisions: serde_json::Value) -> NewImport {
    NewImport {
        kind: request.kind,
        file_name: source.file_name.clone(),
        file_sha256: source.sha256.clone(),
        mapping_name: mapping.name.clone(),
        mapping_sha256: mapping.sha256.clone(),
        layer_name: source.layer_name.clone(),
        provider: mapping.provider.clone(),
        is_synthetic: mapping.is_synthetic,
        crs: source.crs.map(|crs| crs.to_string()),
        encoding: source.encoding.clone(),
        observed_on: mapping.observed_on,
        received_on: request.received_on,
        decisions,
        rows_read: 0,
        rows_quarantined: 0,
    }
}

/// The report on a file that is not read again, as nothing would change.
fn already_recorded(kind: RegisterKind, source: SourceDescription, same: SameFile) -> ImportReport {
    ImportReport {
        kind,
        source: SourceDescription { rows_read: same.rows_read, rows_quarantined: same.rows_quarantined, ..source },
        provider: same.provider,
        observed_on: same.observed_on,
        received_on: same.received_on,
        appended: Appended { unchanged: same.rows_read - same.rows_quarantined, ..Appended::default() },
        issues: Vec::new(),
        issue_count: 0,
        issue_counts: Vec::new(),
        consequence: None,
        ending: ImportEnding::AlreadyRecorded { import_id: same.import_id },
    }
}

/// The city as the registers know it now, against which a file is checked.
pub(in crate::app) async fn place(conn: &mut PgConnection, kind: RegisterKind) -> Result<Place, StoreError> {
    let divisions: Vec<(DivisionCode, Surface)> = store::division::boundaries(conn)
        .await?
        .into_iter()
        .filter_map(|division| Some((DivisionCode::parse(&division.division_code).ok()?, division.boundary)))
        .collect();
    let units = store::division::reporting_units(conn).await?;
    let reporting_units = (!units.is_empty()).then(|| units.into_iter().map(|unit| unit.reporting_unit_code).collect());
    let mut registered = BTreeMap::new();
    for &register in references(kind) {
        let mut marks = Vec::new();
        store::reference::each_key(conn, register, |division, code| marks.push(RegisteredKeys::mark(division, code))).await?;
        registered.insert(register, RegisteredKeys::of_marks(marks));
    }
    Ok(Place { reporting_units, registered, ..Place::of(divisions) })
}

/// The registers that the rows of a register name by code.
fn references(kind: RegisterKind) -> &'static [RegisterKind] {
    match kind {
        RegisterKind::SupplyEvents => &[RegisterKind::Supplies],
        RegisterKind::Deductions => &[RegisterKind::Approvals],
        RegisterKind::Occupancies => &[RegisterKind::Enterprises, RegisterKind::Parcels],
        RegisterKind::EnterpriseYears => &[RegisterKind::Enterprises],
        _ => &[],
    }
}
