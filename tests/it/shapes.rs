//! Laws of outlines and masks: what is painted, cut, joined and traced is what it was.

use proptest::prelude::*;
use rachis::domain::geometry::{Point, Rect, Size};
use rachis::domain::shape::{Line, Mask, Polygon, Shape, rect_of_extremes, simplified_line};
use serde_json::Value;

fn p(x: f64, y: f64) -> Point {
    Point::new(x, y)
}

fn polygon(parts: &[&[(f64, f64)]]) -> Polygon {
    let part = |points: &&[(f64, f64)]| points.iter().map(|&(x, y)| p(x, y)).collect();
    Polygon::new(parts.iter().map(part).collect()).expect("outlines")
}

/// Rows of `#` and `.`.
fn mask(rows: &[&str]) -> Mask {
    let pixels = rows.iter().enumerate().flat_map(|(y, row)| {
        row.bytes().enumerate().filter(|(_, c)| *c == b'#').map(move |(x, _)| (x as i32, y as i32))
    });
    Mask::from_pixels(pixels).expect("pixels")
}

const SQUARE: &[(f64, f64)] = &[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)];

/// A star with that many tips; the inner radius a share of the outer.
fn star(center: Point, radius: f64, inner: f64, tips: usize, turn: f64) -> Polygon {
    let points = (0..2 * tips).map(|i| {
        let r = if i % 2 == 0 { radius } else { radius * inner };
        let angle = turn + std::f64::consts::PI * i as f64 / tips as f64;
        p(center.x + r * angle.cos(), center.y + r * angle.sin())
    });
    Polygon::new(vec![points.collect()]).expect("a star")
}

/// A bent band of the width of a rib.
fn rib(left: Point, length: f64, bend: f64, width: f64) -> Polygon {
    let along = |i: usize| {
        let t = i as f64 / 20.0;
        p(left.x + length * t, left.y + bend * (std::f64::consts::PI * t).sin())
    };
    let upper = (0..=20).map(along);
    let lower = (0..=20).rev().map(|i| p(along(i).x, along(i).y + width));
    Polygon::new(vec![upper.chain(lower).collect()]).expect("a rib")
}

/// Stars, ribs, whatever a shaking hand draws, several parts, partly outside the film.
fn any_polygon() -> impl Strategy<Value = Polygon> {
    let place = || (-30.0..230.0f64, -30.0..230.0f64).prop_map(|(x, y)| p(x, y));
    let stars = (place(), 2.0..90.0f64, 0.1..0.9f64, 3..9usize, 0.0..6.0f64)
        .prop_map(|(at, r, inner, tips, turn)| star(at, r, inner, tips, turn));
    let ribs = (place(), 10.0..150.0f64, -60.0..60.0f64, 1.0..14.0f64)
        .prop_map(|(at, length, bend, width)| rib(at, length, bend, width));
    // Whole and half coordinates meet corners and centres of pixels; such outlines cross and touch themselves.
    let steps = proptest::collection::vec((0..80i32, 0..80i32), 3..12).prop_map(|points| {
        let part = points.into_iter().map(|(x, y)| p(f64::from(x) / 2.0, f64::from(y) / 2.0)).collect();
        Polygon::new(vec![part]).expect("three points")
    });
    let one = prop_oneof![stars, ribs, steps];
    proptest::collection::vec(one, 1..3).prop_map(|polygons| {
        Polygon::new(polygons.iter().flat_map(|polygon| polygon.parts().to_vec()).collect()).expect("parts")
    })
}

/// Blots with holes, islands in holes, and pixels that touch by corners.
fn any_mask() -> impl Strategy<Value = Mask> {
    proptest::collection::vec((-3..17i32, -3..13i32), 1..160)
        .prop_map(|pixels| Mask::from_pixels(pixels).expect("pixels"))
}

