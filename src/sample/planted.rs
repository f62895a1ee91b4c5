//! A fixed small number of faulty rows, put in on purpose into the files of the first park, so that an import has something to find.

use geo::{Coord, LineString, MultiPolygon, Polygon};

use super::Planted;
use super::row::{EnterpriseRow, EnterpriseYearRow, OccupancyRow, ParcelRow, Park, SupplyEventRow};

/// Parcels that a park must have to be given faults; smaller cities stay clean.
const LEAST_PARCELS: usize = 8;

/// File names, in the order in which they should be imported.
pub(super) const PARCELS: &str = "parcels.shp";
pub(super) const BUILDINGS: &str = "buildings.gpkg";
pub(super) const APPROVALS: &str = "approvals.geojson";
pub(super) const DEDUCTIONS: &str = "deductions.gpkg";
pub(super) const SUPPLIES: &str = "supplies.xlsx";
pub(super) const SUPPLY_EVENTS: &str = "supply-events.xlsx";
pub(super) const ZONES: &str = "zones.gpkg";
pub(super) const ENTERPRISES: &str = "enterprises.csv";
pub(super) const OCCUPANCIES: &str = "occupancies.csv";
pub(super) const ENTERPRISE_YEARS: &str = "enterprise-years.csv";
pub(super) const PROJECTS: &str = "projects.geojson";
pub(super) const PROJECT_EVENTS: &str = "project-events.xlsx";
pub(super) const TARGETS: &str = "targets.xlsx";

