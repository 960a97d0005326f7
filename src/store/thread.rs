//! The store on its own thread: the window hands over edits without waiting and hears when each is saved.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::domain::edit::EditError;
use crate::domain::id::{ImageId, LogSeq, ReaderId};
use crate::domain::log::NewLogEntry;

use super::doorway::Doorway;
use super::error::StoreError;
use super::project::{Store, now_ms};
use super::rescue::{RescuedEdit, rescue_path, with_known_seq, write_rescue};
use super::watch::{Watch, WrittenElsewhere};

/// Requests that may wait. A person makes a few a second; this many mean that the disk has stopped.
const QUEUE: usize = 4096;

/// Tries of a write that fails for a reason that may pass, and the pauses between them.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// How often the thread looks for what others wrote; it costs a look at one number.
const LOOK: Duration = Duration::from_millis(250);

/// Names an edit from when it is handed over, before it has a place in the log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ticket(pub u64);

/// What became of an edit. Each ticket gets exactly one [`Outcome::Saved`] in the end, or a [`Outcome::NotSaved`],
/// which a later [`StoreThread::retry`] may turn into a `Saved`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// On the disk: a power cut now would not lose it.
    Saved { ticket: Ticket, seq: LogSeq },
    /// Another window, a job or a script wrote to the project.
    WrittenElsewhere(WrittenElsewhere),
    /// Not in the project. Later edits of the same reading are held back too, because they build on this one.
    NotSaved {
        ticket: Ticket,
        image: ImageId,
        reader: ReaderId,
        /// What happened, what it means for the data, what to do.
        message: String,
        /// The reason may pass: [`StoreThread::retry`] makes sense. Otherwise only [`StoreThread::give_up`] goes on.
        can_retry: bool,
        /// Where the unsaved edits are kept; `None` where even that failed: they are in memory only.
        rescue: Option<PathBuf>,
    },
}

/// Why an edit could not even be handed over; it comes back.
#[derive(Debug, thiserror::Error)]
#[error("The disk is not keeping up: thousands of edits wait to be saved. Stop editing until the status says Saved.")]
pub struct QueueFull(pub Box<NewLogEntry>);

enum Request {
    Commit(Box<RescuedEdit>),
    With(Box<dyn FnOnce(&mut Store) + Send>),
    Retry,
    GiveUp(ImageId, ReaderId),
}

/// A [`Store`] on a thread of its own. Dropping it waits for everything handed over.
#[derive(Debug)]
pub struct StoreThread {
    requests: Option<SyncSender<Request>>,
    thread: Option<JoinHandle<Store>>,
    next_ticket: AtomicU64,
    doorway: Doorway,
}

impl StoreThread {
    /// `on_outcome` is called on the store's thread; it should only pass the message on and wake the window.
    pub fn start(store: Store, on_outcome: impl FnMut(Outcome) + Send + 'static) -> Result<Self, StoreError> {
        let (requests, inbox) = mpsc::sync_channel(QUEUE);
        let (folder, doorway) = (store.folder().to_owned(), store.doorway());
        let watch = Watch::new(&store)?;
        let writer = Writer {
            watch,
            looked_at: Instant::now(),
            rescue: rescue_path(&folder, store.session()),
            store,
            on_outcome: Box::new(on_outcome),
            seqs: HashMap::new(),
            held: BTreeMap::new(),
            held_for_good: BTreeSet::new(),
        };
        let thread = Builder::new()
            .name("store".to_owned())
            .spawn(move || writer.run(&inbox))
            .map_err(|e| StoreError::io("starting the thread that saves", &folder, e))?;
        Ok(Self { requests: Some(requests), thread: Some(thread), next_ticket: AtomicU64::new(1), doorway })
    }

    /// Hands an edit over and returns at once. `of` is the ticket of the edit that an undo or redo is about; with it
    /// the place in the log that the step names need not be known yet.
    pub fn commit(&self, entry: NewLogEntry, of: Option<Ticket>) -> Result<Ticket, QueueFull> {
        let ticket = Ticket(self.next_ticket.fetch_add(1, Ordering::Relaxed));
        let request = Request::Commit(Box::new(RescuedEdit { ticket, of, entry }));
        match self.sender().try_send(request) {
            Ok(()) => Ok(ticket),
            Err(TrySendError::Full(Request::Commit(edit)) | TrySendError::Disconnected(Request::Commit(edit))) => {
                Err(QueueFull(Box::new(edit.entry)))
            }
            Err(_) => unreachable!("what comes back is what was sent"),
        }
    }

