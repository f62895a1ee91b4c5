//! The names under which the fields of the registers are met in practice: `geodata/columns.toml` and the standard mappings.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::{
    ingest::{
        field::Field,
        header::Header,
        mapping::{Mapping, Origin},
    },
    register::RegisterKind,
};

/// The dictionary file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fields: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    division_columns: DivisionColumns,
    divisions: BTreeMap<String, String>,
    meanings: BTreeMap<String, Vec<String>>,
}

/// What the column of the division is called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DivisionColumns {
    /// Columns that hold the code.
    pub code: Vec<String>,
    /// Columns that hold the name.
    pub name: Vec<String>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/geodata/columns.toml")))
        .expect("a test reads the dictionary, so that it cannot be wrong here")
});

/// The names of a field, those of the register's own mapping first.
pub(super) fn names(kind: RegisterKind, field: &Field) -> Vec<String> {
    let standard = Mapping::standard(kind);
    let mut names: Vec<String> = match standard.field(field.name).map(|read| &read.origin) {
        Some(Origin::Columns(columns)) => columns.clone(),
        _ => Vec::new(),
    };
    names.push(field.label.to_owned());
    for section in [kind.as_str(), "common"] {
        names.extend(FILE.fields.get(section).and_then(|fields| fields.get(field.name)).into_iter().flatten().cloned());
    }
    names
}

/// What the column of the division is called.
pub(super) fn division_columns() -> &'static DivisionColumns {
    &FILE.division_columns
}

/// Code of a county by its name.
pub(super) fn division_code(name: &str) -> Option<&'static str> {
    FILE.divisions.get(name).map(String::as_str)
}

/// What a column of pinyin letters means in the systems that are known.
pub(in crate::ingest) fn meanings(column: &str) -> &'static [String] {
    let words = column.split_once('#').map_or(column, |(name, _)| name).trim().to_ascii_uppercase();
    let known = |words: &str| FILE.meanings.get(words).map(Vec::as_slice);
    known(&words).or_else(|| known(&Header::read(column).words.to_ascii_uppercase())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::field::fields;

    #[test]
    fn every_name_of_the_dictionary_is_of_a_field() {
        for (section, named) in &FILE.fields {
            let kinds: Vec<RegisterKind> =
                RegisterKind::ALL.into_iter().filter(|kind| section == "common" || kind.as_str() == section).collect();
            assert!(!kinds.is_empty(), "[fields.{section}] is no register");
            for name in named.keys() {
                let known = kinds.iter().any(|kind| fields(*kind).iter().any(|field| field.name == name));
                assert!(known, "[fields.{section}] {name} is no field");
            }
        }
        assert_eq!(division_code("海宁市"), Some("330481"));
        assert_eq!(meanings("sjkgsj"), ["实际开工时间"]);
    }
}
