//! Enterprises on the parcels in use, who is on which, and what they paid in the last three years: invented figures of the order
//! one meets. The codes have the form of GB 32100 with a registration class (Y1) that no enterprise has.

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate};
use mujun_domain::code::credit_check;

use super::case::Cases;
use super::dice::{Dice, rounded};
use super::lot::{M2_PER_MU, Made};
use super::park::{Plot, operates};
use super::plan::ParkPlan;
use super::plane::area;
use super::planted::{ENTERPRISE_YEARS, ENTERPRISES, OCCUPANCIES};
use super::row::{EnterpriseRow, EnterpriseYearRow, OccupancyRow, ParcelRow};

/// Years told of each enterprise, up to the last whole one.
const YEARS: i32 = 3;

/// The economy of a park while it is being made.
pub(super) struct Economy<'a> {
    plan: &'a ParkPlan,
    as_of: NaiveDate,
    firms: Vec<Firm>,
    /// Firms by the number of the owner.
    owners: HashMap<usize, usize>,
    pub(super) enterprises: Vec<EnterpriseRow>,
    pub(super) occupancies: Vec<OccupancyRow>,
    pub(super) years: Vec<EnterpriseYearRow>,
}

/// An enterprise while its park is being made.
struct Firm {
    row: EnterpriseRow,
    /// First day on any ground.
    since: NaiveDate,
    /// Ground it is on now.
    land_m2: f64,
    parcels: usize,
}

/// Who is on a parcel: this share of it, from this day to that, on these terms.
struct Stay {
    share: f64,
    from: NaiveDate,
    until: Option<NaiveDate>,
    tenure: &'static str,
}

