//! A rulebook with mistakes is refused as a whole, with every mistake named: file, line, expected, found.

use mujun_domain::{Rulebook, RulebookFault, RulebookFiles};

use crate::shelf::{EDITION, RULEBOOK, files, parsed};

fn faults(files: &RulebookFiles) -> Vec<RulebookFault> {
    Rulebook::parse(files).expect_err("the rulebook has a mistake")
}

/// The rulebook with one text replaced in one file.
fn edited(path: &str, from: &str, to: &str) -> RulebookFiles {
    let mut files = files();
    let text = files.files.get(path).unwrap_or_else(|| panic!("no file {path}")).clone();
    assert!(text.contains(from), "{path} does not contain “{from}”");
    files.insert(path, text.replacen(from, to, 1));
    files
}

fn rule(name: &str) -> String {
    format!("{EDITION}/{name}.toml")
}

/// Exactly one fault, in that file, at the line of `at`, saying these words.
#[track_caller]
fn check(path: &str, from: &str, to: &str, at: &str, expected: &str, found: &str) {
    let files = edited(path, from, to);
    let faults = faults(&files);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    let fault = &faults[0];
    let line = files.files[path].lines().position(|line| line.contains(at)).expect("the place") + 1;
    assert_eq!((fault.file.as_str(), fault.line), (path, line), "{fault}");
    assert!(fault.expected.contains(expected), "应为 {}", fault.expected);
    assert!(fault.found.contains(found), "实为 {}", fault.found);
}

#[test]
fn an_unknown_measure_is_a_fault() {
    check(&rule("far-benchmark"), "\"plot_ratio\"", "\"tax_per_mu\"", "measure =", "plot_ratio、building_density", "tax_per_mu");
}

#[test]
fn a_unit_other_than_the_measures_is_a_fault() {
    check(&rule("density-cap-of-upgrades"), "\"share\"", "\"ratio\"", "unit =", "share", "ratio");
}

#[test]
fn an_unknown_unit_is_a_fault() {
    check(&rule("density-cap-of-upgrades"), "\"share\"", "\"percent\"", "unit =", "share", "percent");
}

#[test]
fn a_quote_that_is_not_in_its_document_is_a_fault() {
    check(&rule("density-cap-of-upgrades"), "按照60%控制", "按照65%控制", "source =", "逐字", "建筑密度上限统一按照65%控制");
}

#[test]
fn every_piece_of_a_quote_is_looked_up() {
    check(&rule("far-benchmark"), "quote = \"一般", "quote = \"宜高则高……不应低于……一般", "source =", "逐字", "“不应低于”");
}

#[test]
fn a_document_that_is_not_listed_is_a_fault() {
    check(&rule("far-benchmark"), "jiaxing-plan-2023", "jiaxing-plan-2024", "source =", "documents.toml", "jiaxing-plan-2024");
}

#[test]
fn a_table_that_is_not_declared_is_a_fault() {
    check(&rule("far-floor-of-upgrades-table"), "zj-2014", "zj-2015", "value =", "指标表", "zj-2015");
}

#[test]
fn an_unknown_fact_is_a_fault() {
    check(&rule("far-below-contract"), "contract_far_min", "contract_far", "value =", "事实", "contract_far");
}

#[test]
fn a_fact_in_another_unit_is_a_fault() {
    check(&rule("far-below-contract"), "contract_far_min", "contract_density_max", "value =", "ratio", "share");
}

#[test]
fn an_unknown_condition_is_a_fault() {
    check(&rule("far-below-contract"), "\"operating\"", "\"site_area\"", "applies_when", "operating", "site_area");
}

#[test]
fn a_benchmark_that_flags_is_a_fault() {
    check(&rule("far-benchmark"), "subjects =", "flag = \"underused\"\nsubjects =", "flag =", "不作标记", "underused");
}

#[test]
fn an_id_other_than_the_file_name_is_a_fault() {
    check(
        &rule("far-benchmark"),
        "id = \"far-benchmark\"",
        "id = \"far-benchmark-2\"",
        "id =",
        "far-benchmark",
        "far-benchmark-2",
    );
}

#[test]
fn an_unknown_key_is_a_fault() {
    check(&rule("far-benchmark"), "force =", "strength = 1\nforce =", "strength", "force", "strength");
}

#[test]
fn a_missing_key_is_a_fault() {
    check(&rule("far-benchmark"), "compare = \"at_least\"\n", "", "id =", "compare", "没有");
}

#[test]
fn a_wrong_type_is_a_fault() {
    check(&rule("far-benchmark"), "2023-03-30", "\"2023-03-30\"", "effective_from", "日期", "文字");
}

