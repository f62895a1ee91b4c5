//! Finds the rulebook that somebody names: an edition the program carries, or one that a run judged by and that is kept.
//! A kept text is only used when it still reads as it did: another digest would be another law.

use std::path::Path;

use mujun_domain::rulebook::{Rulebook, RulebookFiles};
use sqlx::{PgConnection, PgPool};

use super::{FaultyRulebook, RulebookError, carried_editions, load_edition, parse};
use crate::store::rulebook_text::KeptRulebook;
use crate::store::{self, StoreError};

/// Fewer digits of a digest would soon mean two rulebooks.
const SHORTEST_PREFIX: usize = 8;
const DIGEST_LENGTH: usize = 64;

/// Why the rulebook that was named is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nothing answers to that name.
    #[error("没有规则库“{asked}”：它不是程序自带的版本，也不是留存的规则库的摘要（至少 {SHORTEST_PREFIX} 位十六进制数）。有的是：\n{}", .known.join("\n"))]
    Unknown {
        /// What was asked for.
        asked: String,
        /// What there is, a line each.
        known: Vec<String>,
    },
    /// Several do.
    #[error("“{asked}”可指 {} 部规则库，请写出更多位的摘要：\n{}", .candidates.len(), .candidates.join("\n"))]
    Ambiguous {
        /// What was asked for.
        asked: String,
        /// The candidates, a line each.
        candidates: Vec<String>,
    },
    /// A kept text that this program reads as another law, or no longer reads.
    #[error("留存的规则库 {digest} 在本程序（{}）里读出来已不是原来的规则：{what}。请用当时的程序重放", env!("CARGO_PKG_VERSION"))]
    ReadsOtherwise {
        /// Its digest.
        digest: String,
        /// What differs.
        what: String,
    },
    /// A carried edition with faults, or a loaded table that cannot be read.
    #[error(transparent)]
    Rulebook(#[from] RulebookError),
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No connection.
    #[error("没有可用的数据库连接")]
    Connection(#[source] sqlx::Error),
}

impl FindError {
    /// Whether what was asked for, or the law, is at fault, rather than the database.
    pub fn is_about_input(&self) -> bool {
        match self {
            FindError::Unknown { .. }
            | FindError::Ambiguous { .. }
            | FindError::ReadsOtherwise { .. }
            | FindError::Rulebook(_) => true,
            FindError::Store(_) | FindError::Connection(_) => false,
        }
    }
}

/// The rulebook named by an edition or by a digest, of which eight digits are enough. The name of a carried edition means
/// its present text, with the tables loaded into `data_dir`; an edition that is only kept must be kept once.
///
/// # Errors
/// See [`FindError`].
pub async fn find(pool: &PgPool, data_dir: Option<&Path>, asked: &str) -> Result<Rulebook, FindError> {
    if carried_editions().contains(asked) {
        return Ok(load_edition(asked, data_dir)?);
    }
    let asked = asked.trim().to_ascii_lowercase();
    // A carried edition with faults is not the one meant by a digest: it has none.
    let carried: Vec<Rulebook> = carried_editions().iter().filter_map(|edition| load_edition(edition, data_dir).ok()).collect();
    let mut conn = pool.acquire().await.map_err(FindError::Connection)?;
    let mut kept = store::rulebook_text::heads(&mut conn, Some(&asked)).await?;
    kept.retain(|kept| kept.edition == asked || is_prefix(&asked));
    let fresh: Vec<Rulebook> = carried
        .into_iter()
        .filter(|law| is_prefix(&asked) && law.digest().starts_with(&asked))
        .filter(|law| kept.iter().all(|kept| kept.digest != law.digest().as_ref()))
        .collect();
    match (kept.as_slice(), fresh.as_slice()) {
        ([], [rulebook]) => Ok(rulebook.clone()),
        ([one], []) => match store::rulebook_text::by_digest(&mut conn, &one.digest).await? {
            Some(text) => read_again(&one.digest, RulebookFiles { edition: text.edition, files: text.files }),
            None => Err(FindError::Unknown { asked, known: Vec::new() }),
        },
        ([], []) => {
            let mut known: Vec<String> = carried_editions().iter().map(|edition| format!("  {edition}（程序自带）")).collect();
            known.extend(store::rulebook_text::heads(&mut conn, None).await?.iter().map(line));
            Err(FindError::Unknown { asked, known })
        }
        (kept, fresh) => {
            let mut candidates: Vec<String> = kept.iter().map(line).collect();
            candidates.extend(fresh.iter().map(|law| format!("  {}  {}（程序自带）", law.digest(), law.edition())));
            Err(FindError::Ambiguous { asked, candidates })
        }
    }
}

/// The rulebook kept under that digest, for whoever holds a transaction.
///
/// # Errors
/// It was never kept, or reads otherwise now; the database refused.
pub async fn kept(conn: &mut PgConnection, digest: &str) -> Result<Rulebook, FindError> {
    match store::rulebook_text::by_digest(conn, digest).await? {
        Some(text) => read_again(digest, RulebookFiles { edition: text.edition, files: text.files }),
        None => Err(FindError::Unknown { asked: digest.to_owned(), known: Vec::new() }),
    }
}

fn is_prefix(asked: &str) -> bool {
    (SHORTEST_PREFIX..=DIGEST_LENGTH).contains(&asked.len())
        && asked.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn line(kept: &KeptRulebook) -> String {
    let since = crate::clock::civil_date(kept.first_used_at);
    format!("  {}  {}  首次用于 {since}", kept.digest, kept.edition)
}

fn read_again(digest: &str, files: RulebookFiles) -> Result<Rulebook, FindError> {
    let otherwise = |what: String| FindError::ReadsOtherwise { digest: digest.to_owned(), what };
    let rulebook = parse(&files).map_err(|fault: FaultyRulebook| otherwise(fault.to_string()))?;
    if rulebook.digest().as_ref() != digest {
        return Err(otherwise(format!("摘要成了 {}", rulebook.digest())));
    }
    Ok(rulebook)
}