    /// Further openings for the person who is signed in at the store.
    pub fn doorway(&self) -> Doorway {
        self.doorway.clone()
    }

    /// Runs something on the store, after everything handed over before; `false` where the queue is full.
    pub fn with(&self, work: impl FnOnce(&mut Store) + Send + 'static) -> bool {
        self.sender().try_send(Request::With(Box::new(work))).is_ok()
    }

    /// Tries the edits again that were not saved; each answers anew.
    pub fn retry(&self) -> bool {
        self.sender().try_send(Request::Retry).is_ok()
    }

    /// Stops holding back the unsaved edits of one reading, so that it can be opened again as it is stored and edited.
    /// They are kept in a file of the project's backups.
    pub fn give_up(&self, image: ImageId, reader: ReaderId) -> bool {
        self.sender().try_send(Request::GiveUp(image, reader)).is_ok()
    }

    /// Waits until everything handed over is saved or reported. For quitting and tests, not for a frame.
    pub fn flush(&self) {
        let (done, wait) = mpsc::channel();
        let work = Request::With(Box::new(move |_| {
            let _ = done.send(());
        }));
        if self.sender().send(work).is_ok() {
            let _ = wait.recv();
        }
    }

    /// Waits for everything handed over, ends the thread and gives the store back; `None` if the thread had panicked.
    pub fn close(mut self) -> Option<Store> {
        self.requests = None;
        self.thread.take().and_then(|thread| thread.join().ok())
    }

    const fn sender(&self) -> &SyncSender<Request> {
        self.requests.as_ref().expect("the sender is there until close or drop")
    }
}

impl Drop for StoreThread {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that saves ended in a panic");
        }
    }
}

/// The thread's own state.
struct Writer {
    store: Store,
    watch: Watch,
    looked_at: Instant,
    on_outcome: Box<dyn FnMut(Outcome) + Send>,
    rescue: PathBuf,
    /// Where each saved edit of this run is in the log.
    seqs: HashMap<Ticket, LogSeq>,
    /// Edits that were not saved, by reading, in their order.
    held: BTreeMap<(ImageId, ReaderId), Vec<RescuedEdit>>,
    /// Readings of which an edit was refused for a reason that does not pass.
    held_for_good: BTreeSet<(ImageId, ReaderId)>,
}

impl Writer {
    fn run(mut self, inbox: &Receiver<Request>) -> Store {
        loop {
            match inbox.recv_timeout(LOOK.saturating_sub(self.looked_at.elapsed())) {
                Ok(request) => self.answer(request),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.store,
            }
            if self.looked_at.elapsed() >= LOOK {
                self.look();
            }
        }
    }

