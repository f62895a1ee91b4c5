//! The unit of a column: stated by the header or the cells, or shown by the areas of the outlines, or to be confirmed.

use super::Table;
use crate::ingest::{
    field::{Field, Sort},
    header::WrittenUnit,
    inspect::Profile,
    mapping::FieldMapping,
    values,
};

/// A stated area agrees with the outline within this factor either way; units of area differ by 15 at least.
const AGREES: std::ops::RangeInclusive<f64> = 0.8..=1.25;
/// Rows that must agree before the outlines are evidence.
const LEAST_ROWS: usize = 3;
/// m²; hardly any parcel is larger than 3 km².
const LARGEST_PARCEL: f64 = 3e6;
/// Ground of the same parcel measured on the plane of Web Mercator: larger by 1 / cos² φ, 1.35 at 30.7° N.
const MERCATOR: std::ops::RangeInclusive<f64> = 1.33..=1.38;

/// A unit and what speaks for it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct UnitFound {
    /// The unit.
    pub unit: WrittenUnit,
    /// Chinese.
    pub why: String,
    /// Whether a person must confirm it.
    pub is_doubtful: bool,
}

/// Whether values of a field can be in this unit.
pub(super) fn fits(sort: Sort, unit: WrittenUnit) -> bool {
    match sort {
        Sort::Area => unit.square_metres().is_some(),
        Sort::Money => matches!(unit, WrittenUnit::WanYuan | WrittenUnit::Yuan | WrittenUnit::YiYuan),
        Sort::Length => unit == WrittenUnit::Metre,
        Sort::Share | Sort::RatioLower | Sort::RatioUpper => unit == WrittenUnit::Percent,
        _ => false,
    }
}

/// The unit of a column for a field; none for fields without unit. A ratio that is none in percent has none either.
///
/// `usual` is what the register's own mapping takes the field to be in.
pub(super) fn find(table: &Table<'_>, profile: &Profile, field: &Field, usual: Option<WrittenUnit>) -> Option<UnitFound> {
    match field.sort {
        Sort::Area => Some(area(table, profile, field, usual)),
        Sort::Money => Some(stated(profile, field.sort).unwrap_or_else(|| assumed(usual.unwrap_or(WrittenUnit::WanYuan)))),
        Sort::Length => stated(profile, field.sort),
        Sort::Share => Some(stated(profile, field.sort).unwrap_or_else(|| share(profile))),
        Sort::RatioLower | Sort::RatioUpper => stated(profile, field.sort),
        _ => None,
    }
}

fn stated(profile: &Profile, sort: Sort) -> Option<UnitFound> {
    let by_cells = profile.cell_unit.map(|unit| (unit, "单元格里写明"));
    let by_header = profile.header.unit.map(|unit| (unit, "列名写明"));
    // A unit in the cell wins over everything when the file is read, so it must win here.
    let (unit, by) = by_cells.or(by_header).filter(|(unit, _)| fits(sort, *unit))?;
    Some(UnitFound { unit, why: format!("{by}“{}”", unit.label_zh()), is_doubtful: false })
}

fn assumed(unit: WrittenUnit) -> UnitFound {
    let why = format!("列名和单元格都没有写单位，也无从核对；暂按{}，请向提供方确认", unit.label_zh());
    UnitFound { unit, why, is_doubtful: true }
}

/// A share above one is a percentage; none above one may be either only when nothing is filled.
fn share(profile: &Profile) -> UnitFound {
    let above = profile.count(&|text| upper_end(text).is_some_and(|value| value > 1.0));
    if above > 0 {
        let why = format!("{above} 个值大于 1，只能是百分数");
        return UnitFound { unit: WrittenUnit::Percent, why, is_doubtful: false };
    }
    assumed(WrittenUnit::Percent)
}

fn upper_end(text: &str) -> Option<f64> {
    values::range(text).and_then(|range| range.upper.or(range.lower))
}

fn area(table: &Table<'_>, profile: &Profile, field: &Field, usual: Option<WrittenUnit>) -> UnitFound {
    let said = stated(profile, field.sort);
    let usual = likely(profile, usual.unwrap_or(WrittenUnit::SquareMetre));
    // Only the area of the whole parcel can be held against the outline.
    if !is_of_the_whole(field.name) {
        return said.unwrap_or_else(|| assumed(usual));
    }
    let measured = Measured::of(table, profile);
    let by_ground = measured.best();
    match (said, by_ground) {
        (Some(said), Some((unit, agreeing))) if unit != said.unit => {
            let why = format!(
                "{}，但有图形的 {} 行中 {agreeing} 行按{}才与图形面积相符；请确认",
                said.why,
                measured.rows.len(),
                unit.label_zh()
            );
            UnitFound { unit: said.unit, why, is_doubtful: true }
        }
        (Some(said), Some((_, agreeing))) => UnitFound {
            why: format!("{}；有图形的 {} 行中 {agreeing} 行与图形面积相符", said.why, measured.rows.len()),
            ..said
        },
        (Some(said), None) if measured.rows.len() >= LEAST_ROWS => {
            UnitFound {
                why: format!("{}，但与图形面积不符{}；请确认", said.why, measured.mercator()), is_doubtful: true, ..said
            }
        }
        (Some(said), None) => said,
        (None, Some((unit, agreeing))) => {
            let why =
                format!("没有写单位；有图形的 {} 行中 {agreeing} 行按{}与图形面积相符", measured.rows.len(), unit.label_zh());
            UnitFound { unit, why, is_doubtful: false }
        }
        (None, None) => {
            let guess = assumed(usual);
            if measured.rows.len() < LEAST_ROWS {
                return guess;
            }
            let why = format!(
                "没有写单位，按平方米、亩、公顷都与图形面积不符{}；暂按{}，请向提供方确认",
                measured.mercator(),
                guess.unit.label_zh()
            );
            UnitFound { why, ..guess }
        }
    }
}

