//! From raw rows to checked chunks: reads in the calling thread, checks on all cores, keeps the order of the file.
//!
//! Memory is one chunk of rows, bounded in number and in bytes, plus what is remembered of the keys
//! seen so far (see [`super::seen`]); nothing of GDAL outlives the chunk.

use std::{collections::BTreeMap, io, ops::ControlFlow, path::Path};

use mujun_geometry::{Crs, geo::Rect};
use rayon::prelude::*;

use super::{
    Confidence, IngestError, IngestIssue, IssueCode, Mapping, Place, ReadOptions, Remedy, Row, Severity, SourceDescription, bind,
    crs,
    digest::hex,
    field::{GroundNeed, fields, ground_need},
    ground::{self, Grounds},
    join,
    mapping::{DivisionRule, Filter},
    place::Cells,
    row::{Frame, Lies, RowReader, Tally},
    seen::{Seen, fingerprint},
    source::{self, Opened, RawRow, Request, Shape},
};
use crate::register::RegisterKind;

/// Rows that are read before they are checked together; fewer where they are heavy.
const CHUNK: usize = 4096;

/// Pieces in which a stretch is checked at least, so that all cores have work on few large rows.
const PIECES: usize = 16;

/// Tallies that are kept: a column of numbers taken for one of codes must not fill the memory.
const TALLIES: usize = 500;

/// The largest geometry that is kept with a row that was set aside, bytes.
const KEPT_GEOMETRY: usize = 1 << 20;

/// A record that can be read from a row of a file. Implemented for the records of every register.
pub trait Readable: Sized + Send {
    /// The register.
    const KIND: RegisterKind;

    /// Builds the record; `None` when the row must be set aside, with the reason left in the reader.
    #[doc(hidden)]
    fn build(reader: &mut RowReader<'_>) -> Option<Self>;

    /// What identifies the record within its register.
    #[doc(hidden)]
    fn key(&self) -> String;
}

/// A stretch of rows, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Chunk<T> {
    /// How many rows were read for it, kept or not.
    pub read: usize,
    /// The rows that are good enough to be kept: what was made of their records.
    pub rows: Vec<Row<T>>,
    /// What was found in this stretch.
    pub issues: Vec<IngestIssue>,
}

/// What a file gives, piece by piece.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece<T> {
    /// First: what is known before a row is read. The rows are not counted yet.
    Opened {
        /// What it is.
        source: SourceDescription,
        /// How many rows the file says it has; it may be wrong.
        claimed_rows: Option<u64>,
    },
    /// Then: a stretch of rows.
    Rows(Chunk<T>),
}

/// What is known at the end of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Issues of the file as a whole.
    pub issues: Vec<IngestIssue>,
    /// What was read.
    pub source: SourceDescription,
}

/// A file whose first rows are read and whose columns and CRS are settled.
pub(super) struct Begun<'a> {
    /// The file; what it has to say so far is in its issues.
    pub opened: Opened,
    /// What is the same for all rows.
    pub frame: Frame<'a>,
    /// Which rows are read.
    pub filter: Option<(usize, &'a Filter)>,
    /// The first rows.
    pub next: Vec<RawRow>,
    reading: Option<crs::Reading>,
    need: GroundNeed,
}

