//! Where the consensus of films comes from: reviewers settled it, a rule made it, or it was imported.

/// Who says what stands in the consensus of a film.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConsensusSource {
    /// Everybody who was to has signed.
    Settled,
    ByRule,
    /// Or changed by hand.
    Imported,
}

impl ConsensusSource {
    /// For the reviewer who took a signature back, where something else than reviewers speaks in the consensus again.
    pub const fn after_signature(self) -> Option<&'static str> {
        match self {
            Self::Settled => None,
            Self::ByRule => Some(
                "The signature is taken back, and the consensus of this film is again what a rule made of its readers.",
            ),
            Self::Imported => Some(
                "The signature is taken back, and the consensus of this film is again what was imported or put there by hand.",
            ),
        }
    }
}

/// How many films have which, and what the rule was.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ConsensusSources {
    pub num_settled: u64,
    pub num_by_rule: u64,
    pub num_imported: u64,
    /// As [`super::Policy::in_words`] has it; empty where it is not known.
    pub rule: String,
}

impl ConsensusSources {
    pub fn of(sources: impl IntoIterator<Item = ConsensusSource>, rule: &str) -> Self {
        let mut counted = Self { rule: rule.to_owned(), ..Self::default() };
        for source in sources {
            *match source {
                ConsensusSource::Settled => &mut counted.num_settled,
                ConsensusSource::ByRule => &mut counted.num_by_rule,
                ConsensusSource::Imported => &mut counted.num_imported,
            } += 1;
        }
        counted
    }

    /// Together with those of another part; the rule is the project's, and the same.
    pub fn add(&mut self, other: &Self) {
        self.num_settled += other.num_settled;
        self.num_by_rule += other.num_by_rule;
        self.num_imported += other.num_imported;
        self.rule.clone_from(&other.rule);
    }

    pub const fn num_films(&self) -> u64 {
        self.num_settled + self.num_by_rule + self.num_imported
    }

    /// `3 films settled by reviewers, 1 film by rule (median, ...)`; empty where there is no consensus.
    pub fn in_words(&self) -> String {
        let films = |num: u64| if num == 1 { "1 film".to_owned() } else { format!("{num} films") };
        let mut parts = Vec::new();
        if self.num_settled > 0 {
            parts.push(format!("{} settled by reviewers", films(self.num_settled)));
        }
        if self.num_by_rule > 0 {
            let rule = if self.rule.is_empty() { String::new() } else { format!(" ({})", self.rule) };
            parts.push(format!("{} by rule{rule}", films(self.num_by_rule)));
        }
        if self.num_imported > 0 {
            parts.push(format!("{} imported or changed by hand", films(self.num_imported)));
        }
        parts.join(", ")
    }
}

/// What the project's history says when a rule made the consensus.
pub fn rule_sentence(num_films: usize, rule: &str) -> String {
    let films = if num_films == 1 { "1 film".to_owned() } else { format!("{num_films} films") };
    format!("A rule made the consensus of {films}: {rule}.")
}

const LEFT_TO_PEOPLE: &str = "none any more: this rule leaves it to people.";

/// What is told behind it of films that an earlier rule had made a consensus of, and this one does not.
pub fn emptied_sentence(num_films: u64) -> String {
    let films = if num_films == 1 { "1 film has".to_owned() } else { format!("{num_films} films have") };
    format!("{films} {LEFT_TO_PEOPLE}")
}

/// The rule that such a sentence tells of, whatever else is told behind it.
pub fn rule_of_sentence(what: &str) -> Option<&str> {
    let (_, said) = what.strip_prefix("A rule made the consensus of ")?.split_once(": ")?;
    // A label's name may have a full stop and a blank in it, too.
    let rule = match said.rsplit_once(". ") {
        Some((rule, told)) if told.ends_with(LEFT_TO_PEOPLE) => rule,
        _ => said,
    };
    Some(rule.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::super::Policy;
    use super::*;

    #[test]
    fn sources_are_counted_and_told_in_words() {
        use ConsensusSource::{ByRule, Imported, Settled};
        let told = |sources: &[ConsensusSource], rule| ConsensusSources::of(sources.iter().copied(), rule).in_words();
        assert_eq!(told(&[], "median"), "");
        assert_eq!(told(&[Settled, Settled], "median"), "2 films settled by reviewers");
        assert_eq!(
            told(&[ByRule, Settled, ByRule, Imported], "median, 0.5"),
            "1 film settled by reviewers, 2 films by rule (median, 0.5), 1 film imported or changed by hand"
        );
        assert_eq!(told(&[ByRule], "median"), "1 film by rule (median)");
        assert_eq!(told(&[ByRule, ByRule], ""), "2 films by rule");
    }

    #[test]
    fn the_rule_is_read_from_the_sentence_that_tells_of_it() {
        let rule = Policy::default().in_words();
        for num in [1, 7] {
            let what = rule_sentence(num, &rule);
            assert_eq!(rule_of_sentence(&what), Some(rule.as_str()), "{what}");
            let more = format!("{what} {}", emptied_sentence(num as u64));
            assert_eq!(rule_of_sentence(&more), Some(rule.as_str()), "{more}");
        }
        let with_stop = rule_sentence(2, "median; A. B: union");
        assert_eq!(rule_of_sentence(&with_stop), Some("median; A. B: union"));
        assert_eq!(rule_of_sentence("Settled film a: 3 findings."), None);
    }
}
