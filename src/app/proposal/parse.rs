//! A proposal's JSON → typed values, or every fault at once. No measuring and no rule here.

use std::collections::BTreeMap;

use mujun_domain::code::{IndustryCode, IndustryEdition};
use mujun_geometry::crs::Crs;
use mujun_geometry::geo::{Geometry, MultiPolygon};
use mujun_geometry::surface::Surface;
use mujun_geometry::{area, label, repair, reproject};
use serde_json::Value;

use mujun_domain::fact::{FactName, Truth};

use super::{Flags, ProposalFault, area_names, flag_names};
use crate::city::ground::{PLANE, PlanarGround};
use crate::city::measure::BuildingBody;

/// Buildings one proposal may hold: enough for any park, few enough that a request cannot occupy the server.
const MAX_BUILDINGS: usize = 2_000;
/// Vertices one proposal may hold in all.
const MAX_VERTICES: usize = 200_000;

/// A proposal that can be measured.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// 名称。
    pub name: String,
    /// 用地，测量平面。
    pub land: PlanarGround,
    /// 方案所载土地面积，m²；有则以它为分母。
    pub documentary_area_m2: Option<f64>,
    /// 建筑。
    pub buildings: Vec<ProposalBuilding>,
    /// 行业。
    pub industry: Option<IndustryCode>,
    /// 申报的条件；`None` 为不详。
    pub flags: Flags,
    /// 申报的面积，m²；没有申报的不在其中。
    pub areas: BTreeMap<FactName, f64>,
    /// 例外理由与批准文件。
    pub exception: Option<String>,
    /// 修复与提示。
    pub notices: Vec<ProposalFault>,
}

/// One building of a proposal.
#[derive(Clone, Debug)]
pub struct ProposalBuilding {
    /// 名称。
    pub name: String,
    /// 基底，测量平面。
    pub ground: PlanarGround,
    /// 层数与层高。
    pub body: BuildingBody,
}

impl Proposal {
    /// 土地面积，m²：方案所载，否则椭球面积。
    pub fn site_area_m2(&self) -> f64 {
        self.documentary_area_m2.unwrap_or(self.land.ellipsoidal_m2)
    }

    /// A point of a ground in EPSG:4490, for the map.
    pub fn place_of(&self, ground: &PlanarGround) -> Option<(f64, f64)> {
        let point = label::label_point(&ground.surface);
        reproject::with_reprojector(PLANE, Crs::CGCS2000, |projection| projection.point((point.x(), point.y()))).ok()?.ok()
    }
}

/// Reads a proposal.
///
/// # Errors
/// Every fault found, in the order of the document.
pub fn parse(body: &Value) -> Result<Proposal, Vec<ProposalFault>> {
    let mut reader = Reader { faults: Vec::new(), notices: Vec::new(), vertices: 0 };
    if !body.is_object() {
        return Err(vec![fault(
            "PRO-001",
            "方案应为一个 JSON 对象".into(),
            "按 {\"name\", \"land\", \"buildings\", …} 的结构填写",
        )]);
    }
    let name = match body.get("name") {
        None | Some(Value::Null) => "未命名方案".to_owned(),
        Some(Value::String(name)) if name.chars().count() <= 200 => name.clone(),
        Some(_) => {
            reader.fault("PRO-002", "name 应为不超过 200 字的文字".into(), "改正 name");
            String::new()
        }
    };
    let crs = reader.crs(body.get("crs"));
    let land = match body.get("land") {
        None | Some(Value::Null) => {
            reader.fault("PRO-003", "缺少 land（用地范围）".into(), "补充 GeoJSON Polygon 或 MultiPolygon");
            None
        }
        Some(geometry) => crs.and_then(|crs| reader.ground(geometry, crs, "land（用地范围）")),
    };
    let documentary_area_m2 = reader.positive(body.get("documentary_area_m2"), "documentary_area_m2", "土地面积（m²）");
    let buildings = reader.buildings(body.get("buildings"), crs);
    let industry = reader.industry(body.get("industry"));
    let flags = reader.flags(body.get("flags"));
    let areas = reader.areas(body.get("areas"));
    let exception = reader.exception(body.get("exception"));
    match land {
        Some(land) if reader.faults.is_empty() => Ok(Proposal {
            name,
            land,
            documentary_area_m2,
            buildings,
            industry,
            flags,
            areas,
            exception,
            notices: reader.notices,
        }),
        _ => Err(reader.faults),
    }
}

