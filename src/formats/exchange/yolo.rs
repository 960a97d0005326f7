//! YOLO's text files: a line a box, `class x y width height` as shares of the film, the middle and not the corner.
//!
//! One reader's boxes only: the format has no place for who said it. A film with an empty file is one with no finding.
//! Polygons go out as boxes: Ultralytics takes all lines of a file for outlines where one of them is.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::domain::attribute::Attributes;
use crate::domain::label::NO_FINDING;
use crate::domain::shape::Shape;

use super::{
    Content, FileOut, Known, Lost, ReadBack, box_of, checked_box, drawn_labels, file_of_film, film_of_file,
    same_shapes, to_millionth,
};

/// `data.yaml` and a file of lines for each film. Pictures belong into `images/` beside `labels/`.
pub fn write(content: &Content, lost: &mut Lost) -> Vec<FileOut> {
    let names = drawn_labels(&content.labels);
    let mut yaml = String::from("path: .\ntrain: images\nval: images\n");
    let _ = writeln!(yaml, "nc: {}\nnames:", names.len());
    for (number, name) in names.iter().enumerate() {
        // JSON's text in quotes is YAML's too.
        let quoted = serde_json::Value::from(*name);
        let _ = writeln!(yaml, "  {number}: {quoted}");
    }
    let mut files: Vec<FileOut> = vec![("data.yaml".to_owned(), yaml.into_bytes())];
    for said in &content.said {
        let Some([width, height]) = content.film(&said.image).and_then(|film| film.size) else {
            lost.without_size += 1;
            continue;
        };
        lost.answers += said.num_answers();
        lost.shared_shapes += same_shapes(&said.marks).iter().filter(|group| group.len() > 1).count();
        let mut lines = String::new();
        for mark in &said.marks {
            let Some((rect, is_box)) = box_of(&mark.shape) else {
                lost.points_and_lines += 1;
                continue;
            };
            let Some(class) = names.iter().position(|name| *name == mark.label.as_str()) else { continue };
            lost.as_boxes += usize::from(!is_box);
            lost.attributes += usize::from(!mark.attributes.is_empty());
            let (across, down) = (f64::from(width), f64::from(height));
            let _ = writeln!(
                lines,
                "{class} {} {} {} {}",
                f64::midpoint(rect.xmin(), rect.xmax()) / across,
                f64::midpoint(rect.ymin(), rect.ymax()) / down,
                rect.width() / across,
                rect.height() / down,
            );
        }
        // An empty file says "No finding"; a reading that says less, or only what YOLO can't hold, has none.
        if lines.is_empty() && !said.is_no_finding {
            lost.silent += usize::from(said.marks.is_empty());
            continue;
        }
        files.push((format!("labels/{}.txt", file_of_film(&said.image)), lines.into_bytes()));
    }
    files
}

/// Class names of `data.yaml`, whose `names` are a list or numbered; only as much YAML as such files have.
///
/// # Errors
/// One sentence where there are none.
pub fn names_of_yaml(text: &str) -> Result<Vec<String>, String> {
    let none = || "Its data.yaml has no list \"names\".".to_owned();
    let mut lines = text.lines().map(|line| line.trim_end_matches('\r'));
    let first = lines.by_ref().find_map(|line| line.strip_prefix("names:")).ok_or_else(none)?.trim();
    let unquoted = |text: &str| {
        let text = text.trim();
        let single =
            text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).map(|rest| rest.replace("''", "'"));
        serde_json::from_str::<String>(text).ok().or(single).unwrap_or_else(|| text.to_owned())
    };
    if let Some(inner) = first.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or_else(none)?;
        return Ok(split_list(inner).iter().map(|name| unquoted(name)).collect());
    }
    let mut names = BTreeMap::new();
    for line in lines {
        let item = line.trim();
        if item.is_empty() || item.starts_with('#') {
            continue;
        }
        if let Some(name) = item.strip_prefix("- ") {
            names.insert(names.len(), unquoted(name));
        } else if let Some((number, name)) = item.split_once(':')
            && line.starts_with([' ', '\t'])
        {
            let number = number.trim().parse().map_err(|_| format!("Its data.yaml names the class {number:?}."))?;
            names.insert(number, unquoted(name));
        } else {
            break;
        }
    }
    if names.is_empty() || names.keys().next_back().is_some_and(|last| last + 1 != names.len()) {
        return Err(none());
    }
    Ok(names.into_values().collect())
}

