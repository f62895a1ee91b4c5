//! PostgreSQL's binary COPY format: rows as bytes, the fastest way in. It knows the types of our columns, not the tables.
//! Format: PostgreSQL documentation, COPY, "Binary Format". Everything is big-endian except the EWKB inside.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};
use mujun_geometry::surface::Surface;
use mujun_geometry::wkb::encode_ewkb_into;
use sqlx::PgConnection;

use super::fault::{During, StoreError};
use crate::register::Ground;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Bytes collected before they are sent: large enough to be few messages, small enough to stay in cache.
const FLUSH_AT_BYTES: usize = 512 * 1024;
/// What most rows take at most: room is made for so much.
const BYTES_A_ROW: usize = 512;
/// PostgreSQL counts days from 2000-01-01.
const EPOCH_DAYS_FROM_CE: i32 = 730_120;
const TEXT_OID: i32 = 25;

/// Rows being encoded. Fields are written in the order of the `copy.sql` of the table.
#[derive(Debug, Default)]
pub struct CopyRows {
    bytes: Vec<u8>,
    row_start: usize,
    fields: i16,
    /// Set when a number that is no number was met; the column is the field's place in the row.
    not_finite: Option<i16>,
    /// The date of the file, for rows that are recorded as they come and have none of their own.
    observed_else: Option<NaiveDate>,
    /// Where the outline of the last ground is.
    outline: Range<usize>,
}

/// PostgreSQL's flags of a range: lower bound included, no upper bound.
const SINCE: u8 = 0x02 | 0x10;
/// Microseconds from 1970-01-01 to 2000-01-01, from which PostgreSQL counts.
const EPOCH_MICROSECONDS: i64 = 946_684_800_000_000;

impl CopyRows {
    fn begin_row(&mut self) {
        self.row_start = self.bytes.len();
        self.fields = 0;
        self.bytes.extend_from_slice(&[0, 0]);
    }

    fn end_row(&mut self) {
        self.bytes[self.row_start..self.row_start + 2].copy_from_slice(&self.fields.to_be_bytes());
    }

    fn field(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.fields += 1;
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 4]);
        write(&mut self.bytes);
        // A field over 2 GiB cannot be sent; -2 is no valid length, so PostgreSQL refuses the row.
        let length = i32::try_from(self.bytes.len() - start - 4).unwrap_or(-2);
        self.bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }

    pub(super) fn null(&mut self) {
        self.fields += 1;
        self.bytes.extend_from_slice(&(-1_i32).to_be_bytes());
    }

    fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.null(),
        }
    }

    pub(super) fn text(&mut self, value: &str) {
        self.field(|bytes| bytes.extend_from_slice(value.as_bytes()));
    }

    pub(super) fn text_or_null(&mut self, value: Option<&str>) {
        self.optional(value, Self::text);
    }

    pub(super) fn integer(&mut self, value: i32) {
        self.field(|bytes| bytes.extend_from_slice(&value.to_be_bytes()));
    }

    pub(super) fn integer_or_null(&mut self, value: Option<i32>) {
        self.optional(value, Self::integer);
    }

    pub(super) fn bigint(&mut self, value: i64) {
        self.field(|bytes| bytes.extend_from_slice(&value.to_be_bytes()));
    }

    /// NaN would pass `> 0` in PostgreSQL, which sorts it above every number; it is refused here.
    pub(super) fn number(&mut self, value: f64) {
        if !value.is_finite() && self.not_finite.is_none() {
            self.not_finite = Some(self.fields);
        }
        self.field(|bytes| bytes.extend_from_slice(&value.to_be_bytes()));
    }

    pub(super) fn number_or_null(&mut self, value: Option<f64>) {
        self.optional(value, Self::number);
    }

    pub(super) fn truth_or_null(&mut self, value: Option<bool>) {
        self.optional(value, |rows, value| rows.field(|bytes| bytes.push(u8::from(value))));
    }

    pub(super) fn date(&mut self, value: NaiveDate) {
        use chrono::Datelike;
        self.integer(value.num_days_from_ce() - EPOCH_DAYS_FROM_CE);
    }

    pub(super) fn date_or_null(&mut self, value: Option<NaiveDate>) {
        self.optional(value, Self::date);
    }

    /// The day that the row describes, else the file's where rows are recorded as they come.
    pub(super) fn observed_on(&mut self, value: Option<NaiveDate>) {
        self.date_or_null(value.or(self.observed_else));
    }

    /// A `tstzrange` that begins at `instant` and has not ended.
    pub(super) fn since(&mut self, instant: DateTime<Utc>) {
        self.field(|bytes| {
            bytes.push(SINCE);
            bytes.extend_from_slice(&8_i32.to_be_bytes());
            bytes.extend_from_slice(&(instant.timestamp_micros() - EPOCH_MICROSECONDS).to_be_bytes());
        });
    }

    /// `value` is JSON text; PostgreSQL parses and refuses it if it is none.
    pub(super) fn json(&mut self, value: &str) {
        self.field(|bytes| {
            bytes.push(1);
            bytes.extend_from_slice(value.as_bytes());
        });
    }

    pub(super) fn texts(&mut self, values: &[String]) {
        self.field(|bytes| {
            let mut put = |value: i32| bytes.extend_from_slice(&value.to_be_bytes());
            put(i32::from(!values.is_empty()));
            put(0);
            put(TEXT_OID);
            if values.is_empty() {
                return;
            }
            put(i32::try_from(values.len()).unwrap_or(i32::MAX));
            put(1);
            for value in values {
                bytes.extend_from_slice(&i32::try_from(value.len()).unwrap_or(i32::MAX).to_be_bytes());
                bytes.extend_from_slice(value.as_bytes());
            }
        });
    }

    pub(super) fn surface(&mut self, value: &Surface) {
        self.field(|bytes| encode_ewkb_into(value, bytes));
    }

    pub(super) fn surface_or_null(&mut self, value: Option<&Surface>) {
        self.optional(value, Self::surface);
    }

    /// A point in EPSG:4490, longitude first.
    pub(super) fn point_or_null(&mut self, value: Option<(f64, f64)>) {
        const POINT_WITH_SRID: u32 = 0x2000_0001;
        const CGCS2000: u32 = 4490;
        self.optional(value, |rows, (longitude, latitude)| {
            rows.field(|bytes| {
                bytes.push(1);
                bytes.extend_from_slice(&POINT_WITH_SRID.to_le_bytes());
                bytes.extend_from_slice(&CGCS2000.to_le_bytes());
                bytes.extend_from_slice(&longitude.to_le_bytes());
                bytes.extend_from_slice(&latitude.to_le_bytes());
            });
        });
    }

    /// Ellipsoidal area, planar area, geometry: the three columns that ground fills.
    pub(super) fn ground(&mut self, value: &Ground) {
        self.number(value.ellipsoidal_area_m2);
        self.number_or_null(value.planar_area_m2);
        // After the length of the field.
        let start = self.bytes.len() + size_of::<i32>();
        self.surface(&value.surface);
        self.outline = start..self.bytes.len();
    }

    pub(super) fn ground_or_null(&mut self, value: Option<&Ground>) {
        match value {
            Some(ground) => self.ground(ground),
            None => (0..3).for_each(|_| self.null()),
        }
    }
}

