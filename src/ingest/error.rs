//! Faults of a whole file: nothing of it was taken. Each says what was found and what to do.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Remedy, isolated, source::LayerSummary};
use crate::register::RegisterKind;

/// Why a file as a whole was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The path names nothing.
    #[error("找不到文件“{path}”。请检查路径是否正确")]
    FileNotFound {
        /// The path as given.
        path: String,
    },
    /// The operating system refused to read.
    #[error("文件“{path}”无法读取。请检查文件权限、是否被其他程序占用")]
    Unreadable {
        /// The path as given.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A folder that is no FileGDB, or another thing that is not a file.
    #[error("“{path}”不是数据文件。请指定文件夹中的一个文件（如 .shp、.gpkg、.xlsx），或 .gdb 文件夹本身")]
    NotAFile {
        /// The path as given.
        path: String,
    },
    /// The file is empty.
    #[error("文件“{path}”是空的（0 字节）。请向提供方重新索取")]
    EmptyFile {
        /// The path as given.
        path: String,
    },
    /// No reader took the file.
    #[error(
        "文件“{path}”不是可识别的数据格式，或内容已损坏、不完整。可读：Shapefile（.shp 或 .zip）、GeoPackage、FileGDB（.gdb 文件夹或 .zip）、GeoJSON、FlatGeobuf、KML/KMZ、GML、DXF、MapInfo、CSV、XLSX/ODS、报批坐标文本。{detail}"
    )]
    UnknownFormat {
        /// The path as given.
        path: String,
        /// What the reader said, may be empty.
        detail: String,
    },
    /// A part of a Shapefile is missing.
    #[error(
        "“{path}”缺少 {part} 文件：Shapefile 至少要有 .shp、.shx、.dbf 三个同名文件。请把整套文件（或打成一个 .zip）一起提供"
    )]
    MissingPart {
        /// The path as given.
        path: String,
        /// Extension of the missing part.
        part: String,
    },
    /// A workbook could not be opened.
    #[error("工作簿“{path}”无法打开：不是有效的 XLSX 文件，或有打开密码。请在表格软件中另存为 .xlsx 后重试")]
    Workbook {
        /// The path as given.
        path: String,
        /// What the reader said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file has no layer.
    #[error("文件“{path}”里没有任何图层或工作表")]
    NoLayer {
        /// The path as given.
        path: String,
    },
    /// The mapping names a layer that is not there.
    #[error("文件“{path}”里没有名为“{wanted}”的图层或工作表；现有：{}。请改选其中之一（--layer，或字段映射的 layer）", listed(.present))]
    LayerNotFound {
        /// The path as given.
        path: String,
        /// The layer asked for.
        wanted: String,
        /// The layers that are there.
        present: Vec<LayerSummary>,
    },
    /// Several layers and nothing says which.
    #[error("文件“{path}”里有 {} 个图层或工作表：{}。请选定一个（--layer，或字段映射的 layer）", .present.len(), listed(.present))]
    SeveralLayers {
        /// The path as given.
        path: String,
        /// The layers that are there.
        present: Vec<LayerSummary>,
    },
    /// The mapping is for another register.
    #[error("字段映射“{mapping}”用于{}，不能用来导入{}。请换用 kind = \"{}\" 的映射", .found.label_zh(), .wanted.label_zh(), .wanted.as_str())]
    WrongMapping {
        /// Name of the mapping.
        mapping: String,
        /// Its kind.
        found: RegisterKind,
        /// The kind that is being imported.
        wanted: RegisterKind,
    },
    /// Columns that the mapping names are not in the file.
    #[error("{}", columns_missing(.path, .mapping, .missing, .present))]
    ColumnsMissing {
        /// The path as given.
        path: String,
        /// Name of the mapping.
        mapping: String,
        /// What was looked for and not found.
        missing: Vec<MissingColumn>,
        /// The columns that are there.
        present: Vec<String>,
    },
    /// The file does not say its CRS and the operator does not either.
    #[error("文件“{path}”没有坐标系声明。{proposal}")]
    CrsMissing {
        /// The path as given.
        path: String,
        /// What the coordinates look like, and what to type.
        proposal: String,
    },
    /// The CRS is none we can name by an EPSG code.
    #[error("文件“{path}”的坐标系“{found}”无法对应到 EPSG 代码。如果确知是哪一个，请指定坐标系（--crs EPSG:代码）重新导入")]
    CrsUnknown {
        /// The path as given.
        path: String,
        /// Its name in the file.
        found: String,
    },
    /// Beijing 54 and Xian 80 cannot be transformed without parameters that are not ours to ship.
    #[error(
        "文件“{path}”的坐标系是“{found}”。1954 北京坐标系、1980 西安坐标系转到 CGCS2000 需要当地转换参数，本系统不附带。请由测绘部门转换为 CGCS2000（EPSG:4490、4549 或 4528）后再导入；持有参数的单位也可以用 --pipeline 给出 PROJ 转换管道"
    )]
    CrsRefused {
        /// The path as given.
        path: String,
        /// Its name in the file.
        found: String,
    },
    /// What the operator asks for does not fit the file, or does not go together.
    #[error("文件“{path}”不能按要求修正：{message}")]
    RemedyUnfit {
        /// The path as given.
        path: String,
        /// What does not fit, Chinese.
        message: String,
    },
    /// The pipeline of the operator cannot be used.
    #[error("文件“{path}”的转换管道不能使用：{message}")]
    PipelineUnusable {
        /// The path as given.
        path: String,
        /// What to do, Chinese.
        message: String,
        /// What PROJ said.
        #[source]
        source: mujun_geometry::reproject::ReprojectionError,
    },
    /// PROJ does not know the CRS or cannot transform it.
    #[error("坐标系 {crs} 不能转换到 EPSG:4490。请检查所指定的坐标系（--crs）")]
    Transformation {
        /// The CRS.
        crs: String,
        /// What PROJ said.
        #[source]
        source: mujun_geometry::reproject::ReprojectionError,
    },
    /// Numbers that cannot be degrees under a geographic CRS.
    #[error("文件“{path}”声明（或默认）的坐标系是经纬度 {crs}，但坐标（如 {x}, {y}）超出经纬度范围。{proposal}")]
    NotDegrees {
        /// The path as given.
        path: String,
        /// The CRS.
        crs: String,
        /// An offending coordinate.
        x: f64,
        /// An offending coordinate.
        y: f64,
        /// What the coordinates look like.
        proposal: String,
    },
    /// The numbers lie where the CRS is not defined.
    #[error("文件“{path}”的 {rows} 个图形都不能按 {crs} 换算成经纬度：坐标系与坐标不符。{proposal}")]
    OffPlane {
        /// The path as given.
        path: String,
        /// How many.
        rows: usize,
        /// The CRS.
        crs: String,
        /// What the coordinates look like.
        proposal: String,
    },
    /// No row lies in the city.
    #[error("文件“{path}”的 {rows} 个图形全部落在城市范围之外：数据范围 {found}，城市范围 {wanted}（经度, 纬度）。{diagnosis}")]
    OutsideCity {
        /// The path as given.
        path: String,
        /// How many.
        rows: usize,
        /// Where they lie.
        found: String,
        /// Where they should.
        wanted: String,
        /// What may be the cause.
        diagnosis: String,
    },
    /// It lies where the shift of a map service would put it.
    #[error("{}", shifted(.path, .name, *.remedy, .evidence))]
    Shifted {
        /// The path as given.
        path: String,
        /// `GCJ-02` or `BD-09`.
        name: &'static str,
        /// What would take the shift away.
        remedy: Remedy,
        /// What speaks for it.
        evidence: String,
    },
    /// A register of ground was given a table without geometry.
    #[error("文件“{path}”只有属性表，没有图形；{}必须有图形。请提供带图形的文件（.shp 整套、.gpkg、.geojson）", .kind.label_zh())]
    NoGeometry {
        /// The path as given.
        path: String,
        /// The register.
        kind: RegisterKind,
    },
    /// What must be remembered of a very large file could not be put away.
    #[error("核对大文件用的暂存文件读写失败，多半是临时文件夹所在的磁盘已满。没有导入任何内容；请腾出空间后重新导入")]
    Aside(#[source] std::io::Error),
    /// Whoever took the rows wanted no more of them.
    #[error("读取在中途被停止。没有导入任何内容")]
    Stopped,
    /// Nothing in it.
    #[error("文件“{path}”里没有一行数据{passed_over}。没有导入任何内容")]
    NoRows {
        /// The path as given.
        path: String,
        /// A clause on rows that the filter passed over, may be empty.
        passed_over: String,
    },
    /// Division by location asks for divisions.
    #[error("字段映射“{mapping}”按图形位置确定行政区，但系统里还没有行政区界线。请先导入行政区（mujun import divisions …）")]
    NoDivisions {
        /// Name of the mapping.
        mapping: String,
    },
    /// The encoding named by the mapping is none we know.
    #[error("字段映射“{mapping}”写的编码“{encoding}”无法识别。可用：UTF-8、GBK、GB18030、UTF-16LE")]
    UnknownEncoding {
        /// Name of the mapping.
        mapping: String,
        /// As written.
        encoding: String,
    },
    /// The joined table could not be used.
    #[error("字段映射“{mapping}”要关联的表“{file}”不可用。请把它放在数据文件所在的文件夹")]
    Join {
        /// Name of the mapping.
        mapping: String,
        /// As written in the mapping.
        file: PathBuf,
        /// Why.
        #[source]
        source: Box<IngestError>,
    },
    /// The columns on which tables are joined are not there.
    #[error("字段映射“{mapping}”的关联列“{column}”不在“{file}”中；现有列：{}", .present.join("、"))]
    JoinColumn {
        /// Name of the mapping.
        mapping: String,
        /// The file that lacks it.
        file: String,
        /// The column.
        column: String,
        /// The columns that are there.
        present: Vec<String>,
    },
    /// The second table does not fit into the memory it may take.
    #[error(
        "字段映射“{mapping}”关联的表“{file}”太大：它须整个放进内存，至多 {limit_mb} MB。请只保留要用的列和行，或先在数据库软件里与主表合并"
    )]
    JoinTooLarge {
        /// Name of the mapping.
        mapping: String,
        /// The second table.
        file: String,
        /// 上限，MB。
        limit_mb: usize,
    },
    /// More bytes than are held in memory at once.
    #[error("文件“{path}”（解压后）超过 {limit_mib} MiB，不能整个放进内存。请拆分，或改用 GeoPackage、FlatGeobuf")]
    TooLarge {
        /// The path as given.
        path: String,
        /// The limit, MiB.
        limit_mib: u64,
    },
    /// More rows than a row number holds.
    #[error("文件“{path}”超过 {limit} 行。请分成几个文件导入")]
    TooManyRows {
        /// The path as given.
        path: String,
        /// The limit.
        limit: i32,
    },
    /// GDAL failed on an opened file.
    #[error("读取文件“{path}”时出错。{detail}")]
    Reading {
        /// The path as given.
        path: String,
        /// What GDAL said, may be empty.
        detail: String,
        /// The cause.
        #[source]
        source: ReaderSaid,
    },
    /// More columns than any register has.
    #[error("文件“{path}”有 {found} 列，超过上限 {limit} 列。多半是分隔符或表头有误；请核对，或删去无用的列后重新报送")]
    TooManyColumns {
        /// The path as given.
        path: String,
        /// How many, or how many were counted before the count was given up.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A cell that goes on and on, mostly because a quotation mark is missing.
    #[error(
        "文件“{path}”第 {row} 行第 {column} 列超过 {limit_kib} KiB。多半是引号没有成对，后面的内容都被当作同一个单元格；请改正后重新报送"
    )]
    CellTooLong {
        /// The path as given.
        path: String,
        /// Row of the file, from 1; 0 is the header.
        row: i32,
        /// Column, from 1.
        column: usize,
        /// The limit, KiB.
        limit_kib: usize,
    },
    /// An archive that must not be unpacked, or cannot be.
    #[error("压缩包“{path}”没有读取：{}{fault}", entry_clause(.entry))]
    Archive {
        /// The path as given.
        path: String,
        /// The entry at fault, may be empty.
        entry: String,
        /// What is wrong.
        fault: ArchiveFault,
    },
    /// The process that reads could not be started.
    #[error("读取程序“{program}”无法启动。请检查程序文件与临时文件夹是否完好、可用")]
    ReaderNotStarted {
        /// The program.
        program: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file brought its reader down.
    #[error(
        "读取文件“{path}”时，读取程序意外中止（{how}）。文件已损坏或格式异常，没有导入任何内容，本系统不受影响。请用原软件打开检查，重新导出（建议 GeoPackage）后再报送"
    )]
    ReaderDied {
        /// The path as given.
        path: String,
        /// The signal or exit code.
        how: String,
    },
    /// The file asked for more than a reader may use.
    #[error("读取文件“{path}”超过限额（{limit}）。没有导入任何内容。请拆分文件，或重新导出为 GeoPackage 后再报送")]
    ReaderOverLimit {
        /// The path as given.
        path: String,
        /// Which limit.
        limit: ReaderLimit,
    },
    /// Reading got stuck.
    #[error("读取文件“{path}”时，{seconds} 秒没有任何进展，已停止。没有导入任何内容。请检查文件是否完整，或重新导出后再报送")]
    ReaderSilent {
        /// The path as given.
        path: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The program that reads is not this version of it.
    #[error("读取文件“{path}”的程序与本程序版本不符，或输出有误。请重新安装本程序后重试")]
    ReaderGarbled {
        /// The path as given.
        path: String,
    },
}

