//! From text to a checked [`Rulebook`]: documents first, then tables, parameters and rules, each against what went before.
//! Nothing stops at the first fault. Tables are read in [`table`], rules in [`rule`]; the digest is in [`super::canonical`].

mod rule;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::canonical::digest;
use super::citation::{Certainty, Citation, Document};
use super::parameter::{ParameterName, ParameterUsed};
use super::reader::{File, Placed, Section};
use super::rule::{Rule, RuleId};
use super::table::{CodeMap, Table};
use super::{Rulebook, RulebookFault, RulebookFiles};
use crate::code::IndustryCode;
use crate::unit::{Quantity, Unit};

const DOCUMENTS: &str = "documents.toml";

pub(super) fn rulebook(files: &RulebookFiles) -> Result<Rulebook, Vec<RulebookFault>> {
    let mut shelf = Shelf::default();
    let folder = format!("{}/", files.edition);
    let of_edition: Vec<(&String, &String)> =
        files.files.iter().filter(|(path, _)| path.starts_with(&folder) && is_toml_of(path, &folder)).collect();
    if files.edition.is_empty() || of_edition.is_empty() {
        shelf.faults.push(RulebookFault {
            file: folder.clone(),
            line: 1,
            expected: "规则库版本的文件夹，内有规则与参数（*.toml）".to_owned(),
            found: format!("版本“{}”没有任何规则文件", files.edition),
        });
    }
    match files.files.get(DOCUMENTS) {
        Some(text) => shelf.documents(DOCUMENTS, text),
        None => shelf.faults.push(RulebookFault {
            file: DOCUMENTS.to_owned(),
            line: 1,
            expected: "文件目录".to_owned(),
            found: "没有这个文件".to_owned(),
        }),
    }
    for (path, text) in files.files.iter().filter(|(path, _)| is_toml_of(path, "tables/")) {
        shelf.table(path, text);
    }
    for (path, text) in of_edition {
        match path.strip_prefix(&folder) {
            Some("parameters.toml") => shelf.parameters(path, text),
            Some(name) => shelf.rule(path, name.trim_end_matches(".toml"), text),
            None => {}
        }
    }
    if !shelf.faults.is_empty() {
        shelf.faults.sort();
        shelf.faults.dedup();
        return Err(shelf.faults);
    }
    let digest = digest(&files.edition, &shelf);
    let is_read = |path: &str| path == DOCUMENTS || is_toml_of(path, "tables/") || is_toml_of(path, &folder);
    let read = files.files.iter().filter(|(path, _)| is_read(path)).map(|(path, text)| (path.clone(), text.clone()));
    Ok(Rulebook {
        edition: files.edition.clone(),
        digest: Arc::from(digest),
        documents: shelf.documents,
        tables: shelf.tables,
        parameters: shelf.parameters,
        rules: shelf.rules,
        industry_names: shelf.industry_names,
        files: RulebookFiles { edition: files.edition.clone(), files: read.collect() },
        code_maps: shelf.code_maps,
    })
}

/// Directly in that folder, and TOML.
fn is_toml_of(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|name| name.ends_with(".toml") && !name.contains('/'))
}

/// What has been read so far.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) documents: BTreeMap<String, Document>,
    /// Ids that occur, even where the document itself is faulty: so that one mistake is one fault.
    document_ids: BTreeSet<String>,
    pub(super) tables: BTreeMap<String, Table>,
    table_ids: BTreeSet<String>,
    pub(super) code_maps: Vec<CodeMap>,
    pub(super) parameters: BTreeMap<ParameterName, Vec<ParameterUsed>>,
    pub(super) rules: BTreeMap<RuleId, Rule>,
    industry_names: BTreeMap<IndustryCode, String>,
    faults: Vec<RulebookFault>,
}

impl Shelf {
    fn documents(&mut self, path: &str, text: &str) {
        let file = File::new(path, text);
        let root = file.document();
        let root = Section::new(&file, root.get_ref(), 0..0, "文件目录");
        for entry in root.sections("document") {
            let id = entry.required_text("id");
            if let Some(id) = &id
                && !self.document_ids.insert(id.value.clone())
            {
                entry.fault(id.start, "不重复的文件 id", format!("“{}”已出现过", id.value));
            }
            let title = entry.required_text("title");
            let issuer = entry.text("issuer");
            let number = entry.text("number");
            let dated = entry.date("dated");
            let certainty = entry.required_word("certainty", &certainty_words());
            let address = entry.text("address");
            let excerpt = entry.text("excerpt");
            entry.text("note");
            if let (Some(()), Some(id), Some(title), Some(certainty)) = (entry.finish(), id, title, certainty) {
                self.documents.insert(
                    id.value.clone(),
                    Document {
                        id: id.value,
                        title: title.value,
                        issuer: issuer.map(|placed| placed.value),
                        number: number.map(|placed| placed.value),
                        dated: dated.map(|placed| placed.value),
                        certainty: certainty.value,
                        address: address.map(|placed| placed.value),
                        excerpt: excerpt.map(|placed| placed.value),
                    },
                );
            }
        }
        root.finish();
        self.faults.extend(file.into_faults());
    }