/// Copies `rows` by `statement` (a `copy … from stdin (format binary)`); `encode` writes one row, and `key` names it in errors.
pub(super) async fn copy_in<T>(
    conn: &mut PgConnection,
    statement: &'static str,
    step: &'static str,
    rows: impl IntoIterator<Item = T>,
    encode: impl Fn(&T, &mut CopyRows),
    not_finite: impl Fn(&T, i16) -> StoreError,
) -> Result<u64, StoreError> {
    let mut sink = conn.copy_in_raw(statement).await.during(step)?;
    let mut buffer = CopyRows { bytes: Vec::with_capacity(FLUSH_AT_BYTES + FLUSH_AT_BYTES / 4), ..CopyRows::default() };
    buffer.bytes.extend_from_slice(SIGNATURE);
    buffer.bytes.extend_from_slice(&[0; 8]);
    for row in rows {
        buffer.begin_row();
        encode(&row, &mut buffer);
        buffer.end_row();
        if let Some(place) = buffer.not_finite {
            let fault = not_finite(&row, place);
            // The server answers an abort with an error of its own; ours says more.
            let _ = sink.abort("a number is not finite").await;
            return Err(fault);
        }
        if buffer.bytes.len() >= FLUSH_AT_BYTES {
            sink.send(&buffer.bytes[..]).await.during(step)?;
            buffer.bytes.clear();
        }
    }
    buffer.bytes.extend_from_slice(&(-1_i16).to_be_bytes());
    sink.send(&buffer.bytes[..]).await.during(step)?;
    sink.finish().await.during(step)
}

/// A row, encoded in the thread that made it, to be sent with others by [`send`].
#[derive(Debug)]
pub struct EncodedRow {
    bytes: Vec<u8>,
    outline: Range<usize>,
}

impl EncodedRow {
    /// The outline of the row's ground as EWKB; empty where there is none.
    pub fn outline(&self) -> &[u8] {
        &self.bytes[self.outline.clone()]
    }
}

