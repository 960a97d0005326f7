//! Reader studies and the data set's own tables, as the screen of evaluations has them.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::evaluation::mask_study::MaskStudy;
use crate::domain::evaluation::reader_study::{ReaderStudy, StudySource};
use crate::domain::id::ReaderId;
use crate::domain::stats::Characteristics;
use crate::session::effect::{Effect, FilePurpose};
use crate::session::screen::Session;

use super::EvaluatePage;

/// Something done with studies of readers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StudyCommand {
    /// Hold all readers against this.
    Compare(StudySource),
    /// Ask for the file that has the truth.
    ChooseFile,
    /// Ask where to write the readings for programs that analyse several readers and cases.
    SaveTable,
}

/// What is read or written for a study.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StudyTask {
    /// Answered by `StudyNews::Readers`.
    Compare(StudySource),
    /// What readers drew against what this one drew; answered by `StudyNews::Masks`.
    CompareMasks(ReaderId),
    /// Answered by `StudyNews::Tables`.
    CountData,
    /// Answered by `EvaluationDone`, or `EvaluationFailed`.
    WriteTable { study: Arc<ReaderStudy>, to: PathBuf },
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum StudyNews {
    Readers(Result<Arc<ReaderStudy>, String>),
    /// `None` where nobody drew a mask or a polygon.
    Masks {
        truth: ReaderId,
        outcome: Result<Option<Arc<MaskStudy>>, String>,
    },
    Tables(Result<Arc<Characteristics>, String>),
}

/// Studies as the window has them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StudyDesk {
    /// What the readers are held against; chosen by the program until somebody chooses.
    pub source: Option<StudySource>,
    pub study: Option<Arc<ReaderStudy>>,
    pub study_failure: Option<String>,
    /// `None` also where nobody drew a mask or a polygon, or no one reader is the truth.
    pub masks: Option<Arc<MaskStudy>>,
    pub tables: Option<Arc<Characteristics>>,
    pub tables_failure: Option<String>,
    /// The project's opening that this is of: another project begins with nothing.
    opening: Option<u32>,
}

impl StudyCommand {
    pub(super) fn is_available(&self, session: &Session) -> bool {
        match self {
            Self::Compare(_) | Self::ChooseFile => true,
            Self::SaveTable => session.evaluating.studies.study.as_ref().is_some_and(|study| !study.mrmc.is_empty()),
        }
    }
}

impl Session {
    pub(super) fn study_command(&mut self, command: StudyCommand) -> Vec<Effect> {
        match command {
            StudyCommand::Compare(source) => self.compare_readers(source),
            StudyCommand::ChooseFile => vec![Effect::ChoosePath(FilePurpose::StudyTruth)],
            StudyCommand::SaveTable => vec![Effect::ChoosePath(FilePurpose::ExportReadings)],
        }
    }

    /// Films may have been read since a page was last looked at, so it is counted anew.
    pub(super) fn study_page_shown(&mut self, page: EvaluatePage) -> Vec<Effect> {
        let opening = self.project.as_ref().map(|project| project.number);
        if self.evaluating.studies.opening != opening {
            self.evaluating.studies = StudyDesk { opening, ..StudyDesk::default() };
        }
        match page {
            EvaluatePage::Readers => {
                let source = self.evaluating.studies.source.clone().unwrap_or(StudySource::OtherReaders);
                self.compare_readers(source)
            }
            EvaluatePage::Data => vec![Effect::Study(StudyTask::CountData)],
            _ => Vec::new(),
        }
    }

    fn compare_readers(&mut self, source: StudySource) -> Vec<Effect> {
        let studies = &mut self.evaluating.studies;
        // The figures of another truth are not to be taken for those of this one.
        if studies.source.as_ref() != Some(&source) {
            studies.study = None;
            studies.masks = None;
        }
        studies.study_failure = None;
        studies.source = Some(source.clone());
        let masks = match &source {
            StudySource::Reader(reader) => Some(StudyTask::CompareMasks(reader.clone())),
            StudySource::OtherReaders | StudySource::File(_) => None,
        };
        std::iter::once(StudyTask::Compare(source)).chain(masks).map(Effect::Study).collect()
    }

    pub(in crate::session) fn study_done(&mut self, news: StudyNews) -> Vec<Effect> {
        let studies = &mut self.evaluating.studies;
        match news {
            StudyNews::Readers(Ok(study)) => studies.study = Some(study),
            StudyNews::Readers(Err(why)) => {
                studies.study = None;
                studies.study_failure = Some(why);
            }
            // Meanwhile another truth may have been chosen.
            StudyNews::Masks { truth, outcome } if studies.source == Some(StudySource::Reader(truth.clone())) => {
                match outcome {
                    Ok(masks) => studies.masks = masks,
                    Err(why) => {
                        studies.masks = None;
                        studies.study_failure = Some(why);
                    }
                }
            }
            StudyNews::Masks { .. } => {}
            StudyNews::Tables(Ok(tables)) => {
                studies.tables = Some(tables);
                studies.tables_failure = None;
            }
            StudyNews::Tables(Err(why)) => studies.tables_failure = Some(why),
        }
        Vec::new()
    }

    /// Where a study's truth is, or where its table is to be written.
    pub(in crate::session) fn study_path_chosen(&mut self, purpose: FilePurpose, path: PathBuf) -> Vec<Effect> {
        if purpose == FilePurpose::StudyTruth {
            return self.compare_readers(StudySource::File(path));
        }
        let study = self.evaluating.studies.study.clone();
        study.map(|study| Effect::Study(StudyTask::WriteTable { study, to: path })).into_iter().collect()
    }
}
