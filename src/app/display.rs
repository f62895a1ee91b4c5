//! Keeps the city that the map shows: loads it, hears of every commit, reads what changed, and puts the next snapshot in the place
//! of the last. What is not heard of is found by asking every few seconds.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::{PgConnection, PgPool};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::city::display::{DisplaySnapshot, LayerChange, Seen};
use crate::register::RegisterKind;
use crate::register::display::{Digests, DisplayRows, Keeping, MapLayer};
use crate::store::display::{self, DisplayState, Followed};
use crate::store::listen::Listener;
use crate::store::read;
use crate::store::{self, StoreError};

/// How long to wait to hear of a change before asking whether there was one.
const PATIENCE: Duration = Duration::from_secs(2);

/// After a failure the next try waits this long, and after each further one twice as long, up to [`LONGEST_BREAK`].
const FIRST_BREAK: Duration = Duration::from_millis(100);
const LONGEST_BREAK: Duration = Duration::from_secs(10);

/// Why the map could not be brought up to date. It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum DisplayError {
    /// The database could not be read.
    #[error(transparent)]
    Read(#[from] StoreError),
    /// A computation beside the reactor was cut short.
    #[error("计算中断")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// The latest snapshot, wherever the map is asked for. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Display {
    latest: watch::Receiver<Option<Arc<DisplaySnapshot>>>,
}

impl Display {
    /// No snapshot, and never one: everything comes from the database.
    pub fn never() -> Display {
        Display { latest: watch::channel(None).1 }
    }

    /// The latest snapshot; `None` until the first one stands.
    pub fn latest(&self) -> Option<Arc<DisplaySnapshot>> {
        self.latest.borrow().clone()
    }

    /// Waits for a snapshot that shows this, and answers it; `None` when nobody keeps one any more.
    pub async fn when(&self, is_enough: impl Fn(&Seen) -> bool) -> Option<Arc<DisplaySnapshot>> {
        let mut latest = self.latest.clone();
        let found = latest.wait_for(|latest| latest.as_ref().is_some_and(|snapshot| is_enough(&snapshot.seen))).await.ok()?;
        found.clone()
    }
}

/// Keeps snapshots for as long as this lives.
#[derive(Debug)]
pub struct DisplayKeeper {
    task: JoinHandle<()>,
}

impl Drop for DisplayKeeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Begins to keep the city of a database in memory, and within `room` bytes the tiles that were sent.
pub fn keep(pool: PgPool, room: usize) -> (Display, DisplayKeeper) {
    let (sender, latest) = watch::channel(None);
    let task = tokio::spawn(async move {
        let mut kept = None;
        let mut pause = FIRST_BREAK;
        loop {
            let before = kept.is_some();
            match follow(&pool, room, &sender, &mut kept).await {
                Err(DisplayError::Read(StoreError::Query { source: sqlx::Error::PoolClosed, .. })) => return,
                Err(fault) => tracing::warn!(fault = &fault as &dyn std::error::Error, "the map is not up to date"),
                Ok(never) => match never {},
            }
            pause = if before != kept.is_some() { FIRST_BREAK } else { (pause * 2).min(LONGEST_BREAK) };
            tokio::time::sleep(pause).await;
        }
    });
    (Display { latest }, DisplayKeeper { task })
}

/// What the next change is read against.
#[derive(Debug)]
struct Kept {
    state: DisplayState,
    snapshot: Arc<DisplaySnapshot>,
    /// The highest version of each followed register.
    highest: [u64; MapLayer::ALL.len()],
    /// What was said of each feature of the layers that are compared.
    digests: [Digests; MapLayer::ALL.len()],
}

type Sender = watch::Sender<Option<Arc<DisplaySnapshot>>>;

/// Loads where there is nothing yet, then follows, until something fails.
async fn follow(
    pool: &PgPool,
    room: usize,
    sender: &Sender,
    kept: &mut Option<Kept>,
) -> Result<std::convert::Infallible, DisplayError> {
    // Before anything is read: what lands from now on is heard.
    let mut listener = Listener::open(pool).await?;
    loop {
        match kept {
            None => {
                let loaded = load(pool, room).await?;
                sender.send_replace(Some(loaded.snapshot.clone()));
                *kept = Some(loaded);
            }
            Some(own) => {
                while display::state_now(pool).await? != own.state {
                    catch_up(pool, own).await?;
                    sender.send_replace(Some(own.snapshot.clone()));
                }
            }
        }
        listener.next(PATIENCE).await?;
    }
}

