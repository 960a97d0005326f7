//! Parts of the films and of the boxes that are looked at by themselves: by age, sex, view, reader, size and level.
//!
//! Each film or box is in exactly one slice of each kind. What is not known is a slice of its own, [`UNKNOWN`], so that
//! the slices of a kind always add up to the whole.

use crate::domain::attribute::VertebralLevel;
use crate::domain::label::LabelName;
use crate::domain::study::Sex;

use super::cases::{BoxColumns, FilmCase, area};

/// The slice of what is not known.
pub const UNKNOWN: &str = "unknown";

/// COCO's limits, in pixels of the original film: under 32 x 32 is small, from 96 x 96 on is large. pycocotools counts a
/// box of exactly a limit on both sides of it; here it is on the larger side only.
const AREA_LIMITS: [f64; 2] = [32.0 * 32.0, 96.0 * 96.0];
/// Of the film's area. COCO's limits are those of photographs of 640 x 480: on a radiograph of 2,500 x 1,600 nearly
/// every lesion is large by them.
const SHARE_LIMITS: [f64; 2] = [0.005, 0.02];

/// How films or boxes are parted in one way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slicing {
    /// The kind, as [`super::result::SliceFigures::by`].
    pub by: &'static str,
    /// Slices that have at least one item, in their natural order, [`UNKNOWN`] last.
    pub names: Vec<String>,
    /// Position in `names`, for each film or box.
    pub of: Vec<u16>,
}

impl Slicing {
    /// From a rank, which orders the slices, and a name for each item; `None`: unknown. Equal ranks have equal names.
    fn of_items(by: &'static str, items: impl Iterator<Item = Option<(u32, String)>>) -> Self {
        let items: Vec<(u32, String)> = items.map(|item| item.unwrap_or((u32::MAX, UNKNOWN.to_owned()))).collect();
        let mut known = items.clone();
        known.sort_unstable();
        known.dedup();
        let place = |item| known.binary_search(item).map_or(0, |place| place as u16);
        let of = items.iter().map(place).collect();
        Self { by, names: known.into_iter().map(|(_, name)| name).collect(), of }
    }

    pub fn name_of(&self, item: usize) -> &str {
        &self.names[usize::from(self.of[item])]
    }

    /// Items of the slice with this name; none where there is no such slice.
    pub fn items<'a>(&'a self, name: &str) -> impl Iterator<Item = usize> + 'a {
        let place = self.names.iter().position(|known| known == name);
        self.of.iter().enumerate().filter(move |(_, of)| place == Some(usize::from(**of))).map(|(item, _)| item)
    }

    /// Whether everything is unknown: then the slices say nothing.
    pub fn is_all_unknown(&self) -> bool {
        self.names.iter().all(|name| name == UNKNOWN)
    }
}

/// Films by age, sex, view and reader.
pub fn of_films(films: &[FilmCase]) -> Vec<Slicing> {
    vec![
        Slicing::of_items("age", films.iter().map(|film| film.age_years.and_then(decade))),
        Slicing::of_items("sex", films.iter().map(|film| film.sex.map(sex))),
        Slicing::of_items(
            "view",
            films.iter().map(|film| film.view.name().map(|name| (film.view as u32, name.to_owned()))),
        ),
        by_reader(films),
    ]
}

/// Boxes by area in pixels, by share of the film, by vertebral level and by third of the film. `levels` is what readers
/// said of each box; where it is shorter than the boxes are many (a detector's have none), the label may still tell.
pub fn of_boxes(
    boxes: &BoxColumns,
    films: &[FilmCase],
    classes: &[LabelName],
    levels: &[Option<VertebralLevel>],
) -> Vec<Slicing> {
    let of_labels: Vec<_> = classes.iter().map(level_of_label).collect();
    let level = |index: usize| {
        let said = levels.get(index).copied().flatten();
        said.or(of_labels[usize::from(boxes.classes[index])]).map(region)
    };
    let film_of: Vec<usize> =
        (0..boxes.num_films()).flat_map(|film| std::iter::repeat_n(film, boxes.of_film(film).len())).collect();
    let size = |index: usize| films[film_of[index]].size.map(|size| size.map(f64::from));
    let each = 0..boxes.len();
    vec![
        Slicing::of_items("size", each.clone().map(|index| Some(size_class(area(boxes.rects[index]))))),
        Slicing::of_items("share", each.clone().map(|index| share(area(boxes.rects[index]), size(index)?))),
        Slicing::of_items("level", each.clone().map(level)),
        Slicing::of_items("third", each.map(|index| third(boxes.rects[index], size(index)?))),
    ]
}

