//! A film as a picture at full resolution with marks drawn in, and a caption below that says what they are.

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};

use crate::domain::geometry::Point;
use crate::domain::imaging::{Film, Pixels};
use crate::domain::label::NO_FINDING;
use crate::domain::presence::Presence;
use crate::domain::reference::{Levels, Picture};
use crate::domain::shape::{Mask, Shape};
use crate::formats::exchange::{Content, SaidMark, same_shapes};

/// The caption's ground and writing, as the dark theme has them.
const GROUND: [u8; 3] = [20, 22, 26];
const INK: [u8; 3] = [232, 234, 237];
const FAINT: [u8; 3] = [160, 165, 172];

/// Letters are this part of the film's width high: legible where the picture fills a screen, whatever the film's size.
const LETTERS_PER_WIDTH: f32 = 72.0;
const LEAST_LETTER: f32 = 11.0;

/// The film with the marks of all readers in `content`, which holds this film alone. Marks on one shape have one number;
/// the caption says what each is, whose, and with which attributes.
pub(super) fn annotated(film: &Film, content: &Content) -> Picture {
    let mut paper = Paper::of(film);
    let letter = (film.width as f32 / LETTERS_PER_WIDTH).max(LEAST_LETTER);
    let mut caption = vec![Words::plain(heading(film, content), FAINT)];
    let mut number = 0;
    let has_many = content.readers().len() > 1;
    for said in &content.said {
        let of = if has_many { format!("{}: ", said.reader) } else { String::new() };
        for group in same_shapes(&said.marks) {
            number += 1;
            let color = color_of(content, group[0]);
            paper.shape(&group[0].shape, color, (letter / 8.0).max(2.0));
            caption.push(Words { number: Some(number), color, text: format!("{of}{}", text_of(&group)) });
        }
        let answers = [("", &said.of_image), (" (series)", &said.of_series), (" (study)", &said.of_study)];
        for (scope, answers) in answers {
            for (label, presence) in answers.iter() {
                let how = match presence {
                    Presence::Present => "",
                    Presence::Absent => ": absent",
                    Presence::Unsure => ": unsure",
                };
                caption.push(Words::plain(format!("{of}{label}{scope}{how}"), INK));
            }
        }
        if said.is_no_finding {
            caption.push(Words::plain(format!("{of}{NO_FINDING}"), INK));
        }
        if let Some(reason) = said.unfit {
            caption.push(Words::plain(format!("{of}Unfit to be read: {}", reason.title()), INK));
        }
    }
    // Numbers last, so that no mark hides another's.
    let mut number = 0;
    for said in &content.said {
        for group in same_shapes(&said.marks) {
            number += 1;
            paper.tag(number, &group[0].shape, color_of(content, group[0]), letter);
        }
    }
    paper.caption(&caption, letter);
    Picture { width: paper.width, height: paper.height, levels: Levels::Rgb(paper.rgb) }
}

fn heading(film: &Film, content: &Content) -> String {
    let image = content.films.first().map_or("", |film| film.image.as_str());
    let readers: Vec<String> = content.readers().iter().map(ToString::to_string).collect();
    format!("{image}    {} x {} pixels    {}", film.width, film.height, readers.join(", "))
}

fn color_of(content: &Content, mark: &SaidMark) -> [u8; 3] {
    content.labels.label(&mark.label).map_or(INK, |label| label.color)
}

/// Labels and attributes: `Osteophytes + Other lesions (severe, L4-L5, definite, "note")`.
fn text_of(group: &[&SaidMark]) -> String {
    let one = |mark: &SaidMark| {
        let a = &mark.attributes;
        let mut said: Vec<String> = Vec::new();
        said.extend(a.grade.map(|grade| grade.title().to_lowercase()));
        said.extend(a.level.map(|level| level.to_string()));
        said.extend(a.certainty.map(|certainty| certainty.title().to_lowercase()));
        said.extend((!a.note.trim().is_empty()).then(|| format!("\"{}\"", a.note.trim())));
        if said.is_empty() { mark.label.to_string() } else { format!("{} ({})", mark.label, said.join(", ")) }
    };
    group.iter().map(|mark| one(mark)).collect::<Vec<_>>().join(" + ")
}

/// A part of the caption: what a number stands for, or plain words.
struct Words {
    number: Option<usize>,
    color: [u8; 3],
    text: String,
}

impl Words {
    const fn plain(text: String, color: [u8; 3]) -> Self {
        Self { number: None, color, text }
    }
}

/// Where it is drawn: three bytes a pixel.
struct Paper {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
    /// Fields of numbers that are drawn: left, top, right, bottom.
    tags: Vec<[i64; 4]>,
}

impl Paper {
    fn of(film: &Film) -> Self {
        let shown = film.rendered(&film.initial_settings());
        let rgb = match film.pixels {
            Pixels::Grey(_) => shown.iter().flat_map(|&level| [level; 3]).collect(),
            Pixels::Rgb(_) => shown,
        };
        Self { width: film.width, height: film.height, rgb, tags: Vec::new() }
    }

