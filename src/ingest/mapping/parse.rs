//! From the text of a mapping to the mapping, with every fault and its line.

use std::ops::Range;

use chrono::NaiveDate;
use encoding_rs::Encoding;
use sha2::{Digest, Sha256};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{CodeScheme, DivisionRule, FieldMapping, Filter, Join, Mapping, MappingFault, Origin};
use crate::{
    ingest::{
        digest::hex,
        field::{Field, Need, Sort, fields},
        values,
    },
    register::RegisterKind,
};

type Entry<'t, 'i> = &'t Spanned<DeValue<'i>>;

/// The reader of one text: faults are gathered, never thrown.
struct Reader<'i> {
    text: &'i str,
    faults: Vec<MappingFault>,
}

pub(super) fn parse(name: &str, text: &str) -> Result<Mapping, Vec<MappingFault>> {
    let mut reader = Reader { text, faults: Vec::new() };
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            reader.fault(&span, format!("不是有效的 TOML（{}）", error.message()));
            return Err(reader.faults);
        }
    };
    let root = root.get_ref();
    let mapping = reader.mapping(name, root);
    match mapping {
        Some(mapping) if reader.faults.is_empty() => Ok(mapping),
        _ => {
            reader.faults.sort_by_key(|fault| fault.line);
            Err(reader.faults)
        }
    }
}

const TOP_LEVEL: &[&str] = &[
    "name",
    "kind",
    "layer",
    "encoding",
    "provider",
    "observed_on",
    "is_synthetic",
    "code_scheme",
    "division",
    "where",
    "sentinels",
    "join",
    "columns",
    "constants",
    "note",
];

