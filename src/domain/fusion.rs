//! From what classifiers and a detector say to one answer: ensemble, operating point, fusion rule and its counterpart
//! (VinDr-SpineXR, section 2.4).

use crate::domain::model::{EnsembleMean, ModelId};

/// Boxes of a film that the classifier calls normal are kept only above this score.
pub const NORMAL_FILM_SCORE: f64 = 0.5;
/// Probabilities are held this far from 0 and 1 before their logits are averaged, as the released code does: one member
/// that is certain can't outvote all others.
pub const LOGIT_CLIP: f64 = 1e-6;

/// The probability of an ensemble from those of its members; `None` for no members. A single member keeps its own
/// probability, to the last bit for the mean of probabilities, to rounding and the clip for the mean of logits.
pub fn ensemble(members: &[f64], mean: EnsembleMean) -> Option<f64> {
    let average = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / members.len() as f64;
    (!members.is_empty()).then(|| match mean {
        EnsembleMean::Probability => average(&mut members.iter().copied()),
        EnsembleMean::Logit => sigmoid(average(&mut members.iter().map(|&p| logit(p)))),
    })
}

/// The log-odds of a probability, clipped by [`LOGIT_CLIP`].
pub fn logit(probability: f64) -> f64 {
    let p = probability.clamp(LOGIT_CLIP, 1.0 - LOGIT_CLIP);
    libm::log(p / (1.0 - p))
}

/// The probability of log-odds.
pub fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-logit))
}

/// Whether a film counts as abnormal at the operating point c*. A probability of exactly c* does: so it is in the
/// released code and in the paper's rule ("p >= c*"), though its text says "greater than". At c* = 0 every film is
/// abnormal, at c* = 1 only one of probability 1.
pub fn is_abnormal(probability: f64, threshold: f64) -> bool {
    probability >= threshold
}

/// The counterpart of the fusion rule: the classifier's probability averaged with the best box's score. A film without
/// boxes counts as a best score of 0, so that no finding speaks for normal.
pub fn counterpart(probability: f64, scores: impl IntoIterator<Item = f64>) -> f64 {
    f64::midpoint(probability, scores.into_iter().fold(0.0, f64::max))
}

/// Why the fusion rule leaves a box out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LeftOut {
    /// The classifier calls the film normal, and the score is too low to speak against it.
    LowOnNormalFilm,
    /// The classifier calls the film normal, and the rule keeps nothing then.
    NormalFilm,
}

/// What the classifier does to the detector's boxes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum FusionRule {
    /// p >= c*: all boxes; else those with a score over 0.5 (the paper).
    #[default]
    Paper,
    /// The same with boxes of exactly 0.5 kept, as the released code does.
    ReleasedCode,
    /// p >= c*: all boxes; else none: "if abnormal, locate".
    Gate,
    /// All boxes, whatever the classifier says.
    DetectorOnly,
}

impl FusionRule {
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Paper, "paper"),
        (Self::ReleasedCode, "released code"),
        (Self::Gate, "gate"),
        (Self::DetectorOnly, "detector only"),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(rule, _)| *rule == self).map_or("", |(_, text)| text)
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == text).map(|(rule, _)| rule)
    }

    /// What the rule says of a box with this score; `None` where it is kept. `is_abnormal` is what the classifier says of
    /// the film, `None` where no classifier is in use or it has not answered: then every box is kept, whatever the
    /// rule, because nothing speaks against it.
    pub fn leaves_out(self, is_abnormal: Option<bool>, score: f64) -> Option<LeftOut> {
        if is_abnormal != Some(false) {
            return None;
        }
        match self {
            Self::DetectorOnly => None,
            Self::Gate => Some(LeftOut::NormalFilm),
            Self::Paper => (score <= NORMAL_FILM_SCORE).then_some(LeftOut::LowOnNormalFilm),
            Self::ReleasedCode => (score < NORMAL_FILM_SCORE).then_some(LeftOut::LowOnNormalFilm),
        }
    }
}

/// The models in use in a project and how their answers are put together.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pipeline {
    pub classifier: Option<ModelId>,
    pub detector: Option<ModelId>,
    /// c*; a film is abnormal when its probability is at least this.
    pub threshold: f64,
    pub rule: FusionRule,
    /// Suggestions under this score start hidden; readers move it for themselves.
    pub min_score: f64,
}

