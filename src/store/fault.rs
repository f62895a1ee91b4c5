//! What can go wrong with the database, and the short way to say in which step. No logic.

/// Why the store could not do what was asked. Everything of the running transaction must be rolled back.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or the connection broke.
    #[error("数据库操作失败：{step}")]
    Query {
        /// What was being done, in Chinese.
        step: &'static str,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// A row in the database, or on its way there, is not what the register says it is.
    #[error(transparent)]
    Row(#[from] RowFault),
    /// One import names the same key more than once; which one would hold is not ours to decide.
    #[error("同一次导入中编号重复（登记簿 {table}）：{}。处理：在来源中保留一行后重新导入", listed(.keys))]
    RepeatedKeys {
        /// The register's table.
        table: &'static str,
        /// The first of them.
        keys: Vec<RepeatedKey>,
    },
    /// A row refers to something that is not registered: a division, a reporting unit.
    #[error("登记簿 {table} 的一行引用了尚未登记的{what}：{detail}。处理：先导入{what}，或改正该行")]
    UnknownReference {
        /// The register's table.
        table: String,
        /// What is missing, in Chinese.
        what: &'static str,
        /// What the database says about it.
        detail: String,
    },
    /// A row breaks a named CHECK of the schema that ingest should have caught.
    #[error("登记簿 {table} 的一行不符合约束 {constraint}：{detail}。处理：改正该行后重新导入")]
    CheckViolated {
        /// The register's table.
        table: String,
        /// The constraint's name.
        constraint: String,
        /// The row, as the database shows it.
        detail: String,
    },
}

/// PostgreSQL's `lock_not_available`.
pub(super) const LOCK_NOT_AVAILABLE: &str = "55P03";

impl StoreError {
    /// Whether somebody else held for too long what was asked for, as an import does that fills an empty register in bulk.
    pub fn is_locked_out(&self) -> bool {
        let StoreError::Query { source: sqlx::Error::Database(refusal), .. } = self else { return false };
        refusal.code().as_deref() == Some(LOCK_NOT_AVAILABLE)
    }
}

/// A value that its register cannot hold or cannot have held.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("登记簿 {table} 中 {key} 的 {column} 不成立：{what}")]
pub struct RowFault {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: String,
    /// The row: division and code, or version number.
    pub key: String,
    /// What was found, in Chinese.
    pub what: String,
}

/// A key that occurs more than once in one import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatedKey {
    /// 行政区划代码。
    pub division_code: String,
    /// The code, parts joined by `/`.
    pub code: String,
    /// The source rows, counted from 1.
    pub rows: Vec<i32>,
}

fn listed(keys: &[RepeatedKey]) -> String {
    const SHOWN: usize = 5;
    let mut text: Vec<String> = keys
        .iter()
        .take(SHOWN)
        .map(|key| {
            let rows = key.rows.iter().take(SHOWN).map(ToString::to_string).collect::<Vec<_>>().join("、");
            format!("{} {}（第 {rows} 行）", key.division_code, key.code)
        })
        .collect();
    if keys.len() > SHOWN {
        text.push("等".to_owned());
    }
    text.join("；")
}

/// Says in which step a database error happened.
pub(super) trait During<T> {
    /// `step` is Chinese and completes 数据库操作失败：….
    fn during(self, step: &'static str) -> Result<T, StoreError>;
}

impl<T> During<T> for Result<T, sqlx::Error> {
    fn during(self, step: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| translated(step, source))
    }
}

/// Constraint violations become errors that name the row; everything else keeps its cause.
fn translated(step: &'static str, source: sqlx::Error) -> StoreError {
    use sqlx::error::ErrorKind;
    use sqlx::postgres::PgDatabaseError;

    let Some(refusal) = source.as_database_error() else { return StoreError::Query { step, source } };
    let table = refusal.table().unwrap_or_default().to_owned();
    let constraint = refusal.constraint().unwrap_or_default().to_owned();
    let detail = refusal.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::detail);
    let detail = detail.unwrap_or_default().chars().take(300).collect();
    match refusal.kind() {
        ErrorKind::ForeignKeyViolation => {
            let what = match constraint.as_str() {
                name if name.ends_with("_division_code_fkey") => "行政区",
                name if name.ends_with("_reporting_unit_code_fkey") => "报送单位",
                _ => "对象",
            };
            StoreError::UnknownReference { table, what, detail }
        }
        ErrorKind::CheckViolation => StoreError::CheckViolated { table, constraint, detail },
        _ => StoreError::Query { step, source },
    }
}
