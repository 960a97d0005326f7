//! Dealing films out, held against what the published protocols ask for.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::id::{ImageId, ReaderId};
use crate::domain::task::TaskState;

use super::*;

fn people(num: u32) -> Vec<Candidate> {
    (1..=num).map(|n| Candidate { id: ReaderId::new(format!("R{n}")), years: None }).collect()
}

/// Films one to a study, except where `per_study` says otherwise.
fn pool(num: usize, per_study: usize) -> Vec<PoolFilm> {
    let film = |n: usize| PoolFilm {
        image: ImageId::new(format!("f{n:04}")),
        study: format!("s{:04}", n / per_study).as_str().into(),
        stratum: ["a", "b", "c"][n % 3].to_owned(),
    };
    (0..num).map(film).collect()
}

fn plan(strategy: Strategy, unit: Unit, seed: u64) -> Plan {
    Plan { unit, seed, ..Plan::new(Stage::Read, strategy) }
}

#[derive(Default)]
struct World {
    tasks: Vec<Task>,
    read: BTreeSet<(ImageId, ReaderId)>,
    truths: BTreeSet<(ImageId, ReaderId)>,
    years: BTreeMap<ReaderId, Option<u32>>,
}

impl World {
    fn deal(&self, plan: &Plan, pool: &[PoolFilm], people: &[Candidate]) -> Result<Dealt, DealError> {
        let World { tasks, read, truths, years } = self;
        deal(plan, Table { pool, people, tasks, read, truths, years })
    }

    fn hand_out(&mut self, plan: &Plan, pool: &[PoolFilm], people: &[Candidate]) -> Dealt {
        let dealt = self.deal(plan, pool, people).unwrap();
        for (id, place) in &dealt.moved {
            self.tasks.iter_mut().find(|task| task.id == *id).unwrap().place = *place;
        }
        for new in &dealt.tasks {
            let layer = if new.reading == 1 {
                new.person.clone()
            } else {
                ReaderId::new(format!("{}.{}", new.person, new.reading))
            };
            self.tasks.push(Task {
                id: self.tasks.len() as i64,
                image: new.image.clone(),
                person: new.person.clone(),
                layer,
                stage: plan.stage,
                place: new.place,
                priority: 0,
                is_paused: false,
                is_hidden_truth: plan.is_hidden_truth,
                state: TaskState::New,
                handed_out_ms: 0,
            });
        }
        dealt
    }

    fn order_of(&self, person: &str) -> Vec<&str> {
        let mut tasks: Vec<&Task> = self.tasks.iter().filter(|task| task.person.as_str() == person).collect();
        tasks.sort_by_key(|task| task.order());
        tasks.iter().map(|task| task.image.as_str()).collect()
    }
}

fn people_by_film(dealt: &Dealt) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut by_film: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for task in &dealt.tasks {
        assert!(by_film.entry(task.image.as_str()).or_default().insert(task.person.as_str()), "{task:?} twice");
    }
    by_film
}

fn spread(dealt: &Dealt) -> usize {
    dealt.loads.values().max().unwrap() - dealt.loads.values().min().unwrap()
}

#[test]
fn three_of_seventeen_read_each_film_in_their_own_order() {
    let mut world = World::default();
    let each = plan(Strategy::Balanced { each: 3 }, Unit::Film, 7);
    let dealt = world.hand_out(&each, &pool(200, 1), &people(17));
    assert_eq!(people_by_film(&dealt).len(), 200);
    assert!(people_by_film(&dealt).values().all(|people| people.len() == 3));
    assert!(spread(&dealt) <= 1, "{:?}", dealt.loads);
    let orders: BTreeSet<Vec<&str>> = people(17).iter().map(|one| world.order_of(one.id.as_str())).collect();
    assert_eq!(orders.len(), 17);
    for order in &orders {
        assert!(!order.is_sorted(), "an order is shuffled: {order:?}");
    }
    // The same seed gives the same, another one something else.
    assert_eq!(World::default().deal(&each, &pool(200, 1), &people(17)).unwrap(), dealt);
    let other = plan(Strategy::Balanced { each: 3 }, Unit::Film, 8);
    assert_ne!(World::default().deal(&other, &pool(200, 1), &people(17)).unwrap().tasks, dealt.tasks);
    // Once more: everything is in enough hands.
    assert_eq!(world.deal(&each, &pool(200, 1), &people(17)), Err(DealError::NothingLeft(EnoughBy::Hands)));
}

