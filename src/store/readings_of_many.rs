//! Completed readings of all films at once, in columns: a hundred thousand films and millions of marks in seconds.

use std::collections::{BTreeSet, HashMap};

use crate::domain::agreement::readings::{Film, Layer, Mark, Readings, Said};
use crate::domain::geometry::Rect;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::{LabelName, NO_FINDING};
use crate::domain::metrics::resample::number_units;
use crate::domain::moment::day_text;
use crate::domain::people::CONSENSUS_LAYER;
use crate::domain::shape::ShapeKind;

use super::error::{StoreError, unreadable};
use super::project::Store;

/// A reading before its marks are known.
struct Row {
    film: u32,
    reader: u16,
    month: i64,
    has_no_finding: bool,
}

/// Films by id, their readings, and months.
type CompletedReadings = (Vec<ImageId>, Vec<Row>, Vec<i64>);

impl Store {
    /// Every completed reading of every film, those that call a film unfit left out, those that know its truth, and the
    /// consensus layer too. Shapes are taken by the box around them; a point and a line have none. `labels` stand first and in this order.
    pub fn readings_of_many(&self, labels: &[LabelName]) -> Result<Readings, StoreError> {
        self.require_sight()?;
        let readers = self.layers()?;
        let reader_at: HashMap<&str, u16> =
            readers.iter().enumerate().map(|(at, layer)| (layer.id.as_str(), at as u16)).collect();
        let (images, mut rows, months) = self.completed_readings(&reader_at)?;
        rows.sort_unstable_by_key(|row| (row.film, row.reader));
        let mut starts = vec![0_u32; images.len() + 1];
        for row in &rows {
            starts[row.film as usize + 1] += 1;
        }
        for film in 1..starts.len() {
            starts[film] += starts[film - 1];
        }
        let film_at: HashMap<&str, u32> =
            images.iter().enumerate().map(|(at, image)| (image.as_str(), at as u32)).collect();
        let find = |image: &str, reader: &str| -> Option<u32> {
            let (film, reader) = (*film_at.get(image)? as usize, reader_at.get(reader)?);
            let of_film = starts[film]..starts[film + 1];
            of_film.into_iter().find(|&at| rows[at as usize].reader == *reader)
        };
        let mut names = Names::new(labels);
        let marks = self.marks_of(&find, &mut names)?;
        let image_labels = self.image_labels_of(&find, &mut names)?;
        let (labels, place_of) = names.in_order();
        let (mark_starts, mut marks) = grouped(rows.len(), marks);
        for mark in &mut marks {
            mark.label = place_of[usize::from(mark.label)];
        }
        let (label_starts, image_labels) = grouped(rows.len(), image_labels);
        let patients = self.patients_of(&images)?;
        let said = |(at, row): (usize, &Row)| Said {
            reader: row.reader,
            month: months.binary_search(&row.month).unwrap_or_default() as u16,
            has_no_finding: row.has_no_finding,
            marks: [mark_starts[at], mark_starts[at + 1]],
            image_labels: [label_starts[at], label_starts[at + 1]],
        };
        Ok(Readings {
            readings: rows.iter().enumerate().map(said).collect(),
            films: images.into_iter().zip(patients).map(|(image, patient)| Film { image, patient }).collect(),
            starts,
            marks,
            image_labels: image_labels.into_iter().map(|label| place_of[usize::from(label)]).collect(),
            months: months.into_iter().map(|month| format!("{:04}-{:02}", month / 12, month % 12 + 1)).collect(),
            labels,
            readers,
        })
    }

