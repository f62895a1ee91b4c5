//! The whole drawing: the map in its place, and what makes a sheet of it: title, legend, scale, north arrow, sources.

use chrono::NaiveDate;
use mujun_domain::kind::Kind;
use mujun_domain::unit::{grouped, trimmed};

use super::content;
use super::frame::{Frame, Ratio, Rect, round_length};
use super::palette::{self, hatch};
use super::picture::{Class, Picture, Shapes};
use super::request::{Extent, Layout, MapLayer, MapRequest};
use super::svg::{PathData, Svg, ems, escaped, filled, short};
use crate::app::query::MapGround;

/// What synthetic data is marked with.
const SYNTHETIC: &str = "示例数据（合成）";
const USUAL_TITLE: &str = "存量低效工业用地分布图";
/// A line to be filled in by hand.
const BLANK: &str = "＿＿＿＿＿＿";

/// White margin of the sheet, CSS pixels.
const MARGIN: f64 = 26.0;
const TITLE_HEIGHT: f64 = 44.0;
const NOTE_SIZE: f64 = 9.5;
const NOTE_HEIGHT: f64 = 14.0;
/// Rows of notes below the map.
const NOTE_ROWS: f64 = 4.0;
const ROW_HEIGHT: f64 = 33.0;
const ROW_WIDTH: f64 = 196.0;

/// Where the map, its legend and its notes lie on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plan {
    pub map: Rect,
    legend: Option<Rect>,
    notes: Option<Rect>,
}

impl Plan {
    /// The legend stands beside the map on a wide page, below it on a tall one.
    pub(super) fn of(request: &MapRequest) -> Plan {
        let (width, height) = (request.size.width, request.size.height);
        if request.layout == Layout::Bare {
            return Plan { map: Rect { left: 0.0, top: 0.0, width, height }, legend: None, notes: None };
        }
        let notes_height = NOTE_ROWS * NOTE_HEIGHT + 8.0;
        let inner = Rect {
            left: MARGIN,
            top: MARGIN + TITLE_HEIGHT,
            width: width - 2.0 * MARGIN,
            height: height - 2.0 * MARGIN - TITLE_HEIGHT - notes_height,
        };
        let notes = Rect { left: MARGIN, top: inner.bottom() + 8.0, width: inner.width, height: notes_height - 8.0 };
        let (map, legend) = if width >= height {
            let map = Rect { width: inner.width - ROW_WIDTH - 12.0, ..inner };
            (map, Rect { left: map.right() + 12.0, width: ROW_WIDTH, ..inner })
        } else {
            let legend_height = 5.0 * ROW_HEIGHT + 26.0;
            let map = Rect { height: inner.height - legend_height - 10.0, ..inner };
            (map, Rect { top: map.bottom() + 10.0, height: legend_height, ..inner })
        };
        Plan { map, legend: Some(legend), notes: Some(notes) }
    }

    /// The map in its place.
    pub(super) fn frame(&self, extent: Extent) -> Frame {
        let ratio = if self.legend.is_some() { Ratio::Round } else { Ratio::AsItFits };
        Frame::fit(extent, self.map, ratio)
    }
}

/// Everything a drawing is made of.
pub(super) struct Sheet<'a> {
    pub request: &'a MapRequest,
    pub plan: &'a Plan,
    pub frame: &'a Frame,
    pub ground: &'a MapGround,
    pub picture: &'a Picture,
    pub drawn_on: NaiveDate,
    /// The font of every word, first of the list.
    pub family: &'a str,
}

