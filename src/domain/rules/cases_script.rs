//! One table of cases per rule, from the wording of the published protocol to the message that the reader sees.
//!
//! A film is written in one line: `No finding`; a mark `Fracture [10 10 20 20]` as box, `Fracture <0 0, 9 0, 9 9>` as
//! polygon, `Fracture (5 5)` as point, `Fracture (5 5, 9 9)` as line; answers `+Pneumonia`, `-Pneumonia`, `?Pneumonia`,
//! with `study +Pneumonia` for one of the study; `unfit`; facts of the film `view PA`, `side L`; `read 1/2` for one of
//! two other films of the study. The film is 100 x 80 pixels. What is expected is the message and its buttons.

use super::*;
use crate::domain::annotation::Origin;
use crate::domain::attribute::{AttributeKind, Attributes, Grade, VertebralLevel};
use crate::domain::edit::Edit;
use crate::domain::geometry::Point;
use crate::domain::id::{ImageId, PatientId, ReaderId, SeriesId, StudyId};
use crate::domain::label::{Label, LabelKind, Side};
use crate::domain::presence::{LabelAnswers, Presence};
use crate::domain::quality::UnfitReason;
use crate::domain::shape::{Line, Mask, Polygon};
use crate::domain::task::TaskState;

pub(super) const FILM: Size = Size::new(100.0, 80.0);

fn local(name: &str) -> Label {
    Label::named(name, LabelKind::Local)
}

/// Findings only, as for the spine.
fn findings() -> LabelSet {
    let asked = Label { required: vec![AttributeKind::Grade, AttributeKind::Level], ..local("Collapse") };
    let hip = |side, name| Label { side: Some(side), most_per_film: Some(2), ..local(name) };
    let labels = vec![
        local("Fracture"),
        local("Osteophytes"),
        asked,
        hip(Side::Right, "Right hip"),
        hip(Side::Left, "Left hip"),
        local("L1"),
        Label::named("No finding", LabelKind::Global),
    ];
    LabelSet::new("findings", "", "", labels).expect("unique")
}

/// Findings and impressions, as for the chest.
pub(super) fn impressions() -> LabelSet {
    let mut labels = vec![local("Opacity"), local("Nodule"), local("Cavity")];
    labels.extend(["Pneumonia", "COPD", "No finding"].map(|name| Label::named(name, LabelKind::Global)));
    LabelSet::new("impressions", "", "", labels).expect("unique")
}

fn ribs() -> LabelSet {
    let ribs = (1..=10).flat_map(|n| [format!("R{n}"), format!("L{n}")]);
    LabelSet::new("ribs", "", "", ribs.map(|name| local(&name)).collect()).expect("unique")
}

pub(super) struct Case {
    pub reading: Reading,
    facts: FilmFacts,
    study: StudyProgress,
}

impl Case {
    pub(super) fn context<'a>(&'a self, labels: &'a LabelSet) -> RuleContext<'a> {
        let facts = Some(&self.facts);
        RuleContext { reading: &self.reading, film: FILM, facts, labels: Some(labels), study: Some(self.study) }
    }
}

fn points(text: &str) -> Vec<Point> {
    let point = |text: &str| {
        let numbers: Vec<f64> = text.split_whitespace().map(|n| n.parse().expect("a number")).collect();
        Point::new(numbers[0], numbers[1])
    };
    text.split(',').map(point).collect()
}

fn shape(text: &str) -> Shape {
    let inside = &text[1..text.len() - 1];
    match &text[..1] {
        "[" => {
            let numbers: Vec<f64> = inside.split_whitespace().map(|n| n.parse().expect("a number")).collect();
            Shape::Box(Rect::from_corners(Point::new(numbers[0], numbers[1]), Point::new(numbers[2], numbers[3])))
        }
        "<" => Shape::Polygon(Polygon::new(vec![points(inside)]).expect("an outline")),
        _ if inside.contains(',') => Shape::Line(Line::new(points(inside)).expect("a line")),
        _ => Shape::Point(points(inside)[0]),
    }
}