/// Puts the faults into the first park of the city and lists them; rows of this park are the first of every file.
pub(super) fn plant(park: &mut Park) -> Vec<Planted> {
    let mut planted = Vec::new();
    if park.parcels.len() < LEAST_PARCELS || park.supplies.len() < LEAST_PARCELS {
        return planted;
    }
    let mut note = |fault: &str, file: &str, index: usize, key: &str, note: &str| {
        planted.push(Planted {
            fault: fault.to_owned(),
            file: file.to_owned(),
            row: index as u64 + 1,
            key: key.to_owned(),
            note: note.to_owned(),
        });
    };

    let typo = &mut park.parcels[2];
    if let Some(ground) = typo.ground.as_ref() {
        use geo::Area;
        typo.documentary_mu = Some(super::dice::rounded(ground.unsigned_area() / super::lot::M2_PER_MU * 10.0, 4));
        note("area-typo", PARCELS, 2, &typo.code, "证载面积多写一位，约为图形面积的 10 倍");
    }
    let model = park.parcels[5].clone();
    // The extra parcels stand in a row below the park, on ground that nothing else uses.
    for (step, (fault, remark)) in [
        ("bow-tie", "界线自相交（两角点次序颠倒）"),
        ("duplicate-code", "与前面一宗宗地代码重复"),
        ("short-code", "宗地代码只有 18 位"),
        ("empty-geometry", "没有图形"),
    ]
    .into_iter()
    .enumerate()
    {
        let index = park.parcels.len();
        let spare = spare_ground(park, step);
        let serial = format!("{}{:05}", &model.code[..14], 99_901 + step);
        let mut row = ParcelRow {
            code: serial,
            location: format!("{}（示例问题行）", model.location),
            documentary_mu: spare.as_ref().map(|_| 7.2),
            ground: spare.map(|ring| MultiPolygon(vec![Polygon::new(LineString(ring), Vec::new())])),
            ..model.clone()
        };
        match fault {
            "bow-tie" => {
                if let Some(ground) = &mut row.ground {
                    ground.0[0].exterior_mut(|ring| ring.0.swap(1, 2));
                }
            }
            "duplicate-code" => row.code.clone_from(&model.code),
            "short-code" => row.code.truncate(18),
            _ => row.ground = None,
        }
        note(fault, PARCELS, index, &row.code, remark);
        park.parcels.push(row);
    }

    let faults: [(usize, &str, &'static str, String, &str); 4] = [
        (1, "text-date", "合同签订日期", "2019年09月10日".to_owned(), "日期是文字而不是 Excel 日期"),
        (3, "number-with-semicolon", "成交价款(万元)", "24.9480;".to_owned(), "数值以分号结尾"),
        (5, "unknown-construction", "施工情况", "停工待核".to_owned(), "施工情况不在约定的取值内"),
        (7, "finish-before-start", "约定竣工日期", String::new(), "约定竣工日期早于约定开工日期"),
    ];
    for (index, fault, column, text, remark) in faults {
        let supply = &mut park.supplies[index];
        if fault == "finish-before-start" {
            supply.agreed_finish_on = supply.agreed_start_on.and_then(|day| day.checked_sub_days(chrono::Days::new(45)));
        } else {
            supply.overrides.push((column, text));
        }
        note(fault, SUPPLIES, index, &supply.code, remark);
    }
    if let Some(approval) = park.approvals.first_mut() {
        approval.approved_on = None;
        note("approval-without-date", APPROVALS, 0, &approval.number, "批次没有批准日期");
    }
    let investing = &mut park.supplies[2];
    investing.progress.total_investment = Some(1000.0);
    investing.progress.invested = Some(1300.0);
    note("invested-above-total", SUPPLIES, 2, &investing.code, "已投资额大于总投资额");
    plant_events(park, &mut note);
    plant_enterprises(park, &mut note);
    planted
}

/// Events that cannot be used: an extension to no day, and a suspension that ends before it begins.
fn plant_events(park: &mut Park, note: &mut impl FnMut(&str, &str, usize, &str, &str)) {
    let supply = &park.supplies[0];
    let day = supply.signed_on;
    let model = SupplyEventRow {
        code: String::new(),
        supply_code: supply.code.clone(),
        division_code: supply.division_code,
        kind: "政府原因",
        starts_on: day,
        ends_on: None,
        new_start_on: None,
        new_finish_on: None,
        document: Some("示例函〔问题行〕1号".to_owned()),
        document_dated: Some(day),
        remark: "示例问题行",
    };
    for (step, (fault, remark)) in [
        ("extension-without-new-start", "延期补充协议没有新的约定开工日期"),
        ("event-ends-before-start", "中止的截止日早于起始日"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut row = SupplyEventRow { code: format!("{}-BG-9990{step}", supply.division_code), ..model.clone() };
        match step {
            0 => row.kind = "延期补充协议",
            _ => row.ends_on = day.checked_sub_days(chrono::Days::new(30)),
        }
        note(fault, SUPPLY_EVENTS, park.supply_events.len(), &row.code, remark);
        park.supply_events.push(row);
    }
}

/// A code with a wrong check character, names that stand in no register, and a year that cannot be.
fn plant_enterprises(park: &mut Park, note: &mut impl FnMut(&str, &str, usize, &str, &str)) {
    let Some(model) = park.enterprises.first().cloned() else { return };
    let county = model.division_code;
    let body = format!("Y1{county}EX9999999");
    let check = mujun_domain::code::credit_check(&body);
    let wrong = if check == Some('0') { '1' } else { '0' };
    let row = EnterpriseRow { code: format!("{body}{wrong}"), name: "示例企业（问题行）".to_owned(), ..model };
    note("wrong-check-character", ENTERPRISES, park.enterprises.len(), &row.code, "统一社会信用代码校验位不对");
    let year = |enterprise_code: &str, year, tax| EnterpriseYearRow {
        enterprise_code: enterprise_code.to_owned(),
        year,
        size: Some("规下"),
        tax_wan_yuan: Some(tax),
        land_mu: Some(12.5),
        grade: Some("C"),
        reason: None,
        division_code: county,
    };
    let nobody = format!("{county}-QY-9999998");
    for (fault, made, remark) in [
        ("negative-tax", year(&row.code, 2024, -12.5), "税收为负（退税）"),
        ("year-out-of-range", year(&row.code, 1899, 10.0), "年份超出范围"),
        ("unknown-enterprise", year(&nobody, 2024, 10.0), "年度数据所指的企业没有登记"),
    ] {
        note(fault, ENTERPRISE_YEARS, park.enterprise_years.len(), &made.enterprise_code, remark);
        park.enterprise_years.push(made);
    }
    let stray = OccupancyRow {
        code: format!("{county}-YD-9999999"),
        enterprise_code: row.code.clone(),
        parcel_code: format!("{county}999999GB99999"),
        area_m2: Some(5000.0),
        from_on: None,
        until_on: None,
        tenure: "租赁",
        division_code: county,
    };
    note("unknown-parcel", OCCUPANCIES, park.occupancies.len(), &stray.code, "企业用地所指的宗地没有登记");
    park.occupancies.push(stray);
    park.enterprises.push(row);
}

/// A closed ring of 60 × 80 m in the plane, the `step`-th of a row south of the park.
fn spare_ground(park: &Park, step: usize) -> Option<Vec<Coord<f64>>> {
    use geo::BoundingRect;
    let hull = park.zones.iter().filter_map(|zone| zone.ground.bounding_rect()).reduce(|a, b| {
        geo::Rect::new(
            Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
            Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
        )
    })?;
    let x = (hull.center().x + 90.0 * step as f64).round();
    let y = (hull.min().y - 120.0).round();
    let corner = |dx: f64, dy: f64| Coord { x: x + dx, y: y + dy };
    Some(vec![corner(0.0, 0.0), corner(60.0, 0.0), corner(60.0, 80.0), corner(0.0, 80.0), corner(0.0, 0.0)])
}
