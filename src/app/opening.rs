//! Opening and making projects: what an earlier run could not save is saved first, then everything is handed over.

use std::path::Path;
use std::sync::Arc;

use crate::domain::project::Reader;
use crate::domain::rules::default_rules;
use crate::session::{Event, NewProjectWish};
use crate::store::{NewProject, RescuedEdit, Store, StoreError, StoreThread, read_rescue, set_aside, write_rescue};
use crate::workflows::label_sets;

use super::inbox::{News, Post};
use super::{models_desk, references, view_memory, window_presets};

pub(super) fn create_project(folder: &Path, wish: &NewProjectWish) -> Result<Store, StoreError> {
    let of_folder = folder.file_name().map_or_else(|| "Project".to_owned(), |n| n.to_string_lossy().into_owned());
    let name = if wish.name.trim().is_empty() { of_folder } else { wish.name.trim().to_owned() };
    let project = NewProject { name, label_set: wish.label_set.clone(), rules: default_rules(), is_synthetic: false };
    let mut store = Store::create(folder, &project)?;
    store.set_workflow(wish.workflow)?;
    let first = Reader::new("R1", "Reader 1");
    store.add_reader(&first)?;
    Ok(store)
}

/// Opens or makes a project, saves what an earlier run could not, and hands its store over.
pub(super) fn open_project(
    post: &Post,
    open: impl FnOnce() -> Result<Store, StoreError>,
    look: impl FnOnce() -> Result<Store, StoreError>,
) {
    let mut store = match open() {
        Ok(store) => store,
        // What can't be written can still be looked at.
        Err(StoreError::ReadOnly) => match look() {
            Ok(store) => store,
            Err(error) => return post.event(Event::ProjectFailed { message: error.to_string() }),
        },
        Err(error) => return post.event(Event::ProjectFailed { message: error.to_string() }),
    };
    // An opening to look has no number: no edit could carry it.
    let is_read_only = store.session() == 0;
    // Where people sign in, nothing is known and nothing is written before somebody has.
    let is_locked = match store.is_locked() {
        Ok(is_locked) => is_locked,
        Err(error) => return post.event(Event::ProjectFailed { message: error.to_string() }),
    };
    let rescued = if is_read_only || is_locked { None } else { replay_rescued(&mut store) };
    let settings = store.project().clone();
    let labels = match label_sets::of_project(&store) {
        Ok((labels, _)) => labels,
        Err(error) => return post.event(Event::ProjectFailed { message: format!("{error:#}") }),
    };
    let readers = match store.readers() {
        Ok(readers) => readers,
        Err(error) => return post.event(Event::ProjectFailed { message: error.to_string() }),
    };
    let view = store.get_setting(view_memory::KEY).ok().flatten().and_then(|json| view_memory::from_json(&json));
    let presets = store.get_setting(window_presets::KEY).ok().flatten().map(|json| window_presets::from_json(&json));
    let contents = if is_locked { Vec::new() } else { contents(&store) };
    let event = Event::ProjectOpened {
        folder: store.folder().to_owned(),
        project: settings,
        label_set: Arc::new(labels),
        readers,
        number: store.session(),
        is_read_only,
        view: view.map(Box::new),
    };
    let (outcomes, number) = (post.clone(), store.session());
    match StoreThread::start(store, move |outcome| outcomes.send(News::Outcome { number, outcome })) {
        Ok(store) => {
            post.send(News::Opened { store: Box::new(store), event: Box::new(event) });
            post.event(Event::PresetsLoaded(presets.unwrap_or_default()));
            for event in contents {
                post.event(event);
            }
        }
        Err(error) => post.event(Event::ProjectFailed { message: error.to_string() }),
    }
    if let Some(text) = rescued {
        post.event(Event::Warning(text));
    }
    if is_read_only {
        let text = "The project's folder can't be written, so it is open to look only: nothing can be changed here.";
        post.event(Event::Warning(text.to_owned()));
    }
}

/// What can be told only when somebody is in.
pub(super) fn tell_contents(store: &mut Store, post: &Post) {
    for event in contents(store) {
        post.event(event);
    }
    if store.session() != 0
        && let Some(text) = replay_rescued(store)
    {
        post.event(Event::Warning(text));
    }
}

fn contents(store: &Store) -> Vec<Event> {
    let references = references::load(store).unwrap_or_else(|error| Event::Warning(error.to_string()));
    vec![models_desk::load(store), references]
}

/// What the last run could not save is saved now, and said. Of a person who signed in it is their own; what is another's
/// waits for them.
fn replay_rescued(store: &mut Store) -> Option<String> {
    let files = store.rescue_files().ok()?;
    let (mut num_saved, mut num_refused) = (0, 0);
    for file in files {
        let Ok(edits) = read_rescue(&file) else {
            num_refused += 1;
            continue;
        };
        let is_mine = |edit: &RescuedEdit| store.is_own(&edit.entry.reader).unwrap_or(false);
        let (edits, others): (Vec<_>, Vec<_>) = edits.into_iter().partition(is_mine);
        if edits.is_empty() {
            continue;
        }
        let report = store.replay(&edits);
        num_saved += report.saved.len();
        num_refused += report.refused.len();
        let is_kept = set_aside(store.folder(), &file).and_then(|()| write_rescue(&file, &others));
        if let Err(error) = is_kept {
            tracing::warn!(%error, "a rescue file stays where it is");
        }
    }
    let counted = |n: usize| if n == 1 { "1 edit".to_owned() } else { format!("{n} edits") };
    let saved = (num_saved > 0).then(|| format!("{} of the last time, not saved then, saved now", counted(num_saved)));
    let refused = (num_refused > 0)
        .then(|| format!("{} of the last time no longer fit; kept in the project's backups", counted(num_refused)));
    let told: Vec<String> = saved.into_iter().chain(refused).collect();
    (!told.is_empty()).then(|| format!("{}.", told.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edit::Edit;
    use crate::domain::log::{NewLogEntry, Step};
    use crate::store::{ImportedFile, Ticket};

    #[test]
    fn what_a_person_wrote_in_a_second_reading_is_saved_when_they_sign_in() {
        let folder = tempfile::tempdir().unwrap();
        let project = NewProject {
            name: "p".into(),
            label_set: "vindr_spine".into(),
            rules: default_rules(),
            is_synthetic: true,
        };
        let mut store = Store::create(folder.path(), &project).unwrap();
        let session = store.session();
        let mut import = store.begin_import(session, 2, 1).unwrap();
        import.write_readers(["R2", "R3", "R3.2"].into_iter()).unwrap();
        let file = ImportedFile { name: "f", sha256: [0; 32], format: "f", header: "", num_rows: 0, details: "{}" };
        import.commit(&file, "Imported.".to_owned()).unwrap();
        let edits = ["R3.2", "R2"].map(|reader| {
            let edit = Edit::SetComment { before: String::new(), after: "Scoliosis.".into() };
            let entry =
                NewLogEntry { image: "film".into(), reader: reader.into(), step: Step::Do, edit, made_at_ms: 5 };
            RescuedEdit { ticket: Ticket(1), of: None, entry }
        });
        let file = folder.path().join("rescue-77.jsonl");
        write_rescue(&file, &edits).unwrap();
        store.sign_in(&"R3".into(), None).unwrap();
        let told = replay_rescued(&mut store).expect("something was saved");
        assert!(told.starts_with("1 edit of the last time, not saved then, saved now"), "{told}");
        assert_eq!(read_rescue(&file).unwrap(), edits[1..], "another's waits for them");
    }
}
