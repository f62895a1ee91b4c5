//! `mujun rulebook`: the law as data, checked, listed and explained.

mod diff;
mod explain;
mod load_table;

use mujun_domain::rulebook::Rulebook;

use super::{Exit, Failure};
use crate::app;
use crate::config::Config;

/// 规则库
#[derive(Debug, clap::Subcommand)]
pub enum RulebookCommand {
    /// 检查规则库：一次列出全部问题
    Check,
    /// 列出规则、效力、阈值与条款
    List,
    /// 说明一条规则：算法、各期阈值及其由来、条款、条件与参数
    Explain {
        /// 规则编号，如 far-benchmark；见 rulebook list
        #[arg(value_name = "规则")]
        rule: String,
        /// 再按现有数据说明这条规则对一宗地（及其供地合同）的结论
        #[arg(long, value_name = "宗地代码")]
        parcel: Option<String>,
    },
    /// 比较两部规则库，及其对现有数据的影响
    Diff(diff::Diff),
    /// 装载没有公开的指标表：全部核对无误才写入数据文件夹
    LoadTable(load_table::LoadTable),
}

impl RulebookCommand {
    pub(super) async fn run(self, config: &Config) -> Result<Exit, Failure> {
        if let RulebookCommand::LoadTable(load) = self {
            return load.run(config);
        }
        if let RulebookCommand::Diff(diff) = self {
            return diff.run(config).await;
        }
        let rulebook = app::rulebook::load(Some(&config.data_dir)).map_err(Failure::input)?;
        match self {
            RulebookCommand::Check => {
                title(&rulebook);
                say!(
                    "{} 条规则、{} 份文件、{} 张表，没有问题。",
                    rulebook.rules().count(),
                    rulebook.documents().count(),
                    rulebook.tables().count()
                );
            }
            RulebookCommand::List => {
                title(&rulebook);
                for rule in rulebook.rules() {
                    say!("{}  {}（{}）", rule.id, rule.title_zh, rule.force.label_zh());
                    for threshold in &rule.thresholds {
                        let citation = &threshold.citation;
                        say!(
                            "    {}  《{}》{}  {}",
                            threshold.effective_from.map_or("起始日不详".to_owned(), |day| format!("{day} 起")),
                            citation.document_title,
                            citation.clause,
                            citation.certainty.label_zh()
                        );
                    }
                }
                for table in rulebook.tables().filter(|table| table.rows.is_empty()) {
                    say!("尚未装载的表：{}  {}", table.title, table.how_to_load);
                }
            }
            RulebookCommand::LoadTable(_) | RulebookCommand::Diff(_) => {}
            RulebookCommand::Explain { rule, parcel } => {
                let known = rulebook.rule(&rule).ok_or_else(|| unknown(&rule, &rulebook))?;
                title(&rulebook);
                explain::print(known, &rulebook);
                if let Some(parcel) = parcel {
                    explain::parcel(config, known, &parcel, &rulebook).await?;
                }
            }
        }
        Ok(Exit::Done)
    }
}

fn title(rulebook: &Rulebook) {
    say!("规则库 {}   摘要 {}", rulebook.edition(), rulebook.digest());
}

fn unknown(asked: &str, rulebook: &Rulebook) -> Failure {
    let ids: Vec<&str> = rulebook.rules().map(|rule| rule.id.as_str()).collect();
    Failure::input(anyhow::anyhow!("规则库 {} 没有规则“{asked}”；有的是：\n  {}", rulebook.edition(), ids.join("\n  ")))
}
