//! Where answer and truth agree and where not, one item each, to be looked at in any order.

use crate::domain::fusion::{FusionRule, NORMAL_FILM_SCORE, is_abnormal};
use crate::domain::metrics::matching::overlap;

use super::after_rule;
use super::cases::{Cases, area};
use super::matched::{DetectionMatch, Matched, TruthMatch};
use super::point::OperatingPoint;
use super::settings::Settings;
use super::slices::{self, Slicing};

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ErrorKind {
    /// A box that was found, of the right class.
    TruePositive,
    FalsePositive,
    FalseNegative,
    /// A box at the place of a truth of another class.
    Confusion,
    /// The film is called abnormal and is not, or the other way round, or rightly.
    FilmTruePositive,
    FilmFalsePositive,
    FilmTrueNegative,
    FilmFalseNegative,
}

impl ErrorKind {
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::TruePositive, "found"),
        (Self::FalsePositive, "false positive"),
        (Self::FalseNegative, "missed"),
        (Self::Confusion, "confused"),
        (Self::FilmTruePositive, "film rightly abnormal"),
        (Self::FilmFalsePositive, "film wrongly abnormal"),
        (Self::FilmTrueNegative, "film rightly normal"),
        (Self::FilmFalseNegative, "film wrongly normal"),
    ];

    /// What a reviewer looks at: all but what answer and truth agree on.
    pub const DISAGREEMENTS: [Self; 5] =
        [Self::FalsePositive, Self::FalseNegative, Self::Confusion, Self::FilmFalsePositive, Self::FilmFalseNegative];

    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(one, _)| *one == self).map_or("", |(_, text)| text)
    }

    pub fn is_of_film(self) -> bool {
        self >= Self::FilmTruePositive
    }

    pub fn is_agreement(self) -> bool {
        !Self::DISAGREEMENTS.contains(&self)
    }
}

/// One item of the gallery.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ErrorItem {
    pub kind: ErrorKind,
    /// Position in [`super::cases::Cases::films`].
    pub film: u32,
    /// Positions in the columns of detections and truths.
    pub detection: Option<u32>,
    pub truth: Option<u32>,
    /// Of the box, or of the film; `None` for what was missed.
    pub score: Option<f64>,
    /// With the truth it goes with, or else the best of any class; 0 where none touches.
    pub iou: f64,
    /// Area of the box in pixels; of the truth where there is one. 0 for films.
    pub area: f64,
}

/// Which items are shown.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ErrorFilter {
    /// None: all.
    pub kinds: Vec<ErrorKind>,
    /// Position in [`super::cases::Cases::classes`]: of the truth where there is one, else of the box.
    pub class: Option<u16>,
    /// What the answer says, of items with a box of it. With false positives and confusions together these are what the
    /// counts of a class call its false positives; with `class`, what was missed and confused together are its misses.
    pub answered: Option<u16>,
    /// From and to, of the item's score, both included.
    pub scores: Option<[f64; 2]>,
    /// A slice, by its kind and name as in [`super::result::SliceFigures`].
    pub slice: Option<(String, String)>,
}

impl ErrorFilter {
    /// What a reviewer begins with.
    pub fn disagreements() -> Self {
        Self { kinds: ErrorKind::DISAGREEMENTS.to_vec(), ..Self::default() }
    }

    fn has_kind(&self, kind: ErrorKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// In which order; those without the quantity come last, ties by film.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ErrorOrder {
    #[default]
    HighestScore,
    LowestScore,
    HighestIou,
    LowestIou,
    Largest,
    Smallest,
}

impl ErrorOrder {
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::HighestScore, "Highest score first"),
        (Self::LowestScore, "Lowest score first"),
        (Self::HighestIou, "Highest IoU first"),
        (Self::LowestIou, "Lowest IoU first"),
        (Self::Largest, "Largest first"),
        (Self::Smallest, "Smallest first"),
    ];

    pub fn title(self) -> &'static str {
        Self::ALL.into_iter().find(|(one, _)| *one == self).map_or("", |(_, text)| text)
    }
}

