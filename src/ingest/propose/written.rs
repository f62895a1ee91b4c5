//! A proposed mapping as the text that an import takes.

use super::{MissingKey, Table, division::Division, matching::Match};
use crate::{ingest::field::Field, register::RegisterKind};

/// The text of a mapping.
pub(super) fn toml(
    table: &Table<'_>,
    kind: RegisterKind,
    matches: &[Match<'_>],
    constants: &[(&'static Field, &'static str, &'static str)],
    division: &Division,
    is_cadastral: bool,
    missing: &[MissingKey],
) -> String {
    let mut text = String::from("# 由程序按列名与内容建议；确认后使用。\n");
    for key in missing {
        text.push_str(&format!("# 缺少{}（{}）：{}\n", key.label, key.field, key.remedy));
    }
    text.push_str(&format!("kind = {}\n", quoted(kind.as_str())));
    if let Some(layer) = table.layer {
        text.push_str(&format!("layer = {}\n", quoted(layer)));
    }
    if kind == RegisterKind::Parcels {
        text.push_str(&format!("code_scheme = {}\n", quoted(if is_cadastral { "cadastral" } else { "opaque" })));
    }
    if let Some(rule) = rule(division) {
        text.push_str(&format!("division = {rule}\n"));
    }
    text.push_str("\n[columns]\n");
    for found in matches {
        text.push_str(&format!("{} = {}\n", found.field.name, column(found)));
    }
    if !constants.is_empty() {
        text.push_str("\n[constants]\n");
        for (field, value, why) in constants {
            text.push_str(&format!("# {why}\n{} = {}\n", field.name, quoted(value)));
        }
    }
    text
}

fn rule(division: &Division) -> Option<String> {
    Some(match division {
        Division::Own | Division::Unknown => return None,
        Division::FromCode => "{ from = \"code\" }".to_owned(),
        Division::FromParcelCode => "{ from = \"parcel_code\" }".to_owned(),
        Division::Location => "{ by = \"location\" }".to_owned(),
        Division::Codes { name, .. } => format!("{{ column = {} }}", quoted(name)),
        Division::Names { name, known, .. } => {
            let pairs: Vec<String> = known.iter().map(|(word, code)| format!("{} = {}", quoted(word), quoted(code))).collect();
            format!("{{ column = {}, values = {{ {} }} }}", quoted(name), pairs.join(", "))
        }
    })
}

fn column(found: &Match<'_>) -> String {
    let name = quoted(&found.profile.name);
    let mut more = Vec::new();
    if let Some(word) = found.unit.as_ref().and_then(|unit| unit.unit.mapping_word()) {
        more.push(format!("unit = {}", quoted(word)));
    }
    if !found.sentinels.is_empty() {
        let texts: Vec<String> = found.sentinels.iter().map(|text| quoted(text)).collect();
        more.push(format!("sentinels = [{}]", texts.join(", ")));
    }
    if !found.words.is_empty() {
        let pairs: Vec<String> = found.words.iter().map(|(word, to)| format!("{} = {}", quoted(word), quoted(to))).collect();
        more.push(format!("values = {{ {} }}", pairs.join(", ")));
        if let Some(blank) = &found.blank {
            more.push(format!("blank = {}", quoted(blank)));
        }
    }
    if more.is_empty() { name } else { format!("{{ column = {name}, {} }}", more.join(", ")) }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