pub(super) fn case(film: &str) -> Case {
    let (mut marks, mut said, mut of_study) = (Vec::new(), LabelAnswers::default(), LabelAnswers::default());
    let (mut unfit, mut view, mut side, mut spacing) = (None, None, None, None);
    let mut study = StudyProgress::default();
    for (n, part) in film.split(';').map(str::trim).filter(|part| !part.is_empty()).enumerate() {
        let id = AnnotationId(n as i64 + 1);
        let answer = |part: &str| {
            let presence = match &part[..1] {
                "+" => Presence::Present,
                "-" => Presence::Absent,
                _ => Presence::Unsure,
            };
            (LabelName::new(&part[1..]), Some(presence))
        };
        if part == "No finding" {
            marks.push(Annotation::no_finding(id, Origin::Drawn));
        } else if part == "unfit" {
            unfit = Some(UnfitReason::LowQuality);
        } else if let Some(rest) = part.strip_prefix("view ") {
            view = Some(rest.to_owned());
        } else if let Some(rest) = part.strip_prefix("side ") {
            side = Some(rest.to_owned());
        } else if let Some(rest) = part.strip_prefix("spacing ") {
            let numbers: Vec<f64> = rest.split_whitespace().map(|n| n.parse().expect("mm")).collect();
            spacing = Some([numbers[0], numbers[1]]);
        } else if let Some(rest) = part.strip_prefix("read ") {
            let (num_read, num_films) = rest.split_once('/').expect("two numbers");
            let number = |text: &str| text.parse().expect("a number");
            study = StudyProgress { num_films: number(num_films), num_read: number(num_read) };
        } else if let Some(rest) = part.strip_prefix("study ") {
            let (label, presence) = answer(rest);
            of_study = of_study.with(label, presence);
        } else if part.starts_with(['+', '-', '?']) {
            let (label, presence) = answer(part);
            said = said.with(label, presence);
        } else {
            let at = part.find(['[', '<', '(']).expect("a shape");
            let label = LabelName::new(part[..at].trim());
            marks.push(Annotation::shaped(id, label, shape(&part[at..]), Origin::Drawn).expect("a lesion"));
        }
    }
    let (image, reader) = (ImageId::new("film"), ReaderId::new("R1"));
    let reading = Reading::restored(image.clone(), reader, marks, said, TaskState::Doing, String::new())
        .with_shared_labels(LabelAnswers::default(), of_study)
        .with_unfit(unfit);
    let facts = FilmFacts {
        image,
        series: SeriesId::new("series"),
        study: StudyId::new("study"),
        patient: PatientId::new("patient"),
        width: 100,
        height: 80,
        num_frames: 1,
        modality: None,
        body_part: None,
        view_position: view,
        laterality: side,
        series_description: None,
        sex: None,
        age_years: None,
        study_date: None,
        series_number: None,
        instance_number: None,
        pixel_spacing_mm: spacing,
        is_lossy: false,
        is_synthetic: true,
        file_bytes: 0,
    };
    Case { reading, facts, study }
}

pub(super) fn told(violation: &Violation) -> String {
    let buttons: Vec<String> = violation.mends.iter().map(|mend| format!(" [{}]", mend.title())).collect();
    format!("{}{}", violation.message, buttons.concat())
}

