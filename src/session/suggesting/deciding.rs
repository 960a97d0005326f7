//! Accepting, adjusting and rejecting suggestions: each is one edit of the reading, and what became of a suggestion
//! follows from the reading alone.

use crate::domain::annotation::{Annotation, Origin};
use crate::domain::edit::Edit;
use crate::domain::geometry::Rect;
use crate::domain::label::{Label, LabelKind, LabelName, LabelSet};
use crate::domain::shape::{Shape, ShapeKind};
use crate::domain::suggestion::{Suggestion, SuggestionKey};

use super::super::effect::Effect;
use super::super::screen::{NoticeKind, OverlayState, Session};
use super::{NUM_STEPS, SuggestCommand};

impl SuggestCommand {
    pub(in super::super) fn is_on(&self, session: &Session) -> bool {
        match self {
            Self::ToggleShown => !session.advice.is_hidden,
            Self::ToggleHeat => session.advice.shows_heat,
            _ => false,
        }
    }

    pub(in super::super) fn is_available(&self, session: &Session) -> bool {
        let Some(film) = &session.pane.film else { return false };
        if session.why_models_hidden(film).is_some() {
            return false;
        }
        match self {
            Self::Accept | Self::AcceptAndAdjust | Self::AcceptAll | Self::Reject | Self::Next | Self::Previous => {
                !session.seen_suggestions(film).is_empty()
            }
            Self::ToggleHeat | Self::HeatOpacity(_) => film.suggesting.heat.is_some(),
            _ => true,
        }
    }
}

impl Session {
    pub(in super::super) fn suggest_command(&mut self, command: SuggestCommand, now_ms: i64) -> Vec<Effect> {
        match command {
            SuggestCommand::Accept => match self.meant() {
                Some(keys) => self.accept(&keys, &Take::AsItIs, now_ms),
                None => self.step_suggestion(1),
            },
            SuggestCommand::AcceptAndAdjust => match self.meant().and_then(|keys| keys.last().copied()) {
                Some(key) => self.accept(&[key], &Take::ToAdjust, now_ms),
                None => self.step_suggestion(1),
            },
            SuggestCommand::AcceptAll => {
                let all = self.seen_keys();
                self.accept(&all, &Take::AsItIs, now_ms)
            }
            SuggestCommand::Reject => match self.meant() {
                Some(keys) => self.reject(&keys, now_ms),
                None => self.step_suggestion(1),
            },
            SuggestCommand::AcceptThis(key) => self.accept(&[key], &Take::AsItIs, now_ms),
            SuggestCommand::RejectThis(key) => self.reject(&[key], now_ms),
            SuggestCommand::Restore(key) => {
                self.commit_with_opening(Edit::Reject { suggestion: key, before: true, after: false }, now_ms)
            }
            SuggestCommand::Next => self.step_suggestion(1),
            SuggestCommand::Previous => self.step_suggestion(-1),
            SuggestCommand::FocusOn(key) => self.focus_suggestion(key),
            SuggestCommand::Hover(key) => self.on_film(|film| film.suggesting.hovered = key),
            SuggestCommand::ScoreUp => self.move_slider(self.min_score() + 1.0 / NUM_STEPS),
            SuggestCommand::ScoreDown => self.move_slider(self.min_score() - 1.0 / NUM_STEPS),
            SuggestCommand::MinScore(score) => {
                self.set_min_score(score);
                Vec::new()
            }
            SuggestCommand::ToggleShown => {
                self.advice.is_hidden = !self.advice.is_hidden;
                self.on_film(|film| film.suggesting.focused.clear())
            }
            SuggestCommand::ToggleHeat => {
                self.advice.shows_heat = !self.advice.shows_heat;
                Vec::new()
            }
            SuggestCommand::HeatOpacity(opacity) => {
                self.advice.heat_opacity = opacity.clamp(0.0, 1.0);
                Vec::new()
            }
        }
    }

    fn move_slider(&mut self, score: f64) -> Vec<Effect> {
        self.set_min_score(score);
        let text = format!("Suggestions from a score of {:.2} on are shown.", self.min_score());
        self.notify(NoticeKind::Info, text);
        Vec::new()
    }

    fn seen_keys(&self) -> Vec<SuggestionKey> {
        let Some(film) = &self.pane.film else { return Vec::new() };
        self.seen_suggestions(film).iter().map(|one| one.key).collect()
    }

    /// Nobody decides about what is not on the screen. `false` where these are not, and the reader is told.
    fn are_seen(&mut self) -> bool {
        if !self.is_seen() {
            return false;
        }
        if self.overlay == OverlayState::Nothing {
            self.notify(NoticeKind::Warning, "Not decided: the suggestions are switched off together with the marks.");
        }
        self.overlay != OverlayState::Nothing
    }

