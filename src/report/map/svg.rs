//! Writing SVG: one growing text, numbers to a hundredth of a pixel, every text escaped. No reference leaves the file.

use std::fmt::{Display, Write};

/// A drawing under way.
#[derive(Debug, Default)]
pub(super) struct Svg {
    text: String,
}

impl Svg {
    /// Adds markup. Anything that comes from outside must have gone through `escaped`.
    pub(super) fn push(&mut self, markup: impl Display) {
        // Writing into a String cannot fail.
        let _ = writeln!(self.text, "{markup}");
    }

    /// A filled rectangle.
    pub(super) fn rect(&mut self, area: super::frame::Rect, paint: &str) {
        self.push(format_args!(
            r#"<rect x="{}" y="{}" width="{}" height="{}" {paint}/>"#,
            short(area.left),
            short(area.top),
            short(area.width),
            short(area.height)
        ));
    }

    /// A path, unless it is empty.
    pub(super) fn path(&mut self, path: &PathData, paint: &str) {
        if !path.text.is_empty() {
            self.push(format_args!(r#"<path d="{}" {paint}/>"#, path.text));
        }
    }

    /// One line of text; `style` holds anchor, size and colour.
    pub(super) fn line_of_text(&mut self, (x, y): (f64, f64), style: &str, text: &str) {
        self.push(format_args!(r#"<text x="{}" y="{}" {style}>{}</text>"#, short(x), short(y), escaped(text)));
    }

    /// The whole.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// The `d` of a path, in hundredths of a pixel: what two tiles share is written with the same numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct PathData {
    text: String,
    at: (i64, i64),
}

fn hundredths((x, y): (f64, f64)) -> (i64, i64) {
    ((x * 100.0).round() as i64, (y * 100.0).round() as i64)
}

impl PathData {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// A closed ring. Nothing when it is a point at this resolution.
    pub(super) fn ring(&mut self, points: &[(f64, f64)]) {
        if self.line(points) {
            self.text.push('z');
        }
    }

    /// An open line; whether anything of it was left to draw.
    pub(super) fn line(&mut self, points: &[(f64, f64)]) -> bool {
        let mut points = points.iter().copied().map(hundredths);
        let Some(first) = points.next() else { return false };
        let steps: Vec<(i64, i64)> = points
            .scan(first, |from, to| {
                let step = (to.0 - from.0, to.1 - from.1);
                *from = to;
                Some(step)
            })
            .filter(|step| *step != (0, 0))
            .collect();
        if steps.is_empty() {
            return false;
        }
        let _ = write!(self.text, "M{} {}", Hundredths(first.0), Hundredths(first.1));
        self.at = first;
        for (position, (dx, dy)) in steps.into_iter().enumerate() {
            let _ = write!(self.text, "{}{} {}", if position == 0 { 'l' } else { ' ' }, Hundredths(dx), Hundredths(dy));
        }
        true
    }

    /// A disc, as two half circles.
    pub(super) fn disc(&mut self, (x, y): (f64, f64), radius: f64) {
        let _ = write!(
            self.text,
            "M{} {}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z",
            short(x - radius),
            short(y),
            r = short(radius),
            d = short(2.0 * radius)
        );
    }
}

struct Hundredths(i64);

impl Display for Hundredths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, whole, part) = (if self.0 < 0 { "-" } else { "" }, self.0.abs() / 100, self.0.abs() % 100);
        match part {
            0 => write!(f, "{sign}{whole}"),
            part if part % 10 == 0 => write!(f, "{sign}{whole}.{}", part / 10),
            part => write!(f, "{sign}{whole}.{part:02}"),
        }
    }
}

/// A number to a hundredth.
pub(super) fn short(number: f64) -> impl Display {
    Hundredths((number * 100.0).round() as i64)
}

/// Text as XML admits it, in content and in quoted attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML 1.0 has no way to write these.
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// How wide a text is in ems, near enough to lay it out: a Chinese character is one, digits and Latin letters a little over half.
pub(super) fn ems(text: &str) -> f64 {
    text.chars().map(|c| if (c as u32) < 0x2000 { if c == ' ' { 0.25 } else { 0.58 } } else { 1.0 }).sum()
}

/// The text in lines of at most `widest` ems, broken where it must be.
pub(super) fn wrapped(text: &str, widest: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut width = 0.0;
    for c in text.chars() {
        let step = ems(c.encode_utf8(&mut [0; 4]));
        // Closing punctuation does not begin a line.
        if width + step > widest && !"，。；：、）”".contains(c) {
            lines.push(String::new());
            width = 0.0;
        }
        width += step;
        if let Some(line) = lines.last_mut() {
            line.push(c);
        }
    }
    lines
}

/// Items side by side in lines of at most `widest` ems; an item is broken only when it is longer than a line.
pub(super) fn filled(items: &[String], widest: f64) -> Vec<String> {
    const GAP: &str = "　";
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if ems(line) + ems(GAP) + ems(item) <= widest => {
                line.push_str(GAP);
                line.push_str(item);
            }
            _ => lines.extend(wrapped(item, widest)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_short_as_they_are() {
        let texts = [(1.0, "1"), (-0.5, "-0.5"), (-0.05, "-0.05"), (12.345, "12.35"), (-0.001, "0")];
        for (number, text) in texts {
            assert_eq!(short(number).to_string(), text);
        }
    }

    #[test]
    fn a_ring_comes_back_to_where_it_began_whatever_the_rounding() {
        let mut path = PathData::default();
        path.ring(&[(0.004, 0.0), (0.333, 0.333), (10.0, 0.0)]);
        assert_eq!(path.text, "M0 0l0.33 0.33 9.67 -0.33z");
        path.ring(&[(5.0, 5.0), (5.001, 5.001)]);
        assert_eq!(path.text, "M0 0l0.33 0.33 9.67 -0.33z", "a point draws nothing");
    }

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escaped("</text><script>\"&\u{1}"), "&lt;/text&gt;&lt;script&gt;&quot;&amp; ");
    }

    #[test]
    fn long_text_is_broken_and_none_of_it_lost() {
        let lines = wrapped("坐标系：2000 国家大地坐标系，投影：Web 墨卡托", 8.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| ems(line) <= 9.0), "{lines:?}");
        assert_eq!(lines.concat(), "坐标系：2000 国家大地坐标系，投影：Web 墨卡托");
        let items = ["法律时点：2026-11-28", "评价批：1", "制图单位：某局"].map(str::to_owned);
        assert_eq!(filled(&items, 18.0), ["法律时点：2026-11-28　评价批：1", "制图单位：某局"]);
    }
}
