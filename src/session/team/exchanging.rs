//! The work of many: labels that leave the project as files, versions and bundles, and come back.

use std::path::PathBuf;

use crate::domain::consensus::sources::ConsensusSources;
use crate::domain::exchange::{ExportFormat, ExportPlan, ImportWish, SplitPlan, VersionState};
use crate::domain::id::ReaderId;
use crate::session::effect::{Effect, FilePurpose};
use crate::session::screen::Session;

use super::TeamTask;

/// What a person asks.
#[derive(Clone, PartialEq, Debug)]
pub enum ExchangeCommand {
    /// Read it anew.
    Load,
    /// Where exports go.
    ChooseFolder,
    /// A file, or a folder of files, to take labels from.
    ChooseIncoming {
        is_folder: bool,
    },
    Export(Box<ExportRequest>),
    /// From the chosen file or folder.
    Import {
        /// Whose labels they are where the file does not say.
        reader: ReaderId,
        wish: ImportWish,
    },
}

/// What is to be written, and where.
#[derive(Clone, PartialEq, Debug)]
pub struct ExportRequest {
    pub plan: ExportPlan,
    /// With README, licence, citation and checksums.
    pub is_bundle: bool,
    /// A bundle in train and test folders.
    pub split: Option<SplitPlan>,
    /// File or folder.
    pub place: PathBuf,
}

/// What is asked of the store, on another thread; answered by [`ExchangeNews`].
#[derive(Clone, PartialEq, Debug)]
pub enum ExchangeTask {
    Load,
    Export(Box<ExportRequest>),
    Import { place: PathBuf, reader: ReaderId, wish: ImportWish },
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum ExchangeNews {
    /// Whose labels there are and what was exported; or why this person is not told.
    Loaded(Result<Box<ExchangeFacts>, String>),
}

/// Whose labels there are, and what was exported before.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ExchangeFacts {
    pub layers: Vec<Layer>,
    /// Where the consensus of films comes from.
    pub consensus: ConsensusSources,
    /// The newest first.
    pub versions: Vec<VersionRow>,
}

/// Somebody's readings, or the consensus.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layer {
    pub id: ReaderId,
    /// The id that it goes out under.
    pub public: ReaderId,
    pub num_completed: u64,
}

/// A version as the page lists it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VersionRow {
    pub tag: String,
    pub format: Option<ExportFormat>,
    pub made_at_ms: i64,
    pub made_by: String,
    pub place: String,
    /// Hexadecimal.
    pub sha256: String,
    pub num_films: u64,
    pub num_marks: u64,
    pub state: VersionState,
}

/// What the window knows of it.
#[derive(Clone, Default, Debug)]
pub struct ExchangeDesk {
    pub is_loading: bool,
    pub facts: Option<Box<ExchangeFacts>>,
    pub failure: Option<String>,
    /// Where exports go; the project's own folder of exports where nobody chose one.
    pub folder: Option<PathBuf>,
    /// What was chosen to take labels from.
    pub incoming: Option<PathBuf>,
}

impl ExchangeCommand {
    pub const fn is_available(&self, session: &Session) -> bool {
        match self {
            Self::Export(_) | Self::Import { .. } => session.project.is_some() && session.job.is_none(),
            _ => session.project.is_some(),
        }
    }
}

impl Session {
    /// Where exports go.
    pub fn export_folder(&self) -> PathBuf {
        let own = || self.project.as_ref().map(|open| open.folder.join("exports")).unwrap_or_default();
        self.team.exchanging.folder.clone().unwrap_or_else(own)
    }

    pub(super) fn exchanging_command(&mut self, command: ExchangeCommand, _now_ms: i64) -> Vec<Effect> {
        match command {
            ExchangeCommand::Load => self.load_exchange(),
            ExchangeCommand::ChooseFolder => vec![Effect::ChoosePath(FilePurpose::ExportFolder)],
            ExchangeCommand::ChooseIncoming { is_folder: true } => {
                vec![Effect::ChoosePath(FilePurpose::IncomingFolder)]
            }
            ExchangeCommand::ChooseIncoming { is_folder: false } => {
                vec![Effect::ChoosePath(FilePurpose::IncomingFile)]
            }
            ExchangeCommand::Export(request) => vec![TeamTask::Exchange(ExchangeTask::Export(request)).effect()],
            ExchangeCommand::Import { reader, wish } => {
                let Some(place) = self.team.exchanging.incoming.clone() else { return Vec::new() };
                vec![TeamTask::Exchange(ExchangeTask::Import { place, reader, wish }).effect()]
            }
        }
    }

    pub(in crate::session) fn load_exchange(&mut self) -> Vec<Effect> {
        self.team.exchanging.is_loading = true;
        vec![TeamTask::Exchange(ExchangeTask::Load).effect()]
    }

    pub(in crate::session) fn exchange_path_chosen(&mut self, purpose: FilePurpose, path: PathBuf) -> Vec<Effect> {
        let desk = &mut self.team.exchanging;
        if purpose == FilePurpose::ExportFolder {
            desk.folder = Some(path);
        } else {
            desk.incoming = Some(path);
        }
        Vec::new()
    }

    pub(super) fn exchanging_news(&mut self, news: ExchangeNews, _now_ms: i64) -> Vec<Effect> {
        let desk = &mut self.team.exchanging;
        desk.is_loading = false;
        match news {
            ExchangeNews::Loaded(Ok(facts)) => (desk.facts, desk.failure) = (Some(facts), None),
            ExchangeNews::Loaded(Err(why)) => (desk.facts, desk.failure) = (None, Some(why)),
        }
        Vec::new()
    }
}
