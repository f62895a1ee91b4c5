//! What an examination found, in memory that does not grow with it: of each sort of fault the first are kept, the rest is counted;
//! where parcels may have been taken over, how they meet waits in a nameless file until that is settled.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use mujun_geometry::geo::Coord;

use super::{LISTED, Tolerances};
use crate::city::topology::Role;

/// A row by which it is found again: its version, and its division by the place among [`Found::codes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowKey {
    /// 版本号。
    pub version_id: i64,
    /// 行政区在代码表中的位置。
    pub division: u32,
}

/// Two rows that share ground. Areas in ellipsoidal m².
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Met {
    /// 本次导入的一行。
    pub one: RowKey,
    /// 另一行。
    pub other: RowKey,
    /// Whether the other is a present row that the import did not record.
    pub other_role: Role,
    /// 共有面积，按前者换算。
    pub common_m2: f64,
    /// 共有面积，按后者换算。
    pub common_in_other_m2: f64,
    pub one_m2: f64,
    pub other_m2: f64,
    pub place: Option<Coord<f64>>,
}

impl Met {
    /// The smaller of the two shares that they have in common.
    fn mutual_share(&self) -> f64 {
        (self.common_m2 / self.one_m2.max(self.other_m2)).min(1.0)
    }
}

/// A strip between two rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct StripFound {
    pub one: RowKey,
    pub other: RowKey,
    pub length_m: f64,
    pub area_m2: f64,
    pub place: Coord<f64>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct SliverFound {
    pub one: RowKey,
    pub area_m2: f64,
    pub width_m: f64,
    pub place: Coord<f64>,
}

#[derive(Clone, Debug)]
pub(super) struct OutsideFound {
    pub one: RowKey,
    pub share: f64,
    pub outside_m2: f64,
    pub mostly_in: Option<String>,
    pub place: Coord<f64>,
}

/// Faults of one sort: the first [`LISTED`] of them, and of the rest how many and how large.
#[derive(Clone, Debug)]
pub(super) struct Listed<T> {
    pub first: Vec<T>,
    pub more: usize,
    pub more_m2: f64,
}

impl<T> Default for Listed<T> {
    fn default() -> Listed<T> {
        Listed { first: Vec::new(), more: 0, more_m2: 0.0 }
    }
}

impl<T> Listed<T> {
    fn push(&mut self, fault: T, area_m2: f64) {
        if self.first.len() < LISTED {
            self.first.push(fault);
        } else {
            self.more += 1;
            self.more_m2 += area_m2;
        }
    }
}

/// What was found in one window; divisions by their place among the codes of the window.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub codes: Vec<String>,
    pub meetings: Vec<Met>,
    pub strips: Vec<StripFound>,
    pub slivers: Vec<SliverFound>,
    pub outside: Vec<OutsideFound>,
    pub examined: usize,
    pub unexamined_pairs: usize,
}

/// What was found; places in the plane.
#[derive(Debug, Default)]
pub struct Found {
    /// 出现过的行政区划代码。
    pub(super) codes: Vec<Arc<str>>,
    pub(super) same: Listed<Met>,
    pub(super) nearly: Listed<Met>,
    pub(super) over: Listed<Met>,
    pub(super) strips: Listed<StripFound>,
    pub(super) slivers: Listed<SliverFound>,
    pub(super) outside: Listed<OutsideFound>,
    /// Where it must be settled first which parcels were taken over: all meetings, and none of them in the lists.
    pub(super) aside: Option<Meetings>,
    examined: usize,
    pub(super) unexamined_pairs: usize,
    pub(super) off_plane: i64,
}

impl Found {
    /// Nothing yet, so many rows being outside the plane.
    pub(super) fn none(off_plane: i64, aside: Option<Meetings>) -> Found {
        Found { off_plane, aside, ..Found::default() }
    }

    /// How many rows were examined.
    pub fn examined(&self) -> usize {
        self.examined
    }

    /// Adds what was found in the next window.
    pub(super) fn add(&mut self, part: Part, tolerances: &Tolerances) -> io::Result<()> {
        let known: Vec<u32> = part.codes.iter().map(|code| self.known(code)).collect();
        let key = |row: RowKey| RowKey { division: known.get(row.division as usize).copied().unwrap_or(u32::MAX), ..row };
        let meetings = part.meetings.into_iter().map(|met| Met { one: key(met.one), other: key(met.other), ..met });
        match &mut self.aside {
            Some(aside) => aside.add(meetings)?,
            None => meetings.for_each(|met| self.list(met, tolerances)),
        }
        for strip in part.strips {
            self.strips.push(StripFound { one: key(strip.one), other: key(strip.other), ..strip }, strip.area_m2);
        }
        for sliver in part.slivers {
            self.slivers.push(SliverFound { one: key(sliver.one), ..sliver }, sliver.area_m2);
        }
        for outside in part.outside {
            let area_m2 = outside.outside_m2;
            self.outside.push(OutsideFound { one: key(outside.one), ..outside }, area_m2);
        }
        self.examined += part.examined;
        self.unexamined_pairs += part.unexamined_pairs;
        Ok(())
    }

    /// Puts a meeting into the list that it belongs to, if it is worth telling.
    pub(super) fn list(&mut self, met: Met, tolerances: &Tolerances) {
        let share = met.mutual_share();
        let list = match &tolerances.topology {
            topology if share >= topology.same_min_share => &mut self.same,
            topology if share >= topology.nearly_same_min_share => &mut self.nearly,
            _ if met.common_m2 >= tolerances.overlap_min_m2 => &mut self.over,
            _ => return,
        };
        list.push(met, met.common_m2);
    }

