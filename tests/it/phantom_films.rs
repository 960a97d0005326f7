//! Synthetic films: the same everywhere, with lesions where the boxes say, and readers one can believe.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use rachis::dicom;
use rachis::domain::geometry::Size;
use rachis::domain::id::{ImageId, ReaderId};
use rachis::domain::imaging::Pixels;
use rachis::domain::reading::Decision;
use rachis::domain::rules::{self, RuleContext};
use rachis::domain::study::{FilmSource, Sex};
use rachis::domain::task::TaskState;
use rachis::jobs::CancelToken;
use rachis::phantom::{LesionKind, Mark, SimulatedReader, Study, SyntheticFilm, film, studies};
use rachis::store::Store;
use rachis::workflows::make_demo::{DemoRequest, FIRST_NUM_STUDIES, FIRST_SEED, make_demo};
use sha2::{Digest, Sha256};

const SEED: u64 = 20_210_824;

fn digest(film: &SyntheticFilm) -> String {
    let bytes: Vec<u8> = film.texels.iter().flat_map(|texel| texel.to_le_bytes()).collect();
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_every_machine() {
    let films: Vec<String> = [(0, 0), (0, 1), (1, 0), (1, 1)]
        .iter()
        .map(|&(study, number)| digest(&film(SEED, study, number, 0.12).unwrap()))
        .collect();
    // Lumbar and thoracic, frontal and lateral. A change of these is a change of every demo and benchmark.
    let golden = [
        "9ff4ae6ec619c8b28896d361cc98cbfb7e2252624265eff0040e6cdcd7c3b2e2",
        "7103c1513761bd57a41100210d81014457a81a9d194958fb5fd02b8e3909ada1",
        "89532726d9ef36fad6ba7276f1c83f72169c8fb865c2f307e9a488dc920467d4",
        "e044d294a5f843b2409322aea0a2d46992588fcb6f49fef20fc989cd7faaf68e",
    ];
    assert_eq!(films, golden);
    let first = film(SEED, 0, 0, 0.12).unwrap();
    let other = film(SEED + 1, 0, 0, 0.12).unwrap();
    assert_ne!(digest(&first), digest(&other));
    assert_ne!(digest(&first), digest(&film(SEED, 1, 0, 0.12).unwrap()));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    use rayon::prelude::*;
    let with = |threads: usize| -> Vec<String> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| (0..6u64).into_par_iter().map(|s| digest(&film(SEED, s, 0, 0.06).unwrap())).collect())
    };
    let one = with(1);
    assert_eq!(one, with(4));
    let backwards: Vec<String> = (0..6u64).rev().map(|s| digest(&film(SEED, s, 0, 0.06).unwrap())).collect();
    assert!(one.iter().eq(backwards.iter().rev()), "a film depends on no film taken before it");
}

#[test]
fn every_lesion_appears_in_shares_like_the_published_ones() {
    let (mut films, mut normal, mut counts) = (0usize, 0usize, BTreeMap::<String, usize>::new());
    for study in studies(SEED, 1500) {
        for number in 0..study.films.len() {
            let truth = study.truth(number, 1.0);
            films += 1;
            normal += usize::from(truth.is_empty());
            for (label, _) in truth {
                *counts.entry(label.to_string()).or_default() += 1;
            }
        }
    }
    let boxes: usize = counts.values().sum();
    for kind in LesionKind::ALL {
        let count = counts.get(kind.as_str()).copied().unwrap_or(0);
        assert!(count >= 15, "{kind:?}: {count} boxes of {boxes}");
    }
    assert_eq!(counts.len(), 13, "no other names: {counts:?}");
    // Published: 5,325 of 10,468 normal; 2.09 films a study; 82 % of boxes osteophytes, 6 % disc space narrowing.
    let share = |count: usize, of: usize| count as f64 / of as f64;
    assert!((0.42..0.58).contains(&share(normal, films)), "{normal} of {films} normal");
    assert!((1.9..2.2).contains(&share(films, 1500)));
    let beaks = share(counts["Osteophytes"], boxes);
    assert!((0.6..0.88).contains(&beaks), "{beaks}");
    let most = counts.iter().filter(|(name, _)| *name != "Osteophytes").max_by_key(|(_, count)| **count);
    assert_eq!(most.unwrap().0, "Disc space narrowing");
    let per_abnormal = share(boxes, films - normal);
    assert!((2.0..4.5).contains(&per_abnormal), "{per_abnormal}");
}

