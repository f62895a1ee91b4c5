//! The present city in columns: binary COPY straight into flat lists, over two connections that read one and the same state.
//! No record is made, no text is kept that measuring does not need. For evaluations with their evidence see the registers.

use futures::StreamExt;
use sqlx::postgres::{PgConnection, PgPool, Postgres};
use sqlx::{AssertSqlSafe, Transaction};

use super::fault::{During, RowFault, StoreError};
use crate::register::columns::{
    ApprovalColumns, BuildingColumns, CityColumns, DeductionColumns, GroundColumn, NO_DAY, ParcelColumns, SupplyColumns,
    TextColumn,
};

const STEP: &str = "按列读取登记簿";

/// The present rows of the registers that measuring and screening need.
///
/// # Errors
/// The database refused, or holds a row that cannot be one.
pub async fn city(pool: &PgPool) -> Result<CityColumns, StoreError> {
    let mut first = pool.begin().await.during(STEP)?;
    super::connection::hold_snapshot(&mut first).await?;
    let revision = super::import::latest_revision(&mut first).await?;
    let snapshot: String =
        sqlx::query_scalar(include_str!("sql/columns/export_snapshot.sql")).fetch_one(&mut *first).await.during(STEP)?;
    let second = join(pool, &snapshot).await?;

    let buildings = tokio::spawn(async move {
        let mut conn = second;
        buildings(&mut conn).await
    });
    let parcels = parcels(&mut first).await?;
    let approvals = approvals(&mut first).await?;
    let (supplies, drawn_supplies) = supplies(&mut first).await?;
    let deductions = deductions(&mut first).await?;
    let lost = |source| StoreError::Query {
        step: STEP,
        source: sqlx::Error::Io(std::io::Error::other::<tokio::task::JoinError>(source)),
    };
    let buildings = buildings.await.map_err(lost)??;
    Ok(CityColumns { parcels, buildings, approvals, supplies, drawn_supplies, deductions, revision })
}

/// A second transaction that sees what the first sees.
async fn join(pool: &PgPool, snapshot: &str) -> Result<Transaction<'static, Postgres>, StoreError> {
    let mut second = pool.begin().await.during(STEP)?;
    super::connection::hold_snapshot(&mut second).await?;
    // The server's own word for it: digits, letters A to F and dashes; there is no way to bind it.
    let name: String = snapshot.chars().filter(|c| c.is_ascii_hexdigit() || *c == '-').collect();
    sqlx::query(AssertSqlSafe(format!("set transaction snapshot '{name}'"))).execute(&mut *second).await.during(STEP)?;
    Ok(second)
}

async fn parcels(conn: &mut PgConnection) -> Result<ParcelColumns, StoreError> {
    let mut all = ParcelColumns::default();
    each_row(conn, include_str!("sql/columns/parcels.sql"), "parcel", |row| {
        row.text(&mut all.division_code)?;
        row.text(&mut all.parcel_code)?;
        row.text(&mut all.industry_edition)?;
        row.text(&mut all.industry_code)?;
        row.number(&mut all.documentary_area_m2)?;
        row.number(&mut all.stated_counting_floor_area_m2)?;
        row.number(&mut all.stated_footprint_m2)?;
        row.ground(&mut all.ground)
    })
    .await?;
    Ok(all)
}

async fn buildings(conn: &mut PgConnection) -> Result<BuildingColumns, StoreError> {
    let mut all = BuildingColumns::default();
    each_row(conn, include_str!("sql/columns/buildings.sql"), "building", |row| {
        row.text(&mut all.division_code)?;
        row.text(&mut all.building_code)?;
        all.storeys_above.push(row.integer()?.unwrap_or(0));
        row.number(&mut all.storey_height_m)?;
        row.number(&mut all.stated_floor_area_m2)?;
        row.ground(&mut all.ground)
    })
    .await?;
    Ok(all)
}

async fn approvals(conn: &mut PgConnection) -> Result<ApprovalColumns, StoreError> {
    let mut all = ApprovalColumns::default();
    each_row(conn, include_str!("sql/columns/approvals.sql"), "approval", |row| {
        row.text(&mut all.approval_number)?;
        all.approved_on.push(row.integer()?.unwrap_or(NO_DAY));
        all.withdrawn_on.push(row.integer()?.unwrap_or(NO_DAY));
        row.ground(&mut all.ground)
    })
    .await?;
    Ok(all)
}

async fn deductions(conn: &mut PgConnection) -> Result<DeductionColumns, StoreError> {
    let mut all = DeductionColumns::default();
    each_row(conn, include_str!("sql/columns/deductions.sql"), "approval_deduction", |row| {
        row.text(&mut all.approval_number)?;
        all.decided_on.push(row.integer()?.unwrap_or(NO_DAY));
        row.ground(&mut all.ground)
    })
    .await?;
    Ok(all)
}

