//! Contracts and what befell them, built from rows.

use super::{ABOVE_ZERO, NOT_NEGATIVE, SHARE, joined};
use crate::ingest::{IssueCode, pipeline::Readable, row::RowReader};
use crate::register::{ConstructionState, RegisterKind, SupplyEventKind, SupplyEventRecord, SupplyRecord};

impl Readable for SupplyRecord {
    const KIND: RegisterKind = RegisterKind::Supplies;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let supply_code = reader.key_text("supply_code");
        let ground = reader.wanted_ground();
        let supply_code = supply_code?;
        let division_code = reader.division(&supply_code, ground.as_ref())?;
        let (industry_edition, industry_code) = reader.industry();
        let actual_start_on = reader.date("actual_start_on");
        let actual_finish_on = reader.date("actual_finish_on");
        let stopped_on = reader.date("stopped_on");
        let mut construction_state = reader.word("construction_state").as_deref().and_then(ConstructionState::from_word);
        if construction_state == Some(ConstructionState::NotStarted)
            && let Some(day) = actual_start_on.or(actual_finish_on).or(stopped_on)
        {
            // The dated fact is the better evidence: somebody saw work on that day.
            reader.contradiction(
                "construction_state",
                format!("施工情况写未开工，却有实际开工、竣工或中止日期 {day}；施工情况按缺失处理"),
            );
            construction_state = None;
        }
        let (contract_far_min, contract_far_max) = plot_ratios(reader, ["contract_far_min", "contract_far_max"], "约定");
        let (plan_far_min, plan_far_max) = plot_ratios(reader, ["plan_far_min", "plan_far_max"], "规划条件");
        let agreed_start_on = reader.date("agreed_start_on");
        let agreed_finish_on = reader.date("agreed_finish_on");
        let agreed_finish_on =
            reader.finish_not_before(agreed_start_on, agreed_finish_on, "agreed_finish_on", ["约定开工", "约定竣工"]);
        let actual_finish_on =
            reader.finish_not_before(actual_start_on, actual_finish_on, "actual_finish_on", ["实际开工", "实际竣工"]);
        let stopped_on = reader.not_before(actual_start_on, stopped_on, "stopped_on", ["实际开工", "中止开发建设"]);
        let due_area_m2 = reader.amount("due_area_m2", ABOVE_ZERO.0, ABOVE_ZERO.1);
        let developed_area_m2 = reader.amount("developed_area_m2", NOT_NEGATIVE.0, NOT_NEGATIVE.1);
        part_of(reader, "developed_area_m2", ["已动工开发面积", "应动工开发面积"], [developed_area_m2, due_area_m2], "平方米");
        let total_investment_wan_yuan = reader.amount("total_investment_wan_yuan", ABOVE_ZERO.0, ABOVE_ZERO.1);
        let invested_wan_yuan = reader.amount("invested_wan_yuan", NOT_NEGATIVE.0, NOT_NEGATIVE.1);
        part_of(reader, "invested_wan_yuan", ["已投资额", "总投资额"], [invested_wan_yuan, total_investment_wan_yuan], "万元");
        let documentary_area_m2 = reader.amount("documentary_area_m2", ABOVE_ZERO.0, ABOVE_ZERO.1);
        reader.compare_area("documentary_area_m2", documentary_area_m2, ground.as_ref());
        Some(SupplyRecord {
            division_code,
            supply_code,
            parcel_code: reader.text("parcel_code"),
            project_name: reader.text("project_name"),
            land_user: reader.text("land_user"),
            location: reader.text("location"),
            supply_mode: reader.text("supply_mode"),
            land_use_name: reader.text("land_use_name"),
            industry_edition,
            industry_code,
            contract_signed_on: reader.date("contract_signed_on"),
            delivered_on: reader.date("delivered_on"),
            agreed_start_on,
            agreed_finish_on,
            construction_state,
            actual_start_on,
            actual_finish_on,
            contract_far_min,
            contract_far_max,
            contract_density_max: reader.ratio("contract_density_max", SHARE.0, SHARE.1),
            price_wan_yuan: reader.amount("price_wan_yuan", NOT_NEGATIVE.0, NOT_NEGATIVE.1),
            plan_far_min,
            plan_far_max,
            plan_density_max: reader.ratio("plan_density_max", SHARE.0, SHARE.1),
            plan_condition_document: reader.text("plan_condition_document"),
            due_area_m2,
            developed_area_m2,
            total_investment_wan_yuan,
            invested_wan_yuan,
            stopped_on,
            documentary_area_m2,
            observed_on: reader.observed_on(),
            ground,
        })
    }

    fn key(&self) -> String {
        joined(&self.division_code, &self.supply_code)
    }
}

