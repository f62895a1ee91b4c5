//! A decision's JSON → typed values, or every fault of its shape at once. What the values may be is the domain's business.

use mujun_domain::life::{Conclusion, Decision, DecisionFault, DisposalKind, Document, Field, Step};
use serde_json::Value;

use super::Seen;
use crate::app::members::Members;
pub use crate::app::members::RequestFault;

/// What was asked to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What whoever decides has seen.
    pub seen: Seen,
    /// The decision.
    pub decision: Decision,
}

impl From<&DecisionFault> for RequestFault {
    fn from(fault: &DecisionFault) -> RequestFault {
        let remedy = match fault {
            DecisionFault::Empty(_) | DecisionFault::DocumentMissing(_) => "请补填",
            DecisionFault::TooLong { .. } => "请缩短；全文可留在文书中",
            DecisionFault::ControlCharacter(_) => "请删去不可见字符后重新填写",
            DecisionFault::InFuture { .. } | DecisionFault::Implausible { .. } | DecisionFault::BeforePrevious { .. } => {
                "请核对日期"
            }
            DecisionFault::Unexpected { .. } => "请去掉这一项",
            DecisionFault::Misfit { .. } => "请改选认定结论，或核对所选的标记",
        };
        RequestFault { field: fault.field().as_str().to_owned(), message: fault.to_string(), remedy: remedy.to_owned() }
    }
}

const MEMBERS: [&str; 10] = [
    "seen_sequence",
    "seen_finding_sha256",
    "step",
    "decided_by",
    "decided_on",
    "reason",
    "document_number",
    "document_dated",
    "disposal_kind",
    "conclusion",
];

/// Reads the JSON of a decision.
///
/// # Errors
/// Every fault of its shape: members missing, unknown or of another type, words that are not of the list, days that are none.
pub fn parse(value: &Value) -> Result<Request, Vec<RequestFault>> {
    let mut reader = Members::of(value, &MEMBERS)?;
    let sequence =
        reader.needed("seen_sequence", |reader| reader.number("seen_sequence", "所见最后一条办理记录的序号，没有则为 0"));
    // Null is an answer: the run said nothing of the subject. Absent is not.
    let finding_sha256 = if reader.is_null("seen_finding_sha256") {
        Some(None)
    } else {
        reader
            .needed("seen_finding_sha256", |reader| {
                let is_digest = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                reader.read("seen_finding_sha256", "所见结论的 SHA-256（64 位十六进制）或 null", |text| {
                    is_digest(text).then(|| text.to_ascii_lowercase())
                })
            })
            .map(Some)
    };
    let words = Step::ALL.map(Step::as_str).join("、");
    let step = reader.needed("step", |reader| reader.read("step", &format!(" {words} 之一"), Step::from_code));
    let decided_by = reader.text(Field::DecidedBy.as_str());
    let decided_on = reader.needed("decided_on", |reader| reader.day("decided_on"));
    let reason = reader.text(Field::Reason.as_str());
    let number = reader.text(Field::DocumentNumber.as_str());
    let dated = reader.day(Field::DocumentDated.as_str());
    if number.is_none() && dated.is_some() {
        reader.fault("document_number", "有文书日期而没有文号".to_owned(), "请补填文号，或去掉文书日期");
    }
    let words = DisposalKind::ALL.map(DisposalKind::as_str).join("、");
    let disposal = reader.read("disposal_kind", &format!(" {words} 之一"), DisposalKind::from_code);
    let words = Conclusion::ALL.map(Conclusion::as_str).join("、");
    let conclusion = reader.read("conclusion", &format!(" {words} 之一"), Conclusion::from_code);
    match (sequence, finding_sha256, step, decided_on) {
        (Some(sequence), Some(finding_sha256), Some(step), Some(decided_on)) if reader.faults.is_empty() => Ok(Request {
            seen: Seen { sequence, finding_sha256 },
            decision: Decision {
                step,
                // What must be written and is not is a fault of the decision, said there with the others.
                decided_by: decided_by.unwrap_or_default(),
                decided_on,
                reason: reason.unwrap_or_default(),
                document: number.map(|number| Document { number, dated }),
                disposal,
                conclusion,
            },
        }),
        _ => Err(reader.faults),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body() -> Value {
        json!({
            "seen_sequence": 0, "seen_finding_sha256": "a".repeat(64), "step": "verified", "decided_by": " 某局 ",
            "decided_on": "2026-06-30", "reason": "现场\r\n查看", "document_number": "", "document_dated": null,
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut body = body();
        body[name] = value;
        body
    }

    #[test]
    fn blanks_around_a_text_and_empty_texts_do_not_count() {
        let request = parse(&body()).unwrap();
        assert_eq!(request.decision.decided_by, "某局");
        assert_eq!(request.decision.reason, "现场\n查看");
        assert_eq!(request.decision.document, None);
        assert_eq!(parse(&with("seen_finding_sha256", Value::Null)).unwrap().seen.finding_sha256, None);
    }

    #[test]
    fn each_member_that_cannot_be_read_is_named() {
        for (name, value) in [
            ("seen_sequence", json!(-1)),
            ("seen_sequence", json!("0")),
            ("seen_sequence", json!(4_294_967_296_u64)),
            ("seen_finding_sha256", json!("abc")),
            ("step", json!("认定")),
            ("step", Value::Null),
            ("decided_by", json!(3)),
            ("decided_on", json!("2026-6-30")),
            ("decided_on", json!("2026-02-30")),
            ("document_dated", json!("昨天")),
            ("disposal_kind", json!("demolish")),
            ("conclusion", json!("idle")),
            ("state", json!("closed")),
        ] {
            let faults = parse(&with(name, value.clone())).unwrap_err();
            assert_eq!(faults.len(), 1, "{name}: {value}: {faults:?}");
            assert_eq!(faults[0].field, name);
        }
        let faults = parse(&json!({})).unwrap_err();
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["seen_sequence", "seen_finding_sha256", "step", "decided_on"]);
        assert_eq!(parse(&json!([])).unwrap_err().len(), 1);
        assert_eq!(parse(&with("document_dated", json!("2026-06-30"))).unwrap_err()[0].field, "document_number");
    }
}
