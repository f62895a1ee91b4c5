//! Reads tables: limits keyed by industry, names of industries, and the mapping between two editions of the classification.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Shelf, certainty_words, unit_words};
use crate::code::{IndustryCode, IndustryEdition};
use crate::rulebook::reader::{File, Placed, Section};
use crate::rulebook::table::{CodeMap, Table};
use crate::unit::Quantity;

#[derive(Clone, Copy)]
enum TableKind {
    Limits,
    Names,
    Mapping,
}

impl Shelf {
    pub(super) fn table(&mut self, path: &str, text: &str) {
        let file = File::new(path, text);
        let root = file.document();
        let root = Section::new(&file, root.get_ref(), 0..0, "指标表");
        let kinds = [("limits", TableKind::Limits), ("names", TableKind::Names), ("mapping", TableKind::Mapping)];
        match root.required_word("kind", &kinds) {
            Some(Placed { value: TableKind::Limits, .. }) => self.table_of_limits(&root),
            Some(Placed { value: TableKind::Names, .. }) => self.table_of_names(&root),
            Some(Placed { value: TableKind::Mapping, .. }) => self.code_map(&root),
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

    fn code_map(&mut self, root: &Section<'_, '_>) {
        root.required_text("id");
        root.required_text("title");
        root.text("note");
        let certainty = root.required_word("certainty", &certainty_words());
        let from = root.required_word("from_edition", &edition_words()).and_then(|edition| edition.value);
        let mut to = BTreeSet::new();
        for word in root.texts("to_editions") {
            match IndustryEdition::ALL.into_iter().find(|edition| edition.as_str() == word.value) {
                Some(edition) if Some(edition) != from => {
                    to.insert(edition);
                }
                Some(_) | None => root.fault(word.start, "GB/T 4754 的另一版", format!("“{}”", word.value)),
            }
        }
        let mut rows: BTreeMap<IndustryCode, BTreeSet<IndustryCode>> = BTreeMap::new();
        for row in root.sections("row") {
            let code = row.required_text("code");
            let targets = row.texts("to");
            row.finish();
            let (Some(code), Some(from)) = (code, from) else { continue };
            let old = match IndustryCode::parse(from, &code.value) {
                Ok(old) => old,
                Err(fault) => {
                    row.fault(code.start, "行业大类代码", fault.to_string());
                    continue;
                }
            };
            for target in targets {
                for edition in &to {
                    match IndustryCode::parse(*edition, &target.value) {
                        Ok(new) => {
                            rows.entry(new).or_default().insert(old);
                        }
                        Err(fault) => row.fault(target.start, "行业大类代码", fault.to_string()),
                    }
                }
            }
        }
        if let (Some(()), Some(certainty), Some(from)) = (root.finish(), certainty, from) {
            let rows = rows.into_iter().map(|(new, old)| (new, old.into_iter().collect())).collect();
            self.code_maps.push(CodeMap { from, to: to.into_iter().collect(), certainty: certainty.value, rows });
        }
    }
}

fn edition_words() -> [(&'static str, Option<IndustryEdition>); 4] {
    let [first, second, third] = IndustryEdition::ALL.map(|edition| (edition.as_str(), Some(edition)));
    [first, second, third, ("UNKNOWN", None)]
}
