//! What every use case is given: the database, the law, the uploads, and the city as the map shows it. Cheap to clone; holds no
//! request and no clock.

use std::sync::Arc;

use mujun_domain::rulebook::Rulebook;
use sqlx::PgPool;

use crate::app::display::Display;
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
    /// The city in memory, for tiles.
    pub display: Display,
}

impl State {
    /// Without a city in memory: tiles are made of what the database says.
    pub fn new(pool: PgPool, rulebook: Arc<Rulebook>, intake: Arc<Intake>) -> State {
        State { pool, rulebook, intake, display: Display::never() }
    }

    /// The same, with tiles from memory.
    pub fn with_display(self, display: Display) -> State {
        State { display, ..self }
    }
}
