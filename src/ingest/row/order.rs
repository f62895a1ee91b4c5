//! Values of a row that cannot both be right: the second is dropped, and that is said.

use chrono::NaiveDate;

use super::RowReader;
use crate::ingest::IssueCode;

impl RowReader<'_> {
    /// Two values that cannot both be right; the second is dropped.
    pub(in crate::ingest) fn contradiction(&mut self, field: &str, message: String) {
        self.unnoted(field);
        self.report(IssueCode::Contradiction, field, "", message);
    }

    /// The second day, unless it comes before the first: then it is dropped and that is said.
    pub(in crate::ingest) fn not_before(
        &mut self,
        first: Option<NaiveDate>,
        second: Option<NaiveDate>,
        field: &str,
        labels: [&str; 2],
    ) -> Option<NaiveDate> {
        self.in_order(IssueCode::Contradiction, first, second, field, labels)
    }

    /// As [`RowReader::not_before`], for the days on which building should begin and be done.
    pub(in crate::ingest) fn finish_not_before(
        &mut self,
        start: Option<NaiveDate>,
        finish: Option<NaiveDate>,
        field: &str,
        labels: [&str; 2],
    ) -> Option<NaiveDate> {
        self.in_order(IssueCode::FinishBeforeStart, start, finish, field, labels)
    }

    fn in_order(
        &mut self,
        code: IssueCode,
        first: Option<NaiveDate>,
        second: Option<NaiveDate>,
        field: &str,
        [first_label, second_label]: [&str; 2],
    ) -> Option<NaiveDate> {
        if let (Some(first), Some(second)) = (first, second)
            && second < first
        {
            let message = format!("{second_label}日期 {second} 早于{first_label}日期 {first}；{second_label}日期按缺失处理");
            self.unnoted(field);
            self.report(code, field, &second.to_string(), message);
            return None;
        }
        second
    }
}