#[test]
fn text_that_is_not_toml_is_a_fault_with_its_line() {
    let faults = faults(&edited(&rule("far-benchmark"), "measure = \"plot_ratio\"", "measure = plot_ratio\""));
    assert!(faults.iter().all(|fault| fault.file == rule("far-benchmark")), "{faults:#?}");
    assert!(faults.iter().any(|fault| fault.expected.contains("TOML") && fault.line == 5), "{faults:#?}");
}

#[test]
fn what_we_only_recall_cannot_bind() {
    check(
        &rule("density-cap-of-upgrades"),
        "clause = ",
        "certainty = \"RECALLED\", clause = ",
        "[[threshold]]",
        "强制",
        "RECALLED",
    );
}

#[test]
fn what_we_only_recall_may_advise() {
    parsed(&edited(&rule("far-floor-of-upgrades-general"), "clause = ", "certainty = \"RECALLED\", clause = "));
}

#[test]
fn a_source_without_words_is_a_fault() {
    check(&rule("far-benchmark"), ", quote = \"一般不低于1.5\"", "", "source =", "quote", "都没有");
}

/// A second threshold from `from`, with the first ending at `until`.
fn two_intervals(until: &str, from: &str) -> RulebookFiles {
    let path = rule("far-benchmark");
    let mut files = edited(&path, "effective_from = 2023-03-30", &format!("effective_from = 2023-03-30\n{until}"));
    let second = format!(
        "\n[[threshold]]\neffective_from = {from}\nunit = \"ratio\"\nvalue = {{ fixed = 1.6 }}\n\
         source = {{ document = \"jiaxing-plan-2023\", clause = \"重点任务 1\", quote = \"一般不低于1.5\" }}\n"
    );
    files.files.get_mut(&path).expect("the file").push_str(&second);
    files
}

#[test]
fn thresholds_that_overlap_are_a_fault() {
    for until in ["", "effective_until = 2025-01-02"] {
        let faults = faults(&two_intervals(until, "2025-01-01"));
        assert_eq!(faults.len(), 1, "{faults:#?}");
        assert!(faults[0].found.contains("重叠"), "{}", faults[0]);
    }
}

#[test]
fn thresholds_that_leave_a_gap_are_a_fault() {
    let faults = faults(&two_intervals("effective_until = 2024-12-31", "2025-01-01"));
    assert!(faults[0].found.contains("空档"), "{faults:#?}");
}

#[test]
fn thresholds_that_meet_are_right() {
    let rulebook = parsed(&two_intervals("effective_until = 2025-01-01", "2025-01-01"));
    let rule = rulebook.rule("far-benchmark").expect("the rule");
    let from = |text: &str| {
        rule.threshold(crate::shelf::day(text)).and_then(|threshold| threshold.effective_from).map(|day| day.to_string())
    };
    assert_eq!(from("2024-12-31").as_deref(), Some("2023-03-30"));
    assert_eq!(from("2025-01-01").as_deref(), Some("2025-01-01"));
}

#[test]
fn an_interval_that_ends_before_it_begins_is_a_fault() {
    let path = rule("far-benchmark");
    let to = "effective_from = 2023-03-30\neffective_until = 2023-03-30";
    check(&path, "effective_from = 2023-03-30", to, "effective_until", "晚于", "2023-03-30");
}

#[test]
fn a_second_document_of_the_same_id_is_a_fault() {
    let again =
        "[[document]] # again\nid = \"mlr-order-53\"\ntitle = \"x\"\ncertainty = \"VERIFIED\"\n\n[[document]]\nid = \"operator";
    let files = edited("documents.toml", "[[document]]\nid = \"operator", again);
    let faults = faults(&files);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    let line = files.files["documents.toml"].lines().position(|line| line.contains("# again")).expect("the place") + 2;
    assert_eq!((faults[0].line, faults[0].found.contains("mlr-order-53")), (line, true), "{faults:#?}");
}

#[test]
fn a_parameter_in_another_unit_is_a_fault() {
    check(&rule("parameters"), "unit = \"m\"", "unit = \"ratio\"", "unit = \"ratio\"", "m", "ratio");
}

#[test]
fn a_part_of_a_year_is_a_fault() {
    check(&rule("parameters"), "is = 1\n", "is = 1.5\n", "is = 1.5", "整年", "1.5");
}

fn table_with(rows: &str, edition: &str) -> RulebookFiles {
    let mut files = edited("tables/zj-2014.toml", "code_edition = \"UNKNOWN\"", &format!("code_edition = \"{edition}\""));
    files.files.get_mut("tables/zj-2014.toml").expect("the table").push_str(rows);
    files
}

#[test]
fn rows_without_an_edition_are_a_fault() {
    let faults = faults(&table_with("[[row]]\ncode = \"35\"\nvalue = 1.0\n", "UNKNOWN"));
    assert!(faults.iter().any(|fault| fault.expected.contains("code_edition")), "{faults:#?}");
}