/// Parts between commas that stand in no quotes.
fn split_list(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut quote) = (Vec::new(), String::new(), None);
    for c in text.chars() {
        match (quote, c) {
            (None, ',') => parts.push(std::mem::take(&mut part)),
            (None, '"' | '\'') => {
                quote = Some(c);
                part.push(c);
            }
            (Some(open), c) => {
                quote = (c != open).then_some(open);
                part.push(c);
            }
            (None, c) => part.push(c),
        }
    }
    parts.push(part);
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}

/// One film's lines, by the stem of their file. Lines of outlines are read as polygons.
pub fn read_film(stem: &str, text: &str, names: &[String], known: &Known<'_>, back: &mut ReadBack) {
    let image = film_of_file(stem);
    let Some(&size) = known.sizes.get(&image) else {
        back.problems.push(format!(
            "{stem}.txt: the film {image} is not in the project, so its size is not known and shares of it say nothing; import the film first"
        ));
        return;
    };
    let mut num_lines = 0;
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        num_lines += 1;
        match shape_of(line, names, size) {
            Ok((name, _)) if name == NO_FINDING => back.of(&image, known.reader).is_no_finding = true,
            Ok((name, shape)) => match known.local(name) {
                Ok(label) => back.of(&image, known.reader).push(label, shape, Attributes::default()),
                Err(why) => back.problems.push(format!("{stem}.txt, line {}: {why}", number + 1)),
            },
            Err(why) => back.problems.push(format!("{stem}.txt, line {}: {why}", number + 1)),
        }
    }
    if num_lines == 0 {
        back.of(&image, known.reader).is_no_finding = true;
    }
}

fn shape_of<'n>(line: &str, names: &'n [String], size: [u32; 2]) -> Result<(&'n str, Shape), String> {
    let mut words = line.split_whitespace();
    let class = words.next().unwrap_or_default();
    let name = class.parse::<usize>().ok().and_then(|class| names.get(class));
    let name = name.ok_or_else(|| format!("there is no class {class:?}"))?;
    let numbers: Result<Vec<f64>, _> = words.map(str::parse).collect();
    let numbers = numbers.map_err(|_| "a share is not a number".to_owned())?;
    let [across, down] = size.map(f64::from);
    let shape = match numbers.as_slice() {
        // A sixth word is a score.
        [x, y, width, height] | [x, y, width, height, _] => {
            let side = |middle: f64, length: f64, sign: f64, of: f64| to_millionth((middle + sign * length / 2.0) * of);
            Shape::Box(checked_box([
                side(*x, *width, -1.0, across),
                side(*y, *height, -1.0, down),
                side(*x, *width, 1.0, across),
                side(*y, *height, 1.0, down),
            ])?)
        }
        many if many.len() >= 6 && many.len() % 2 == 0 => {
            let pairs: Vec<[f64; 2]> =
                many.chunks_exact(2).map(|p| [to_millionth(p[0] * across), to_millionth(p[1] * down)]).collect();
            let polygon = crate::domain::shape::Polygon::new(vec![super::wire::points(&pairs)]);
            Shape::Polygon(polygon.ok_or("a coordinate is not a finite number")?)
        }
        other => return Err(format!("{} numbers follow the class; a box has four", other.len())),
    };
    Ok((name, shape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_every_way_that_programs_write_them() {
        let check = |yaml: &str, expected: &[&str]| assert_eq!(names_of_yaml(yaml).unwrap(), expected, "{yaml}");
        check("path: .\nnames:\n  0: \"Disc, narrowed\"\n  1: Fracture\nnc: 2\n", &["Disc, narrowed", "Fracture"]);
        check("names: ['Disc, narrowed', \"Fracture\"]\n", &["Disc, narrowed", "Fracture"]);
        check("names:\n- Osteophytes\n- 'It''s'\ntrain: x\n", &["Osteophytes", "It's"]);
        for bad in ["", "names:\n", "names:\n  1: a\n", "nc: 3\n"] {
            assert!(names_of_yaml(bad).is_err(), "{bad:?}");
        }
    }
}
