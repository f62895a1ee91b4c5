//! Very many surfaces in columns: one list of coordinates, one of rings, one of items, with bounds and areas beside them.
//!
//! A city of millions of surfaces is read, projected and overlaid without one allocation a surface. [`LayerBuilder`] takes what comes
//! from the database; [`Layer`] is finished: oriented, measured, immutable. What an item is, is not known here.

use geo::{Coord, LineString, MultiPolygon, Polygon, Rect};
use rayon::prelude::*;

use crate::{
    crs::Crs,
    reproject::{self, ReprojectionError},
    surface::{self, Surface},
    validity,
    wkb::{self, WkbError},
};

/// Surfaces of one CRS being gathered.
#[derive(Clone, Debug)]
pub struct LayerBuilder {
    crs: Crs,
    coords: Vec<Coord<f64>>,
    /// Where ring `r` begins in `coords`; it ends where the next begins.
    rings: Vec<u32>,
    /// Where item `i` begins in `rings`.
    items: Vec<u32>,
    /// Whether ring `r` is a hole.
    holes: Vec<RingKind>,
}

/// What a ring bounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RingKind {
    /// The outside of a part.
    Exterior,
    /// What is cut out of the part before it.
    Hole,
}

impl LayerBuilder {
    /// No surfaces yet.
    pub fn new(crs: Crs) -> LayerBuilder {
        LayerBuilder { crs, coords: Vec::new(), rings: Vec::new(), items: Vec::new(), holes: Vec::new() }
    }

    /// How many surfaces.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Adds a surface that comes from our own database, as WKB or EWKB. Like [`Surface::from_trusted`] it believes that the polygons
    /// were a surface before.
    ///
    /// # Errors
    /// [`WkbError`]; nothing was added then.
    ///
    /// # Panics
    /// On more than 2³² vertices.
    pub fn push_wkb(&mut self, bytes: &[u8]) -> Result<(), WkbError> {
        let (coords, rings) = (self.coords.len(), self.rings.len());
        self.items.push(offset(rings));
        let read = wkb::read_rings(bytes, self.crs, |kind, ring| {
            self.rings.push(offset(self.coords.len()));
            self.holes.push(kind);
            self.coords.extend(ring);
        });
        if read.is_err() {
            self.items.pop();
            self.coords.truncate(coords);
            self.rings.truncate(rings);
            self.holes.truncate(rings);
        }
        read
    }

    /// Adds a surface; one of another CRS is added as nothing at all, which nothing ever meets.
    ///
    /// # Panics
    /// On more than 2³² vertices.
    pub fn push(&mut self, surface: &Surface) {
        self.items.push(offset(self.rings.len()));
        if surface.crs() != self.crs {
            return;
        }
        for polygon in surface.multi_polygon() {
            for (number, ring) in validity::rings(polygon).enumerate() {
                self.rings.push(offset(self.coords.len()));
                self.holes.push(if number == 0 { RingKind::Exterior } else { RingKind::Hole });
                self.coords.extend_from_slice(&ring.0);
            }
        }
    }

    /// Adds a surface of a layer; one of another CRS is added as nothing at all.
    ///
    /// # Panics
    /// On more than 2³² vertices.
    pub fn push_outline(&mut self, outline: Outline<'_>) {
        self.items.push(offset(self.rings.len()));
        if outline.crs() != self.crs {
            return;
        }
        for ring in outline.rings() {
            let hole = validity::signed_area(ring) < 0.0;
            self.rings.push(offset(self.coords.len()));
            self.holes.push(if hole { RingKind::Hole } else { RingKind::Exterior });
            self.coords.extend_from_slice(ring);
        }
    }

    /// Adds the surfaces of another builder after its own; both are of one CRS.
    pub fn append(&mut self, other: LayerBuilder) {
        let (coords, rings) = (offset(self.coords.len()), offset(self.rings.len()));
        self.coords.extend(other.coords);
        self.rings.extend(other.rings.iter().map(|at| at + coords));
        self.items.extend(other.items.iter().map(|at| at + rings));
        self.holes.extend(other.holes);
    }

