//! One row under its mapping.

/// Reads the fields of one row.
pub struct RowReader<'a> {
    #[allow(dead_code)]
    marker: &'a (),
}
