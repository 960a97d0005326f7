//! The work of many: signing in, and what a person asks about people, roles and PINs.

use crate::domain::id::ReaderId;
use crate::domain::people::{Act, Matter, Pin, Reader, Role, may};
use crate::session::effect::Effect;
use crate::session::screen::{NoticeKind, Screen, Session};

use super::TeamTask;

/// What a person asks.
#[derive(Clone, PartialEq, Debug)]
pub enum PeopleCommand {
    /// Read it anew.
    Load,
    /// The person who chose a name gives this PIN.
    GivePin(Pin),
    /// What is said about the use of the data was read, and is agreed to.
    AgreeToDataUse,
    /// Back to the names.
    LeaveSignIn,
    /// A new person, under an id that nobody has.
    Add(Box<Reader>),
    /// Name, years, certificate, roles, or whether they left; by id.
    Change(Box<Reader>),
    /// `None` takes it away.
    SetPin { reader: ReaderId, pin: Option<Pin> },
}

/// What is asked of the store, on another thread; answered by [`PeopleNews`].
#[derive(Clone, PartialEq, Debug)]
pub enum PeopleTask {
    /// Answered by `Loaded`.
    Load,
    /// From here on the project is that person's. Answered by `SignedIn` or `SignInRefused`.
    SignIn {
        reader: ReaderId,
        pin: Option<Pin>,
    },
    /// From here on it is nobody's. Not answered.
    SignOut,
    /// The person who signed in agrees to this text; refused where the project's text is another by now. Answered by
    /// `Agreed`, or by `SignInRefused`.
    Agree {
        reader: ReaderId,
        text: String,
    },
    /// Answered by `Loaded`, or by `Failed`.
    Add(Box<Reader>),
    Change(Box<Reader>),
    SetPin {
        reader: ReaderId,
        pin: Option<Pin>,
    },
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub enum PeopleNews {
    /// A sentence: what was done.
    Done(String),
    /// What could not be done, and why.
    Failed(String),
    Loaded(Box<PeopleFacts>),
    SignedIn {
        reader: ReaderId,
        /// They have yet to agree to what is said about the use of the data.
        must_agree: bool,
    },
    SignInRefused {
        reader: ReaderId,
        /// A sentence: why, and what to do.
        message: String,
        /// After too many wrong PINs: nobody signs in under that name before.
        locked_until_ms: Option<i64>,
    },
    Agreed(ReaderId),
}

/// The people, and what only whoever looks after the project needs to know of them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PeopleFacts {
    pub readers: Vec<Reader>,
    /// Who agreed to the project's present text on the use of its data, and when.
    pub agreed: Vec<(ReaderId, i64)>,
    /// Who is locked out after wrong PINs, and until when.
    pub locked: Vec<(ReaderId, i64)>,
}

/// Somebody who chose a name and is not in yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignIn {
    pub reader: ReaderId,
    pub step: SignInStep,
}

/// How far they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SignInStep {
    /// Their PIN is asked for.
    Pin,
    /// It is checked.
    Checking,
    /// They were refused; they may try again, from `locked_until_ms` on.
    Refused { message: String, locked_until_ms: Option<i64> },
    /// They are known, and have yet to agree to what is said about the use of the data.
    DataUse,
}

/// What the window knows of it.
#[derive(Clone, Default, Debug)]
pub struct PeopleDesk {
    pub is_loading: bool,
    /// Who is about to sign in.
    pub sign_in: Option<SignIn>,
    pub facts: PeopleFacts,
    /// Counts the people who were added or changed here: what was half typed about them is done with.
    pub num_written: u32,
}

impl PeopleCommand {
    pub const fn is_available(&self, session: &Session) -> bool {
        session.project.is_some()
    }
}

impl Session {
    pub(super) fn people_command(&mut self, command: PeopleCommand, now_ms: i64) -> Vec<Effect> {
        let task = match command {
            PeopleCommand::Load => PeopleTask::Load,
            PeopleCommand::GivePin(pin) => return self.give_pin(pin, now_ms),
            PeopleCommand::AgreeToDataUse => return self.agree(),
            PeopleCommand::LeaveSignIn => {
                self.team.people.sign_in = None;
                return if self.reader.is_none() { vec![task(PeopleTask::SignOut)] } else { Vec::new() };
            }
            PeopleCommand::Add(reader) => PeopleTask::Add(reader),
            PeopleCommand::Change(reader) => PeopleTask::Change(reader),
            PeopleCommand::SetPin { reader, pin } => PeopleTask::SetPin { reader, pin },
        };
        self.team.people.is_loading = true;
        vec![self::task(task)]
    }

    /// Whether whoever is here may do this. The store has the last word; here it says what is offered.
    pub fn may(&self, matter: Matter, act: Act) -> bool {
        match &self.reader {
            Some(reader) => may(reader.roles, matter, act),
            None => {
                let mut readers = self.project.iter().flat_map(|open| &open.readers);
                !readers.any(|reader| reader.has_pin && reader.roles.has(Role::Owner))
            }
        }
    }

    /// In a project that uses PINs, those who have none: anybody can sign in under the name of a reader without one.
    pub fn people_without_pin(&self) -> Vec<&Reader> {
        let people = || self.project.iter().flat_map(|open| &open.readers).filter(|reader| !reader.has_left);
        if !people().any(|reader| reader.has_pin) {
            return Vec::new();
        }
        people().filter(|reader| !reader.has_pin).collect()
    }

