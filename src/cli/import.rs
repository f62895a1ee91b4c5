//! `mujun import`: one file into one register.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use mujun_geometry::crs::Crs;
use serde_json::{Value, json};

use super::{Exit, Failure, ReportForm, consequence, show};
use crate::app::database::Database;
use crate::app::import::{self, ImportEnding, ImportError, ImportMode, ImportReport, ImportRequest, MappingChoice};
use crate::app::inspection::{self, AutomaticError};
use crate::app::intake::Report;
use crate::app::issue_list;
use crate::config::Config;
use crate::ingest::{ReadOptions, Remedy};
use crate::register::RegisterKind;

/// The word by which the proposed mapping is asked for.
const AUTOMATIC: &str = "auto";

/// 导入一个文件到登记簿
#[derive(Debug, clap::Args)]
pub struct Import {
    /// 登记簿：divisions、parcels、buildings、approvals、deductions、supplies、supply-events、zones、enterprises、occupancies、enterprise-years、projects、project-events、targets
    kind: RegisterKind,
    /// 文件：SHP、GPKG、FileGDB（.gdb）、GeoJSON、FlatGeobuf、KML/KMZ、GML、DXF、MapInfo（或以上的 zip）、CSV、XLSX、ODS、报批坐标文本
    file: PathBuf,
    /// 字段映射：内置名称或 TOML 文件；auto 为按列名与内容建议，须由人确认的不导入
    #[arg(long, value_name = "M")]
    mapping: Option<String>,
    /// 坐标系；文件没有声明时必须给出
    #[arg(long, value_name = "EPSG:n", value_parser = parse_crs)]
    crs: Option<Crs>,
    /// 图层或工作表；文件中有几个时必须给出
    #[arg(long, value_name = "名称")]
    layer: Option<String>,
    /// 对整个文件的修正，可以写几次：swap-axes、from-gcj02、from-bd09、unscale-degrees、swap-plot-ratio-columns、keep-position（位置无误）
    #[arg(long = "fix", value_name = "名称")]
    fixes: Vec<Remedy>,
    /// PROJ 转换管道：从文件坐标（东坐标在前）到经纬度（度）；1954 北京、1980 西安坐标系须由持有参数的单位给出
    #[arg(long, value_name = "管道")]
    pipeline: Option<String>,
    /// 提供单位；缺省用映射所写的
    #[arg(long, value_name = "单位")]
    provider: Option<String>,
    /// 数据时点：文件所述情况的日期
    #[arg(long, value_name = "日期")]
    observed_on: Option<NaiveDate>,
    /// 收文日期：本单位收到文件的日期
    #[arg(long, value_name = "日期")]
    received_on: Option<NaiveDate>,
    /// 试算：照做一遍并报告，不提交
    #[arg(long)]
    dry_run: bool,
    /// 结果的写法；json 时标准输出上只有一个 JSON 对象，出错也是
    #[arg(long, value_enum, default_value_t = ReportForm::Text)]
    report: ReportForm,
}

pub(super) fn parse_crs(text: &str) -> Result<Crs, String> {
    let upper = text.trim().to_ascii_uppercase();
    let code = upper.strip_prefix("EPSG:").unwrap_or(&upper).parse::<u32>().ok();
    let crs = code.filter(|code| mujun_geometry::reproject::is_known(*code)).map(Crs::from_epsg);
    crs.ok_or_else(|| format!("“{text}”不是可用的坐标系；请写成 EPSG:4490、EPSG:4528 这样的形式"))
}

impl Import {
    pub(super) async fn run(self, config: &Config) -> Result<Exit, Failure> {
        let database = Database::open(config).await.map_err(Failure::environment)?;
        let mode = if self.dry_run { ImportMode::DryRun } else { ImportMode::Commit };
        let options = ReadOptions { crs: self.crs, layer: self.layer, remedies: self.fixes, pipeline: self.pipeline };
        let mapping = match self.mapping {
            Some(name) if name == AUTOMATIC => chosen(&database, self.kind, self.file.clone(), options.clone()).await,
            Some(name) => Ok(MappingChoice::Named(name)),
            None => Ok(MappingChoice::Standard),
        };
        let mapping = match mapping {
            Ok(mapping) => mapping,
            Err(failure) => {
                database.close().await.map_err(Failure::environment)?;
                return Err(failure);
            }
        };
        // Of a million issues none is held in memory and none is left out.
        let list = match self.report {
            ReportForm::Json => Some(tempfile::tempdir().map_err(Failure::environment)?),
            ReportForm::Text => None,
        };
        let request = ImportRequest {
            kind: self.kind,
            path: self.file,
            mapping,
            options,
            provider: self.provider,
            observed_on: self.observed_on,
            received_on: self.received_on,
            seen_revision: None,
            mode,
            issue_list: list.as_ref().map(|folder| folder.path().join("issues.jsonl")),
        };
        let listed = request.issue_list.clone().unwrap_or_default();
        let decisions = decisions(&request);
        let done = import_one(&database, request).await;
        database.close().await.map_err(Failure::environment)?;
        match (self.report, done) {
            (ReportForm::Text, done) => {
                let report = done?;
                print(&report);
                if let Some(consequence) = &report.consequence {
                    consequence::print(consequence);
                }
                show::issues(&report.issues, &report.issue_counts, 10);
            }
            (ReportForm::Json, Ok(report)) => print_report(&report, decisions, &listed)?,
            (ReportForm::Json, Err(failure)) => {
                print_json(&json!({ "decisions": decisions, "ending": { "outcome": "refused" }, "fault": failure.told() }))?;
                return Err(failure);
            }
        }
        Ok(Exit::Done)
    }
}