pub(super) fn begin<'a, R: Readable>(
    path: &Path,
    mapping: &'a Mapping,
    options: &ReadOptions,
    place: &'a Place,
) -> Result<Begun<'a>, IngestError> {
    if mapping.kind != R::KIND {
        return Err(IngestError::WrongMapping { mapping: mapping.name.clone(), found: mapping.kind, wanted: R::KIND });
    }
    if mapping.division == Some(DivisionRule::ByLocation) && place.divisions.is_empty() {
        return Err(IngestError::NoDivisions { mapping: mapping.name.clone() });
    }
    let mut opened = source::open(path, Request::of(mapping, options))?;
    if let Some(beside) = &mapping.join {
        opened = join::attach(opened, beside, mapping, path)?;
    }
    let next = opened.rows.next_rows(CHUNK)?;
    if next.is_empty() {
        return Err(IngestError::NoRows { path: opened.path, passed_over: String::new() });
    }
    let need = ground_need(R::KIND);
    if need == GroundNeed::Required && !opened.has_geometry {
        return Err(IngestError::NoGeometry { path: opened.path, kind: R::KIND });
    }
    let mut binding = bind::bind(&mut opened, mapping)?;
    if options.remedies.contains(&Remedy::SwapPlotRatioColumns) {
        bind::swap_plot_ratios(&mut opened, &mut binding)?;
    }
    let reading = if need == GroundNeed::None { None } else { crs::resolve(&mut opened, options, &next)? };
    let place_of = |name: &str| binding.fields.iter().position(|bound| bound.mapping.field.name == name);
    let frame = Frame {
        mapping,
        places: fields(R::KIND).iter().map(|field| (field.name, place_of(field.name))).collect(),
        fields: binding.fields,
        columns: opened.columns.clone(),
        division_column: binding.division_column,
        join_count: binding.join_count,
        place,
        cells: Cells::new(place),
        grounds: reading.clone().map(|reading| Grounds::new(reading, place)),
    };
    Ok(Begun { opened, frame, filter: binding.filter, next, reading, need })
}

pub(super) fn run<R: Readable, T: Send>(
    path: &Path,
    mapping: &Mapping,
    options: &ReadOptions,
    place: &Place,
    make: &(impl Fn(i32, R) -> T + Sync),
    sink: &mut dyn FnMut(Piece<T>) -> ControlFlow<()>,
) -> Result<Summary, IngestError> {
    let Begun { mut opened, frame, filter, mut next, reading, need } = begin::<R>(path, mapping, options, place)?;
    if let Some(reading) = &reading {
        let suspected = shifted(&opened, options, reading, &next, place)?;
        opened.issues.extend(suspected);
    }
    let crs = reading.as_ref().map(|reading| reading.crs);
    let first: Vec<RawRow> = next.iter().take(100).cloned().collect();
    let go_on = |flow| if flow == ControlFlow::Continue(()) { Ok(()) } else { Err(IngestError::Stopped) };
    go_on(sink(Piece::Opened { source: described(&opened, crs), claimed_rows: opened.claimed_rows }))?;
    let mut state = State::default();
    while !next.is_empty() {
        let chunk = state.check(&frame, &mut next, filter, make)?;
        go_on(sink(Piece::Rows(chunk)))?;
        next = opened.rows.next_rows(CHUNK)?;
    }
    let astray = |opened: &Opened| {
        reading.as_ref().map(|reading| crs::astray(opened, options, reading, place, &first)).unwrap_or_default()
    };
    state.conclude(opened, &frame, crs, need, &first, &astray)
}

/// Whether the file lies where the shift of a map service would put it.
///
/// # Errors
/// [`IngestError::Shifted`] where hardly anything else would explain what was found, unless the operator says that the position is right.
fn shifted(
    opened: &Opened,
    options: &ReadOptions,
    reading: &crs::Reading,
    rows: &[RawRow],
    place: &Place,
) -> Result<Option<IngestIssue>, IngestError> {
    let crs::Look::Suspected(suspicion) = crs::look_for_shift(reading, rows, place) else { return Ok(None) };
    let crs::Suspicion { name, remedy, evidence, confidence } = suspicion;
    let is_confirmed = options.remedies.contains(&Remedy::KeepPosition);
    if confidence == Confidence::Strong && !is_confirmed {
        return Err(IngestError::Shifted { path: opened.path.clone(), name, remedy, evidence });
    }
    let confirmed = if is_confirmed { "；已按操作员指定照原样读取（keep-position）" } else { "" };
    let message = format!("疑似带有 {name} 偏移：{evidence}{confirmed}");
    let advice = format!("请对照影像或界址点核对位置；确有偏移的，选“{}”（--fix {remedy}）重新导入", remedy.label_zh());
    Ok(Some(IngestIssue::new(IssueCode::ShiftSuspected, message).with_remedy(advice)))
}

