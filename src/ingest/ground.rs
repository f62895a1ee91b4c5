//! From the shape of a row to its ground: into EPSG:4490, mended, measured, and held against the city's extent.

use mujun_geometry::{
    Crs, RepairKind, area,
    geo::{BoundingRect, CoordsIter, Intersects, Rect},
    mend,
    reproject::{area_in_plane, with_pipeline, with_reprojector},
    wkb,
};

use super::{
    IngestIssue, IssueCode, Place,
    crs::Reading,
    remedy::{Adjustment, Applied},
    source::Shape,
};
use crate::register::Ground;

/// Longitudes between which EPSG:4549 is valid.
const PLANE_LONGITUDES: std::ops::RangeInclusive<f64> = 118.5..=121.5;

/// How the grounds of a file are made.
pub(super) struct Grounds {
    from: Crs,
    reach: Option<Rect<f64>>,
    adjustment: Adjustment,
    applied: Applied,
}

/// What became of a shape.
#[derive(Debug)]
pub(super) enum GroundRead {
    /// A ground, and what had to be mended.
    Sound(Box<Ground>, Vec<IngestIssue>),
    /// There was no shape.
    Missing,
    /// A shape that cannot be ground, and why.
    Unusable(Box<IngestIssue>),
    /// A shape that the CRS of the file has no image of, and why.
    OffPlane(Box<IngestIssue>),
    /// Ground that lies outside the city, here.
    Outside(Box<IngestIssue>, Rect<f64>),
}

impl Grounds {
    /// Coordinates of the file are taken like this.
    pub fn new(reading: Reading, place: &Place) -> Grounds {
        Grounds { from: reading.crs, reach: place.reach(), adjustment: reading.adjustment, applied: Applied::default() }
    }

    /// What was done to the coordinates on the operator's word, an issue each.
    pub fn told(&self) -> Vec<IngestIssue> {
        self.adjustment.told(&self.applied)
    }

    /// The ground of a shape.
    pub fn read(&self, shape: &Shape) -> GroundRead {
        let bytes = match shape {
            Shape::Absent | Shape::Missing => return GroundRead::Missing,
            Shape::Other(kind) => {
                let message = format!("图形是 {kind}，应为面（Polygon 或 MultiPolygon）");
                return GroundRead::Unusable(Box::new(IngestIssue::new(IssueCode::NotPolygon, message)));
            }
            Shape::Faulty(code, message) => {
                return GroundRead::Unusable(Box::new(IngestIssue::new(*code, message.clone())));
            }
            Shape::Polygons { wkb, .. } => wkb,
        };
        match self.polygons(bytes) {
            Ok(read) => read,
            Err(issue) => GroundRead::Unusable(issue),
        }
    }

    /// The middle of a shape, longitude and latitude in EPSG:4490, where it can be told without mending anything.
    pub fn middle(&self, shape: &Shape) -> Option<(f64, f64)> {
        let Shape::Polygons { wkb, .. } = shape else { return None };
        let raw = wkb::from_wkb(wkb, self.from).ok()?;
        let moved = if self.from == Crs::CGCS2000 {
            raw
        } else {
            with_reprojector(self.from, Crs::CGCS2000, |reprojector| reprojector.multi_polygon(&raw)).ok()?.ok()?
        };
        let centre = moved.bounding_rect()?.center();
        Some((centre.x, centre.y))
    }

    fn polygons(&self, bytes: &[u8]) -> Result<GroundRead, Box<IngestIssue>> {
        let beyond = |message: String| IngestIssue::new(IssueCode::GeometryBeyondRepair, message);
        let raw =
            wkb::from_wkb(bytes, self.from).map_err(|fault| Box::new(beyond(format!("图形的二进制内容有误（{fault}）"))))?;
        let raw = self.adjustment.numbers(raw);
        let moved = match &self.adjustment.pipeline {
            Some(pipeline) => with_pipeline(pipeline, |reprojector| reprojector.multi_polygon(&raw)),
            None if self.from == Crs::CGCS2000 => Ok(Ok(raw)),
            None => with_reprojector(self.from, Crs::CGCS2000, |reprojector| reprojector.multi_polygon(&raw)),
        };
        let off_plane = |message: String| Ok(GroundRead::OffPlane(Box::new(beyond(message))));
        let raw = match moved {
            Ok(Ok(moved)) => moved,
            Ok(Err(fault)) | Err(fault) => {
                return off_plane(format!("坐标不能从 {} 转换到 EPSG:4490（{fault}）；请核对坐标是否越界", self.from));
            }
        };
        let Some(raw) = self.adjustment.settle(raw, &self.applied) else {
            return off_plane("坐标不是可以还原偏移的经纬度；请核对坐标是否越界".to_owned());
        };
        let somewhere = raw.coords_iter().next().map(|coord| (coord.x, coord.y));
        let mended = mend(raw, Crs::CGCS2000)
            .map_err(|fault| Box::new(beyond(fault.message_zh()).with_place(fault.place().or(somewhere))))?;
        let bounds = mended.surface.bounds();
        if let Some(reach) = self.reach.filter(|reach| !reach.intersects(&bounds)) {
            let centre = bounds.center();
            let message = format!("图形在（{:.5}, {:.5}），不在城市范围（{}）内", centre.x, centre.y, range(reach));
            let issue = IngestIssue::new(IssueCode::OutsideCity, message).with_place(Some((centre.x, centre.y)));
            return Ok(GroundRead::Outside(Box::new(issue), bounds));
        }
        let issues = mended
            .notes
            .iter()
            // Turning a ring round or dropping a doubled vertex changes nothing that anyone could see or dispute.
            .filter(|note| !matches!(note.kind, RepairKind::Orientation | RepairKind::RepeatedPoint))
            .map(|note| IngestIssue::new(IssueCode::GeometryRepaired, note.message_zh()).with_place(Some(note.place)))
            .collect();
        let ellipsoidal_area_m2 = area::ellipsoidal_area(&mended.surface);
        if !(ellipsoidal_area_m2.is_finite() && ellipsoidal_area_m2 > 0.0) {
            return Err(Box::new(beyond("图形没有面积".to_owned()).with_place(somewhere)));
        }
        let in_plane = PLANE_LONGITUDES.contains(&bounds.min().x) && PLANE_LONGITUDES.contains(&bounds.max().x);
        let planar_area_m2 = in_plane
            .then(|| area_in_plane(&mended.surface, Crs::CGCS2000_GK_120E).ok())
            .flatten()
            .filter(|area| area.is_finite() && *area > 0.0);
        let ground = Ground { surface: mended.surface, ellipsoidal_area_m2, planar_area_m2 };
        Ok(GroundRead::Sound(Box::new(ground), issues))
    }
}

/// A box as text, longitude and latitude.
pub(super) fn range(rect: Rect<f64>) -> String {
    format!("{:.4}–{:.4}, {:.4}–{:.4}", rect.min().x, rect.max().x, rect.min().y, rect.max().y)
}
