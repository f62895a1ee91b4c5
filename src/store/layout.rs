//! The columns of a register, once: all its statements follow from this list by the templates in `sql/register/`.
//! Nothing but these constants ever fills a template, and a test prepares every statement that comes out.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What a column of a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlType {
    Text,
    Integer,
    Number,
    Truth,
    Date,
    /// A surface in EPSG:4490.
    Surface,
}

impl SqlType {
    fn as_str(self) -> &'static str {
        match self {
            SqlType::Text => "text",
            SqlType::Integer => "integer",
            SqlType::Number => "double precision",
            SqlType::Truth => "boolean",
            SqlType::Date => "date",
            SqlType::Surface => "geometry(multipolygon, 4490)",
        }
    }
}

/// A column of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub sql: SqlType,
}

/// Whether rows have a place on the map: the columns `ellipsoidal_area_m2`, `planar_area_m2` and `geom`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grounded {
    Yes,
    No,
}

/// The columns of a register. Not listed, as every register has them: `division_code`, which opens every key, `observed_on`,
/// and what the history needs (`version_id`, `import_id`, `source_row`, `recorded`, `reason`).
#[derive(Debug)]
pub struct Layout {
    /// The table.
    pub table: &'static str,
    /// Its rows in English, in the question that a statement opens with.
    pub called: &'static str,
    /// What identifies a row within its division.
    pub key: &'static [Column],
    /// What makes a new version when it differs; besides these, the geometry.
    pub compared: &'static [Column],
    pub grounded: Grounded,
}

pub(super) const fn text(name: &'static str) -> Column {
    Column { name, sql: SqlType::Text }
}

pub(super) const fn integer(name: &'static str) -> Column {
    Column { name, sql: SqlType::Integer }
}

pub(super) const fn number(name: &'static str) -> Column {
    Column { name, sql: SqlType::Number }
}

pub(super) const fn truth(name: &'static str) -> Column {
    Column { name, sql: SqlType::Truth }
}

pub(super) const fn date(name: &'static str) -> Column {
    Column { name, sql: SqlType::Date }
}

const DIVISION: Column = text("division_code");
const OBSERVED: Column = date("observed_on");
const AREAS: [Column; 2] = [number("ellipsoidal_area_m2"), number("planar_area_m2")];
const GEOMETRY: Column = Column { name: "geom", sql: SqlType::Surface };

impl Layout {
    /// All columns that a record fills, in the order in which it is written: see [`super::version::Versioned::encode`].
    pub(super) fn columns(&self) -> Vec<Column> {
        let ground: &[Column] = if self.grounded == Grounded::Yes { &[AREAS[0], AREAS[1], GEOMETRY] } else { &[] };
        [&[DIVISION][..], self.key, self.compared, &[OBSERVED], ground].concat()
    }

    fn key(&self) -> Vec<Column> {
        [&[DIVISION][..], self.key].concat()
    }

    fn compared(&self) -> Vec<Column> {
        let geometry: &[Column] = if self.grounded == Grounded::Yes { &[GEOMETRY] } else { &[] };
        [self.compared, geometry].concat()
    }

    fn fill(&self, template: &str) -> &'static str {
        let listed = |columns: &[Column], prefix: &str| {
            columns.iter().map(|column| format!("{prefix}{}", column.name)).collect::<Vec<_>>().join(", ")
        };
        let columns = self.columns();
        let kept: Vec<Column> = columns.iter().copied().filter(|column| *column != OBSERVED).collect();
        let key = self.key();
        let is_key = |column: &Column| if key.contains(column) { " not null" } else { "" };
        let definitions: Vec<String> =
            columns.iter().map(|column| format!("{} {}{}", column.name, column.sql.as_str(), is_key(column))).collect();
        let read = |column: &Column| match column.sql {
            SqlType::Surface => format!("st_asbinary({})", column.name),
            _ => column.name.to_owned(),
        };
        let slots = [
            ("{table}", self.table.to_owned()),
            ("{called}", self.called.to_owned()),
            ("{definitions}", definitions.join(",\n    ")),
            ("{columns}", listed(&columns, "")),
            ("{kept}", listed(&kept, "")),
            ("{staged_kept}", listed(&kept, "s.")),
            ("{staged_key}", listed(&key, "s.")),
            ("{present_key}", listed(&key, "c.")),
            ("{staged_compared}", listed(&self.compared(), "s.")),
            ("{present_compared}", listed(&self.compared(), "c.")),
            ("{code}", format!("concat_ws('/', {})", listed(self.key, ""))),
            ("{read}", kept.iter().map(read).collect::<Vec<_>>().join(", ")),
        ];
        let filled = slots.iter().fold(template.to_owned(), |text, (slot, value)| text.replace(slot, value));
        // Once a register and template, for the life of the program: see `statements`.
        Box::leak(filled.into_boxed_str())
    }
}

/// The templates by name, and the statements that come of them.
macro_rules! templates {
    ($($name:ident),* $(,)?) => {
        /// The statements of one register; see `sql/register/` for what each answers.
        #[derive(Debug)]
        pub(super) struct Statements {
            $(pub $name: &'static str,)*
        }

        impl Statements {
            fn of(layout: &Layout) -> Statements {
                Statements { $($name: layout.fill(include_str!(concat!("sql/register/", stringify!($name), ".sql"))),)* }
            }

            /// By the name of the template.
            fn by_name(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

templates!(
    stage,
    clear_stage,
    copy_stage,
    copy_new,
    copy_numbered,
    next_number,
    numbered_to,
    close,
    insert,
    analyze,
    analyze_stage,
    known_at,
    of_versions,
    present_keys,
    is_empty,
    lock_for_bulk,
    empty_for_bulk,
    dressing,
    referring,
    held,
    copy_held,
    astray,
    references,
);

/// The statements of a register, made once.
pub(super) fn statements(layout: &'static Layout) -> &'static Statements {
    static MADE: Mutex<BTreeMap<&'static str, &'static Statements>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(layout.table).or_insert_with(|| Box::leak(Box::new(Statements::of(layout))))
}

/// Every statement of the versioned registers as `table/template`, for the test that prepares them all.
pub fn register_statements() -> Vec<(String, &'static str)> {
    super::version::LAYOUTS
        .iter()
        .flat_map(|layout| {
            let named = statements(layout).by_name();
            named.into_iter().map(|(name, text)| (format!("{}/{name}", layout.table), text))
        })
        .collect()
}