/// Ten years of age; what is no age is unknown.
fn decade(years: f64) -> Option<(u32, String)> {
    if !(0.0..200.0).contains(&years) {
        return None;
    }
    let from = years as u32 / 10 * 10;
    Some((from, format!("{from} to {}", from + 9)))
}

fn sex(sex: Sex) -> (u32, String) {
    let (rank, name) = match sex {
        Sex::Female => (0, "Female"),
        Sex::Male => (1, "Male"),
        Sex::Other => (2, "Other"),
    };
    (rank, name.to_owned())
}

/// Films of several readers are a slice by all of their names.
fn by_reader(films: &[FilmCase]) -> Slicing {
    let named = |film: &FilmCase| {
        let names: Vec<&str> = film.readers.iter().map(crate::domain::id::ReaderId::as_str).collect();
        (!names.is_empty()).then(|| (names.len() as u32, names.join(", ")))
    };
    Slicing::of_items("reader", films.iter().map(named))
}

/// By COCO's limits, of an area in pixels.
fn size_class(area: f64) -> (u32, String) {
    let names = ["small (under 32 x 32)", "medium (under 96 x 96)", "large (96 x 96 and over)"];
    let rank = AREA_LIMITS.iter().filter(|&&limit| area >= limit).count();
    (rank as u32, names[rank].to_owned())
}

fn share(area: f64, [width, height]: [f64; 2]) -> Option<(u32, String)> {
    let names = ["under 0.5 % of the film", "0.5 to 2 % of the film", "2 % of the film and over"];
    let share = area / (width * height);
    let rank = SHARE_LIMITS.iter().filter(|&&limit| share >= limit).count();
    share.is_finite().then(|| (rank as u32, names[rank].to_owned()))
}

/// Where the middle of the box lies on the film; on a limit, in the lower part. Boxes that reach over the edge count by
/// their middle too, which is held on the film.
fn third([_, ymin, _, ymax]: [f64; 4], [_, height]: [f64; 2]) -> Option<(u32, String)> {
    let names = ["upper third", "middle third", "lower third"];
    let place = f64::midpoint(ymin, ymax) / height * 3.0;
    let rank = place.clamp(0.0, 2.0) as u32;
    place.is_finite().then(|| (rank, names[rank as usize].to_owned()))
}

/// The part of the spine, by the upper vertebra of what was said: L5-S1 is the lower lumbar spine.
fn region(level: VertebralLevel) -> (u32, String) {
    let regions = [
        ("T4", "upper thoracic (T1 to T4)"),
        ("T8", "middle thoracic (T5 to T8)"),
        ("T12", "lower thoracic (T9 to T12)"),
        ("L3", "upper lumbar (L1 to L3)"),
        ("L5", "lower lumbar (L4 to L5)"),
    ];
    let upper = VertebralLevel::one(level.upper);
    let is_over = |last: &str| VertebralLevel::parse(last).is_some_and(|last| upper <= last);
    let rank = regions.iter().position(|(last, _)| is_over(last)).unwrap_or(regions.len());
    (rank as u32, regions.get(rank).map_or("sacrum (S1)", |(_, name)| name).to_owned())
}

