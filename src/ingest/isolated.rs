//! Files are opened in a process of their own: readers in C++ can be brought down by a file, and a file can be made to
//! exhaust them. What comes over the pipe is data; the end of the child, however it comes, is a named fault.
//!
//! The child is this same program, started again with one hidden argument. It gets its order on standard input, which
//! stays open: its end tells the child that nobody waits any more. It answers in frames on standard output.

mod folder;
mod frame;
mod limit;
mod order;
mod refusal;
mod serve;

use std::{
    collections::VecDeque,
    ffi::OsString,
    io::{BufReader, Read, Write},
    os::unix::ffi::OsStrExt,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::{OnceLock, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use super::{
    IngestError, IngestIssue,
    error::ReaderLimit,
    source::{LayerSummary, Opened, RawRow, Request, Rows, stretch},
};
use folder::Folder;
use frame::{Frame, FrameError, FrameReader};
use order::{Ending, Order, Task};

pub(super) use frame::{decode_rows, encode_rows};
pub(super) use limit::{ADDRESS_SPACE, WRITTEN};
pub use serve::serve;

/// The hidden command under which the program reads a file for another instance of itself.
pub const COMMAND: &str = "read-features";

/// The longest a reader may say nothing. Opening is the long part: the digest of the whole file and the search for its
/// encoding; a minute and a half is several times what 2 GB take on one slow core.
const SILENCE: Duration = Duration::from_secs(90);

/// Blocks of rows that may wait for the checking side; with the pipe this is all that a read holds in memory.
const WAITING: usize = 4;

/// Bytes of rows that are checked at once: few outlines of many vertices, or many of few.
const STRETCH: usize = 8 << 20;

/// What is kept of the reader's standard error, bytes.
const STDERR_KEPT: usize = 8 << 10;

/// What a child needs to know of our environment. Nothing else is passed: it parses files that strangers made, and has
/// no use for the address of a database.
const ENVIRONMENT: [&str; 10] =
    ["PATH", "LD_LIBRARY_PATH", "GDAL_DATA", "PROJ_DATA", "PROJ_LIB", "TMPDIR", "TZ", "LANG", "LC_ALL", "RUST_BACKTRACE"];

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Says which program reads files: this one, by whatever name it can be started again. The first word counts.
pub fn read_with(program: PathBuf) {
    let _ = PROGRAM.set(program);
}

/// The program that reads: as said, else `mujun` beside the running one or in the folder above, where Cargo puts it for
/// its tests and benches.
fn program() -> PathBuf {
    if let Some(program) = PROGRAM.get() {
        return program.clone();
    }
    let name = format!("mujun{}", std::env::consts::EXE_SUFFIX);
    let running = std::env::current_exe().unwrap_or_default();
    let beside = running.ancestors().skip(1).take(2).map(|folder| folder.join(&name)).find(|path| path.is_file());
    beside.unwrap_or_else(|| PathBuf::from(name))
}

/// Opens a file in a process of its own.
pub(super) fn open(path: &Path, request: Request<'_>) -> Result<Opened, IngestError> {
    let order = Order::new(path, Task::Read, request);
    let mut reader = Reader::start(&program(), order, path, SILENCE)?;
    match reader.next()? {
        Frame::Header(header) => Ok(header.opened(Box::new(Piped { reader, ready: VecDeque::new(), ending: None }))),
        _ => Err(reader.garbled()),
    }
}

/// The layers or sheets of a file, found in a process of its own.
pub(super) fn layers(path: &Path) -> Result<Vec<LayerSummary>, IngestError> {
    let order = Order::new(path, Task::Layers, Request { layer: None, encoding: None });
    let mut reader = Reader::start(&program(), order, path, SILENCE)?;
    match reader.next()? {
        Frame::Layers(layers) => Ok(layers),
        _ => Err(reader.garbled()),
    }
}

/// A child that reads, and the threads that listen to it. Dropped, it is killed and waited for.
struct Reader {
    shown: String,
    child: Child,
    /// Open as long as someone wants the answer.
    _order: Option<ChildStdin>,
    frames: mpsc::Receiver<Result<Frame, FrameError>>,
    listener: Option<JoinHandle<()>>,
    said: Option<JoinHandle<Vec<u8>>>,
    silence: Duration,
    /// Where the child unpacks archives; removed with it.
    _folder: Folder,
}

impl Reader {
    fn start(program: &Path, mut order: Order, path: &Path, silence: Duration) -> Result<Reader, IngestError> {
        let not_started = |source| IngestError::ReaderNotStarted { program: program.display().to_string(), source };
        let folder = Folder::within(&std::env::temp_dir()).map_err(not_started)?;
        order.folder = folder.files().as_os_str().as_bytes().to_vec();
        let kept = ENVIRONMENT.iter().filter_map(|name| Some((OsString::from(name), std::env::var_os(name)?)));
        let mut child = Command::new(program)
            .arg(COMMAND)
            .env_clear()
            .envs(kept)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(not_started)?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
            return Err(not_started(std::io::ErrorKind::BrokenPipe.into()));
        };
        // A child that is gone before it has read its order says why by its end.
        let _ = stdin.write_all(&order.to_bytes());
        let (send, frames) = mpsc::sync_channel(WAITING);
        let listener = std::thread::spawn(move || listen(stdout, &send));
        let said = std::thread::spawn(move || last_of(stderr));
        Ok(Reader {
            shown: path.display().to_string(),
            child,
            _order: Some(stdin),
            frames,
            listener: Some(listener),
            said: Some(said),
            silence,
            _folder: folder,
        })
    }

    /// The next frame; a refusal is the fault it names, an early end is a fault of its own.
    fn next(&mut self) -> Result<Frame, IngestError> {
        match self.frames.recv_timeout(self.silence) {
            Ok(Ok(Frame::Refused(refusal))) => Err(refusal.into_error()),
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(FrameError::Malformed)) => Err(self.garbled()),
            Ok(Err(FrameError::Ended)) | Err(mpsc::RecvTimeoutError::Disconnected) => Err(self.post_mortem()),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let seconds = self.silence.as_secs();
                self.stop();
                Err(IngestError::ReaderSilent { path: self.shown.clone(), seconds })
            }
        }
    }

    fn garbled(&mut self) -> IngestError {
        self.stop();
        IngestError::ReaderGarbled { path: self.shown.clone() }
    }

    /// Why a child that closed its pipe did so.
    fn post_mortem(&mut self) -> IngestError {
        // The pipe closes a moment before the process is over; it has nothing left to do.
        let status = self.child.wait();
        let said = self.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        fate(&self.shown, status.ok(), &String::from_utf8_lossy(&said))
    }

    fn stop(&mut self) {
        // One that is already over cannot be killed, which is what was wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stop();
        // A listener that waits for room in the channel wakes when the receiving end goes.
        let (_, closed) = mpsc::sync_channel(0);
        self.frames = closed;
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
        if let Some(said) = self.said.take() {
            let _ = said.join();
        }
    }
}

