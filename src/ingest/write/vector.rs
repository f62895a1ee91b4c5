//! Vector layers through GDAL, one layer a file, written batch by batch.
//! A batch is one transaction where the format knows transactions; formats without them are written straight.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use gdal::spatial_ref::{AxisMappingStrategy, SpatialRef};
use gdal::vector::{Defn, Feature, FieldDefn, Geometry, Layer, LayerOptions, OGRFieldType, OGRwkbGeometryType};
use gdal::{Dataset, DriverManager};
use geo::{LineString, MultiPolygon};
use mujun_geometry::Crs;

use super::{Cell, Field, FieldKind, WriteError};

/// Shapefile 属性表的编码。
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DbfEncoding {
    /// GBK, language-driver byte left at 0, as most converters of the trade write it: without a .cpg the reader must find out.
    Gbk,
    /// UTF-8.
    Utf8,
}

/// Whether a side file of a Shapefile is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SideFile {
    /// Written.
    Keep,
    /// Left out.
    Omit,
}

/// Format of a vector file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VectorFormat {
    /// ESRI Shapefile; its parts share the name of the `.shp`.
    Shapefile {
        /// Encoding of the attribute table.
        encoding: DbfEncoding,
        /// The `.cpg` that names the encoding.
        cpg: SideFile,
        /// The `.prj` that names the CRS.
        prj: SideFile,
    },
    /// OGC GeoPackage with a spatial index.
    GeoPackage,
    /// GeoJSON of RFC 7946: longitude first, WGS 84 (CGCS2000 coordinates are taken as they are).
    GeoJson {
        /// Places after the point; 9 keep a tenth of a millimetre.
        decimals: u8,
    },
}

impl VectorFormat {
    fn driver(self) -> &'static str {
        match self {
            VectorFormat::Shapefile { .. } => "ESRI Shapefile",
            VectorFormat::GeoPackage => "GPKG",
            VectorFormat::GeoJson { .. } => "GeoJSON",
        }
    }
}

/// What a layer is called and made of.
#[derive(Clone, Debug)]
pub struct LayerSpec<'a> {
    /// Layer name; a Shapefile takes its file name instead.
    pub name: &'a str,
    /// Description kept in the file where the format has a place for it.
    pub description: &'a str,
    /// CRS of the coordinates, x = easting or longitude first.
    pub crs: Crs,
    /// Columns.
    pub fields: &'a [Field<'a>],
    /// The day written where the format insists on one (DBF header, GeoPackage).
    pub dated: NaiveDate,
}

/// Writes one layer. Dropped before [`VectorWriter::finish`], it leaves an incomplete file.
pub struct VectorWriter {
    dataset: Dataset,
    path: PathBuf,
    format: VectorFormat,
    fields: Vec<Column>,
    rows: u64,
    wkb: Vec<u8>,
}

impl VectorWriter {
    /// Creates the file and its empty layer. An existing GeoPackage or GeoJSON at `path` is replaced.
    pub fn create(path: &Path, format: VectorFormat, layer: &LayerSpec<'_>) -> Result<VectorWriter, WriteError> {
        let fail = |source| WriteError::Create { path: path.to_owned(), source };
        if matches!(format, VectorFormat::GeoPackage | VectorFormat::GeoJson { .. }) && path.exists() {
            fs::remove_file(path).map_err(|source| WriteError::SideFile { path: path.to_owned(), source })?;
        }
        let driver = DriverManager::get_driver_by_name(format.driver()).map_err(|source| WriteError::DriverMissing {
            driver: format.driver(),
            path: path.to_owned(),
            source,
        })?;
        let _dated = FileDate::set(layer.dated).map_err(fail)?;
        let mut dataset = driver.create_vector_only(path).map_err(fail)?;
        let mut crs = SpatialRef::from_epsg(layer.crs.epsg()).map_err(fail)?;
        crs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
        let (ty, options) = match format {
            VectorFormat::Shapefile { encoding, .. } => {
                let encoding = match encoding {
                    DbfEncoding::Gbk => "GBK",
                    DbfEncoding::Utf8 => "UTF-8",
                };
                let options = vec![format!("ENCODING={encoding}"), format!("DBF_DATE_LAST_UPDATE={}", layer.dated)];
                (OGRwkbGeometryType::wkbPolygon, options)
            }
            VectorFormat::GeoPackage => (
                OGRwkbGeometryType::wkbMultiPolygon,
                vec![
                    format!("DESCRIPTION={}", layer.description),
                    format!("GEOMETRY_NAME={}", free_name("geom", layer.fields)),
                    format!("FID={}", free_name("fid", layer.fields)),
                ],
            ),
            VectorFormat::GeoJson { decimals } => (
                OGRwkbGeometryType::wkbUnknown,
                vec![
                    "RFC7946=YES".to_owned(),
                    format!("COORDINATE_PRECISION={decimals}"),
                    format!("DESCRIPTION={}", layer.description),
                ],
            ),
        };
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        {
            let created = dataset
                .create_layer(LayerOptions { name: layer.name, srs: Some(&crs), ty, options: Some(&options) })
                .map_err(fail)?;
            for field in layer.fields {
                define(&created, field).map_err(fail)?;
            }
        }
        Ok(VectorWriter {
            dataset,
            path: path.to_owned(),
            format,
            fields: layer.fields.iter().map(Column::of).collect(),
            rows: 0,
            wkb: Vec::new(),
        })
    }

