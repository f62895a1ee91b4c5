//! Zip files: what lies in them, which of it is meant, and its unpacking within bounds.
//!
//! Names are looked at before anything is written, and only the files of the chosen data set are written, under plain
//! names of our own making: no entry leads out of the folder, however it is called.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use zip::{ZipArchive, result::ZipError};

use super::{IngestError, encoding, error::ArchiveFault, source::Found};

/// More entries than any office sends; a guard against archives made to exhaust.
const ENTRY_LIMIT: usize = 10_000;

/// The most that is unpacked of one archive, bytes. The buildings of a whole province as a GeoPackage have six.
pub(super) const UNPACKED_LIMIT: u64 = 8 << 30;

/// How many times its packed size a large data set may have. Tables of blanks come near a hundred; the worst that the
/// packing can do is a thousand.
const RATIO_LIMIT: u64 = 250;

/// Below this the ratio is not looked at, bytes: so much harms nobody.
const RATIO_FREE: u64 = 256 << 20;

/// The most that the parts of a workbook may have together, bytes; they are held in memory.
const WORKBOOK_LIMIT: u64 = 1 << 30;

/// Extensions of data sets with ground, in the order in which they are listed.
const WITH_GROUND: [&str; 13] =
    ["shp", "gpkg", "fgb", "geojson", "json", "geojsonl", "geojsons", "kml", "gml", "dxf", "tab", "mif", "gdb"];

/// Extensions of tables, which count only where nothing has ground.
const TABLES: [&str; 6] = ["xlsx", "xls", "ods", "csv", "tsv", "txt"];

/// An archive whose names have been looked at.
pub(super) struct Archive {
    shown: String,
    zip: ZipArchive<File>,
    sets: Vec<Set>,
}

/// One data set of an archive.
pub(super) struct Set {
    /// Its path within the archive, without extension.
    pub name: String,
    extension: String,
    stem: String,
    members: Vec<Member>,
}

struct Member {
    index: usize,
    /// Name on disk.
    name: String,
    size: u64,
    packed: u64,
}

/// An entry that is a file.
struct Entry {
    index: usize,
    folder: String,
    stem: String,
    extension: String,
    size: u64,
    packed: u64,
}

impl Entry {
    fn path(&self) -> String {
        let file = if self.extension.is_empty() { self.stem.clone() } else { format!("{}.{}", self.stem, self.extension) };
        if self.folder.is_empty() { file } else { format!("{}/{file}", self.folder) }
    }
}

impl Archive {
    /// Opens a zip and looks at all its names.
    ///
    /// # Errors
    /// [`IngestError::Archive`] when a name leads away, is a link, or there are too many; [`IngestError::UnknownFormat`]
    /// when it is no sound zip or holds nothing that can be read.
    pub fn open(found: &Found) -> Result<Archive, IngestError> {
        let zip = open_zip(found)?;
        let entries = entries(found, &zip)?;
        let sets = sets(&entries);
        if sets.is_empty() {
            let nested =
                entries.iter().find(|entry| ["zip", "kmz", "rar", "7z", "gz", "tar"].contains(&entry.extension.as_str()));
            return Err(match nested {
                Some(entry) => fault(&found.shown, entry.path(), ArchiveFault::Nested),
                None => IngestError::UnknownFormat { path: found.shown.clone(), detail: listing(&entries) },
            });
        }
        Ok(Archive { shown: found.shown.clone(), zip, sets })
    }

    /// The data sets, at least one.
    pub fn sets(&self) -> &[Set] {
        &self.sets
    }

    /// The set that is meant: the only one, or the one of this name.
    pub fn choose(&self, wanted: Option<&str>) -> Option<usize> {
        match (self.sets.as_slice(), wanted) {
            ([_], _) => Some(0),
            (sets, Some(wanted)) => sets.iter().position(|set| set.name == wanted),
            _ => None,
        }
    }

    /// Unpacks a data set into a folder of its own within `folder`; gives the path of its main file.
    pub fn unpack(&mut self, chosen: usize, folder: &Path) -> Result<PathBuf, IngestError> {
        let set = &self.sets[chosen];
        let whole = |fault| IngestError::Archive { path: self.shown.clone(), entry: set.name.clone(), fault };
        let size: u64 = set.members.iter().map(|member| member.size).sum();
        let packed: u64 = set.members.iter().map(|member| member.packed).sum();
        within(size, packed).map_err(whole)?;
        let unreadable = |source| IngestError::Unreadable { path: self.shown.clone(), source };
        let file_name = format!("{}.{}", set.stem, set.extension);
        let mut place = folder.join(chosen.to_string());
        if set.extension == "gdb" {
            place.push(&file_name);
        }
        if place.is_dir() {
            // It was unpacked already, to see what is in it.
            return Ok(if set.extension == "gdb" { place } else { place.join(file_name) });
        }
        fs::create_dir_all(&place).map_err(unreadable)?;
        let mut left = UNPACKED_LIMIT;
        for member in &set.members {
            let broken = |error: ZipError| fault(&self.shown, member.name.clone(), fault_of(&error));
            let entry = self.zip.by_index(member.index).map_err(broken)?;
            let mut file = File::create_new(place.join(&member.name)).map_err(unreadable)?;
            // Sizes in the directory may lie: no more is taken than was said, and one byte to find that out.
            let promised = member.size.min(left);
            let written = match io::copy(&mut entry.take(promised + 1), &mut file) {
                Ok(written) => written,
                Err(error) if error.raw_os_error().is_some() => return Err(unreadable(error)),
                Err(_) => return Err(fault(&self.shown, member.name.clone(), ArchiveFault::Broken)),
            };
            if written != member.size {
                return Err(fault(&self.shown, member.name.clone(), ArchiveFault::Broken));
            }
            left -= written;
        }
        Ok(if set.extension == "gdb" { place } else { place.join(file_name) })
    }
}

