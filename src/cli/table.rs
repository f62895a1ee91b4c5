//! Tables in a terminal: columns aligned although a Chinese character is as wide as two others.

/// How many columns of a terminal a text takes.
fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// Chinese characters, their punctuation and the full-width forms.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD)
}

/// Which side of its column a text keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    /// 文字
    Left,
    /// 数字
    Right,
}

/// The lines of a table, its head first; two blanks between columns.
pub(super) fn lines(columns: &[(&str, Align)], rows: &[Vec<String>]) -> Vec<String> {
    let head: Vec<String> = columns.iter().map(|(title, _)| (*title).to_owned()).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&head).chain(rows).collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|column| all.iter().filter_map(|row| row.get(column)).map(|text| width(text)).max().unwrap_or(0))
        .collect();
    all.into_iter()
        .map(|row| {
            let cells = row.iter().zip(&widths).zip(columns).map(|((text, widest), (_, align))| {
                let blanks = " ".repeat(widest - width(text));
                match align {
                    Align::Left => format!("{text}{blanks}"),
                    Align::Right => format!("{blanks}{text}"),
                }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_latin_keep_their_columns() {
        let rows = vec![vec!["南湖区".to_owned(), "1.5".to_owned()], vec!["P1".to_owned(), "10.25".to_owned()]];
        let lines = lines(&[("县", Align::Left), ("亩", Align::Right)], &rows);
        assert_eq!(lines, ["县         亩", "南湖区    1.5", "P1      10.25"]);
        assert!(lines.iter().all(|line| width(line) == 13));
    }
}