struct Reader {
    faults: Vec<ProposalFault>,
    notices: Vec<ProposalFault>,
    vertices: usize,
}

fn fault(code: &'static str, message: String, remedy: &str) -> ProposalFault {
    ProposalFault { code, message, remedy: remedy.to_owned(), place: None }
}

impl Reader {
    fn fault(&mut self, code: &'static str, message: String, remedy: &str) {
        self.faults.push(fault(code, message, remedy));
    }

    fn crs(&mut self, value: Option<&Value>) -> Option<Crs> {
        const ACCEPTED: [Crs; 4] = [Crs::CGCS2000, Crs::CGCS2000_GK_120E, Crs::CGCS2000_GK_ZONE_40, Crs::WGS84];
        let Some(value) = value.filter(|value| !value.is_null()) else { return Some(Crs::CGCS2000) };
        let named = value.as_str().and_then(|text| {
            let upper = text.trim().to_ascii_uppercase();
            let code: u32 = upper.strip_prefix("EPSG:")?.parse().ok()?;
            ACCEPTED.into_iter().find(|crs| crs.epsg() == code)
        });
        if named.is_none() {
            self.fault(
                "PRO-004",
                format!("crs 为 {value}，应为 EPSG:4490、EPSG:4549、EPSG:4528 或 EPSG:4326"),
                "注明图形所用坐标系；不确定时请向提供方核实，不要猜",
            );
        }
        named
    }

    fn ground(&mut self, value: &Value, crs: Crs, what: &str) -> Option<PlanarGround> {
        let Some(polygons) = polygons(value) else {
            self.fault(
                "PRO-005",
                format!("{what} 不是 GeoJSON Polygon 或 MultiPolygon"),
                "检查 type 与 coordinates；坐标为 [东（经度）, 北（纬度）]",
            );
            return None;
        };
        let count = |ring: &mujun_geometry::geo::LineString<f64>| ring.0.len();
        self.vertices +=
            polygons.iter().map(|p| count(p.exterior()) + p.interiors().iter().map(count).sum::<usize>()).sum::<usize>();
        if self.vertices > MAX_VERTICES {
            self.fault("PRO-006", format!("图形共有超过 {MAX_VERTICES} 个顶点"), "简化图形或分成几个方案校核");
            return None;
        }
        let mended = match repair::mend(polygons, crs) {
            Ok(mended) => mended,
            Err(invalid) => {
                self.fault("PRO-007", format!("{what} 图形无效：{}", invalid.message_zh()), "改正图形后重新校核");
                return None;
            }
        };
        for note in &mended.notes {
            let message = format!("{what} 图形已修复：{}", note.message_zh());
            self.notices.push(fault("PRO-104", message, "核对修复后的图形是否符合原意"));
        }
        match to_plane(&mended.surface) {
            Ok(ground) => Some(ground),
            Err(_) => {
                let message = format!("{what} 的坐标无法从 {crs} 换算到测量平面");
                self.fault("PRO-008", message, "检查坐标系与坐标次序（东坐标或经度在前）");
                None
            }
        }
    }

    fn positive(&mut self, value: Option<&Value>, field: &str, what: &str) -> Option<f64> {
        let value = value.filter(|value| !value.is_null())?;
        let number = value.as_f64().filter(|number| number.is_finite() && *number > 0.0);
        if number.is_none() {
            self.fault("PRO-009", format!("{field} 为 {value}，应为大于零的数：{what}"), "改正数值与单位");
        }
        number
    }

