//! Which register a table is for and which mapping would read it: by the names of its columns, by what their cells hold,
//! and by the areas of its outlines. A proposal says of every field why, and what a person must confirm.

mod dictionary;
mod division;
mod matching;
mod unit;
mod written;

use serde::Serialize;

pub(super) use dictionary::meanings;

use super::{
    field::{GroundNeed, Need, fields, ground_need},
    header::WrittenUnit,
    inspect::{CellSort, Profile},
    mapping::{BUILT_IN_NAMES, Mapping, Origin},
};
use crate::register::RegisterKind;
use division::Division;
use matching::Match;

/// Proposals that score less are not worth showing.
const LEAST_SCORE: f64 = 0.15;
/// The most proposals for one file.
const MOST_PROPOSALS: usize = 4;
/// Codes, and the edition without which each means nothing.
const EDITIONS: [(&str, &str); 2] = [("land_use_code", "land_use_scheme"), ("industry_code", "industry_edition")];
/// Fields enough for a table to be plainly of a register, whatever else it holds.
const PLAINLY: f64 = 6.0;

/// A table, as a mapping sees it.
pub(super) struct Table<'a> {
    /// Its columns.
    pub profiles: &'a [Profile],
    /// Areas of its first rows, m², where they could be measured.
    pub areas: &'a [Option<f64>],
    /// Whether it has geometry.
    pub has_geometry: bool,
    /// The layer to name, when the file has several.
    pub layer: Option<&'a str>,
    /// The register that a person asks for: it is proposed for however little the table looks like it.
    pub wanted: Option<RegisterKind>,
}

/// A mapping that would read the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MappingProposal {
    /// The register.
    pub kind: RegisterKind,
    /// 中文。
    pub label: &'static str,
    /// How well the table fits, 0 to 1.
    pub score: f64,
    /// Name of the built-in mapping, when it is one as it stands.
    pub built_in: Option<String>,
    /// The mapping as a text that an import takes; incomplete while keys are missing.
    pub mapping_toml: String,
    /// The fields, those of the register's definition in its order.
    pub fields: Vec<FieldProposal>,
    /// Keys for which there is no column: the import cannot be done before they are named.
    pub missing_keys: Vec<MissingKey>,
    /// Fields of the register for which no column was found, in its order; a person may know one.
    pub other_fields: Vec<OtherField>,
    /// Columns that would not be read.
    pub unused_columns: Vec<UnusedColumn>,
    /// What a person must confirm before this is used, Chinese; empty when nothing is in doubt.
    pub to_confirm: Vec<String>,
    /// How the division of a row would be known, Chinese.
    pub division: String,
}

impl MappingProposal {
    /// Whether it may be used without asking anybody.
    pub fn is_certain(&self) -> bool {
        self.missing_keys.is_empty() && self.to_confirm.is_empty()
    }
}

/// A field and the column it would be read from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldProposal {
    /// Field of the register.
    pub field: &'static str,
    /// 中文。
    pub label: &'static str,
    /// Whether a row does not stand without it.
    pub is_key: bool,
    /// The column; none for a constant.
    pub column: Option<String>,
    /// The same value for all rows; none for a column.
    pub constant: Option<String>,
    /// Why this column, Chinese.
    pub why: String,
    /// How sure the column is, 0 to 1.
    pub score: f64,
    /// The unit the column is taken to be in, as the mapping writes it; none for what has no unit.
    pub unit: Option<String>,
    /// 中文。
    pub unit_label: Option<&'static str>,
    /// Why this unit, Chinese.
    pub unit_why: Option<String>,
    /// Whether a person must confirm the column or the unit.
    pub needs_confirmation: bool,
    /// Other columns that would do, the next best first.
    pub alternatives: Vec<String>,
}

/// A field that is not read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OtherField {
    /// Field of the register.
    pub field: &'static str,
    /// 中文。
    pub label: &'static str,
    /// The unit to begin with, as a mapping writes it; none for what is read without one.
    pub unit: Option<&'static str>,
}

