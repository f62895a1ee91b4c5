//! 结论 (findings) and the parcels' states of a run, written in bulk. They are never changed afterwards.
//! It does not know what a rule is: a finding comes as words, figures and JSON text.

use mujun_geometry::surface::Surface;
use sqlx::PgConnection;

use super::copy::{CopyRows, copy_in};
use super::fault::{During, RowFault, StoreError};

/// One rule's conclusion about one subject.
#[derive(Clone, Debug, PartialEq)]
pub struct NewFinding<'a> {
    /// 行政区划代码。
    pub division_code: String,
    /// `parcel`、`approval` 或 `supply`。
    pub subject_kind: &'static str,
    /// 对象编号。
    pub subject_code: String,
    /// 规则编号。
    pub rule_id: String,
    /// 所涉宗地代码。
    pub parcel_code: Option<String>,
    /// `binding`、`guidance` 或 `benchmark`。
    pub force: &'static str,
    /// `met`、`unmet`、`discretion`、`not_applicable` 或 `undetermined`。
    pub outcome: &'static str,
    /// `approved_not_supplied`、`supplied_not_used` 或 `underused`；与 `flagged_area_m2` 同有同无。
    pub flag: Option<&'static str>,
    /// 疑似面积，m²。
    pub flagged_area_m2: Option<f64>,
    /// 结论全文，JSON 文本。
    pub detail: &'a str,
    /// 疑似范围，EPSG:4490。
    pub geom: Option<Surface>,
}

/// What lists, tiles and cards show of a parcel without computing anything.
#[derive(Clone, Debug, PartialEq)]
pub struct NewParcelState {
    /// 行政区划代码。
    pub division_code: String,
    /// 宗地代码。
    pub parcel_code: String,
    /// 土地面积，m²。
    pub site_area_m2: f64,
    /// `documentary` 或 `ellipsoidal`。
    pub site_area_basis: &'static str,
    /// 建筑基底面积，m²。
    pub footprint_m2: Option<f64>,
    /// 计容建筑面积，m²。
    pub counting_floor_area_m2: Option<f64>,
    /// `computed` 或 `stated`。
    pub floor_area_basis: Option<&'static str>,
    /// 容积率。
    pub plot_ratio: Option<f64>,
    /// 建筑密度，0–1。
    pub building_density: Option<f64>,
    /// 相交建筑数。
    pub building_count: i32,
    /// 疑似类别。
    pub kinds: Vec<String>,
    /// 计面积的类别，是 `kinds` 之一。
    pub counted_kind: Option<String>,
    /// 计入的疑似面积，m²。
    pub flagged_area_m2: f64,
    /// 待核的规则数。
    pub undetermined_count: i32,
}

/// Records findings of a run. May be called several times, with parts that do not overlap.
pub async fn insert<'a>(
    conn: &mut PgConnection,
    run_id: i64,
    findings: impl IntoIterator<Item = &'a NewFinding<'a>>,
) -> Result<u64, StoreError> {
    let encode = |finding: &&NewFinding<'_>, row: &mut CopyRows| {
        row.bigint(run_id);
        row.text(&finding.division_code);
        row.text(finding.subject_kind);
        row.text(&finding.subject_code);
        row.text(&finding.rule_id);
        row.text_or_null(finding.parcel_code.as_deref());
        row.text(finding.force);
        row.text(finding.outcome);
        row.text_or_null(finding.flag);
        row.number_or_null(finding.flagged_area_m2);
        row.json(finding.detail);
        row.surface_or_null(finding.geom.as_ref());
    };
    let not_finite = |finding: &&NewFinding<'_>, _place| {
        let key = format!("{} {} {}", finding.division_code, finding.subject_code, finding.rule_id);
        let what = "数值不是有限数".to_owned();
        RowFault { table: "finding", column: "flagged_area_m2".to_owned(), key, what }.into()
    };
    let statement = include_str!("sql/finding/copy.sql");
    copy_in(conn, statement, "登记结论", findings, encode, not_finite).await
}

/// Records the parcels' states of a run. May be called several times, with parts that do not overlap.
pub async fn insert_parcel_states(
    conn: &mut PgConnection,
    run_id: i64,
    states: impl IntoIterator<Item = &NewParcelState>,
) -> Result<u64, StoreError> {
    let encode = |state: &&NewParcelState, row: &mut CopyRows| {
        row.bigint(run_id);
        row.text(&state.division_code);
        row.text(&state.parcel_code);
        row.number(state.site_area_m2);
        row.text(state.site_area_basis);
        row.number_or_null(state.footprint_m2);
        row.number_or_null(state.counting_floor_area_m2);
        row.text_or_null(state.floor_area_basis);
        row.number_or_null(state.plot_ratio);
        row.number_or_null(state.building_density);
        row.integer(state.building_count);
        row.texts(&state.kinds);
        row.text_or_null(state.counted_kind.as_deref());
        row.number(state.flagged_area_m2);
        row.integer(state.undetermined_count);
    };
    let not_finite = |state: &&NewParcelState, _place| {
        let key = format!("{} {}", state.division_code, state.parcel_code);
        RowFault { table: "parcel_state", column: String::new(), key, what: "数值不是有限数".to_owned() }.into()
    };
    let statement = include_str!("sql/finding/copy_parcel_states.sql");
    copy_in(conn, statement, "登记宗地状态", states, encode, not_finite).await
}

/// Renews the planner's statistics of findings and states; call it once after the last part of a run.
pub async fn analyze(conn: &mut PgConnection) -> Result<(), StoreError> {
    for statement in [include_str!("sql/finding/analyze.sql"), include_str!("sql/finding/analyze_parcel_states.sql")] {
        sqlx::query(statement).execute(&mut *conn).await.during("更新统计")?;
    }
    Ok(())
}