fn iou(a: Option<&Mask>, b: Option<&Mask>) -> f64 {
    match (a, b) {
        (None, None) => 1.0,
        (Some(a), Some(b)) => a.iou(b),
        _ => 0.0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_pixel_is_inside_where_its_centre_is(shape in any_polygon()) {
        let mask = shape.to_mask();
        let bounds = shape.bounds();
        for y in bounds.ymin().floor() as i32 - 1..=bounds.ymax().ceil() as i32 {
            for x in bounds.xmin().floor() as i32 - 1..=bounds.xmax().ceil() as i32 {
                let centre = p(f64::from(x) + 0.5, f64::from(y) + 0.5);
                prop_assert_eq!(mask.as_ref().is_some_and(|mask| mask.contains(centre)), shape.contains(centre));
            }
        }
    }

    #[test]
    fn polygon_to_mask_to_polygon_is_the_same_mask(shape in any_polygon()) {
        if let Some(mask) = shape.to_mask() {
            let outline = mask.to_polygon();
            prop_assert_eq!(outline.to_mask(), Some(mask.clone()));
            prop_assert!((outline.area() - mask.num_pixels() as f64).abs() < 1e-6);
        }
    }

    #[test]
    fn an_outline_without_steps_keeps_the_pixels(
        x in 20.0..60.0f64, y in 20.0..60.0f64, r in 80.0..150.0f64, inner in 0.5..0.9f64, tips in 3..9usize,
    ) {
        let shape = star(p(x, y), r, inner, tips, 0.3);
        let mask = shape.to_mask().expect("large");
        let outline = mask.to_polygon_within(0.75);
        prop_assert!(outline.num_points() < mask.to_polygon().num_points() / 3);
        let again = outline.to_mask();
        prop_assert!(iou(Some(&mask), again.as_ref()) >= 0.99, "{}", iou(Some(&mask), again.as_ref()));
        prop_assert!(outline.iou(&shape) >= 0.99, "{}", outline.iou(&shape));
    }

    #[test]
    fn any_mask_is_its_outline_again(mask in any_mask()) {
        prop_assert_eq!(mask.to_polygon().to_mask(), Some(mask.clone()));
        let pieces = mask.components();
        let num: u64 = pieces.iter().map(Mask::num_pixels).sum();
        prop_assert_eq!(num, mask.num_pixels());
        prop_assert_eq!(mask.to_polygon().parts().len(), pieces.len());
        let again = pieces.into_iter().reduce(|a, b| a.union(&b));
        prop_assert_eq!(again, Some(mask));
    }

    #[test]
    fn sets_of_pixels_obey_the_laws_of_sets(a in any_mask(), b in any_mask(), c in any_mask()) {
        prop_assert_eq!(a.union(&b), b.union(&a));
        prop_assert_eq!(a.union(&b).union(&c), a.union(&b.union(&c)));
        prop_assert_eq!(a.union(&a), a.clone());
        prop_assert_eq!(a.difference(&a), None);
        let (only, both) = (a.difference(&b), a.intersection(&b));
        let again = only.iter().chain(&both).cloned().reduce(|x, y| x.union(&y));
        prop_assert_eq!(again, Some(a.clone()));
        prop_assert_eq!(a.intersection(&b), b.intersection(&a));
        let num = |mask: &Option<Mask>| mask.as_ref().map_or(0, Mask::num_pixels);
        prop_assert_eq!(num(&only) + num(&both), a.num_pixels());
        prop_assert_eq!(a.union(&b).num_pixels() + num(&both), a.num_pixels() + b.num_pixels());
    }

    #[test]
    fn runs_over_the_film_are_the_same_mask_again(a in any_mask()) {
        let film = Size::new(20.0, 15.0);
        let clipped = a.clipped_to(film);
        let runs = a.to_film_runs(20, 15);
        prop_assert_eq!(runs.iter().sum::<u64>(), 300);
        prop_assert!(!runs[1..].contains(&0));
        prop_assert_eq!(Mask::from_film_runs(20, 15, &runs), clipped);
        let stored = Mask::new(a.x(), a.y(), a.width(), a.height(), a.runs().to_vec());
        prop_assert_eq!(stored, Some(a));
    }

    #[test]
    fn mirrored_twice_is_the_same(shape in any_polygon(), a in any_mask(), x in -40..80i32) {
        let x = f64::from(x) / 2.0;
        for shape in [Shape::Polygon(shape), Shape::Mask(a)] {
            let (mirrored, bounds) = (shape.mirrored_at(x), shape.bounds());
            prop_assert!((mirrored.area() - shape.area()).abs() <= 1e-6 * shape.area().max(1.0));
            prop_assert!((mirrored.bounds().xmin() - (2.0 * x - bounds.xmax())).abs() < 1e-9);
            let again = mirrored.mirrored_at(x);
            prop_assert_eq!(again.kind(), shape.kind());
            match (&again, &shape) {
                (Shape::Mask(a), Shape::Mask(b)) => prop_assert_eq!(a, b),
                _ => {
                    let (a, b) = (again.bounds(), shape.bounds());
                    prop_assert!((a.xmin() - b.xmin()).abs() < 1e-9 && a.ymax() == b.ymax());
                }
            }
        }
    }

    #[test]
    fn a_stroke_is_what_lies_within_its_radius(
        points in proptest::collection::vec((0.0..30.0f64, 0.0..30.0f64), 1..5), radius in 0.3..9.0f64,
    ) {
        let points: Vec<Point> = points.into_iter().map(|(x, y)| p(x, y)).collect();
        let stroke = Mask::stroke(&points, radius);
        let ends: Vec<[Point; 2]> = match points.as_slice() {
            [one] => vec![[*one; 2]],
            _ => points.windows(2).map(|ends| [ends[0], ends[1]]).collect(),
        };
        for y in -12..42 {
            for x in -12..42 {
                let centre = p(f64::from(x) + 0.5, f64::from(y) + 0.5);
                let distance = ends.iter().map(|[a, b]| {
                    let (dx, dy) = (b.x - a.x, b.y - a.y);
                    let length = (dx * dx + dy * dy).max(f64::MIN_POSITIVE);
                    let t = (((centre.x - a.x) * dx + (centre.y - a.y) * dy) / length).clamp(0.0, 1.0);
                    (centre.x - a.x - t * dx).hypot(centre.y - a.y - t * dy)
                });
                let distance = distance.fold(f64::INFINITY, f64::min);
                // At the very rim rounding decides.
                if (distance - radius).abs() > 1e-9 {
                    prop_assert_eq!(stroke.as_ref().is_some_and(|s| s.contains(centre)), distance < radius);
                }
            }
        }
        let mut backwards = points.clone();
        backwards.reverse();
        prop_assert_eq!(Mask::stroke(&backwards, radius), stroke);
    }

    #[test]
    fn joining_and_comparing_do_not_ask_which_comes_first(a in any_polygon(), b in any_polygon()) {
        let (ab, ba) = (a.joined(&b), b.joined(&a));
        prop_assert!((ab.area() - ba.area()).abs() <= 1e-6 * ab.area().max(1.0));
        prop_assert!((a.iou(&b) - b.iou(&a)).abs() < 1e-9);
        let common = a.common(&b).map_or(0.0, |c| c.area());
        prop_assert!((ab.area() + common - a.area() - b.area()).abs() <= 1e-5 * ab.area().max(1.0));
        // The same on pixels, but for centres that lie on an edge.
        let expected = [a.to_mask(), b.to_mask()].into_iter().flatten().reduce(|a, b| a.union(&b));
        if let Some(expected) = expected.filter(|mask| mask.num_pixels() > 400) {
            prop_assert!(iou(ab.to_mask().as_ref(), Some(&expected)) > 0.95);
        }
    }

    #[test]
    fn a_cut_loses_nothing(shape in any_polygon(), y in -20.0..200.0f64, slope in -1.0..1.0f64) {
        let line = [p(-400.0, y - 400.0 * slope), p(600.0, y + 600.0 * slope)];
        if let Some(pieces) = shape.cut(&line) {
            prop_assert!(pieces.len() >= 2);
            let sum: f64 = pieces.iter().map(Polygon::area).sum();
            prop_assert!((sum - shape.area()).abs() <= 1e-5 * sum.max(1.0), "{sum} {}", shape.area());
        }
    }

    #[test]
    fn smoothing_keeps_the_area(
        x in 0.0..50.0f64, length in 60.0..400.0f64, bend in -60.0..60.0f64, width in 12.0..40.0f64, seed in 0..1000u32,
    ) {
        // A steady hand it is not.
        let smooth = rib(p(x, 80.0), length, bend, width);
        let shaken = std::cell::Cell::new(seed);
        let shape = smooth.mapped(|q| {
            shaken.set(shaken.get().wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
            let shake = |bits: u32| f64::from(bits % 100) / 100.0 - 0.5;
            p(q.x + shake(shaken.get() >> 8), q.y + shake(shaken.get() >> 16))
        });
        let after = shape.smoothed();
        prop_assert!((after.area() / shape.area() - 1.0).abs() < 0.02, "{} {}", after.area(), shape.area());
        prop_assert!(after.iou(&shape) > 0.9, "{}", after.iou(&shape));
    }

    #[test]
    fn what_is_left_out_of_a_line_is_near_it(points in proptest::collection::vec((0.0..99.0f64, 0.0..99.0f64), 2..80)) {
        let points: Vec<Point> = points.into_iter().map(|(x, y)| p(x, y)).collect();
        let fewer = simplified_line(&points, 3.0);
        prop_assert_eq!((fewer.first(), fewer.last()), (points.first(), points.last()));
        let line = Line::new(fewer).expect("both ends");
        for q in points {
            prop_assert!(line.nearest_edge(q).1 <= 3.0 + 1e-9);
        }
    }
}

#[test]
fn outlines_side_by_side_share_no_pixel_and_leave_none_out() {
    // Halves of a square along a slanting line through centres of pixels.
    let upper = polygon(&[&[(0.0, 0.0), (20.0, 0.0), (20.0, 20.0)]]).to_mask().expect("pixels");
    let lower = polygon(&[&[(0.0, 0.0), (20.0, 20.0), (0.0, 20.0)]]).to_mask().expect("pixels");
    assert_eq!(upper.intersection(&lower), None);
    assert_eq!(Some(upper.union(&lower)), polygon(&[&[(0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0)]]).to_mask());
    // An edge through centres belongs to what lies right of it or below it.
    let rect = |x0: f64, y0: f64, x1: f64, y1: f64| Mask::from_rect(Rect::from_corners(p(x0, y0), p(x1, y1)));
    assert_eq!(rect(0.5, 0.5, 2.5, 2.5), rect(0.0, 0.0, 2.0, 2.0));
    assert_eq!(rect(0.6, 0.6, 1.4, 1.4), None, "no centre inside");
}

#[test]
fn a_hole_stays_a_hole_and_an_island_in_it_an_island() {
    let ring = mask(&["#######", "#.....#", "#.###.#", "#.#.#.#", "#.###.#", "#.....#", "#######"]);
    let outline = ring.to_polygon();
    assert_eq!(outline.parts().len(), 2, "the ring and the island, each with its hole");
    assert_eq!(outline.to_mask(), Some(ring.clone()));
    assert!(!outline.contains(p(1.5, 3.5)) && !outline.contains(p(3.5, 3.5)) && outline.contains(p(2.5, 3.5)));
    assert_eq!(outline.area(), ring.num_pixels() as f64);
    assert_eq!(outline.simplified(0.1).to_mask(), Some(ring), "bridges stay closed");
    let corners = mask(&["#.", ".#"]);
    assert_eq!(corners.to_polygon().parts().len(), 2, "pixels that touch by a corner are two pieces");
    assert_eq!(corners.components().len(), 2);
}

#[test]
fn a_smooth_ring_keeps_its_hole() {
    let disc = |r: f64| Mask::stroke(&[p(100.0, 100.0)], r).expect("a disc");
    let ring = disc(60.0).difference(&disc(30.0)).expect("a ring").to_polygon();
    let smooth = ring.smoothed();
    assert!((smooth.area() / ring.area() - 1.0).abs() < 0.02, "{} {}", smooth.area(), ring.area());
    assert!(!smooth.contains(p(100.0, 100.0)) && smooth.contains(p(145.0, 100.0)));
    assert!(smooth.num_points() < ring.num_points());
}

#[test]
fn the_knife_cuts_through_or_not_at_all() {
    let square = polygon(&[SQUARE]);
    let pieces = square.cut(&[p(-1.0, 4.0), p(11.0, 4.0)]).expect("cut in two");
    let mut areas: Vec<f64> = pieces.iter().map(Polygon::area).collect();
    areas.sort_by(f64::total_cmp);
    assert_eq!(areas, [40.0, 60.0]);
    assert_eq!(square.cut(&[p(-1.0, 4.0), p(9.0, 4.0)]), None, "it ends inside");
    assert_eq!(square.cut(&[p(-1.0, -1.0), p(11.0, -1.0)]), None, "it misses");
    assert_eq!(square.cut(&[p(5.0, 5.0)]), None);
    let bent = square.cut(&[p(4.0, -1.0), p(4.0, 5.0), p(11.0, 5.0)]).expect("around a corner");
    assert_eq!(bent.len(), 2);
    let two = polygon(&[SQUARE, &[(20.0, 0.0), (30.0, 0.0), (30.0, 10.0), (20.0, 10.0)]]);
    assert_eq!(two.cut(&[p(25.0, -1.0), p(25.0, 11.0)]).map(|pieces| pieces.len()), Some(3), "the other part stays");
}

#[test]
fn overlapping_outlines_become_one_and_others_stay_parts() {
    let square = polygon(&[SQUARE]);
    let beside = square.mapped(|q| p(q.x + 10.0, q.y));
    let over = square.mapped(|q| p(q.x + 5.0, q.y + 5.0));
    let away = square.mapped(|q| p(q.x + 50.0, q.y));
    assert_eq!(square.joined(&over).area(), 175.0);
    assert_eq!(square.joined(&over).parts().len(), 1);
    let mut pair = square.joined(&beside).parts()[0].clone();
    pair.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
    assert_eq!(pair, [p(0.0, 0.0), p(20.0, 0.0), p(0.0, 10.0), p(20.0, 10.0)], "the shared edge is gone");
    assert_eq!(square.joined(&away).parts().len(), 2);
    assert_eq!(square.common(&away), None);
    let twice = polygon(&[SQUARE, SQUARE]);
    assert_eq!(twice.area(), 100.0, "what lies in two parts counts once");
    let frame = square.without(&square.mapped(|q| p(q.x * 0.5 + 2.0, q.y * 0.5 + 2.0))).expect("a frame");
    assert_eq!((frame.area(), frame.parts().len()), (75.0, 1));
    assert!(!frame.contains(p(4.0, 4.0)) && frame.contains(p(1.0, 1.0)));
}

#[test]
fn shapes_keep_to_the_film() {
    let film = Size::new(100.0, 80.0);
    let out = polygon(&[&[(-10.0, 10.0), (10.0, 10.0), (10.0, 30.0), (-10.0, 30.0)]]);
    assert_eq!(out.clamped_to(film).map(|q| q.area()), Some(200.0));
    assert_eq!(polygon(&[SQUARE]).mapped(|q| p(q.x - 30.0, q.y)).clamped_to(film), None);
    let inner = polygon(&[SQUARE]);
    assert_eq!(inner.clamped_to(film), Some(inner.clone()), "points as they were");
    let rect = Rect::from_corners(p(3.0, 2.0), p(98.5, 60.0));
    let snapped = Shape::Box(rect).snapped_to_edges(film, 4.0);
    assert_eq!(snapped.as_box(), Some(Rect::from_corners(p(0.0, 0.0), p(100.0, 60.0))));
    assert_eq!(Shape::Point(p(-2.0, 40.0)).snapped_to_edges(film, 4.0), Shape::Point(p(0.0, 40.0)));
    assert_eq!(Shape::Point(p(-2.0, 40.0)).clamped_to(film), None);
    let extremes = [p(5.0, 1.0), p(9.0, 4.0), p(6.0, 8.0), p(2.0, 3.0)];
    assert_eq!(rect_of_extremes(&extremes), Rect::from_corners(p(2.0, 1.0), p(9.0, 8.0)));
}

#[test]
fn overlap_of_any_two_areas() {
    let rect = |x: f64| Shape::Box(Rect::from_corners(p(x, 0.0), p(x + 10.0, 10.0)));
    let square = Shape::Polygon(polygon(&[SQUARE]));
    let painted = Shape::Mask(square.to_mask().expect("pixels"));
    let third = 1.0 / 3.0;
    for a in [&rect(0.0), &square, &painted] {
        for (b, expected) in [(&rect(5.0), third), (&square, 1.0), (&painted, 1.0), (&rect(40.0), 0.0)] {
            let found = a.iou(b).expect("areas");
            assert!((found - expected).abs() < 1e-9, "{a:?} {b:?} {found}");
        }
        assert_eq!(a.iou(&Shape::Point(p(1.0, 1.0))), None);
    }
}

#[test]
fn how_far_a_shape_is_from_the_pointer() {
    let line = Shape::Line(Line::new(vec![p(0.0, 0.0), p(10.0, 0.0)]).expect("a line"));
    assert_eq!(line.distance_to(p(5.0, 3.0)), 3.0);
    assert_eq!(Shape::Point(p(1.0, 1.0)).distance_to(p(4.0, 5.0)), 5.0);
    let square = Shape::Polygon(polygon(&[SQUARE]));
    let painted = Shape::Mask(square.to_mask().expect("pixels"));
    for shape in [&square, &painted, &Shape::Box(square.bounds())] {
        assert_eq!((shape.distance_to(p(5.0, 5.0)), shape.distance_to(p(13.0, 14.0))), (0.0, 5.0));
    }
}

/// `tests/parity/shapes_skimage.py` made the numbers: scikit-image painted the outlines, pycocotools wrote and compared
/// the masks.
#[test]
fn masks_equal_those_of_scikit_image_and_pycocotools() {
    let golden: Value = serde_json::from_str(include_str!("../parity/shapes_skimage.json")).unwrap();
    let number = |value: &Value| value.as_u64().unwrap();
    let numbers = |value: &Value| value.as_array().unwrap().iter().map(number).collect::<Vec<u64>>();
    let (width, height) = (number(&golden["width"]) as u32, number(&golden["height"]) as u32);
    let film = Size::new(f64::from(width), f64::from(height));
    let cases = golden["cases"].as_array().unwrap();
    assert!(cases.len() > 50, "{}", cases.len());
    let masks: Vec<Option<Mask>> = cases
        .iter()
        .map(|case| {
            let points =
                case["points"].as_array().unwrap().iter().map(|q| p(q[0].as_f64().unwrap(), q[1].as_f64().unwrap()));
            let shape = Polygon::new(vec![points.collect()]).unwrap();
            let mask = shape.to_mask().and_then(|mask| mask.clipped_to(film));
            assert_eq!(mask.as_ref().map_or(0, Mask::num_pixels), number(&case["area"]), "{case}");
            let runs = numbers(&case["runs"]);
            assert_eq!(mask, Mask::from_film_runs(width, height, &runs), "{case}");
            if let Some(mask) = &mask {
                assert_eq!(mask.to_film_runs(width, height), runs, "{case}");
                // The other program counts down the columns: the same mask with rows and columns changed over.
                let swapped = mask.film_spans().flat_map(|(row, from, to)| (from..to).map(move |x| (row, x)));
                let swapped = Mask::from_pixels(swapped).unwrap();
                assert_eq!(swapped.to_film_runs(height, width), numbers(&case["coco_counts"]), "{case}");
            }
            mask
        })
        .collect();
    assert!(masks.iter().flatten().count() > 45);
    for pair in golden["pairs"].as_array().unwrap() {
        let mask = |key: &str| masks[number(&pair[key]) as usize].as_ref().unwrap();
        let found = mask("first").iou(mask("second"));
        assert!((found - pair["iou"].as_f64().unwrap()).abs() < 1e-12, "{pair} {found}");
    }
}
