//! `mujun rulebook load-table`: the office's own table into the data folder.

use std::path::PathBuf;

use mujun_domain::code::IndustryEdition;

use crate::app::rulebook::{self, TableError, TableRequest};
use crate::cli::{Exit, Failure};
use crate::config::Config;

/// 装载指标表
#[derive(Debug, clap::Args)]
pub struct LoadTable {
    /// 指标表：zj-2014
    #[arg(value_name = "表")]
    table: String,
    /// CSV 文件，列 code、industry、far_min；UTF-8 或 GB18030
    file: PathBuf,
    /// 指标表所用的行业分类版本，如 "GB/T 4754-2011"
    #[arg(long, value_name = "版本", value_parser = |text: &str| IndustryEdition::parse(text).map_err(|fault| fault.to_string()))]
    edition: IndustryEdition,
    /// 指标表所在文件的文号
    #[arg(long, value_name = "文号")]
    document_number: String,
    /// 写到这个规则库文件夹；默认数据文件夹中的 rulebook
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl LoadTable {
    pub(super) fn run(self, config: &Config) -> Result<Exit, Failure> {
        let request = TableRequest {
            table: self.table,
            file: self.file,
            edition: self.edition,
            document_number: self.document_number,
            folder: self.out.unwrap_or_else(|| config.data_dir.join("rulebook")),
        };
        let loaded = rulebook::load_table(&request).map_err(|fault| match fault {
            TableError::Write { .. } => Failure::environment(fault),
            _ => Failure::input(fault),
        })?;
        say!("{}：{} 个行业，按 {} 编码", loaded.title, loaded.rows, request.edition.as_str());
        say!("已写入 {}", loaded.path.display());
        if let Some(kept) = loaded.former {
            say!("原来的表留存于 {}", kept.display());
        }
        for notice in loaded.notices {
            say!("提示  {notice}");
        }
        say!("规则库摘要 {} → {}；请重新评价：mujun evaluate --activate", loaded.digest_before, loaded.digest_after);
        Ok(Exit::Done)
    }
}