/// Contracts on parcels, and the outlines of those that have one.
async fn supplies(conn: &mut PgConnection) -> Result<(SupplyColumns, GroundColumn), StoreError> {
    let (mut all, mut drawn) = (SupplyColumns::default(), GroundColumn::default());
    each_row(conn, include_str!("sql/columns/supplies.sql"), "supply", |row| {
        row.text(&mut all.division_code)?;
        row.text(&mut all.supply_code)?;
        row.text(&mut all.parcel_code)?;
        all.contract_signed_on.push(row.integer()?.unwrap_or(NO_DAY));
        row.number(&mut all.contract_far_min)?;
        row.number(&mut all.contract_density_max)?;
        all.finished.push(row.flag()?.map_or(-1, i8::from));
        let area = row.optional_number()?;
        match area {
            Some(m2) => {
                drawn.ellipsoidal_m2.push(m2);
                all.drawn.push(Some(drawn.ellipsoidal_m2.len() - 1));
                row.outline(&mut drawn)
            }
            None => {
                all.drawn.push(None);
                row.field().map(|_| ())
            }
        }
    })
    .await?;
    Ok((all, drawn))
}

/// Calls `read` for every row of a binary COPY.
pub(super) async fn each_row(
    conn: &mut PgConnection,
    statement: &'static str,
    table: &'static str,
    mut read: impl FnMut(&mut Row<'_>) -> Result<(), String>,
) -> Result<(), StoreError> {
    let fault = |what: String| RowFault { table, column: "copy".to_owned(), key: "按列读取".to_owned(), what };
    let mut stream = conn.copy_out_raw(statement).await.during(STEP)?;
    // Bytes of a row that has not come whole; the server sends whole rows, so there rarely are any.
    let mut carried: Vec<u8> = Vec::new();
    let mut place = Place::Header;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.during(STEP)?;
        let bytes: &[u8] = if carried.is_empty() {
            &chunk
        } else {
            carried.extend_from_slice(&chunk);
            &carried
        };
        let mut at = 0;
        while let Some(length) = place.whole(&bytes[at..]).map_err(fault)? {
            if place == Place::Rows {
                let mut row = Row { bytes: &bytes[at + 2..at + length] };
                if length > 2 {
                    read(&mut row).map_err(fault)?;
                }
            }
            place = Place::Rows;
            at += length;
        }
        let rest = bytes[at..].to_vec();
        carried = rest;
    }
    if carried.is_empty() { Ok(()) } else { Err(fault("数据在一行中间结束".to_owned()).into()) }
}

/// Where in a COPY we are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Header,
    Rows,
}

impl Place {
    /// How many of the bytes are the next whole thing; `None` when it has not come whole.
    fn whole(self, bytes: &[u8]) -> Result<Option<usize>, String> {
        const HEADER: usize = 19;
        let integer = |at: usize| bytes.get(at..at + 4).and_then(|b| b.first_chunk()).map(|b| i32::from_be_bytes(*b));
        if self == Place::Header {
            let Some(extension) = integer(HEADER - 4) else { return Ok(None) };
            let length = HEADER + usize::try_from(extension).map_err(|_| "COPY 文件头不成立".to_owned())?;
            return Ok((bytes.len() >= length).then_some(length));
        }
        let Some(fields) = bytes.first_chunk().map(|b| i16::from_be_bytes(*b)) else { return Ok(None) };
        let mut at = 2;
        for _ in 0..fields.max(0) {
            let Some(length) = integer(at) else { return Ok(None) };
            at += 4 + usize::try_from(length).unwrap_or(0);
        }
        Ok((bytes.len() >= at).then_some(at))
    }
}

/// The fields of a row, taken one after the other.
pub(super) struct Row<'a> {
    bytes: &'a [u8],
}

impl<'a> Row<'a> {
    pub(super) fn field(&mut self) -> Result<Option<&'a [u8]>, String> {
        let (length, rest) = self.bytes.split_first_chunk().ok_or("少一列")?;
        self.bytes = rest;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else { return Ok(None) };
        let (field, rest) = rest.split_at_checked(length).ok_or("一列没有来全")?;
        self.bytes = rest;
        Ok(Some(field))
    }

    fn fixed<const N: usize>(&mut self) -> Result<Option<[u8; N]>, String> {
        match self.field()? {
            None => Ok(None),
            Some(field) => field.try_into().map(Some).map_err(|_| format!("应为 {N} 字节，实为 {}", field.len())),
        }
    }

    fn text(&mut self, column: &mut TextColumn) -> Result<(), String> {
        column.push(self.field()?.unwrap_or_default());
        Ok(())
    }

    pub(super) fn bigint(&mut self) -> Result<Option<i64>, String> {
        Ok(self.fixed()?.map(i64::from_be_bytes))
    }

    pub(super) fn integer(&mut self) -> Result<Option<i32>, String> {
        Ok(self.fixed()?.map(i32::from_be_bytes))
    }

    fn flag(&mut self) -> Result<Option<bool>, String> {
        Ok(self.fixed::<1>()?.map(|byte| byte != [0]))
    }

    fn optional_number(&mut self) -> Result<Option<f64>, String> {
        Ok(self.fixed()?.map(f64::from_be_bytes))
    }

    fn number(&mut self, column: &mut Vec<f64>) -> Result<(), String> {
        column.push(self.optional_number()?.unwrap_or(f64::NAN));
        Ok(())
    }

    pub(super) fn ground(&mut self, column: &mut GroundColumn) -> Result<(), String> {
        column.ellipsoidal_m2.push(self.optional_number()?.ok_or("缺椭球面积")?);
        self.outline(column)
    }

    fn outline(&mut self, column: &mut GroundColumn) -> Result<(), String> {
        let bytes = self.field()?.ok_or("缺图形")?;
        column.outlines.push_wkb(bytes).map_err(|fault| fault.to_string())
    }
}
