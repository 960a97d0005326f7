//! The work of many: what happened in the project, whether that record is what was written, and a film's reading replayed.

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::audit::{AuditCheck, Seal, TrailRow};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::log::LogEntry;
use crate::domain::people::CONSENSUS_LAYER;
use crate::domain::reading::Reading;
use crate::session::effect::{Effect, FilePurpose};
use crate::session::screen::Session;

use super::TeamTask;

/// What a person asks.
#[derive(Clone, PartialEq, Debug)]
pub enum AuditCommand {
    /// Read the record anew.
    Load,
    /// Edits of readings are listed too.
    ShowEdits(bool),
    /// Only lines with this text: of a person, a film, or of what happened.
    Filter(String),
    /// Check every seal; the text may hold one that was kept.
    Check(String),
    /// Write all lines that are read as CSV.
    AskWrite,
    /// Go through what one reader did on one film; without a name, what the first of them did.
    Replay {
        image: ImageId,
        layer: Option<ReaderId>,
    },
    /// What stood as the film's consensus when it was signed at this moment.
    ReplaySigned {
        image: ImageId,
        at_ms: i64,
    },
    /// To the state after so many steps.
    GoTo(usize),
    CloseReplay,
}

/// What is asked of the store, on another thread; answered by [`AuditNews`].
#[derive(Clone, PartialEq, Debug)]
pub enum AuditTask {
    Load {
        with_edits: bool,
    },
    Check {
        kept: Option<Seal>,
    },
    Write {
        with_edits: bool,
        to: PathBuf,
    },
    /// Without a layer, or where nothing is recorded of it, that of the first.
    Replay {
        image: ImageId,
        layer: Option<ReaderId>,
        signed_at_ms: Option<i64>,
    },
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum AuditNews {
    /// The record, the newest line first.
    Loaded(Arc<Vec<TrailRow>>),
    Checked(AuditCheck),
    /// Under whose names something is recorded on the film; one reading as it is now, and the steps that led there.
    ReplayLoaded {
        layers: Vec<ReaderId>,
        now: Box<Reading>,
        log: Vec<LogEntry>,
        /// The signature that was asked about.
        signed_at_ms: Option<i64>,
    },
    /// A sentence: what was done.
    Done(String),
    /// What could not be done, and why.
    Failed(String),
}

/// What the window knows of it.
#[derive(Clone, Default, Debug)]
pub struct AuditDesk {
    pub is_loading: bool,
    pub shows_edits: bool,
    pub filter: String,
    /// The newest first.
    pub rows: Arc<Vec<TrailRow>>,
    /// Places in `rows` that pass the filter.
    pub shown: Vec<u32>,
    pub check: Option<AuditCheck>,
    pub is_checking: bool,
    pub replay: Option<Replay>,
}

/// What one reader did on one film, step by step.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Whose readings of this film can be gone through.
    pub layers: Vec<ReaderId>,
    pub log: Vec<LogEntry>,
    /// Steps that are shown as done.
    pub at: usize,
    /// As it was then.
    pub reading: Reading,
    /// As it was before the first of them: empty, or what was imported.
    start: Reading,
    /// A step that does not fit what came before it: the record is not whole.
    pub is_broken: bool,
}

impl Replay {
    /// Imported rows are no steps: the start is found by taking all steps back.
    fn new(layers: Vec<ReaderId>, now: Reading, log: Vec<LogEntry>) -> Self {
        let mut start = now.clone();
        let taken_back = log.iter().rev().map(|line| line.entry.edit.inverse().apply(&mut start));
        let is_broken = taken_back.fold(false, |is_broken, outcome| is_broken | outcome.is_err());
        Self { layers, at: log.len(), log, reading: now, start, is_broken }
    }

    /// To what stood when the film was signed; `false` where that signature wrote no consensus.
    fn go_to_signature(&mut self, at_ms: i64) -> bool {
        if self.reading.reader().as_str() != CONSENSUS_LAYER {
            return false;
        }
        // Steps lie in the order in which they were written, which is not that of their times where a clock was set back.
        let written = self.log.iter().rposition(|line| line.entry.made_at_ms == at_ms);
        let last = written.or_else(|| self.log.iter().rposition(|line| line.entry.made_at_ms <= at_ms));
        self.go_to(last.map_or(0, |last| last + 1));
        written.is_some()
    }

    /// From the start: there are tens of steps.
    fn go_to(&mut self, at: usize) {
        self.at = at.min(self.log.len());
        self.reading = self.start.clone();
        for line in &self.log[..self.at] {
            // Every line holds what was done; that of an undo the inverse.
            self.is_broken |= line.entry.edit.apply(&mut self.reading).is_err();
        }
    }
}

impl AuditCommand {
    pub const fn is_available(&self, session: &Session) -> bool {
        session.project.is_some()
    }
}

impl Session {
    pub(super) fn auditing_command(&mut self, command: AuditCommand, _now_ms: i64) -> Vec<Effect> {
        let desk = &mut self.team.auditing;
        let task = match command {
            AuditCommand::Load => AuditTask::Load { with_edits: desk.shows_edits },
            AuditCommand::ShowEdits(shows) => {
                desk.shows_edits = shows;
                AuditTask::Load { with_edits: shows }
            }
            AuditCommand::Filter(text) => {
                desk.filter = text;
                desk.choose();
                return Vec::new();
            }
            AuditCommand::Check(text) => {
                let kept = Seal::parse(&text);
                if kept.is_none() && !text.trim().is_empty() {
                    self.tell_team(
                        true,
                        "That is no seal: a seal has 64 letters and digits. Nothing was checked.".into(),
                    );
                    return Vec::new();
                }
                (desk.check, desk.is_checking) = (None, true);
                AuditTask::Check { kept }
            }
            AuditCommand::AskWrite => return vec![Effect::ChoosePath(FilePurpose::ExportAudit)],
            AuditCommand::Replay { image, layer } => AuditTask::Replay { image, layer, signed_at_ms: None },
            AuditCommand::ReplaySigned { image, at_ms } => {
                let layer = Some(ReaderId::new(CONSENSUS_LAYER));
                AuditTask::Replay { image, layer, signed_at_ms: Some(at_ms) }
            }
            AuditCommand::GoTo(at) => {
                if let Some(replay) = &mut desk.replay {
                    replay.go_to(at);
                }
                return Vec::new();
            }
            AuditCommand::CloseReplay => {
                desk.replay = None;
                return Vec::new();
            }
        };
        desk.is_loading = matches!(task, AuditTask::Load { .. });
        vec![TeamTask::Audit(task).effect()]
    }