#[test]
fn the_first_demo_shows_much() {
    let truths: Vec<Vec<Mark>> = studies(FIRST_SEED, FIRST_NUM_STUDIES)
        .flat_map(|study| (0..study.films.len()).map(move |number| study.truth(number, 1.0)).collect::<Vec<_>>())
        .collect();
    let kinds: BTreeSet<String> = truths.iter().flatten().map(|(label, _)| label.to_string()).collect();
    let normal = truths.iter().filter(|truth| truth.is_empty()).count();
    assert_eq!((truths.len(), normal, kinds.len()), (24, 12, 9), "{kinds:?}");
}

#[test]
fn patients_are_like_the_published_ones() {
    let patients: Vec<_> = studies(SEED, 3000).map(|study| study.patient).collect();
    let ages: Vec<f64> = patients.iter().map(|p| f64::from(p.age_years)).collect();
    let mean = ages.iter().sum::<f64>() / ages.len() as f64;
    assert!((47.0..51.0).contains(&mean), "{mean}");
    assert!(ages.iter().all(|age| (6.0..=98.0).contains(age)));
    let women = patients.iter().filter(|p| p.sex == Sex::Female).count() as f64 / patients.len() as f64;
    assert!((0.59..0.65).contains(&women), "{women}");
}

#[test]
fn films_are_like_the_published_ones() {
    let plans: Vec<_> = studies(SEED, 800).flat_map(|study| study.films).collect();
    let mean = |value: fn(&rachis::phantom::FilmPlan) -> u32| {
        plans.iter().map(|plan| f64::from(value(plan))).sum::<f64>() / plans.len() as f64
    };
    let (rows, columns) = (mean(|plan| plan.height), mean(|plan| plan.width));
    assert!((2300.0..2600.0).contains(&rows) && (1450.0..1750.0).contains(&columns), "{rows} x {columns}");
    for bits in [10, 12, 14, 16] {
        assert!(plans.iter().any(|plan| plan.bits_stored == bits), "{bits} bits");
    }
    assert!(plans.iter().any(|plan| plan.is_monochrome1) && plans.iter().any(|plan| !plan.is_monochrome1));
    assert!(plans.iter().any(|plan| plan.has_spacing) && plans.iter().any(|plan| !plan.has_spacing));
}

#[test]
fn stored_values_fit_their_bits_and_use_them() {
    let (mut with_padding, mut without_window) = (0, 0);
    for study in studies(SEED, 14) {
        for number in 0..study.films.len() {
            let film = study.film(number, 0.08);
            assert_eq!(film.texels.len(), film.width as usize * film.height as usize);
            assert_eq!((film.width, film.height), study.films[number].size(0.08));
            let max = u16::MAX >> (16 - film.bits_stored);
            assert!(film.texels.iter().all(|&texel| texel <= max), "{} bits", film.bits_stored);
            let body = film.texels.iter().filter(|&&texel| Some(texel) != film.padding);
            let (low, high) = body.fold((u16::MAX, 0), |(low, high), &texel| (low.min(texel), high.max(texel)));
            assert!(f64::from(high - low) > 0.5 * f64::from(max), "{low} to {high} of {max}");
            with_padding += usize::from(film.padding.is_some());
            without_window += usize::from(film.windows.is_empty());
            for window in &film.windows {
                assert!(window.center > 0.0 && window.center < f64::from(max) && window.width <= f64::from(max));
                assert!(window.explanation.is_some());
            }
        }
    }
    assert!(with_padding > 0 && without_window > 0);
}

/// Mean absolute difference inside and outside a box, as shares of the range.
fn contrast(a: &SyntheticFilm, b: &SyntheticFilm, (_, rect): &Mark) -> (f64, f64) {
    let (mut inside, mut outside) = ((0.0, 0.0), (0.0, 0.0));
    for (index, (&p, &q)) in a.texels.iter().zip(&b.texels).enumerate() {
        let (x, y) = ((index % a.width as usize) as f64 + 0.5, (index / a.width as usize) as f64 + 0.5);
        let is_inside = x > rect.xmin() && x < rect.xmax() && y > rect.ymin() && y < rect.ymax();
        let sum = if is_inside { &mut inside } else { &mut outside };
        sum.0 += f64::from(p.abs_diff(q));
        sum.1 += 1.0;
    }
    let range = f64::from(u16::MAX >> (16 - a.bits_stored));
    (inside.0 / inside.1 / range, outside.0 / outside.1 / range)
}