impl<'a> Economy<'a> {
    /// The economy of a park.
    pub(super) fn of(plots: &[Plot], plan: &'a ParkPlan, as_of: NaiveDate, dice: &mut Dice, cases: &mut Cases) -> Economy<'a> {
        let mut economy = Economy {
            plan,
            as_of,
            firms: Vec::new(),
            owners: HashMap::new(),
            enterprises: Vec::new(),
            occupancies: Vec::new(),
            years: Vec::new(),
        };
        for made in plots.iter().flat_map(|plot| &plot.made).flatten() {
            // Of some ground nobody has told who works there.
            if operates(made.state) && !dice.chance(0.06) {
                economy.settle(made, dice, cases);
            }
        }
        for index in 0..economy.firms.len() {
            economy.tell_years(index, dice, cases);
        }
        economy.enterprises = economy.firms.drain(..).map(|firm| firm.row).collect();
        economy
    }

    /// Puts the owner, and on some parcels a tenant, on the ground.
    fn settle(&mut self, made: &Made, dice: &mut Dice, cases: &mut Cases) {
        let parcel = &made.parcel;
        let owner = self.owner(made, dice);
        let earliest = NaiveDate::from_yo_opt(dice.whole(2005, 2019) as i32, dice.whole(1, 365) as u32).unwrap_or(self.as_of);
        let built = made.supply.as_ref().and_then(|supply| supply.finished_on.or(supply.agreed_finish_on));
        let since = built.unwrap_or(earliest).min(self.as_of - Days::new(30));
        let leased = dice.weighted(&[(0.0, 86.0), (0.3, 4.0), (0.45, 3.0), (0.6, 2.0), (1.0, 5.0)]);
        if leased < 1.0 {
            let own = Stay { share: 1.0 - leased, from: since, until: None, tenure: "自有" };
            let row = self.put(owner, parcel, own);
            if self.firms[owner].parcels == 2 {
                let code = &self.occupancies[row].code;
                cases.note("firm-on-two-parcels", OCCUPANCIES, row, code, "一家企业占用两宗以上用地");
            }
        }
        if leased > 0.0 {
            let moved_in = (since + Days::new(dice.whole(100, 1500) as u64)).min(self.as_of - Days::new(20)).max(since);
            let left = self.as_of - Days::new(dice.whole(10, 500) as u64);
            let until = Some(left).filter(|day| dice.chance(0.15) && *day > moved_in);
            let tenant = self.tenant(parcel);
            let row = self.put(tenant, parcel, Stay { share: leased, from: moved_in, until, tenure: "租赁" });
            let (case, note) = match (leased < 1.0, until) {
                (_, Some(_)) => ("tenant-left", "承租企业已经迁出"),
                (true, None) => ("two-firms-on-one-parcel", "一宗地上有自有与承租两家企业"),
                (false, None) => ("tenant", "整宗地由承租企业使用"),
            };
            cases.note(case, OCCUPANCIES, row, &self.occupancies[row].code, note);
        }
    }

    fn owner(&mut self, made: &Made, dice: &mut Dice) -> usize {
        if let Some(&known) = self.owners.get(&made.enterprise) {
            return known;
        }
        let code = match dice.chance(0.03) {
            true => format!("{}-QY-{:07}", self.plan.county, made.enterprise),
            false => self.credit_code("EX", made.enterprise),
        };
        self.owners.insert(made.enterprise, self.firms.len());
        self.found(code, made.parcel.right_holder.clone(), made.parcel.industry)
    }

    fn tenant(&mut self, parcel: &ParcelRow) -> usize {
        let number = self.next_occupancy();
        self.found(self.credit_code("EW", number), format!("示例承租企业{number:04}"), parcel.industry)
    }

    fn found(&mut self, code: String, name: String, industry: &'static str) -> usize {
        let row = EnterpriseRow { code, name, industry, division_code: self.plan.county };
        self.firms.push(Firm { row, since: NaiveDate::MAX, land_m2: 0.0, parcels: 0 });
        self.firms.len() - 1
    }

    fn credit_code(&self, series: &str, number: usize) -> String {
        let body = format!("Y1{}{series}{number:07}", self.plan.county);
        let check = credit_check(&body).unwrap_or('0');
        format!("{body}{check}")
    }

    /// Number of the next occupancy, unlike any of another park: no parcel has more than two.
    fn next_occupancy(&self) -> usize {
        self.plan.parcels_before * 2 + self.occupancies.len() + 1
    }

    fn put(&mut self, firm: usize, parcel: &ParcelRow, stay: Stay) -> usize {
        let ground = parcel.ground.as_ref().map_or(0.0, |ground| area(&ground.0));
        let taken = rounded(parcel.documentary_mu.map_or(ground, |mu| mu * M2_PER_MU) * stay.share, 2);
        let code = format!("{}-YD-{:07}", self.plan.county, self.next_occupancy());
        let firm = &mut self.firms[firm];
        firm.land_m2 += if stay.until.is_none() { taken } else { 0.0 };
        firm.parcels += 1;
        firm.since = firm.since.min(stay.from);
        self.occupancies.push(OccupancyRow {
            code,
            enterprise_code: firm.row.code.clone(),
            parcel_code: parcel.code.clone(),
            area_m2: Some(taken),
            from_on: Some(stay.from),
            until_on: stay.until,
            tenure: stay.tenure,
            division_code: self.plan.county,
        });
        self.occupancies.len() - 1
    }

    /// The years of a firm: mostly steady, some with a gap, a refund, or two bad years in a row.
    fn tell_years(&mut self, index: usize, dice: &mut Dice, cases: &mut Cases) {
        let firm = &self.firms[index];
        let mu = rounded(firm.land_m2 / M2_PER_MU, 2);
        let code = firm.row.code.clone();
        let large = dice.chance(0.35);
        let (low, high) = dice.weighted(&[((0.4, 3.0), 14.0), ((3.0, 5.0), 12.0), ((5.0, 10.0), 24.0), ((10.0, 42.0), 50.0)]);
        let usual = dice.between(low, high);
        let mut grades = Vec::new();
        let (first, last) = (self.as_of.year() - YEARS, self.as_of.year() - 1);
        for year in first.max(firm.since.year())..=last {
            let row = self.years.len();
            let per_mu = usual * dice.between(0.85, 1.15);
            let refund = dice.chance(0.01);
            if dice.chance(0.04) {
                cases.note("year-missing", ENTERPRISES, index, &code, "缺一年的年度数据");
                grades.push(None);
                continue;
            }
            let tax = if refund { -rounded(per_mu, 2) } else { rounded(per_mu * mu, 2) };
            let young = year <= firm.since.year() + 1;
            let grade = match per_mu {
                _ if young => "不评定",
                ..3.5 => "D",
                3.5..8.0 => "C",
                8.0..20.0 => "B",
                _ => "A",
            };
            let told = |case: &str, note: &str, cases: &mut Cases| {
                cases.note(case, ENTERPRISE_YEARS, row, &format!("{code}/{year}"), note);
            };
            if refund {
                told("tax-refund", "退税多于缴税，税收为负", cases);
            }
            for (limit, case) in [(3.0, "tax-below-3"), (5.0, "tax-below-5"), (10.0, "tax-below-10")] {
                if (limit * 0.6..limit).contains(&per_mu) && year == last && !refund {
                    told(case, "亩均税收低于该数（万元/亩）", cases);
                }
            }
            if grade == "D" && grades.last() == Some(&Some("D")) {
                told("grade-d-twice", "连续两年评为 D 类", cases);
            }
            grades.push(Some(grade));
            self.years.push(EnterpriseYearRow {
                enterprise_code: code.clone(),
                year: i64::from(year),
                size: (!dice.chance(0.02)).then_some(if large { "规上" } else { "规下" }),
                tax_wan_yuan: (refund || !dice.chance(0.02)).then_some(tax),
                land_mu: Some(mu).filter(|mu| *mu > 0.0),
                grade: (!dice.chance(0.02)).then_some(grade),
                reason: young.then_some("投产未满两年"),
                division_code: self.plan.county,
            });
        }
    }
}
