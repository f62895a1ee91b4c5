//! What every use case is given: the database, the law and the uploads. Cheap to clone; holds no request and no clock.

use std::sync::Arc;

use mujun_domain::rulebook::Rulebook;
use sqlx::PgPool;

use crate::app::intake::Intake;

/// Shared by all requests and commands.
#[derive(Clone, Debug)]
pub struct State {
    /// Connections to the one database.
    pub pool: PgPool,
    /// The rulebook by which the program judges now. Stored runs name theirs by digest, which may be an older one.
    pub rulebook: Arc<Rulebook>,
    /// Files that were sent, and the work on them.
    pub intake: Arc<Intake>,
}
