//! `mujun tolerance`: from which size on the quality checks tell a fault, and the changes of that.

use chrono::NaiveDate;
use serde_json::json;

use super::table::{Align, lines};
use super::{Exit, Failure, ReportForm};
use crate::app::database::Database;
use crate::app::tolerance::{self, Setting, ToleranceError, ToleranceRow};
use crate::clock;
use crate::config::Config;

/// 质量检查的容差：查看、修改
#[derive(Debug, clap::Subcommand)]
pub enum ToleranceCommand {
    /// 列出现行的容差
    List {
        /// 连同以前的值
        #[arg(long)]
        history: bool,
        /// 结果的写法
        #[arg(long, value_enum, default_value_t = ReportForm::Text)]
        report: ReportForm,
    },
    /// 修改一项容差；对以后的导入生效，旧值保留
    Set {
        /// 名称，见 list
        name: String,
        /// 值，按 list 所示的单位
        value: f64,
        /// 理由
        #[arg(long, value_name = "文字")]
        reason: String,
        /// 所据文件；有则按有文件规定登记，否则是操作员的设置
        #[arg(long, value_name = "文件")]
        document: Option<String>,
        /// 决定人或单位
        #[arg(long, value_name = "名称")]
        by: Option<String>,
        /// 决定日期；缺省为今天
        #[arg(long, value_name = "日期")]
        on: Option<NaiveDate>,
    },
}

impl ToleranceCommand {
    pub(super) async fn run(self, config: &Config) -> Result<Exit, Failure> {
        let database = Database::open(config).await.map_err(Failure::environment)?;
        let done = self.work(&database).await;
        database.close().await.map_err(Failure::environment)?;
        done.map(|()| Exit::Done)
    }

    async fn work(self, database: &Database) -> Result<(), Failure> {
        match self {
            ToleranceCommand::List { history, report } => {
                let mut rows = tolerance::history(&database.pool).await.map_err(classed)?;
                if !history {
                    rows.retain(|row| row.is_present);
                }
                match report {
                    ReportForm::Json => {
                        say!("{}", serde_json::to_string_pretty(&json!({ "tolerances": rows })).map_err(Failure::internal)?);
                    }
                    ReportForm::Text => print(&rows),
                }
            }
            ToleranceCommand::Set { name, value, reason, document, by, on } => {
                let today = clock::today();
                let decided_on = on.unwrap_or(today);
                let setting = Setting { name, value, reason, document, decided_by: by, decided_on };
                let (before, after) = tolerance::set(&database.pool, &setting, today).await.map_err(classed)?;
                let (name, unit, note) = (&after.name, unit(&after.unit), &after.note);
                say!("{name}：{} → {}{unit}（{}；{note}）。对以后的导入生效", before.value, after.value, certainty(&after));
            }
        }
        Ok(())
    }
}

fn classed(error: ToleranceError) -> Failure {
    if error.is_about_input() { Failure::input(error) } else { Failure::environment(error) }
}

fn unit(unit: &str) -> &'static str {
    match unit {
        "m" => " 米",
        "m2" => " 平方米",
        _ => "",
    }
}

fn certainty(row: &ToleranceRow) -> String {
    match (&row.document, row.certainty.as_str()) {
        (Some(document), _) => format!("依据 {document}"),
        (None, "document") => "有文件规定".to_owned(),
        (None, _) => "操作员的设置，不是规定".to_owned(),
    }
}

fn print(rows: &[ToleranceRow]) {
    let columns = [
        ("名称", Align::Left),
        ("值", Align::Right),
        ("单位", Align::Left),
        ("依据", Align::Left),
        ("决定", Align::Left),
        ("含义", Align::Left),
    ];
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let day = row.decided_on.map_or_else(|| "随程序附带".to_owned(), |day| day.to_string());
            let by = row.decided_by.as_deref().unwrap_or_default();
            let reason = row.reason.as_deref().unwrap_or_default();
            let decided = [day.as_str(), by, reason].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            let former = if row.is_present { "" } else { "（旧）" };
            vec![
                format!("{}{former}", row.name),
                row.value.to_string(),
                unit(&row.unit).trim().to_owned(),
                certainty(row),
                decided,
                row.note.clone(),
            ]
        })
        .collect();
    for line in lines(&columns, &cells) {
        say!("{line}");
    }
}
