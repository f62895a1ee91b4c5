//! Vector tiles read back (Mapbox Vector Tile 2.1): layers, features, their rings in tile units. Only what a map draws.

/// A tile that is none. Our own tiles are always readable, so this is a fault of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("瓦片内容无法解析：{0}")]
pub struct TileFault(&'static str);

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(f64),
    Flag(bool),
}

/// What a feature's geometry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Point,
    Other,
    Polygon,
}

/// A layer of a tile; attributes stay in the layer's tables.
#[derive(Debug, Default)]
pub(super) struct Layer<'a> {
    pub name: &'a str,
    /// Units across the tile.
    pub extent: u32,
    keys: Vec<&'a str>,
    values: Vec<Value>,
    features: Vec<&'a [u8]>,
}

/// One feature of a layer.
#[derive(Debug)]
pub(super) struct Feature<'a> {
    layer: &'a Layer<'a>,
    /// The same in every tile that holds a piece of the feature; 0 when the tile does not say.
    pub id: u64,
    pub shape: Shape,
    tags: Vec<u32>,
    commands: Vec<u32>,
}

/// The layers of a tile, in its order.
pub(super) fn layers(tile: &[u8]) -> Result<Vec<Layer<'_>>, TileFault> {
    let mut found = Vec::new();
    let mut reader = Reader(tile);
    while let Some((number, field)) = reader.field()? {
        if number == 3 {
            found.push(layer(field.bytes()?)?);
        }
    }
    Ok(found)
}

fn layer(bytes: &[u8]) -> Result<Layer<'_>, TileFault> {
    let mut layer = Layer { extent: 4096, ..Layer::default() };
    let mut reader = Reader(bytes);
    while let Some((number, field)) = reader.field()? {
        match number {
            1 => layer.name = text(field.bytes()?)?,
            2 => layer.features.push(field.bytes()?),
            3 => layer.keys.push(text(field.bytes()?)?),
            4 => layer.values.push(value(field.bytes()?)?),
            5 => layer.extent = u32::try_from(field.number()?).map_err(|_| TileFault("extent"))?,
            _ => {}
        }
    }
    if layer.extent == 0 {
        return Err(TileFault("extent"));
    }
    Ok(layer)
}

fn text(bytes: &[u8]) -> Result<&str, TileFault> {
    std::str::from_utf8(bytes).map_err(|_| TileFault("text"))
}

fn value(bytes: &[u8]) -> Result<Value, TileFault> {
    let mut reader = Reader(bytes);
    let Some((number, field)) = reader.field()? else { return Err(TileFault("value")) };
    Ok(match number {
        1 => Value::Text(text(field.bytes()?)?.to_owned()),
        2 => Value::Number(f64::from(f32::from_le_bytes(fixed(field.bytes()?)?))),
        3 => Value::Number(f64::from_le_bytes(fixed(field.bytes()?)?)),
        4 => Value::Number(field.number()? as i64 as f64),
        5 => Value::Number(field.number()? as f64),
        6 => Value::Number(unzigzag(field.number()?) as f64),
        7 => Value::Flag(field.number()? != 0),
        _ => return Err(TileFault("value")),
    })
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], TileFault> {
    bytes.try_into().map_err(|_| TileFault("fixed"))
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

impl<'a> Layer<'a> {
    /// The features, each read when its turn comes.
    pub(super) fn features(&'a self) -> impl Iterator<Item = Result<Feature<'a>, TileFault>> {
        self.features.iter().map(|bytes| self.feature(bytes))
    }

    fn feature(&'a self, bytes: &'a [u8]) -> Result<Feature<'a>, TileFault> {
        let mut feature = Feature { layer: self, id: 0, shape: Shape::Other, tags: Vec::new(), commands: Vec::new() };
        let mut reader = Reader(bytes);
        while let Some((number, field)) = reader.field()? {
            match number {
                1 => feature.id = field.number()?,
                2 => feature.tags = packed(field.bytes()?)?,
                3 => {
                    feature.shape = match field.number()? {
                        1 => Shape::Point,
                        3 => Shape::Polygon,
                        _ => Shape::Other,
                    }
                }
                4 => feature.commands = packed(field.bytes()?)?,
                _ => {}
            }
        }
        Ok(feature)
    }
}

fn packed(bytes: &[u8]) -> Result<Vec<u32>, TileFault> {
    let mut reader = Reader(bytes);
    let mut numbers = Vec::new();
    while !reader.0.is_empty() {
        numbers.push(u32::try_from(reader.varint()?).map_err(|_| TileFault("packed"))?);
    }
    Ok(numbers)
}

impl Feature<'_> {
    /// An attribute; `None` when the feature has none of that name.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        let wanted = self.layer.keys.iter().position(|name| *name == key)?;
        let (_, value) =
            self.tags.as_chunks::<2>().0.iter().map(|[key, value]| (*key, *value)).find(|(k, _)| *k as usize == wanted)?;
        self.layer.values.get(value as usize)
    }

    /// A text; empty when there is none.
    pub(super) fn text(&self, key: &str) -> &str {
        match self.get(key) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// A number, a flag counting as 0 or 1.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        match self.get(key)? {
            Value::Number(number) => Some(*number),
            Value::Flag(flag) => Some(f64::from(u8::from(*flag))),
            Value::Text(_) => None,
        }
    }

    /// The parts in tile units, y downward: rings without their closing point, or single points.
    pub(super) fn parts(&self) -> Result<Vec<Vec<(i32, i32)>>, TileFault> {
        let mut parts: Vec<Vec<(i32, i32)>> = Vec::new();
        let (mut x, mut y) = (0_i32, 0_i32);
        let mut commands = self.commands.iter().copied();
        while let Some(command) = commands.next() {
            let (id, count) = (command & 7, command >> 3);
            if id == 7 {
                continue;
            }
            for _ in 0..count {
                let mut step = || commands.next().map(|number| unzigzag(u64::from(number)) as i32).ok_or(TileFault("geometry"));
                x = x.wrapping_add(step()?);
                y = y.wrapping_add(step()?);
                match (id, parts.last_mut()) {
                    (1, _) => parts.push(vec![(x, y)]),
                    (2, Some(part)) => part.push((x, y)),
                    _ => return Err(TileFault("geometry")),
                }
            }
        }
        Ok(parts)
    }
}

enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    fn bytes(self) -> Result<&'a [u8], TileFault> {
        match self {
            Field::Bytes(bytes) => Ok(bytes),
            Field::Number(_) => Err(TileFault("wire type")),
        }
    }

    fn number(self) -> Result<u64, TileFault> {
        match self {
            Field::Number(number) => Ok(number),
            Field::Bytes(_) => Err(TileFault("wire type")),
        }
    }
}

/// What is left of a protobuf message.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn varint(&mut self) -> Result<u64, TileFault> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (first, rest) = self.0.split_first().ok_or(TileFault("varint"))?;
            self.0 = rest;
            number |= u64::from(first & 0x7f) << shift;
            if first & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(TileFault("varint"))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], TileFault> {
        let length = usize::try_from(length).map_err(|_| TileFault("length"))?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(TileFault("length"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn field(&mut self) -> Result<Option<(u64, Field<'a>)>, TileFault> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let field = match key & 7 {
            0 => Field::Number(self.varint()?),
            1 => Field::Bytes(self.take(8)?),
            2 => {
                let length = self.varint()?;
                Field::Bytes(self.take(length)?)
            }
            5 => Field::Bytes(self.take(4)?),
            _ => return Err(TileFault("wire type")),
        };
        Ok(Some((key >> 3, field)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One layer "a", extent 4096, key "k", value 1.5, one square with tag k = 1.5.
    const TILE: &[u8] = &[
        0x1a, 0x27, 0x78, 0x02, 0x0a, 0x01, b'a', 0x28, 0x80, 0x20, 0x1a, 0x01, b'k', 0x22, 0x05, 0x15, 0x00, 0x00, 0xc0, 0x3f,
        0x12, 0x13, 0x12, 0x02, 0x00, 0x00, 0x18, 0x03, 0x22, 0x0b, 0x09, 0x02, 0x02, 0x1a, 0x14, 0x00, 0x00, 0x14, 0x13, 0x00,
        0x0f,
    ];

    #[test]
    fn a_square_is_read_with_its_attribute() {
        let layers = layers(TILE).unwrap();
        assert_eq!((layers.len(), layers[0].name, layers[0].extent), (1, "a", 4096));
        let feature = layers[0].features().next().unwrap().unwrap();
        assert_eq!((feature.shape, feature.number("k"), feature.text("k")), (Shape::Polygon, Some(1.5), ""));
        assert_eq!(feature.parts().unwrap(), [vec![(1, 1), (11, 1), (11, 11), (1, 11)]]);
    }

    #[test]
    fn a_tile_cut_anywhere_is_refused_and_not_misread() {
        for length in 1..TILE.len() {
            let cut = layers(&TILE[..length]);
            assert!(cut.is_err() || cut.unwrap().is_empty(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for layer in layers(&bytes).into_iter().flatten() {
                for feature in layer.features().flatten() {
                    let _ = (feature.parts(), feature.get("k"));
                }
            }
        }
    }
}
