//! Opaque page marks: the key of the last row shown, and the list it belongs to. Read back strictly; they are a stranger's input.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::problem::Problem;
use super::query::Parameters;

/// Longer marks are not ours.
const LONGEST: usize = 2000;

/// A mark for the list `list` (its name and order) after the row with these key parts.
pub(super) fn write(list: &str, parts: &[&str]) -> String {
    let all: Vec<&str> = std::iter::once(list).chain(parts.iter().copied()).collect();
    URL_SAFE_NO_PAD.encode(serde_json::Value::from(all).to_string())
}

/// The key parts of a mark, if it was written for this list with so many parts.
pub(super) fn read<const N: usize>(list: &str, mark: &str) -> Result<[String; N], Problem> {
    let parse = || -> Option<[String; N]> {
        if mark.len() > LONGEST {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(mark).ok()?;
        let mut all: Vec<String> = serde_json::from_slice(&bytes).ok()?;
        if all.first().map(String::as_str) != Some(list) || all.iter().any(|part| part.contains('\0')) {
            return None;
        }
        all.remove(0);
        all.try_into().ok()
    };
    parse().ok_or(Problem::InvalidCursor)
}

/// The ordinal after which a page of the list `list` begins. Ordinals may begin at 0, so the first page begins after none.
pub(super) fn after_ordinal(list: &str, parameters: &mut Parameters) -> Result<i32, Problem> {
    match parameters.text("cursor")? {
        None => Ok(-1),
        Some(mark) => {
            let [ordinal] = read(list, &mark)?;
            ordinal.parse().map_err(|_| Problem::InvalidCursor)
        }
    }
}

/// A number as a key part, bit for bit.
pub(super) fn write_number(value: f64) -> String {
    format!("{:016x}", value.to_bits())
}

/// The number of a key part.
pub(super) fn read_number(part: &str) -> Result<f64, Problem> {
    let value = u64::from_str_radix(part, 16).map(f64::from_bits).map_err(|_| Problem::InvalidCursor)?;
    if part.len() != 16 || value.is_nan() { Err(Problem::InvalidCursor) } else { Ok(value) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_read_back_is_the_key_it_was_written_from() {
        let mark = write("parcels:-area", &["330402", "宗地’; drop table parcel; --"]);
        assert_eq!(read::<2>("parcels:-area", &mark).unwrap(), ["330402", "宗地’; drop table parcel; --"]);
    }

    #[test]
    fn a_mark_of_another_list_or_of_nobody_is_refused() {
        let mark = write("parcels:-area", &["330402", "1"]);
        assert!(read::<2>("parcels:area", &mark).is_err());
        assert!(read::<3>("parcels:-area", &mark).is_err());
        assert!(read::<2>("parcels:-area", "not a mark").is_err());
        assert!(read::<2>("parcels:-area", "").is_err());
        let nul = write("parcels:-area", &["330402", "\0"]);
        assert!(read::<2>("parcels:-area", &nul).is_err());
    }

    #[test]
    fn numbers_keep_every_bit() {
        for value in [0.1 + 0.2, -23_466.666_666_666_668, f64::INFINITY, 0.0] {
            assert_eq!(read_number(&write_number(value)).unwrap().to_bits(), value.to_bits());
        }
        assert!(read_number("7ff8000000000000").is_err());
        assert!(read_number("+000000000000001").is_ok_and(|v| v >= 0.0) || read_number("+000000000000001").is_err());
    }
}