/// What one rule says of a film, with every other rule at its default.
#[track_caller]
fn check_at(rule: RuleId, parameter: Option<f64>, labels: &LabelSet, film: &str, expected: &[&str]) {
    let mut rules = default_rules();
    let setting = rules.iter_mut().find(|setting| setting.id == rule).expect("every rule is there");
    setting.parameter = parameter.unwrap_or(setting.parameter);
    setting.severity = setting.severity.max(Severity::Warning);
    let severity = setting.severity;
    let case = case(film);
    let violations = check(&case.context(labels), &rules, &[]);
    let of_rule: Vec<&Violation> = violations.iter().filter(|v| v.rule == Some(rule)).collect();
    assert_eq!(of_rule.iter().map(|v| told(v)).collect::<Vec<_>>(), expected, "{film}");
    assert!(of_rule.iter().all(|v| v.severity == severity));
    // Switched off, it is silent.
    for setting in &mut rules {
        setting.severity = Severity::Off;
    }
    assert_eq!(check(&case.context(labels), &rules, &[]), []);
    // What a button does puts that right, in one step that can be taken back.
    for violation in of_rule {
        for mend in violation.mends.iter().filter(|mend| !matches!(mend, Mend::Ask(_))) {
            let edit =
                mend.edit(&case.reading, FILM).unwrap_or_else(|| panic!("{film}: {} does nothing", mend.title()));
            let mut mended = case.reading.clone();
            edit.apply(&mut mended).unwrap_or_else(|e| panic!("{film}: {}: {e}", mend.title()));
            let context = RuleContext { reading: &mended, ..case.context(labels) };
            let left = check(&context, &default_rules(), &[]);
            assert!(!left.contains(violation), "{film}: {} leaves it broken", mend.title());
            // What contradicts itself cannot be made again, not even by undo.
            if rule != RuleId::NoFindingWithBoxes {
                edit.inverse().apply(&mut mended).expect("taken back");
                assert_eq!(mended, case.reading);
            }
            let mut changed = case.reading.clone();
            for mark in case.reading.annotations().iter().rev() {
                Edit::Remove(mark.clone()).apply(&mut changed).expect("it is there");
            }
            let is_about_marks = !matches!(mend, Mend::Answer { .. } | Mend::RemoveFindings | Mend::RemoveLabel(_));
            assert!(!is_about_marks || mend.edit(&changed, FILM).is_none(), "{film}: {} is stale", mend.title());
        }
    }
}

/// 3.13: "No finding" means the absence of all abnormalities. 3.21: a lesion marked while "No finding" is chosen.
#[test]
fn no_finding_excludes_every_other_label() {
    let check = |film, expected: &[&str]| {
        check_at(RuleId::NoFindingWithBoxes, None, &impressions(), film, expected);
    };
    check("No finding", &[]);
    check("Nodule [1 1 9 9]; +Pneumonia", &[]);
    // Said of the other films of the study too.
    check("No finding; study +COPD", &[]);
    let one = "The film says \"No finding\" and carries 1 finding. Remove \"No finding\", or remove the finding. \
               [Remove No finding] [Remove the findings]";
    let two = "The film says \"No finding\" and carries 2 findings. Remove \"No finding\", or remove the findings. \
               [Remove No finding] [Remove the findings]";
    check("No finding; Nodule [1 1 9 9]", &[one]);
    check("No finding; Nodule (5 5)", &[one]);
    check("No finding; +Pneumonia", &[one]);
    check("No finding; ?Pneumonia", &[one]);
    check("No finding; Nodule [1 1 9 9]; ?COPD", &[two]);
    // Absent is what "No finding" says too.
    check("No finding; -Pneumonia; -COPD", &[]);
}

/// 3.8: the reader decides normal or abnormal; a task cannot be completed without.
#[test]
fn a_film_is_decided() {
    let check = |film, expected: &[&str]| check_at(RuleId::NothingDecided, None, &findings(), film, expected);
    let message = "Nothing is decided. Press N for \"No finding\", or draw a box around what you see.";
    check("", &[message]);
    check("-Fracture", &[message]);
    check("?Fracture", &[message]);
    check("No finding", &[]);
    check("Fracture [1 1 9 9]", &[]);
    check("Fracture (5 5)", &[]);
    check("+Abnormal", &[]);
    check("unfit", &[]);
    // With impressions to choose from the rule about them speaks instead.
    check_at(RuleId::NothingDecided, None, &impressions(), "", &[]);
}

