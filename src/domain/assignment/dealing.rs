//! Deals films out to people: who gets which film, never the same film twice, loads as even as they can be.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::task::TaskState;

use super::chance::stream;
use super::order::places;
use super::plan::{Candidate, DealError, EnoughBy, Plan, PoolFilm, Strategy, Unit, is_more_senior};
use super::task::{Stage, Task};

/// What is known when films are dealt out.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// Films to hand out, in the order of the list.
    pub pool: &'a [PoolFilm],
    /// Who may get some.
    pub people: &'a [Candidate],
    /// Everything that is in anybody's hands.
    pub tasks: &'a [Task],
    /// Who has completed which film, handed out or not, under any layer of the person's.
    pub read: &'a BTreeSet<(ImageId, ReaderId)>,
    /// Who of them only knows the truth of a film: they get it no more, and count as none of its readers.
    pub truths: &'a BTreeSet<(ImageId, ReaderId)>,
    /// Years of experience of everybody who ever read.
    pub years: &'a BTreeMap<ReaderId, Option<u32>>,
}

/// A film that goes to somebody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTask {
    pub image: ImageId,
    pub person: ReaderId,
    /// 1: the person's own layer; 2: the first repeat.
    pub reading: u32,
    pub place: u32,
}

/// What comes of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Dealt {
    /// By person and place.
    pub tasks: Vec<NewTask>,
    /// Tasks that get another place, by id.
    pub moved: Vec<(i64, u32)>,
    /// Films that each person gets now, everybody who was asked for.
    pub loads: BTreeMap<ReaderId, usize>,
}

/// Films that go together, by their number in the pool.
pub(super) fn units(pool: &[PoolFilm], unit: Unit) -> Vec<Vec<usize>> {
    let mut units: Vec<Vec<usize>> = Vec::new();
    let mut unit_of: HashMap<&str, usize> = HashMap::new();
    for (number, film) in pool.iter().enumerate() {
        match unit {
            Unit::Film => units.push(vec![number]),
            Unit::Study => {
                let at = *unit_of.entry(film.study.as_str()).or_insert(units.len());
                if at == units.len() {
                    units.push(Vec::new());
                }
                units[at].push(number);
            }
        }
    }
    units
}

/// Hands films out.
///
/// # Errors
/// Where somebody or something is missing: then nobody gets anything.
pub fn deal(plan: &Plan, table: Table<'_>) -> Result<Dealt, DealError> {
    let mut people: Vec<&Candidate> = table.people.iter().collect();
    people.sort_by(|a, b| a.id.cmp(&b.id));
    people.dedup_by(|a, b| a.id == b.id);
    if table.pool.is_empty() {
        return Err(DealError::NoFilms);
    }
    if people.is_empty() {
        return Err(DealError::NoPeople);
    }
    match plan.strategy.count() {
        Some(0) => return Err(DealError::NoReaders),
        // People who have a film already count, so that more can be asked for than there are to choose from.
        Some(each) if each as usize > people.len() && table.tasks.is_empty() && table.read.is_empty() => {
            return Err(DealError::MoreThanPeople { each, people: people.len() });
        }
        _ => {}
    }
    let units = units(table.pool, plan.unit);
    let mut dealer = Dealer::new(plan, table, people);
    let gets = match plan.strategy {
        Strategy::Repeat => dealer.repeat(&units)?,
        Strategy::All => dealer.deal_to_all(&units)?,
        Strategy::Equal | Strategy::Balanced { .. } | Strategy::Stratified { .. } | Strategy::More { .. } => {
            dealer.deal_to_some(&units)?
        }
    };
    Ok(dealer.ordered(&gets))
}

/// What each person gets: film and unit by number, and the number of the reading.
type Gets = Vec<Vec<(usize, usize, u32)>>;

struct Dealer<'a> {
    plan: &'a Plan,
    table: Table<'a>,
    people: Vec<&'a Candidate>,
    /// Who has a film in this stage: in hand or completed.
    holders: HashMap<&'a str, BTreeSet<&'a ReaderId>>,
    /// Who has it in the other stage.
    others: HashMap<&'a str, BTreeSet<&'a ReaderId>>,
    /// Films that wait in each person's hands.
    waiting: Vec<usize>,
}

