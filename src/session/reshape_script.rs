//! Gesture scripts of what is done to shapes: points moved, put in and taken out, cut, split, joined, turned into pixels.

use super::gesture_script::{check, play, reading_session, said, told};

const TRIANGLE: &str = "1 polygon 20,20 80,20 50,60 Enter Shift+S ";

#[test]
fn a_polygon_is_changed_point_by_point() {
    let with =
        |script: &str, expected: &str| check(&format!("{TRIANGLE}{script}"), &format!("film0 doing: {expected}"));
    with("drag 20,20,10,30", "*Osteophytes<10,30 80,20 50,60>");
    with("drag 20,20,10,30 Ctrl+Z", "*Osteophytes<20,20 80,20 50,60>");
    with("drag 20,20,10,30 Ctrl+Z Ctrl+Y", "*Osteophytes<10,30 80,20 50,60>");
    with("drag 50,35,60,45", "*Osteophytes<30,30 90,30 60,70>");
    with("drag 50,35,60,45 Ctrl+Z", "*Osteophytes<20,20 80,20 50,60>");
    with("drag 50,35,500,35", "*Osteophytes<140,20 200,20 170,60>");
    with("ctrl+click 50,20", "*Osteophytes<20,20 50,20 80,20 50,60>");
    with("ctrl+click 50,20", "*Osteophytes<20,20 50,20 80,20 50,60>");
    with("ctrl+click 50,20 Ctrl+Z", "*Osteophytes<20,20 80,20 50,60>");
    with("ctrl+drag 50,20,50,10", "*Osteophytes<20,20 50,10 80,20 50,60>");
    with("ctrl+click 50,20 ctrl+click 50,20", "*Osteophytes<20,20 80,20 50,60>");
    with("ctrl+click 50,20 hover 50,20 Delete", "*Osteophytes<20,20 80,20 50,60>");
    with("ctrl+click 20,20", "*Osteophytes<20,20 80,20 50,60>");
    check(&format!("{TRIANGLE}hover 150,80 Delete"), "film0 doing:");
    with("hover 150,80 Delete Ctrl+Z", "*Osteophytes<20,20 80,20 50,60>");
    with("drag 20,20,2,1", "*Osteophytes<0,0 80,20 50,60>");
    with("ArrowRight", "*Osteophytes<21,20 81,20 51,60>");
    with("Shift+L drag 20,20,10,30", "*Osteophytes<20,20 80,20 50,60>");
    with("Shift+L drag 50,35,60,45", "*Osteophytes<20,20 80,20 50,60>");
    with("2", "*Fracture<20,20 80,20 50,60>");
}

#[test]
fn the_polygon_tool_changes_what_it_drew() {
    let drawn = "1 polygon 20,20 80,20 50,60 Enter ";
    check(&format!("{drawn} drag 20,20,10,30"), "film0 doing: *Osteophytes<10,30 80,20 50,60>");
    check(&format!("{drawn} 45,30"), "film0 doing: Osteophytes<20,20 80,20 50,60> polygon:1");
    check(&format!("{drawn} 45,30 Escape"), "film0 doing: Osteophytes<20,20 80,20 50,60>");
}

#[test]
fn a_hidden_or_completed_mark_is_not_taken_hold_of() {
    check(&format!("{TRIANGLE} Shift+H drag 20,20,10,30"), "film0 doing: *Osteophytes<20,20 80,20 50,60>");
    check(
        &format!("{TRIANGLE} t Shift+Enter drag 20,20,10,30"),
        "film0 completed: *Osteophytes<20,20 80,20 50,60> +Tumor",
    );
    check(
        &format!("{TRIANGLE} t Shift+Enter ctrl+click 50,20"),
        "film0 completed: *Osteophytes<20,20 80,20 50,60> +Tumor",
    );
    check(&format!("{TRIANGLE} t Shift+Enter Alt+C"), "film0 completed: *Osteophytes<20,20 80,20 50,60> +Tumor");
    check(&format!("{TRIANGLE} t Shift+Enter Delete"), "film0 completed: *Osteophytes<20,20 80,20 50,60> +Tumor");
}

#[test]
fn points_lines_and_masks_move() {
    check("1 point 30,40 drag 30,40,50,60", "film0 doing: *Osteophytes(50,60)");
    check("1 point 30,40 drag 30,40,50,60 Ctrl+Z", "film0 doing: *Osteophytes(30,40)");
    check("1 point 30,40 ArrowLeft", "film0 doing: *Osteophytes(29,40)");
    check("1 line 10,10 50,10 Enter drag 50,10,60,30", "film0 doing: *Osteophytes10,10-60,30");
    check("1 line 10,10 50,10 Enter Shift+S drag 30,10,40,20", "film0 doing: *Osteophytes20,20-60,20");
    check("1 line 10,10 50,10 Enter ctrl+drag 30,10,30,30", "film0 doing: *Osteophytes10,10-30,30-50,10");
    check("1 line 10,10 50,10 90,10 Enter ctrl+click 50,10", "film0 doing: *Osteophytes10,10-90,10");
    check("1 line 10,10 50,10 Enter ctrl+click 50,10", "film0 doing: *Osteophytes10,10-50,10");
    check("1 brush 50,50 Shift+S drag 50,50,60,52", "film0 doing: *Osteophytes[48,40,24,24:448]");
    check("1 brush 50,50 Shift+S drag 50,50,60,52 Ctrl+Z", "film0 doing: *Osteophytes[38,38,24,24:448]");
    check("1 brush 50,50 ArrowUp", "film0 doing: *Osteophytes[38,37,24,24:448]");
    check("1 point 30,40 Escape Shift+S 32,41", "film0 doing: *Osteophytes(30,40)");
    check("1 line 10,10 50,10 Enter Escape Shift+S 30,13", "film0 doing: *Osteophytes10,10-50,10");
}

