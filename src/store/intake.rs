//! How the rows of one import come into a register while its file is still being read. Rows whose key has no present version are
//! copied straight into the register, written once; the others are staged, compared with the present versions and merged set by set.
//! An empty register that is to take many rows is undressed (indexes, references) while it is filled, and dressed again after.
//!
//! [`Intake::begin`], then [`Plan::encode`] (any thread) for each row and [`Intake::write`] for each stretch, then [`Intake::finish`]; all in the
//! caller's transaction, after [`crate::store::import::insert`].

mod references;

use std::collections::{HashMap, hash_map::Entry};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use futures::TryStreamExt;
use rayon::prelude::*;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::copy::{self, Encoded, EncodedRow};
use super::fault::{During, LOCK_NOT_AVAILABLE, RepeatedKey, RowFault, StoreError};
use super::layout::{self, Layout, Statements};
use super::sieve::Sieve;
use super::version::{Appended, Versioned};
use references::Held;

/// Rows after which the planner's statistics are renewed at once instead of by the background worker a minute later.
const ANALYZE_AFTER_ROWS: u64 = 500;
/// Rows from which it pays to fetch the keys of a register, so that new ones need not be staged.
const KEYS_FROM_ROWS: u64 = 20_000;
/// Rows from which it pays to make the indexes of an empty register anew.
const BULK_FROM_ROWS: u64 = 50_000;
/// Repeated keys that are told.
const REPEATED_TOLD: usize = 20;

const UNDRESSING: &str = "准备成批登记";
const DRESSING: &str = "重建索引";

/// How the rows of one import are told apart and encoded. Shared with the threads that read the file.
#[derive(Debug)]
pub struct Plan<R> {
    present: Present,
    numbering: Numbering,
    import_id: i64,
    received_at: DateTime<Utc>,
    observed_on: Option<NaiveDate>,
    of: PhantomData<fn(R)>,
}

/// What is known of the keys that have a present version.
#[derive(Debug)]
enum Present {
    /// There is none: everything is new.
    None,
    /// All of them, roughly. A key that only looks like one is staged and found to be new there.
    Roughly(Sieve),
    /// Not asked: everything is staged.
    Unasked,
}

/// Who numbers the versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// The table, as they come.
    ByTable,
    /// The row of the file, counted on from this number: known before the row is recorded. Only for a register that nobody else can
    /// write to meanwhile.
    ByRow(i64),
}

/// How a row gets into its register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Its key has no present version.
    Straight,
    /// It is to be compared with the present version of its key.
    Staged,
}

/// A row on its way, encoded.
#[derive(Debug)]
pub struct ReadyRow {
    pub(super) number: i32,
    pub(super) way: Way,
    pub(super) encoded: EncodedRow,
}

impl ReadyRow {
    /// The row of the file, counted from 1.
    pub fn number(&self) -> i32 {
        self.number
    }

    /// The outline of its ground as EWKB; empty where there is none.
    pub fn outline(&self) -> &[u8] {
        self.encoded.outline()
    }
}

/// A stretch of rows, encoded.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) new: Encoded,
    pub(super) staged: Encoded,
    pub(super) last_row: i32,
}

impl Batch {
    /// Adds a row.
    pub fn push(&mut self, row: &ReadyRow) {
        self.last_row = self.last_row.max(row.number);
        match row.way {
            Way::Straight => self.new.push(&row.encoded),
            Way::Staged => self.staged.push(&row.encoded),
        }
    }
}

/// What was taken off an empty register that takes many rows.
#[derive(Debug, Default)]
struct Undressed {
    /// How to make it again; nothing where the register takes its rows with all of it in place.
    put_on: Vec<String>,
    references: References,
}

/// What became of the references of a register meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum References {
    /// As ever, or taken off and among what is made again.
    #[default]
    AsEver,
    /// In place, but not looked up while rows come in.
    LookedUpInTheEnd,
}

/// Rows on their way into a register.
#[derive(Debug)]
pub struct Intake<R> {
    plan: Arc<Plan<R>>,
    statements: &'static Statements,
    undressed: Undressed,
    /// What its rows refer to, where that is looked up in the end and is little.
    held: Option<Held>,
    last_row: i32,
    new: u64,
    staged: u64,
}

fn hash(division: &str, code: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    (division, code).hash(&mut hasher);
    (hasher.finish() >> 32) as u32
}

