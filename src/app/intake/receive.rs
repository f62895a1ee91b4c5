//! Bytes from the network to a file of the data folder: digested as they come, within limits, and gone again when they do
//! not come whole.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use super::record::{Part, Upload, UploadId, extension};
use super::{Intake, IntakeError};

/// How long the sender may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longest file name, bytes: file systems take 255, and the name of the part being written is longer than the name.
const LONGEST_NAME: usize = 200;

/// Files of a Shapefile beside the `.shp`.
const SHAPEFILE_PARTS: [&str; 10] = ["shp", "shx", "dbf", "prj", "cpg", "sbn", "sbx", "qix", "cst", "xml"];

/// A file on its way.
#[derive(Debug)]
pub struct Incoming<S> {
    /// File name.
    pub name: String,
    /// Length, where the sender says it.
    pub length: Option<u64>,
    /// Its bytes.
    pub body: S,
}

/// Removes what was written unless it is kept: also when the request that wrote it is dropped half-way.
struct Unfinished {
    path: Option<PathBuf>,
}

impl Unfinished {
    fn new(path: PathBuf) -> Unfinished {
        Unfinished { path: Some(path) }
    }

    fn keep(mut self) {
        self.path = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let Some(path) = &self.path else { return };
        // Nothing is lost when it cannot be removed now: a folder without a record is swept with the next upload.
        let _ = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    }
}

/// Marks a folder whose record is still to come, so that nobody sweeps it.
struct Arriving<'a> {
    intake: &'a Intake,
    id: UploadId,
}

impl<'a> Arriving<'a> {
    fn new(intake: &'a Intake) -> Arriving<'a> {
        let id = UploadId::new();
        intake.arrivals().insert(id.clone());
        Arriving { intake, id }
    }
}

impl Drop for Arriving<'_> {
    fn drop(&mut self) {
        self.intake.arrivals().remove(&self.id);
    }
}

impl Intake {
    /// Takes the first file of a new upload.
    ///
    /// # Errors
    /// The name, the length, the disk or the connection; nothing of it stays then.
    pub async fn begin<S, E>(&self, incoming: Incoming<S>, now: DateTime<Utc>) -> Result<Upload, IntakeError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Error + Send + Sync + 'static,
    {
        check_name(&incoming.name)?;
        self.make_room().await?;
        self.check_length(incoming.length)?;
        let arriving = Arriving::new(self);
        let id = arriving.id.clone();
        let folder = self.folder_of(&id);
        let files = self.files_of(&id);
        let unfinished = Unfinished::new(folder);
        // Not by a background thread: it would go on making the folder after this request was dropped and tidied up.
        std::fs::create_dir_all(&files).map_err(|error| IntakeError::folder("建立上传文件夹", error))?;
        let part = self.receive(&files, incoming).await?;
        let upload = Upload { id, received_at: now, parts: vec![part], preview: None, commit: None };
        self.write(&upload).await?;
        unfinished.keep();
        Ok(upload)
    }

    /// Takes a further file of a loose Shapefile; a file of the same name is replaced. What was tried before is forgotten.
    ///
    /// # Errors
    /// No such upload, a name that does not belong to it, a job on its way, and those of [`Intake::begin`].
    pub async fn add<S, E>(&self, id: &UploadId, incoming: Incoming<S>) -> Result<Upload, IntakeError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Error + Send + Sync + 'static,
    {
        check_name(&incoming.name)?;
        self.open_for_change(id).await.and_then(|upload| belongs(&upload, &incoming.name))?;
        self.check_length(incoming.length)?;
        let part = self.receive(&self.files_of(id), incoming).await?;
        let _records = self.records.lock().await;
        let mut upload = self.open_for_change(id).await?;
        upload.parts.retain(|other| other.name != part.name);
        upload.parts.push(part);
        upload.preview = None;
        self.write(&upload).await?;
        Ok(upload)
    }

    fn check_length(&self, length: Option<u64>) -> Result<(), IntakeError> {
        let length = length.unwrap_or(0);
        if length > self.limits.file {
            return Err(IntakeError::TooLarge { limit: self.limits.file });
        }
        let free = free_space(&self.folder);
        match free {
            Some(free) if free < self.limits.spare.saturating_add(length) => Err(IntakeError::DiskFull { free: Some(free) }),
            _ => Ok(()),
        }
    }

    async fn receive<S, E>(&self, files: &Path, incoming: Incoming<S>) -> Result<Part, IntakeError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: Error + Send + Sync + 'static,
    {
        let Incoming { name, length, body } = incoming;
        let arriving = files.join(format!("{name}.part"));
        let unfinished = Unfinished::new(arriving.clone());
        let file = std::fs::File::create(&arriving).map_err(|error| IntakeError::folder("建立上传文件", error))?;
        let (bytes, sha256) = copy(File::from_std(file), body, self.limits.file).await?;
        if length.is_some_and(|length| length != bytes) {
            return Err(IntakeError::CutShort { received: bytes, source: None });
        }
        if bytes == 0 && !may_be_empty(&name) {
            return Err(IntakeError::Empty { name });
        }
        tokio::fs::rename(&arriving, files.join(&name)).await.map_err(|error| IntakeError::folder("保存上传文件", error))?;
        unfinished.keep();
        Ok(Part { name, bytes, sha256 })
    }
}