#[test]
fn each_lesion_is_drawn_where_its_box_is() {
    const SCALE: f32 = 0.16;
    let mut tried = BTreeMap::<LesionKind, usize>::new();
    for study in studies(SEED, 1500) {
        for number in 0..study.films.len() {
            let truth = study.truth(number, SCALE);
            for (which, lesion) in study.lesions.iter().enumerate() {
                let of_kind: Vec<&Mark> =
                    truth.iter().filter(|(label, _)| label.as_str() == lesion.kind.as_str()).collect();
                let is_alone = study.lesions.iter().filter(|other| other.kind == lesion.kind).count() == 1;
                let count = tried.entry(lesion.kind).or_default();
                if !is_alone || of_kind.len() != 1 || *count >= 2 {
                    continue;
                }
                *count += 1;
                let mut without = study.clone();
                without.lesions.remove(which);
                assert_eq!(without.truth(number, SCALE).len(), truth.len() - 1);
                let (with, without) = (study.film(number, SCALE), without.film(number, SCALE));
                let (_, rect) = of_kind[0];
                let film = Size::new(f64::from(with.width), f64::from(with.height));
                assert_eq!(rect.clamped_to(film), *rect, "the box is on the film");
                let (inside, outside) = contrast(&with, &without, of_kind[0]);
                let what =
                    format!("{} study {} film {number}: {inside:.5} {outside:.6}", lesion.kind.as_str(), study.index);
                assert!(inside > 0.006, "hardly to be seen: {what}");
                // A slipped vertebra carries those above it along, outside its box.
                let factor = if lesion.kind == LesionKind::Spondylolysthesis { 4.0 } else { 8.0 };
                assert!(inside > factor * outside, "not where the box is: {what}");
            }
        }
    }
    for kind in LesionKind::ALL {
        assert!(tried.get(&kind).is_some_and(|&count| count >= 2), "{kind:?} was not tried: {tried:?}");
    }
}

#[test]
fn what_has_no_box_is_not_drawn() {
    let mut num_tried = 0;
    for study in studies(SEED, 200) {
        for number in 0..study.films.len() {
            // The patient has something, but not on this film.
            if !study.lesions.is_empty() && study.truth(number, 0.06).is_empty() {
                let mut sound = study.clone();
                sound.lesions.clear();
                assert_eq!(study.film(number, 0.06).texels, sound.film(number, 0.06).texels, "study {}", study.index);
                num_tried += 1;
            }
        }
    }
    assert!(num_tried >= 3, "{num_tried}");
}

/// True positives at IoU 0.5 with the same label, one to one, greedily.
fn num_agreed(truth: &[Mark], marks: &[Mark]) -> usize {
    let mut free: Vec<&Mark> = truth.iter().collect();
    marks
        .iter()
        .filter(|(label, rect)| {
            let best = free.iter().position(|(other, at)| other == label && at.iou(rect) >= 0.5);
            best.is_some_and(|index| {
                free.swap_remove(index);
                true
            })
        })
        .count()
}

#[test]
fn readers_disagree_within_believable_bounds_and_never_contradict_themselves() {
    let all: Vec<Study> = studies(SEED, 400).collect();
    let rules = rules::default_rules();
    let readings = |number: u32| -> Vec<Vec<Mark>> {
        let reader = SimulatedReader::new(SEED, number);
        all.iter().flat_map(|s| (0..s.films.len()).map(move |n| s.reading(&reader, n, 1.0))).collect()
    };
    let truths: Vec<Vec<Mark>> = all.iter().flat_map(|s| (0..s.films.len()).map(move |n| s.truth(n, 1.0))).collect();
    assert_eq!(readings(1), readings(1), "the same seed, the same readings");
    for number in 1..=4 {
        let marks = readings(number);
        assert!(marks.iter().flatten().all(|(label, rect)| !label.is_no_finding() && rect.area() > 1.0));
        let agreed: usize = truths.iter().zip(&marks).map(|(t, m)| num_agreed(t, m)).sum();
        let (in_truth, marked) = (truths.iter().flatten().count(), marks.iter().flatten().count());
        let f1 = 2.0 * agreed as f64 / (in_truth + marked) as f64;
        assert!((0.6..0.98).contains(&f1), "reader {number}: F1 {f1}");
        let missed = truths.iter().zip(&marks).filter(|(t, m)| !t.is_empty() && m.is_empty()).count();
        let fancied = truths.iter().zip(&marks).filter(|(t, m)| t.is_empty() && !m.is_empty()).count();
        assert!(missed > 0 && fancied > 0, "reader {number}: {missed} films missed, {fancied} fancied");
    }
    let between: (usize, usize) = readings(2)
        .iter()
        .zip(&readings(3))
        .fold((0, 0), |(agreed, marked), (a, b)| (agreed + num_agreed(a, b), marked + a.len() + b.len()));
    let f1 = 2.0 * between.0 as f64 / between.1 as f64;
    assert!((0.5..0.95).contains(&f1), "readers 2 and 3: {f1}");
    assert!(rules.iter().any(|rule| rule.severity == rules::Severity::Error));
}

fn request(folder: &Path) -> DemoRequest {
    DemoRequest { folder: folder.to_owned(), num_studies: 10, seed: SEED, scale: 0.06, has_models: false }
}