/// What is remembered from chunk to chunk.
#[derive(Default)]
struct State {
    seen: Seen,
    tallies: BTreeMap<Tally, (usize, i32)>,
    /// Those that would be one more tally than are kept.
    untallied: usize,
    read: usize,
    passed_over: usize,
    quarantined: usize,
    inside: usize,
    outside: usize,
    off_plane: usize,
    outside_bounds: Option<Rect<f64>>,
}

/// What became of one row.
struct Outcome<T> {
    made: Option<(T, u128)>,
    issues: Vec<IngestIssue>,
    tallies: Vec<Tally>,
    lies: Lies,
}

/// Gives the issues of a row that have no place of their own the place of the row.
fn put_on_the_map(issues: &mut [IngestIssue], frame: &Frame<'_>, row: &RawRow) {
    let mut without = issues.iter_mut().filter(|issue| issue.place.is_none()).peekable();
    if without.peek().is_none() {
        return;
    }
    let middle = frame.grounds.as_ref().and_then(|grounds| grounds.middle(&row.shape));
    for issue in without {
        issue.set_place(middle);
    }
}

impl State {
    fn check<R: Readable, T: Send>(
        &mut self,
        frame: &Frame<'_>,
        rows: &mut Vec<RawRow>,
        filter: Option<(usize, &Filter)>,
        make: &(impl Fn(i32, R) -> T + Sync),
    ) -> Result<Chunk<T>, IngestError> {
        self.read += rows.len();
        let before = rows.len();
        if let Some((column, filter)) = filter {
            rows.retain(|row| filter.takes(row, column));
        }
        self.passed_over += before - rows.len();
        let outcomes: Vec<Outcome<T>> = rows
            .par_iter()
            .with_min_len((rows.len() / PIECES).clamp(1, 16))
            .map(|row| {
                let mut reader = RowReader::new(frame, row);
                let made = R::build(&mut reader).map(|record| {
                    let fingerprint = fingerprint(&record.key());
                    (make(row.number, record), fingerprint)
                });
                let RowReader { mut issues, tallies, lies, .. } = reader;
                put_on_the_map(&mut issues, frame, row);
                Outcome { made, issues, tallies, lies }
            })
            .collect();
        let mut chunk = Chunk { read: before, rows: Vec::with_capacity(rows.len()), issues: Vec::new() };
        for (row, outcome) in rows.iter().zip(outcomes) {
            self.take::<R, T>(frame, row, outcome, &mut chunk).map_err(IngestError::Aside)?;
        }
        Ok(chunk)
    }

    fn take<R: Readable, T>(
        &mut self,
        frame: &Frame<'_>,
        row: &RawRow,
        outcome: Outcome<T>,
        chunk: &mut Chunk<T>,
    ) -> io::Result<()> {
        let Outcome { made, mut issues, tallies, lies } = outcome;
        for tally in tallies {
            if self.tallies.len() < TALLIES || self.tallies.contains_key(&tally) {
                self.tallies.entry(tally).or_insert((0, row.number)).0 += 1;
            } else {
                self.untallied += 1;
            }
        }
        match lies {
            Lies::Nowhere => {}
            Lies::Inside => self.inside += 1,
            Lies::OffPlane => self.off_plane += 1,
            Lies::Outside(bounds) => {
                self.outside += 1;
                self.outside_bounds = Some(self.outside_bounds.map_or(bounds, |so_far| crs::union(so_far, bounds)));
            }
        }
        let kept = match made {
            Some((made, fingerprint)) => match self.seen.first_row(fingerprint, row.number)? {
                None => Some(made),
                Some(first) => {
                    let again = R::build(&mut RowReader::new(frame, row));
                    let code = again.map(|record| record.key().replace('\u{1f}', " / ")).unwrap_or_default();
                    let message = format!("编号 {code} 与第 {first} 行重复；保留第 {first} 行，隔离本行");
                    issues.push(IngestIssue::new(IssueCode::DuplicateKey, message).with_row(row.number));
                    put_on_the_map(&mut issues, frame, row);
                    None
                }
            },
            None => None,
        };
        match kept {
            Some(record) => chunk.rows.push(Row { number: row.number, record }),
            None => {
                self.quarantined += 1;
                // The row goes with the first fault that stops it, once.
                if let Some(issue) = issues.iter_mut().find(|issue| issue.severity == Severity::BlocksRow) {
                    issue.raw_row = Some(raw(frame, row));
                }
            }
        }
        chunk.issues.append(&mut issues);
        Ok(())
    }

