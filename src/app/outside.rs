//! The outside: carries out each effect on threads, and turns what they say into events.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use crate::dicom;
use crate::domain::id::{ImageId, LogSeq, ReaderId};
use crate::domain::imaging::Film;
use crate::domain::label::LabelSet;
use crate::domain::log::{NewLogEntry, Step};
use crate::domain::project::Reader;
use crate::domain::reading_time::ReadingTime;
use crate::domain::study::FilmSource;
use crate::formats::label_set;
use crate::jobs::{EngineOptions, EngineProgram, Lane};
use crate::render::FilmUploader;
use crate::session::effect::{EntryRef, PendingStep, Persist};
use crate::session::event::Elsewhere;
use crate::session::settings::Settings;
use crate::session::team::TeamTask;
use crate::session::viewport::ViewState;
use crate::session::{Effect, EvaluationTask, Event, ProjectCommand, Session};
use crate::store::{self, Doorway, Outcome, Store, StoreError, StoreThread};

use super::engine_desk::EngineDesk;
use super::film_desk::FilmDesk;
use super::inbox::{News, Post};
use super::jobs::Jobs;
use super::pictures::CropWish;
use super::readings::{self, OpenedFilm};
use super::team_desk::{self, Desk};
use super::training_desk::TrainingDesk;
use super::{
    choose_path, errors_desk, evaluations_desk, filters_desk, input_memory, models_desk, opening, project_changes,
    recent, references, settings_file, sheets, study_desk, view_memory, window_presets,
};

/// Decodes one frame of a film, or says in a sentence why not.
pub type Decode = Box<dyn Fn(&FilmSource, u32) -> Result<Film, String> + Send + Sync>;

/// Everything that is not the session: the store, decoded films, jobs, dialogs.
#[derive(Debug)]
pub struct Outside {
    post: Post,
    inbox: Receiver<News>,
    films: FilmDesk,
    jobs: Jobs,
    /// Opening projects and native dialogs, which may take their time.
    lane: Lane,
    dialogs: Lane,
    project: Option<Open>,
    /// Counts the projects that were opened, those to look only too.
    num_openings: u64,
    keeps_recent: bool,
    engine: EngineOptions,
}

#[derive(Debug)]
struct Open {
    store: Arc<StoreThread>,
    /// What it posts is dropped once another project is open.
    post: Post,
    engine: EngineDesk,
    training: TrainingDesk,
    label_set: Arc<LabelSet>,
    number: u32,
    is_read_only: bool,
    /// Readers see each other's marks.
    shows_others: bool,
    /// The store's number of each edit that the session numbered, and back.
    store_ticket: HashMap<crate::session::effect::Ticket, store::Ticket>,
    session_ticket: HashMap<store::Ticket, crate::session::effect::Ticket>,
}

impl Outside {
    /// `keeps_recent` writes the list of recent projects and the settings into the person's configuration; tests don't.
    pub fn new(context: egui::Context, decode: Decode, keeps_recent: bool) -> Self {
        let (post, inbox) = Post::new(context);
        Self {
            films: FilmDesk::new(decode, post.clone()),
            jobs: Jobs::new(post.clone()),
            post,
            inbox,
            lane: Lane::start("open"),
            dialogs: Lane::detached("dialogs"),
            project: None,
            num_openings: 0,
            keeps_recent,
            engine: EngineOptions::new(EngineProgram::find()),
        }
    }

    /// Uses another learning engine than the one beside the program.
    #[must_use]
    pub fn with_engine(self, engine: EngineOptions) -> Self {
        Self { engine, ..self }
    }

    /// The next piece of news, if any.
    pub fn next_news(&self) -> Option<News> {
        self.inbox.try_recv().ok()
    }

    /// Whether the project of that opening is still the one that is open.
    pub const fn is_open(&self, opening: u64) -> bool {
        self.project.is_some() && self.num_openings == opening
    }

