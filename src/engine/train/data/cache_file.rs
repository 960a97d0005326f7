//! One film of the cache as a file: what it was made of and how, then its levels in 16 bits.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use rachis::domain::preprocessing::Tone;

use super::plane::Plane;

/// Counted up when files of before would be misread.
const MAGIC: [u8; 8] = *b"RACHISC1";
const HEAD_BYTES: usize = 64;
/// 255 becomes 65535: whole levels, which the released code's PNG files have, stay whole.
const STEPS_A_LEVEL: f32 = 257.0;

/// What a cached film is made of and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origin {
    /// Of the film's file.
    pub sha256: [u8; 32],
    /// Width and height of the levels.
    pub size: [u32; 2],
    pub tone: Tone,
}

impl Origin {
    fn num_bytes(&self) -> usize {
        self.size[0] as usize * self.size[1] as usize * 2
    }

    fn head(&self, sum: u64) -> [u8; HEAD_BYTES] {
        let mut head = [0; HEAD_BYTES];
        head[..8].copy_from_slice(&MAGIC);
        head[8..40].copy_from_slice(&self.sha256);
        head[40..44].copy_from_slice(&self.size[0].to_le_bytes());
        head[44..48].copy_from_slice(&self.size[1].to_le_bytes());
        head[48] = u8::from(self.tone == Tone::Displayed);
        head[56..].copy_from_slice(&sum.to_le_bytes());
        head
    }

    /// Whether the file at `path` is whole by its length and of this origin. Its levels are summed when they are read.
    pub fn is_of(&self, path: &Path) -> bool {
        let read = || -> io::Result<bool> {
            let mut file = File::open(path)?;
            let mut head = [0; HEAD_BYTES];
            file.read_exact(&mut head)?;
            let is_whole = file.metadata()?.len() == (HEAD_BYTES + self.num_bytes()) as u64;
            Ok(is_whole && head[..56] == self.head(0)[..56])
        };
        read().unwrap_or(false)
    }

    /// Writes a film; never a half one under its name. It is not forced to the disk: after a power cut its sum tells.
    pub fn write(&self, path: &Path, plane: &Plane) -> io::Result<()> {
        let words = plane.levels.iter().map(|level| (level * STEPS_A_LEVEL).round().clamp(0.0, 65535.0) as u16);
        let bytes: Vec<u8> = words.flat_map(u16::to_le_bytes).collect();
        let part = path.with_extension("part");
        let mut file = File::create(&part)?;
        let written = file.write_all(&self.head(sum(&bytes))).and_then(|()| file.write_all(&bytes));
        if let Err(error) = written {
            drop(file);
            // It takes room that others need.
            let _ = std::fs::remove_file(&part);
            return Err(error);
        }
        std::fs::rename(part, path)
    }

    /// The levels; an error of kind `InvalidData` where they are not what was written.
    pub fn read(&self, path: &Path) -> io::Result<Plane> {
        let bytes = std::fs::read(path)?;
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let (head, levels) = bytes.split_at_checked(HEAD_BYTES).ok_or_else(invalid)?;
        if levels.len() != self.num_bytes() || head != self.head(sum(levels)) {
            return Err(invalid());
        }
        let level = |word: &[u8; 2]| f32::from(u16::from_le_bytes(*word)) / STEPS_A_LEVEL;
        let [width, height] = self.size.map(|side| side as usize);
        Ok(Plane { width, height, levels: levels.as_chunks::<2>().0.iter().map(level).collect() })
    }
}

/// Tells damage, not malice: what a disk that was full or lost power leaves behind.
fn sum(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    // FNV-1a's prime on words; each step can be undone, so one changed word always shows.
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(29);
    let sum = words.iter().fold(0xcbf2_9ce4_8422_2325, |sum, word| mix(sum, u64::from_le_bytes(*word)));
    rest.iter().fold(sum, |sum, byte| mix(sum, u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn films_come_back_and_damage_shows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.film");
        let levels: Vec<f32> = (0..35).map(|i| i as f32 * 7.5).collect();
        let plane = Plane { width: 7, height: 5, levels };
        let origin = Origin { sha256: [3; 32], size: [7, 5], tone: Tone::ReleasedPng };
        assert!(!origin.is_of(&path));
        origin.write(&path, &plane).unwrap();
        assert!(origin.is_of(&path));
        let back = origin.read(&path).unwrap();
        for (a, b) in back.levels.iter().zip(&plane.levels) {
            // Half a step; whole levels exactly.
            assert!((a - b).abs() <= 0.5 / 257.0 + 1e-5 && (b.fract() != 0.0 || a == b), "{a} {b}");
        }
        for other in [
            Origin { sha256: [4; 32], ..origin },
            Origin { size: [5, 7], ..origin },
            Origin { tone: Tone::Displayed, ..origin },
        ] {
            assert!(!other.is_of(&path) && other.read(&path).is_err());
        }
        let mut bytes = std::fs::read(&path).unwrap();
        for place in [70, bytes.len() - 1] {
            bytes[place] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            assert!(origin.is_of(&path), "only the levels differ");
            assert_eq!(origin.read(&path).unwrap_err().kind(), io::ErrorKind::InvalidData);
            bytes[place] ^= 1;
        }
        std::fs::write(&path, &bytes[..bytes.len() - 2]).unwrap();
        assert!(!origin.is_of(&path));
    }
}
