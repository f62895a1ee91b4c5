//! What may be asked of a drawn map. Values are parsed here once, for the address and for the command alike; each parser
//! has an `EXPECTED` text that completes “应为…”.

use mujun_domain::code::DivisionCode;
use mujun_domain::kind::Kind;

use crate::app::query::{Bbox, MapLayer as TileLayer};

/// The widest extent drawn, degrees: several provinces.
const WIDEST: f64 = 20.0;
/// The narrowest extent drawn, degrees: some ten metres.
const NARROWEST: f64 = 1e-4;
/// Web Mercator ends here.
const NORTHERNMOST: f64 = 85.0;

/// Where the map is of: degrees, CGCS2000, longitude first.
///
/// Invariant: finite, west < east, south < north, each side between 0.0001° and 20°, latitudes within ±85°.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Western longitude.
    pub west: f64,
    /// Southern latitude.
    pub south: f64,
    /// Eastern longitude.
    pub east: f64,
    /// Northern latitude.
    pub north: f64,
}

impl Extent {
    /// What `parse` expects.
    pub const EXPECTED: &str =
        "“西,南,东,北”四个以度为单位的数（先经度、后纬度），西小于东、南小于北，每边 0.0001°–20°，纬度在 ±85° 之内";

    /// `None` when a side is too long, too short or turned round.
    pub fn new(west: f64, south: f64, east: f64, north: f64) -> Option<Extent> {
        let longitude = |value: f64| (-180.0..=180.0).contains(&value);
        let latitude = |value: f64| (-NORTHERNMOST..=NORTHERNMOST).contains(&value);
        let side = |length: f64| (NARROWEST..=WIDEST).contains(&length);
        let is_sound = longitude(west) && longitude(east) && latitude(south) && latitude(north);
        (is_sound && side(east - west) && side(north - south)).then_some(Extent { west, south, east, north })
    }

    /// `west,south,east,north`.
    pub fn parse(text: &str) -> Option<Extent> {
        let numbers: Vec<f64> = text.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
        let [west, south, east, north] = *numbers.as_slice() else { return None };
        Extent::new(west, south, east, north)
    }

    /// Whether any ground is in both.
    pub fn meets(&self, other: Bbox) -> bool {
        self.west < other.east && other.west < self.east && self.south < other.north && other.south < self.north
    }

    /// 0.000001° is a decimetre.
    pub fn text(&self) -> String {
        format!("{:.6},{:.6},{:.6},{:.6}", self.west, self.south, self.east, self.north)
    }
}

/// What can be switched on and off, by the words of the map application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MapLayer {
    /// One of the three kinds.
    Kind(Kind),
    /// Parcels with an open question and no flag.
    Undetermined,
    /// Parcels without a flag.
    Parcels,
    /// 建筑物
    Buildings,
    /// 规划分区
    Zones,
    /// 改造项目
    Projects,
    /// 县界
    Divisions,
}

impl MapLayer {
    /// Every layer, in the order of the legend.
    pub const ALL: [MapLayer; 9] = [
        MapLayer::Kind(Kind::ApprovedNotSupplied),
        MapLayer::Kind(Kind::SuppliedNotUsed),
        MapLayer::Kind(Kind::Underused),
        MapLayer::Undetermined,
        MapLayer::Parcels,
        MapLayer::Buildings,
        MapLayer::Zones,
        MapLayer::Projects,
        MapLayer::Divisions,
    ];

    /// The word in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            MapLayer::Kind(kind) => kind.as_str(),
            MapLayer::Undetermined => "undetermined",
            MapLayer::Parcels => "parcels",
            MapLayer::Buildings => "buildings",
            MapLayer::Zones => "zones",
            MapLayer::Projects => "projects",
            MapLayer::Divisions => "divisions",
        }
    }

    /// The layer of that word.
    pub fn from_code(word: &str) -> Option<MapLayer> {
        MapLayer::ALL.into_iter().find(|layer| layer.as_str() == word)
    }

    /// Layers by comma, none of them twice; the first word that is none is the error.
    pub fn parse_list(text: &str) -> Result<Vec<MapLayer>, String> {
        let mut layers = Vec::new();
        for word in text.split(',') {
            match MapLayer::from_code(word) {
                Some(layer) if !layers.contains(&layer) => layers.push(layer),
                Some(_) | None => return Err(word.to_owned()),
            }
        }
        Ok(layers)
    }

    /// The layer of the tiles that holds it; county lines are not in the tiles.
    pub(super) fn tile_layer(self) -> Option<TileLayer> {
        Some(match self {
            MapLayer::Kind(Kind::ApprovedNotSupplied) => TileLayer::Leftovers,
            MapLayer::Kind(_) | MapLayer::Undetermined | MapLayer::Parcels => TileLayer::Parcels,
            MapLayer::Buildings => TileLayer::Buildings,
            MapLayer::Zones => TileLayer::Zones,
            MapLayer::Projects => TileLayer::Projects,
            MapLayer::Divisions => return None,
        })
    }
}

