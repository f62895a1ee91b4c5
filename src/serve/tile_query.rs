//! What a request asks of a tile, read from its query: columns, county, kind, state, year, a filter, and by which run.

use mujun_domain::code::DivisionCode;

use super::problem::Problem;
use super::query::{Parameters, invalid};
use crate::app::life::LifeState;
use crate::app::query::MapLayer;
use crate::app::tile::{Comparison, Condition, LayerQuery, Literal, ShownRun, TileQuery};

use crate::serve::cql;

/// What the address and the query ask for.
pub(super) struct Asked {
    pub query: TileQuery,
    pub shown: ShownRun,
}

/// Reads and takes every parameter of a tile of these layers.
pub(super) fn asked(layers: &[MapLayer], mut parameters: Parameters) -> Result<Asked, Problem> {
    if parameters.is_empty() {
        let query = TileQuery::new(layers.iter().map(|layer| LayerQuery::whole(*layer)).collect());
        return Ok(Asked { query, shown: ShownRun::Current });
    }
    let columns = columns(layers, &mut parameters)?;
    let conditions = conditions(layers, &mut parameters)?;
    let filter = filter(layers, &mut parameters)?;
    let shown = shown(&mut parameters)?;
    parameters.finish()?;
    let query = layers
        .iter()
        .zip(columns)
        .zip(conditions)
        .map(|((layer, columns), mut all)| {
            all.extend(filter.clone());
            let condition = match all.len() {
                0 => None,
                1 => all.pop(),
                _ => Some(Condition::All(all)),
            };
            LayerQuery { layer: *layer, columns, condition }
        })
        .collect();
    Ok(Asked { query: TileQuery::new(query), shown })
}

/// `properties`: columns by name, each of one layer at least.
fn columns(layers: &[MapLayer], parameters: &mut Parameters) -> Result<Vec<u32>, Problem> {
    let Some(text) = parameters.text("properties")? else { return Ok(vec![u32::MAX; layers.len()]) };
    let mut columns = vec![0; layers.len()];
    for name in text.split(',') {
        let mut is_known = false;
        for (layer, columns) in layers.iter().zip(&mut columns) {
            if let Some(column) = layer.column(name) {
                *columns |= 1 << column;
                is_known = true;
            }
        }
        if !is_known {
            let mut known: Vec<&str> = layers.iter().flat_map(|layer| layer.columns()).map(|(name, _)| name).collect();
            known.sort_unstable();
            known.dedup();
            return Err(invalid("properties", name, format!(" {} 中的一个或几个，以逗号分隔", known.join("、"))));
        }
    }
    Ok(columns)
}

/// `county`, `kind`, `state` and `plan_year`: each narrows the layers that can answer it, and one of them must.
fn conditions(layers: &[MapLayer], parameters: &mut Parameters) -> Result<Vec<Vec<Condition>>, Problem> {
    let mut conditions = vec![Vec::new(); layers.len()];
    let county = parameters.parsed("county", "6 位行政区划代码", |value| {
        DivisionCode::parse(value).ok().map(|code| code.as_str().to_owned())
    })?;
    narrow(layers, &mut conditions, "county", county.as_deref(), |_, county| Some(equal("division_code", county)))?;
    let kind = parameters.kind()?;
    narrow(layers, &mut conditions, "kind", kind.as_deref(), |layer, kind| match layer {
        MapLayer::Parcels => Some(Condition::Holds("kinds".to_owned(), kind.to_owned())),
        MapLayer::Findings => Some(equal("kind", kind)),
        // Every leftover is of this kind.
        MapLayer::Leftovers if kind == "approved_not_supplied" => Some(Condition::All(Vec::new())),
        MapLayer::Leftovers => Some(Condition::Any(Vec::new())),
        _ => None,
    })?;
    let states = LifeState::ALL.map(LifeState::as_str);
    let state = parameters
        .parsed("state", &format!(" {} 之一", states.join("、")), |word| states.contains(&word).then(|| word.to_owned()))?;
    narrow(layers, &mut conditions, "state", state.as_deref(), |layer, state| {
        layer.column("state").map(|_| equal("state", state))
    })?;
    let year = parameters.parsed("plan_year", " 1949–2999 的年份", |value| {
        value.parse::<u16>().ok().filter(|year| (1949..3000).contains(year))
    })?;
    narrow(layers, &mut conditions, "plan_year", year, |layer, year| {
        layer
            .column("plan_year")
            .map(|_| Condition::Compare("plan_year".to_owned(), Comparison::Equal, Literal::Number(f64::from(year))))
    })?;
    Ok(conditions)
}

fn equal(column: &str, text: &str) -> Condition {
    Condition::Compare(column.to_owned(), Comparison::Equal, Literal::Text(text.to_owned()))
}

fn narrow<T: Copy>(
    layers: &[MapLayer],
    conditions: &mut [Vec<Condition>],
    name: &'static str,
    value: Option<T>,
    condition: impl Fn(MapLayer, T) -> Option<Condition>,
) -> Result<(), Problem> {
    let Some(value) = value else { return Ok(()) };
    let mut is_answered = false;
    for (layer, conditions) in layers.iter().zip(conditions) {
        if let Some(condition) = condition(*layer, value) {
            conditions.push(condition);
            is_answered = true;
        }
    }
    if is_answered {
        return Ok(());
    }
    let names = |layers: &mut dyn Iterator<Item = MapLayer>| layers.map(MapLayer::as_str).collect::<Vec<_>>().join("、");
    Err(Problem::ParameterOfOtherLayers {
        name,
        asked: names(&mut layers.iter().copied()),
        answering: names(&mut MapLayer::ALL.into_iter().filter(|layer| condition(*layer, value).is_some())),
    })
}

/// `filter` with `filter-lang`, which can only be CQL2 text.
fn filter(layers: &[MapLayer], parameters: &mut Parameters) -> Result<Option<Condition>, Problem> {
    parameters.parsed("filter-lang", " cql2-text", |word| (word == "cql2-text").then_some(()))?;
    parameters.text("filter")?.map(|text| cql::parse(&text, layers)).transpose()
}

/// `run` or `as_of`.
fn shown(parameters: &mut Parameters) -> Result<ShownRun, Problem> {
    let run = parameters.parsed("run", "评价批号", |value| value.parse::<i64>().ok().filter(|run| *run > 0))?;
    let day = parameters.parsed("as_of", "形如 2026-06-30 的日期", |value| value.parse().ok())?;
    Ok(match (run, day) {
        (Some(_), Some(_)) => return Err(invalid("as_of", "", "与 run 二者取一")),
        (Some(run), None) => ShownRun::Run(run),
        (None, Some(day)) => ShownRun::Nearest(day),
        (None, None) => ShownRun::Current,
    })
}
