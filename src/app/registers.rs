//! The registers of one instant, gathered for an evaluation, with what is needed to say where each row came from.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mujun_domain::fact::Source;

use crate::register::{
    ApprovalRecord, BuildingRecord, DeductionRecord, EnterpriseRecord, EnterpriseYearRecord, OccupancyRecord, ParcelRecord,
    ProjectEventRecord, ProjectRecord, SupplyEventRecord, SupplyRecord, TargetRecord,
};
use crate::store::Stored;

/// What an evaluation reads.
#[derive(Clone, Debug, Default)]
pub struct Registers {
    /// 宗地，按行政区划代码与宗地代码排序。
    pub parcels: Vec<Stored<ParcelRecord>>,
    /// 建筑物。
    pub buildings: Vec<Stored<BuildingRecord>>,
    /// 用地批次。
    pub approvals: Vec<Stored<ApprovalRecord>>,
    /// 供地合同。
    pub supplies: Vec<Stored<SupplyRecord>>,
    /// 供地合同变更与中止。
    pub supply_events: Vec<Stored<SupplyEventRecord>>,
    /// 批次核减。
    pub deductions: Vec<Stored<DeductionRecord>>,
    /// 企业。
    pub enterprises: Vec<Stored<EnterpriseRecord>>,
    /// 企业用地。
    pub occupancies: Vec<Stored<OccupancyRecord>>,
    /// 企业年度数据。
    pub enterprise_years: Vec<Stored<EnterpriseYearRecord>>,
    /// 改造项目。
    pub projects: Vec<Stored<ProjectRecord>>,
    /// 改造项目节点。
    pub events: Vec<Stored<ProjectEventRecord>>,
    /// 目标任务。
    pub targets: Vec<Stored<TargetRecord>>,
    /// 导入批的文件名。
    pub files: HashMap<i64, Arc<str>>,
    /// 所见登记簿修订号。
    pub revision: i64,
    /// 认知时点：按它重读，所见的行完全相同；什么也没有登记过为 `None`。
    pub known_at: Option<DateTime<Utc>>,
}

impl Registers {
    /// Where a row came from, as a finding shows it.
    pub fn source<R>(&self, register: &str, key: &str, version: &Stored<R>) -> Source {
        let file = self.files.get(&version.import_id).map_or("", |name| name.as_ref());
        Source::new(register, key).at(version.import_id, file, version.source_row)
    }
}
