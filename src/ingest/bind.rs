//! The fields of a mapping, bound to the columns that a file really has; all that are missing are told at once.

use super::{
    IngestError, IngestIssue, IssueCode, Mapping, Remedy,
    error::MissingColumn,
    header::folded,
    join,
    mapping::{DivisionRule, Filter, Origin},
    row::Bound,
    source::Opened,
};

/// Names cut by DBF keep at most this many bytes of the file's encoding.
const CUT_AT: usize = 10;

/// A mapping, bound.
pub(super) struct Binding<'a> {
    /// Fields and their columns.
    pub fields: Vec<Bound<'a>>,
    /// Column of the division.
    pub division_column: Option<usize>,
    /// Column of the filter.
    pub filter: Option<(usize, &'a Filter)>,
    /// Column that counts joined records.
    pub join_count: Option<usize>,
}

/// Binds a mapping to the columns of a file.
pub(super) fn bind<'a>(opened: &mut Opened, mapping: &'a Mapping) -> Result<Binding<'a>, IngestError> {
    let mut search = Search { columns: &opened.columns, cuts_names: opened.cuts_names, used: Vec::new(), notices: Vec::new() };
    let mut missing = Vec::new();
    let mut fields = Vec::with_capacity(mapping.fields.len());
    for read in &mapping.fields {
        let column = match &read.origin {
            Origin::Constant(_) => None,
            Origin::Columns(names) => {
                let column = search.find(names);
                if column.is_none() && !read.may_be_absent {
                    missing.push(search.missing(read.field.name, read.field.label, names));
                }
                column
            }
        };
        fields.push(Bound { mapping: read, column });
    }
    let division_column = match &mapping.division {
        Some(DivisionRule::Column { columns, .. }) => {
            let column = search.find(columns);
            if column.is_none() {
                missing.push(search.missing("division_code", "行政区代码", columns));
            }
            column
        }
        _ => None,
    };
    let filter = mapping.filter.as_ref().and_then(|filter| {
        let names = std::slice::from_ref(&filter.column);
        let column = search.find(names);
        if column.is_none() {
            missing.push(search.missing("where", "筛选条件", names));
        }
        column.map(|column| (column, filter))
    });
    let join_count = opened.columns.iter().position(|name| name == join::COUNT_COLUMN);
    if !missing.is_empty() {
        return Err(IngestError::ColumnsMissing {
            path: opened.path.clone(),
            mapping: mapping.name.clone(),
            missing,
            present: opened.columns.clone(),
        });
    }
    let unused: Vec<&str> = (0..opened.columns.len())
        .filter(|index| !search.used.contains(index))
        .map(|index| opened.columns[index].as_str())
        .filter(|name| !name.starts_with("join.") && !name.is_empty())
        .collect();
    let mut notices = search.notices;
    if !unused.is_empty() {
        let message = format!("文件有 {} 列未用到：{}", unused.len(), unused.join("、"));
        notices.push(IngestIssue::new(IssueCode::ColumnsUnused, message));
    }
    opened.issues.append(&mut notices);
    Ok(Binding { fields, division_column, filter, join_count })
}

/// Lets the two limits of a plot ratio change columns, as the operator asks.
///
/// # Errors
/// The mapping does not read the two limits from two columns.
pub(super) fn swap_plot_ratios(opened: &mut Opened, binding: &mut Binding<'_>) -> Result<(), IngestError> {
    let mut has_swapped = false;
    for (lower, upper) in [("contract_far_min", "contract_far_max"), ("plan_far_min", "plan_far_max")] {
        let position = |name: &str| binding.fields.iter().position(|bound| bound.mapping.field.name == name);
        let (Some(least), Some(most)) = (position(lower), position(upper)) else { continue };
        let (Some(one), Some(other)) = (binding.fields[least].column, binding.fields[most].column) else { continue };
        if one == other {
            continue;
        }
        binding.fields[least].column = Some(other);
        binding.fields[most].column = Some(one);
        has_swapped = true;
        let message = format!(
            "按操作员指定（{}）：{}取列“{}”，{}取列“{}”",
            Remedy::SwapPlotRatioColumns,
            binding.fields[least].mapping.field.label,
            opened.columns[other],
            binding.fields[most].mapping.field.label,
            opened.columns[one]
        );
        opened.issues.push(IngestIssue::new(IssueCode::PlotRatiosSwapped, message));
    }
    if has_swapped {
        return Ok(());
    }
    let message = "字段映射没有从两列读取容积率的上、下限，无从对调（swap-plot-ratio-columns）".to_owned();
    Err(IngestError::RemedyUnfit { path: opened.path.clone(), message })
}

struct Search<'c> {
    columns: &'c [String],
    cuts_names: bool,
    used: Vec<usize>,
    notices: Vec<IngestIssue>,
}

impl Search<'_> {
    /// The first of the accepted names that the file has: exactly, then but for case and width, then cut off.
    fn find(&mut self, names: &[String]) -> Option<usize> {
        let exact = names.iter().find_map(|name| self.columns.iter().position(|column| column == name));
        let alike = || names.iter().find_map(|name| self.columns.iter().position(|column| folded(column) == folded(name)));
        let found = exact.or_else(alike).or_else(|| self.cut(names))?;
        self.used.push(found);
        Some(found)
    }

    fn cut(&mut self, names: &[String]) -> Option<usize> {
        if !self.cuts_names {
            return None;
        }
        for name in names {
            let mut candidates = (0..self.columns.len()).filter(|index| {
                let column = self.columns[*index].trim_end_matches(['\u{fffd}', '?']);
                // Each Chinese character has 2 bytes in GBK and 3 in UTF-8: a name that fills its ten bytes was cut.
                let gbk = column.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
                name != column && name.starts_with(column) && (gbk + 1 >= CUT_AT || column.len() + 2 >= CUT_AT)
            });
            if let (Some(index), None) = (candidates.next(), candidates.next()) {
                let message = format!("列“{name}”在文件中被截断为“{}”，按前缀对应", self.columns[index]);
                self.notices.push(IngestIssue::new(IssueCode::ColumnNameCut, message).with_cell(&self.columns[index], ""));
                return Some(index);
            }
        }
        None
    }

    fn missing(&self, field: &str, label: &str, names: &[String]) -> MissingColumn {
        let nearest = names
            .iter()
            .flat_map(|name| self.columns.iter().map(move |column| (distance(&folded(name), &folded(column)), name, column)))
            .filter(|(distance, name, column)| distance * 2 <= name.chars().count().max(column.chars().count()))
            .min_by_key(|(distance, _, _)| *distance)
            .map(|(_, _, column)| column.clone());
        MissingColumn { field: field.to_owned(), label: label.to_owned(), accepted: names.to_vec(), nearest }
    }
}

/// Edit distance in characters.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn the_edit_distance_counts_characters() {
        assert_eq!(distance("宗地代码", "宗地编码"), 1);
        assert_eq!(distance("", "坐落"), 2);
        assert_eq!(distance("ZDDM", "ZDDM"), 0);
    }
}