fn seen(state: &DisplayState) -> Seen {
    Seen { revision: state.revision, run_id: state.run_id, decisions: state.decisions }
}

/// Reads the whole city and builds it: layers that are read are built while others are still being read.
async fn load(pool: &PgPool, room: usize) -> Result<Kept, DisplayError> {
    type Building = JoinHandle<(MapLayer, mujun_tiles::TileLayer)>;
    #[derive(Default)]
    struct Begun {
        building: Vec<Building>,
        highest: [u64; MapLayer::ALL.len()],
        digests: [Digests; MapLayer::ALL.len()],
    }
    let began = std::time::Instant::now();
    let begun = Arc::new(Mutex::new(Begun::default()));
    let taken = begun.clone();
    let state = display::all(pool, move |rows: DisplayRows| {
        let mut begun = taken.lock().unwrap_or_else(PoisonError::into_inner);
        let DisplayRows { layer, features, digests, highest, .. } = rows;
        begun.highest[layer.place()] = highest;
        begun.digests[layer.place()] = digests;
        begun.building.push(tokio::task::spawn_blocking(move || (layer, mujun_tiles::TileLayer::build(features).with_blocks())));
    })
    .await?;
    let Begun { building, highest, digests } = std::mem::take(&mut *begun.lock().unwrap_or_else(PoisonError::into_inner));
    let mut layers = Vec::new();
    for built in building {
        layers.push(built.await?);
    }
    let features: usize = layers.iter().map(|(_, layer)| layer.len()).sum();
    let snapshot = Arc::new(DisplaySnapshot::new(seen(&state), layers, room));
    tracing::info!(
        revision = state.revision,
        features,
        megabytes = snapshot.memory() / 1_000_000,
        seconds = began.elapsed().as_secs_f64(),
        "the map is in memory"
    );
    Ok(Kept { state, snapshot, highest, digests })
}