impl<R: Versioned> Plan<R> {
    /// Encodes a row of the file, counted from 1.
    ///
    /// # Errors
    /// A number that is no number, with its column.
    pub fn encode(&self, number: i32, record: &R) -> Result<ReadyRow, StoreError> {
        let way = match &self.present {
            Present::None => Way::Straight,
            Present::Unasked => Way::Staged,
            Present::Roughly(present) => {
                let (division, code) = record.key();
                if present.may_hold(hash(division, &code)) { Way::Staged } else { Way::Straight }
            }
        };
        let encoded = match way {
            Way::Staged => copy::encoded(None, |row| {
                row.integer(number);
                record.encode(row);
            }),
            Way::Straight => copy::encoded(self.observed_on, |row| {
                row.integer(number);
                record.encode(row);
                row.bigint(self.import_id);
                row.since(self.received_at);
                if let Numbering::ByRow(before) = self.numbering {
                    row.bigint(before + i64::from(number));
                }
            }),
        };
        match encoded {
            Ok(encoded) => Ok(ReadyRow { number, way, encoded }),
            Err(field) => {
                let (division, code) = record.key();
                // The row's number comes before the columns.
                let column = field.checked_sub(1).and_then(|at| R::LAYOUT.columns().get(at).map(|column| column.name));
                Err(StoreError::from(RowFault {
                    table: R::LAYOUT.table,
                    column: column.unwrap_or_default().to_owned(),
                    key: format!("{division} {code}（第 {number} 行）"),
                    what: "数值不是有限数".to_owned(),
                }))
            }
        }
    }
}

impl<R> Plan<R> {
    /// Who numbers the versions.
    pub fn numbering(&self) -> Numbering {
        self.numbering
    }
}

impl<R: Versioned> Intake<R> {
    /// Looks at the register and decides how the rows go in; `expected` is how many rows the file says it has.
    ///
    /// # Errors
    /// The database refused.
    pub async fn begin(conn: &mut PgConnection, import_id: i64, expected: Option<u64>) -> Result<Intake<R>, StoreError> {
        let statements = layout::statements(R::LAYOUT);
        let expected = expected.unwrap_or_default();
        let is_empty: bool = sqlx::query_scalar(statements.is_empty).fetch_one(&mut *conn).await.during("查看登记簿")?;
        let present = match (is_empty, expected) {
            (true, _) => Present::None,
            (false, KEYS_FROM_ROWS..) => Present::Roughly(present(conn, statements).await?),
            (false, _) => Present::Unasked,
        };
        let undressed =
            if is_empty && expected >= BULK_FROM_ROWS { undress(conn, statements).await? } else { Undressed::default() };
        let held = match undressed.references {
            References::LookedUpInTheEnd => Held::of(conn, R::LAYOUT, statements).await?,
            References::AsEver => None,
        };
        let numbering = if undressed.put_on.is_empty() {
            Numbering::ByTable
        } else {
            let next = sqlx::query_scalar(statements.next_number).persistent(false).fetch_one(&mut *conn).await;
            Numbering::ByRow(next.during(UNDRESSING)?)
        };
        execute(conn, statements.stage, "准备暂存表").await?;
        execute(conn, statements.clear_stage, "清空暂存表").await?;
        let (received_at, observed_on) = sqlx::query_as(include_str!("sql/import/instant.sql"))
            .bind(import_id)
            .fetch_one(&mut *conn)
            .await
            .during("读取导入批")?;
        let plan = Plan { present, numbering, import_id, received_at, observed_on, of: PhantomData };
        Ok(Intake { plan: Arc::new(plan), statements, undressed, held, last_row: 0, new: 0, staged: 0 })
    }

    /// What the threads that encode need.
    pub fn plan(&self) -> Arc<Plan<R>> {
        Arc::clone(&self.plan)
    }

    /// Sends a stretch of rows to the database.
    ///
    /// # Errors
    /// The database refused.
    pub async fn write(&mut self, conn: &mut PgConnection, batch: Batch) -> Result<(), StoreError> {
        let Batch { new, staged, last_row } = batch;
        self.last_row = self.last_row.max(last_row);
        if new.rows > 0 {
            let statement = match self.plan.numbering {
                Numbering::ByTable => self.statements.copy_new,
                Numbering::ByRow(_) => self.statements.copy_numbered,
            };
            copy::send(conn, statement, "登记新行", &new).await?;
            self.held = self.held.take().and_then(|held| held.and_of(&new));
            self.new += new.rows;
        }
        if staged.rows > 0 {
            copy::send(conn, self.statements.copy_stage, "写入暂存表", &staged).await?;
            self.staged += staged.rows;
        }
        Ok(())
    }

