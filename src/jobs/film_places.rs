//! Where the last films lay, so that no folder or file named after a patient gets from the learning engine into a log.

use std::collections::VecDeque;
use std::path::Path;

use super::protocol::FilmRef;

/// Films whose places are kept out of the log after they were looked at.
const NUM_FILMS: usize = 4;
/// What stands in place of a place.
const STAND_IN: &str = "(the film)";

/// Places of the last films, as texts may have them.
#[derive(Clone, Default, Debug)]
pub(super) struct FilmPlaces {
    /// Of each film, the longest first: a name is a part of its path.
    films: VecDeque<Vec<String>>,
}

impl FilmPlaces {
    pub fn add(&mut self, film: &FilmRef) {
        let mut texts = Vec::new();
        for path in [Some(film.path.as_path()), film.entry.as_deref().map(Path::new)].into_iter().flatten() {
            let name = path.file_name().map(Path::new);
            for part in [Some(path), name].into_iter().flatten() {
                // Once as it is, once as Rust and Python print it for programmers.
                let text = part.to_string_lossy().into_owned();
                texts.push(format!("{text:?}").trim_matches('"').to_owned());
                texts.push(text);
            }
        }
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        texts.dedup();
        self.films.push_back(texts);
        if self.films.len() > NUM_FILMS {
            self.films.pop_front();
        }
    }

    /// The text without them.
    pub fn hide(&self, text: &str) -> String {
        self.films.iter().flatten().fold(text.to_owned(), |text, place| without(text, place))
    }
}

/// Only where the place is a word of its own: a film may be called 1, or dcm.
fn without(text: String, place: &str) -> String {
    if place.is_empty() || !text.contains(place) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, _) in text.match_indices(place) {
        let after = &text[at + place.len()..];
        let is_part = text[..at].ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
        if !is_part {
            out.push_str(&text[from..at]);
            out.push_str(STAND_IN);
            from = at + place.len();
        }
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(path: &str, entry: Option<&str>) -> FilmRef {
        FilmRef { image_id: "i".into(), path: path.into(), entry: entry.map(str::to_owned) }
    }

    #[test]
    fn no_form_of_a_place_is_left() {
        let mut places = FilmPlaces::default();
        places.add(&film("/films/Doe^Jane/Doe \"J\".zip", Some("CD1/Doe^Jane.dcm")));
        for text in [
            "no film in /films/Doe^Jane/Doe \"J\".zip",
            "no film in \"/films/Doe^Jane/Doe \\\"J\\\".zip\"",
            "Doe \"J\".zip: CRC",
            "entry CD1/Doe^Jane.dcm: CRC",
            "bad Doe^Jane.dcm, again: Doe^Jane.dcm",
        ] {
            let hidden = places.hide(text);
            assert!(!hidden.contains("Doe") && hidden.contains("(the film)"), "{hidden}");
        }
    }

    #[test]
    fn a_short_name_does_not_eat_other_words() {
        let mut places = FilmPlaces::default();
        places.add(&film("/f/1", None));
        assert_eq!(places.hide("film /f/1: 1 of 12 pieces, v1"), "film (the film): (the film) of 12 pieces, v1");
        assert_eq!(places.hide("nothing"), "nothing");
    }

    #[test]
    fn the_last_films_are_kept() {
        let mut places = FilmPlaces::default();
        (0..=NUM_FILMS).for_each(|n| places.add(&film(&format!("/f/Doe{n}"), None)));
        assert_eq!(places.hide("Doe0 Doe1"), "Doe0 (the film)");
    }
}
