//! Renovation projects with their dated steps. What a project is credited is decided elsewhere.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, types::Json};

use super::Total;
use crate::store::StoreError;
use crate::store::fault::During;

/// One project.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the fields are the columns of the register, documented there")]
pub struct ProjectRow {
    pub division_code: String,
    pub division_name: String,
    pub project_code: String,
    pub name: String,
    pub reporting_unit_code: Option<String>,
    pub renewal_measure: Option<String>,
    pub reported_area_m2: Option<f64>,
    pub ellipsoidal_area_m2: Option<f64>,
    /// Ellipsoidal area, m²; `None` without geometry.
    pub ground_area_m2: Option<f64>,
    pub observed_on: Option<NaiveDate>,
    pub label_lon: Option<f64>,
    pub label_lat: Option<f64>,
    /// Steps taken, oldest first.
    pub events: Json<Vec<ProjectStep>>,
}

/// One dated step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProjectStep {
    /// 节点种类。
    pub kind: String,
    /// 发生日期。
    pub happened_on: NaiveDate,
    /// 文号。
    pub document: Option<String>,
}

/// Which projects are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectFilter {
    /// Only projects of this county.
    pub county: Option<String>,
    /// Only projects of this code.
    pub code: Option<String>,
}

/// One page of projects after the key (division, code), with the steps taken by `as_of` (all when `None`).
pub async fn page(
    conn: &mut PgConnection,
    filter: &ProjectFilter,
    as_of: Option<NaiveDate>,
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<ProjectRow>, StoreError> {
    sqlx::query_as(include_str!("../sql/read/projects.sql"))
        .bind(filter.county.as_deref())
        .bind(as_of)
        .bind(after.map(|key| key.0))
        .bind(after.map(|key| key.1))
        .bind(limit)
        .bind(filter.code.as_deref())
        .fetch_all(conn)
        .await
        .during("读取项目清单")
}

/// How many projects there are, and the area they report.
pub async fn total(conn: &mut PgConnection, filter: &ProjectFilter) -> Result<Total, StoreError> {
    sqlx::query_as(include_str!("../sql/read/projects_total.sql"))
        .bind(filter.county.as_deref())
        .bind(filter.code.as_deref())
        .fetch_one(conn)
        .await
        .during("统计项目")
}
