//! How the division of a row would be known: from its code, from a column, from its place.

use super::{MissingKey, Table, dictionary, matching::Match};
use crate::{
    ingest::{
        header::{Header, likeness},
        inspect::{CellSort, Profile},
        mapping::{DivisionRule, Mapping},
        values,
    },
    register::RegisterKind,
};

/// A rule for the division, proposed.
pub(super) enum Division {
    /// The divisions themselves: the code is a field.
    Own,
    /// The first six digits of the key.
    FromCode,
    /// The first six digits of the parcel code of the row.
    FromParcelCode,
    /// A column of codes.
    Codes { column: usize, name: String },
    /// A column of names; with the code of each name that is known, and the names that are not.
    Names { column: usize, name: String, known: Vec<(String, &'static str)>, unknown: Vec<String> },
    /// The ground.
    Location,
    /// Nothing tells it.
    Unknown,
}

impl Division {
    pub fn of(table: &Table<'_>, kind: RegisterKind, matches: &[Match<'_>]) -> Division {
        if kind == RegisterKind::Divisions {
            return Division::Own;
        }
        let parcel_code = matches.iter().find(|found| found.field.name == "parcel_code");
        if kind == RegisterKind::Parcels && parcel_code.is_some_and(|found| found.is_cadastral(table)) {
            return Division::FromCode;
        }
        let is_free = |column: usize| matches.iter().all(|found| found.column != column);
        let columns = || table.profiles.iter().enumerate().filter(|(column, _)| is_free(*column));
        let names = dictionary::division_columns();
        let codes = columns().find(|(_, profile)| {
            profile.sort == CellSort::DivisionCode && (is_called(profile, &names.code) || is_called(profile, &names.name))
        });
        let codes = codes.or_else(|| columns().find(|(_, profile)| profile.sort == CellSort::DivisionCode));
        if let Some((column, profile)) = codes {
            return Division::Codes { column, name: profile.name.clone() };
        }
        let named = columns().find(|(_, profile)| {
            let known = profile.share(&|text| dictionary::division_code(text).is_some());
            known >= 0.5 || (is_called(profile, &names.name) && known > 0.0)
        });
        if let Some((column, profile)) = named {
            let (known, unknown): (Vec<_>, Vec<_>) = profile
                .words
                .keys()
                .map(|word| (word.clone(), dictionary::division_code(word)))
                .partition(|(_, code)| code.is_some());
            return Division::Names {
                column,
                name: profile.name.clone(),
                known: known.into_iter().filter_map(|(word, code)| Some((word, code?))).collect(),
                unknown: unknown.into_iter().map(|(word, _)| word).collect(),
            };
        }
        match (table.has_geometry, parcel_code) {
            (true, Some(found)) if kind == RegisterKind::Buildings && found.is_cadastral(table) => Division::FromParcelCode,
            (true, _) => Division::Location,
            (false, Some(found)) if found.is_cadastral(table) => Division::FromParcelCode,
            (false, _) => Division::Unknown,
        }
    }

    /// The column it takes.
    pub fn column(&self) -> Option<usize> {
        match self {
            Division::Codes { column, .. } | Division::Names { column, .. } => Some(*column),
            _ => None,
        }
    }

    /// What it adds to the fit of the table.
    pub fn score(&self) -> f64 {
        if self.column().is_some() { 0.8 } else { 0.0 }
    }

    pub fn missing(&self) -> Option<MissingKey> {
        matches!(self, Division::Unknown).then(|| MissingKey {
            field: "division".to_owned(),
            label: "行政区".to_owned(),
            remedy:
                "请在字段映射中写明行政区如何确定（division），例如 division = { fixed = \"330402\" } 或 { column = \"列名\" }"
                    .to_owned(),
        })
    }

    pub fn to_confirm(&self) -> Option<String> {
        match self {
            Division::Names { name, unknown, .. } if !unknown.is_empty() => {
                let shown: Vec<&str> = unknown.iter().take(5).map(String::as_str).collect();
                Some(format!(
                    "行政区 ← 列“{name}”：{}等 {} 种取值不是县级行政区名称，请在 division.values 或 assumed 中写明代码，否则这些行会被隔离",
                    shown.join("、"),
                    unknown.len()
                ))
            }
            _ => None,
        }
    }

    /// In words.
    pub fn words(&self) -> String {
        match self {
            Division::Own => "本表就是行政区".to_owned(),
            Division::FromCode => "取编号的前六位".to_owned(),
            Division::FromParcelCode => "取宗地代码的前六位".to_owned(),
            Division::Codes { name, .. } => format!("取列“{name}”的行政区划代码"),
            Division::Names { name, .. } => format!("取列“{name}”的名称，换成代码"),
            Division::Location => "按图形位置确定".to_owned(),
            Division::Unknown => "无从确定".to_owned(),
        }
    }
}

fn is_called(profile: &Profile, names: &[String]) -> bool {
    let words = std::iter::once(&profile.name).chain(dictionary::meanings(&profile.name)).map(|name| Header::read(name).words);
    words.into_iter().any(|words| names.iter().any(|name| likeness(&words, &Header::read(name).words).is_some()))
}

/// The column of a mapping's division, if its rule has one; none when the table lacks it.
pub(super) fn columns_of(mapping: &Mapping, position: &dyn Fn(&str) -> Option<usize>) -> Option<Option<usize>> {
    let filter = match &mapping.filter {
        Some(filter) => Some(position(&filter.column)?),
        None => None,
    };
    match &mapping.division {
        Some(DivisionRule::Column { columns, .. }) => columns.iter().find_map(|column| position(column)).map(Some),
        Some(DivisionRule::Fixed(code)) => values::is_division_code(code).then_some(filter),
        _ => Some(filter),
    }
}
