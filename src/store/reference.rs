//! What rows of one register may refer to in another: the present keys, against which an import is checked.

use sqlx::PgConnection;

use super::fault::{During, StoreError};
use crate::register::RegisterKind;

/// 行政区划代码 and code of every present row of a register that others refer to; nothing for the other registers.
///
/// # Errors
/// The database refused.
pub async fn keys(conn: &mut PgConnection, register: RegisterKind) -> Result<Vec<(String, String)>, StoreError> {
    let statement = match register {
        RegisterKind::Approvals => include_str!("sql/reference/approvals.sql"),
        RegisterKind::Supplies => include_str!("sql/reference/supplies.sql"),
        RegisterKind::Enterprises => include_str!("sql/reference/enterprises.sql"),
        RegisterKind::Parcels => include_str!("sql/reference/parcels.sql"),
        _ => return Ok(Vec::new()),
    };
    sqlx::query_as(statement).fetch_all(conn).await.during("读取所指的编号")
}
