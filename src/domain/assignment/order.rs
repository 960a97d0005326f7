//! Each person's own order: shuffled anew for everybody, and the same again for the same seed.

use crate::domain::id::ReaderId;
use crate::domain::task::TaskState;

use super::chance::stream;
use super::plan::{Plan, Unit};
use super::task::Task;

/// The places of new tasks in one person's order, and new places of tasks that wait.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Places {
    /// One for each new task, in their order.
    pub new: Vec<u32>,
    /// Tasks that move, by id.
    pub moved: Vec<(i64, u32)>,
}

/// `units`: for each new task, what goes together with it (films of one study stay side by side). `held`: the person's
/// tasks of the same stage so far.
pub fn places(plan: &Plan, person: &ReaderId, units: &[usize], held: &[&Task]) -> Places {
    let mut random = stream(plan.seed, "order", person.as_str());
    let shuffled = shuffled_together(units, |n| random.shuffled(n));
    let last = held.iter().map(|task| task.place).max().unwrap_or(0);
    let mut new = vec![0; units.len()];
    if !plan.is_mixed_in {
        for (place, &task) in (last + 1..).zip(&shuffled) {
            new[task] = place;
        }
        return Places { new, moved: Vec::new() };
    }
    // What was begun keeps its place; new tasks are strewn among those that wait.
    let mut waiting: Vec<&&Task> = held.iter().filter(|task| task.state == TaskState::New).collect();
    waiting.sort_by_key(|task| (task.place, task.id));
    let first = held.iter().filter(|task| task.state != TaskState::New).map(|task| task.place).max().unwrap_or(0);
    let first = waiting.first().map_or(last, |task| task.place.saturating_sub(1)).max(first);
    let mut gaps: Vec<usize> = shuffled.iter().map(|_| random.below(waiting.len() + 1)).collect();
    gaps.sort_unstable();
    let mut moved = Vec::new();
    let mut place = first;
    let mut next_new = shuffled.iter().zip(&gaps).peekable();
    for gap in 0..=waiting.len() {
        while let Some((&task, _)) = next_new.next_if(|(_, at)| **at == gap) {
            place += 1;
            new[task] = place;
        }
        if let Some(task) = waiting.get(gap) {
            place += 1;
            if task.place != place {
                moved.push((task.id, place));
            }
        }
    }
    Places { new, moved }
}

/// The numbers of tasks, units in shuffled order, the tasks of a unit one after the other as they came.
fn shuffled_together(units: &[usize], mut shuffle: impl FnMut(usize) -> Vec<usize>) -> Vec<usize> {
    let mut by_unit: Vec<Vec<usize>> = Vec::new();
    let mut last = None;
    for (task, &unit) in units.iter().enumerate() {
        if last == Some(unit) {
            by_unit.last_mut().expect("there is a last one").push(task);
        } else {
            by_unit.push(vec![task]);
            last = Some(unit);
        }
    }
    shuffle(by_unit.len()).into_iter().flat_map(|unit| by_unit[unit].clone()).collect()
}

impl Plan {
    /// Whether films of a study stay side by side in an order.
    pub const fn keeps_studies(&self) -> bool {
        matches!(self.unit, Unit::Study)
    }
}