/// 3.20: forgetting to choose global labels is prevented; the message names what is missing.
#[test]
fn a_global_label_is_chosen() {
    let check = |film, expected: &[&str]| check_at(RuleId::NoGlobalLabel, None, &impressions(), film, expected);
    let empty =
        "No global label is chosen. Press N for \"No finding\", or choose what the film shows: Pneumonia, COPD.";
    let marked = "No global label is chosen. Findings are marked; choose what they mean: Pneumonia, COPD. \
                  [Say present: Pneumonia] [Say present: COPD]";
    check("", &[empty]);
    check("+Abnormal", &[empty]);
    check("-Pneumonia; -COPD", &[empty]);
    check("Opacity [1 1 9 9]", &[marked]);
    check("Opacity [1 1 9 9]; -Pneumonia", &[marked]);
    check("Opacity [1 1 9 9]; +Pneumonia", &[]);
    check("Opacity [1 1 9 9]; ?Pneumonia", &[]);
    check("Opacity [1 1 9 9]; study +COPD", &[]);
    check("No finding", &[]);
    check("unfit", &[]);
    check("unfit; Opacity [1 1 9 9]", &[]);
    // A set of findings alone asks for none.
    check_at(RuleId::NoGlobalLabel, None, &findings(), "Fracture [1 1 9 9]", &[]);
    check_at(RuleId::NoGlobalLabel, None, &findings(), "", &[]);
}

/// 3.22: marks out of the image.
#[test]
fn marks_lie_inside_the_film() {
    let check = |film, expected: &[&str]| check_at(RuleId::BoxOutsideFilm, None, &findings(), film, expected);
    let message = "Fracture reaches outside the film. Drag it back inside, or delete it. [Pull inside] [Delete]";
    check("Fracture [0 0 100 80]", &[]);
    check("Fracture [0 0 100.001 80]", &[message]);
    check("Fracture [-0.001 0 10 10]", &[message]);
    check("Fracture [10 10 20 80.5]", &[message]);
    check("Fracture [120 10 130 20]", &[message]);
    check("Fracture <10 10, 20 10, 10 -3>", &[message]);
    check("Fracture <0 0, 100 0, 100 80>", &[]);
    check("Fracture (50 81)", &[message]);
    check("Fracture (100 80)", &[]);
    check("Fracture (50 50, 120 50)", &[message]);
    // Where there are several of a label, the number tells which.
    check("Fracture [1 1 9 9]; Fracture [-5 40 9 60]", &[&message.replace("Fracture", "Fracture 2")]);
}

/// 3.22: zero-area and tiny boxes, below 1e-3 pixels as in the released code.
#[test]
fn marks_have_a_size() {
    let check = |film, expected: &[&str]| check_at(RuleId::BoxTooSmall, None, &findings(), film, expected);
    let message = "Fracture has no size to speak of. Enlarge it, or delete it. [Delete]";
    check("Fracture [0 0 0.001 10]", &[]);
    check("Fracture [0 0 0.0009 10]", &[message]);
    check("Fracture [0 0 10 0.0009]", &[message]);
    check("Fracture <5 5, 9 5, 20 5>", &[message]);
    // A point has no size and a line may be thin, but not without length.
    check("Fracture (5 5)", &[]);
    check("Fracture (5 5, 9 5)", &[]);
    check("Fracture (5 5, 5 5)", &[message]);
    check_at(RuleId::BoxTooSmall, Some(4.0), &findings(), "Fracture [0 0 3.9 10]", &[message]);
    check_at(RuleId::BoxTooSmall, Some(4.0), &findings(), "Fracture [0 0 4 4]", &[]);
}

/// 3.22: corners that are swapped. 3.11: the smaller coordinate first, whatever way it was dragged.
#[test]
fn corners_cannot_be_swapped() {
    let rect = Rect::from_corners(Point::new(20.0, 9.0), Point::new(10.0, 2.0));
    assert_eq!((rect.xmin(), rect.ymin(), rect.xmax(), rect.ymax()), (10.0, 2.0, 20.0, 9.0));
    assert_eq!(Rect::from_columns(20.0, 9.0, 10.0, 2.0), None);
    check_at(RuleId::BoxTooSmall, None, &findings(), "Fracture [20 9 10 2]", &[]);
}

