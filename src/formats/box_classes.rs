//! Which classes of boxes are evaluated, and how files name them: by a label's name or alias, or by a category's number.

use std::collections::HashMap;

use crate::domain::evaluation::settings::Folding;
use crate::domain::label::{Label, LabelKind, LabelName, LabelSet, MOST_LABELS};
use crate::formats::csv_kaggle;
use crate::formats::label_set;
use crate::formats::table_form::label_index;

/// The detector's classes of VinDr-SpineXR in the order of their COCO category numbers, from 0.
pub use crate::domain::training::freeze::SPINE_CLASSES as SPINE_CATEGORIES;

/// What a file's word for a class means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClassSaid {
    /// Position in [`BoxClasses::names`].
    Class(u16),
    NoFinding,
    /// A label that is said of the whole film.
    OfFilm,
}

/// Which classes count as another one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fold {
    into: u16,
    /// By position in [`BoxClasses::names`].
    is_folded: Vec<bool>,
}

impl Fold {
    /// What a class counts as; `None` where it stays what it is.
    pub fn of(&self, class: u16) -> Option<u16> {
        self.is_folded.get(usize::from(class)).is_some_and(|&is_folded| is_folded).then_some(self.into)
    }
}

/// The classes of boxes of a label set.
#[derive(Clone, PartialEq, Debug)]
pub struct BoxClasses {
    labels: LabelSet,
    names: Vec<LabelName>,
    /// What a category's number means where a file does not say.
    categories: HashMap<i64, ClassSaid>,
}

impl BoxClasses {
    /// The local labels of a set, in its order. Categories are numbered as the data set does: VinDr-SpineXR's seven from
    /// 0, the chest challenge's fifteen from 0, those of other sets from 0 in the set's order.
    pub fn new(labels: LabelSet) -> Self {
        let names: Vec<LabelName> =
            labels.local().map(|label| label.name.clone()).filter(|name| !name.is_no_finding()).collect();
        let mut classes = Self { labels, names, categories: HashMap::new() };
        let published: Vec<String> = match classes.labels.id.as_str() {
            "vindr_spine" => SPINE_CATEGORIES.map(str::to_owned).to_vec(),
            "vindr_cxr" => csv_kaggle::CLASSES.map(str::to_owned).to_vec(),
            _ => classes.names.iter().map(|name| name.as_str().to_owned()).collect(),
        };
        let said = published.iter().enumerate().filter_map(|(id, name)| Some((id as i64, classes.find(name)?)));
        classes.categories = said.collect();
        classes
    }

    /// The shipped set that knows most of these names, the first of equals. Where none knows half of them, the names
    /// themselves, in their order.
    ///
    /// # Errors
    /// One sentence where the names can't be a label set.
    pub fn that_know(names: &[String]) -> Result<Self, String> {
        let num_known = |set: &LabelSet| names.iter().filter(|name| label_index(set, name).is_some()).count();
        let sets = label_set::shipped();
        let best = sets.into_iter().rev().max_by_key(num_known);
        if let Some(best) = best.filter(|set| 2 * num_known(set) >= names.len()) {
            return Ok(Self::new(best));
        }
        let labels = names.iter().map(|name| Label::named(name.as_str(), LabelKind::Local)).collect();
        let set = LabelSet::new("as_in_the_truth", "As in the truth", "", labels)
            .map_err(|why| format!("The truth's labels can't be used: {why}."))?;
        Ok(Self::new(set))
    }

    pub fn names(&self) -> &[LabelName] {
        &self.names
    }

    pub const fn labels(&self) -> &LabelSet {
        &self.labels
    }

