//! What the map shows of each register: the layers of the tiles, what they say of a feature, and how a row of the database becomes
//! one. Knows neither the database nor how a tile is written.

use std::hash::Hasher;

use mujun_geometry::crs::Crs;
use mujun_geometry::layer::RingKind;
use mujun_geometry::wkb::{WkbError, read_rings};
use mujun_tiles::{ColumnKind, ColumnSchema, LayerBuilder, LayerSchema, Place, Ring, Value};

use super::columns::{ByCode, CodeHasher};

/// The layers a tile can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MapLayer {
    /// 宗地
    Parcels,
    /// 批而未供的剩余图形
    Leftovers,
    /// 建筑物
    Buildings,
    /// 规划分区
    Zones,
    /// 改造项目
    Projects,
    /// 供地范围
    Supplies,
    /// 疑似结论
    Findings,
    /// 批次范围
    Approvals,
    /// 行政区
    Divisions,
}

use ColumnKind::{Category, Flag, Integer, Number, Text};

/// A column: its key in the tile, a word of the glossary; what it holds; the first zoom at which it is told.
type Spec = (&'static str, ColumnKind, u8);

/// The kinds by which 亩 are summed, in the order of their numbers.
pub const KINDS: [&str; 3] = ["approved_not_supplied", "supplied_not_used", "underused"];

/// Sums are of whole ten-thousandths of a 亩, so that they are exact.
const WEIGHTS_PER_MU: u32 = 10_000;

/// From this zoom on a feature is large enough to be read, and says what it does not need to be drawn or picked.
const READ_FROM: u8 = 12;

/// The county: the first column of every layer. The second is the code.
const DIVISION: Spec = ("division_code", Category, 0);

impl MapLayer {
    /// Every layer.
    pub const ALL: [MapLayer; 9] = [
        MapLayer::Parcels,
        MapLayer::Leftovers,
        MapLayer::Buildings,
        MapLayer::Zones,
        MapLayer::Projects,
        MapLayer::Supplies,
        MapLayer::Findings,
        MapLayer::Approvals,
        MapLayer::Divisions,
    ];

    /// The word used in addresses and inside the tile.
    pub fn as_str(self) -> &'static str {
        match self {
            MapLayer::Parcels => "parcels",
            MapLayer::Leftovers => "leftovers",
            MapLayer::Buildings => "buildings",
            MapLayer::Zones => "zones",
            MapLayer::Projects => "projects",
            MapLayer::Supplies => "supplies",
            MapLayer::Findings => "findings",
            MapLayer::Approvals => "approvals",
            MapLayer::Divisions => "divisions",
        }
    }

    /// The layer of that word.
    pub fn from_word(word: &str) -> Option<MapLayer> {
        MapLayer::ALL.into_iter().find(|layer| layer.as_str() == word)
    }

    /// Its place in [`MapLayer::ALL`].
    pub fn place(self) -> usize {
        self as usize
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            MapLayer::Parcels => "宗地",
            MapLayer::Leftovers => "批而未供剩余图形",
            MapLayer::Buildings => "建筑物",
            MapLayer::Zones => "规划分区",
            MapLayer::Projects => "改造项目",
            MapLayer::Supplies => "供地范围",
            MapLayer::Findings => "疑似结论",
            MapLayer::Approvals => "批次范围",
            MapLayer::Divisions => "行政区",
        }
    }

    /// The columns, in the order of the database's view.
    fn specs(self) -> &'static [Spec] {
        match self {
            MapLayer::Parcels => &[
                DIVISION,
                ("parcel_code", Text, 0),
                ("kind", Category, 0),
                ("kinds", Category, READ_FROM),
                ("undetermined", Integer, 0),
                ("plot_ratio", Number, READ_FROM),
                ("area_mu", Number, READ_FROM),
                ("flagged_mu", Number, 0),
            ],
            MapLayer::Leftovers => &[DIVISION, ("approval_number", Text, 0), ("state", Category, 0), ("area_mu", Number, 0)],
            MapLayer::Buildings => &[DIVISION, ("building_code", Text, 0), ("storeys", Integer, 0)],
            MapLayer::Zones => &[
                DIVISION,
                ("zone_code", Text, READ_FROM),
                ("zone_type_code", Category, 0),
                ("zone_type_name", Category, 0),
                ("is_industrial", Flag, 0),
            ],
            MapLayer::Projects => {
                &[DIVISION, ("project_code", Text, 0), ("name", Text, 0), ("stage", Category, 0), ("plan_year", Integer, 0)]
            }
            MapLayer::Supplies => &[
                DIVISION,
                ("supply_code", Text, READ_FROM),
                ("parcel_code", Text, READ_FROM),
                ("construction_state", Category, 0),
                ("plan_year", Integer, 0),
            ],
            MapLayer::Findings => &[
                DIVISION,
                ("subject_code", Text, READ_FROM),
                ("subject_kind", Category, 0),
                ("parcel_code", Text, READ_FROM),
                ("rule_id", Category, 0),
                ("kind", Category, 0),
                ("outcome", Category, 0),
                ("force", Category, 0),
                ("state", Category, 0),
                ("area_mu", Number, READ_FROM),
            ],
            MapLayer::Approvals => &[DIVISION, ("approval_number", Text, 0), ("plan_year", Integer, 0)],
            MapLayer::Divisions => &[DIVISION, ("name", Category, 0)],
        }
    }

    /// What a tile says of a feature of this layer.
    pub fn columns(self) -> impl Iterator<Item = (&'static str, ColumnKind)> {
        self.specs().iter().map(|(name, kind, _)| (*name, *kind))
    }

    /// Which column that is.
    pub fn column(self, name: &str) -> Option<usize> {
        self.specs().iter().position(|(column, _, _)| *column == name)
    }

    /// How the layer becomes part of a tile.
    pub fn schema(self) -> LayerSchema {
        let columns = self.specs().iter().map(|(name, kind, from)| ColumnSchema::new(name, *kind).from_zoom(*from)).collect();
        let plain = LayerSchema {
            columns,
            weight: "area_mu".to_owned(),
            weights_per_unit: WEIGHTS_PER_MU,
            ..LayerSchema::new(self.as_str())
        };
        let kinds = || KINDS.map(str::to_owned).to_vec();
        match self {
            MapLayer::Parcels | MapLayer::Findings => {
                LayerSchema { classes: kinds(), class_key: Some("kind".to_owned()), ..plain }
            }
            MapLayer::Buildings => LayerSchema { shown: READ_FROM..=22, drawn_from: READ_FROM, blocks_from: READ_FROM, ..plain },
            MapLayer::Leftovers | MapLayer::Projects | MapLayer::Divisions => LayerSchema { labels_from: 0, ..plain },
            MapLayer::Zones | MapLayer::Supplies | MapLayer::Approvals => LayerSchema { labels_from: READ_FROM, ..plain },
        }
    }
}