    /// Finishes the layer in its own CRS.
    pub fn finish(self) -> Layer {
        let LayerBuilder { crs, mut coords, mut rings, mut items, holes } = self;
        rings.push(offset(coords.len()));
        items.push(offset(holes.len()));
        orient(&mut coords, &rings, &holes);
        let layer = Layer { crs, coords, rings, items, bounds: Vec::new(), areas: Vec::new() };
        let measured: Vec<(Rect<f64>, f64)> =
            (0..layer.items.len() - 1).into_par_iter().map(|item| layer.measure(item)).collect();
        let (bounds, areas) = measured.into_iter().unzip();
        Layer { bounds, areas, ..layer }
    }

    /// Brings all vertices to another CRS, on all cores, and finishes the layer there.
    ///
    /// A hole that touched its exterior to the last digit may not do so any more. Nothing is mended: areas do not change by it.
    ///
    /// # Errors
    /// The first vertex that has no image.
    pub fn project(mut self, to: Crs) -> Result<Layer, ReprojectionError> {
        self.coords = reproject::transform(self.crs, to, self.coords)?;
        self.crs = to;
        Ok(self.finish())
    }
}

fn offset(place: usize) -> u32 {
    u32::try_from(place).expect("a layer has fewer than 2^32 vertices")
}

/// Turns exteriors anticlockwise and holes clockwise.
fn orient(coords: &mut [Coord<f64>], rings: &[u32], holes: &[RingKind]) {
    let wrong: Vec<(usize, usize)> = holes
        .par_iter()
        .zip(rings.par_windows(2))
        .filter_map(|(kind, ends)| {
            let (from, to) = (ends[0] as usize, ends[1] as usize);
            let area = validity::signed_area(&coords[from..to]);
            let turned = match kind {
                RingKind::Exterior => area < 0.0,
                RingKind::Hole => area > 0.0,
            };
            turned.then_some((from, to))
        })
        .collect();
    for (from, to) in wrong {
        coords[from..to].reverse();
    }
}

/// Surfaces of one CRS, numbered from 0 in the order in which they were added.
#[derive(Clone, Debug)]
pub struct Layer {
    crs: Crs,
    coords: Vec<Coord<f64>>,
    rings: Vec<u32>,
    items: Vec<u32>,
    bounds: Vec<Rect<f64>>,
    areas: Vec<f64>,
}

impl Layer {
    /// How many surfaces.
    pub fn len(&self) -> usize {
        self.areas.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// How many vertices, closing ones included.
    pub fn vertices(&self) -> usize {
        self.coords.len()
    }

    /// The reference system.
    pub fn crs(&self) -> Crs {
        self.crs
    }

    /// Surface `item`, borrowed.
    pub fn outline(&self, item: usize) -> Outline<'_> {
        let rings = &self.rings[self.items[item] as usize..=self.items[item + 1] as usize];
        Outline { crs: self.crs, coords: &self.coords, rings, bounds: self.bounds[item], area: self.areas[item] }
    }

    /// The bounding boxes of all surfaces, in order.
    pub fn bounds(&self) -> &[Rect<f64>] {
        &self.bounds
    }

    /// The planar areas of all surfaces, in order: m² in a CRS in metres.
    pub fn areas(&self) -> &[f64] {
        &self.areas
    }

    fn measure(&self, item: usize) -> (Rect<f64>, f64) {
        let rings = &self.rings[self.items[item] as usize..=self.items[item + 1] as usize];
        let (mut area, mut bounds) = (0.0, None);
        for ends in rings.windows(2) {
            let ring = &self.coords[ends[0] as usize..ends[1] as usize];
            let own = validity::signed_area(ring);
            area += own;
            if own > 0.0
                && let Some(b) = validity::bounds(ring)
            {
                bounds = Some(bounds.map_or(b, |all| united(all, b)));
            }
        }
        // Something without extent lies nowhere, so that nothing meets it.
        let nowhere = Coord { x: f64::NEG_INFINITY, y: f64::NEG_INFINITY };
        (bounds.unwrap_or(Rect::new(nowhere, nowhere)), area.max(0.0))
    }
}

