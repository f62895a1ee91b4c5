//! How parcels in use are laid out, as far as somebody filled it in, and the few that carry the local mark M0.

use super::case::Cases;
use super::dice::{Dice, rounded};
use super::lot::M2_PER_MU;
use super::park::{Plot, operates};
use super::plane::area;
use super::planted::PARCELS;
use super::row::Layout;

/// One parcel in use in so many carries the mark.
const MARKED_ONE_IN: usize = 45;

/// Fills in the layout of the parcels of a park.
pub(super) fn lay_out(plots: &mut [Plot], dice: &mut Dice, cases: &mut Cases) {
    let mut turn = dice.whole(0, MARKED_ONE_IN as i64 - 1) as usize;
    for (index, made) in plots.iter_mut().flat_map(|plot| &mut plot.made).flatten().enumerate() {
        if !operates(made.state) {
            continue;
        }
        turn += 1;
        let parcel = &mut made.parcel;
        let ground = parcel.ground.as_ref().map_or(0.0, |ground| area(&ground.0));
        let site = parcel.documentary_mu.map_or(ground, |mu| mu * M2_PER_MU);
        let part = |dice: &mut Dice, low: f64, high: f64| Some(rounded(site * dice.between(low, high), 1));
        if turn.is_multiple_of(MARKED_ONE_IN) {
            let office = dice.weighted(&[(0.08, 1.0), (0.14, 2.0), (0.22, 2.0), (0.32, 1.0)]);
            let green = dice.weighted(&[(0.08, 1.0), (0.14, 2.0), (0.19, 2.0), (0.27, 1.0)]);
            let office_land = rounded(site * office, 1);
            parcel.mark = Some("M0");
            parcel.layout = Layout {
                built_land: part(dice, 0.8, 0.98),
                structures: part(dice, 0.0, 0.02),
                yard: part(dice, 0.0, 0.02),
                office_land: Some(office_land),
                office_floor: Some(rounded(office_land * dice.between(2.0, 5.0), 1)),
                green: Some(rounded(site * green, 1)),
            };
            cases.note("m0", PARCELS, index, &parcel.code, "新型产业用地（M0），办公、绿地、堆场面积都有");
        } else if dice.chance(0.2) {
            let office_land = rounded(site * dice.weighted(&[(0.03, 3.0), (0.05, 3.0), (0.065, 2.0), (0.095, 2.0)]), 1);
            let green = dice.weighted(&[(0.06, 2.0), (0.12, 3.0), (0.18, 2.0), (0.24, 2.0)]);
            parcel.layout = Layout {
                built_land: part(dice, 0.55, 1.0),
                structures: part(dice, 0.0, 0.05),
                yard: part(dice, 0.0, 0.1),
                office_land: Some(office_land),
                office_floor: (!dice.chance(0.15)).then(|| rounded(office_land * dice.between(1.5, 4.0), 1)),
                green: Some(rounded(site * green, 1)),
            };
            cases.note("layout", PARCELS, index, &parcel.code, "填有已建成用地、构筑物、堆场、办公与绿地面积");
        }
    }
}
