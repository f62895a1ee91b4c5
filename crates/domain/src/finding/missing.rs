//! What is missing, and what to do about it. There is no empty list of missing things: that would be a verdict.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::fact::FactName;
use crate::rulebook::ParameterName;

/// 缺少的一项。
#[derive(Clone, Debug, PartialEq)]
pub struct MissingInput {
    /// What is missing.
    pub name: MissingName,
    /// 中文名称。
    pub label: String,
    /// 怎么补：what to go and find out.
    pub how: String,
}

impl MissingInput {
    /// A missing fact, with the fact's own instruction.
    pub fn fact(name: FactName) -> MissingInput {
        MissingInput { name: MissingName::Fact(name), label: name.label_zh().to_owned(), how: name.how_zh().to_owned() }
    }
}

impl Serialize for MissingInput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("MissingInput", 3)?;
        fields.serialize_field("name", self.name.as_str())?;
        fields.serialize_field("label", &self.label)?;
        fields.serialize_field("how", &self.how)?;
        fields.end()
    }
}

/// What can be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MissingName {
    /// A fact of the subject.
    Fact(FactName),
    /// A row of a table of limits.
    TableValue,
    /// A threshold for which no text was found: the office has to set it.
    Threshold,
    /// A parameter of the rulebook that is not in force on that day.
    Parameter(ParameterName),
}

impl MissingName {
    /// The word used in JSON: the fact's, `table_value`, `threshold`, or the parameter's.
    pub fn as_str(self) -> &'static str {
        match self {
            MissingName::Fact(name) => name.as_str(),
            MissingName::TableValue => "table_value",
            MissingName::Threshold => "threshold",
            MissingName::Parameter(name) => name.as_str(),
        }
    }
}

/// A list that has at least one element.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct NonEmpty<T>(Vec<T>);

impl<T> NonEmpty<T> {
    /// That list, or `None` if it is empty.
    pub fn new(list: Vec<T>) -> Option<NonEmpty<T>> {
        if list.is_empty() { None } else { Some(NonEmpty(list)) }
    }

    /// A list of one.
    pub fn of(one: T) -> NonEmpty<T> {
        NonEmpty(vec![one])
    }

    /// As a slice of at least one.
    pub fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// Its elements, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<'a, T> IntoIterator for &'a NonEmpty<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
