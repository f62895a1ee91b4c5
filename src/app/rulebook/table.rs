//! A table of limits that an office fills in: read from its CSV, checked whole, then written in the rulebook's own form.
//! Either all of it is taken or nothing is written.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use encoding_rs::{GB18030, UTF_8};
use mujun_domain::code::{IndustryCode, IndustryEdition};
use mujun_domain::rulebook::{Certainty, Rulebook};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{EDITION, FaultyRulebook, LOADABLE, carried, parse, place_of};

/// A plot ratio at or above this is a slip of the pen: a percentage, or an area.
const FAR_BELOW: f64 = 20.0;

/// What to load.
#[derive(Clone, Debug)]
pub struct TableRequest {
    /// 指标表编号。
    pub table: String,
    /// CSV 文件。
    pub file: PathBuf,
    /// 行业分类版本。
    pub edition: IndustryEdition,
    /// 文号。
    pub document_number: String,
    /// 规则库文件夹；表写在其中的 `tables/`。
    pub folder: PathBuf,
}

/// What was loaded.
#[derive(Clone, Debug)]
pub struct LoadedTable {
    /// 标题。
    pub title: String,
    /// 行业数。
    pub rows: usize,
    /// 所写的文件。
    pub path: PathBuf,
    /// 原来的表留存之处。
    pub former: Option<PathBuf>,
    /// 提示。
    pub notices: Vec<String>,
    /// 装载前的规则库摘要（程序自带的）。
    pub digest_before: String,
    /// 装载后的规则库摘要。
    pub digest_after: String,
}

/// One thing wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("第 {line} 行：{what}")]
pub struct TableFault {
    /// 行号，自 1 起。
    pub line: usize,
    /// 应为什么，实为什么。
    pub what: String,
}

