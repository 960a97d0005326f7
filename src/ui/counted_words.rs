//! What a number of the studies and tables counts, in words.

use crate::domain::evaluation::reader_study::StudyCell;
use crate::domain::id::ReaderId;
use crate::domain::stats::{LabelCell, Voice};
use crate::domain::study::Sex;
use crate::session::Session;
use crate::session::worklist::CountedNumber;

use super::words::{tr, tr_args};

/// `R1 Dr Lan, without a model: false positive`.
pub(super) fn number_text(session: &Session, number: &CountedNumber) -> String {
    match number {
        CountedNumber::Study { reader, cell } => {
            format!("{}, {}", reader_text(session, reader.as_ref()), cell_text(*cell))
        }
        CountedNumber::Label { voice, cell } => {
            let what = match cell {
                LabelCell::Normal => tr("normal").to_owned(),
                LabelCell::Abnormal => tr("abnormal").to_owned(),
                LabelCell::Label(label) => label.to_string(),
            };
            format!("{}, {what}", voice_text(voice))
        }
        CountedNumber::Differing { name, .. } => tr_args("{}: readings differ", &[name]),
        CountedNumber::Sex(Sex::Male) => tr("Male").to_owned(),
        CountedNumber::Sex(Sex::Female) => tr("Female").to_owned(),
        CountedNumber::Sex(Sex::Other) => tr("Another sex").to_owned(),
    }
}

/// `R1 Dr Lan`; `None`: all of them.
pub(super) fn reader_text(session: &Session, reader: Option<&ReaderId>) -> String {
    let Some(id) = reader else { return tr("All readers").to_owned() };
    let known = session.project.iter().flat_map(|project| &project.readers).find(|reader| reader.id == *id);
    known.map_or_else(|| id.to_string(), |reader| format!("{id} {}", reader.name))
}

pub(super) fn voice_text(voice: &Voice) -> String {
    match voice {
        Voice::Reader(id) => id.to_string(),
        Voice::Majority => tr("Majority").to_owned(),
    }
}

fn cell_text(cell: StudyCell) -> String {
    match cell {
        StudyCell::Way { is_with_model, truth, said } => {
            let what = match (truth, said) {
                (Some(true), Some(true)) => tr("true positive"),
                (Some(false), Some(true)) => tr("false positive"),
                (Some(false), Some(false)) => tr("true negative"),
                (Some(true), Some(false)) => tr("false negative"),
                (Some(true), None) => tr("abnormal"),
                (Some(false), None) => tr("normal"),
                (None, _) => tr("all"),
            };
            let way = if is_with_model { tr("with a model") } else { tr("without a model") };
            format!("{way}: {what}")
        }
        StudyCell::Switch { was_and_is_right } => match was_and_is_right {
            None => tr("read in both ways"),
            Some([false, true]) => tr("changed to right"),
            Some([true, false]) => tr("changed to wrong"),
            Some([true, true]) => tr("stayed right"),
            Some([false, false]) => tr("stayed wrong"),
        }
        .to_owned(),
        StudyCell::WithoutTruth => tr("without a truth").to_owned(),
        StudyCell::Timed { is_with_model: true } => tr("timed, shown a model").to_owned(),
        StudyCell::Timed { is_with_model: false } => tr("timed, never shown a model").to_owned(),
    }
}