    fn conclude(
        self,
        mut opened: Opened,
        frame: &Frame<'_>,
        crs: Option<Crs>,
        need: GroundNeed,
        first: &[RawRow],
        astray: &dyn Fn(&Opened) -> String,
    ) -> Result<Summary, IngestError> {
        let rows = self.read - self.passed_over;
        if rows == 0 {
            let passed_over = match (&frame.mapping.filter, self.passed_over) {
                (Some(filter), count) if count > 0 => {
                    format!("（{count} 行都不符合映射条件 {} = {}）", filter.column, filter.equals.join("、"))
                }
                _ => String::new(),
            };
            return Err(IngestError::NoRows { path: opened.path, passed_over });
        }
        if let (0, Some(found), Some(city)) = (self.inside, self.outside_bounds, frame.place.extent) {
            return Err(IngestError::OutsideCity {
                diagnosis: astray(&opened),
                path: opened.path,
                rows: self.outside,
                found: ground::range(found),
                wanted: ground::range(city),
            });
        }
        if let (0, 0, 1.., Some(crs)) = (self.inside, self.outside, self.off_plane, crs) {
            return Err(IngestError::OffPlane {
                path: opened.path,
                rows: self.off_plane,
                crs: crs.to_string(),
                proposal: crs::proposal_of(first),
            });
        }
        let mut issues = std::mem::take(&mut opened.issues);
        if let (Some(filter), true) = (&frame.mapping.filter, self.passed_over > 0) {
            let message = format!(
                "共 {} 行，只读 {} 为 {} 的 {rows} 行，略过 {} 行",
                self.read,
                filter.column,
                filter.equals.join("、"),
                self.passed_over
            );
            issues.push(IngestIssue::new(IssueCode::RowsPassedOver, message));
        }
        if need == GroundNeed::Wanted && !opened.has_geometry {
            let message = format!("文件没有图形，{rows} 行都按没有图形保留并列出");
            issues.push(IngestIssue::new(IssueCode::KeptWithoutGeometry, message));
        }
        issues.extend(frame.grounds.iter().flat_map(Grounds::told));
        issues.extend(self.tallies.iter().filter_map(|(tally, (count, row))| told(tally, *count, *row, rows, &self.tallies)));
        if self.untallied > 0 {
            let message = format!("各列的提示种类太多，另有 {} 处没有逐一列出", self.untallied);
            issues.push(IngestIssue::new(IssueCode::FaultsNotListed, message));
        }
        if let Some(claimed) = opened.claimed_rows.filter(|claimed| *claimed > self.read as u64) {
            let message = format!("文件声称有 {claimed} 行，实际只读到 {} 行", self.read);
            issues.push(IngestIssue::new(IssueCode::RowsShort, message));
        }
        issues.append(&mut opened.rows.issues());
        for warning in opened.rows.warnings() {
            let message = format!("读取程序提示：{}", super::issue::shortened(&warning, 300));
            issues.push(IngestIssue::new(IssueCode::ReaderWarning, message));
        }
        // Row numbers are checked to fit 32 bits as they are given, so these counts do as well.
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        Ok(Summary {
            issues,
            source: SourceDescription {
                rows_read: count(rows),
                rows_quarantined: count(self.quarantined),
                ..described(&opened, crs)
            },
        })
    }
}

/// What a file is, its rows not yet counted.
fn described(opened: &Opened, crs: Option<Crs>) -> SourceDescription {
    SourceDescription {
        file_name: opened.file_name.clone(),
        sha256: opened.sha256.clone(),
        layer_name: opened.layer_name.clone(),
        crs,
        encoding: opened.encoding.clone(),
        rows_read: 0,
        rows_quarantined: 0,
    }
}

