//! What was wrong with a row, a cell or a file: a closed list of faults with codes that never change their meaning.
//!
//! Messages are written where the fault is found, from the texts here; `docs/ISSUES.md` is generated from this list.

use serde::Serialize;

/// How much a fault costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 该行隔离：the row was set aside.
    BlocksRow,
    /// 该行入库但缺一项：the row was kept without one value.
    Degrades,
    /// 仅提示：nothing was lost.
    Notice,
}

impl Severity {
    /// The word kept in `import_issue.severity`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::BlocksRow => "blocks_row",
            Severity::Degrades => "degrades",
            Severity::Notice => "notice",
        }
    }

    /// 中文。
    pub fn label_zh(self) -> &'static str {
        match self {
            Severity::BlocksRow => "该行隔离",
            Severity::Degrades => "入库但缺一项",
            Severity::Notice => "提示",
        }
    }
}

/// Who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// 数据提供方。
    DataSupplier,
    /// 操作员。
    Operator,
    /// 开发者。
    Developer,
}

impl Party {
    /// The word kept in `import_issue.party`.
    pub fn as_str(self) -> &'static str {
        match self {
            Party::DataSupplier => "data_supplier",
            Party::Operator => "operator",
            Party::Developer => "developer",
        }
    }

    /// 中文。
    pub fn label_zh(self) -> &'static str {
        match self {
            Party::DataSupplier => "数据提供方",
            Party::Operator => "操作员",
            Party::Developer => "开发者",
        }
    }
}

/// One fault that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IngestIssue {
    /// Stable code, `ING-nnn`.
    pub code: &'static str,
    /// What it costs.
    pub severity: Severity,
    /// Who can mend it.
    pub party: Party,
    /// Row of the file, from 1; none for the file as a whole.
    pub row: Option<i32>,
    /// Column as the file names it.
    pub column: Option<String>,
    /// The value as it came.
    pub value: Option<String>,
    /// What was found and what was expected, Chinese.
    pub message: String,
    /// What to do, Chinese.
    pub remedy: String,
    /// Place on the map, longitude and latitude in EPSG:4490.
    pub place: Option<(f64, f64)>,
    /// The whole row as it came, when it was set aside: column to value.
    pub raw_row: Option<serde_json::Value>,
}

impl IngestIssue {
    /// An issue of the file as a whole; the rest is added with the `with_…` functions.
    pub(crate) fn new(code: IssueCode, message: String) -> IngestIssue {
        IngestIssue {
            code: code.code(),
            severity: code.severity(),
            party: code.party(),
            row: None,
            column: None,
            value: None,
            message,
            remedy: code.remedy().to_owned(),
            place: None,
            raw_row: None,
        }
    }

    /// At this row.
    pub(crate) fn with_row(mut self, row: i32) -> Self {
        self.row = Some(row);
        self
    }

    /// In this column, with this value.
    pub(super) fn with_cell(mut self, column: &str, value: &str) -> Self {
        self.column = Some(column.to_owned());
        self.value = (!value.is_empty()).then(|| shortened(value, 200));
        self
    }

    /// At this place, if it is one.
    pub(crate) fn with_place(mut self, place: Option<(f64, f64)>) -> Self {
        self.set_place(place);
        self
    }

    /// Puts it at this place, if it is one.
    pub(super) fn set_place(&mut self, place: Option<(f64, f64)>) {
        self.place = place.filter(|(x, y)| x.abs() <= 180.0 && y.abs() <= 90.0);
    }

    /// With this advice in place of the general one.
    pub(crate) fn with_remedy(mut self, remedy: String) -> Self {
        self.remedy = remedy;
        self
    }
}

/// At most `limit` characters of a text, with a mark where it was cut.
pub(super) fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

macro_rules! issue_codes {
    ($($variant:ident = $code:literal, $severity:ident, $party:ident, $title:literal, $remedy:literal;)*) => {
        /// The faults that intake can report. A code keeps its meaning for ever; a fault that is no longer reported
        /// keeps its number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum IssueCode {
            $(#[doc = $title] $variant,)*
        }

        impl IssueCode {
            /// Every fault, by number.
            pub const ALL: &'static [IssueCode] = &[$(IssueCode::$variant,)*];

            /// The fault of this code.
            pub fn from_code(code: &str) -> Option<IssueCode> {
                IssueCode::ALL.iter().copied().find(|known| known.code() == code)
            }

            /// `ING-nnn`.
            pub fn code(self) -> &'static str {
                match self { $(IssueCode::$variant => $code,)* }
            }

            /// What it costs.
            pub fn severity(self) -> Severity {
                match self { $(IssueCode::$variant => Severity::$severity,)* }
            }

            /// Who can mend it.
            pub fn party(self) -> Party {
                match self { $(IssueCode::$variant => Party::$party,)* }
            }

            /// 名称。
            pub fn title_zh(self) -> &'static str {
                match self { $(IssueCode::$variant => $title,)* }
            }

            /// 处理办法。
            pub fn remedy(self) -> &'static str {
                match self { $(IssueCode::$variant => $remedy,)* }
            }
        }
    };
}

