//! Looking at a file before it is imported, against the city as the registers know it, or as the program carries it.

use std::path::PathBuf;

use mujun_domain::code::DivisionCode;
use sqlx::PgPool;

use super::import::{ImportError, MappingChoice, mapping, place};
use crate::ingest::{self, IngestError, Inspection, Mapping, Place, Preview, ReadOptions};
use crate::register::RegisterKind;
use crate::sample::DIVISIONS_GEOJSON;

/// Looks at a file against the registered city.
///
/// # Errors
/// The file cannot be opened, or the database cannot be asked.
pub async fn inspect(pool: &PgPool, path: PathBuf, options: ReadOptions) -> Result<Inspection, ImportError> {
    let mut conn = pool.acquire().await.map_err(|source| ImportError::Transaction { step: "开始", source })?;
    let place = place(&mut conn, RegisterKind::Parcels).await?;
    drop(conn);
    let looking = tokio::task::spawn_blocking(move || ingest::inspect(&path, &options, &place));
    Ok(looking.await.map_err(ImportError::Task)??)
}

/// The first rows of a file as an import under this mapping would take them.
///
/// # Errors
/// The mapping or the file cannot be taken, or the database cannot be asked.
pub async fn first_rows(
    pool: &PgPool,
    path: PathBuf,
    kind: RegisterKind,
    choice: &MappingChoice,
    options: ReadOptions,
    rows: usize,
) -> Result<Preview, ImportError> {
    let mapping = mapping(kind, choice)?;
    let mut conn = pool.acquire().await.map_err(|source| ImportError::Transaction { step: "开始", source })?;
    let place = if kind == RegisterKind::Divisions { Place::default() } else { place(&mut conn, kind).await? };
    drop(conn);
    let reading = tokio::task::spawn_blocking(move || ingest::preview(&path, &mapping, &options, &place, rows));
    Ok(reading.await.map_err(ImportError::Task)??)
}

/// Looks at a file against the boundaries that come with the program, where there is no database yet.
///
/// # Errors
/// The file cannot be opened.
pub async fn inspect_without_database(path: PathBuf, options: ReadOptions) -> Result<Inspection, ImportError> {
    let looking = tokio::task::spawn_blocking(move || ingest::inspect(&path, &options, &carried_city()?));
    Ok(looking.await.map_err(ImportError::Task)??)
}

/// The divisions that come with the program.
fn carried_city() -> Result<Place, IngestError> {
    let unreadable = |source| IngestError::Unreadable { path: "jiaxing-divisions.geojson".to_owned(), source };
    let file = tempfile::Builder::new().suffix(".geojson").tempfile().map_err(unreadable)?;
    std::fs::write(file.path(), DIVISIONS_GEOJSON).map_err(unreadable)?;
    let mapping = Mapping::standard(RegisterKind::Divisions);
    let read = ingest::read_divisions(file.path(), &mapping, &ReadOptions::default(), &Place::default())?;
    let divisions = read
        .rows
        .into_iter()
        .filter_map(|row| Some((DivisionCode::parse(&row.record.division_code).ok()?, row.record.ground.surface)));
    Ok(Place::of(divisions.collect()))
}