impl Sheet<'_> {
    /// 图名
    pub(super) fn title(&self) -> &str {
        self.request.title.as_ref().map_or(USUAL_TITLE, |title| &title.0)
    }

    /// The drawing as SVG, whole and by itself.
    pub(super) fn svg(&self) -> String {
        let mut svg = Svg::default();
        let (width, height) = (self.request.size.width, self.request.size.height);
        svg.push(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" lang="zh-CN" font-family="{family}, Source Han Sans SC, Microsoft YaHei, PingFang SC, WenQuanYi Micro Hei, sans-serif">"#,
            w = short(width),
            h = short(height),
            family = escaped(self.family)
        ));
        svg.push(format_args!("<title>{}</title>", escaped(self.title())));
        svg.push("<defs>");
        Kind::ALL.into_iter().for_each(|kind| svg.push(hatch(kind)));
        svg.push("</defs>");
        svg.rect(Rect { left: 0.0, top: 0.0, width, height }, r##"fill="#ffffff""##);
        content::draw(&mut svg, self.frame, self.picture, &self.ground.divisions, &self.request.layers);
        self.watermark(&mut svg);
        self.scale_bar(&mut svg);
        self.synthetic_mark(&mut svg);
        if let (Some(legend), Some(notes)) = (self.plan.legend, self.plan.notes) {
            self.north_arrow(&mut svg);
            svg.rect(self.plan.map, &format!(r#"fill="none" stroke="{}" stroke-width="1.2""#, palette::TEXT));
            self.heading(&mut svg);
            self.legend(&mut svg, legend);
            self.notes(&mut svg, notes);
        }
        svg.push("</svg>");
        svg.finish()
    }

    fn heading(&self, svg: &mut Svg) {
        let room = self.request.size.width - 2.0 * MARGIN;
        let size = (room / (ems(self.title()) * 1.08)).min(24.0);
        let at = (self.request.size.width / 2.0, MARGIN + TITLE_HEIGHT * 0.62);
        let style = format!(
            r#"text-anchor="middle" font-size="{}" font-weight="bold" letter-spacing="0.06em" fill="{}""#,
            short(size),
            palette::TEXT
        );
        svg.line_of_text(at, &style, self.title());
    }

    /// True along the parallel through the middle of the map.
    fn scale_bar(&self, svg: &mut Svg) {
        const BOX_HEIGHT: f64 = 40.0;
        let metres_per_pixel = self.frame.metres_per_pixel();
        let longest = (self.plan.map.width / 3.0).min(150.0);
        let metres = round_length(longest * metres_per_pixel);
        let length = metres / metres_per_pixel;
        let unit = |metres: f64| {
            if metres >= 1_000.0 { format!("{} 公里", trimmed(metres / 1_000.0)) } else { format!("{} 米", trimmed(metres)) }
        };
        let denominator = self.frame.denominator();
        let ratio = match self.request.layout {
            Layout::Sheet => format!("比例尺 1:{}", grouped(denominator, 0)),
            Layout::Bare => format!("比例尺约 1:{}", grouped(two_figures(denominator), 0)),
        };
        let (left, bottom) = (self.plan.map.left + 8.0, self.plan.map.bottom() - 8.0);
        let width = (length + 56.0).max(ems(&ratio) * 11.0 + 16.0);
        svg.push(r#"<g id="scale">"#);
        svg.rect(
            Rect { left, top: bottom - BOX_HEIGHT, width, height: BOX_HEIGHT },
            r##"fill="#ffffff" fill-opacity="0.86" stroke="#c9cdd1" stroke-width="0.6""##,
        );
        let text = |size: f64, anchor: &str| format!(r#"font-size="{size}" text-anchor="{anchor}" fill="{}""#, palette::TEXT);
        svg.line_of_text((left + 8.0, bottom - BOX_HEIGHT + 14.0), &text(11.0, "start"), &ratio);
        let (from, top) = (left + 12.0, bottom - 20.0);
        for part in 0..4 {
            let colour = if part % 2 == 0 { palette::TEXT } else { "#ffffff" };
            svg.rect(
                Rect { left: from + length * f64::from(part) / 4.0, top, width: length / 4.0, height: 4.0 },
                &format!(r#"fill="{colour}" stroke="{}" stroke-width="0.6""#, palette::TEXT),
            );
        }
        svg.line_of_text((from, bottom - 5.0), &text(9.0, "middle"), "0");
        svg.line_of_text((from + length, bottom - 5.0), &text(9.0, "middle"), &unit(metres));
        svg.push("</g>");
    }

    fn synthetic_mark(&self, svg: &mut Svg) {
        if !self.ground.is_synthetic {
            return;
        }
        const SIZE: f64 = 12.0;
        let (left, top) = (self.plan.map.left + 8.0, self.plan.map.top + 8.0);
        let width = ems(SYNTHETIC) * SIZE + 14.0;
        svg.rect(Rect { left, top, width, height: 22.0 }, r##"fill="#fff4d6" stroke="#8a5a00" stroke-width="1""##);
        svg.line_of_text((left + 7.0, top + 15.5), &format!(r##"font-size="{SIZE}" fill="#6b4500""##), SYNTHETIC);
    }

    /// Web Mercator is north up everywhere.
    fn north_arrow(&self, svg: &mut Svg) {
        let (x, y) = (self.plan.map.right() - 26.0, self.plan.map.top + 12.0);
        let mut half = |offset: f64, paint: &str| {
            let mut path = PathData::default();
            path.ring(&[(x, y + 12.0), (x + offset, y + 44.0), (x, y + 36.0)]);
            svg.path(&path, &format!(r#"{paint} stroke="{}" stroke-width="0.8" stroke-linejoin="round""#, palette::TEXT));
        };
        half(-9.0, r##"fill="#ffffff""##);
        half(9.0, &format!(r#"fill="{}""#, palette::TEXT));
        let style = format!(
            r##"font-size="12" font-weight="bold" text-anchor="middle" paint-order="stroke" stroke="#ffffff" stroke-width="3" fill="{}""##,
            palette::TEXT
        );
        svg.line_of_text((x, y + 9.0), &style, "北");
    }

    fn watermark(&self, svg: &mut Svg) {
        let Some(watermark) = &self.request.watermark else { return };
        let map = self.plan.map;
        let size = (map.width / ems(&watermark.0) / 2.4).clamp(14.0, 34.0);
        let (step_x, step_y) = (ems(&watermark.0) * size + 90.0, size * 5.0);
        let rows = (map.height / step_y).ceil() as u32;
        let columns = (map.width / step_x).ceil() as u32;
        svg.push(format_args!(
            r##"<g id="watermark" clip-path="url(#frame)" fill="#404850" fill-opacity="0.13" font-size="{}" text-anchor="middle">"##,
            short(size)
        ));
        for row in 0..=rows {
            for column in 0..=columns {
                let shift = if row % 2 == 0 { 0.0 } else { step_x / 2.0 };
                let (x, y) = (map.left + f64::from(column) * step_x + shift, map.top + (f64::from(row) + 0.5) * step_y);
                svg.push(format_args!(
                    r#"<text x="{x}" y="{y}" transform="rotate(-24 {x} {y})">{}</text>"#,
                    escaped(&watermark.0),
                    x = short(x),
                    y = short(y)
                ));
            }
        }
        svg.push("</g>");
    }

    fn legend(&self, svg: &mut Svg, area: Rect) {
        let rows = self.rows();
        let title = format!(r#"font-size="13" font-weight="bold" fill="{}""#, palette::TEXT);
        svg.push(r#"<g id="legend">"#);
        svg.line_of_text((area.left, area.top + 13.0), &title, "图例");
        if rows.is_empty() {
            let style = format!(r#"font-size="11" fill="{}""#, palette::TEXT);
            svg.line_of_text((area.left, area.top + 40.0), &style, "图内没有所选图层的对象");
        }
        let columns = (area.width / ROW_WIDTH).floor().max(1.0);
        let rows_a_column = (rows.len() as f64 / columns).ceil().max(1.0);
        let height = ((area.height - 22.0) / rows_a_column).min(ROW_HEIGHT);
        // A small picture has smaller rows, never fewer.
        let scale = height / ROW_HEIGHT;
        for (position, row) in rows.iter().enumerate() {
            let column = (position as f64 / rows_a_column).floor();
            let line = position as f64 - column * rows_a_column;
            let (x, y) = (area.left + column * area.width / columns, area.top + 22.0 + line * height);
            svg.push(format_args!(r#"<g transform="translate({} {}) scale({:.4})">"#, short(x), short(y), scale));
            row.draw(svg);
            svg.push("</g>");
        }
        svg.push("</g>");
    }

    /// What is to be seen, and only that.
    fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut add = |class: &Class, shapes: &Shapes| {
            if !shapes.is_empty() {
                rows.push(Row { sample: Sample::Class(*class), name: name(*class), figures: figures(*class, shapes) });
            }
        };
        // The kinds first, in counting order, which is against the order of drawing.
        for (class, shapes) in self.picture.classes.iter().rev().filter(|(class, _)| class.kind().is_some()) {
            add(class, shapes);
        }
        for (class, shapes) in
            self.picture.classes.iter().filter(|(class, _)| !matches!(class, Class::Zone(_)) && class.kind().is_none())
        {
            add(class, shapes);
        }
        for (class, shapes) in self.picture.classes.iter().filter(|(class, _)| matches!(class, Class::Zone(_))) {
            add(class, shapes);
        }
        if self.request.layers.contains(&MapLayer::Divisions) && !self.ground.divisions.is_empty() {
            rows.push(Row { sample: Sample::Division, name: "县（市、区）界".to_owned(), figures: None });
        }
        if !self.picture.selected.is_empty() {
            rows.push(Row { sample: Sample::Selected, name: "选中".to_owned(), figures: None });
        }
        rows
    }

    fn notes(&self, svg: &mut Svg, area: Rect) {
        let mut notes = vec![
            "坐标系：2000 国家大地坐标系（CGCS2000，EPSG:4490）".to_owned(),
            "投影：Web 墨卡托（EPSG:3857），比例尺在图中心沿纬线方向为准".to_owned(),
        ];
        match &self.ground.scope {
            Some(scope) => {
                let observed = scope.observed_on.map_or_else(|| "未注明".to_owned(), |day| day.to_string());
                let digest = scope.rulebook_digest.get(..12).unwrap_or_default();
                notes.push(format!("数据时点：{observed}"));
                notes.push(format!("法律时点：{}", scope.as_of));
                notes.push(format!("规则版本：{}（{digest}）", scope.rulebook_edition));
                notes.push(format!("评价批：{}", scope.run_id));
                if scope.registers_revision > scope.facts_revision {
                    notes.push("评价后登记簿又有修订".to_owned());
                }
            }
            None => notes.push("还没有现行评价批，图上没有低效用地标记".to_owned()),
        }
        let or_blank =
            |caption: &Option<super::request::Caption>| caption.as_ref().map_or(BLANK, |caption| &caption.0).to_owned();
        notes.push(format!("制图单位：{}", or_blank(&self.request.maker)));
        notes.push(format!("制图时间：{}", self.drawn_on));
        notes.push(format!("审图号：{}", or_blank(&self.request.review_number)));
        notes.push("图例计入图内可见的对象，亩数为其全部面积，含图外部分；疑似标记未经认定".to_owned());
        let lines = filled(&notes, area.width / NOTE_SIZE);
        svg.push(format_args!(r##"<g id="notes" font-size="{NOTE_SIZE}" fill="#3c4248">"##));
        for (position, line) in lines.iter().enumerate() {
            svg.line_of_text((area.left, area.top + (position as f64 + 0.8) * NOTE_HEIGHT), "", line);
        }
        svg.push("</g>");
    }
}

/// 12 345 → 12 000.
fn two_figures(number: f64) -> f64 {
    let unit = 10_f64.powf((number.log10().floor() - 1.0).max(0.0));
    (number / unit).round() * unit
}

fn name(class: Class) -> String {
    match class {
        Class::Zone(group) => palette::ZONES.get(group).map_or(palette::ZONE_OTHER.1, |zone| zone.2).to_owned(),
        Class::Parcel => "宗地（无标记）".to_owned(),
        Class::Undetermined => "待核宗地".to_owned(),
        Class::Building => "建筑物".to_owned(),
        Class::Project => "改造项目".to_owned(),
        Class::Underused | Class::SuppliedNotUsed | Class::ApprovedNotSupplied => {
            class.kind().map(Kind::suspected_label_zh).unwrap_or_default().to_owned()
        }
    }
}

/// How many are to be seen, and how much land.
fn figures(class: Class, shapes: &Shapes) -> Option<String> {
    let unit = match class {
        Class::Zone(_) => "片",
        Class::Building => "幢",
        Class::Project => "个",
        Class::ApprovedNotSupplied => "批",
        _ => "宗",
    };
    let area = shapes.area_mu().filter(|mu| *mu > 0.0).map(|mu| format!("{} 亩", grouped(mu, 2)));
    if shapes.seen.is_empty() {
        return area.map(|area| format!("图内 {area}（汇总）"));
    }
    let area = area.map(|area| format!(" · {area}")).unwrap_or_default();
    // Where some tiles draw one by one and others sum up, only the land is known of all.
    let more = if shapes.has_sums() { "以上" } else { "" };
    Some(format!("图内 {} {unit}{more}{area}", grouped(shapes.seen.len() as f64, 0)))
}

enum Sample {
    Class(Class),
    Division,
    Selected,
}

/// A line of the legend.
struct Row {
    sample: Sample,
    name: String,
    figures: Option<String>,
}

impl Row {
    fn draw(&self, svg: &mut Svg) {
        let swatch = Rect { left: 0.0, top: 4.0, width: 34.0, height: 20.0 };
        match self.sample {
            Sample::Class(class) => content::swatch(svg, class, swatch),
            Sample::Division => {
                let mut line = PathData::default();
                line.line(&[(0.0, 14.0), (34.0, 14.0)]);
                let paint = format!(
                    r#"fill="none" stroke="{}" stroke-width="1.4" stroke-dasharray="8.4 2.8 1.4 2.8""#,
                    palette::DIVISION_LINE
                );
                svg.path(&line, &paint);
            }
            Sample::Selected => svg.rect(swatch, &format!(r#"fill="none" stroke="{}" stroke-width="3""#, palette::SELECTION)),
        }
        let text = |size: f64, colour: &str| format!(r#"font-size="{size}" fill="{colour}""#);
        let middle = if self.figures.is_some() { 13.0 } else { 18.5 };
        svg.line_of_text((42.0, middle), &text(12.0, palette::TEXT), &self.name);
        if let Some(figures) = &self.figures {
            svg.line_of_text((42.0, 26.5), &text(9.5, "#4a5056"), figures);
        }
    }
}