    fn buildings(&mut self, value: Option<&Value>, crs: Option<Crs>) -> Vec<ProposalBuilding> {
        let list = match value {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Array(list)) => list,
            Some(_) => {
                self.fault("PRO-010", "buildings 应为数组".into(), "每栋建筑一个对象：name、footprint、storeys、storey_height_m");
                return Vec::new();
            }
        };
        if list.len() > MAX_BUILDINGS {
            self.fault("PRO-011", format!("建筑有 {} 栋，最多 {MAX_BUILDINGS} 栋", list.len()), "分成几个方案校核");
            return Vec::new();
        }
        list.iter().enumerate().filter_map(|(position, item)| self.building(position + 1, item, crs)).collect()
    }

    fn building(&mut self, number: usize, item: &Value, crs: Option<Crs>) -> Option<ProposalBuilding> {
        let name = item.get("name").and_then(Value::as_str).map_or_else(|| format!("{number}号"), str::to_owned);
        let what = format!("第 {number} 栋“{name}”");
        let storeys = item.get("storeys").filter(|value| !value.is_null());
        let storeys_above = storeys.and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok()).filter(|n| (1..=200).contains(n));
        if let (Some(value), None) = (storeys, storeys_above) {
            self.fault("PRO-012", format!("{what}的 storeys 为 {value}，应为 1 至 200 的整数"), "改正地上层数");
        }
        let storey_height_m = self.positive(item.get("storey_height_m"), &format!("{what}的 storey_height_m"), "层高（m）");
        let Some(geometry) = item.get("footprint").filter(|value| !value.is_null()) else {
            self.fault("PRO-013", format!("{what}缺少 footprint（基底图形）"), "补充 GeoJSON Polygon");
            return None;
        };
        let ground = self.ground(geometry, crs?, &format!("{what}的 footprint"))?;
        let body = BuildingBody { storeys_above, storey_height_m, stated_floor_area_m2: None };
        Some(ProposalBuilding { name, ground, body })
    }

    fn industry(&mut self, value: Option<&Value>) -> Option<IndustryCode> {
        let value = value.filter(|value| !value.is_null())?;
        let (edition, code) = (value.get("edition").and_then(Value::as_str), value.get("code").and_then(Value::as_str));
        let (Some(edition), Some(code)) = (edition, code) else {
            self.fault(
                "PRO-014",
                "industry 应同时写明 edition（如 GB/T 4754-2017）与 code（两位大类）".into(),
                "行业代码各版含义不同，没有版本的代码不能使用",
            );
            return None;
        };
        match IndustryEdition::parse(edition).and_then(|edition| IndustryCode::parse(edition, code)) {
            Ok(code) => Some(code),
            Err(cause) => {
                self.fault("PRO-015", format!("industry 无法识别：{cause}"), "改正行业代码或其版本");
                None
            }
        }
    }

    fn flags(&mut self, value: Option<&Value>) -> Flags {
        let mut flags: Flags = flag_names().into_iter().map(|(_, name)| (name, None)).collect();
        let map = match value {
            None | Some(Value::Null) => return flags,
            Some(Value::Object(map)) => map,
            Some(_) => {
                self.fault("PRO-016", "flags 应为对象".into(), "如 {\"upgrade_approved\": true}");
                return flags;
            }
        };
        for (key, value) in map {
            let Some((_, name)) = flag_names().into_iter().find(|(known, _)| known == key) else {
                let known: Vec<&str> = flag_names().iter().map(|(known, _)| *known).collect();
                self.fault("PRO-017", format!("flags 中没有名为“{key}”的条件"), &format!("可用：{}", known.join("、")));
                continue;
            };
            let answer = match value {
                Value::Null => None,
                Value::Bool(true) => Some(Truth::Yes),
                Value::Bool(false) => Some(Truth::No),
                other => {
                    self.fault("PRO-018", format!("flags.{key} 为 {other}，应为 true、false 或 null（不详）"), "改正取值");
                    None
                }
            };
            flags.insert(name, answer);
        }
        flags
    }
}

impl Reader {
    fn areas(&mut self, value: Option<&Value>) -> BTreeMap<FactName, f64> {
        let map = match value {
            None | Some(Value::Null) => return BTreeMap::new(),
            Some(Value::Object(map)) => map,
            Some(_) => {
                self.fault("PRO-019", "areas 应为对象".into(), "如 {\"yard_m2\": 0}；没有的项目填 0，不详的不填");
                return BTreeMap::new();
            }
        };
        let mut areas = BTreeMap::new();
        for (key, value) in map.iter().filter(|(_, value)| !value.is_null()) {
            let Some((_, name)) = area_names().into_iter().find(|(known, _)| known == key) else {
                let known = area_names().map(|(known, _)| known).join("、");
                self.fault("PRO-020", format!("areas 中没有名为“{key}”的面积"), &format!("可用：{known}"));
                continue;
            };
            match value.as_f64().filter(|m2| m2.is_finite() && *m2 >= 0.0) {
                Some(m2) => {
                    areas.insert(name, m2);
                }
                None => self.fault("PRO-021", format!("areas.{key} 为 {value}，应为不小于零的数（m²）"), "改正数值与单位"),
            }
        }
        areas
    }