#[test]
fn films_that_were_read_are_not_said_to_be_in_hands() {
    let mut world = World::default();
    for film in pool(4, 1) {
        world.read.insert((film.image, people(1)[0].id.clone()));
    }
    let single = plan(Strategy::Equal, Unit::Film, 7);
    let refused = |world: &World, num: usize| {
        let refused = world.deal(&single, &pool(num, 1), &people(2)).unwrap_err();
        (refused.clone(), refused.to_string())
    };
    let (why, said) = refused(&world, 4);
    assert_eq!(why, DealError::NothingLeft(EnoughBy::Readings));
    assert!(said.starts_with("All of these films were read by enough people already."), "{said}");
    // The fifth film goes to somebody; then some are in hands, and some were read.
    world.hand_out(&single, &pool(5, 1), &people(2));
    let (why, said) = refused(&world, 5);
    assert_eq!(why, DealError::NothingLeft(EnoughBy::Both));
    assert!(
        said.starts_with("All of these films are in enough hands, or were read by enough people already."),
        "{said}"
    );
}

#[test]
fn a_study_stays_with_one_reader_and_its_films_side_by_side() {
    let mut world = World::default();
    let single = plan(Strategy::Equal, Unit::Study, 3);
    // Ten films of five studies first; later the films of these and of more.
    let all = pool(30, 3);
    world.hand_out(&single, &all[..10], &people(3));
    world.hand_out(&single, &all, &people(3));
    let mut of_study: BTreeMap<&str, BTreeSet<&ReaderId>> = BTreeMap::new();
    for task in &world.tasks {
        let film = all.iter().find(|film| film.image == task.image).unwrap();
        of_study.entry(film.study.as_str()).or_default().insert(&task.person);
    }
    assert_eq!(world.tasks.len(), 30);
    assert!(of_study.values().all(|people| people.len() == 1), "{of_study:?}");
    let fresh = World::default().deal(&single, &all, &people(2)).unwrap();
    for person in people(2) {
        let films: Vec<&NewTask> = fresh.tasks.iter().filter(|task| task.person == person.id).collect();
        let study = |task: &NewTask| all.iter().find(|film| film.image == task.image).unwrap().study.clone();
        let studies: Vec<_> = films.chunk_by(|a, b| study(a) == study(b)).collect();
        assert!(studies.iter().all(|films| films.len() == 3), "{films:?}");
    }
}

#[test]
fn the_next_film_goes_to_whoever_has_least_to_do() {
    let mut world = World::default();
    world.hand_out(&plan(Strategy::All, Unit::Film, 1), &pool(10, 1), &people(1));
    let dealt =
        world.deal(&plan(Strategy::Balanced { each: 1 }, Unit::Film, 1), &pool(30, 1)[10..], &people(3)).unwrap();
    assert_eq!(dealt.loads.values().copied().collect::<Vec<_>>(), [0, 10, 10]);
    // In equal shares it does not matter what anybody has in hand.
    let dealt = world.deal(&plan(Strategy::Equal, Unit::Film, 1), &pool(40, 1)[10..], &people(3)).unwrap();
    assert_eq!(dealt.loads.values().copied().collect::<Vec<_>>(), [10, 10, 10]);
    // What is read does not wait.
    for task in &mut world.tasks {
        task.state = TaskState::Completed;
    }
    let dealt =
        world.deal(&plan(Strategy::Balanced { each: 1 }, Unit::Film, 1), &pool(40, 1)[10..], &people(3)).unwrap();
    assert_eq!(dealt.loads.values().copied().collect::<Vec<_>>(), [10, 10, 10]);
}

#[test]
fn everybody_gets_as_many_of_each_kind() {
    let films = pool(90, 1);
    let dealt =
        World::default().deal(&plan(Strategy::Stratified { each: 2 }, Unit::Film, 5), &films, &people(7)).unwrap();
    for stratum in ["a", "b", "c"] {
        let num = |person: &Candidate| {
            let is_of = |task: &&NewTask| {
                task.person == person.id && films.iter().any(|film| film.image == task.image && film.stratum == stratum)
            };
            dealt.tasks.iter().filter(is_of).count()
        };
        let nums: Vec<usize> = people(7).iter().map(num).collect();
        assert!(nums.iter().max().unwrap() - nums.iter().min().unwrap() <= 1, "{stratum}: {nums:?}");
    }
    assert!(spread(&dealt) <= 1);
}

