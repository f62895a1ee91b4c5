//! Vector tiles (MVT 2.1) of very many surfaces, straight from memory.
//!
//! Pure: no file, no database, no async, no clock, and no idea of what a feature is. Whoever holds a city gathers features in a
//! [`LayerBuilder`], finishes them into a [`TileLayer`], changes it with [`TileLayer::with_changes`], and has tiles written by
//! [`encode`]. Places are whole numbers in Web Mercator, 2³² to the world, x eastward and y southward ([`Place`]), so that what
//! two features share they share to the last bit at every zoom.
//!
//! ```
//! use mujun_tiles::{ColumnKind, ColumnSchema, LayerBuilder, LayerSchema, Place, Ring, Scratch, Selection, TileAddress, TileLayer, Value, encode};
//!
//! let schema = LayerSchema { columns: vec![ColumnSchema::new("code", ColumnKind::Text)], ..LayerSchema::new("plots") };
//! let mut builder = LayerBuilder::new(schema);
//! builder.begin(7);
//! let square = [(120.70, 30.70), (120.72, 30.70), (120.72, 30.72), (120.70, 30.72)];
//! builder.ring(Ring::Exterior, square.map(|(lon, lat)| Place::from_degrees(lon, lat)));
//! builder.set(0, Value::Text("P07"));
//! builder.end();
//! let layer = TileLayer::build(builder);
//!
//! let tile = TileAddress::holding(Place::from_degrees(120.71, 30.71), 12);
//! let bytes = encode(tile, &[Selection::all(&layer)], &mut Scratch::default());
//! assert!(bytes.windows(3).any(|word| word == b"P07"));
//! ```

mod block;
mod build;
mod clearance;
mod column;
mod encode;
mod features;
mod grid;
mod hilbert;
mod label;
mod layer;
mod prepared;
mod raster;
mod schema;
mod shape;
mod simple;
mod summed;
mod tree;
mod wire;
mod world;

pub use build::{LayerBuilder, Ring};
pub use column::Value;
pub use encode::{MOST_BYTES, Scratch, Selection, encode};
pub use features::Row;
pub use layer::{Changed, TileLayer};
pub use schema::{ColumnKind, ColumnSchema, LayerSchema, MAX_CLASSES, MAX_COLUMNS};
pub use world::{EXTENT, MARGIN, Place, TileAddress, WorldBox};
