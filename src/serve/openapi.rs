//! The description of our addresses. Its text is a file beside this one; only the server's address is put in here.

use std::sync::LazyLock;

use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("openapi.json")).expect("the file is checked by a test"));

/// The description, for the address under which we were reached.
pub(super) fn document(base: &str) -> Value {
    let mut document = DOCUMENT.clone();
    document["servers"] = json!([{ "url": base }]);
    document
}
