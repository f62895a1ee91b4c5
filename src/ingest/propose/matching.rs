//! Which column is which field: by its name, tempered by what its cells hold; each column once, the surest first.

use super::{
    FieldProposal, Table, dictionary,
    unit::{self, UnitFound},
};
use crate::{
    ingest::{
        field::{Field, Need, Sort, fields},
        header::{Header, Likeness, likeness},
        inspect::{CellSort, Profile},
        mapping::Mapping,
        values,
    },
    register::RegisterKind,
};

/// A pair that scores less is none.
const LEAST: f64 = 0.45;
/// A pair that scores less must be confirmed.
const SURE: f64 = 0.7;
/// What a name that is only known from other systems is worth beside the same name in plain words.
const BY_MEANING: f64 = 0.92;
/// What cells alone prove that can be nothing else.
const BY_CELLS: f64 = 0.75;
/// A plot ratio above this is hardly one: 210 is written for 210 %.
const PLAUSIBLE_RATIO: f64 = 20.0;

/// A field and its column.
pub(super) struct Match<'a> {
    pub field: &'static Field,
    pub column: usize,
    pub profile: &'a Profile,
    pub score: f64,
    why: String,
    doubts: Vec<String>,
    alternatives: Vec<String>,
    pub unit: Option<UnitFound>,
    /// Word of the file to word of the register.
    pub words: Vec<(String, String)>,
    /// Word of the register for a blank cell.
    pub blank: Option<String>,
    /// Texts that mean "unknown" or "no limit".
    pub sentinels: Vec<String>,
}

struct Candidate {
    field: usize,
    column: usize,
    score: f64,
    /// Place of the name in the field's list: the earlier, the more usual.
    rank: usize,
    why: String,
}

/// The fields of a register and their columns, in the order of the register's definition.
pub(super) fn assign<'a>(table: &Table<'a>, kind: RegisterKind) -> Vec<Match<'a>> {
    let known = fields(kind);
    let mut candidates = candidates(table, kind, known);
    candidates.sort_by(|one, other| {
        other.score.total_cmp(&one.score).then(one.rank.cmp(&other.rank)).then(one.field.cmp(&other.field))
    });
    let mut taken: Vec<(usize, usize)> = Vec::new();
    let mut matches: Vec<Match<'a>> = Vec::new();
    for candidate in &candidates {
        let field = &known[candidate.field];
        let profile = &table.profiles[candidate.column];
        let has_field = taken.iter().any(|(field, _)| *field == candidate.field);
        let shares = |other: usize| may_share(field, &known[other], profile);
        let is_free = taken.iter().all(|(other, column)| *column != candidate.column || shares(*other));
        if has_field || !is_free {
            continue;
        }
        taken.push((candidate.field, candidate.column));
        matches.push(settle(table, kind, field, candidate, &candidates));
    }
    matches.sort_by_key(|found| known.iter().position(|field| field.name == found.field.name));
    notice_swapped_plot_ratios(&mut matches);
    matches
}

/// Both limits may stand in one column, as a range.
fn may_share(one: &Field, other: &Field, profile: &Profile) -> bool {
    let is_pair = matches!((one.sort, other.sort), (Sort::RatioLower, Sort::RatioUpper) | (Sort::RatioUpper, Sort::RatioLower));
    is_pair && profile.sort == CellSort::Range
}

fn candidates(table: &Table<'_>, kind: RegisterKind, known: &'static [Field]) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (position, field) in known.iter().enumerate() {
        let names: Vec<(String, String)> =
            dictionary::names(kind, field).into_iter().map(|name| (Header::read(&name).words, name)).collect();
        for (column, profile) in table.profiles.iter().enumerate().filter(|(_, profile)| !profile.name.is_empty()) {
            let fit = fit(kind, field, profile);
            if fit == 0.0 {
                continue;
            }
            let (score, rank, why) = by_name(profile, &names).or_else(|| by_cells(field, profile)).unwrap_or_default();
            if score * fit >= LEAST {
                candidates.push(Candidate { field: position, column, score: (score * fit).min(1.0), rank, why });
            }
        }
    }
    candidates
}