/// What the map is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Pixels, RGBA.
    Png,
    /// Vector, text as text.
    Svg,
    /// Vector, fonts embedded.
    Pdf,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 3] = [Format::Png, Format::Svg, Format::Pdf];
    /// What `from_code` expects.
    pub const EXPECTED: &str = " png、svg、pdf 之一";

    /// The word in addresses, and the extension of a file.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Png => "png",
            Format::Svg => "svg",
            Format::Pdf => "pdf",
        }
    }

    /// The format of that word.
    pub fn from_code(word: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Png => "image/png",
            Format::Svg => "image/svg+xml",
            Format::Pdf => "application/pdf",
        }
    }
}

/// A sheet of paper, ISO 216.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// 297 × 210 mm
    A4,
    /// 420 × 297 mm
    A3,
}

impl Paper {
    /// What `from_code` expects.
    pub const EXPECTED: &str = " A4、A3 之一";

    /// The paper of that name.
    pub fn from_code(word: &str) -> Option<Paper> {
        match word {
            "A4" => Some(Paper::A4),
            "A3" => Some(Paper::A3),
            _ => None,
        }
    }

    /// Longer and shorter side, mm.
    fn sides_mm(self) -> (f64, f64) {
        match self {
            Paper::A4 => (297.0, 210.0),
            Paper::A3 => (420.0, 297.0),
        }
    }
}

/// How the paper lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orientation {
    /// 横向
    Landscape,
    /// 纵向
    Portrait,
}

impl Orientation {
    /// What `from_code` expects.
    pub const EXPECTED: &str = " landscape（横向）、portrait（纵向）之一";

    /// The orientation of that word.
    pub fn from_code(word: &str) -> Option<Orientation> {
        match word {
            "landscape" => Some(Orientation::Landscape),
            "portrait" => Some(Orientation::Portrait),
            _ => None,
        }
    }
}

/// CSS pixels, of which 96 make an inch.
pub(super) const PIXELS_PER_INCH: f64 = 96.0;
const MM_PER_INCH: f64 = 25.4;

/// How large the whole picture is, in CSS pixels (96 an inch).
///
/// Invariant: each side 64–4000, together at most 12 million.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PageSize {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) medium: Medium,
}

/// What the picture is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Medium {
    Paper,
    Screen,
}

/// Longest side, CSS pixels.
const LONGEST_SIDE: u16 = 4000;
/// Shortest side, CSS pixels.
const SHORTEST_SIDE: u16 = 64;
/// Smallest sheet, CSS pixels: below, title and legend leave no room for a map.
const SMALLEST_SHEET: (f64, f64) = (600.0, 420.0);
/// Most pixels: 48 MB as RGBA, of which a few pictures are held at a time.
const MOST_PIXELS: u32 = 12_000_000;

impl PageSize {
    /// What a side may be.
    pub const EXPECTED_SIDE: &str = " 64–4000 的整数（像素）";
    /// What both sides together may be.
    pub const EXPECTED_AREA: &str = "与 height 相乘不超过 1200 万像素的边长";
    /// What a sheet must be.
    pub const EXPECTED_SHEET: &str =
        "不小于 600、且 height 不小于 420 的像素数（整饰图幅要放图名与图例；只要图面可用 layout=bare）";

    /// A sheet of paper.
    pub fn of_paper(paper: Paper, orientation: Orientation) -> PageSize {
        let (long, short) = paper.sides_mm();
        let pixels = |mm: f64| mm / MM_PER_INCH * PIXELS_PER_INCH;
        match orientation {
            Orientation::Landscape => PageSize { width: pixels(long), height: pixels(short), medium: Medium::Paper },
            Orientation::Portrait => PageSize { width: pixels(short), height: pixels(long), medium: Medium::Paper },
        }
    }

    /// A side in pixels.
    pub fn parse_side(text: &str) -> Option<u16> {
        text.parse().ok().filter(|side| (SHORTEST_SIDE..=LONGEST_SIDE).contains(side))
    }

    /// `None` when the sides together are too many pixels.
    pub fn of_pixels(width: u16, height: u16) -> Option<PageSize> {
        (u32::from(width) * u32::from(height) <= MOST_PIXELS).then_some(PageSize {
            width: f64::from(width),
            height: f64::from(height),
            medium: Medium::Screen,
        })
    }

    /// `宽×高`, CSS pixels.
    pub fn text(&self) -> String {
        format!("{:.0}×{:.0}", self.width, self.height)
    }

    /// Whether a sheet with title and legend leaves room for a map.
    pub fn holds_a_sheet(&self) -> bool {
        self.width >= SMALLEST_SHEET.0 && self.height >= SMALLEST_SHEET.1
    }
}

