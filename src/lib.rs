//! Rachis: a native desktop workstation for radiographs.
//!
//! One package: this library, the program `rachis` over it (window and command line), the program `rachis-engine`, which
//! runs networks, and `xtask`, which sets up, runs and tests. The feature `gui` (default) gates everything that knows egui
//! or wgpu; `torch` gates `rachis-engine`, the only program that links libtorch. Both speak [`jobs::protocol`], so that
//! a crash, a full device or a missing library costs predictions and never a reading.
//!
//! ```text
//!  +- app ------ wiring: window, frame loop, effects -------------------------------+  knows all, decides nothing
//!  |  cli ------ subcommands over the same workflows                                |
//!  |  ui ------- panels, canvas, theme       render -- wgpu, shaders/               |  feature "gui"
//!  |   | reads &Session, sends inputs         ^ draws a FramePlan                   |
//!  +---v----------------------------------------------------------------------------+
//!  |  workflows -- import, export, check, stats, demo, models, predict, evaluate,   |  use cases; no UI
//!  |               freeze, train, assign, settle, consensus, agreement, exchange    |
//!  +--------------------------------------------------------------------------------+
//!  |  store -- SQLite  dicom -- files to films  formats -- CSV, weights             |  adapters: all I/O
//!  |  jobs -- threads, the engine's process ------- one JSON object a line --------------> rachis-engine (libtorch)
//!  +--------------------------------------------------------------------------------+
//!  |  session -- commands, gestures, history, view state (pure)   phantom -- synthetic films (pure)
//!  +--------------------------------------------------------------------------------+
//!  |  domain -- study, label, annotation, shape, edit, rules, geometry, imaging,    |
//!  |            model, prediction, answer, suggestion, triage, evaluation, training,|
//!  |            people, assignment, adjudication, consensus, agreement, oversight   |
//!  +--------------------------------------------------------------------------------+
//! ```
//!
//! Who may use whom is a table in `tests/it/architecture.rs`, which fails by file and line.
//!
//! # One frame
//!
//! Events come in from threads ([`app`]'s inbox) and become [`session::Input`]s; so does what the person does, which
//! [`ui`] reads off the window. [`session::Session::handle`] changes the session and answers with
//! [`session::Effect`]s: write this edit, decode that film. `app` carries them out on threads. `ui` draws the session
//! and never changes it.
//!
//! # Three nouns
//!
//! - [`session::Command`]: what a person can ask. One row each in [`session::COMMANDS`], which `session/command_table/`
//!   lists topic by topic; menu, palette, tooltip, cheat sheet and the README's key table come from it. What belongs
//!   together is a command of its own with a file beside it: `DrawCommand`, `LabelCommand`, `DiscussCommand`,
//!   `WalkCommand`, `ProjectCommand`, `WindowCommand`.
//! - [`domain::edit::Edit`]: an invertible change of clinical data that carries before and after. A stale edit is
//!   refused and changes nothing; undo writes the inverse.
//! - Job: long work on a [`jobs::Lane`], which tells its [`jobs::Progress`] and heeds a [`jobs::CancelToken`]; or in the
//!   engine, in the same words.
//!
//! # What models say
//!
//! A [`domain::prediction::Prediction`] is what one model says of one film, stored once and never changed. What people
//! see is computed from it: [`domain::answer`] puts classifiers and a detector together, [`domain::suggestion`] tells
//! what became of each box in a reading, [`domain::triage`] orders the worklist. So a moved threshold needs no engine.
//! What a reader may not see ([`domain::suggestion::ModelVisibility`]) never enters the session or the worklist.
//!
//! # What an evaluation is
//!
//! [`domain::evaluation::cases::Cases`] are films in columns: what is held for true, and what was answered.
//! [`domain::metrics`] makes figures from plain columns; [`domain::evaluation`] leads from every figure back to its films.
//! Boxes are matched by falling score, so every threshold and every fusion rule keeps the first boxes of a film: films are
//! matched once, and a moved operating point is only counted ([`domain::evaluation::live`]). Long work is cut into blocks,
//! which [`workflows::evaluate`] runs on all cores; a block's number and the seed say what it draws, so that the same
//! evaluation gives the same figures on any computer. A run is kept as files in `runs/evaluation-N/` and as a row.
//!
//! # How a model is trained
//!
//! A frozen data set ([`domain::training::dataset`]) is a file whose hash every model made of it names. A run is a process
//! of its own that speaks only through its folder ([`jobs::training_folder`]): the window, the command line and the next
//! start of the program read it there and write their wishes there. Its whole state is its step and its weights; all
//! chance follows from the seed, the purpose and the step, so that a run which was killed ends as if nothing had happened.
//! In the engine `train/run.rs` leads from the folder to the model, `train/learn.rs` learns, `train/dev.rs` measures, and
//! `train/data/mod.rs` draws the way of a film from its file to a batch. Reading goes on beside it.
//!
//! # Many readers
//!
//! Everything that one `rad_id` said is a layer: a reader's own, a second reading, or the consensus. [`domain::people`] says
//! what each role may do; the store asks it, and whether the person is blind, before it answers. Every opening of a project
//! acts for whoever is signed in ([`store::Doorway`]). Who gets which film is decided in [`domain::assignment`] from films,
//! people, tasks and a seed; a task has no state of its own, and moves only as [`domain::task`]'s table says.
//! [`domain::adjudication`] is a fold of steps, the first of which is the film as it was read; the consensus layer stands
//! exactly while everybody has signed. [`domain::agreement`] compares films once: every figure is a function of sums kept by
//! patient, so a resample is a weighted sum. What happened is sealed line by line in the transaction that wrote it.
//!
//! # Invariants
//!
//! 1. Annotation data changes only by [`domain::edit::Edit::apply`].
//! 2. What is on screen is a function of [`session::Session`]: closing and reopening shows the same picture.
//! 3. No frame waits for disk, decoding or GPU read-back.
//! 4. Stored shapes are in image pixels of the original film, f64, origin at the top-left corner of the top-left pixel,
//!    x right, y down. Conversion happens only in [`session::viewport`] and [`formats`].
//! 5. Nobody overwrites a reader's own marks: every mark belongs to one reader and one film.
//! 6. Core types are not serialisable: the store's rows, the formats, and [`app`]'s memories of views, keys, presets and
//!    settings own the wire twins.
//! 7. Patient identity never enters a log line, a job message or a file name; a project keeps a pseudonym.
//! 8. Same inputs and seed give the same bytes out.
//! 9. "No finding" excludes every mark and every answer about the film that is "present" or "unsure", in three places:
//!    the edit, the rules, and triggers in the database, which hold against any other SQLite client. "Absent" stands
//!    beside it. Answers about a whole series or study are said of its other films too and do not contradict it.
//! 10. A model never writes a label: a named person accepts, adjusts or rejects what it suggests, and that is stored.
//! 11. A film that is locked for testing gets into no training: freezing, starting and the trainer each refuse it.
//! 12. A blind reader learns nothing of another: `tests/it/public_face.rs` goes through the store's every public method.
//! 13. A codec written in C runs in a process of its own ([`dicom::isolated`]): a crash there costs one film.
//!
//! # Recipes
//!
//! - New command: a row in [`session::COMMANDS`] and an arm in `session/handle.rs`.
//! - New rule: a variant of [`domain::rules::RuleId`], a row in [`domain::rules::RULES`], an arm in
//!   [`domain::rules::check`], and a table of cases in `domain/rules/cases_script.rs`. A new kind of rule that projects
//!   make themselves is a [`domain::rules::Condition`] and its row in `store/custom_rules.rs`.
//! - New shape: a file in `domain/shape/` and a variant of [`domain::shape::Shape`]; its form on disk in
//!   `store/shape_rows.rs`, its looks in `ui/overlay/marks.rs`, and a migration that lets the database hold it.
//! - New drawing tool: a variant of [`session::DrawTool`], its steps in `session/drawing/tools.rs`, a row in
//!   `session/command_table/drawing.rs` and a picture in `ui/tool_icons.rs`.
//! - New attribute of a mark: a field of [`domain::attribute::Attributes`], its twin in `store/shape_rows.rs`, its field
//!   in `ui/findings/attributes.rs`.
//! - New page of the project: a variant of [`session::ProjectPage`] and a file in `ui/project_screen/`.
//! - New setting of the view: a field of [`session::viewport::ViewState`] and of its twin in `app/view_memory.rs`.
//! - New measure: a variant of [`domain::measure::MeasureKind`], its definition in `domain/measure/`, a row in
//!   [`session::COMMANDS`], an arm in `ui/overlay/measures.rs`, and a migration that lets the database hold it.
//! - New network: a file in `src/engine/models/` with the reference's parameter names, a variant of
//!   [`domain::model::Architecture`], an arm in `build`, and a script with golden values in `tests/parity/`.
//! - New metric: a file in `domain/metrics/` with its source and its boundaries, a field of
//!   [`domain::evaluation::result`], golden values in `tests/parity/`.
//! - New parameter of training: a `Key`, a row in [`domain::training::parameters`], its use in the engine, a line in
//!   `vi.tsv`. New warning about a data set: a sentence in `domain/training/freeze_warnings.rs` and its case in
//!   `freeze_script.rs`. New curve of training: a function in `domain/training/curves.rs`.
//! - New plot: a function in `domain/evaluation/plots/`; the window, SVG, PNG and CSV draw it from the same numbers.
//! - New public method of the store: it begins with `require` or `require_sight`, or gets a row in `tests/it/public_face.rs`.
//! - New field of a query: a row in `domain/worklist/query/fields.rs` and an arm in its `parse.rs`. New column of the list:
//!   a variant of `Column` and of `SortBy`.
//! - New step of a review: a variant of [`domain::adjudication::Step`], an arm in its `rulings.rs`, its twin in
//!   `store/adjudication_rows.rs`, a word in `cli/settle_steps.rs`; in the window a variant of `ReviewCommand`, a row in
//!   `session/command_table/reviewing.rs` and a function in `session/team/reviewing/deciding.rs`.
//! - New figure of agreement: a variant of `Figure`, an arm in `figures::values`, its words, and goldens in
//!   `tests/parity/agreement_readers.py`.
//! - New form of exports: a file in `formats/exchange/`, a variant of `domain::exchange::ExportFormat`, arms in
//!   `workflows/exchange/`, a round trip.
//! - New table: a numbered file in `migrations/` and a file in `store/`.
//! - New subcommand: a file in `cli/`, a row and an arm in `cli/mod.rs`.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may stop at the line that failed"))]

pub mod domain;
pub mod session;
pub mod store;
pub mod dicom;
pub mod formats;
pub mod phantom;
pub mod jobs;
pub mod workflows;
#[cfg(feature = "gui")]
pub mod render;
#[cfg(feature = "gui")]
pub mod ui;
#[cfg(feature = "gui")]
pub mod app;
pub mod cli;