    /// Rows written so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Appends rows in order, as one transaction where the format has them: coordinates in the CRS of the layer, and one
    /// cell a column. A missing geometry is written as missing.
    pub fn append<'g>(
        &mut self,
        rows: impl IntoIterator<Item = (Option<&'g MultiPolygon<f64>>, Vec<Cell>)>,
    ) -> Result<(), WriteError> {
        let path = self.path.clone();
        let first = self.rows + 1;
        let fail = |row: u64| {
            let path = path.clone();
            move |source| WriteError::Row { path, row, source }
        };
        let batch = Batch { path: &path, fields: &self.fields, format: self.format };
        let written = match self.format {
            VectorFormat::GeoPackage => {
                let mut transaction = self.dataset.start_transaction().map_err(fail(first))?;
                let written = batch.write(&mut transaction, first, rows, &mut self.wkb)?;
                transaction.commit().map_err(fail(first + written))?;
                written
            }
            VectorFormat::Shapefile { .. } | VectorFormat::GeoJson { .. } => {
                batch.write(&mut self.dataset, first, rows, &mut self.wkb)?
            }
        };
        self.rows += written;
        Ok(())
    }

    /// Completes the file and its side files; gives the number of rows.
    pub fn finish(self, dated: NaiveDate) -> Result<u64, WriteError> {
        let fail = |source| WriteError::Finish { path: self.path.clone(), source };
        {
            let _dated = FileDate::set(dated).map_err(fail)?;
            self.dataset.close().map_err(fail)?;
        }
        if let VectorFormat::Shapefile { cpg, prj, .. } = self.format {
            for (side, wanted) in [("cpg", cpg), ("prj", prj)] {
                let side = self.path.with_extension(side);
                if wanted == SideFile::Omit && side.exists() {
                    fs::remove_file(&side).map_err(|source| WriteError::SideFile { path: side, source })?;
                }
            }
        }
        Ok(self.rows)
    }
}

/// A name that no column has: SQLite takes no notice of case.
fn free_name(wanted: &str, fields: &[Field<'_>]) -> String {
    let mut name = wanted.to_owned();
    while fields.iter().any(|field| field.name.eq_ignore_ascii_case(&name)) {
        name.push('_');
    }
    name
}

/// The date GDAL writes into a GeoPackage instead of the clock's, for as long as this lives and for this thread only.
struct FileDate;

impl FileDate {
    fn set(day: NaiveDate) -> Result<FileDate, gdal::errors::GdalError> {
        gdal::config::set_thread_local_config_option("OGR_CURRENT_DATE", &format!("{day}T00:00:00.000Z"))?;
        Ok(FileDate)
    }
}

impl Drop for FileDate {
    fn drop(&mut self) {
        // Nothing can be done here if GDAL refuses; the option would only fix the date of later files of this thread.
        let _ = gdal::config::clear_thread_local_config_option("OGR_CURRENT_DATE");
    }
}

/// What a batch of rows needs to know of its layer.
struct Batch<'a> {
    path: &'a Path,
    fields: &'a [Column],
    format: VectorFormat,
}

