//! Declared mappings: which column of a file is which field of a register, in which unit, with which words.
//!
//! A mapping is data (TOML); nothing is guessed from a column's name here. Parsing reports all faults with their lines.
//! Units of areas, money and shares must be written down: a file of 亩 read as m² is wrong by a factor of 667.

mod builtin;
mod parse;

use chrono::NaiveDate;
use encoding_rs::Encoding;

pub use builtin::BUILT_IN_NAMES;

use super::{
    field::{Field, Sort},
    source::RawRow,
    values,
};
use crate::register::RegisterKind;

/// How keys are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeScheme {
    /// 19-place cadastral codes (宗地代码); anything else is set aside.
    Cadastral,
    /// The source's own numbers; any text.
    Opaque,
}

/// How the division of a row is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DivisionRule {
    /// The first six digits of the key.
    FromCode,
    /// The first six digits of the parcel code that the row names; where there is none, the ground.
    FromParcelCode,
    /// A column holds the code, or a word that `values` translates; `assumed` words are translated with an issue.
    Column {
        /// Column names that are taken, the first that is there.
        columns: Vec<String>,
        /// Word to code.
        values: Vec<(String, String)>,
        /// Word to code, where the source says less than the county.
        assumed: Vec<(String, String)>,
    },
    /// All rows lie in this one.
    Fixed(String),
    /// The division that the ground lies in.
    ByLocation,
}

/// Where the value of a field comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Origin {
    /// The first of these columns that the file has.
    Columns(Vec<String>),
    /// The same for every row.
    Constant(String),
}

/// How one field is read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FieldMapping {
    /// The field.
    pub field: &'static Field,
    /// Where it comes from.
    pub origin: Origin,
    /// Factor from the written unit to the kept one.
    pub factor: f64,
    /// Word of the file to word of the register.
    pub values: Vec<(String, String)>,
    /// Word of the register for every word that `values` does not list.
    pub other: Option<String>,
    /// Word of the register for a blank cell.
    pub blank: Option<String>,
    /// Texts that mean "unknown" in this column.
    pub sentinels: Vec<String>,
    /// Only what follows this text in the cell is the value.
    pub after: Option<String>,
    /// Whether a file without the column is taken all the same.
    pub may_be_absent: bool,
}

/// Which rows are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    /// Column.
    pub column: String,
    /// Texts of which one must stand in it.
    pub equals: Vec<String>,
}

impl Filter {
    /// Whether a row passes, by its cell in this column.
    pub fn takes(&self, row: &RawRow, column: usize) -> bool {
        row.cells.get(column).is_some_and(|cell| self.equals.contains(&values::text(&cell.text())))
    }
}

/// A second table whose columns are put beside those of the file, as `join.NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Join {
    /// File in the folder of the data file.
    pub file: String,
    /// Column of the data file.
    pub on: String,
    /// Column of the second table.
    pub key: String,
}

/// A declared mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// Name, such as `sample-parcels`.
    pub name: String,
    /// SHA-256 of its text, lower-case hex.
    pub sha256: String,
    /// The register it is for.
    pub kind: RegisterKind,
    /// Layer or sheet; none takes the only one.
    pub layer: Option<String>,
    /// Provider (提供单位).
    pub provider: Option<String>,
    /// Day whose state the file shows, for all rows without a column of their own.
    pub observed_on: Option<NaiveDate>,
    /// Whether the data is made up and must be labelled so wherever it shows.
    pub is_synthetic: bool,
    /// How keys are coded.
    pub code_scheme: CodeScheme,
    /// How the division of a row is known; none only for the divisions themselves.
    pub division: Option<DivisionRule>,
    pub(super) encoding: Option<&'static Encoding>,
    pub(super) fields: Vec<FieldMapping>,
    pub(super) sentinels: Vec<String>,
    pub(super) filter: Option<Filter>,
    pub(super) join: Option<Join>,
}

/// One fault of a mapping.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("第 {line} 行：{message}")]
pub struct MappingFault {
    /// Line, from 1.
    pub line: usize,
    /// What was found, what was expected, Chinese.
    pub message: String,
}

/// All faults of a mapping, as one error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("字段映射“{name}”有 {} 处错误：{}", .faults.len(), .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("；"))]
pub struct MappingFaults {
    /// Name of the mapping.
    pub name: String,
    /// The faults, in the order of lines.
    pub faults: Vec<MappingFault>,
}

impl Mapping {
    /// Reads a mapping from its text.
    ///
    /// # Errors
    /// Every fault, with its line.
    pub fn parse(name: &str, text: &str) -> Result<Mapping, Vec<MappingFault>> {
        parse::parse(name, text)
    }

    /// A mapping that comes with the program.
    pub fn built_in(name: &str) -> Option<Mapping> {
        builtin::text(name).map(|text| {
            Mapping::parse(name, text).expect("built-in mappings are parsed by a test, so that they cannot be wrong here")
        })
    }

    /// The text of a mapping that comes with the program.
    pub fn built_in_text(name: &str) -> Option<&'static str> {
        builtin::text(name)
    }

    /// The mapping used when none is named: `<kind>-standard`.
    pub fn standard(kind: RegisterKind) -> Mapping {
        Mapping::built_in(&format!("{}-standard", kind.as_str()))
            .expect("a test holds that every register has a standard mapping")
    }

    pub(super) fn field(&self, name: &str) -> Option<&FieldMapping> {
        self.fields.iter().find(|mapping| mapping.field.name == name)
    }
}

impl FieldMapping {
    /// The word of the register for a word of the file.
    pub(super) fn translate<'a>(&'a self, word: &'a str) -> Option<&'a str> {
        if let Some((_, to)) = self.values.iter().find(|(from, _)| from == word) {
            return Some(to);
        }
        if let Some(other) = &self.other {
            return Some(other);
        }
        if self.values.is_empty() {
            return Some(word);
        }
        // A file may already write the register's own words.
        match self.field.sort {
            Sort::Word(words) => words.iter().find(|known| **known == word).copied(),
            _ => None,
        }
    }
}
