//! `mujun up`: everything in one command. Each step is skipped when its result is already there.

use std::path::Path;
use std::sync::Arc;

use mujun_domain::rulebook::Rulebook;

use super::sample::SampleCityArgs;
use super::serve::{ServingArgs, listen, serve};
use super::{Exit, Failure, evaluate, import, sample, show};
use crate::app::database::Database;
use crate::app::evaluation::Activation;
use crate::app::import::{ImportRequest, MappingChoice};
use crate::app::status::{self, Status};
use crate::config::Config;
use crate::register::RegisterKind;
use crate::sample::DIVISIONS_GEOJSON;
use crate::{app, clock};

/// 一条命令就绪
#[derive(Debug, clap::Args)]
pub struct Up {
    /// 数据文件夹为空时，生成并导入示例城市（合成）
    #[arg(long)]
    sample: bool,
    #[command(flatten)]
    city: SampleCityArgs,
    #[command(flatten)]
    serving: ServingArgs,
}

impl Up {
    pub(super) async fn run(self, config: &Config) -> Result<Exit, Failure> {
        let listener = listen(config.listen).await?;
        let bar = show::working(format!("打开数据库：{}", config.data_dir.display()));
        let opened = Database::open(config).await;
        bar.finish_and_clear();
        let database = opened.map_err(Failure::environment)?;
        match self.prepare(&database, &config.data_dir).await {
            Ok(rulebook) => serve(listener, database, rulebook, &config.data_dir, &self.serving).await,
            Err(failure) => {
                database.close().await.map_err(Failure::environment)?;
                Err(failure)
            }
        }
    }

    async fn prepare(&self, database: &Database, data_dir: &Path) -> Result<Arc<Rulebook>, Failure> {
        let rulebook = Arc::new(app::rulebook::load(Some(data_dir)).map_err(Failure::input)?);
        let before = status(database).await?;
        if before.divisions == 0 {
            load_divisions(database, data_dir).await?;
        }
        if self.sample && before.parcels == 0 {
            load_sample(database, data_dir, self.city).await?;
        }
        let after = status(database).await?;
        if after.parcels + after.approvals + after.supplies == 0 {
            say!("登记簿还是空的。可用 mujun import 导入数据，或加 --sample 载入示例城市。");
        } else if after.needs_run(rulebook.digest(), clock::today()) {
            let summary = evaluate::evaluate_now(database, rulebook.clone(), clock::today(), None, Activation::Activate).await?;
            evaluate::print(&summary);
        }
        Ok(rulebook)
    }
}

async fn status(database: &Database) -> Result<Status, Failure> {
    status::status(&database.pool).await.map_err(Failure::environment)
}

/// The county boundaries the program carries are the ground of everything else.
async fn load_divisions(database: &Database, data_dir: &Path) -> Result<(), Failure> {
    let folder = data_dir.join("boundaries");
    let path = folder.join("jiaxing-divisions.geojson");
    let written = tokio::fs::create_dir_all(&folder).await.and(tokio::fs::write(&path, DIVISIONS_GEOJSON).await);
    written.map_err(|cause| Failure::environment(anyhow::Error::new(cause).context(format!("无法写入 {}", path.display()))))?;
    let request = ImportRequest::new(RegisterKind::Divisions, path);
    import::print(&import::import_one(database, request).await?);
    Ok(())
}

async fn load_sample(database: &Database, data_dir: &Path, city: SampleCityArgs) -> Result<(), Failure> {
    let folder = data_dir.join("sample");
    let manifest = sample::write(folder.clone(), city).await?;
    say!("{}：写入 {}", manifest.label, folder.display());
    for file in &manifest.files {
        let kind: RegisterKind = file.kind.parse().map_err(Failure::internal)?;
        let request = ImportRequest {
            mapping: MappingChoice::Named(file.mapping.clone()),
            observed_on: Some(manifest.as_of),
            ..ImportRequest::new(kind, folder.join(&file.path))
        };
        import::print(&import::import_one(database, request).await?);
    }
    Ok(())
}
