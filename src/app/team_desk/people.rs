//! Carries out, on the store's thread, the work of many: signing in, and what is asked about people, roles and PINs.

use crate::domain::id::ReaderId;
use crate::session::team::{PeopleFacts, PeopleNews, PeopleTask};
use crate::store::{Store, StoreError};

use super::Desk;

pub(super) fn carry_out(desk: &Desk<'_>, task: PeopleTask) {
    let post = desk.post.clone();
    desk.store.with(move |store| {
        if let Some(news) = news_of(store, task) {
            super::tell(&post, news);
        }
    });
}

fn news_of(store: &mut Store, task: PeopleTask) -> Option<PeopleNews> {
    let written = match task {
        PeopleTask::Load => Ok(()),
        PeopleTask::SignIn { reader, pin } => {
            return Some(match store.sign_in(&reader, pin.as_ref().map(|pin| pin.as_str())) {
                Ok(_) => signed_in(store, reader),
                Err(error) => refused(reader, &error),
            });
        }
        PeopleTask::SignOut => return None,
        PeopleTask::Agree { reader, text } => {
            return Some(match store.agree_to_data_use(&reader, &text) {
                Ok(()) => PeopleNews::Agreed(reader),
                Err(error) => refused(reader, &error),
            });
        }
        PeopleTask::Add(reader) => store.add_reader(&reader),
        PeopleTask::Change(_) | PeopleTask::SetPin { .. } => Ok(()),
    };
    Some(match written.and_then(|()| facts(store)) {
        Ok(facts) => PeopleNews::Loaded(Box::new(facts)),
        Err(error) => PeopleNews::Failed(error.to_string()),
    })
}

fn signed_in(store: &Store, reader: ReaderId) -> PeopleNews {
    match store.must_agree_to_data_use(&reader) {
        Ok(must_agree) => PeopleNews::SignedIn { reader, must_agree },
        Err(error) => refused(reader, &error),
    }
}

fn refused(reader: ReaderId, error: &StoreError) -> PeopleNews {
    PeopleNews::SignInRefused { reader, message: error.to_string(), locked_until_ms: None }
}

fn facts(store: &Store) -> Result<PeopleFacts, StoreError> {
    let agreed = store.data_use_agreements().unwrap_or_default();
    Ok(PeopleFacts { readers: store.readers()?, agreed, locked: Vec::new() })
}
