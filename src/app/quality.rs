//! 图形质量。How the rows that an import recorded lie to each other and to the present rows of their register, in the import's own
//! transaction after the merge. Every fault is told with both parties and its place; none sets a row aside: which of two
//! outlines is wrong is not ours to decide, and a row that was taken out would hide what it overlaps.
//!
//! The city is worked through in windows: memory is two windows, however many rows there are and however many of them are at fault.

mod found;
mod gathered;
pub mod lineage;
mod report;
mod tolerance;
mod window;

use std::sync::Arc;

use mujun_geometry::layer::{Layer, LayerBuilder};
use mujun_geometry::reproject::ReprojectionError;
use rayon::prelude::*;
use sqlx::PgConnection;

use super::import::{ImportProgress, ImportStep, Watch};
use crate::city::counties::{Counties, Outside};
use crate::city::ground::{GroundIndex, PLANE};
use crate::city::topology::{self, Checks, Role, Window};
use crate::ingest::IngestIssue;
use crate::register::RegisterKind;
use crate::store::quality::WindowColumns;
use crate::store::{self, StoreError};
pub use found::Found;
use found::{Meetings, Met, OutsideFound, Part, RowKey, SliverFound, StripFound};
pub use gathered::{Aside, GatherError, Gathered};
pub use tolerance::{Tolerances, TolerancesMissing};

/// Faults of one kind that are told one by one; the rest is counted.
const LISTED: usize = 5_000;

