//! `mujun serve` and `mujun migrate`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mujun_domain::rulebook::Rulebook;
use tokio::net::TcpListener;

use super::{Exit, Failure};
use crate::app;
use crate::app::database::Database;
use crate::app::intake::{Intake, Limits};
use crate::app::state::State;
use crate::config::Config;

/// 启动服务
#[derive(Debug, clap::Args)]
pub struct Serve {
    #[command(flatten)]
    serving: ServingArgs,
}

/// 服务的方式
#[derive(Clone, Debug, clap::Args)]
pub struct ServingArgs {
    /// 就绪后把访问地址写入此文件
    #[arg(long, value_name = "FILE")]
    pub address_file: Option<PathBuf>,
    /// 保留已送出的瓦片所用的内存；0 为不保留
    #[arg(long, env = "MUJUN_TILE_CACHE_MB", value_name = "MB", default_value_t = 128)]
    pub tile_cache_mb: u16,
}

pub(super) async fn migrate(config: &Config) -> Result<Exit, Failure> {
    let database = Database::open(config).await.map_err(Failure::environment)?;
    say!("数据库结构已是本版本。");
    database.close().await.map_err(Failure::environment)?;
    Ok(Exit::Done)
}

impl Serve {
    pub(super) async fn run(self, config: &Config) -> Result<Exit, Failure> {
        let listener = listen(config.listen).await?;
        let rulebook = Arc::new(app::rulebook::load(Some(&config.data_dir)).map_err(Failure::input)?);
        let database = Database::open(config).await.map_err(Failure::environment)?;
        serve(listener, database, rulebook, &config.data_dir, &self.serving).await
    }
}

/// Takes the port before anything slow is done, so that a port in use is told at once.
pub(super) async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|cause| {
        let what = match cause.kind() {
            std::io::ErrorKind::AddrInUse => {
                format!(
                    "地址 {address} 已被占用；请停止占用它的程序，或用 --listen 换一个端口，如 --listen 127.0.0.1:{}",
                    address.port() + 1
                )
            }
            std::io::ErrorKind::PermissionDenied => format!("没有权限监听 {address}；请换用 1024 以上的端口"),
            _ => format!("无法监听 {address}；请检查 --listen 的地址"),
        };
        Failure::environment(anyhow::Error::new(cause).context(what))
    })
}

/// Serves until SIGINT or SIGTERM, lets requests under way finish, then stops the cluster.
pub(super) async fn serve(
    listener: TcpListener,
    database: Database,
    rulebook: Arc<Rulebook>,
    data_dir: &Path,
    serving: &ServingArgs,
) -> Result<Exit, Failure> {
    let bound = listener.local_addr().map_err(Failure::environment)?;
    let url = format!("http://{bound}");
    if let Some(file) = &serving.address_file {
        tokio::fs::write(file, &url)
            .await
            .map_err(|cause| Failure::environment(anyhow::Error::new(cause).context(format!("无法写入 {}", file.display()))))?;
    }
    say!("亩均已就绪，请在浏览器中打开：{url}/");
    say!("按 Ctrl-C 停止。");
    let intake = Arc::new(Intake::new(data_dir.join("uploads"), Limits::default()));
    let (display, keeper) = app::display::keep(database.pool.clone(), usize::from(serving.tile_cache_mb) << 20);
    let state = State::new(database.pool.clone(), rulebook, intake.clone()).with_display(display);
    let served = crate::serve::run(listener, state, stop_asked()).await;
    say!("正在停止……");
    intake.stop();
    drop(keeper);
    database.close().await.map_err(Failure::environment)?;
    served.map_err(Failure::environment)?;
    say!("已停止。");
    Ok(Exit::Done)
}

async fn stop_asked() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        // Without a handler for SIGTERM, Ctrl-C is what is left.
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