/// Reads what changed since, in one consistent view, and makes the next snapshot of it.
async fn catch_up(pool: &PgPool, kept: &mut Kept) -> Result<(), DisplayError> {
    let mut conn = read::begin(pool).await?;
    let now = display::state(&mut conn).await?;
    let touched = if now.revision == kept.state.revision {
        Some(Default::default())
    } else {
        display::touched(&mut conn, kept.state.revision).await?
    };
    // A change by hand may be dated as its hand pleased: nothing tells what it touched.
    let Some(touched) = touched else {
        drop(conn);
        *kept = load(pool, kept.snapshot.room()).await?;
        return Ok(());
    };
    let mut changes = Changes::default();
    let mut highest = kept.highest;
    let mut digests: Vec<(MapLayer, Digests)> = Vec::new();
    let has_other_run = now.run_id != kept.state.run_id;

    let divisions = display::divisions(&mut conn).await?;
    for register in Followed::ALL.into_iter().filter(|register| touched.contains(&register.register())) {
        let layer = register.layer();
        let closed = display::closed(&mut conn, register, kept.state.instant).await?;
        let after = i64::try_from(highest[layer.place()]).unwrap_or(i64::MAX);
        let opened = display::since(&mut conn, register, &divisions, after).await?;
        highest[layer.place()] = highest[layer.place()].max(opened.highest);
        if !has_other_run {
            let mut keys: Vec<(String, String)> =
                closed.iter().map(|(_, division, code)| (division.clone(), code.clone())).collect();
            keys.extend(opened.keys.iter().map(|key| (key.division_code.clone(), key.code.clone())));
            findings_of(&mut conn, register, keys, kept, &mut changes).await?;
        }
        changes.remove(layer, closed.iter().filter_map(|(version, ..)| u64::try_from(*version).ok()));
        changes.add(opened);
    }
    if has_other_run {
        changes.add(display::parcels_of_another_run(&mut conn, kept.state.run_id).await?);
    }
    let has_decisions = now.decisions != kept.state.decisions;
    let moved = |registers: &[RegisterKind]| registers.iter().any(|register| touched.contains(register));
    for layer in display::COMPARED {
        let is_due = match layer {
            MapLayer::Findings => has_other_run,
            MapLayer::Leftovers => has_other_run || has_decisions || moved(&[RegisterKind::Approvals]),
            MapLayer::Projects => moved(&[RegisterKind::Projects, RegisterKind::ProjectEvents]),
            _ => moved(&[RegisterKind::Divisions]),
        };
        if is_due {
            let known = std::mem::take(&mut kept.digests[layer.place()]);
            let rows = display::whole(&mut conn, layer, Keeping::Changes(known.clone())).await;
            kept.digests[layer.place()] = known;
            let mut rows = rows?;
            let gone = kept.digests[layer.place()].keys().filter(|id| !rows.digests.contains_key(id)).copied();
            changes.remove(layer, gone.collect::<Vec<_>>());
            digests.push((layer, std::mem::take(&mut rows.digests)));
            changes.add(rows);
        } else if layer == MapLayer::Findings && has_decisions {
            let rows = display::findings_decided(&mut conn, kept.digests[layer.place()].clone()).await?;
            changes.told.extend(rows.digests.iter().map(|(id, digest)| (*id, Some(*digest))));
            changes.add(rows);
        }
    }
    drop(conn);

    let before = kept.snapshot.clone();
    let list = changes.layers;
    let snapshot = tokio::task::spawn_blocking(move || before.changed(seen(&now), list)).await?;
    kept.snapshot = Arc::new(snapshot);
    kept.state = now;
    kept.highest = highest;
    for (layer, own) in digests {
        kept.digests[layer.place()] = own;
    }
    let findings = &mut kept.digests[MapLayer::Findings.place()];
    for (id, digest) in changes.told {
        match digest {
            Some(digest) => findings.insert(id, digest),
            None => findings.remove(&id),
        };
    }
    Ok(())
}

/// What was read, layer by layer.
#[derive(Debug, Default)]
struct Changes {
    layers: Vec<LayerChange>,
    /// Findings one by one: what is said of them now, or that they are not shown any more.
    told: Vec<(u64, Option<u64>)>,
}

impl Changes {
    fn of(&mut self, layer: MapLayer) -> &mut LayerChange {
        let place = self.layers.iter().position(|change| change.layer == layer).unwrap_or_else(|| {
            let added = mujun_tiles::LayerBuilder::new(layer.schema());
            self.layers.push(LayerChange { layer, removed: Vec::new(), added });
            self.layers.len() - 1
        });
        &mut self.layers[place]
    }

    fn remove(&mut self, layer: MapLayer, ids: impl IntoIterator<Item = u64>) {
        let mut ids = ids.into_iter().peekable();
        if ids.peek().is_some() {
            self.of(layer).removed.extend(ids);
        }
    }

    fn add(&mut self, rows: DisplayRows) {
        if !rows.features.is_empty() {
            self.of(rows.layer).added.append(rows.features);
        }
    }
}

/// Findings whose ground is that of a subject that changed.
async fn findings_of(
    conn: &mut PgConnection,
    register: Followed,
    mut keys: Vec<(String, String)>,
    kept: &Kept,
    changes: &mut Changes,
) -> Result<(), StoreError> {
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(());
    }
    let (divisions, codes): (Vec<String>, Vec<String>) = keys.into_iter().unzip();
    let of = store::display::findings_of(conn, register, &divisions, &codes).await?;
    let known = &kept.digests[MapLayer::Findings.place()];
    let gone = of.numbers.iter().filter_map(|number| u64::try_from(*number).ok());
    let gone: Vec<u64> = gone.filter(|id| known.contains_key(id) && !of.rows.digests.contains_key(id)).collect();
    changes.told.extend(gone.iter().map(|id| (*id, None)));
    changes.told.extend(of.rows.digests.iter().map(|(id, digest)| (*id, Some(*digest))));
    changes.remove(MapLayer::Findings, gone);
    changes.add(of.rows);
    Ok(())
}