/// What a reader of a file said, as text: it was said in another process.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ReaderSaid(pub String);

/// What a reader may not exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReaderLimit {
    /// Address space.
    Memory,
    /// Processor time.
    Processor,
    /// Size of a file that it writes.
    Disk,
}

impl std::fmt::Display for ReaderLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ReaderLimit::Memory => write!(f, "内存 {} GiB", isolated::ADDRESS_SPACE >> 30),
            ReaderLimit::Processor => f.write_str("处理器时间"),
            ReaderLimit::Disk => write!(f, "解压后 {} GiB", isolated::WRITTEN >> 30),
        }
    }
}

/// Why an archive was not unpacked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum ArchiveFault {
    /// A name that leads out of the archive's own folder.
    #[error("文件名指向压缩包以外的位置，疑为恶意构造。请重新打包")]
    LeadsAway,
    /// A link.
    #[error("是链接，不是文件。请把它所指的文件打进压缩包")]
    Link,
    /// A password.
    #[error("有密码。请去掉密码重新打包")]
    Encrypted,
    /// A packing other than the usual one.
    #[error("压缩方式不受支持。请用普通方式（Deflate）重新打包为 .zip")]
    Method,
    /// Bytes that do not unpack.
    #[error("已损坏，解不开。请重新打包、重新传送")]
    Broken,
    /// More entries than any office sends.
    #[error("有 {found} 个文件，超过上限 {limit} 个。请只打包需要的文件")]
    Entries {
        /// How many.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// More bytes than may be unpacked.
    #[error("解压后超过 {limit_gib} GiB。请拆分后报送")]
    Size {
        /// The limit, GiB.
        limit_gib: u64,
    },
    /// Far smaller than what it unpacks to.
    #[error("解压后是原来的 {ratio} 倍，超过上限 {limit} 倍，疑为压缩炸弹。如确为数据，请解压后直接报送")]
    Ratio {
        /// How many times.
        ratio: u64,
        /// The limit.
        limit: u64,
    },
    /// An archive within the archive.
    #[error("是压缩包中的压缩包。请解开后把其中的数据直接打成一个 .zip")]
    Nested,
}