impl Default for Pipeline {
    /// The paper's operating point, 0.2808.
    fn default() -> Self {
        Self { classifier: None, detector: None, threshold: 0.2808, rule: FusionRule::Paper, min_score: 0.3 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ensemble_averages_probabilities_or_logits() {
        // By hand: logits of 0.5, 0.8 and 0.9 are 0, ln 4 and ln 9; a third of their sum is ln 36 / 3, and
        // 36^(1/3) / (1 + 36^(1/3)) = 0.767536...
        let members = [0.5, 0.8, 0.9];
        let cube_root = 36.0_f64.cbrt();
        let close = |a: Option<f64>, b: f64| assert!((a.unwrap() - b).abs() < 1e-12, "{a:?} {b}");
        close(ensemble(&members, EnsembleMean::Probability), 2.2 / 3.0);
        close(ensemble(&members, EnsembleMean::Logit), cube_root / (1.0 + cube_root));
        close(ensemble(&[0.3], EnsembleMean::Logit), 0.3);
        assert_eq!(ensemble(&[0.3], EnsembleMean::Probability), Some(0.3));
        for mean in [EnsembleMean::Probability, EnsembleMean::Logit] {
            assert_eq!(ensemble(&[], mean), None);
        }
    }

    #[test]
    fn certain_members_are_clipped_before_their_logits() {
        // 1 - 1e-6 is no exact number: its odds are off by 1e-10 of themselves.
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-10, "{a} {b}");
        // Clipped alike at both ends, certain yes and certain no cancel out.
        close(ensemble(&[0.0, 1.0], EnsembleMean::Logit).unwrap(), 0.5);
        close(ensemble(&[1.0], EnsembleMean::Logit).unwrap(), 1.0 - 1e-6);
        close(ensemble(&[0.0], EnsembleMean::Logit).unwrap(), 1e-6);
        close(logit(1e-6), logit(1e-9));
        assert!(logit(1.1e-6) > logit(1e-6));
    }

    #[test]
    fn a_film_at_the_threshold_is_abnormal() {
        let paper = Pipeline::default().threshold;
        for (p, c, expected) in [
            (0.2808, paper, true),
            (0.280_799_999, paper, false),
            (0.2809, paper, true),
            (0.0, 0.0, true),
            (0.999_999, 1.0, false),
            (1.0, 1.0, true),
        ] {
            assert_eq!(is_abnormal(p, c), expected, "{p} at {c}");
        }
    }

    #[test]
    fn each_rule_at_its_boundaries() {
        use FusionRule::{DetectorOnly, Gate, Paper, ReleasedCode};
        use LeftOut::{LowOnNormalFilm, NormalFilm};
        let low = Some(LowOnNormalFilm);
        let gone = Some(NormalFilm);
        for (rule, score, expected) in [
            (Paper, 0.0, low),
            (Paper, 0.499_999, low),
            (Paper, 0.5, low),
            (Paper, 0.500_001, None),
            (Paper, 1.0, None),
            (ReleasedCode, 0.0, low),
            (ReleasedCode, 0.499_999, low),
            (ReleasedCode, 0.5, None),
            (ReleasedCode, 1.0, None),
            (Gate, 0.0, gone),
            (Gate, 1.0, gone),
            (DetectorOnly, 0.0, None),
            (DetectorOnly, 1.0, None),
        ] {
            assert_eq!(rule.leaves_out(Some(false), score), expected, "{rule:?} {score}");
            assert_eq!(rule.leaves_out(Some(true), score), None, "{rule:?} keeps all on an abnormal film");
            assert_eq!(rule.leaves_out(None, score), None, "{rule:?} keeps all without a classifier");
        }
    }

    #[test]
    fn the_counterpart_counts_no_box_as_zero() {
        assert_eq!(counterpart(0.6, [0.2, 0.8, 0.4]), 0.7);
        assert_eq!(counterpart(0.6, []), 0.3);
        assert_eq!(counterpart(1.0, [1.0]), 1.0);
        assert_eq!(counterpart(0.0, [0.0]), 0.0);
    }
}
