//! What moved a finding from the old evaluation to the new one: the data, the rules, or the time. Each of the three is moved
//! while the others are held fixed. Pure; knows no register, no rulebook and no calendar.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

/// 变动的来由。What can differ between two evaluations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// 数据：登记簿
    Data,
    /// 规则：规则库
    Rule,
    /// 时间：法律时点
    Time,
}

impl Dimension {
    /// All three, in the order in which they are named.
    pub const ALL: [Dimension; 3] = [Dimension::Data, Dimension::Rule, Dimension::Time];

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            Dimension::Data => "数据",
            Dimension::Rule => "规则",
            Dimension::Time => "时间",
        }
    }
}

/// A corner of the cube {old, new}³: the dimensions that are taken from the new evaluation.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Corner(BTreeSet<Dimension>);

impl Corner {
    /// The old evaluation.
    pub fn old() -> Corner {
        Corner::default()
    }

    /// The corner with these dimensions new.
    pub fn of(dimensions: impl IntoIterator<Item = Dimension>) -> Corner {
        Corner(dimensions.into_iter().collect())
    }

    /// Whether a dimension is new here.
    pub fn has(&self, dimension: Dimension) -> bool {
        self.0.contains(&dimension)
    }

    /// The corner with that dimension old.
    #[must_use]
    pub fn without(&self, dimension: Dimension) -> Corner {
        Corner(self.0.iter().copied().filter(|other| *other != dimension).collect())
    }

    /// “数据＋时间”.
    pub fn label_zh(&self) -> String {
        self.0.iter().map(|dimension| dimension.label_zh()).collect::<Vec<_>>().join("＋")
    }
}

/// 归因：the smallest sets of dimensions each of which, moved alone from the old corner, produces the change. More than one
/// where either would have done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Cause(Vec<Corner>);

impl Cause {
    /// The sets, in order; never empty.
    pub fn sets(&self) -> &[Corner] {
        &self.0
    }

    /// The first set that has the dimension.
    pub fn with(&self, dimension: Dimension) -> Option<&Corner> {
        self.0.iter().find(|set| set.has(dimension))
    }

    /// “数据”, “数据＋时间”, “数据或时间”.
    pub fn label_zh(&self) -> String {
        self.0.iter().map(Corner::label_zh).collect::<Vec<_>>().join("或")
    }
}

/// The corners that can tell something, beyond the old and the new one, smallest first: singles, then pairs of what moved.
pub fn corners_between(moved: &[Dimension]) -> Vec<Corner> {
    let mut corners: Vec<Corner> = moved.iter().map(|dimension| Corner::of([*dimension])).collect();
    if moved.len() > 2 {
        corners.extend(moved.iter().map(|left_out| Corner::of(moved.iter().copied().filter(|other| other != left_out))));
    }
    corners.retain(|corner| corner.0.len() < moved.len());
    corners.sort_by_key(|corner| (corner.0.len(), corner.clone()));
    corners
}

