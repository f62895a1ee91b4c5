//! From which parcels a parcel arose, and into which it went.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::mu;
use crate::app::quality::lineage::LineageKind;
use crate::app::query::LineageRow;

/// Both directions, the oldest first.
#[derive(Serialize)]
pub(in crate::serve) struct LineageView {
    predecessors: Vec<LinkView>,
    successors: Vec<LinkView>,
}

#[derive(Serialize)]
struct LinkView {
    /// The other parcel.
    division_code: String,
    parcel_code: String,
    /// Its area when it was closed, or when it took over.
    area_m2: f64,
    kind: String,
    kind_label: Option<&'static str>,
    shared_area_m2: f64,
    shared_area_mu: f64,
    recorded_at: DateTime<Utc>,
    import_id: i64,
    file_name: String,
}

/// The links of the parcel of that division and code.
pub(in crate::serve) fn lineage(rows: Vec<LineageRow>, division_code: &str, parcel_code: &str) -> LineageView {
    let (mut predecessors, mut successors) = (Vec::new(), Vec::new());
    for row in rows {
        let is_successor = row.successor_division_code == division_code && row.successor_parcel_code == parcel_code;
        let (division_code, parcel_code, area_m2) = if is_successor {
            (row.division_code, row.parcel_code, row.area_m2)
        } else {
            (row.successor_division_code, row.successor_parcel_code, row.successor_area_m2)
        };
        let link = LinkView {
            division_code,
            parcel_code,
            area_m2,
            kind_label: LineageKind::from_word(&row.lineage_kind).map(LineageKind::label_zh),
            kind: row.lineage_kind,
            shared_area_m2: row.shared_area_m2,
            shared_area_mu: mu(row.shared_area_m2),
            recorded_at: row.recorded_at,
            import_id: row.import_id,
            file_name: row.file_name,
        };
        if is_successor { predecessors.push(link) } else { successors.push(link) }
    }
    LineageView { predecessors, successors }
}