/// Why nothing was loaded.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// No such table, or one that is public.
    #[error("“{asked}”不是可装载的指标表；可装载的是：{}", LOADABLE.join("、"))]
    UnknownTable {
        /// What was asked for.
        asked: String,
    },
    /// No document number.
    #[error("文号不能为空：请用 --document-number 写明指标表所在的文件")]
    NoDocumentNumber,
    /// The file cannot be read.
    #[error("无法读取 {path}；请检查路径与权限")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Neither UTF-8 nor GB18030.
    #[error("{path} 既不是 UTF-8 也不是 GB18030；请另存为 UTF-8 的 CSV")]
    Encoding {
        /// The file.
        path: PathBuf,
    },
    /// Rows that cannot be taken, all of them.
    #[error("{path} 有 {} 处问题，什么也没有写入：\n{}", .faults.len(), .faults.iter().map(|fault| format!("  {fault}")).collect::<Vec<_>>().join("\n"))]
    Faulty {
        /// The file.
        path: PathBuf,
        /// Every fault.
        faults: Vec<TableFault>,
    },
    /// The rulebook does not take it.
    #[error(transparent)]
    Rulebook(#[from] FaultyRulebook),
    /// The table cannot be put into the rulebook's form.
    #[error("指标表无法写成规则库的格式")]
    Form(#[from] toml::ser::Error),
    /// It cannot be written.
    #[error("无法写入 {path}；请检查权限")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

#[derive(Serialize)]
struct WrittenTable<'a> {
    id: &'a str,
    kind: &'a str,
    title: &'a str,
    document: &'a str,
    document_number: &'a str,
    unit: &'a str,
    code_edition: &'a str,
    certainty: &'a str,
    how_to_load: &'a str,
    note: String,
    row: Vec<WrittenRow>,
}

#[derive(Serialize)]
struct WrittenRow {
    code: String,
    value: f64,
}

/// Reads, checks and writes a table. The former one, if any, is kept beside it under its digest.
///
/// # Errors
/// See [`TableError`]; nothing was written.
pub fn load_table(request: &TableRequest) -> Result<LoadedTable, TableError> {
    let mut files = carried(EDITION);
    let rulebook = parse(&files)?;
    let known = LOADABLE.contains(&request.table.as_str()).then(|| rulebook.table(&request.table)).flatten();
    let table = known.ok_or_else(|| TableError::UnknownTable { asked: request.table.clone() })?;
    let number = request.document_number.trim();
    if number.is_empty() {
        return Err(TableError::NoDocumentNumber);
    }
    let read = |source| TableError::Read { path: request.file.clone(), source };
    let bytes = std::fs::read(&request.file).map_err(read)?;
    let text = decoded(&bytes).ok_or_else(|| TableError::Encoding { path: request.file.clone() })?;
    let rows =
        rows(&text, request.edition, &rulebook).map_err(|faults| TableError::Faulty { path: request.file.clone(), faults })?;

    let mut notices = Vec::new();
    if !rulebook.names_industries_of(request.edition) {
        notices.push(format!("规则库没有 {} 的大类名称，代码只核对了位数，请人工复核", request.edition.as_str()));
    }
    let listed = rulebook.documents().find(|document| document.id == table.document).and_then(|document| document.number.clone());
    if listed.as_deref().is_some_and(|listed| listed != number) {
        notices.push(format!("所给文号“{number}”与文件目录中的“{}”不同，请核对", listed.unwrap_or_default()));
    }
    let written = WrittenTable {
        id: &table.id,
        kind: "limits",
        title: &table.title,
        document: &table.document,
        document_number: number,
        unit: table.unit.as_str(),
        code_edition: request.edition.as_str(),
        certainty: Certainty::Verified.as_str(),
        how_to_load: &table.how_to_load,
        note: format!("由局方装载，原文件 SHA-256 {}", sha256(&bytes)),
        row: rows.iter().map(|(code, value)| WrittenRow { code: code.division(), value: *value }).collect(),
    };
    let form = toml::to_string(&written)?;
    files.insert(format!("tables/{}.toml", table.id), form.clone());
    let after = parse(&files)?;

    let path = place_of(&request.folder, &table.id);
    let former = put(&path, &form).map_err(|source| TableError::Write { path: path.clone(), source })?;
    Ok(LoadedTable {
        title: table.title.to_string(),
        rows: rows.len(),
        path,
        former,
        notices,
        digest_before: rulebook.digest().to_string(),
        digest_after: after.digest().to_string(),
    })
}

fn decoded(bytes: &[u8]) -> Option<String> {
    let utf8 = UTF_8.decode_with_bom_removal(bytes);
    let gb18030 = || GB18030.decode_with_bom_removal(bytes);
    let (text, is_broken) = if utf8.1 { gb18030() } else { utf8 };
    (!is_broken).then(|| text.into_owned())
}

fn rows(text: &str, edition: IndustryEdition, rulebook: &Rulebook) -> Result<BTreeMap<IndustryCode, f64>, Vec<TableFault>> {
    let mut faults = Vec::new();
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let header: Vec<String> = lines.next().map(|(_, line)| cells(line)).unwrap_or_default();
    let column = |name: &str| header.iter().position(|title| title.eq_ignore_ascii_case(name));
    let (Some(code_at), Some(value_at)) = (column("code"), column("far_min")) else {
        let what = format!("应有列 code、industry、far_min；实为 {}", header.join("、"));
        return Err(vec![TableFault { line: 1, what }]);
    };
    let edition_at = column("code_edition");
    let mut rows = BTreeMap::new();
    let mut first_line: BTreeMap<IndustryCode, usize> = BTreeMap::new();
    for (line, record) in lines {
        let mut fault = |what: String| faults.push(TableFault { line, what });
        let cells = cells(&record.replace('\u{3000}', " "));
        let cell = |at: usize| cells.get(at).map_or("", String::as_str);
        if cells.len() != header.len() {
            fault(format!("应有 {} 列，实有 {} 列", header.len(), cells.len()));
            continue;
        }
        let own_edition = edition_at.and_then(|at| IndustryEdition::parse(cell(at)).ok());
        if let Some(other) = own_edition.filter(|own| *own != edition) {
            fault(format!("code_edition 是 {}，与所给的 {} 不同", other.as_str(), edition.as_str()));
        }
        let code = Some(cell(code_at))
            .filter(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|code| IndustryCode::parse(edition, code).ok());
        match code {
            None => fault(format!("code 应为两位数字的行业大类，实为“{}”", cell(code_at))),
            Some(code) if rulebook.names_industries_of(edition) && rulebook.industry_name(code).is_none() => {
                fault(format!("{} 没有大类 {}，或不在规则库的名称表中", edition.as_str(), code.division()));
            }
            Some(code) => {
                if let Some(first) = first_line.insert(code, line) {
                    fault(format!("行业 {} 重复，已在第 {first} 行出现", code.division()));
                }
            }
        }
        let value = cell(value_at).parse::<f64>().ok().filter(|value| *value > 0.0 && *value < FAR_BELOW);
        match (code, value) {
            (_, None) if cell(value_at).is_empty() => fault("far_min 没有填写；没有指标的行业请删去该行".to_owned()),
            (_, None) => fault(format!("far_min 应大于 0、小于 {FAR_BELOW}，实为“{}”", cell(value_at))),
            (Some(code), Some(value)) => {
                rows.insert(code, value);
            }
            (None, Some(_)) => {}
        }
    }
    if faults.is_empty() && rows.is_empty() {
        faults.push(TableFault { line: 1, what: "没有一行数据".to_owned() });
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

/// The cells of one line: commas, and quotes that may hold commas. A doubled quote stands for itself.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match (character, quoted) {
            ('"', _) => quoted = !quoted,
            (',', false) => cells.push(String::new()),
            (other, _) => cells.last_mut().expect("there is always one cell").push(other),
        }
    }
    cells.into_iter().map(|cell| cell.trim().to_owned()).collect()
}

/// Puts the file in place whole; a former one of other content stays in `history/` under its digest.
fn put(path: &Path, text: &str) -> std::io::Result<Option<PathBuf>> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut former = None;
    if let Ok(bytes) = std::fs::read(path)
        && bytes != text.as_bytes()
    {
        let history = folder.join("history");
        std::fs::create_dir_all(&history)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let kept = history.join(format!("{stem}-{}.toml", &sha256(&bytes)[..12]));
        std::fs::write(&kept, bytes)?;
        former = Some(kept);
    }
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    // A temporary file is for its maker alone; the table is for whoever runs the service.
    file.as_file().set_permissions(Permissions::from_mode(0o644))?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|fault| fault.error)?;
    Ok(former)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
