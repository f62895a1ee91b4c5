//! From the drawing to bytes: pixels by resvg, pages by krilla, both from one tree; and the fonts of the system.

use std::sync::{Arc, OnceLock};

use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use super::MapError;
use super::request::PIXELS_PER_INCH;

/// Chinese sans-serif families by preference: free ones of Linux distributions, then those of office systems.
const FAMILIES: [&str; 12] = [
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "HarmonyOS Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "SimHei",
    "SimSun",
];

const POINTS_PER_INCH: f64 = 72.0;

/// The fonts of this machine and the family in which maps are written.
pub(super) struct Fonts {
    database: Arc<Database>,
    pub family: &'static str,
}

impl Fonts {
    /// The system's fonts, read once; read again as long as none of them is Chinese.
    pub(super) fn of_system() -> Result<&'static Fonts, MapError> {
        static FONTS: OnceLock<Fonts> = OnceLock::new();
        if let Some(fonts) = FONTS.get() {
            return Ok(fonts);
        }
        let mut database = Database::new();
        database.load_system_fonts();
        let fonts = Fonts::among(database)?;
        Ok(FONTS.get_or_init(|| fonts))
    }

    fn among(mut database: Database) -> Result<Fonts, MapError> {
        let has = |family: &str| database.faces().any(|face| face.families.iter().any(|(name, _)| name == family));
        let family = FAMILIES.into_iter().find(|family| has(family)).ok_or(MapError::NoChineseFont)?;
        database.set_sans_serif_family(family);
        database.set_serif_family(family);
        Ok(Fonts { database: Arc::new(database), family })
    }

    /// The drawing laid out: shapes and glyphs.
    pub(super) fn lay_out(&self, svg: &str) -> Result<Tree, MapError> {
        let options = Options {
            fontdb: self.database.clone(),
            font_family: self.family.to_owned(),
            languages: vec!["zh-CN".to_owned()],
            ..Options::default()
        };
        Tree::from_str(svg, &options).map_err(MapError::Drawing)
    }
}

/// The drawing as pixels, `density` of them to a CSS pixel.
pub(super) fn png(tree: &Tree, density: f32) -> Result<Vec<u8>, MapError> {
    let side = |length: f32| (length * density).round() as u32;
    let mut pixels = Pixmap::new(side(tree.size().width()), side(tree.size().height())).ok_or(MapError::NoPixels)?;
    resvg::render(tree, Transform::from_scale(density, density), &mut pixels.as_mut());
    pixels.encode_png().map_err(|fault| MapError::Png(fault.to_string()))
}

/// The drawing as one page, its fonts embedded, its text as text.
pub(super) fn pdf(tree: &Tree, title: &str) -> Result<Vec<u8>, MapError> {
    let to_points = (POINTS_PER_INCH / PIXELS_PER_INCH) as f32;
    let (width, height) = (tree.size().width() * to_points, tree.size().height() * to_points);
    let (size, page) = Size::from_wh(width, height).zip(PageSettings::from_wh(width, height)).ok_or(MapError::NoPixels)?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(title.to_owned()).creator("mujun".to_owned()).language("zh-CN".to_owned()));
    let mut page = document.start_page_with(page);
    let mut surface = page.surface();
    surface.draw_svg(tree, size, SvgSettings::default()).ok_or(MapError::NoPixels)?;
    surface.finish();
    page.finish();
    document.finish().map_err(|fault| MapError::Pdf(format!("{fault:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_chinese_font_no_map_of_empty_boxes_is_made() {
        let refusal = Fonts::among(Database::new()).err().map(|error| error.to_string());
        assert!(refusal.is_some_and(|text| text.contains("fonts-noto-cjk")));
    }
}
