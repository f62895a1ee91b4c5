//! The reading side: one order, one file, frames, the end.

use std::{
    fs::File,
    io::{self, Read, Write},
    process::ExitCode,
};

use nix::{
    fcntl::{FcntlArg, fcntl},
    sys::signal::{Signal, kill},
    unistd,
};

use super::{
    frame::{Frame, MARK},
    limit,
    order::{Ending, Header, Order, Task},
    refusal::Refusal,
};
use crate::ingest::{
    IngestError,
    source::{self, Rows},
};

/// Rows that are read before they are sent.
const BLOCK: usize = 256;

/// Size of the pipe that is asked for, bytes: the reader goes on while the other side checks.
const PIPE: i32 = 1 << 20;

/// Reads one file for another instance of this program: the order comes on standard input, the rows go to standard
/// output. What goes wrong with the file is a frame; only what goes wrong with the pipe is an exit code.
pub fn serve() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // Whoever asked may be gone.
            let _ = writeln!(io::stderr(), "{fault}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    // Standard output is for frames alone: whatever a library prints goes to standard error.
    let mut out = File::from(unistd::dup(io::stdout())?);
    unistd::dup2_stdout(io::stderr())?;
    // A smaller pipe only makes the two sides wait for each other more often.
    let _ = fcntl(&out, FcntlArg::F_SETPIPE_SZ(PIPE));
    let order = Order::from_stream(io::stdin().lock())?;
    std::thread::spawn(end_with_the_asker);
    limit::take_on(&order.path())?;
    out.write_all(&MARK)?;
    match order.task {
        Task::Layers => {
            let frame = match source::layers_here(&order.path(), &order.folder()) {
                Ok(layers) => Frame::Layers(layers),
                Err(error) => Frame::Refused(Refusal::of(error)),
            };
            out.write_all(&frame.to_bytes()?)
        }
        Task::Read => match source::open_here(&order.path(), order.request(), &order.folder()) {
            Err(error) => out.write_all(&Frame::Refused(Refusal::of(error)).to_bytes()?),
            Ok(opened) => {
                let (header, rows) = Header::of(opened);
                out.write_all(&Frame::Header(header).to_bytes()?)?;
                send(rows, &mut out)
            }
        },
    }
}

fn send(mut rows: Box<dyn Rows>, out: &mut File) -> io::Result<()> {
    loop {
        match block(rows.as_mut()) {
            Err(error) => return out.write_all(&Frame::Refused(Refusal::of(error)).to_bytes()?),
            Ok(block) if block.is_empty() => break,
            Ok(block) => out.write_all(&Frame::Rows(block).to_bytes()?)?,
        }
    }
    let ending = Ending::new(rows.warnings(), rows.issues());
    out.write_all(&Frame::End(ending).to_bytes()?)
}

/// Some rows: as many as make a good frame, but never many huge ones.
fn block(rows: &mut dyn Rows) -> Result<Vec<source::RawRow>, IngestError> {
    let mut block = rows.next_rows(BLOCK / 16)?;
    let weight = |rows: &[source::RawRow]| rows.iter().map(source::RawRow::weight).sum::<usize>();
    while !block.is_empty() && block.len() < BLOCK && weight(&block) < PIPE as usize / 4 {
        let more = rows.next_rows(BLOCK / 16)?;
        if more.is_empty() {
            break;
        }
        block.extend(more);
    }
    Ok(block)
}

/// Waits for the end of standard input, which is the end of whoever asked; a library may be deep in a loop by then, so
/// the process is ended from outside of it.
fn end_with_the_asker() {
    let mut rest = [0; 64];
    while matches!(io::stdin().lock().read(&mut rest), Ok(1..)) {}
    let _ = kill(unistd::getpid(), Signal::SIGKILL);
}
