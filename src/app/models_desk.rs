//! The project's models as the window changes them: files on a thread of their own, rows in the store.

use std::path::PathBuf;

use crate::domain::model::ModelId;
use crate::jobs::Lane;
use crate::session::{Event, ModelChange, ModelDone, ModelFile, ModelShelf};
use crate::store::{PipelineSettings, Store, StoreThread};
use crate::workflows::models::{self, Doer, FileKind};

use super::evaluations_desk::is_not_for_them;
use super::inbox::Post;
use super::project_changes::now_ms;

/// The register as the session knows it; at opening, and after every change here or elsewhere.
pub(super) fn load(store: &Store) -> Event {
    match models::register(store) {
        Ok(models::Register { models, pipeline, history }) => {
            Event::ModelsLoaded(Box::new(ModelShelf { models, pipeline, history }))
        }
        Err(error) => Event::ModelsChanged(Err(format!("{error:#}"))),
    }
}

/// The same for a screen that the person did not ask for; `None` where they may not know of models.
pub(super) fn load_where_allowed(store: &Store) -> Option<Event> {
    match models::register(store) {
        Err(error) if is_not_for_them(&error) => None,
        _ => Some(load(store)),
    }
}

/// Finds out what a file is, which for a state dict means reading all of it.
pub(super) fn look_at(lane: &Lane, post: &Post, path: PathBuf) {
    let post = post.clone();
    lane.run(move || {
        let seen = models::look(&path).map_err(|error| format!("{error:#}")).map(|found| ModelFile {
            path,
            has_card: found.card.is_some(),
            is_script: found.kind == FileKind::TorchScript,
            guess: found.guess,
        });
        post.event(Event::ModelFileSeen(seen));
    });
}

/// Carries a change out and says how the models are now. Files are copied beside the store's thread and by a connection
/// of their own, so that no edit waits for a large one.
pub(super) fn carry_out(lane: &Lane, store: &StoreThread, post: &Post, change: ModelChange, by: String) {
    let (post, doorway) = (post.clone(), store.doorway());
    match change {
        ModelChange::Import { path, draft } => lane.run(move || {
            let outcome = doorway.open().map_err(anyhow::Error::from).and_then(|mut store| {
                let stored = models::import(&mut store, &path, &draft, Doer { by: &by, at_ms: now_ms() })?;
                post.event(load(&store));
                let name = stored.full_name();
                Ok(done(format!("Imported: {name}. Put it in use when its card convinces you."), stored.id))
            });
            tell(&post, outcome);
        }),
        ModelChange::Export { model, to } => lane.run(move || {
            let outcome = doorway.open_to_look().map_err(anyhow::Error::from).and_then(|store| {
                models::export(&store, model, &to, models::ExportForm::default())?;
                Ok(done(format!("The model is written to {}", to.display()), model))
            });
            tell(&post, outcome);
        }),
        other => {
            let queued = post.clone();
            let is_queued = store.with(move |store| {
                let outcome = change_rows(store, other, &by);
                post.event(load(store));
                tell(&post, outcome);
            });
            if !is_queued {
                let text = "The disk is not keeping up, so nothing was changed; try again in a moment.";
                queued.event(Event::ModelsChanged(Err(text.to_owned())));
            }
        }
    }
}

fn tell(post: &Post, outcome: anyhow::Result<ModelDone>) {
    post.event(Event::ModelsChanged(outcome.map_err(|error| format!("{error:#}"))));
}

fn change_rows(store: &mut Store, change: ModelChange, by: &str) -> anyhow::Result<ModelDone> {
    let doer = Doer { by, at_ms: now_ms() };
    let quiet = |model: Option<ModelId>| Ok(ModelDone { said: String::new(), model });
    match change {
        ModelChange::Promote(id) => {
            models::promote(store, id, doer)?;
            quiet(Some(id))
        }
        ModelChange::RollBack(task) => {
            let before = models::roll_back(store, task, doer)?;
            let said = match &before {
                Some(model) => format!("In use again: {}", model.full_name()),
                None => "Rolled back: no model was in use before, so none is now.".to_owned(),
            };
            Ok(ModelDone { said, model: before.map(|model| model.id) })
        }
        ModelChange::Delete(id) => {
            models::delete(store, id, doer)?;
            quiet(None)
        }
        ModelChange::ChangeTexts { model, texts } => {
            models::edit_card(store, model, &texts, doer)?;
            quiet(Some(model))
        }
        ModelChange::MakeEnsemble(draft) => {
            let made = models::make_ensemble(store, &draft, doer)?;
            Ok(done(format!("Made: {}. Put it in use when its card convinces you.", made.full_name()), made.id))
        }
        ModelChange::SetPipeline(pipeline) => {
            let settings =
                PipelineSettings { threshold: pipeline.threshold, rule: pipeline.rule, min_score: pipeline.min_score };
            store.set_pipeline_settings(&settings)?;
            quiet(None)
        }
        ModelChange::Import { .. } | ModelChange::Export { .. } => quiet(None),
    }
}

const fn done(said: String, model: ModelId) -> ModelDone {
    ModelDone { said, model: Some(model) }
}
