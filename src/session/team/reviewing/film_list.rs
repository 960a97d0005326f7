//! The list of films to review: which of them are shown, in which order, and how much their readers differ.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::domain::adjudication::{FilmToReview, Gist, ReviewStage, ReviewTurn};
use crate::domain::id::ImageId;
use crate::session::effect::Effect;
use crate::session::screen::{NoticeKind, Session};

use super::ReviewTask;

/// What the list is ordered by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum FilmOrder {
    /// As they were handed out: higher priorities first, paused ones last.
    #[default]
    Given,
    Turn,
    Findings,
    Open,
    Disagreement,
    Questions,
}

impl FilmOrder {
    /// Whether it needs to know what readers of each film marked.
    const fn needs_gists(self) -> bool {
        matches!(self, Self::Findings | Self::Open | Self::Disagreement)
    }
}

/// The list beside its films.
#[derive(Clone, Default, Debug)]
pub struct FilmList {
    /// Only films at this turn; `None`: all.
    pub filter: Option<ReviewTurn>,
    pub order: FilmOrder,
    /// From the other end.
    pub is_reversed: bool,
    /// Places of the films that are shown, in their order.
    pub shown: Vec<usize>,
    /// How many films are at each turn.
    pub counts: HashMap<ReviewTurn, usize>,
    /// What is known of films so far, and at which state of the film.
    gists: HashMap<ImageId, (Stand, Option<Gist>)>,
    /// Asked for and not answered yet, with how far each film was then; `None` while nothing is.
    asked: Option<HashMap<ImageId, Stand>>,
    /// Before this place of the films nothing is left to ask: a long list is gone through once, and not at each answer.
    num_known: usize,
    /// The places of the list that were last in sight: their films come first.
    in_sight: (usize, usize),
    /// When films were last put in order for an answer.
    arranged_at_ms: i64,
    /// Asking failed: not again before this.
    retry_at_ms: Option<i64>,
    /// The person was told that it fails.
    is_told: bool,
}

/// As far as a film was when its gist was computed: at another one it is computed anew.
type Stand = (ReviewStage, usize, usize, usize);

const fn stand(film: &FilmToReview) -> Stand {
    (film.stage, film.num_completed, film.num_items, film.num_settled)
}

impl FilmList {
    /// What is known of a film, if anything, and be it of before its last change.
    pub fn gist_of(&self, film: &FilmToReview) -> Option<Gist> {
        self.gists.get(&film.image)?.1
    }

    /// Nothing is left to ask about it.
    pub fn knows(&self, film: &FilmToReview) -> bool {
        self.gists.get(&film.image).is_some_and(|(of, _)| *of == stand(film))
    }

    /// Readers may have changed what they marked: everything is computed anew as it comes into sight.
    pub(super) fn forget_gists(&mut self) {
        self.gists.clear();
        self.begin_anew();
        // What is on its way is of before.
        if let Some(asked) = &mut self.asked {
            asked.clear();
        }
    }

    /// Other films are to be known than before.
    pub(super) const fn begin_anew(&mut self) {
        self.num_known = 0;
    }

    /// Asking failed, and is to be tried again.
    pub const fn is_held_up(&self) -> bool {
        self.retry_at_ms.is_some()
    }
}

/// So many films are asked for at a time; the answer is of as many as a moment allows.
const GISTS_AT_ONCE: usize = 256;

/// While answers come in, films change their places no more often than this, in milliseconds: nobody reads a list that
/// jumps, and ordering a hundred thousand films takes longer than a frame.
const ARRANGE_EVERY_MS: i64 = 500;

/// What failed is tried again after so many milliseconds.
const RETRY_AFTER_MS: i64 = 5000;

impl Session {
    pub fn turn_of(&self, film: &FilmToReview) -> ReviewTurn {
        self.reader_id().map_or(ReviewTurn::NotYet, |me| film.turn_of(me))
    }

    pub(super) fn filter_films(&mut self, filter: Option<ReviewTurn>, now_ms: i64) -> Vec<Effect> {
        self.team.reviewing.list.filter = filter;
        self.team.reviewing.list.begin_anew();
        self.arrange_films();
        self.mind_gists(now_ms)
    }

