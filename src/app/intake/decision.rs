//! What a person decided about a file, read from the JSON of the page: register, mapping, reading, provider, dates.

use chrono::NaiveDate;
use mujun_geometry::crs::Crs;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::app::import::MappingChoice;
use crate::app::members::{Members, RequestFault};
use crate::ingest::{BUILT_IN_NAMES, Mapping, ReadOptions, Remedy};
use crate::register::RegisterKind;

/// Longest mapping text, characters: the longest that comes with the program has below four thousand.
const LONGEST_MAPPING: usize = 100_000;
/// Longest name of a layer or a provider, characters.
const LONGEST_NAME: usize = 200;

/// What was decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// 登记簿。
    #[serde(serialize_with = "write_kind", deserialize_with = "read_kind")]
    pub kind: RegisterKind,
    /// 字段映射。
    pub mapping: MappingWord,
    /// 读法。
    pub options: ReadOptions,
    /// 提供单位。
    pub provider: Option<String>,
    /// 数据时点。
    pub observed_on: Option<NaiveDate>,
    /// 收文日期。
    pub received_on: Option<NaiveDate>,
}

/// A mapping as the page names it. A file on the server cannot be named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MappingWord {
    /// One that comes with the program.
    #[serde(rename = "name")]
    Named(String),
    /// The text of one, as it was confirmed on the page.
    #[serde(rename = "toml")]
    Text(String),
}

/// How a mapping confirmed on the page is called in the list of imports.
const CONFIRMED: &str = "网页确认";

impl MappingWord {
    pub(super) fn choice(&self) -> MappingChoice {
        match self {
            MappingWord::Named(name) => MappingChoice::Named(name.clone()),
            MappingWord::Text(toml) => MappingChoice::Text { name: own_name(toml), toml: toml.clone() },
        }
    }
}

/// The name that the text gives itself, which a mapping must be called by; else what it is.
fn own_name(toml: &str) -> String {
    let named = toml.parse::<toml::Table>().ok().and_then(|table| Some(table.get("name")?.as_str()?.to_owned()));
    named.unwrap_or_else(|| CONFIRMED.to_owned())
}

fn write_kind<S: Serializer>(kind: &RegisterKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

fn read_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RegisterKind, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| serde::de::Error::custom("not a register"))
}

const MEMBERS: [&str; 8] = ["kind", "mapping", "crs", "layer", "remedies", "provider", "observed_on", "received_on"];

/// Reads the JSON of a decision.
///
/// # Errors
/// Every fault of it, those of the mapping's text with their lines.
pub fn parse_decision(value: &Value) -> Result<Decision, Vec<RequestFault>> {
    let mut members = Members::of(value, &MEMBERS)?;
    let kinds = RegisterKind::ALL.map(RegisterKind::as_str).join("、");
    let kind = members.needed("kind", |members| members.read("kind", &format!(" {kinds} 之一"), |text| text.parse().ok()));
    let mapping = members.needed("mapping", |members| mapping(members, kind));
    let crs = members.read("crs", "可用的坐标系，形如 EPSG:4528", read_crs);
    let layer = name(&mut members, "layer");
    let remedies = remedies(&mut members);
    let provider = name(&mut members, "provider");
    let observed_on = members.day("observed_on");
    let received_on = members.day("received_on");
    match (kind, mapping) {
        (Some(kind), Some(mapping)) if members.faults.is_empty() => Ok(Decision {
            kind,
            mapping,
            options: ReadOptions { crs, layer, remedies, ..ReadOptions::default() },
            provider,
            observed_on,
            received_on,
        }),
        _ => Err(members.faults),
    }
}

/// Reads which preview is to be committed.
///
/// # Errors
/// The number is missing or none.
pub fn parse_preview_number(value: &Value) -> Result<i32, Vec<RequestFault>> {
    let mut members = Members::of(value, &["preview"])?;
    let number = members.needed("preview", |members| members.number("preview", "所见预演的序号"));
    number.filter(|_| members.faults.is_empty()).ok_or(members.faults)
}

fn name(members: &mut Members<'_>, field: &str) -> Option<String> {
    let expected = format!("不超过 {LONGEST_NAME} 字、不含控制字符的文字");
    members.read(field, &expected, |text| {
        (text.chars().count() <= LONGEST_NAME && !text.chars().any(char::is_control)).then(|| text.to_owned())
    })
}

/// The remedies of the whole file, each once.
fn remedies(members: &mut Members<'_>) -> Vec<Remedy> {
    let Some(found) = members.value("remedies") else { return Vec::new() };
    match serde_json::from_value::<Vec<Remedy>>(found.clone()) {
        Ok(remedies) if remedies.len() <= Remedy::ALL.len() => remedies,
        Ok(_) | Err(_) => {
            let known = Remedy::ALL.map(Remedy::as_str).join("、");
            members.wrong("remedies", found, &format!(" {known} 的列表"));
            Vec::new()
        }
    }
}