impl<'a> Dealer<'a> {
    fn new(plan: &'a Plan, table: Table<'a>, people: Vec<&'a Candidate>) -> Self {
        let mut holders: HashMap<&str, BTreeSet<&ReaderId>> = HashMap::new();
        let mut others: HashMap<&str, BTreeSet<&ReaderId>> = HashMap::new();
        for task in table.tasks {
            let hands = if task.stage == plan.stage { &mut holders } else { &mut others };
            hands.entry(task.image.as_str()).or_default().insert(&task.person);
        }
        for (image, person) in table.read {
            let hands = if plan.stage == Stage::Read { &mut holders } else { &mut others };
            hands.entry(image.as_str()).or_default().insert(person);
        }
        let is_waiting = |task: &&Task| task.stage == plan.stage && task.state != TaskState::Completed;
        let mut waiting_of: HashMap<&str, usize> = HashMap::new();
        for task in table.tasks.iter().filter(is_waiting) {
            *waiting_of.entry(task.person.as_str()).or_default() += 1;
        }
        let waiting = people.iter().map(|one| waiting_of.get(one.id.as_str()).copied().unwrap_or(0)).collect();
        Self { plan, table, people, holders, others, waiting }
    }

    fn has(&self, film: usize, person: &ReaderId) -> bool {
        self.holders.get(self.table.pool[film].image.as_str()).is_some_and(|hands| hands.contains(person))
    }

    /// Nobody both reads and reviews a film, and who reviews is more senior than all who read.
    fn may_get(&self, film: usize, person: &Candidate) -> bool {
        let Some(others) = self.others.get(self.table.pool[film].image.as_str()) else { return true };
        let years_of = |id: &ReaderId| self.table.years.get(id).copied().flatten();
        !others.contains(&person.id)
            && others.iter().all(|&other| match self.plan.stage {
                Stage::Read => is_more_senior(years_of(other), person.years),
                Stage::Review => is_more_senior(person.years, years_of(other)),
            })
    }

    fn deal_to_all(&mut self, units: &[Vec<usize>]) -> Result<Gets, DealError> {
        let mut gets: Gets = vec![Vec::new(); self.people.len()];
        let mut refused = Refused::default();
        for (number, unit) in units.iter().enumerate() {
            for &film in unit {
                for (who, person) in self.people.iter().enumerate().filter(|(_, one)| !self.has(film, &one.id)) {
                    if self.may_get(film, person) {
                        gets[who].push((film, number, 1));
                    } else {
                        refused.add(film);
                    }
                }
            }
        }
        refused.check(self, self.people.len() as u32)?;
        some(gets, DealError::NothingLeft(self.enough_by()))
    }

    fn deal_to_some(&mut self, units: &[Vec<usize>]) -> Result<Gets, DealError> {
        let each = self.plan.strategy.count().unwrap_or(1);
        let mut random = stream(self.plan.seed, "deal", "");
        // Large studies first, so that small ones even out at the end.
        let mut order = random.shuffled(units.len());
        order.sort_by_key(|&unit| Reverse(units[unit].len()));
        let is_stratified = matches!(self.plan.strategy, Strategy::Stratified { .. });
        if is_stratified {
            order.sort_by_key(|&unit| &self.table.pool[units[unit][0]].stratum);
        }
        let by_waiting = matches!(self.plan.strategy, Strategy::Balanced { .. } | Strategy::More { .. });
        let mut loads = if by_waiting { self.waiting.clone() } else { vec![0; self.people.len()] };
        let mut of_stratum = vec![0; self.people.len()];
        let mut stratum = None;
        let mut gets: Gets = vec![Vec::new(); self.people.len()];
        let mut refused = Refused::default();
        for number in order {
            let unit = &units[number];
            let kind = &self.table.pool[unit[0]].stratum;
            if is_stratified && stratum.replace(kind) != Some(kind) {
                of_stratum.fill(0);
            }
            // Film by film: of a study one film may be with one person and the next with another.
            let mut wanted: Vec<usize> = unit
                .iter()
                .map(|&film| match self.plan.strategy {
                    Strategy::More { by } => by as usize,
                    _ => (each as usize).saturating_sub(self.num_readers(unit, film)),
                })
                .collect();
            let mut free: Vec<usize> = (0..self.people.len())
                .filter(|&who| {
                    let person = self.people[who];
                    unit.iter().any(|&film| !self.has(film, &person.id))
                        && unit.iter().all(|&film| self.may_get(film, person))
                })
                .collect();
            // Who has a part of a study already gets the rest of it; then who has least; then chance.
            let ticket = random.shuffled(self.people.len());
            let has_part = |who: usize| unit.iter().any(|&film| self.has(film, &self.people[who].id));
            free.sort_by_cached_key(|&who| {
                (!has_part(who), if is_stratified { of_stratum[who] } else { 0 }, loads[who], ticket[who])
            });
            let mut taken: Vec<(usize, usize)> = Vec::new();
            for who in free {
                for (film, wanted) in unit.iter().zip(&mut wanted) {
                    if *wanted > 0 && !self.has(*film, &self.people[who].id) {
                        *wanted -= 1;
                        taken.push((who, *film));
                    }
                }
            }
            if wanted.iter().any(|wanted| *wanted > 0) {
                refused.add(unit[0]);
                continue;
            }
            for (who, film) in taken {
                gets[who].push((film, number, 1));
                loads[who] += 1;
                of_stratum[who] += 1;
            }
        }
        refused.check(self, each)?;
        some(gets, DealError::NothingLeft(self.enough_by()))
    }