    /// Reason and document together; one without the other is no exception.
    fn exception(&mut self, value: Option<&Value>) -> Option<String> {
        let value = value.filter(|value| !value.is_null())?;
        let text =
            |key| value.get(key).and_then(Value::as_str).map(str::trim).filter(|text| (1..=500).contains(&text.chars().count()));
        match (text("reason"), text("document")) {
            (Some(reason), Some(document)) => Some(format!("{reason}（{document}）")),
            (_, _) => {
                let message = "exception 应同时写明 reason（理由）与 document（批准机关、文号、日期），各不超过 500 字";
                self.fault("PRO-022", message.into(), "补齐理由与文件；没有文件的不是例外");
                None
            }
        }
    }
}

fn polygons(value: &Value) -> Option<MultiPolygon<f64>> {
    let geometry: geojson::Geometry = serde_json::from_value(value.clone()).ok()?;
    match Geometry::<f64>::try_from(geometry).ok()? {
        Geometry::Polygon(polygon) => Some(MultiPolygon(vec![polygon])),
        Geometry::MultiPolygon(polygons) => Some(polygons),
        _ => None,
    }
}

fn to_plane(surface: &Surface) -> Result<PlanarGround, reproject::ReprojectionError> {
    let between = |from: Crs, to: Crs| {
        if from == to {
            return Ok(surface.clone());
        }
        reproject::with_reprojector(from, to, |projection| projection.surface(surface))?
    };
    let geographic = between(surface.crs(), Crs::CGCS2000)?;
    let planar = between(surface.crs(), PLANE)?;
    Ok(PlanarGround {
        planar_m2: area::planar_area(&planar),
        ellipsoidal_m2: area::ellipsoidal_area(&geographic),
        surface: planar,
    })
}

#[cfg(test)]
mod tests {
    use mujun_domain::fact::FactName;
    use serde_json::json;

    use super::*;

    fn square() -> Value {
        json!({"type": "Polygon", "coordinates": [[
            [571_815.366, 3_403_497.826], [571_915.366, 3_403_497.826], [571_915.366, 3_403_597.826],
            [571_815.366, 3_403_597.826], [571_815.366, 3_403_497.826]
        ]]})
    }

    #[test]
    fn a_projected_square_of_one_hectare_keeps_its_size() {
        let proposal = parse(&json!({"crs": "EPSG:4549", "land": square()})).unwrap();
        assert!((proposal.land.planar_m2 - 10_000.0).abs() < 1e-6);
        assert!((proposal.site_area_m2() - 9_998.726_2).abs() < 0.01, "survey vector P1: {}", proposal.site_area_m2());
    }

    #[test]
    fn every_fault_is_reported_at_once() {
        let faults = parse(&json!({
            "crs": "EPSG:2437", "land": {"type": "Point", "coordinates": [1, 2]},
            "buildings": [{"name": "甲", "storeys": 0}], "industry": {"code": "35"},
            "flags": {"approved": true, "conforms_to_plan": "yes"},
            "areas": {"yard": 1, "green_m2": -1}, "exception": {"reason": "工艺"}
        }))
        .unwrap_err();
        let codes: Vec<&str> = faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, ["PRO-004", "PRO-012", "PRO-013", "PRO-014", "PRO-017", "PRO-018", "PRO-021", "PRO-020", "PRO-022"]);
    }

    #[test]
    fn an_absent_flag_is_unknown_and_not_no() {
        let proposal = parse(&json!({"crs": "EPSG:4549", "land": square(), "flags": {"upgrade_approved": false}})).unwrap();
        assert_eq!(proposal.flags.get(&FactName::UpgradeApproved), Some(&Some(Truth::No)));
        assert_eq!(proposal.flags.get(&FactName::ConformsToPlan), Some(&None));
    }
}
