//! Freezing, case by case: classes and rules, splits by patient, locked films, and every warning.

use std::collections::{BTreeMap, BTreeSet};

use super::balance::{BalanceOf, Count, balance};
use super::dataset::{FreezePlan, FrozenDataset, LabelRule, Split, SplitMethod, SplitSize, SplitUnit};
use super::freeze::{Candidate, FilmTruth, FreezeError, SPINE_CLASSES, Surroundings, classes, freeze, spine_rules};
use super::split::SplitError;
use crate::domain::evaluation::run::{FilmChoice, TruthSource};
use crate::domain::geometry::Rect;
use crate::domain::label::LabelName;

/// The 13 of the paper's Table 2, with their boxes in training and test.
const TABLE_2: [(&str, usize, usize); 13] = [
    ("Ankylosis", 6, 1),
    ("Disc space narrowing", 924, 231),
    ("Enthesophytes", 54, 13),
    ("Foraminal stenosis", 387, 95),
    ("Fracture", 10, 2),
    ("Osteophytes", 12562, 3000),
    ("Sclerotic lesion", 24, 5),
    ("Spondylolysthesis", 280, 69),
    ("Subchondral sclerosis", 87, 23),
    ("Surgical implant", 429, 107),
    ("Vertebral collapse", 268, 69),
    ("Foreign body", 17, 4),
    ("Other lesions", 248, 63),
];

fn labels() -> Vec<LabelName> {
    TABLE_2.iter().map(|(name, ..)| LabelName::new(*name)).collect()
}

pub(super) fn plan() -> FreezePlan {
    FreezePlan {
        name: "first".to_owned(),
        truth: TruthSource::Consensus,
        films: FilmChoice::WithTruth,
        label_rules: Vec::new(),
        unit: SplitUnit::Patient,
        method: SplitMethod::Random,
        sizes: [SplitSize::Share(0.6), SplitSize::Share(0.2), SplitSize::Share(0.2)],
        seed: 1,
        locks_test: false,
    }
}

/// Film `number` of the study and patient of these names, abnormal with a box of each of these labels, else normal.
pub(super) fn film(number: u8, study: &str, patient: &str, boxes: &[&str]) -> Candidate {
    let rect = Rect::from_columns(10.0, 20.0, 30.0, 60.0).unwrap();
    Candidate {
        image: format!("film{number:03}").as_str().into(),
        sha256: [number; 32],
        study: study.into(),
        patient: patient.into(),
        width: 100,
        height: 200,
        is_synthetic: true,
        truth: if boxes.is_empty() { FilmTruth::Normal } else { FilmTruth::Abnormal },
        boxes: boxes.iter().map(|label| (LabelName::new(*label), rect)).collect(),
        readers: vec!["R1".into()],
    }
}

/// Ten patients with a film each, every other one abnormal.
fn ten() -> Vec<Candidate> {
    let of = |n: u8| film(n, &format!("s{n}"), &format!("p{n}"), if n.is_multiple_of(2) { &["Fracture"] } else { &[] });
    (0..10).map(of).collect()
}

pub(super) fn around() -> Surroundings {
    Surroundings { labels: labels(), made_at_ms: 5, made_by: "R1".to_owned(), ..Surroundings::default() }
}

fn frozen(plan: FreezePlan, films: Vec<Candidate>) -> FrozenDataset {
    freeze(plan, films, &around()).unwrap()
}

fn rule(from: &str, to: Option<&str>) -> LabelRule {
    LabelRule { from: LabelName::new(from), to: to.map(LabelName::new) }
}

