//! `mujun rulebook diff`: what one rulebook says and another does not, and what that does to the city as it is known now.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use mujun_domain::rulebook::Rulebook;
use mujun_domain::unit::Area;

use crate::app::database::Database;
use crate::app::diff::{Change, ChangeKind, Comparison, Side, compare};
use crate::app::evaluation::read_registers;
use crate::app::rulebook::{self, compare_laws};
use crate::cli::evaluate::named;
use crate::cli::table::{Align, lines};
use crate::cli::{Exit, Failure, show};
use crate::clock;
use crate::config::Config;

/// 比较两部规则库：文件、指标表、参数、规则与阈值
#[derive(Debug, clap::Args)]
pub struct Diff {
    /// 原规则库：自带的版本名、留存的摘要，或规则库文件夹
    #[arg(value_name = "原")]
    old: String,
    /// 新规则库
    #[arg(value_name = "新")]
    new: String,
    /// 影响按哪一天算；默认今天
    #[arg(long, value_name = "日期")]
    as_of: Option<NaiveDate>,
    /// 并按登记簿现有的数据列出受影响的对象、面积与县
    #[arg(long)]
    city: bool,
}

impl Diff {
    pub(super) async fn run(self, config: &Config) -> Result<Exit, Failure> {
        let known = |asked: &str| Path::new(asked).is_dir() || rulebook::carried_editions().contains(asked);
        let needs_database = self.city || !known(&self.old) || !known(&self.new);
        if !needs_database {
            let (old, new) = (carried(config, &self.old)?, carried(config, &self.new)?);
            print(&old, &new);
            return Ok(Exit::Done);
        }
        let database = Database::open(config).await.map_err(Failure::environment)?;
        let done = self.with_database(&database, config).await;
        database.close().await.map_err(Failure::environment)?;
        done?;
        Ok(Exit::Done)
    }

    async fn with_database(&self, database: &Database, config: &Config) -> Result<(), Failure> {
        let mut laws = Vec::with_capacity(2);
        for asked in [&self.old, &self.new] {
            laws.push(if Path::new(asked).is_dir() { carried(config, asked)? } else { named(database, config, asked).await? });
        }
        let [old, new] = <[Rulebook; 2]>::try_from(laws).map_err(|_| Failure::internal(anyhow::anyhow!("规则库不是两部")))?;
        print(&old, &new);
        if self.city {
            let as_of = self.as_of.unwrap_or_else(clock::today);
            let bar = show::working(format!("按两部规则库评价，时点 {as_of}"));
            let effect = effect(database, old, new, as_of).await;
            bar.finish_and_clear();
            print_effect(&effect?, as_of);
        }
        Ok(())
    }
}

/// A folder, or an edition the program carries.
fn carried(config: &Config, asked: &str) -> Result<Rulebook, Failure> {
    if Path::new(asked).is_dir() {
        return rulebook::load_folder(&PathBuf::from(asked)).map_err(Failure::input);
    }
    rulebook::load_edition(asked, Some(&config.data_dir)).map_err(Failure::input)
}

async fn effect(database: &Database, old: Rulebook, new: Rulebook, as_of: NaiveDate) -> Result<Comparison, Failure> {
    let registers = Arc::new(read_registers(&database.pool, None).await.map_err(Failure::environment)?);
    let side = |rulebook: Rulebook| Side { registers: registers.clone(), rulebook: Arc::new(rulebook), as_of };
    let (old, new) = (side(old), side(new));
    let comparing = tokio::task::spawn_blocking(move || compare(&old, &new));
    comparing.await.map_err(Failure::internal)?.map_err(Failure::input)
}

fn print(old: &Rulebook, new: &Rulebook) {
    say!("原  规则库 {}   摘要 {}", old.edition(), old.digest());
    say!("新  规则库 {}   摘要 {}", new.edition(), new.digest());
    let changes = compare_laws(old, new);
    if changes.is_empty() {
        say!("没有不同。");
        return;
    }
    for change in &changes {
        let none = || "无".to_owned();
        let (old, new) = (change.old.clone().unwrap_or_else(none), change.new.clone().unwrap_or_else(none));
        say!("{}  {}  {}：{old} → {new}", change.sort, change.id, change.field);
    }
}

fn print_effect(comparison: &Comparison, as_of: NaiveDate) {
    say!();
    if comparison.changes.is_empty() {
        say!("按登记簿现有的数据与 {as_of}，没有一条结论因此改变。");
        return;
    }
    say!("按登记簿现有的数据与 {as_of}，因此改变的结论：");
    let mut rows: BTreeMap<(&str, &str), Vec<&Change>> = BTreeMap::new();
    for change in &comparison.changes {
        rows.entry((&change.rule, &change.division_code)).or_default().push(change);
    }
    let count = |changes: &[&Change], kind: ChangeKind| changes.iter().filter(|change| change.change == kind).count().to_string();
    let mu = |changes: &[&Change]| format!("{:+.2}", Area::from_m2(changes.iter().map(|change| change.net_m2()).sum()).mu());
    let columns = [
        ("规则", Align::Left),
        ("行政区划", Align::Left),
        ("对象", Align::Right),
        ("新增", Align::Right),
        ("消失", Align::Right),
        ("面积变化", Align::Right),
        ("结论变化", Align::Right),
        ("净变化（亩）", Align::Right),
    ];
    let line = |rule: &str, division: &str, changes: &[&Change]| -> Vec<String> {
        let subjects: BTreeSet<(&str, &str)> =
            changes.iter().map(|change| (change.subject.as_str(), change.subject_code.as_str())).collect();
        vec![
            rule.to_owned(),
            division.to_owned(),
            subjects.len().to_string(),
            count(changes, ChangeKind::Appeared),
            count(changes, ChangeKind::Disappeared),
            count(changes, ChangeKind::Resized),
            count(changes, ChangeKind::Outcome),
            mu(changes),
        ]
    };
    let mut all: Vec<Vec<String>> = rows.iter().map(|((rule, division), changes)| line(rule, division, changes)).collect();
    all.push(line("合计", "", &comparison.changes.iter().collect::<Vec<_>>()));
    for line in lines(&columns, &all) {
        say!("{line}");
    }
}
