//! Where a row lies: its ground, its division, and its stated area held against the ground.

use mujun_geometry::label::label_point;

use super::{Lies, RowReader, Tally};
use crate::ingest::{
    IngestIssue, IssueCode, Severity, ground::GroundRead, mapping::DivisionRule, place::Located, source::Shape, values,
};
use crate::register::{Ground, RegisterKind};

impl<'a> RowReader<'a> {
    /// The ground, which a row does not stand without.
    pub(in crate::ingest) fn required_ground(&mut self) -> Option<Ground> {
        match self.read_ground() {
            GroundRead::Sound(ground, _) => Some(*ground),
            GroundRead::Missing => {
                let message = "本行没有图形".to_owned();
                self.push(IngestIssue::new(IssueCode::GeometryMissing, message));
                None
            }
            GroundRead::Unusable(issue) | GroundRead::OffPlane(issue) | GroundRead::Outside(issue, _) => {
                self.push(*issue);
                None
            }
        }
    }

    /// The ground if there is one; the row is kept without, and that is said.
    pub(in crate::ingest) fn wanted_ground(&mut self) -> Option<Ground> {
        // A table without geometry says so once for the file, not once a row.
        self.frame.grounds.as_ref()?;
        match self.read_ground() {
            GroundRead::Sound(ground, _) => Some(*ground),
            GroundRead::Missing => {
                let message = "本行没有图形，已保留并列出".to_owned();
                self.push(IngestIssue::new(IssueCode::KeptWithoutGeometry, message));
                None
            }
            GroundRead::Unusable(mut issue) | GroundRead::OffPlane(mut issue) | GroundRead::Outside(mut issue, _) => {
                issue.severity = Severity::Degrades;
                issue.message.push_str("；本行保留，图形未采用");
                self.push(*issue);
                None
            }
        }
    }

    fn read_ground(&mut self) -> GroundRead {
        let Some(grounds) = &self.frame.grounds else {
            return GroundRead::Missing;
        };
        if let Shape::Polygons { had_heights, had_other_parts, .. } = &self.row.shape {
            let marks = [(*had_heights, Tally::Heights), (*had_other_parts, Tally::OtherParts)];
            self.tallies.extend(marks.into_iter().filter(|(is_so, _)| *is_so).map(|(_, tally)| tally));
        }
        let mut read = grounds.read(&self.row.shape);
        match &mut read {
            GroundRead::Sound(ground, issues) => {
                self.lies = Lies::Inside;
                if let Some(readings) = &mut self.readings {
                    readings.ellipsoidal_area_m2 = Some(ground.ellipsoidal_area_m2);
                }
                for issue in std::mem::take(issues) {
                    self.push(issue);
                }
            }
            GroundRead::Outside(_, bounds) => self.lies = Lies::Outside(*bounds),
            GroundRead::OffPlane(_) => self.lies = Lies::OffPlane,
            GroundRead::Missing | GroundRead::Unusable(_) => {}
        }
        read
    }

    /// The division of the row, by the mapping's rule; none, with the reason reported, when it cannot be told.
    pub(in crate::ingest) fn division(&mut self, key: &str, ground: Option<&Ground>) -> Option<String> {
        let found = self.ruled_division(key, ground);
        if let Some(readings) = &mut self.readings {
            readings.division.clone_from(&found);
        }
        found
    }

    fn ruled_division(&mut self, key: &str, ground: Option<&Ground>) -> Option<String> {
        let mapping = self.frame.mapping;
        let code = match mapping.division.as_ref()? {
            DivisionRule::Fixed(code) => return self.known_division(code.clone(), ""),
            DivisionRule::FromCode => key.get(..6).unwrap_or(key).to_owned(),
            DivisionRule::FromParcelCode => {
                let stated = self.text("parcel_code").and_then(|code| code.get(..6).map(str::to_owned));
                match stated.filter(|code| values::is_division_code(code) && self.frame.place.knows_division(code)) {
                    Some(code) => code,
                    None => return self.located(ground),
                }
            }
            DivisionRule::ByLocation => return self.located(ground),
            DivisionRule::Column { values: words, assumed, .. } => {
                let cell = self.frame.division_column.and_then(|index| self.row.cells.get(index));
                let word = cell.map(|cell| values::code(&cell.text())).unwrap_or_default();
                let listed = |pairs: &[(String, String)]| pairs.iter().find(|(from, _)| *from == word).map(|(_, to)| to.clone());
                if let Some(code) = listed(assumed) {
                    let message = format!("来源写的是“{word}”，没有到县级；按映射中的假定归入 {code}");
                    let column = self.division_column_name();
                    self.push(IngestIssue::new(IssueCode::DivisionAssumed, message).with_cell(column, &word));
                    return self.known_division(code, &word);
                }
                listed(words).unwrap_or(word)
            }
        };
        let shown = code.clone();
        self.known_division(code, &shown)
    }

