//! Planted features, and tiles decoded by `mvt-reader`.

use std::collections::{BTreeMap, HashMap};

use geo::{Area, Coord, Geometry, LineString, MultiPolygon, Polygon};
use mujun_tiles::{
    ColumnKind, ColumnSchema, LayerBuilder, LayerSchema, Place, Ring, Scratch, Selection, TileAddress, TileLayer, Value, encode,
};
use mvt_reader::{Reader, feature::Value as Read};

/// A feature of a decoded tile.
#[derive(Clone, Debug)]
pub struct Seen {
    pub id: Option<u64>,
    pub geometry: Geometry<f64>,
    pub properties: HashMap<String, Read>,
}

impl Seen {
    pub fn number(&self, key: &str) -> f64 {
        match &self.properties[key] {
            Read::Double(value) => *value,
            Read::Float(value) => f64::from(*value),
            Read::UInt(value) => *value as f64,
            Read::SInt(value) | Read::Int(value) => *value as f64,
            other => panic!("{key} is {other:?}"),
        }
    }

    pub fn text(&self, key: &str) -> &str {
        match &self.properties[key] {
            Read::String(value) => value,
            other => panic!("{key} is {other:?}"),
        }
    }

    /// The outline, its parts told by the way in which rings turn. Worked out here, because the decoder does it in 32 bits.
    pub fn outline(&self) -> MultiPolygon<f64> {
        let Geometry::MultiPolygon(read) = &self.geometry else { panic!("not an outline: {:?}", self.geometry) };
        let mut parts: Vec<(LineString<f64>, Vec<LineString<f64>>)> = Vec::new();
        for ring in read.0.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors())) {
            let area = Polygon::new(ring.clone(), vec![]).signed_area();
            assert!(area != 0.0, "a ring without area: {ring:?}");
            // In numbers that grow southward, clockwise on the map is anticlockwise in the plane.
            if area > 0.0 {
                parts.push((ring.clone(), vec![]));
            } else {
                parts.last_mut().expect("a hole comes after its exterior").1.push(ring.clone());
            }
        }
        parts.into_iter().map(|(exterior, holes)| Polygon::new(exterior, holes)).collect()
    }

    pub fn point(&self) -> Coord<f64> {
        let Geometry::MultiPoint(points) = &self.geometry else { panic!("not a point: {:?}", self.geometry) };
        assert_eq!(points.len(), 1);
        points.0[0].0
    }
}

pub type Tile = BTreeMap<String, Vec<Seen>>;

pub fn decode(bytes: &[u8]) -> Tile {
    let reader = Reader::new(bytes.to_vec()).unwrap();
    let layers = reader.get_layer_metadata().unwrap();
    let mut tile = Tile::new();
    for layer in layers {
        assert_eq!((layer.version, layer.extent), (2, 4096));
        let features = reader.get_features_as::<f64>(layer.layer_index).unwrap();
        assert_eq!(features.len(), layer.feature_count);
        let seen = features.into_iter().map(|feature| Seen {
            id: feature.id,
            geometry: feature.geometry,
            properties: feature.properties.unwrap_or_default(),
        });
        assert!(tile.insert(layer.name.clone(), seen.collect()).is_none(), "layer {} twice", layer.name);
    }
    tile
}

pub fn bytes(layer: &TileLayer, tile: TileAddress) -> Vec<u8> {
    encode(tile, &[Selection::all(layer)], &mut Scratch::default())
}

pub fn read(layer: &TileLayer, tile: TileAddress) -> Tile {
    decode(&bytes(layer, tile))
}

/// A feature to be planted: its rings in the world's steps, each exterior followed by its holes.
#[derive(Clone, Debug)]
pub struct Plant {
    pub id: u64,
    pub parts: Vec<Vec<Vec<(u32, u32)>>>,
    pub weight: u64,
}

impl Plant {
    pub fn square(id: u64, corner: Place, side: u32) -> Plant {
        let Place { x, y } = corner;
        Plant { id, parts: vec![vec![vec![(x, y), (x + side, y), (x + side, y + side), (x, y + side)]]], weight: u64::from(side) }
    }

    /// In units of a tile, not rounded.
    pub fn in_units(&self, tile: TileAddress) -> MultiPolygon<f64> {
        let (z, column, row) = tile.parts();
        let unit = 2_f64.powi(20 - i32::from(z));
        let at = |&(x, y): &(u32, u32)| Coord {
            x: f64::from(x) / unit - f64::from(column) * 4096.0,
            y: f64::from(y) / unit - f64::from(row) * 4096.0,
        };
        let ring = |ring: &Vec<(u32, u32)>| LineString(ring.iter().map(at).collect());
        let polygon = |rings: &Vec<Vec<(u32, u32)>>| Polygon::new(ring(&rings[0]), rings[1..].iter().map(ring).collect());
        MultiPolygon(self.parts.iter().map(polygon).collect())
    }
}

