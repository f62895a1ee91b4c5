//! `mujun rulebook`: the law as data, checked and listed.

use super::{Exit, Failure};
use crate::app;

/// 规则库
#[derive(Clone, Copy, Debug, clap::Subcommand)]
pub enum RulebookCommand {
    /// 检查规则库：一次列出全部问题
    Check,
    /// 列出规则、效力、阈值与条款
    List,
}

impl RulebookCommand {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let rulebook = app::rulebook::load().map_err(Failure::input)?;
        println!("规则库 {}   摘要 {}", rulebook.edition(), rulebook.digest());
        match self {
            RulebookCommand::Check => {
                println!(
                    "{} 条规则、{} 份文件、{} 张表，没有问题。",
                    rulebook.rules().count(),
                    rulebook.documents().count(),
                    rulebook.tables().count()
                );
            }
            RulebookCommand::List => {
                for rule in rulebook.rules() {
                    println!("{}  {}（{}）", rule.id, rule.title_zh, rule.force.label_zh());
                    for threshold in &rule.thresholds {
                        let citation = &threshold.citation;
                        println!(
                            "    {} 起  《{}》{}  {}",
                            threshold.effective_from,
                            citation.document_title,
                            citation.clause,
                            citation.certainty.label_zh()
                        );
                    }
                }
                for table in rulebook.tables().filter(|table| table.rows.is_empty()) {
                    println!("尚未装载的表：{}  {}", table.title, table.how_to_load);
                }
            }
        }
        Ok(Exit::Done)
    }
}