#[test]
fn overlap_comes_later_and_counts_who_has_read_without_being_asked() {
    let mut world = World::default();
    world.hand_out(&plan(Strategy::Equal, Unit::Film, 1), &pool(12, 1), &people(3));
    world.read.insert(("f0000".into(), "R9".into()));
    let third = plan(Strategy::Balanced { each: 3 }, Unit::Film, 2);
    let dealt = world.hand_out(&third, &pool(12, 1), &people(4));
    let new = people_by_film(&dealt);
    assert!(new.iter().all(|(film, people)| people.len() == if *film == "f0000" { 1 } else { 2 }), "{new:?}");
    let keys: BTreeSet<_> = world.tasks.iter().map(|task| (&task.image, &task.person)).collect();
    assert_eq!(keys.len(), world.tasks.len(), "never twice the same film to the same reader");
    // Two more, on top of what there is.
    let more = world.deal(&plan(Strategy::More { by: 2 }, Unit::Film, 2), &pool(12, 1)[1..], &people(5)).unwrap();
    assert!(people_by_film(&more).values().all(|people| people.len() == 2));
    let refused = world.deal(&plan(Strategy::More { by: 3 }, Unit::Film, 2), &pool(12, 1)[1..], &people(5));
    assert!(matches!(refused, Err(DealError::NotEnough { num: 11, each: 3, .. })), "{refused:?}");
}

#[test]
fn who_knows_the_truth_of_a_film_neither_gets_it_nor_counts_as_its_reader() {
    let mut world = World::default();
    for film in ["f0000", "f0001"] {
        world.read.insert((film.into(), "R1".into()));
    }
    world.truths.insert(("f0000".into(), "R1".into()));
    let dealt = world.deal(&plan(Strategy::Balanced { each: 2 }, Unit::Film, 1), &pool(2, 1), &people(3)).unwrap();
    let new = people_by_film(&dealt);
    assert_eq!((new["f0000"].len(), new["f0001"].len()), (2, 1));
    assert!(dealt.tasks.iter().all(|task| task.person.as_str() != "R1"), "{dealt:?}");
}

#[test]
fn a_film_is_read_once_more_only_by_who_has_completed_it() {
    let mut world = World::default();
    world.hand_out(&plan(Strategy::All, Unit::Film, 1), &pool(4, 1), &people(2));
    let once_more = Plan::new(Stage::Read, Strategy::Repeat);
    assert_eq!(world.deal(&once_more, &pool(4, 1), &people(2)), Err(DealError::NothingToRepeat));
    for task in &mut world.tasks {
        if task.image.as_str() < "f0002" && task.person.as_str() == "R1" {
            task.state = TaskState::Completed;
            world.read.insert((task.image.clone(), task.person.clone()));
        }
    }
    let dealt = world.hand_out(&once_more, &pool(4, 1), &people(2));
    let films: BTreeSet<_> = dealt.tasks.iter().map(|t| (t.image.as_str(), t.person.as_str(), t.reading)).collect();
    assert_eq!(films, BTreeSet::from([("f0000", "R1", 2), ("f0001", "R1", 2)]));
    // The repeat waits: no third reading before it.
    assert_eq!(world.deal(&once_more, &pool(4, 1), &people(2)), Err(DealError::NothingToRepeat));
    for task in &mut world.tasks {
        task.state = TaskState::Completed;
    }
    assert_eq!(world.deal(&once_more, &pool(4, 1), &people(1)).unwrap().tasks[0].reading, 3);
}

#[test]
fn special_films_are_strewn_among_those_that_wait() {
    let mut world = World::default();
    world.hand_out(&plan(Strategy::All, Unit::Film, 1), &pool(100, 1), &people(1));
    let before: Vec<String> = world.order_of("R1").iter().map(ToString::to_string).collect();
    for task in world.tasks.iter_mut().filter(|task| task.place <= 20) {
        task.state = TaskState::Completed;
    }
    let hidden = Plan { is_mixed_in: true, is_hidden_truth: true, ..plan(Strategy::All, Unit::Film, 1) };
    world.hand_out(&hidden, &pool(110, 1)[100..], &people(1));
    let after = world.order_of("R1");
    assert_eq!(after[..20], before[..20], "what is done keeps its place");
    let old: Vec<&str> = after.iter().copied().filter(|film| *film < "f0100").collect();
    assert_eq!(old, before, "the others keep their order");
    let at: Vec<usize> = (0..110).filter(|&n| after[n] >= "f0100").collect();
    assert!(at[0] < 60 && at[9] > 60 && at[9] - at[0] > 20, "{at:?}");
    let places: BTreeSet<u32> = world.tasks.iter().map(|task| task.place).collect();
    assert_eq!(places.len(), 110, "no two have one place");
}