/// The smallest score that counts on each film: the slider's, or what the rule asks of a film that the classifier calls
/// normal. Infinite where nothing counts.
pub fn floors(cases: &Cases, point: OperatingPoint, rule: FusionRule) -> Vec<f64> {
    let on_normal = match rule {
        FusionRule::DetectorOnly => point.min_score,
        FusionRule::Gate => f64::INFINITY,
        // Over a half: the next number after it is the first that counts.
        FusionRule::Paper => point.min_score.max(NORMAL_FILM_SCORE.next_up()),
        FusionRule::ReleasedCode => point.min_score.max(NORMAL_FILM_SCORE),
    };
    (0..cases.films.len())
        .map(|film| {
            let probability = cases.probabilities.get(film).copied().flatten();
            let is_normal = probability.is_some_and(|probability| !is_abnormal(probability, point.c_star));
            if is_normal { on_normal } else { point.min_score }
        })
        .collect()
}

/// Places of all that can be an item: first the detections, then the truths, then the films.
#[derive(Clone, PartialEq, Debug)]
pub struct ErrorItems {
    pub matched: Matched,
    /// By falling score, IoU and area, then by rising ones.
    orders: [Vec<u32>; 6],
    /// Of films, detections and truths.
    film_slices: Vec<Slicing>,
    detection_slices: Vec<Slicing>,
    truth_slices: Vec<Slicing>,
    /// For each truth, how much the detection of any class and score that overlaps it most does.
    nearest: Vec<f64>,
    /// Those that are evaluated, film by film.
    probabilities: Vec<Option<f64>>,
    /// Of each detection, in a byte: a million of them go through the processor whenever the slider moves.
    outcomes: Vec<Outcome>,
}

/// What a detection came to while nothing is thresholded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    LeftOut,
    Found,
    /// Unless its truth is found after all.
    Confused,
    Nothing,
}

impl Outcome {
    const fn of(one: &DetectionMatch) -> Self {
        match (one.is_looked_at, one.found, one.confused) {
            (false, ..) => Self::LeftOut,
            (true, Some(_), _) => Self::Found,
            (true, None, Some(_)) => Self::Confused,
            (true, None, None) => Self::Nothing,
        }
    }
}

/// What passes a filter at an operating point.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ShownErrors {
    /// In the order asked for: places as in [`ErrorItems`], and what each is.
    pub places: Vec<(u32, ErrorKind)>,
    /// How many pass the rest of the filter, by kind, in the order of [`ErrorKind::ALL`].
    pub counts: [u64; 8],
    /// Memory that is written anew each time: fresh memory for a million items costs more than counting them.
    kinds: Vec<u8>,
}

