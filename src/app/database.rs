//! One database for the program: the private cluster of a data folder, or the server that `DATABASE_URL` names.

use sqlx::PgPool;

use crate::cluster::{Cluster, ClusterError, running_at};
use crate::config::Config;
use crate::store::{self, ConnectError, MigrationError};

/// An open database, with the cluster that carries it if that is ours.
#[derive(Debug)]
pub struct Database {
    /// Connections.
    pub pool: PgPool,
    cluster: Option<Cluster>,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The private cluster could not be had.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The server could not be used.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The schema could not be brought to this version.
    #[error(transparent)]
    Migration(#[from] MigrationError),
    /// A background task was lost.
    #[error("启动数据库的后台任务中断")]
    Task(#[source] tokio::task::JoinError),
}

impl Database {
    /// Opens the database of `config` and brings its schema to this version.
    ///
    /// A command beside a running `mujun up` of the same data folder joins that program's cluster.
    ///
    /// # Errors
    /// See [`DatabaseError`].
    pub async fn open(config: &Config) -> Result<Database, DatabaseError> {
        let database = Database::open_unmigrated(config).await?;
        store::migrate(&database.pool).await?;
        Ok(database)
    }

    async fn open_unmigrated(config: &Config) -> Result<Database, DatabaseError> {
        if let Some(url) = &config.database_url {
            return Ok(Database { pool: store::connect(url.options()).await?, cluster: None });
        }
        let folder = config.data_dir.clone();
        let joined = tokio::task::spawn_blocking(move || match running_at(&folder)? {
            Some(options) => Ok((options, None)),
            None => Cluster::open(&folder).map(|cluster| (cluster.options(), Some(cluster))),
        });
        let (options, cluster) = joined.await.map_err(DatabaseError::Task)??;
        Ok(Database { pool: store::connect(&options).await?, cluster })
    }

    /// Closes the connections and stops the cluster if it is ours.
    ///
    /// # Errors
    /// The cluster did not stop.
    pub async fn close(self) -> Result<(), DatabaseError> {
        self.pool.close().await;
        if let Some(cluster) = self.cluster {
            tokio::task::spawn_blocking(move || cluster.stop()).await.map_err(DatabaseError::Task)??;
        }
        Ok(())
    }
}
