//! `/api/v1/uploads…`: files that a browser sends, tried before they are committed.

pub(in crate::serve) mod collection;
pub(in crate::serve) mod commit;
pub(in crate::serve) mod first_rows;
pub(in crate::serve) mod inspection;
pub(in crate::serve) mod issues;
pub(in crate::serve) mod job;
pub(in crate::serve) mod one;
pub(in crate::serve) mod part;
pub(in crate::serve) mod preview;
