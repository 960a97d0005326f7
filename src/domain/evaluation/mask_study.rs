//! Masks and outlines of readers held against those of one reader, pixel by pixel: how much two of the same label on the
//! same film share, and how far their borders lie apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::geometry::Size;
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::LabelName;
use crate::domain::metrics::interval::quantile;
use crate::domain::metrics::masks::{BorderDistances, Overlap};
use crate::domain::shape::{Mask, Shape, ShapeKind};

/// What is known of a film's pixels.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct FilmPixels {
    /// Columns and rows.
    pub size: Option<[u32; 2]>,
    /// Between rows, then between columns.
    pub spacing_mm: Option<[f64; 2]>,
}

/// A completed reading: all that its reader drew around an area.
#[derive(Clone, PartialEq, Debug)]
pub struct Drawing {
    pub image: ImageId,
    pub reader: ReaderId,
    /// Boxes, polygons and masks; others are not looked at.
    pub shapes: BTreeMap<LabelName, Vec<Shape>>,
}

/// Two drawings of one label on one film; at least one of them has shapes.
#[derive(Clone, Copy, Debug)]
struct Pair<'a> {
    reader: usize,
    label: usize,
    truth: &'a [Shape],
    drawn: &'a [Shape],
    film: FilmPixels,
}

/// How far two sets of pixels agree.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Agreement {
    /// First the truth, second what was drawn.
    pub overlap: Overlap,
    /// Pixels of the film, where its size is known.
    pub num_film_pixels: Option<u64>,
    /// Hausdorff and Hausdorff 95; `None` where one of both has no pixels.
    pub distances: Option<[f64; 2]>,
    /// Whether the distances are in mm; else in pixels.
    pub is_mm: bool,
}

impl Agreement {
    /// Of the truth and of what was drawn. The shapes of each are one set of pixels: those whose centres lie in any of
    /// them. What lies beyond the film's edge does not count.
    pub fn of(truth: &[Shape], drawn: &[Shape], film: FilmPixels) -> Self {
        let [truth, drawn] = [truth, drawn].map(|shapes| united(shapes, film.size));
        let distances = truth.as_ref().zip(drawn.as_ref()).map(|(truth, drawn)| {
            let distances = BorderDistances::of(truth, drawn, film.spacing_mm.unwrap_or([1.0, 1.0]));
            [distances.hausdorff(), distances.hausdorff_95()]
        });
        Self {
            overlap: Overlap::of(truth.as_ref(), drawn.as_ref()),
            num_film_pixels: film.size.map(|[width, height]| u64::from(width) * u64::from(height)),
            distances,
            is_mm: film.spacing_mm.is_some(),
        }
    }

    /// Share of the truth's pixels that were drawn; `None` where the truth has none.
    pub fn sensitivity(&self) -> Option<f64> {
        (self.overlap.first > 0).then(|| self.overlap.both as f64 / self.overlap.first as f64)
    }

    /// Share of the film's other pixels that were not drawn; `None` where the film's size is unknown or there are none.
    pub fn specificity(&self) -> Option<f64> {
        let negative = self.num_film_pixels?.checked_sub(self.overlap.first).filter(|&negative| negative > 0)?;
        let wrong = self.overlap.second - self.overlap.both;
        Some(1.0 - wrong as f64 / negative as f64)
    }
}

/// Masks are runs over the smallest box around their pixels, so a large film costs no more than what is drawn on it.
fn united(shapes: &[Shape], size: Option<[u32; 2]>) -> Option<Mask> {
    let masks: Vec<Mask> = shapes.iter().filter_map(Shape::to_mask).collect();
    let mask = Mask::from_spans(masks.iter().flat_map(Mask::film_spans))?;
    match size.map(|[width, height]| Size::new(f64::from(width), f64::from(height))) {
        Some(film) => mask.clipped_to(film),
        None => Some(mask),
    }
}

/// Values of several masks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spread {
    pub num: u64,
    pub mean: f64,
    /// Of an even number the mean of the two in the middle.
    pub median: f64,
}

impl Spread {
    /// `None` without values.
    fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.collect();
        if values.is_empty() {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        Some(Self { num: values.len() as u64, mean, median: quantile(&values, 0.5) })
    }
}

/// How far borders lie apart.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct BorderFigures {
    pub hausdorff: Spread,
    pub hausdorff_95: Spread,
}

