//! 宗地沿革。A present parcel that a file does not name, and whose ground new parcels of the file cover, is not two parcels on one
//! ground: the new ones took it over. It is closed, and who took over how much of it is recorded. Where it is covered only in
//! part, nothing is closed and the overlap is told.
//!
//! A whole city can come under new codes, so what is held of a pair is some fifty bytes, and the server is asked in parts.

use std::ops::Range;
use std::sync::Arc;

use sqlx::PgConnection;

use super::found::{Meetings, Met};
use super::report::{Names, placed};
use super::{LISTED, QualityError, Tolerances};
use crate::city::topology::Role;
use crate::ingest::{IngestIssue, IssueCode};
use crate::register::RegisterKind;
use crate::store;
use crate::store::lineage::NewLink;

/// In which way ground went from parcels to parcels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineageKind {
    /// 分割：一宗成为几宗
    Split,
    /// 合并：几宗成为一宗
    Merge,
    /// 调整：几宗重新划定，或范围有变
    Adjust,
    /// 换号：同一范围换了代码
    Renumber,
}

impl LineageKind {
    /// The word kept in `parcel_lineage.lineage_kind`.
    pub fn as_str(self) -> &'static str {
        match self {
            LineageKind::Split => "split",
            LineageKind::Merge => "merge",
            LineageKind::Adjust => "adjust",
            LineageKind::Renumber => "renumber",
        }
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            LineageKind::Split => "分割",
            LineageKind::Merge => "合并",
            LineageKind::Adjust => "调整",
            LineageKind::Renumber => "换号",
        }
    }

    /// Reads the word kept in `parcel_lineage.lineage_kind`.
    pub fn from_word(word: &str) -> Option<LineageKind> {
        use LineageKind::{Adjust, Merge, Renumber, Split};
        [Split, Merge, Adjust, Renumber].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Versions that the server is asked about at once, and links that are recorded at once: each time it may read all its parcels.
const ASKED: usize = 250_000;

/// A present parcel and a parcel of the import that share ground.
#[derive(Clone, Copy, Debug)]
struct Pair {
    /// 现行宗地的版本号。
    old: i64,
    /// 本次导入的宗地的版本号。
    new: i64,
    /// 共有面积，按现行宗地换算，m²。
    common_in_old_m2: f64,
    /// 现行宗地的面积，m²。
    old_m2: f64,
    /// 共有的部分占本次导入的宗地，0–1。
    share_of_new: f64,
    /// Its number among the meetings.
    number: u32,
}

/// Closes the parcels that were taken over and records by whom. Answers what is to be told of it, and the versions that were closed,
/// ascending.
pub(super) async fn trace(
    conn: &mut PgConnection,
    import_id: i64,
    meetings: &Meetings,
    codes: &[Arc<str>],
    tolerances: &Tolerances,
) -> Result<(Vec<IngestIssue>, Vec<i64>), QualityError> {
    let pairs = taken_over(conn, meetings, tolerances).await?;
    let groups = groups(&pairs);
    if groups.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let kinds = kinds(&pairs, &groups, tolerances);
    let mut shown = Vec::new();
    for (group, kind) in groups.iter().zip(&kinds).take(LISTED) {
        shown.push((*kind, meetings.some(pairs[group.clone()].iter().map(|pair| pair.number))?));
    }
    let named = shown.iter().flat_map(|(_, of)| of.iter().flat_map(|met| [met.one, met.other])).collect();
    // Before they are closed: a closed version is no present row.
    let names = Names::of(conn, RegisterKind::Parcels, import_id, named, codes).await?;
    let mut links = Vec::with_capacity(ASKED.min(pairs.len()));
    for (group, kind) in groups.iter().zip(&kinds) {
        links.extend(pairs[group.clone()].iter().map(|pair| NewLink {
            predecessor: pair.old,
            successor: pair.new,
            kind: kind.as_str(),
            shared_area_m2: pair.common_in_old_m2,
        }));
        if links.len() >= ASKED || group.end == pairs.len() {
            store::lineage::record(conn, import_id, &links).await?;
            links.clear();
        }
    }
    let closed = groups.iter().map(|group| pairs[group.start].old).collect();
    Ok((told(&shown, groups.len(), &names), closed))
}

/// Which parcels were taken over, each with those that took it over, which follow each other.
async fn taken_over(conn: &mut PgConnection, meetings: &Meetings, tolerances: &Tolerances) -> Result<Vec<Pair>, QualityError> {
    let mut pairs = Vec::new();
    meetings.each(|number, met| {
        if met.other_role == Role::Present {
            let (old, new) = (met.other.version_id, met.one.version_id);
            let share_of_new = met.common_m2 / met.one_m2;
            let Met { common_in_other_m2: common_in_old_m2, other_m2: old_m2, .. } = met;
            pairs.push(Pair { old, new, common_in_old_m2, old_m2, share_of_new, number });
        }
    })?;
    pairs.sort_unstable_by_key(|pair| (pair.old, pair.number));
    let is_covered = |sum: f64, whole: f64| sum >= whole * (1.0 - tolerances.lineage_max_uncovered);
    let sum = |of: &[Pair]| of.iter().map(|pair| pair.common_in_old_m2).sum::<f64>();

    let of_old = |pairs: &[Pair]| groups(pairs).into_iter().map(|group| (pairs[group.start].old, group)).collect::<Vec<_>>();
    let covered =
        of_old(&pairs).into_iter().filter(|(_, group)| is_covered(sum(&pairs[group.clone()]), pairs[group.start].old_m2));
    let candidates: Vec<i64> = covered.map(|(old, _)| old).collect();
    let mut gone = Vec::new();
    for some in candidates.chunks(ASKED) {
        gone.extend(store::lineage::not_brought(conn, some).await?);
    }
    gone.sort_unstable();
    pairs.retain(|pair| gone.binary_search(&pair.old).is_ok());

    let mut candidates: Vec<i64> = pairs.iter().map(|pair| pair.new).collect();
    candidates.sort_unstable();
    candidates.dedup();
    let mut new = Vec::new();
    for some in candidates.chunks(ASKED) {
        new.extend(store::lineage::new_keys(conn, some).await?);
    }
    new.sort_unstable();
    let is_new = |version_id: &i64| new.binary_search(version_id).is_ok();
    pairs.retain(|pair| is_new(&pair.new) && pair.common_in_old_m2 >= tolerances.lineage_min_shared_m2);

    let twice = shared_twice(meetings, is_new)?;
    let in_common =
        |one: i64, other: i64| twice.binary_search_by_key(&(one, other), |(pair, _)| *pair).map_or(0.0, |at| twice[at].1);
    let part = of_old(&pairs).into_iter().filter(|(_, group)| {
        let of = &pairs[group.clone()];
        // Ground that two of the new ones share covers only once; at most so much was counted twice.
        let doubled: f64 = of.iter().flat_map(|one| of.iter().map(|other| in_common(one.new, other.new))).sum();
        !is_covered(sum(of) - doubled, of[0].old_m2)
    });
    let in_part: Vec<i64> = part.map(|(old, _)| old).collect();
    pairs.retain(|pair| in_part.binary_search(&pair.old).is_err());
    Ok(pairs)
}

/// Where the pairs of each present parcel stand.
fn groups(pairs: &[Pair]) -> Vec<Range<usize>> {
    let mut end = 0;
    let group = |of: &[Pair]| {
        end += of.len();
        end - of.len()..end
    };
    pairs.chunk_by(|one, other| one.old == other.old).map(group).collect()
}

/// Two new parcels of the import, by their versions, and what they have in common, m².
type Shared = ((i64, i64), f64);

/// What two new parcels of the import have in common, in the order of their versions.
fn shared_twice(meetings: &Meetings, is_new: impl Fn(&i64) -> bool) -> Result<Vec<Shared>, QualityError> {
    let mut found = Vec::new();
    meetings.each(|_, met| {
        let (one, other) = (met.one.version_id, met.other.version_id);
        if met.other_role != Role::Present && is_new(&one) && is_new(&other) {
            found.push(((one, other), met.common_m2));
        }
    })?;
    found.sort_unstable_by_key(|(pair, _)| *pair);
    Ok(found)
}

/// What happened to each present parcel: those that one new parcel took over together happened together.
fn kinds(pairs: &[Pair], groups: &[Range<usize>], tolerances: &Tolerances) -> Vec<LineageKind> {
    // Each new parcel with the groups in which it stands.
    let mut by_new: Vec<(i64, u32, f64)> = Vec::with_capacity(pairs.len());
    for (group, range) in (0..).zip(groups) {
        by_new.extend(pairs[range.clone()].iter().map(|pair| (pair.new, group, pair.share_of_new)));
    }
    by_new.sort_unstable_by_key(|(new, group, _)| (*new, *group));
    let mut together: Vec<u32> = (0..).take(groups.len()).collect();
    let of_one = || by_new.chunk_by(|one, other| one.0 == other.0);
    for of in of_one() {
        let first = root(&mut together, of[0].1);
        for (_, group, _) in &of[1..] {
            let other = root(&mut together, *group);
            together[other as usize] = first;
        }
    }
    let mut events = vec![Event::default(); groups.len()];
    for group in (0..).take(groups.len()) {
        events[root(&mut together, group) as usize].olds += 1;
    }
    for of in of_one() {
        let event = &mut events[root(&mut together, of[0].1) as usize];
        event.news += 1;
        // Whether the new parcel lies on the ground of the old ones.
        let share: f64 = of.iter().map(|(.., share)| share).sum();
        event.beyond += u32::from(share < 1.0 - tolerances.lineage_max_uncovered);
    }
    (0..).take(groups.len()).map(|group| events[root(&mut together, group) as usize].kind()).collect()
}

/// What happened together.
#[derive(Clone, Copy, Debug, Default)]
struct Event {
    olds: u32,
    news: u32,
    /// New ones that do not lie on the ground of the old ones.
    beyond: u32,
}

impl Event {
    fn kind(self) -> LineageKind {
        match self {
            Event { olds: 1, news: 1, beyond: 0 } => LineageKind::Renumber,
            Event { olds: 1, news: 2.., beyond: 0 } => LineageKind::Split,
            Event { olds: 2.., news: 1, beyond: 0 } => LineageKind::Merge,
            Event { .. } => LineageKind::Adjust,
        }
    }
}

/// The one that stands for all that happened together with `group`; the way to it is halved.
fn root(together: &mut [u32], mut group: u32) -> u32 {
    while together[group as usize] != group {
        let above = together[group as usize];
        together[group as usize] = together[above as usize];
        group = together[group as usize];
    }
    group
}

/// The first of those that were taken over, and how many there are besides.
fn told(shown: &[(LineageKind, Vec<Met>)], all: usize, names: &Names) -> Vec<IngestIssue> {
    let places: Vec<_> = shown.iter().map(|(_, of)| of.iter().find_map(|met| met.place)).collect();
    let mut issues: Vec<IngestIssue> = shown
        .iter()
        .zip(placed(places))
        .filter_map(|((kind, of), place)| {
            let Met { other: predecessor, other_m2: whole, .. } = of.first()?;
            let successors: Vec<String> = of
                .iter()
                .take(10)
                .map(|met| format!("{}（{:.2} 平方米）", names.short(met.one.version_id), met.common_in_other_m2))
                .collect();
            let more = if of.len() > successors.len() { format!("等 {} 宗", of.len()) } else { String::new() };
            let sum: f64 = of.iter().map(|met| met.common_in_other_m2).sum();
            let message = format!(
                "{}：原宗地 {} 面积 {whole:.2} 平方米，由 {}{more} 承接 {sum:.2} 平方米；文件没有报送原宗地，已关闭",
                kind.label_zh(),
                names.full(predecessor.version_id),
                successors.join("、"),
            );
            let row = of.iter().filter_map(|met| names.row(met.one.version_id)).min();
            let mut issue = IngestIssue::new(IssueCode::GroundTakenOver, message).with_place(place);
            issue.row = row;
            Some(issue)
        })
        .collect();
    if all > issues.len() {
        let message = format!("另有 {} 宗原宗地由新宗地承接，没有逐一列出；沿革都已登记", all - issues.len());
        issues.push(IngestIssue::new(IssueCode::FaultsNotListed, message));
    }
    issues
}
