//! 亩均 mujun: arguments in, exit code out. Everything else is in the library.

use std::process::ExitCode;

use clap::Parser;
use mujun::cli::Cli;

fn main() -> ExitCode {
    // Files are read by this program started again; by this name it is found even after it was replaced on disk.
    mujun::ingest::read_with("/proc/self/exe".into());
    Cli::parse().run()
}
