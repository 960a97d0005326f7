//! Gesture scripts of the drawing tools: what each leaves behind, what takes it back, and what refuses it.

use super::gesture_script::{check, play, reading_session, said, told};

#[test]
fn a_box_by_two_corners() {
    check("1 box_by_corners 10,10 50,40", "film0 doing: *Osteophytes(10,10,50,40)");
    check("1 box_by_corners 50,40 10,10", "film0 doing: *Osteophytes(10,10,50,40)");
    check("1 box_by_corners drag 10,10,50,40", "film0 doing: *Osteophytes(10,10,50,40)");
    check("1 box_by_corners 10,10", "film0 new: box_by_corners:1");
    check("1 box_by_corners 10,10 Escape", "film0 new:");
    check("1 box_by_corners 10,10 Backspace", "film0 new:");
    check("1 box_by_corners 10,10 Ctrl+Z 20,20 60,60", "film0 doing: *Osteophytes(20,20,60,60)");
    check("1 box_by_corners 10,10 10,60", "film0 new:");
    check("1 box_by_corners 10,10 50,40 Ctrl+Z", "film0 new:");
    check("1 box_by_corners 10,10 50,40 Ctrl+Z Ctrl+Y", "film0 doing: *Osteophytes(10,10,50,40)");
    check(
        "1 box_by_corners 10,10 50,40 70,20 90,60",
        "film0 doing: Osteophytes(10,10,50,40) *Osteophytes(70,20,90,60)",
    );
}

#[test]
fn a_box_by_its_extreme_points() {
    check("1 box_by_extremes 30,10 50,25 30,40 10,20", "film0 doing: *Osteophytes(10,10,50,40)");
    check("1 box_by_extremes 10,20 30,40 30,10 50,25", "film0 doing: *Osteophytes(10,10,50,40)");
    check("1 box_by_extremes 30,10 50,25 30,40", "film0 new: box_by_extremes:3");
    check("1 box_by_extremes 30,10 50,25 Backspace 60,25 30,40 10,20", "film0 doing: *Osteophytes(10,10,60,40)");
    check("1 box_by_extremes 30,10 50,25 30,40 Enter", "film0 new: box_by_extremes:3");
    check("1 box_by_extremes 30,10 50,25 Escape", "film0 new:");
    check("box_by_extremes 30,10 50,25 30,40 10,20 2", "film0 doing: *Fracture(10,10,50,40)");
}

#[test]
fn a_polygon_by_clicks() {
    let triangle = "film0 doing: *Osteophytes<10,10 50,10 30,40>";
    check("1 polygon 10,10 50,10 30,40 Enter", triangle);
    check("1 polygon 10,10 50,10 30,40 12,12", triangle);
    check("1 polygon 10,10 50,10 30,40 30,40", triangle);
    check("1 polygon 10,10 50,10 drag 30,50,30,40 Enter", triangle);
    check("1 polygon 10,10 50,10 90,90 Backspace 30,40 Enter", triangle);
    check("1 polygon 10,10 50,10 90,90 Ctrl+Z 30,40 Enter", triangle);
    check("1 polygon 10,10 50,10 30,40 Ctrl+Z Ctrl+Y Enter", triangle);
    check("1 polygon 10,10 50,10 Enter", "film0 new: polygon:2");
    check("1 polygon 10,10 50,10 Enter 30,40 Enter", triangle);
    check("1 polygon 10,10 50,10 Escape", "film0 new:");
    check("1 polygon 10,10 Ctrl+Z", "film0 new:");
    check("1 polygon 10,10 50,10 30,40 Enter Ctrl+Z", "film0 new:");
    check("1 polygon 10,10 50,10 30,40 Enter Ctrl+Z Ctrl+Y", triangle);
    check("1 polygon 10,10 50,10 30,10.5 Enter", "film0 new:");
}

#[test]
fn what_a_half_drawn_polygon_keeps_off() {
    check("1 polygon 10,10 50,10 D", "film0 new: polygon:2");
    check("1 polygon 10,10 50,10 N", "film0 new: polygon:2");
    check("1 polygon 10,10 50,10 Ctrl+Enter", "film0 new: polygon:2");
    check("1 polygon 10,10 50,10 Shift+Enter", "film0 new: polygon:2");
    check("1 polygon 10,10 50,10 brush", "film0 new:");
    assert_eq!(
        said("1 polygon 10,10 50,10 D"),
        "A shape is half drawn. Finish it with Enter, or press Escape to drop it."
    );
    assert_eq!(said("1 polygon 10,10 Enter"), "A polygon needs three points. Click on, or press Escape to drop it.");
}