/// A value as it comes from the database: PostgreSQL's binary form, `None` for null.
pub type RawValue<'a> = Option<&'a [u8]>;

/// Why a row is none.
#[derive(Debug, thiserror::Error)]
pub enum DisplayRowError {
    /// A value of another width than its type has.
    #[error("第 {place} 列应为 {expected} 字节，实为 {found}")]
    Width {
        /// Which value of the row, from 0.
        place: usize,
        /// Bytes of its type.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
    /// A row without its number or its ground.
    #[error("第 {place} 列缺值")]
    Missing {
        /// Which value of the row, from 0.
        place: usize,
    },
    /// A text that is not UTF-8.
    #[error("第 {place} 列不是 UTF-8 文字")]
    Text {
        /// Which value of the row, from 0.
        place: usize,
    },
    /// Ground that is none.
    #[error("图形读不出")]
    Ground(#[from] WkbError),
}

/// By what a row is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowKey {
    /// The number of the feature: that of its version, of its division, or of its finding's key.
    pub id: u64,
    /// 行政区划代码。
    pub division_code: String,
    /// 编号。
    pub code: String,
}

/// What is kept of each row beside its feature.
#[derive(Clone, Debug)]
pub enum Keeping {
    /// Nothing: a city is large.
    Features,
    /// What it is known by.
    Keys,
    /// A digest of all that was said of it, ground included, under its number; rows that are as these say are left out.
    Changes(Digests),
}

/// Digests of rows by the numbers of their features.
pub type Digests = ByCode<u64, u64>;

/// Rows of one layer, on their way from the database into tiles.
#[derive(Debug)]
pub struct DisplayRows {
    /// Which layer.
    pub layer: MapLayer,
    /// The features.
    pub features: LayerBuilder,
    /// The keys of the features, where they are kept.
    pub keys: Vec<RowKey>,
    /// The digests of all rows, also of those left out, where they are kept.
    pub digests: Digests,
    /// The highest number.
    pub highest: u64,
    keeping: Keeping,
    kinds: Vec<ColumnKind>,
}

/// More columns than any layer has, number and ground included.
const MOST_VALUES: usize = 16;

impl DisplayRows {
    /// No rows yet.
    pub fn new(layer: MapLayer, keeping: Keeping) -> DisplayRows {
        DisplayRows {
            layer,
            features: LayerBuilder::new(layer.schema()),
            keys: Vec::new(),
            digests: Digests::default(),
            highest: 0,
            keeping,
            kinds: layer.columns().map(|(_, kind)| kind).collect(),
        }
    }

