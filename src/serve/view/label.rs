//! Chinese words for codes that only screens need. Words of the law come from the domain.

/// What synthetic data is marked with wherever it shows.
pub(in crate::serve) const SYNTHETIC: &str = "示例数据（合成）";

/// The mark, where it is due.
pub(in crate::serve) fn data_label(is_synthetic: bool) -> Option<&'static str> {
    is_synthetic.then_some(SYNTHETIC)
}

/// 改造方式。
pub(in crate::serve) fn renewal_measure(code: &str) -> Option<&'static str> {
    Some(match code {
        "upgrade" => "改造提升",
        "acquisition" => "收储",
        "vacating" => "腾退",
        "merger" => "兼并重组",
        "park_relocation" => "提升入园",
        "closure" => "关停淘汰",
        _ => return None,
    })
}

/// 改造项目节点。
pub(in crate::serve) fn project_step(code: &str) -> Option<&'static str> {
    Some(match code {
        "determined" => "认定",
        "plan_approved" => "方案批准",
        "vacated" => "腾退",
        "supplied" => "供地",
        "started" => "开工",
        "completed" => "竣工",
        "accepted" => "验收",
        _ => return None,
    })
}

/// 施工情况。
pub(in crate::serve) fn construction_state(code: &str) -> Option<&'static str> {
    Some(match code {
        "not_started" => "未开工",
        "started" => "已开工",
        "finished" => "已竣工",
        _ => return None,
    })
}

/// 图层。
pub(in crate::serve) fn layer(id: &str) -> &'static str {
    match id {
        "parcels" => "宗地",
        "buildings" => "建筑物",
        "approvals" => "用地批次",
        "supplies" => "供地合同",
        "zones" => "规划分区",
        "projects" => "改造项目",
        "leftovers" => "批而未供范围",
        _ => "",
    }
}

/// 导入问题的严重程度。
pub(in crate::serve) fn severity(code: &str) -> Option<&'static str> {
    Some(match code {
        "blocks_row" => "该行隔离",
        "degrades" => "入库但缺一项",
        "notice" => "提示",
        _ => return None,
    })
}

/// 导入问题应由谁处理。
pub(in crate::serve) fn party(code: &str) -> Option<&'static str> {
    Some(match code {
        "data_supplier" => "数据提供方",
        "operator" => "操作员",
        "developer" => "开发者",
        _ => return None,
    })
}