    fn known(&mut self, code: &str) -> u32 {
        let place = self.codes.iter().position(|known| &**known == code).unwrap_or_else(|| {
            self.codes.push(Arc::from(code));
            self.codes.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX)
    }
}

/// Bytes of a meeting in the file.
const RECORD: usize = 2 * (8 + 4) + 1 + 4 * 8 + 2 * 8;
/// Meetings that are read at once.
const BLOCK: usize = 4_096;

/// Meetings kept in a nameless file of the system's, numbered from 0.
#[derive(Debug)]
pub(super) struct Meetings {
    file: File,
    count: u32,
}

impl Meetings {
    /// None yet.
    pub fn new() -> io::Result<Meetings> {
        Ok(Meetings { file: tempfile::tempfile()?, count: 0 })
    }

    fn add(&mut self, meetings: impl Iterator<Item = Met>) -> io::Result<()> {
        let mut bytes = Vec::new();
        for met in meetings {
            write(&met, &mut bytes);
            self.count = self.count.checked_add(1).ok_or(io::ErrorKind::FileTooLarge)?;
        }
        self.file.write_all(&bytes)
    }

    /// Those of these numbers.
    pub fn some(&self, numbers: impl Iterator<Item = u32>) -> io::Result<Vec<Met>> {
        let mut record = [0; RECORD];
        let mut read = |number: u32| {
            self.file.read_exact_at(&mut record, u64::from(number) * RECORD as u64)?;
            read(&record)
        };
        numbers.map(&mut read).collect()
    }

    /// All of them with their numbers, in order.
    pub fn each(&self, mut take: impl FnMut(u32, Met)) -> io::Result<()> {
        let mut block = vec![0; BLOCK * RECORD];
        let mut number = 0;
        while number < self.count {
            let bytes = &mut block[..BLOCK.min((self.count - number) as usize) * RECORD];
            self.file.read_exact_at(bytes, u64::from(number) * RECORD as u64)?;
            for record in bytes.chunks_exact(RECORD) {
                take(number, read(record)?);
                number += 1;
            }
        }
        Ok(())
    }
}

fn write(met: &Met, bytes: &mut Vec<u8>) {
    for row in [met.one, met.other] {
        bytes.extend_from_slice(&row.version_id.to_le_bytes());
        bytes.extend_from_slice(&row.division.to_le_bytes());
    }
    bytes.push(match met.other_role {
        Role::Present => 0,
        Role::Home => 1,
        Role::Elsewhere => 2,
    });
    // A place that is none is no number.
    let place = met.place.unwrap_or(Coord { x: f64::NAN, y: f64::NAN });
    for number in [met.common_m2, met.common_in_other_m2, met.one_m2, met.other_m2, place.x, place.y] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
}

fn read(mut bytes: &[u8]) -> io::Result<Met> {
    fn next<const N: usize>(bytes: &mut &[u8]) -> io::Result<[u8; N]> {
        let (own, rest) = bytes.split_first_chunk().ok_or(io::ErrorKind::UnexpectedEof)?;
        *bytes = rest;
        Ok(*own)
    }
    let mut row = || -> io::Result<RowKey> {
        let version_id = i64::from_le_bytes(next(&mut bytes)?);
        Ok(RowKey { version_id, division: u32::from_le_bytes(next(&mut bytes)?) })
    };
    let (one, other) = (row()?, row()?);
    let other_role = match next(&mut bytes)? {
        [0] => Role::Present,
        [1] => Role::Home,
        [_] => Role::Elsewhere,
    };
    let mut number = || next(&mut bytes).map(f64::from_le_bytes);
    let (common_m2, common_in_other_m2, one_m2, other_m2) = (number()?, number()?, number()?, number()?);
    let place = Coord { x: number()?, y: number()? };
    let place = (!place.x.is_nan()).then_some(place);
    Ok(Met { one, other, other_role, common_m2, common_in_other_m2, one_m2, other_m2, place })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn met() -> impl Strategy<Value = Met> {
        let row = || (any::<i64>(), any::<u32>()).prop_map(|(version_id, division)| RowKey { version_id, division });
        let role = prop_oneof![Just(Role::Present), Just(Role::Home), Just(Role::Elsewhere)];
        let place = prop::option::of((0.0..1e6, 0.0..1e6).prop_map(Coord::from));
        (row(), row(), role, prop::array::uniform4(0.0..1e5), place).prop_map(
            |(one, other, other_role, [common_m2, common_in_other_m2, one_m2, other_m2], place)| Met {
                one,
                other,
                other_role,
                common_m2,
                common_in_other_m2,
                one_m2,
                other_m2,
                place,
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn meetings_come_back_from_their_file_as_they_were(all in prop::collection::vec(met(), 0..40), part in 1..9usize) {
            let mut meetings = Meetings::new().unwrap();
            for part in all.chunks(part) {
                meetings.add(part.iter().copied()).unwrap();
            }
            let mut again = Vec::new();
            meetings.each(|number, met| again.push((number, met))).unwrap();
            prop_assert_eq!(&again, &(0..).zip(all.iter().copied()).collect::<Vec<(u32, Met)>>());
            let backwards = (0..all.len() as u32).rev();
            prop_assert_eq!(meetings.some(backwards).unwrap(), all.into_iter().rev().collect::<Vec<Met>>());
        }

        #[test]
        fn of_many_faults_the_first_are_listed_and_the_rest_is_counted(areas in prop::collection::vec(0..100u32, 0..2 * LISTED)) {
            let mut listed = Listed::default();
            areas.iter().for_each(|area| listed.push(*area, f64::from(*area)));
            let (first, rest) = areas.split_at(areas.len().min(LISTED));
            prop_assert_eq!(listed.first.as_slice(), first);
            prop_assert_eq!((listed.more, listed.more_m2), (rest.len(), f64::from(rest.iter().sum::<u32>())));
        }
    }
}