/// Encodes one row; a row without a date of its own gets `observed_else`.
///
/// # Errors
/// The place of the field in which a number is no number.
pub(super) fn encoded(observed_else: Option<NaiveDate>, encode: impl FnOnce(&mut CopyRows)) -> Result<EncodedRow, usize> {
    let mut rows = CopyRows { bytes: Vec::with_capacity(BYTES_A_ROW), observed_else, ..CopyRows::default() };
    rows.begin_row();
    encode(&mut rows);
    rows.end_row();
    match rows.not_finite {
        Some(field) => Err(usize::try_from(field).unwrap_or_default()),
        None => Ok(EncodedRow { bytes: rows.bytes, outline: rows.outline }),
    }
}

/// Encoded rows, one after the other.
#[derive(Debug, Default)]
pub(super) struct Encoded {
    bytes: Vec<u8>,
    /// How many rows these are.
    pub rows: u64,
}

impl Encoded {
    /// Rows of so many fields each, every one of them encoded already.
    pub fn of<'a>(fields: usize, rows: impl IntoIterator<Item = &'a Box<[u8]>>) -> Encoded {
        let mut encoded = Encoded::default();
        for row in rows {
            encoded.bytes.extend_from_slice(&i16::try_from(fields).unwrap_or(-2).to_be_bytes());
            encoded.bytes.extend_from_slice(row);
            encoded.rows += 1;
        }
        encoded
    }

    /// Hands on the fields at some places of each row, ascending, as they are encoded and one after the other. `None` where the bytes
    /// are no rows.
    pub fn pick(&self, places: &[usize], mut each: impl FnMut(&[u8])) -> Option<()> {
        let (mut rest, mut picked) = (self.bytes.as_slice(), Vec::new());
        while !rest.is_empty() {
            let (count, mut fields) = rest.split_first_chunk::<2>()?;
            picked.clear();
            let mut places = places.iter().peekable();
            for place in 0..usize::try_from(i16::from_be_bytes(*count)).ok()? {
                let (length, _) = fields.split_first_chunk::<4>()?;
                // Of what is missing the length is negative, and nothing follows.
                let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or_default();
                let (field, after) = fields.split_at_checked(4 + length)?;
                if places.next_if_eq(&&place).is_some() {
                    picked.extend_from_slice(field);
                }
                fields = after;
            }
            each(&picked);
            rest = fields;
        }
        Some(())
    }

    pub fn push(&mut self, row: &EncodedRow) {
        self.bytes.extend_from_slice(&row.bytes);
        self.rows += 1;
    }
}

/// Copies what was encoded by `statement` (a `copy … from stdin (format binary)`).
pub(super) async fn send(
    conn: &mut PgConnection,
    statement: &'static str,
    step: &'static str,
    rows: &Encoded,
) -> Result<(), StoreError> {
    let mut sink = conn.copy_in_raw(statement).await.during(step)?;
    let header = [SIGNATURE, &[0; 8]].concat();
    sink.send(&header[..]).await.during(step)?;
    for piece in rows.bytes.chunks(FLUSH_AT_BYTES) {
        sink.send(piece).await.during(step)?;
    }
    sink.send(&(-1_i16).to_be_bytes()[..]).await.during(step)?;
    sink.finish().await.during(step)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded_row(write: impl FnOnce(&mut CopyRows)) -> Vec<u8> {
        let mut rows = CopyRows::default();
        rows.begin_row();
        write(&mut rows);
        rows.end_row();
        rows.bytes
    }

    #[test]
    fn a_row_begins_with_the_number_of_its_fields() {
        let bytes = encoded_row(|row| {
            row.integer(7);
            row.null();
            row.text("亩");
        });
        assert_eq!(bytes, [&[0, 3, 0, 0, 0, 4, 0, 0, 0, 7, 255, 255, 255, 255, 0, 0, 0, 3][..], "亩".as_bytes()].concat());
    }

    #[test]
    fn days_are_counted_from_the_year_two_thousand() {
        let epoch = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a valid date");
        assert_eq!(encoded_row(|row| row.date(epoch))[6..], [0, 0, 0, 0]);
        assert_eq!(encoded_row(|row| row.date(epoch.pred_opt().expect("a valid date")))[6..], [255, 255, 255, 255]);
    }

    #[test]
    fn a_range_from_an_instant_on_has_no_end() {
        let instant = DateTime::from_timestamp(946_684_800, 7_000).expect("a valid instant");
        let bytes = [&[0, 1, 0, 0, 0, 13, 0x12, 0, 0, 0, 8][..], &7_i64.to_be_bytes()].concat();
        assert_eq!(encoded_row(|row| row.since(instant)), bytes);
    }

    #[test]
    fn a_number_that_is_no_number_is_noticed_with_its_place() {
        let mut rows = CopyRows::default();
        rows.begin_row();
        rows.number(1.0);
        rows.number(f64::NAN);
        assert_eq!(rows.not_finite, Some(1));
    }
}
