//! `mujun inspect`: what a file is and how it would be imported, before anything is imported.

use std::path::PathBuf;

use mujun_geometry::crs::Crs;

use super::import::{classed, parse_crs};
use super::{Exit, Failure, ReportForm};
use crate::app::database::Database;
use crate::app::inspection;
use crate::config::Config;
use crate::ingest::{Inspection, MappingProposal, ReadOptions, Remedy};

/// 查看一个文件：图层、列、坐标系、建议的字段映射；不导入
#[derive(Debug, clap::Args)]
pub struct Inspect {
    /// 文件：SHP（或其 zip）、GPKG、GeoJSON、FlatGeobuf、KML、CSV、XLSX
    file: PathBuf,
    /// 坐标系；缺省用文件声明的
    #[arg(long, value_name = "EPSG:n", value_parser = parse_crs)]
    crs: Option<Crs>,
    /// 图层或工作表
    #[arg(long, value_name = "名称")]
    layer: Option<String>,
    /// 试用的修正，可以写几次：swap-axes、from-gcj02、from-bd09、unscale-degrees
    #[arg(long = "fix", value_name = "名称")]
    fixes: Vec<Remedy>,
    /// PROJ 转换管道：从文件坐标到经纬度（度）
    #[arg(long, value_name = "管道")]
    pipeline: Option<String>,
    /// 输出格式
    #[arg(long, value_name = "格式", default_value = "text")]
    report: ReportForm,
}

impl Inspect {
    pub(super) async fn run(self, config: &Config) -> Result<Exit, Failure> {
        let options = ReadOptions { crs: self.crs, layer: self.layer, remedies: self.fixes, pipeline: self.pipeline };
        let file = self.file.clone();
        // A data folder that is not there yet is not made only to look at a file.
        let looked = if config.database_url.is_some() || config.data_dir.is_dir() {
            let database = Database::open(config).await.map_err(Failure::environment)?;
            let looked = inspection::inspect(&database.pool, self.file, options, None).await;
            database.close().await.map_err(Failure::environment)?;
            looked
        } else {
            inspection::inspect_without_database(self.file, options).await
        };
        let inspection = looked.map_err(classed)?;
        match self.report {
            ReportForm::Json => say!("{}", serde_json::to_string_pretty(&inspection).map_err(Failure::internal)?),
            ReportForm::Text => print(&inspection, &file.display().to_string()),
        }
        Ok(Exit::Done)
    }
}

fn print(inspection: &Inspection, file: &str) {
    say!("{}  SHA-256 {}", inspection.file_name, inspection.sha256);
    for layer in &inspection.layers {
        let name = if layer.name.is_empty() { "（表）" } else { &layer.name };
        let rows = layer.rows.map_or_else(|| "行数未知".to_owned(), |rows| format!("{rows} 行"));
        let mark =
            if inspection.layers.len() > 1 && inspection.layer.as_ref() == Some(&layer.name) { " ← 以下所述" } else { "" };
        say!("  图层 {name}：{rows}，{}{mark}", layer.geometry.label_zh());
    }
    if let Some(encoding) = &inspection.encoding {
        say!("  编码 {}（{}）", encoding.name, encoding.how);
    }
    say!("  坐标系 {}", inspection.crs.declared.as_deref().unwrap_or("未声明"));
    say!("    {}", inspection.crs.explanation);
    for fix in &inspection.crs.fixes {
        say!("    可用 {}：{}（{}；{}）", fix.option, fix.label, fix.evidence, fix.confidence.label_zh());
    }
    say!("  列（看了 {} 行）", inspection.rows_looked_at);
    for column in &inspection.columns {
        let unit = column.unit.map(|unit| format!("，单位{}", unit.label_zh())).unwrap_or_default();
        let meaning =
            if column.meanings.is_empty() { String::new() } else { format!("，意为{}", column.meanings.join("或")) };
        say!(
            "    {}：{}{unit}{meaning}，填写 {:.0}%，如 {}",
            column.name,
            column.sort_label,
            column.share_filled * 100.0,
            column.samples.join(" | ")
        );
    }
    for (position, proposal) in inspection.proposals.iter().enumerate() {
        if position == 0 {
            in_full(proposal);
        } else {
            say!("  也可能是 {}（{:.0} 分）", proposal.label, proposal.score * 100.0);
        }
    }
    if let Some(best) = inspection.proposals.first() {
        next(best, inspection, file);
    } else {
        say!("  看不出是哪一种登记簿；请照 geodata/mappings/README.md 写字段映射");
    }
}

fn in_full(proposal: &MappingProposal) {
    let name = proposal.built_in.as_ref().map(|name| format!("，内置映射 {name}")).unwrap_or_default();
    say!("  建议：导入为{}（{:.0} 分{name}）；行政区：{}", proposal.label, proposal.score * 100.0, proposal.division);
    for field in &proposal.fields {
        let source = match (&field.column, &field.constant) {
            (Some(column), _) => format!("列“{column}”"),
            (None, Some(constant)) => format!("“{constant}”"),
            (None, None) => String::new(),
        };
        let unit = field.unit_label.map(|unit| format!("，{unit}")).unwrap_or_default();
        say!("    {} ← {source}{unit}", field.label);
    }
    for missing in &proposal.missing_keys {
        say!("    缺少 {}：{}", missing.label, missing.remedy);
    }
    for doubt in &proposal.to_confirm {
        say!("    须确认 {doubt}");
    }
    for unused in proposal.unused_columns.iter().filter(|unused| !unused.note.is_empty()) {
        say!("    未用到 列“{}”：{}", unused.column, unused.note);
    }
}

/// What to type next.
fn next(best: &MappingProposal, inspection: &Inspection, file: &str) {
    let kind = best.kind.as_str();
    let layer = match &inspection.layer {
        Some(layer) if inspection.layer_must_be_named => format!(" --layer '{layer}'"),
        _ => String::new(),
    };
    match &best.built_in {
        Some(name) => say!("下一步：mujun import {kind} '{file}'{layer} --mapping {name} --dry-run"),
        None => {
            say!("建议的映射（确认后存为 映射.toml）：");
            for line in best.mapping_toml.lines() {
                say!("  {line}");
            }
            say!("下一步：mujun import {kind} '{file}' --mapping 映射.toml --dry-run");
        }
    }
}