#[test]
fn a_knife_cuts_in_two() {
    let square = "1 polygon 20,20 60,20 60,60 20,60 Enter ";
    let whole = "film0 doing: *Osteophytes<20,20 60,20 60,60 20,60>";
    let mut session = reading_session();
    play(&mut session, &format!("{square} knife stroke 40,10;40,40;40,70"));
    let reading = &session.pane.film.as_ref().expect("open").reading;
    let areas: Vec<f64> = reading.annotations().iter().filter_map(|mark| Some(mark.shape()?.area())).collect();
    assert_eq!(areas, [800.0, 800.0], "{}", told(&session));
    assert!(reading.annotations().iter().all(|mark| mark.label().as_str() == "Osteophytes"));
    assert_eq!(session.pane.film.as_ref().expect("open").selected_marks().count(), 2);
    play(&mut session, "Ctrl+Z");
    assert_eq!(told(&session), whole);
    check(&format!("{square} knife stroke 40,10;40,30"), whole);
    check(&format!("{square} knife stroke 100,10;100,70"), whole);
    check(&format!("{square} Shift+L knife stroke 40,10;40,70"), whole);
    check("1 draw 20,20,60,60 knife stroke 40,10;40,70", "film0 doing: *Osteophytes(20,20,60,60)");
    check(
        "1 brush 50,50 knife stroke 50,10;50,90",
        "film0 doing: *Osteophytes[38,38,12,24:224] *Osteophytes[50,38,12,24:224]",
    );
    assert!(said(&format!("{square} knife stroke 40,10;40,30")).starts_with("Nothing was cut"));
    assert!(said("knife stroke 40,10;40,30").starts_with("Select the polygon or mask"));
}

#[test]
fn splitting_and_joining() {
    let two = "1 brush 40,50 150,50 ";
    check(two, "film0 doing: *Osteophytes[28,38,134,24:896]");
    check(&format!("{two} Alt+T"), "film0 doing: *Osteophytes[28,38,24,24:448] *Osteophytes[138,38,24,24:448]");
    check(&format!("{two} Alt+T Ctrl+Z"), "film0 doing: *Osteophytes[28,38,134,24:896]");
    check(&format!("{two} Alt+T Ctrl+Z Ctrl+Y Alt+J"), "film0 doing: *Osteophytes[28,38,134,24:896]");
    check(&format!("{two} Alt+T Alt+J"), "film0 doing: *Osteophytes[28,38,134,24:896]");
    let boxes = "1 polygon 20,20 60,20 60,60 20,60 Enter Escape polygon 40,20 90,20 90,60 40,60 Enter ";
    check(&format!("{boxes} shift+click 30,50 Alt+J"), "film0 doing: *Osteophytes<20,60 20,20 90,20 90,60>");
    check(
        &format!("{boxes} shift+click 30,50 Alt+J Ctrl+Z"),
        "film0 doing: *Osteophytes<20,20 60,20 60,60 20,60> *Osteophytes<40,20 90,20 90,60 40,60>",
    );
    let far = "1 polygon 20,20 60,20 60,60 20,60 Enter polygon 120,20 160,20 160,60 120,60 Enter ";
    check(
        &format!("{far} shift+click 30,50 Alt+J"),
        "film0 doing: *Osteophytes<20,60 20,20 60,20 60,60/120,60 120,20 160,20 160,60>",
    );
    check(
        &format!("{far} shift+click 30,50 Alt+J Alt+T"),
        "film0 doing: *Osteophytes<20,60 20,20 60,20 60,60> *Osteophytes<120,60 120,20 160,20 160,60>",
    );
    check(
        &format!("{far} 2 shift+click 30,50 Alt+J"),
        "film0 doing: *Osteophytes<20,20 60,20 60,60 20,60> *Fracture<120,20 160,20 160,60 120,60>",
    );
    assert!(said(&format!("{far} 2 shift+click 30,50 Alt+J")).starts_with("Only marks of one label"));
}

#[test]
fn outlines_and_pixels() {
    let square = "1 polygon 20,20 60,20 60,60 20,60 Enter ";
    check(&format!("{square} Alt+C"), "film0 doing: *Osteophytes[20,20,40,40:1600]");
    check(&format!("{square} Alt+C Alt+C"), "film0 doing: *Osteophytes<20,20 60,20 60,60 20,60>");
    check(&format!("{square} Alt+C Ctrl+Z"), "film0 doing: *Osteophytes<20,20 60,20 60,60 20,60>");
    check(&format!("{square} Shift+L Alt+C"), "film0 doing: *Osteophytes<20,20 60,20 60,60 20,60>");
    check("5 polygon 20,20 60,20 60,60 Enter Alt+C", "film0 doing: *Outline<20,20 60,20 60,60>");
    let mut session = reading_session();
    play(&mut session, &format!("{square} Alt+S"));
    let shape = |session: &super::Session| {
        session.pane.film.as_ref().and_then(|film| film.selected()?.shape().cloned()).expect("a polygon")
    };
    let (area, points) = match shape(&session) {
        crate::domain::shape::Shape::Polygon(polygon) => (polygon.area(), polygon.num_points()),
        other => panic!("{other:?}"),
    };
    assert!(points > 8 && (1100.0..1700.0).contains(&area), "{points} points, {area}");
    play(&mut session, "Ctrl+Z");
    assert_eq!(told(&session), "film0 doing: *Osteophytes<20,20 60,20 60,60 20,60>");
}
