//! One tile: from the snapshot in memory, or for what it does not show, from the rows that the database has in that box.

use std::io::Write;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use chrono::NaiveDate;
use flate2::Compression;
use flate2::write::GzEncoder;
use mujun_tiles::TileLayer;
pub use mujun_tiles::{ColumnKind, Place, TileAddress};
use tokio::sync::Semaphore;

use crate::app::state::State;
use crate::city::display::{DisplaySnapshot, SentTile, Tile};
pub use crate::city::display::{Encoding, LayerQuery, Seen, Tag, TileQuery};
pub use crate::city::filter::{Comparison, Condition, Literal};
use crate::register::display::MapLayer;
use crate::store::read::{self, Bbox};
use crate::store::{self, StoreError};

/// Features read for one tile that the snapshot cannot serve. More would be read, sent and drawn for minutes.
const MOST_FEATURES: i64 = 50_000;

/// Down to this zoom a tile may hold so much that writing it would keep a thread of the reactor from its connections.
const HEAVY_TO: u8 = 13;

/// As many heavy tiles are written at once as there are cores, so that a small one never waits for many.
static LANES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)));

/// By which run the map is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownRun {
    /// 现行评价批
    Current,
    /// 指明的评价批
    Run(i64),
    /// 法律时点最近的评价批
    Nearest(NaiveDate),
}

/// Where a tile came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileSource {
    /// The snapshot in memory.
    Memory,
    /// The database.
    Database,
}

/// Fewer bytes than this gain less by being compressed than it costs.
const WORTH_COMPRESSING: usize = 256;

/// The tile as it is sent.
fn pack(tile: Tile, encoding: Encoding) -> SentTile {
    let Tile { bytes, tag } = tile;
    let plain = |bytes: Vec<u8>| SentTile { bytes: bytes.into(), encoding: Encoding::Identity, tag };
    if encoding == Encoding::Identity || bytes.len() < WORTH_COMPRESSING {
        return plain(bytes);
    }
    let mut packed = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::fast());
    // Writing to memory cannot fail; should it, what was to be sent is sent as it is.
    match packed.write_all(&bytes).and_then(|()| packed.finish()) {
        Ok(packed) => SentTile { bytes: packed.into(), encoding: Encoding::Gzip, tag },
        Err(_) => plain(bytes),
    }
}

/// A tile, and what it shows.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Its tag.
    pub tag: Tag,
    /// Its bytes and how they are sent; `None` when the tag is one that the asker knows.
    pub bytes: Option<(Bytes, Encoding)>,
    /// The state of the registers, the run and the decisions that it shows.
    pub seen: Seen,
    /// Where it came from.
    pub source: TileSource,
}

/// Why there is no tile.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// No such run.
    #[error("没有评价批 {run_id}")]
    NoSuchRun {
        /// 评价批号。
        run_id: i64,
    },
    /// Nothing was ever evaluated.
    #[error("还没有评价批")]
    NoRun,
    /// Too much for a tile that is not served from memory.
    #[error("此瓦片的要素超过 {at_most} 个")]
    TooMany {
        /// How many would do.
        at_most: i64,
    },
    /// The database could not be read.
    #[error(transparent)]
    Read(#[from] StoreError),
    /// A computation beside the reactor was cut short.
    #[error("计算中断")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// What is asked of a tile.
#[derive(Clone, Debug)]
pub struct TileRequest {
    /// Which tile.
    pub address: TileAddress,
    /// What it shows.
    pub query: TileQuery,
    /// By which run.
    pub shown: ShownRun,
    /// How it may be sent.
    pub encoding: Encoding,
    /// The tags of the tiles that the asker has.
    pub known: Known,
}

/// Tags that an asker has.
#[derive(Clone, Debug, Default)]
pub struct Known(pub Vec<Tag>);

impl TileRequest {
    /// The answer: the tag alone, when the asker has the tile; else as `sent` gives it, so that nothing is packed for nothing.
    fn answer(&self, tag: Tag, seen: Seen, source: TileSource, sent: impl FnOnce() -> SentTile) -> Answered {
        let bytes = (!self.known.0.contains(&tag)).then(|| {
            let SentTile { bytes, encoding, .. } = sent();
            (bytes, encoding)
        });
        Answered { tag, bytes, seen, source }
    }
}

/// From which zoom on a layer is told how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerZooms {
    /// At all.
    pub shown_from: u8,
    /// In blocks, where it is not drawn one by one; before it in squares.
    pub blocks_from: u8,
    /// One by one.
    pub drawn_from: u8,
    /// With label points.
    pub labels_from: u8,
}

/// How a layer is told at which zoom: what the snapshot holds decides, and before there is one the layer's schema.
pub fn zooms(state: &State, layer: MapLayer) -> LayerZooms {
    let schema = layer.schema();
    let (blocks_from, drawn_from) = match state.display.latest() {
        Some(snapshot) => (snapshot.layer(layer).blocks_from(), snapshot.layer(layer).drawn_from()),
        None => (schema.blocks_from.min(schema.drawn_from), schema.drawn_from),
    };
    LayerZooms { shown_from: *schema.shown.start(), blocks_from, drawn_from, labels_from: schema.labels_from.max(drawn_from) }
}

