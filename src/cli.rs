//! The commands: parses arguments, calls `app`, prints for a person, and ends with a documented exit code.
//! No rule, no SQL and no HTTP here.

#[macro_use]
mod stream;

mod check;
mod consequence;
mod evaluate;
mod exit;
mod import;
mod inspect;
mod map;
mod quarantine;
mod rulebook;
mod sample;
mod serve;
mod show;
mod table;
mod tolerance;
mod up;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use exit::{Exit, Failure};

use crate::config::Config;

/// 退出码，随 `--help` 显示。
const EXIT_CODES: &str = "退出码：
  0  完成（check：通过）
  1  程序内部错误
  2  命令行参数错误
  3  输入有误：文件、字段映射、坐标系、方案或规则库；什么也没有写入
  4  环境有误：数据库、数据文件夹、端口或权限
  5  check：方案不是“通过”（不通过、待核或需人工裁量）";

/// 亩均：找出存量低效工业用地，说明每一处的依据，校核改造方案，跟踪 1.6 万亩目标。
#[derive(Debug, Parser)]
#[command(name = "mujun", version, about, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 一条命令就绪：自带数据库、迁移、（示例城市）、评价并启动服务
    Up(up::Up),
    /// 启动服务（数据库须已迁移）
    Serve(serve::Serve),
    /// 把数据库结构升级到本版本
    Migrate,
    /// 生成合成的示例城市，写成各科室会报送的文件
    Sample(sample::Sample),
    /// 查看一个文件：图层、列、坐标系、建议的字段映射；不导入
    Inspect(inspect::Inspect),
    /// 导入一个文件到登记簿
    Import(import::Import),
    /// 把一个导入批隔离的行写成文件，改正后可重新导入
    Quarantine(quarantine::Quarantine),
    /// 按规则库评价全部对象，形成一个评价批
    Evaluate(evaluate::Evaluate),
    /// 校核一个改造方案（JSON 文件）
    Check(check::Check),
    /// 绘制地图：任意范围与图层，PDF、PNG 或 SVG
    Map(map::Map),
    /// 规则库：检查、列出
    #[command(subcommand)]
    Rulebook(rulebook::RulebookCommand),
    /// 质量检查的容差：查看、修改
    #[command(subcommand)]
    Tolerance(tolerance::ToleranceCommand),
    /// 内部使用：为本程序的另一个进程读取一个文件
    #[command(name = crate::ingest::READ_COMMAND, hide = true)]
    ReadFeatures,
}

/// How a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ReportForm {
    /// 供人看
    Text,
    /// 供程序读的 JSON；标准输出上只有它
    Json,
}

impl Cli {
    /// Runs the command and prints what went wrong, once, with its whole chain of causes.
    pub fn run(self) -> ExitCode {
        // A reader has one thing to do, and its standard error belongs to whoever asked.
        if matches!(self.command, Command::ReadFeatures) {
            return crate::ingest::serve_read();
        }
        show::start_logging();
        let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(cause) => return Failure::internal(anyhow::Error::new(cause).context("无法启动运行时")).report(),
        };
        let outcome = runtime.block_on(async {
            match self.command {
                Command::Up(up) => up.run(&self.config).await,
                Command::Serve(serve) => serve.run(&self.config).await,
                Command::Migrate => serve::migrate(&self.config).await,
                Command::Sample(sample) => sample.run().await,
                Command::Inspect(inspect) => inspect.run(&self.config).await,
                Command::Import(import) => import.run(&self.config).await,
                Command::Quarantine(quarantine) => quarantine.run(&self.config).await,
                Command::Evaluate(evaluate) => evaluate.run(&self.config).await,
                Command::Check(check) => check.run(&self.config).await,
                Command::Map(map) => map.run(&self.config).await,
                Command::Rulebook(command) => command.run(&self.config).await,
                Command::Tolerance(command) => command.run(&self.config).await,
                Command::ReadFeatures => Ok(Exit::Done),
            }
        });
        match (outcome, stream::refusal()) {
            (Err(failure), _) => failure.report(),
            (Ok(_), Some(refusal)) => {
                Failure::environment(anyhow::Error::new(refusal).context("结果没有全部写到标准输出；命令本身已经做完")).report()
            }
            (Ok(exit), None) => exit.into(),
        }
    }
}