#[test]
fn thirteen_labels_become_seven_classes_with_the_counts_of_the_paper() {
    let rules = spine_rules(&labels()).unwrap();
    assert_eq!(rules.len(), 6);
    let mut films = Vec::new();
    for (place, (label, num_train, num_test)) in TABLE_2.into_iter().enumerate() {
        for (split, num) in [("train", num_train), ("test", num_test)] {
            let mut one = film(place as u8, &format!("{split}{place}"), "", &vec![label; num]);
            one.image = format!("{split}-{label}").as_str().into();
            one.sha256[0] = u8::from(split == "test");
            films.push(one);
        }
    }
    // The paper's own test films, so that the counts are the paper's.
    let locked = films.iter().filter(|film| film.image.as_str().starts_with("test")).map(|film| film.sha256).collect();
    let sizes = [SplitSize::Count(13), SplitSize::Count(0), SplitSize::Count(13)];
    let plan = FreezePlan { label_rules: rules, sizes, unit: SplitUnit::Study, ..plan() };
    let dataset = freeze(plan, films, &Surroundings { locked, ..around() }).unwrap();
    assert_eq!(dataset.classes, SPINE_CLASSES.map(LabelName::new));
    let rows = balance(&dataset);
    let boxes = |label: &str| {
        let row = rows.iter().find(|row| row.of == BalanceOf::Class(LabelName::new(label))).unwrap();
        [row.of_split(Split::Train).num_boxes, row.of_split(Split::Test).num_boxes, row.total().num_boxes]
    };
    assert_eq!(boxes("Other lesions"), [446, 111, 557]);
    assert_eq!(boxes("Osteophytes"), [12562, 3000, 15562]);
    assert_eq!(boxes("Vertebral collapse"), [268, 69, 337]);
    let all = rows.iter().find(|row| row.of == BalanceOf::AllFilms).unwrap().total();
    assert_eq!(all, Count { num_films: 26, num_boxes: 18978 });
}

#[test]
fn classes_come_of_labels_and_rules() {
    let names = |rules: &[LabelRule]| {
        let found = classes(&labels(), rules).unwrap();
        found.iter().map(|class| class.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), TABLE_2.map(|(name, ..)| name));
    let without = names(&[rule("Fracture", None), rule("Ankylosis", Some("Other lesions"))]);
    assert_eq!(without.len(), 11);
    assert_eq!(without[0], "Disc space narrowing");
    let check = |rules: &[LabelRule], why: FreezeError| assert_eq!(classes(&labels(), rules), Err(why));
    check(&[rule("Wings", None)], FreezeError::UnknownLabel("Wings".to_owned()));
    check(&[rule("Fracture", Some("Wings"))], FreezeError::UnknownLabel("Wings".to_owned()));
    check(&[rule("Fracture", None), rule("Fracture", None)], FreezeError::TwoRules("Fracture".to_owned()));
    let chain = [rule("Fracture", Some("Ankylosis")), rule("Ankylosis", Some("Other lesions"))];
    check(&chain, FreezeError::Chain("Ankylosis".to_owned()));
    check(&[rule("Fracture", Some("Ankylosis")), rule("Ankylosis", None)], FreezeError::Chain("Ankylosis".to_owned()));
    assert_eq!(spine_rules(&labels()[..12]), None);
}

#[test]
fn boxes_are_cut_to_the_film_named_by_class_and_put_in_order() {
    let mut one = film(1, "s", "p", &[]);
    one.truth = FilmTruth::Abnormal;
    let rect = |[a, b, c, d]: [f64; 4]| Rect::from_columns(a, b, c, d).unwrap();
    one.boxes = vec![
        (LabelName::new("Fracture"), rect([50.0, 50.0, 300.0, 90.0])),
        (LabelName::new("Other lesions"), rect([5.0, 5.0, 9.0, 9.0])),
        (LabelName::new("Osteophytes"), rect([1.0, 1.0, 2.0, 2.0])),
        (LabelName::new("Foreign body"), rect([1.0, 1.0, 2.0, 2.0])),
        (LabelName::new("Osteophytes"), rect([150.0, 1.0, 160.0, 9.0])),
    ];
    let mut normal = film(2, "t", "q", &[]);
    normal.boxes = one.boxes[..1].to_vec();
    let rules = vec![rule("Fracture", Some("Other lesions")), rule("Foreign body", None)];
    let sizes = [SplitSize::Count(2), SplitSize::Count(0), SplitSize::Count(0)];
    let dataset = frozen(FreezePlan { label_rules: rules, sizes, ..plan() }, vec![normal, one]);
    let found: Vec<_> = dataset.films[0].boxes.iter().map(|one| (one.label.as_str(), one.rect)).collect();
    let expected = [
        ("Osteophytes", rect([1.0, 1.0, 2.0, 2.0])),
        ("Other lesions", rect([5.0, 5.0, 9.0, 9.0])),
        ("Other lesions", rect([50.0, 50.0, 100.0, 90.0])),
    ];
    assert_eq!(found, expected);
    assert!(dataset.films[0].is_abnormal);
    assert!(!dataset.films[1].is_abnormal);
    assert_eq!(dataset.films[1].boxes, []);
    for sentence in [
        "1 box was left out: no area of the film lies in it.",
        "1 box was left out because most readers call the film normal.",
        "1 box was left out by the label rules. Films with nothing else stay abnormal without a box.",
    ] {
        assert!(dataset.warnings.contains(&sentence.to_owned()), "{:#?}", dataset.warnings);
    }
}

