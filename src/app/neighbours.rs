//! What is registered near a place, against which the position of a file is held.

use std::sync::OnceLock;

use mujun_domain::code::DivisionCode;
use mujun_geometry::{geo::Rect, surface::Surface};
use sqlx::PgConnection;

use crate::ingest::{self, IngestError, Mapping, Neighbours, Place, ReadOptions};
use crate::register::RegisterKind;
use crate::sample::DIVISIONS_GEOJSON;
use crate::store::{self, StoreError};

/// Registered outlines that are asked for at one outline of a file.
pub(super) const OUTLINES: i64 = 40;

/// What a file for this register should meet, asked for by way of `ask`, which ends in [`near`]. The first boundaries are held against
/// those that come with the program. To be called from a thread that may wait.
pub(super) fn asked(kind: RegisterKind, ask: impl Fn(Vec<Rect<f64>>) -> Vec<Surface> + Send + Sync + 'static) -> Neighbours {
    Neighbours::new(move |boxes| {
        let found = ask(boxes.to_vec());
        if kind == RegisterKind::Divisions && found.is_empty() {
            return carried_once().iter().map(|(_, surface)| surface.clone()).collect();
        }
        found
    })
}

/// The registered outlines, EPSG:4490, that a file for this register should meet: those of the register itself and of the parcels, on
/// whose boundaries everything else is drawn.
///
/// # Errors
/// The database refused.
pub(super) async fn near(conn: &mut PgConnection, kind: RegisterKind, boxes: &[Rect<f64>]) -> Result<Vec<Surface>, StoreError> {
    if kind != RegisterKind::Divisions {
        return store::reference::outlines(conn, &[kind, RegisterKind::Parcels], boxes, OUTLINES).await;
    }
    Ok(store::division::boundaries(conn).await?.into_iter().map(|division| division.boundary).collect())
}

/// The divisions that come with the program, read once; none where they cannot be read.
fn carried_once() -> &'static [(DivisionCode, Surface)] {
    static READ: OnceLock<Vec<(DivisionCode, Surface)>> = OnceLock::new();
    READ.get_or_init(|| {
        carried().unwrap_or_else(|error| {
            tracing::warn!(%error, "程序附带的行政区没有读到");
            Vec::new()
        })
    })
}

/// The divisions that come with the program.
///
/// # Errors
/// They cannot be written to a file, or not be read from it.
pub(super) fn carried() -> Result<Vec<(DivisionCode, Surface)>, IngestError> {
    let unreadable = |source| IngestError::Unreadable { path: "jiaxing-divisions.geojson".to_owned(), source };
    let file = tempfile::Builder::new().suffix(".geojson").tempfile().map_err(unreadable)?;
    std::fs::write(file.path(), DIVISIONS_GEOJSON).map_err(unreadable)?;
    let mapping = Mapping::standard(RegisterKind::Divisions);
    let read = ingest::read_divisions(file.path(), &mapping, &ReadOptions::default(), &Place::default())?;
    let divisions = read
        .rows
        .into_iter()
        .filter_map(|row| Some((DivisionCode::parse(&row.record.division_code).ok()?, row.record.ground.surface)));
    Ok(divisions.collect())
}