/// 3.22: duplicate boxes of one class, IoU > 0.9.
#[test]
fn one_mark_a_finding() {
    let check = |film, expected: &[&str]| check_at(RuleId::DuplicateBox, None, &findings(), film, expected);
    let twice = "Fracture is marked twice in the same place. Delete one of the two. [Delete]";
    let thrice = "Fracture is marked 3 times in the same place. Delete all but one. [Delete]";
    check("Fracture [0 0 10 10]; Fracture [0 0 10 10]", &[twice]);
    check("Fracture [0 0 10 10]; Osteophytes [0 0 10 10]", &[]);
    check("Fracture [0 0 10 10]; Fracture [0 0 10 10]; Fracture [0 0 10 10]", &[thrice]);
    // Exactly 0.9 is not over 0.9.
    check("Fracture [0 0 10 10]; Fracture [0 0 10 9]", &[]);
    check("Fracture [0 0 10 10]; Fracture [0 0 10 9.01]", &[twice]);
    check("Fracture [0 0 10 9.01]; Fracture [0 0 10 10]", &[twice]);
    check("Fracture [0.4 0 10.4 10]; Fracture [0 0 10 10]", &[twice]);
    check("Fracture [0 0 10 10]; Fracture <0 0, 10 0, 10 10, 0 10>", &[twice]);
    check("Fracture [0 0 10 10]; Fracture <0 0, 10 0, 0 10>", &[]);
    check("Fracture <0 0, 10 0, 0 10>; Fracture <10 0, 10 10, 0 10>", &[]);
    check("Fracture [0 0 10 10]; Fracture (5 5)", &[]);
    check_at(RuleId::DuplicateBox, Some(0.3), &findings(), "Fracture [0 0 10 10]; Fracture [5 0 15 10]", &[twice]);
    check_at(RuleId::DuplicateBox, Some(0.34), &findings(), "Fracture [0 0 10 10]; Fracture [5 0 15 10]", &[]);
    check_at(RuleId::DuplicateBox, Some(0.0), &findings(), "Fracture [0 0 10 10]; Fracture [9 9 15 15]", &[twice]);
}

/// 3.22: the same for points and lines, by distance.
#[test]
fn one_point_a_finding() {
    let check = |film, expected: &[&str]| check_at(RuleId::DuplicatePoint, None, &findings(), film, expected);
    let twice = "Fracture is marked twice in the same place. Delete one of the two. [Delete]";
    check("Fracture (5 5); Fracture (7 5)", &[twice]);
    check("Fracture (5 5); Fracture (7.1 5)", &[]);
    check("Fracture (5 5); Osteophytes (5 5)", &[]);
    check("Fracture (5 5, 20 20); Fracture (20 21, 5 6)", &[twice]);
    check("Fracture (5 5, 20 20); Fracture (5 5, 20 40)", &[]);
    check("Fracture (5 5, 20 20); Fracture (5 5, 9 9, 20 20)", &[]);
}

/// 3.22: abnormal without a box.
#[test]
fn an_abnormal_film_shows_where() {
    let check = |film, expected: &[&str]| check_at(RuleId::AbnormalWithoutBox, None, &impressions(), film, expected);
    let message =
        "The film is marked as abnormal and no box shows where. Draw a box, or clear it. [Take back: Abnormal]";
    check("+Abnormal", &[message]);
    let pneumonia =
        "The film is marked as Pneumonia and no box shows where. Draw a box, or clear it. [Take back: Pneumonia]";
    check("+Pneumonia", &[pneumonia]);
    check("?Pneumonia", &[]);
    check("+Pneumonia; Opacity [1 1 9 9]", &[]);
    check("+Pneumonia; unfit", &[]);
    // A label that is drawn has a rule of its own, and is not told twice.
    check("+Opacity", &[]);
}

/// 3.22: a local label present and not the global one: drawn, and denied or doubted on the same film.
#[test]
fn marks_agree_with_what_is_said_of_the_film() {
    let check = |film, expected: &[&str]| check_at(RuleId::MarkAgainstFilmLabel, None, &impressions(), film, expected);
    let absent = "Opacity is marked, and the film says that it is absent. Say present, or delete the mark. \
                  [Say present: Opacity] [Delete]";
    let unsure = "Opacity is marked, and the film says unsure of it. Say that it is present, or delete the mark. \
                  [Say present: Opacity] [Delete]";
    check("Opacity [1 1 9 9]; -Opacity", &[absent]);
    check("Opacity [1 1 9 9]; ?Opacity", &[unsure]);
    check("Opacity [1 1 9 9]; +Opacity", &[]);
    check("Opacity [1 1 9 9]", &[]);
    check("Opacity [1 1 9 9]; -Nodule", &[]);
    check("Opacity [1 1 9 9]; Opacity (50 50); -Opacity", &[absent]);
}