/// The level that a label names among other words: `Fracture L1`. A label that is nothing but a level is not taken for
/// one: the ribs of VinDr-RibCXR are called L1 to L10.
fn level_of_label(label: &LabelName) -> Option<VertebralLevel> {
    let words: Vec<&str> = label.as_str().split([' ', ',', '(', ')', '_']).filter(|word| !word.is_empty()).collect();
    if words.len() < 2 {
        return None;
    }
    words.into_iter().find_map(VertebralLevel::parse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::study::View;

    fn film(age: Option<f64>, sex: Option<Sex>, view: View, readers: &[&str]) -> FilmCase {
        FilmCase {
            image: "i".into(),
            study: "s".into(),
            patient: "p".into(),
            is_abnormal: None,
            size: Some([1000, 2000]),
            age_years: age,
            sex,
            view,
            readers: readers.iter().map(|&reader| reader.into()).collect(),
        }
    }

    fn names(slicing: &Slicing) -> Vec<&str> {
        (0..slicing.of.len()).map(|item| slicing.name_of(item)).collect()
    }

    #[test]
    fn films_by_what_is_known_of_them() {
        let films = [
            film(Some(59.9), Some(Sex::Male), View::Lateral, &["R2"]),
            film(Some(60.0), Some(Sex::Female), View::Frontal, &["R1", "R2"]),
            film(None, None, View::Other, &[]),
            film(Some(6.0), Some(Sex::Other), View::Oblique, &["R1"]),
            film(Some(-1.0), Some(Sex::Male), View::Lateral, &["R1"]),
            film(Some(f64::NAN), Some(Sex::Male), View::Lateral, &["R1"]),
        ];
        let slicings = of_films(&films);
        let kinds: Vec<_> = slicings.iter().map(|slicing| slicing.by).collect();
        assert_eq!(kinds, ["age", "sex", "view", "reader"]);
        assert_eq!(names(&slicings[0]), ["50 to 59", "60 to 69", "unknown", "0 to 9", "unknown", "unknown"]);
        assert_eq!(slicings[0].names, ["0 to 9", "50 to 59", "60 to 69", "unknown"]);
        assert_eq!(names(&slicings[1]), ["Male", "Female", "unknown", "Other", "Male", "Male"]);
        assert_eq!(names(&slicings[2]), ["Lateral", "Frontal", "unknown", "Oblique", "Lateral", "Lateral"]);
        assert_eq!(slicings[3].names, ["R1", "R2", "R1, R2", "unknown"]);
        assert_eq!(slicings[0].items("unknown").collect::<Vec<_>>(), [2, 4, 5]);
        assert_eq!(slicings[0].items("70 to 79").count(), 0);
        assert!(!slicings[0].is_all_unknown());
        assert!(of_films(&films[2..3]).iter().all(Slicing::is_all_unknown));
    }

    #[test]
    fn boxes_at_the_limits_of_size_and_place() {
        let rects = [
            [0.0, 0.0, 32.0, 31.9],
            [0.0, 0.0, 32.0, 32.0],
            [0.0, 0.0, 96.0, 95.9],
            [0.0, 0.0, 96.0, 96.0],
            [0.0, 1900.0, 100.0, 2000.0],
            [0.0, 0.0, 1000.0, 40.0],
            [0.0, 600.0, 100.0, 733.3],
            [0.0, 600.0, 100.0, 734.0],
            [0.0, -90.0, 10.0, -80.0],
        ];
        let mut boxes = BoxColumns::default();
        boxes.push_film([]);
        boxes.push_film(rects.map(|rect| (0, rect, None)));
        let films = [film(None, None, View::Other, &[]), film(None, None, View::Other, &[])];
        let classes = [LabelName::new("Osteophytes")];
        let slicings = of_boxes(&boxes, &films, &classes, &[]);
        let short = |slicing: &Slicing, words: usize| -> Vec<String> {
            names(slicing).iter().map(|n| n.split(' ').take(words).collect::<Vec<_>>().join(" ")).collect()
        };
        let sizes = ["small", "medium", "medium", "large", "large", "large", "large", "large", "small"];
        assert_eq!(short(&slicings[0], 1), sizes);
        // Of 2,000,000 pixels, 0.5 % are 10,000 and 2 % are 40,000.
        let shares = ["under", "under", "under", "under", "0.5", "2", "0.5", "0.5", "under"];
        assert_eq!(short(&slicings[1], 1), shares);
        assert!(slicings[2].is_all_unknown(), "nothing says a level");
        let thirds = ["upper", "upper", "upper", "upper", "lower", "upper", "upper", "middle", "upper"];
        assert_eq!(short(&slicings[3], 1), thirds);
        // Without the film's size, neither share nor place is known.
        let unsized_films = [0, 1].map(|_| FilmCase { size: None, ..films[0].clone() });
        let slicings = of_boxes(&boxes, &unsized_films, &classes, &[]);
        assert!(slicings[1].is_all_unknown() && slicings[3].is_all_unknown());
    }

    #[test]
    fn levels_come_from_readers_then_from_labels() {
        let mut boxes = BoxColumns::default();
        boxes.push_film([0, 1, 2, 2, 2, 2, 2].map(|class| (class, [0.0, 0.0, 1.0, 1.0], None)));
        let films = [film(None, None, View::Other, &[])];
        let classes = ["Fracture L1", "L1", "Osteophytes"].map(LabelName::new);
        let said = |text: &str| VertebralLevel::parse(text);
        let levels = [None, None, said("L5-S1"), said("T12-L1"), said("S1"), said("T1"), said("T5")];
        let level = &of_boxes(&boxes, &films, &classes, &levels)[2];
        let regions = ["upper lumbar", UNKNOWN, "lower lumbar", "lower thoracic", "sacrum", "upper thoracic"];
        for (item, region) in regions.iter().enumerate() {
            assert!(level.name_of(item).starts_with(region), "{item}: {}", level.name_of(item));
        }
        assert_eq!(level.names.last().map(String::as_str), Some(UNKNOWN));
        assert_eq!(level.names[0], "upper thoracic (T1 to T4)");
    }
}