/// A label, or all of them. Each film and label counts once, and "both" are those that have pixels of the truth and of
/// the reader: only these are in the figures, except in `dice_with_missed`.
#[derive(Clone, PartialEq, Debug)]
pub struct MaskRow {
    /// `None`: all labels together, each mask once, as RibCXR's paper has it (arXiv 2107.01327).
    pub label: Option<LabelName>,
    pub num_both: u64,
    /// Only the truth has it.
    pub num_missed: u64,
    /// Only the reader has it.
    pub num_added: u64,
    pub dice: Option<Spread>,
    pub iou: Option<Spread>,
    pub sensitivity: Option<Spread>,
    pub specificity: Option<Spread>,
    /// The mean over all where either has pixels; what only one of both has counts 0.
    pub dice_with_missed: Option<f64>,
    /// Over films whose pixel spacing is known.
    pub mm: Option<BorderFigures>,
    /// In pixels, over the other films.
    pub px: Option<BorderFigures>,
}

impl MaskRow {
    fn of(label: Option<LabelName>, agreements: &[Agreement]) -> Self {
        let num = |is_meant: fn(&Overlap) -> bool| agreements.iter().filter(|a| is_meant(&a.overlap)).count() as u64;
        let both = || agreements.iter().filter(|a| a.distances.is_some());
        let borders = |is_mm: bool| {
            let one = |which: usize| {
                Spread::of(both().filter(move |a| a.is_mm == is_mm).filter_map(move |a| Some(a.distances?[which])))
            };
            Some(BorderFigures { hausdorff: one(0)?, hausdorff_95: one(1)? })
        };
        Self {
            label,
            num_both: both().count() as u64,
            num_missed: num(|overlap| overlap.first > 0 && overlap.second == 0),
            num_added: num(|overlap| overlap.first == 0 && overlap.second > 0),
            dice: Spread::of(both().filter_map(|a| a.overlap.dice())),
            iou: Spread::of(both().filter_map(|a| a.overlap.iou())),
            sensitivity: Spread::of(both().filter_map(Agreement::sensitivity)),
            specificity: Spread::of(both().filter_map(Agreement::specificity)),
            dice_with_missed: Spread::of(agreements.iter().filter_map(|a| a.overlap.dice())).map(|dice| dice.mean),
            mm: borders(true),
            px: borders(false),
        }
    }
}

/// One reader against the truth.
#[derive(Clone, PartialEq, Debug)]
pub struct ReaderMasks {
    pub reader: ReaderId,
    /// Films that both completed.
    pub num_films: u64,
    /// Labels that either drew there, in the order of the label set.
    pub labels: Vec<MaskRow>,
    pub all: MaskRow,
}

/// All readers against the truth.
#[derive(Clone, PartialEq, Debug)]
pub struct MaskStudy {
    pub truth: ReaderId,
    /// Those who completed a film that the truth completed, in order of ids.
    pub readers: Vec<ReaderMasks>,
}

/// What is to be compared; each pair by itself, so that several threads can share them.
#[derive(Clone, Debug)]
pub struct MaskPlan<'a> {
    truth: &'a ReaderId,
    labels: Vec<LabelName>,
    /// With the number of films that both completed.
    readers: Vec<(ReaderId, u64)>,
    pairs: Vec<Pair<'a>>,
}

impl<'a> MaskPlan<'a> {
    /// One drawing for each film and reader. Labels of which nobody drew more than boxes are left out: these are compared
    /// as boxes elsewhere. Beside a polygon or a mask a box counts by its pixels. `order` is the order of labels; others
    /// follow by name. `None` where no label has more than boxes.
    pub fn new(
        drawings: &'a [Drawing],
        truth: &'a ReaderId,
        films: &BTreeMap<ImageId, FilmPixels>,
        order: &[LabelName],
    ) -> Option<Self> {
        let is_drawn = |shapes: &[Shape]| shapes.iter().any(|s| s.kind().has_area() && s.kind() != ShapeKind::Box);
        let drawn = drawings.iter().flat_map(|d| &d.shapes).filter(|(_, shapes)| is_drawn(shapes));
        let drawn: BTreeSet<&LabelName> = drawn.map(|(label, _)| label).collect();
        let place = |label: &LabelName| order.iter().position(|other| other == label).unwrap_or(usize::MAX);
        let mut labels: Vec<LabelName> = drawn.into_iter().cloned().collect();
        labels.sort_by_key(place);
        if labels.is_empty() {
            return None;
        }

        let of_truth = drawings.iter().filter(|d| d.reader == *truth).map(|d| (&d.image, d));
        let of_truth: BTreeMap<&ImageId, &Drawing> = of_truth.collect();
        let mut readers: BTreeMap<&ReaderId, u64> = BTreeMap::new();
        let others = || drawings.iter().filter(|d| d.reader != *truth && of_truth.contains_key(&d.image));
        for drawing in others() {
            *readers.entry(&drawing.reader).or_default() += 1;
        }
        let readers: Vec<(ReaderId, u64)> = readers.into_iter().map(|(reader, num)| (reader.clone(), num)).collect();

        let mut pairs = Vec::new();
        for drawing in others() {
            let Ok(reader) = readers.binary_search_by_key(&&drawing.reader, |(reader, _)| reader) else { continue };
            let film = films.get(&drawing.image).copied().unwrap_or_default();
            for (label, name) in labels.iter().enumerate() {
                let shapes = |of: &'a Drawing| of.shapes.get(name).map_or(&[][..], Vec::as_slice);
                let (truth, drawn) = (shapes(of_truth[&drawing.image]), shapes(drawing));
                if !truth.is_empty() || !drawn.is_empty() {
                    pairs.push(Pair { reader, label, truth, drawn, film });
                }
            }
        }
        Some(Self { truth, labels, readers, pairs })
    }