impl ErrorItems {
    /// Sorts everything once: a fraction of a second for a million detections, so not between two frames.
    pub fn new(cases: &Cases, settings: &Settings) -> Self {
        let matched = Matched::new(cases, settings);
        let nearest = nearest_detections(cases, &matched);
        let mut made = Self {
            orders: Default::default(),
            film_slices: slices::of_films(&cases.films),
            detection_slices: slices::of_boxes(&cases.detections, &cases.films, &cases.classes, &[]),
            truth_slices: slices::of_boxes(&cases.truths, &cases.films, &cases.classes, &cases.truth_levels),
            probabilities: after_rule::probabilities(cases, settings).into_owned(),
            outcomes: matched.detections.iter().map(Outcome::of).collect(),
            matched,
            nearest,
        };
        let num = made.matched.detections.len() + made.matched.truths.len() + cases.films.len();
        let films: Vec<u32> = (0..num as u32).map(|place| made.film_of(place)).collect();
        let sort = |key: &dyn Fn(u32) -> Option<f64>| {
            let mut sorted: Vec<(f64, u32)> = Vec::with_capacity(num);
            let mut without: Vec<u32> = Vec::new();
            for place in 0..num as u32 {
                match key(place) {
                    Some(value) => sorted.push((value, place)),
                    None => without.push(place),
                }
            }
            let tie = |place: u32| (films[place as usize], place);
            sorted.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| tie(a.1).cmp(&tie(b.1))));
            without.sort_unstable_by_key(|&place| tie(place));
            let falling: Vec<u32> = sorted.iter().map(|(_, place)| *place).chain(without.iter().copied()).collect();
            // Rising: the groups of equals from behind, each in its own order.
            let mut rising: Vec<u32> = Vec::with_capacity(num);
            for group in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()).rev() {
                rising.extend(group.iter().map(|(_, place)| *place));
            }
            rising.extend(without);
            [falling, rising]
        };
        let [highest_score, lowest_score] = sort(&|place| made.score_of(place));
        let [highest_iou, lowest_iou] = sort(&|place| made.iou_of(place));
        let [largest, smallest] = sort(&|place| made.area_of(cases, place));
        made.orders = [highest_score, lowest_score, highest_iou, lowest_iou, largest, smallest];
        made
    }

    /// The slices that items can be filtered by, each with its names; those of which nothing is known are left out.
    pub fn slices(&self) -> impl Iterator<Item = (&'static str, Vec<&str>)> {
        let of_boxes = self.truth_slices.iter().zip(&self.detection_slices).map(|(truths, detections)| {
            let mut names: Vec<&str> = truths.names.iter().map(String::as_str).collect();
            let others =
                detections.names.iter().map(String::as_str).filter(|name| !truths.names.iter().any(|n| n == name));
            names.extend(others);
            (truths.by, names)
        });
        let of_films =
            self.film_slices.iter().map(|films| (films.by, films.names.iter().map(String::as_str).collect()));
        of_films.chain(of_boxes).filter(|(_, names): &(_, Vec<&str>)| names.iter().any(|name| *name != slices::UNKNOWN))
    }

    /// What passes, in order.
    pub fn shown(
        &self,
        cases: &Cases,
        at: (OperatingPoint, FusionRule),
        filter: &ErrorFilter,
        order: ErrorOrder,
    ) -> ShownErrors {
        self.shown_again(ShownErrors::default(), cases, at, filter, order)
    }

    /// The same in the memory of what was shown before. Well under a frame for a million detections.
    pub fn shown_again(
        &self,
        before: ShownErrors,
        cases: &Cases,
        (point, rule): (OperatingPoint, FusionRule),
        filter: &ErrorFilter,
        order: ErrorOrder,
    ) -> ShownErrors {
        const OUT: u8 = u8::MAX;
        let floors = floors(cases, point, rule);
        let sieve = Sieve::new(self, filter);
        let mut counts = [0; 8];
        let (num_detections, num_truths) = (self.matched.detections.len(), self.matched.truths.len());
        let ShownErrors { mut places, mut kinds, .. } = before;
        kinds.clear();
        kinds.resize(num_detections + num_truths + cases.films.len(), OUT);
        let shown_as = |kind: ErrorKind| if filter.has_kind(kind) { kind as u8 } else { OUT };
        let made_up = shown_as(ErrorKind::FalsePositive);
        let mut num_made_up = 0;
        for (film, &floor) in floors.iter().enumerate() {
            let mut take =
                |place: usize, kind: ErrorKind, class: Option<u16>, answered: Option<u16>, score: Option<f64>| {
                    let passes = sieve.passes(self, place, class, answered, score);
                    counts[kind as usize] += u64::from(passes);
                    if passes { shown_as(kind) } else { OUT }
                };
            // Falling scores: what follows one that does not count does not count either.
            for place in cases.detections.of_film(film) {
                let score = cases.detections.scores[place];
                if score < floor {
                    break;
                }
                let class = cases.detections.classes[place];
                let said = Some(class);
                let confused = || self.confused(place, floor).map(|truth| self.matched.truths[truth as usize].class);
                kinds[place] = match self.outcomes[place] {
                    Outcome::LeftOut => OUT,
                    Outcome::Found => take(place, ErrorKind::TruePositive, said, said, Some(score)),
                    Outcome::Confused => match confused() {
                        class @ Some(_) => take(place, ErrorKind::Confusion, class, said, Some(score)),
                        None => take(place, ErrorKind::FalsePositive, said, said, Some(score)),
                    },
                    // Nearly all are of this kind.
                    Outcome::Nothing => {
                        let passes = sieve.passes(self, place, said, said, Some(score));
                        num_made_up += u64::from(passes);
                        if passes { made_up } else { OUT }
                    }
                };
            }
            // Without a detector boxes are not evaluated: nothing was missed.
            for truth in cases.truths.of_film(film).filter(|_| cases.has_detector) {
                let one = &self.matched.truths[truth];
                let counts = |score: Option<f64>| score.is_some_and(|score| score >= floor);
                if !counts(one.score) && !counts(one.confused_score) {
                    let place = num_detections + truth;
                    kinds[place] = take(place, ErrorKind::FalseNegative, Some(one.class), None, None);
                }
            }
            let probability = self.probabilities.get(film).copied().flatten();
            if let (Some(truth), Some(probability)) = (cases.films[film].is_abnormal, probability) {
                let kind = match (truth, is_abnormal(probability, point.c_star)) {
                    (true, true) => ErrorKind::FilmTruePositive,
                    (true, false) => ErrorKind::FilmFalseNegative,
                    (false, true) => ErrorKind::FilmFalsePositive,
                    (false, false) => ErrorKind::FilmTrueNegative,
                };
                let place = num_detections + num_truths + film;
                kinds[place] = take(place, kind, None, None, Some(probability));
            }
        }
        counts[ErrorKind::FalsePositive as usize] += num_made_up;
        let all = ErrorKind::ALL.map(|(kind, _)| kind);
        let shown = all.iter().filter(|kind| filter.has_kind(**kind)).map(|kind| counts[*kind as usize]);
        // Each place is written, and the next one over it where it is not shown: whether it is would be anyone's guess.
        places.resize(shown.sum::<u64>() as usize + 1, (0, all[0]));
        let mut num = 0;
        for &place in &self.orders[order as usize] {
            let kind = kinds[place as usize];
            places[num] = (place, all[usize::from(kind) % all.len()]);
            num += usize::from(kind != OUT);
        }
        places.truncate(num);
        ShownErrors { places, counts, kinds }
    }

    /// The item of a place that [`ErrorItems::shown`] gave.
    pub fn item(&self, cases: &Cases, (place, kind): (u32, ErrorKind)) -> ErrorItem {
        let (detection, truth) = match self.part_of(place) {
            Part::Detection(detection) => {
                let one = &self.matched.detections[detection];
                let truth = match kind {
                    ErrorKind::TruePositive => one.found,
                    ErrorKind::Confusion => one.confused,
                    _ => None,
                };
                (Some(detection as u32), truth)
            }
            Part::Truth(truth) => (None, Some(truth as u32)),
            Part::Film(_) => (None, None),
        };
        ErrorItem {
            kind,
            film: self.film_of(place),
            detection,
            truth,
            score: self.score_of(place),
            iou: self.iou_of(place).unwrap_or(0.0),
            area: truth.map_or_else(
                || self.area_of(cases, place).unwrap_or(0.0),
                |truth| area(cases.truths.rects[truth as usize]),
            ),
        }
    }

    /// The truth that a detection is taken for while this is the smallest score that counts on its film.
    pub fn confused(&self, detection: usize, floor: f64) -> Option<u32> {
        let truth = self.matched.detections[detection].confused?;
        let is_found = self.matched.truths[truth as usize].score.is_some_and(|score| score >= floor);
        (!is_found).then_some(truth)
    }

    fn part_of(&self, place: u32) -> Part {
        let (place, num_detections) = (place as usize, self.matched.detections.len());
        let num_boxes = num_detections + self.matched.truths.len();
        if place < num_detections {
            Part::Detection(place)
        } else if place < num_boxes {
            Part::Truth(place - num_detections)
        } else {
            Part::Film(place - num_boxes)
        }
    }

    fn film_of(&self, place: u32) -> u32 {
        match self.part_of(place) {
            Part::Detection(detection) => self.matched.detections[detection].film,
            Part::Truth(truth) => self.matched.truths[truth].film,
            Part::Film(film) => film as u32,
        }
    }

    fn score_of(&self, place: u32) -> Option<f64> {
        match self.part_of(place) {
            Part::Detection(detection) => Some(self.matched.detections[detection].score),
            Part::Truth(_) => None,
            Part::Film(film) => self.probabilities.get(film).copied().flatten(),
        }
    }

    fn iou_of(&self, place: u32) -> Option<f64> {
        match self.part_of(place) {
            Part::Detection(detection) => Some(self.matched.detections[detection].iou),
            Part::Truth(truth) => Some(self.nearest[truth]),
            Part::Film(_) => None,
        }
    }

    fn area_of(&self, cases: &Cases, place: u32) -> Option<f64> {
        match self.part_of(place) {
            Part::Detection(detection) => {
                let one = &self.matched.detections[detection];
                let truth = one.found.or(one.confused);
                Some(truth.map_or_else(
                    || area(cases.detections.rects[detection]),
                    |truth| area(cases.truths.rects[truth as usize]),
                ))
            }
            Part::Truth(truth) => Some(area(cases.truths.rects[truth])),
            Part::Film(_) => None,
        }
    }
}