    /// Counts every class that is not among these as "Other lesions".
    ///
    /// # Errors
    /// One sentence where there is no such class, or it is not among them.
    pub fn fold_others<'a>(&self, classes: impl IntoIterator<Item = &'a str>) -> Result<Fold, String> {
        let mut is_folded = vec![true; self.names.len()];
        for class in classes {
            if let Some(ClassSaid::Class(class)) = self.find(class) {
                is_folded[usize::from(class)] = false;
            }
        }
        match self.find(Folding::INTO) {
            Some(ClassSaid::Class(into)) if !is_folded[usize::from(into)] => Ok(Fold { into, is_folded }),
            Some(ClassSaid::Class(_)) => {
                Err("The detector has no class \"Other lesions\", so rare labels can't count as \
                                              it. Evaluate without folding."
                    .to_owned())
            }
            _ => {
                Err("There is no label \"Other lesions\", so rare labels can't count as it. Evaluate without folding."
                    .to_owned())
            }
        }
    }

    /// Counts every class but the seven of VinDr-SpineXR's detectors as "Other lesions".
    ///
    /// # Errors
    /// One sentence where the labels are others, so that all of them would be folded.
    pub fn fold_to_spine(&self) -> Result<Fold, String> {
        if SPINE_CATEGORIES.iter().all(|name| matches!(self.find(name), Some(ClassSaid::Class(_)))) {
            return self.fold_others(SPINE_CATEGORIES);
        }
        Err("These labels lack some of VinDr-SpineXR's seven, so it is not known which of them count as \"Other lesions\". \
             Evaluate without folding."
            .to_owned())
    }

    /// By name or alias; `None` for a word that the set does not have.
    pub fn find(&self, text: &str) -> Option<ClassSaid> {
        let place = usize::from(label_index(&self.labels, text)?);
        let Some(label) = self.labels.labels().get(place).filter(|label| !label.name.is_no_finding()) else {
            return Some(ClassSaid::NoFinding);
        };
        let class = self.names.iter().position(|name| *name == label.name);
        Some(class.map_or(ClassSaid::OfFilm, |class| ClassSaid::Class(class as u16)))
    }

    /// By the number of a category, as the data set numbers them.
    pub fn of_category(&self, id: i64) -> Option<ClassSaid> {
        self.categories.get(&id).copied()
    }

    /// Other numbers, from a file's own list of categories. Those whose names are unknown have no number any more.
    pub fn number(&mut self, categories: &[(i64, String)]) {
        let said = categories.iter().filter_map(|(id, name)| Some((*id, self.find(name)?)));
        self.categories = said.collect();
    }

    /// The set with words that it does not know as further labels, as far as there is room: so that a table's rows of
    /// unknown classes can be read, and counted with their films.
    pub fn labels_and(&self, words: &[String]) -> LabelSet {
        let mut labels = self.labels.labels().to_vec();
        for word in words.iter().filter(|word| label_index(&self.labels, word).is_none()) {
            labels.push(Label::named(word.trim(), LabelKind::Local));
            let wider = LabelSet::new(&self.labels.id, &self.labels.title, &self.labels.source, labels.clone());
            if wider.is_err() {
                labels.pop();
            }
            if labels.len() >= MOST_LABELS {
                break;
            }
        }
        LabelSet::new(&self.labels.id, &self.labels.title, &self.labels.source, labels)
            .unwrap_or_else(|_| self.labels.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spine() -> BoxClasses {
        BoxClasses::new(label_set::shipped_by_id("vindr_spine").unwrap())
    }

    #[test]
    fn classes_are_known_by_name_alias_and_number() {
        let classes = spine();
        let check = |said: Option<ClassSaid>, expected: Option<&str>| {
            let name = said.map(|said| match said {
                ClassSaid::Class(class) => classes.names()[usize::from(class)].as_str(),
                ClassSaid::NoFinding => "No finding",
                ClassSaid::OfFilm => "of the film",
            });
            assert_eq!(name, expected);
        };
        check(classes.find("Spondylolisthesis"), Some("Spondylolysthesis"));
        check(classes.find(" osteophytes "), Some("Osteophytes"));
        check(classes.find("No finding"), Some("No finding"));
        check(classes.find("Cardiomegaly"), None);
        for (id, name) in SPINE_CATEGORIES.into_iter().enumerate() {
            check(classes.of_category(id as i64), Some(name));
        }
        check(classes.of_category(7), None);
        let mut numbered = classes.clone();
        numbered.number(&[(3, "Osteophytes".to_owned()), (9, "Wings".to_owned())]);
        check(numbered.of_category(3), Some("Osteophytes"));
        check(numbered.of_category(9), None);
        check(numbered.of_category(0), None);
    }

    #[test]
    fn what_a_detector_has_no_class_for_counts_as_other_lesions() {
        let classes = spine();
        let place = |name: &str| classes.names().iter().position(|known| known.as_str() == name).unwrap() as u16;
        let fold = classes.fold_to_spine().unwrap();
        let rare: Vec<&str> = (0..classes.names().len() as u16)
            .filter(|&class| fold.of(class).is_some())
            .map(|class| classes.names()[usize::from(class)].as_str())
            .collect();
        // The six of the paper's Table 2 that its Table 4 has no row for.
        let mut sorted = rare.clone();
        sorted.sort_unstable();
        let six =
            ["Ankylosis", "Enthesophytes", "Foreign body", "Fracture", "Sclerotic lesion", "Subchondral sclerosis"];
        assert_eq!(sorted, six);
        assert_eq!(fold.of(place("Fracture")), Some(place("Other lesions")));
        assert_eq!(fold.of(place("Other lesions")), None);
        // By another name of the label, too; words that are no label change nothing.
        let fold = classes.fold_others(["Spondylolisthesis", "other lesions", "Wings"]).unwrap();
        assert_eq!(fold.of(place("Spondylolysthesis")), None);
        assert_eq!(fold.of(place("Osteophytes")), Some(place("Other lesions")));
        assert!(classes.fold_others(["Osteophytes"]).unwrap_err().starts_with("The detector has no class"));
        let chest = BoxClasses::new(label_set::shipped_by_id("vindr_cxr").unwrap());
        assert!(chest.fold_to_spine().unwrap_err().starts_with("These labels lack"));
        let rib = BoxClasses::new(label_set::shipped_by_id("vindr_rib").unwrap());
        assert!(rib.fold_others(["Rib 1"]).unwrap_err().starts_with("There is no label"));
    }

    #[test]
    fn the_set_that_knows_the_names_is_found() {
        let check = |names: &[&str], id: &str| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(BoxClasses::that_know(&names).unwrap().labels().id, id, "{names:?}");
        };
        check(&["Osteophytes", "No finding"], "vindr_spine");
        check(&["Cardiomegaly", "Pneumothorax", "Wings"], "vindr_cxr");
        check(&["No finding"], "vindr_spine");
        check(&["cat", "dog"], "as_in_the_truth");
        let twice = ["cat".to_owned(), "Cat".to_owned()];
        assert!(BoxClasses::that_know(&twice).unwrap_err().contains("twice"));
    }

    #[test]
    fn unknown_words_become_labels_for_reading() {
        let words = ["Wings".to_owned(), "Osteophytes".to_owned(), String::new(), "wings".to_owned()];
        let wider = spine().labels_and(&words);
        assert_eq!(wider.labels().len(), spine().labels().labels().len() + 1);
        assert!(wider.resolve("wings").is_some());
    }
}
