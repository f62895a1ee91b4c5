//! The form of a change that clears a finding, and how it is said. How large it must be is computed in
//! [`crate::evaluate`].

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::fact::FactName;
use crate::unit::{Quantity, Unit, grouped};

/// 消除办法：one change that alone clears a finding, as small as it can be (areas rounded up to 0.01 m²).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clearance {
    /// 增加计容建筑面积，m²
    AddFloorArea(f64),
    /// 加层：floors of the present footprint
    AddStoreys {
        /// How many.
        storeys: u32,
        /// The footprint of one, m².
        footprint_m2: f64,
    },
    /// 减少计容建筑面积，m²
    DropFloorArea(f64),
    /// 核减土地面积，m²
    ExcludeLand(f64),
    /// 扩大用地面积，m²
    AddLand(f64),
    /// 减少建筑基底面积，m²
    DropFootprint(f64),
    /// 供应、撤回或核减剩余面积，m²
    SupplyLand(f64),
    /// 增加一项事实的数量
    Raise {
        /// Which.
        name: FactName,
        /// By how much, in its unit.
        by: f64,
    },
    /// 减少一项事实的数量
    Lower {
        /// Which.
        name: FactName,
        /// By how much, in its unit.
        by: f64,
    },
    /// 开工并登记，或以补充协议延期
    StartConstruction,
}

impl Clearance {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Clearance::AddFloorArea(_) => "add_floor_area",
            Clearance::AddStoreys { .. } => "add_storeys",
            Clearance::DropFloorArea(_) => "drop_floor_area",
            Clearance::ExcludeLand(_) => "exclude_land",
            Clearance::AddLand(_) => "add_land",
            Clearance::DropFootprint(_) => "drop_footprint",
            Clearance::SupplyLand(_) => "supply_land",
            Clearance::Raise { .. } => "raise",
            Clearance::Lower { .. } => "lower",
            Clearance::StartConstruction => "start_construction",
        }
    }

    /// How much, where it is a quantity.
    pub fn amount(self) -> Option<Quantity> {
        match self {
            Clearance::AddFloorArea(m2)
            | Clearance::DropFloorArea(m2)
            | Clearance::ExcludeLand(m2)
            | Clearance::AddLand(m2)
            | Clearance::DropFootprint(m2)
            | Clearance::SupplyLand(m2) => Some(Quantity::new(m2, Unit::SquareMetre)),
            Clearance::AddStoreys { storeys, .. } => Some(Quantity::new(f64::from(storeys), Unit::Storey)),
            Clearance::Raise { name, by } | Clearance::Lower { name, by } => {
                Some(Quantity::new(by, name.unit().unwrap_or(Unit::Ratio)))
            }
            Clearance::StartConstruction => None,
        }
    }

    /// In Chinese: “需增计容建筑面积 15 954.01 m²”.
    pub fn text(self) -> String {
        let area = |m2: f64| format!("{} m²", grouped(m2, 2));
        let amount = |name: FactName, by: f64| Quantity::new(by, name.unit().unwrap_or(Unit::Ratio)).text();
        match self {
            Clearance::AddFloorArea(m2) => format!("需增计容建筑面积 {}", area(m2)),
            Clearance::AddStoreys { storeys, footprint_m2 } => {
                format!("或按现有基底 {} 加 {storeys} 层", area(footprint_m2))
            }
            Clearance::DropFloorArea(m2) => format!("需减计容建筑面积 {}", area(m2)),
            Clearance::ExcludeLand(m2) => format!("或核减土地面积 {}", area(m2)),
            Clearance::AddLand(m2) => format!("或扩大用地面积 {}", area(m2)),
            Clearance::DropFootprint(m2) => format!("需减建筑基底面积 {}", area(m2)),
            Clearance::SupplyLand(m2) => format!("需供应、撤回或核减剩余面积 {}", area(m2)),
            Clearance::Raise { name, by } => format!("需增{} {}", name.label_zh(), amount(name, by)),
            Clearance::Lower { name, by } => format!("需减{} {}", name.label_zh(), amount(name, by)),
            Clearance::StartConstruction => "需开工并登记实际开工日期，或登记延期补充协议约定的新开工日期".to_owned(),
        }
    }
}

impl Serialize for Clearance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Clearance", 4)?;
        fields.serialize_field("change", self.as_str())?;
        fields.serialize_field("value", &self.amount().map(|amount| amount.value))?;
        fields.serialize_field("unit", &self.amount().map(|amount| amount.unit))?;
        fields.serialize_field("text", &self.text())?;
        fields.end()
    }
}