/// One column of every kind, two classes, a tenth as the unit of weight.
pub fn schema() -> LayerSchema {
    LayerSchema {
        columns: vec![
            ColumnSchema::new("kind", ColumnKind::Category),
            ColumnSchema::new("code", ColumnKind::Text),
            ColumnSchema::new("ratio", ColumnKind::Number),
            ColumnSchema::new("storeys", ColumnKind::Integer),
            ColumnSchema::new("open", ColumnKind::Flag),
        ],
        classes: vec!["red".to_owned(), "blue".to_owned()],
        weight: "mu".to_owned(),
        weights_per_unit: 10,
        labels_from: 0,
        ..LayerSchema::new("plots")
    }
}

pub fn builder_of(schema: LayerSchema, plants: &[Plant]) -> LayerBuilder {
    let mut builder = LayerBuilder::new(schema);
    for plant in plants {
        builder.begin(plant.id);
        for rings in &plant.parts {
            for (number, ring) in rings.iter().enumerate() {
                let kind = if number == 0 { Ring::Exterior } else { Ring::Hole };
                builder.ring(kind, ring.iter().map(|&(x, y)| Place { x, y }));
            }
        }
        builder.weigh([Some(0), Some(1), None][plant.id as usize % 3], plant.weight);
        // Every fifth has nothing known about it.
        if plant.id % 5 != 0 {
            builder.set(0, Value::Text(["甲", "乙", "丙"][plant.id as usize % 3]));
            builder.set(1, Value::Text(&format!("P{:04}", plant.id)));
            builder.set(2, Value::Number(plant.id as f64 / 7.0));
            builder.set(3, Value::Integer(plant.id as i64 - 20));
            builder.set(4, Value::Flag(plant.id % 2 == 0));
        }
        builder.end();
    }
    builder
}

pub fn layer_of(plants: &[Plant]) -> TileLayer {
    TileLayer::build(builder_of(schema(), plants))
}

/// A place in Jiaxing at the corner of a tile of zoom 10.
pub const CORNER: Place = Place { x: 854 << 22, y: 419 << 22 };

/// A generator of numbers that are the same every time.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(limit)) as u32
    }
}

/// A planted city: crooked parcels in rows with shared corners, some with a notch, some with a yard cut out.
pub fn city(across: u32, down: u32, side: u32, seed: u64) -> Vec<Plant> {
    let mut dice = Dice(seed);
    let lean = side / 5;
    let corners: Vec<Vec<(u32, u32)>> = (0..=down)
        .map(|row| {
            let mut at = |column: u32| {
                (
                    CORNER.x - across * side / 2 + column * side + dice.below(lean),
                    CORNER.y - down * side / 2 + row * side + dice.below(lean),
                )
            };
            (0..=across).map(&mut at).collect()
        })
        .collect();
    let mut plants = Vec::new();
    for row in 0..down as usize {
        for column in 0..across as usize {
            let (a, b) = (corners[row][column], corners[row][column + 1]);
            let (c, d) = (corners[row + 1][column + 1], corners[row + 1][column]);
            let mut outline = vec![a, b, c, d];
            let mut rings = Vec::new();
            let middle = (a.0.midpoint(c.0), a.1.midpoint(c.1));
            match dice.below(4) {
                0 => outline.insert(1, (middle.0, middle.1 - side / 8)),
                1 => {
                    let r = side / 8;
                    rings.push(vec![
                        (middle.0 - r, middle.1),
                        (middle.0, middle.1 + r),
                        (middle.0 + r, middle.1),
                        (middle.0, middle.1 - r),
                    ]);
                }
                _ => {}
            }
            rings.insert(0, outline);
            let id = plants.len() as u64 + 1;
            plants.push(Plant { id, parts: vec![rings], weight: u64::from(dice.below(100_000)) });
        }
    }
    plants
}

/// Every tile of a zoom that the planted features may touch.
pub fn tiles_over(layer: &TileLayer, zoom: u8) -> Vec<TileAddress> {
    let bounds = layer.bounds();
    let (first, last) = (TileAddress::holding(bounds.min, zoom), TileAddress::holding(bounds.max, zoom));
    let most = (1_u32 << zoom) - 1;
    let columns = first.parts().1.saturating_sub(1)..=(last.parts().1 + 1).min(most);
    columns
        .flat_map(|x| (first.parts().2.saturating_sub(1)..=(last.parts().2 + 1).min(most)).map(move |y| (x, y)))
        .map(|(x, y)| TileAddress::new(zoom, x, y).unwrap())
        .collect()
}
