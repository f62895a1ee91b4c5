//! The members of a JSON object a client sent, read one by one; what is wrong is collected, so that every fault is told at once.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value};

/// Longest part of a stranger's value repeated in a message, characters.
const LONGEST_ECHO: usize = 40;

/// One fault: where, what, what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestFault {
    /// The member of the JSON object.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// Reads an object, collecting what is wrong with it.
pub(super) struct Members<'a> {
    object: &'a Map<String, Value>,
    /// What was wrong so far.
    pub faults: Vec<RequestFault>,
}

impl<'a> Members<'a> {
    /// The members of `value`, none of which has another name than `known`.
    pub fn of(value: &'a Value, known: &[&str]) -> Result<Members<'a>, Vec<RequestFault>> {
        let Some(object) = value.as_object() else {
            return Err(vec![RequestFault {
                field: String::new(),
                message: "请求内容应为一个 JSON 对象".to_owned(),
                remedy: "成员见接口说明 /api".to_owned(),
            }]);
        };
        let mut members = Members { object, faults: Vec::new() };
        for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
            let name: String = name.chars().filter(|c| !c.is_control()).take(LONGEST_ECHO).collect();
            let message = format!("不认识的成员“{name}”；可用的是 {}", known.join("、"));
            members.fault(&name, message, "请去掉或改正名称");
        }
        Ok(members)
    }

    pub fn fault(&mut self, field: &str, message: String, remedy: &str) {
        self.faults.push(RequestFault { field: field.to_owned(), message, remedy: remedy.to_owned() });
    }

    pub fn wrong(&mut self, field: &str, found: &Value, expected: &str) {
        let found: String = found.to_string().chars().take(LONGEST_ECHO).collect();
        self.fault(field, format!("{field} 的值是 {found}，应为{expected}"), "请改正后再提交");
    }

    /// The member as it came; absent and null count as none.
    pub fn value(&self, field: &str) -> Option<&'a Value> {
        self.object.get(field).filter(|value| !value.is_null())
    }

    /// Whether the member was sent as null, which can be an answer where absence is none.
    pub fn is_null(&self, field: &str) -> bool {
        self.object.get(field) == Some(&Value::Null)
    }

    /// The text of a member; absent, null and blank count as empty.
    pub fn text(&mut self, field: &str) -> Option<String> {
        match self.value(field)? {
            Value::String(text) => {
                let text = text.trim().replace("\r\n", "\n");
                (!text.is_empty()).then_some(text)
            }
            other => {
                self.wrong(field, other, "文字");
                None
            }
        }
    }

    /// A text that `read` understands; `expected` completes “应为…”.
    pub fn read<T>(&mut self, field: &str, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(field)?;
        let value = read(&text);
        if value.is_none() {
            self.wrong(field, &Value::String(text), expected);
        }
        value
    }

    /// A whole number from 0.
    pub fn number(&mut self, field: &str, expected: &str) -> Option<i32> {
        let found = self.value(field)?;
        let number = found.as_u64().and_then(|number| i32::try_from(number).ok());
        if number.is_none() {
            self.wrong(field, found, expected);
        }
        number
    }

    pub fn day(&mut self, field: &str) -> Option<NaiveDate> {
        self.read(field, "形如 2026-06-30 的日期", |text| if text.len() == 10 { text.parse().ok() } else { None })
    }

    /// A member that must be there; one that could not be read has its fault already.
    pub fn needed<T>(&mut self, field: &str, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let already = self.faults.len();
        let value = read(self);
        if value.is_none() && self.faults.len() == already {
            self.fault(field, format!("缺少 {field}"), "请补填");
        }
        value
    }
}