    /// The event for a save's outcome; `number` is that of the opening whose store says so.
    pub fn outcome(&mut self, number: u32, outcome: Outcome) -> Option<Event> {
        let project = self.project.as_ref().filter(|project| project.number == number)?;
        match outcome {
            Outcome::WrittenElsewhere(written) => {
                written.readings.iter().for_each(|(image, _)| self.films.edited(image));
                if written.has_new_films {
                    self.films.films_changed();
                }
                if written.is_project_changed {
                    let (post, label_set) = (self.post.clone(), project.label_set.clone());
                    project.store.with(move |store| project_changes::tell(store, &post, label_set));
                }
                if written.are_models_changed {
                    let post = project.post.clone();
                    project.store.with(move |store| {
                        // Whoever may not know of models asked for nothing here, so nothing failed.
                        if let Some(event) = models_desk::load_where_allowed(store) {
                            post.event(event);
                        }
                    });
                }
                if written.is_training_changed {
                    project.training.load();
                }
                if written.are_evaluations_changed {
                    evaluations_desk::load(&self.lane, &project.store.doorway(), &project.post);
                }
                Some(Event::ChangedElsewhere(Elsewhere {
                    readings: written.readings,
                    reviews: written.reviews,
                    has_review_steps: written.has_review_steps,
                    has_new_films: written.has_new_films,
                    has_predictions: written.has_predictions,
                }))
            }
            Outcome::Saved { ticket, seq } => {
                let ticket = *project.session_ticket.get(&ticket)?;
                Some(Event::Saved { ticket, seq })
            }
            Outcome::NotSaved { ticket, image, reader, message, can_retry, .. } => {
                let ticket = *project.session_ticket.get(&ticket)?;
                if can_retry {
                    return Some(Event::SaveFailed { ticket, message });
                }
                project.store.give_up(image, reader);
                Some(Event::SaveRefused { ticket, message })
            }
        }
    }

    /// Takes over the store of a project that was opened.
    pub fn opened(&mut self, store: StoreThread, event: &Event) {
        if let Event::ProjectOpened { project, label_set, folder, number, is_read_only, .. } = event {
            if let Some(before) = self.project.take() {
                // Dropping a store waits for its edits; that is not the window's to do.
                self.lane.run(move || drop(before));
            }
            self.films.open_project(folder);
            if self.keeps_recent {
                recent::remember(folder);
            }
            let store = Arc::new(store);
            self.num_openings += 1;
            let post = self.post.of_opening(self.num_openings);
            self.project = Some(Open {
                engine: EngineDesk::new(post.clone(), self.engine.clone(), &store),
                training: TrainingDesk::new(&store.doorway(), &post, self.engine.program.clone(), *is_read_only),
                store,
                post,
                label_set: label_set.clone(),
                number: *number,
                is_read_only: *is_read_only,
                shows_others: project.is_open,
                store_ticket: HashMap::new(),
                session_ticket: HashMap::new(),
            });
        }
    }