/// What surrounds the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A sheet to be printed or filed: title, legend, scale, north arrow, sources, neat line.
    Sheet,
    /// Only the map and its scale bar, for a page that has a legend of its own.
    Bare,
}

impl Layout {
    /// What `from_code` expects.
    pub const EXPECTED: &str = " sheet（整饰图幅）、bare（只有图面）之一";

    /// The layout of that word.
    pub fn from_code(word: &str) -> Option<Layout> {
        match word {
            "sheet" => Some(Layout::Sheet),
            "bare" => Some(Layout::Bare),
            _ => None,
        }
    }
}

/// What is outlined in red: a thing of the registers by its business key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    pub(super) layer: TileLayer,
    pub(super) key: &'static str,
    pub(super) division_code: String,
    pub(super) code: String,
}

/// Longest code of any register, bytes.
const LONGEST_CODE: usize = 200;

impl Selected {
    /// What `parse` expects.
    pub const EXPECTED: &str = "“parcel:行政区划代码:宗地代码”，parcel 也可为 approval（批次）或 project（改造项目）";

    /// `parcel:330481:330481001002GB00017`; the code may hold any character, as in the address of the map page.
    pub fn parse(text: &str) -> Option<Selected> {
        let mut parts = text.splitn(3, ':');
        let (register, division_code, code) = (parts.next()?, parts.next()?, parts.next()?);
        let (layer, key) = match register {
            "parcel" => (TileLayer::Parcels, "parcel_code"),
            "approval" => (TileLayer::Leftovers, "approval_number"),
            "project" => (TileLayer::Projects, "project_code"),
            _ => return None,
        };
        let division_code = DivisionCode::parse(division_code).ok()?.as_str().to_owned();
        let is_plausible = !code.is_empty() && code.len() <= LONGEST_CODE && !code.chars().any(char::is_control);
        is_plausible.then(|| Selected { layer, key, division_code, code: code.to_owned() })
    }
}

/// A line of text to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption(pub(super) String);

impl Caption {
    /// Most characters.
    pub const LONGEST: usize = 60;
    /// What `parse` expects.
    pub const EXPECTED: &str = " 1–60 个字、不含控制字符的文字";

    /// Text without control characters, at most sixty characters; `None` when nothing is left of it.
    pub fn parse(text: &str) -> Option<Caption> {
        let text = text.trim();
        let is_sound = !text.is_empty() && text.chars().count() <= Caption::LONGEST && !text.chars().any(char::is_control);
        is_sound.then(|| Caption(text.to_owned()))
    }
}

/// One map to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct MapRequest {
    /// Where; `None` is the whole city. The map shows at least this.
    pub extent: Option<Extent>,
    /// What is drawn.
    pub layers: Vec<MapLayer>,
    /// As what.
    pub format: Format,
    /// How large.
    pub size: PageSize,
    /// What surrounds it.
    pub layout: Layout,
    /// 图名
    pub title: Option<Caption>,
    /// 制图单位
    pub maker: Option<Caption>,
    /// 审图号
    pub review_number: Option<Caption>,
    /// 水印
    pub watermark: Option<Caption>,
    /// Outlined in red.
    pub selected: Option<Selected>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_extent_that_is_none_is_refused() {
        assert_eq!(Extent::parse("120.5, 30.5, 121, 31").unwrap().east, 121.0);
        for text in [
            "",
            "120,30,121",
            "121,30,120,31",
            "120,31,121,30",
            "30,120,31,121",
            "120,30,120,31",
            "100,20,121,31",
            "NaN,30,121,31",
            "120,30,inf,31",
            "120,30,121,31,5",
        ] {
            assert_eq!(Extent::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_picture_has_a_largest_size() {
        assert_eq!(PageSize::parse_side("4000"), Some(4000));
        for text in ["63", "4001", "-1", "1e3", ""] {
            assert_eq!(PageSize::parse_side(text), None, "{text}");
        }
        assert!(PageSize::of_pixels(4000, 3000).is_some() && PageSize::of_pixels(4000, 3001).is_none());
    }

    #[test]
    fn what_is_selected_is_named_as_in_the_address_of_the_page() {
        let selected = Selected::parse("approval:330402:浙土字:A〔2021〕-12 号").unwrap();
        assert_eq!((selected.layer, selected.code.as_str()), (TileLayer::Leftovers, "浙土字:A〔2021〕-12 号"));
        for text in ["parcel:33040:P1", "parcel:330402:", "building:330402:1", "parcel", ""] {
            assert_eq!(Selected::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_layer_is_found_by_its_word_and_none_twice() {
        for layer in MapLayer::ALL {
            assert_eq!(MapLayer::from_code(layer.as_str()), Some(layer));
        }
        assert_eq!(MapLayer::parse_list("parcels,parcels"), Err("parcels".to_owned()));
        assert_eq!(MapLayer::parse_list("parcels,streets"), Err("streets".to_owned()));
    }
}