impl Batch<'_> {
    fn write<'g>(
        &self,
        dataset: &mut Dataset,
        first: u64,
        rows: impl IntoIterator<Item = (Option<&'g MultiPolygon<f64>>, Vec<Cell>)>,
        wkb: &mut Vec<u8>,
    ) -> Result<u64, WriteError> {
        let layer = dataset.layer(0).map_err(|source| WriteError::Create { path: self.path.to_owned(), source })?;
        let defn = Defn::from_layer(&layer);
        let mut written = 0;
        for (geometry, cells) in rows {
            let row = first + written;
            let fail = |source| WriteError::Row { path: self.path.to_owned(), row, source };
            if cells.len() != self.fields.len() {
                return Err(WriteError::Width {
                    path: self.path.to_owned(),
                    row,
                    found: cells.len(),
                    expected: self.fields.len(),
                });
            }
            let mut feature = Feature::new(&defn).map_err(fail)?;
            for (index, (field, cell)) in self.fields.iter().zip(&cells).enumerate() {
                set(&mut feature, index, field, cell).map_err(|refusal| refusal.at(self.path, row, field))?;
            }
            if let Some(geometry) = geometry {
                let keep_multi = self.format == VectorFormat::GeoPackage;
                write_wkb(geometry, if keep_multi { Parts::AlwaysMulti } else { Parts::AsFew }, wkb);
                feature.set_geometry(Geometry::from_wkb(wkb).map_err(fail)?).map_err(fail)?;
            }
            feature.create(&layer).map_err(fail)?;
            written += 1;
        }
        Ok(written)
    }
}

/// A column of the layer, with its name.
struct Column {
    name: String,
    kind: FieldKind,
}

impl Column {
    fn of(field: &Field<'_>) -> Column {
        Column { name: field.name.to_owned(), kind: field.kind }
    }
}

/// Why a cell was not taken.
enum Refusal {
    Gdal(gdal::errors::GdalError),
    Kind(String),
}

impl Refusal {
    fn at(self, path: &Path, row: u64, field: &Column) -> WriteError {
        match self {
            Refusal::Gdal(source) => WriteError::Row { path: path.to_owned(), row, source },
            Refusal::Kind(found) => WriteError::Value { path: path.to_owned(), row, column: field.name.clone(), found },
        }
    }
}

fn set(feature: &mut Feature<'_>, index: usize, field: &Column, cell: &Cell) -> Result<(), Refusal> {
    let done = match (cell, field.kind) {
        (Cell::Empty, _) => feature.set_field_null(index),
        (Cell::Text(text), FieldKind::Text { .. } | FieldKind::LongText) => feature.set_field_string(index, text),
        (Cell::Integer(number), FieldKind::Integer) => feature.set_field_integer64(index, *number),
        (Cell::Number(number), FieldKind::Decimal { .. }) => feature.set_field_double(index, *number),
        (Cell::Integer(number), FieldKind::Decimal { .. }) => feature.set_field_double(index, *number as f64),
        (Cell::Date(date), FieldKind::Date) => feature.set_field(index, &gdal::vector::FieldValue::DateValue(*date)),
        (other, _) => return Err(Refusal::Kind(format!("{other:?}"))),
    };
    done.map_err(Refusal::Gdal)
}

fn define(layer: &Layer<'_>, field: &Field<'_>) -> gdal::errors::Result<()> {
    let ty = match field.kind {
        FieldKind::Text { .. } | FieldKind::LongText => OGRFieldType::OFTString,
        FieldKind::Integer => OGRFieldType::OFTInteger,
        FieldKind::Decimal { .. } => OGRFieldType::OFTReal,
        FieldKind::Date => OGRFieldType::OFTDate,
    };
    let defined = FieldDefn::new(field.name, ty)?;
    match field.kind {
        FieldKind::Text { width } => defined.set_width(i32::from(width)),
        FieldKind::Decimal { decimals } => {
            defined.set_width(18);
            defined.set_precision(i32::from(decimals));
        }
        FieldKind::LongText | FieldKind::Integer | FieldKind::Date => {}
    }
    defined.add_to_layer(layer)
}

/// Whether a surface of one part is written as a plain polygon.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    AlwaysMulti,
    AsFew,
}

/// Little-endian WKB into a buffer that is reused from row to row.
fn write_wkb(surface: &MultiPolygon<f64>, parts: Parts, out: &mut Vec<u8>) {
    out.clear();
    if parts == Parts::AlwaysMulti || surface.0.len() != 1 {
        out.push(1);
        out.extend_from_slice(&6u32.to_le_bytes());
        out.extend_from_slice(&(surface.0.len() as u32).to_le_bytes());
    }
    for polygon in &surface.0 {
        out.push(1);
        out.extend_from_slice(&3u32.to_le_bytes());
        out.extend_from_slice(&(1 + polygon.interiors().len() as u32).to_le_bytes());
        write_ring(polygon.exterior(), out);
        for hole in polygon.interiors() {
            write_ring(hole, out);
        }
    }
}

