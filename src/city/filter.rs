//! Which features a tile shows: conditions on what is said of them, answered from the columns in memory.
//! A value that is not on record makes a comparison unknown, as in the database; only what is known to hold is shown.

use mujun_tiles::Row;

use crate::register::display::MapLayer;

/// A value to compare with.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// 文字
    Text(String),
    /// 数
    Number(f64),
    /// 是或否
    Flag(bool),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// =
    Equal,
    /// <>
    Different,
    /// <
    Less,
    /// <=
    AtMost,
    /// >
    More,
    /// >=
    AtLeast,
}

/// A condition on the features of every layer that a tile shows; columns go by name.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Every one holds.
    All(Vec<Condition>),
    /// One of them holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A column compared with a value.
    Compare(String, Comparison, Literal),
    /// A column is one of these.
    In(String, Vec<Literal>),
    /// A column like a pattern: `%` any text, `_` any character.
    Like(String, String),
    /// A column of words joined by commas holds this one.
    Holds(String, String),
    /// Nothing is on record.
    IsNull(String),
}

impl Condition {
    /// Every column that is named.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(Condition::columns).collect(),
            Condition::Not(part) => part.columns(),
            Condition::Compare(name, ..)
            | Condition::In(name, _)
            | Condition::Like(name, _)
            | Condition::Holds(name, _)
            | Condition::IsNull(name) => vec![name],
        }
    }

    /// The condition for one layer, its columns found; `None` when it names one that the layer has not.
    pub fn of(&self, layer: MapLayer) -> Option<Bound<'_>> {
        let column = |name: &str| layer.column(name);
        Some(match self {
            Condition::All(parts) => Bound::All(parts.iter().map(|part| part.of(layer)).collect::<Option<_>>()?),
            Condition::Any(parts) => Bound::Any(parts.iter().map(|part| part.of(layer)).collect::<Option<_>>()?),
            Condition::Not(part) => Bound::Not(Box::new(part.of(layer)?)),
            Condition::Compare(name, comparison, literal) => Bound::Compare(column(name)?, *comparison, literal),
            Condition::In(name, literals) => Bound::In(column(name)?, literals),
            Condition::Like(name, pattern) => Bound::Like(column(name)?, pattern),
            Condition::Holds(name, word) => Bound::Holds(column(name)?, word),
            Condition::IsNull(name) => Bound::IsNull(column(name)?),
        })
    }
}

/// A condition whose columns are found.
#[derive(Clone, Debug)]
pub enum Bound<'a> {
    /// See [`Condition::All`].
    All(Vec<Bound<'a>>),
    /// See [`Condition::Any`].
    Any(Vec<Bound<'a>>),
    /// See [`Condition::Not`].
    Not(Box<Bound<'a>>),
    /// See [`Condition::Compare`].
    Compare(usize, Comparison, &'a Literal),
    /// See [`Condition::In`].
    In(usize, &'a [Literal]),
    /// See [`Condition::Like`].
    Like(usize, &'a str),
    /// See [`Condition::Holds`].
    Holds(usize, &'a str),
    /// See [`Condition::IsNull`].
    IsNull(usize),
}

impl Bound<'_> {
    /// Whether it is known to hold.
    pub fn holds(&self, row: &Row<'_>) -> bool {
        self.truth(row) == Some(true)
    }

    fn truth(&self, row: &Row<'_>) -> Option<bool> {
        match self {
            Bound::All(parts) => {
                let mut all = Some(true);
                for part in parts {
                    match part.truth(row) {
                        Some(true) => {}
                        Some(false) => return Some(false),
                        None => all = None,
                    }
                }
                all
            }
            Bound::Any(parts) => {
                let mut any = Some(false);
                for part in parts {
                    match part.truth(row) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => any = None,
                    }
                }
                any
            }
            Bound::Not(part) => part.truth(row).map(|holds| !holds),
            Bound::Compare(column, comparison, literal) => {
                let order = order(row, *column, literal)?;
                Some(match comparison {
                    Comparison::Equal => order.is_eq(),
                    Comparison::Different => order.is_ne(),
                    Comparison::Less => order.is_lt(),
                    Comparison::AtMost => order.is_le(),
                    Comparison::More => order.is_gt(),
                    Comparison::AtLeast => order.is_ge(),
                })
            }
            Bound::In(column, literals) => {
                let mut any = Some(false);
                for literal in *literals {
                    match order(row, *column, literal) {
                        Some(order) if order.is_eq() => return Some(true),
                        Some(_) => {}
                        None => any = None,
                    }
                }
                any
            }
            Bound::Like(column, pattern) => row.text(*column).map(|text| is_like(text, pattern)),
            Bound::Holds(column, word) => row.text(*column).map(|text| text.split(',').any(|own| own == *word)),
            Bound::IsNull(column) => Some(
                row.text(*column).is_none()
                    && row.number(*column).is_none()
                    && row.integer(*column).is_none()
                    && row.flag(*column).is_none(),
            ),
        }
    }
}

/// How the value of a column stands to another; `None` when there is none, or when the two cannot be compared.
fn order(row: &Row<'_>, column: usize, literal: &Literal) -> Option<std::cmp::Ordering> {
    match literal {
        Literal::Text(text) => Some(row.text(column)?.cmp(text)),
        Literal::Number(number) => {
            let own = row.number(column).or_else(|| row.integer(column).map(|integer| integer as f64))?;
            own.partial_cmp(number)
        }
        Literal::Flag(flag) => Some(row.flag(column)?.cmp(flag)),
    }
}

/// `%` any text, `_` any character, `\` before one of them itself. Linear in the text for each `%`: no pattern takes for ever.
fn is_like(text: &str, pattern: &str) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum Step {
        Anything,
        One,
        This(char),
    }
    let mut steps = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        steps.push(match character {
            '%' => Step::Anything,
            '_' => Step::One,
            '\\' => Step::This(characters.next().unwrap_or('\\')),
            other => Step::This(other),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut step) = (0, 0);
    let mut retreat: Option<(usize, usize)> = None;
    while at < text.len() {
        match steps.get(step) {
            Some(Step::Anything) => {
                retreat = Some((step + 1, at));
                step += 1;
            }
            Some(Step::One) => (at, step) = (at + 1, step + 1),
            Some(Step::This(character)) if *character == text[at] => (at, step) = (at + 1, step + 1),
            Some(Step::This(_)) | None => {
                let Some((after, from)) = retreat else { return false };
                (at, step) = (from + 1, after);
                retreat = Some((after, from + 1));
            }
        }
    }
    steps[step..].iter().all(|step| *step == Step::Anything)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_the_database() {
        for (text, pattern, expected) in [
            ("工业用地", "工业%", true),
            ("工业用地", "%用地", true),
            ("工业用地", "工_用地", true),
            ("工业用地", "工用地", false),
            ("a%b", "a\\%b", true),
            ("axb", "a\\%b", false),
            ("", "%", true),
            ("", "_", false),
            ("abcabd", "%abd", true),
            ("aaa", "a%a%a%a", false),
        ] {
            assert_eq!(is_like(text, pattern), expected, "{text} like {pattern}");
        }
    }
}
