//! Exit codes and the one place where a failure is printed.

use std::process::ExitCode;

/// How a command ends; the numbers are documented in `mujun --help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 完成
    Done = 0,
    /// 程序内部错误
    Internal = 1,
    /// 输入有误
    Input = 3,
    /// 环境有误
    Environment = 4,
    /// 方案不是“通过”
    NotPassed = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// A command that could not do its work.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    error: anyhow::Error,
}

impl Failure {
    /// The program's own fault.
    pub fn internal(error: impl Into<anyhow::Error>) -> Failure {
        Failure { exit: Exit::Internal, error: error.into() }
    }

    /// A file, mapping, proposal or rulebook that cannot be taken.
    pub fn input(error: impl Into<anyhow::Error>) -> Failure {
        Failure { exit: Exit::Input, error: error.into() }
    }

    /// Database, data folder, port or rights.
    pub fn environment(error: impl Into<anyhow::Error>) -> Failure {
        Failure { exit: Exit::Environment, error: error.into() }
    }

    /// The failure and its causes, nearest first.
    pub fn told(&self) -> Vec<String> {
        self.error.chain().map(ToString::to_string).collect()
    }

    /// Prints the failure with its causes and gives its exit code.
    pub fn report(self) -> ExitCode {
        aside!("错误：{}", self.error);
        for cause in self.error.chain().skip(1) {
            aside!("  原因：{cause}");
        }
        self.exit.into()
    }
}