    fn answer(&mut self, request: Request) {
        match request {
            Request::Commit(edit) => self.commit(*edit),
            // A query that panics costs its answer, not the thread that saves.
            Request::With(work) => {
                let store = &mut self.store;
                if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(store))).is_err() {
                    tracing::error!("a query of the store ended in a panic");
                }
            }
            Request::Retry => self.retry(),
            Request::GiveUp(image, reader) => self.give_up(&(image, reader)),
        }
    }

    /// Passes on what others wrote.
    fn look(&mut self) {
        match self.watch.look(&mut self.store) {
            Ok(Some(written)) => (self.on_outcome)(Outcome::WrittenElsewhere(written)),
            Ok(None) => {}
            // The next look tells what this one could not.
            Err(error) => tracing::warn!(%error, "what others wrote could not be read"),
        }
        self.looked_at = Instant::now();
    }

    fn commit(&mut self, edit: RescuedEdit) {
        let key = (edit.entry.image.clone(), edit.entry.reader.clone());
        if self.held.contains_key(&key) {
            let message = "An earlier edit of this film is not saved, so this one is not either. It is kept, \
                           and is saved together with the earlier one.";
            let can_retry = !self.held_for_good.contains(&key);
            self.hold(vec![edit], message, can_retry);
            return;
        }
        match self.try_commit(&edit) {
            Ok(seq) => self.saved(edit.ticket, seq),
            Err(error) => {
                if !error.is_passing() {
                    self.held_for_good.insert(key);
                }
                self.hold(vec![edit], &in_words(&error), error.is_passing());
            }
        }
    }

    fn try_commit(&mut self, edit: &RescuedEdit) -> Result<LogSeq, StoreError> {
        let entry = with_known_seq(edit, &self.seqs);
        for pause in PAUSES {
            match self.store.commit(&entry) {
                Err(error) if error.is_passing() => {
                    tracing::warn!(%error, "an edit was not saved; trying again");
                    std::thread::sleep(pause);
                }
                outcome => return outcome,
            }
        }
        self.store.commit(&entry)
    }

    fn saved(&mut self, ticket: Ticket, seq: LogSeq) {
        self.seqs.insert(ticket, seq);
        (self.on_outcome)(Outcome::Saved { ticket, seq });
    }

    /// Keeps edits of one reading that were not saved, in memory and in the rescue file, and says so for each.
    fn hold(&mut self, edits: Vec<RescuedEdit>, message: &str, can_retry: bool) {
        let tickets: Vec<Ticket> = edits.iter().map(|e| e.ticket).collect();
        let Some(first) = edits.first() else { return };
        let (image, reader) = (first.entry.image.clone(), first.entry.reader.clone());
        self.held.entry((image.clone(), reader.clone())).or_default().extend(edits);
        let rescue = self.write_held();
        for ticket in tickets {
            let (image, reader) = (image.clone(), reader.clone());
            (self.on_outcome)(Outcome::NotSaved {
                ticket,
                image,
                reader,
                message: message.to_owned(),
                can_retry,
                rescue: rescue.clone(),
            });
        }
    }

    fn write_held(&self) -> Option<PathBuf> {
        let mut edits: Vec<RescuedEdit> = self.held.values().flatten().cloned().collect();
        edits.sort_by_key(|edit| edit.ticket);
        match write_rescue(&self.rescue, &edits) {
            Ok(()) => Some(self.rescue.clone()),
            Err(error) => {
                tracing::error!(%error, "unsaved edits are in memory only");
                None
            }
        }
    }

    fn retry(&mut self) {
        // What another person could not save waits for them: it is written in their name only.
        let is_own = |reader: &ReaderId| self.store.is_own(reader).unwrap_or(true);
        let readings: Vec<_> = self.held.keys().filter(|(_, reader)| is_own(reader)).cloned().collect();
        for key in readings {
            // The rescue file keeps what is on its way until the end.
            let mut waiting = self.held.remove(&key).unwrap_or_default().into_iter();
            while let Some(edit) = waiting.next() {
                match self.try_commit(&edit) {
                    Ok(seq) => self.saved(edit.ticket, seq),
                    Err(error) => {
                        let rest = std::iter::once(edit).chain(waiting).collect();
                        self.hold(rest, &in_words(&error), error.is_passing());
                        break;
                    }
                }
            }
        }
        self.write_held();
    }

    fn give_up(&mut self, key: &(ImageId, ReaderId)) {
        let Some(edits) = self.held.get(key) else { return };
        let name = format!("unsaved-{}-{}.jsonl", self.store.session(), now_ms());
        match write_rescue(&self.store.folder().join("backups").join(name), edits) {
            Ok(()) => {
                self.held.remove(key);
                self.held_for_good.remove(key);
                self.write_held();
            }
            Err(error) => tracing::error!(%error, "unsaved edits stay where they are"),
        }
    }
}