/// What was asked for, as far as it is not in the source.
fn decisions(request: &ImportRequest) -> Value {
    let mapping = match &request.mapping {
        MappingChoice::Standard => format!("{}-standard", request.kind.as_str()),
        MappingChoice::Named(name) | MappingChoice::Text { name, .. } => name.clone(),
    };
    json!({ "mapping": mapping, "options": request.options, "dry_run": request.mode == ImportMode::DryRun })
}

/// The whole account, with every issue: the list is read from its file line by line, and is the last member of the object.
fn print_report(report: &ImportReport, decisions: Value, listed: &Path) -> Result<(), Failure> {
    let mut told = json!(Report::from(report));
    told["decisions"] = decisions;
    let text = serde_json::to_string_pretty(&told).map_err(Failure::internal)?;
    let open = text.trim_end().strip_suffix('}').unwrap_or(&text).trim_end();
    say!("{open},\n  \"issue_list\": [");
    let mut waiting: Option<String> = None;
    issue_list::each_line(listed, &mut |line| {
        if let Some(before) = waiting.replace(line.to_owned()) {
            say!("    {before},");
        }
    })
    .map_err(Failure::environment)?;
    if let Some(last) = waiting {
        say!("    {last}");
    }
    say!("  ]\n}}");
    Ok(())
}

fn print_json(value: &Value) -> Result<(), Failure> {
    say!("{}", serde_json::to_string_pretty(value).map_err(Failure::internal)?);
    Ok(())
}

/// The mapping that is proposed for the file, if nobody need be asked.
async fn chosen(database: &Database, kind: RegisterKind, file: PathBuf, options: ReadOptions) -> Result<MappingChoice, Failure> {
    inspection::certain_mapping(&database.pool, kind, file, options).await.map_err(|error| match error {
        AutomaticError::Inspection(error) => classed(error),
        other => Failure::input(other),
    })
}

pub(super) async fn import_one(database: &Database, request: ImportRequest) -> Result<ImportReport, Failure> {
    let bar = show::Following::new(format!("导入{}：{}", request.kind.label_zh(), request.path.display()));
    let done = import::import(&database.pool, request, &|progress| bar.show(progress)).await;
    bar.finish();
    done.map_err(classed)
}

/// A failed import with the exit code of its cause.
pub(super) fn classed(error: ImportError) -> Failure {
    if error.is_about_input() { Failure::input(error) } else { Failure::environment(error) }
}

pub(super) fn print(report: &ImportReport) {
    let ending = match report.ending {
        ImportEnding::Committed { import_id, revision } => format!("已提交（导入批 {import_id}，修订 {revision}）"),
        ImportEnding::Discarded => "试算，未提交".to_owned(),
        ImportEnding::AlreadyRecorded { import_id } => format!("同一文件早已导入（导入批 {import_id}），没有变化"),
    };
    say!(
        "{} {}：读到 {} 行，新增 {}，变更 {}，未变 {}，隔离 {}；问题 {} 处。{ending}",
        report.kind.label_zh(),
        report.source.file_name,
        report.source.rows_read,
        report.appended.new,
        report.appended.changed,
        report.appended.unchanged,
        report.source.rows_quarantined,
        report.issue_count
    );
    let day = |label: &str, day: Option<NaiveDate>| day.map(|day| format!("{label} {day}"));
    let kept = [
        report.provider.as_ref().map(|provider| format!("提供单位 {provider}")),
        day("数据时点", report.observed_on),
        day("收文日期", report.received_on),
    ];
    let kept: Vec<String> = kept.into_iter().flatten().collect();
    if !kept.is_empty() {
        say!("  {}", kept.join("，"));
    }
}
