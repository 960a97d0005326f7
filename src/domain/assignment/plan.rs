//! What is asked for when films are handed out, and why it can't be had.

use crate::domain::id::{ImageId, ReaderId, StudyId};
use crate::domain::people::{Reader, Role};
use crate::domain::project::Workflow;

use super::chance::stream;
use super::task::Stage;

/// How films are dealt out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strategy {
    /// Everybody gets every film.
    All,
    /// Each film goes to one person, and all get as many, whatever they have in hand.
    Equal,
    /// Each film goes to so many people; who has the least work waiting gets the next.
    Balanced { each: u32 },
    /// The same, and all get as many of each kind of film: of the same view, sex and decade of age.
    Stratified { each: u32 },
    /// Each film goes to so many people more than have it: overlap that is added later.
    More { by: u32 },
    /// Once more to those of these people who have completed it.
    Repeat,
}

impl Strategy {
    /// As stored and shown.
    pub const fn key(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Equal => "equal",
            Self::Balanced { .. } => "balanced",
            Self::Stratified { .. } => "stratified",
            Self::More { .. } => "more",
            Self::Repeat => "repeat",
        }
    }

    /// People that each film gets, where that is asked for.
    pub const fn count(self) -> Option<u32> {
        match self {
            Self::Balanced { each } | Self::Stratified { each } => Some(each),
            Self::More { by } => Some(by),
            Self::Equal => Some(1),
            Self::All | Self::Repeat => None,
        }
    }
}

/// What goes to one person as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Unit {
    /// All films of a study, as SpineXR was read.
    #[default]
    Study,
    /// Each film by itself, as VinDr-CXR was read.
    Film,
}

impl Unit {
    pub const ALL: [Self; 2] = [Self::Study, Self::Film];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Study => "study",
            Self::Film => "film",
        }
    }
}

/// How a handing out is to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    pub stage: Stage,
    pub strategy: Strategy,
    pub unit: Unit,
    /// Where chance starts.
    pub seed: u64,
    /// A higher one comes first in a reader's list.
    pub priority: i32,
    /// New films come between those that wait, not after them: a reader does not notice that they are special.
    pub is_mixed_in: bool,
    /// The films' truth is known; readings are held against it.
    pub is_hidden_truth: bool,
}

impl Plan {
    pub const fn new(stage: Stage, strategy: Strategy) -> Self {
        Self {
            stage,
            strategy,
            unit: Unit::Study,
            seed: 0,
            priority: 0,
            is_mixed_in: matches!(strategy, Strategy::Repeat),
            is_hidden_truth: false,
        }
    }

    /// As a project of this workflow hands its films out where nobody says otherwise.
    pub fn usual(workflow: Workflow, stage: Stage) -> Self {
        let each = match stage {
            Stage::Read => workflow.readers(),
            Stage::Review => Some(workflow.reviewers()).filter(|each| *each > 0),
        };
        let strategy = match each {
            None | Some(1) => Strategy::Equal,
            Some(each) => Strategy::Balanced { each },
        };
        let unit = if matches!(workflow, Workflow::Free | Workflow::Single) { Unit::Study } else { Unit::Film };
        Self { unit, ..Self::new(stage, strategy) }
    }
}

/// A film that may be handed out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PoolFilm {
    pub image: ImageId,
    pub study: StudyId,
    /// Its kind, for dealing kind by kind.
    pub stratum: String,
}

/// Somebody who may get films.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    pub id: ReaderId,
    pub years: Option<u32>,
}

/// How all films come to have enough people already.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EnoughBy {
    /// They were handed to them.
    Hands,
    /// They read them without.
    Readings,
    Both,
}

impl EnoughBy {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Hands => "All of these films are in enough hands already. Nothing is left to hand out.",
            Self::Readings => "All of these films were read by enough people already. Nothing is left to hand out.",
            Self::Both => {
                "All of these films are in enough hands, or were read by enough people already. Nothing is left to hand out."
            }
        }
    }
}

/// Why films can't be handed out so. Nothing is handed out then.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DealError {
    #[error("There is no film to hand out. Choose other films, or import some first.")]
    NoFilms,
    #[error("There is nobody to hand films to. Choose people, or add some to the project.")]
    NoPeople,
    #[error("Each film must go to one person at least.")]
    NoReaders,
    #[error(
        "Each film is to go to {each} people, and there are only {people} to choose from. Choose more people, or fewer for \
         each film."
    )]
    MoreThanPeople { each: u32, people: usize },
    #[error(
        "{num} of the films can't get {each} people: the others had them before{}. The first is {first}. Choose more \
         people, or fewer for each film.",
        if *.is_review { ", read them, or are not more senior than their readers" } else { ", or are to review them" }
    )]
    NotEnough { num: usize, each: u32, first: ImageId, is_review: bool },
    #[error("{}", .0.sentence())]
    NothingLeft(EnoughBy),
    #[error("None of these people has completed any of these films, so there is nothing to read once more.")]
    NothingToRepeat,
}

/// Why somebody gets no films of a stage.
pub fn hindrance(reader: &Reader, stage: Stage, least: Option<u32>) -> Option<String> {
    let (role, does) = match stage {
        Stage::Read => (Role::Annotator, "read"),
        Stage::Review => (Role::Reviewer, "review"),
    };
    if reader.has_left {
        return Some("they have left the project".to_owned());
    }
    if !reader.roles.has(role) {
        return Some(format!("they may not {does} films. Give them the role first"));
    }
    match (least, reader.years_of_experience) {
        (Some(least), None) => Some(format!(
            "who is to {does} needs {least} years of experience, and theirs are not known. Fill them in first"
        )),
        (Some(least), Some(years)) if years < least => {
            Some(format!("who is to {does} needs {least} years of experience, and they have {years}"))
        }
        _ => None,
    }
}

/// Whether somebody with so many years of experience may settle what a reader with so many said. Where one of the two is
/// not known, the role alone decides, as it does when the review is opened.
pub const fn is_more_senior(years: Option<u32>, reader: Option<u32>) -> bool {
    match (years, reader) {
        (Some(years), Some(reader)) => years > reader,
        _ => true,
    }
}

/// So many units of the pool by chance, in the pool's order; all where it has no more.
pub fn sample(pool: Vec<PoolFilm>, unit: Unit, num: usize, seed: u64) -> Vec<PoolFilm> {
    let units = super::dealing::units(&pool, unit);
    let mut chosen = stream(seed, "sample", "").shuffled(units.len());
    chosen.truncate(num);
    let mut is_chosen = vec![false; pool.len()];
    for film in chosen.into_iter().flat_map(|one| &units[one]) {
        is_chosen[*film] = true;
    }
    pool.into_iter().zip(is_chosen).filter(|(_, is_chosen)| *is_chosen).map(|(film, _)| film).collect()
}
