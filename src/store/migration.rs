//! Brings a database to the schema of this program. The migrations are in the binary; an applied one is never edited.

use sqlx::PgPool;
use sqlx::migrate::{MigrateError, Migrator};

/// The migrations of this program.
pub static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// Why a database cannot be brought to our schema.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// A newer mujun migrated it.
    #[error(
        "数据库的结构版本是 {found}，本程序只认识到 {known}：它已由更新的 mujun 升级。处理：使用更新的程序，或换一个数据库；数据库未被改动"
    )]
    SchemaNewer {
        /// The version applied last.
        found: i64,
        /// The newest version this program has.
        known: i64,
    },
    /// A migration that was applied is not the one in this program.
    #[error(
        "数据库已执行的第 {version} 号迁移与本程序中的不同；可能是另一个系统的数据库。处理：换一个空数据库，或使用当初升级它的程序"
    )]
    Edited {
        /// Which.
        version: i64,
    },
    /// A statement of a migration failed; the migration was rolled back as a whole.
    #[error(
        "第 {version} 号迁移执行失败，已整体回退。处理：检查数据库用户是否有建表与建扩展的权限（PostGIS 可先由管理员 create extension postgis）"
    )]
    Refused {
        /// Which.
        version: i64,
        /// Why.
        #[source]
        source: MigrateError,
    },
    /// The state of the migrations could not be read or recorded.
    #[error("无法检查或升级数据库结构")]
    NotDone {
        /// Why.
        #[source]
        source: MigrateError,
    },
}

/// Applies the migrations that are missing. Several processes may call it at once; one of them works, the others wait.
pub async fn migrate(pool: &PgPool) -> Result<(), MigrationError> {
    let known = MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or(0);
    MIGRATOR.run(pool).await.map_err(|fault| match fault {
        MigrateError::VersionMissing(found) | MigrateError::VersionTooNew(found, _) => {
            MigrationError::SchemaNewer { found, known }
        }
        MigrateError::VersionMismatch(version) => MigrationError::Edited { version },
        MigrateError::ExecuteMigration(_, version) => MigrationError::Refused { version, source: fault },
        source => MigrationError::NotDone { source },
    })
}