impl Reader<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        self.text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1
    }

    fn fault(&mut self, span: &Range<usize>, message: String) {
        let line = self.line(span);
        self.faults.push(MappingFault { line, message });
    }

    fn mapping(&mut self, name: &str, root: &DeTable<'_>) -> Option<Mapping> {
        self.only_keys(root, TOP_LEVEL, "映射");
        let kind = self.kind(root)?;
        if let Some(stated) = self.text_at(root, "name")
            && stated != name
        {
            let span = root.get("name").map(Spanned::span).unwrap_or(0..0);
            self.fault(&span, format!("name 写的是“{stated}”，与文件名“{name}”不一致"));
        }
        let mut mapping = Mapping {
            name: name.to_owned(),
            sha256: hex(&Sha256::digest(self.text.as_bytes())),
            kind,
            layer: self.text_at(root, "layer"),
            provider: self.text_at(root, "provider"),
            observed_on: None,
            is_synthetic: self.flag_at(root, "is_synthetic"),
            code_scheme: CodeScheme::Opaque,
            division: self.division(root, kind),
            encoding: self.encoding(root),
            fields: Vec::new(),
            sentinels: root.get("sentinels").map(|entry| self.texts(entry, "sentinels")).unwrap_or_default(),
            filter: self.filter(root),
            join: self.join(root),
        };
        mapping.code_scheme = match self.text_at(root, "code_scheme").as_deref() {
            None | Some("opaque") => CodeScheme::Opaque,
            Some("cadastral") => CodeScheme::Cadastral,
            Some(other) => {
                let message = format!("code_scheme 只能是 cadastral 或 opaque，现为“{other}”");
                self.fault_at(root, "code_scheme", message);
                CodeScheme::Opaque
            }
        };
        self.columns(root, kind, &mut mapping);
        self.constants(root, kind, &mut mapping);
        self.observed_on(root, kind, &mut mapping);
        self.keys_are_mapped(kind, &mapping);
        let place = |read: &FieldMapping| fields(kind).iter().position(|field| field.name == read.field.name);
        mapping.fields.sort_by_key(place);
        Some(mapping)
    }

    fn kind(&mut self, root: &DeTable<'_>) -> Option<RegisterKind> {
        let Some(word) = self.text_at(root, "kind") else {
            self.fault(&(0..0), "缺少 kind（登记簿种类），例如 kind = \"parcels\"".to_owned());
            return None;
        };
        match word.parse() {
            Ok(kind) => Some(kind),
            Err(unknown) => {
                let message = format!("kind：{unknown}");
                self.fault_at(root, "kind", message);
                None
            }
        }
    }

    fn division(&mut self, root: &DeTable<'_>, kind: RegisterKind) -> Option<DivisionRule> {
        let Some(entry) = root.get("division") else {
            if kind != RegisterKind::Divisions {
                self.fault(
                    &(0..0),
                    "缺少 division（行政区如何确定）：{ from = \"code\" }、{ column = \"列名\" }、{ fixed = \"330402\" } 或 { by = \"location\" }"
                        .to_owned(),
                );
            }
            return None;
        };
        let span = entry.span();
        let Some(table) = entry.get_ref().as_table() else {
            self.fault(&span, "division 应为表，例如 { from = \"code\" }".to_owned());
            return None;
        };
        self.only_keys(table, &["from", "column", "fixed", "by", "values", "assumed"], "division");
        if let Some(code) = self.text_at(table, "fixed") {
            if !values::is_division_code(&code) {
                self.fault(&span, format!("division.fixed 应为 6 位数字，现为“{code}”"));
            }
            return Some(DivisionRule::Fixed(code));
        }
        if let Some(entry) = table.get("column") {
            return Some(DivisionRule::Column {
                columns: self.texts(entry, "division.column"),
                values: self.pairs(table, "values"),
                assumed: self.pairs(table, "assumed"),
            });
        }
        match (self.text_at(table, "from").as_deref(), self.text_at(table, "by").as_deref()) {
            (Some("code"), None) => Some(DivisionRule::FromCode),
            (Some("parcel_code"), None) if fields(kind).iter().any(|field| field.name == "parcel_code") => {
                Some(DivisionRule::FromParcelCode)
            }
            (None, Some("location")) => Some(DivisionRule::ByLocation),
            _ => {
                self.fault(
                    &span,
                    "division 只能写 from = \"code\"、from = \"parcel_code\"、column、fixed 或 by = \"location\" 之一".to_owned(),
                );
                None
            }
        }
    }

    fn encoding(&mut self, root: &DeTable<'_>) -> Option<&'static Encoding> {
        let label = self.text_at(root, "encoding")?;
        let found = Encoding::for_label(label.as_bytes());
        if found.is_none() {
            let message = format!("encoding“{label}”无法识别；可用 UTF-8、GBK、GB18030、UTF-16LE");
            self.fault_at(root, "encoding", message);
        }
        found
    }

    fn filter(&mut self, root: &DeTable<'_>) -> Option<Filter> {
        let entry = root.get("where")?;
        let Some(table) = entry.get_ref().as_table() else {
            self.fault(&entry.span(), "where 应为 { column = \"列名\", equals = \"值\" }".to_owned());
            return None;
        };
        self.only_keys(table, &["column", "equals"], "where");
        let column = self.text_at(table, "column");
        let equals = table.get("equals").map(|entry| self.texts(entry, "where.equals")).unwrap_or_default();
        match column {
            Some(column) if !equals.is_empty() => Some(Filter { column, equals }),
            _ => {
                self.fault(&entry.span(), "where 须同时写 column 与 equals".to_owned());
                None
            }
        }
    }

    fn join(&mut self, root: &DeTable<'_>) -> Option<Join> {
        let entry = root.get("join")?;
        let Some(table) = entry.get_ref().as_table() else {
            self.fault(&entry.span(), "join 应为 { file = \"文件\", on = \"本表列\", key = \"关联表列\" }".to_owned());
            return None;
        };
        self.only_keys(table, &["file", "on", "key"], "join");
        let (file, on, key) = (self.text_at(table, "file"), self.text_at(table, "on"), self.text_at(table, "key"));
        match (file, on, key) {
            (Some(file), Some(on), Some(key)) => {
                // Only the folder of the data file: a mapping must not be able to name any file of the machine.
                if file.contains(['/', '\\']) || file.starts_with('.') {
                    self.fault(&entry.span(), format!("join.file 只能是同一文件夹内的文件名，现为“{file}”"));
                }
                Some(Join { file, on, key })
            }
            _ => {
                self.fault(&entry.span(), "join 须同时写 file、on、key".to_owned());
                None
            }
        }
    }

    fn columns(&mut self, root: &DeTable<'_>, kind: RegisterKind, mapping: &mut Mapping) {
        let Some(entry) = root.get("columns") else {
            return;
        };
        let Some(table) = entry.get_ref().as_table() else {
            self.fault(&entry.span(), "columns 应为表，例如 [columns.parcel_code]".to_owned());
            return;
        };
        for (name, entry) in table.iter() {
            if let Some(field) = self.known_field(kind, name.get_ref(), &name.span())
                && let Some(read) = self.column(field, entry)
            {
                mapping.fields.push(read);
            }
        }
    }

    fn column(&mut self, field: &'static Field, entry: Entry<'_, '_>) -> Option<FieldMapping> {
        let span = entry.span();
        let mut read = FieldMapping {
            field,
            origin: Origin::Columns(Vec::new()),
            factor: 1.0,
            values: Vec::new(),
            other: None,
            blank: None,
            sentinels: Vec::new(),
            after: None,
            may_be_absent: false,
        };
        let Some(table) = entry.get_ref().as_table() else {
            // `location = "坐落"` is short for `location = { column = "坐落" }`.
            read.origin = Origin::Columns(self.texts(entry, field.name));
            read.factor = self.factor(field, None, &span);
            return Some(read);
        };
        self.only_keys(table, &["column", "unit", "values", "other", "blank", "sentinels", "after", "optional"], field.name);
        let Some(columns) = table.get("column") else {
            self.fault(&span, format!("{} 缺少 column（来源列名）", field.name));
            return None;
        };
        read.origin = Origin::Columns(self.texts(columns, "column"));
        let unit = self.text_at(table, "unit");
        read.factor = self.factor(field, unit.as_deref(), &span);
        read.values = self.pairs(table, "values");
        read.other = self.text_at(table, "other");
        read.blank = self.text_at(table, "blank").filter(|word| word != "unknown");
        read.sentinels = table.get("sentinels").map(|entry| self.texts(entry, "sentinels")).unwrap_or_default();
        read.after = self.text_at(table, "after");
        read.may_be_absent = self.flag_at(table, "optional");
        if read.may_be_absent && field.need == Need::Key {
            self.fault(&span, format!("{}（{}）是必填项，不能写 optional", field.name, field.label));
        }
        let targets: Vec<&String> = read.values.iter().map(|(_, to)| to).chain(&read.other).chain(&read.blank).collect();
        for target in targets {
            if !is_word_of(field, target) {
                self.fault(&span, format!("{} 的取值“{target}”不在允许范围内：{}", field.name, allowed(field)));
            }
        }
        Some(read)
    }

    fn constants(&mut self, root: &DeTable<'_>, kind: RegisterKind, mapping: &mut Mapping) {
        let Some(table) = root.get("constants").and_then(|entry| entry.get_ref().as_table()) else {
            return;
        };
        for (name, entry) in table.iter() {
            let Some(field) = self.known_field(kind, name.get_ref(), &name.span()) else {
                continue;
            };
            let Some(text) = entry.get_ref().as_str() else {
                self.fault(&entry.span(), format!("constants.{} 应为字符串", field.name));
                continue;
            };
            if mapping.field(field.name).is_some() {
                self.fault(&name.span(), format!("{} 既在 columns 又在 constants 中", field.name));
            }
            mapping.fields.push(FieldMapping {
                field,
                origin: Origin::Constant(text.to_owned()),
                factor: 1.0,
                values: Vec::new(),
                other: None,
                blank: None,
                sentinels: Vec::new(),
                after: None,
                may_be_absent: false,
            });
        }
    }

    fn observed_on(&mut self, root: &DeTable<'_>, kind: RegisterKind, mapping: &mut Mapping) {
        let Some(entry) = root.get("observed_on") else {
            return;
        };
        if let Some(text) = entry.get_ref().as_str() {
            mapping.observed_on = text.parse::<NaiveDate>().ok();
            if mapping.observed_on.is_none() {
                self.fault(&entry.span(), format!("observed_on 应为 2026-06-30 这样的日期，现为“{text}”"));
            }
        } else if entry.get_ref().as_table().is_some() {
            if let Some(field) = fields(kind).iter().find(|field| field.name == "observed_on")
                && let Some(read) = self.column(field, entry)
            {
                mapping.fields.push(read);
            }
        } else {
            self.fault(&entry.span(), "observed_on 应为日期字符串或 { column = \"列名\" }".to_owned());
        }
    }

    fn keys_are_mapped(&mut self, kind: RegisterKind, mapping: &Mapping) {
        for field in fields(kind).iter().filter(|field| field.need == Need::Key) {
            if mapping.field(field.name).is_none() {
                self.fault(&(0..0), format!("缺少必填项 {}（{}）的对应列", field.name, field.label));
            }
        }
        for (code, edition) in [("industry_code", "industry_edition"), ("land_use_code", "land_use_scheme")] {
            if mapping.field(code).is_some() && mapping.field(edition).is_none() {
                self.fault(&(0..0), format!("写了 {code} 就必须写 {edition}（分类标准的版本）"));
            }
        }
    }

    fn known_field(&mut self, kind: RegisterKind, name: &str, span: &Range<usize>) -> Option<&'static Field> {
        let found = fields(kind).iter().find(|field| field.name == name);
        if found.is_none() {
            let known: Vec<&str> = fields(kind).iter().map(|field| field.name).collect();
            self.fault(span, format!("{}没有字段 {name}；可用：{}", kind.label_zh(), known.join("、")));
        }
        found
    }

    fn factor(&mut self, field: &Field, unit: Option<&str>, span: &Range<usize>) -> f64 {
        let known = match (field.sort, unit) {
            (Sort::Area, Some(unit)) => values::area_unit(unit),
            (Sort::Money, Some(unit)) => values::money_unit(unit),
            (Sort::Share | Sort::RatioLower | Sort::RatioUpper, Some("percent")) => Some(0.01),
            (Sort::Share | Sort::RatioLower | Sort::RatioUpper, Some("ratio")) => Some(1.0),
            (Sort::Length, Some("metre" | "m")) => Some(1.0),
            (Sort::Area | Sort::Money | Sort::Share, None) => None,
            (_, None) => Some(1.0),
            (_, Some(_)) => None,
        };
        known.unwrap_or_else(|| {
            let units = match field.sort {
                Sort::Area => "mu、m2、hectare、sqft",
                Sort::Money => "wan_yuan、yuan",
                Sort::Share | Sort::RatioLower | Sort::RatioUpper => "percent、ratio",
                Sort::Length => "metre",
                _ => "（该字段没有单位）",
            };
            let found = unit.map_or("没有写 unit".to_owned(), |unit| format!("unit 为“{unit}”"));
            self.fault(span, format!("{}（{}）{found}；须写明单位：{units}", field.name, field.label));
            1.0
        })
    }

    fn only_keys(&mut self, table: &DeTable<'_>, known: &[&str], what: &str) {
        for (key, _) in table.iter() {
            if !known.contains(&key.get_ref().as_ref()) {
                self.fault(&key.span(), format!("{what} 中不认识的键“{}”；可用：{}", key.get_ref(), known.join("、")));
            }
        }
    }

    fn fault_at(&mut self, table: &DeTable<'_>, key: &str, message: String) {
        let span = table.get(key).map(Spanned::span).unwrap_or(0..0);
        self.fault(&span, message);
    }

    fn text_at(&mut self, table: &DeTable<'_>, key: &str) -> Option<String> {
        let entry = table.get(key)?;
        let text = entry.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.fault(&entry.span(), format!("{key} 应为字符串"));
        }
        text
    }

    fn flag_at(&mut self, table: &DeTable<'_>, key: &str) -> bool {
        let Some(entry) = table.get(key) else {
            return false;
        };
        let flag = entry.get_ref().as_bool();
        if flag.is_none() {
            self.fault(&entry.span(), format!("{key} 应为 true 或 false"));
        }
        flag.unwrap_or(false)
    }

    fn texts(&mut self, entry: Entry<'_, '_>, what: &str) -> Vec<String> {
        if let Some(text) = entry.get_ref().as_str() {
            return vec![text.to_owned()];
        }
        let found: Option<Vec<String>> = entry
            .get_ref()
            .as_array()
            .map(|items| items.iter().filter_map(|item| item.get_ref().as_str().map(str::to_owned)).collect());
        match found {
            Some(texts) if !texts.is_empty() => texts,
            _ => {
                self.fault(&entry.span(), format!("{what} 应为字符串或非空的字符串数组"));
                Vec::new()
            }
        }
    }

    fn pairs(&mut self, table: &DeTable<'_>, key: &str) -> Vec<(String, String)> {
        let Some(entry) = table.get(key) else {
            return Vec::new();
        };
        let Some(inner) = entry.get_ref().as_table() else {
            self.fault(&entry.span(), format!("{key} 应为对照表，例如 {{ \"未开工\" = \"not_started\" }}"));
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (from, to) in inner.iter() {
            match to.get_ref().as_str() {
                Some(to) => pairs.push((from.get_ref().to_string(), to.to_owned())),
                None => self.fault(&to.span(), format!("{key}.{} 应为字符串", from.get_ref())),
            }
        }
        pairs
    }
}

/// What a word of the register may be, besides the empty one, which stands for "unknown".
fn is_word_of(field: &Field, word: &str) -> bool {
    word.is_empty()
        || match field.sort {
            Sort::Word(words) => words.contains(&word),
            Sort::Truth => matches!(word, "yes" | "no"),
            _ => true,
        }
}

fn allowed(field: &Field) -> String {
    match field.sort {
        Sort::Word(words) => words.join("、"),
        Sort::Truth => "yes、no".to_owned(),
        _ => "任意".to_owned(),
    }
}