#[test]
fn who_settles_a_film_did_not_read_it_and_is_more_senior() {
    let mut world = World::default();
    world.hand_out(&plan(Strategy::All, Unit::Film, 1), &pool(3, 1), &people(2));
    world.years = BTreeMap::from([("R1".into(), Some(8)), ("R2".into(), Some(10))]);
    let review = |each| Plan::new(Stage::Review, Strategy::Balanced { each });
    let senior = |id: &str, years| Candidate { id: id.into(), years };
    let able = [senior("R3", Some(11)), senior("R4", Some(12))];
    assert!(world.deal(&review(2), &pool(3, 1), &able).is_ok());
    assert!(world.deal(&review(2), &pool(3, 1), &[able[0].clone(), senior("R4", None)]).is_ok(), "the role decides");
    for other in [senior("R4", Some(10)), senior("R4", Some(3)), senior("R1", Some(30))] {
        let refused = world.deal(&review(2), &pool(3, 1), &[able[0].clone(), other.clone()]);
        assert!(matches!(refused, Err(DealError::NotEnough { num: 3, is_review: true, .. })), "{other:?}");
    }
    // And nobody reads what they are to review, or what their juniors are.
    world.hand_out(&review(2), &pool(3, 1), &able);
    world.years.extend(able.iter().map(|one| (one.id.clone(), one.years)));
    let more = plan(Strategy::More { by: 1 }, Unit::Film, 1);
    assert!(world.deal(&more, &pool(3, 1), &able).is_err());
    assert!(world.deal(&more, &pool(3, 1), &[senior("R5", Some(11))]).is_err());
    assert!(world.deal(&more, &pool(3, 1), &[senior("R5", Some(10))]).is_ok());
}

#[test]
fn what_cannot_be_is_refused() {
    let world = World::default();
    let each = |each| plan(Strategy::Balanced { each }, Unit::Film, 1);
    assert_eq!(world.deal(&each(1), &[], &people(1)), Err(DealError::NoFilms));
    assert_eq!(world.deal(&each(1), &pool(1, 1), &[]), Err(DealError::NoPeople));
    assert_eq!(world.deal(&each(0), &pool(1, 1), &people(1)), Err(DealError::NoReaders));
    assert_eq!(world.deal(&each(4), &pool(1, 1), &people(3)), Err(DealError::MoreThanPeople { each: 4, people: 3 }));
}

#[test]
fn a_sample_keeps_studies_whole_and_the_order_of_the_list() {
    let chosen = sample(pool(60, 3), Unit::Study, 5, 11);
    assert_eq!(chosen.len(), 15);
    assert!(chosen.is_sorted_by_key(|film| film.image.clone()));
    assert_eq!(chosen.iter().map(|film| &film.study).collect::<BTreeSet<_>>().len(), 5);
    assert_eq!(sample(pool(60, 3), Unit::Study, 5, 11), chosen);
    assert_ne!(sample(pool(60, 3), Unit::Study, 5, 12), chosen);
    assert_eq!(sample(pool(6, 3), Unit::Film, 50, 1).len(), 6);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, prop_assume, proptest};

    use super::*;

    proptest! {
        /// Whatever is out already: as many people as asked for, nobody twice, and loads that differ by one at most where
        /// nobody is kept from a film.
        #[test]
        fn dealing_is_even_and_exact(num in 1_usize..60, num_people in 1_u32..9, each in 1_u32..9, seed in any::<u64>()) {
            prop_assume!(each <= num_people);
            let films = pool(num, 1);
            let dealt = World::default().deal(&plan(Strategy::Balanced { each }, Unit::Film, seed), &films, &people(num_people)).unwrap();
            prop_assert!(people_by_film(&dealt).values().all(|people| people.len() == each as usize));
            prop_assert!(spread(&dealt) <= 1, "{:?}", dealt.loads);
            // The order of people and of what is said about them changes nothing.
            let mut turned = people(num_people);
            turned.reverse();
            let again = World::default().deal(&plan(Strategy::Balanced { each }, Unit::Film, seed), &films, &turned).unwrap();
            prop_assert_eq!(again, dealt);
        }
    }
}