fn united(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    Rect::new(
        Coord { x: a.min().x.min(b.min().x), y: a.min().y.min(b.min().y) },
        Coord { x: a.max().x.max(b.max().x), y: a.max().y.max(b.max().y) },
    )
}

/// A surface of a layer.
#[derive(Clone, Copy, Debug)]
pub struct Outline<'a> {
    crs: Crs,
    coords: &'a [Coord<f64>],
    /// Beginnings of its rings, and the end of the last.
    rings: &'a [u32],
    bounds: Rect<f64>,
    area: f64,
}

impl<'a> Outline<'a> {
    /// The reference system.
    pub fn crs(&self) -> Crs {
        self.crs
    }

    /// Its bounding box.
    pub fn bounds(&self) -> Rect<f64> {
        self.bounds
    }

    /// Its planar area.
    pub fn area(&self) -> f64 {
        self.area
    }

    /// Its rings, closed; exteriors anticlockwise, each followed by its holes, clockwise.
    pub fn rings(&self) -> impl Iterator<Item = &'a [Coord<f64>]> + use<'a> {
        let coords = self.coords;
        self.rings.windows(2).map(move |ends| &coords[ends[0] as usize..ends[1] as usize])
    }

    /// As a surface of its own; `None` when it has no area.
    pub fn to_surface(&self) -> Option<Surface> {
        let mut parts: Vec<(LineString<f64>, Vec<LineString<f64>>)> = Vec::new();
        for ring in self.rings() {
            let area = validity::signed_area(ring);
            let own = LineString(ring.to_vec());
            if area > 0.0 {
                parts.push((own, Vec::new()));
            } else if area < 0.0
                && let Some((_, holes)) = parts.last_mut()
            {
                holes.push(own);
            }
        }
        let polygons: MultiPolygon<f64> = parts.into_iter().map(|(exterior, holes)| Polygon::new(exterior, holes)).collect();
        surface::valid(polygons.0, self.crs)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;
    use crate::{
        area::planar_area,
        reproject::with_reprojector,
        testing::{anything, mended, rectangle},
        wkb::to_ewkb,
    };

    #[test]
    fn rings_that_run_the_wrong_way_are_turned() {
        let hex = "0106000000010000000103000000020000000400000000000000000000000000000000000000000000000000000000000000000024400000000000002440000000000000244000000000000000000000000000000000";
        let mut bytes: Vec<u8> = (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
        // A hole that runs anticlockwise in an exterior that runs clockwise.
        bytes.extend_from_slice(&4_u32.to_le_bytes());
        for v in [2.0, 4.0, 3.0, 4.0, 3.0, 5.0, 2.0, 4.0_f64] {
            bytes.extend_from_slice(&v.to_le_bytes());
        }
        let mut builder = LayerBuilder::new(Crs::CGCS2000);
        builder.push_wkb(&bytes).unwrap();
        let layer = builder.finish();
        assert_eq!(layer.areas(), [49.5]);
        let surface = layer.outline(0).to_surface().unwrap();
        assert_eq!(planar_area(&surface), 49.5);
        assert_eq!(surface.multi_polygon().0[0].interiors().len(), 1);
    }

    #[test]
    fn bytes_that_are_no_surface_leave_the_builder_as_it_was() {
        let whole = to_ewkb(&rectangle(0.0, 0.0, 10.0, 10.0));
        let mut builder = LayerBuilder::new(Crs::CGCS2000_GK_120E);
        builder.push_wkb(&whole).unwrap();
        for end in 0..whole.len() {
            assert!(builder.push_wkb(&whole[..end]).is_err());
        }
        builder.push_wkb(&whole).unwrap();
        let layer = builder.finish();
        assert_eq!(layer.len(), 2);
        assert_eq!(layer.outline(0).to_surface(), layer.outline(1).to_surface());
    }

    #[test]
    fn what_has_no_area_lies_nowhere() {
        let mut builder = LayerBuilder::new(Crs::WGS84);
        builder.push(&rectangle(0.0, 0.0, 10.0, 10.0));
        let layer = builder.finish();
        assert_eq!(layer.areas(), [0.0]);
        assert!(layer.outline(0).to_surface().is_none());
        assert!(layer.bounds()[0].max().x < -1e300);
    }

    #[test]
    fn a_layer_in_the_plane_is_what_proj_makes_of_its_surfaces() {
        let planar = mended(geo::wkt!(MULTIPOLYGON(
            ((571800. 3403400., 571900. 3403400., 571900. 3403500., 571800. 3403500., 571800. 3403400.),
             (571820. 3403420., 571820. 3403440., 571840. 3403440., 571820. 3403420.)),
            ((572000. 3403400., 572010. 3403400., 572010. 3403410., 572000. 3403400.))
        )));
        let stored = with_reprojector(Crs::CGCS2000_GK_120E, Crs::CGCS2000, |r| r.surface(&planar)).unwrap().unwrap();
        let mut builder = LayerBuilder::new(Crs::CGCS2000);
        builder.push(&stored);
        let layer = builder.project(Crs::CGCS2000_GK_120E).unwrap();
        assert!((layer.areas()[0] - planar_area(&planar)).abs() < 1e-5);
        let back = layer.outline(0).to_surface().unwrap();
        assert_eq!(back.multi_polygon().0.len(), 2);
        let rings =
            |s: &Surface| s.multi_polygon().iter().flat_map(validity::rings).flat_map(|r| r.0.clone()).collect::<Vec<_>>();
        for (a, b) in rings(&back).iter().zip(rings(&planar)) {
            assert!((a.x - b.x).abs() < 1e-7 && (a.y - b.y).abs() < 1e-7, "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_vertex_without_an_image_is_an_error() {
        let mut builder = LayerBuilder::new(Crs::CGCS2000);
        builder.push(
            &Surface::from_trusted(geo::wkt!(MULTIPOLYGON(((120. 30., 121. 30., 121. 95., 120. 30.)))), Crs::CGCS2000).unwrap(),
        );
        assert_eq!(builder.project(Crs::CGCS2000_GK_120E).unwrap_err().place(), Some((121.0, 95.0)));
    }

    proptest! {
        #[test]
        fn surfaces_come_out_as_they_went_in(surfaces in prop::collection::vec(anything(), 0..20)) {
            let (mut builder, mut rest) = (LayerBuilder::new(Crs::CGCS2000_GK_120E), LayerBuilder::new(Crs::CGCS2000_GK_120E));
            for (number, surface) in surfaces.iter().enumerate() {
                let half = if number * 2 < surfaces.len() { &mut builder } else { &mut rest };
                if number % 3 == 0 { half.push(surface) } else { half.push_wkb(&to_ewkb(surface)).unwrap() }
                let mut own = LayerBuilder::new(Crs::CGCS2000_GK_120E);
                own.push(surface);
                let own = own.finish();
                let mut again = LayerBuilder::new(Crs::CGCS2000_GK_120E);
                again.push_outline(own.outline(0));
                let again = again.finish().outline(0).to_surface();
                prop_assert_eq!(again.as_ref(), Some(surface));
            }
            builder.append(rest);
            let layer = builder.finish();
            prop_assert_eq!(layer.len(), surfaces.len());
            for (number, surface) in surfaces.iter().enumerate() {
                let own = layer.outline(number).to_surface();
                prop_assert_eq!(own.as_ref(), Some(surface));
                prop_assert_eq!(layer.bounds()[number], surface.bounds());
                prop_assert!((layer.areas()[number] - planar_area(surface)).abs() < 1e-6);
            }
        }
    }
}
