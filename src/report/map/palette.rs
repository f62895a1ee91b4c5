//! The colours and hatches of the map, the same as in the map application (`web/src/map/palette.ts`, `hatch.ts`); a test holds
//! the two together. The three kinds are safe for colour-blind eyes and always come with a hatch and a word.

use mujun_domain::kind::Kind;

/// Fill on the map and in the legend.
pub(super) fn fill(kind: Kind) -> &'static str {
    match kind {
        Kind::ApprovedNotSupplied => "#cc79a7",
        Kind::SuppliedNotUsed => "#e69f00",
        Kind::Underused => "#0072b2",
    }
}

/// Outline and hatch: the same hue, dark enough to be read on light grey.
pub(super) fn ink(kind: Kind) -> &'static str {
    match kind {
        Kind::ApprovedNotSupplied => "#8d3468",
        Kind::SuppliedNotUsed => "#8a5c00",
        Kind::Underused => "#004f7d",
    }
}

/// The name of the hatch in the drawing.
pub(super) fn hatch_id(kind: Kind) -> &'static str {
    match kind {
        Kind::ApprovedNotSupplied => "dots",
        Kind::SuppliedNotUsed => "lines",
        Kind::Underused => "crosses",
    }
}

pub(super) const OUTSIDE: &str = "#e7eaec";
pub(super) const INSIDE: &str = "#f8f8f5";
pub(super) const DIVISION_LINE: &str = "#6a7078";
pub(super) const PARCEL_FILL: &str = "#e9e7de";
pub(super) const PARCEL_LINE: &str = "#b3b0a4";
/// How dense the tint of a square of parcels is: this much, for so many (natural logarithms of one more than) its 亩, and that much.
pub(super) const SQUARE_TINT: (f64, f64, f64) = (0.1, 8.0, 0.5);
pub(super) const UNDETERMINED_FILL: &str = "#d9d3ea";
pub(super) const UNDETERMINED_LINE: &str = "#5f4a94";
pub(super) const BUILDING: &str = "#9aa0a6";
pub(super) const BUILDING_LINE: &str = "#70767c";
pub(super) const PROJECT: &str = "#2a7a12";
pub(super) const SELECTION: &str = "#d6001c";
pub(super) const TEXT: &str = "#22262a";
pub(super) const ZONE_LINE: &str = "#8f8a7c";

/// Groups of planned use by the first two digits of the land-use code, colour and name. Working colours, not the national
/// cartographic standard; names from 《国土空间调查、规划、用途管制用地用海分类指南》.
pub(super) const ZONES: [(&str, &str, &str); 8] = [
    ("07", "#f4e6a2", "居住用地"),
    ("08", "#e7b5c4", "公共管理与公共服务用地"),
    ("09", "#eea9a0", "商业服务业用地"),
    ("10", "#cfa57c", "工矿用地"),
    ("11", "#c3a6d6", "仓储用地"),
    ("12", "#c9cdd1", "交通运输用地"),
    ("13", "#a9c4d9", "公用设施用地"),
    ("14", "#b9dba4", "绿地与开敞空间用地"),
];
/// Colour and name of every other planned use.
pub(super) const ZONE_OTHER: (&str, &str) = ("#dcdcd2", "其他用地");

/// One period of a hatch, CSS pixels.
const PERIOD: f64 = 12.0;
/// Periods in a pattern: viewers of PDF leave hairlines between patterns, so there are few.
const PERIODS: usize = 8;

/// The pattern of a kind in page space: dots; lines at 45°; lines at 45° crossed.
pub(super) fn hatch(kind: Kind) -> String {
    let side = PERIOD * PERIODS as f64;
    let colour = ink(kind);
    // The map application inks |x + y − ½| < 0.11 of a period: across the line that is 0.22/√2.
    let line_width = PERIOD * 0.22 / std::f64::consts::SQRT_2;
    let content = match kind {
        Kind::ApprovedNotSupplied => {
            let mut dots = super::svg::PathData::default();
            for row in 0..PERIODS {
                for column in 0..PERIODS {
                    for share in [0.25, 0.75] {
                        let at = |index: usize| (index as f64 + share) * PERIOD;
                        dots.disc((at(column), at(row)), 0.16 * PERIOD);
                    }
                }
            }
            let mut svg = super::svg::Svg::default();
            svg.path(&dots, &format!(r#"fill="{colour}""#));
            svg.finish()
        }
        Kind::SuppliedNotUsed | Kind::Underused => {
            let mut lines = super::svg::PathData::default();
            for step in 0..2 * PERIODS {
                // x + y = c from beyond one side of the pattern to beyond the other.
                let c = (step as f64 + 0.5) * PERIOD;
                lines.line(&[(c + PERIOD, -PERIOD), (c - side - PERIOD, side + PERIOD)]);
                if kind == Kind::Underused {
                    lines.line(&[(side - c - PERIOD, -PERIOD), (2.0 * side - c + PERIOD, side + PERIOD)]);
                }
            }
            let mut svg = super::svg::Svg::default();
            svg.path(&lines, &format!(r#"fill="none" stroke="{colour}" stroke-width="{line_width:.3}""#));
            svg.finish()
        }
    };
    let id = hatch_id(kind);
    format!(r#"<pattern id="{id}" patternUnits="userSpaceOnUse" width="{side}" height="{side}">{content}</pattern>"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_map_has_the_colours_of_the_map_application() {
        let theirs = include_str!("../../../web/src/map/palette.ts");
        for kind in Kind::ALL {
            let line = format!("{}: {{ fill: '{}', ink: '{}' }}", kind.as_str(), fill(kind), ink(kind));
            assert!(theirs.contains(&line), "{line}");
        }
        for (name, colour) in [
            ("outside", OUTSIDE),
            ("inside", INSIDE),
            ("divisionLine", DIVISION_LINE),
            ("parcelFill", PARCEL_FILL),
            ("parcelLine", PARCEL_LINE),
            ("undeterminedFill", UNDETERMINED_FILL),
            ("undeterminedLine", UNDETERMINED_LINE),
            ("building", BUILDING),
            ("buildingLine", BUILDING_LINE),
            ("project", PROJECT),
            ("selection", SELECTION),
            ("text", TEXT),
        ] {
            assert!(theirs.contains(&format!("{name}: '{colour}'")), "{name}");
        }
        for (prefix, colour, _) in ZONES {
            assert!(theirs.contains(&format!("['{prefix}', '{colour}']")), "{prefix}");
        }
        assert!(theirs.contains(&format!("ZONE_OTHER = '{}'", ZONE_OTHER.0)));
        let (thin, most, dense) = SQUARE_TINT;
        let ramp = format!("['ln', ['+', 1, landInSquare]], 0, {thin}, {most}, {dense}]");
        assert!(include_str!("../../../web/src/map/layers/areas.ts").contains(&ramp), "{ramp}");
    }
}