/// What lies at a place.
enum Part {
    Detection(usize),
    Truth(usize),
    Film(usize),
}

/// Whether a truth of the detection's own class lies under it, so that as a false positive it is a second box on a
/// finding that another one, of a better score, has found.
pub fn is_found_already(cases: &Cases, detection: usize, main_iou: f64) -> bool {
    let film = cases.detections.film_of(detection);
    let (rect, class) = (&cases.detections.rects[detection], cases.detections.classes[detection]);
    let mut truths = cases.truths.of_film(film).filter(|&truth| cases.truths.classes[truth] == class);
    truths.any(|truth| overlap(rect, &cases.truths.rects[truth]) >= main_iou.min(1.0 - 1e-10))
}

/// For each truth, the largest overlap with a detection of any class and score; 0 where none touches it.
fn nearest_detections(cases: &Cases, matched: &Matched) -> Vec<f64> {
    let near = |(truth, one): (usize, &TruthMatch)| {
        let rect = &cases.truths.rects[truth];
        let detections = cases.detections.of_film(one.film as usize);
        detections.map(|detection| overlap(&cases.detections.rects[detection], rect)).fold(0.0, f64::max)
    };
    matched.truths.iter().enumerate().map(near).collect()
}

/// The filter without its kinds, looked up once.
struct Sieve<'a> {
    filter: &'a ErrorFilter,
    /// Which slicing, and which of its names in films, detections and truths.
    slice: Option<Slice>,
    lets_all_through: bool,
}

