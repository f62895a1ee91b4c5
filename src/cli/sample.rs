//! `mujun sample`: writes the synthetic city.

use std::path::PathBuf;

use chrono::NaiveDate;

use super::{Exit, Failure, show};
use crate::{clock, sample};

/// 生成合成的示例城市
#[derive(Debug, clap::Args)]
pub struct Sample {
    /// 输出文件夹
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    city: SampleCityArgs,
}

/// 示例城市的参数
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct SampleCityArgs {
    /// 宗地数
    #[arg(long, value_name = "N", default_value_t = 3000)]
    pub parcels: usize,
    /// 随机种子：同一种子、同一日期，同一座城市
    #[arg(long, value_name = "S", default_value_t = 20_230_330)]
    pub seed: u64,
    /// 城市所述的日期；默认今天
    #[arg(long, value_name = "日期")]
    pub sample_as_of: Option<NaiveDate>,
}

impl SampleCityArgs {
    pub(super) fn options(self) -> sample::SampleOptions {
        sample::SampleOptions { parcels: self.parcels, seed: self.seed, as_of: self.sample_as_of.unwrap_or_else(clock::today) }
    }
}

impl Sample {
    pub(super) async fn run(self) -> Result<Exit, Failure> {
        let manifest = write(self.out.clone(), self.city).await?;
        say!("{} 已写入 {}：", manifest.label, self.out.display());
        for file in &manifest.files {
            say!("  mujun import {} {} --mapping {}", file.kind, self.out.join(&file.path).display(), file.mapping);
        }
        say!("有意放入的问题 {} 处、情形 {} 种，见 manifest.json。", manifest.planted.len(), manifest.cases.len());
        Ok(Exit::Done)
    }
}

pub(super) async fn write(out: PathBuf, city: SampleCityArgs) -> Result<sample::SampleManifest, Failure> {
    let options = city.options();
    let bar = show::working(format!("生成示例城市：{} 宗", options.parcels));
    let turning = bar.clone();
    let written = tokio::task::spawn_blocking(move || {
        sample::write(&out, &options, &mut |progress| {
            turning.set_message(format!("{} {} / {}", progress.step, progress.done, progress.total));
        })
    })
    .await;
    bar.finish_and_clear();
    written.map_err(Failure::internal)?.map_err(Failure::environment)
}
