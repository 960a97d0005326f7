//! Rules about sides and numbers: one rib per side and number, and sides that match the film.

use std::collections::BTreeMap;

use crate::domain::id::AnnotationId;
use crate::domain::label::{LabelName, LabelSet, Side};
use crate::domain::label_side::counterpart;
use crate::domain::study::View;

use super::{Found, Look, Mark, Mend, mend};

/// Side and number of a rib by its published name: `R1` to `R12`, `L1` to `L12`.
fn rib(name: &str) -> Option<(Side, u8)> {
    let (side, number) = match name.as_bytes().first()? {
        b'R' => (Side::Right, &name[1..]),
        b'L' => (Side::Left, &name[1..]),
        _ => return None,
    };
    let number: u8 = number.parse().ok().filter(|n: &u8| (1..=12).contains(n) && n.to_string() == number)?;
    Some((side, number))
}

/// Whether the label set is one of ribs: `L1` alone is a vertebra elsewhere.
fn is_of_ribs(labels: Option<&LabelSet>) -> bool {
    labels.is_some_and(|set| {
        let has = |side| set.local().any(|label| rib(label.name.as_str()).is_some_and(|(s, _)| s == side));
        has(Side::Right) && has(Side::Left)
    })
}

fn side_of(look: &Look<'_>, has_ribs: bool, name: &LabelName) -> Option<Side> {
    let said = look.context.labels.and_then(|set| set.label(name)).and_then(|label| label.side);
    said.or_else(|| rib(name.as_str()).filter(|_| has_ribs).map(|(side, _)| side))
}

pub(super) fn too_many(look: &Look<'_>) -> Vec<Found> {
    let labels = look.context.labels;
    let has_ribs = is_of_ribs(labels);
    let mut limits: BTreeMap<&LabelName, usize> = BTreeMap::new();
    for name in look.per_label.keys() {
        let said = labels.and_then(|set| set.label(name)).and_then(|label| label.most_per_film);
        let most = said.or_else(|| rib(name.as_str()).filter(|_| has_ribs).map(|_| 1));
        limits.extend(most.map(|most| (*name, most as usize)));
    }
    let broken = limits.into_iter().filter(|(name, most)| look.num_of(name) > *most);
    let found = broken.map(|(name, most)| {
        let ids: Vec<AnnotationId> = look.ids_of(name);
        let num = ids.len();
        let message = match most {
            1 => {
                format!("{name} is marked {num} times, and a film has one. Join its parts, or delete what is too much.")
            }
            _ => format!("{name} is marked {num} times, and a film has {most} at most. Delete what is too much."),
        };
        let join = (most == 1 && mend::can_join(look.reading, &ids)).then(|| Mend::Join(ids.clone()));
        let delete = Mend::Remove(ids[most..].to_vec());
        Found::new(message, ids, join.into_iter().chain([delete]).collect())
    });
    found.collect()
}

/// The side that the film is of (DICOM (0020,0060) and (0020,0062): `R`, `L`; `B` and `U` are none).
fn film_side(look: &Look<'_>) -> Option<Side> {
    match look.context.facts?.laterality.as_deref()?.trim() {
        "R" | "r" => Some(Side::Right),
        "L" | "l" => Some(Side::Left),
        _ => None,
    }
}

pub(super) fn against_film(look: &Look<'_>) -> Vec<Found> {
    let Some(of_film) = film_side(look) else { return Vec::new() };
    let has_ribs = is_of_ribs(look.context.labels);
    let against = look.marks.iter().filter(|mark| side_of(look, has_ribs, mark.label()) == Some(of_film.other()));
    let found = against.map(|mark| {
        let name = look.name(mark);
        let message = match of_film {
            Side::Left => {
                format!("{name} is of the right side, and the film is of the left. Change its label, or delete it.")
            }
            Side::Right => {
                format!("{name} is of the left side, and the film is of the right. Change its label, or delete it.")
            }
        };
        Found::new(message, vec![mark.id()], mends(look, mark))
    });
    found.collect()
}

/// On a frontal film of both sides the patient's right is on the left of the image.
pub(super) fn in_image(look: &Look<'_>) -> Vec<Found> {
    let is_frontal = look.context.facts.is_some_and(|facts| facts.view() == View::Frontal);
    if !is_frontal || film_side(look).is_some() {
        return Vec::new();
    }
    let has_ribs = is_of_ribs(look.context.labels);
    let middle = look.context.film.width / 2.0;
    let mut found = Vec::new();
    for mark in &look.marks {
        let Some(side) = side_of(look, has_ribs, mark.label()) else { continue };
        let is_wrong = match side {
            Side::Right => mark.bounds.xmin() >= middle,
            Side::Left => mark.bounds.xmax() <= middle,
        };
        if is_wrong {
            let name = look.name(mark);
            let message = match side {
                Side::Right => format!("{name} is of the right side and lies on the patient's left. Check its side."),
                Side::Left => format!("{name} is of the left side and lies on the patient's right. Check its side."),
            };
            found.push(Found::new(message, vec![mark.id()], mends(look, mark)));
        }
    }
    found
}

fn mends(look: &Look<'_>, mark: &Mark<'_>) -> Vec<Mend> {
    let other = look.context.labels.and_then(|set| counterpart(set, mark.label()));
    let relabel = other.map(|label| Mend::Relabel { mark: mark.id(), label });
    relabel.into_iter().chain([Mend::Remove(vec![mark.id()])]).collect()
}
