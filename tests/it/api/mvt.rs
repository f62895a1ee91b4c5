//! A reader of vector tiles, as small as the questions of the tests: names, ids, properties and rings of features by layer.

use std::collections::BTreeMap;

/// A feature's id, its properties as text, and its points: of a polygon ring by ring, open, in units of the tile.
#[derive(Debug, Default, PartialEq)]
pub struct Feature {
    pub id: u64,
    pub kind: u64,
    pub rings: Vec<Vec<(i64, i64)>>,
    pub properties: BTreeMap<String, String>,
}

/// Layer name to features.
pub fn decode(tile: &[u8]) -> BTreeMap<String, Vec<Feature>> {
    fields(tile).into_iter().filter(|(number, _)| *number == 3).map(|(_, field)| layer(field.bytes())).collect()
}

enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    fn bytes(&self) -> &'a [u8] {
        match self {
            Field::Bytes(bytes) => bytes,
            Field::Number(_) => panic!("expected a length-delimited field"),
        }
    }

    fn number(&self) -> u64 {
        match self {
            Field::Number(number) => *number,
            Field::Bytes(_) => panic!("expected a number"),
        }
    }
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let (first, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            break;
        }
    }
    value
}

fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let field = match key & 7 {
            0 => Field::Number(varint(&mut bytes)),
            wire => {
                let length = match wire {
                    1 => 8,
                    5 => 4,
                    2 => usize::try_from(varint(&mut bytes)).unwrap(),
                    other => panic!("unknown wire type {other}"),
                };
                let (field, rest) = bytes.split_at(length);
                bytes = rest;
                Field::Bytes(field)
            }
        };
        found.push((key >> 3, field));
    }
    found
}

fn value(bytes: &[u8]) -> String {
    let (number, field) = fields(bytes).into_iter().next().unwrap();
    match number {
        1 => String::from_utf8(field.bytes().to_vec()).unwrap(),
        2 => f32::from_le_bytes(field.bytes().try_into().unwrap()).to_string(),
        3 => f64::from_le_bytes(field.bytes().try_into().unwrap()).to_string(),
        6 => (field.number() as i64 >> 1).to_string(),
        _ => field.number().to_string(),
    }
}

fn layer(bytes: &[u8]) -> (String, Vec<Feature>) {
    let all = fields(bytes);
    let texts = |wanted: u64| all.iter().filter(move |(number, _)| *number == wanted).map(|(_, field)| field.bytes());
    let keys: Vec<String> = texts(3).map(|key| String::from_utf8(key.to_vec()).unwrap()).collect();
    let values: Vec<String> = texts(4).map(value).collect();
    let name = String::from_utf8(texts(1).next().unwrap().to_vec()).unwrap();
    let features = texts(2)
        .map(|bytes| {
            let mut feature = Feature::default();
            for (number, field) in fields(bytes) {
                match number {
                    1 => feature.id = field.number(),
                    2 => {
                        let mut tags = field.bytes();
                        while !tags.is_empty() {
                            let (key, value) = (varint(&mut tags) as usize, varint(&mut tags) as usize);
                            feature.properties.insert(keys[key].clone(), values[value].clone());
                        }
                    }
                    3 => feature.kind = field.number(),
                    4 => feature.rings = rings(field.bytes()),
                    _ => {}
                }
            }
            feature
        })
        .collect();
    (name, features)
}

/// The commands of a geometry: MoveTo begins a ring, LineTo goes on, ClosePath ends it (Vector Tile Specification 2.1, 4.3).
fn rings(mut bytes: &[u8]) -> Vec<Vec<(i64, i64)>> {
    let (mut x, mut y) = (0_i64, 0_i64);
    let mut found: Vec<Vec<(i64, i64)>> = Vec::new();
    while !bytes.is_empty() {
        let command = varint(&mut bytes);
        for _ in 0..command >> 3 {
            let mut step = || {
                let folded = varint(&mut bytes);
                (folded >> 1) as i64 ^ -((folded & 1) as i64)
            };
            match command & 7 {
                7 => continue,
                other => {
                    (x, y) = (x + step(), y + step());
                    match other {
                        1 => found.push(vec![(x, y)]),
                        _ => found.last_mut().unwrap().push((x, y)),
                    }
                }
            }
        }
    }
    found
}

/// Twice the area by the surveyor's formula in the tile's own axes, y downward: positive for an exterior, negative for a hole (4.3.3.3).
pub fn twice_area(ring: &[(i64, i64)]) -> i64 {
    let next = ring.iter().cycle().skip(1);
    ring.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum()
}