/// Refuses a workbook that would unpack to more than can be held.
pub(super) fn weigh_workbook(found: &Found) -> Result<(), IngestError> {
    // One that is no sound archive is left to its reader to refuse.
    let Ok(mut zip) = open_zip(found) else { return Ok(()) };
    if zip.len() > ENTRY_LIMIT {
        return Err(fault(&found.shown, String::new(), ArchiveFault::Entries { found: zip.len(), limit: ENTRY_LIMIT }));
    }
    let (mut size, mut packed) = (0u64, 0u64);
    for index in 0..zip.len() {
        let Ok(entry) = zip.by_index_raw(index) else { continue };
        size = size.saturating_add(entry.size());
        packed = packed.saturating_add(entry.compressed_size());
    }
    within(size, packed).map_err(|found_fault| fault(&found.shown, String::new(), found_fault))?;
    if size > WORKBOOK_LIMIT {
        return Err(fault(&found.shown, String::new(), ArchiveFault::Size { limit_gib: WORKBOOK_LIMIT >> 30 }));
    }
    Ok(())
}

fn open_zip(found: &Found) -> Result<ZipArchive<File>, IngestError> {
    let file = File::open(&found.path).map_err(|source| found.unreadable(source))?;
    ZipArchive::new(file)
        .map_err(|_| IngestError::UnknownFormat {
            path: found.shown.clone(), detail: "压缩包已损坏或不完整".to_owned()
        })
}

fn within(size: u64, packed: u64) -> Result<(), ArchiveFault> {
    if size > UNPACKED_LIMIT {
        return Err(ArchiveFault::Size { limit_gib: UNPACKED_LIMIT >> 30 });
    }
    let ratio = size / packed.max(1);
    if size > RATIO_FREE && ratio > RATIO_LIMIT {
        return Err(ArchiveFault::Ratio { ratio, limit: RATIO_LIMIT });
    }
    Ok(())
}

fn fault(shown: &str, entry: String, fault: ArchiveFault) -> IngestError {
    IngestError::Archive { path: shown.to_owned(), entry, fault }
}

fn fault_of(error: &ZipError) -> ArchiveFault {
    match error {
        ZipError::UnsupportedArchive(why) if why.to_ascii_lowercase().contains("password") => ArchiveFault::Encrypted,
        ZipError::InvalidPassword => ArchiveFault::Encrypted,
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => ArchiveFault::Method,
        _ => ArchiveFault::Broken,
    }
}

/// The files of an archive, by names that are safe to show and to write.
fn entries(found: &Found, zip: &ZipArchive<File>) -> Result<Vec<Entry>, IngestError> {
    if zip.len() > ENTRY_LIMIT {
        return Err(fault(&found.shown, String::new(), ArchiveFault::Entries { found: zip.len(), limit: ENTRY_LIMIT }));
    }
    let mut entries = Vec::with_capacity(zip.len());
    for index in 0..zip.len() {
        let about = zip.by_index_data(index).map_err(|error| fault(&found.shown, String::new(), fault_of(&error)))?;
        let name = entry_name(about.name_raw());
        let parts = parts(&name).ok_or_else(|| fault(&found.shown, shown_name(&name), ArchiveFault::LeadsAway))?;
        if about.is_symlink() {
            return Err(fault(&found.shown, shown_name(&name), ArchiveFault::Link));
        }
        let Some((file, folders)) = parts.split_last().filter(|_| !name.ends_with('/')) else { continue };
        // What a Mac puts beside the files.
        if folders.contains(&"__MACOSX") || file.starts_with("._") {
            continue;
        }
        let (stem, extension) = file.rsplit_once('.').unwrap_or((file, ""));
        entries.push(Entry {
            index,
            folder: folders.join("/"),
            stem: stem.to_owned(),
            extension: extension.to_ascii_lowercase(),
            size: about.size(),
            packed: about.compressed_size(),
        });
    }
    Ok(entries)
}

