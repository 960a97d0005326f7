//! The way to a project for its further openings, on any thread: each acts for whoever is signed in at that moment.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::access::Pass;
use super::error::StoreError;
use super::project::Store;

/// Where a project is and who is in. All clones know the same person; [`Store::doorway`] gives that of one opening, and
/// follows it through signing in and out.
#[derive(Clone, Debug)]
pub struct Doorway {
    folder: PathBuf,
    shared: Arc<(Mutex<Inside>, Condvar)>,
}

#[derive(Default, Debug)]
struct Inside {
    pass: Option<Pass>,
    num_holds: usize,
}

/// While it is there, further openings wait: somebody is about to sign in or out. See [`Doorway::hold`].
#[derive(Debug)]
pub struct Hold(Doorway);

impl Doorway {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), shared: Arc::default() }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// As [`Store::open`], for the person who is in.
    pub fn open(&self) -> Result<Store, StoreError> {
        let pass = self.pass();
        Store::open(&self.folder).and_then(|store| in_hands_of(store, pass))
    }

    /// As [`Store::open_to_look`], for the person who is in.
    pub fn open_to_look(&self) -> Result<Store, StoreError> {
        let pass = self.pass();
        Store::open_to_look(&self.folder).and_then(|store| in_hands_of(store, pass))
    }

    /// From when signing in or out is asked for until it is done, so that no opening acts for the person before. What is
    /// asked to change the person must not open the project this way itself: it would wait for its own end.
    pub fn hold(&self) -> Hold {
        self.inside().num_holds += 1;
        Hold(self.clone())
    }

    pub(super) fn let_in(&self, pass: Option<Pass>) {
        self.inside().pass = pass;
    }

    fn pass(&self) -> Option<Pass> {
        let inside = self.inside();
        let settled = self.shared.1.wait_while(inside, |inside| inside.num_holds > 0);
        settled.unwrap_or_else(PoisonError::into_inner).pass.clone()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.inside().num_holds -= 1;
        self.0.shared.1.notify_all();
    }
}

fn in_hands_of(mut store: Store, pass: Option<Pass>) -> Result<Store, StoreError> {
    if let Some(pass) = pass {
        store.act_as(&pass)?;
    }
    Ok(store)
}

impl Store {
    /// Further openings of the same project act for the person who is in here.
    pub fn doorway(&self) -> Doorway {
        self.doorway.clone()
    }
}