/// 3.22, the reverse: said to be there, and nothing shows where.
#[test]
fn what_is_said_to_be_there_is_drawn() {
    let check = |film, expected: &[&str]| check_at(RuleId::FilmLabelWithoutMark, None, &impressions(), film, expected);
    let message =
        "The film says that Opacity is present, and nothing shows where. Draw it, or clear it. [Take back: Opacity]";
    check("+Opacity", &[message]);
    check("+Opacity; Nodule [1 1 9 9]", &[message]);
    check("+Opacity; Opacity [1 1 9 9]", &[]);
    check("?Opacity", &[]);
    check("+Opacity; unfit", &[]);
    // Impressions are not drawn.
    check("+Pneumonia; Nodule [1 1 9 9]", &[]);
}

/// 10.2: twenty ribs, one each; 10.3: one label may hold several polygons. And limits of any label.
#[test]
fn one_rib_per_side_and_number() {
    let check = |film, expected: &[&str]| check_at(RuleId::TooManyOfLabel, None, &ribs(), film, expected);
    check("R3 [1 1 9 9]; L3 [60 1 69 9]; R4 [1 10 9 19]", &[]);
    let twice = "R3 is marked 2 times, and a film has one. Join its parts, or delete what is too much.";
    check("R3 [1 1 9 9]; R3 [20 1 29 9]", &[&format!("{twice} [Delete]")]);
    check("R3 <1 1, 9 1, 9 9>; R3 <20 1, 29 1, 29 9>", &[&format!("{twice} [Join into one] [Delete]")]);
    let check = |film, expected: &[&str]| check_at(RuleId::TooManyOfLabel, None, &findings(), film, expected);
    check("Right hip [1 1 9 9]; Right hip [20 1 29 9]", &[]);
    let hips = "Right hip [1 1 9 9]; Right hip [20 1 29 9]; Right hip [20 40 29 49]";
    check(hips, &["Right hip is marked 3 times, and a film has 2 at most. Delete what is too much. [Delete]"]);
    // L1 is a vertebra where there are no ribs.
    check("L1 [1 1 9 9]; L1 [20 1 29 9]", &[]);
}

/// 10.2: left is the patient's left; a film of one side has no label of the other.
#[test]
fn sides_match_the_film() {
    let check = |film: &str, expected: &[&str]| check_at(RuleId::SideAgainstFilm, None, &findings(), film, expected);
    let right = "Right hip is of the right side, and the film is of the left. Change its label, or delete it. \
                 [Label it Left hip] [Delete]";
    check("side L; Right hip [1 1 9 9]", &[right]);
    check("side L; Left hip [1 1 9 9]", &[]);
    check("side R; Right hip [1 1 9 9]", &[]);
    for unknown in ["", "side B;", "side U;"] {
        check(&format!("{unknown} Right hip [1 1 9 9]"), &[]);
    }
    let left = "L3 is of the left side, and the film is of the right. Change its label, or delete it. \
                [Label it R3] [Delete]";
    check_at(RuleId::SideAgainstFilm, None, &ribs(), "side R; L3 [1 1 9 9]", &[left]);
}

/// 10.2: the patient's right is on the left of a PA image.
#[test]
fn sides_lie_on_their_side_of_a_frontal_film() {
    let check = |film, expected: &[&str]| check_at(RuleId::SideInImage, None, &ribs(), film, expected);
    let right = "R3 is of the right side and lies on the patient's left. Check its side. [Label it L3] [Delete]";
    let left = "L3 is of the left side and lies on the patient's right. Check its side. [Label it R3] [Delete]";
    check("view PA; R3 [1 1 40 9]; L3 [60 1 99 9]", &[]);
    check("view PA; R3 [60 1 99 9]", &[right]);
    check("view AP; L3 [1 1 40 9]", &[left]);
    check("view PA; L3 <1 1, 50 1, 40 9>", &[left]);
    // Over the middle is on both sides.
    check("view PA; L3 [1 1 50.5 9]; R3 [49 1 99 9]", &[]);
    check("R3 [60 1 99 9]", &[]);
    check("view LL; R3 [60 1 99 9]", &[]);
    check("view AP; side R; R3 [60 1 99 9]", &[]);
}

