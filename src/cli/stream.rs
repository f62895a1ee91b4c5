//! Where the words of a command go. Whoever reads them may go away at any time (`mujun … | head -1`): the command then ends as it would
//! have, and says no more. That the words cannot be kept, as on a full disk, is told at the end.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::sync::Mutex;

/// Why standard output could not be written, the first time it could not.
static REFUSAL: Mutex<Option<io::Error>> = Mutex::new(None);

/// Writes a line to standard output.
pub(super) fn say(words: Arguments<'_>) {
    if let Err(refusal) = writeln!(io::stdout(), "{words}")
        && refusal.kind() != ErrorKind::BrokenPipe
        && let Ok(mut first) = REFUSAL.lock()
    {
        first.get_or_insert(refusal);
    }
}

/// Writes a line to standard error. There is nobody left to tell that it could not be written.
pub(super) fn aside(words: Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{words}");
}

/// Why something said was not written, if so; a reader that went away is no reason.
pub(super) fn refusal() -> Option<io::Error> {
    io::stdout().flush().err().filter(|fault| fault.kind() != ErrorKind::BrokenPipe).or_else(|| REFUSAL.lock().ok()?.take())
}

/// A line on standard output, formatted as by `println!`, which would panic when its reader has gone away.
macro_rules! say {
    () => { say!("") };
    ($($words:tt)*) => { $crate::cli::stream::say(format_args!($($words)*)) };
}

/// A line on standard error, likewise.
macro_rules! aside {
    ($($words:tt)*) => { $crate::cli::stream::aside(format_args!($($words)*)) };
}