    /// What a key means: the suggestions in focus, else the one under the pointer, else the only one. `None` where it might
    /// be any, and while a mark is selected: then the reader is on that.
    fn meant(&self) -> Option<Vec<SuggestionKey>> {
        let film = self.pane.film.as_ref().filter(|film| film.selection.is_none())?;
        if !film.suggesting.focused.is_empty() {
            return Some(film.suggesting.focused.clone());
        }
        let under = self.pane.pointer_at.and_then(|at| self.suggestion_at(at));
        if let Some((key, _)) = under {
            return Some(vec![key]);
        }
        match self.seen_keys()[..] {
            [only] => Some(vec![only]),
            _ => None,
        }
    }

    /// The next one in the order of scores, round and round; the first where none is in focus.
    pub(in super::super) fn step_suggestion(&mut self, step: isize) -> Vec<Effect> {
        let keys = self.seen_keys();
        let num = keys.len() as isize;
        let focus = self.pane.film.as_ref().and_then(|film| film.suggesting.focus());
        let at = focus.and_then(|focus| keys.iter().position(|key| *key == focus));
        let next = at.map_or(if step > 0 { 0 } else { num - 1 }, |at| (at as isize + step).rem_euclid(num.max(1)));
        match usize::try_from(next).ok().and_then(|next| keys.get(next)) {
            Some(key) => self.focus_suggestion(*key),
            None => Vec::new(),
        }
    }

    /// In focus and in view.
    fn focus_suggestion(&mut self, key: SuggestionKey) -> Vec<Effect> {
        if !self.seen_keys().contains(&key) {
            return Vec::new();
        }
        let Some(film) = &mut self.pane.film else { return Vec::new() };
        film.focus_on(vec![key]);
        let Some(rect) = film.suggesting.suggestion(key).map(|one| one.rect) else { return Vec::new() };
        self.bring_into_view(rect)
    }

    /// A label key while suggestions are in focus takes them under that label.
    pub(in super::super) fn accept_focused_as(&mut self, label: &LabelName, now_ms: i64) -> Vec<Effect> {
        if let Some(refusal) = self.why_not_shape(label, ShapeKind::Box) {
            self.notify(NoticeKind::Warning, refusal);
            return Vec::new();
        }
        let Some(keys) = self.pane.film.as_ref().map(|film| film.suggesting.focused.clone()) else {
            return Vec::new();
        };
        self.accept(&keys, &Take::Under(label.clone()), now_ms)
    }

    /// A suggestion whose box was dragged on the film.
    pub(in super::super) fn accept_adjusted(&mut self, key: SuggestionKey, rect: Rect, now_ms: i64) -> Vec<Effect> {
        self.accept(&[key], &Take::Dragged(rect), now_ms)
    }

    /// Marks from suggestions, as one step. Those whose label this project does not draw stay, and the reader is told.
    fn accept(&mut self, keys: &[SuggestionKey], take: &Take, now_ms: i64) -> Vec<Effect> {
        if keys.is_empty() || !self.are_seen() {
            return Vec::new();
        }
        let seen = self.seen_keys();
        let Some(film) = &self.pane.film else { return Vec::new() };
        let taken: Vec<Suggestion> = keys
            .iter()
            .filter(|key| seen.contains(key))
            .filter_map(|key| film.suggesting.suggestion(*key))
            .cloned()
            .collect();
        let next = self.after(keys);
        let mut edits = Vec::new();
        let mut ids = Vec::new();
        let mut left: Vec<&Suggestion> = Vec::new();
        for one in &taken {
            let label = match take {
                Take::Under(label) => Some(label.clone()),
                _ => self.label_set().and_then(|set| drawn_label(set, &one.label)).map(|label| label.name.clone()),
            };
            let Some(label) = label else {
                left.push(one);
                continue;
            };
            let rect = if let Take::Dragged(rect) = take { *rect } else { one.rect };
            let Some(id) = self.new_id() else { return Vec::new() };
            edits.extend(Annotation::boxed(id, label, rect, Origin::Suggested(one.key)).map(Edit::Add));
            ids.push(id);
        }
        let refusal = left.first().map(|one| (one.key, self.why_not_drawn(one)));
        let effects = match edits.len() {
            0 => Vec::new(),
            1 => self.commit_with_opening(edits.remove(0), now_ms),
            n => self.commit_with_opening(Edit::Batch { name: format!("Accept {n} suggestions"), edits }, now_ms),
        };
        if let Some((key, text)) = refusal {
            // A label key takes it as what the reader says it is.
            self.on_film(|film| film.focus_on(vec![key]));
            if effects.is_empty() == ids.is_empty() {
                self.notify(NoticeKind::Warning, text);
            }
        } else if !effects.is_empty() {
            match take {
                Take::ToAdjust | Take::Dragged(_) => self.on_film(|film| film.select_these(ids)),
                Take::AsItIs | Take::Under(_) => self.on_film(|film| film.focus_on(next.into_iter().collect())),
            };
        }
        effects
    }