fn listen(stdout: impl Read, send: &mpsc::SyncSender<Result<Frame, FrameError>>) {
    let mut reader = FrameReader::new(BufReader::with_capacity(1 << 18, stdout));
    loop {
        let frame = reader.next();
        let is_last = !matches!(frame, Ok(Frame::Header(_) | Frame::Rows(_)));
        if send.send(frame).is_err() || is_last {
            return;
        }
    }
}

/// The end of what a stream says; all of it is read, so that the writer never waits.
fn last_of(mut stream: impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut block = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut block) {
        kept.extend_from_slice(&block[..read]);
        if kept.len() > 2 * STDERR_KEPT {
            kept.drain(..kept.len() - STDERR_KEPT);
        }
    }
    kept
}

/// The fault that the end of a child stands for.
fn fate(shown: &str, status: Option<ExitStatus>, said: &str) -> IngestError {
    use nix::sys::signal::Signal;
    let path = shown.to_owned();
    let signal = status.and_then(|status| status.signal()).and_then(|number| Signal::try_from(number).ok());
    let over = |limit| IngestError::ReaderOverLimit { path: path.clone(), limit };
    match signal {
        Some(Signal::SIGXCPU) => return over(ReaderLimit::Processor),
        Some(Signal::SIGXFSZ) => return over(ReaderLimit::Disk),
        _ => {}
    }
    let starved = ["memory allocation of", "bad_alloc", "Out of memory", "out of memory", "Cannot allocate memory"];
    if starved.iter().any(|sign| said.contains(sign)) {
        return over(ReaderLimit::Memory);
    }
    let how = match (signal, status.and_then(|status| status.code())) {
        (Some(signal), _) => signal.as_str().to_owned(),
        (None, Some(code)) => format!("退出码 {code}"),
        (None, None) => "原因不明".to_owned(),
    };
    tracing::warn!(target: "mujun::ingest", file = shown, how, said, "the reader of a file ended early");
    IngestError::ReaderDied { path, how }
}

/// Rows that come over the pipe.
struct Piped {
    reader: Reader,
    ready: VecDeque<RawRow>,
    ending: Option<Ending>,
}

impl Rows for Piped {
    fn next_rows(&mut self, limit: usize) -> Result<Vec<RawRow>, IngestError> {
        stretch(limit, STRETCH, || {
            while self.ready.is_empty() && self.ending.is_none() {
                match self.reader.next()? {
                    Frame::Rows(rows) => self.ready.extend(rows),
                    Frame::End(ending) => self.ending = Some(ending),
                    _ => return Err(self.reader.garbled()),
                }
            }
            Ok(self.ready.pop_front())
        })
    }

    fn warnings(&mut self) -> Vec<String> {
        self.ending.as_mut().map(|ending| std::mem::take(&mut ending.warnings)).unwrap_or_default()
    }

    fn issues(&mut self) -> Vec<IngestIssue> {
        self.ending.as_mut().map(Ending::take_issues).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
