//! Looking at a file before it is imported, against the city as the registers know it, or as the program carries it.

use std::path::PathBuf;

use sqlx::PgPool;

use super::import::{ImportError, MappingChoice, mapping, place};
use super::neighbours;
use crate::ingest::{self, Inspection, MappingProposal, Neighbours, Place, Preview, ReadOptions};
use crate::register::RegisterKind;
use crate::store;

/// Looks at a file against the registered city; for the register that is `wanted` a mapping is proposed in any case.
///
/// # Errors
/// The file cannot be opened, or the database cannot be asked.
pub async fn inspect(
    pool: &PgPool,
    path: PathBuf,
    options: ReadOptions,
    wanted: Option<RegisterKind>,
) -> Result<Inspection, ImportError> {
    let mut conn = pool.acquire().await.map_err(|source| ImportError::Transaction { step: "开始", source })?;
    let city = place(&mut conn, RegisterKind::Parcels).await?;
    drop(conn);
    let place = Place { neighbours: registered(pool.clone()), ..city };
    let looking = tokio::task::spawn_blocking(move || ingest::inspect_for(&path, &options, &place, wanted));
    Ok(looking.await.map_err(ImportError::Task)??)
}

/// The first rows of a file as an import under this mapping would take them.
///
/// # Errors
/// The mapping or the file cannot be taken, or the database cannot be asked.
pub async fn first_rows(
    pool: &PgPool,
    path: PathBuf,
    kind: RegisterKind,
    choice: &MappingChoice,
    options: ReadOptions,
    rows: usize,
) -> Result<Preview, ImportError> {
    let mapping = mapping(kind, choice)?;
    let mut conn = pool.acquire().await.map_err(|source| ImportError::Transaction { step: "开始", source })?;
    let place = if kind == RegisterKind::Divisions { Place::default() } else { place(&mut conn, kind).await? };
    drop(conn);
    let reading = tokio::task::spawn_blocking(move || ingest::preview(&path, &mapping, &options, &place, rows));
    Ok(reading.await.map_err(ImportError::Task)??)
}

/// Asks the database for what is registered near a place. Where it cannot be asked nothing can be compared, and the inspection says that.
fn registered(pool: PgPool) -> Neighbours {
    let runtime = tokio::runtime::Handle::current();
    Neighbours::new(move |boxes| {
        let asked = runtime.block_on(async {
            let mut conn = pool.acquire().await.map_err(|error| error.to_string())?;
            store::reference::outlines(&mut conn, &RegisterKind::ALL, boxes, neighbours::OUTLINES)
                .await
                .map_err(|error| error.to_string())
        });
        asked.unwrap_or_else(|error| {
            tracing::warn!(%error, "附近已登记的图形没有读到");
            Vec::new()
        })
    })
}

/// The mapping that is proposed for a file, if a person need not be asked.
///
/// # Errors
/// [`NotCertain`] with everything that must be confirmed or is missing; the file cannot be opened.
pub async fn certain_mapping(
    pool: &PgPool,
    kind: RegisterKind,
    path: PathBuf,
    options: ReadOptions,
) -> Result<MappingChoice, AutomaticError> {
    let inspection = inspect(pool, path, options, None).await?;
    let found = inspection.proposals.into_iter().find(|proposal| proposal.kind == kind);
    let Some(proposal) = found else { return Err(AutomaticError::NoProposal { kind: kind.label_zh() }) };
    if !proposal.is_certain() {
        return Err(AutomaticError::NotCertain(NotCertain::of(proposal)));
    }
    Ok(match proposal.built_in {
        Some(name) => MappingChoice::Named(name),
        None => MappingChoice::Text { name: "auto".to_owned(), toml: proposal.mapping_toml },
    })
}

/// Why no mapping was chosen without asking.
#[derive(Debug, thiserror::Error)]
pub enum AutomaticError {
    /// The file could not be looked at.
    #[error(transparent)]
    Inspection(#[from] ImportError),
    /// Nothing in it is like the register.
    #[error("看不出这个文件的哪些列对应{kind}的字段；请写字段映射（格式见 geodata/mappings/README.md）后用 --mapping 指定")]
    NoProposal {
        /// The register.
        kind: &'static str,
    },
    /// A person must be asked.
    #[error(transparent)]
    NotCertain(NotCertain),
}

/// What a person must say before a proposal is used.
#[derive(Debug, thiserror::Error)]
#[error("自动建议的字段映射有 {} 处须由人确认，没有导入：{}。确认后把 mujun inspect 给出的映射存成文件，用 --mapping 指定", .open.len(), .open.join("；"))]
pub struct NotCertain {
    /// One sentence each, Chinese.
    pub open: Vec<String>,
}

impl NotCertain {
    fn of(proposal: MappingProposal) -> NotCertain {
        let missing = proposal.missing_keys.into_iter().map(|key| format!("缺少{}：{}", key.label, key.remedy));
        NotCertain { open: missing.chain(proposal.to_confirm).collect() }
    }
}

/// Looks at a file against the boundaries that come with the program, where there is no database yet.
///
/// # Errors
/// The file cannot be opened.
pub async fn inspect_without_database(path: PathBuf, options: ReadOptions) -> Result<Inspection, ImportError> {
    let looking = tokio::task::spawn_blocking(move || ingest::inspect(&path, &options, &Place::of(neighbours::carried()?)));
    Ok(looking.await.map_err(ImportError::Task)??)
}
