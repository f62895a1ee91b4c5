//! Well-known binary: read with distrust, written for PostGIS.
//!
//! Reads WKB (OGC 06-103r4 §8), its ISO Z/M codes and PostGIS' EWKB; only Polygon and MultiPolygon. Never panics,
//! and never allocates for more than the bytes that are really there.

use geo::{Coord, LineString, MultiPolygon, Polygon};

use crate::{crs::Crs, surface::Surface};

const EWKB_Z: u32 = 0x8000_0000;
const EWKB_M: u32 = 0x4000_0000;
const EWKB_SRID: u32 = 0x2000_0000;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;

/// Why bytes are no polygons.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WkbError {
    /// The bytes end before the geometry does.
    #[error("ends at byte {at}")]
    Truncated {
        /// Offset of the read that failed.
        at: usize,
    },
    /// The byte order mark is neither 0 nor 1.
    #[error("byte order {found} at byte {at}")]
    ByteOrder {
        /// The value found.
        found: u8,
        /// Its offset.
        at: usize,
    },
    /// A geometry type other than Polygon or MultiPolygon.
    #[error("geometry type {found} at byte {at}")]
    GeometryType {
        /// The type code found.
        found: u32,
        /// Its offset.
        at: usize,
    },
    /// The SRID in the bytes is not the expected one.
    #[error("SRID {found}, expected {expected}")]
    Srid {
        /// The SRID found.
        found: u32,
        /// The SRID expected.
        expected: u32,
    },
    /// Bytes remain after the geometry.
    #[error("{count} bytes after the end")]
    TrailingBytes {
        /// How many.
        count: usize,
    },
}

/// Reads a Polygon or MultiPolygon, WKB or EWKB, either byte order; Z and M are dropped.
///
/// `crs` is what the caller expects: an SRID in the bytes must agree with it (0 counts as none). The polygons are raw:
/// [`crate::repair::mend`] or [`Surface::from_trusted`] makes a surface of them.
///
/// # Errors
/// [`WkbError`], with the offset; never a panic, whatever the bytes.
pub fn from_wkb(bytes: &[u8], crs: Crs) -> Result<MultiPolygon<f64>, WkbError> {
    let mut reader = Reader { bytes, at: 0 };
    let head = reader.head(Some(crs))?;
    let polygons = match head.kind {
        POLYGON => vec![reader.polygon(&head)?],
        MULTI_POLYGON => {
            // A member needs at least its byte order, its type and its count of rings.
            let count = reader.count(&head, 9)?;
            let mut polygons = Vec::with_capacity(count);
            for _ in 0..count {
                let at = reader.at;
                let member = reader.head(Some(crs))?;
                if member.kind != POLYGON {
                    return Err(WkbError::GeometryType { found: member.kind, at: at + 1 });
                }
                polygons.push(reader.polygon(&member)?);
            }
            polygons
        }
        found => return Err(WkbError::GeometryType { found, at: 1 }),
    };
    match reader.bytes.len() - reader.at {
        0 => Ok(MultiPolygon(polygons)),
        count => Err(WkbError::TrailingBytes { count }),
    }
}

/// Writes a surface as little-endian EWKB MultiPolygon with its SRID.
pub fn to_ewkb(surface: &Surface) -> Vec<u8> {
    let mut out = Vec::new();
    encode_ewkb_into(surface, &mut out);
    out
}

/// Appends a surface to `out` as little-endian EWKB MultiPolygon with its SRID; `out` can be reused from row to row.
pub fn encode_ewkb_into(surface: &Surface, out: &mut Vec<u8>) {
    let polygons = &surface.multi_polygon().0;
    let vertices: usize = polygons.iter().flat_map(crate::validity::rings).map(|r| r.0.len()).sum();
    let rings: usize = polygons.iter().map(|p| 1 + p.interiors().len()).sum();
    out.reserve(13 + 9 * polygons.len() + 4 * rings + 16 * vertices);
    out.push(1);
    put(out, MULTI_POLYGON | EWKB_SRID);
    put(out, surface.crs().epsg());
    put(out, polygons.len() as u32);
    for polygon in polygons {
        out.push(1);
        put(out, POLYGON);
        put(out, 1 + polygon.interiors().len() as u32);
        for ring in crate::validity::rings(polygon) {
            put(out, ring.0.len() as u32);
            for c in &ring.0 {
                out.extend_from_slice(&c.x.to_le_bytes());
                out.extend_from_slice(&c.y.to_le_bytes());
            }
        }
    }
}

