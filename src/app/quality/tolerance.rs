//! From which size on a fault is worth telling: the operator's settings, as they are on record.

use std::collections::BTreeMap;

use crate::city::topology::TopologyTolerance;

/// The tolerances of an examination.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerances {
    /// Of the topology. Its least overlap is that of lineage, if smaller: what is listed is decided afterwards.
    pub topology: TopologyTolerance,
    /// 宗地之间重叠不小于此面积的逐处列出，m²。
    pub overlap_min_m2: f64,
    /// 在界线之外不小于此份额的列出，0–1。
    pub outside_min_share: f64,
    /// 在界线之外不小于此面积的列出，m²。
    pub outside_min_m2: f64,
    /// 未被覆盖的份额不大于此值的原宗地视为被承接，0–1。
    pub lineage_max_uncovered: f64,
    /// 共有不小于此面积的才是承接者，m²。
    pub lineage_min_shared_m2: f64,
}

/// Tolerances that are not on record.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("缺少质量检查的容差 {}；请由管理员在 quality_tolerance 表中补回", .missing.join("、"))]
pub struct TolerancesMissing {
    /// Their names.
    pub missing: Vec<&'static str>,
}

impl Tolerances {
    /// The tolerances by their names on record.
    ///
    /// # Errors
    /// The names that are missing.
    pub fn of(recorded: &BTreeMap<String, f64>) -> Result<Tolerances, TolerancesMissing> {
        let mut missing = Vec::new();
        let mut take = |name: &'static str| {
            recorded.get(name).copied().unwrap_or_else(|| {
                missing.push(name);
                0.0
            })
        };
        let overlap_min_m2 = take("overlap_min_area");
        let lineage_min_shared_m2 = take("lineage_min_shared");
        let tolerances = Tolerances {
            topology: TopologyTolerance {
                same_min_share: take("same_min_share"),
                nearly_same_min_share: take("nearly_same_min_share"),
                overlap_min_m2: overlap_min_m2.min(lineage_min_shared_m2),
                gap_min_width_m: take("gap_min_width"),
                gap_max_width_m: take("gap_max_width"),
                gap_min_length_m: take("gap_min_length"),
                sliver_min_m2: take("sliver_min_area"),
                sliver_min_width_m: take("sliver_min_width"),
            },
            overlap_min_m2,
            outside_min_share: take("outside_min_share"),
            outside_min_m2: take("outside_min_area"),
            lineage_max_uncovered: take("lineage_max_uncovered"),
            lineage_min_shared_m2,
        };
        if missing.is_empty() { Ok(tolerances) } else { Err(TolerancesMissing { missing }) }
    }
}