    pub const fn num_blocks(&self) -> usize {
        self.pairs.len()
    }

    /// In any order and on any thread.
    pub fn block(&self, number: usize) -> Agreement {
        let pair = &self.pairs[number];
        Agreement::of(pair.truth, pair.drawn, pair.film)
    }

    /// From all blocks, in order. Shapes so small that no pixel's centre lies in them are as if they were not drawn.
    pub fn finish(&self, blocks: &[Agreement]) -> MaskStudy {
        let of_reader = |reader: usize, is_meant: &dyn Fn(usize) -> bool| -> Vec<Agreement> {
            let pairs = self.pairs.iter().zip(blocks);
            pairs.filter(|(pair, _)| pair.reader == reader && is_meant(pair.label)).map(|(_, block)| *block).collect()
        };
        let reader = |(number, (reader, num_films)): (usize, &(ReaderId, u64))| {
            let row = |(place, label): (usize, &LabelName)| {
                MaskRow::of(Some(label.clone()), &of_reader(number, &|label| label == place))
            };
            let has_any = |row: &MaskRow| row.num_both + row.num_missed + row.num_added > 0;
            ReaderMasks {
                reader: reader.clone(),
                num_films: *num_films,
                labels: self.labels.iter().enumerate().map(row).filter(has_any).collect(),
                all: MaskRow::of(None, &of_reader(number, &|_| true)),
            }
        };
        MaskStudy { truth: self.truth.clone(), readers: self.readers.iter().enumerate().map(reader).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geometry::{Point, Rect};
    use crate::domain::shape::Polygon;

    fn rect(x: f64, y: f64, right: f64, bottom: f64) -> Rect {
        Rect::from_columns(x, y, right, bottom).unwrap()
    }

    /// Ten pixels wide and high, at this column.
    fn square(x: f64) -> Shape {
        Shape::Polygon(Polygon::from_rect(rect(x, 0.0, x + 10.0, 10.0)))
    }

    fn drawing(film: &str, reader: &str, shapes: &[(&str, &[Shape])]) -> Drawing {
        let shapes = shapes.iter().map(|(label, shapes)| (LabelName::new(*label), shapes.to_vec())).collect();
        Drawing { image: film.into(), reader: reader.into(), shapes }
    }

    fn study(drawings: &[Drawing], truth: &str, films: &[(&str, FilmPixels)]) -> Option<MaskStudy> {
        let films = films.iter().map(|(film, pixels)| ((*film).into(), *pixels)).collect();
        let order = ["R2", "R10"].map(LabelName::new);
        let truth = truth.into();
        let plan = MaskPlan::new(drawings, &truth, &films, &order)?;
        let blocks: Vec<Agreement> = (0..plan.num_blocks()).map(|number| plan.block(number)).collect();
        Some(plan.finish(&blocks))
    }

    const SPACED: FilmPixels = FilmPixels { size: Some([100, 10]), spacing_mm: Some([0.5, 0.5]) };

    #[test]
    fn a_label_is_one_set_of_pixels_whatever_it_is_drawn_with() {
        let whole = [Shape::Box(rect(0.0, 0.0, 20.0, 10.0))];
        let parts = [square(0.0), square(5.0), Shape::Mask(Mask::from_rect(rect(10.0, 0.0, 20.0, 10.0)).unwrap())];
        let found = Agreement::of(&whole, &parts, SPACED);
        assert_eq!(found.overlap, Overlap { both: 200, first: 200, second: 200 });
        assert_eq!((found.distances, found.is_mm), (Some([0.0, 0.0]), true));
        // Beyond the film's edge there are no pixels.
        let far = [Shape::Box(rect(90.0, -50.0, 500.0, 50.0))];
        assert_eq!(Agreement::of(&whole, &far, SPACED).overlap, Overlap { both: 0, first: 200, second: 100 });
        let unsized_film = FilmPixels { size: None, ..SPACED };
        assert_eq!(Agreement::of(&whole, &far, unsized_film).overlap.second, 41_000);
        assert_eq!(Agreement::of(&whole, &far, unsized_film).specificity(), None);
        // Points have no pixels, and nothing has no distance.
        let found = Agreement::of(&whole, &[Shape::Point(Point::new(3.0, 3.0))], SPACED);
        assert_eq!((found.overlap.second, found.distances, found.overlap.dice()), (0, None, Some(0.0)));
    }

    #[test]
    fn figures_by_hand() {
        let drawings = [
            drawing("a", "T", &[("R10", &[square(0.0)]), ("R2", &[square(0.0)])]),
            drawing("b", "T", &[("R2", &[square(0.0)]), ("Boxed", &[Shape::Box(rect(0.0, 0.0, 5.0, 5.0))])]),
            drawing("c", "T", &[("R2", &[square(0.0)])]),
            // Shifted by 5 and by 2 pixels, then missed; another label is drawn too much.
            drawing("a", "A", &[("R2", &[square(5.0)]), ("R10", &[square(0.0)])]),
            drawing("b", "A", &[("R2", &[square(2.0)]), ("R10", &[square(2.0)])]),
            drawing("c", "A", &[]),
            drawing("unknown", "A", &[("R2", &[square(2.0)])]),
            drawing("unknown", "B", &[("R2", &[square(2.0)])]),
        ];
        let unspaced = FilmPixels { spacing_mm: None, ..SPACED };
        let found = study(&drawings, "T", &[("a", SPACED), ("b", unspaced), ("c", SPACED)]).unwrap();
        assert_eq!(found.readers.len(), 1, "B has no film in common with the truth");
        let reader = &found.readers[0];
        assert_eq!((reader.reader.as_str(), reader.num_films), ("A", 3));
        let names: Vec<_> = reader.labels.iter().map(|row| row.label.as_ref().unwrap().as_str()).collect();
        assert_eq!(names, ["R2", "R10"], "in the set's order, without what is only boxes");

        let row = &reader.labels[0];
        assert_eq!((row.num_both, row.num_missed, row.num_added), (2, 1, 0));
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        let dice = row.dice.unwrap();
        close(dice.mean, f64::midpoint(0.5, 0.8));
        close(dice.median, dice.mean);
        close(row.iou.unwrap().mean, f64::midpoint(50.0 / 150.0, 80.0 / 120.0));
        close(row.sensitivity.unwrap().mean, 0.65);
        close(row.specificity.unwrap().mean, 1.0 - f64::midpoint(50.0, 20.0) / 900.0);
        close(row.dice_with_missed.unwrap(), 1.3 / 3.0);
        // 5 pixels of 0.5 mm on the film with a spacing, 2 pixels on the other.
        let (mm, px) = (row.mm.unwrap(), row.px.unwrap());
        assert_eq!((mm.hausdorff, mm.hausdorff_95.num), (Spread { num: 1, mean: 2.5, median: 2.5 }, 1));
        assert_eq!(px.hausdorff, Spread { num: 1, mean: 2.0, median: 2.0 });

        let row = &reader.labels[1];
        assert_eq!((row.num_both, row.num_missed, row.num_added), (1, 0, 1));
        assert_eq!((row.dice.unwrap().mean, row.px), (1.0, None));
        // All masks alike: two of R2, one of R10.
        assert_eq!((reader.all.num_both, reader.all.num_missed, reader.all.num_added), (3, 1, 1));
        close(reader.all.dice.unwrap().mean, 2.3 / 3.0);
        close(reader.all.dice.unwrap().median, 0.8);
        close(reader.all.dice_with_missed.unwrap(), 2.3 / 5.0);
    }

    #[test]
    fn boxes_alone_are_not_compared_here() {
        let boxes: &[Shape] = &[Shape::Box(rect(0.0, 0.0, 5.0, 5.0))];
        let drawings = [drawing("a", "T", &[("R2", boxes)]), drawing("a", "A", &[("R2", boxes)])];
        assert_eq!(study(&drawings, "T", &[]), None);
        // Nothing in common is no figure.
        let missed = [drawing("a", "T", &[("R2", &[square(0.0)])]), drawing("a", "A", &[])];
        let all = &study(&missed, "T", &[]).unwrap().readers[0].all;
        assert_eq!((all.dice, all.mm, all.px, all.dice_with_missed), (None, None, None, Some(0.0)));
    }
}
