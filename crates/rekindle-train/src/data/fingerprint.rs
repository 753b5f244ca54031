//! By what a data file is known again.

use std::{fs::File, io::Read, path::Path};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::file;
use crate::error::{Error, Result};

/// A data file as a run has read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// The file.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes, compressed if it is, in hexadecimal digits.
    pub sha256: String,
}

impl Fingerprint {
    /// That of a file, or of the files that a folder or a pattern stands for, with their names; none where there is no plain
    /// file, which whoever reads it will say.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub fn of(path: &Path) -> Result<Option<Self>> {
        let failed = |error| {
            Error::mend(format!(
                "{}: cannot be read ({error}); check the path and its permissions",
                path.display()
            ))
        };
        let members = file::members(path).unwrap_or_default();
        if members.is_empty() || !members.iter().all(|member| member.is_file()) {
            return Ok(None);
        }
        let (mut sha256, mut bytes) = (Sha256::new(), 0);
        let mut chunk = vec![0; 1 << 16];
        for member in &members {
            if member != path {
                sha256.update(member.as_os_str().as_encoded_bytes());
                sha256.update([0]);
            }
            let mut file = File::open(member).map_err(failed)?;
            loop {
                match file.read(&mut chunk).map_err(failed)? {
                    0 => break,
                    read => {
                        sha256.update(&chunk[..read]);
                        bytes += read as u64;
                    }
                }
            }
        }
        Ok(Some(Fingerprint {
            file: path.display().to_string(),
            bytes,
            sha256: format!("{:x}", sha256.finalize()),
        }))
    }

    /// How a file of now differs, in words; nothing where it does not.
    pub fn differs(&self, now: &Fingerprint) -> Option<String> {
        match (self.bytes == now.bytes, self.sha256 == now.sha256) {
            (true, true) => None,
            (false, _) => Some(format!(
                "{} holds {} bytes, not {}",
                now.file, now.bytes, self.bytes
            )),
            (true, false) => Some(format!("{} holds other bytes", now.file)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_is_known_by_its_size_and_its_sum() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.txt");
        fs::write(&path, "abc").unwrap();
        let before = Fingerprint::of(&path).unwrap().unwrap();
        // The example of the standard (FIPS 180-4).
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((before.bytes, before.sha256.as_str()), (3, sum));
        assert_eq!(before.differs(&before), None);
        for (content, words) in [
            ("abcd", "a.txt holds 4 bytes, not 3"),
            ("abd", "a.txt holds other bytes"),
        ] {
            fs::write(&path, content).unwrap();
            let now = Fingerprint::of(&path).unwrap().unwrap();
            assert!(before.differs(&now).unwrap().ends_with(words));
        }
    }

    #[test]
    fn what_is_no_file_has_none() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(Fingerprint::of(place.path()).unwrap(), None);
        assert_eq!(Fingerprint::of(&place.path().join("gone")).unwrap(), None);
    }
}
