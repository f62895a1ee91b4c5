//! What a reader may use of the machine. Set by the reader itself before it looks at the file, and not to be undone.

use std::path::Path;

use nix::sys::resource::{Resource, setrlimit};

/// Address space, bytes. The program and its libraries map one GiB before anything is read; a drawing or a workbook
/// that needs more than three besides is not a register.
pub(in crate::ingest) const ADDRESS_SPACE: u64 = 4 << 30;

/// The largest file a reader may write, bytes: what it unpacks, one member at a time.
pub(in crate::ingest) const WRITTEN: u64 = super::super::archive::UNPACKED_LIMIT;

/// Processor time whatever the size of the file, seconds.
const PROCESSOR_BASE: u64 = 300;

/// Processor time besides, for each MiB of the file, seconds: a hundred times what the slowest format takes.
const PROCESSOR_PER_MIB: u64 = 4;

/// Takes the limits on for the reading of this file.
pub(super) fn take_on(path: &Path) -> nix::Result<()> {
    let mib = std::fs::metadata(path).map_or(0, |about| about.len() >> 20);
    let seconds = PROCESSOR_BASE + PROCESSOR_PER_MIB * mib;
    setrlimit(Resource::RLIMIT_AS, ADDRESS_SPACE, ADDRESS_SPACE)?;
    setrlimit(Resource::RLIMIT_FSIZE, WRITTEN, WRITTEN)?;
    setrlimit(Resource::RLIMIT_CPU, seconds, seconds + 5)?;
    // The image of a reader that fell over is of no use to an office, and may hold what it read.
    setrlimit(Resource::RLIMIT_CORE, 0, 0)
}
