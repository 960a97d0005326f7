//! Rules about what is said: decision, impressions, answers that contradict marks, attributes, the study's films.

use std::collections::BTreeSet;

use crate::domain::attribute::{AttributeKind, Certainty, Grade};
use crate::domain::label::{ABNORMAL, Label, LabelKind, LabelName, LabelScope};
use crate::domain::presence::{LabelAnswers, Presence};
use crate::domain::reading::Decision;

use super::{AttributeAnswer, Found, Look, Mend, RuleId};

pub(super) fn no_finding_with_others(look: &Look<'_>) -> Vec<Found> {
    let reading = look.reading;
    let num_said = reading.image_labels().iter().filter(|(_, presence)| *presence != Presence::Absent).count();
    let others = look.marks.len() + num_said;
    if !reading.has_no_finding() || others == 0 {
        return Vec::new();
    }
    let message = match others {
        1 => "The film says \"No finding\" and carries 1 finding. Remove \"No finding\", or remove the finding.".into(),
        n => {
            format!(
                "The film says \"No finding\" and carries {n} findings. Remove \"No finding\", or remove the findings."
            )
        }
    };
    let culprits = reading.annotations().iter().map(crate::domain::annotation::Annotation::id).collect();
    vec![Found::new(message, culprits, vec![Mend::RemoveNoFinding, Mend::RemoveFindings])]
}

pub(super) fn nothing_decided(look: &Look<'_>) -> Vec<Found> {
    // Where an impression must be chosen too, the rule about it says the same and more.
    let is_told = look.is_on(RuleId::NoGlobalLabel) && !missing_impressions(look).is_empty();
    if look.reading.decision() != Decision::Undecided || look.is_unfit() || is_told {
        return Vec::new();
    }
    let message = "Nothing is decided. Press N for \"No finding\", or draw a box around what you see.".to_owned();
    vec![Found::new(message, Vec::new(), Vec::new())]
}

/// Impressions offered as a button each.
const MOST_OFFERED: usize = 2;

pub(super) fn no_global_label(look: &Look<'_>) -> Vec<Found> {
    let missing = missing_impressions(look);
    if missing.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = missing.iter().map(|label| label.name.as_str()).collect();
    let list = names.join(", ");
    if look.marks.is_empty() {
        let message =
            format!("No global label is chosen. Press N for \"No finding\", or choose what the film shows: {list}.");
        return vec![Found::new(message, Vec::new(), Vec::new())];
    }
    let message = format!("No global label is chosen. Findings are marked; choose what they mean: {list}.");
    // Where there is much to choose from, one click on the first of them would be a diagnosis that nobody made.
    let of_film: Vec<_> = missing.iter().filter(|label| label.scope == LabelScope::Image).collect();
    let offered = if of_film.len() <= MOST_OFFERED { of_film } else { Vec::new() };
    let mends =
        offered.into_iter().map(|label| Mend::Answer { label: label.name.clone(), presence: Some(Presence::Present) });
    vec![Found::new(message, Vec::new(), mends.collect())]
}

/// The impressions that could be chosen where none is; empty where one is, or nobody asks for one.
fn missing_impressions<'a>(look: &Look<'a>) -> Vec<&'a Label> {
    let reading = look.reading;
    let Some(set) = look.context.labels.filter(|_| !look.is_unfit() && !reading.has_no_finding()) else {
        return Vec::new();
    };
    let impressions: Vec<&Label> = set.global().filter(|label| !label.name.is_no_finding()).collect();
    let answers = [reading.image_labels(), reading.series_labels(), reading.study_labels()];
    let is_chosen = |label: &Label| {
        answers.iter().any(|answers| matches!(answers.get(&label.name), Some(Presence::Present | Presence::Unsure)))
    };
    if impressions.iter().any(|label| is_chosen(label)) { Vec::new() } else { impressions }
}

fn is_local(look: &Look<'_>, name: &LabelName) -> bool {
    look.context.labels.and_then(|set| set.label(name)).is_some_and(|label| label.kind == LabelKind::Local)
}

pub(super) fn abnormal_without_mark(look: &Look<'_>) -> Vec<Found> {
    if !look.marks.is_empty() || look.is_unfit() {
        return Vec::new();
    }
    // A label that is drawn has a rule of its own.
    let is_told = |name: &LabelName| look.is_on(RuleId::FilmLabelWithoutMark) && is_local(look, name);
    let Some(label) = look.reading.image_labels().present().find(|name| !is_told(name)) else { return Vec::new() };
    let what = if label.as_str() == ABNORMAL { "abnormal" } else { label.as_str() };
    let message = format!("The film is marked as {what} and no box shows where. Draw a box, or clear it.");
    vec![Found::new(message, Vec::new(), vec![Mend::Answer { label: label.clone(), presence: None }])]
}

