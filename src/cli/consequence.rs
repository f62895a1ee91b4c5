//! What committing an import would change, for a person at a terminal.

use crate::app::consequence::Consequence;

/// Changes told one by one.
const TOLD: usize = 10;

pub(super) fn print(consequence: &Consequence) {
    say!("  提交后结论的变化（时点 {}，规则 {}）：", consequence.as_of, consequence.rulebook_edition);
    if consequence.sums.is_empty() {
        say!("    没有疑似标记出现、消失或改变面积");
    }
    for sum in &consequence.sums {
        let county = sum.division_name.as_deref().unwrap_or(&sum.division_code);
        say!(
            "    {county} {}：将出现 {} 处 {:.2} 亩，将消失 {} 处 {:.2} 亩，面积将变化 {} 处 {:+.2} 亩；净 {:+.2} 亩",
            sum.kind_label,
            sum.appeared,
            sum.appeared_mu,
            sum.vanished,
            sum.vanished_mu,
            sum.resized,
            sum.resized_mu,
            sum.net_mu
        );
    }
    for change in consequence.changes.iter().take(TOLD) {
        say!("      {} {} {}：{}", change.fate_label, change.kind_label, change.subject_code, change.reasons.join("；"));
    }
    if consequence.changes_total > TOLD {
        say!("      ……共 {} 处变化，见 --report json", consequence.changes_total);
    }
    if let Some(target) = consequence.target.as_ref().filter(|target| target.before_mu != target.after_mu) {
        say!("    目标任务“{}”：{:.2} 亩 → {:.2} 亩", target.name, target.before_mu, target.after_mu);
    }
    if consequence.rows.closed > 0 {
        say!("    因分割、合并、调整、换号关闭的原宗地 {} 宗", consequence.rows.closed);
    }
}
