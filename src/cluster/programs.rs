//! Finds the distribution's PostgreSQL programs: the version a cluster was made by, else the newest that has PostGIS.
//! It runs nothing but `pg_config`; an override by MUJUN_PG_BIN is taken as it is.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::ClusterError;

const DEBIAN_ROOT: &str = "/usr/lib/postgresql";
const OVERRIDE: &str = "MUJUN_PG_BIN";

/// The server programs of one PostgreSQL version.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    bin: PathBuf,
    major: u32,
}

impl Programs {
    /// The programs for the cluster in `pg` of version `made_by`, or for a new cluster.
    pub(super) fn find(pg: &Path, made_by: Option<u32>) -> Result<Programs, ClusterError> {
        match std::env::var_os(OVERRIDE) {
            Some(bin) => Programs::choose(vec![PathBuf::from(bin)], pg, made_by),
            None => Programs::choose(distribution_folders(Path::new(DEBIAN_ROOT)), pg, made_by),
        }
    }

    fn choose(folders: Vec<PathBuf>, pg: &Path, made_by: Option<u32>) -> Result<Programs, ClusterError> {
        let mut found: Vec<Programs> = folders.iter().filter_map(|bin| Programs::in_folder(bin)).collect();
        found.sort_by_key(|programs| std::cmp::Reverse(programs.major));
        let Some(newest) = found.first().map(|programs| programs.major) else {
            let searched = if folders.is_empty() { vec![PathBuf::from(DEBIAN_ROOT).join("*/bin")] } else { folders };
            return Err(ClusterError::ProgramsMissing { searched });
        };
        let majors = found.iter().map(|programs| programs.major.to_string()).collect::<Vec<_>>().join("、");
        if let Some(major) = made_by {
            found.retain(|programs| programs.major == major);
            if found.is_empty() {
                return Err(ClusterError::MajorDiffers { path: pg.to_owned(), cluster: major, available: majors });
            }
        }
        found
            .into_iter()
            .find(Programs::have_postgis)
            .ok_or(ClusterError::PostgisMissing { majors, newest: made_by.unwrap_or(newest) })
    }

    fn in_folder(bin: &Path) -> Option<Programs> {
        let complete = ["initdb", "pg_ctl", "postgres", "createdb"].iter().all(|name| bin.join(name).is_file());
        if !complete {
            return None;
        }
        let output = Command::new(bin.join("postgres")).arg("--version").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let major = text.split_whitespace().find_map(|word| {
            let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        })?;
        Some(Programs { bin: bin.to_owned(), major })
    }

    fn have_postgis(&self) -> bool {
        self.shared_folder().join("extension/postgis.control").is_file()
    }

    fn shared_folder(&self) -> PathBuf {
        let said = Command::new(self.bin.join("pg_config")).arg("--sharedir").output().ok();
        match said.filter(|output| output.status.success()) {
            Some(output) => PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()),
            None => PathBuf::from(format!("/usr/share/postgresql/{}", self.major)),
        }
    }

    /// The full path of a program.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}

fn distribution_folders(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root) else { return Vec::new() };
    entries.filter_map(Result::ok).map(|entry| entry.path().join("bin")).filter(|bin| bin.is_dir()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_postgresql_is_told_what_to_install() {
        let empty = tempfile::tempdir().unwrap();
        let fault = Programs::choose(distribution_folders(empty.path()), Path::new("pg"), None).unwrap_err();
        assert!(matches!(fault, ClusterError::ProgramsMissing { .. }), "{fault:?}");
        assert!(fault.to_string().contains("apt-get install postgresql-15 postgresql-15-postgis-3"));
    }

    #[test]
    fn programs_without_postgis_are_told_apart_from_no_programs() {
        let bin = pretended_programs("99.1");
        let fault = Programs::choose(vec![bin.path().to_owned()], Path::new("pg"), None).unwrap_err();
        assert!(matches!(fault, ClusterError::PostgisMissing { newest: 99, .. }), "{fault:?}");
        assert!(fault.to_string().contains("postgresql-99-postgis-3"));
    }

    #[test]
    fn a_cluster_of_a_version_that_is_not_installed_is_refused() {
        let bin = pretended_programs("99.1");
        let fault = Programs::choose(vec![bin.path().to_owned()], Path::new("pg"), Some(98)).unwrap_err();
        assert!(matches!(fault, ClusterError::MajorDiffers { cluster: 98, .. }), "{fault:?}");
    }

    fn pretended_programs(version: &str) -> tempfile::TempDir {
        use std::os::unix::fs::PermissionsExt;
        let bin = tempfile::tempdir().unwrap();
        for name in ["initdb", "pg_ctl", "postgres", "createdb"] {
            let path = bin.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        bin
    }
}
