//! Loads the rulebook that the program carries, with the tables that the office loaded into the data folder laid over it.
//! Checking and reading the law is the domain's work; only the files are found here.

mod compare;
mod find;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use mujun_domain::rulebook::{Rulebook, RulebookFault, RulebookFiles};
use rust_embed::RustEmbed;

/// The edition that binds unless another is asked for.
pub const EDITION: &str = "jiaxing-2026";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/rulebook"]
#[include = "*.toml"]
struct Carried;

pub use compare::{LawChange, compare_laws};
pub use find::{FindError, find, kept};
pub use table::{LoadedTable, TableError, TableFault, TableRequest, load_table};

/// Tables that are not public: an office loads them, into `<data>/rulebook/tables/<id>.toml`.
pub const LOADABLE: [&str; 1] = ["zj-2014"];

/// Why there is no rulebook.
#[derive(Debug, thiserror::Error)]
pub enum RulebookError {
    /// The files have faults.
    #[error(transparent)]
    Faulty(#[from] FaultyRulebook),
    /// A table in the data folder is there and cannot be read; going on without it would change verdicts silently.
    #[error("无法读取规则库文件 {path}；请检查权限，已装载的指标表可重新装载")]
    Table {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// A rulebook with faults; each says where and what was expected.
#[derive(Debug, thiserror::Error)]
#[error("规则库有 {} 处问题：\n{}", .faults.len(), list(.faults))]
pub struct FaultyRulebook {
    /// Every fault.
    pub faults: Vec<RulebookFault>,
}

fn list(faults: &[RulebookFault]) -> String {
    let line =
        |fault: &RulebookFault| format!("  {} 第 {} 行：应为{}，实为{}", fault.file, fault.line, fault.expected, fault.found);
    faults.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The rulebook compiled into the program, with the tables loaded into that data folder; another table, another digest.
///
/// # Errors
/// Every fault of the files, all at once; a loaded table that cannot be read.
pub fn load(data_dir: Option<&Path>) -> Result<Rulebook, RulebookError> {
    load_edition(EDITION, data_dir)
}

/// As [`load`], another of the editions that the program carries.
///
/// # Errors
/// As [`load`]; an edition that is not carried has no rule files, which is a fault.
pub fn load_edition(edition: &str, data_dir: Option<&Path>) -> Result<Rulebook, RulebookError> {
    let mut files = carried(edition);
    for id in LOADABLE {
        let Some(path) = data_dir.map(|folder| place_of(&folder.join("rulebook"), id)) else { continue };
        match std::fs::read_to_string(&path) {
            Ok(text) => files.insert(format!("tables/{id}.toml"), text),
            Err(fault) if fault.kind() == ErrorKind::NotFound => {}
            Err(source) => return Err(RulebookError::Table { path, source }),
        }
    }
    Ok(parse(&files)?)
}

fn place_of(folder: &Path, table: &str) -> PathBuf {
    folder.join("tables").join(format!("{table}.toml"))
}

fn parse(files: &RulebookFiles) -> Result<Rulebook, FaultyRulebook> {
    Rulebook::parse(files).map_err(|faults| FaultyRulebook { faults })
}

/// The rulebook in a folder laid out as the carried one. It must hold one edition, or be told apart by its digest elsewhere.
///
/// # Errors
/// A file that cannot be read; every fault of the files, a folder without or with several editions among them.
pub fn load_folder(folder: &Path) -> Result<Rulebook, RulebookError> {
    let mut files = BTreeMap::new();
    for path in [folder.to_path_buf(), folder.join("tables")].into_iter().chain(editions_in(folder)?) {
        for (name, text) in texts_in(&path)? {
            let name = path.strip_prefix(folder).unwrap_or(&path).join(name);
            files.insert(name.to_string_lossy().replace('\\', "/"), text);
        }
    }
    let editions: Vec<&str> = files.keys().filter_map(|path| path.strip_suffix("/parameters.toml")).collect();
    let edition = if editions.len() == 1 { editions[0].to_owned() } else { EDITION.to_owned() };
    Ok(parse(&RulebookFiles { edition, files })?)
}

fn editions_in(folder: &Path) -> Result<Vec<PathBuf>, RulebookError> {
    let unreadable = |source| RulebookError::Table { path: folder.to_path_buf(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.join("parameters.toml").is_file() {
            found.push(path);
        }
    }
    Ok(found)
}

fn texts_in(folder: &Path) -> Result<Vec<(String, String)>, RulebookError> {
    let unreadable = |path: &Path| {
        let path = path.to_path_buf();
        move |source| RulebookError::Table { path, source }
    };
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        if path.is_file() && path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).map_err(unreadable(&path))?;
            found.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
        }
    }
    Ok(found)
}

/// The editions compiled into the program: the folders that hold parameters.
pub fn carried_editions() -> BTreeSet<String> {
    Carried::iter().filter_map(|path| path.strip_suffix("/parameters.toml").map(str::to_owned)).collect()
}

fn carried(edition: &str) -> RulebookFiles {
    let mut files = RulebookFiles::new(edition);
    for path in Carried::iter() {
        if let Some(file) = Carried::get(&path) {
            files.insert(path.to_string(), String::from_utf8_lossy(&file.data).into_owned());
        }
    }
    files
}
