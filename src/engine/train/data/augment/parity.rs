//! The changes beside Pillow's and torchvision's, and the law that a box encloses its object.

use rachis::domain::model::{Architecture, ModelTask};
use rachis::domain::training::parameters::{Key, Value};
use rachis::domain::training::policy::{POLICY_V2, TRIES};
use rachis::domain::training::recipe::{Preset, Recipe};
use serde::Deserialize;

use super::{Changes, levels, moves, recipe};
use crate::train::Chance;
use crate::train::data::input_rule::InputRule;
use crate::train::data::plane::{ClassBox, Picture, Plane};

/// `tests/parity/learned_changes.py` wrote it.
const GOLDEN: &str = include_str!("../../../../../tests/parity/learned_changes.json");

#[derive(Deserialize)]
struct Golden {
    width: usize,
    height: usize,
    levels: String,
    cases: Vec<Case>,
    turned_boxes: Vec<Turned>,
}

#[derive(Deserialize)]
struct Case {
    op: String,
    argument: f64,
    levels: String,
}

#[derive(Deserialize)]
struct Turned {
    degrees: f64,
    from: Vec<[f64; 4]>,
    to: Vec<[f64; 4]>,
}

fn levels_of(hex: &str) -> Vec<f32> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(|pair| f32::from(byte(pair))).collect()
}

#[test]
fn every_change_is_pillows() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    let plane = Plane { width: golden.width, height: golden.height, levels: levels_of(&golden.levels) };
    for Case { op, argument, levels: theirs } in golden.cases {
        let mut picture = Picture { plane: plane.clone(), boxes: Vec::new(), is_abnormal: true };
        match op.as_str() {
            "brightness" => levels::brightness(&mut picture.plane, argument),
            "contrast" => levels::contrast(&mut picture.plane, argument),
            "sharpness" => levels::sharpness(&mut picture.plane, argument),
            "auto_contrast" => levels::auto_contrast(&mut picture.plane),
            "equalize" => levels::equalize(&mut picture.plane),
            "solarize" => levels::solarize(&mut picture.plane, argument),
            "solarize_add" => levels::solarize_add(&mut picture.plane, argument),
            "rotate" => moves::rotate(&mut picture, argument),
            "translate_y" => moves::translate_y(&mut picture, argument),
            "shear_x" => moves::shear_x(&mut picture, argument),
            "shear_y" => moves::shear_y(&mut picture, argument),
            other => panic!("{other}"),
        }
        // How far apart we may be: Pillow cuts to whole levels, which is less than one; before that it rounds what it
        // blends with, half a level times its weight.
        let most = match op.as_str() {
            "equalize" | "solarize" | "solarize_add" | "rotate" | "translate_y" => 0.0,
            "sharpness" => 1.0 + 0.5 * (1.0 - argument).abs() as f32,
            _ => 1.001,
        };
        let theirs = levels_of(&theirs);
        assert_eq!(picture.plane.levels.len(), theirs.len());
        let largest = picture.plane.levels.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(largest <= most, "{op} {argument}: off by {largest}");
        assert_ne!(theirs, plane.levels, "{op} {argument} changes something");
    }
}

#[test]
fn turned_boxes_are_torchvisions() {
    let golden: Golden = serde_json::from_str(GOLDEN).unwrap();
    for Turned { degrees, from, to } in golden.turned_boxes {
        let levels = vec![0.0; golden.width * golden.height];
        let plane = Plane { width: golden.width, height: golden.height, levels };
        let boxes = from.iter().map(|&corners| ClassBox { corners, class: 0 }).collect();
        let mut picture = Picture { plane, boxes, is_abnormal: true };
        moves::rotate(&mut picture, degrees);
        for (ours, theirs) in picture.boxes.iter().zip(&to) {
            assert!(ours.corners.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-3), "{ours:?} {theirs:?}");
        }
    }
}

const SIZE: [u32; 2] = [160, 120];

/// A bright patch on black with its box.
fn patch([x0, y0, x1, y1]: [usize; 4]) -> Picture {
    let [width, height] = SIZE.map(|side| side as usize);
    let mut levels = vec![0.0; width * height];
    for y in y0..y1 {
        levels[y * width + x0..y * width + x1].fill(255.0);
    }
    let boxes = vec![ClassBox { corners: [x0, y0, x1, y1].map(|v| v as f64), class: 1 }];
    Picture { plane: Plane { width, height, levels }, boxes, is_abnormal: true }
}

/// First and last bright pixel of both axes, as a box; what is filled is grey, not bright.
fn bright(plane: &Plane) -> Option<[f64; 4]> {
    let places: Vec<usize> = (0..plane.levels.len()).filter(|&place| plane.levels[place] > 200.0).collect();
    let [xs, ys] =
        [places.iter().map(|p| p % plane.width).collect::<Vec<_>>(), places.iter().map(|p| p / plane.width).collect()];
    let ends = |all: &[usize]| Some([*all.iter().min()? as f64, *all.iter().max()? as f64 + 1.0]);
    let ([x0, x1], [y0, y1]) = (ends(&xs)?, ends(&ys)?);
    Some([x0, y0, x1, y1])
}