    fn blend(&mut self, x: i64, y: i64, color: [u8; 3], share: f32) {
        if x < 0 || y < 0 || x >= i64::from(self.width) || y >= i64::from(self.height) || share <= 0.0 {
            return;
        }
        let at = 3 * (y as usize * self.width as usize + x as usize);
        let Some(pixel) = self.rgb.get_mut(at..at + 3) else { return };
        for (level, to) in pixel.iter_mut().zip(color) {
            *level = (f32::from(*level) + (f32::from(to) - f32::from(*level)) * share.min(1.0)).round() as u8;
        }
    }

    fn shape(&mut self, shape: &Shape, color: [u8; 3], stroke: f32) {
        if let Shape::Mask(mask) = shape {
            self.fill(mask, color);
        }
        let strokes: Vec<(Vec<Point>, bool)> = match shape {
            Shape::Point(p) => {
                let r = 4.0 * f64::from(stroke);
                let cross = |dx: f64, dy: f64| vec![Point::new(p.x - dx, p.y - dy), Point::new(p.x + dx, p.y + dy)];
                vec![(cross(r, 0.0), false), (cross(0.0, r), false)]
            }
            Shape::Line(line) => vec![(line.points().to_vec(), false)],
            other => other.to_polygon().map(|polygon| polygon.strokes()).unwrap_or_default(),
        };
        // A dark rim first: a mark stays visible on bone and on air.
        for (ink, width, share) in [([0, 0, 0], stroke + 2.0, 0.5), (color, stroke, 1.0)] {
            for (points, is_closed) in &strokes {
                let last = points.last().copied().filter(|_| *is_closed);
                let mut from = last.or(points.first().copied());
                for &to in points {
                    if let Some(from) = from {
                        self.line(from, to, ink, width, share);
                    }
                    from = Some(to);
                }
            }
        }
    }

    fn fill(&mut self, mask: &Mask, color: [u8; 3]) {
        for (row, from, to) in mask.film_spans() {
            for column in from..to {
                self.blend(i64::from(column), i64::from(row), color, 0.25);
            }
        }
    }

    fn line(&mut self, from: Point, to: Point, color: [u8; 3], width: f32, share: f32) {
        let half = f64::from(width) / 2.0;
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = dx * dx + dy * dy;
        let reach = half + 1.0;
        let rows =
            (from.y.min(to.y) - reach).max(0.0) as i64..=(from.y.max(to.y) + reach).min(f64::from(self.height)) as i64;
        for y in rows {
            // Only the columns that the line crosses in this row: a long diagonal has a large box around it.
            let (low, high) = crossed(from, to, y as f64 + 0.5, reach);
            for x in low.max(0.0) as i64..=high.min(f64::from(self.width)) as i64 {
                let p = Point::new(x as f64 + 0.5, y as f64 + 0.5);
                let t = if length > 0.0 {
                    (((p.x - from.x) * dx + (p.y - from.y) * dy) / length).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                let away = (p.x - from.x - t * dx).hypot(p.y - from.y - t * dy);
                self.blend(x, y, color, share * (half + 0.5 - away).clamp(0.0, 1.0) as f32);
            }
        }
    }

    fn rectangle(&mut self, (left, top): (i64, i64), (width, height): (i64, i64), color: [u8; 3]) {
        for y in top..top + height {
            for x in left..left + width {
                self.blend(x, y, color, 1.0);
            }
        }
    }

    /// The number of a shape on a field of its colour: above its upper left corner, or within where there is no room.
    fn tag(&mut self, number: usize, shape: &Shape, color: [u8; 3], letter: f32) {
        let text = number.to_string();
        let width = (text_width(&text, letter) + 0.5 * letter).ceil() as i64;
        let height = (1.2 * letter).ceil() as i64;
        let bounds = shape.bounds();
        let last = (i64::from(self.width) - width).max(0);
        let mut left = (bounds.xmin() as i64).clamp(0, last);
        let above = bounds.ymin() as i64 - height;
        let top = if above >= 0 { above } else { (bounds.ymin() as i64).max(0) };
        // Several readers mark one finding: beside the number that is there already, as long as there is room.
        let covers = |t: &&[i64; 4], left: i64| t[0] < left + width && left < t[2] && t[1] < top + height && top < t[3];
        while let Some(there) = self.tags.iter().find(|there| covers(there, left)).filter(|there| there[2] <= last) {
            left = there[2];
        }
        self.tags.push([left, top, left + width, top + height]);
        self.rectangle((left, top), (width, height), color);
        self.write(&text, (left as f32 + 0.25 * letter, top as f32 + 0.05 * letter), letter, ink_on(color));
    }

    /// Words in lines under the film; a line takes as many as fit.
    fn caption(&mut self, words: &[Words], letter: f32) {
        let (margin, line) = (letter, 1.5 * letter);
        let room = self.width as f32 - 2.0 * margin;
        let mut placed: Vec<(f32, f32, &Words, String)> = Vec::new();
        let (mut x, mut y) = (margin, self.height as f32 + 0.6 * letter);
        for (place, one) in words.iter().enumerate() {
            for (part, text) in wrapped(&one.text, room - tag_width(one, letter), letter).into_iter().enumerate() {
                let width = tag_width(one, letter) + text_width(&text, letter);
                // The heading stands alone; of long words each line does.
                let begins = place <= 1 || part > 0 || x + width > margin + room;
                if begins && !placed.is_empty() {
                    (x, y) = (margin, y + line);
                }
                placed.push((x, y, one, text));
                x += width + 1.5 * letter;
            }
        }
        let bottom = (y + line + 0.4 * letter).ceil() as u32;
        self.rgb.extend((0..(bottom - self.height) as usize * self.width as usize).flat_map(|_| GROUND));
        self.height = bottom;
        let mut last: Option<*const Words> = None;
        for (x, y, one, text) in placed {
            let is_first = last != Some(std::ptr::from_ref(one));
            last = Some(std::ptr::from_ref(one));
            let ink = if one.number.is_some() { INK } else { one.color };
            if let Some(number) = one.number.filter(|_| is_first) {
                let field = (tag_width(one, letter) - 0.5 * letter) as i64;
                self.rectangle((x as i64, y as i64), (field, (1.2 * letter) as i64), one.color);
                let at = (x + 0.25 * letter, y + 0.05 * letter);
                self.write(&number.to_string(), at, letter, ink_on(one.color));
            }
            self.write(&text, (x + tag_width(one, letter), y + 0.05 * letter), letter, ink);
        }
    }

    fn write(&mut self, text: &str, (x, y): (f32, f32), letter: f32, ink: [u8; 3]) {
        let Some(font) = font() else { return };
        let scale = PxScale::from(letter);
        let scaled = font.as_scaled(scale);
        let mut at = x;
        for c in text.chars() {
            let id = font.glyph_id(c);
            let glyph = id.with_scale_and_position(scale, point(at, y + scaled.ascent()));
            at += scaled.h_advance(id);
            if let Some(outline) = font.outline_glyph(glyph) {
                let corner = outline.px_bounds().min;
                outline.draw(|column, row, share| {
                    self.blend(corner.x as i64 + i64::from(column), corner.y as i64 + i64::from(row), ink, share);
                });
            }
        }
    }
}

/// From which column to which a line of this reach is in a row.
fn crossed(from: Point, to: Point, y: f64, reach: f64) -> (f64, f64) {
    let (left, right) = (from.x.min(to.x) - reach, from.x.max(to.x) + reach);
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    if dy.abs() <= 1.0 {
        return (left, right);
    }
    let middle = from.x + dx * (y - from.y) / dy;
    // As wide as the line is in a row, where it runs at a slant.
    let wide = reach * (1.0 + (dx / dy).powi(2)).sqrt() + (dx / dy).abs();
    ((middle - wide).max(left), (middle + wide).min(right))
}

fn font() -> Option<FontRef<'static>> {
    FontRef::try_from_slice(include_bytes!("../../../assets/fonts/Inter-Regular.otf")).ok()
}

