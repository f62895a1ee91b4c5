//! The present city in columns: binary COPY straight into flat lists, over two connections that read one and the same state.
//! No record is made, no text is kept that measuring does not need. For evaluations with their evidence see the registers.

use sqlx::postgres::{PgConnection, PgPool, Postgres};
use sqlx::{AssertSqlSafe, Transaction};

use super::copy_out::{Row, each_row};
use super::fault::{During, StoreError};
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
    super::connection::hold_registers(&mut first).await?;
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
pub(super) async fn join(pool: &PgPool, snapshot: &str) -> Result<Transaction<'static, Postgres>, StoreError> {
    let mut second = pool.begin().await.during(STEP)?;
    super::connection::hold_snapshot(&mut second).await?;
    // The server's own word for it: digits, letters A to F and dashes; there is no way to bind it.
    let name: String = snapshot.chars().filter(|c| c.is_ascii_hexdigit() || *c == '-').collect();
    sqlx::query(AssertSqlSafe(format!("set transaction snapshot '{name}'"))).execute(&mut *second).await.during(STEP)?;
    Ok(second)
}

async fn parcels(conn: &mut PgConnection) -> Result<ParcelColumns, StoreError> {
    let mut all = ParcelColumns::default();
    each_row(conn, STEP, include_str!("sql/columns/parcels.sql"), "parcel", |row| {
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
    each_row(conn, STEP, include_str!("sql/columns/buildings.sql"), "building", |row| {
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
    each_row(conn, STEP, include_str!("sql/columns/approvals.sql"), "approval", |row| {
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
    each_row(conn, STEP, include_str!("sql/columns/deductions.sql"), "approval_deduction", |row| {
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
    each_row(conn, STEP, include_str!("sql/columns/supplies.sql"), "supply", |row| {
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

/// What the columns take from a row.
pub(super) trait Taken {
    fn bigint(&mut self) -> Result<Option<i64>, String>;
    fn text(&mut self, column: &mut TextColumn) -> Result<(), String>;
    fn integer(&mut self) -> Result<Option<i32>, String>;
    fn flag(&mut self) -> Result<Option<bool>, String>;
    fn optional_number(&mut self) -> Result<Option<f64>, String>;
    fn number(&mut self, column: &mut Vec<f64>) -> Result<(), String>;
    fn ground(&mut self, column: &mut GroundColumn) -> Result<(), String>;
    fn outline(&mut self, column: &mut GroundColumn) -> Result<(), String>;
}

impl Taken for Row<'_> {
    fn text(&mut self, column: &mut TextColumn) -> Result<(), String> {
        column.push(self.field()?.unwrap_or_default());
        Ok(())
    }

    fn bigint(&mut self) -> Result<Option<i64>, String> {
        Ok(self.fixed()?.map(i64::from_be_bytes))
    }

    fn integer(&mut self) -> Result<Option<i32>, String> {
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

    fn ground(&mut self, column: &mut GroundColumn) -> Result<(), String> {
        column.ellipsoidal_m2.push(self.optional_number()?.ok_or("缺椭球面积")?);
        self.outline(column)
    }

    fn outline(&mut self, column: &mut GroundColumn) -> Result<(), String> {
        let bytes = self.field()?.ok_or("缺图形")?;
        column.outlines.push_wkb(bytes).map_err(|fault| fault.to_string())
    }
}
