//! Which register takes which record: the way of its rows into the database, stretch by stretch.

use std::sync::Arc;

use sqlx::PgConnection;

use crate::ingest::Readable;
use crate::register::{
    ApprovalRecord, BuildingRecord, DeductionRecord, DivisionRecord, EnterpriseRecord, EnterpriseYearRecord, Lying,
    OccupancyRecord, ParcelRecord, ProjectEventRecord, ProjectRecord, SupplyEventRecord, SupplyRecord, TargetRecord, ZoneRecord,
};
use crate::store::division::{DivisionIntake, DivisionPlan};
use crate::store::intake::{Batch, Intake, Numbering, Plan, ReadyRow};
use crate::store::{Appended, StoreError};

/// A record together with the register that keeps it; see [`Intake`] for what each step does.
pub(super) trait Kept: Readable + Lying + Sync + 'static {
    type Intake: Send;
    type Plan: Send + Sync + 'static;

    async fn begin(conn: &mut PgConnection, import_id: i64, expected: Option<u64>) -> Result<Self::Intake, StoreError>;
    fn plan(intake: &Self::Intake) -> Arc<Self::Plan>;
    fn numbering(plan: &Self::Plan) -> Numbering;
    fn encode(plan: &Self::Plan, number: i32, record: &Self) -> Result<ReadyRow, StoreError>;
    async fn write(intake: &mut Self::Intake, conn: &mut PgConnection, batch: Batch) -> Result<(), StoreError>;
    async fn finish(intake: Self::Intake, conn: &mut PgConnection) -> Result<Appended, StoreError>;
}

macro_rules! kept {
    ($($record:ty => $intake:ty, $plan:ty;)*) => {$(
        impl Kept for $record {
            type Intake = $intake;
            type Plan = $plan;

            async fn begin(conn: &mut PgConnection, import_id: i64, expected: Option<u64>) -> Result<$intake, StoreError> {
                <$intake>::begin(conn, import_id, expected).await
            }

            fn plan(intake: &$intake) -> Arc<$plan> {
                intake.plan()
            }

            fn numbering(plan: &$plan) -> Numbering {
                plan.numbering()
            }

            fn encode(plan: &$plan, number: i32, record: &Self) -> Result<ReadyRow, StoreError> {
                plan.encode(number, record)
            }

            async fn write(intake: &mut $intake, conn: &mut PgConnection, batch: Batch) -> Result<(), StoreError> {
                intake.write(conn, batch).await
            }

            async fn finish(intake: $intake, conn: &mut PgConnection) -> Result<Appended, StoreError> {
                intake.finish(conn).await
            }
        }
    )*};
}

macro_rules! versioned {
    ($($record:ty),* $(,)?) => {
        kept! { $($record => Intake<$record>, Plan<$record>;)* }
    };
}

versioned!(
    ParcelRecord,
    BuildingRecord,
    ApprovalRecord,
    SupplyRecord,
    ZoneRecord,
    ProjectRecord,
    ProjectEventRecord,
    TargetRecord,
    SupplyEventRecord,
    DeductionRecord,
    EnterpriseRecord,
    OccupancyRecord,
    EnterpriseYearRecord,
);

kept! { DivisionRecord => DivisionIntake, DivisionPlan; }
