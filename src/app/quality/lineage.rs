//! 宗地沿革。A present parcel that a file does not name, and whose ground new parcels of the file cover, is not two parcels on one
//! ground: the new ones took it over. It is closed, and who took over how much of it is recorded. Where it is covered only in
//! part, nothing is closed and the overlap is told.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sqlx::PgConnection;

use super::report::{Names, placed};
use super::{Divisions, LISTED, Met, QualityError, Tolerances};
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

/// Closes the parcels that were taken over and records by whom; takes what they share with others out of `meetings`.
pub(super) async fn trace(
    conn: &mut PgConnection,
    import_id: i64,
    meetings: &mut Vec<Met>,
    divisions: &Divisions,
    tolerances: &Tolerances,
) -> Result<Vec<IngestIssue>, QualityError> {
    let present = |met: &&Met| met.other_role == Role::Present;
    let is_covered = |sum: f64, whole: f64| sum >= whole * (1.0 - tolerances.lineage_max_uncovered);
    let mut sums: HashMap<i64, (f64, f64)> = HashMap::new();
    for met in meetings.iter().filter(present) {
        sums.entry(met.other).or_insert((0.0, met.other_m2)).0 += met.common_in_other_m2;
    }
    let candidates: Vec<i64> = sums.iter().filter(|(_, (sum, whole))| is_covered(*sum, *whole)).map(|(id, _)| *id).collect();
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let gone: HashSet<i64> = store::lineage::not_brought(conn, &candidates).await?.into_iter().collect();
    let on_gone: BTreeSet<i64> =
        meetings.iter().filter(present).filter(|met| gone.contains(&met.other)).map(|met| met.one).collect();
    if on_gone.is_empty() {
        return Ok(Vec::new());
    }
    let on_gone: Vec<i64> = on_gone.into_iter().collect();
    let new: HashSet<i64> = store::lineage::new_keys(conn, &on_gone).await?.into_iter().collect();
    let twice = shared_twice(meetings, &new);

    let mut takers: BTreeMap<i64, Vec<Met>> = BTreeMap::new();
    let takes = |met: &&Met| {
        gone.contains(&met.other) && new.contains(&met.one) && met.common_in_other_m2 >= tolerances.lineage_min_shared_m2
    };
    for met in meetings.iter().filter(present).filter(takes) {
        takers.entry(met.other).or_default().push(*met);
    }
    takers.retain(|_, of| {
        let sum: f64 = of.iter().map(|met| met.common_in_other_m2).sum();
        // Ground that two of the new ones share covers only once; at most so much was counted twice.
        let ids: Vec<i64> = of.iter().map(|met| met.one).collect();
        let doubled: f64 = ids.iter().flat_map(|one| ids.iter().filter_map(|other| twice.get(&(*one, *other)))).sum();
        of.first().is_some_and(|met| is_covered(sum - doubled, met.other_m2))
    });
    if takers.is_empty() {
        return Ok(Vec::new());
    }

    let kinds = kinds(&takers, tolerances);
    let links: Vec<NewLink> = takers
        .iter()
        .flat_map(|(predecessor, of)| {
            let kind = kinds[predecessor].as_str();
            of.iter().map(move |met| NewLink {
                predecessor: *predecessor,
                successor: met.one,
                kind,
                shared_area_m2: met.common_in_other_m2,
            })
        })
        .collect();
    let mut named: Vec<i64> = takers.keys().copied().collect();
    named.extend(takers.values().flatten().map(|met| met.one));
    // Before they are closed: a closed version is no present row.
    let names = Names::of(conn, RegisterKind::Parcels, import_id, named, divisions).await?;
    store::lineage::record(conn, import_id, &links).await?;
    meetings.retain(|met| !(met.other_role == Role::Present && takers.contains_key(&met.other)));
    Ok(told(&takers, &kinds, &names))
}

/// What each pair of new parcels of the import has in common.
fn shared_twice(meetings: &[Met], new: &HashSet<i64>) -> HashMap<(i64, i64), f64> {
    let both = |met: &&Met| met.other_role != Role::Present && new.contains(&met.one) && new.contains(&met.other);
    meetings.iter().filter(both).map(|met| ((met.one, met.other), met.common_m2)).collect()
}

/// What happened to each predecessor: those that one parcel took over together happened together.
fn kinds(takers: &BTreeMap<i64, Vec<Met>>, tolerances: &Tolerances) -> BTreeMap<i64, LineageKind> {
    let mut taken: BTreeMap<i64, Vec<Met>> = BTreeMap::new();
    for met in takers.values().flatten() {
        taken.entry(met.one).or_default().push(*met);
    }
    let mut kinds = BTreeMap::new();
    for start in takers.keys() {
        if kinds.contains_key(start) {
            continue;
        }
        let (mut olds, mut news) = (BTreeSet::from([*start]), BTreeSet::new());
        let mut open = vec![*start];
        while let Some(old) = open.pop() {
            for met in &takers[&old] {
                if news.insert(met.one) {
                    open.extend(taken[&met.one].iter().map(|back| back.other).filter(|other| olds.insert(*other)));
                }
            }
        }
        let within = |share: f64| share >= 1.0 - tolerances.lineage_max_uncovered;
        // Whether each new parcel lies on the ground of the old ones.
        let stays = news.iter().all(|new| {
            let from = &taken[new];
            within(from.iter().map(|met| met.common_m2).sum::<f64>() / from[0].one_m2)
        });
        let kind = match (olds.len(), news.len(), stays) {
            (1, 1, true) => LineageKind::Renumber,
            (1, 2.., true) => LineageKind::Split,
            (2.., 1, true) => LineageKind::Merge,
            (_, _, _) => LineageKind::Adjust,
        };
        kinds.extend(olds.into_iter().map(|old| (old, kind)));
    }
    kinds
}

fn told(takers: &BTreeMap<i64, Vec<Met>>, kinds: &BTreeMap<i64, LineageKind>, names: &Names) -> Vec<IngestIssue> {
    let places: Vec<_> = takers.values().take(LISTED).map(|of| of.iter().find_map(|met| met.place)).collect();
    let mut issues: Vec<IngestIssue> = takers
        .iter()
        .zip(placed(places))
        .map(|((predecessor, of), place)| {
            let successors: Vec<String> = of
                .iter()
                .take(10)
                .map(|met| format!("{}（{:.2} 平方米）", names.short(met.one), met.common_in_other_m2))
                .collect();
            let more = if of.len() > successors.len() { format!("等 {} 宗", of.len()) } else { String::new() };
            let sum: f64 = of.iter().map(|met| met.common_in_other_m2).sum();
            let whole = of.first().map_or(0.0, |met| met.other_m2);
            let message = format!(
                "{}：原宗地 {} 面积 {whole:.2} 平方米，由 {}{more} 承接 {sum:.2} 平方米；文件没有报送原宗地，已关闭",
                kinds[predecessor].label_zh(),
                names.full(*predecessor),
                successors.join("、"),
            );
            let row = of.iter().filter_map(|met| names.row(met.one)).min();
            let mut issue = IngestIssue::new(IssueCode::GroundTakenOver, message).with_place(place);
            issue.row = row;
            issue
        })
        .collect();
    if takers.len() > issues.len() {
        let message = format!("另有 {} 宗原宗地由新宗地承接，没有逐一列出；沿革都已登记", takers.len() - issues.len());
        issues.push(IngestIssue::new(IssueCode::FaultsNotListed, message));
    }
    issues
}