/// How well the name fits, the place of the name that it fits, and why.
fn by_name(profile: &Profile, names: &[(String, String)]) -> Option<(f64, usize, String)> {
    let mut best: Option<(f64, usize, String)> = None;
    let mut offer = |score: f64, rank: usize, why: String| {
        if best.as_ref().is_none_or(|(so_far, at, _)| score > *so_far || (score == *so_far && rank < *at)) {
            best = Some((score, rank, why));
        }
    };
    for (rank, (words, name)) in names.iter().enumerate() {
        if let Some(found) = likeness(&profile.header.words, words) {
            offer(found.score(), rank, reason(&profile.name, name, found));
        }
        for meaning in dictionary::meanings(&profile.name) {
            if let Some(found) = likeness(&Header::read(meaning).words, words)
                && matches!(found, Likeness::Same | Likeness::Part)
            {
                let why = format!("列名“{}”在业务系统中指“{meaning}”", profile.name);
                offer(found.score() * BY_MEANING, rank, why);
            }
        }
    }
    best
}

fn reason(column: &str, name: &str, found: Likeness) -> String {
    match found {
        Likeness::Same => format!("列名“{column}”是该字段的常用列名"),
        Likeness::Initials | Likeness::ShortInitials => format!("列名“{column}”是“{name}”的拼音首字母"),
        Likeness::Cut => format!("列名“{column}”是“{name}”被截断后的样子（DBF 列名最多 10 字节）"),
        Likeness::Part => format!("列名“{column}”与“{name}”相近"),
    }
}

fn by_cells(field: &Field, profile: &Profile) -> Option<(f64, usize, String)> {
    let is_telling = matches!(
        (field.name, profile.sort),
        ("parcel_code", CellSort::CadastralCode) | ("enterprise_code", CellSort::CreditCode)
    );
    is_telling.then(|| {
        let why = format!("列“{}”的 {} 个值都像{}", profile.name, profile.filled, profile.sort.label_zh());
        (BY_CELLS, usize::MAX, why)
    })
}

/// How well the cells fit a field, 0 to 1.1: 0 when the column cannot be it, more than 1 when they speak for it.
fn fit(kind: RegisterKind, field: &Field, profile: &Profile) -> f64 {
    if profile.sort == CellSort::DamagedCode {
        return 0.0;
    }
    if profile.sort == CellSort::Empty {
        return if field.need == Need::Key { 0.5 } else { 0.7 };
    }
    let graded = |share: f64| match share {
        share if share >= 0.8 => 1.0,
        share if share >= 0.5 => 0.8,
        _ => 0.0,
    };
    let has_other_unit = [profile.header.unit, profile.cell_unit].into_iter().flatten().any(|unit| !unit::fits(field.sort, unit));
    match field.sort {
        Sort::Area | Sort::Money | Sort::Length if has_other_unit => 0.0,
        Sort::Area | Sort::Money | Sort::Length => graded(profile.share(&|text| values::number(text).is_some())),
        Sort::RatioLower | Sort::RatioUpper | Sort::Share if has_other_unit => 0.0,
        Sort::RatioLower | Sort::RatioUpper | Sort::Share => graded(profile.share(&|text| values::range(text).is_some())),
        Sort::Count => graded(profile.share(&|text| values::number(text).is_some_and(|found| found.value.fract() == 0.0))),
        Sort::Year => graded(profile.share(&|text| {
            values::number(text).is_some_and(|found| found.value.fract() == 0.0 && (1900.0..2200.0).contains(&found.value))
        })),
        Sort::Date => match profile.share(&|text| values::date(text).is_some()) {
            share if share >= 0.8 => 1.0,
            share if share >= 0.4 => 0.7,
            _ => 0.0,
        },
        Sort::Truth => graded(profile.share(&|text| values::truth(text).is_some())),
        Sort::Industry => graded(profile.share(&|text| values::industry_division(text).is_some())),
        Sort::Word(_) => match profile.share(&|text| translated(kind, field, text).is_some()) {
            share if share >= 0.5 => 1.0,
            share if share > 0.0 => 0.8,
            _ if !profile.has_more_words && profile.words.len() <= 12 => 0.6,
            _ => 0.0,
        },
        Sort::Code => match (field.name, profile.sort) {
            ("parcel_code", CellSort::CadastralCode) | ("enterprise_code", CellSort::CreditCode) => 1.1,
            (_, CellSort::CadastralCode | CellSort::CreditCode) if !matches!(field.name, "parcel_code" | "building_code") => 0.6,
            ("division_code", CellSort::DivisionCode) => 1.1,
            ("division_code", _) => 0.0,
            (_, CellSort::Number) => 0.4,
            (_, CellSort::Date | CellSort::Measured) => 0.2,
            _ => 1.0,
        },
        Sort::Text => match profile.sort {
            CellSort::Text | CellSort::Word => 1.0,
            CellSort::CadastralCode | CellSort::CreditCode | CellSort::Date | CellSort::Measured => 0.4,
            CellSort::Number => 0.5,
            _ => 0.9,
        },
    }
}

