//! What the network says of a few dev films as it learns: people see whether it looks at the right things.

use std::io::Write as _;

use rachis::domain::training::parameters::Key;
use rachis::jobs::protocol::PredictionRow;
use rachis::jobs::training_folder::TrainingFolder;

use super::Chance;
use super::checkpoint::unwritten;
use super::learn::Lesson;
use crate::failure::Failure;

const PURPOSE: u64 = 4 << 32;

/// Writes the answers of the sample films after a step.
pub fn write(folder: &TrainingFolder, lesson: &Lesson<'_>, step: u64, rows: &[PredictionRow]) -> Result<(), Failure> {
    let chosen = chosen(rows.len(), lesson.recipe.whole(Key::SampleFilms) as usize, lesson.recipe.whole(Key::Seed));
    if chosen.is_empty() {
        return Ok(());
    }
    let path = folder.samples(step);
    let part = path.with_extension("part");
    let work = || -> std::io::Result<()> {
        std::fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        let mut lines = Vec::new();
        for &place in &chosen {
            serde_json::to_writer(&mut lines, &rows[place])?;
            lines.write_all(b"\n")?;
        }
        std::fs::write(&part, lines)?;
        std::fs::rename(&part, &path)
    };
    work().map_err(|error| unwritten("The answers of sample films", &error.into()))
}

/// The same films at every step, drawn by the seed, in the order of the data set.
fn chosen(num_films: usize, most: usize, seed: u64) -> Vec<usize> {
    let mut places: Vec<usize> = (0..num_films).collect();
    Chance::new(seed, PURPOSE, 0).shuffle(&mut places);
    places.truncate(most);
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_as_many_as_wanted_each_once() {
        let found = chosen(100, 6, 1);
        assert!(found.len() == 6 && found.is_sorted_by(|a, b| a < b) && found[5] < 100);
        assert_eq!(found, chosen(100, 6, 1));
        assert_ne!(found, chosen(100, 6, 2));
        assert_eq!(chosen(3, 6, 1), [0, 1, 2]);
        assert_eq!(chosen(9, 0, 1), [] as [usize; 0]);
    }
}
