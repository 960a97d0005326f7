//! A reader at work at random, for the tests of the store.

use std::collections::BTreeMap;

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::attribute::{Attributes, Certainty, Grade, VertebralLevel};
use rachis::domain::comment::{Comment, Pin};
use rachis::domain::edit::{Edit, EditError};
use rachis::domain::geometry::{Point, Rect};
use rachis::domain::id::{AnnotationId, ImageId, LogSeq, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::log::{NewLogEntry, Step};
use rachis::domain::measure::{MeasureKind, MeasureShape, Measurement};
use rachis::domain::model::ModelId;
use rachis::domain::presence::{LabelAnswers, Presence, SharedScope};
use rachis::domain::quality::UnfitReason;
use rachis::domain::reading::Reading;
use rachis::domain::shape::{Line, Mask, Polygon, Shape};
use rachis::domain::study::FilmSource;
use rachis::domain::suggestion::SuggestionKey;
use rachis::domain::task::TaskState;
use rachis::store::Store;

use crate::store_log::{film, new_project};

/// Series and study of each film of a walk: two films of a series, one of another study.
const PLACES: [(&str, &str, &str); 3] =
    [("film a", "series 1", "study 1"), ("film b", "series 1", "study 1"), ("film c", "series 2", "study 2")];

/// A project with the films of a walk.
pub fn project(folder: &std::path::Path) -> Store {
    let mut store = Store::create(folder, &new_project()).unwrap();
    let films = (1..).zip(PLACES).map(|(n, (image, series, study))| {
        let mut entry = film(n, FilmSource::File(folder.join(format!("films/{image}.dcm"))));
        (entry.facts.image, entry.facts.series, entry.facts.study) = (image.into(), series.into(), study.into());
        entry
    });
    store.add_films(&films.collect::<Vec<_>>()).unwrap();
    store
}

/// A small generator (splitmix64), so that a walk is told by one number.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

/// A reader at work: edits, undoes and redoes on a few films at random, always legally.
pub struct Walk {
    dice: Dice,
    session: u32,
    /// Series and study of each film; films that the project does not have are said nothing of beyond themselves.
    places: BTreeMap<ImageId, [SharedScope; 2]>,
    num_marks: u32,
    clock_ms: i64,
    pub readings: BTreeMap<(ImageId, ReaderId), Reading>,
    /// Steps that undo would take back, by reading: the number of the step and its edit.
    done: BTreeMap<(ImageId, ReaderId), Vec<(usize, Edit)>>,
    undone: BTreeMap<(ImageId, ReaderId), Vec<(usize, Edit)>>,
    num_steps: usize,
}

/// A step of a walk. `of` is the number of the step that an undo or redo is about, counted from 0; the entry names log
/// position 0 in its place.
pub struct WalkStep {
    pub entry: NewLogEntry,
    pub of: Option<usize>,
}

impl Walk {
    pub fn new(seed: u64, store: &Store) -> Self {
        let mut readings = BTreeMap::new();
        for film in ["film a", "film b", "film c"] {
            for reader in ["R1", "R2"] {
                let (film, reader) = (ImageId::new(film), ReaderId::new(reader));
                let reading = store.reading(&film, &reader).unwrap();
                readings.insert((film, reader), reading);
            }
        }
        let known = store.films().unwrap().into_iter().map(|entry| entry.facts);
        let scopes = known.map(|f| (f.image, [SharedScope::Series(f.series), SharedScope::Study(f.study)]));
        Self {
            dice: Dice(seed),
            session: store.session(),
            places: scopes.collect(),
            num_marks: 0,
            clock_ms: 1_700_000_000_000,
            readings,
            done: BTreeMap::new(),
            undone: BTreeMap::new(),
            num_steps: 0,
        }
    }

    /// Every now and then the reader looks at the film for a while.
    pub fn is_pausing(&mut self) -> bool {
        self.dice.roll(4) == 0
    }

    pub fn step(&mut self) -> WalkStep {
        loop {
            let at = self.dice.roll(self.readings.len() as u64) as usize;
            let key = self.readings.keys().nth(at).unwrap().clone();
            if let Some(step) = self.try_step(&key) {
                self.num_steps += 1;
                return step;
            }
        }
    }

    fn try_step(&mut self, key: &(ImageId, ReaderId)) -> Option<WalkStep> {
        self.clock_ms += 1 + self.dice.roll(1000) as i64;
        let number = self.num_steps;
        let (step, of, edit, done) = match self.dice.roll(10) {
            0 | 1 => {
                let (of, edit) = self.done.get(key)?.last()?.clone();
                (Step::Undo(LogSeq(0)), Some(of), edit.inverse(), None)
            }
            2 => {
                let (of, edit) = self.undone.get(key)?.last()?.clone();
                (Step::Redo(LogSeq(0)), Some(of), edit.clone(), Some(edit))
            }
            _ => {
                let edit = self.new_edit(key)?;
                (Step::Do, None, edit.clone(), Some(edit))
            }
        };
        let mut readings = std::mem::take(&mut self.readings);
        let applied = self.apply(&edit, key, &mut readings);
        self.readings = readings;
        applied.ok()?;
        match step {
            Step::Do => {
                self.undone.remove(key);
            }
            Step::Undo(_) => {
                let undone = self.done.get_mut(key).unwrap().pop().unwrap();
                self.undone.entry(key.clone()).or_default().push(undone);
            }
            Step::Redo(_) => {
                self.undone.get_mut(key).unwrap().pop();
            }
        }
        if let Some(edit) = done {
            self.done.entry(key.clone()).or_default().push((number, edit));
        }
        let (image, reader) = key.clone();
        Some(WalkStep { entry: NewLogEntry { image, reader, step, edit, made_at_ms: self.clock_ms }, of })
    }

    /// Applies an edit to one reading; what is said of its series and study is said on all their films.
    pub fn apply(
        &self,
        edit: &Edit,
        key: &(ImageId, ReaderId),
        readings: &mut BTreeMap<(ImageId, ReaderId), Reading>,
    ) -> Result<(), EditError> {
        let reading = readings.get_mut(key).unwrap();
        edit.apply(reading)?;
        let [series, study] = [reading.series_labels(), reading.study_labels()].map(Clone::clone);
        let Some([own_series, own_study]) = self.places.get(&key.0) else { return Ok(()) };
        for ((image, reader), other) in readings.iter_mut().filter(|((image, _), _)| *image != key.0) {
            let Some([of_series, of_study]) = self.places.get(image).filter(|_| *reader == key.1) else { continue };
            let pick = |same, ours: &LabelAnswers, theirs: &LabelAnswers| if same { ours } else { theirs }.clone();
            *other = other.clone().with_shared_labels(
                pick(of_series == own_series, &series, other.series_labels()),
                pick(of_study == own_study, &study, other.study_labels()),
            );
        }
        Ok(())
    }

    fn new_id(&mut self) -> AnnotationId {
        self.num_marks += 1;
        AnnotationId::new(self.session, self.num_marks)
    }

    fn new_rect(&mut self) -> Rect {
        let [x, y, w, h] = [0; 4].map(|_| self.dice.roll(1 << 40) as f64 / f64::from(1 << 29));
        Rect::from_columns(x, y, x + w + 0.01, y + h + 0.01).unwrap()
    }

    fn new_shape(&mut self, kind: MeasureKind) -> MeasureShape {
        let num = if kind.has_room_for(6) && self.dice.roll(2) == 0 { 6 } else { kind.num_points() };
        let mut number = || self.dice.roll(1 << 40) as f64 / f64::from(1 << 29);
        MeasureShape::new(kind, (0..num).map(|_| Point::new(number(), number())).collect()).unwrap()
    }

    /// Any shape of a mark.
    fn new_mark_shape(&mut self) -> Shape {
        let mut number = || self.dice.roll(1 << 40) as f64 / f64::from(1 << 29);
        let mut points = |num: u64| -> Vec<Point> { (0..num).map(|_| Point::new(number(), number())).collect() };
        let (triangle, line, point) = (points(3), points(2), points(1)[0]);
        match self.dice.roll(6) {
            0 => Shape::Polygon(Polygon::new(vec![triangle.clone(), triangle]).unwrap()),
            1 => Shape::Mask(Mask::new(self.dice.roll(9) as i32, -2, 3, 2, vec![1, 3, 2]).unwrap()),
            2 => Shape::Point(point),
            3 => Shape::Line(Line::new(line).unwrap()),
            _ => Shape::Box(self.new_rect()),
        }
    }

    fn new_attributes(&mut self) -> Attributes {
        Attributes {
            grade: [None, Some(Grade::Mild), Some(Grade::Severe)][self.dice.roll(3) as usize],
            level: [None, VertebralLevel::parse("L4-L5")][self.dice.roll(2) as usize],
            certainty: [None, Some(Certainty::Possible)][self.dice.roll(2) as usize],
            note: ["", "a \"note\"\n"][self.dice.roll(2) as usize].to_owned(),
        }
    }

    /// Writes, changes or deletes a comment.
    fn comment(&mut self, reading: &Reading) -> Edit {
        let held = reading.comments();
        let how = self.dice.roll(3);
        let pin = match self.dice.roll(3) {
            0 => Pin::Film,
            1 => Pin::Place(Point::new(1.5, -2.25)),
            _ => Pin::Mark(AnnotationId(7)),
        };
        let comment = |id, pin, made_at_ms| Comment {
            id,
            answers: None,
            pin,
            text: "look \u{1F9B4} here".to_owned(),
            is_resolved: how == 1,
            made_at_ms,
        };
        if held.is_empty() || how == 0 {
            return Edit::Comment { before: None, after: Some(comment(self.new_id(), pin, self.clock_ms)) };
        }
        let before = held[self.dice.roll(held.len() as u64) as usize].clone();
        let after = (how == 1).then(|| comment(before.id, pin, before.made_at_ms));
        Edit::Comment { before: Some(before), after }
    }

    /// Draws, changes or removes a measurement.
    fn measure(&mut self, reading: &Reading) -> Edit {
        let held = reading.measurements();
        let how = self.dice.roll(3);
        if held.is_empty() || how == 0 {
            let kind = MeasureKind::ALL[self.dice.roll(9) as usize];
            let after = Measurement { id: self.new_id(), shape: self.new_shape(kind) };
            return Edit::Measure { before: None, after: Some(after) };
        }
        let before = held[self.dice.roll(held.len() as u64) as usize].clone();
        let after = (how == 1).then(|| Measurement { id: before.id, shape: self.new_shape(before.shape.kind()) });
        Edit::Measure { before: Some(before), after }
    }

    fn new_edit(&mut self, key: &(ImageId, ReaderId)) -> Option<Edit> {
        let reading = self.readings[key].clone();
        let marks = reading.annotations();
        let pick = (!marks.is_empty()).then(|| marks[self.dice.roll(marks.len() as u64) as usize].clone());
        const LABELS: [&str; 4] = ["Osteophytes", "Fracture", "Other lesions", "Trượt \"đốt\" sống\t"];
        let label = LabelName::new(LABELS[self.dice.roll(4) as usize]);
        let suggestion = SuggestionKey { model: ModelId(1), number: self.dice.roll(5) as u32 };
        Some(match self.dice.roll(25) {
            0..=3 => Edit::Add(Annotation::shaped(self.new_id(), label, self.new_mark_shape(), Origin::Drawn)?),
            20 => Edit::Add(Annotation::shaped(
                self.new_id(),
                label,
                Shape::Box(self.new_rect()),
                Origin::Suggested(suggestion),
            )?),
            21 => {
                let before = reading.rejected().contains(&suggestion);
                Edit::Reject { suggestion, before, after: !before }
            }
            14 => {
                let before = pick.filter(|mark| mark.shape().is_some())?;
                let key = self.dice.roll(3) as i64;
                let after = before.clone().with_attributes(self.new_attributes());
                Edit::Replace { after: after.with_shape_key((key > 0).then_some(AnnotationId(key))), before }
            }
            15 => {
                let reason = UnfitReason::ALL[self.dice.roll(7) as usize];
                Edit::SetUnfit { before: reading.unfit(), after: reading.unfit().is_none().then_some(reason) }
            }
            16 | 17 => self.comment(&reading),
            18 | 19 => {
                let scope = self.places.get(&key.0)?[self.dice.roll(2) as usize].clone();
                let before = match scope {
                    SharedScope::Series(_) => reading.series_labels(),
                    SharedScope::Study(_) => reading.study_labels(),
                };
                let answers = [None, Some(Presence::Present), Some(Presence::Absent), Some(Presence::Unsure)];
                let after = before.clone().with(label, answers[self.dice.roll(4) as usize]);
                Edit::SetSharedLabels { before: before.clone(), scope, after }
            }
            4 => Edit::Add(Annotation::no_finding(self.new_id(), Origin::Drawn)),
            5 => Edit::Remove(pick?),
            6 => Edit::Replace { before: pick.clone()?, after: pick?.with_shape(self.new_mark_shape()) },
            7 => Edit::Replace { before: pick.clone()?, after: pick?.with_label(label)? },
            8 => {
                let state = TaskState::ALL[self.dice.roll(3) as usize];
                Edit::SetTaskState { before: reading.state(), after: state }
            }
            9 => {
                let after = format!("line\n{} \\ \u{1F9B4}", self.clock_ms);
                Edit::SetComment { before: reading.comment().to_owned(), after }
            }
            10 => {
                let before = reading.image_labels().clone();
                let answers = [None, Some(Presence::Present), Some(Presence::Absent), Some(Presence::Unsure)];
                let after = before.clone().with(label, answers[self.dice.roll(4) as usize]);
                Edit::SetImageLabels { before, after }
            }
            11..=13 => self.measure(&reading),
            _ => {
                let mut edits: Vec<Edit> = marks.iter().cloned().map(Edit::Remove).collect();
                edits.push(Edit::SetImageLabels {
                    before: reading.image_labels().clone(),
                    after: LabelAnswers::default(),
                });
                edits.push(Edit::Add(Annotation::no_finding(self.new_id(), Origin::Drawn)));
                Edit::Batch { name: "No finding".into(), edits }
            }
        })
    }
}

/// Commits so many steps of a walk, with the places in the log that undo and redo name.
pub fn commit_steps(walk: &mut Walk, store: &mut Store, num_steps: usize) {
    let mut seqs = Vec::new();
    for _ in 0..num_steps {
        let mut step = walk.step();
        step.entry.step = match (step.entry.step, step.of) {
            (Step::Undo(_), Some(of)) => Step::Undo(seqs[of]),
            (Step::Redo(_), Some(of)) => Step::Redo(seqs[of]),
            (other, _) => other,
        };
        seqs.push(store.commit(&step.entry).unwrap());
    }
}