    /// Merges what was staged and dresses the register again.
    ///
    /// # Errors
    /// The database refused: a key that occurs twice, a row that refers to what is not there.
    pub async fn finish(self, conn: &mut PgConnection) -> Result<Appended, StoreError> {
        let Intake { plan, statements, undressed, held, last_row, new, staged } = self;
        if let Numbering::ByRow(before) = plan.numbering {
            sqlx::query(statements.numbered_to)
                .persistent(false)
                .bind(before + i64::from(last_row))
                .execute(&mut *conn)
                .await
                .during("登记新版本")?;
        }
        dress(conn, R::LAYOUT, undressed, held).await?;
        let (mut changed, mut inserted) = (0, 0);
        if staged > 0 {
            if staged >= ANALYZE_AFTER_ROWS {
                execute(conn, statements.analyze_stage, "更新统计").await?;
            }
            changed = sqlx::query_scalar(statements.close)
                .persistent(false)
                .bind(plan.received_at)
                .fetch_one(&mut *conn)
                .await
                .during("关闭旧版本")?;
            let done = sqlx::query(statements.insert)
                .persistent(false)
                .bind(plan.import_id)
                .bind(plan.received_at)
                .bind(plan.observed_on)
                .execute(&mut *conn)
                .await
                .during("登记新版本")?;
            inserted = signed(done.rows_affected());
        }
        if new + inserted.unsigned_abs() >= ANALYZE_AFTER_ROWS {
            execute(conn, statements.analyze, "更新统计").await?;
        }
        Ok(Appended {
            new: count(signed(new) + inserted - changed),
            changed: count(changed),
            unchanged: count(signed(staged) - inserted),
        })
    }
}

async fn present(conn: &mut PgConnection, statements: &'static Statements) -> Result<Sieve, StoreError> {
    let mut rows = sqlx::query(statements.present_keys).fetch(conn);
    let mut found = Vec::new();
    while let Some(row) = rows.try_next().await.during("读取现有编号")? {
        let key = row.try_get("division_code").and_then(|division| Ok((division, row.try_get("code")?)));
        let (division, code): (&str, &str) = key.during("读取现有编号")?;
        found.push(hash(division, code));
    }
    Ok(Sieve::of(&found))
}

/// Puts on again what was taken off.
async fn dress(
    conn: &mut PgConnection,
    layout: &'static Layout,
    undressed: Undressed,
    held: Option<Held>,
) -> Result<(), StoreError> {
    let statements = layout::statements(layout);
    let Undressed { put_on, references } = undressed;
    for statement in put_on {
        made_by_the_server(conn, statement, DRESSING).await?;
    }
    if references == References::AsEver {
        return Ok(());
    }
    let source = match held {
        Some(held) => held.put_down(conn, statements).await?,
        None => layout.table.to_owned(),
    };
    let counting: Option<String> = sqlx::query_scalar(statements.astray)
        .persistent(false)
        .bind(source)
        .fetch_optional(&mut *conn)
        .await
        .during("核对引用")?;
    let Some(counting) = counting else { return Ok(()) };
    let astray: i64 =
        sqlx::query_scalar(AssertSqlSafe(counting)).persistent(false).fetch_one(&mut *conn).await.during("核对引用")?;
    if astray > 0 {
        // Made anew they are looked up one by one, and the server says which row refers to what.
        let pairs: Vec<(String, String)> =
            sqlx::query_as(statements.references).persistent(false).fetch_all(&mut *conn).await.during("核对引用")?;
        for (take_off, again) in pairs {
            made_by_the_server(conn, take_off, DRESSING).await?;
            made_by_the_server(conn, again, DRESSING).await?;
        }
    }
    Ok(())
}

/// Executes text that the server itself made of its catalogue.
async fn made_by_the_server(conn: &mut PgConnection, statement: String, step: &'static str) -> Result<(), StoreError> {
    sqlx::query(AssertSqlSafe(statement)).persistent(false).execute(conn).await.during(step)?;
    Ok(())
}

