//! `mujun rulebook` as a person would use it.

use std::path::Path;
use std::process::Output;

use mujun::app::rulebook::EDITION;
use serde_json::json;

use crate::cli::{mujun, refused, said};
use crate::recompute::proposal;

fn explained(rule: &str) -> String {
    let output = mujun(&["rulebook", "explain", rule]).output().unwrap();
    refused(&output, 0, &[rule]);
    said(&output)
}

#[test]
fn a_rule_is_explained_with_its_sum_its_thresholds_its_words_and_its_parameters() {
    let text = explained("far-floor-of-upgrades-general");
    for word in [
        "指导：不达标需人工裁量",
        "宗地、改造方案",
        "容积率 = 计容建筑面积 ÷ 土地面积",
        "不作标记",
        "属于一般通用厂房（general_purpose_factory）",
        "自 2023-03-30（含）起，没有止日",
        "≥ 1.5",
        "嘉兴市先进制造业集群培育工程推进方案",
        "一般不低于1.5",
        "VERIFIED（已读原文）",
        "层高限值（tall_storey_height）= 8 m",
        "VERIFIED-SECONDARY",
    ] {
        assert!(text.contains(word), "“{word}” is not in:\n{text}");
    }
}

#[test]
fn a_number_that_is_not_in_the_rule_says_where_it_comes_from() {
    let of_contract = explained("far-below-contract");
    assert!(of_contract.contains("合同约定容积率下限（contract_far_min"), "{of_contract}");
    assert!(of_contract.contains("用而未尽 · 疑似") && of_contract.contains("转述，非原文"), "{of_contract}");
    let of_table = explained("far-floor-of-upgrades-table");
    assert!(of_table.contains("按行业取值 + 0.5") && of_table.contains("尚未装载"), "{of_table}");
    let of_days = explained("construction-overdue");
    assert!(of_days.contains("idle_after") && of_days.contains("国土资源部令第53号"), "{of_days}");
}

#[test]
fn every_rule_can_be_explained_and_an_unknown_one_lists_them() {
    let output = mujun(&["rulebook", "explain", "no-such-rule"]).output().unwrap();
    let rulebook = mujun::app::rulebook::load(None).unwrap();
    let ids: Vec<&str> = rulebook.rules().map(|rule| rule.id.as_str()).collect();
    refused(&output, 3, &[&["no-such-rule"], ids.as_slice()].concat());
    for id in ids {
        explained(id);
    }
}

const NUMBER: &str = "浙土资发〔2014〕4号";
const RULE: &str = "改造提升项目容积率下限（2014 指标加 0.5）";

/// Loads a table whose figures are test values: nobody's limits.
fn load(folder: &Path, bytes: &[u8], edition: &str) -> Output {
    let file = folder.join("test-values.csv");
    std::fs::write(&file, bytes).unwrap();
    let (file, data) = (file.display().to_string(), folder.display().to_string());
    let arguments =
        ["rulebook", "load-table", "zj-2014", &file, "--edition", edition, "--document-number", NUMBER, "--data", &data];
    mujun(&arguments).output().unwrap()
}

/// What `mujun check` says of the rule that needs the table, for a proposal of that industry.
fn verdict(data: &Path, edition: &str, code: &str) -> String {
    let mut proposal = proposal();
    proposal["industry"] = json!({"edition": edition, "code": code});
    let file = data.join("proposal.json");
    std::fs::write(&file, proposal.to_string()).unwrap();
    let (file, data) = (file.display().to_string(), data.display().to_string());
    let output = mujun(&["check", &file, "--as-of", "2026-06-30", "--data", &data]).output().unwrap();
    let text = said(&output);
    let lines: Vec<&str> = text.lines().skip_while(|line| !line.contains(RULE)).take_while(|line| !line.is_empty()).collect();
    assert!(!lines.is_empty(), "{text}");
    lines.join("\n")
}

fn digest(data: &Path) -> String {
    let output = mujun(&["rulebook", "check", "--data", &data.display().to_string()]).output().unwrap();
    refused(&output, 0, &["没有问题"]);
    said(&output).split_whitespace().skip_while(|word| *word != "摘要").nth(1).unwrap().to_owned()
}