#[test]
fn what_cannot_be_frozen_is_refused() {
    let check = |plan: FreezePlan, films: Vec<Candidate>, why: FreezeError| {
        assert_eq!(freeze(plan, films, &around()), Err(why));
    };
    check(FreezePlan { name: " ".to_owned(), ..plan() }, ten(), FreezeError::NoName);
    check(plan(), vec![], FreezeError::NoFilms);
    let undecided = Candidate { truth: FilmTruth::Undecided, ..film(1, "s", "p", &[]) };
    check(plan(), vec![undecided], FreezeError::NoFilms);
    let sizes = [SplitSize::Count(9), SplitSize::Count(1), SplitSize::Count(1)];
    let too_many = SplitError::TooMany { asked: 11, present: 10 };
    check(FreezePlan { sizes, ..plan() }, ten(), FreezeError::Split(too_many));
}

#[test]
fn locked_films_are_test_films_for_good() {
    let locks = FreezePlan { locks_test: true, ..plan() };
    let first = frozen(locks, ten());
    assert_eq!(first.locked.len(), 2);
    let locked: BTreeSet<[u8; 32]> = first.locked.iter().copied().collect();
    for seed in 0..20 {
        let around = Surroundings { locked: locked.clone(), ..around() };
        let next = freeze(FreezePlan { seed, ..plan() }, ten(), &around).unwrap();
        assert_eq!(next.locked_in_training(), Vec::<&super::dataset::FrozenFilm>::new());
        let tested: BTreeSet<[u8; 32]> = next.films_of(Split::Test).map(|film| film.sha256).collect();
        assert_eq!(tested, locked);
        assert_eq!(next.locked, first.locked);
    }
    // Locked films that are in no data set are remembered all the same.
    let around = Surroundings { locked: BTreeSet::from([[99; 32]]), ..around() };
    assert_eq!(freeze(plan(), ten(), &around).unwrap().locked, [[99; 32]]);
    let mut forged = first.clone();
    forged.films.iter_mut().for_each(|film| film.split = Split::Train);
    assert_eq!(forged.locked_in_training().len(), 2);
}

#[test]
fn what_belongs_to_a_locked_film_is_tested_also_where_that_film_itself_is_left_out() {
    // Film 0 is locked and contradicted by now; film 10 is of its study, film 11 of its patient.
    let mut films = ten();
    films[0].truth = FilmTruth::Contradiction;
    films.extend([film(10, "s0", "p0", &["Fracture"]), film(11, "s11", "p0", &[])]);
    let siblings = Surroundings {
        locked: BTreeSet::from([films[0].sha256]),
        locked_studies: BTreeSet::from(["s0".into()]),
        locked_patients: BTreeSet::from(["p0".into()]),
        ..around()
    };
    let tested = |unit, seed, number: u8| {
        let dataset = freeze(FreezePlan { unit, seed, ..plan() }, films.clone(), &siblings).unwrap();
        dataset.films_of(Split::Test).any(|film| film.sha256 == [number; 32])
    };
    for seed in 0..20 {
        assert!(tested(SplitUnit::Patient, seed, 10) && tested(SplitUnit::Patient, seed, 11));
        assert!(tested(SplitUnit::Study, seed, 10));
    }
    assert!((0..20).any(|seed| !tested(SplitUnit::Study, seed, 11)), "another study");
}

#[test]
fn films_that_models_learned_from_stay_in_training_as_labels_are_added() {
    let learned: Vec<u8> = (0..5).collect();
    let around = Surroundings {
        kept: learned.iter().map(|&n| ([n; 32], Split::Train)).chain([([5; 32], Split::Dev)]).collect(),
        ..around()
    };
    for seed in 0..20 {
        let dataset = freeze(FreezePlan { seed, ..plan() }, ten(), &around).unwrap();
        let split = |n: u8| dataset.films.iter().find(|film| film.sha256 == [n; 32]).unwrap().split;
        assert!(learned.iter().all(|&n| split(n) == Split::Train), "{seed}");
        assert_eq!(split(5), Split::Dev);
        assert!(dataset.warnings.iter().any(|one| one.starts_with("6 patients stay in training or dev")));
    }
}

