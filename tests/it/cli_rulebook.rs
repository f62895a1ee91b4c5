//! `mujun rulebook` as a person would use it.

use crate::cli::{mujun, refused, said};

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
    let rulebook = mujun::app::rulebook::load().unwrap();
    let ids: Vec<&str> = rulebook.rules().map(|rule| rule.id.as_str()).collect();
    refused(&output, 3, &[&["no-such-rule"], ids.as_slice()].concat());
    for id in ids {
        explained(id);
    }
}