fn put(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

#[derive(Clone, Copy)]
enum ByteOrder {
    Big,
    Little,
}

struct Head {
    order: ByteOrder,
    kind: u32,
    dimensions: usize,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], WkbError> {
        let rest = &self.bytes[self.at..];
        let taken = rest.first_chunk::<N>().ok_or(WkbError::Truncated { at: self.at })?;
        self.at += N;
        Ok(*taken)
    }

    fn u32(&mut self, order: ByteOrder) -> Result<u32, WkbError> {
        let bytes = self.take::<4>()?;
        Ok(match order {
            ByteOrder::Big => u32::from_be_bytes(bytes),
            ByteOrder::Little => u32::from_le_bytes(bytes),
        })
    }

    fn f64(&mut self, order: ByteOrder) -> Result<f64, WkbError> {
        let bytes = self.take::<8>()?;
        Ok(match order {
            ByteOrder::Big => f64::from_be_bytes(bytes),
            ByteOrder::Little => f64::from_le_bytes(bytes),
        })
    }

    /// A declared count, believed only if the bytes for that many items of `min_size` are there.
    fn count(&mut self, head: &Head, min_size: usize) -> Result<usize, WkbError> {
        let at = self.at;
        let count = self.u32(head.order)? as usize;
        match count.checked_mul(min_size) {
            Some(needed) if needed <= self.bytes.len() - self.at => Ok(count),
            _ => Err(WkbError::Truncated { at }),
        }
    }

    fn head(&mut self, expected: Option<Crs>) -> Result<Head, WkbError> {
        let at = self.at;
        let order = match self.take::<1>()? {
            [0] => ByteOrder::Big,
            [1] => ByteOrder::Little,
            [found] => return Err(WkbError::ByteOrder { found, at }),
        };
        let code = self.u32(order)?;
        let flags = usize::from(code & EWKB_Z != 0) + usize::from(code & EWKB_M != 0);
        let base = code & 0x1FFF_FFFF;
        // ISO: thousands digit 1 = Z, 2 = M, 3 = ZM.
        let (kind, iso) = match base {
            0..1000 => (base, 0),
            1000..3000 => (base % 1000, 1),
            3000..4000 => (base % 1000, 2),
            found => return Err(WkbError::GeometryType { found, at: at + 1 }),
        };
        if code & EWKB_SRID != 0 {
            let found = self.u32(order)?;
            if let Some(expected) = expected.map(Crs::epsg)
                && found != 0
                && found != expected
            {
                return Err(WkbError::Srid { found, expected });
            }
        }
        Ok(Head { order, kind, dimensions: 2 + flags.max(iso) })
    }

    fn polygon(&mut self, head: &Head) -> Result<Polygon<f64>, WkbError> {
        let count = self.count(head, 4)?;
        let mut rings = Vec::with_capacity(count);
        for _ in 0..count {
            rings.push(self.ring(head)?);
        }
        let mut rings = rings.into_iter();
        let exterior = rings.next().unwrap_or_else(|| LineString(Vec::new()));
        Ok(Polygon::new(exterior, rings.collect()))
    }

    fn ring(&mut self, head: &Head) -> Result<LineString<f64>, WkbError> {
        let count = self.count(head, 8 * head.dimensions)?;
        let mut coords = Vec::with_capacity(count);
        for _ in 0..count {
            let (x, y) = (self.f64(head.order)?, self.f64(head.order)?);
            for _ in 2..head.dimensions {
                self.f64(head.order)?;
            }
            coords.push(Coord { x, y });
        }
        Ok(LineString(coords))
    }
}