#[test]
fn a_demo_can_be_interrupted_and_goes_on() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("demo");
    let cancel = CancelToken::new();
    let stop_after = |progress: &rachis::jobs::Progress| {
        if progress.done == 3 {
            cancel.cancel();
        }
    };
    let first = make_demo(&request(&folder), &stop_after, &cancel).unwrap();
    assert!(first.is_cancelled && first.num_films >= 3);
    let other = DemoRequest { seed: 1, ..request(&folder) };
    let refused = make_demo(&other, &|_| {}, &CancelToken::new()).unwrap_err().to_string();
    assert!(refused.contains("another request"), "{refused}");
    let second = make_demo(&request(&folder), &|_| {}, &CancelToken::new()).unwrap();
    let num_films: usize = studies(SEED, 10).map(|study| study.films.len()).sum();
    assert_eq!((second.num_films, second.is_cancelled), (num_films, false));
    assert_eq!(first.num_readings + second.num_readings, 2 * num_films);
    let again = make_demo(&request(&folder), &|_| {}, &CancelToken::new()).unwrap_err().to_string();
    assert!(again.contains("not empty"), "{again}");

    let whole = scratch.path().join("whole");
    make_demo(&request(&whole), &|_| {}, &CancelToken::new()).unwrap();
    let (a, b) = (Store::open(&folder).unwrap(), Store::open(&whole).unwrap());
    let facts = |store: &Store| store.films().unwrap().iter().map(|f| (f.facts.clone(), f.sha256)).collect::<Vec<_>>();
    assert_eq!(facts(&a), facts(&b));
    for (image, reader) in b.reading_keys().unwrap() {
        let said = |store: &Store| {
            let reading = store.reading(&image, &reader).unwrap();
            let marks: Vec<_> = reading.annotations().iter().map(|m| (m.label().clone(), m.shape().cloned())).collect();
            (marks, reading.state())
        };
        assert_eq!(said(&a), said(&b));
    }
}

#[test]
fn a_demo_keeps_the_rules_and_leaves_the_first_reader_untouched() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("demo");
    make_demo(&request(&folder), &|_| {}, &CancelToken::new()).unwrap();
    let store = Store::open(&folder).unwrap();
    assert!(store.project().is_synthetic);
    assert_eq!(store.project().label_set, "vindr_spine");
    let readers: Vec<String> = store.readers().unwrap().iter().map(|r| r.id.to_string()).collect();
    assert_eq!(readers, ["R1", "R2", "R3"]);
    for film in store.films().unwrap() {
        let reading = |id: &str| store.reading(&film.facts.image, &ReaderId::new(id)).unwrap();
        assert_eq!((reading("R1").state(), reading("R1").decision()), (TaskState::New, Decision::Undecided));
        for id in ["R2", "R3"] {
            let reading = reading(id);
            assert_eq!(reading.state(), TaskState::Completed);
            let size = Size::new(f64::from(film.facts.width), f64::from(film.facts.height));
            let context = RuleContext { reading: &reading, film: size, facts: None, labels: None, study: None };
            assert_eq!(rules::check(&context, &store.project().rules, &[]), []);
        }
    }
}

#[test]
fn a_demo_film_reads_back_as_it_was_written() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("demo");
    make_demo(&request(&folder), &|_| {}, &CancelToken::new()).unwrap();
    let store = Store::open(&folder).unwrap();
    for study in studies(SEED, 10) {
        for number in 0..study.films.len() {
            let name = dicom::write::name_from(study.film_numbers(number));
            let entry = store.film(&ImageId::new(name.as_str())).unwrap().unwrap();
            let source = FilmSource::File(folder.join("films").join(format!("{name}.dicom")));
            let read = dicom::read_facts(&source).unwrap();
            assert_eq!(read.facts, entry.facts);
            assert_eq!(read.warnings, Vec::<String>::new());
            assert!(read.facts.is_synthetic);
            let made = study.film(number, 0.06);
            let film = dicom::decode(&source, 0).unwrap().film;
            let Pixels::Grey(plane) = &film.pixels else { panic!("a grey film") };
            assert_eq!(plane.texels, made.texels);
            assert_eq!((plane.scale, plane.offset), (1.0, 0.0));
            assert_eq!(film.facts.bits_stored, made.bits_stored);
            assert_eq!(film.facts.is_inverted, made.is_monochrome1);
            assert_eq!(film.facts.padding, made.padding.map(|p| (f64::from(p), f64::from(p))));
            let windows: Vec<_> = made.windows.into_iter().map(rachis::domain::imaging::Voi::Window).collect();
            assert_eq!(film.facts.voi, windows);
        }
    }
}
