//! The description of our addresses. Its text is a file beside this one; the server's address and the
//! names of the collections are put in here.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::app::query::FeatureCollection;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document: Value = serde_json::from_str(include_str!("openapi.json")).expect("the file is checked by a test");
    if let Some(paths) = document["paths"].as_object_mut() {
        name_collections(paths);
    }
    document
});

/// Writes the addresses of features once for each collection: GDAL looks for the largest page under the collection's own name.
fn name_collections(paths: &mut Map<String, Value>) {
    let templates: Vec<String> = paths.keys().filter(|path| path.starts_with("/collections/{collection}")).cloned().collect();
    for template in templates {
        let Some(described) = paths.remove(&template) else { continue };
        for collection in FeatureCollection::ALL.map(FeatureCollection::as_str) {
            let mut described = described.clone();
            let operation = described["get"]["operationId"].as_str().unwrap_or_default().to_owned();
            described["get"]["operationId"] = json!(format!("{operation}.{collection}"));
            if let Some(parameters) = described["get"]["parameters"].as_array_mut() {
                parameters.retain(|parameter| parameter["$ref"] != "#/components/parameters/collection");
            }
            paths.insert(template.replace("{collection}", collection), described);
        }
    }
}

/// The description, for the address under which we were reached.
pub(super) fn document(base: &str) -> Value {
    let mut document = DOCUMENT.clone();
    document["servers"] = json!([{ "url": base }]);
    document
}