enum Slice {
    OfFilms(usize, Option<u16>),
    OfBoxes(usize, [Option<u16>; 2]),
    /// There is no such slice: nothing is in it.
    Nothing,
}

impl<'a> Sieve<'a> {
    fn new(items: &ErrorItems, filter: &'a ErrorFilter) -> Self {
        let number = |slicing: &Slicing, name: &str| slicing.names.iter().position(|n| n == name).map(|n| n as u16);
        let slice = filter.slice.as_ref().map(|(by, name)| {
            let of_films = items.film_slices.iter().position(|slicing| slicing.by == by);
            let of_boxes = items.truth_slices.iter().position(|slicing| slicing.by == by);
            match (of_films, of_boxes) {
                (Some(at), _) => Slice::OfFilms(at, number(&items.film_slices[at], name)),
                (None, Some(at)) => {
                    let both = [&items.detection_slices[at], &items.truth_slices[at]];
                    Slice::OfBoxes(at, both.map(|slicing| number(slicing, name)))
                }
                (None, None) => Slice::Nothing,
            }
        });
        let lets_all_through =
            filter.class.is_none() && filter.answered.is_none() && filter.scores.is_none() && slice.is_none();
        Self { filter, slice, lets_all_through }
    }

    #[inline]
    fn passes(
        &self,
        items: &ErrorItems,
        place: usize,
        class: Option<u16>,
        answered: Option<u16>,
        score: Option<f64>,
    ) -> bool {
        if self.lets_all_through {
            return true;
        }
        let filter = self.filter;
        let is_of_class = filter.class.is_none_or(|wanted| class == Some(wanted));
        let is_answered = filter.answered.is_none_or(|wanted| answered == Some(wanted));
        let is_scored = filter.scores.is_none_or(|[from, to]| score.is_some_and(|score| (from..=to).contains(&score)));
        is_of_class && is_answered && is_scored && self.slice.as_ref().is_none_or(|slice| slice.has(items, place))
    }
}

impl Slice {
    fn has(&self, items: &ErrorItems, place: usize) -> bool {
        let part = items.part_of(place as u32);
        match self {
            Self::Nothing => false,
            Self::OfFilms(at, number) => {
                let film = items.film_of(place as u32) as usize;
                number.is_some_and(|number| items.film_slices[*at].of[film] == number)
            }
            Self::OfBoxes(at, [of_detections, of_truths]) => match part {
                // A pair goes by its truth, as the figures of a slice do.
                Part::Detection(detection) => {
                    let one = &items.matched.detections[detection];
                    match one.found.or(one.confused) {
                        Some(truth) => of_truths.is_some_and(|n| items.truth_slices[*at].of[truth as usize] == n),
                        None => of_detections.is_some_and(|n| items.detection_slices[*at].of[detection] == n),
                    }
                }
                Part::Truth(truth) => of_truths.is_some_and(|n| items.truth_slices[*at].of[truth] == n),
                Part::Film(_) => false,
            },
        }
    }
}
