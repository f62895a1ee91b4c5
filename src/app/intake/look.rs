//! Looking at an upload before anything is tried: what the file is, and its first rows under a mapping. Nothing is kept.

use sqlx::PgPool;

use super::decision::Decision;
use super::record::UploadId;
use super::{Intake, IntakeError, job};
use crate::app::import::ImportError;
use crate::app::inspection;
use crate::ingest::{Inspection, Preview, ReadOptions};
use crate::register::RegisterKind;

/// Rows shown as they would be taken.
const FIRST_ROWS: usize = 10;

impl Intake {
    /// What the file turned out to be; for the register that is `wanted` a mapping is proposed in any case.
    ///
    /// # Errors
    /// No such upload, or the file as a whole cannot be read.
    pub async fn inspect(
        &self,
        pool: &PgPool,
        id: &UploadId,
        options: ReadOptions,
        wanted: Option<RegisterKind>,
    ) -> Result<Inspection, IntakeError> {
        let upload = self.upload(id).await?;
        let looked = inspection::inspect(pool, self.main_file(&upload), options, wanted).await;
        let mut found = looked.map_err(|error| self.about_file(id, error))?;
        found.crs.explanation = job::without_folder(&found.crs.explanation, &self.files_of(id));
        Ok(found)
    }

    /// The first rows under a decision, each cell beside what it became.
    ///
    /// # Errors
    /// No such upload, or the file cannot be read by this decision.
    pub async fn first_rows(&self, pool: &PgPool, id: &UploadId, decision: Decision) -> Result<Preview, IntakeError> {
        let upload = self.upload(id).await?;
        let (path, mapping) = (self.main_file(&upload), decision.mapping.choice());
        inspection::first_rows(pool, path, decision.kind, &mapping, decision.options, FIRST_ROWS)
            .await
            .map_err(|error| self.about_file(id, error))
    }

    fn about_file(&self, id: &UploadId, error: ImportError) -> IntakeError {
        if error.is_about_input() {
            IntakeError::File { told: job::told(&error, &self.files_of(id)) }
        } else {
            IntakeError::Look(error)
        }
    }
}