issue_codes! {
    KeyMissing = "ING-001", BlocksRow, DataSupplier, "必填项为空或无法识别",
        "请数据提供方补齐该项后重新报送；其余行不受影响";
    CodeMalformed = "ING-002", BlocksRow, DataSupplier, "编码不合规则",
        "请按编码规则核对后重新报送；如果来源用的是自有编号，请在字段映射中写明宗地代码为自有编号（code_scheme = \"opaque\"）";
    DuplicateKey = "ING-003", BlocksRow, DataSupplier, "同一文件内编号重复",
        "请确认哪一行有效，删去其余行后重新报送；本次保留最先出现的一行";
    NumberUnreadable = "ING-004", Degrades, DataSupplier, "数值无法识别",
        "请改成数字后重新报送；本次该项按缺失处理";
    DateUnreadable = "ING-005", Degrades, DataSupplier, "日期无法识别",
        "请改成 2017-09-10 这样的日期后重新报送；本次该项按缺失处理";
    WordUnknown = "ING-006", Degrades, Operator, "取值不在对照表中",
        "请在字段映射的取值对照（values）中补上该取值的含义，或请提供方改用约定的取值；本次该项按缺失处理";
    OutOfRange = "ING-007", Degrades, DataSupplier, "数值超出允许范围",
        "请核对数值与单位后重新报送；本次该项按缺失处理";
    SentinelAsMissing = "ING-008", Notice, DataSupplier, "哨兵值按缺失处理",
        "无需处理；如果该值确为真实数值，请从字段映射的哨兵值（sentinels）中删去它";
    RowsPassedOver = "ING-009", Notice, Operator, "按映射条件略过的行",
        "无需处理；如果不应略过，请修改字段映射的取行条件（where）";
    GeometryMissing = "ING-010", BlocksRow, DataSupplier, "没有图形",
        "请补充该行的图形后重新报送";
    KeptWithoutGeometry = "ING-011", Notice, DataSupplier, "没有图形，已保留并列出",
        "可补充图形后重新报送；补充之前，该行不参与图形叠加";
    NotPolygon = "ING-012", BlocksRow, DataSupplier, "图形不是面",
        "请改为面（多边形）后重新报送；线应首尾闭合成面";
    GeometryBeyondRepair = "ING-013", BlocksRow, DataSupplier, "图形无法修复",
        "请在绘图软件中重画或检查该图形后重新报送";
    GeometryRepaired = "ING-014", Notice, DataSupplier, "图形有误，已自动修复",
        "请对照地图核对修复结果；如不符，请改正原图后重新报送";
    HeightsDropped = "ING-015", Notice, Operator, "高程或量度值已舍去",
        "无需处理；本系统只用平面位置";
    CurvesLinearised = "ING-016", Notice, Operator, "曲线已改为折线",
        "无需处理；如面积有争议，请提供方以折线报送";
    OutsideCity = "ING-017", BlocksRow, DataSupplier, "图形在城市范围之外",
        "请核对坐标系、坐标轴次序与图形位置后重新报送";
    DivisionUnknown = "ING-018", BlocksRow, DataSupplier, "行政区无法确定",
        "请补正行政区代码；如果该行政区应在管辖之内，请先导入行政区界线";
    DivisionNearest = "ING-019", Degrades, DataSupplier, "不在任何行政区内，按最近归入",
        "请核对图形位置；如归属有误，请在来源数据中写明行政区代码";
    EncodingSniffed = "ING-020", Notice, DataSupplier, "属性编码未声明或声明有误，已自动判定",
        "请核对中文是否正确；如有乱码，请在字段映射中写明文件的编码（encoding）";
    ColumnsUnused = "ING-021", Notice, Operator, "文件中未用到的列",
        "无需处理；如有需要的列，请在字段映射中补上";
    Contradiction = "ING-022", Degrades, DataSupplier, "前后矛盾",
        "请核对后重新报送；本次矛盾的一项按缺失处理";
    CrsOverridden = "ING-023", Notice, Operator, "坐标系按操作员指定",
        "请确认所指定的坐标系（--crs）无误；图形位置以它为准";
    ReportingUnitUnknown = "ING-024", Degrades, DataSupplier, "报送单位未登记",
        "请核对报送单位代码，或先登记该单位；本次该项按缺失处理";
    TextUndecodable = "ING-025", Degrades, DataSupplier, "有无法解码的字符",
        "请在字段映射中写明文件的编码（encoding），或请提供方改用 UTF-8";
    ColumnNameCut = "ING-026", Notice, DataSupplier, "列名被截断，按前缀对应",
        "请核对该列内容；DBF 列名最多 10 字节，中文列名容易被截断";
    AreaDisagrees = "ING-027", Notice, DataSupplier, "文件面积与图形面积相差过大",
        "请核对面积单位与图形；统计以文件面积为准";
    RowsShort = "ING-028", Notice, DataSupplier, "读到的行数少于文件声称的行数",
        "文件可能不完整，请向提供方核对行数";
    DivisionAssumed = "ING-029", Degrades, Operator, "行政区按映射中的假定归入",
        "来源没有写到县级；请核对归属，或在来源数据中写明行政区代码";
    ReaderWarning = "ING-030", Notice, DataSupplier, "读取时的警告",
        "请核对文件是否完整；可用原软件重新导出后再报送";
    UnitSuspected = "ING-031", Notice, DataSupplier, "疑似面积单位有误",
        "请核对面积单位；确认后在字段映射中改正该列的单位（unit），或请提供方改正";
    JoinAmbiguous = "ING-032", Degrades, DataSupplier, "关联表中有多条记录，未采用",
        "请核对关联表；一条图形对应多条记录时不能断定用哪一条";
    OtherLayers = "ING-033", Notice, Operator, "文件中未读取的其他图层",
        "无需处理；如需导入，请改选图层（--layer）后另行导入";
    IndustryUnreadable = "ING-034", Degrades, DataSupplier, "行业代码无法识别",
        "请填 GB/T 4754 大类的两位代码；本次该项按缺失处理";
    PartsDropped = "ING-035", Notice, DataSupplier, "图形中的点、线部分已舍去",
        "请核对图形；只有面的部分被采用";
    FinishBeforeStart = "ING-036", Degrades, DataSupplier, "竣工日期早于开工日期",
        "请核对合同或补充协议上的两个日期后重新报送；本次竣工日期按缺失处理";
    CreditCodeDoubtful = "ING-037", Notice, DataSupplier, "统一社会信用代码不合校验",
        "请核对代码有无错字；代码已按原文保存，企业、企业用地与年度数据须写成同一代码才能对上";
    PartExceedsWhole = "ING-038", Notice, DataSupplier, "部分大于全部",
        "请核对两个数值与单位；两项都已按原值保存";
    PeriodReversed = "ING-039", BlocksRow, DataSupplier, "截止日早于起始日",
        "请核对起止日期后重新报送；其余行不受影响";
    EventUndocumented = "ING-040", Notice, DataSupplier, "变更或中止没有文号",
        "请补充文件的文号后重新报送；补充之前，该事件不停止期限的计算";
    NotRegistered = "ING-041", Notice, DataSupplier, "所指的对象没有登记",
        "请核对代码，或先导入所指的登记簿；该行已保存，登记之后自然对上";
    TaxNegative = "ING-042", Notice, DataSupplier, "税收为负",
        "如确为退税多于缴税，无需处理；否则请核对正负号后重新报送";
    CellTooLong = "ING-043", Degrades, DataSupplier, "单元格过长，未采用",
        "请核对该单元格；多半是把文件内容或图片写进了表格。本次该项按缺失处理";
    LineNotClosed = "ING-044", BlocksRow, DataSupplier, "折线没有闭合",
        "请在制图软件中闭合该多段线后重新报送；程序不代为闭合";
    ShapeTooLarge = "ING-045", BlocksRow, DataSupplier, "图形的顶点过多",
        "请核对该图形；如确需如此精细，请拆分或适当简化后重新报送";
    EntitiesPassedOver = "ING-046", Notice, Operator, "图中未读取的对象",
        "无需处理；只有闭合多段线、填充与落在其中的文字被读取";
    ShapeUnreadable = "ING-047", BlocksRow, DataSupplier, "图形文字无法读取",
        "请按 WKT 或“x,y;x,y;…”的形式写图形后重新报送";
    TextWithoutOutline = "ING-048", Notice, DataSupplier, "图上文字不在任何图形之内",
        "请核对文字的插入点是否落在所属图形之内";
    AxesAsWritten = "ING-049", Notice, DataSupplier, "坐标次序与格式不符，已按数值判定",
        "请核对图形位置；标准次序是纵坐标（北）在前、横坐标（东）在后";
    AxesSwapped = "ING-050", Notice, Operator, "坐标轴已按要求互换",
        "请对照地图核对位置；也请提供方以后把东坐标（经度）放在前面";
    ShiftRemoved = "ING-051", Notice, Operator, "坐标偏移已按要求还原",
        "请对照地图核对位置；还原用的是公开公式，精度不高于来源本身，也请提供方以后直接提供 CGCS2000 坐标";
    DegreesUnscaled = "ING-052", Notice, Operator, "放大的经纬度已按要求还原",
        "请对照地图核对位置";
    PipelineApplied = "ING-053", Notice, Operator, "坐标已按操作员提供的管道转换",
        "请对照地图核对位置；管道中的参数由操作员负责";
    PlotRatiosSwapped = "ING-054", Notice, Operator, "容积率上、下限两列已按要求对调",
        "请抽查几行合同核对";
    LimitsReversed = "ING-055", Notice, DataSupplier, "容积率上、下限两列疑似写反",
        "请对照合同核对；确认写反后，选“对调容积率上、下限两列”（--fix swap-plot-ratio-columns）重新导入，或在字段映射中对调两列";
    UpperLimitZero = "ING-056", Notice, DataSupplier, "上限为 0，按没有上限处理",
        "请核对合同；如确无上限，请留空";
    CodeDamaged = "ING-057", BlocksRow, DataSupplier, "编码被表格软件改成了数值",
        "末位已经丢失，不能恢复；请提供方把该列设为文本格式后从原系统重新导出";
    LeadingZeroLost = "ING-058", Notice, DataSupplier, "代码疑似丢了前面的 0",
        "请核对；确认后请提供方把该列设为文本格式，或在字段映射的取值对照（values）中写明对应关系";
    AreaOnWebMap = "ING-059", Notice, DataSupplier, "面积疑似在网络地图投影上量得",
        "请提供方改报证载面积，或在 CGCS2000 上重新量算；本次按原值保存";
    DateWithoutDay = "ING-060", Notice, DataSupplier, "日期只写到月",
        "请补齐到日后重新报送；期限类日期按月末读取，以免提前认定逾期";
    UnitCodeAsParcelCode = "ING-061", BlocksRow, DataSupplier, "以不动产单元代码代替宗地代码",
        "请提供方改报 19 位宗地代码（不动产单元代码的前 19 位）";
    SameGround = "ING-065", Notice, DataSupplier, "同一图形有不同编号",
        "请确认是否同一对象登记了两次：是则只保留一个编号后重新报送，另一个在来源中撤销；两行都已保存";
    NearlySameGround = "ING-066", Notice, DataSupplier, "图形几乎相同而编号不同",
        "请确认是否同一对象的两次测量：是则只保留一个编号；两行都已保存";
    GroundsOverlap = "ING-067", Notice, DataSupplier, "图形重叠超过容差",
        "请核对两宗的界址点，改正其一后重新报送；改正之前，重叠部分在两宗中各计一次";
    GapBetween = "ING-068", Notice, DataSupplier, "相邻图形之间有细缝",
        "请核对共用界线：两次测量应取同一组界址点；确为巷道等则无需处理";
    SliverGround = "ING-069", Notice, DataSupplier, "图形是碎屑",
        "请核对该图形是否由叠加运算留下的碎片；是则在来源中并入相邻宗地后重新报送";
    OutsideDivision = "ING-070", Notice, DataSupplier, "部分在所属行政区界线之外",
        "请核对行政区代码与图形；界线以登记的为准，公开界线精度有限，确属本行政区的无需处理";
    FaultsNotListed = "ING-071", Notice, Operator, "同类问题过多，其余未逐一列出",
        "请先处理已列出的，改正后重新导入即可看到其余的";
    GroundTakenOver = "ING-072", Notice, Operator, "原宗地由新宗地承接，已关闭",
        "请核对沿革；如原宗地仍应存在，请在文件中一并报送原宗地后重新导入";
    NotExamined = "ING-073", Notice, Operator, "没有检查图形之间的关系",
        "请核对图形位置与是否大量重复；其余图形已检查";
    ShiftSuspected = "ING-074", Notice, Operator, "坐标疑似带有偏移",
        "请对照影像或界址点核对位置；确有偏移的，选所提示的修正（--fix）重新导入";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::IssueCode;

    #[test]
    fn codes_are_unique_and_in_order() {
        let codes: Vec<&str> = IssueCode::ALL.iter().map(|issue| issue.code()).collect();
        let sorted: BTreeSet<&str> = codes.iter().copied().collect();
        assert_eq!(codes, sorted.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_long_value_is_cut_at_a_character() {
        assert_eq!(super::shortened("嘉兴市南湖区", 3), "嘉兴市…");
        assert_eq!(super::shortened("嘉兴", 3), "嘉兴");
    }
}