    /// By another column; by the same one from the other end, and then as given.
    pub(super) fn order_films(&mut self, order: FilmOrder, now_ms: i64) -> Vec<Effect> {
        let list = &mut self.team.reviewing.list;
        (list.order, list.is_reversed) = match (list.order == order, list.is_reversed) {
            (false, _) => (order, false),
            (true, false) => (order, true),
            (true, true) => (FilmOrder::Given, false),
        };
        list.begin_anew();
        self.arrange_films();
        self.mind_gists(now_ms)
    }

    /// After anything changed that decides what is shown, and where.
    pub(super) fn arrange_films(&mut self) {
        let Some(me) = self.reader_id().cloned() else { return };
        let desk = &mut self.team.reviewing;
        let turns: Vec<ReviewTurn> = desk.films.iter().map(|film| film.turn_of(&me)).collect();
        let list = &mut desk.list;
        list.counts.clear();
        for turn in &turns {
            *list.counts.entry(*turn).or_default() += 1;
        }
        // What was filtered for is done: an empty list would look like no work at all.
        if list.filter.is_some_and(|filter| !list.counts.contains_key(&filter)) {
            list.filter = None;
            list.begin_anew();
        }
        let filter = list.filter;
        list.shown = (0..turns.len()).filter(|place| filter.is_none_or(|turn| turns[*place] == turn)).collect();
        let (films, gists) = (&desk.films, &list.gists);
        let order = list.order;
        let of_gists = |of: fn(&Gist) -> f64| -> Vec<Option<f64>> {
            films.iter().map(|film| gists.get(&film.image)?.1.as_ref().map(of)).collect()
        };
        // Each film's number once, and not at each comparison.
        let numbers = match order {
            FilmOrder::Given | FilmOrder::Turn => Vec::new(),
            FilmOrder::Findings => of_gists(|gist| gist.num_items as f64),
            FilmOrder::Open => of_gists(|gist| gist.num_open as f64),
            FilmOrder::Disagreement => of_gists(|gist| gist.disagreement),
            FilmOrder::Questions => films.iter().map(|film| Some(film.num_questions as f64)).collect(),
        };
        let is_reversed = list.is_reversed;
        // The largest first, what is not known last whichever way.
        let by = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) if is_reversed => a.total_cmp(&b),
            (Some(a), Some(b)) => b.total_cmp(&a),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        list.shown.sort_by(|&a, &b| match order {
            FilmOrder::Given => Ordering::Equal,
            FilmOrder::Turn if is_reversed => turns[b].cmp(&turns[a]),
            FilmOrder::Turn => turns[a].cmp(&turns[b]),
            _ => by(numbers[a], numbers[b]),
        });
    }

    /// The screen shows these places of the list.
    pub(super) fn films_in_sight(&mut self, from: usize, to: usize, now_ms: i64) -> Vec<Effect> {
        self.team.reviewing.list.in_sight = (from, to);
        self.mind_gists(now_ms)
    }

    /// Asks for what is not known yet: of the films in sight, and of all others where the list is ordered by it.
    pub(super) fn mind_gists(&mut self, now_ms: i64) -> Vec<Effect> {
        let Some(reviewer) = self.reader_id().cloned() else { return Vec::new() };
        let desk = &mut self.team.reviewing;
        let is_too_early = desk.list.retry_at_ms.is_some_and(|at| now_ms < at);
        if desk.image.is_some() || desk.list.asked.is_some() || is_too_early {
            return Vec::new();
        }
        let (from, to) = desk.list.in_sight;
        let shown = desk.list.shown.get(from..to.min(desk.list.shown.len())).unwrap_or_default();
        let in_sight = shown.iter().filter_map(|place| desk.films.get(*place));
        let of = |film: &FilmToReview| (film.image.clone(), stand(film));
        let mut asked: HashMap<ImageId, Stand> = in_sight.filter(|film| !desk.list.knows(film)).map(of).collect();
        let mut images: Vec<ImageId> = asked.keys().cloned().collect();
        if desk.list.order.needs_gists() {
            let filter = desk.list.filter;
            let list = &desk.list;
            let is_needless =
                |film: &FilmToReview| list.knows(film) || filter.is_some_and(|turn| film.turn_of(&reviewer) != turn);
            let unread = desk.films.get(list.num_known..).unwrap_or_default();
            let num_needless = unread.iter().take_while(|film| is_needless(film)).count();
            let unknown = unread[num_needless..].iter().filter(|film| !is_needless(film));
            for film in unknown.take(GISTS_AT_ONCE.saturating_sub(images.len())) {
                if asked.insert(film.image.clone(), stand(film)).is_none() {
                    images.push(film.image.clone());
                }
            }
            desk.list.num_known += num_needless;
        }
        if images.is_empty() {
            return Vec::new();
        }
        desk.list.asked = Some(asked);
        desk.list.retry_at_ms = None;
        vec![ReviewTask::Gists { reviewer, images }.effect()]
    }

    /// What came of some of the films that were asked for; the others are asked for again.
    pub(super) fn gists_known(
        &mut self,
        outcome: Result<Vec<(ImageId, Option<Gist>)>, String>,
        now_ms: i64,
    ) -> Vec<Effect> {
        let list = &mut self.team.reviewing.list;
        let mut asked = list.asked.take().unwrap_or_default();
        let gists = match outcome {
            Ok(gists) => gists,
            Err(why) => {
                list.retry_at_ms = Some(now_ms + RETRY_AFTER_MS);
                if !std::mem::replace(&mut list.is_told, true) {
                    let text = format!("How much readers differ can't be computed now. Nothing was changed. {why}");
                    self.notify(NoticeKind::Error, text);
                }
                return Vec::new();
            }
        };
        list.is_told = false;
        for (image, gist) in gists {
            // Of what has none there is nothing to know; it is not asked again until the film changes.
            if let Some(stand) = asked.remove(&image) {
                list.gists.insert(image, (stand, gist));
            }
        }
        let needs_order = list.order.needs_gists();
        let is_due = now_ms - list.arranged_at_ms >= ARRANGE_EVERY_MS;
        let more = self.mind_gists(now_ms);
        if needs_order && (is_due || more.is_empty()) {
            self.team.reviewing.list.arranged_at_ms = now_ms;
            self.arrange_films();
        }
        more
    }

    /// The film beside the open one in the list as it is shown.
    pub(super) fn film_beside(&self, step: isize) -> Option<ImageId> {
        let desk = &self.team.reviewing;
        let is_open = |place: &&usize| Some(&desk.films[**place].image) == desk.image.as_ref();
        let at = desk.list.shown.iter().position(|place| is_open(&place));
        let to = match at {
            Some(at) => at.checked_add_signed(step)?,
            // It left the filter meanwhile: the first of those that are in it.
            None => 0,
        };
        desk.list.shown.get(to).map(|place| desk.films[*place].image.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::Role;
    use crate::session::gesture_script::reading_session;
    use crate::session::screen::Screen;
    use crate::session::team::{ReviewCommand, ReviewNews, TeamTask};

    fn film(n: usize) -> FilmToReview {
        FilmToReview {
            image: ImageId::new(format!("f{n:06}")),
            stage: ReviewStage::Ready,
            num_readers: 2,
            num_completed: 2,
            num_items: 0,
            num_settled: 0,
            signers: Vec::new(),
            num_questions: 0,
            is_paused: false,
        }
    }

    fn gist(disagreement: f64) -> Gist {
        Gist { num_items: 1, num_open: 1, num_differing: 1, disagreement }
    }

    fn at_list(num_films: usize) -> Session {
        let mut session = reading_session();
        session.screen = Screen::Review;
        if let Some(reader) = &mut session.reader {
            reader.roles = reader.roles.with(Role::Reviewer);
        }
        let films = (0..num_films).map(film).collect();
        assert!(session.reviewing_news(ReviewNews::Films(Ok(films)), 0).is_empty(), "nothing needs to be known yet");
        session
    }

    fn images(effects: &[Effect]) -> Vec<ImageId> {
        let Some(Effect::Team(task)) = effects.first() else { return Vec::new() };
        match &**task {
            TeamTask::Review(ReviewTask::Gists { images, .. }) => images.clone(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_long_list_is_ordered_in_few_rounds_and_films_in_sight_come_first() {
        const NUM: usize = 100_000;
        let mut session = at_list(NUM);
        let sight = session.reviewing_command(ReviewCommand::FilmsInSight(5000, 5020), 0);
        assert_eq!(images(&sight).len(), 20);
        let later = session.reviewing_command(ReviewCommand::OrderFilms(FilmOrder::Disagreement), 0);
        assert!(later.is_empty(), "one question is on its way at a time");
        let (mut asked, mut rounds, mut jumps) = (images(&sight), 0, 0);
        let mut at_ms = 1000;
        while !asked.is_empty() {
            // As many as a moment allows: the last one is left out, and comes again.
            let done = if asked.len() > 1 && rounds % 10 == 0 { &asked[..asked.len() - 1] } else { &asked[..] };
            let number = |image: &ImageId| image.as_str()[1..].parse::<f64>().unwrap_or_default();
            let answers = done.iter().map(|image| (image.clone(), Some(gist(number(image))))).collect();
            let before = session.team.reviewing.list.arranged_at_ms;
            asked = images(&session.reviewing_news(ReviewNews::Gists(Ok(answers)), at_ms));
            jumps += usize::from(session.team.reviewing.list.arranged_at_ms != before);
            (rounds, at_ms) = (rounds + 1, at_ms + 10);
        }
        assert!(rounds <= NUM / GISTS_AT_ONCE + 10, "{rounds} rounds");
        assert!(jumps as i64 <= (at_ms - 1000) / ARRANGE_EVERY_MS + 2, "{jumps} jumps");
        let desk = &session.team.reviewing;
        assert!(desk.films.iter().all(|film| desk.list.knows(film)));
        assert!(desk.list.shown.iter().copied().eq((0..NUM).rev()), "the largest disagreement stands first");
    }

    #[test]
    fn what_fails_is_told_once_and_tried_again_later() {
        let mut session = at_list(3);
        let order = ReviewCommand::OrderFilms(FilmOrder::Open);
        assert_eq!(images(&session.reviewing_command(order, 0)).len(), 3);
        let fail = |session: &mut Session, at_ms| {
            session.notice = None;
            assert!(session.reviewing_news(ReviewNews::Gists(Err("why".into())), at_ms).is_empty());
            session.notice.is_some()
        };
        assert!(fail(&mut session, 10), "it is told");
        let list = &session.team.reviewing.list;
        assert!(list.is_held_up() && !list.knows(&film(0)), "nothing is known of it");
        let sight = ReviewCommand::FilmsInSight(0, 3);
        assert!(session.reviewing_command(sight.clone(), 20).is_empty(), "not at once");
        let again = session.reviewing_command(sight.clone(), 10 + RETRY_AFTER_MS);
        assert_eq!(images(&again).len(), 3);
        assert!(!fail(&mut session, 6000), "and not again");
        assert_eq!(images(&session.reviewing_command(sight, 20_000)).len(), 3);
        let answers = (0..3).map(|n| (film(n).image, (n > 0).then(|| gist(1.0)))).collect();
        assert!(session.reviewing_news(ReviewNews::Gists(Ok(answers)), 20_001).is_empty());
        let list = &session.team.reviewing.list;
        assert!((0..3).all(|n| list.knows(&film(n))) && list.gist_of(&film(0)).is_none());
    }

    #[test]
    fn an_answer_of_before_a_change_is_asked_for_again() {
        let mut session = at_list(1);
        session.reviewing_command(ReviewCommand::OrderFilms(FilmOrder::Open), 0);
        let changed = FilmToReview { stage: ReviewStage::UnderWay, num_items: 4, ..film(0) };
        assert!(session.reviewing_news(ReviewNews::Films(Ok(vec![changed.clone()])), 0).is_empty());
        let answer = || ReviewNews::Gists(Ok(vec![(film(0).image, Some(gist(1.0)))]));
        assert_eq!(images(&session.reviewing_news(answer(), 1)), [film(0).image]);
        assert!(!session.team.reviewing.list.knows(&changed));
        assert!(session.reviewing_news(answer(), 2).is_empty());
        assert!(session.team.reviewing.list.knows(&changed));
    }
}
