//! 行政区 (divisions) and 报送单位 (reporting units): the boundaries that place every row, and who reports.
//! Divisions are not versioned; a changed boundary replaces the old one. Statements in `sql/division/`.

use std::sync::Arc;

use mujun_geometry::surface::Surface;
use sqlx::PgConnection;

use super::copy;
use super::fault::{During, RepeatedKey, RowFault, StoreError};
use super::intake::{Batch, Numbering, ReadyRow, Way};
use super::version::{Appended, surface_of};
use crate::register::DivisionRecord;

const TABLE: &str = "division";

/// 行政区及其界线。
#[derive(Clone, Debug, PartialEq)]
pub struct Division {
    /// 行政区划代码，6 位。
    pub division_code: String,
    /// 名称。
    pub name: String,
    /// 界线，EPSG:4490，经度在前。
    pub boundary: Surface,
}

/// 报送单位。
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportingUnit {
    /// 代码：县级单位用行政区划代码，功能区用本系统内代号。
    pub reporting_unit_code: String,
    /// 名称。
    pub name: String,
    /// 对应的行政区划代码；功能区为 `None`。
    pub division_code: Option<String>,
}

/// Divisions on their way in: staged, then recorded all at once, each of them a reporting unit; 经开区 and 港区 come with 嘉兴.
#[derive(Debug)]
pub struct DivisionIntake {
    staged: u64,
}

/// How divisions are encoded.
#[derive(Debug)]
pub struct DivisionPlan;

impl DivisionPlan {
    /// Divisions have a number each, and the table gives it.
    pub fn numbering(&self) -> Numbering {
        Numbering::ByTable
    }

    /// Encodes a row of the file, counted from 1.
    ///
    /// # Errors
    /// None: a division has no number of its own.
    pub fn encode(&self, number: i32, record: &DivisionRecord) -> Result<ReadyRow, StoreError> {
        let encoded = copy::encoded(None, |row| {
            row.integer(number);
            row.text(&record.division_code);
            row.text(&record.name);
            row.surface(&record.ground.surface);
        });
        let encoded = encoded.map_err(|_| {
            let key = format!("{}（第 {number} 行）", record.division_code);
            RowFault { table: TABLE, column: "geom".to_owned(), key, what: "数值不是有限数".to_owned() }
        })?;
        Ok(ReadyRow { number, way: Way::Staged, encoded })
    }
}

impl DivisionIntake {
    /// Prepares the staging table; as [`super::intake::Intake::begin`].
    ///
    /// # Errors
    /// The database refused.
    pub async fn begin(conn: &mut PgConnection, _import_id: i64, _expected: Option<u64>) -> Result<DivisionIntake, StoreError> {
        for statement in [include_str!("sql/division/stage.sql"), include_str!("sql/division/clear_stage.sql")] {
            sqlx::query(statement).persistent(false).execute(&mut *conn).await.during("准备暂存表")?;
        }
        Ok(DivisionIntake { staged: 0 })
    }

    /// What the threads that encode need.
    pub fn plan(&self) -> Arc<DivisionPlan> {
        Arc::new(DivisionPlan)
    }

    /// Stages a stretch of rows.
    ///
    /// # Errors
    /// The database refused.
    pub async fn write(&mut self, conn: &mut PgConnection, batch: Batch) -> Result<(), StoreError> {
        copy::send(conn, include_str!("sql/division/copy.sql"), "写入暂存表", &batch.staged).await?;
        self.staged += batch.staged.rows;
        Ok(())
    }

    /// Records what was staged.
    ///
    /// # Errors
    /// A code that occurs twice; the database refused.
    pub async fn finish(self, conn: &mut PgConnection) -> Result<Appended, StoreError> {
        let repeated: Vec<(String, String, Vec<i32>)> = sqlx::query_as(include_str!("sql/division/repeated.sql"))
            .persistent(false)
            .fetch_all(&mut *conn)
            .await
            .during("检查重复编号")?;
        if !repeated.is_empty() {
            let keys = repeated.into_iter().map(|(division_code, code, rows)| RepeatedKey { division_code, code, rows });
            return Err(StoreError::RepeatedKeys { table: TABLE, keys: keys.collect() });
        }
        let (new, changed): (i64, i64) = sqlx::query_as(include_str!("sql/division/upsert.sql"))
            .persistent(false)
            .fetch_one(&mut *conn)
            .await
            .during("登记行政区")?;
        sqlx::query(include_str!("sql/division/upsert_reporting_units.sql"))
            .persistent(false)
            .execute(&mut *conn)
            .await
            .during("登记报送单位")?;
        let count = |rows: i64| i32::try_from(rows).unwrap_or(i32::MAX);
        let staged = i64::try_from(self.staged).unwrap_or(i64::MAX);
        Ok(Appended { new: count(new), changed: count(changed), unchanged: count(staged - new - changed) })
    }
}

/// Records divisions that are in memory already, each paired with its source row, counted from 1. Runs in the caller's transaction.
///
/// # Errors
/// As [`DivisionIntake::finish`].
pub async fn append_versions(
    conn: &mut PgConnection,
    import_id: i64,
    rows: &[(i32, DivisionRecord)],
) -> Result<Appended, StoreError> {
    let mut intake = DivisionIntake::begin(conn, import_id, None).await?;
    let (plan, mut batch) = (intake.plan(), Batch::default());
    for (number, record) in rows {
        batch.push(&plan.encode(*number, record)?);
    }
    intake.write(conn, batch).await?;
    intake.finish(conn).await
}

/// All divisions, ordered by code.
pub async fn boundaries(conn: &mut PgConnection) -> Result<Vec<Division>, StoreError> {
    let rows: Vec<(String, String, Vec<u8>)> =
        sqlx::query_as(include_str!("sql/division/boundaries.sql")).fetch_all(conn).await.during("读取行政区")?;
    rows.into_iter()
        .map(|(division_code, name, bytes)| match surface_of(&bytes) {
            Ok(boundary) => Ok(Division { division_code, name, boundary }),
            Err(what) => Err(RowFault { table: TABLE, column: "geom".to_owned(), key: division_code, what }.into()),
        })
        .collect()
}

/// All reporting units, ordered by code.
pub async fn reporting_units(conn: &mut PgConnection) -> Result<Vec<ReportingUnit>, StoreError> {
    let rows: Vec<(String, String, Option<String>)> =
        sqlx::query_as(include_str!("sql/division/reporting_units.sql")).fetch_all(conn).await.during("读取报送单位")?;
    Ok(rows
        .into_iter()
        .map(|(reporting_unit_code, name, division_code)| ReportingUnit { reporting_unit_code, name, division_code })
        .collect())
}