    fn division_column_name(&self) -> &'a str {
        self.frame.division_column.and_then(|index| self.frame.columns.get(index)).map_or("", String::as_str)
    }

    fn known_division(&mut self, code: String, found: &str) -> Option<String> {
        let is_code = values::is_division_code(&code);
        // A target may be the whole city's, which is no division of the register.
        if is_code && (self.frame.mapping.kind == RegisterKind::Targets || self.frame.place.knows_division(&code)) {
            return Some(code);
        }
        let message = match (is_code, code.is_empty()) {
            (true, _) => format!("行政区代码 {code} 不在已登记的行政区中"),
            (false, true) => "没有写行政区".to_owned(),
            (false, false) => format!("“{code}”不是行政区代码（应为 6 位数字）"),
        };
        let column = self.division_column_name();
        self.push(IngestIssue::new(IssueCode::DivisionUnknown, message).with_cell(column, found));
        None
    }

    fn located(&mut self, ground: Option<&Ground>) -> Option<String> {
        let Some(ground) = ground else {
            let message = "按图形位置确定行政区，但本行没有可用的图形".to_owned();
            self.push(IngestIssue::new(IssueCode::DivisionUnknown, message));
            return None;
        };
        if let Some(code) = self.frame.cells.whole(ground.surface.bounds()) {
            return Some(code.to_string());
        }
        let point = label_point(&ground.surface);
        let place = Some((point.x(), point.y()));
        match self.frame.place.locate(point) {
            Located::Inside(code) => Some(code),
            Located::Near(code) => {
                let message = format!("图形不在任何已登记的行政区界线内，按最近归入 {code}");
                self.push(IngestIssue::new(IssueCode::DivisionNearest, message).with_place(place));
                Some(code)
            }
            Located::Nowhere => {
                let message = "图形不在任何已登记的行政区内，附近也没有".to_owned();
                self.push(IngestIssue::new(IssueCode::DivisionUnknown, message).with_place(place));
                None
            }
        }
    }

    /// Holds a stated area against the ground: a slip of unit is told once for the file, another gap once a row.
    pub(in crate::ingest) fn compare_area(&mut self, field: &str, stated: Option<f64>, ground: Option<&Ground>) {
        let (Some(stated), Some(ground), Some(bound)) = (stated, ground, self.bound(field)) else {
            return;
        };
        let ratio = stated / ground.ellipsoidal_area_m2;
        // Web Mercator enlarges lengths by 1 / cos φ both ways.
        let on_web_map = ground.surface.bounds().center().y.to_radians().cos().powi(-2);
        if on_web_map > 1.1 && (ratio / on_web_map - 1.0).abs() < 0.01 {
            self.tallies.push(Tally::OnWebMap(self.column_name(bound).to_owned()));
            return;
        }
        if (0.5..=2.0).contains(&ratio) {
            return;
        }
        let column = self.column_name(bound);
        for (unit, name) in [(1.0, "平方米"), (values::MU, "亩"), (10_000.0, "公顷")] {
            let as_if = ratio / bound.mapping.factor * unit;
            if unit != bound.mapping.factor && (0.8..=1.25).contains(&as_if) {
                self.tallies.push(Tally::Unit(column.to_owned(), name));
                return;
            }
        }
        let point = label_point(&ground.surface);
        let cell = bound.column.and_then(|index| self.row.cells.get(index));
        let written = cell.map_or_else(|| format!("{stated}"), |cell| values::text(&cell.text()));
        let message = format!(
            "{} {stated:.2} 平方米，图形面积 {:.2} 平方米，相差 {ratio:.2} 倍",
            bound.mapping.field.label, ground.ellipsoidal_area_m2
        );
        let issue = IngestIssue::new(IssueCode::AreaDisagrees, message)
            .with_cell(column, &written)
            .with_place(Some((point.x(), point.y())));
        self.push(issue);
    }
}