    /// Layers of second readings by the same person.
    pub fn second_layers(&self) -> Result<BTreeSet<ReaderId>, StoreError> {
        self.require_sight()?;
        let mut statement = self.conn.prepare("SELECT rad_id FROM reader WHERE repeat_of IS NOT NULL")?;
        let rows = statement.query_map([], |row| Ok(ReaderId::new(row.get::<_, String>(0)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Everybody who has completed a film, `R2` before `R10`.
    fn layers(&self) -> Result<Vec<Layer>, StoreError> {
        let mut statement = self.conn.prepare(
            "SELECT r.rad_id, p.repeat_of FROM (SELECT DISTINCT rad_id FROM reading WHERE state = 'completed') r
             LEFT JOIN reader p ON p.rad_id = r.rad_id WHERE r.rad_id <> ?1",
        )?;
        let rows = statement.query_map([CONSENSUS_LAYER], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut known: Vec<(String, Option<String>)> = rows.collect::<Result<_, _>>()?;
        // A second reading counts as one only where the first is there as well.
        known.sort_by_key(|(id, _)| {
            let digits = id.len() - id.trim_start_matches(|c: char| !c.is_ascii_digit()).len();
            let number: String = id[digits..].chars().take_while(char::is_ascii_digit).collect();
            (id[..digits].to_owned(), number.parse::<u64>().unwrap_or_default(), id.clone())
        });
        let at = |id: &String| known.iter().position(|(other, _)| other == id).map(|at| at as u16);
        let layer = |(id, repeat_of): &(String, Option<String>)| Layer {
            id: ReaderId::new(id.as_str()),
            repeat_of: repeat_of.as_ref().and_then(at),
        };
        Ok(known.iter().map(layer).collect())
    }

    /// Films by id, their readings, and the months in which readings were last changed, as years times twelve and months.
    fn completed_readings(&self, readers: &HashMap<&str, u16>) -> Result<CompletedReadings, StoreError> {
        let mut statement = self.conn.prepare(
            "SELECT image_id, rad_id, updated_at, has_no_finding FROM reading
             WHERE state = 'completed' AND unfit IS NULL
             AND (image_id, rad_id) NOT IN (SELECT image_id, layer FROM hidden_truth) ORDER BY image_id",
        )?;
        let mut rows = statement.query([])?;
        let (mut images, mut found, mut months) = (Vec::<ImageId>::new(), Vec::new(), BTreeSet::new());
        let mut month_of_day: HashMap<i64, i64> = HashMap::new();
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("a reading", e));
            let Some(&reader) = readers.get(text(1)?) else { continue };
            let image = text(0)?;
            if images.last().is_none_or(|last| last.as_str() != image) {
                images.push(ImageId::new(image));
            }
            let day = row.get::<_, i64>(2)?.div_euclid(86_400_000);
            let month = *month_of_day.entry(day).or_insert_with(|| month_of(day));
            months.insert(month);
            let film = images.len() as u32 - 1;
            found.push(Row { film, reader, month, has_no_finding: row.get(3)? });
        }
        Ok((images, found, months.into_iter().collect()))
    }

    fn marks_of(
        &self,
        find: &impl Fn(&str, &str) -> Option<u32>,
        names: &mut Names,
    ) -> Result<Vec<(u32, Mark)>, StoreError> {
        let mut statement = self.conn.prepare(
            "SELECT id, image_id, rad_id, lesion_type, xmin, ymin, xmax, ymax, shape FROM annotation
             WHERE xmin IS NOT NULL",
        )?;
        let mut rows = statement.query([])?;
        let mut marks = Vec::new();
        // Marks of one reading follow each other, mostly.
        let mut last: (String, String, Option<u32>) = Default::default();
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("a mark", e));
            let (image, reader) = (text(1)?, text(2)?);
            if last.0 != image || last.1 != reader {
                last = (image.to_owned(), reader.to_owned(), find(image, reader));
            }
            let Some(reading) = last.2 else { continue };
            let shape = row.get_ref(8)?.as_str_or_null().map_err(|e| unreadable("a mark", e))?;
            let shape = shape.and_then(ShapeKind::from_key);
            let rect = [row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?];
            let [xmin, ymin, xmax, ymax] = rect;
            let has_area = Rect::from_columns(xmin, ymin, xmax, ymax).is_some();
            if has_area && !matches!(shape, Some(ShapeKind::Point | ShapeKind::Line)) {
                marks.push((reading, Mark { id: row.get(0)?, label: names.number(text(3)?), rect }));
            }
        }
        Ok(marks)
    }

    fn image_labels_of(
        &self,
        find: &impl Fn(&str, &str) -> Option<u32>,
        names: &mut Names,
    ) -> Result<Vec<(u32, u16)>, StoreError> {
        let sql = "SELECT image_id, rad_id, label FROM image_label WHERE presence = 'present' AND label <> ?1";
        let mut statement = self.conn.prepare(sql)?;
        let mut rows = statement.query([NO_FINDING])?;
        let mut labels = Vec::new();
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("an image label", e));
            if let Some(reading) = find(text(0)?, text(1)?) {
                labels.push((reading, names.number(text(2)?)));
            }
        }
        Ok(labels)
    }

    /// Films of one patient have one number; of an unknown patient those of one study; else each film its own.
    fn patients_of(&self, images: &[ImageId]) -> Result<Vec<u32>, StoreError> {
        let mut statement = self.conn.prepare(
            "SELECT image_id, patient_id, study_id FROM film UNION ALL
             SELECT image_id, '', study_id FROM imported_film WHERE image_id NOT IN (SELECT image_id FROM film)",
        )?;
        let mut rows = statement.query([])?;
        let mut known: HashMap<String, String> = HashMap::new();
        while let Some(row) = rows.next()? {
            let text = |i: usize| row.get_ref(i)?.as_str().map_err(|e| unreadable("a film", e));
            let (patient, study) = (text(1)?, text(2)?);
            let key = match (patient, study) {
                ("", "") => continue,
                ("", study) => format!("study {study}"),
                (patient, _) => format!("patient {patient}"),
            };
            known.insert(text(0)?.to_owned(), key);
        }
        let key = |image: &ImageId| known.get(image.as_str()).cloned().unwrap_or_else(|| format!("film {image}"));
        Ok(number_units(images.iter().map(key)))
    }
}

