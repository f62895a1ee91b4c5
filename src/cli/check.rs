//! `mujun check`: the verdict on a proposal in the terminal, clause by clause.

use std::path::PathBuf;

use chrono::NaiveDate;
use mujun_domain::unit::{Area, Quantity, Unit};

use super::{Exit, Failure, show};
use crate::app::proposal::{self, ProposalError, ProposalVerdict};
use crate::config::Config;
use crate::{app, clock};

/// 校核一个改造方案
#[derive(Debug, clap::Args)]
pub struct Check {
    /// 方案文件（JSON：name、land、buildings、industry、flags）
    file: PathBuf,
    /// 法律时点；默认今天
    #[arg(long, value_name = "日期")]
    as_of: Option<NaiveDate>,
}

impl Check {
    pub(super) async fn run(self, config: &Config) -> Result<Exit, Failure> {
        let rulebook = app::rulebook::load(Some(&config.data_dir)).map_err(Failure::input)?;
        let name = self.file.display().to_string();
        let text = tokio::fs::read(&self.file).await.map_err(|cause| {
            Failure::input(anyhow::Error::new(cause).context(format!("无法读取方案文件 {name}；请检查路径与权限")))
        })?;
        let body: serde_json::Value = serde_json::from_slice(&text).map_err(|cause| {
            let at = format!(
                "方案文件 {name} 不是有效的 JSON（第 {} 行第 {} 列）；请检查逗号、引号与括号",
                cause.line(),
                cause.column()
            );
            Failure::input(anyhow::Error::new(cause).context(at))
        })?;
        let as_of = self.as_of.unwrap_or_else(clock::today);
        let check = match proposal::check(&rulebook, &body, as_of) {
            Ok(check) => check,
            Err(ProposalError::Faulty(faults)) => {
                for fault in &faults {
                    aside!("{} {}\n  处理：{}", fault.code, fault.message, fault.remedy);
                }
                return Err(Failure::input(ProposalError::Faulty(faults)));
            }
            Err(other) => return Err(Failure::internal(other)),
        };
        let measures = check.measures;
        let area = |m2: f64| format!("{}（{}）", Area::from_m2(m2).m2_text(), Area::from_m2(m2).mu_text());
        let ratio = |value: Option<f64>, unit| value.map_or_else(|| "待核".to_owned(), |value| Quantity::new(value, unit).text());
        say!("方案  {}", check.name);
        say!("时点  {as_of}   规则库 {}（{}）", rulebook.edition(), rulebook.digest().get(..12).unwrap_or_default());
        say!("土地面积      {}", area(measures.site_area_m2));
        say!("建筑基底面积  {}", area(measures.footprint_m2));
        say!("计容建筑面积  {}", measures.counting_floor_area_m2.map_or_else(|| "待核".to_owned(), area));
        say!(
            "容积率 {}   建筑密度 {}",
            ratio(measures.plot_ratio, Unit::Ratio),
            ratio(Some(measures.building_density), Unit::Share)
        );
        say!("结论  {}\n", check.verdict.label_zh());
        check.evaluation.findings.values().for_each(show::finding);
        for notice in &check.notices {
            say!("{} {}\n  处理：{}", notice.code, notice.message, notice.remedy);
        }
        Ok(if check.verdict == ProposalVerdict::Met { Exit::Done } else { Exit::NotPassed })
    }
}