    /// Whether anybody else could be the one who opens the project where this person read last. A PIN is asked for anyway.
    pub(in crate::session) fn is_choice_of_people(&self, last: &ReaderId) -> bool {
        let people = || self.project.iter().flat_map(|open| &open.readers).filter(|reader| !reader.has_left);
        people().any(|reader| reader.id == *last && !reader.has_pin) && people().any(|reader| reader.id != *last)
    }

    /// Who read here last, while nobody has said who reads now: one key goes on as that person, where they were.
    pub fn reader_to_resume(&self) -> Option<&ReaderId> {
        let last = &self.restoring.as_ref().filter(|_| self.reader.is_none())?.reader;
        let mut readers = self.project.iter().flat_map(|open| &open.readers);
        readers.any(|reader| reader.id == *last && !reader.has_left).then_some(last)
    }

    /// Somebody chose a name. Who has no PIN and nothing to agree to is in at once.
    pub(in crate::session) fn begin_sign_in(&mut self, id: &ReaderId) -> Vec<Effect> {
        let Some(open) = &self.project else { return Vec::new() };
        let Some(reader) = open.readers.iter().find(|reader| reader.id == *id) else { return Vec::new() };
        if reader.has_left {
            let text = format!("{id} has left the project. Choose another name, or ask an owner to take them back.");
            self.notify(NoticeKind::Warning, text);
            return Vec::new();
        }
        let (has_pin, has_text) = (reader.has_pin, !open.settings.about.data_use.trim().is_empty());
        let ask = task(PeopleTask::SignIn { reader: id.clone(), pin: None });
        if !has_pin && !has_text {
            self.team.people.sign_in = None;
            return std::iter::once(ask).chain(self.sign_in(id)).collect();
        }
        self.screen = Screen::SignIn;
        let step = if has_pin { SignInStep::Pin } else { SignInStep::Checking };
        self.team.people.sign_in = Some(SignIn { reader: id.clone(), step });
        if has_pin { Vec::new() } else { vec![ask] }
    }

    /// Nobody is at the project. What the last person looked at is gone from the window.
    pub(in crate::session) fn sign_out(&mut self) -> Vec<Effect> {
        self.close_what_the_reader_saw();
        self.reader = None;
        self.screen = Screen::SignIn;
        vec![task(PeopleTask::SignOut)]
    }

    fn give_pin(&mut self, pin: Pin, now_ms: i64) -> Vec<Effect> {
        let Some(sign_in) = &mut self.team.people.sign_in else { return Vec::new() };
        match sign_in.step {
            SignInStep::Refused { locked_until_ms: Some(until), .. } if until > now_ms => return Vec::new(),
            SignInStep::Pin | SignInStep::Refused { .. } => sign_in.step = SignInStep::Checking,
            SignInStep::Checking | SignInStep::DataUse => return Vec::new(),
        }
        vec![task(PeopleTask::SignIn { reader: sign_in.reader.clone(), pin: Some(pin) })]
    }

    fn agree(&mut self) -> Vec<Effect> {
        let text = self.project.as_ref().map(|open| open.settings.about.data_use.clone());
        match (&self.team.people.sign_in, text) {
            (Some(SignIn { reader, step: SignInStep::DataUse }), Some(text)) => {
                vec![task(PeopleTask::Agree { reader: reader.clone(), text })]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn people_news(&mut self, news: PeopleNews, _now_ms: i64) -> Vec<Effect> {
        self.team.people.is_loading = false;
        match news {
            PeopleNews::Done(text) => self.tell_team(false, text),
            PeopleNews::Failed(text) => self.tell_team(true, text),
            PeopleNews::Loaded(facts) => {
                self.team.people.num_written += 1;
                self.take_people(&facts.readers);
                self.team.people.facts = *facts;
            }
            PeopleNews::SignedIn { reader, must_agree } => {
                let Some(sign_in) = self.team.people.sign_in.as_mut().filter(|sign_in| sign_in.reader == reader) else {
                    return Vec::new();
                };
                if must_agree {
                    sign_in.step = SignInStep::DataUse;
                    return Vec::new();
                }
                self.team.people.sign_in = None;
                return self.sign_in(&reader);
            }
            PeopleNews::Agreed(reader) => {
                if self.team.people.sign_in.take_if(|sign_in| sign_in.reader == reader).is_some() {
                    return self.sign_in(&reader);
                }
            }
            PeopleNews::SignInRefused { reader, message, locked_until_ms } => {
                // Somebody who was let in at once: the project has changed since its people were read.
                let is_in = self.reader_id() == Some(&reader) && self.team.people.sign_in.is_none();
                let effects = if is_in { self.sign_out() } else { Vec::new() };
                if is_in || self.team.people.sign_in.as_ref().is_some_and(|sign_in| sign_in.reader == reader) {
                    let step = SignInStep::Refused { message, locked_until_ms };
                    self.team.people.sign_in = Some(SignIn { reader, step });
                }
                return effects;
            }
        }
        Vec::new()
    }

    fn take_people(&mut self, readers: &[Reader]) {
        if let Some(open) = &mut self.project {
            open.readers = readers.to_vec();
        }
        let own = self.reader.as_ref().and_then(|own| readers.iter().find(|reader| reader.id == own.id));
        if let Some(own) = own.cloned() {
            self.reader = Some(own);
        }
    }
}

fn task(task: PeopleTask) -> Effect {
    TeamTask::People(task).effect()
}