#[test]
fn a_loaded_table_decides_the_half_that_was_undetermined_and_changes_the_digest() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let bare = digest(data);
    assert!(verdict(data, "GB/T 4754-2011", "35").starts_with("待核"));

    // Test value 0.4: 0.98 is above 0.4 + 0.5.
    let output =
        load(data, "\u{feff}code,industry,far_min\r\n35,测试行业,0.4\r\n36,\"测试,行业\",0.5\r\n".as_bytes(), "GB/T 4754-2011");
    refused(&output, 0, &["2 个行业", "GB/T 4754-2011", "mujun evaluate"]);
    let met = verdict(data, "GB/T 4754-2011", "35");
    assert!(met.starts_with("通过") && met.contains("0.9"), "{met}");
    let loaded = digest(data);
    assert_ne!(loaded, bare);

    // Test value 1.0 takes its place: 0.98 is below 1.0 + 0.5. In GB18030, as a spreadsheet may save it.
    let (bytes, _, _) = encoding_rs::GB18030.encode("code,industry,far_min\n35,测试行业,1.0\n");
    refused(&load(data, &bytes, "2011"), 0, &["留存于"]);
    let unmet = verdict(data, "GB/T 4754-2011", "35");
    assert!(unmet.starts_with("不通过") && unmet.contains("1.5"), "{unmet}");
    assert_ne!(digest(data), loaded);
    assert_eq!(std::fs::read_dir(data.join("rulebook/tables/history")).unwrap().count(), 1);

    let explain = ["rulebook", "explain", "far-floor-of-upgrades-table", "--data", &data.display().to_string()];
    refused(&mujun(&explain).output().unwrap(), 0, &["已装载 1 个行业", "GB/T 4754-2011", NUMBER]);
}

#[test]
fn a_code_of_another_edition_stays_undetermined_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    refused(&load(folder.path(), b"code,industry,far_min\n35,test,0.4\n", "GB/T 4754-2011"), 0, &[]);
    let other = verdict(folder.path(), "GB/T 4754-2017", "35");
    assert!(other.starts_with("待核") && other.contains("GB/T 4754-2011") && other.contains("没有两个版本的对照表"), "{other}");
    let absent = verdict(folder.path(), "GB/T 4754-2011", "36");
    assert!(absent.starts_with("待核"), "{absent}");
}

#[test]
fn every_fault_of_a_table_is_told_at_once_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let faulty = "code,industry,far_min\n35,a,0\nC36,b,1.0\n37,c,\n38,d,150\n39,e,0.8\n39,e,0.9\n40,f,多\n41,g\n42,h,nan\n";
    let words = [
        "8 处",
        "第 2 行",
        "第 3 行",
        "C36",
        "第 4 行",
        "没有填写",
        "第 5 行",
        "150",
        "第 7 行",
        "重复",
        "第 8 行",
        "第 9 行",
        "第 10 行",
    ];
    let output = load(data, faulty.as_bytes(), "GB/T 4754-2011");
    refused(&output, 3, &words);
    assert!(!data.join("rulebook").exists());

    refused(&load(data, b"code,industry,far_min\n99,test,0.4\n", "GB/T 4754-2017"), 3, &["没有大类 99"]);
    refused(&load(data, b"code,code_edition,far_min\n35,GB/T 4754-2017,0.4\n", "2011"), 3, &["GB/T 4754-2017"]);
    refused(&load(data, b"a,b\n1,2\n", "2011"), 3, &["far_min", "a、b"]);
    refused(&load(data, b"code,industry,far_min\n", "2011"), 3, &["没有一行数据"]);
    refused(&load(data, b"code,far_min\n\xff\xff\xff,1\n", "2011"), 3, &["GB18030"]);
    refused(&load(data, b"code,far_min\n35,1\n", "1994"), 2, &["GB/T 4754-2011"]);
    assert!(!data.join("rulebook").exists());

    // A good table stays when a faulty one is refused.
    refused(&load(data, b"code,far_min\n35,0.4\n", "2011"), 0, &[]);
    let kept = digest(data);
    refused(&load(data, b"code,far_min\n35,-1\n", "2011"), 3, &["-1"]);
    assert_eq!(digest(data), kept);
    std::fs::write(data.join("rulebook/tables/zj-2014.toml"), "id = \"zj-2014\"\n").unwrap();
    refused(&mujun(&["rulebook", "check", "--data", &data.display().to_string()]).output().unwrap(), 3, &["tables/zj-2014.toml"]);
}

/// The carried rulebook written to a folder, with one text replaced by another.
fn written(folder: &Path, from: &str, to: &str) -> String {
    let law = mujun::app::rulebook::load(None).unwrap();
    let mut changed = 0;
    for (path, text) in &law.files().files {
        let file = folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        changed += text.matches(from).count();
        std::fs::write(file, text.replace(from, to)).unwrap();
    }
    assert!(changed > 0, "“{from}” is nowhere in the rulebook");
    folder.display().to_string()
}

#[test]
fn two_rulebooks_are_held_side_by_side() {
    let (folder, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let other = written(folder.path(), "value = { fixed = 0.60 }", "value = { fixed = 0.55 }");
    let data = data.path().display().to_string();
    let output = mujun(&["rulebook", "diff", EDITION, &other, "--data", &data]).output().unwrap();
    refused(&output, 0, &["规则  density-cap-of-upgrades", "0.6 → 0.55"]);
    let same = mujun(&["rulebook", "diff", EDITION, EDITION, "--data", &data]).output().unwrap();
    refused(&same, 0, &["没有不同"]);
    std::fs::write(folder.path().join(EDITION).join("far-benchmark.toml"), "id = 1\n").unwrap();
    refused(&mujun(&["rulebook", "diff", &other, EDITION, "--data", &data]).output().unwrap(), 3, &["far-benchmark.toml"]);
}