#[test]
fn a_loaded_table_of_unknown_certainty_cannot_bind() {
    let faults = faults(&table_with("[[row]]\ncode = \"35\"\nvalue = 1.0\n", "GB/T 4754-2017"));
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(faults[0].file.ends_with("far-floor-of-upgrades-table.toml") && faults[0].found.contains("UNKNOWN"));
}

#[test]
fn a_row_that_is_no_code_or_no_value_or_twice_is_a_fault() {
    let rows = "[[row]]\ncode = \"XX\"\nvalue = 1.0\n[[row]]\ncode = \"35\"\nvalue = 0\n\
                [[row]]\ncode = \"36\"\nvalue = 1.0\n[[row]]\ncode = \"36\"\nvalue = 1.1\n";
    let faults = faults(&table_with(rows, "GB/T 4754-2017"));
    let found: Vec<&str> =
        faults.iter().filter(|fault| fault.file.starts_with("tables/")).map(|fault| fault.found.as_str()).collect();
    assert_eq!(found.len(), 3, "{faults:#?}");
    assert!(found[0].contains("XX") && found[1].contains('0') && found[2].contains("36"), "{found:?}");
}

#[test]
fn all_faults_are_reported_at_once_in_the_order_of_files_and_lines() {
    let mut files = edited(&rule("far-benchmark"), "\"plot_ratio\"", "\"?\"");
    for (path, from, to) in [
        (rule("far-benchmark"), "effective_from = 2023-03-30", "effective_from = true"),
        (rule("density-cap-of-upgrades"), "\"at_most\"", "\"beneath\""),
        ("documents.toml".to_owned(), "dated = 2012-06-01", "dated = 2012"),
    ] {
        let text = files.files[&path].replacen(from, to, 1);
        files.insert(path, text);
    }
    let faults = faults(&files);
    let mut places: Vec<(&str, usize)> = faults.iter().map(|fault| (fault.file.as_str(), fault.line)).collect();
    assert!(places.is_sorted(), "{places:?}");
    places.dedup_by_key(|place| place.0);
    let files: Vec<&str> = places.iter().map(|place| place.0).collect();
    assert_eq!(files, ["documents.toml", &rule("density-cap-of-upgrades"), &rule("far-benchmark")]);
    assert!(faults.len() >= 4, "{faults:#?}");
}

#[test]
fn an_edition_that_is_not_there_is_a_fault() {
    let mut files = files();
    files.edition = "jiaxing-1999".to_owned();
    let faults = faults(&files);
    assert!(faults[0].found.contains("jiaxing-1999"), "{faults:#?}");
    assert!(Rulebook::parse(&RulebookFiles::default()).is_err());
}

#[test]
fn blanks_comments_and_unused_documents_do_not_change_the_digest() {
    let mut files = files();
    for (path, text) in &mut files.files {
        if path.ends_with(".toml") {
            let wide: Vec<String> = text.lines().map(|line| line.replacen(" = ", "   =  ", 1)).collect();
            *text = format!("# 注释\n\n{}\n\n", wide.join("\n"));
        }
    }
    let excerpt = "excerpt   =  ";
    files
        .files
        .get_mut("documents.toml")
        .expect("the file")
        .push_str("\n[[document]]\nid = \"another\"\ntitle = \"别的文件\"\ncertainty = \"RECALLED\"\n");
    assert!(files.files["documents.toml"].contains(excerpt));
    assert_eq!(parsed(&files).digest(), RULEBOOK.digest());
}

#[test]
fn a_changed_number_or_word_changes_the_digest() {
    for (path, from, to) in [
        (rule("far-benchmark"), "fixed = 1.5", "fixed = 1.6"),
        (rule("far-benchmark"), "容积率参考值", "容积率参照值"),
        (rule("parameters"), "is = 8", "is = 9"),
        ("documents.toml".to_owned(), "2012-06-01", "2012-06-02"),
        ("tables/zj-2014.toml".to_owned(), "由局方按", "请局方按"),
    ] {
        assert_ne!(parsed(&edited(&path, from, to)).digest(), RULEBOOK.digest(), "{path}: {from}");
    }
    assert_eq!(RULEBOOK.digest().len(), 64);
    assert_eq!(RULEBOOK.edition(), EDITION);
}

/// Whatever is cut out of the files, reading ends, and never with a panic.
#[test]
fn a_truncated_file_never_panics() {
    for path in files().files.keys().filter(|path| path.ends_with(".toml")) {
        let whole = files().files[path].clone();
        for (end, _) in whole.char_indices().step_by(17) {
            let mut cut = files();
            cut.insert(path.clone(), &whole[..end]);
            let _ = Rulebook::parse(&cut);
        }
    }
}
