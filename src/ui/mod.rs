//! Panels, canvas and theme: reads the session, answers with inputs, and changes nothing itself.

pub mod theme;
pub mod kit;
pub mod keys;
pub mod words;
mod shell;
mod canvas;
mod hands;
mod lens;
mod overlay;
mod film_screen;
mod findings;
mod violations;
mod suggestions;
mod comments;
mod counted_words;
mod unfit_menu;
mod instructions;
mod markdown;
mod measurements;
mod histogram_panel;
mod history_panel;
mod statistics;
mod tool_icons;
mod window_menu;
mod film_strip;
mod worklist_screen;
mod give_back;
mod welcome;
mod sign_in;
mod role_words;
mod dialogs;
mod tag_browser;
mod palette;
mod project_screen;
mod models_screen;
mod evaluate_screen;
mod train_screen;
mod review_screen;
mod reader_questions;
mod cheat_sheet;
pub mod settings_screen;
mod key_table;
mod test_pattern;

use std::collections::HashMap;
use std::path::PathBuf;

use crate::domain::id::ImageId;
use crate::session::{Input, Session};

pub use evaluate_screen::plot_kit::picture as plot_picture;
pub use evaluate_screen::{CropKey, CropShelf, GalleryState, NewRunForm, ReviewState};
pub use instructions::ReferenceTextures;
pub use models_screen::ModelsScreenState;
pub use overlay::{MarkLayers, PlaneTextures};
pub use project_screen::GuideDraft;
pub use project_screen::{
    AboutPageState, AgreementPageState, AssignmentPageState, AuditPageState, ExportsPageState, OverviewPageState,
    PeoplePageState,
};
pub use review_screen::ReviewScreenState;
pub use shell::show;
pub use train_screen::{FreezeForm, TrainScreenState};
pub use worklist_screen::QueryFieldState;

/// What panels keep between frames that is not the session's business: half-typed text, scroll targets, thumbnails.
#[derive(Default)]
pub struct UiState {
    pub search: String,
    pub query_field: QueryFieldState,
    pub palette_query: String,
    pub palette_choice: usize,
    pub path_text: String,
    pub tag_query: String,
    /// The tag browser has taken the keyboard since it was opened.
    pub has_tag_focus: bool,
    pub thumbnails: HashMap<ImageId, egui::TextureHandle>,
    /// Projects opened before, newest first.
    pub recent: Vec<PathBuf>,
    /// Id and title of the label sets that a new project can read with.
    pub label_sets: Vec<(String, String)>,
    /// Whether the film pass is installed; without a GPU device the canvas says so.
    pub has_gpu: bool,
    /// Whether the graphics device can enhance films; where not, they are shown as they are.
    pub can_enhance: bool,
    /// Bits of a grey level on the screen.
    pub screen_bits: u32,
    /// The canvas takes the keyboard when a film comes up.
    pub focused_film: Option<ImageId>,
    pub is_space_held: bool,
    /// Keys that are down, by their place on the keyboard.
    pub held_keys: std::collections::HashSet<egui::Key>,
    /// The space bar dragged the film, so letting it go asks for nothing.
    pub has_space_dragged: bool,
    /// The first of two strokes, and when it was struck, in seconds.
    pub first_stroke: Option<(crate::session::keymap::Chord, f64)>,
    /// Turns of the wheel that are no whole notch yet.
    pub wheel_rest: f64,
    /// This computer's distance from UTC.
    pub utc_offset_secs: i64,
    pub settings: settings_screen::SettingsState,
    pub test_pattern: Option<egui::TextureHandle>,
    /// Memory now used by decoded films and by the graphics card's films, in bytes, where it is known.
    pub memory_used: [Option<u64>; 2],
    /// Reference pictures as textures.
    pub references: ReferenceTextures,
    pub guide_page: GuideDraft,
    /// The comment whose field has taken the keyboard, and how many there were before it.
    pub begun_draft: Option<(ImageId, crate::session::threads::Target, usize)>,
    /// The most room that broken rules have taken at the film that is shown: what stands above does not jump as they
    /// come and go.
    pub problems_room: (Option<ImageId>, f32),
    /// Milliseconds since 1970-01-01 UTC, for how long ago something was said.
    pub now_ms: i64,
    /// The films' own overlays as textures.
    pub planes: PlaneTextures,
    /// Marks as they were tessellated.
    pub marks: MarkLayers,
    pub foot_height: f32,
    pub findings: findings::FindingsState,
    pub label_editor: project_screen::LabelEditorState,
    /// Titles of the rules whose violations are shown one by one.
    pub open_rules: std::collections::BTreeSet<String>,
    pub rules_page: project_screen::RulesPageState,
    pub models: models_screen::ModelsScreenState,
    pub gallery: GalleryState,
    pub review: ReviewState,
    pub new_run: NewRunForm,
    pub freeze: FreezeForm,
    pub train: TrainScreenState,
    pub crops: CropShelf,
    pub sign_in: sign_in::SignInForm,
    /// What is chosen for a project that is about to be made.
    pub new_project: crate::session::NewProjectWish,
    pub overview_page: OverviewPageState,
    pub about_page: AboutPageState,
    pub people_page: PeoplePageState,
    pub assignment_page: AssignmentPageState,
    pub agreement_page: AgreementPageState,
    pub exports_page: ExportsPageState,
    pub audit_page: AuditPageState,
    pub reviewing: ReviewScreenState,
    /// An answer to a reviewer's question while it is typed.
    pub answer_draft: Option<(ImageId, u32, String)>,
    /// The field of an answer that has the keyboard, and how often one was gone to.
    pub answer_field: Option<egui::Id>,
    pub answer_focus: u64,
    pub dialog_size: Option<egui::Vec2>,
    /// The histogram's scale while a handle is dragged on it.
    pub histogram_range: Option<(f64, f64)>,
    /// The name of a window preset while it is typed.
    pub preset_name: String,
    /// It keeps its values on every film, rather than following each film's range.
    pub is_preset_fixed: bool,
    /// The name has had the keyboard since it was asked for.
    pub is_naming: bool,
}

impl std::fmt::Debug for UiState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UiState").field("search", &self.search).finish_non_exhaustive()
    }
}

/// What every panel gets: the session to read, and where to put what the person asks for.
pub(crate) struct Panel<'a> {
    pub session: &'a Session,
    pub state: &'a mut UiState,
    pub out: &'a mut Vec<Input>,
}

impl Panel<'_> {
    pub fn ask(&mut self, command: crate::session::Command) {
        self.out.push(Input::Command(command));
    }
}