    /// Carries out one effect. The answer comes back at once where it is there already, else later as news.
    pub fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::LoadReading { image, reader } => return self.load_reading(image, reader),
            Effect::LoadPicture { image, frame } => return self.load_picture(image, frame),
            Effect::LoadTags { image, source } => self.load_tags(image, source),
            Effect::Persist(persist) => self.persist(*persist),
            Effect::LoadWorklist { reader } => self.load_worklist(reader),
            Effect::ChoosePath(purpose) => choose_path::choose(&self.dialogs, self.post.clone(), purpose),
            Effect::OpenProject(folder) => {
                let post = self.post.clone();
                self.lane.run(move || {
                    opening::open_project(&post, || Store::open(&folder), || Store::open_to_look(&folder));
                });
            }
            Effect::CreateProject { folder, wish } => {
                let post = self.post.clone();
                self.lane.run(move || {
                    opening::open_project(
                        &post,
                        || opening::create_project(&folder, &wish),
                        || Err(StoreError::ReadOnly),
                    );
                });
            }
            Effect::ImportFilms { paths, copies } => {
                self.with_doorway(|jobs, doorway| jobs.import_films(doorway, paths, copies));
            }
            Effect::ImportLabels { path, wish } => {
                self.with_doorway(|jobs, doorway| jobs.import_labels(doorway, path, wish));
            }
            Effect::Export { purpose, to } => self.with_doorway(|jobs, doorway| jobs.export(doorway, purpose, to)),
            Effect::CancelJob => self.jobs.cancel(),
            Effect::ChangeProject(change) => self.change_project(*change),
            Effect::Study(task) => {
                if let Some(Open { store, post, .. }) = &self.project {
                    study_desk::carry_out(&self.lane, store.doorway(), post.clone(), task);
                }
            }
            Effect::LoadTraining => {
                if let Some(project) = &self.project {
                    project.training.load();
                }
            }
            Effect::Train { task, by } => {
                if let Some(project) = &self.project {
                    project.training.carry_out(*task, by);
                }
            }
            Effect::Team(task) if matches!(*task, TeamTask::Agree(_)) => {
                if let (TeamTask::Agree(task), Some(Open { post, .. })) = (*task, &self.project) {
                    let post = post.clone();
                    self.with_doorway(|jobs, doorway| team_desk::agreeing::carry_out(jobs, doorway, post, task));
                }
            }
            Effect::Team(task) => {
                if let Some(Open { store, post, .. }) = &self.project {
                    // Nothing is opened for the person before, once somebody else is about to be in.
                    let hold = team_desk::changes_person(&task).then(|| store.doorway().hold());
                    let (doorway, post) = (store.doorway(), post.clone());
                    match *task {
                        TeamTask::Exchange(task) => {
                            team_desk::exchange(&mut self.jobs, &self.lane, doorway, post, task);
                        }
                        task => team_desk::carry_out(&Desk { lane: &self.lane, store, doorway, post }, task),
                    }
                    if let Some(hold) = hold {
                        store.with(move |_| drop(hold));
                    }
                }
            }
            Effect::LoadEvaluations => {
                if let Some(Open { store, post, .. }) = &self.project {
                    evaluations_desk::load(&self.lane, &store.doorway(), post);
                }
            }
            Effect::Evaluate { task, by } => match *task {
                EvaluationTask::Rule { run, ruling } => {
                    self.query(move |store| errors_desk::rule(store, run, &ruling));
                }
                task => {
                    if let Some(Open { store, post, .. }) = &self.project {
                        let (doorway, post) = (store.doorway(), post.clone());
                        evaluations_desk::carry_out(&self.lane, &mut self.jobs, doorway, post, task, by);
                    }
                }
            },
            Effect::WriteVerdicts { run, rulings, to } => {
                errors_desk::write_verdicts(&self.lane, self.post.clone(), run, rulings, to);
            }
            Effect::ListErrors(run) => errors_desk::list(&self.lane, self.post.clone(), run),
            Effect::EvaluateUnderVerdicts { run, rulings } => {
                errors_desk::under_verdicts(&self.lane, self.post.clone(), run, rulings);
            }
            Effect::WriteSheet { sheet, to } => {
                let post = self.post.clone();
                self.lane.run(move || post.event(sheets::write(&sheet, &to)));
            }
            Effect::CopySheet(sheet) => {
                let post = self.post.clone();
                self.lane.run(move || post.event(sheets::copy(post.context(), &sheet)));
            }
            Effect::LoadModels => self.query(|store| Ok(models_desk::load(store))),
            Effect::LookAtModelFile(path) => models_desk::look_at(&self.lane, &self.post, path),
            Effect::ChangeModels { change, by } => {
                if let Some(Open { store, post, .. }) = &self.project {
                    models_desk::carry_out(&self.lane, store, post, *change, by);
                }
            }
            Effect::LoadLabelDesk => self.query(|store| project_changes::label_desk(store)),
            Effect::ReadLabelSet { path, base } => {
                let post = self.post.clone();
                self.lane.run(move || post.event(project_changes::read_labels(&path, &base)));
            }
            Effect::WriteLabelSet { path, set } => {
                let post = self.post.clone();
                self.lane.run(move || post.event(project_changes::write_labels(&path, &set)));
            }
            Effect::LoadReferences => self.query(|store| references::load(store)),
            Effect::ChangeReferences(change) => self.query(move |store| {
                store.change_references(&change)?;
                references::load(store)
            }),
            Effect::MakeReference(crop) => self.with_store(|store, post| {
                let make = move || Ok((references::png_of_film(&crop)?, Some(crop.label), Some(crop.image)));
                references::add(&self.lane, store, post, make);
            }),
            Effect::AddReferenceFile { path, label } => self.with_store(|store, post| {
                references::add(&self.lane, store, post, move || Ok((references::png_of_file(&path)?, label, None)));
            }),
            Effect::AddReader => self.add_reader(),
            Effect::RetrySave => {
                if let Some(project) = &self.project {
                    project.store.retry();
                }
            }
            Effect::RememberPresets(presets) => {
                self.with_store(|store, post| window_presets::remember(store, &post, &presets));
            }
            Effect::RememberSettings(settings) => self.remember_settings(*settings),
            Effect::LoadFilters { reader } => self.with_store(|store, post| filters_desk::load(store, post, reader)),
            Effect::KeepFilter { reader, filter, is_kept } => {
                self.with_store(|store, post| filters_desk::keep(store, post, reader, filter, is_kept));
            }
            Effect::LoadInput { reader } => self.with_store(|store, post| input_memory::load(store, post, reader)),
            Effect::RememberInput { reader, choices } => {
                self.with_store(|store, post| input_memory::remember(store, post, &reader, &choices));
            }
            Effect::RecordTime(times) => self.record_time(times),
            Effect::LoadPredictions { image } => {
                if let Some(project) = &mut self.project {
                    project.engine.load(image);
                }
            }
            Effect::PredictFilms { images } => self.predict_films(images),
            Effect::NoteModelSeen { image, reader, models } => {
                self.films.edited(&image);
                if let Some(project) = &self.project {
                    readings::note_models_seen(&project.store, &self.post, (image, reader), models);
                }
            }
            Effect::LoadStatistics { reader } => self.query(move |store| {
                let statistics = store.reader_statistics(&reader)?;
                Ok(Event::StatisticsLoaded { reader, statistics: Box::new(statistics) })
            }),
        }
        None
    }

    /// Stops the running job and waits for every edit to be saved. Only when the window closes.
    pub fn close_project(&mut self) {
        self.jobs.cancel();
        if let Some(project) = self.project.take() {
            project.store.flush();
        }
    }

    fn with_doorway(&mut self, start: impl FnOnce(&mut Jobs, Doorway)) {
        if let Some(project) = &self.project {
            start(&mut self.jobs, project.store.doorway());
        }
    }

    fn predict_films(&mut self, images: Vec<ImageId>) {
        if let Some(project) = &self.project {
            self.jobs.predict_films(project.store.doorway(), images, project.engine.handle());
        }
    }

    fn persist(&mut self, persist: Persist) {
        if crate::session::labelling::is_shared(&persist.edit) {
            self.films.films_changed();
        }
        self.films.edited(&persist.image);
        let Some(project) = &mut self.project else {
            let message = "The project is closed, so the edit has no place to go.".to_owned();
            return self.post.event(Event::SaveFailed { ticket: persist.ticket, message });
        };
        let (step, of) = match persist.step {
            PendingStep::Do => (Step::Do, None),
            PendingStep::Undo(EntryRef::Written(seq)) => (Step::Undo(seq), None),
            PendingStep::Redo(EntryRef::Written(seq)) => (Step::Redo(seq), None),
            // The store fills the position in when it knows it.
            PendingStep::Undo(EntryRef::Pending(t)) => (Step::Undo(LogSeq(0)), project.store_ticket.get(&t).copied()),
            PendingStep::Redo(EntryRef::Pending(t)) => (Step::Redo(LogSeq(0)), project.store_ticket.get(&t).copied()),
        };
        let entry = NewLogEntry {
            image: persist.image,
            reader: persist.reader,
            step,
            edit: persist.edit,
            made_at_ms: persist.made_at_ms,
        };
        match project.store.commit(entry, of) {
            Ok(ticket) => {
                project.store_ticket.insert(persist.ticket, ticket);
                project.session_ticket.insert(ticket, persist.ticket);
            }
            Err(full) => self.post.event(Event::SaveFailed { ticket: persist.ticket, message: full.to_string() }),
        }
    }

    /// Runs a query on the store's thread; a full queue or an error becomes a warning.
    fn query(&self, work: impl FnOnce(&mut Store) -> Result<Event, StoreError> + Send + 'static) {
        let Some(project) = &self.project else { return };
        let post = project.post.clone();
        let is_queued = project.store.with(move |store| match work(store) {
            Ok(event) => post.event(event),
            Err(error) => post.event(Event::Warning(error.to_string())),
        });
        if !is_queued {
            self.post.event(Event::Warning("The disk is not keeping up; try again in a moment.".to_owned()));
        }
    }

    fn load_reading(&mut self, image: ImageId, reader: ReaderId) -> Option<Event> {
        let store = &self.project.as_ref()?.store;
        if let Some(event) = self.films.reading(store, &image, &reader) {
            return Some(event);
        }
        let (post, wanted) = (self.post.clone(), image.clone());
        let is_queued = store.with(move |store| {
            let message = match OpenedFilm::read(store, &image, &reader) {
                Ok(Some(film)) => return post.event(film.into_event()),
                Ok(None) => "The film is not in the project any more.".to_owned(),
                Err(error) => error.to_string(),
            };
            post.event(Event::ReadingFailed { image, message });
        });
        let message = "The disk is not keeping up; try again in a moment.".to_owned();
        (!is_queued).then_some(Event::ReadingFailed { image: wanted, message })
    }

    fn load_picture(&self, image: ImageId, frame: u32) -> Option<Event> {
        self.films.picture(&self.project.as_ref()?.store, image, frame)
    }

    /// Gets ready for what comes next; `true` where that is something else than before.
    pub fn look_ahead(&mut self, session: &Session, has_thumbnail: impl Fn(&ImageId) -> bool) -> bool {
        let Some(project) = &mut self.project else { return false };
        let is_elsewhere = self.films.look_ahead(&project.store, session, has_thumbnail);
        if is_elsewhere || project.engine.is_behind(session) {
            project.engine.look_ahead(session, self.films.on_screen(), self.films.next());
        }
        is_elsewhere
    }

    /// What the store said about a film that is expected next.
    pub fn read_ahead(&mut self, session: &Session, number: u64, film: OpenedFilm) {
        if let Some(project) = &self.project {
            self.films.read_ahead(&project.store, session, number, film);
        }
    }

    /// The project's settings or labels are others now: what was read ahead under other labels, or with what other readers
    /// said where it may not be seen any more, is old.
    pub fn project_changed(&mut self, is_open: bool, label_set: &Arc<LabelSet>) {
        let Some(project) = &mut self.project else { return };
        if project.label_set != *label_set || project.shows_others != is_open {
            project.label_set = label_set.clone();
            project.shows_others = is_open;
            self.films.films_changed();
        }
    }

    /// Films came, moved or were labelled by a job.
    pub fn films_changed(&mut self) {
        self.films.films_changed();
    }

    /// The gallery shows these parts of films now.
    pub fn wish_for(&self, wishes: Vec<CropWish>) {
        if let Some(project) = &self.project {
            self.films.wish_for(&project.store, wishes);
        }
    }

    /// Films in memory that are expected next, for the graphics card.
    pub fn ready_next(&self) -> Vec<Arc<Film>> {
        self.films.ready_next()
    }

    /// The most memory that decoded films and films on the graphics card take, those on screen aside, in bytes.
    pub fn set_budgets(&self, films: usize, textures: u64) {
        self.films.pictures().set_budgets(films, textures);
    }

    /// Films go to the graphics card by this from now on, before they are shown.
    pub fn set_uploader(&self, uploader: FilmUploader) {
        self.films.pictures().set_uploader(uploader);
    }

    /// Brings a film onto the graphics card, on another thread.
    pub fn upload(&self, film: Arc<Film>) {
        self.films.pictures().upload(film);
    }

    /// Bytes of decoded films in memory.
    pub fn num_film_bytes(&self) -> usize {
        self.films.pictures().num_bytes()
    }

    fn load_tags(&self, image: ImageId, source: FilmSource) {
        let post = self.post.clone();
        self.lane.run(move || {
            // A fault of the program on one file must not leave the reader waiting.
            let read = std::panic::catch_unwind(|| dicom::tag_rows(&source).map_err(|error| error.to_string()));
            let tags = read.unwrap_or_else(|_| Err("the program stumbled over this film".to_owned()));
            post.event(Event::TagsLoaded { image, tags });
        });
    }

    fn load_worklist(&self, reader: ReaderId) {
        let Some(project) = &self.project else { return };
        let labels = project.label_set.clone();
        self.query(move |store| {
            let rows = store.worklist(&reader, &labels)?;
            Ok(Event::WorklistLoaded { reader, rows })
        });
    }

    /// Does something with the store, where a project is open.
    fn with_store(&self, work: impl FnOnce(&Arc<StoreThread>, Post)) {
        if let Some(project) = &self.project {
            work(&project.store, self.post.clone());
        }
    }

    fn add_reader(&self) {
        self.query(move |store| {
            let taken = store.readers()?;
            let number =
                (1..=taken.len() + 1).find(|n| taken.iter().all(|r| r.id.as_str() != format!("R{n}"))).unwrap_or(1);
            let id = ReaderId::new(format!("R{number}"));
            store.add_reader(&Reader::new(id, format!("Reader {number}")))?;
            Ok(Event::ReadersLoaded(store.readers()?))
        });
    }

    fn remember_settings(&self, settings: Settings) {
        let Some(folder) = settings_file::folder().filter(|_| self.keeps_recent) else { return };
        let post = self.post.clone();
        self.lane.run(move || {
            if let Err(error) = settings_file::save(&folder, &settings) {
                tracing::warn!(%error, "the settings were not written");
                let text = "The settings could not be written: they hold until the program closes.";
                post.event(Event::Warning(text.to_owned()));
            }
        });
    }

    fn change_project(&self, change: ProjectCommand) {
        let Some(project) = &self.project else { return };
        let (post, label_set) = (self.post.clone(), project.label_set.clone());
        project.store.with(move |store| post.event(project_changes::carry_out(store, change, label_set)));
    }

    fn record_time(&self, times: Vec<ReadingTime>) {
        let Some(project) = self.project.as_ref().filter(|project| !project.is_read_only) else { return };
        project.store.with(move |store| {
            if let Err(error) = store.add_reading_time(&times) {
                tracing::warn!(%error, "reading time was not kept");
            }
        });
    }

    /// Keeps the view for the next start.
    pub fn remember_view(&self, view: &ViewState) {
        let Some(project) = self.project.as_ref().filter(|project| !project.is_read_only) else { return };
        let json = view_memory::to_json(view);
        project.store.with(move |store| {
            if let Err(error) = store.set_setting(view_memory::KEY, &json) {
                tracing::warn!(%error, "the view was not kept");
            }
        });
    }
}

/// Id and title of every label set that the program brings.
pub(super) fn label_sets() -> Vec<(String, String)> {
    label_set::shipped().into_iter().map(|set| (set.id, set.title)).collect()
}