/// Labels with numbers in the order in which they first come.
struct Names {
    numbers: HashMap<String, u16>,
    in_order: Vec<LabelName>,
    num_known: usize,
}

impl Names {
    fn new(known: &[LabelName]) -> Self {
        let in_order: Vec<LabelName> = known.iter().filter(|name| !name.is_no_finding()).cloned().collect();
        let numbers = in_order.iter().enumerate().map(|(at, name)| (name.to_string(), at as u16)).collect();
        Self { numbers, num_known: in_order.len(), in_order }
    }

    fn number(&mut self, name: &str) -> u16 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.in_order.len() as u16;
        self.numbers.insert(name.to_owned(), number);
        self.in_order.push(LabelName::new(name));
        number
    }

    /// The known ones as they were, others by name; and the new place of each number.
    fn in_order(self) -> (Vec<LabelName>, Vec<u16>) {
        let mut order: Vec<usize> = (0..self.in_order.len()).collect();
        order[self.num_known..].sort_by(|&a, &b| self.in_order[a].as_str().cmp(self.in_order[b].as_str()));
        let mut place_of = vec![0; order.len()];
        for (place, &number) in order.iter().enumerate() {
            place_of[number] = place as u16;
        }
        (order.iter().map(|&number| self.in_order[number].clone()).collect(), place_of)
    }
}

/// Brings what belongs to readings into their order, and says where each one's begins.
fn grouped<T: Copy>(num_readings: usize, of_readings: Vec<(u32, T)>) -> (Vec<u32>, Vec<T>) {
    let mut starts = vec![0_u32; num_readings + 1];
    for (reading, _) in &of_readings {
        starts[*reading as usize + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let Some(&(_, first)) = of_readings.first() else { return (starts, Vec::new()) };
    let (mut next, mut sorted) = (starts.clone(), vec![first; of_readings.len()]);
    for (reading, one) in of_readings {
        let place = &mut next[reading as usize];
        sorted[*place as usize] = one;
        *place += 1;
    }
    (starts, sorted)
}

/// Years times twelve and months, of a day since 1970.
fn month_of(day: i64) -> i64 {
    let text = day_text(day * 86_400_000);
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<i64>().ok()).unwrap_or_default();
    let mut parts = text.split('-');
    number(parts.next()) * 12 + number(parts.next()) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_calendar() {
        assert_eq!(
            (month_of(0), month_of(30), month_of(31), month_of(-1)),
            (1970 * 12, 1970 * 12, 1970 * 12 + 1, 1970 * 12 - 1)
        );
    }

    #[test]
    fn what_belongs_to_readings_comes_into_their_order() {
        assert_eq!(grouped(3, vec![(2, 'a'), (0, 'b'), (2, 'c')]), (vec![0, 1, 1, 3], vec!['b', 'a', 'c']));
        assert_eq!(grouped::<u8>(1, Vec::new()), (vec![0, 0], Vec::new()));
    }

    #[test]
    fn labels_that_nobody_listed_come_last_by_name() {
        let mut names = Names::new(&[LabelName::new("Z"), LabelName::no_finding(), LabelName::new("A")]);
        let numbers: Vec<u16> = ["Y", "B", "A"].iter().map(|name| names.number(name)).collect();
        let (names, place_of) = names.in_order();
        let found: Vec<&str> =
            numbers.iter().map(|&number| names[usize::from(place_of[usize::from(number)])].as_str()).collect();
        assert_eq!(found, ["Y", "B", "A"]);
        assert_eq!(names.iter().map(LabelName::as_str).collect::<Vec<_>>(), ["Z", "A", "B", "Y"]);
    }
}