/// `EPSG:n` of a system that we can read.
pub fn read_crs(text: &str) -> Option<Crs> {
    let upper = text.to_ascii_uppercase();
    let code = upper.strip_prefix("EPSG:")?.parse::<u32>().ok()?;
    mujun_geometry::reproject::is_known(code).then(|| Crs::from_epsg(code))
}

/// `{"name": …}` or `{"toml": …}`.
fn mapping(members: &mut Members<'_>, kind: Option<RegisterKind>) -> Option<MappingWord> {
    const EXPECTED: &str = "{\"name\": 内置映射的名称} 或 {\"toml\": 映射正文}";
    let found = members.value("mapping")?;
    let word: MappingWord = match serde_json::from_value(found.clone()) {
        Ok(word) => word,
        Err(_) => {
            members.wrong("mapping", found, EXPECTED);
            return None;
        }
    };
    let parsed = match &word {
        MappingWord::Named(name) => {
            let Some(mapping) = Mapping::built_in(name) else {
                let names = BUILT_IN_NAMES.join("、");
                members.wrong("mapping", found, &format!("内置映射 {names} 之一，或给出正文"));
                return None;
            };
            mapping
        }
        MappingWord::Text(toml) if toml.chars().count() > LONGEST_MAPPING => {
            members.fault("mapping", format!("映射正文超过 {LONGEST_MAPPING} 字"), "请删去用不到的内容");
            return None;
        }
        MappingWord::Text(toml) => match Mapping::parse(&own_name(toml), toml) {
            Ok(mapping) => mapping,
            Err(faults) => {
                for fault in faults {
                    members.fault("mapping", format!("映射{fault}"), "请改正这一行后再预演");
                }
                return None;
            }
        },
    };
    if let Some(kind) = kind.filter(|kind| *kind != parsed.kind) {
        let message = format!("映射是为{}写的，不能用于{}", parsed.kind.label_zh(), kind.label_zh());
        members.fault("mapping", message, "请换用对应的映射，或改选登记簿");
        return None;
    }
    Some(word)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(value: Value) -> Vec<RequestFault> {
        parse_decision(&value).unwrap_err()
    }

    #[test]
    fn a_decision_is_read_and_kept_word_for_word() {
        let value = json!({
            "kind": "parcels", "mapping": {"name": "sample-parcels"}, "crs": "epsg:4528", "layer": "宗地", "provider": " 某局 ",
            "remedies": ["swap-axes"],
            "observed_on": "2026-06-30",
        });
        let decision = parse_decision(&value).unwrap();
        assert_eq!((decision.kind, decision.provider.as_deref()), (RegisterKind::Parcels, Some("某局")));
        assert_eq!(decision.options.crs, Some(Crs::CGCS2000_GK_ZONE_40));
        let kept = serde_json::to_string(&decision).unwrap();
        assert_eq!(serde_json::from_str::<Decision>(&kept).unwrap(), decision);
    }

    #[test]
    fn every_fault_is_told_at_once_with_the_line_of_the_mapping() {
        let found = faults(json!({
            "kind": "parcel", "mapping": {"toml": "kind = \"parcels\"\nfieldz = 1\n"}, "crs": "EPSG:1", "observed_on": "昨天",
            "layer": "a\u{0}b", "remedy": 1, "remedies": ["magic"],
        }));
        let fields: Vec<&str> = found.iter().map(|fault| fault.field.as_str()).collect();
        for field in ["remedy", "remedies", "kind", "mapping", "crs", "layer", "observed_on"] {
            assert!(fields.contains(&field), "{field}: {fields:?}");
        }
        assert!(found.iter().any(|fault| fault.message.contains("第 2 行")), "{found:?}");
    }

    #[test]
    fn neither_a_file_of_the_server_nor_a_mapping_of_another_register_can_be_named() {
        for mapping in [json!({"name": "/etc/passwd"}), json!({"name": "geodata/mappings/sample-parcels.toml"}), json!("x")] {
            assert_eq!(faults(json!({"kind": "parcels", "mapping": mapping}))[0].field, "mapping");
        }
        let other = faults(json!({"kind": "parcels", "mapping": {"name": "sample-buildings"}}));
        assert!(other[0].message.contains("不能用于宗地"), "{other:?}");
    }

    #[test]
    fn a_mapping_cannot_reach_another_file() {
        let text = include_str!("../../../geodata/mappings/sample-parcels.toml");
        let joined = format!("join = {{ file = \"../../secret.csv\", on = \"a\", key = \"b\" }}\n{text}");
        let found = faults(json!({"kind": "parcels", "mapping": {"toml": joined}}));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].field, "mapping");
    }
}
