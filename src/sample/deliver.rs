//! The city as files: each register in the format, CRS, encoding, units and column names that an office might use.
//! Parks are made in batches on all cores while the batch before is written; memory holds a few batches, not the city.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::{fs, thread};

use geo::{MapCoordsInPlace, MultiPolygon};
use mujun_geometry::Crs;
use mujun_geometry::reproject::{ReprojectionError, with_reprojector};
use rayon::prelude::*;

use super::case::Cases;
use super::plan::{CityPlan, ParkPlan, plan};
use super::planted::{
    self, APPROVALS, BUILDINGS, DEDUCTIONS, ENTERPRISE_YEARS, ENTERPRISES, OCCUPANCIES, PARCELS, PROJECT_EVENTS, PROJECTS,
    SUPPLIES, SUPPLY_EVENTS, TARGETS, ZONES, plant,
};
use super::row::Park;
use super::{Case, LABEL, Planted, Progress, SampleError, SampleFile, SampleManifest, SampleOptions, park, sheet, targets};
use crate::ingest::write::{
    CsvEncoding, CsvWriter, DbfEncoding, Field, LayerSpec, SideFile, VectorFormat, VectorWriter, WorkbookSpec, WorkbookWriter,
};
use crate::register::RegisterKind;

/// Parks made at a time.
const BATCH: usize = 24;
/// Data rows after which the contracts go on in a further workbook (supplies-2.xlsx, …): far below the limit of the format,
/// so that neither writer nor reader holds a million rows at once.
const ROWS_PER_WORKBOOK: u32 = 200_000;
/// Metres between the eastings of EPSG:4549 and EPSG:4528, the same plane.
const ZONE_PREFIX_M: f64 = 40_000_000.0;
/// Nine places of a degree keep a tenth of a millimetre.
const GEOJSON: VectorFormat = VectorFormat::GeoJson { decimals: 9 };

/// Writes everything; see [`super::write`].
pub(super) fn write(
    dir: &Path,
    options: &SampleOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<SampleManifest, SampleError> {
    fs::create_dir_all(dir).map_err(|source| SampleError::Folder { path: dir.to_owned(), source })?;
    let city = plan(options)?;
    let linear_scale = city.scale;
    let mut files = Files::create(dir, options)?;
    let mut planted = Vec::new();
    let mut done = 0;
    let mut report = |step, done| progress(Progress { step, done, total: options.parcels });
    report("生成示例数据", 0);
    thread::scope(|scope| -> Result<(), SampleError> {
        let (sender, receiver) = sync_channel(2);
        scope.spawn(move || {
            for batch in batches(&city, options) {
                // The receiver is gone when writing has failed; its error is the one to report.
                if sender.send(batch).is_err() {
                    break;
                }
            }
        });
        for batch in receiver {
            let Batch { parks, faults, asked } = batch?;
            planted.extend(faults);
            files.append(&parks)?;
            done += asked;
            report("写示例数据", done);
        }
        Ok(())
    })?;
    report("完成文件", done);
    let (files, cases) = files.finish()?;
    let manifest = SampleManifest {
        label: LABEL.to_owned(),
        is_synthetic: true,
        seed: options.seed,
        parcels: options.parcels,
        as_of: options.as_of,
        linear_scale,
        files,
        planted,
        cases,
    };
    let path = dir.join("manifest.json");
    let text = serde_json::to_string_pretty(&manifest).map_err(std::io::Error::other);
    text.and_then(|text| fs::write(&path, text + "\n")).map_err(|source| SampleError::Manifest { path, source })?;
    Ok(manifest)
}

/// Parks ready to be written: parcels in EPSG:4528, everything else in degrees.
struct Batch {
    parks: Vec<Park>,
    faults: Vec<Planted>,
    asked: usize,
}

fn batches<'a>(city: &'a CityPlan, options: &'a SampleOptions) -> impl Iterator<Item = Result<Batch, SampleError>> + use<'a> {
    city.parks.chunks(BATCH).enumerate().map(move |(number, plans)| {
        let mut parks: Vec<Park> = plans.par_iter().map(|plan| make(plan, city.scale, options)).collect();
        let faults = match parks.first_mut() {
            Some(first) if number == 0 => plant(first),
            _ => Vec::new(),
        };
        parks.par_iter_mut().try_for_each(to_file_crs)?;
        Ok(Batch { parks, faults, asked: plans.iter().map(|plan| plan.quota).sum() })
    })
}

fn make(plan: &ParkPlan, scale: f64, options: &SampleOptions) -> Park {
    park::build(plan, scale, options.seed, options.as_of)
}

/// Brings a park from EPSG:4549 into the systems of its files.
fn to_file_crs(park: &mut Park) -> Result<(), SampleError> {
    for ground in park.parcels.iter_mut().filter_map(|row| row.ground.as_mut()) {
        ground.map_coords_in_place(|at| geo::Coord { x: at.x + ZONE_PREFIX_M, y: at.y });
    }
    with_reprojector(Crs::CGCS2000_GK_120E, Crs::CGCS2000, |reprojector| -> Result<(), ReprojectionError> {
        let degrees = |ground: &mut MultiPolygon<f64>| -> Result<(), ReprojectionError> {
            *ground = reprojector.multi_polygon(ground)?;
            Ok(())
        };
        park.buildings.iter_mut().map(|row| &mut row.ground).try_for_each(degrees)?;
        park.approvals.iter_mut().filter_map(|row| row.ground.as_mut()).try_for_each(degrees)?;
        park.deductions.iter_mut().map(|row| &mut row.ground).try_for_each(degrees)?;
        park.zones.iter_mut().map(|row| &mut row.ground).try_for_each(degrees)?;
        park.projects.iter_mut().filter_map(|row| row.ground.as_mut()).try_for_each(degrees)
    })??;
    Ok(())
}

/// The open files.
struct Files<'a> {
    dir: &'a Path,
    options: &'a SampleOptions,
    parcels: VectorWriter,
    buildings: VectorWriter,
    approvals: VectorWriter,
    zones: VectorWriter,
    projects: VectorWriter,
    supplies: Vec<(String, u32)>,
    supply_book: WorkbookWriter,
    deductions: VectorWriter,
    supply_events: WorkbookWriter,
    enterprises: CsvWriter,
    occupancies: CsvWriter,
    enterprise_years: CsvWriter,
    events: WorkbookWriter,
    /// Rows written so far, by file.
    rows: BTreeMap<&'static str, u64>,
    cases: Cases,
}

