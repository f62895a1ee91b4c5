//! Opens the pool, after making sure that the other side is a PostgreSQL that can be ours. Never shows a password.

use std::io::ErrorKind;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::fault::{During, StoreError};
use super::migration::MIGRATOR;
use crate::config::place_of;

/// Older ones lack what the statements use.
const OLDEST_SERVER: i32 = 140_000;
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// Two cores and short statements: more connections would only cost memory.
const MAX_CONNECTIONS: u32 = 16;

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody answers there.
    #[error("连接不到数据库 {place}。处理：检查主机、端口与防火墙，确认 PostgreSQL 已启动")]
    Unreachable {
        /// Where, without the password.
        place: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// Something accepts the connection and says nothing.
    #[error("{place} 接受了连接，但 {} 秒内没有应答；它可能不是 PostgreSQL。处理：检查 DATABASE_URL 的主机与端口", CONNECT_PATIENCE.as_secs())]
    Silent {
        /// Where.
        place: String,
    },
    /// Something answers, but not as PostgreSQL does.
    #[error("{place} 接受了连接，但应答不像 PostgreSQL。处理：检查 DATABASE_URL 的主机与端口；若它正在重启，稍后重试")]
    NotPostgres {
        /// Where.
        place: String,
        /// What it did.
        #[source]
        source: sqlx::Error,
    },
    /// The user may not come in.
    #[error("数据库 {place} 拒绝登录。处理：检查用户名、口令与 pg_hba.conf")]
    LoginRefused {
        /// Where.
        place: String,
        /// What it said.
        #[source]
        source: sqlx::Error,
    },
    /// The server has no database of that name.
    #[error("服务器上没有该数据库：{place}。处理：createdb 建库后重试")]
    NoSuchDatabase {
        /// Where.
        place: String,
        /// What it said.
        #[source]
        source: sqlx::Error,
    },
    /// An old server.
    #[error("数据库 {place} 的 PostgreSQL 版本是 {found}，至少需要 14。处理：升级服务器")]
    TooOld {
        /// Where.
        place: String,
        /// Its version.
        found: String,
    },
    /// A database that cannot hold Chinese.
    #[error("数据库 {place} 的编码是 {encoding}，需要 UTF8。处理：createdb --encoding=UTF8 --template=template0 建库后重试")]
    NotUtf8 {
        /// Where.
        place: String,
        /// Its encoding.
        encoding: String,
    },
    /// No PostGIS on the server.
    #[error("数据库 {place} 的服务器没有安装 PostGIS。处理：在服务器上 apt-get install postgresql-{major}-postgis-3")]
    PostgisMissing {
        /// Where.
        place: String,
        /// The server's major version.
        major: i32,
    },
    /// A newer mujun migrated it.
    #[error(
        "数据库 {place} 的结构版本是 {found}，本程序只认识到 {known}：它已由更新的 mujun 升级。处理：使用更新的程序，或换一个数据库"
    )]
    SchemaNewer {
        /// Where.
        place: String,
        /// The version applied last.
        found: i64,
        /// The newest version this program has.
        known: i64,
    },
    /// The connection broke while we were looking.
    #[error("无法查看数据库 {place} 的状况")]
    NotExamined {
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
}

/// Connects, examines the server, and answers a pool. The schema may still be missing: see [`crate::store::migrate`].
pub async fn connect(options: &PgConnectOptions) -> Result<PgPool, ConnectError> {
    let place = place_of(options);
    let quiet = options.clone().disable_statement_logging();
    let mut conn = match tokio::time::timeout(CONNECT_PATIENCE, PgConnection::connect_with(&quiet)).await {
        Ok(Ok(conn)) => conn,
        Ok(Err(source)) => return Err(not_connected(place, source)),
        Err(_) => return Err(ConnectError::Silent { place }),
    };
    examine(&mut conn, &place).await?;
    let _ = conn.close().await;
    Ok(PgPoolOptions::new().max_connections(MAX_CONNECTIONS).acquire_timeout(CONNECT_PATIENCE).connect_lazy_with(quiet))
}

fn not_connected(place: String, source: sqlx::Error) -> ConnectError {
    match &source {
        sqlx::Error::Io(fault)
            if matches!(
                fault.kind(),
                ErrorKind::UnexpectedEof
                    | ErrorKind::InvalidData
                    | ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::BrokenPipe
            ) =>
        {
            ConnectError::NotPostgres { place, source }
        }
        sqlx::Error::Protocol(_) => ConnectError::NotPostgres { place, source },
        sqlx::Error::Database(refusal) => match refusal.code().as_deref() {
            Some("3D000") => ConnectError::NoSuchDatabase { place, source },
            Some(code) if code.starts_with("28") => ConnectError::LoginRefused { place, source },
            _ => ConnectError::Unreachable { place, source },
        },
        _ => ConnectError::Unreachable { place, source },
    }
}

async fn examine(conn: &mut PgConnection, place: &str) -> Result<(), ConnectError> {
    let place = place.to_owned();
    let not_examined = |source| ConnectError::NotExamined { place: place.clone(), source };
    let (version, encoding, has_postgis, offers_postgis): (i32, String, bool, bool) =
        sqlx::query_as(include_str!("sql/connection/server.sql")).fetch_one(&mut *conn).await.map_err(not_examined)?;
    let major = version / 10_000;
    if version < OLDEST_SERVER {
        return Err(ConnectError::TooOld { place, found: major.to_string() });
    }
    if encoding != "UTF8" {
        return Err(ConnectError::NotUtf8 { place, encoding });
    }
    if !has_postgis && !offers_postgis {
        return Err(ConnectError::PostgisMissing { place, major });
    }
    let migrated: bool = sqlx::query_scalar(include_str!("sql/connection/has_migrations.sql"))
        .fetch_one(&mut *conn)
        .await
        .map_err(not_examined)?;
    if migrated {
        let applied: Option<i64> = sqlx::query_scalar(include_str!("sql/connection/applied_version.sql"))
            .fetch_one(&mut *conn)
            .await
            .map_err(not_examined)?;
        let known = MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or(0);
        if let Some(found) = applied.filter(|found| *found > known) {
            return Err(ConnectError::SchemaNewer { place, found, known });
        }
    }
    Ok(())
}

const HOLDING: &str = "固定读取时刻";

/// Makes every statement of this transaction see the same committed state. Must be its first statement.
pub async fn hold_snapshot(conn: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query(include_str!("sql/connection/hold_snapshot.sql")).execute(conn).await.during(HOLDING)?;
    Ok(())
}

/// The same for a reading of the registers from which something is recorded or kept: waits for a register that is being filled in bulk, and
/// lets none be filled so until the transaction ends. Rows that come in bulk are frozen, so that a state fixed before would see them.
pub async fn hold_registers(conn: &mut PgConnection) -> Result<(), StoreError> {
    hold_snapshot(&mut *conn).await?;
    let tables: Vec<&str> = super::version::LAYOUTS.iter().map(|layout| layout.table).collect();
    // A lock fixes no state yet. The names are constants of this program.
    let lock = format!("lock table {} in access share mode", tables.join(", "));
    sqlx::query(AssertSqlSafe(lock)).execute(conn).await.during(HOLDING)?;
    Ok(())
}
