//! How a register keeps its history, and how it is read as of an instant: unchanged rows keep their version; changed ones are
//! closed and followed by a new one; nothing recorded is overwritten. Rows come in by `intake`.
//! Which columns there are is the registers' business (`parcel`, `building`, …).

use chrono::{DateTime, NaiveDate, Utc};
use futures::TryStreamExt;
use mujun_geometry::crs::Crs;
use mujun_geometry::surface::Surface;
use mujun_geometry::wkb::from_wkb;
use sqlx::postgres::{PgRow, Postgres};
use sqlx::{Decode, PgConnection, Row, Type};

use super::copy::CopyRows;
use super::fault::{During, RowFault, StoreError};
use super::layout::{self, Layout};
use crate::register::{
    ApprovalRecord, BuildingRecord, DeductionRecord, EnterpriseRecord, EnterpriseYearRecord, Ground, OccupancyRecord,
    ParcelRecord, ProjectEventRecord, ProjectRecord, SupplyEventRecord, SupplyRecord, TargetRecord, ZoneRecord,
};

/// What became of the rows of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Keys that were not recorded before.
    pub new: i32,
    /// Keys whose present version was closed and followed by a new one.
    pub changed: i32,
    /// Keys whose present version says the same.
    pub unchanged: i32,
}

/// A recorded version of a register's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<R> {
    /// 版本号。
    pub version_id: i64,
    /// 来源导入批。
    pub import_id: i64,
    /// 来源行号，自 1 起。
    pub source_row: i32,
    /// When this version became the present one.
    pub recorded_at: DateTime<Utc>,
    /// The row; its `observed_on` is the row's own date or else its file's.
    pub record: R,
}

/// A record that is kept in versions. Implemented for the records of all registers but the divisions'.
pub trait Versioned: Sized + Sync {
    /// The table and its columns.
    #[doc(hidden)]
    const LAYOUT: &'static Layout;

    /// 行政区划代码 and code, for errors and for order; the parts of a code are joined by `/`.
    #[doc(hidden)]
    fn key(&self) -> (&str, String);

    /// Writes the fields of [`Layout::columns`], in their order.
    #[doc(hidden)]
    fn encode(&self, row: &mut CopyRows);

    /// Reads the fields of [`Layout::columns`] but `observed_on`, in their order.
    #[doc(hidden)]
    fn decode(fields: &mut Fields<'_>, observed_on: Option<NaiveDate>) -> Result<Self, RowFault>;
}

/// The registers whose history is kept so.
pub(super) const LAYOUTS: [&Layout; 13] = [
    ParcelRecord::LAYOUT,
    BuildingRecord::LAYOUT,
    ApprovalRecord::LAYOUT,
    DeductionRecord::LAYOUT,
    SupplyRecord::LAYOUT,
    SupplyEventRecord::LAYOUT,
    ZoneRecord::LAYOUT,
    EnterpriseRecord::LAYOUT,
    OccupancyRecord::LAYOUT,
    EnterpriseYearRecord::LAYOUT,
    ProjectRecord::LAYOUT,
    ProjectEventRecord::LAYOUT,
    TargetRecord::LAYOUT,
];

/// Calls `each` for every version recorded at `known_at` (`None`: the present ones), in no particular order.
pub(super) async fn for_each_known_at<R: Versioned>(
    conn: &mut PgConnection,
    known_at: Option<DateTime<Utc>>,
    mut each: impl FnMut(Stored<R>),
) -> Result<(), StoreError> {
    let mut rows = sqlx::query(layout::statements(R::LAYOUT).known_at).bind(known_at).fetch(conn);
    while let Some(row) = rows.try_next().await.during("读取登记簿")? {
        each(stored(&row)?);
    }
    Ok(())
}

/// All versions recorded at `known_at` (`None`: the present ones), ordered by division and code.
pub(super) async fn known_at<R: Versioned>(
    conn: &mut PgConnection,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<Stored<R>>, StoreError> {
    let mut found: Vec<Stored<R>> = Vec::new();
    for_each_known_at(conn, known_at, |row| found.push(row)).await?;
    in_order(&mut found);
    Ok(found)
}

/// These versions, named by division and number, ordered by division and code.
pub(super) async fn of_versions<R: Versioned>(
    conn: &mut PgConnection,
    versions: &[(String, i64)],
) -> Result<Vec<Stored<R>>, StoreError> {
    let (divisions, numbers): (Vec<&str>, Vec<i64>) =
        versions.iter().map(|(division, number)| (division.as_str(), *number)).unzip();
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<Stored<R>> = Vec::with_capacity(numbers.len());
    let statement = sqlx::query(layout::statements(R::LAYOUT).of_versions).persistent(false).bind(divisions).bind(numbers);
    let mut rows = statement.fetch(conn);
    while let Some(row) = rows.try_next().await.during("读取登记簿的版本")? {
        found.push(stored(&row)?);
    }
    in_order(&mut found);
    Ok(found)
}

/// Orders rows by division and code, as they are read.
pub fn in_order<R: Versioned>(rows: &mut [Stored<R>]) {
    rows.sort_by(|one, other| one.record.key().cmp(&other.record.key()));
}

fn stored<R: Versioned>(row: &PgRow) -> Result<Stored<R>, RowFault> {
    let mut fields = Fields { table: R::LAYOUT.table, row, next: 0, version_id: 0 };
    let version_id = fields.take("version_id")?;
    fields.version_id = version_id;
    let import_id = fields.take("import_id")?;
    let source_row = fields.take("source_row")?;
    let recorded_at = fields.take("recorded")?;
    let observed_on = fields.take("observed_on")?;
    let record = R::decode(&mut fields, observed_on)?;
    Ok(Stored { version_id, import_id, source_row, recorded_at, record })
}

/// The fields of a row, taken one after the other.
pub struct Fields<'r> {
    table: &'static str,
    row: &'r PgRow,
    next: usize,
    version_id: i64,
}

impl<'r> Fields<'r> {
    /// The next field; `column` is only for the error.
    pub(super) fn take<T>(&mut self, column: &str) -> Result<T, RowFault>
    where
        T: Decode<'r, Postgres> + Type<Postgres>,
    {
        let place = self.next;
        self.next += 1;
        self.row.try_get(place).map_err(|fault| self.fault(column, &fault.to_string()))
    }

