//! Reads rules: what they are about, when they apply, and their dated thresholds, each against the documents and tables.

use std::sync::Arc;

use super::{Dated, Shelf, check_interval, in_sequence, unit_words};
use crate::code::DivisionCode;
use crate::fact::FactName;
use crate::kind::Kind;
use crate::measure::Measure;
use crate::rulebook::reader::{File, Section};
use crate::rulebook::rule::{AppliesWhen, Compare, Force, Rule, RuleId, Threshold, ThresholdValue};
use crate::subject::SubjectKind;
use crate::unit::{Quantity, Unit};

impl Shelf {
    pub(super) fn rule(&mut self, path: &str, stem: &str, text: &str) {
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
        let subjects = subjects(root);
        let divisions = divisions(root);
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
            divisions,
            measure: measure?.value,
            compare: compare?.value,
            thresholds,
            applies_when,
        })
    }

    fn threshold(&self, entry: &Section<'_, '_>, measured: Option<Unit>, force: Option<Force>) -> Option<Dated<Threshold>> {
        let from = entry.required_date_or_unknown("effective_from");
        let until = entry.date("effective_until");
        check_interval(entry, from.as_ref().and_then(|from| from.as_ref()), until.as_ref());
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
        let (from, until) = (from?.map(|day| day.value), until.map(|day| day.value));
        let threshold = Threshold { effective_from: from, effective_until: until, value: value?, citation: Arc::new(citation?) };
        Some(Dated { start: entry.start(), from, until, value: threshold })
    }

    fn value(&self, value: &Section<'_, '_>, unit: Option<Unit>, force: Option<Force>) -> Option<ThresholdValue> {
        let fixed = value.number_or_fraction("fixed");
        let fact = value.text("fact");
        let table = value.text("table");
        let plus = value.number("plus");
        let unset = value.text("unset");
        value.finish()?;
        match (fixed, fact, table) {
            (None, None, None) if plus.is_none() && unset.is_some() => unset.map(|how| ThresholdValue::Unset { how: how.value }),
            _ if unset.is_some() => {
                value.fault(value.start(), "unset（由局方确定）不与其他写法同用", "同时写了数");
                None
            }
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
                    "value 为 { fixed = 数 }、{ fact = \"…\" }、{ table = \"…\", plus = 数 } 或 { unset = \"…\" } 之一",
                    "没有、或不止一种、或 plus 不与 table 同用",
                );
                None
            }
        }
    }
}

fn subjects(root: &Section<'_, '_>) -> Vec<SubjectKind> {
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

/// The places whose own rule it is; none for the whole city.
fn divisions(root: &Section<'_, '_>) -> Vec<DivisionCode> {
    let mut divisions = Vec::new();
    for word in root.texts("divisions") {
        match DivisionCode::parse(&word.value) {
            Ok(division) if !divisions.contains(&division) => divisions.push(division),
            Ok(_) => root.fault(word.start, "每个行政区划写一次", format!("“{}”已出现过", word.value)),
            Err(fault) => root.fault(word.start, "六位行政区划代码", fault.to_string()),
        }
    }
    divisions.sort();
    divisions
}

fn conditions(root: &Section<'_, '_>, subjects: &[SubjectKind]) -> Vec<AppliesWhen> {
    let mut conditions: Vec<AppliesWhen> = Vec::new();
    for word in root.texts("applies_when") {
        match AppliesWhen::from_code(&word.value) {
            None => {
                let flags = FactName::ALL.iter().filter_map(|name| AppliesWhen::from_code(name.as_str()));
                let known = flags.chain(AppliesWhen::SPECIAL).map(AppliesWhen::as_str).collect::<Vec<_>>();
                root.fault(word.start, format!("条件之一：{}", known.join("、")), format!("“{}”", word.value));
            }
            Some(condition) if condition.subject_kind().is_some_and(|kind| subjects != [kind]) => {
                let kind = condition.subject_kind().map_or("", SubjectKind::as_str);
                root.fault(word.start, format!("{} 只用于 subjects = [\"{kind}\"]", condition.as_str()), "对象不全是这一种");
            }
            Some(condition) if conditions.contains(&condition) => {
                root.fault(word.start, "每个条件写一次", format!("“{}”已出现过", word.value));
            }
            Some(condition) => conditions.push(condition),
        }
    }
    conditions
}
