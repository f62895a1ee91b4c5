//! `mujun quarantine`: the rows that an import set aside, as a file to mend and import again.

use std::path::PathBuf;

use super::{Exit, Failure, show};
use crate::app::database::Database;
use crate::app::quarantine::{QuarantineError, QuarantineFormat, export};
use crate::config::Config;

/// 把一个导入批隔离的行写成文件，改正后可重新导入
#[derive(Debug, clap::Args)]
pub struct Quarantine {
    /// 导入批
    import: i64,
    /// 格式：gpkg（图形在内）或 xlsx（图形写成 WKT）
    #[arg(long, default_value = "gpkg", value_parser = parse_format)]
    format: QuarantineFormat,
    /// 写到哪个文件
    #[arg(long, value_name = "文件")]
    out: PathBuf,
}

fn parse_format(word: &str) -> Result<QuarantineFormat, String> {
    let known = QuarantineFormat::ALL.into_iter().find(|format| format.as_str() == word);
    known.ok_or_else(|| format!("“{word}”不是可用的格式；请写 gpkg 或 xlsx"))
}

impl Quarantine {
    pub(super) async fn run(self, config: &Config) -> Result<Exit, Failure> {
        let database = Database::open(config).await.map_err(Failure::environment)?;
        let bar = show::working(format!("写出导入批 {} 隔离的行：{}", self.import, self.out.display()));
        let done = export(&database.pool, self.import, self.format, &self.out).await;
        bar.finish_and_clear();
        database.close().await.map_err(Failure::environment)?;
        let exported = done.map_err(|fault| match fault {
            QuarantineError::NoImport { .. } | QuarantineError::Nothing { .. } => Failure::input(fault),
            other => Failure::environment(other),
        })?;
        say!("写出 {} 行：{}。改正后用原来的字段映射重新导入即可", exported.rows, self.out.display());
        Ok(Exit::Done)
    }
}
