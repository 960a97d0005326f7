//! The tag browser: everything that a film's file says, as far as the reader may see it.

use std::sync::Arc;

use crate::domain::id::ImageId;
use crate::domain::people::{Role, Roles};
use crate::domain::project::ClinicalFacts;
use crate::domain::tag_row::{TagList, TagRow};

use super::effect::Effect;
use super::screen::{Dialog, Session};

/// A film's header, as far as it is there and the reader may see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tags {
    Loading,
    Ready {
        rows: Arc<[TagRow]>,
        /// Rows that a blinded reader does not see; they are not among `rows`.
        num_hidden: usize,
        warnings: Vec<String>,
    },
    Failed(String),
}

impl Session {
    /// Opens the tag browser on the active film, or closes it.
    pub(super) fn show_tags(&mut self) -> Vec<Effect> {
        if matches!(self.dialog, Some(Dialog::Tags { .. })) {
            self.dialog = None;
            return Vec::new();
        }
        let Some(entry) = self.pane.film.as_ref().map(|film| film.entry.clone()) else { return Vec::new() };
        let image = entry.facts.image;
        self.dialog = Some(Dialog::Tags { image: image.clone(), tags: Tags::Loading });
        vec![Effect::LoadTags { image, source: entry.source }]
    }

    /// Whether readers see nothing that tells who a patient is; so where nothing is known.
    pub fn is_blind(&self) -> bool {
        self.project.as_ref().is_none_or(|project| project.settings.is_blind)
    }

    /// Whether age, sex and request are kept from the person who is here: from everybody while films are handed out, as
    /// for VinDr-CXR, and from those who only read.
    pub fn hides_clinical_facts(&self) -> bool {
        let Some(project) = &self.project else { return false };
        let looks_after = |roles: Roles| roles.has(Role::Owner) || roles.has(Role::DataManager);
        let is_reader = !self.reader.as_ref().is_some_and(|reader| looks_after(reader.roles));
        project.settings.about.clinical_facts == ClinicalFacts::Nothing
            && (is_reader || project.settings.workflow.hands_out())
    }

    /// What a blinded reader may not see does not even get into the session.
    pub(super) fn tags_loaded(&mut self, image: &ImageId, loaded: Result<TagList, String>) {
        let (is_blind, hides_clinical) = (self.is_blind(), self.hides_clinical_facts());
        let Some(Dialog::Tags { image: asked, tags }) = &mut self.dialog else { return };
        if asked != image {
            return;
        }
        *tags = match loaded {
            Ok(mut list) => {
                let num_all = list.rows.len();
                list.rows.retain(|row| !(is_blind && row.is_identity));
                if hides_clinical {
                    list.hide_clinical();
                }
                Tags::Ready { num_hidden: num_all - list.rows.len(), rows: list.rows.into(), warnings: list.warnings }
            }
            Err(message) => Tags::Failed(message),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::gesture_script::reading_session;
    use crate::session::{Command, Event, Input};

    fn row(name: &str, is_identity: bool) -> TagRow {
        TagRow {
            depth: 0,
            tag: (0x0010, 0x0010),
            name: name.to_owned(),
            vr: "PN".to_owned(),
            length: Some(4),
            value: "x".to_owned(),
            is_identity,
        }
    }

    #[test]
    fn identity_does_not_get_into_a_blind_session() {
        for is_blind in [true, false] {
            let mut session = reading_session();
            session.project.as_mut().unwrap().settings.is_blind = is_blind;
            let image = session.pane.film.as_ref().unwrap().image().clone();
            let effects = session.handle(Input::Command(Command::ShowTags), 0);
            let asks = |effect: &Effect| matches!(effect, Effect::LoadTags { image: asked, .. } if *asked == image);
            assert!(effects.iter().any(asks), "{effects:?}");
            let list = TagList { rows: vec![row("Patient Name", true), row("Modality", false)], warnings: Vec::new() };
            // An answer about another film is none.
            let other = Event::TagsLoaded { image: ImageId::new("other"), tags: Ok(list.clone()) };
            session.handle(Input::Event(other), 0);
            assert!(matches!(&session.dialog, Some(Dialog::Tags { tags: Tags::Loading, .. })));
            session.handle(Input::Event(Event::TagsLoaded { image, tags: Ok(list) }), 0);
            let Some(Dialog::Tags { tags: Tags::Ready { rows, num_hidden, .. }, .. }) = &session.dialog else {
                panic!("{:?}", session.dialog)
            };
            assert_eq!((rows.len(), *num_hidden), if is_blind { (1, 1) } else { (2, 0) });
            assert!(rows.iter().all(|row| !(is_blind && row.is_identity)));
            session.handle(Input::Command(Command::ShowTags), 0);
            assert_eq!(session.dialog, None);
        }
    }

    #[test]
    fn age_and_request_stay_out_where_a_film_is_judged_alone() {
        use crate::domain::project::Workflow;
        for (facts, workflow, roles, num_shown) in [
            (ClinicalFacts::AgeAndSex, Workflow::Single, Roles::ALL, 2),
            (ClinicalFacts::Nothing, Workflow::Single, Roles::ALL, 1),
            (ClinicalFacts::Nothing, Workflow::Free, Roles::ALL, 2),
            (ClinicalFacts::Nothing, Workflow::Free, Roles::NONE.with(Role::Annotator), 1),
        ] {
            let mut session = reading_session();
            let settings = &mut session.project.as_mut().unwrap().settings;
            (settings.about.clinical_facts, settings.workflow) = (facts, workflow);
            session.reader.as_mut().unwrap().roles = roles;
            let image = session.pane.film.as_ref().unwrap().image().clone();
            session.handle(Input::Command(Command::ShowTags), 0);
            let age = TagRow { tag: (0x0010, 0x1010), ..row("Patient's Age", false) };
            let rows = vec![age, TagRow { tag: (0x0008, 0x0060), ..row("Modality", false) }];
            let tags = Ok(TagList { rows, warnings: Vec::new() });
            session.handle(Input::Event(Event::TagsLoaded { image, tags }), 0);
            let Some(Dialog::Tags { tags: Tags::Ready { rows, .. }, .. }) = &session.dialog else { panic!() };
            assert_eq!(rows.len(), num_shown, "{facts:?} {workflow:?}");
        }
    }
}