    /// Whether people have these films in hands, or read them without.
    fn enough_by(&self) -> EnoughBy {
        let tasks = self.table.tasks.iter().filter(|task| task.stage == self.plan.stage);
        let handed: HashSet<(&str, &ReaderId)> = tasks.map(|task| (task.image.as_str(), &task.person)).collect();
        let (mut has_handed, mut has_read) = (false, false);
        for film in self.table.pool {
            let image = film.image.as_str();
            for person in self.holders.get(image).into_iter().flatten() {
                let is_handed = handed.contains(&(image, *person));
                has_handed |= is_handed;
                has_read |= !is_handed;
            }
        }
        match (has_handed, has_read) {
            (true, true) => EnoughBy::Both,
            (false, true) => EnoughBy::Readings,
            _ => EnoughBy::Hands,
        }
    }

    /// Who has a film, but for those who know the truth of one of its unit.
    fn num_readers(&self, unit: &[usize], film: usize) -> usize {
        let Some(holders) = self.holders.get(self.table.pool[film].image.as_str()) else { return 0 };
        let truths = self.table.truths;
        let knows = |person: &ReaderId| {
            unit.iter().any(|&film| truths.contains(&(self.table.pool[film].image.clone(), person.clone())))
        };
        if truths.is_empty() { holders.len() } else { holders.iter().filter(|person| !knows(person)).count() }
    }

    /// A film is read once more only when all that the person has of it is completed: else the first reading would never
    /// be.
    fn repeat(&mut self, units: &[Vec<usize>]) -> Result<Gets, DealError> {
        let mut num_tasks: HashMap<(&str, &str), (u32, bool)> = HashMap::new();
        for task in self.table.tasks.iter().filter(|task| task.stage == Stage::Read) {
            let entry = num_tasks.entry((task.image.as_str(), task.person.as_str())).or_insert((0, true));
            entry.0 += 1;
            entry.1 &= task.state == TaskState::Completed;
        }
        let mut gets: Gets = vec![Vec::new(); self.people.len()];
        for (number, unit) in units.iter().enumerate() {
            for &film in unit {
                let image = &self.table.pool[film].image;
                for (who, person) in self.people.iter().enumerate() {
                    let key = (image.as_str(), person.id.as_str());
                    let (num, is_done) = num_tasks.get(&key).copied().unwrap_or((1, true));
                    if is_done && self.table.read.contains(&(image.clone(), person.id.clone())) {
                        gets[who].push((film, number, num.max(1) + 1));
                    }
                }
            }
        }
        some(gets, DealError::NothingToRepeat)
    }

    fn ordered(&self, gets: &Gets) -> Dealt {
        let mut held: HashMap<&str, Vec<&Task>> = HashMap::new();
        for task in self.table.tasks.iter().filter(|task| task.stage == self.plan.stage) {
            held.entry(task.person.as_str()).or_default().push(task);
        }
        let mut dealt = Dealt::default();
        for (person, films) in self.people.iter().zip(gets) {
            dealt.loads.insert(person.id.clone(), films.len());
            // In the order of the list, whatever order they were dealt in: the order follows from seed and films alone.
            let mut films = films.clone();
            films.sort_unstable_by_key(|&(film, unit, _)| (unit, film));
            let units: Vec<usize> = films.iter().map(|&(_, unit, _)| unit).collect();
            let held = held.get(person.id.as_str()).map_or(&[][..], Vec::as_slice);
            let places = places(self.plan, &person.id, &units, held);
            let new = films.iter().zip(places.new).map(|(&(film, _, reading), place)| NewTask {
                image: self.table.pool[film].image.clone(),
                person: person.id.clone(),
                reading,
                place,
            });
            let first = dealt.tasks.len();
            dealt.tasks.extend(new);
            dealt.tasks[first..].sort_by_key(|task| task.place);
            dealt.moved.extend(places.moved);
        }
        dealt
    }
}

fn some(gets: Gets, otherwise: DealError) -> Result<Gets, DealError> {
    if gets.iter().all(Vec::is_empty) { Err(otherwise) } else { Ok(gets) }
}

/// Films that did not get the people that they need.
#[derive(Default)]
struct Refused(BTreeSet<usize>);

impl Refused {
    fn add(&mut self, film: usize) {
        self.0.insert(film);
    }

    fn check(&self, dealer: &Dealer<'_>, each: u32) -> Result<(), DealError> {
        let Some(&first) = self.0.first() else { return Ok(()) };
        Err(DealError::NotEnough {
            num: self.0.len(),
            each,
            first: dealer.table.pool[first].image.clone(),
            is_review: dealer.plan.stage == Stage::Review,
        })
    }
}
