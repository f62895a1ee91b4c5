//! The folder of the uploads: records read and written as a whole, what is over thrown away.

use std::path::PathBuf;

use super::record::{Job, Standing, Upload, UploadId};
use super::{Intake, IntakeError};

const RECORD: &str = "upload.json";

impl Intake {
    pub(super) fn folder_of(&self, id: &UploadId) -> PathBuf {
        self.folder.join(id.as_str())
    }

    pub(super) fn files_of(&self, id: &UploadId) -> PathBuf {
        self.folder_of(id).join("files")
    }

    /// The file to open.
    pub(super) fn main_file(&self, upload: &Upload) -> PathBuf {
        let name = upload.main().map(|part| part.name.as_str()).unwrap_or_default();
        self.files_of(&upload.id).join(name)
    }

    pub(super) fn issues_of(&self, id: &UploadId) -> PathBuf {
        self.folder_of(id).join("issues.jsonl")
    }

    /// One upload; a job that ended with the process that ran it is shown as interrupted.
    ///
    /// # Errors
    /// No such upload, or its record cannot be read.
    pub async fn upload(&self, id: &UploadId) -> Result<Upload, IntakeError> {
        let upload = self.record(id).await?;
        let runs = |job: &Option<Job>| job.as_ref().is_some_and(|job| job.standing == Standing::Running);
        if !(runs(&upload.preview) || runs(&upload.commit)) || self.live(id).is_some() {
            return Ok(upload);
        }
        // The job may have begun or ended between the two looks; while the records are held it can do neither unseen.
        let _records = self.records.lock().await;
        self.held(id).await
    }

    /// One upload, as [`Intake::upload`], for those who hold the records.
    pub(super) async fn held(&self, id: &UploadId) -> Result<Upload, IntakeError> {
        let mut upload = self.record(id).await?;
        if self.live(id).is_none() {
            let cut_short = |job: &mut Option<Job>| {
                if let Some(job) = job.as_mut().filter(|job| job.standing == Standing::Running) {
                    job.standing = Standing::Interrupted;
                }
            };
            cut_short(&mut upload.preview);
            cut_short(&mut upload.commit);
        }
        Ok(upload)
    }

    /// What stands in the folder.
    async fn record(&self, id: &UploadId) -> Result<Upload, IntakeError> {
        let text = match tokio::fs::read(self.folder_of(id).join(RECORD)).await {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(IntakeError::NotFound { id: id.as_str().to_owned() });
            }
            Err(error) => return Err(IntakeError::folder("读取上传记录", error)),
        };
        serde_json::from_slice(&text).map_err(IntakeError::Record)
    }

    /// Every upload, newest first.
    ///
    /// # Errors
    /// The folder or a record cannot be read.
    pub async fn uploads(&self) -> Result<Vec<Upload>, IntakeError> {
        let mut uploads = Vec::new();
        for id in self.ids().await? {
            match self.upload(&id).await {
                Ok(upload) => uploads.push(upload),
                // Being received, or discarded meanwhile.
                Err(IntakeError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        uploads.sort_by(|one, other| other.received_at.cmp(&one.received_at).then_with(|| one.id.cmp(&other.id)));
        Ok(uploads)
    }

    async fn ids(&self) -> Result<Vec<UploadId>, IntakeError> {
        let reading = |error| IntakeError::folder("读取上传文件夹", error);
        let mut entries = match tokio::fs::read_dir(&self.folder).await {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(reading(error)),
        };
        let mut ids = Vec::new();
        while let Some(entry) = entries.next_entry().await.map_err(reading)? {
            ids.extend(entry.file_name().to_str().and_then(UploadId::parse));
        }
        Ok(ids)
    }

    /// Makes sure that one more can be kept: the oldest committed one gives way.
    pub(super) async fn make_room(&self) -> Result<(), IntakeError> {
        let ids = self.ids().await?;
        for id in &ids {
            // A process that was killed while a file came left a folder without a record.
            let is_orphan = !self.folder_of(id).join(RECORD).is_file() && !self.arrivals().contains(id);
            if is_orphan {
                self.remove(id).await?;
            }
        }
        let ids = self.ids().await?;
        if ids.len() < self.limits.uploads {
            return Ok(());
        }
        match self.uploads().await?.into_iter().rfind(Upload::is_committed) {
            Some(oldest) => self.remove(&oldest.id).await,
            None => Err(IntakeError::TooMany { most: self.limits.uploads }),
        }
    }

    /// An upload that nothing works on and that was not committed.
    pub(super) async fn open_for_change(&self, id: &UploadId) -> Result<Upload, IntakeError> {
        let upload = self.held(id).await?;
        if self.live(id).is_some() {
            return Err(IntakeError::Busy);
        }
        if upload.is_committed() {
            return Err(IntakeError::Committed);
        }
        Ok(upload)
    }

    /// Writes the record so that it is either the old one or the new one, whenever the power fails.
    pub(super) async fn write(&self, upload: &Upload) -> Result<(), IntakeError> {
        let text = serde_json::to_vec_pretty(upload).map_err(IntakeError::Record)?;
        let folder = self.folder_of(&upload.id);
        let (next, record) = (folder.join("upload.json.next"), folder.join(RECORD));
        let writing = |error| IntakeError::folder("写入上传记录", error);
        tokio::fs::write(&next, text).await.map_err(writing)?;
        tokio::fs::rename(&next, &record).await.map_err(writing)
    }

    /// Throws an upload away: its files, its record and a preview on its way. A commit on its way is waited for instead.
    ///
    /// # Errors
    /// No such upload, or it is being committed.
    pub async fn discard(&self, id: &UploadId) -> Result<(), IntakeError> {
        let _records = self.records.lock().await;
        let upload = self.held(id).await?;
        if let Some(live) = self.live(id) {
            if upload.state() == super::UploadState::Committing {
                return Err(IntakeError::Busy);
            }
            live.stop();
            self.lives().remove(id);
        }
        self.remove(id).await
    }

    async fn remove(&self, id: &UploadId) -> Result<(), IntakeError> {
        tokio::fs::remove_dir_all(self.folder_of(id)).await.map_err(|error| IntakeError::folder("删除上传文件", error))
    }
}
