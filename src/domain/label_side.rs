//! The label of the other side: the left third rib for the right one.

use crate::domain::label::{Label, LabelName, LabelSet};

/// Words for a side and their counterparts, as labels spell them.
const SIDES: [(&str, &str); 6] =
    [("right", "left"), ("Right", "Left"), ("RIGHT", "LEFT"), ("R", "L"), ("phải", "trái"), ("Phải", "Trái")];

/// The label of the same thing on the other side; `None` where the name tells no side or the set has no such label.
pub fn counterpart(set: &LabelSet, name: &LabelName) -> Option<LabelName> {
    let is_other_side = |found: &Label| match (set.label(name).and_then(|label| label.side), found.side) {
        (Some(side), Some(other)) => other == side.other(),
        _ => true,
    };
    let found = turned(name.as_str()).and_then(|text| set.resolve(&text)).filter(|found| is_other_side(found));
    found.map(|label| label.name.clone()).filter(|other| other != name)
}

/// The name with its side changed over: `R3` is `L3`, `Right 5th rib` is `Left 5th rib`. `None` where it names no side.
fn turned(name: &str) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    for letter in name.chars() {
        let is_new = words.last().and_then(|word| word.chars().last()).is_none_or(|last| kind(last) != kind(letter));
        if is_new {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    let other = |word: &str| {
        SIDES
            .iter()
            .find_map(|(right, left)| (word == *right).then_some(*left).or_else(|| (word == *left).then_some(*right)))
    };
    let mut has_turned = false;
    for word in &mut words {
        if let Some(side) = other(word) {
            side.clone_into(word);
            has_turned = true;
        }
    }
    has_turned.then(|| words.concat())
}

/// Letters, digits and the rest: a side is a run of letters.
fn kind(letter: char) -> u8 {
    match letter {
        letter if letter.is_alphabetic() => 0,
        letter if letter.is_numeric() => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::label::LabelKind;

    #[test]
    fn sides_change_over() {
        for (name, expected) in [
            ("R3", Some("L3")),
            ("L10", Some("R10")),
            ("Right 5th rib", Some("Left 5th rib")),
            ("rib_left_2", Some("rib_right_2")),
            ("Xương sườn trái 3", Some("Xương sườn phải 3")),
            ("RL", None),
            ("Rib fracture", None),
            ("Osteophytes", None),
        ] {
            assert_eq!(turned(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_label_has_a_counterpart_where_the_set_has_it() {
        let labels = ["R3", "L3", "L4"].map(|name| Label::named(name, LabelKind::Local));
        let set = LabelSet::new("t", "", "", labels.to_vec()).expect("unique");
        for (name, expected) in [("R3", Some("L3")), ("L3", Some("R3")), ("L4", None)] {
            assert_eq!(counterpart(&set, &LabelName::new(name)).as_ref().map(LabelName::as_str), expected);
        }
    }
}