/// A window shows the film anew where an edit was refused.
fn in_words(error: &StoreError) -> String {
    match error {
        StoreError::Edit(EditError::Stale) | StoreError::WrongStep(_) => {
            "Not saved: the film was changed elsewhere first. It is shown as it is now; make the change again.".into()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edit::Edit;
    use crate::domain::log::Step;
    use crate::domain::rules::default_rules;
    use crate::store::{NewProject, read_rescue, set_aside};
    use std::path::Path;

    fn project(folder: &Path) -> Store {
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        Store::create(folder, &project).expect("a project")
    }

    fn comment(film: &str, before: &str, after: &str) -> NewLogEntry {
        NewLogEntry {
            image: ImageId::from(film),
            reader: ReaderId::from("R1"),
            step: Step::Do,
            edit: Edit::SetComment { before: before.to_owned(), after: after.to_owned() },
            made_at_ms: 1,
        }
    }

    fn limit_pages(store: &mut Store, pages: i64) {
        store.conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).expect("a limit");
    }

    fn started(store: Store) -> (StoreThread, Receiver<Outcome>) {
        let (outcomes, inbox) = mpsc::channel();
        let thread = StoreThread::start(store, move |o| outcomes.send(o).expect("the test listens")).expect("a thread");
        (thread, inbox)
    }

    fn num_saved(inbox: &Receiver<Outcome>) -> usize {
        inbox.try_iter().filter(|o| matches!(o, Outcome::Saved { .. })).count()
    }

    #[test]
    fn on_a_full_disk_edits_are_held_rescued_and_saved_later_in_order() {
        let folder = tempfile::tempdir().expect("scratch");
        let mut store = project(folder.path());
        limit_pages(&mut store, 1);
        let rescue = rescue_path(folder.path(), store.session());
        let (thread, inbox) = started(store);
        let long = "x".repeat(1 << 20);
        thread.commit(comment("full", "", &long), None).expect("room in the queue");
        let second = thread.commit(comment("full", &long, "short"), None).expect("room in the queue");
        let mut undo = comment("full", "short", &long);
        undo.step = Step::Undo(LogSeq(0));
        thread.commit(undo, Some(second)).expect("room in the queue");
        thread.flush();
        let answers: Vec<Outcome> = inbox.try_iter().collect();
        assert_eq!(answers.len(), 3);
        for answer in &answers {
            let Outcome::NotSaved { rescue: Some(path), message, .. } = answer else { panic!("{answer:?}") };
            assert_eq!(*path, rescue);
            assert!(message.contains("disk is full") || message.contains("earlier edit"), "{message}");
        }
        let kept = read_rescue(&rescue).expect("readable");
        assert_eq!(kept.len(), 3);
        assert_eq!(kept[2].of, Some(second));

        // Still full: nothing changes. Then there is room.
        thread.retry();
        thread.flush();
        assert_eq!(num_saved(&inbox), 0);
        thread.with(|store| limit_pages(store, 1 << 20));
        thread.retry();
        thread.flush();
        assert_eq!(num_saved(&inbox), 3);
        assert!(!rescue.exists());
        let store = thread.close().expect("no panic");
        let reading = store.reading(&ImageId::from("full"), &ReaderId::from("R1")).expect("readable");
        assert_eq!(reading.comment(), long);
        let book = store.rebuild_from_log().expect("readable");
        assert_eq!(store.differences_from(&book).expect("readable"), []);
    }

    #[test]
    fn a_refused_edit_holds_its_own_film_only_until_it_is_given_up() {
        let folder = tempfile::tempdir().expect("scratch");
        let (thread, inbox) = started(project(folder.path()));
        thread.commit(comment("a", "stale", "x"), None).expect("room");
        thread.commit(comment("a", "", "x"), None).expect("room");
        thread.commit(comment("b", "", "x"), None).expect("room");
        thread.flush();
        assert_eq!(num_saved(&inbox), 1);
        assert!(thread.give_up("a".into(), "R1".into()));
        thread.commit(comment("a", "", "y"), None).expect("room");
        let store = thread.close().expect("no panic");
        assert_eq!(num_saved(&inbox), 1);
        assert_eq!(std::fs::read_dir(folder.path().join("backups")).expect("folder").count(), 1);
        assert!(!rescue_path(folder.path(), store.session()).exists());
    }

    #[test]
    fn rescued_edits_are_offered_at_the_next_start() {
        let folder = tempfile::tempdir().expect("scratch");
        let mut store = project(folder.path());
        limit_pages(&mut store, 1);
        let long = "x".repeat(1 << 20);
        let (thread, _inbox) = started(store);
        let first = thread.commit(comment("a", "", &long), None).expect("room");
        let mut undo = comment("a", &long, "");
        undo.step = Step::Undo(LogSeq(0));
        thread.commit(undo, Some(first)).expect("room");
        thread.commit(comment("a", "not this", "x"), None).expect("room");
        drop(thread);

        let mut store = Store::open(folder.path()).expect("a project");
        let files = store.rescue_files().expect("readable");
        assert_eq!(files.len(), 1);
        let edits = read_rescue(&files[0]).expect("readable");
        let report = store.replay(&edits);
        assert_eq!((report.saved.len(), report.refused.len()), (2, 1));
        set_aside(folder.path(), &files[0]).expect("moved");
        assert_eq!(store.rescue_files().expect("readable"), Vec::<PathBuf>::new());
        assert_eq!(store.log(&"a".into(), &"R1".into()).expect("readable").len(), 2);
    }
}