/// What happened to many rows, said once; nothing when it was too seldom to mean anything.
fn told(tally: &Tally, count: usize, row: i32, rows: usize, all: &BTreeMap<Tally, (usize, i32)>) -> Option<IngestIssue> {
    /// Fewer rows than these may be so by chance.
    const BY_CHANCE: usize = 3;
    let issue = match tally {
        Tally::Sentinel(column, value) => {
            let message = format!("列“{column}”的值“{value}”表示未知，{count} 行按缺失处理（首见第 {row} 行）");
            IngestIssue::new(IssueCode::SentinelAsMissing, message).with_cell(column, value)
        }
        Tally::Heights => {
            let message = format!("{count} 个图形带有高程或量度值，已舍去（首见第 {row} 行）");
            IngestIssue::new(IssueCode::HeightsDropped, message)
        }
        Tally::OtherParts => {
            let message = format!("{count} 个图形除面以外还有点或线，只采用面（首见第 {row} 行）");
            IngestIssue::new(IssueCode::PartsDropped, message)
        }
        Tally::EmptyRegister(register) => {
            let label = register.label_zh();
            let message = format!("{label}登记簿还是空的，{count} 行所指的{label}无从核对（首见第 {row} 行）；各行已保存");
            IngestIssue::new(IssueCode::NotRegistered, message)
        }
        Tally::Unit(column, unit) => {
            let message =
                format!("列“{column}”有 {count} 行（共 {rows} 行）与图形面积相差悬殊，若单位是{unit}则相符（首见第 {row} 行）");
            IngestIssue::new(IssueCode::UnitSuspected, message)
                .with_cell(column, "")
                .with_remedy(format!("请核对单位；如确为{unit}，请在字段映射中把该列的单位（unit）改为{unit}后重新导入"))
        }
        Tally::OnWebMap(column) => {
            if count < BY_CHANCE || count * 2 < rows {
                return None;
            }
            let message = format!(
                "列“{column}”有 {count} 行（共 {rows} 行）都恰好大到图形面积的 1/cos²φ 倍（约 1.35）：像是在网络地图投影 EPSG:3857 上量的面积（首见第 {row} 行）"
            );
            IngestIssue::new(IssueCode::AreaOnWebMap, message).with_cell(column, "")
        }
        Tally::LimitsReversed(lower, upper) => {
            let ordered = all.get(&Tally::LimitsOrdered(lower.clone(), upper.clone())).map_or(0, |(count, _)| *count);
            if count < BY_CHANCE || count <= 4 * ordered {
                return None;
            }
            let message = format!(
                "作下限的列“{lower}”与作上限的列“{upper}”疑似写反：两项都有的行中 {count} 行下限大于上限，{ordered} 行相反（首见第 {row} 行）"
            );
            IngestIssue::new(IssueCode::LimitsReversed, message).with_cell(lower, "")
        }
        Tally::LimitsOrdered(..) => return None,
        Tally::NoUpperLimit(column) => {
            let message = format!("列“{column}”有 {count} 行上限为 0，按没有上限读取（首见第 {row} 行）");
            IngestIssue::new(IssueCode::UpperLimitZero, message).with_cell(column, "0")
        }
        Tally::MonthOnly(column, end) => {
            let message = format!("列“{column}”有 {count} 行日期只写到月，按该月{}读取（首见第 {row} 行）", end.label_zh());
            IngestIssue::new(IssueCode::DateWithoutDay, message).with_cell(column, "")
        }
        Tally::ZeroLost(column, value) => {
            let message = format!(
                "列“{column}”的代码“{value}”疑似丢了前面的 0（应为“0{value}”），{count} 行（首见第 {row} 行）；已按原文保存"
            );
            IngestIssue::new(IssueCode::LeadingZeroLost, message).with_cell(column, value)
        }
    };
    Some(issue)
}

fn raw(frame: &Frame<'_>, row: &RawRow) -> serde_json::Value {
    let mut object: serde_json::Map<String, serde_json::Value> =
        frame.columns.iter().zip(&row.cells).map(|(name, cell)| (name.clone(), cell.text().replace('\0', "").into())).collect();
    if let Shape::Polygons { wkb, .. } = &row.shape
        && wkb.len() <= KEPT_GEOMETRY
    {
        object.insert("@wkb".to_owned(), hex(wkb).into());
    }
    object.into()
}
