//! Read use cases: each answers one question of the screen from one consistent snapshot of the database.
//! Shows what is recorded and what the current run found; measures nothing, judges nothing, writes nothing.

mod feature;
mod list;
mod map;
mod parcel;
mod progress;
mod run;
mod summary;

pub use feature::{extent, feature, features};
use list::cut;
pub use list::{
    ApprovalCard, Approvals, Findings, Imports, Issues, Page, Supplies, approval, approvals, findings, imports, issues, supplies,
};
pub use map::{MapGround, map_ground, map_tiles};
pub use parcel::{BuildingOnParcel, ParcelCard, Parcels, lineage, parcel, parcels};
pub use progress::{Projects, Target, projects, target};
pub use run::{Runs, SupplyRates, run, runs, supply_rates};
pub use summary::{Summary, divisions, summary};

pub use crate::register::display::MapLayer;
pub use crate::store::lineage::LineageRow;
pub use crate::store::read::approval::{ApprovalRow, ApprovalShapes};
pub use crate::store::read::division::DivisionRow;
pub use crate::store::read::feature::{FeatureCollection, FeatureFilter, FeatureKey, FeatureRow};
pub use crate::store::read::finding::{ANY_STATE, FindingFilter, FindingKey, FindingRow};
pub use crate::store::read::import::{ImportRow, IssueCount, IssueFilter, IssueRow};
pub use crate::store::read::parcel::{Openness, ParcelCardRow, ParcelFilter, ParcelKey, ParcelOrder, ParcelRow, ParcelZoneRow};
pub use crate::store::read::project::{ProjectFilter, ProjectRow, ProjectStep};
pub use crate::store::read::scope::{ScopeRow as Scope, StateOfData};
pub use crate::store::read::summary::{CountyRow, KindRow, LayerRow};
pub use crate::store::read::supply::{GeometryPresence, SupplyFilter, SupplyRow};
pub use crate::store::read::supply_rate::SupplyRateRow;
pub use crate::store::read::{Bbox, Total};
pub use crate::store::run::Run;
pub use mujun_tiles::TileAddress;

use sqlx::{Postgres, Transaction};

use crate::app::state::State;
use crate::store::StoreError;
use crate::store::read;

/// Why a question could not be answered. Not found is an answer, not an error.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// No run was activated yet, so there is nothing to show the answer under.
    #[error("还没有现行评价批")]
    NoRun,
    /// The database could not be read.
    #[error("无法读取登记簿")]
    Read(#[from] StoreError),
    /// The progress to the target could not be computed.
    #[error("无法计算目标完成情况")]
    Target(#[source] crate::app::target::TargetError),
    /// A tile could not be made.
    #[error(transparent)]
    Tile(#[from] crate::app::tile::TileError),
    /// A computation beside the reactor was cut short.
    #[error("计算中断")]
    Interrupted(#[source] tokio::task::JoinError),
}

impl QueryError {
    /// Whether the register that was asked for is just being filled: it can be read again when that is done.
    pub fn is_being_filled(&self) -> bool {
        matches!(self, QueryError::Read(fault) if fault.is_locked_out())
    }

    /// Whether the database could not be reached, as against having refused.
    pub fn is_unavailable(&self) -> bool {
        let QueryError::Read(StoreError::Query { source, .. }) = self else { return false };
        match source {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            // 57P01–57P03: the server is shutting down or starting; 53300: it has no connection left.
            sqlx::Error::Database(refusal) => {
                refusal.code().is_some_and(|code| ["57P01", "57P02", "57P03", "53300"].contains(&code.as_ref()))
            }
            _ => false,
        }
    }
}

/// One consistent view of the database for all statements of an answer.
pub(in crate::app) async fn snapshot(state: &State) -> Result<Transaction<'static, Postgres>, QueryError> {
    Ok(read::begin(&state.pool).await?)
}

/// The scope under which everything is shown.
pub async fn scope(state: &State) -> Result<Scope, QueryError> {
    scope_of(&mut *snapshot(state).await?).await
}

pub(in crate::app) async fn scope_of(conn: &mut sqlx::PgConnection) -> Result<Scope, QueryError> {
    read::scope::scope(conn).await?.ok_or(QueryError::NoRun)
}

/// Whether any imported row is synthetic; also answered before the first run.
pub async fn is_synthetic(state: &State) -> Result<bool, QueryError> {
    Ok(read::scope::is_synthetic(&mut *snapshot(state).await?).await?)
}

/// Whether the database answers and holds our tables.
pub async fn is_ready(state: &State) -> Result<bool, QueryError> {
    Ok(read::scope::is_ready(&mut *snapshot(state).await?).await?)
}

/// What a cached answer depends on.
pub async fn state_of_data(state: &State) -> Result<StateOfData, QueryError> {
    Ok(read::scope::state_of_data(&mut *snapshot(state).await?).await?)
}
