//! Hearing of commits: the channels on which revisions, runs and decisions are announced, over a connection of its own.
//! What is heard is only that something landed; what it was is read from the registers.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool};

use super::REVISION_CHANNEL;
use super::determination::DETERMINATION_CHANNEL;
use super::fault::{During, StoreError};
use super::run::RUN_CHANNEL;

const STEP: &str = "收听登记簿的变化";

/// What a listener has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Something landed.
    Announced,
    /// Nothing in that time.
    Nothing,
    /// The connection was lost: something may have landed unheard.
    Lost,
}

/// An open ear.
#[derive(Debug)]
pub struct Listener {
    inner: PgListener,
}

impl Listener {
    /// Listens on every channel of ours.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn open(pool: &PgPool) -> Result<Listener, StoreError> {
        let mut inner = PgListener::connect_with(pool).await.during(STEP)?;
        inner.listen_all([REVISION_CHANNEL, RUN_CHANNEL, DETERMINATION_CHANNEL]).await.during(STEP)?;
        Ok(Listener { inner })
    }

    /// Waits for the next commit, at most so long. Several that are waiting already count as one.
    ///
    /// # Errors
    /// The connection was lost and no other can be had.
    pub async fn next(&mut self, patience: Duration) -> Result<Heard, StoreError> {
        let heard = match tokio::time::timeout(patience, self.inner.try_recv()).await {
            Err(_) => return Ok(Heard::Nothing),
            Ok(heard) => heard.during(STEP)?,
        };
        while self.inner.next_buffered().is_some() {}
        Ok(if heard.is_some() { Heard::Announced } else { Heard::Lost })
    }
}