/// Writes what comes and gives its length and digest. The data are on the disk when it returns.
async fn copy<S, E>(mut file: File, mut body: S, limit: u64) -> Result<(u64, String), IntakeError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Error + Send + Sync + 'static,
{
    let mut digest = Sha256::new();
    let mut received = 0_u64;
    let writing = |error| IntakeError::folder("写入上传文件", error);
    loop {
        let next = tokio::time::timeout(PATIENCE, body.next()).await;
        let chunk = match next.map_err(|_| IntakeError::Stalled { seconds: PATIENCE.as_secs() })? {
            None => break,
            Some(Ok(chunk)) => chunk,
            Some(Err(cause)) => return Err(IntakeError::CutShort { received, source: Some(Box::new(cause)) }),
        };
        received += chunk.len() as u64;
        if received > limit {
            return Err(IntakeError::TooLarge { limit });
        }
        digest.update(&chunk);
        file.write_all(&chunk).await.map_err(writing)?;
    }
    file.flush().await.map_err(writing)?;
    file.sync_all().await.map_err(writing)?;
    Ok((received, digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}

/// Free bytes of the disk that holds the folder, or its nearest ancestor that is there.
fn free_space(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    let disk = nix::sys::statvfs::statvfs(there).ok()?;
    Some(disk.blocks_available() as u64 * disk.fragment_size() as u64)
}

/// A `.cpg` may say nothing; an index may be empty.
fn may_be_empty(name: &str) -> bool {
    ["cpg", "prj", "qix"].contains(&extension(name).as_str())
}

fn check_name(name: &str) -> Result<(), IntakeError> {
    let reason = if name.is_empty() {
        "没有文件名"
    } else if name.len() > LONGEST_NAME {
        "文件名过长，请缩短到 60 个汉字以内"
    } else if name.contains(['/', '\\']) || name.chars().any(char::is_control) {
        "文件名不能含路径或控制字符"
    } else if name.starts_with('.') || name.ends_with(".part") {
        "文件名不能以点开头，也不能以 .part 结尾"
    } else {
        return Ok(());
    };
    let name = name.chars().filter(|c| !c.is_control()).take(80).collect();
    Err(IntakeError::Name { name, reason })
}

/// Whether the file may stand beside those that are there: as another part of one Shapefile, or in the place of the same name.
fn belongs(upload: &Upload, name: &str) -> Result<(), IntakeError> {
    if upload.parts.iter().all(|part| part.name == name) {
        return Ok(());
    }
    match upload.parts.iter().find(|part| !is_shapefile_part(&part.name) || stem(&part.name) != stem(name)) {
        None if is_shapefile_part(name) => Ok(()),
        other => {
            let first = other.or(upload.parts.first()).map(|part| part.name.clone()).unwrap_or_default();
            Err(IntakeError::Stranger { name: name.to_owned(), first })
        }
    }
}

fn is_shapefile_part(name: &str) -> bool {
    SHAPEFILE_PARTS.contains(&extension(name).as_str())
}

/// What comes before `.shp`, `.shp.xml` and their kin; the case of a file name does not count on the systems offices use.
fn stem(name: &str) -> String {
    let name = name.to_lowercase();
    let name = name.strip_suffix(".xml").unwrap_or(&name);
    SHAPEFILE_PARTS.iter().find_map(|part| name.strip_suffix(&format!(".{part}"))).unwrap_or(name).to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io;

    use futures::stream;

    use super::super::Limits;
    use super::*;
    use crate::clock;

    fn chunks(parts: &[&'static [u8]]) -> impl Stream<Item = Result<Bytes, io::Error>> + Unpin + use<> {
        stream::iter(parts.iter().map(|part| Ok(Bytes::from_static(part))).collect::<Vec<_>>())
    }

    fn incoming<S>(name: &str, body: S) -> Incoming<S> {
        Incoming { name: name.to_owned(), length: None, body }
    }

    fn intake(folder: &Path, limits: Limits) -> Intake {
        Intake::new(folder.join("uploads"), limits)
    }

    fn small() -> Limits {
        Limits { file: 10, spare: 0, uploads: 2 }
    }

    fn left(folder: &Path) -> usize {
        std::fs::read_dir(folder.join("uploads")).map_or(0, Iterator::count)
    }

    #[tokio::test]
    async fn a_file_is_digested_while_it_comes_and_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let upload = intake(folder.path(), small()).begin(incoming("a.csv", chunks(&[b"ab", b"c"])), clock::now()).await.unwrap();
        // The digest of "abc" in the standard's own examples (FIPS 180-4).
        assert_eq!(upload.parts[0].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(upload.parts[0].bytes, 3);
        let later = intake(folder.path(), small());
        assert_eq!(later.upload(&upload.id).await.unwrap(), upload);
    }

    #[tokio::test]
    async fn nothing_stays_of_a_file_that_is_too_long_empty_or_cut_short() {
        let folder = tempfile::tempdir().unwrap();
        let intake = intake(folder.path(), small());
        let long = intake.begin(incoming("a.csv", chunks(&[b"123456", b"78901"])), clock::now()).await;
        assert!(matches!(long, Err(IntakeError::TooLarge { limit: 10 })), "{long:?}");
        let told = Incoming { name: "a.csv".into(), length: Some(11), body: chunks(&[b"1"]) };
        assert!(matches!(intake.begin(told, clock::now()).await, Err(IntakeError::TooLarge { .. })));
        let empty = intake.begin(incoming("a.csv", chunks(&[])), clock::now()).await;
        assert!(matches!(empty, Err(IntakeError::Empty { .. })), "{empty:?}");
        let short = Incoming { name: "a.csv".into(), length: Some(5), body: chunks(&[b"123"]) };
        let short = intake.begin(short, clock::now()).await;
        assert!(matches!(short, Err(IntakeError::CutShort { received: 3, .. })), "{short:?}");
        let broken = stream::iter([Ok(Bytes::from_static(b"12")), Err(io::Error::from(io::ErrorKind::ConnectionReset))]);
        let broken = intake.begin(incoming("a.csv", broken), clock::now()).await;
        assert!(matches!(broken, Err(IntakeError::CutShort { received: 2, .. })), "{broken:?}");
        assert_eq!(left(folder.path()), 0);
    }

    #[tokio::test]
    async fn a_sender_that_goes_away_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let intake = intake(folder.path(), small());
        let endless = Box::pin(stream::iter([Ok::<_, io::Error>(Bytes::from_static(b"12"))]).chain(stream::pending()));
        let receiving = intake.begin(incoming("a.csv", endless), clock::now());
        // The request is dropped while it waits for the next bytes.
        let outcome = futures::future::select(Box::pin(receiving), Box::pin(until_written(folder.path()))).await;
        assert!(matches!(outcome, futures::future::Either::Right(_)));
        drop(outcome);
        assert_eq!(left(folder.path()), 0);
    }

    /// Waits until a file is being written.
    async fn until_written(folder: &Path) {
        while left(folder) == 0 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_full_disk_is_told_apart_before_and_while_writing() {
        let folder = tempfile::tempdir().unwrap();
        let full = intake(folder.path(), Limits { spare: u64::MAX, ..small() });
        let before = full.begin(incoming("a.csv", chunks(&[b"1"])), clock::now()).await;
        assert!(matches!(before, Err(IntakeError::DiskFull { free: Some(_) })), "{before:?}");
        let device = File::options().write(true).open("/dev/full").await.unwrap();
        let while_writing = copy(device, chunks(&[b"1"]), 10).await;
        assert!(matches!(while_writing, Err(IntakeError::DiskFull { free: None })), "{while_writing:?}");
    }

    #[tokio::test]
    async fn uploads_have_a_cap() {
        let folder = tempfile::tempdir().unwrap();
        let intake = intake(folder.path(), small());
        for _ in 0..2 {
            intake.begin(incoming("a.csv", chunks(&[b"1"])), clock::now()).await.unwrap();
        }
        let third = intake.begin(incoming("a.csv", chunks(&[b"1"])), clock::now()).await;
        assert!(matches!(third, Err(IntakeError::TooMany { most: 2 })), "{third:?}");
    }

    #[tokio::test]
    async fn only_the_parts_of_one_shapefile_come_together() {
        let folder = tempfile::tempdir().unwrap();
        let intake = intake(folder.path(), small());
        let upload = intake.begin(incoming("宗地.dbf", chunks(&[b"1"])), clock::now()).await.unwrap();
        for name in ["宗地.SHP", "宗地.shx", "宗地.cpg", "宗地.shp.xml", "宗地.shx"] {
            intake.add(&upload.id, incoming(name, chunks(&[b"1"]))).await.unwrap();
        }
        let upload = intake.upload(&upload.id).await.unwrap();
        assert_eq!(upload.parts.len(), 5);
        assert_eq!(upload.main().unwrap().name, "宗地.SHP");
        for name in ["建筑.shp", "宗地.csv"] {
            let stranger = intake.add(&upload.id, incoming(name, chunks(&[b"1"]))).await;
            assert!(matches!(stranger, Err(IntakeError::Stranger { .. })), "{name}: {stranger:?}");
        }
    }

    #[test]
    fn a_name_cannot_lead_out_of_the_folder() {
        for name in ["", "../x.shp", "a/b.shp", "a\\b.shp", "..", ".htaccess", "a\u{0}.shp", "a.shp.part", &"宗".repeat(70)] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert!(check_name("嘉兴市 宗地（2026）.zip").is_ok());
    }
}