fn write_ring(ring: &LineString<f64>, out: &mut Vec<u8>) {
    out.extend_from_slice(&(ring.0.len() as u32).to_le_bytes());
    for point in &ring.0 {
        out.extend_from_slice(&point.x.to_le_bytes());
        out.extend_from_slice(&point.y.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use gdal::vector::LayerAccess;
    use geo::{Area, polygon};

    use super::*;

    const FIELDS: [Field<'_>; 2] = [Field::text("MC", 40), Field::decimal("MJ", 2)];

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, 30).unwrap()
    }

    fn spec() -> LayerSpec<'static> {
        LayerSpec { name: "图层", description: "示例", crs: Crs::CGCS2000, fields: &FIELDS, dated: day() }
    }

    fn square() -> MultiPolygon<f64> {
        MultiPolygon(vec![polygon![
            exterior: [(x: 120.7, y: 30.7), (x: 120.8, y: 30.7), (x: 120.8, y: 30.8), (x: 120.7, y: 30.8)],
            interiors: [[(x: 120.74, y: 30.74), (x: 120.74, y: 30.76), (x: 120.76, y: 30.76), (x: 120.76, y: 30.74)]],
        ]])
    }

    #[test]
    fn a_hole_a_missing_geometry_and_chinese_text_come_back_from_every_format() {
        let dir = tempfile::tempdir().unwrap();
        let gbk = VectorFormat::Shapefile { encoding: DbfEncoding::Gbk, cpg: SideFile::Keep, prj: SideFile::Keep };
        for (file, format) in
            [("a.shp", gbk), ("a.gpkg", VectorFormat::GeoPackage), ("a.geojson", VectorFormat::GeoJson { decimals: 9 })]
        {
            let path = dir.path().join(file);
            let mut writer = VectorWriter::create(&path, format, &spec()).unwrap();
            let ground = square();
            writer.append([(Some(&ground), vec!["宗地甲".into(), 1.25.into()]), (None, vec![Cell::Empty, Cell::Empty])]).unwrap();
            writer.append([(Some(&ground), vec!["宗地乙".into(), 2i64.into()])]).unwrap();
            assert_eq!(writer.finish(day()).unwrap(), 3);

            let dataset = Dataset::open(&path).unwrap();
            let mut layer = dataset.layer(0).unwrap();
            let rows: Vec<(Option<String>, Option<f64>, Option<f64>)> = layer
                .features()
                .map(|row| {
                    let area = row.geometry().map(|geometry| geometry.area()).filter(|area| *area > 0.0);
                    (row.field_as_string(0).unwrap(), row.field_as_double(1).unwrap(), area)
                })
                .collect();
            let names: Vec<Option<&str>> = rows.iter().map(|row| row.0.as_deref()).collect();
            assert_eq!(names, [Some("宗地甲"), None, Some("宗地乙")], "{file}");
            assert_eq!(rows[2].1, Some(2.0));
            assert!((rows[0].2.unwrap() - ground.unsigned_area()).abs() < 1e-9, "{file}: the hole is lost");
            assert_eq!(rows[1].2, None, "{file}");
        }
    }

    #[test]
    fn side_files_are_left_out_when_asked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.shp");
        let format = VectorFormat::Shapefile { encoding: DbfEncoding::Gbk, cpg: SideFile::Omit, prj: SideFile::Omit };
        let mut writer = VectorWriter::create(&path, format, &spec()).unwrap();
        writer.append([(Some(&square()), vec!["甲".into(), Cell::Empty])]).unwrap();
        writer.finish(day()).unwrap();
        assert!(path.exists() && !path.with_extension("cpg").exists() && !path.with_extension("prj").exists());
    }

    #[test]
    fn a_value_of_the_wrong_kind_or_number_is_refused_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = VectorWriter::create(&dir.path().join("a.gpkg"), VectorFormat::GeoPackage, &spec()).unwrap();
        let wrong = writer.append([(None, vec!["甲".into(), "不是数".into()])]).unwrap_err();
        assert!(matches!(&wrong, WriteError::Value { row: 1, column, .. } if column == "MJ"), "{wrong:?}");
        let short = writer.append([(None, vec!["甲".into()])]).unwrap_err();
        assert!(matches!(&short, WriteError::Width { found: 1, expected: 2, .. }), "{short:?}");
        assert_eq!(writer.rows(), 0);
    }

    #[test]
    fn a_folder_that_does_not_exist_is_named() {
        let refusal = VectorWriter::create(Path::new("/does/not/exist/a.gpkg"), VectorFormat::GeoPackage, &spec());
        assert!(refusal.err().unwrap().to_string().contains("/does/not/exist/a.gpkg"));
    }
}