/// The word of the register for a word of the file, as the register's own mapping translates it.
fn translated(kind: RegisterKind, field: &Field, text: &str) -> Option<String> {
    let standard = Mapping::standard(kind);
    let listed =
        standard.field(field.name).and_then(|read| read.values.iter().find(|(from, _)| from == text)).map(|(_, to)| to.clone());
    listed.or_else(|| match field.sort {
        Sort::Word(words) => words.iter().find(|word| **word == text).map(|word| (*word).to_owned()),
        _ => None,
    })
}

fn settle<'a>(
    table: &Table<'a>,
    kind: RegisterKind,
    field: &'static Field,
    chosen: &Candidate,
    candidates: &[Candidate],
) -> Match<'a> {
    let profile = &table.profiles[chosen.column];
    let standard = Mapping::standard(kind);
    let usual = standard.field(field.name).and_then(unit::of_factor);
    let others: Vec<&Candidate> =
        candidates.iter().filter(|other| other.field == chosen.field && other.column != chosen.column).collect();
    let mut doubts = Vec::new();
    if chosen.score < SURE {
        doubts.push("列名不足以断定".to_owned());
    }
    let rival = others.iter().find(|other| other.score >= chosen.score * 0.97 && is_rival(table, chosen, other));
    if let Some(other) = rival {
        doubts.push(format!("列“{}”同样像是", table.profiles[other.column].name));
    }
    let unit = unit::find(table, profile, field, usual);
    if matches!(field.sort, Sort::RatioLower | Sort::RatioUpper) {
        doubts.extend(ratio_doubt(field, profile));
    }
    let mut words: Vec<(String, String)> = Vec::new();
    if let Sort::Word(_) = field.sort {
        let (known, unknown): (Vec<_>, Vec<_>) =
            profile.words.keys().map(|word| (word.clone(), translated(kind, field, word))).partition(|(_, to)| to.is_some());
        words = known.into_iter().filter_map(|(word, to)| Some((word, to?))).collect();
        if !unknown.is_empty() {
            let shown: Vec<&str> = unknown.iter().take(5).map(|(word, _)| word.as_str()).collect();
            doubts.push(format!("取值{}还不知道是什么意思，请在取值对照（values）中写明", shown.join("、")));
        }
    }
    Match {
        field,
        column: chosen.column,
        profile,
        score: chosen.score,
        why: chosen.why.clone(),
        doubts,
        alternatives: others.iter().take(3).map(|other| table.profiles[other.column].name.clone()).collect(),
        unit,
        words,
        blank: standard.field(field.name).and_then(|read| read.blank.clone()),
        sentinels: Vec::new(),
    }
}

/// Whether another column is as good and says something else.
fn is_rival(table: &Table<'_>, chosen: &Candidate, other: &Candidate) -> bool {
    let (one, two) = (&table.profiles[chosen.column], &table.profiles[other.column]);
    two.filled > 0 && other.rank == chosen.rank && one.cells != two.cells
}

