//! `mujun evaluate`: a run of the whole city.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mujun_domain::kind::Kind;
use mujun_domain::rulebook::Rulebook;
use mujun_domain::unit::Area;

use super::{Exit, Failure, show};
use crate::app::database::Database;
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
}

impl Evaluate {
    pub(super) async fn run(self, config: &Config) -> Result<Exit, Failure> {
        let database = Database::open(config).await.map_err(Failure::environment)?;
        let done = self.evaluate(&database, config).await;
        database.close().await.map_err(Failure::environment)?;
        print(&done?);
        Ok(Exit::Done)
    }

    async fn evaluate(&self, database: &Database, config: &Config) -> Result<RunSummary, Failure> {
        let rulebook = match &self.rulebook {
            Some(asked) => named(database, config, asked).await?,
            None => app::rulebook::load(Some(&config.data_dir)).map_err(Failure::input)?,
        };
        let activation = if self.activate { Activation::Activate } else { Activation::Keep };
        let as_of = self.as_of.unwrap_or_else(clock::today);
        evaluate_now(database, Arc::new(rulebook), as_of, self.known_at, activation).await
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
    println!("评价批 {}：{} 个对象，{} 条结论，摘要 {}", summary.run_id, summary.subjects, summary.findings, summary.digest);
    for (kind, sum) in &summary.kinds {
        let label = Kind::from_code(kind).map_or(*kind, Kind::suspected_label_zh);
        println!("  {label}：{} 处，{}", sum.count, Area::from_m2(sum.area_m2).mu_text());
    }
}
