//! How results look in a terminal: progress bars, issue lists, findings. Words come from the types; only layout is here.

use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use mujun_domain::finding::{Finding, Outcome, OutcomeCode};

use crate::app::import::{ImportProgress, ImportStep};
use crate::app::query::IssueCount;
use crate::ingest::{IngestIssue, Severity};

/// Logs go to standard error, as JSON where that is not a terminal; `MUJUN_LOG` sets the level.
pub fn start_logging() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("MUJUN_LOG").unwrap_or_else(|_| EnvFilter::new("warn,mujun=info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .log_internal_errors(false);
    // A second subscriber can only be a test that already set one.
    let _ = if std::io::stderr().is_terminal() { builder.try_init() } else { builder.json().try_init() };
}

/// A line that turns while something takes time; in a pipe it prints the text once.
pub fn working(what: String) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        aside!("==> {what}");
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar that follows an import: how many rows of how many, or how many where the file does not say. In a pipe it prints each
/// step once.
pub struct Following {
    bar: ProgressBar,
    step: Mutex<Option<ImportStep>>,
}

impl Following {
    /// A bar under this title.
    pub fn new(what: String) -> Following {
        Following { bar: working(what), step: Mutex::new(None) }
    }

    /// Shows how far it is.
    pub fn show(&self, progress: ImportProgress) {
        let mut step = self.step.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = step.replace(progress.step) != Some(progress.step);
        drop(step);
        if self.bar.is_hidden() {
            if is_new {
                aside!("    {}", progress.step.label_zh());
            }
            return;
        }
        if is_new {
            let template = match progress.of {
                Some(_) => "{spinner} {msg} {prefix} {bar:24} {human_pos}/{human_len} 行 {elapsed}",
                None => "{spinner} {msg} {prefix} {human_pos} 行 {elapsed}",
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                self.bar.set_style(style);
            }
            self.bar.set_prefix(progress.step.label_zh());
        }
        self.bar.set_length(progress.of.unwrap_or_default());
        self.bar.set_position(progress.rows);
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

/// Issues, the grave ones first, at most `limit` of each severity. `all` counts also those that the report does not hold.
pub fn issues(issues: &[IngestIssue], all: &[IssueCount], limit: usize) {
    for severity in [Severity::BlocksRow, Severity::Degrades, Severity::Notice] {
        let of_this = all.iter().filter(|of_code| of_code.severity == severity.as_str());
        let count: i64 = of_this.map(|of_code| of_code.count).sum();
        if count == 0 {
            continue;
        }
        say!("  {}：{count} 处", severity.label_zh());
        let mut shown = 0;
        for issue in issues.iter().filter(|issue| issue.severity == severity).take(limit) {
            let place = match (issue.row, &issue.column) {
                (Some(row), Some(column)) => format!("第 {row} 行 {column}："),
                (Some(row), None) => format!("第 {row} 行："),
                _ => String::new(),
            };
            say!("    {} {place}{}", issue.code, issue.message);
            say!("      处理（{}）：{}", issue.party.label_zh(), issue.remedy);
            shown += 1;
        }
        if count > shown {
            say!("    ……另有 {} 处；全部逐条见 --report json，已提交的也见网页“数据汇聚”", count - shown);
        }
    }
}

/// One finding with everything it rests on, as the card shows it.
pub fn finding(finding: &Finding) {
    say!("{} · {}（{}）", finding.outcome_label(), finding.title, finding.force.label_zh());
    match &finding.outcome {
        Outcome::Compared(comparison) => {
            let citation = &comparison.threshold.citation;
            let number = citation.document_number.as_deref().unwrap_or_default();
            say!("  依据  《{}》{number} {}", citation.document_title, citation.clause);
            match (&citation.quote, &citation.paraphrase) {
                (Some(quote), _) => say!("        “{quote}”（{}）", citation.certainty.label_zh()),
                (None, Some(paraphrase)) => say!("        大意：{paraphrase}（{}）", citation.certainty.label_zh()),
                (None, None) => {}
            }
            for (position, line) in comparison.arithmetic().iter().enumerate() {
                say!("  {}  {line}", if position == 0 { "算式" } else { "    " });
            }
            for (position, input) in comparison.inputs.iter().enumerate() {
                let note = input.source.note.as_deref().unwrap_or_default();
                say!(
                    "  {}  {} {}  ← {note}",
                    if position == 0 { "输入" } else { "    " },
                    input.name.label_zh(),
                    input.value.text()
                );
            }
            for (position, clearance) in comparison.clearance.iter().enumerate() {
                say!("  {}  {}", if position == 0 { "消除" } else { "    " }, clearance.text());
            }
        }
        Outcome::NotApplicable { condition } => say!("  条件  {}", condition.label),
        Outcome::Undetermined { missing } => {
            for (position, input) in missing.iter().enumerate() {
                say!("  {}  {}：{}", if position == 0 { "缺少" } else { "    " }, input.label, input.how);
            }
        }
    }
    for note in &finding.notes {
        say!("  提示  {}", note.text);
    }
    if OutcomeCode::of(&finding.outcome) != OutcomeCode::NotApplicable {
        say!();
    }
}
