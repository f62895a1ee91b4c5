//! Loads the rulebook that the program carries. Checking and reading the law is the domain's work; only the files are found here.

use mujun_domain::rulebook::{Rulebook, RulebookFault, RulebookFiles};
use rust_embed::RustEmbed;

/// The edition that binds unless another is asked for.
pub const EDITION: &str = "jiaxing-2023";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/rulebook"]
#[include = "*.toml"]
struct Carried;

/// A rulebook with faults; each says where and what was expected.
#[derive(Debug, thiserror::Error)]
#[error("规则库有 {} 处问题：\n{}", .faults.len(), list(.faults))]
pub struct FaultyRulebook {
    /// Every fault.
    pub faults: Vec<RulebookFault>,
}

fn list(faults: &[RulebookFault]) -> String {
    let line =
        |fault: &RulebookFault| format!("  {} 第 {} 行：应为{}，实为{}", fault.file, fault.line, fault.expected, fault.found);
    faults.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The rulebook compiled into the program.
///
/// # Errors
/// Every fault of the files, all at once.
pub fn load() -> Result<Rulebook, FaultyRulebook> {
    let mut files = RulebookFiles::new(EDITION);
    for path in Carried::iter() {
        if let Some(file) = Carried::get(&path) {
            files.insert(path.to_string(), String::from_utf8_lossy(&file.data).into_owned());
        }
    }
    Rulebook::parse(&files).map_err(|faults| FaultyRulebook { faults })
}