#[test]
fn moved_boxes_enclose_their_object_and_no_more_than_its_corners_need() {
    let places = [[20, 15, 60, 45], [100, 70, 150, 110], [70, 50, 90, 60]];
    let turned = |degrees: f64| move |p: &mut Picture| moves::rotate(p, degrees);
    type Move = Box<dyn Fn(&mut Picture)>;
    let all: Vec<(&str, Move)> = vec![
        ("turned", Box::new(turned(24.0))),
        ("turned back", Box::new(turned(-30.0))),
        ("up", Box::new(|p: &mut Picture| moves::translate_y(p, 14.0))),
        ("down", Box::new(|p: &mut Picture| moves::translate_y(p, -9.0))),
        ("sheared", Box::new(|p: &mut Picture| moves::shear_x(p, 0.24))),
        ("sheared back", Box::new(|p: &mut Picture| moves::shear_x(p, -0.24))),
        ("sheared up", Box::new(|p: &mut Picture| moves::shear_y(p, 0.24))),
        ("sheared down", Box::new(|p: &mut Picture| moves::shear_y(p, -0.24))),
        ("mirrored", Box::new(|p: &mut Picture| super::framing::mirror(p, SIZE[0]))),
        ("turned over", Box::new(|p: &mut Picture| super::framing::turn_over(p, SIZE[1]))),
    ];
    for place in places {
        for (name, change) in &all {
            let mut picture = patch(place);
            change(&mut picture);
            let boxes = super::framing::on_the_film(picture.boxes.clone(), &picture.plane, 1.0);
            let [one] = boxes[..] else { panic!("{name}: {boxes:?}") };
            let object = bright(&picture.plane).expect("it is still there");
            // A pixel that an edge crosses is as bright as its middle says, and a corner's tip is dark by then.
            for side in 0..4 {
                let outside =
                    if side < 2 { one.corners[side] - object[side] } else { object[side] - one.corners[side] };
                assert!((-2.5..=0.75).contains(&outside), "{name} {place:?}: {:?} around {object:?}", one.corners);
            }
            assert_eq!(one.class, 1);
        }
    }
}

fn recipe_with(values: &[(Key, Value)]) -> Recipe {
    let mut recipe = Recipe::new(ModelTask::Detect, Preset::Paper);
    let none = [
        (Key::FlipHorizontal, Value::Real(0.0)),
        (Key::LearnedAugmentation, Value::Switch(false)),
        (Key::ShorterEdgeLeast, Value::Whole(90)),
        (Key::ShorterEdgeMost, Value::Whole(120)),
        (Key::LongestEdge, Value::Whole(1000)),
    ];
    for (key, value) in none.into_iter().chain(values.iter().cloned()) {
        recipe.set(key, value).unwrap();
    }
    recipe
}

#[test]
fn sizes_are_drawn_from_the_range_and_boxes_go_along() {
    let recipe = recipe_with(&[(Key::FlipHorizontal, Value::Real(0.5)), (Key::WindowJitter, Value::Real(0.1))]);
    let rule = InputRule::new(Architecture::RetinaNetSmall, &recipe);
    let changes = Changes::new(&recipe);
    let (mut heights, mut mirrored) = (std::collections::BTreeSet::new(), 0);
    for step in 0..300 {
        let made = changes.made(patch([20, 15, 60, 45]), SIZE, &rule, &mut Chance::new(5, 0, step));
        heights.insert(made.plane.height);
        let object = bright(&made.plane).unwrap();
        mirrored += u32::from(object[0] > 80.0 * made.plane.width as f64 / 160.0);
        let far = object.iter().zip(&made.boxes[0].corners).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(far < 1.0, "{object:?} {:?}", made.boxes);
    }
    assert_eq!((heights.first().copied(), heights.last().copied(), heights.len()), (Some(90), Some(120), 31));
    assert!((110..190).contains(&mirrored), "a coin that fell 300 times: {mirrored}");
}

#[test]
fn each_film_follows_from_its_chance_alone_and_windows_stay_in_range() {
    let recipe = recipe_with(&[(Key::LearnedAugmentation, Value::Switch(true)), (Key::WindowJitter, Value::Real(0.3))]);
    let rule = InputRule::new(Architecture::RetinaNetSmall, &recipe);
    let changes = Changes::new(&recipe);
    let made = |step| changes.made(patch([60, 40, 100, 80]), SIZE, &rule, &mut Chance::new(5, 0, step));
    let mut different = 0;
    for step in 0..60 {
        let one = made(step);
        assert_eq!(one, made(step));
        // The resizer's weights add up to 1 but for their last bits.
        assert!(one.plane.levels.iter().all(|level| (-1e-3..=255.001).contains(level)));
        assert!(!one.boxes.is_empty(), "a film that had a box keeps one");
        different += u32::from(one.plane != made(step + 1000).plane);
    }
    assert!(different > 55);
}

#[test]
fn every_recipe_is_taken_and_a_film_whose_boxes_go_stays_as_it_was() {
    // Moved up by 22 or 30 of 120 pixels it is gone, moved down not.
    let picture = patch([0, 0, 159, 12]);
    let mut unchanged = 0;
    for step in 0..400 {
        let changed = recipe::applied(picture.clone(), &mut Chance::new(1, 2, step));
        unchanged += u32::from(changed == picture);
        assert!(!changed.boxes.is_empty());
    }
    // Recipes 3 and 10 lose the box here half the time and are replaced by another; 1, 4, 5, 6, 7, 8, 12, 13, 14 and 15
    // do nothing at times.
    assert!((20..200).contains(&unchanged), "{unchanged}");
    assert_eq!((POLICY_V2.len(), TRIES), (15, 10));
}
