//! Steps of a review in words: `accept 2`, `take 1 R3`, `sign`.

use anyhow::{Context as _, bail};

use crate::domain::adjudication::{Document, Finding, SourceId, Step};
use crate::domain::attribute::Attributes;
use crate::domain::geometry::Rect;
use crate::domain::id::ReaderId;
use crate::domain::label::{LabelName, LabelSet};
use crate::domain::presence::Presence;
use crate::domain::quality::UnfitReason;
use crate::domain::shape::Shape;

/// What can be said, for the help.
pub(super) const WORDS: &str = "\
Steps; N is a finding's number in \"rachis settle show\", as it stands when the step is made:
  accept N                 keep it as proposed
  take N READER            keep it as this reader has it; \"model\" takes the model's box
  call N LABEL             keep it under this label
  box N XMIN YMIN XMAX YMAX  keep it with this box
  reject N                 it is not there
  clear N                  take the decision back
  why N TEXT               say why
  add XMIN YMIN XMAX YMAX LABEL  a finding that nobody marked
  merge N M                two findings are one
  split N                  what is called otherwise, or lies off, is a finding of its own
  ask N READER,... TEXT    send a question; \"all\" asks every reader
  unanimous                accept all on which every reader agrees
  film LABEL: ANSWER       present, absent, unsure or nothing, of the whole film
  fit | unfit REASON       whether the film can be read
  sign | unsign | undo | redo";

/// Who waits for an answer does not sign by habit; the window asks once too. What is not complete is refused as such.
pub(super) fn refuse_hasty_signature(step: &Step, document: &Document) -> anyhow::Result<()> {
    if matches!(step, Step::Sign) && document.is_complete() && document.num_waiting_answers() > 0 {
        bail!(
            "a question on this film has no answer yet, so it is not signed. Sign when it is answered, or add \
             --despite-questions to sign without the answer."
        );
    }
    Ok(())
}

/// Reads one step, about the document as it is now.
pub(super) fn parse(text: &str, document: &Document, labels: &LabelSet) -> anyhow::Result<Step> {
    let (verb, rest) = cut(text);
    let numbered = || -> anyhow::Result<(&Finding, &str)> {
        let (number, rest) = cut(rest);
        Ok((finding(number, document).with_context(|| format!("in {text:?}"))?, rest))
    };
    let step = match verb {
        "accept" => Step::Accept { finding: numbered()?.0.key() },
        "reject" => Step::Reject { finding: numbered()?.0.key() },
        "clear" => Step::Clear { finding: numbered()?.0.key() },
        "take" => {
            let (finding, from) = numbered()?;
            Step::Take { finding: finding.key(), source: source(from, finding, document)? }
        }
        "call" => {
            let (finding, word) = numbered()?;
            Step::Relabel { finding: finding.key(), label: label(word, labels)? }
        }
        "why" => {
            let (finding, why) = numbered()?;
            Step::Explain { finding: finding.key(), rationale: why.to_owned() }
        }
        "box" => {
            let (finding, corners) = numbered()?;
            let (rect, _) = rect(corners).with_context(|| format!("in {text:?}"))?;
            Step::Reshape { finding: finding.key(), shape: Shape::Box(rect) }
        }
        "add" => {
            let (rect, word) = rect(rest).with_context(|| format!("in {text:?}"))?;
            Step::Add { label: label(word, labels)?, shape: Shape::Box(rect), attributes: Attributes::default() }
        }
        "merge" => {
            let (first, second) = numbered()?;
            let second = finding(second, document).with_context(|| format!("in {text:?}"))?;
            Step::Merge { findings: [first.key(), second.key()] }
        }
        "split" => {
            let (finding, _) = numbered()?;
            Step::Split { finding: finding.key(), out: document.natural_split(finding) }
        }
        "ask" => {
            let (finding, rest) = numbered()?;
            let (whom, question) = cut(rest);
            let to = match whom {
                "all" => document.case().readers().iter().map(|reader| reader.reader.clone()).collect(),
                names => names.split(',').map(ReaderId::new).collect(),
            };
            Step::Ask { finding: finding.key(), to, question: question.to_owned() }
        }
        "film" => {
            let (word, answer) =
                rest.rsplit_once(':').context("write the answer behind a colon: film LABEL: present")?;
            let presence = match answer.trim() {
                "nothing" => None,
                key => Some(
                    Presence::from_key(key)
                        .with_context(|| format!("{key:?} is no answer; write present, absent, unsure or nothing"))?,
                ),
            };
            Step::AnswerLabel { label: label(word, labels)?, presence }
        }
        "fit" => Step::JudgeFitness { unfit: None },
        "unfit" => {
            let known = || UnfitReason::ALL.map(UnfitReason::key).join(", ");
            let reason = UnfitReason::from_key(rest);
            let reason = reason.with_context(|| format!("{rest:?} is no reason; write one of {}", known()))?;
            Step::JudgeFitness { unfit: Some(reason) }
        }
        "unanimous" => Step::AcceptUnanimous,
        "sign" => Step::Sign,
        "unsign" => Step::Unsign,
        "undo" => Step::Undo,
        "redo" => Step::Redo,
        _ => bail!("{verb:?} is no step of a review; \"rachis settle do --help\" lists them"),
    };
    Ok(step)
}

