//! Two rulebooks held side by side: which documents, tables, parameters and rules came, went, or say something else.

use std::collections::{BTreeMap, BTreeSet};

use mujun_domain::rulebook::{ParameterName, Rulebook};
use serde::Serialize;
use serde_json::Value;

/// What differs between two rulebooks, in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LawChange {
    /// 文件、指标表、参数或规则。
    pub sort: &'static str,
    /// 编号。
    pub id: String,
    /// 哪一项，如 `thresholds.0.value.fixed`；整件增删为空。
    pub field: String,
    /// 原来的；没有为 `None`。
    pub old: Option<String>,
    /// 现在的；没有为 `None`。
    pub new: Option<String>,
}

/// Every difference, documents first, then tables, parameters and rules; within them by id and field.
pub fn compare_laws(old: &Rulebook, new: &Rulebook) -> Vec<LawChange> {
    let mut changes = Vec::new();
    for (sort, before, after) in [
        ("文件", documents(old), documents(new)),
        ("指标表", tables(old), tables(new)),
        ("参数", parameters(old), parameters(new)),
        ("规则", rules(old), rules(new)),
    ] {
        let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for id in ids {
            match (before.get(id), after.get(id)) {
                (Some(old), Some(new)) => {
                    let (old, new) = (leaves(old), leaves(new));
                    let fields: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
                    changes.extend(fields.into_iter().filter(|field| old.get(*field) != new.get(*field)).map(|field| {
                        let (old, new) = (old.get(field).cloned(), new.get(field).cloned());
                        LawChange { sort, id: id.clone(), field: field.clone(), old, new }
                    }));
                }
                (old, new) => {
                    let title = |value: Option<&Value>| value.map(title);
                    let (old, new) = (title(old), title(new));
                    changes.push(LawChange { sort, id: id.clone(), field: String::new(), old, new });
                }
            }
        }
    }
    changes
}

type Parts = BTreeMap<String, Value>;

fn part<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

fn documents(law: &Rulebook) -> Parts {
    law.documents().map(|document| (document.id.clone(), part(document))).collect()
}

fn tables(law: &Rulebook) -> Parts {
    law.tables().map(|table| (table.id.clone(), part(table))).collect()
}

fn parameters(law: &Rulebook) -> Parts {
    let held = ParameterName::ALL.into_iter().filter(|name| !law.parameter_values(*name).is_empty());
    held.map(|name| (name.as_str().to_owned(), part(&law.parameter_values(name)))).collect()
}

fn rules(law: &Rulebook) -> Parts {
    law.rules().map(|rule| (rule.id.to_string(), part(rule))).collect()
}

/// What a whole thing is called when it comes or goes.
fn title(value: &Value) -> String {
    let named = ["title_zh", "title"].into_iter().find_map(|name| value.get(name)?.as_str());
    named.map_or_else(|| value.to_string(), str::to_owned)
}

/// Every value that is no list and no object, by its path.
fn leaves(value: &Value) -> BTreeMap<String, String> {
    fn walk(value: &Value, path: &str, found: &mut BTreeMap<String, String>) {
        let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| walk(value, &join(name), found)),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(position, value)| walk(value, &join(&position.to_string()), found));
            }
            Value::Null => {}
            Value::String(text) => {
                found.insert(path.to_owned(), text.clone());
            }
            Value::Bool(_) | Value::Number(_) => {
                found.insert(path.to_owned(), value.to_string());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(value, "", &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::rulebook::load;
    use mujun_domain::rulebook::RulebookFiles;

    fn with(change: impl Fn(&str, &str) -> Option<String>) -> Rulebook {
        let law = load(None).unwrap();
        let mut files = RulebookFiles::new(law.edition());
        for (path, text) in &law.files().files {
            if let Some(text) = change(path, text) {
                files.insert(path.clone(), text);
            }
        }
        Rulebook::parse(&files).unwrap()
    }

    #[test]
    fn a_rulebook_does_not_differ_from_itself() {
        let law = load(None).unwrap();
        assert_eq!(compare_laws(&law, &law), []);
    }

    #[test]
    fn a_limit_that_moved_is_told_with_both_its_values() {
        let old = load(None).unwrap();
        let new = with(|path, text| {
            let moved = path.ends_with("far-benchmark.toml");
            Some(if moved { text.replace("fixed = 1.5", "fixed = 0.5") } else { text.to_owned() })
        });
        let changes = compare_laws(&old, &new);
        let [change] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!((change.sort, change.id.as_str()), ("规则", "far-benchmark"));
        assert!(change.field.starts_with("thresholds.0.value"), "{change:?}");
        assert_eq!((change.old.as_deref(), change.new.as_deref()), (Some("1.5"), Some("0.5")));
    }

    #[test]
    fn a_rule_that_went_is_named_by_its_title() {
        let old = load(None).unwrap();
        let new = with(|path, text| (!path.ends_with("far-benchmark.toml")).then(|| text.to_owned()));
        let gone = compare_laws(&old, &new).into_iter().find(|change| change.sort == "规则").unwrap();
        assert_eq!((gone.id.as_str(), gone.old.as_deref(), gone.new), ("far-benchmark", Some("容积率参考值"), None));
        assert_eq!(compare_laws(&new, &old).into_iter().find(|change| change.sort == "规则").unwrap().old, None);
    }
}