/// Why the rows could not be examined.
#[derive(Debug, thiserror::Error)]
pub enum QualityError {
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A tolerance is not on record.
    #[error(transparent)]
    Tolerances(#[from] TolerancesMissing),
    /// A stored ground cannot be brought to the plane.
    #[error("登记簿中的图形无法换算到测量平面")]
    Project(#[from] ReprojectionError),
    /// What was kept aside of the file cannot be read.
    #[error(transparent)]
    Gathered(#[from] GatherError),
    /// What was found could not be kept aside.
    #[error("图形关系的暂存文件读写失败，多半是磁盘已满")]
    Aside(#[from] std::io::Error),
    /// A background task was lost.
    #[error("质量检查的后台任务中断")]
    Task(#[source] tokio::task::JoinError),
}

/// How the rows of an import are examined: what is asked, what is tolerable, and the boundaries they are held against.
#[derive(Clone, Debug)]
pub struct Examination {
    kind: RegisterKind,
    import_id: i64,
    checks: Checks,
    tolerances: Tolerances,
    counties: Arc<Counties>,
}

impl Examination {
    /// Makes ready to examine; `None` for a register without ground, in which nothing is ever found.
    ///
    /// # Errors
    /// See [`QualityError`].
    pub async fn of(conn: &mut PgConnection, kind: RegisterKind, import_id: i64) -> Result<Option<Examination>, QualityError> {
        let Some(checks) = checks(kind) else { return Ok(None) };
        let tolerances = Tolerances::of(&store::quality::tolerances(conn).await?)?;
        let counties = Arc::new(counties(conn, checks).await?);
        Ok(Some(Examination { kind, import_id, checks, tolerances, counties }))
    }

    /// Examines what the import recorded against each other and against what was there, reading it back.
    ///
    /// # Errors
    /// See [`QualityError`]; the transaction must be rolled back.
    pub async fn recorded(&self, conn: &mut PgConnection, watch: Watch<'_>) -> Result<Found, QualityError> {
        let grid = store::quality::grid(conn, self.kind, self.import_id).await?;
        let imported: i64 = grid.cells.iter().map(|cell| cell.imported).sum();
        let tell = |rows: usize| {
            let of = u64::try_from(imported).ok();
            watch(ImportProgress { step: ImportStep::Examining, rows: rows as u64, of });
        };
        tell(0);
        let aside = if self.kind == RegisterKind::Parcels { Some(Meetings::new()?) } else { None };
        let mut found = Found::none(grid.cells.iter().map(|cell| cell.off_plane).sum(), aside);
        let mut pending: Option<tokio::task::JoinHandle<Result<Part, ReprojectionError>>> = None;
        for bounds in window::windows(grid, self.tolerances.topology.gap_max_width_m) {
            // The server reads the next window while the last one is examined.
            let columns = store::quality::window(conn, self.kind, self.import_id, bounds).await?;
            if let Some(pending) = pending.take() {
                found.add(pending.await.map_err(QualityError::Task)??, &self.tolerances)?;
                tell(found.examined());
            }
            let examination = self.clone();
            pending = Some(tokio::task::spawn_blocking(move || {
                let mut columns = columns;
                let outlines = std::mem::replace(&mut columns.ground.outlines, LayerBuilder::new(PLANE));
                Ok(examination.part(columns, outlines.project(PLANE)?))
            }));
        }
        if let Some(pending) = pending {
            found.add(pending.await.map_err(QualityError::Task)??, &self.tolerances)?;
            tell(found.examined());
        }
        Ok(found)
    }

    /// Examines the grounds of a file that fills an empty register, without the server.
    ///
    /// # Errors
    /// What was kept aside cannot be read.
    pub fn gathered(&self, gathered: &Gathered) -> Result<Found, QualityError> {
        // The first of a register take nothing over.
        let mut found = Found::none(gathered.off_plane(), None);
        for bounds in window::windows(gathered.grid(), self.tolerances.topology.gap_max_width_m) {
            let (columns, outlines) = gathered.window(bounds)?;
            found.add(self.part(columns, outlines.project(PLANE)?), &self.tolerances)?;
        }
        Ok(found)
    }

    /// Tells what was found, and closes the parcels whose ground new ones of the import took over.
    ///
    /// # Errors
    /// See [`QualityError`]; the transaction must be rolled back.
    pub async fn tell(self, conn: &mut PgConnection, mut found: Found) -> Result<Vec<IngestIssue>, QualityError> {
        let Examination { kind, import_id, tolerances, .. } = self;
        let mut issues = Vec::new();
        if let Some(aside) = found.aside.take() {
            let (told, closed) = lineage::trace(conn, import_id, &aside, &found.codes, &tolerances).await?;
            issues = told;
            let is_closed = |met: &Met| met.other_role == Role::Present && closed.binary_search(&met.other.version_id).is_ok();
            aside.each(|_, met| {
                if !is_closed(&met) {
                    found.list(met, &tolerances);
                }
            })?;
        }
        issues.extend(report::issues(conn, kind, import_id, found, &tolerances).await?);
        Ok(issues)
    }
}

/// What is asked of a register; `None` when it has no ground.
/// Approvals, contracts, deductions, zones and projects may overlap by their nature, and buildings stand on podiums.
fn checks(kind: RegisterKind) -> Option<Checks> {
    match kind {
        RegisterKind::Parcels => Some(Checks::Tiling),
        RegisterKind::Buildings
        | RegisterKind::Approvals
        | RegisterKind::Supplies
        | RegisterKind::Deductions
        | RegisterKind::Zones
        | RegisterKind::Projects => Some(Checks::Duplicates),
        RegisterKind::Divisions
        | RegisterKind::ProjectEvents
        | RegisterKind::Targets
        | RegisterKind::SupplyEvents
        | RegisterKind::Enterprises
        | RegisterKind::Occupancies
        | RegisterKind::EnterpriseYears => None,
    }
}

/// The boundaries that grounds are held against; none where grounds are not held against any.
async fn counties(conn: &mut PgConnection, checks: Checks) -> Result<Counties, QualityError> {
    let boundaries = match checks {
        Checks::Tiling => store::division::boundaries(conn).await?,
        Checks::Duplicates => Vec::new(),
    };
    let boundaries = boundaries.into_iter().map(|division| (division.division_code, division.boundary)).collect();
    Ok(Counties::new(boundaries)?)
}

impl Examination {
    /// Examines one window; the outlines of its rows are in the plane.
    fn part(&self, columns: WindowColumns, outlines: Layer) -> Part {
        let Examination { checks, tolerances, counties, .. } = self;
        let WindowColumns { version_ids, roles, divisions, division_codes, ground } = columns;
        let roles: Vec<Role> = roles.into_iter().map(role).collect();
        let grounds = GroundIndex::of(outlines, ground.ellipsoidal_m2);
        let window = Window { grounds, roles, numbers: version_ids };
        let seen = topology::examine(&window, *checks, &tolerances.topology);
        let Window { grounds, roles, numbers } = &window;
        let middle = |position: usize| grounds.outline(position).bounds().center();
        let key = |position: usize| RowKey { version_id: numbers[position], division: divisions[position] };
        let meetings = seen.meetings.par_iter().enumerate().map(|(rank, meeting)| Met {
            one: key(meeting.one),
            other: key(meeting.other),
            other_role: roles[meeting.other],
            common_m2: meeting.common_m2 * grounds.to_ellipsoid(meeting.one),
            common_in_other_m2: meeting.common_m2 * grounds.to_ellipsoid(meeting.other),
            one_m2: grounds.ellipsoidal_m2(meeting.one),
            other_m2: grounds.ellipsoidal_m2(meeting.other),
            // More will not be listed, and to find a place costs more than to find the overlap.
            place: if rank < LISTED { topology::place_of(grounds, *meeting) } else { None },
        });
        let strips = seen.gaps.iter().map(|gap| StripFound {
            one: key(gap.one),
            other: key(gap.other),
            length_m: gap.length_m,
            area_m2: gap.area_m2 * grounds.to_ellipsoid(gap.one),
            place: gap.place,
        });
        let slivers = seen.slivers.iter().map(|(position, width_m)| SliverFound {
            one: key(*position),
            area_m2: grounds.ellipsoidal_m2(*position),
            width_m: *width_m,
            place: middle(*position),
        });
        let claimed: Vec<Option<usize>> = division_codes.iter().map(|code| counties.position(code)).collect();
        let outside =
            (0..numbers.len()).into_par_iter().filter(|position| roles[*position] == Role::Home).filter_map(|position| {
                let county = *claimed.get(divisions[position] as usize)?;
                let Outside { share, mostly_in } = counties.outside(grounds.outline(position), county?)?;
                let outside_m2 = share * grounds.ellipsoidal_m2(position);
                (share >= tolerances.outside_min_share && outside_m2 >= tolerances.outside_min_m2).then(|| {
                    let mostly_in = mostly_in.filter(|most| Some(*most) != county).map(|most| counties.code(most).to_owned());
                    OutsideFound { one: key(position), share, outside_m2, mostly_in, place: middle(position) }
                })
            });
        Part {
            meetings: meetings.collect(),
            strips: strips.collect(),
            slivers: slivers.collect(),
            outside: outside.collect(),
            examined: roles.iter().filter(|role| **role == Role::Home).count(),
            unexamined_pairs: seen.unexamined_pairs,
            codes: division_codes,
        }
    }
}

fn role(code: i32) -> Role {
    match code {
        1 => Role::Home,
        2 => Role::Elsewhere,
        _ => Role::Present,
    }
}