fn entry_clause(entry: &str) -> String {
    if entry.is_empty() { String::new() } else { format!("“{entry}”") }
}

fn listed(layers: &[LayerSummary]) -> String {
    let shown: Vec<String> = layers.iter().take(40).map(LayerSummary::to_string).collect();
    let more = if layers.len() > shown.len() { "…" } else { "" };
    shown.join("、") + more
}

/// A field whose columns are not in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingColumn {
    /// Field of the register, such as `parcel_code`.
    pub field: String,
    /// Its Chinese name.
    pub label: String,
    /// The column names that would have been taken.
    pub accepted: Vec<String>,
    /// The most similar column of the file, if one is similar.
    pub nearest: Option<String>,
}

fn columns_missing(path: &str, mapping: &str, missing: &[MissingColumn], present: &[String]) -> String {
    let mut text = format!("文件“{path}”与字段映射“{mapping}”对不上，缺少 {} 列：", missing.len());
    for (index, column) in missing.iter().enumerate() {
        if index > 0 {
            text.push('；');
        }
        let accepted: Vec<String> = column.accepted.iter().map(|name| format!("“{name}”")).collect();
        text.push_str(&format!("{}（{}）应在列{}", column.label, column.field, accepted.join("或")));
        if let Some(nearest) = &column.nearest {
            text.push_str(&format!("，是否为“{nearest}”？"));
        }
    }
    let shown: Vec<&str> = present.iter().take(60).map(String::as_str).collect();
    text.push_str(&format!("。文件现有 {} 列：{}", present.len(), shown.join("、")));
    if present.len() > shown.len() {
        text.push('…');
    }
    text.push_str("。请改用合适的映射（--mapping 名称或文件），或在映射中改列名");
    text
}

fn shifted(path: &str, name: &str, remedy: Remedy, evidence: &str) -> String {
    let keep = Remedy::KeepPosition;
    format!(
        "文件“{path}”的坐标很可能带有 {name} 偏移：{evidence}。没有导入任何内容。请对照影像或界址点核对：确有偏移的，选“{}”（--fix {remedy}）重新导入；位置无误的（例如有偏移的是已登记的图形），选“{}”（--fix {keep}）重新导入",
        remedy.label_zh(),
        keep.label_zh()
    )
}