/// Rows of a park in the files that cases point into.
fn counts(park: &Park) -> [(&'static str, usize); 8] {
    [
        (PARCELS, park.parcels.len()),
        (DEDUCTIONS, park.deductions.len()),
        (SUPPLIES, park.supplies.len()),
        (SUPPLY_EVENTS, park.supply_events.len()),
        (ENTERPRISES, park.enterprises.len()),
        (OCCUPANCIES, park.occupancies.len()),
        (ENTERPRISE_YEARS, park.enterprise_years.len()),
        (PROJECTS, park.projects.len()),
    ]
}

impl<'a> Files<'a> {
    fn create(dir: &'a Path, options: &'a SampleOptions) -> Result<Files<'a>, SampleError> {
        let layer = |file: &str, name: &str, format, crs, fields: &[Field]| {
            let spec = LayerSpec { name, description: LABEL, crs, fields, dated: options.as_of };
            VectorWriter::create(&dir.join(file), format, &spec)
        };
        let gbk = VectorFormat::Shapefile { encoding: DbfEncoding::Gbk, cpg: SideFile::Omit, prj: SideFile::Keep };
        Ok(Files {
            parcels: layer(PARCELS, "parcels", gbk, Crs::CGCS2000_GK_ZONE_40, &sheet::PARCELS)?,
            buildings: layer(BUILDINGS, "建筑物", VectorFormat::GeoPackage, Crs::CGCS2000, &sheet::BUILDINGS)?,
            approvals: layer(APPROVALS, "approvals", GEOJSON, Crs::WGS84, &sheet::APPROVALS)?,
            deductions: layer(DEDUCTIONS, "批次核减", VectorFormat::GeoPackage, Crs::CGCS2000, &sheet::DEDUCTIONS)?,
            zones: layer(ZONES, "规划分区", VectorFormat::GeoPackage, Crs::CGCS2000, &sheet::ZONES)?,
            projects: layer(PROJECTS, "projects", GEOJSON, Crs::WGS84, &sheet::PROJECTS)?,
            supplies: Vec::new(),
            supply_book: book(dir, SUPPLIES, "供地合同", &sheet::SUPPLIES, options)?,
            supply_events: book(dir, SUPPLY_EVENTS, "合同变更与中止", &sheet::SUPPLY_EVENTS, options)?,
            enterprises: CsvWriter::create(&dir.join(ENTERPRISES), CsvEncoding::Utf8Marked, &sheet::ENTERPRISES)?,
            occupancies: CsvWriter::create(&dir.join(OCCUPANCIES), CsvEncoding::Utf8Marked, &sheet::OCCUPANCIES)?,
            enterprise_years: CsvWriter::create(&dir.join(ENTERPRISE_YEARS), CsvEncoding::Gb18030, &sheet::ENTERPRISE_YEARS)?,
            events: book(dir, PROJECT_EVENTS, "项目节点", &sheet::PROJECT_EVENTS, options)?,
            rows: BTreeMap::new(),
            cases: Cases::default(),
            dir,
            options,
        })
    }

    fn append(&mut self, parks: &[Park]) -> Result<(), SampleError> {
        for park in parks {
            self.cases.follow(&park.cases, |file| self.rows.get(file).copied().unwrap_or_default());
            for (file, rows) in counts(park) {
                *self.rows.entry(file).or_default() += rows as u64;
            }
        }
        self.parcels.append(parks.iter().flat_map(|park| &park.parcels).map(|row| (row.ground.as_ref(), sheet::parcel(row))))?;
        self.buildings
            .append(parks.iter().flat_map(|park| &park.buildings).map(|row| (Some(&row.ground), sheet::building(row))))?;
        self.approvals
            .append(parks.iter().flat_map(|park| &park.approvals).map(|row| (row.ground.as_ref(), sheet::approval(row))))?;
        self.deductions
            .append(parks.iter().flat_map(|park| &park.deductions).map(|row| (Some(&row.ground), sheet::deduction(row))))?;
        self.zones.append(parks.iter().flat_map(|park| &park.zones).map(|row| (Some(&row.ground), sheet::zone(row))))?;
        self.projects
            .append(parks.iter().flat_map(|park| &park.projects).map(|row| (row.ground.as_ref(), sheet::project(row))))?;
        for row in parks.iter().flat_map(|park| &park.supplies) {
            if self.supply_book.rows() == ROWS_PER_WORKBOOK {
                self.next_supply_book()?;
            }
            self.supply_book.append(&sheet::supply(row))?;
        }
        for park in parks {
            park.supply_events.iter().try_for_each(|row| self.supply_events.append(&sheet::supply_event(row)))?;
            park.enterprises.iter().try_for_each(|row| self.enterprises.append(&sheet::enterprise(row)))?;
            park.occupancies.iter().try_for_each(|row| self.occupancies.append(&sheet::occupancy(row)))?;
            park.enterprise_years.iter().try_for_each(|row| self.enterprise_years.append(&sheet::enterprise_year(row)))?;
            park.project_events.iter().try_for_each(|row| self.events.append(&sheet::project_event(row)))?;
        }
        Ok(())
    }

    fn supply_file(&self) -> String {
        match self.supplies.len() {
            0 => SUPPLIES.to_owned(),
            full => SUPPLIES.replace(".xlsx", &format!("-{}.xlsx", full + 1)),
        }
    }

    fn next_supply_book(&mut self) -> Result<(), SampleError> {
        let full = self.supply_file();
        let rows = self.supply_book.rows();
        self.supplies.push((full, rows));
        let next = book(self.dir, &self.supply_file(), "供地合同", &sheet::SUPPLIES, self.options)?;
        std::mem::replace(&mut self.supply_book, next).finish()?;
        Ok(())
    }

    fn finish(mut self) -> Result<(Vec<SampleFile>, Vec<Case>), SampleError> {
        let last = self.supply_file();
        let dated = self.options.as_of;
        let mut targets_book = book(self.dir, TARGETS, "目标任务", &sheet::TARGETS, self.options)?;
        targets().iter().try_for_each(|row| targets_book.append(&sheet::target(row)))?;
        self.supplies.push((last, self.supply_book.rows()));
        self.supply_book.finish()?;
        let file = |kind: RegisterKind, path: &str, rows: u64| SampleFile {
            kind: kind.as_str().to_owned(),
            path: path.to_owned(),
            mapping: format!("sample-{}", kind.as_str()),
            rows,
        };
        let mut files = vec![
            file(RegisterKind::Parcels, PARCELS, self.parcels.finish(dated)?),
            file(RegisterKind::Buildings, BUILDINGS, self.buildings.finish(dated)?),
            file(RegisterKind::Approvals, APPROVALS, self.approvals.finish(dated)?),
            file(RegisterKind::Deductions, DEDUCTIONS, self.deductions.finish(dated)?),
        ];
        files.extend(self.supplies.iter().map(|(path, rows)| file(RegisterKind::Supplies, path, u64::from(*rows))));
        files.push(file(RegisterKind::SupplyEvents, SUPPLY_EVENTS, u64::from(self.supply_events.finish()?)));
        files.push(file(RegisterKind::Zones, ZONES, self.zones.finish(dated)?));
        files.push(file(RegisterKind::Enterprises, ENTERPRISES, self.enterprises.finish()?));
        files.push(file(RegisterKind::Occupancies, OCCUPANCIES, self.occupancies.finish()?));
        files.push(file(RegisterKind::EnterpriseYears, ENTERPRISE_YEARS, self.enterprise_years.finish()?));
        files.push(file(RegisterKind::Projects, PROJECTS, self.projects.finish(dated)?));
        files.push(file(RegisterKind::ProjectEvents, PROJECT_EVENTS, u64::from(self.events.finish()?)));
        files.push(file(RegisterKind::Targets, TARGETS, u64::from(targets_book.finish()?)));
        Ok((files, self.cases.into_list()))
    }
}

fn book(dir: &Path, file: &str, sheet: &str, headers: &[&str], options: &SampleOptions) -> Result<WorkbookWriter, SampleError> {
    let spec = WorkbookSpec { sheet, headers, title: LABEL, remark: LABEL, dated: options.as_of };
    Ok(WorkbookWriter::create(&dir.join(file), &spec)?)
}

/// The whole city in memory, EPSG:4549, with its planted faults.
pub(super) fn parks(options: &SampleOptions) -> Result<(f64, Vec<Park>, Vec<Planted>), SampleError> {
    let city = plan(options)?;
    let mut parks: Vec<Park> = city.parks.par_iter().map(|plan| make(plan, city.scale, options)).collect();
    let planted = parks.first_mut().map(planted::plant).unwrap_or_default();
    Ok((city.scale, parks, planted))
}
