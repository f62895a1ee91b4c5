//! PostgreSQL's binary COPY as it comes out: whole rows, field by field, without a copy of any.
//! Format: PostgreSQL documentation, COPY, "Binary Format".

use futures::StreamExt;
use sqlx::postgres::PgConnection;

use super::fault::{During, RowFault, StoreError};

/// Calls `read` for every row of a binary COPY.
pub(super) async fn each_row(
    conn: &mut PgConnection,
    step: &'static str,
    statement: &'static str,
    table: &'static str,
    mut read: impl FnMut(&mut Row<'_>) -> Result<(), String>,
) -> Result<(), StoreError> {
    let fault = |what: String| RowFault { table, column: "copy".to_owned(), key: step.to_owned(), what };
    let mut stream = conn.copy_out_raw(statement).await.during(step)?;
    // Bytes of a row that has not come whole; the server sends whole rows, so there rarely are any.
    let mut carried: Vec<u8> = Vec::new();
    let mut place = Place::Header;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.during(step)?;
        let bytes: &[u8] = if carried.is_empty() {
            &chunk
        } else {
            carried.extend_from_slice(&chunk);
            &carried
        };
        let mut at = 0;
        while let Some(length) = place.whole(&bytes[at..]).map_err(fault)? {
            if place == Place::Rows {
                let mut row = Row { bytes: &bytes[at + 2..at + length] };
                if length > 2 {
                    read(&mut row).map_err(fault)?;
                }
            }
            place = Place::Rows;
            at += length;
        }
        let rest = bytes[at..].to_vec();
        carried = rest;
    }
    if carried.is_empty() { Ok(()) } else { Err(fault("数据在一行中间结束".to_owned()).into()) }
}

/// Where in a COPY we are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Header,
    Rows,
}

impl Place {
    /// How many of the bytes are the next whole thing; `None` when it has not come whole.
    fn whole(self, bytes: &[u8]) -> Result<Option<usize>, String> {
        const HEADER: usize = 19;
        let integer = |at: usize| bytes.get(at..at + 4).and_then(|b| b.first_chunk()).map(|b| i32::from_be_bytes(*b));
        if self == Place::Header {
            let Some(extension) = integer(HEADER - 4) else { return Ok(None) };
            let length = HEADER + usize::try_from(extension).map_err(|_| "COPY 文件头不成立".to_owned())?;
            return Ok((bytes.len() >= length).then_some(length));
        }
        let Some(fields) = bytes.first_chunk().map(|b| i16::from_be_bytes(*b)) else { return Ok(None) };
        let mut at = 2;
        for _ in 0..fields.max(0) {
            let Some(length) = integer(at) else { return Ok(None) };
            at += 4 + usize::try_from(length).unwrap_or(0);
        }
        Ok((bytes.len() >= at).then_some(at))
    }
}

/// The fields of a row, taken one after the other.
pub(super) struct Row<'a> {
    bytes: &'a [u8],
}

impl<'a> Row<'a> {
    /// The next field as it is sent; `None` for null.
    pub(super) fn field(&mut self) -> Result<Option<&'a [u8]>, String> {
        let (length, rest) = self.bytes.split_first_chunk().ok_or("少一列")?;
        self.bytes = rest;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else { return Ok(None) };
        let (field, rest) = rest.split_at_checked(length).ok_or("一列没有来全")?;
        self.bytes = rest;
        Ok(Some(field))
    }

    /// The next field, of a type of so many bytes.
    pub(super) fn fixed<const N: usize>(&mut self) -> Result<Option<[u8; N]>, String> {
        match self.field()? {
            None => Ok(None),
            Some(field) => field.try_into().map(Some).map_err(|_| format!("应为 {N} 字节，实为 {}", field.len())),
        }
    }
}