/// Both limits of a plot ratio; neither when the lower is above the upper.
fn plot_ratios(reader: &mut RowReader<'_>, [lower, upper]: [&str; 2], whose: &str) -> (Option<f64>, Option<f64>) {
    let least = reader.ratio(lower, NOT_NEGATIVE.0, NOT_NEGATIVE.1);
    let mut most = reader.ratio(upper, NOT_NEGATIVE.0, NOT_NEGATIVE.1);
    if most == Some(0.0) {
        reader.no_upper_limit(upper);
        most = None;
    }
    if let (Some(least), Some(most)) = (least, most) {
        reader.compare_limits([lower, upper], least, most);
    }
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        reader.contradiction(lower, format!("{whose}容积率下限 {least} 大于上限 {most}；两列可能写反，两项都按缺失处理"));
        reader.unnoted(upper);
        return (None, None);
    }
    (least, most)
}

/// Says so when a part is larger than its whole: both are kept, as either may be the wrong one.
fn part_of(reader: &mut RowReader<'_>, field: &str, [part_label, whole_label]: [&str; 2], amounts: [Option<f64>; 2], unit: &str) {
    if let [Some(part), Some(whole)] = amounts
        && part > whole
    {
        let message = format!("{part_label} {part} {unit}大于{whole_label} {whole} {unit}；两项都按原值保存");
        reader.report(IssueCode::PartExceedsWhole, field, &part.to_string(), message);
    }
}

impl Readable for SupplyEventRecord {
    const KIND: RegisterKind = RegisterKind::SupplyEvents;

    fn build(reader: &mut RowReader<'_>) -> Option<Self> {
        let event_code = reader.key_text("event_code");
        let supply_code = reader.key_text("supply_code");
        let event_kind = reader.key_word("event_kind").as_deref().and_then(SupplyEventKind::from_word);
        let starts_on = reader.key_date("starts_on");
        let (event_code, supply_code, event_kind, starts_on) = (event_code?, supply_code?, event_kind?, starts_on?);
        let division_code = reader.division(&event_code, None)?;
        let mut ends_on = reader.date("ends_on");
        if let Some(day) = ends_on.filter(|day| *day < starts_on) {
            let message = format!("截止日 {day} 早于起始日 {starts_on}");
            reader.report(IssueCode::PeriodReversed, "ends_on", &day.to_string(), message);
            return None;
        }
        let mut new_start_on = reader.date("new_start_on");
        let mut new_finish_on = reader.date("new_finish_on");
        let label = event_kind.label_zh();
        if event_kind == SupplyEventKind::Extension {
            if new_start_on.is_none() {
                reader.refuse_row("new_start_on", format!("{label}没有写新的约定开工日期，不能知道延到哪一天"));
                return None;
            }
            if ends_on.take().is_some() {
                reader.contradiction("ends_on", format!("{label}没有截止日；截止日按缺失处理"));
            }
            new_finish_on =
                reader.finish_not_before(new_start_on, new_finish_on, "new_finish_on", ["新的约定开工", "新的约定竣工"]);
        } else if new_start_on.is_some() || new_finish_on.is_some() {
            (new_start_on, new_finish_on) = (None, None);
            let message = format!("{label}不改变约定日期，却写了新的约定开工或竣工日期；两项都按缺失处理");
            reader.contradiction("new_start_on", message);
        }
        reader.refer(RegisterKind::Supplies, "supply_code", &division_code, &supply_code);
        let document_number = reader.text("document_number");
        if document_number.is_none() {
            let cost = match event_kind {
                SupplyEventKind::Extension => "能否作为延期的依据需核",
                _ => "补充文件之前不停止期限的计算",
            };
            reader.report(IssueCode::EventUndocumented, "document_number", "", format!("{label}没有文号，{cost}"));
        }
        Some(SupplyEventRecord {
            division_code,
            event_code,
            supply_code,
            event_kind,
            starts_on,
            ends_on,
            new_start_on,
            new_finish_on,
            document_number,
            document_dated: reader.date("document_dated"),
            remark: reader.text("remark"),
            observed_on: reader.observed_on(),
        })
    }

    fn key(&self) -> String {
        joined(&self.division_code, &self.event_code)
    }
}
