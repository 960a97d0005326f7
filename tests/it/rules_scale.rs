//! Rules run at every edit: what they cost on a film with thousands of marks.

use std::time::Instant;

use rachis::domain::annotation::{Annotation, Origin};
use rachis::domain::geometry::{Point, Rect, Size};
use rachis::domain::id::{AnnotationId, ImageId, ReaderId};
use rachis::domain::label::LabelName;
use rachis::domain::presence::LabelAnswers;
use rachis::domain::reading::Reading;
use rachis::domain::rules::{CustomRule, RuleContext, RuleId, check, default_rules};
use rachis::domain::shape::{Polygon, Shape};
use rachis::domain::task::TaskState;
use rachis::formats::label_set;

/// Neighbours are looked at, not all pairs: 12.5 million comparisons of 5,000 marks take longer than a frame.
#[test]
fn five_thousand_marks_are_not_held_against_each_other_one_by_one() {
    let labels = label_set::shipped_by_id("vindr_spine").unwrap();
    let film = Size::new(10_000.0, 10_000.0);
    let own: CustomRule = "Osteophytes: at most 5000".parse().unwrap();
    let reading = |place: &dyn Fn(i64) -> Shape| {
        let mark = |i| Annotation::shaped(AnnotationId(i + 1), LabelName::new("Osteophytes"), place(i), Origin::Drawn);
        let marks = (0..5_000).map(|i| mark(i).unwrap()).collect();
        let (image, reader) = (ImageId::new("film"), ReaderId::new("R1"));
        Reading::restored(image, reader, marks, LabelAnswers::default(), TaskState::Doing, String::new())
    };
    let rect = |x: f64, y: f64| Shape::Box(Rect::from_columns(x, y, x + 60.0, y + 60.0).unwrap());
    let lattice = |i: i64| ((i % 71) as f64 * 100.0, (i / 71) as f64 * 100.0);
    let triangle = |x: f64, y: f64| {
        let corners = [(x, y), (x + 60.0, y), (x, y + 60.0)].map(|(x, y)| Point::new(x, y));
        Shape::Polygon(Polygon::new(vec![corners.to_vec()]).unwrap())
    };
    type Place<'a> = &'a dyn Fn(i64) -> Shape;
    let cases: [(&str, Place<'_>, usize); 6] = [
        ("a lattice", &|i| rect(lattice(i).0, lattice(i).1), 0),
        ("a row", &|i| rect(i as f64, 5.0), 0),
        ("a column", &|i| rect(5.0, i as f64), 0),
        ("all in one place", &|_| rect(5.0, 5.0), 1),
        ("triangles", &|i| triangle(lattice(i).0, lattice(i).1), 0),
        ("points", &|i| Shape::Point(Point::new(lattice(i).0, lattice(i).1)), 0),
    ];
    for (name, place, num_expected) in cases {
        let reading = reading(place);
        let context = RuleContext { reading: &reading, film, facts: None, labels: Some(&labels), study: None };
        let mut rules = default_rules();
        // Boxes of a row a pixel apart are nearly the same on purpose.
        rules.iter_mut().filter(|rule| rule.id == RuleId::DuplicateBox).for_each(|rule| rule.parameter = 0.99);
        let start = Instant::now();
        let found = check(&context, &rules, std::slice::from_ref(&own));
        let took = start.elapsed();
        println!("{name}: {took:?}");
        assert_eq!(found.len(), num_expected, "{name}");
        // Generous for machines that do other things at once: all pairs take many times as long.
        let limit = if cfg!(debug_assertions) { 400 } else { 20 };
        assert!(took.as_millis() < limit, "{name}: {took:?}");
    }
}
