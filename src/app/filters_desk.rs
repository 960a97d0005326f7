//! The filters that a reader keeps: read, kept and let go on the store's thread.

use std::sync::Arc;

use crate::domain::id::ReaderId;
use crate::domain::worklist::SavedFilter;
use crate::session::Event;
use crate::store::{Store, StoreError, StoreThread};

use super::inbox::Post;

pub(super) fn load(store: &Arc<StoreThread>, post: Post, reader: ReaderId) {
    tell(store, post, reader, |_, _| Ok(()));
}

pub(super) fn keep(store: &Arc<StoreThread>, post: Post, reader: ReaderId, filter: SavedFilter, is_kept: bool) {
    tell(store, post, reader, move |store, reader| {
        if is_kept { store.keep_filter(reader, &filter) } else { store.forget_filter(reader, &filter.name) }
    });
}

/// Changes them and says how they are then, whether or not it went well.
fn tell(
    store: &Arc<StoreThread>,
    post: Post,
    reader: ReaderId,
    change: impl FnOnce(&mut Store, &ReaderId) -> Result<(), StoreError> + Send + 'static,
) {
    store.with(move |store| {
        if let Err(error) = change(store, &reader) {
            post.event(Event::Warning(error.to_string()));
        }
        match store.saved_filters(&reader) {
            Ok(filters) => post.event(Event::FiltersLoaded { reader, filters }),
            Err(error) => post.event(Event::Warning(error.to_string())),
        }
    });
}