/// What the attributes of blocks, squares and sums are called: first the number of features, then 亩 in all and by kind.
pub fn sum_keys(layer: MapLayer) -> Vec<String> {
    layer.schema().sum_keys()
}

/// Answers a tile; when the asker has it, only its tag.
///
/// # Errors
/// See [`TileError`].
pub async fn tile(state: &State, request: TileRequest) -> Result<Answered, TileError> {
    let latest = || state.display.latest();
    match request.shown {
        ShownRun::Current => match latest() {
            Some(snapshot) => from_memory(snapshot, request).await,
            None => match from_database(state, request.clone()).await {
                // Too much for the database to draw: the snapshot will be there in seconds.
                Err(full @ TileError::TooMany { .. }) => match state.display.when(|_| true).await {
                    Some(snapshot) => from_memory(snapshot, request).await,
                    None => Err(full),
                },
                answered => answered,
            },
        },
        ShownRun::Run(run_id) => match latest().filter(|snapshot| snapshot.seen.run_id == Some(run_id)) {
            Some(snapshot) => from_memory(snapshot, request).await,
            None => from_database(state, request).await,
        },
        ShownRun::Nearest(_) => from_database(state, request).await,
    }
}

async fn from_memory(snapshot: Arc<DisplaySnapshot>, request: TileRequest) -> Result<Answered, TileError> {
    let (address, seen) = (request.address, snapshot.seen);
    if !request.known.0.is_empty()
        && let Some(tag) = snapshot.tag(address, &request.query)
        && request.known.0.contains(&tag)
    {
        return Ok(Answered { tag, bytes: None, seen, source: TileSource::Memory });
    }
    let kept = move |snapshot: &DisplaySnapshot, request: &TileRequest| {
        let tile = snapshot.kept(address, &request.query, request.encoding)?;
        Some(request.answer(tile.tag, seen, TileSource::Memory, || tile))
    };
    if let Some(answered) = kept(&snapshot, &request) {
        return Ok(answered);
    }
    let write = move || {
        // Another may have written it while this one waited for its lane.
        kept(&snapshot, &request).unwrap_or_else(|| {
            let tile = snapshot.tile(address, &request.query);
            request.answer(tile.tag, seen, TileSource::Memory, || {
                let sent = pack(tile, request.encoding);
                snapshot.keep(address, &request.query, request.encoding, sent.clone());
                sent
            })
        })
    };
    if address.zoom() > HEAVY_TO {
        return Ok(write());
    }
    // The semaphore is never closed.
    let _lane = LANES.acquire().await;
    Ok(tokio::task::spawn_blocking(write).await?)
}

async fn from_database(state: &State, request: TileRequest) -> Result<Answered, TileError> {
    let mut conn = read::begin(&state.pool).await?;
    let run_id = match request.shown {
        ShownRun::Current => None,
        ShownRun::Run(run_id) => {
            store::run::by_id(&mut conn, run_id).await?.ok_or(TileError::NoSuchRun { run_id })?;
            Some(run_id)
        }
        ShownRun::Nearest(day) => Some(read::tile::run_nearest(&mut conn, day).await?.ok_or(TileError::NoRun)?.0),
    };
    if let Some(run_id) = run_id {
        read::tile::show_run(&mut conn, run_id).await?;
    }
    let found = store::display::state(&mut conn).await?;
    let within = padded_box(request.address);
    let mut layers = Vec::new();
    let mut left = MOST_FEATURES;
    for asked in request.query.layers() {
        let rows = read::tile::rows(&mut conn, asked.layer, within, left + 1).await?;
        left -= i64::try_from(rows.features.len()).unwrap_or(i64::MAX);
        if left < 0 {
            return Err(TileError::TooMany { at_most: MOST_FEATURES });
        }
        layers.push((asked.layer, rows.features));
    }
    drop(conn);
    let seen = Seen { revision: found.revision, run_id: found.run_id, decisions: found.decisions };
    let write = move || {
        let built: Vec<_> = layers.into_iter().map(|(layer, features)| (layer, TileLayer::build(features))).collect();
        let find = |wanted| built.iter().find(|(layer, _)| *layer == wanted).map(|(_, built)| built);
        let tile = request.query.write(request.address, find);
        request.answer(tile.tag, seen, TileSource::Database, || pack(tile, request.encoding))
    };
    let _lane = LANES.acquire().await;
    Ok(tokio::task::spawn_blocking(write).await?)
}

/// The ground whose features can show in a tile, in degrees.
fn padded_box(address: TileAddress) -> Bbox {
    let padded = address.padded();
    let ((west, north), (east, south)) = (padded.min.to_degrees(), padded.max.to_degrees());
    Bbox { west, south, east, north }
}