fn text_width(text: &str, letter: f32) -> f32 {
    let Some(font) = font() else { return 0.0 };
    let scaled = font.as_scaled(PxScale::from(letter));
    text.chars().map(|c| scaled.h_advance(font.glyph_id(c))).sum()
}

/// Room for a number and its field before the words.
fn tag_width(words: &Words, letter: f32) -> f32 {
    words.number.map_or(0.0, |number| text_width(&number.to_string(), letter) + letter)
}

/// Black or white, whichever is further from the colour (weights of Rec. 709).
fn ink_on(color: [u8; 3]) -> [u8; 3] {
    let [r, g, b] = color.map(f32::from);
    if 0.2126 * r + 0.7152 * g + 0.0722 * b > 140.0 { [0, 0, 0] } else { [255, 255, 255] }
}

/// Lines no wider than there is room; a single word that is wider is cut.
fn wrapped(text: &str, room: f32, letter: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if text_width(&longer, letter) <= room || line.is_empty() {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
        while text_width(&line, letter) > room && line.chars().count() > 1 {
            let mut fits = line.chars().count() - 1;
            let start = |n: usize| line.chars().take(n).collect::<String>();
            while fits > 1 && text_width(&start(fits), letter) > room {
                fits -= 1;
            }
            let rest = line.chars().skip(fits).collect();
            lines.push(start(fits));
            line = rest;
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_where_there_is_no_room() {
        let lines = wrapped("Gai xương thân đốt sống, nặng", 120.0, 16.0);
        assert!(lines.len() > 1 && lines.iter().all(|line| text_width(line, 16.0) <= 120.0), "{lines:?}");
        assert_eq!(lines.join(" "), "Gai xương thân đốt sống, nặng");
        let long = wrapped(&"x".repeat(60), 120.0, 16.0);
        assert_eq!(long.concat(), "x".repeat(60));
        assert!(long.iter().all(|line| text_width(line, 16.0) <= 120.0), "{long:?}");
    }

    #[test]
    fn letters_of_vietnamese_are_in_the_font() {
        let font = font().unwrap();
        for c in "ẹp đốt sống hẹp lỗ liên hợp ưƠỡ".chars() {
            assert_ne!(font.glyph_id(c).0, 0, "{c}");
        }
    }
}
