//! What is judged: a parcel, an approval, a supply or a proposal, and the facts gathered about it.
//! How facts are gathered, and which subject lies on which ground, is the shell's business.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::code::DivisionCode;
use crate::fact::{Fact, FactName, FactValue, Source};

/// 对象种类。
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// 宗地
    Parcel,
    /// 用地批次
    Approval,
    /// 供地合同
    Supply,
    /// 改造方案
    Proposal,
}

impl SubjectKind {
    /// Every kind of subject.
    pub const ALL: [SubjectKind; 4] = [SubjectKind::Parcel, SubjectKind::Approval, SubjectKind::Supply, SubjectKind::Proposal];

    /// The word used in JSON, SQL and the rulebook.
    pub fn as_str(self) -> &'static str {
        match self {
            SubjectKind::Parcel => "parcel",
            SubjectKind::Approval => "approval",
            SubjectKind::Supply => "supply",
            SubjectKind::Proposal => "proposal",
        }
    }

    /// The kind of that word, or `None`.
    pub fn from_code(word: &str) -> Option<SubjectKind> {
        SubjectKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            SubjectKind::Parcel => "宗地",
            SubjectKind::Approval => "批次",
            SubjectKind::Supply => "供地合同",
            SubjectKind::Proposal => "改造方案",
        }
    }
}

/// 对象。
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Subject {
    /// What it is.
    pub kind: SubjectKind,
    /// The division it is registered in; a proposal may have none.
    pub division: Option<DivisionCode>,
    /// Its key in its register.
    pub code: String,
}

/// 对象及其事实。
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubjectFacts {
    /// The subject.
    pub subject: Subject,
    /// What is known of it. A name that does not occur is missing.
    pub facts: BTreeMap<FactName, Fact>,
}

impl SubjectFacts {
    /// A subject of which nothing is known yet.
    pub fn new(subject: Subject) -> SubjectFacts {
        SubjectFacts { subject, facts: BTreeMap::new() }
    }

    /// Puts a fact, replacing what was there.
    pub fn insert(&mut self, name: FactName, fact: Fact) {
        self.facts.insert(name, fact);
    }

    /// The same with that fact: for building in one expression.
    pub fn with(mut self, name: FactName, fact: Fact) -> SubjectFacts {
        self.insert(name, fact);
        self
    }

    /// The fact, or `None` when it was never gathered.
    pub fn get(&self, name: FactName) -> Option<&Fact> {
        self.facts.get(&name)
    }

    /// The value with its source and day, if the fact is known and its value is of the sort its name promises (and finite).
    pub fn known(&self, name: FactName) -> Option<KnownFact<'_>> {
        match self.facts.get(&name) {
            Some(Fact::Known { value, source, observed_on }) if is_usable(name, value) => {
                Some(KnownFact { name, value, source, observed_on: *observed_on })
            }
            Some(Fact::Known { .. } | Fact::Missing { .. }) | None => None,
        }
    }
}

fn is_usable(name: FactName, value: &FactValue) -> bool {
    let finite = match value {
        FactValue::Quantity(quantity) => quantity.value.is_finite(),
        FactValue::Date(_) | FactValue::Flag(_) | FactValue::Text(_) | FactValue::Industry(_) | FactValue::Construction(_) => {
            true
        }
    };
    finite && value.kind() == name.value_kind()
}

/// A known fact, borrowed from its subject.
#[derive(Clone, Copy, Debug)]
pub struct KnownFact<'a> {
    /// Its name.
    pub name: FactName,
    /// Its value, of the sort the name promises.
    pub value: &'a FactValue,
    /// Where it comes from.
    pub source: &'a Arc<Source>,
    /// The day on which it was so.
    pub observed_on: Option<NaiveDate>,
}