    fn parameters(&mut self, path: &str, text: &str) {
        let file = File::new(path, text);
        let root = file.document();
        let root = Section::new(&file, root.get_ref(), 0..0, "参数文件");
        for entry in root.sections("parameter") {
            let name = entry.required_word("name", &ParameterName::ALL.map(|name| (name.as_str(), name)));
            entry.text("note");
            let mut values: Vec<Dated<ParameterUsed>> = Vec::new();
            for value in entry.sections("value") {
                let Some(name) = &name else { continue };
                let from = value.date("effective_from");
                let until = value.date("effective_until");
                let unit = value.required_word("unit", &unit_words());
                let number = value.required_number("is");
                if let Some(unit) = &unit
                    && unit.value != name.value.unit()
                {
                    let found = format!("{}（{}）", unit.value.as_str(), unit.value.symbol());
                    value.fault(unit.start, format!("参数 {} 的单位 {}", name.value.as_str(), name.value.unit().as_str()), found);
                }
                if let Some(number) = &number
                    && number.value <= 0.0
                {
                    value.fault(number.start, "大于零的数", number.value.to_string());
                }
                if let Some(number) = &number
                    && name.value.unit() == Unit::Year
                    && number.value.fract() != 0.0
                {
                    value.fault(number.start, "整年数", number.value.to_string());
                }
                check_interval(&value, from.as_ref(), until.as_ref());
                let citation = self.citation(&value);
                if let (Some(()), Some(number), Some(citation)) = (value.finish(), number, citation) {
                    let (effective_from, effective_until) = (from.map(|day| day.value), until.map(|day| day.value));
                    values.push(Dated {
                        start: value.start(),
                        from: effective_from,
                        until: effective_until,
                        value: ParameterUsed {
                            name: name.value,
                            value: Quantity::new(number.value, name.value.unit()),
                            effective_from,
                            effective_until,
                            citation: Arc::new(citation),
                        },
                    });
                }
            }
            let values = in_sequence(&entry, values);
            if let (Some(()), Some(name)) = (entry.finish(), name) {
                if entry.sections("value").is_empty() {
                    entry.fault(name.start, "至少一个 [[parameter.value]]", "没有");
                } else if self.parameters.insert(name.value, values).is_some() {
                    entry.fault(name.start, "每个参数写一次", format!("“{}”已出现过", name.value.as_str()));
                }
            }
        }
        root.finish();
        self.faults.extend(file.into_faults());
    }

    /// `source = { … }` and `also = [{ … }]` of a threshold or parameter value.
    fn citation(&self, entry: &Section<'_, '_>) -> Option<Citation> {
        let source = entry.required_section("source").and_then(|source| self.read_citation(&source));
        let also: Vec<Option<Citation>> = entry.sections("also").iter().map(|also| self.read_citation(also)).collect();
        let also: Option<Vec<Citation>> = also.into_iter().collect();
        Some(Citation { also: also?, ..source? })
    }

    fn read_citation(&self, source: &Section<'_, '_>) -> Option<Citation> {
        let document = source.required_text("document");
        let clause = source.required_text("clause");
        let quote = source.text("quote");
        let paraphrase = source.text("paraphrase");
        let certainty = source.word("certainty", &certainty_words());
        if quote.is_none() && paraphrase.is_none() {
            source.fault(source.start(), "quote（原文）或 paraphrase（转述）", "两者都没有");
        }
        if let Some(document) = &document {
            self.check_document(source, document);
        }
        source.finish()?;
        let document = self.documents.get(&document?.value)?;
        if let Some(quote) = &quote {
            for piece in document.pieces_not_found(&quote.value) {
                source.fault(
                    quote.start,
                    format!("文件 {} 所存原文中逐字有的话（省略处写……）", document.id),
                    format!("原文中没有“{piece}”"),
                );
            }
        }
        source.finish()?;
        let clause = clause?;
        Some(Citation {
            document_id: document.id.clone(),
            document_title: document.title.clone(),
            document_number: document.number.clone(),
            clause: clause.value,
            quote: quote.map(|quote| quote.value),
            paraphrase: paraphrase.map(|paraphrase| paraphrase.value),
            certainty: certainty.map_or(document.certainty, |certainty| certainty.value.max(document.certainty)),
            address: document.address.clone(),
            also: Vec::new(),
        })
    }

    fn check_document(&self, section: &Section<'_, '_>, document: &Placed<String>) {
        if !self.document_ids.contains(&document.value) {
            section.fault(document.start, "文件目录（documents.toml）中的文件 id", format!("没有文件“{}”", document.value));
        }
    }
}

/// A value with the days between which it holds, and its place.
struct Dated<T> {
    start: usize,
    from: Option<chrono::NaiveDate>,
    until: Option<chrono::NaiveDate>,
    value: T,
}

fn check_interval(
    section: &Section<'_, '_>,
    from: Option<&Placed<chrono::NaiveDate>>,
    until: Option<&Placed<chrono::NaiveDate>>,
) {
    if let (Some(from), Some(until)) = (from, until)
        && until.value <= from.value
    {
        section.fault(until.start, format!("晚于起始日 {} 的终止日（不含当日）", from.value), until.value.to_string());
    }
}

/// The values in the order of their days; overlaps and gaps are faults.
fn in_sequence<T>(section: &Section<'_, '_>, mut values: Vec<Dated<T>>) -> Vec<T> {
    values.sort_by_key(|dated| dated.from);
    for pair in values.windows(2) {
        let [earlier, later] = pair else { continue };
        let shown = |day: Option<chrono::NaiveDate>| day.map_or("不详".to_owned(), |day| day.to_string());
        if earlier.until != later.from || later.from.is_none() {
            let problem = if earlier.until.is_some() && earlier.until < later.from { "有空档" } else { "重叠" };
            section.fault(
                later.start,
                "前一期间止日等于后一期间起日（[起, 止) 既不重叠也无空档）",
                format!("前一期间止于 {}，这一期间起于 {}：{problem}", shown(earlier.until), shown(later.from)),
            );
        }
    }
    values.into_iter().map(|dated| dated.value).collect()
}

fn certainty_words() -> [(&'static str, Certainty); 6] {
    Certainty::ALL.map(|certainty| (certainty.as_str(), certainty))
}

fn unit_words() -> [(&'static str, Unit); 9] {
    Unit::ALL.map(|unit| (unit.as_str(), unit))
}
