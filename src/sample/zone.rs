//! 规划分区: an industrial area with a green belt along one side, logistics along another and a residential corner,
//! cut without regard to parcels, so that some parcels lie partly outside the industrial area.

use geo::MultiPolygon;

use super::block::Rect;
use super::dice::Dice;
use super::park::Plot;
use super::plan::ParkPlan;
use super::plane::{Frame, Local, node, polygon};
use super::row::ZoneRow;

/// The zones of a park; they touch without overlap.
pub(super) fn rows(plots: &[Plot], plan: &ParkPlan, frame: Frame, dice: &mut Dice) -> Vec<ZoneRow> {
    let Some(hull) = plots.iter().map(|plot| plot.block.rect).reduce(|a, b| Rect {
        u0: a.u0.min(b.u0),
        v0: a.v0.min(b.v0),
        u1: a.u1.max(b.u1),
        v1: a.v1.max(b.v1),
    }) else {
        return Vec::new();
    };
    let edge = hull.inset(-30.0);
    let green = hull.v0 + dice.between(-8.0, 34.0);
    let homes = (edge.u0 + edge.width() * dice.between(0.14, 0.26), edge.v1 - edge.height() * dice.between(0.14, 0.24));
    let store = edge.u1 - edge.width() * dice.between(0.08, 0.2);
    let Rect { u0, v0, u1, v1 } = edge;
    let park = dice.chance(0.5);
    let outlines: [(&'static str, &'static str, Vec<Local>); 4] = [
        ("100102", "二类工业用地", vec![(u0, green), (store, green), (store, v1), (homes.0, v1), homes, (u0, homes.1)]),
        ("1101", "物流仓储用地", vec![(store, green), (u1, green), (u1, v1), (store, v1)]),
        ("1402", "防护绿地", vec![(u0, v0), (u1, v0), (u1, green), (u0, green)]),
        if park {
            ("1401", "公园绿地", vec![(u0, homes.1), homes, (homes.0, v1), (u0, v1)])
        } else {
            ("0701", "城镇住宅用地", vec![(u0, homes.1), homes, (homes.0, v1), (u0, v1)])
        },
    ];
    let mut rings: Vec<_> = outlines.iter().map(|(_, _, outline)| frame.ring(outline)).collect();
    node(&mut rings);
    outlines
        .into_iter()
        .zip(rings)
        .enumerate()
        .map(|(index, ((use_code, use_name, _), ring))| ZoneRow {
            code: format!("{}-{:04}-{:02}", plan.county, plan.number + 1, index + 1),
            use_code,
            use_name,
            division_code: plan.county,
            ground: MultiPolygon(vec![polygon(ring, Vec::new())]),
        })
        .collect()
}
