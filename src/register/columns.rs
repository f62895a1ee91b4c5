//! Registers in columns: what measuring and screening a whole city needs of its rows, without a record a row.
//! A number that is not on record is `NaN`; days count from 2000-01-01, and a day that is not on record is [`NO_DAY`].

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use chrono::NaiveDate;
use mujun_geometry::crs::Crs;
use mujun_geometry::layer::LayerBuilder;

/// No day on record: before every other.
pub const NO_DAY: i32 = i32::MIN;

/// A day as the columns count it.
pub fn day_number(day: NaiveDate) -> i32 {
    const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day of the calendar");
    i32::try_from((day - EPOCH).num_days()).unwrap_or(NO_DAY)
}

/// Texts one after the other.
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl TextColumn {
    /// Adds a text; nothing for one that is not on record.
    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    /// The bytes of the text at a position, empty when none was on record.
    pub fn get(&self, position: usize) -> &[u8] {
        let from = if position == 0 { 0 } else { self.ends[position - 1] as usize };
        &self.bytes[from..self.ends[position] as usize]
    }

    /// How many texts.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Fowler, Noll and Vo's hash, for tables of codes that are filled once and asked millions of times. Not for what a stranger sends.
#[derive(Clone, Copy, Debug)]
pub struct CodeHasher(u64);

impl Default for CodeHasher {
    fn default() -> CodeHasher {
        CodeHasher(0xCBF2_9CE4_8422_2325)
    }
}

impl Hasher for CodeHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x0100_0000_01B3).rotate_left(29);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A table by codes.
pub type ByCode<K, V> = HashMap<K, V, BuildHasherDefault<CodeHasher>>;

/// Outlines with their areas on the ellipsoid.
#[derive(Clone, Debug)]
pub struct GroundColumn {
    /// 面，EPSG:4490，经度在前。
    pub outlines: LayerBuilder,
    /// 椭球面积，m²。
    pub ellipsoidal_m2: Vec<f64>,
}

impl Default for GroundColumn {
    fn default() -> GroundColumn {
        GroundColumn { outlines: LayerBuilder::new(Crs::CGCS2000), ellipsoidal_m2: Vec::new() }
    }
}

/// 宗地。
#[derive(Clone, Debug, Default)]
pub struct ParcelColumns {
    /// 行政区划代码。
    pub division_code: TextColumn,
    /// 宗地代码。
    pub parcel_code: TextColumn,
    /// 行业代码版本。
    pub industry_edition: TextColumn,
    /// 行业大类代码。
    pub industry_code: TextColumn,
    /// 证载面积，m²。
    pub documentary_area_m2: Vec<f64>,
    /// 来源所载计容建筑面积，m²。
    pub stated_counting_floor_area_m2: Vec<f64>,
    /// 来源所载建筑基底面积，m²。
    pub stated_footprint_m2: Vec<f64>,
    /// 界线。
    pub ground: GroundColumn,
}

/// 建筑物。
#[derive(Clone, Debug, Default)]
pub struct BuildingColumns {
    /// 行政区划代码。
    pub division_code: TextColumn,
    /// 建筑编号。
    pub building_code: TextColumn,
    /// 地上层数；0 为不详。
    pub storeys_above: Vec<i32>,
    /// 层高，m。
    pub storey_height_m: Vec<f64>,
    /// 来源所载建筑面积，m²。
    pub stated_floor_area_m2: Vec<f64>,
    /// 基底。
    pub ground: GroundColumn,
}

/// 用地批次，有图形的。
#[derive(Clone, Debug, Default)]
pub struct ApprovalColumns {
    /// 批准文号。
    pub approval_number: TextColumn,
    /// 批准日期。
    pub approved_on: Vec<i32>,
    /// 撤回或失效日期。
    pub withdrawn_on: Vec<i32>,
    /// 范围。
    pub ground: GroundColumn,
}

/// 供地合同，有图形或所称宗地的。
#[derive(Clone, Debug, Default)]
pub struct SupplyColumns {
    /// 行政区划代码。
    pub division_code: TextColumn,
    /// 供地编号。
    pub supply_code: TextColumn,
    /// 所在宗地代码。
    pub parcel_code: TextColumn,
    /// 合同签订日期。
    pub contract_signed_on: Vec<i32>,
    /// 约定容积率下限。
    pub contract_far_min: Vec<f64>,
    /// 约定建筑密度上限，0–1。
    pub contract_density_max: Vec<f64>,
    /// 建设状态已竣工为 1，有其他记录为 0，没有记录为 -1。
    pub finished: Vec<i8>,
    /// 自己的图形在 [`CityColumns::drawn_supplies`] 中的位置。
    pub drawn: Vec<Option<usize>>,
}

/// 批次核减。
#[derive(Clone, Debug, Default)]
pub struct DeductionColumns {
    /// 批准文号；空为图形所及的各批次。
    pub approval_number: TextColumn,
    /// 决定日期。
    pub decided_on: Vec<i32>,
    /// 范围。
    pub ground: GroundColumn,
}

/// The city in columns, of one revision.
#[derive(Clone, Debug, Default)]
pub struct CityColumns {
    /// 宗地。
    pub parcels: ParcelColumns,
    /// 建筑物。
    pub buildings: BuildingColumns,
    /// 用地批次。
    pub approvals: ApprovalColumns,
    /// 供地合同。
    pub supplies: SupplyColumns,
    /// 供地合同自己的图形。
    pub drawn_supplies: GroundColumn,
    /// 批次核减。
    pub deductions: DeductionColumns,
    /// 所见登记簿修订号。
    pub revision: i64,
}