/// A name as text: UTF-8 where it is that, else as Chinese Windows writes it.
fn entry_name(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding::decode(encoding_rs::GB18030, bytes),
    }
    .replace('\\', "/")
}

/// The parts of a name that stays within its archive; none for one that does not.
fn parts(name: &str) -> Option<Vec<&str>> {
    if name.starts_with('/') || name.contains('\0') || name.as_bytes().get(1) == Some(&b':') {
        return None;
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    parts.iter().all(|part| *part != "..").then_some(parts)
}

fn shown_name(name: &str) -> String {
    super::issue::shortened(&name.replace(char::is_control, "?"), 120)
}

fn sets(entries: &[Entry]) -> Vec<Set> {
    let mut sets = geodatabases(entries);
    let within_geodatabase = |entry: &Entry| entry.folder.split('/').any(|part| part.to_ascii_lowercase().ends_with(".gdb"));
    for extension in WITH_GROUND {
        let mains = entries.iter().filter(|entry| entry.extension == extension && !within_geodatabase(entry));
        sets.extend(mains.map(|main| set_of(main, entries)));
    }
    // A table alone can still be a register without ground: half a Shapefile, a sheet, a text.
    for extension in std::iter::once("dbf").chain(TABLES) {
        if sets.is_empty() {
            sets.extend(entries.iter().filter(|entry| entry.extension == extension).map(|main| set_of(main, entries)));
        }
    }
    sets
}

/// A main file and the files that bear its name.
fn set_of(main: &Entry, entries: &[Entry]) -> Set {
    let stem = plain_stem(&main.stem);
    let mut members: BTreeMap<&str, Member> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.folder == main.folder && entry.stem == main.stem) {
        let name = format!("{stem}.{}", plain_stem(&entry.extension));
        members.entry(&entry.extension).or_insert(Member { index: entry.index, name, size: entry.size, packed: entry.packed });
    }
    let name = if main.folder.is_empty() { main.stem.clone() } else { format!("{}/{}", main.folder, main.stem) };
    Set { name, extension: main.extension.clone(), stem, members: members.into_values().collect() }
}

/// FileGDBs: folders of tables, or their tables alone at the root.
fn geodatabases(entries: &[Entry]) -> Vec<Set> {
    let mut folders: Vec<&str> =
        entries.iter().filter(|entry| entry.extension == "gdbtable").map(|entry| entry.folder.as_str()).collect();
    folders.sort_unstable();
    folders.dedup();
    let set = |folder: &str| {
        let name = folder.strip_suffix(".gdb").unwrap_or(folder);
        let stem = name.rsplit('/').next().filter(|stem| !stem.is_empty()).unwrap_or("data");
        let members = entries
            .iter()
            .filter(|entry| entry.folder == folder)
            .map(|entry| {
                let name = format!("{}.{}", plain_stem(&entry.stem), plain_stem(&entry.extension));
                Member { index: entry.index, name, size: entry.size, packed: entry.packed }
            })
            .collect();
        Set { name: name.to_owned(), extension: "gdb".to_owned(), stem: plain_stem(stem), members }
    };
    folders.into_iter().map(set).collect()
}

/// A name that any file system takes: one that is too long is cut at a character.
fn plain_stem(stem: &str) -> String {
    let mut end = stem.len().min(180);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    stem[..end].replace(char::is_control, "_")
}

fn listing(entries: &[Entry]) -> String {
    let names: Vec<String> = entries.iter().take(20).map(Entry::path).collect();
    if names.is_empty() { "压缩包是空的".to_owned() } else { format!("压缩包内有：{}", names.join("、")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_away_have_no_parts() {
        for name in ["/etc/passwd", "../a.shp", "a/../../b.shp", "C:/x.shp", "a\0.shp", "..", "a/.."] {
            assert_eq!(parts(name), None, "{name}");
        }
        assert_eq!(parts("./a//地块.shp"), Some(vec!["a", "地块.shp"]));
        assert_eq!(parts(&entry_name(b"a\\..\\b.shp")), None);
        assert_eq!(parts("a..b/c...shp"), Some(vec!["a..b", "c...shp"]));
    }

    #[test]
    fn a_name_in_gbk_is_read() {
        assert_eq!(entry_name(&encoding_rs::GBK.encode("工业地块.shp").0), "工业地块.shp");
    }

    #[test]
    fn a_bomb_is_told_from_a_table_of_blanks() {
        assert_eq!(within(100 << 20, 1 << 10), Ok(()), "small enough to harm nobody");
        assert_eq!(within(1 << 30, 10 << 20), Ok(()), "a hundred times");
        assert!(matches!(within(1 << 30, 1 << 20), Err(ArchiveFault::Ratio { ratio: 1024, .. })));
        assert!(matches!(within(9 << 30, 8 << 30), Err(ArchiveFault::Size { .. })));
    }
}