    fn reject(&mut self, keys: &[SuggestionKey], now_ms: i64) -> Vec<Effect> {
        if keys.is_empty() || !self.are_seen() {
            return Vec::new();
        }
        let next = self.after(keys);
        let seen = self.seen_keys();
        let mut edits: Vec<Edit> = keys
            .iter()
            .filter(|key| seen.contains(key))
            .map(|key| Edit::Reject { suggestion: *key, before: false, after: true })
            .collect();
        let effects = match edits.len() {
            0 => Vec::new(),
            1 => self.commit_with_opening(edits.remove(0), now_ms),
            n => self.commit_with_opening(Edit::Batch { name: format!("Reject {n} suggestions"), edits }, now_ms),
        };
        if !effects.is_empty() {
            self.on_film(|film| film.focus_on(next.into_iter().collect()));
        }
        effects
    }

    /// The suggestion that comes into focus when these are decided: the next one, so that one key after the other goes
    /// through all. None where they were not in focus: then the reader is on something else.
    fn after(&self, keys: &[SuggestionKey]) -> Option<SuggestionKey> {
        let film = self.pane.film.as_ref()?;
        if film.suggesting.focused.is_empty() {
            return None;
        }
        let shown = self.seen_keys();
        let last = shown.iter().rposition(|key| keys.contains(key))?;
        let (before, behind) = shown.split_at(last);
        behind.iter().chain(before).find(|key| !keys.contains(key)).copied()
    }

    /// Why a suggestion can't become a mark of its label, and what can be done.
    fn why_not_drawn(&self, one: &Suggestion) -> String {
        let label = &one.label;
        let near = self.label_set().and_then(|set| nearest_label(set, label));
        match near.and_then(|near| Some((near.hotkey?.to_ascii_uppercase(), &near.name))) {
            Some((key, near)) => format!(
                "This project does not draw {label} as a box. Press {key} to take it as {near}, or the key of another label."
            ),
            None => {
                format!("This project does not draw {label} as a box. Press the key of the label to take it under.")
            }
        }
    }
}

/// How a suggestion becomes a mark.
enum Take {
    AsItIs,
    /// Selected, to be dragged by its handles.
    ToAdjust,
    Under(LabelName),
    Dragged(Rect),
}

/// The project's own label of that name, where it is drawn as a box.
fn drawn_label<'s>(set: &'s LabelSet, name: &LabelName) -> Option<&'s Label> {
    set.resolve(name.as_str()).filter(|label| is_drawn(label))
}

fn is_drawn(label: &Label) -> bool {
    label.kind == LabelKind::Local && !label.name.is_no_finding() && label.allows(ShapeKind::Box)
}

/// The label that is written most alike: the same letters but for plural and punctuation, one inside the other, or the same
/// beginning.
fn nearest_label<'s>(set: &'s LabelSet, name: &LabelName) -> Option<&'s Label> {
    let plain = |text: &str| {
        let letters: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        letters.trim_end_matches('s').to_owned()
    };
    let wanted = plain(name.as_str());
    let likeness = |label: &Label| {
        let own = plain(label.name.as_str());
        let begins = own.chars().zip(wanted.chars()).take_while(|(a, b)| a == b).count();
        match () {
            () if own == wanted => 1000,
            () if own.contains(&wanted) || wanted.contains(&own) => 500 + begins,
            () if begins >= LEAST_ALIKE => begins,
            () => 0,
        }
    };
    let drawn = set.labels().iter().filter(|label| is_drawn(label));
    // The first of several that are as like.
    drawn
        .map(|label| (likeness(label), label))
        .filter(|(like, _)| *like > 0)
        .reduce(|a, b| if b.0 > a.0 { b } else { a })
        .map(|(_, label)| label)
}

/// Names that begin with this many letters in common are taken to be kin.
const LEAST_ALIKE: usize = 5;

/// The suggestions that an edit took or turned down.
pub(in super::super) fn decided_by(edit: &Edit, keys: &mut Vec<SuggestionKey>) {
    match edit {
        Edit::Add(mark) => {
            if let (Origin::Suggested(key), Some(Shape::Box(_))) = (mark.origin(), mark.shape()) {
                keys.push(*key);
            }
        }
        Edit::Reject { suggestion, .. } => keys.push(*suggestion),
        Edit::Batch { edits, .. } => edits.iter().for_each(|edit| decided_by(edit, keys)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_written_most_alike_is_offered() {
        let label = |name: &str| Label::named(name, LabelKind::Local);
        let global = Label::named("Scoliosis", LabelKind::Global);
        let outlined = Label { shapes: vec![ShapeKind::Polygon], ..label("Surgical implants") };
        let labels =
            vec![label("Osteophytes"), label("Disc space narrowing"), label("Other lesions"), global, outlined];
        let set = LabelSet::new("t", "", "", labels).expect("valid");
        let check = |name: &str, expected: Option<&str>| {
            let near = nearest_label(&set, &LabelName::new(name)).map(|label| label.name.as_str());
            assert_eq!(near, expected, "{name}");
        };
        check("Osteophyte", Some("Osteophytes"));
        check("disc-space narrowing", Some("Disc space narrowing"));
        check("Osteophytosis", Some("Osteophytes"));
        check("Narrowing", Some("Disc space narrowing"));
        check("Scoliosis", None);
        check("Surgical implant", None);
        check("Fracture", None);
    }
}
