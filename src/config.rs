//! What the operator decides: the data folder, the database and the address, from flags or the environment.
//! It reads no file and opens nothing; a password in it never shows in `Debug`, in help or in an error.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

/// 运行配置。Flags shared by the commands; each can also be given in the environment.
#[derive(Clone, Debug, clap::Args)]
pub struct Config {
    /// 数据文件夹：自带数据库、示例数据与版本标记都在其中
    #[arg(global = true, long = "data", env = "MUJUN_DATA", value_name = "DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// 使用现有的 PostgreSQL/PostGIS，如 postgresql://用户@主机/库；不设则在数据文件夹中启用自带数据库
    #[arg(global = true, long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<DatabaseUrl>,
    /// 监听地址；默认只在本机可见
    #[arg(global = true, long, env = "MUJUN_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

/// The address of an existing PostgreSQL. `Debug` and `Display` leave out the password.
#[derive(Clone)]
pub struct DatabaseUrl(PgConnectOptions);

impl DatabaseUrl {
    /// What a connection needs; includes the password, so it must not be logged.
    pub fn options(&self) -> &PgConnectOptions {
        &self.0
    }
}

impl FromStr for DatabaseUrl {
    type Err = MalformedDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        match scheme {
            Some("postgres" | "postgresql") => {}
            Some(other) => return Err(MalformedDatabaseUrl::OtherScheme(other.to_owned())),
            None => return Err(MalformedDatabaseUrl::NoScheme),
        }
        let options = PgConnectOptions::from_str(text).map_err(|_| MalformedDatabaseUrl::Unreadable)?;
        Ok(DatabaseUrl(options))
    }
}

impl std::fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&place_of(&self.0))
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

/// Where a connection goes, without the password: `用户@主机:端口/库`.
pub fn place_of(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or(options.get_username());
    match options.get_socket() {
        Some(socket) => format!("{}@{}/{database}", options.get_username(), socket.display()),
        None => format!("{}@{}:{}/{database}", options.get_username(), options.get_host(), options.get_port()),
    }
}

/// A `DATABASE_URL` that cannot be understood. The text itself is never repeated: it may hold a password.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MalformedDatabaseUrl {
    /// No `postgresql://` in front.
    #[error("数据库地址缺少协议；应形如 postgresql://用户:口令@主机:5432/库")]
    NoScheme,
    /// A database of another make.
    #[error("数据库地址的协议是“{0}”；只支持 PostgreSQL，应形如 postgresql://用户:口令@主机:5432/库")]
    OtherScheme(String),
    /// The rest does not parse.
    #[error("数据库地址无法解析；应形如 postgresql://用户:口令@主机:5432/库，口令中的 @ : / 等字符须写成 %40 %3A %2F")]
    Unreadable,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_shows() {
        let url: DatabaseUrl = "postgresql://clerk:s3cret@db.local:5433/mujun".parse().unwrap();
        assert_eq!(url.to_string(), "clerk@db.local:5433/mujun");
        assert!(!format!("{url:?}").contains("s3cret"));
    }

    #[test]
    fn an_address_of_another_database_is_refused_without_repeating_it() {
        assert_eq!(
            "mysql://clerk:s3cret@db/mujun".parse::<DatabaseUrl>().unwrap_err(),
            MalformedDatabaseUrl::OtherScheme("mysql".into())
        );
        assert_eq!("db.local".parse::<DatabaseUrl>().unwrap_err(), MalformedDatabaseUrl::NoScheme);
        let unreadable = "postgresql://clerk:s3cret@[::/mujun".parse::<DatabaseUrl>().unwrap_err();
        assert!(!unreadable.to_string().contains("s3cret"));
    }
}
