//! What the rows of a bulk load refer to, gathered as they pass by: in the end a handful of counties and offices are looked up, and the
//! register need not be read for it.

use std::collections::HashSet;

use sqlx::{AssertSqlSafe, PgConnection};

use super::DRESSING;
use crate::store::copy::{self, Encoded};
use crate::store::fault::{During, StoreError};
use crate::store::layout::{Layout, Statements};

/// Combinations that are gathered at most: a register whose rows each refer to something else is read instead.
const GATHERED: usize = 4_096;

/// The combinations of references met so far, each as the fields of a copied row.
#[derive(Debug)]
pub(super) struct Held {
    /// The columns that refer to others, in the order in which they are copied.
    columns: Vec<String>,
    /// Their places in a copied row.
    places: Vec<usize>,
    combinations: HashSet<Box<[u8]>>,
}

impl Held {
    /// Nothing yet of a register, whose rows are copied with their numbers; `None` where nothing refers, or something that is not copied.
    ///
    /// # Errors
    /// The database refused.
    pub async fn of(
        conn: &mut PgConnection,
        layout: &'static Layout,
        statements: &'static Statements,
    ) -> Result<Option<Held>, StoreError> {
        let referring: Vec<String> =
            sqlx::query_scalar(statements.referring).persistent(false).fetch_all(conn).await.during(super::UNDRESSING)?;
        // As `copy_numbered` has them.
        let own = layout.columns();
        let copied = ["source_row"].into_iter().chain(own.iter().map(|column| column.name)).chain(["import_id"]);
        let (places, columns): (Vec<usize>, Vec<String>) = copied
            .enumerate()
            .filter(|(_, name)| referring.iter().any(|known| known == name))
            .map(|(place, name)| (place, name.to_owned()))
            .unzip();
        let is_whole = !columns.is_empty() && columns.len() == referring.len();
        Ok(is_whole.then(|| Held { columns, places, combinations: HashSet::new() }))
    }

    /// Looks at rows that are about to be copied. `None` when there is too much to gather.
    pub fn and_of(mut self, rows: &Encoded) -> Option<Held> {
        let combinations = &mut self.combinations;
        rows.pick(&self.places, |combination| {
            if !combinations.contains(combination) {
                combinations.insert(combination.into());
            }
        })?;
        (self.combinations.len() <= GATHERED).then_some(self)
    }

    /// Puts what was gathered into a table of its own, and answers its name.
    ///
    /// # Errors
    /// The database refused.
    pub async fn put_down(self, conn: &mut PgConnection, statements: &'static Statements) -> Result<String, StoreError> {
        let (name, making): (String, String) =
            sqlx::query_as(statements.held).persistent(false).bind(&self.columns).fetch_one(&mut *conn).await.during(DRESSING)?;
        // Text that the server made of its catalogue.
        sqlx::query(AssertSqlSafe(making)).persistent(false).execute(&mut *conn).await.during(DRESSING)?;
        let rows = Encoded::of(self.columns.len(), &self.combinations);
        copy::send(conn, statements.copy_held, DRESSING, &rows).await?;
        Ok(name)
    }
}