    /// The next field, a word of a closed list.
    pub(super) fn word<T>(&mut self, column: &str, read: fn(&str) -> Option<T>) -> Result<T, RowFault> {
        self.word_or_none(column, read)?.ok_or_else(|| self.fault(column, "缺值"))
    }

    /// The next field, a word of a closed list where there is one.
    pub(super) fn word_or_none<T>(&mut self, column: &str, read: fn(&str) -> Option<T>) -> Result<Option<T>, RowFault> {
        let Some(word) = self.take::<Option<&str>>(column)? else { return Ok(None) };
        read(word).map(Some).ok_or_else(|| self.fault(column, &format!("未知的取值“{word}”")))
    }

    /// A fault of this row.
    pub(super) fn fault(&self, column: &str, what: &str) -> RowFault {
        RowFault {
            table: self.table, column: column.to_owned(), key: format!("版本 {}", self.version_id), what: what.to_owned()
        }
    }

    /// The three columns of ground, all present.
    pub(super) fn ground(&mut self) -> Result<Ground, RowFault> {
        self.ground_or_none()?.ok_or_else(|| self.fault("geom", "缺图形"))
    }

    /// The three columns of ground, where there is a geometry.
    pub(super) fn ground_or_none(&mut self) -> Result<Option<Ground>, RowFault> {
        let ellipsoidal: Option<f64> = self.take("ellipsoidal_area_m2")?;
        let planar_area_m2 = self.take("planar_area_m2")?;
        let bytes: Option<&[u8]> = self.take("geom")?;
        let Some((ellipsoidal_area_m2, bytes)) = ellipsoidal.zip(bytes) else { return Ok(None) };
        let surface = surface_of(bytes).map_err(|what| self.fault("geom", &what))?;
        Ok(Some(Ground { surface, ellipsoidal_area_m2, planar_area_m2 }))
    }
}

/// WKB from our own database as a surface in EPSG:4490.
pub(super) fn surface_of(bytes: &[u8]) -> Result<Surface, String> {
    let polygons = from_wkb(bytes, Crs::CGCS2000).map_err(|fault| fault.to_string())?;
    Surface::from_trusted(polygons, Crs::CGCS2000).map_err(|fault| fault.to_string())
}

/// The public functions of a register, all three the same but for the record.
macro_rules! register_functions {
    ($record:ty) => {
        /// Records the rows of an import as versions: unchanged, changed or new, see [`crate::store::Appended`]. Each record is paired
        /// with its source row, counted from 1. Runs in the caller's transaction, after [`crate::store::import::insert`].
        pub async fn append_versions(
            conn: &mut sqlx::PgConnection,
            import_id: i64,
            rows: &[(i32, $record)],
        ) -> Result<$crate::store::Appended, $crate::store::StoreError> {
            $crate::store::intake::append(conn, import_id, rows).await
        }

        /// The versions recorded at an instant (`None`: the present ones), ordered by division and code.
        pub async fn known_at(
            conn: &mut sqlx::PgConnection,
            known_at: Option<chrono::DateTime<chrono::Utc>>,
        ) -> Result<Vec<$crate::store::Stored<$record>>, $crate::store::StoreError> {
            $crate::store::version::known_at(conn, known_at).await
        }

        /// These versions, named by division and number, ordered by division and code.
        pub async fn of_versions(
            conn: &mut sqlx::PgConnection,
            versions: &[(String, i64)],
        ) -> Result<Vec<$crate::store::Stored<$record>>, $crate::store::StoreError> {
            $crate::store::version::of_versions(conn, versions).await
        }

        /// As [`known_at`], one row after the other in no particular order: memory stays flat.
        pub async fn for_each_known_at(
            conn: &mut sqlx::PgConnection,
            known_at: Option<chrono::DateTime<chrono::Utc>>,
            each: impl FnMut($crate::store::Stored<$record>),
        ) -> Result<(), $crate::store::StoreError> {
            $crate::store::version::for_each_known_at(conn, known_at, each).await
        }
    };
}
pub(super) use register_functions;