#[test]
fn a_polygon_in_one_stroke() {
    let stroke = "stroke 10,10;30,10;50,10;50,25;50,40;10,40";
    check(&format!("1 freehand {stroke}"), "film0 doing: *Osteophytes<10,10 50,10 50,40 10,40>");
    check(&format!("1 freehand {stroke} Ctrl+Z"), "film0 new:");
    check(&format!("1 freehand {stroke} Ctrl+Z Ctrl+Y"), "film0 doing: *Osteophytes<10,10 50,10 50,40 10,40>");
    check(&format!("freehand {stroke}"), "film0 new: ?polygon");
    check(&format!("freehand {stroke} 2"), "film0 doing: *Fracture<10,10 50,10 50,40 10,40>");
    check("1 freehand 30,30", "film0 new:");
    check("1 freehand stroke 10,10;30,10;50,10", "film0 new:");
    check("1 draw 10,10,50,40 Escape freehand 30,30", "film0 doing: *Osteophytes(10,10,50,40)");
}

#[test]
fn the_brush_paints_and_the_eraser_takes_away() {
    check("1 brush 50,50", "film0 doing: *Osteophytes[38,38,24,24:448]");
    check("1 brush 50,50 Ctrl+Z", "film0 new:");
    check("1 brush 50,50 Ctrl+Z Ctrl+Y", "film0 doing: *Osteophytes[38,38,24,24:448]");
    check("1 brush 50,50 100,50", "film0 doing: *Osteophytes[38,38,74,24:896]");
    check("1 brush 50,50 100,50 Ctrl+Z", "film0 doing: *Osteophytes[38,38,24,24:448]");
    check("1 brush stroke 50,50;60,50;70,50", "film0 doing: *Osteophytes[38,38,44,24:928]");
    check("1 brush 50,50 Escape 100,50", "film0 doing: Osteophytes[38,38,24,24:448] *Osteophytes[88,38,24,24:448]");
    check(
        "1 brush 50,50 2 Ctrl+Z Escape 1 150,50",
        "film0 doing: Osteophytes[38,38,24,24:448] *Osteophytes[138,38,24,24:448]",
    );
    check("1 brush 0,0", "film0 doing: *Osteophytes[0,0,12,12:112]");
    check("brush 50,50", "film0 new: ?mask");
    check("brush 50,50 2", "film0 doing: *Fracture[38,38,24,24:448]");
    check("1 brush 50,50 eraser 74,50", "film0 doing: *Osteophytes[38,38,24,24:448]");
    check("1 brush 50,50 eraser 66,50", "film0 doing: *Osteophytes[38,38,20,24:352]");
    check("1 brush 50,50 eraser 66,50 Ctrl+Z", "film0 doing: *Osteophytes[38,38,24,24:448]");
    check("1 brush 50,50 eraser 50,50", "film0 doing:");
    check("1 brush 50,50 eraser 50,50 Ctrl+Z", "film0 doing: *Osteophytes[38,38,24,24:448]");
    check("1 brush Ctrl+] 50,50", "film0 doing: *Osteophytes[35,35,30,30:716]");
    check("1 brush Ctrl+[ 50,50", "film0 doing: *Osteophytes[40,40,20,20:284]");
}

#[test]
fn brush_and_eraser_say_why_they_do_nothing() {
    let polygon = "1 polygon 10,10 50,10 30,40 Enter";
    check(&format!("{polygon} brush 30,20"), "film0 doing: *Osteophytes<10,10 50,10 30,40>");
    assert!(said(&format!("{polygon} brush 30,20")).contains("Alt+C makes a mask of it"));
    assert!(said(&format!("{polygon} eraser 30,20")).contains("Alt+C makes a mask of it"));
    check(
        &format!("{polygon} brush 150,50"),
        "film0 doing: Osteophytes<10,10 50,10 30,40> *Osteophytes[138,38,24,24:448]",
    );
    assert_eq!(said("1 eraser 50,50"), "Select the mask to erase from first: Shift+click it.");
    check("1 brush 50,50 Shift+L 60,50", "film0 doing: *Osteophytes[38,38,24,24:448]");
    check("1 brush 50,50 Shift+L eraser 60,50", "film0 doing: *Osteophytes[38,38,24,24:448]");
    assert!(said("1 brush 50,50 Shift+L eraser 60,50").contains("locked"));
}