/// Attributes each of the changed `keys`. `produces(key, corner)` says whether the change is seen at that corner; a corner is
/// asked for all keys that are still open at once, and none that is larger than needed. `visit` evaluates it.
pub fn attribute<K: Clone + Eq + std::hash::Hash, E>(
    keys: &[K],
    moved: &[Dimension],
    mut visit: impl FnMut(&Corner, &[K]) -> Result<Vec<bool>, E>,
) -> Result<HashMap<K, Cause>, E> {
    let mut causes: HashMap<K, Vec<Corner>> = HashMap::new();
    let mut open: Vec<K> = keys.to_vec();
    for size in 1..moved.len() {
        for corner in corners_between(moved).into_iter().filter(|corner| corner.0.len() == size) {
            if open.is_empty() {
                break;
            }
            let produced = visit(&corner, &open)?;
            for (key, _) in open.iter().zip(produced).filter(|(_, produced)| *produced) {
                causes.entry(key.clone()).or_default().push(corner.clone());
            }
        }
        open.retain(|key| !causes.contains_key(key));
    }
    let whole = Corner::of(moved.iter().copied());
    for key in open {
        causes.entry(key).or_default().push(whole.clone());
    }
    Ok(causes.into_iter().map(|(key, sets)| (key, Cause(sets))).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    use super::*;
    use Dimension::{Data, Rule, Time};

    /// The cause of a change that is seen at these corners besides the new one, and the corners that were evaluated.
    fn cause_of(seen_at: &[&[Dimension]], moved: &[Dimension]) -> (String, Vec<String>) {
        let seen: Vec<Corner> = seen_at.iter().map(|corner| Corner::of(corner.iter().copied())).collect();
        let mut visited = Vec::new();
        let causes = attribute(&["finding"], moved, |corner, open| -> Result<Vec<bool>, Infallible> {
            visited.push(corner.label_zh());
            Ok(open.iter().map(|_| seen.contains(corner)).collect())
        })
        .unwrap();
        (causes["finding"].label_zh(), visited)
    }

    #[test]
    fn what_one_dimension_alone_produces_is_due_to_it() {
        assert_eq!(cause_of(&[&[Data], &[Data, Time]], &Dimension::ALL).0, "数据");
        assert_eq!(cause_of(&[&[Rule]], &Dimension::ALL).0, "规则");
        assert_eq!(cause_of(&[&[Time], &[Rule, Time]], &Dimension::ALL).0, "时间");
    }

    #[test]
    fn what_needs_two_is_due_to_both_and_what_needs_all_to_all() {
        assert_eq!(cause_of(&[&[Data, Time]], &Dimension::ALL).0, "数据＋时间");
        assert_eq!(cause_of(&[&[Rule, Time]], &Dimension::ALL).0, "规则＋时间");
        assert_eq!(cause_of(&[], &Dimension::ALL).0, "数据＋规则＋时间");
        assert_eq!(cause_of(&[], &[Data, Time]).0, "数据＋时间");
    }

    #[test]
    fn what_either_would_have_done_names_both_apart() {
        assert_eq!(cause_of(&[&[Data], &[Time]], &Dimension::ALL).0, "数据或时间");
        assert_eq!(cause_of(&[&[Data, Rule], &[Rule, Time]], &Dimension::ALL).0, "数据＋规则或规则＋时间");
    }

    #[test]
    fn no_corner_is_evaluated_without_need() {
        assert_eq!(cause_of(&[], &[Rule]), ("规则".to_owned(), vec![]));
        assert_eq!(cause_of(&[&[Data]], &[Data, Time]).1, ["数据", "时间"]);
        assert_eq!(cause_of(&[&[Data]], &Dimension::ALL).1, ["数据", "规则", "时间"], "pairs are not needed");
        assert_eq!(cause_of(&[&[Data, Time]], &Dimension::ALL).1.len(), 6);
    }

    #[test]
    fn the_cube_agrees_with_a_search_over_all_subsets() {
        // Every way in which a change may be seen at the six corners between.
        let between = corners_between(&Dimension::ALL);
        assert_eq!(between.len(), 6);
        for pattern in 0_u32..64 {
            let seen: BTreeMap<&Corner, bool> =
                between.iter().enumerate().map(|(bit, corner)| (corner, pattern >> bit & 1 == 1)).collect();
            let causes = attribute(&[()], &Dimension::ALL, |corner, _| Ok::<_, Infallible>(vec![seen[corner]])).unwrap();
            let fewest = seen.iter().filter(|(_, seen)| **seen).map(|(corner, _)| corner.0.len()).min();
            let expected: Vec<Corner> = match fewest {
                Some(size) => seen
                    .iter()
                    .filter(|(corner, seen)| **seen && corner.0.len() == size)
                    .map(|(corner, _)| (*corner).clone())
                    .collect(),
                None => vec![Corner::of(Dimension::ALL)],
            };
            assert_eq!(causes[&()].sets(), expected, "{pattern:06b}");
        }
    }
}
