//! Situations worth looking at: the first row of each in a park, and of these the first in the city goes into the manifest.

use super::manifest::Case;

/// The cases met so far, in the order in which they were met.
#[derive(Default)]
pub(super) struct Cases(Vec<Case>);

impl Cases {
    /// Notes a case at the row of this index, counted from 0, unless one of its kind is noted already.
    pub(super) fn note(&mut self, case: &str, file: &str, index: usize, key: &str, note: &str) {
        if self.0.iter().all(|known| known.case != case) {
            self.0.push(Case {
                case: case.to_owned(),
                file: file.to_owned(),
                row: index as u64 + 1,
                key: key.to_owned(),
                note: note.to_owned(),
            });
        }
    }

    /// Takes over the cases of a park whose rows of a file come after this many others.
    pub(super) fn follow(&mut self, cases: &[Case], rows_before: impl Fn(&str) -> u64) {
        for case in cases {
            self.note(&case.case, &case.file, (rows_before(&case.file) + case.row - 1) as usize, &case.key, &case.note);
        }
    }

    /// The list.
    pub(super) fn into_list(self) -> Vec<Case> {
        self.0
    }
}
