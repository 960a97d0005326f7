//! Pascal VOC's XML: a file a film, boxes by their first and last pixel counted from 1.
//!
//! A box from 0 to 10 covers the pixels 1 to 10: only the upper left corner moves by one (VOC2012 devkit,
//! `VOCevaldet.m`; so do detectron2 and supervision read it). Coordinates that are no whole pixels are written as they are.
//! Outlines of one part stand under `polygon` as supervision writes them, attributes as CVAT does.

use std::fmt::Write as _;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::domain::attribute::Attributes;
use crate::domain::geometry::Point;
use crate::domain::id::ImageId;
use crate::domain::label::LabelName;
use crate::domain::shape::{Polygon, Shape};

use super::wire::{attribute_pairs, attributes_of};
use super::{
    Content, FileOut, Known, Lost, ReadBack, box_of, checked_box, file_of_film, film_of_file, same_shapes, to_millionth,
};

/// A file for each film that one reader said something of.
pub fn write(content: &Content, lost: &mut Lost) -> Vec<FileOut> {
    let mut files = Vec::new();
    for said in &content.said {
        lost.answers += said.num_answers();
        lost.shared_shapes += same_shapes(&said.marks).iter().filter(|group| group.len() > 1).count();
        let mut objects = String::new();
        for mark in &said.marks {
            let Some((rect, is_box)) = box_of(&mark.shape) else {
                lost.points_and_lines += 1;
                continue;
            };
            let polygon = match &mark.shape {
                Shape::Polygon(polygon) if polygon.parts().len() == 1 => Some(polygon),
                _ => None,
            };
            lost.as_boxes += usize::from(!is_box && polygon.is_none());
            let _ = write!(
                objects,
                "  <object>\n    <name>{}</name>\n    <pose>Unspecified</pose>\n    <truncated>0</truncated>\n    \
                 <difficult>0</difficult>\n    <bndbox>\n      <xmin>{}</xmin>\n      <ymin>{}</ymin>\n      \
                 <xmax>{}</xmax>\n      <ymax>{}</ymax>\n    </bndbox>\n",
                text(mark.label.as_str()),
                rect.xmin() + 1.0,
                rect.ymin() + 1.0,
                rect.xmax(),
                rect.ymax(),
            );
            push_polygon(&mut objects, polygon);
            push_attributes(&mut objects, &mark.attributes);
            objects.push_str("  </object>\n");
        }
        if objects.is_empty() && !said.is_no_finding {
            lost.silent += usize::from(said.marks.is_empty());
            continue;
        }
        let [width, height] = content.film(&said.image).and_then(|film| film.size).unwrap_or([0, 0]);
        let name = file_of_film(&said.image);
        let file = format!(
            "<annotation>\n  <folder>images</folder>\n  <filename>{name}.png</filename>\n  <source>\n    \
             <database>{}</database>\n    <annotation>{}</annotation>\n  </source>\n  <size>\n    \
             <width>{width}</width>\n    <height>{height}</height>\n    <depth>1</depth>\n  </size>\n  \
             <segmented>0</segmented>\n{objects}</annotation>\n",
            text(&content.title),
            text(said.reader.as_str()),
        );
        files.push((format!("Annotations/{name}.xml"), file.into_bytes()));
    }
    files
}

fn push_polygon(out: &mut String, polygon: Option<&Polygon>) {
    let Some(polygon) = polygon else { return };
    out.push_str("    <polygon>\n");
    for (number, point) in polygon.parts().iter().flatten().enumerate() {
        let n = number + 1;
        let _ = writeln!(out, "      <x{n}>{}</x{n}>\n      <y{n}>{}</y{n}>", point.x + 1.0, point.y + 1.0);
    }
    out.push_str("    </polygon>\n");
}

fn push_attributes(out: &mut String, attributes: &Attributes) {
    let pairs = attribute_pairs(attributes);
    if pairs.is_empty() {
        return;
    }
    out.push_str("    <attributes>\n");
    for (key, value) in pairs {
        let _ = writeln!(out, "      <attribute><name>{key}</name><value>{}</value></attribute>", text(&value));
    }
    out.push_str("    </attributes>\n");
}

/// Characters that XML has for itself, and those that it can't hold at all left out.
fn text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A line break at an end would be taken for indentation.
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// An element with what is in it.
#[derive(Default, Debug)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim_matches([' ', '\n', '\r', '\t']))
    }

    fn number(&self, name: &str) -> Result<f64, String> {
        let text = self.text_of(name).ok_or_else(|| format!("{name} is missing"))?;
        text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| format!("{name} is {text:?}"))
    }
}