/// A key for which there is no column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MissingKey {
    /// Field of the register.
    pub field: String,
    /// 中文。
    pub label: String,
    /// What to do, Chinese.
    pub remedy: String,
}

/// A column that would not be read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnusedColumn {
    /// Its name.
    pub column: String,
    /// What it is known to mean, or why it is not read, Chinese; empty when there is nothing to say.
    pub note: String,
}

/// Proposes mappings for a table, the best first.
pub(super) fn propose(table: &Table<'_>) -> Vec<MappingProposal> {
    let mut proposals: Vec<MappingProposal> = RegisterKind::ALL.into_iter().filter_map(|kind| of_kind(table, kind)).collect();
    proposals.extend(BUILT_IN_NAMES.iter().filter_map(|name| built_in(table, name)));
    proposals.sort_by(|one, other| other.score.total_cmp(&one.score));
    let is_wanted = |proposal: &MappingProposal| table.wanted == Some(proposal.kind);
    let fitting = proposals.iter().take_while(|proposal| proposal.score >= LEAST_SCORE).count();
    let beyond = proposals.split_off(fitting.min(MOST_PROPOSALS));
    if !proposals.iter().any(is_wanted) {
        proposals.extend(beyond.into_iter().find(is_wanted));
    }
    proposals
}

/// The fields of a register that are neither read nor told missing; a code only where its edition is read.
fn other_fields(kind: RegisterKind, read: &[FieldProposal]) -> Vec<OtherField> {
    let standard = Mapping::standard(kind);
    let is_read = |name: &str| read.iter().any(|other| other.field == name);
    let stands = |name: &str| EDITIONS.iter().all(|(code, edition)| *code != name || is_read(edition));
    fields(kind)
        .iter()
        .filter(|field| field.need != Need::Key && !is_read(field.name) && stands(field.name))
        .map(|field| {
            let usual = standard.field(field.name).and_then(unit::of_factor);
            let unit = unit::to_begin_with(field.sort, usual).and_then(WrittenUnit::mapping_word);
            OtherField { field: field.name, label: field.label, unit }
        })
        .collect()
}

/// Whether a register can be filled from a table with or without geometry.
fn ground_factor(kind: RegisterKind, has_geometry: bool) -> f64 {
    match (ground_need(kind), has_geometry) {
        (GroundNeed::Required, false) => 0.0,
        (GroundNeed::Wanted, false) | (GroundNeed::None, true) => 0.85,
        _ => 1.0,
    }
}

fn of_kind(table: &Table<'_>, kind: RegisterKind) -> Option<MappingProposal> {
    let ground = ground_factor(kind, table.has_geometry);
    if ground == 0.0 {
        return None;
    }
    let matches = matching::assign(table, kind);
    let division = Division::of(table, kind, &matches);
    let used = matches.iter().map(|found| found.score).sum::<f64>() + division.score();
    let named = table.profiles.iter().filter(|profile| profile.sort != CellSort::Empty && !profile.name.is_empty()).count();
    if named == 0 {
        return None;
    }
    let has = |name: &str| matches.iter().any(|found| found.field.name == name);
    let missing: Vec<MissingKey> = fields(kind)
        .iter()
        .filter(|field| field.need == Need::Key && !has(field.name))
        .map(|field| MissingKey {
            field: field.name.to_owned(),
            label: field.label.to_owned(),
            remedy: format!("请在字段映射中写明{}（{}）是哪一列；全表相同的可写作常量（[constants]）", field.label, field.name),
        })
        .chain(division.missing())
        .collect();
    let keys = 0.45_f64.powi(i32::try_from(missing.len()).unwrap_or(i32::MAX));
    let coverage = (used / named as f64).min(1.0);
    let score = (0.6 * coverage + 0.4 * (used / PLAINLY).min(1.0)) * keys * ground;
    let constants = constants(kind, &matches);
    let mut fields: Vec<FieldProposal> = matches.iter().map(Match::proposal).collect();
    fields.extend(constants.iter().map(|(field, value, why)| FieldProposal {
        field: field.name,
        label: field.label,
        is_key: field.need == Need::Key,
        column: None,
        constant: Some((*value).to_owned()),
        why: (*why).to_owned(),
        score: 0.5,
        unit: None,
        unit_label: None,
        unit_why: None,
        needs_confirmation: true,
        alternatives: Vec::new(),
    }));
    let is_cadastral = matches.iter().all(|found| found.field.name != "parcel_code" || found.is_cadastral(table));
    let mut to_confirm = to_confirm(&fields);
    to_confirm.extend(division.to_confirm());
    if kind == RegisterKind::Parcels && has("parcel_code") && !is_cadastral {
        to_confirm.push("宗地代码一列不都是 19 位宗地代码；映射按来源自有编号（code_scheme = \"opaque\"）读取".to_owned());
    }
    let mapping_toml = written::toml(table, kind, &matches, &constants, &division, is_cadastral, &missing);
    Some(MappingProposal {
        kind,
        label: kind.label_zh(),
        score,
        built_in: None,
        mapping_toml,
        unused_columns: unused(table, |column| {
            matches.iter().any(|found| found.column == column) || division.column() == Some(column)
        }),
        missing_keys: missing,
        other_fields: other_fields(kind, &fields),
        to_confirm,
        division: division.words(),
        fields,
    })
}