/// The warnings of ten films after a change of plan, films and surroundings, those about few films left out.
fn warned(change: impl FnOnce(&mut FreezePlan, &mut Vec<Candidate>, &mut Surroundings)) -> Vec<String> {
    let (mut plan, mut films, mut around) = (plan(), ten(), around());
    plan.label_rules = labels().into_iter().map(|from| LabelRule { from, to: None }).collect();
    for film in &mut films {
        film.boxes.clear();
    }
    plan.method = SplitMethod::Stratified;
    change(&mut plan, &mut films, &mut around);
    freeze(plan, films, &around).unwrap().warnings
}

#[test]
fn people_are_warned_of_what_spoils_a_training() {
    assert_eq!(warned(|_, _, _| ()), Vec::<String>::new());
    let check = |sentence: &str, warned: Vec<String>| {
        assert!(warned.iter().any(|one| one == sentence), "{sentence:?} is not in {warned:#?}");
    };
    check(
        "3 films have no completed reading and are not in the data set.",
        warned(|_, _, around| around.num_unread = 3),
    );
    check("1 film has no completed reading and is not in the data set.", warned(|_, _, around| around.num_unread = 1));
    check(
        "2 films are called both normal and abnormal, and are left out. Settle them first, or take the consensus of \
         readers.",
        warned(|_, films, _| films[..2].iter_mut().for_each(|film| film.truth = FilmTruth::Contradiction)),
    );
    check(
        "1 film was completed without a finding and without \"No finding\", and left out.",
        warned(|_, films, _| films[0].truth = FilmTruth::Undecided),
    );
    check(
        "1 patient has films in more than one split, so figures come out better than on new patients. Split by patient.",
        warned(|plan, films, _| {
            plan.unit = SplitUnit::Film;
            for film in films.iter_mut() {
                film.patient = "p".into();
            }
        }),
    );
    check(
        "4 patients are locked for testing, more than the 2 that were asked for. All of them are test films.",
        warned(|_, films, around| around.locked = films[..4].iter().map(|film| film.sha256).collect()),
    );
    check(
        "5 films are in no split, as the sizes ask for fewer.",
        warned(|plan, _, _| plan.sizes = [SplitSize::Count(3), SplitSize::Count(1), SplitSize::Count(1)]),
    );
    check(
        "Of 10 films the patient is not known. Each study of theirs counts as a patient of its own.",
        warned(|_, films, _| films.iter_mut().for_each(|film| film.patient = "".into())),
    );
    check(
        "2 of the test films were films to learn from in \"old\". A model of those data sets must not be tested on them.",
        warned(|_, films, around| {
            around.learned_from = films.iter().map(|film| (film.sha256, "old".to_owned())).collect::<BTreeMap<_, _>>();
        }),
    );
    check(
        "There are no dev films. The best checkpoint and the threshold can't be chosen.",
        warned(|plan, _, _| plan.sizes = [SplitSize::Share(0.8), SplitSize::Share(0.0), SplitSize::Share(0.2)]),
    );
    let all_normal = |_: &mut FreezePlan, films: &mut Vec<Candidate>, _: &mut Surroundings| {
        for film in films.iter_mut() {
            film.truth = FilmTruth::Normal;
        }
    };
    check("No training film is abnormal. A classifier can't learn from that.", warned(all_normal));
    check("No dev film is abnormal. AUROC can't be computed there.", warned(all_normal));
    check(
        "Readings of all readers stand side by side: a lesion that two readers marked is there twice. The consensus of \
         readers has it once.",
        warned(|plan, films, _| {
            plan.truth = TruthSource::EveryReader;
            films[0].readers.push("R2".into());
        }),
    );
    let few = frozen(plan(), ten()).warnings;
    assert!(few.iter().any(|one| one.starts_with("Few training films have Fracture (")), "{few:#?}");
    assert!(few.iter().any(|one| one.starts_with("No training film has Ankylosis, Disc space narrowing,")), "{few:#?}");
}
