//! Files that a browser sends: received, looked at, tried (预演), and then committed or discarded by a person.
//!
//! An upload is a folder below `<data>/uploads` with its files and one small JSON record, so it survives a restart. Work on
//! it runs beside the requests, one import at a time; a job that was cut short by a restart is told as such.
//! What is committed is what was tried: the same decision, on registers that have not moved since.

mod decision;
mod fault;
mod issues;
mod job;
mod look;
mod receive;
mod record;
mod report;
mod shelf;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Mutex as Turn;

pub use crate::app::members::RequestFault;
pub use decision::{Decision, MappingWord, parse_decision, parse_preview_number, read_crs};
pub use fault::IntakeError;
pub use issues::IssuePage;
pub use job::{JobStep, Live, commit, preview};
pub use receive::Incoming;
pub use record::{Evaluated, Job, JobFault, Part, Standing, Task, Upload, UploadId, UploadState};
pub use report::{Ending, Report};

/// Largest single file, bytes. A part of a Shapefile or a dBASE table cannot exceed 2 GiB by its format, and the largest
/// GeoPackage of a city's buildings measured is below 1 GiB; twice the former leaves room without filling a disk by mistake.
pub const LARGEST_FILE: u64 = 4 << 30;

/// Bytes that must stay free on the disk: the database writes there too, and must not be stopped by an upload.
const SPARE: u64 = 512 << 20;

/// Uploads kept at once; the oldest committed ones give way.
const MOST_UPLOADS: usize = 64;

/// What an upload may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest single file, bytes.
    pub file: u64,
    /// Free space that must remain, bytes.
    pub spare: u64,
    /// Uploads kept at once.
    pub uploads: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { file: LARGEST_FILE, spare: SPARE, uploads: MOST_UPLOADS }
    }
}

/// The uploads of one data folder and the work on them.
#[derive(Debug)]
pub struct Intake {
    folder: PathBuf,
    limits: Limits,
    /// Held by the one import that runs.
    turn: Turn<()>,
    /// Held while a record is read and written again.
    records: Turn<()>,
    live: Mutex<HashMap<UploadId, Arc<Live>>>,
    /// Uploads whose first file is on its way.
    arriving: Mutex<HashSet<UploadId>>,
}

impl Intake {
    /// The uploads below this folder, which is made when the first file comes.
    pub fn new(folder: PathBuf, limits: Limits) -> Intake {
        Intake { folder, limits, turn: Turn::new(()), records: Turn::new(()), live: Mutex::default(), arriving: Mutex::default() }
    }

    /// What an upload may take.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The job of this upload that runs or waits now.
    pub fn live(&self, id: &UploadId) -> Option<Arc<Live>> {
        self.lives().get(id).cloned()
    }

    /// Stops every job; what they had not committed is taken back by the database.
    pub fn stop(&self) {
        for (_, live) in self.lives().drain() {
            live.stop();
        }
    }

    /// A panic while the lock was held leaves the map as good as it was.
    fn lives(&self) -> MutexGuard<'_, HashMap<UploadId, Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arrivals(&self) -> MutexGuard<'_, HashSet<UploadId>> {
        self.arriving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