#[test]
fn required_attributes_are_answered() {
    let labels = findings();
    let grade = "Collapse has no severity. Say whether it is mild, moderate or severe. [Mild] [Moderate] [Severe]";
    let level = "Collapse has no level. Say at which vertebra or disc it lies. [Fill in]";
    check_at(RuleId::RequiredAttribute, None, &labels, "Collapse [1 1 9 9]", &[grade, level]);
    check_at(RuleId::RequiredAttribute, None, &labels, "Fracture [1 1 9 9]", &[]);
    let mut answered = case("Collapse [1 1 9 9]");
    let before = answered.reading.annotations()[0].clone();
    let level = VertebralLevel::parse("L1");
    let after = before.clone().with_attributes(Attributes { grade: Some(Grade::Mild), level, ..Attributes::default() });
    Edit::Replace { before, after }.apply(&mut answered.reading).expect("it is there");
    assert_eq!(check(&answered.context(&labels), &default_rules(), &[]), []);
}

/// 3.34: labels at study and image level; a study is read when its films are.
#[test]
fn so_many_films_of_the_study_are_read() {
    let check = |wanted, film, expected: &[&str]| {
        check_at(RuleId::StudyFilmsUnread, Some(wanted), &findings(), film, expected);
    };
    check(0.0, "read 1/2", &["2 of 3 films of this study are read. Read 1 more before completing."]);
    check(0.0, "read 0/2", &["1 of 3 films of this study are read. Read 2 more before completing."]);
    check(0.0, "read 2/2", &[]);
    check(2.0, "read 0/2", &["1 of 3 films of this study are read. Read 1 more before completing."]);
    check(2.0, "read 1/2", &[]);
    // No study is asked for more films than it has.
    check(5.0, "read 0/0", &[]);
    check(1.0, "read 0/2", &[]);
    check(0.0, "read 0/2; unfit", &[]);
    let is_off = |rule: &RuleSetting| rule.id == RuleId::StudyFilmsUnread && rule.severity == Severity::Off;
    assert!(default_rules().iter().any(is_off), "it is for projects that ask for it");
}

#[test]
fn marks_on_one_shape_are_pulled_inside_together() {
    let rect = Shape::Box(Rect::from_columns(90.0, 1.0, 120.0, 9.0).expect("ordered"));
    let mark = |id, label| {
        Annotation::shaped(AnnotationId(id), LabelName::new(label), rect.clone(), Origin::Drawn)
            .expect("a lesion")
            .with_shape_key(Some(AnnotationId(1)))
    };
    let marks = vec![mark(1, "Fracture"), mark(2, "Osteophytes")];
    let (image, reader) = (ImageId::new("film"), ReaderId::new("R1"));
    let mut reading = Reading::restored(image, reader, marks, LabelAnswers::default(), TaskState::Doing, String::new());
    Mend::PullInside(AnnotationId(2)).edit(&reading, FILM).expect("it reaches out").apply(&mut reading).expect("fits");
    let inside = Rect::from_columns(90.0, 1.0, 100.0, 9.0);
    assert!(reading.annotations().iter().all(|mark| mark.rect() == inside));
    // A mask moves by whole pixels, with its size kept.
    let mask = Mask::new(-3, 2, 2, 1, vec![0, 2]).expect("tight");
    let mark = Annotation::shaped(AnnotationId(1), LabelName::new("A"), Shape::Mask(mask), Origin::Drawn);
    let marks = vec![mark.expect("a lesion")];
    let (image, reader) = (ImageId::new("film"), ReaderId::new("R1"));
    let mut reading = Reading::restored(image, reader, marks, LabelAnswers::default(), TaskState::Doing, String::new());
    Mend::PullInside(AnnotationId(1)).edit(&reading, FILM).expect("it reaches out").apply(&mut reading).expect("fits");
    assert_eq!(reading.annotations()[0].bounds().map(|b| (b.xmin(), b.xmax())), Some((0.0, 2.0)));
}
