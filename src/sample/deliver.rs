//! The city as files: each register in the format, CRS, encoding, units and column names that an office might use.
//! Parks are made in batches on all cores while the batch before is written; memory holds a few batches, not the city.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::{fs, thread};

use geo::{MapCoordsInPlace, MultiPolygon};
use mujun_geometry::Crs;
use mujun_geometry::reproject::{ReprojectionError, with_reprojector};
use rayon::prelude::*;

use super::plan::{CityPlan, ParkPlan, plan};
use super::planted::{self, APPROVALS, BUILDINGS, PARCELS, PROJECT_EVENTS, PROJECTS, SUPPLIES, TARGETS, ZONES, plant};
use super::row::{Park, SupplyRow};
use super::{LABEL, Planted, Progress, SampleError, SampleFile, SampleManifest, SampleOptions, park, targets};
use crate::ingest::write::{
    Cell, DbfEncoding, Field, LayerSpec, SideFile, VectorFormat, VectorWriter, WorkbookSpec, WorkbookWriter,
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

const PARCEL_FIELDS: [Field; 8] = [
    Field::text("ZDDM", 28),
    Field::text("ZL", 120),
    Field::text("QLR", 100),
    Field::text("YTDM", 8),
    Field::text("HYDM", 4),
    Field::decimal("ZZMJ", 4),
    Field::text("BSDW", 16),
    Field::date("GXSJ"),
];
const BUILDING_FIELDS: [Field; 8] = [
    Field::text("建筑编号", 40),
    Field::text("宗地代码", 40),
    Field::text("名称", 60),
    Field::text("用途", 20),
    Field::integer("地上层数"),
    Field::decimal("层高(米)", 2),
    Field::decimal("建筑高度(米)", 2),
    Field::date("竣工日期"),
];
const APPROVAL_FIELDS: [Field; 7] = [
    Field::text("pzwh", 80),
    Field::text("pcmc", 120),
    Field::text("pzjb", 20),
    Field::text("pzrq", 10),
    Field::text("chrq", 10),
    Field::decimal("pzmj", 4),
    Field::text("xzqdm", 6),
];
const ZONE_FIELDS: [Field; 4] =
    [Field::text("图斑编号", 40), Field::text("用途代码", 10), Field::text("用途名称", 60), Field::text("行政区代码", 6)];
const PROJECT_FIELDS: [Field; 6] = [
    Field::text("xmbh", 40),
    Field::text("xmmc", 120),
    Field::text("gzfs", 20),
    Field::decimal("sbmj", 2),
    Field::text("bsdw", 16),
    Field::text("xzqdm", 6),
];
const SUPPLY_HEADERS: [&str; 21] = [
    "电子监管号",
    "宗地代码",
    "项目名称",
    "土地使用权人",
    "土地坐落",
    "供应方式",
    "土地用途",
    "行业代码",
    "合同签订日期",
    "实际交地日期",
    "约定开工日期",
    "约定竣工日期",
    "施工情况",
    "实际开工日期",
    "实际竣工日期",
    "约定容积率下限",
    "约定容积率上限",
    "约定建筑密度上限(%)",
    "成交价款(万元)",
    "供地面积(公顷)",
    "行政区代码",
];
const EVENT_HEADERS: [&str; 5] = ["项目编号", "行政区代码", "节点", "日期", "文号"];
const TARGET_HEADERS: [&str; 8] =
    ["任务编号", "任务名称", "范围代码", "起始年", "截止年", "任务面积(亩)", "计入节点", "依据文件"];

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
    let files = files.finish()?;
    let manifest = SampleManifest {
        label: LABEL.to_owned(),
        is_synthetic: true,
        seed: options.seed,
        parcels: options.parcels,
        as_of: options.as_of,
        linear_scale,
        files,
        planted,
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
    events: WorkbookWriter,
}

impl<'a> Files<'a> {
    fn create(dir: &'a Path, options: &'a SampleOptions) -> Result<Files<'a>, SampleError> {
        let layer = |file: &str, name: &str, format, crs, fields: &[Field]| {
            let spec = LayerSpec { name, description: LABEL, crs, fields, dated: options.as_of };
            VectorWriter::create(&dir.join(file), format, &spec)
        };
        let gbk = VectorFormat::Shapefile { encoding: DbfEncoding::Gbk, cpg: SideFile::Omit, prj: SideFile::Keep };
        Ok(Files {
            parcels: layer(PARCELS, "parcels", gbk, Crs::CGCS2000_GK_ZONE_40, &PARCEL_FIELDS)?,
            buildings: layer(BUILDINGS, "建筑物", VectorFormat::GeoPackage, Crs::CGCS2000, &BUILDING_FIELDS)?,
            approvals: layer(APPROVALS, "approvals", GEOJSON, Crs::WGS84, &APPROVAL_FIELDS)?,
            zones: layer(ZONES, "规划分区", VectorFormat::GeoPackage, Crs::CGCS2000, &ZONE_FIELDS)?,
            projects: layer(PROJECTS, "projects", GEOJSON, Crs::WGS84, &PROJECT_FIELDS)?,
            supplies: Vec::new(),
            supply_book: book(dir, SUPPLIES, "供地合同", &SUPPLY_HEADERS, options)?,
            events: book(dir, PROJECT_EVENTS, "项目节点", &EVENT_HEADERS, options)?,
            dir,
            options,
        })
    }

    fn append(&mut self, parks: &[Park]) -> Result<(), SampleError> {
        self.parcels.append(parks.iter().flat_map(|park| &park.parcels).map(|row| {
            let cells = vec![
                row.code.as_str().into(),
                row.location.as_str().into(),
                row.right_holder.as_str().into(),
                "0601".into(),
                row.industry.into(),
                row.documentary_mu.into(),
                row.reporting_unit.into(),
                row.updated_on.into(),
            ];
            (row.ground.as_ref(), cells)
        }))?;
        self.buildings.append(parks.iter().flat_map(|park| &park.buildings).map(|row| {
            let cells = vec![
                row.code.as_str().into(),
                row.parcel_code.as_str().into(),
                row.name.as_str().into(),
                row.building_use.into(),
                row.storeys.into(),
                row.storey_height_m.into(),
                row.height_m.into(),
                row.completed_on.into(),
            ];
            (Some(&row.ground), cells)
        }))?;
        self.approvals.append(parks.iter().flat_map(|park| &park.approvals).map(|row| {
            let cells = vec![
                row.number.as_str().into(),
                row.name.as_str().into(),
                row.level.into(),
                row.approved_on.map(|day| day.to_string()).into(),
                row.withdrawn_on.map(|day| day.to_string()).into(),
                row.area_hectares.into(),
                row.division_code.into(),
            ];
            (row.ground.as_ref(), cells)
        }))?;
        self.zones.append(parks.iter().flat_map(|park| &park.zones).map(|row| {
            let cells = vec![row.code.as_str().into(), row.use_code.into(), row.use_name.into(), row.division_code.into()];
            (Some(&row.ground), cells)
        }))?;
        self.projects.append(parks.iter().flat_map(|park| &park.projects).map(|row| {
            let cells = vec![
                row.code.as_str().into(),
                row.name.as_str().into(),
                row.measure.into(),
                row.reported_mu.into(),
                row.reporting_unit.into(),
                row.division_code.into(),
            ];
            (row.ground.as_ref(), cells)
        }))?;
        for row in parks.iter().flat_map(|park| &park.supplies) {
            if self.supply_book.rows() == ROWS_PER_WORKBOOK {
                self.next_supply_book()?;
            }
            self.supply_book.append(&supply_cells(row))?;
        }
        for row in parks.iter().flat_map(|park| &park.project_events) {
            self.events.append(&[
                row.project_code.as_str().into(),
                row.division_code.into(),
                row.event.into(),
                row.happened_on.into(),
                row.document.as_str().into(),
            ])?;
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
        let next = book(self.dir, &self.supply_file(), "供地合同", &SUPPLY_HEADERS, self.options)?;
        std::mem::replace(&mut self.supply_book, next).finish()?;
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<SampleFile>, SampleError> {
        let last = self.supply_file();
        let dated = self.options.as_of;
        let mut targets_book = book(self.dir, TARGETS, "目标任务", &TARGET_HEADERS, self.options)?;
        for row in targets() {
            targets_book.append(&[
                row.code.into(),
                row.name.into(),
                row.scope.into(),
                row.base_year.into(),
                row.end_year.into(),
                row.area_mu.into(),
                row.counted_event.into(),
                row.document.into(),
            ])?;
        }
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
        ];
        files.extend(self.supplies.iter().map(|(path, rows)| file(RegisterKind::Supplies, path, u64::from(*rows))));
        files.push(file(RegisterKind::Zones, ZONES, self.zones.finish(dated)?));
        files.push(file(RegisterKind::Projects, PROJECTS, self.projects.finish(dated)?));
        files.push(file(RegisterKind::ProjectEvents, PROJECT_EVENTS, u64::from(self.events.finish()?)));
        files.push(file(RegisterKind::Targets, TARGETS, u64::from(targets_book.finish()?)));
        Ok(files)
    }
}

fn book(dir: &Path, file: &str, sheet: &str, headers: &[&str], options: &SampleOptions) -> Result<WorkbookWriter, SampleError> {
    let spec = WorkbookSpec { sheet, headers, title: LABEL, remark: LABEL, dated: options.as_of };
    Ok(WorkbookWriter::create(&dir.join(file), &spec)?)
}

fn supply_cells(row: &SupplyRow) -> Vec<Cell> {
    let mut cells: Vec<Cell> = vec![
        row.code.as_str().into(),
        row.parcel_code.as_str().into(),
        row.project_name.as_str().into(),
        row.land_user.as_str().into(),
        row.location.as_str().into(),
        row.mode.into(),
        "工业用地".into(),
        row.industry.into(),
        row.signed_on.into(),
        row.delivered_on.into(),
        row.agreed_start_on.into(),
        row.agreed_finish_on.into(),
        row.construction.word().into(),
        row.started_on.into(),
        row.finished_on.into(),
        row.far_min.into(),
        row.far_max.into(),
        row.density_max_percent.into(),
        row.price_wan_yuan.into(),
        row.area_hectares.into(),
        row.division_code.into(),
    ];
    for (column, text) in &row.overrides {
        if let Some(index) = SUPPLY_HEADERS.iter().position(|header| header == column) {
            cells[index] = Cell::Text(text.clone());
        }
    }
    cells
}

/// The whole city in memory, EPSG:4549, with its planted faults.
pub(super) fn parks(options: &SampleOptions) -> Result<(f64, Vec<Park>, Vec<Planted>), SampleError> {
    let city = plan(options)?;
    let mut parks: Vec<Park> = city.parks.par_iter().map(|plan| make(plan, city.scale, options)).collect();
    let planted = parks.first_mut().map(planted::plant).unwrap_or_default();
    Ok((city.scale, parks, planted))
}