/// Elements within one another, as deep as such files are; a file that goes deeper is none.
const DEEPEST: usize = 16;

fn parse(xml: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(xml);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|why| format!("It is not XML: {why}."))? {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err("Its elements lie too deep in one another.".to_owned());
                }
                let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
                open.push(Element { name, ..Element::default() });
            }
            Event::Empty(start) => {
                let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
                if let Some(parent) = open.last_mut() {
                    parent.children.push(Element { name, ..Element::default() });
                }
            }
            Event::Text(piece) => {
                let piece = piece.decode().map_err(|why| format!("It is not XML: {why}."))?;
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&piece);
                }
            }
            Event::CData(piece) => {
                if let Some(element) = open.last_mut() {
                    element.text.push_str(&String::from_utf8_lossy(&piece));
                }
            }
            Event::GeneralRef(named) => {
                let character = match named.resolve_char_ref().map_err(|why| format!("It is not XML: {why}."))? {
                    Some(character) => character,
                    None => match &named[..] {
                        b"amp" => '&',
                        b"lt" => '<',
                        b"gt" => '>',
                        b"quot" => '"',
                        b"apos" => '\'',
                        other => return Err(format!("It names {:?}.", String::from_utf8_lossy(other))),
                    },
                };
                if let Some(element) = open.last_mut() {
                    element.text.push(character);
                }
            }
            Event::End(_) => {
                if let (Some(done), Some(parent)) = (open.pop(), open.last_mut()) {
                    parent.children.push(done);
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let root = (open.len() == 1).then(|| open.remove(0).children.into_iter().find(|one| one.name == "annotation"));
    root.flatten().ok_or_else(|| "It has no element \"annotation\".".to_owned())
}

/// One film's file, by its stem. A film without objects is one with no finding.
pub fn read_film(stem: &str, xml: &str, known: &Known<'_>, back: &mut ReadBack) {
    let root = match parse(xml) {
        Ok(root) => root,
        Err(why) => {
            back.problems.push(format!("{stem}.xml: {why}"));
            return;
        }
    };
    let file = root.text_of("filename").and_then(|name| std::path::Path::new(name).file_stem()?.to_str());
    // The file's own name counts, as with every reader of VOC; the name inside where a project knows only that.
    let image = film_of_file(stem);
    let inside = file.map(film_of_file).filter(|inside| known.sizes.contains_key(inside));
    let image: ImageId = if known.sizes.contains_key(&image) { image } else { inside.unwrap_or(image) };
    let objects: Vec<&Element> = root.children.iter().filter(|child| child.name == "object").collect();
    if objects.is_empty() {
        back.of(&image, known.reader).is_no_finding = true;
    }
    for (number, object) in objects.into_iter().enumerate() {
        match mark_of(object, known) {
            Ok((label, shape, attributes)) => back.of(&image, known.reader).push(label, shape, attributes),
            Err(why) => back.problems.push(format!("{stem}.xml, object {}: {why}", number + 1)),
        }
    }
}

fn mark_of(object: &Element, known: &Known<'_>) -> Result<(LabelName, Shape, Attributes), String> {
    let label = known.local(object.text_of("name").ok_or("it has no name")?)?;
    let pairs = object.child("attributes").into_iter().flat_map(|all| &all.children);
    let pairs = pairs.filter_map(|one| Some((one.text_of("name")?, one.text_of("value")?)));
    let attributes = attributes_of(pairs)?;
    if let Some(outline) = object.child("polygon") {
        let points = (1..=outline.children.len() / 2).map(|n| {
            let at = |axis: &str| outline.number(&format!("{axis}{n}")).map(|number| to_millionth(number - 1.0));
            Ok(Point::new(at("x")?, at("y")?))
        });
        let polygon = Polygon::new(vec![points.collect::<Result<_, String>>()?]);
        return Ok((label, Shape::Polygon(polygon.ok_or("a polygon needs three points")?), attributes));
    }
    let corners = object.child("bndbox").ok_or("it has no bndbox")?;
    let first = |name: &str| corners.number(name).map(|number| to_millionth(number - 1.0));
    let last = |name: &str| corners.number(name);
    let rect = checked_box([first("xmin")?, first("ymin")?, last("xmax")?, last("ymax")?])?;
    Ok((label, Shape::Box(rect), attributes))
}