/// The first word and the rest.
fn cut(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim()))
}

fn finding<'a>(number: &str, document: &'a Document) -> anyhow::Result<&'a Finding> {
    let num = document.findings().len();
    let place: usize = number.parse().with_context(|| format!("{number:?} is no number of a finding"))?;
    let found = place.checked_sub(1).and_then(|place| document.findings().get(place));
    found.with_context(|| format!("there is no finding {place}: the film has {num}"))
}

fn source(from: &str, finding: &Finding, document: &Document) -> anyhow::Result<SourceId> {
    if from == "model" {
        let is_of_model = |id: &&SourceId| matches!(id, SourceId::Model(_));
        return finding.members().iter().find(is_of_model).copied().context("the model has no box in this finding");
    }
    let reader = ReaderId::new(from);
    let first = document.marks_of(finding, &reader).next().map(|source| source.id);
    first.with_context(|| format!("{reader} has no mark in this finding"))
}

fn label(word: &str, labels: &LabelSet) -> anyhow::Result<LabelName> {
    let known = labels.resolve(word).map(|label| label.name.clone());
    known.with_context(|| format!("the project has no label {:?}; \"rachis labels\" lists them", word.trim()))
}

/// Four numbers, and what stands behind them.
fn rect(text: &str) -> anyhow::Result<(Rect, &str)> {
    let mut rest = text;
    let mut sides = [0.0; 4];
    for side in &mut sides {
        let (word, behind) = cut(rest);
        *side = word.parse().with_context(|| format!("{word:?} is no coordinate; a box is XMIN YMIN XMAX YMAX"))?;
        rest = behind;
    }
    let [xmin, ymin, xmax, ymax] = sides;
    let rect = Rect::from_columns(xmin, ymin, xmax, ymax);
    Ok((rect.context("a box needs XMIN below XMAX and YMIN below YMAX")?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::adjudication::{Case, MadeStep, Review};
    use crate::domain::annotation::{Annotation, Origin};
    use crate::domain::id::{AnnotationId, ImageId};
    use crate::domain::reading::Reading;
    use crate::domain::task::TaskState;
    use crate::formats::label_set;

    fn document() -> Document {
        let reading = |reader: &str, id: i64, label: &str, x: f64| {
            let rect = Rect::from_columns(x, 0.0, x + 10.0, 10.0).unwrap();
            let mark = Annotation::boxed(AnnotationId(id), LabelName::new(label), rect, Origin::Drawn).unwrap();
            let (image, reader) = (ImageId::new("film"), ReaderId::new(reader));
            let none = crate::domain::presence::LabelAnswers::default();
            Reading::restored(image, reader, vec![mark], none, TaskState::Completed, String::new())
        };
        let readings = [reading("R1", 1, "Osteophytes", 0.0), reading("R2", 2, "Other lesions", 0.0)];
        let case = Case::new(ImageId::new("film"), &readings, &[], &[], 1);
        Review::open(case).document().clone()
    }

    #[test]
    fn steps_are_read_as_they_are_said() {
        let (document, labels) = (document(), label_set::shipped_by_id("vindr_spine").unwrap());
        let finding = document.findings()[0].key();
        let rect = Shape::Box(Rect::from_columns(1.0, 2.0, 3.5, 4.0).unwrap());
        let name = LabelName::new;
        let check =
            |text: &str, expected: Step| assert_eq!(parse(text, &document, &labels).unwrap(), expected, "{text}");
        check("accept 1", Step::Accept { finding });
        check(" reject  1 ", Step::Reject { finding });
        check("take 1 R2", Step::Take { finding, source: SourceId::Mark(AnnotationId(2)) });
        check("call 1 other LESIONS", Step::Relabel { finding, label: name("Other lesions") });
        check("box 1 1 2 3.5 4", Step::Reshape { finding, shape: rect.clone() });
        let attributes = Attributes::default();
        check("add 1 2 3.5 4 Osteophytes", Step::Add { label: name("Osteophytes"), shape: rect, attributes });
        check("why 1 vì nó thế", Step::Explain { finding, rationale: "vì nó thế".into() });
        check("split 1", Step::Split { finding, out: vec![SourceId::Mark(AnnotationId(2))] });
        let to = vec![ReaderId::new("R1"), ReaderId::new("R2")];
        check("ask 1 all Is it there?", Step::Ask { finding, to, question: "Is it there?".into() });
        let (label, presence) = (name("Other lesions"), Some(Presence::Absent));
        check("film Other lesions: absent", Step::AnswerLabel { label, presence });
        check("unfit low_quality", Step::JudgeFitness { unfit: Some(UnfitReason::LowQuality) });
        check("unsign", Step::Unsign);
    }

    #[test]
    fn a_question_without_an_answer_holds_the_signature_up() {
        let reviewed = |steps: &[&str]| {
            let labels = label_set::shipped_by_id("vindr_spine").unwrap();
            let mut review = Review::open(document().case().clone());
            for text in steps {
                let step = parse(text, review.document(), &labels).unwrap();
                review.apply(&MadeStep { by: ReaderId::new("V1"), at_ms: 1, step }).unwrap();
            }
            review.document().clone()
        };
        let asked = reviewed(&["ask 1 R2 Is it there?", "accept 1"]);
        assert!(asked.is_complete());
        let why = refuse_hasty_signature(&Step::Sign, &asked).unwrap_err().to_string();
        assert!(why.contains("no answer yet") && why.contains("--despite-questions"), "{why}");
        assert!(refuse_hasty_signature(&Step::Unsign, &asked).is_ok());
        assert!(refuse_hasty_signature(&Step::Sign, &reviewed(&["accept 1"])).is_ok());
    }

    #[test]
    fn what_is_no_step_is_refused_in_a_sentence() {
        let (document, labels) = (document(), label_set::shipped_by_id("vindr_spine").unwrap());
        for (text, needle) in [
            ("", "is no step"),
            ("acept 1", "is no step"),
            ("accept", "no number"),
            ("accept 0", "no finding 0"),
            ("accept 2", "the film has 1"),
            ("take 1 R3", "R3 has no mark"),
            ("take 1 model", "the model has no box"),
            ("call 1 Fractura", "no label \"Fractura\""),
            ("box 1 5 2 3 4", "XMIN below XMAX"),
            ("box 1 5 2 x", "\"x\" is no coordinate"),
            ("film Osteophytes absent", "behind a colon"),
            ("film Osteophytes: maybe", "is no answer"),
            ("unfit ugly", "low_quality"),
            ("merge 1 7", "no finding 7"),
        ] {
            let why = format!("{:#}", parse(text, &document, &labels).unwrap_err());
            assert!(why.contains(needle), "{text}: {why}");
        }
    }
}