    /// Adds a row: its number, its columns, its ground.
    ///
    /// # Errors
    /// The row is none. The rows must not be used any further then.
    pub fn push<'a>(&mut self, mut next: impl FnMut() -> Result<RawValue<'a>, String>) -> Result<(), String> {
        let mut values: [RawValue<'a>; MOST_VALUES] = [None; MOST_VALUES];
        let values = &mut values[..self.kinds.len() + 2];
        for value in values.iter_mut() {
            *value = next()?;
        }
        self.take(values).map_err(|fault| fault.to_string())
    }

    fn take(&mut self, values: &[RawValue<'_>]) -> Result<(), DisplayRowError> {
        let ground_at = values.len() - 1;
        let id = u64::from_be_bytes(fixed(0, values[0])?.ok_or(DisplayRowError::Missing { place: 0 })?);
        let ground = values[ground_at].ok_or(DisplayRowError::Missing { place: ground_at })?;
        self.highest = self.highest.max(id);
        if let Keeping::Changes(known) = &self.keeping {
            let digest = digest(values);
            self.digests.insert(id, digest);
            if known.get(&id) == Some(&digest) {
                return Ok(());
            }
        }
        self.features.begin(id);
        for (column, kind) in self.kinds.iter().enumerate() {
            if let Some(value) = value(column + 1, *kind, values[column + 1])? {
                self.features.set(column, value);
            }
        }
        let features = &mut self.features;
        read_rings(ground, Crs::CGCS2000, |kind, vertices| {
            let ring = match kind {
                RingKind::Exterior => Ring::Exterior,
                RingKind::Hole => Ring::Hole,
            };
            features.ring(ring, vertices.map(|vertex| Place::from_degrees(vertex.x, vertex.y)));
        })?;
        let (class, weight) = self.weight(values)?;
        self.features.weigh(class, weight);
        self.features.end();
        if let Keeping::Keys = self.keeping {
            let text = |place: usize| String::from_utf8_lossy(values[place].unwrap_or_default()).into_owned();
            self.keys.push(RowKey { id, division_code: text(1), code: text(2) });
        }
        Ok(())
    }

    /// By what a feature is summed where it is too small to be drawn: the flagged 亩 of its kind, or else its own.
    fn weight(&self, values: &[RawValue<'_>]) -> Result<(Option<u8>, u64), DisplayRowError> {
        let named = |name: &str| self.layer.column(name).map(|column| column + 1);
        let class =
            named("kind").and_then(|place| values[place]).and_then(|word| KINDS.iter().position(|kind| kind.as_bytes() == word));
        let mu = |name: &str| -> Result<f64, DisplayRowError> {
            match named(name) {
                Some(place) => Ok(fixed(place, values[place])?.map_or(0.0, f64::from_be_bytes)),
                None => Ok(0.0),
            }
        };
        let mu = match (class, self.layer) {
            (Some(_), MapLayer::Parcels) => mu("flagged_mu")?,
            _ => mu("area_mu")?,
        };
        // A weight below nothing or past all measure comes out as an end of the range.
        let weight = (mu * f64::from(WEIGHTS_PER_MU)).round() as u64;
        Ok((class.and_then(|class| u8::try_from(class).ok()), weight))
    }
}

fn digest(values: &[RawValue<'_>]) -> u64 {
    let mut digest = CodeHasher::default();
    for value in values {
        let Some(bytes) = value else {
            digest.write_u64(u64::MAX);
            continue;
        };
        digest.write_u64(bytes.len() as u64);
        // Eight bytes at a time: geometries are long.
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            digest.write_u64(u64::from_le_bytes(chunk.try_into().unwrap_or_default()));
        }
        digest.write(chunks.remainder());
    }
    digest.finish()
}

fn value(place: usize, kind: ColumnKind, raw: RawValue<'_>) -> Result<Option<Value<'_>>, DisplayRowError> {
    Ok(match kind {
        Category | Text => {
            raw.map(std::str::from_utf8).transpose().map_err(|_| DisplayRowError::Text { place })?.map(Value::Text)
        }
        Number => fixed(place, raw)?.map(|bytes| Value::Number(f64::from_be_bytes(bytes))),
        Integer => fixed(place, raw)?.map(|bytes| Value::Integer(i64::from(i32::from_be_bytes(bytes)))),
        Flag => fixed::<1>(place, raw)?.map(|byte| Value::Flag(byte != [0])),
    })
}

fn fixed<const N: usize>(place: usize, value: RawValue<'_>) -> Result<Option<[u8; N]>, DisplayRowError> {
    let Some(bytes) = value else { return Ok(None) };
    let found = bytes.len();
    bytes.try_into().map(Some).map_err(|_| DisplayRowError::Width { place, expected: N, found })
}
