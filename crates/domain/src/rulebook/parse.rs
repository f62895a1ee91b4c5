//! From text to a checked [`Rulebook`]: documents first, then tables, parameters and rules, each against what went before.
//! Nothing stops at the first fault. What the words of a rule mean is in [`super::rule`]; the digest is in [`super::canonical`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::canonical::digest;
use super::citation::{Certainty, Citation, Document};
use super::parameter::{ParameterName, ParameterUsed};
use super::reader::{File, Placed, Section};
use super::rule::{AppliesWhen, Compare, Force, Rule, RuleId, Threshold, ThresholdValue};
use super::table::Table;
use super::{Rulebook, RulebookFault, RulebookFiles};
use crate::code::{IndustryCode, IndustryEdition};
use crate::fact::FactName;
use crate::kind::Kind;
use crate::measure::Measure;
use crate::subject::SubjectKind;
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

    fn table(&mut self, path: &str, text: &str) {
        let file = File::new(path, text);
        let root = file.document();
        let root = Section::new(&file, root.get_ref(), 0..0, "指标表");
        match root.required_word("kind", &[("limits", TableKind::Limits), ("names", TableKind::Names)]) {
            Some(Placed { value: TableKind::Limits, .. }) => self.table_of_limits(&root),
            Some(Placed { value: TableKind::Names, .. }) => self.table_of_names(&root),
            None => {}
        }
        self.faults.extend(file.into_faults());
    }

    fn table_of_limits(&mut self, root: &Section<'_, '_>) {
        let id = root.required_text("id");
        if let Some(id) = &id
            && !self.table_ids.insert(id.value.clone())
        {
            root.fault(id.start, "不重复的指标表 id", format!("“{}”已出现过", id.value));
        }
        let title = root.required_text("title");
        let document = root.required_text("document");
        if let Some(document) = &document {
            self.check_document(root, document);
        }
        let certainty = root.required_word("certainty", &certainty_words());
        let unit = root.required_word("unit", &unit_words());
        let edition = root.required_word("code_edition", &edition_words());
        let how_to_load = root.required_text("how_to_load");
        let document_number = root.text("document_number").map(|number| number.value);
        root.text("note");
        let mut rows = BTreeMap::new();
        for row in root.sections("row") {
            let code = row.required_text("code");
            let value = row.required_number("value");
            row.text("name");
            row.finish();
            let (Some(code), Some(value), Some(edition), Some(unit)) = (code, value, &edition, &unit) else { continue };
            let Some(edition) = edition.value else {
                row.fault(code.start, "先写明 code_edition（GB/T 4754 的哪一版），再装载各行", "版本为 UNKNOWN，却有数据行");
                continue;
            };
            match IndustryCode::parse(edition, &code.value) {
                Err(fault) => row.fault(code.start, "行业大类代码", fault.to_string()),
                Ok(industry) if value.value <= 0.0 => {
                    row.fault(value.start, "大于零的数", format!("{}（{industry}）", value.value));
                }
                Ok(industry) => {
                    if rows.insert(industry, Quantity::new(value.value, unit.value)).is_some() {
                        row.fault(code.start, "每个行业一行", format!("“{}”已出现过", code.value));
                    }
                }
            }
        }
        if let (Some(()), Some(id), Some(title), Some(document), Some(certainty), Some(unit), Some(edition), Some(how)) =
            (root.finish(), id, title, document, certainty, unit, edition, how_to_load)
        {
            self.tables.insert(
                id.value.clone(),
                Table {
                    id: id.value,
                    title: Arc::from(title.value),
                    document: document.value,
                    document_number,
                    certainty: certainty.value,
                    unit: unit.value,
                    code_edition: edition.value,
                    how_to_load: how.value,
                    rows,
                },
            );
        }
    }

    fn table_of_names(&mut self, root: &Section<'_, '_>) {
        root.required_text("id");
        root.required_text("title");
        root.required_word("certainty", &certainty_words());
        root.text("note");
        let edition = root.required_word("code_edition", &edition_words());
        for row in root.sections("row") {
            let code = row.required_text("code");
            let name = row.required_text("name");
            row.word("certainty", &certainty_words());
            row.finish();
            let (Some(code), Some(name), Some(Placed { value: Some(edition), .. })) = (code, name, &edition) else { continue };
            match IndustryCode::parse(*edition, &code.value) {
                Err(fault) => row.fault(code.start, "行业大类代码", fault.to_string()),
                Ok(industry) => {
                    if self.industry_names.insert(industry, name.value).is_some() {
                        row.fault(code.start, "每个行业一行", format!("“{}”已出现过", code.value));
                    }
                }
            }
        }
        root.finish();
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

    fn rule(&mut self, path: &str, stem: &str, text: &str) {
        let file = File::new(path, text);
        let root = file.document();
        let root = Section::new(&file, root.get_ref(), 0..0, "规则");
        if let Some(rule) = self.read_rule(&root, stem) {
            self.rules.insert(rule.id.clone(), rule);
        }
        self.faults.extend(file.into_faults());
    }

    fn read_rule(&mut self, root: &Section<'_, '_>, stem: &str) -> Option<Rule> {
        let id = root.required_text("id");
        if let Some(id) = &id {
            if id.value != stem {
                root.fault(id.start, format!("与文件名相同的 id“{stem}”"), format!("“{}”", id.value));
            }
            if self.rules.contains_key(id.value.as_str()) {
                root.fault(id.start, "不重复的规则 id", format!("“{}”已出现过", id.value));
            }
        }
        let title = root.required_section("title");
        let (title_zh, title_en) = match &title {
            Some(title) => (title.required_text("zh"), title.text("en")),
            None => (None, None),
        };
        let title_is_sound = title.and_then(|title| title.finish());
        let force = root.required_word("force", &Force::ALL.map(|force| (force.as_str(), force)));
        let flag = root.word("flag", &Kind::ALL.map(|kind| (kind.as_str(), kind)));
        if let (Some(force), Some(flag)) = (&force, &flag)
            && force.value == Force::Benchmark
        {
            root.fault(flag.start, "参考（benchmark）规则不作标记，没有 flag", format!("flag = “{}”", flag.value.as_str()));
        }
        let subjects = self.subjects(root);
        let measure = root.required_word("measure", &Measure::ALL.map(|measure| (measure.as_str(), measure)));
        let compare = root.required_word("compare", &Compare::ALL.map(|compare| (compare.as_str(), compare)));
        let applies_when = conditions(root, &subjects);
        root.text("note");
        let mut thresholds = Vec::new();
        for entry in root.sections("threshold") {
            let measured = measure.as_ref().map(|measure| measure.value.unit());
            thresholds.extend(self.threshold(&entry, measured, force.as_ref().map(|force| force.value)));
        }
        if thresholds.is_empty() && root.sections("threshold").is_empty() {
            root.fault(root.start(), "至少一个 [[threshold]]", "没有");
        }
        let thresholds = in_sequence(root, thresholds);
        root.finish()?;
        title_is_sound?;
        let title_zh = title_zh?;
        Some(Rule {
            id: RuleId::new(&id?.value),
            title_zh: Arc::from(title_zh.value),
            title_en: title_en.map(|title| title.value),
            force: force?.value,
            flag: flag.map(|flag| flag.value),
            subjects,
            measure: measure?.value,
            compare: compare?.value,
            thresholds,
            applies_when,
        })
    }

    fn subjects(&self, root: &Section<'_, '_>) -> Vec<SubjectKind> {
        let mut subjects = Vec::new();
        let words = root.texts("subjects");
        if words.is_empty() {
            root.fault(root.start(), "subjects：至少一种对象（parcel、approval、supply、proposal）", "没有");
        }
        for word in words {
            match SubjectKind::from_code(&word.value) {
                Some(kind) => subjects.push(kind),
                None => {
                    let known = SubjectKind::ALL.map(SubjectKind::as_str).join("、");
                    root.fault(word.start, format!("对象种类之一：{known}"), format!("“{}”", word.value));
                }
            }
        }
        subjects.sort();
        subjects.dedup();
        subjects
    }

    fn threshold(&self, entry: &Section<'_, '_>, measured: Option<Unit>, force: Option<Force>) -> Option<Dated<Threshold>> {
        let from = entry.required_date("effective_from");
        let until = entry.date("effective_until");
        check_interval(entry, from.as_ref(), until.as_ref());
        let unit = entry.required_word("unit", &unit_words());
        if let (Some(unit), Some(measured)) = (&unit, measured)
            && unit.value != measured
        {
            entry.fault(unit.start, format!("与量算项相同的单位 {}", measured.as_str()), format!("“{}”", unit.value.as_str()));
        }
        entry.text("note");
        let value =
            entry.required_section("value").and_then(|value| self.value(&value, unit.as_ref().map(|unit| unit.value), force));
        let citation = self.citation(entry);
        if let (Some(citation), Some(Force::Binding)) = (&citation, force)
            && !citation.certainty.may_bind()
        {
            entry.fault(
                entry.start(),
                "强制（binding）规则的依据读过原文或转载（VERIFIED、VERIFIED-SECONDARY）",
                format!("{}（{}）：只能作指导或参考", citation.certainty.as_str(), citation.certainty.label_zh()),
            );
        }
        entry.finish()?;
        let (from, until) = (from?.value, until.map(|day| day.value));
        let threshold = Threshold { effective_from: from, effective_until: until, value: value?, citation: Arc::new(citation?) };
        Some(Dated { start: entry.start(), from: Some(from), until, value: threshold })
    }

    fn value(&self, value: &Section<'_, '_>, unit: Option<Unit>, force: Option<Force>) -> Option<ThresholdValue> {
        let fixed = value.number("fixed");
        let fact = value.text("fact");
        let table = value.text("table");
        let plus = value.number("plus");
        value.finish()?;
        match (fixed, fact, table) {
            (Some(fixed), None, None) if plus.is_none() => Some(ThresholdValue::Fixed(Quantity::new(fixed.value, unit?))),
            (None, Some(fact), None) if plus.is_none() => {
                let Some(name) = FactName::from_code(&fact.value) else {
                    value.fault(fact.start, "事实名称", format!("不认识的事实“{}”", fact.value));
                    return None;
                };
                match (name.unit(), unit) {
                    (Some(of_fact), Some(unit)) if of_fact == unit => Some(ThresholdValue::Fact(name)),
                    (Some(of_fact), Some(unit)) => {
                        let found = format!("{} 的单位是 {}", name.as_str(), of_fact.as_str());
                        value.fault(fact.start, format!("单位为 {} 的事实", unit.as_str()), found);
                        None
                    }
                    (None, _) => {
                        value.fault(fact.start, "数值型的事实", format!("{}（{}）不是数", name.as_str(), name.label_zh()));
                        None
                    }
                    (Some(_), None) => None,
                }
            }
            (None, None, Some(table)) => {
                let plus = plus.map_or(0.0, |plus| plus.value);
                if !self.table_ids.contains(&table.value) {
                    value.fault(table.start, "已登记的指标表", format!("没有指标表“{}”", table.value));
                    return None;
                }
                let known = self.tables.get(&table.value)?;
                if let Some(unit) = unit
                    && known.unit != unit
                {
                    let found = format!("表 {} 的单位是 {}", known.id, known.unit.as_str());
                    value.fault(table.start, format!("单位为 {} 的指标表", unit.as_str()), found);
                }
                if force == Some(Force::Binding) && !known.rows.is_empty() && !known.certainty.may_bind() {
                    let found = format!("表 {} 的可信程度为 {}", known.id, known.certainty.as_str());
                    value.fault(table.start, "强制规则所用的指标表读过原文或转载", found);
                }
                Some(ThresholdValue::Table { table: table.value, plus })
            }
            _ => {
                value.fault(
                    value.start(),
                    "value 为 { fixed = 数 }、{ fact = \"…\" } 或 { table = \"…\", plus = 数 } 之一",
                    "没有、或不止一种、或 plus 不与 table 同用",
                );
                None
            }
        }
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

#[derive(Clone, Copy)]
enum TableKind {
    Limits,
    Names,
}

fn conditions(root: &Section<'_, '_>, subjects: &[SubjectKind]) -> Vec<AppliesWhen> {
    let mut conditions: Vec<AppliesWhen> = Vec::new();
    for word in root.texts("applies_when") {
        match AppliesWhen::from_code(&word.value) {
            None => {
                let flags = FactName::ALL.iter().filter_map(|name| AppliesWhen::from_code(name.as_str()));
                let known = flags.chain([AppliesWhen::ApprovalInForce]).map(AppliesWhen::as_str).collect::<Vec<_>>();
                root.fault(word.start, format!("条件之一：{}", known.join("、")), format!("“{}”", word.value));
            }
            Some(AppliesWhen::ApprovalInForce) if subjects != [SubjectKind::Approval] => {
                root.fault(word.start, "approval_in_force 只用于批次（subjects = [\"approval\"]）", "对象不全是批次");
            }
            Some(condition) if conditions.contains(&condition) => {
                root.fault(word.start, "每个条件写一次", format!("“{}”已出现过", word.value));
            }
            Some(condition) => conditions.push(condition),
        }
    }
    conditions
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

fn edition_words() -> [(&'static str, Option<IndustryEdition>); 4] {
    let [first, second, third] = IndustryEdition::ALL.map(|edition| (edition.as_str(), Some(edition)));
    [first, second, third, ("UNKNOWN", None)]
}
