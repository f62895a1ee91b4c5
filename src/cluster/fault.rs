//! What can go wrong with the private PostgreSQL, each with what to do about it. No logic.

use std::io;
use std::path::PathBuf;

/// Why the private PostgreSQL cannot be used. The text is for the operator; the cause is in `source`.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No PostgreSQL server programs on this machine.
    #[error(
        "没有找到 PostgreSQL 服务程序（initdb、pg_ctl、postgres）。已查找：{}。\n处理：apt-get install postgresql-15 postgresql-15-postgis-3，或用环境变量 MUJUN_PG_BIN 指明程序所在文件夹，或用 DATABASE_URL 使用现有数据库",
        list(.searched)
    )]
    ProgramsMissing {
        /// Where they were looked for.
        searched: Vec<PathBuf>,
    },
    /// PostgreSQL is there, PostGIS is not.
    #[error("找到 PostgreSQL {majors}，但没有它的 PostGIS 扩展。\n处理：apt-get install postgresql-{newest}-postgis-3")]
    PostgisMissing {
        /// The versions found.
        majors: String,
        /// The newest of them.
        newest: u32,
    },
    /// The folder was made by another major version, whose programs are not here.
    #[error(
        "数据文件夹 {} 由 PostgreSQL {cluster} 建立，本机只有 {}；不同大版本的数据不能直接打开。\n处理：apt-get install postgresql-{cluster} postgresql-{cluster}-postgis-3",
        .path.display(),
        if .available.is_empty() { "其他版本".to_owned() } else { format!("PostgreSQL {}", .available) }
    )]
    MajorDiffers {
        /// The cluster.
        path: PathBuf,
        /// The major version it was made by.
        cluster: u32,
        /// The major versions on this machine.
        available: String,
    },
    /// A program could not be started at all.
    #[error("无法运行 {}。处理：检查该程序是否存在、是否可执行", .program.display())]
    ProgramNotRun {
        /// Which one.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The data folder cannot be created, read or written.
    #[error("数据文件夹 {} 不能使用。处理：检查路径、权限与磁盘空间，或用 --data 指定另一个文件夹", .path.display())]
    FolderNotUsable {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another mujun process owns the folder.
    #[error(
        "数据文件夹 {} 正被另一个 mujun 进程{}使用。处理：先停止它，或用 --data 指定另一个文件夹",
        .path.display(),
        .holder.map(|pid| format!("（进程号 {pid}）")).unwrap_or_default()
    )]
    FolderBusy {
        /// The folder.
        path: PathBuf,
        /// The process that holds it, where it said so.
        holder: Option<u32>,
    },
    /// The folder was written by a newer mujun.
    #[error(
        "数据文件夹 {} 的格式版本是 {found}，本程序只认识到 {known}：它由更新的 mujun 写成。处理：使用更新的程序，或用 --data 指定另一个文件夹；文件夹未被改动",
        .path.display()
    )]
    FolderNewer {
        /// The folder.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// `DATA/VERSION` is not a number.
    #[error(
        "{} 的内容“{found}”不是格式版本号，这可能不是 mujun 的数据文件夹。处理：用 --data 指定正确的文件夹",
        .path.display()
    )]
    VersionNotRead {
        /// The file.
        path: PathBuf,
        /// What it holds (shortened).
        found: String,
    },
    /// We are root, PostgreSQL refuses root, and there is nobody else to be.
    #[error(
        "PostgreSQL 不能以 root 运行，而本机没有 postgres 或 nobody 用户可用。处理：adduser --system postgres，或以普通用户运行 mujun"
    )]
    NoUnprivilegedUser,
    /// The server's files belong to somebody else, and we are not root.
    #[error(
        "{} 属于用户号 {owner}，当前用户号是 {us}，无权启动它。处理：以该用户或 root 运行，或用 --data 指定另一个文件夹",
        .path.display()
    )]
    NotOwner {
        /// The server's files.
        path: PathBuf,
        /// Who owns them.
        owner: u32,
        /// Who we are.
        us: u32,
    },
    /// The unprivileged account cannot reach the server's files.
    #[error(
        "用户 {user} 无权进入 {}，数据库不能在其下运行。处理：chmod a+x {}，或用 --data 指定该用户可进入的位置（如 /var/lib/mujun/data）",
        .blocked_at.display(), .blocked_at.display()
    )]
    NotReachable {
        /// The account.
        user: String,
        /// The first folder on the way that it may not enter.
        blocked_at: PathBuf,
    },
    /// No folder short and private enough for the socket.
    #[error("无法准备存放数据库套接字的文件夹 {}（路径须短于 90 字节、只归运行数据库的用户所有）。处理：检查权限，或用 --data 指定路径较短的文件夹", .path.display())]
    SocketFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// `initdb` failed.
    #[error("建立数据库集群失败（initdb）。处理：按下面的输出检查权限与磁盘空间后重试\n{output}")]
    CreateFailed {
        /// What it said.
        output: String,
    },
    /// The server did not come up.
    #[error("数据库未能启动。日志 {} 的末尾：\n{tail}\n处理：按日志检查磁盘空间与权限后重试", .log.display())]
    StartFailed {
        /// The server's log.
        log: PathBuf,
        /// Its end.
        tail: String,
    },
    /// The server did not stop in time.
    #[error("数据库在 {seconds} 秒内没有停下：{output}")]
    StopFailed {
        /// How long was waited.
        seconds: u32,
        /// What `pg_ctl` said.
        output: String,
    },
    /// Processes of a crashed server would not end.
    #[error("上次异常退出留下的数据库进程 {pids} 没有结束。处理：kill 这些进程后重试")]
    LeftoverProcesses {
        /// Their ids.
        pids: String,
    },
    /// The database could not be created in the cluster.
    #[error("无法在集群中建立数据库：{output}")]
    DatabaseNotCreated {
        /// What `createdb` said.
        output: String,
    },
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("、")
}
