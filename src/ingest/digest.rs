//! SHA-256 of what was sent, and whether it is UTF-8, in one pass over the bytes.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::IngestError;

/// Digest of several files, one after the other.
pub(super) fn sha256_of(paths: &[PathBuf]) -> Result<String, IngestError> {
    let mut hasher = Sha256::new();
    for path in paths {
        each_block(path, &mut |block| hasher.update(block))?;
    }
    Ok(hex(&hasher.finalize()))
}

/// The files of a folder that is one data set, by name; locks are not part of it.
pub(super) fn files_of(folder: &Path) -> Result<Vec<PathBuf>, IngestError> {
    let unreadable = |source| IngestError::Unreadable { path: folder.display().to_string(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_file() && path.extension().is_none_or(|extension| extension != "lock") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether what `reader` gives is UTF-8 from end to end.
pub(super) fn is_utf8(mut reader: impl Read) -> io::Result<bool> {
    let mut buffer = vec![0; 1 << 16];
    let mut kept = 0;
    loop {
        let read = reader.read(&mut buffer[kept..])?;
        let filled = kept + read;
        match std::str::from_utf8(&buffer[..filled]) {
            Ok(_) => kept = 0,
            // A character cut by the end of the block is looked at again with the next one.
            Err(error) if error.error_len().is_none() && read > 0 => {
                let valid = error.valid_up_to();
                buffer.copy_within(valid..filled, 0);
                kept = filled - valid;
            }
            Err(_) => return Ok(false),
        }
        if read == 0 {
            return Ok(kept == 0);
        }
    }
}

fn each_block(path: &Path, work: &mut dyn FnMut(&[u8])) -> Result<(), IngestError> {
    let unreadable = |source| IngestError::Unreadable { path: path.display().to_string(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer).map_err(unreadable)? {
            0 => return Ok(()),
            read => work(&buffer[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_utf8;

    #[test]
    fn utf8_is_recognised_across_blocks() {
        let long: String = "嘉兴".repeat(50_000);
        assert!(is_utf8(long.as_bytes()).unwrap());
        assert!(is_utf8(&b""[..]).unwrap());
        assert!(!is_utf8(&long.as_bytes()[..long.len() - 1]).unwrap());
        let mut broken = long.into_bytes();
        broken[70_000] = 0xff;
        assert!(!is_utf8(&broken[..]).unwrap());
    }
}
