//! The law and the land, as pure functions: units, codes, facts, the rulebook, [`evaluate()`] and its findings.
//!
//! There is no I/O here, no clock, no geometry, no thread and no setting: whoever calls gives the facts, the text of
//! the rulebook and the date. Areas come in as numbers; how they were measured is the business of `mujun-geometry`
//! and of the shell. No number from a legal text occurs in this crate: those are in the rulebook's files.
//! Start at [`evaluate()`]; what it takes is in [`subject`] and [`rulebook`], what it gives in [`finding`].

pub mod code;
pub mod deadline;
pub mod evaluate;
pub mod fact;
pub mod finding;
pub mod kind;
pub mod ledger;
pub mod life;
pub mod measure;
pub mod rulebook;
pub mod screen;
pub mod subject;
pub mod unit;

pub use code::{
    CadastralCode, CodeFault, CreditCode, DivisionCode, IndustryCode, IndustryEdition, ParcelCode, RealEstateUnitCode,
};
pub use evaluate::evaluate;
pub use fact::{Construction, Fact, FactName, FactValue, MissingReason, Source, Truth, ValueKind};
pub use finding::{
    Clearance, Comparison, Evaluation, Finding, InputUsed, MissingInput, NonEmpty, Outcome, OutcomeCode, ThresholdUsed, Verdict,
};
pub use kind::Kind;
pub use measure::Measure;
pub use rulebook::{
    Certainty, Citation, Compare, Force, ParameterName, ParameterUsed, Rule, RuleId, Rulebook, RulebookFault, RulebookFiles,
};
pub use screen::Screen;
pub use subject::{Subject, SubjectFacts, SubjectKind};
pub use unit::{Area, Quantity, Unit};