/// Editions without which a code means nothing, where the table does not state them.
fn constants(kind: RegisterKind, matches: &[Match<'_>]) -> Vec<(&'static super::field::Field, &'static str, &'static str)> {
    [
        ("land_use_code", "land_use_scheme", "GB/T 21010-2017", "表中没有写用途代码属于哪一分类标准；暂按 GB/T 21010-2017"),
        ("industry_code", "industry_edition", "GB/T 4754-2017", "表中没有写行业代码的版本；暂按 GB/T 4754-2017"),
    ]
    .into_iter()
    .filter(|(code, edition, ..)| {
        let has = |name: &str| matches.iter().any(|found| found.field.name == name);
        has(code) && !has(edition)
    })
    .filter_map(|(_, edition, value, why)| {
        fields(kind).iter().find(|field| field.name == edition).map(|field| (field, value, why))
    })
    .collect()
}

fn to_confirm(fields: &[FieldProposal]) -> Vec<String> {
    fields
        .iter()
        .filter(|field| field.needs_confirmation)
        .map(|field| {
            let source = match (&field.column, &field.constant) {
                (Some(column), _) => format!("← 列“{column}”"),
                (None, Some(constant)) => format!("= “{constant}”"),
                (None, None) => String::new(),
            };
            let unit = field.unit_why.as_deref().map(|why| format!("；单位：{why}")).unwrap_or_default();
            format!("{}{source}：{}{unit}", field.label, field.why)
        })
        .collect()
}

fn unused(table: &Table<'_>, is_used: impl Fn(usize) -> bool) -> Vec<UnusedColumn> {
    table
        .profiles
        .iter()
        .enumerate()
        .filter(|(column, profile)| !is_used(*column) && !profile.name.is_empty())
        .map(|(_, profile)| UnusedColumn { column: profile.name.clone(), note: note(profile) })
        .collect()
}

fn note(profile: &Profile) -> String {
    match (profile.sort, profile.header.unit.or(profile.cell_unit)) {
        (CellSort::Empty, _) => "全空".to_owned(),
        (CellSort::DamagedCode, _) => {
            "编码被表格软件改成了数值，末位已经丢失，不能恢复；请提供方把该列设为文本后重新导出".to_owned()
        }
        (_, Some(unit)) if unit.mapping_word().is_none() => {
            format!("单位是{}：这是强度，不是总额，不能当作金额读取", unit.label_zh())
        }
        _ => meanings(&profile.name).join("；"),
    }
}

/// A built-in mapping that is made for just this table, as it stands.
fn built_in(table: &Table<'_>, name: &str) -> Option<MappingProposal> {
    // The standard mappings take many names and are built on by the proposals themselves.
    if name.ends_with("-standard") {
        return None;
    }
    let mapping = Mapping::built_in(name)?;
    if mapping.join.is_some() || ground_factor(mapping.kind, table.has_geometry) == 0.0 {
        return None;
    }
    let position = |column: &str| table.profiles.iter().position(|profile| profile.name == column);
    let mut used = Vec::new();
    let mut shown = Vec::new();
    for read in &mapping.fields {
        let column = match &read.origin {
            Origin::Columns(columns) => Some(columns.iter().find_map(|column| position(column))?),
            Origin::Constant(_) => None,
        };
        used.extend(column);
        let constant = match &read.origin {
            Origin::Constant(text) => Some(text.clone()),
            Origin::Columns(_) => None,
        };
        let unit = unit::of_factor(read);
        shown.push(FieldProposal {
            field: read.field.name,
            label: read.field.label,
            is_key: read.field.need == Need::Key,
            column: column.map(|column| table.profiles[column].name.clone()),
            constant,
            why: format!("内置映射“{name}”写明"),
            score: 1.0,
            unit: unit.and_then(|unit| unit.mapping_word()).map(str::to_owned),
            unit_label: unit.map(|unit| unit.label_zh()),
            unit_why: unit.map(|_| format!("内置映射“{name}”写明")),
            needs_confirmation: false,
            alternatives: Vec::new(),
        });
    }
    used.extend(division::columns_of(&mapping, &position)?);
    let text = Mapping::built_in_text(name)?;
    let mut to_confirm = Vec::new();
    if mapping.is_synthetic {
        // A real file may have just these columns; it must not be labelled as made up, nor the other way round.
        if used.len() != table.profiles.len() {
            return None;
        }
        to_confirm.push("该映射用于 mujun sample 写出的合成数据，导入后各处都标为合成；真实数据不要用它".to_owned());
    }
    let fills = used.iter().collect::<std::collections::BTreeSet<_>>().len() as f64;
    let score = if fills >= 3.0 { (0.9 + fills / 100.0).min(1.0) } else { 0.5 };
    Some(MappingProposal {
        kind: mapping.kind,
        label: mapping.kind.label_zh(),
        score,
        built_in: Some(name.to_owned()),
        mapping_toml: text.to_owned(),
        other_fields: other_fields(mapping.kind, &shown),
        fields: shown,
        missing_keys: Vec::new(),
        unused_columns: unused(table, |column| used.contains(&column)),
        to_confirm,
        division: format!("内置映射“{name}”写明"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ingest::source::{Cell, RawRow, Shape};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_the_columns_are_called_a_complete_proposal_is_a_mapping(
            names in proptest::collection::vec("[\"\\\\#'\\n\t =a-zA-Z亩公顷宗地代码面积坐落名称电子监管号()（）]{0,10}", 1..8),
            cells in proptest::collection::vec(".{0,8}", 8),
        ) {
            let mut columns: Vec<String> = vec!["宗地代码".to_owned(), "电子监管号".to_owned(), "行政区代码".to_owned()];
            columns.extend(names);
            let row = |number: i32| {
                let mut read = vec!["330402001002GB00001".to_owned(), "D1".to_owned(), "330402".to_owned()];
                read.extend(cells.iter().take(columns.len() - 3).cloned());
                RawRow { number, cells: read.into_iter().map(Cell::Text).collect(), shape: Shape::Absent }
            };
            let rows = [row(1), row(2)];
            let profiles: Vec<Profile> =
                columns.iter().enumerate().map(|(position, name)| Profile::of(name, position, &rows)).collect();
            let table = Table { profiles: &profiles, areas: &[], has_geometry: false, layer: Some("\"层\\\""), wanted: None };
            for proposal in propose(&table).iter().filter(|proposal| proposal.missing_keys.is_empty()) {
                let parsed = Mapping::parse("proposed", &proposal.mapping_toml);
                prop_assert!(parsed.is_ok(), "{:?}\n{}", parsed, proposal.mapping_toml);
            }
        }
    }
}
