//! The hatches of the three kinds as one picture: dots, 45° lines, cross-hatch; the same as the map application draws.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use mujun_domain::kind::Kind;

/// Pixels of one period at the usual density.
const SIDE: u32 = 12;
/// Samples of a pixel, along each side.
const SAMPLES: u32 = 4;

/// Fill and ink of a kind. Safe for colour-blind eyes, and never without the hatch.
pub(super) fn colours(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::ApprovedNotSupplied => ("#cc79a7", "#8d3468"),
        Kind::SuppliedNotUsed => ("#e69f00", "#8a5c00"),
        Kind::Underused => ("#0072b2", "#004f7d"),
    }
}

/// The name of a kind's hatch among the pictures.
pub(super) fn name(kind: Kind) -> String {
    format!("hatch-{}", kind.as_str())
}

/// Where each picture lies in [`picture`], for pixels `density` times as dense as usual.
pub(super) fn index(density: u32) -> serde_json::Value {
    let side = SIDE * density;
    let places = Kind::ALL.into_iter().zip((0_u32..).step_by(side as usize)).map(|(kind, x)| {
        let place = serde_json::json!({ "x": x, "y": 0, "width": side, "height": side, "pixelRatio": density });
        (name(kind), place)
    });
    serde_json::Value::Object(places.collect())
}

/// The pictures side by side, as PNG.
pub(super) fn picture(density: u32) -> std::io::Result<Vec<u8>> {
    let side = SIDE * density;
    let width = side * u32::try_from(Kind::ALL.len()).unwrap_or(1);
    let mut rows = Vec::new();
    for y in 0..side {
        // Each row of a PNG begins with its filter: none.
        rows.push(0);
        for kind in Kind::ALL {
            let ink = bytes_of(colours(kind).1);
            for x in 0..side {
                rows.extend_from_slice(&ink);
                rows.push(coverage(kind, x, y, side));
            }
        }
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&rows)?;
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [width.to_be_bytes(), side.to_be_bytes()].concat();
    // Eight bits a channel, red, green, blue and alpha, no interlacing.
    header.extend_from_slice(&[8, 6, 0, 0, 0]);
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"IDAT", &packed.finish()?);
    chunk(&mut png, b"IEND", &[]);
    Ok(png)
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    // No picture of ours is near 4 GB.
    png.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    png.extend_from_slice(kind);
    png.extend_from_slice(data);
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(data);
    png.extend_from_slice(&crc.sum().to_be_bytes());
}

/// `#rrggbb` as three bytes.
fn bytes_of(colour: &str) -> [u8; 3] {
    let value = u32::from_str_radix(colour.trim_start_matches('#'), 16).unwrap_or_default();
    let [_, red, green, blue] = value.to_be_bytes();
    [red, green, blue]
}

/// How much of a pixel is inked, 0–255.
fn coverage(kind: Kind, x: u32, y: u32, side: u32) -> u8 {
    let place = |pixel: u32, sample: u32| (f64::from(pixel) + (f64::from(sample) + 0.5) / f64::from(SAMPLES)) / f64::from(side);
    let samples = (0..SAMPLES * SAMPLES).filter(|sample| is_inked(kind, place(x, sample % SAMPLES), place(y, sample / SAMPLES)));
    u8::try_from(255 * samples.count() / (SAMPLES * SAMPLES) as usize).unwrap_or(u8::MAX)
}

/// Whether a place in one period, both coordinates from 0 to 1, is inked.
fn is_inked(kind: Kind, x: f64, y: f64) -> bool {
    let on_line = |sum: f64| (sum.fract() - 0.5).abs() < 0.11;
    let in_dot = |centre: f64| (x - centre).hypot(y - centre) < 0.16;
    match kind {
        Kind::ApprovedNotSupplied => in_dot(1.0 / 4.0) || in_dot(3.0 / 4.0),
        Kind::SuppliedNotUsed => on_line(x + y),
        Kind::Underused => on_line(x + y) || on_line(x - y + 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_differ_without_their_colours() {
        let alpha = |kind| (0..144).map(|at| coverage(kind, at % 12, at / 12, 12)).collect::<Vec<_>>();
        let [dots, lines, crosses] = Kind::ALL.map(alpha);
        assert!(dots != lines && lines != crosses && dots != crosses);
        for hatch in [dots, lines, crosses] {
            let inked = hatch.iter().filter(|alpha| **alpha > 128).count();
            assert!((12..90).contains(&inked), "{inked} of 144");
        }
    }
}