/// The usual unit, unless half of the numbers are too large for parcels in it.
fn likely(profile: &Profile, usual: WrittenUnit) -> WrittenUnit {
    let number = |text: &str| values::number(text).map(|found| found.value);
    let is_too_large = |text: &str| {
        let area = number(text).zip(usual.square_metres()).map(|(number, factor)| number * factor);
        area.is_some_and(|area| area > LARGEST_PARCEL)
    };
    if profile.share(&is_too_large) >= 0.5 { WrittenUnit::SquareMetre } else { usual }
}

fn is_of_the_whole(field: &str) -> bool {
    matches!(field, "documentary_area_m2" | "reported_area_m2")
}

/// Numbers of a column beside the areas of the outlines.
struct Measured {
    /// Number, m² of the outline.
    rows: Vec<(f64, f64)>,
}

impl Measured {
    fn of(table: &Table<'_>, profile: &Profile) -> Measured {
        let rows = profile
            .cells
            .iter()
            .zip(table.areas)
            .filter_map(|(text, area)| Some((values::number(text)?.value, (*area)?)))
            .filter(|(number, area)| *number > 0.0 && *area > 0.0)
            .collect();
        Measured { rows }
    }

    fn agreeing(&self, factor: f64, within: &std::ops::RangeInclusive<f64>) -> usize {
        self.rows.iter().filter(|(number, area)| within.contains(&(number * factor / area))).count()
    }

    /// The unit in which most rows agree with their outlines, and how many do.
    fn best(&self) -> Option<(WrittenUnit, usize)> {
        [WrittenUnit::SquareMetre, WrittenUnit::Mu, WrittenUnit::Hectare]
            .into_iter()
            .filter_map(|unit| Some((unit, self.agreeing(unit.square_metres()?, &AGREES))))
            .max_by_key(|(_, count)| *count)
            .filter(|(_, count)| *count >= LEAST_ROWS && count * 10 >= self.rows.len() * 7)
    }

    /// A remark when the numbers were measured on the plane of Web Mercator.
    fn mercator(&self) -> String {
        for unit in [WrittenUnit::SquareMetre, WrittenUnit::Mu, WrittenUnit::Hectare] {
            let Some(factor) = unit.square_metres() else { continue };
            let count = self.agreeing(factor, &MERCATOR);
            if count >= LEAST_ROWS && count * 10 >= self.rows.len() * 7 {
                return format!(
                    "（{count} 行按{}都大到约 1.35 倍：像是在网络地图投影 EPSG:3857 上量的面积，不能当作证载面积）",
                    unit.label_zh()
                );
            }
        }
        String::new()
    }
}

/// The unit to begin with for a field whose column a person names; none for what is read without one.
pub(super) fn to_begin_with(sort: Sort, usual: Option<WrittenUnit>) -> Option<WrittenUnit> {
    match sort {
        Sort::Area => usual.or(Some(WrittenUnit::SquareMetre)),
        Sort::Money => usual.or(Some(WrittenUnit::WanYuan)),
        Sort::Share => Some(WrittenUnit::Percent),
        _ => None,
    }
}

/// The unit of a declared mapping's factor.
pub(super) fn of_factor(read: &FieldMapping) -> Option<WrittenUnit> {
    let near = |value: f64| (read.factor / value - 1.0).abs() < 1e-9;
    match read.field.sort {
        Sort::Area => [WrittenUnit::SquareMetre, WrittenUnit::Mu, WrittenUnit::Hectare, WrittenUnit::SquareKilometre]
            .into_iter()
            .find(|unit| unit.square_metres().is_some_and(near)),
        Sort::Money if near(1.0) => Some(WrittenUnit::WanYuan),
        Sort::Money if near(1e-4) => Some(WrittenUnit::Yuan),
        Sort::Money if near(1e4) => Some(WrittenUnit::YiYuan),
        Sort::Share | Sort::RatioLower | Sort::RatioUpper if near(0.01) => Some(WrittenUnit::Percent),
        Sort::Length => Some(WrittenUnit::Metre),
        _ => None,
    }
}
