//! The closed lists of the life of a flag: what a determination concludes, and how land is disposed of.

use crate::kind::Kind;

/// 认定结论。What a determination says the land is; what else it says is in its document.
///
/// 供而未用 begins when the agreed start has passed; 闲置土地 is a determination of its own (国土资源部令第53号) that needs
/// a further year. Neither word stands for the other, and only a person writes the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conclusion {
    /// 批而未供
    ApprovedNotSupplied,
    /// 供而未用
    SuppliedNotUsed,
    /// 闲置土地
    IdleLand,
    /// 用而未尽
    Underused,
    /// 低效用地
    InefficientLand,
}

impl Conclusion {
    /// Every conclusion.
    pub const ALL: [Conclusion; 5] = [
        Conclusion::ApprovedNotSupplied,
        Conclusion::SuppliedNotUsed,
        Conclusion::IdleLand,
        Conclusion::Underused,
        Conclusion::InefficientLand,
    ];

    /// The word used in JSON and SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Conclusion::ApprovedNotSupplied => "approved_not_supplied",
            Conclusion::SuppliedNotUsed => "supplied_not_used",
            Conclusion::IdleLand => "idle_land",
            Conclusion::Underused => "underused",
            Conclusion::InefficientLand => "inefficient_land",
        }
    }

    /// The conclusion of that word, or `None`.
    pub fn from_code(word: &str) -> Option<Conclusion> {
        Conclusion::ALL.into_iter().find(|conclusion| conclusion.as_str() == word)
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            Conclusion::ApprovedNotSupplied => "批而未供",
            Conclusion::SuppliedNotUsed => "供而未用",
            Conclusion::IdleLand => "闲置土地",
            Conclusion::Underused => "用而未尽",
            Conclusion::InefficientLand => "低效用地",
        }
    }

    /// The conclusions that a flag of this kind can end in: land that was never supplied cannot be idle, and land that was
    /// never built on is not underused.
    pub fn of_kind(kind: Kind) -> &'static [Conclusion] {
        match kind {
            Kind::ApprovedNotSupplied => &[Conclusion::ApprovedNotSupplied],
            Kind::SuppliedNotUsed => &[Conclusion::SuppliedNotUsed, Conclusion::IdleLand, Conclusion::InefficientLand],
            Kind::Underused => &[Conclusion::Underused, Conclusion::InefficientLand],
        }
    }
}

/// 处置方式。The first five and the next five are the lists of working systems (an import template of inefficient firms;
/// 平政发〔2022〕15号); then what ends a 批而未供, what 国土资源部令第53号 article 14 provides, and what only a document says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DisposalKind {
    /// 收储再开发
    ReserveAndRedevelop,
    /// 自主开发
    OwnRedevelopment,
    /// 技术提升
    TechnicalUpgrade,
    /// 复垦耕地
    Reclamation,
    /// 司法处置或转让
    JudicialSaleOrTransfer,
    /// 改造提升
    Upgrade,
    /// 关停淘汰
    Closure,
    /// 腾退收回
    Vacating,
    /// 兼并重组
    Merger,
    /// 提升入园
    ParkRelocation,
    /// 完成供地
    Supply,
    /// 撤回批文
    ApprovalWithdrawal,
    /// 征缴土地闲置费
    IdleFee,
    /// 收回土地使用权
    TakeBack,
    /// 其他（见文书）
    Other,
}

impl DisposalKind {
    /// Every kind.
    pub const ALL: [DisposalKind; 15] = [
        DisposalKind::ReserveAndRedevelop,
        DisposalKind::OwnRedevelopment,
        DisposalKind::TechnicalUpgrade,
        DisposalKind::Reclamation,
        DisposalKind::JudicialSaleOrTransfer,
        DisposalKind::Upgrade,
        DisposalKind::Closure,
        DisposalKind::Vacating,
        DisposalKind::Merger,
        DisposalKind::ParkRelocation,
        DisposalKind::Supply,
        DisposalKind::ApprovalWithdrawal,
        DisposalKind::IdleFee,
        DisposalKind::TakeBack,
        DisposalKind::Other,
    ];

    /// The word used in JSON and SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            DisposalKind::ReserveAndRedevelop => "reserve_and_redevelop",
            DisposalKind::OwnRedevelopment => "own_redevelopment",
            DisposalKind::TechnicalUpgrade => "technical_upgrade",
            DisposalKind::Reclamation => "reclamation",
            DisposalKind::JudicialSaleOrTransfer => "judicial_sale_or_transfer",
            DisposalKind::Upgrade => "upgrade",
            DisposalKind::Closure => "closure",
            DisposalKind::Vacating => "vacating",
            DisposalKind::Merger => "merger",
            DisposalKind::ParkRelocation => "park_relocation",
            DisposalKind::Supply => "supply",
            DisposalKind::ApprovalWithdrawal => "approval_withdrawal",
            DisposalKind::IdleFee => "idle_fee",
            DisposalKind::TakeBack => "take_back",
            DisposalKind::Other => "other",
        }
    }

    /// The kind of that word, or `None`.
    pub fn from_code(word: &str) -> Option<DisposalKind> {
        DisposalKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// 中文名称。
    pub fn label_zh(self) -> &'static str {
        match self {
            DisposalKind::ReserveAndRedevelop => "收储再开发",
            DisposalKind::OwnRedevelopment => "自主开发",
            DisposalKind::TechnicalUpgrade => "技术提升",
            DisposalKind::Reclamation => "复垦耕地",
            DisposalKind::JudicialSaleOrTransfer => "司法处置或转让",
            DisposalKind::Upgrade => "改造提升",
            DisposalKind::Closure => "关停淘汰",
            DisposalKind::Vacating => "腾退收回",
            DisposalKind::Merger => "兼并重组",
            DisposalKind::ParkRelocation => "提升入园",
            DisposalKind::Supply => "完成供地",
            DisposalKind::ApprovalWithdrawal => "撤回批文",
            DisposalKind::IdleFee => "征缴土地闲置费",
            DisposalKind::TakeBack => "收回土地使用权",
            DisposalKind::Other => "其他（见文书）",
        }
    }
}