/// Takes indexes and references off an empty register, and answers how to put them on again. Nothing is taken off while somebody
/// keeps reading the register: then the rows go in with all of it in place, more slowly.
async fn undress(conn: &mut PgConnection, statements: &'static Statements) -> Result<Undressed, StoreError> {
    execute(conn, include_str!("sql/import/bulk_mark.sql"), UNDRESSING).await?;
    execute(conn, include_str!("sql/import/bulk_patience.sql"), UNDRESSING).await?;
    match sqlx::query(statements.lock_for_bulk).persistent(false).execute(&mut *conn).await {
        Ok(_) => {}
        Err(sqlx::Error::Database(refusal)) if refusal.code().as_deref() == Some(LOCK_NOT_AVAILABLE) => {
            execute(conn, include_str!("sql/import/bulk_give_up.sql"), UNDRESSING).await?;
            return Ok(Undressed::default());
        }
        Err(source) => return Err(StoreError::Query { step: UNDRESSING, source }),
    }
    execute(conn, include_str!("sql/import/bulk_patience_over.sql"), UNDRESSING).await?;
    execute(conn, include_str!("sql/import/bulk_kept.sql"), UNDRESSING).await?;
    execute(conn, include_str!("sql/import/bulk_memory.sql"), UNDRESSING).await?;
    execute(conn, include_str!("sql/import/bulk_sample.sql"), UNDRESSING).await?;
    execute(conn, statements.empty_for_bulk, UNDRESSING).await?;
    let is_trusted: bool = sqlx::query_scalar(include_str!("sql/import/may_look_nothing_up.sql"))
        .persistent(false)
        .fetch_one(&mut *conn)
        .await
        .during(UNDRESSING)?;
    let references = if is_trusted { References::LookedUpInTheEnd } else { References::AsEver };
    let dressing: Vec<(String, String)> =
        sqlx::query_as(statements.dressing).persistent(false).bind(is_trusted).fetch_all(&mut *conn).await.during(UNDRESSING)?;
    let mut put_on = Vec::with_capacity(dressing.len());
    for (take_off, again) in dressing {
        made_by_the_server(conn, take_off, UNDRESSING).await?;
        put_on.push(again);
    }
    Ok(Undressed { put_on, references })
}

fn signed(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// Row numbers are `i32`, so the rows of an import are too.
fn count(rows: i64) -> i32 {
    i32::try_from(rows).unwrap_or(i32::MAX)
}

async fn execute(conn: &mut PgConnection, statement: &'static str, step: &'static str) -> Result<(), StoreError> {
    sqlx::query(statement).persistent(false).execute(&mut *conn).await.during(step)?;
    Ok(())
}

/// Appends rows that are in memory already: see [`Appended`]. `rows` pairs each record with its source row, counted from 1.
/// The instant is the import's `received_at`. The statements run in the caller's transaction.
pub(super) async fn append<R: Versioned>(
    conn: &mut PgConnection,
    import_id: i64,
    rows: &[(i32, R)],
) -> Result<Appended, StoreError> {
    if let Some(fault) = repeated(rows) {
        return Err(fault);
    }
    let mut intake = Intake::<R>::begin(conn, import_id, Some(rows.len() as u64)).await?;
    let plan = intake.plan();
    let ready = rows.par_iter().map(|(number, record)| plan.encode(*number, record));
    let mut batch = Batch::default();
    ready.collect::<Result<Vec<ReadyRow>, StoreError>>()?.iter().for_each(|row| batch.push(row));
    intake.write(conn, batch).await?;
    intake.finish(conn).await
}

/// The keys that occur more than once, as a fault.
fn repeated<R: Versioned>(rows: &[(i32, R)]) -> Option<StoreError> {
    let mut first: HashMap<(&str, String), i32> = HashMap::new();
    let mut again: Vec<RepeatedKey> = Vec::new();
    for (number, record) in rows {
        match first.entry(record.key()) {
            Entry::Vacant(place) => {
                place.insert(*number);
            }
            Entry::Occupied(place) => {
                let (division, code) = place.key();
                match again.iter().position(|key| key.division_code == *division && key.code == *code) {
                    Some(at) => again[at].rows.push(*number),
                    None if again.len() < REPEATED_TOLD => again.push(RepeatedKey {
                        division_code: (*division).to_owned(),
                        code: code.clone(),
                        rows: vec![*place.get(), *number],
                    }),
                    None => {}
                }
            }
        }
    }
    (!again.is_empty()).then(|| StoreError::RepeatedKeys { table: R::LAYOUT.table, keys: again })
}
