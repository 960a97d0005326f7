//! The work of many: people and roles, films handed out, findings settled, agreement, exports, oversight.
//!
//! Each area has a file with what can be asked ([`TeamCommand`]), what is asked of the store ([`TeamTask`]), what comes of
//! it ([`TeamNews`]), and what the window keeps ([`TeamDesk`]).

mod people;
mod assigning;
mod reviewing;
mod agreeing;
mod exchanging;
mod overseeing;
mod auditing;

pub use agreeing::{AgreeCommand, AgreeDesk, AgreeNews, AgreeTask, ConsensusSums};
pub use assigning::{
    AssignCommand, AssignDesk, AssignFacts, AssignNews, AssignOrder, AssignTask, DealtFacts, FilmPool, GiveBack,
    MadeRow, ReadFilm,
};
pub use auditing::{AuditCommand, AuditDesk, AuditNews, AuditTask, Replay};
pub use exchanging::{
    ExchangeCommand, ExchangeDesk, ExchangeFacts, ExchangeNews, ExchangeTask, ExportRequest, Layer, VersionRow,
};
pub use overseeing::{OverseeCommand, OverseeDesk, OverseeNews, OverseeTask};
pub use people::{PeopleCommand, PeopleDesk, PeopleFacts, PeopleNews, PeopleTask, SignIn, SignInStep};
pub use reviewing::{
    FilmList, FilmOrder, Hand, HeldBox, Merging, Name, NameToChoose, Naming, ReaderQuestion, ReviewCommand, ReviewDesk,
    ReviewItem, ReviewNews, ReviewTask, Seen,
};

use super::effect::Effect;
use super::screen::{NoticeKind, Session};

/// What a person asks for.
#[derive(Clone, PartialEq, Debug)]
pub enum TeamCommand {
    People(PeopleCommand),
    Assign(AssignCommand),
    Review(ReviewCommand),
    Agree(AgreeCommand),
    Exchange(ExchangeCommand),
    Oversee(OverseeCommand),
    Audit(AuditCommand),
}

/// What the store is asked, on another thread.
#[derive(Clone, PartialEq, Debug)]
pub enum TeamTask {
    People(PeopleTask),
    Assign(AssignTask),
    Review(ReviewTask),
    Agree(AgreeTask),
    Exchange(ExchangeTask),
    Oversee(OverseeTask),
    Audit(AuditTask),
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum TeamNews {
    People(PeopleNews),
    Assign(AssignNews),
    Review(ReviewNews),
    Agree(AgreeNews),
    Exchange(ExchangeNews),
    Oversee(OverseeNews),
    Audit(AuditNews),
}

/// What the window knows of the work of many.
#[derive(Clone, Default, Debug)]
pub struct TeamDesk {
    pub people: PeopleDesk,
    pub assigning: AssignDesk,
    pub reviewing: ReviewDesk,
    pub agreeing: AgreeDesk,
    pub exchanging: ExchangeDesk,
    pub overseeing: OverseeDesk,
    pub auditing: AuditDesk,
}

impl TeamTask {
    pub fn effect(self) -> Effect {
        Effect::Team(Box::new(self))
    }
}

impl TeamCommand {
    pub const fn is_on(&self, session: &Session) -> bool {
        match self {
            Self::Review(command) => command.is_on(session),
            _ => false,
        }
    }

    pub fn is_available(&self, session: &Session) -> bool {
        match self {
            Self::People(command) => command.is_available(session),
            Self::Assign(command) => command.is_available(session),
            Self::Review(command) => command.is_available(session),
            Self::Agree(command) => command.is_available(session),
            Self::Exchange(command) => command.is_available(session),
            Self::Oversee(command) => command.is_available(session),
            Self::Audit(command) => command.is_available(session),
        }
    }
}

impl Session {
    pub(super) fn team_command(&mut self, command: TeamCommand, now_ms: i64) -> Vec<Effect> {
        match command {
            TeamCommand::People(command) => self.people_command(command, now_ms),
            TeamCommand::Assign(command) => self.assigning_command(command, now_ms),
            TeamCommand::Review(command) => self.reviewing_command(command, now_ms),
            TeamCommand::Agree(command) => self.agreeing_command(command, now_ms),
            TeamCommand::Exchange(command) => self.exchanging_command(command, now_ms),
            TeamCommand::Oversee(command) => self.overseeing_command(command, now_ms),
            TeamCommand::Audit(command) => self.auditing_command(command, now_ms),
        }
    }

    pub(super) fn team_news(&mut self, news: TeamNews, now_ms: i64) -> Vec<Effect> {
        match news {
            TeamNews::People(news) => self.people_news(news, now_ms),
            TeamNews::Assign(news) => self.assigning_news(news, now_ms),
            TeamNews::Review(news) => self.reviewing_news(news, now_ms),
            TeamNews::Agree(news) => self.agreeing_news(news, now_ms),
            TeamNews::Exchange(news) => self.exchanging_news(news, now_ms),
            TeamNews::Oversee(news) => self.overseeing_news(news, now_ms),
            TeamNews::Audit(news) => self.auditing_news(news, now_ms),
        }
    }

    /// A sentence to the person, where there is one.
    fn tell_team(&mut self, has_failed: bool, text: String) {
        if !text.is_empty() {
            self.notify(if has_failed { NoticeKind::Error } else { NoticeKind::Info }, text);
        }
    }
}

impl From<PeopleNews> for TeamNews {
    fn from(news: PeopleNews) -> Self {
        Self::People(news)
    }
}

impl From<AssignNews> for TeamNews {
    fn from(news: AssignNews) -> Self {
        Self::Assign(news)
    }
}

impl From<ReviewNews> for TeamNews {
    fn from(news: ReviewNews) -> Self {
        Self::Review(news)
    }
}

impl From<AgreeNews> for TeamNews {
    fn from(news: AgreeNews) -> Self {
        Self::Agree(news)
    }
}

impl From<ExchangeNews> for TeamNews {
    fn from(news: ExchangeNews) -> Self {
        Self::Exchange(news)
    }
}

impl From<OverseeNews> for TeamNews {
    fn from(news: OverseeNews) -> Self {
        Self::Oversee(news)
    }
}

impl From<AuditNews> for TeamNews {
    fn from(news: AuditNews) -> Self {
        Self::Audit(news)
    }
}
