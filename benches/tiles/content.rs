//! What is in the tiles: counted by a reader that shares nothing with the writer.

use std::net::SocketAddr;

#[path = "../../tests/it/api/mvt.rs"]
#[allow(clippy::unwrap_used, dead_code, reason = "a reader made for tests: a tile that cannot be read should stop the bench")]
mod mvt;

use crate::Failure;
use crate::load::Connection;

/// Sums over some tiles.
#[derive(Clone, Copy, Debug, Default)]
pub struct Content {
    pub tiles: usize,
    /// Features drawn one by one: areas, and points that stand for areas too small to draw.
    pub features: u64,
    /// Features that the tiles say they have drawn together.
    pub aggregated: u64,
}

/// Reads and counts tiles.
pub async fn of(address: SocketAddr, paths: &[String]) -> Result<Content, Failure> {
    let mut connection = Connection::open(address).await?;
    let mut sum = Content { tiles: paths.len(), ..Content::default() };
    for path in paths {
        for (layer, features) in mvt::decode(&connection.get(path).await?.body) {
            if layer.ends_with("_label") || layer.ends_with("_sum") || layer == "meta" {
                continue;
            } else if layer.ends_with("_grid") || layer.ends_with("_block") {
                let together = features.iter().filter_map(|square| square.properties.get("features")?.parse::<u64>().ok());
                sum.aggregated += together.sum::<u64>();
            } else {
                sum.features += features.len() as u64;
            }
        }
    }
    Ok(sum)
}
