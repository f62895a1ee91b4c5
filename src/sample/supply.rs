//! Contracts whose parcel is not in the register: kept by the office, and to be kept by whoever reads the file.

use chrono::{Datelike, Days, NaiveDate};

use super::dice::{Dice, rounded};
use super::lot::M2_PER_MU;
use super::park::{Plot, parcel_code};
use super::plan::ParkPlan;
use super::row::{BuildProgress, Construction, PlanTerms, SupplyRow};
use super::trade;

/// About three contracts in a hundred name a parcel that nobody has drawn.
pub(super) fn strays(plots: &[Plot], plan: &ParkPlan, as_of: NaiveDate, dice: &mut Dice) -> Vec<SupplyRow> {
    let mut rows = Vec::new();
    for _ in 0..plan.quota {
        if !dice.chance(0.03) {
            continue;
        }
        let number = rows.len() + 1;
        let signed_on = as_of - Days::new(dice.whole(1500, 6500) as u64);
        let agreed_start_on = signed_on + Days::new(dice.whole(150, 400) as u64);
        let finished_on = agreed_start_on + Days::new(dice.whole(400, 900) as u64);
        let industry = trade::industry(dice);
        let mu = dice.between(6.0, 60.0);
        rows.push(SupplyRow {
            code: format!("{}{:04}SL9{:06}", plan.county, signed_on.year(), plan.number * 100 + number),
            parcel_code: parcel_code(plan, plots.len(), 90_000 + number),
            project_name: format!("示例未落图项目{number}"),
            land_user: format!("示例企业{:04}", plan.parcels_before + 1),
            location: format!("{}示例园区{:02}示例路", plan.county_name, plan.number + 1),
            mode: "挂牌出让",
            industry,
            signed_on,
            delivered_on: Some(signed_on + Days::new(30)),
            agreed_start_on: Some(agreed_start_on),
            agreed_finish_on: Some(finished_on),
            construction: Construction::Finished,
            started_on: Some(agreed_start_on),
            finished_on: Some(finished_on.min(as_of)),
            far_min: Some(trade::far_floor(industry, signed_on.year(), dice)),
            far_max: None,
            density_max_percent: Some(60.0),
            price_wan_yuan: rounded(mu * trade::price_per_mu(signed_on.year(), dice), 2),
            plan: PlanTerms::default(),
            progress: BuildProgress::default(),
            area_hectares: rounded(mu * M2_PER_MU / 10_000.0, 4),
            division_code: plan.county,
            overrides: Vec::new(),
        });
    }
    rows
}
