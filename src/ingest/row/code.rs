//! Codes of a row: parcels, enterprises, divisions, and what spreadsheets make of them.

use mujun_domain::code::{CadastralCode, CreditCode, RealEstateUnitCode};

use super::{Bound, RowReader, Tally};
use crate::ingest::{IngestIssue, IssueCode, Severity, field::Need, mapping::CodeScheme, source::Cell, values};

/// Characters of a unified social credit code (GB 32100): a shorter or longer key is a local one.
const CREDIT_CODE_LENGTH: usize = 18;

impl<'a> RowReader<'a> {
    /// A parcel code that is the row's own key, checked by the mapping's scheme.
    pub(in crate::ingest) fn key_parcel_code(&mut self, field: &str) -> Option<String> {
        let code = self.key_text(field)?;
        if self.frame.mapping.code_scheme == CodeScheme::Cadastral
            && let Err(fault) = CadastralCode::parse(&code)
        {
            let column = self.bound(field).map_or("", |bound| self.column_name(bound));
            let issue = match RealEstateUnitCode::parse(&code) {
                Ok(unit) => {
                    let message =
                        format!("“{code}”是 28 位不动产单元代码，不是宗地代码；所在宗地应是 {}", unit.cadastral().as_str());
                    IngestIssue::new(IssueCode::UnitCodeAsParcelCode, message)
                }
                Err(_) => IngestIssue::new(IssueCode::CodeMalformed, format!("宗地代码“{code}”不合规则：{fault}")),
            };
            self.push(issue.with_cell(column, &code));
            self.unnoted(field);
            return None;
        }
        Some(code)
    }

    /// The code of an enterprise: a unified social credit code, in capitals and with its check character verified, or a local
    /// key. A code that does not check is kept as it came: it may be spelt the same wrong way everywhere.
    pub(in crate::ingest) fn key_enterprise_code(&mut self, field: &str) -> Option<String> {
        let code = self.key_text(field)?;
        if code.chars().count() != CREDIT_CODE_LENGTH {
            return Some(code);
        }
        match CreditCode::parse(&code) {
            Ok(sound) => Some(sound.as_str().to_owned()),
            Err(fault) => {
                self.report(IssueCode::CreditCodeDoubtful, field, &code, format!("{fault}；已按原文保存"));
                Some(code)
            }
        }
    }

    /// The code of a division that is itself the row's subject.
    pub(in crate::ingest) fn own_division(&mut self, code: String) -> Option<String> {
        if values::is_division_code(&code) {
            return Some(code);
        }
        let column = self.bound("division_code").map_or("", |bound| self.column_name(bound));
        let message = format!("行政区代码“{code}”应为 6 位数字");
        self.push(IngestIssue::new(IssueCode::CodeMalformed, message).with_cell(column, &code));
        None
    }

    /// Reports a code that a spreadsheet took for a number: the row is set aside for a key, else the code is missing.
    pub(super) fn refuse_damaged(&mut self, bound: &Bound<'_>, cell: &Cell) {
        let text = match cell {
            Cell::Number(number) => format!("{number:E}").replacen('E', "E+", 1),
            cell => cell.text().into_owned(),
        };
        let label = bound.mapping.field.label;
        let message = format!("{label}“{text}”被表格软件改成了数值，末尾几位已经丢失，不能恢复");
        let mut issue = IngestIssue::new(IssueCode::CodeDamaged, message).with_cell(self.column_name(bound), &text);
        if bound.mapping.field.need != Need::Key {
            issue.severity = Severity::Degrades;
            issue.message.push_str("；该项按缺失处理");
        }
        self.push(issue);
    }

    /// Says so when a land use code has an odd number of digits under a scheme whose codes have even ones.
    pub(in crate::ingest) fn suspect_lost_zero(&mut self, field: &str, code: Option<&str>, scheme: Option<&str>) {
        let (Some(code), Some(scheme), Some(bound)) = (code, scheme, self.bound(field)) else { return };
        let is_chinese = ["GB/T 21010", "国土空间", "用地用海"].iter().any(|known| scheme.contains(known));
        if is_chinese && code.len() % 2 == 1 && code.bytes().all(|byte| byte.is_ascii_digit()) {
            self.tallies.push(Tally::ZeroLost(self.column_name(bound).to_owned(), code.to_owned()));
        }
    }
}

/// Whether a spreadsheet took a code for a number and lost its last digits.
pub(super) fn is_damaged(cell: &Cell) -> bool {
    match cell {
        Cell::Number(number) => values::is_beyond_digits(*number),
        Cell::Text(text) => values::is_damaged_code(text),
        Cell::Empty | Cell::Whole(_) | Cell::Date(_) => false,
    }
}