#[test]
fn points_and_lines() {
    check("1 point 30,40", "film0 doing: *Osteophytes(30,40)");
    check("1 point 30,40 90,50", "film0 doing: Osteophytes(30,40) *Osteophytes(90,50)");
    check("1 point 30,40 Ctrl+Z", "film0 new:");
    check("1 point 30,40 Ctrl+Z Ctrl+Y", "film0 doing: *Osteophytes(30,40)");
    check("point 30,40", "film0 new: ?point");
    check("1 line 10,10 50,10 90,40 Enter", "film0 doing: *Osteophytes10,10-50,10-90,40");
    check("1 line 10,10 50,10 50,10", "film0 doing: *Osteophytes10,10-50,10");
    check("1 line 10,10 Enter", "film0 new: line:1");
    check("1 line 10,10 50,10 90,40 Backspace Enter", "film0 doing: *Osteophytes10,10-50,10");
    check("1 line 10,10 50,10 Enter Ctrl+Z", "film0 new:");
    check("1 line 10,10 50,10 Escape", "film0 new:");
}

#[test]
fn a_label_that_is_drawn_otherwise_lets_the_shape_wait() {
    check("5 Shift+B draw 10,10,50,40", "film0 new: ?");
    check("5 Shift+B draw 10,10,50,40 1", "film0 doing: *Osteophytes(10,10,50,40)");
    check("5 Shift+B draw 10,10,50,40 5", "film0 new: ?");
    check("6 polygon 10,10 50,10 30,40 Enter", "film0 new: ?polygon");
    check("6 polygon 10,10 50,10 30,40 Enter 5", "film0 doing: *Outline<10,10 50,10 30,40>");
    check("1 draw 10,10,50,40 5", "film0 doing: *Osteophytes(10,10,50,40)");
    // Its key takes up a tool that fits.
    check("5 click 10,10 click 50,10 click 30,40 Enter", "film0 doing: *Outline<10,10 50,10 30,40>");
    assert_eq!(
        said("6 polygon 10,10 50,10 30,40 Enter"),
        "Area is drawn as box or mask, not as polygon. Press the key of a label that fits, or Escape to drop the shape."
    );
}

#[test]
fn nothing_is_drawn_where_nothing_may_be() {
    for tool in
        ["box_by_corners 10,10 50,40", "polygon 10,10 50,10", "freehand stroke 10,10;50,10;50,50", "brush 50,50"]
    {
        check(&format!("N 1 {tool}"), "film0 doing: No finding");
        check(&format!("N Shift+Enter 1 {tool}"), "film0 completed: No finding");
        check(&format!("draw 10,10,50,40 {tool}"), "film0 new: ?");
    }
    check("N 1 point 10,10", "film0 doing: No finding");
    check("draw 10,10,50,40 point 10,10 line 20,20", "film0 new: ?");
    check("1 brush 50,50 t Shift+Enter 60,60", "film0 completed: *Osteophytes[38,38,24,24:448] +Tumor");
}

#[test]
fn the_edge_of_the_film_draws_shapes_to_itself() {
    check("1 draw 3,2,50,40", "film0 doing: *Osteophytes(0,0,50,40)");
    check("1 draw 5,5,50,40", "film0 doing: *Osteophytes(5,5,50,40)");
    check("1 draw 150,60,197,98", "film0 doing: *Osteophytes(150,60,200,100)");
    check("1 Alt+G draw 3,2,50,40", "film0 doing: *Osteophytes(3,2,50,40)");
    check("1 alt+drag 3,2,50,40", "film0 doing: *Osteophytes(3,2,50,40)");
    check("1 draw 10,10,50,40 drag 30,25,22,25", "film0 doing: *Osteophytes(0,10,40,40)");
    check("1 draw 10,10,50,40 alt+drag 30,25,22,25", "film0 doing: *Osteophytes(2,10,42,40)");
    check("1 draw 10,10,50,40 drag 10,25,3,25", "film0 doing: *Osteophytes(0,10,50,40)");
    check("1 polygon 2,3 50,10 30,40 Enter", "film0 doing: *Osteophytes<0,0 50,10 30,40>");
    check("1 polygon alt+2,3 50,10 30,40 Enter", "film0 doing: *Osteophytes<2,3 50,10 30,40>");
    check("1 point 198,50", "film0 doing: *Osteophytes(200,50)");
    check("1 draw 10,10,50,40 Shift+ArrowLeft ArrowRight", "film0 doing: *Osteophytes(1,10,41,40)");
}

#[test]
fn escape_lets_go_step_by_step() {
    let mut session = reading_session();
    play(&mut session, "1 polygon 10,10 50,10 Escape");
    assert_eq!(session.tool, super::Tool::Draw(super::DrawTool::Polygon));
    play(&mut session, "Escape");
    assert_eq!((session.tool, session.armed.is_some()), (super::Tool::Box, true));
    play(&mut session, "draw 10,10,50,40");
    assert_eq!(told(&session), "film0 doing: *Osteophytes(10,10,50,40)");
}
