//! Carries out, on the store's thread, the work of many: signing in, and what is asked about people, roles and PINs.

use crate::domain::id::ReaderId;
use crate::domain::people::Pin;
use crate::session::Event;
use crate::session::team::{PeopleFacts, PeopleNews, PeopleTask};
use crate::store::{Store, StoreError};

use super::Desk;
use crate::app::inbox::Post;
use crate::app::opening;

pub(super) fn carry_out(desk: &Desk<'_>, task: PeopleTask) {
    let post = desk.post.clone();
    desk.store.with(move |store| {
        if let Some(news) = news_of(store, &post, task) {
            super::tell(&post, news);
        }
    });
}

fn news_of(store: &mut Store, post: &Post, task: PeopleTask) -> Option<PeopleNews> {
    let written = match task {
        PeopleTask::Load => Ok(()),
        PeopleTask::SignIn { reader, pin } => {
            let was_locked = store.is_locked().unwrap_or(false);
            return Some(match store.sign_in(&reader, pin.as_ref().map(Pin::as_str)) {
                Ok(_) => {
                    tell_names(store, post);
                    if was_locked {
                        opening::tell_contents(store, post);
                    }
                    signed_in(store, reader)
                }
                Err(error) => refused(reader, &error),
            });
        }
        PeopleTask::SignOut => {
            store.sign_out();
            tell_names(store, post);
            return None;
        }
        PeopleTask::Agree { reader, text } => {
            return Some(match store.agree_to_data_use(&reader, &text) {
                Ok(()) => PeopleNews::Agreed(reader),
                Err(error) => refused(reader, &error),
            });
        }
        PeopleTask::Add(reader) => store.add_reader(&reader),
        PeopleTask::Change(reader) => store.change_reader(&reader),
        PeopleTask::SetPin { reader, pin } => store.set_pin(&reader, pin.as_ref().map(Pin::as_str)),
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

/// Who reads without knowing of others finds only themselves; at the sign-in screen everybody is named.
fn tell_names(store: &Store, post: &Post) {
    if let Ok(readers) = store.readers() {
        post.event(Event::ReadersLoaded(readers));
    }
}

fn refused(reader: ReaderId, error: &StoreError) -> PeopleNews {
    let locked_until_ms = match error {
        StoreError::LockedOut { until_ms, .. } => Some(*until_ms),
        _ => None,
    };
    PeopleNews::SignInRefused { reader, message: error.to_string(), locked_until_ms }
}

fn facts(store: &Store) -> Result<PeopleFacts, StoreError> {
    Ok(PeopleFacts {
        readers: store.readers()?,
        agreed: where_allowed(store.data_use_agreements())?,
        locked: where_allowed(store.locked_readers())?,
    })
}

/// Nothing for whoever may not know it. What can't be read is another matter: an empty list would say that there is nothing.
fn where_allowed<T>(known: Result<Vec<T>, StoreError>) -> Result<Vec<T>, StoreError> {
    match known {
        Err(error) if error.is_not_for_them() => Ok(Vec::new()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_for_somebody_is_empty_and_what_cannot_be_read_is_an_error() {
        assert!(where_allowed::<i64>(Err(StoreError::Blind)).unwrap().is_empty());
        assert!(where_allowed::<i64>(Err(StoreError::NobodySignedIn)).unwrap().is_empty());
        assert!(where_allowed::<i64>(Err(StoreError::Corrupt("a page".into()))).is_err());
        assert!(where_allowed::<i64>(Err(StoreError::Locked)).is_err());
    }
}
