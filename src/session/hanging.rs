//! Hanging: which film of a study goes into which viewport, as a light box would have it.

use crate::domain::id::ImageId;
use crate::domain::study::{FilmEntry, View};

use super::panes::Layout;

/// The film of each slot, in reading order; the opened film is always among them.
///
/// Two viewports: frontal left, lateral right, the films of one pair side by side. Four: frontal films in the left
/// column, lateral ones in the right, others where there is room.
pub(super) fn arrange(study: &[FilmEntry], layout: Layout, opened: &ImageId) -> Vec<Option<ImageId>> {
    let num = layout.num_panes();
    let Some(at) = study.iter().position(|entry| entry.facts.image == *opened).filter(|_| num > 1) else {
        let mut slots = vec![None; num];
        slots[0] = Some(opened.clone());
        return slots;
    };
    let chosen = companions(study, at, num);
    let mut slots: Vec<Option<usize>> = vec![None; num];
    let is_left = |slot: usize| slot.is_multiple_of(2);
    let mut waiting = Vec::new();
    for film in chosen {
        let wants_left = match study[film].facts.view() {
            View::Frontal => Some(true),
            View::Lateral => Some(false),
            View::Oblique | View::Other => None,
        };
        let place = wants_left.and_then(|left| (0..num).find(|&slot| slots[slot].is_none() && is_left(slot) == left));
        match place {
            Some(slot) => slots[slot] = Some(film),
            None => waiting.push(film),
        }
    }
    for film in waiting {
        if let Some(slot) = slots.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some(film);
        }
    }
    slots.into_iter().map(|film| film.map(|i| study[i].facts.image.clone())).collect()
}

/// Which films of the study are shown with the one at `at`: for a pair the nearest of the other view, else those that
/// stand near it in the study. In the study's order.
fn companions(study: &[FilmEntry], at: usize, num: usize) -> Vec<usize> {
    let distance = |i: &usize| (i.abs_diff(at), *i);
    let opposite = match study[at].facts.view() {
        View::Frontal => Some(View::Lateral),
        View::Lateral => Some(View::Frontal),
        View::Oblique | View::Other => None,
    };
    let mut others: Vec<usize> = (0..study.len()).filter(|&i| i != at).collect();
    others.sort_by_key(|i| {
        let is_partner = opposite.is_some() && Some(study[*i].facts.view()) == opposite;
        (num == 2 && !is_partner, distance(i))
    });
    let mut chosen: Vec<usize> = std::iter::once(at).chain(others).take(num).collect();
    chosen.sort_unstable();
    chosen
}

/// The patient's other films as they are looked for: earlier studies, the latest first, then later ones, the soonest
/// first; each study in its own order.
pub(super) fn sort_priors(film: &FilmEntry, priors: &mut [FilmEntry]) {
    let now = film.facts.study_date.as_deref();
    priors.sort_by(|a, b| {
        let is_later = |p: &FilmEntry| now.is_some() && p.facts.study_date.as_deref() > now;
        let place = |p: &FilmEntry| (p.facts.study.clone(), p.facts.series_number, p.facts.instance_number);
        let by_date = b.facts.study_date.cmp(&a.facts.study_date);
        let by_date = if is_later(a) { by_date.reverse() } else { by_date };
        is_later(a).cmp(&is_later(b)).then(by_date).then_with(|| place(a).cmp(&place(b)))
    });
}

/// The prior film to compare with, of the same modality and body part and not later: the last one of the same view, else
/// the last one. `priors` stand as [`sort_priors`] puts them.
pub(super) fn prior_for<'a>(film: &FilmEntry, priors: &'a [FilmEntry]) -> Option<&'a FilmEntry> {
    let (own, now) = (&film.facts, film.facts.study_date.as_deref());
    // A later film would tell what became of it; a film of another kind shows nothing to compare.
    let is_later = |p: &FilmEntry| now.is_some() && p.facts.study_date.as_deref() > now;
    let is_alike = |p: &FilmEntry| p.facts.modality == own.modality && p.facts.body_part == own.body_part;
    let mut candidates = priors.iter().filter(|p| is_alike(p) && !is_later(p));
    candidates.clone().find(|p| p.facts.view() == own.view()).or_else(|| candidates.next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::gesture_script::entry;

    fn study(views: &[&str]) -> Vec<FilmEntry> {
        views
            .iter()
            .enumerate()
            .map(|(n, view)| {
                let mut film = entry(n);
                film.facts.view_position = Some((*view).to_owned());
                film
            })
            .collect()
    }

    fn check(views: &[&str], layout: Layout, opened: usize, expected: &[&str]) {
        let image = ImageId::new(format!("film{opened}"));
        let plan = arrange(&study(views), layout, &image);
        let got: Vec<&str> = plan.iter().map(|image| image.as_ref().map_or("-", ImageId::as_str)).collect();
        assert_eq!(got, expected, "{views:?} {layout:?} {opened}");
    }

    #[test]
    fn frontal_hangs_left_and_lateral_right() {
        check(&["AP", "LATERAL"], Layout::Two, 0, &["film0", "film1"]);
        check(&["LL", "PA"], Layout::Two, 0, &["film1", "film0"]);
        check(&["AP", "LL", "AP", "LL"], Layout::Two, 3, &["film2", "film3"]);
        check(&["AP"], Layout::Two, 0, &["film0", "-"]);
        check(&["LL"], Layout::Two, 0, &["-", "film0"]);
        check(&["", ""], Layout::Two, 1, &["film0", "film1"]);
        check(&["LL", "AP", "LL", "AP"], Layout::Four, 0, &["film1", "film0", "film3", "film2"]);
        check(&["AP", "AP", "AP", "LL", "LL", "AP"], Layout::Four, 5, &["film2", "film3", "film5", "film4"]);
        check(&["AP", "LL"], Layout::One, 1, &["film1"]);
    }

    #[test]
    fn earlier_studies_come_first_the_latest_of_them_foremost() {
        let dated = |n: usize, date: Option<&str>| {
            let mut film = entry(n);
            film.facts.study_date = date.map(str::to_owned);
            film
        };
        let mut priors = vec![
            dated(0, Some("20240101")),
            dated(1, Some("20100101")),
            dated(2, None),
            dated(3, Some("20190101")),
            dated(4, Some("20220101")),
        ];
        sort_priors(&dated(9, Some("20200101")), &mut priors);
        let order: Vec<&str> = priors.iter().map(|p| p.facts.image.as_str()).collect();
        assert_eq!(order, ["film3", "film1", "film2", "film4", "film0"]);
    }

    #[test]
    fn the_prior_of_the_same_view_is_compared() {
        let mut priors = study(&["LL", "AP"]);
        priors.reverse();
        let mut now = entry(9);
        now.facts.view_position = Some("LL".to_owned());
        assert_eq!(prior_for(&now, &priors).map(|p| p.facts.image.as_str()), Some("film0"));
        assert_eq!(prior_for(&now, &[]), None);
        now.facts.study_date = Some("20200101".to_owned());
        for prior in &mut priors {
            prior.facts.study_date = Some("20220101".to_owned());
        }
        assert_eq!(prior_for(&now, &priors), None, "what came later is no prior");
        priors[0].facts.study_date = Some("20190101".to_owned());
        priors[0].facts.modality = Some("US".to_owned());
        assert_eq!(prior_for(&now, &priors), None, "an ultrasound is nothing to compare a film with");
    }
}