pub(super) fn marks_against_film_labels(look: &Look<'_>) -> Vec<Found> {
    let against = look
        .reading
        .image_labels()
        .iter()
        .filter(|(label, presence)| *presence != Presence::Present && look.num_of(label) > 0);
    let found = against.map(|(label, presence)| {
        let message = match presence {
            Presence::Unsure => {
                format!(
                    "{label} is marked, and the film says unsure of it. Say that it is present, or delete the mark."
                )
            }
            _ => format!("{label} is marked, and the film says that it is absent. Say present, or delete the mark."),
        };
        let ids = look.ids_of(label);
        let say = Mend::Answer { label: label.clone(), presence: Some(Presence::Present) };
        Found::new(message, ids.clone(), vec![say, Mend::Remove(ids)])
    });
    found.collect()
}

pub(super) fn film_labels_without_mark(look: &Look<'_>) -> Vec<Found> {
    if look.is_unfit() {
        return Vec::new();
    }
    let unseen = look.reading.image_labels().present().filter(|name| look.num_of(name) == 0 && is_local(look, name));
    let found = unseen.map(|label| {
        let message = format!("The film says that {label} is present, and nothing shows where. Draw it, or clear it.");
        Found::new(message, Vec::new(), vec![Mend::Answer { label: label.clone(), presence: None }])
    });
    found.collect()
}

pub(super) fn attributes_missing(look: &Look<'_>) -> Vec<Found> {
    let Some(set) = look.context.labels else { return Vec::new() };
    let asking: Vec<&Label> = set.labels().iter().filter(|label| !label.required.is_empty()).collect();
    let mut found = Vec::new();
    if asking.is_empty() {
        return found;
    }
    for mark in &look.marks {
        let Some(label) = asking.iter().find(|label| label.name == *mark.label()) else { continue };
        for kind in label.required.iter().filter(|kind| !mark.annotation.attributes().has(**kind)) {
            let name = look.name(mark);
            let message = match kind {
                AttributeKind::Grade => format!("{name} has no severity. Say whether it is mild, moderate or severe."),
                AttributeKind::Level => format!("{name} has no level. Say at which vertebra or disc it lies."),
                AttributeKind::Certainty => format!("{name} has no certainty. Say how sure you are of it."),
                AttributeKind::Note => format!("{name} has no note. Say in words what you see."),
            };
            let set = |answer| Mend::SetAttribute { mark: mark.id(), answer };
            let mends = match kind {
                AttributeKind::Grade => Grade::ALL.map(AttributeAnswer::Grade).map(set).to_vec(),
                AttributeKind::Certainty => Certainty::ALL.map(AttributeAnswer::Certainty).map(set).to_vec(),
                AttributeKind::Level | AttributeKind::Note => vec![Mend::Ask(mark.id())],
            };
            found.push(Found::new(message, vec![mark.id()], mends));
        }
    }
    found
}

pub(super) fn study_unread(look: &Look<'_>, wanted: f64) -> Vec<Found> {
    let Some(study) = look.context.study.filter(|_| !look.is_unfit()) else { return Vec::new() };
    let all = study.num_films + 1;
    let wanted = if wanted < 1.0 { all } else { (wanted.ceil() as usize).min(all) };
    // Who completes this film has read it.
    let num_read = study.num_read + 1;
    if num_read >= wanted {
        return Vec::new();
    }
    let missing = wanted - num_read;
    let message = format!("{num_read} of {all} films of this study are read. Read {missing} more before completing.");
    vec![Found::new(message, Vec::new(), Vec::new())]
}

/// Labels that stand on the film: drawn, or said to be present of the film, its series or its study.
pub(super) fn standing<'a>(look: &Look<'a>) -> BTreeSet<&'a LabelName> {
    let reading = look.reading;
    let said = [reading.image_labels(), reading.series_labels(), reading.study_labels()];
    look.per_label.keys().copied().chain(said.into_iter().flat_map(LabelAnswers::present)).collect()
}

/// Taking it off the film leaves it standing, for it is said of the whole series or study.
pub(super) fn is_shared(look: &Look<'_>, label: &LabelName) -> bool {
    look.reading.series_labels().is_present(label) || look.reading.study_labels().is_present(label)
}
