//! Well-known binary: read with distrust, written for PostGIS.
//!
//! Reads WKB (OGC 06-103r4 §8), its ISO Z/M codes and PostGIS' EWKB; only Polygon and MultiPolygon. Never panics,
//! and never allocates for more than the bytes that are really there. Does not ask whether the polygons are valid.

use geo::{Coord, LineString, MultiPolygon, Polygon};

use crate::{crs::Crs, layer::RingKind, surface::Surface};

const EWKB_Z: u32 = 0x8000_0000;
const EWKB_M: u32 = 0x4000_0000;
const EWKB_SRID: u32 = 0x2000_0000;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;

/// Why bytes are no polygons. A developer's error, not a user's: the bytes come from our own database or from GDAL.
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

/// Reads the same bytes ring by ring, for a caller that keeps the coordinates in a list of its own.
pub fn read_rings(bytes: &[u8], crs: Crs, mut ring: impl FnMut(RingKind, Vertices<'_>)) -> Result<(), WkbError> {
    let mut reader = Reader { bytes, at: 0 };
    let head = reader.head(Some(crs))?;
    match head.kind {
        POLYGON => reader.rings(&head, &mut ring)?,
        MULTI_POLYGON => {
            for _ in 0..reader.count(&head, 9)? {
                let at = reader.at;
                let member = reader.head(Some(crs))?;
                if member.kind != POLYGON {
                    return Err(WkbError::GeometryType { found: member.kind, at: at + 1 });
                }
                reader.rings(&member, &mut ring)?;
            }
        }
        found => return Err(WkbError::GeometryType { found, at: 1 }),
    }
    match reader.bytes.len() - reader.at {
        0 => Ok(()),
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
    put(out, count(polygons.len()));
    for polygon in polygons {
        out.push(1);
        put(out, POLYGON);
        put(out, count(1 + polygon.interiors().len()));
        for ring in crate::validity::rings(polygon) {
            put(out, count(ring.0.len()));
            for c in &ring.0 {
                let mut vertex = [0; 16];
                vertex[..8].copy_from_slice(&c.x.to_le_bytes());
                vertex[8..].copy_from_slice(&c.y.to_le_bytes());
                out.extend_from_slice(&vertex);
            }
        }
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).expect("a surface has fewer than 2^32 vertices")
}

fn put(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

#[derive(Clone, Copy, Debug)]
enum ByteOrder {
    Big,
    Little,
}

struct Head {
    order: ByteOrder,
    kind: u32,
    dimensions: usize,
}

/// The vertices of a ring, first and last the same if the ring is closed; Z and M left out.
#[derive(Clone, Debug)]
pub struct Vertices<'a> {
    bytes: std::slice::ChunksExact<'a, u8>,
    order: ByteOrder,
}

impl Iterator for Vertices<'_> {
    type Item = Coord<f64>;

    fn next(&mut self) -> Option<Coord<f64>> {
        let (x, rest) = self.bytes.next()?.split_first_chunk()?;
        let y = rest.first_chunk()?;
        Some(match self.order {
            ByteOrder::Big => Coord { x: f64::from_be_bytes(*x), y: f64::from_be_bytes(*y) },
            ByteOrder::Little => Coord { x: f64::from_le_bytes(*x), y: f64::from_le_bytes(*y) },
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.bytes.size_hint()
    }
}

impl ExactSizeIterator for Vertices<'_> {}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
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

    fn rings(&mut self, head: &Head, ring: &mut impl FnMut(RingKind, Vertices<'_>)) -> Result<(), WkbError> {
        for number in 0..self.count(head, 4)? {
            let kind = if number == 0 { RingKind::Exterior } else { RingKind::Hole };
            ring(kind, self.vertices(head)?);
        }
        Ok(())
    }

    fn vertices(&mut self, head: &Head) -> Result<Vertices<'a>, WkbError> {
        let size = 8 * head.dimensions;
        let count = self.count(head, size)?;
        let vertices = &self.bytes[self.at..self.at + count * size];
        self.at += vertices.len();
        Ok(Vertices { bytes: vertices.chunks_exact(size), order: head.order })
    }

    fn polygon(&mut self, head: &Head) -> Result<Polygon<f64>, WkbError> {
        let count = self.count(head, 4)?;
        let exterior = if count > 0 { self.ring(head)? } else { LineString(Vec::new()) };
        let interiors: Result<Vec<LineString<f64>>, WkbError> = (1..count).map(|_| self.ring(head)).collect();
        Ok(Polygon::new(exterior, interiors?))
    }

    fn ring(&mut self, head: &Head) -> Result<LineString<f64>, WkbError> {
        Ok(LineString(self.vertices(head)?.collect()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use geo::wkt;
    use proptest::prelude::*;

    use super::*;
    use crate::mend;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
        digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
    }

    /// `SRID=4490;MULTIPOLYGON(((0 0,1 0,0 1,0 0)))` laid out as in PostGIS' description of EWKB.
    const POSTGIS: &str = "0106000020 8A110000 01000000 0103000000 01000000 04000000
        0000000000000000 0000000000000000 000000000000F03F 0000000000000000
        0000000000000000 000000000000F03F 0000000000000000 0000000000000000";

    #[test]
    fn ewkb_is_read_and_written_back_byte_for_byte() {
        let polygons = from_wkb(&bytes(POSTGIS), Crs::CGCS2000).unwrap();
        assert_eq!(polygons, wkt!(MULTIPOLYGON(((0. 0., 1. 0., 0. 1., 0. 0.)))));
        assert_eq!(to_ewkb(&mend(polygons, Crs::CGCS2000).unwrap().surface), bytes(POSTGIS));
    }

    #[test]
    fn a_big_endian_polygon_with_z_and_m_loses_them() {
        let z = "4008000000000000";
        let m = "4010000000000000";
        let (zero, one) = ("0000000000000000", "3FF0000000000000");
        let ring = [(zero, zero), (one, zero), (zero, one), (zero, zero)];
        let triangle = wkt!(MULTIPOLYGON(((0. 0., 1. 0., 0. 1., 0. 0.))));
        for (code, extra) in [
            ("00000BBB", format!("{z}{m}")), // ISO 3003
            ("000003EB", z.to_owned()),      // ISO 1003
            ("000007D3", m.to_owned()),      // ISO 2003
            ("C0000003", format!("{z}{m}")), // EWKB ZM
            ("80000003", z.to_owned()),      // EWKB Z
            ("00000003", String::new()),
        ] {
            let vertices: String = ring.iter().map(|(x, y)| format!("{x}{y}{extra}")).collect();
            let wkb = bytes(&format!("00{code} 00000001 00000004 {vertices}"));
            assert_eq!(from_wkb(&wkb, Crs::CGCS2000).unwrap(), triangle, "{code}");
        }
    }

    #[test]
    fn a_foreign_srid_is_refused() {
        let refused = from_wkb(&bytes(POSTGIS), Crs::WGS84).unwrap_err();
        assert_eq!(refused, WkbError::Srid { found: 4490, expected: 4326 });
    }

    #[test]
    fn a_point_is_no_surface() {
        let point = bytes("01 01000000 0000000000000000 0000000000000000");
        assert_eq!(from_wkb(&point, Crs::CGCS2000).unwrap_err(), WkbError::GeometryType { found: 1, at: 1 });
    }

    #[test]
    fn a_count_that_the_bytes_do_not_back_is_refused_before_anything_is_allocated() {
        let four_thousand_million = bytes("01 06000000 FFFFFFFF 01");
        assert_eq!(from_wkb(&four_thousand_million, Crs::CGCS2000).unwrap_err(), WkbError::Truncated { at: 5 });
    }

    #[test]
    fn every_shortening_and_a_byte_too_many_are_errors() {
        let whole = bytes(POSTGIS);
        for end in 0..whole.len() {
            assert!(from_wkb(&whole[..end], Crs::CGCS2000).is_err(), "{end}");
        }
        let longer = [whole, vec![0]].concat();
        assert_eq!(from_wkb(&longer, Crs::CGCS2000).unwrap_err(), WkbError::TrailingBytes { count: 1 });
    }

    #[test]
    fn an_empty_polygon_is_read_as_empty() {
        let empty = from_wkb(&bytes("01 03000000 00000000"), Crs::CGCS2000).unwrap();
        assert!(mend(empty, Crs::CGCS2000).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = from_wkb(&bytes, Crs::CGCS2000);
        }

        #[test]
        fn no_damage_to_good_bytes_makes_it_panic(at in 0usize..93, value in any::<u8>()) {
            let mut damaged = bytes(POSTGIS);
            let at = at % damaged.len();
            damaged[at] = value;
            let _ = from_wkb(&damaged, Crs::CGCS2000);
        }
    }
}
