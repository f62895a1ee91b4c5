//! The servers that are compared, each a process of its own on loopback, and what it and its database have cost.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mujun::cluster::Cluster;

use crate::Failure;
use crate::load::Connection;

/// The argument by which this program becomes the server that says one sentence.
pub const HELLO: &str = "--say-hello";

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(600);

/// A running server.
pub struct Served {
    child: Child,
    address: SocketAddr,
    /// The database whose processes work for it, if any do.
    database: Option<u32>,
}

impl Served {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Our own program on the planted city, with so much room for tiles that were sent, once it answers from memory.
    pub async fn mujun(cluster: &Cluster, folder: &Path, cache_mb: u16) -> Result<Served, Failure> {
        let address = free_address()?;
        let child = Command::new(env!("CARGO_BIN_EXE_mujun"))
            .args(["--data", &folder.join("serve").display().to_string(), "--listen", &address.to_string(), "serve"])
            .env("DATABASE_URL", url(cluster))
            .env("MUJUN_LOG", "warn")
            .env("MUJUN_TILE_CACHE_MB", cache_mb.to_string())
            .stdout(Stdio::null())
            .spawn()?;
        let served = Served { child, address, database: cluster.pid().map(i32::unsigned_abs) };
        served.wait("/tiles/divisions/8/213/105", "x-tile-source: memory").await?;
        Ok(served)
    }

    /// martin on one table.
    pub async fn martin(program: &Path, cluster: &Cluster, folder: &Path, source: &str) -> Result<Served, Failure> {
        let address = free_address()?;
        let config = folder.join(format!("martin-{source}.yaml"));
        let srid = if source.ends_with("4490") { 4490 } else { 3857 };
        let text = format!(
            "cache_size_mb: 0\nlisten_addresses: '{address}'\nworker_processes: 2\npostgres:\n  connection_string: '{}'\n  pool_size: 8\n  \
             tables:\n    {source}:\n      schema: public\n      table: {source}\n      srid: {srid}\n      geometry_column: geom\n      \
             id_column: id\n      geometry_type: MULTIPOLYGON\n      extent: 4096\n      buffer: 64\n      clip_geom: true\n      \
             properties: {{division_code: text, parcel_code: text, kind: text, kinds: text, undetermined: int4, plot_ratio: float8, area_mu: float8}}\n",
            url(cluster)
        );
        std::fs::write(&config, text)?;
        let child = Command::new(program).arg("--config").arg(&config).env("RUST_LOG", "warn").stdout(Stdio::null()).spawn()?;
        let served = Served { child, address, database: cluster.pid().map(i32::unsigned_abs) };
        served.wait("/health", "").await?;
        Ok(served)
    }

    /// The bare framework.
    pub async fn hello() -> Result<Served, Failure> {
        let address = free_address()?;
        let child = Command::new(std::env::current_exe()?).args([HELLO, &address.to_string()]).spawn()?;
        let served = Served { child, address, database: None };
        served.wait("/", "").await?;
        Ok(served)
    }

    /// Waits until the server answers a path, with these words in the head of the answer.
    async fn wait(&self, path: &str, words: &str) -> Result<(), Failure> {
        let patient = async {
            loop {
                if let Ok(mut connection) = Connection::open(self.address).await
                    && connection.get(path).await.is_ok_and(|answer| answer.head.contains(words))
                {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, patient).await.map_err(|_| format!("{} never answered {path}", self.address).into())
    }

    /// Seconds of processor that the server and its database have taken so far.
    pub fn cpu_seconds(&self) -> f64 {
        let database = self.database.map_or(0.0, |postmaster| {
            let children = std::fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children")).unwrap_or_default();
            spent(postmaster, Count::WithEnded)
                + children.split_whitespace().filter_map(|pid| pid.parse().ok()).map(|pid| spent(pid, Count::Own)).sum::<f64>()
        });
        spent(self.child.id(), Count::Own) + database
    }

    /// A line of the kernel's account of the process's memory, MB.
    pub fn resident_mb(&self, line: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let kilobytes = status
            .lines()
            .find_map(|text| text.strip_prefix(line)?.strip_prefix(':')?.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.unwrap_or_default() / 1024
    }

    /// Ends it.
    pub fn stop(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process's account holds.
enum Count {
    Own,
    /// Also what its ended children had taken.
    WithEnded,
}

fn spent(pid: u32, count: Count) -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = after_name.split_whitespace().map(|text| text.parse().unwrap_or(0.0)).collect();
    let upto = match count {
        Count::Own => 13,
        Count::WithEnded => 15,
    };
    fields.get(11..upto).unwrap_or_default().iter().sum::<f64>() / TICKS_A_SECOND
}

fn free_address() -> Result<SocketAddr, Failure> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn url(cluster: &Cluster) -> String {
    let options = cluster.options();
    format!(
        "postgresql://{}@localhost/{}?host={}",
        options.get_username(),
        options.get_database().unwrap_or("postgres"),
        cluster.sockets().display()
    )
}

/// Serves one sentence and nothing else.
pub fn say_hello() -> Result<(), Failure> {
    let address: SocketAddr = std::env::args().next_back().ok_or("no address")?.parse()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let router = axum::Router::new().route("/", axum::routing::get(|| async { "hello, world" }));
        axum::serve(listener, router).await?;
        Ok(())
    })
}
