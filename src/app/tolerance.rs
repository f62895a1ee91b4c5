//! 容差的查看与修改：the operator's settings of the quality checks, each change with its reason and day, the values before kept.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;
use sqlx::PgPool;

use super::members::{Members, RequestFault};
use crate::store::StoreError;
use crate::store::tolerance::{self, NewTolerance};

pub use crate::store::tolerance::ToleranceRow;

/// Longest reason, document or name that is kept, characters.
const LONGEST: usize = 500;

/// A value that somebody decided on.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// 名称，如 `overlap_min_area`。
    pub name: String,
    /// 值，按该容差的单位。
    pub value: f64,
    /// 理由。
    pub reason: String,
    /// 所据文件；有则算有文件规定，否则是操作员的设置。
    pub document: Option<String>,
    /// 决定人或单位。
    pub decided_by: Option<String>,
    /// 决定日期。
    pub decided_on: NaiveDate,
}

/// Why a tolerance was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ToleranceError {
    /// No such tolerance.
    #[error("没有名为“{name}”的容差；可用：{}", .known.join("、"))]
    Unknown {
        /// What was asked for.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A value that it cannot have.
    #[error("容差 {name} 不能是 {value}：应为{expected}")]
    Unfit {
        /// Which.
        name: String,
        /// What was asked for.
        value: f64,
        /// What it may be.
        expected: String,
    },
    /// No reason, or a text that is too long.
    #[error("{what}{fault}")]
    Text {
        /// Which text.
        what: &'static str,
        /// What is wrong with it.
        fault: String,
    },
    /// A day that has not come yet.
    #[error("决定日期 {day} 晚于今天；请核对日期")]
    InFuture {
        /// The day.
        day: NaiveDate,
    },
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A transaction could not be begun or committed.
    #[error("数据库事务失败：{step}")]
    Transaction {
        /// Which step.
        step: &'static str,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
}

impl ToleranceError {
    /// Whether what was asked for is at fault, rather than the database.
    pub fn is_about_input(&self) -> bool {
        !matches!(self, ToleranceError::Store(_) | ToleranceError::Transaction { .. })
    }
}

/// Every value, by name, the latest of each first.
///
/// # Errors
/// The database refused.
pub async fn history(pool: &PgPool) -> Result<Vec<ToleranceRow>, ToleranceError> {
    let mut conn = pool.acquire().await.map_err(|source| ToleranceError::Transaction { step: "开始", source })?;
    Ok(tolerance::history(&mut conn).await?)
}

/// Sets a tolerance for the imports from now on; answers the value before and the new one. The same value again, on another reason, is
/// a new decision as well.
///
/// # Errors
/// See [`ToleranceError`]; nothing was changed.
pub async fn set(pool: &PgPool, setting: &Setting, today: NaiveDate) -> Result<(ToleranceRow, ToleranceRow), ToleranceError> {
    let Setting { name, value, reason, document, decided_by, decided_on } = setting;
    text("理由", Some(reason))?;
    text("所据文件", document.as_deref())?;
    text("决定人", decided_by.as_deref())?;
    if *decided_on > today {
        return Err(ToleranceError::InFuture { day: *decided_on });
    }
    let mut transaction = pool.begin().await.map_err(|source| ToleranceError::Transaction { step: "开始", source })?;
    tolerance::hold(&mut transaction).await?;
    let present = present(tolerance::history(&mut transaction).await?);
    let Some(before) = present.get(name) else {
        return Err(ToleranceError::Unknown { name: name.clone(), known: present.into_keys().collect() });
    };
    fits(name, *value, &present)?;
    let certainty = if document.is_some() { "document" } else { "operator" };
    let (decided_by, document) = (decided_by.as_deref(), document.as_deref());
    let new = NewTolerance { name, value: *value, certainty, decided_on: *decided_on, decided_by, reason, document };
    tolerance::replace(&mut transaction, &new).await?;
    let after = self::present(tolerance::history(&mut transaction).await?);
    let after = after.get(name).cloned().unwrap_or_else(|| before.clone());
    let before = before.clone();
    transaction.commit().await.map_err(|source| ToleranceError::Transaction { step: "提交", source })?;
    Ok((before, after))
}

fn present(rows: Vec<ToleranceRow>) -> BTreeMap<String, ToleranceRow> {
    rows.into_iter().filter(|row| row.is_present).map(|row| (row.name.clone(), row)).collect()
}

fn text(what: &'static str, text: Option<&str>) -> Result<(), ToleranceError> {
    let Some(text) = text else { return Ok(()) };
    let fault = if text.trim().is_empty() {
        "是空的；请写明".to_owned()
    } else if text.chars().count() > LONGEST {
        format!("超过 {LONGEST} 字；请缩短")
    } else if text.chars().any(char::is_control) {
        "含有不可见字符；请去掉".to_owned()
    } else {
        return Ok(());
    };
    Err(ToleranceError::Text { what, fault })
}

/// Pairs of which the first may not be more than the second.
const ORDERED: [(&str, &str); 2] = [("gap_min_width", "gap_max_width"), ("nearly_same_min_share", "same_min_share")];

fn fits(name: &str, value: f64, present: &BTreeMap<String, ToleranceRow>) -> Result<(), ToleranceError> {
    let unfit = |expected: String| Err(ToleranceError::Unfit { name: name.to_owned(), value, expected });
    let is_share = present.get(name).is_some_and(|row| row.unit == "share");
    if !(value.is_finite() && value >= 0.0) {
        return unfit("不小于 0 的数".to_owned());
    }
    if is_share && value > 1.0 {
        return unfit("0 到 1 之间的份额，如 0.98".to_owned());
    }
    for (low, high) in ORDERED {
        let of = |name: &str| present.get(name).map(|row| row.value);
        if name == low && of(high).is_some_and(|most| value > most) {
            return unfit(format!("不大于 {high}（现为 {}）的数", of(high).unwrap_or_default()));
        }
        if name == high && of(low).is_some_and(|least| value < least) {
            return unfit(format!("不小于 {low}（现为 {}）的数", of(low).unwrap_or_default()));
        }
    }
    Ok(())
}

const MEMBERS: [&str; 6] = ["name", "value", "reason", "document", "decided_by", "decided_on"];

/// Reads the JSON of a setting; without a day it was decided today.
///
/// # Errors
/// Every fault of its shape.
pub fn parse(value: &Value, today: NaiveDate) -> Result<Setting, Vec<RequestFault>> {
    let mut members = Members::of(value, &MEMBERS)?;
    let name = members.needed("name", |members| members.text("name"));
    let number = members.needed("value", |members| {
        let found = members.value("value")?;
        let number = found.as_f64();
        if number.is_none() {
            members.wrong("value", found, "数");
        }
        number
    });
    let reason = members.needed("reason", |members| members.text("reason"));
    let document = members.text("document");
    let decided_by = members.text("decided_by");
    let decided_on = members.day("decided_on").unwrap_or(today);
    match (name, number, reason) {
        (Some(name), Some(value), Some(reason)) if members.faults.is_empty() => {
            Ok(Setting { name, value, reason, document, decided_by, decided_on })
        }
        _ => Err(members.faults),
    }
}
