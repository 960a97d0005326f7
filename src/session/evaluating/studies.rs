//! Reader studies and the data set's own tables, as the screen of evaluations has them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::evaluation::mask_study::MaskStudy;
use crate::domain::evaluation::reader_study::{ReaderStudy, StudySource};
use crate::domain::id::ReaderId;
use crate::domain::stats::{Characteristics, Tally, images_of};
use crate::session::effect::{Effect, FilePurpose};
use crate::session::screen::{Screen, Session};
use crate::session::worklist::{CountedFilms, CountedNumber, Filter};

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
    /// The list of films with those that this number counts.
    ShowFilms(CountedNumber),
    /// The list with all films again.
    ShowAllFilms,
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
    Tables(Result<Arc<DataTables>, String>),
    /// How many films each reader has completed.
    Completed(BTreeMap<ReaderId, u64>),
}

/// The data set's own tables, and what they count.
#[derive(Clone, PartialEq, Debug)]
pub struct DataTables {
    pub table: Characteristics,
    pub tallies: Vec<Tally>,
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
    pub tables: Option<Arc<DataTables>>,
    pub tables_failure: Option<String>,
    /// Films that each reader has completed.
    pub completed: BTreeMap<ReaderId, u64>,
    /// The project's opening that this is of: another project begins with nothing.
    opening: Option<u32>,
}

impl StudyCommand {
    pub(super) fn is_available(&self, session: &Session) -> bool {
        match self {
            Self::Compare(_) | Self::ChooseFile => true,
            // Which films others call abnormal is nothing for a reader who is kept apart from them.
            Self::ShowFilms(number) => {
                let may_look = matches!(number, CountedNumber::Sex(_)) || !session.must_be_told_not_blind();
                session.worklist.is_loaded && may_look
            }
            Self::ShowAllFilms => session.worklist.filter.counted.is_some(),
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
            StudyCommand::ShowFilms(number) => self.show_counted(number),
            StudyCommand::ShowAllFilms => {
                self.worklist.set_filter(Filter { counted: None, ..self.worklist.filter.clone() });
                Vec::new()
            }
        }
    }

    /// A number leads to its films: the list, with nothing else left out of it.
    fn show_counted(&mut self, number: CountedNumber) -> Vec<Effect> {
        let studies = &self.evaluating.studies;
        let images = match &number {
            CountedNumber::Study { reader, cell } => {
                studies.study.as_ref().map(|study| study.films_of(reader.as_ref(), *cell))
            }
            CountedNumber::Label { voice, cell } => {
                studies.tables.as_ref().map(|tables| images_of(&tables.tallies, voice, cell))
            }
            CountedNumber::Sex(sex) => Some(self.worklist.of_sex(*sex)),
            CountedNumber::Differing { cell, .. } => {
                self.team.agreeing.agreement.as_ref().map(|found| found.differing_films(*cell))
            }
        };
        let Some(images) = images else { return Vec::new() };
        let counted = CountedFilms { number, images: Arc::new(images) };
        self.worklist.set_filter(Filter { counted: Some(counted), ..Filter::default() });
        self.screen = Screen::Worklist;
        self.refresh_list_of_models()
    }

    /// Films may have been read since a page was last looked at, so it is counted anew.
    pub(super) fn study_page_shown(&mut self, page: EvaluatePage) -> Vec<Effect> {
        let opening = self.project.as_ref().map(|project| project.number);
        if self.evaluating.studies.opening != opening {
            let completed = std::mem::take(&mut self.evaluating.studies.completed);
            self.evaluating.studies = StudyDesk { completed, opening, ..StudyDesk::default() };
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
            StudyNews::Completed(completed) => studies.completed = completed,
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
