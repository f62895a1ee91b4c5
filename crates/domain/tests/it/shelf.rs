//! The rulebook of this repository, and small ways to make subjects.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chrono::NaiveDate;
use mujun_domain::{
    Construction, Fact, FactName, FactValue, IndustryCode, IndustryEdition, Quantity, Rulebook, RulebookFiles, Source, Subject,
    SubjectFacts, SubjectKind, Truth, ValueKind,
};

pub const EDITION: &str = "jiaxing-2026";

pub static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| parsed(&files()));

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebook")
}

/// Every file of the rulebook folder.
pub fn files() -> RulebookFiles {
    let mut files = RulebookFiles::new(EDITION);
    gather(&folder(), "", &mut files);
    files
}

fn gather(folder: &Path, prefix: &str, files: &mut RulebookFiles) {
    for entry in std::fs::read_dir(folder).expect("the rulebook folder is readable") {
        let path = entry.expect("an entry").path();
        let name = format!("{prefix}{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() {
            gather(&path, &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read_to_string(&path).expect("text"));
        }
    }
}

/// The rulebook of those files; panics with every fault.
pub fn parsed(files: &RulebookFiles) -> Rulebook {
    Rulebook::parse(files).unwrap_or_else(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_else(|_| panic!("“{text}” is not a day"))
}

pub fn subject(kind: SubjectKind) -> SubjectFacts {
    SubjectFacts::new(Subject { kind, division: None, code: "举例".to_owned() })
}

/// The fact that a text such as `12000`, `2024-01-31`, `yes`, `started @ 2024-06-30` stands for.
pub fn fact(name: FactName, text: &str) -> Fact {
    let (text, observed_on) = match text.split_once(" @ ") {
        Some((value, observed)) => (value, Some(day(observed))),
        None => (text, None),
    };
    let value = match name.value_kind() {
        ValueKind::Quantity(unit) => FactValue::Quantity(Quantity::new(text.parse().expect("a number"), unit)),
        ValueKind::Date => FactValue::Date(day(text)),
        ValueKind::Flag => FactValue::Flag(match text {
            "yes" => Truth::Yes,
            "no" => Truth::No,
            other => panic!("“{other}” is neither yes nor no"),
        }),
        ValueKind::Construction => FactValue::Construction(match text {
            "not_started" => Construction::NotStarted,
            "started" => Construction::Started,
            "finished" => Construction::Finished,
            other => panic!("“{other}” is no state of construction"),
        }),
        ValueKind::Industry => {
            let (edition, code) = text.rsplit_once(' ').expect("edition and code");
            let edition = IndustryEdition::parse(edition).expect("an edition");
            FactValue::Industry(IndustryCode::parse(edition, code).expect("a code"))
        }
        ValueKind::Text => FactValue::Text(text.to_owned()),
    };
    Fact::known(value, Source::new("case", "举例"), observed_on)
}

/// A subject with those facts.
pub fn facts(kind: SubjectKind, list: &[(FactName, &str)]) -> SubjectFacts {
    list.iter().fold(subject(kind), |facts, (name, text)| facts.with(*name, fact(*name, text)))
}