fn ratio_doubt(field: &Field, profile: &Profile) -> Option<String> {
    let says_which = ["上限", "下限", "min", "max", "sx", "xx"].iter().any(|word| profile.header.words.contains(word));
    let above = profile.count(&|text| {
        values::range(text)
            .is_some_and(|range| !range.percent && range.upper.or(range.lower).is_some_and(|end| end > PLAUSIBLE_RATIO))
    });
    if above > 0 {
        return Some(format!("{above} 个值大于 {PLAUSIBLE_RATIO}，可能是没有写百分号的百分数"));
    }
    let is_plain = profile.sort != CellSort::Range && profile.sort != CellSort::Empty;
    (is_plain && !says_which).then(|| format!("列名没有写明是上限还是下限，暂作{}", field.label))
}

/// Headers of the two limits that stand the wrong way round: the "lower" one is above the "upper" in most rows.
fn notice_swapped_plot_ratios(matches: &mut [Match<'_>]) {
    for (lower, upper) in [("contract_far_min", "contract_far_max"), ("plan_far_min", "plan_far_max")] {
        let position = |name: &str| matches.iter().position(|found| found.field.name == name);
        let (Some(least), Some(most)) = (position(lower), position(upper)) else { continue };
        if matches[least].column == matches[most].column {
            continue;
        }
        let number = |text: &String| values::number(text).map(|found| found.value).filter(|value| *value > 0.0);
        let pairs: Vec<(f64, f64)> = (matches[least].profile.cells.iter())
            .zip(&matches[most].profile.cells)
            .filter_map(|(one, other)| Some((number(one)?, number(other)?)))
            .collect();
        let reversed = pairs.iter().filter(|(least, most)| least > most).count();
        let ordered = pairs.iter().filter(|(least, most)| least < most).count();
        if reversed >= 3 && reversed > 4 * ordered {
            let names = (matches[least].profile.name.clone(), matches[most].profile.name.clone());
            let why = format!(
                "“{}”与“{}”两列写反：{} 行两项都有，其中 {reversed} 行“下限”大于“上限”；已按实际内容对调",
                names.0,
                names.1,
                pairs.len()
            );
            let (column, profile) = (matches[least].column, matches[least].profile);
            matches[least].column = matches[most].column;
            matches[least].profile = matches[most].profile;
            matches[most].column = column;
            matches[most].profile = profile;
            for at in [least, most] {
                matches[at].doubts.push(why.clone());
            }
        }
        let zeros: Vec<String> = matches[most]
            .profile
            .words
            .keys()
            .filter(|text| values::number(text).is_some_and(|found| found.value == 0.0))
            .cloned()
            .collect();
        if !zeros.is_empty() {
            matches[most].doubts.push("上限为 0 的按没有上限读取".to_owned());
            matches[most].sentinels = zeros;
        }
    }
}

impl Match<'_> {
    /// Whether the cells are cadastral codes throughout.
    pub fn is_cadastral(&self, table: &Table<'_>) -> bool {
        table.profiles[self.column].sort == CellSort::CadastralCode
    }

    /// As it is shown.
    pub fn proposal(&self) -> FieldProposal {
        let is_unit_doubtful = self.unit.as_ref().is_some_and(|unit| unit.is_doubtful);
        let mut why = self.why.clone();
        for doubt in &self.doubts {
            why.push('；');
            why.push_str(doubt);
        }
        FieldProposal {
            field: self.field.name,
            label: self.field.label,
            is_key: self.field.need == Need::Key,
            column: Some(self.profile.name.clone()),
            constant: None,
            why,
            score: self.score,
            unit: self.unit.as_ref().and_then(|unit| unit.unit.mapping_word()).map(str::to_owned),
            unit_label: self.unit.as_ref().map(|unit| unit.unit.label_zh()),
            unit_why: self.unit.as_ref().map(|unit| unit.why.clone()),
            needs_confirmation: is_unit_doubtful || !self.doubts.is_empty(),
            alternatives: self.alternatives.clone(),
        }
    }
}
