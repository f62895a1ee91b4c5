//! `mujun evaluate`: a run of the whole city.

mod diff;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mujun_domain::kind::Kind;
use mujun_domain::rulebook::{Certainty, Rulebook};
use mujun_domain::unit::Area;

use super::{Exit, Failure, ReportForm, show};
use crate::app::database::Database;
use crate::app::diff::{DiffRequest, against_run};
use crate::app::evaluation::{self, Activation, EvaluationRequest, RunSummary};
use crate::config::Config;
use crate::{app, clock};

/// 按规则库评价全部对象
#[derive(Debug, clap::Args)]
pub struct Evaluate {
    /// 法律时点；默认今天
    #[arg(long, value_name = "日期")]
    as_of: Option<NaiveDate>,
    /// 认知时点，如 2026-06-30T00:00:00Z；默认此刻
    #[arg(long, value_name = "时刻")]
    known_at: Option<DateTime<Utc>>,
    /// 规则库：自带的版本名，或曾用于评价的规则库的摘要（前 8 位起）；默认现行版本
    #[arg(long, value_name = "摘要|版本")]
    rulebook: Option<String>,
    /// 设为现行评价批
    #[arg(long)]
    activate: bool,
    /// 与一个评价批（默认现行的）比较：每一处变化是数据、规则还是时间所致
    #[arg(long, value_name = "评价批", num_args = 0..=1, require_equals = false)]
    diff: Option<Option<i64>>,
    /// 比较的结果怎样写出
    #[arg(long, value_name = "形式", requires = "diff", default_value = "text")]
    report: ReportForm,
}

impl Evaluate {
    pub(super) async fn run(self, config: &Config) -> Result<Exit, Failure> {
        let database = Database::open(config).await.map_err(Failure::environment)?;
        let done = self.evaluate(&database, config).await;
        database.close().await.map_err(Failure::environment)?;
        done?;
        Ok(Exit::Done)
    }

    async fn evaluate(&self, database: &Database, config: &Config) -> Result<(), Failure> {
        let rulebook = Arc::new(match &self.rulebook {
            Some(asked) => named(database, config, asked).await?,
            None => app::rulebook::load(Some(&config.data_dir)).map_err(Failure::input)?,
        });
        let activation = if self.activate { Activation::Activate } else { Activation::Keep };
        let as_of = self.as_of.unwrap_or_else(clock::today);
        let Some(old) = self.diff else {
            print(&evaluate_now(database, rulebook, as_of, self.known_at, activation).await?);
            return Ok(());
        };
        let bar = show::working(format!("按规则库 {} 评价并比较，时点 {as_of}", rulebook.edition()));
        let request = DiffRequest { old, as_of, known_at: self.known_at, now: clock::now(), activation };
        let done = against_run(&database.pool, Some(&config.data_dir), rulebook, request).await;
        bar.finish_and_clear();
        let diff = done.map_err(|fault| if fault.is_about_input() { Failure::input(fault) } else { Failure::internal(fault) })?;
        match self.report {
            ReportForm::Json => say!("{}", serde_json::to_string_pretty(&diff).map_err(Failure::internal)?),
            ReportForm::Text => {
                diff::print(&diff);
                print(&diff.summary);
            }
        }
        Ok(())
    }
}

/// The rulebook of that edition or digest.
pub(super) async fn named(database: &Database, config: &Config, asked: &str) -> Result<Rulebook, Failure> {
    app::rulebook::find(&database.pool, Some(&config.data_dir), asked)
        .await
        .map_err(|fault| if fault.is_about_input() { Failure::input(fault) } else { Failure::environment(fault) })
}

pub(super) async fn evaluate_now(
    database: &Database,
    rulebook: Arc<Rulebook>,
    as_of: NaiveDate,
    known_at: Option<DateTime<Utc>>,
    activation: Activation,
) -> Result<RunSummary, Failure> {
    let bar = show::working(format!("按规则库 {} 评价，时点 {as_of}", rulebook.edition()));
    let request = EvaluationRequest { as_of, known_at, now: clock::now(), activation };
    let done = evaluation::evaluate_city(&database.pool, rulebook, request).await;
    bar.finish_and_clear();
    done.map_err(Failure::internal)
}

pub(super) fn print(summary: &RunSummary) {
    say!("评价批 {}：{} 个对象，{} 条结论，摘要 {}", summary.run_id, summary.subjects, summary.findings, summary.digest);
    for (kind, sum) in &summary.kinds {
        let label = Kind::from_code(kind).map_or(*kind, Kind::suspected_label_zh);
        say!("  {label}：{} 处，{}", sum.count, Area::from_m2(sum.area_m2).mu_text());
    }
    let supplied = summary.supplied;
    if let Some(rate) = supplied.rate() {
        let mu = |m2: f64| Area::from_m2(m2).mu_text();
        say!(
            "  有效批次 {} 个：已批 {} = 已供 {} + 核减 {} + 碎屑 {} + 剩余 {}；供地率 {:.2} %（口径{}，未见原文）",
            supplied.approvals,
            mu(supplied.approved_m2),
            mu(supplied.supplied_m2),
            mu(supplied.deducted_m2),
            mu(supplied.sliver_m2),
            mu(supplied.leftover_m2),
            rate * 100.0,
            Certainty::Recalled.as_str()
        );
    }
}