    pub(in crate::session) fn write_audit(&mut self, to: PathBuf) -> Vec<Effect> {
        let with_edits = self.team.auditing.shows_edits;
        vec![TeamTask::Audit(AuditTask::Write { with_edits, to }).effect()]
    }

    pub(super) fn auditing_news(&mut self, news: AuditNews, _now_ms: i64) -> Vec<Effect> {
        let desk = &mut self.team.auditing;
        match news {
            AuditNews::Loaded(rows) => {
                (desk.rows, desk.is_loading) = (rows, false);
                desk.choose();
            }
            AuditNews::Checked(check) => (desk.check, desk.is_checking) = (Some(check), false),
            AuditNews::ReplayLoaded { layers, now, log, signed_at_ms } => {
                let mut replay = Replay::new(layers, *now, log);
                let mut was_settled = true;
                if let Some(at_ms) = signed_at_ms {
                    was_settled = replay.go_to_signature(at_ms);
                }
                desk.replay = Some(replay);
                if !was_settled {
                    let text = "That signature alone did not settle the film: there was no consensus at that moment.";
                    self.tell_team(false, text.into());
                }
            }
            AuditNews::Done(text) => self.tell_team(false, text),
            AuditNews::Failed(text) => {
                (desk.is_loading, desk.is_checking) = (false, false);
                self.tell_team(true, text);
            }
        }
        Vec::new()
    }
}

impl AuditDesk {
    fn choose(&mut self) {
        let needle = self.filter.trim().to_lowercase();
        let holds = |text: &str| text.to_lowercase().contains(&needle);
        let passes = |row: &TrailRow| {
            needle.is_empty()
                || holds(&row.by)
                || holds(&row.what)
                || row.image.as_ref().is_some_and(|image| holds(image.as_str()))
        };
        let rows = self.rows.iter().enumerate();
        self.shown = rows.filter(|(_, row)| passes(row)).map(|(i, _)| i as u32).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edit::Edit;
    use crate::domain::id::LogSeq;
    use crate::domain::log::{NewLogEntry, Step};

    fn entry(seq: i64, step: Step, edit: Edit) -> LogEntry {
        let (image, reader) = (ImageId::new("film"), ReaderId::new("R1"));
        LogEntry { seq: LogSeq(seq), entry: NewLogEntry { image, reader, step, edit, made_at_ms: seq } }
    }

    #[test]
    fn a_replay_shows_every_state_there_was() {
        let say = |before: &str, after: &str| Edit::SetComment { before: before.into(), after: after.into() };
        let log = vec![
            entry(1, Step::Do, say("", "one")),
            entry(2, Step::Do, say("one", "two")),
            entry(3, Step::Undo(LogSeq(2)), say("two", "one")),
        ];
        let mut now = Reading::new(ImageId::new("film"), ReaderId::new("R1"));
        say("", "one").apply(&mut now).unwrap();
        let mut replay = Replay::new(Vec::new(), now, log);
        let mut said = |at| {
            replay.go_to(at);
            assert!(!replay.is_broken);
            replay.reading.comment().to_owned()
        };
        assert_eq!([said(0), said(1), said(2), said(3), said(9)], ["", "one", "two", "one", "one"]);
    }

    #[test]
    fn what_a_signature_wrote_is_found_where_a_clock_was_set_back() {
        let say = |before: &str, after: &str| Edit::SetComment { before: before.into(), after: after.into() };
        let layer = ReaderId::new(CONSENSUS_LAYER);
        let mut log = vec![
            entry(1, Step::Do, say("", "one")),
            entry(2, Step::Do, say("one", "two")),
            entry(3, Step::Do, say("two", "three")),
            entry(4, Step::Do, say("three", "four")),
        ];
        for (line, at_ms) in log.iter_mut().zip([50, 20, 30, 60]) {
            (line.entry.made_at_ms, line.entry.reader) = (at_ms, layer.clone());
        }
        let mut now = Reading::new(ImageId::new("film"), layer);
        say("", "four").apply(&mut now).unwrap();
        let mut replay = Replay::new(Vec::new(), now, log);
        let mut signed = |at_ms| {
            let was_settled = replay.go_to_signature(at_ms);
            (was_settled, replay.reading.comment().to_owned())
        };
        let expected = |was_settled, said: &str| (was_settled, said.to_owned());
        assert_eq!(signed(50), expected(true, "one"));
        assert_eq!(signed(30), expected(true, "three"));
        assert_eq!(signed(25), expected(false, "two"));
        assert_eq!(signed(10), expected(false, ""));
    }

    #[test]
    fn a_record_with_a_hole_says_so() {
        let edit = Edit::SetComment { before: "what is gone".into(), after: "two".into() };
        let now = Reading::new(ImageId::new("film"), ReaderId::new("R1"));
        assert!(Replay::new(Vec::new(), now, vec![entry(2, Step::Do, edit)]).is_broken);
    }
}
