//! Reviews of films: steps are only ever added, and the consensus layer is written at the last signature.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::domain::adjudication::{Case, Document, MadeStep, MarkSource, Question, Refusal, Review, Step};
use crate::domain::geometry::Point;
use crate::domain::id::{AnnotationId, ImageId, LogSeq, ReaderId};
use crate::domain::people::{Act, CONSENSUS_LAYER, Matter};
use crate::domain::project_event::{EventKind, ProjectEvent};

use super::adjudication_rows::{mark_source_from_json, step_from_json, step_to_json};
use super::audit_chain::seal;
use super::error::{StoreError, unreadable};
use super::project::Store;
use super::project_events::insert_event;
use super::settling::{is_written, take_layer_back, write_layer};

/// A question that reviewers sent to a reader of a film. It names nobody and shows nothing of others, so that a blind
/// reader may see it.
#[derive(Clone, PartialEq, Debug)]
pub struct QuestionToReader {
    pub image: ImageId,
    /// As [`Store::answer_question`] takes it.
    pub number: u32,
    /// In image pixels.
    pub place: Point,
    pub text: String,
    /// What this reader answered; `None` until then.
    pub answer: Option<String>,
}

/// A question as the reviewer who sent it sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct QuestionSent {
    pub image: ImageId,
    pub question: Question,
}

impl Store {
    /// Begins the review of a film, or goes on with it; begins it anew where readers changed their marks since and nobody
    /// has settled the film. Refused with a sentence where stage 1 is not complete, where this person read the film, or is
    /// not more senior than those who did, or has not got the film in hand.
    pub fn open_review(&mut self, image: &ImageId, reviewer: &ReaderId, at_ms: i64) -> Result<Review, StoreError> {
        self.require(Matter::Consensus, Act::Change)?;
        self.require_reviewer(reviewer)?;
        match self.begun_review(image, reviewer)? {
            Ok(review) => Ok(review),
            Err(case) => {
                let made = MadeStep { by: reviewer.clone(), at_ms, step: Step::Open(case) };
                self.write_step(image, &made, None)
            }
        }
    }

    /// What [`Store::open_review`] would give, and nothing is written: a review that nobody has begun, or that would
    /// begin anew, is as it would begin.
    pub fn review_as_shown(&self, image: &ImageId, reviewer: &ReaderId) -> Result<Review, StoreError> {
        self.require(Matter::Consensus, Act::Change)?;
        self.require_reviewer(reviewer)?;
        Ok(self.begun_review(image, reviewer)?.unwrap_or_else(|case| Review::open(*case)))
    }

    /// The review as it is stored; the film as a review would begin with, where nobody has begun one or readers changed
    /// their marks since.
    fn begun_review(&self, image: &ImageId, reviewer: &ReaderId) -> Result<Result<Review, Box<Case>>, StoreError> {
        let stages = self.admit_reviewer(image, reviewer)?;
        let case = self.case_of(image, &stages)?;
        let holds = |review: &Review| review.document().case().still_holds(&case) || review.document().is_settled();
        Ok(stored_review(&self.conn, image)?.filter(holds).ok_or_else(|| Box::new(case)))
    }

    /// Writes a step and what follows from it, in one transaction, and gives the review as it is then. The last signature
    /// writes the consensus layer; taking a signature back takes it back. Refused with a sentence and nothing changed where
    /// the step does not fit the review as it is stored.
    pub fn add_review_step(&mut self, image: &ImageId, made: &MadeStep, seen: usize) -> Result<Review, StoreError> {
        self.require_reviewer(&made.by)?;
        self.require(Matter::Consensus, Act::Change)?;
        match &made.step {
            Step::Open(_) => Err(StoreError::RuleRefused("a review is begun by opening it".into())),
            Step::Answer { .. } => Err(StoreError::RuleRefused("a question is answered by its reader".into())),
            _ => self.write_step(image, made, Some(seen)),
        }
    }

    /// A reader's answer to a question that reviewers sent. Tells the reader nothing of the review.
    pub fn answer_question(
        &mut self,
        image: &ImageId,
        reader: &ReaderId,
        number: u32,
        text: &str,
        at_ms: i64,
    ) -> Result<(), StoreError> {
        self.require(Matter::OwnReading, Act::Change)?;
        self.require_reviewer(reader)?;
        let step = Step::Answer { question: number, text: text.to_owned() };
        self.write_step(image, &MadeStep { by: reader.clone(), at_ms, step }, None).map(|_| ())
    }

    /// The review of a film as it is stored; `None` where nobody has begun it.
    pub fn review(&self, image: &ImageId) -> Result<Option<Review>, StoreError> {
        self.require_review(image)?;
        stored_review(&self.conn, image)
    }

    /// The steps of a film's review in their order.
    pub fn review_steps(&self, image: &ImageId) -> Result<Vec<MadeStep>, StoreError> {
        self.require_review(image)?;
        stored_steps(&self.conn, image)
    }

    /// Questions that reviewers sent to this reader, those without an answer first. A reader answers with
    /// [`Store::answer_question`].
    pub fn questions_to(&self, reader: &ReaderId) -> Result<Vec<QuestionToReader>, StoreError> {
        self.require(Matter::OwnReading, Act::See)?;
        self.require_reviewer(reader)?;
        // Only reviews with a question to this reader are played anew; a film's first step is large and is not looked into.
        let mut statement = self.conn.prepare_cached(
            "SELECT a.image_id FROM adjudication a WHERE a.num_asked > 0 AND EXISTS (
                 SELECT 1 FROM adjudication_step s WHERE s.image_id = a.image_id AND s.step LIKE '{\"ask\"%'
                 AND EXISTS (SELECT 1 FROM json_each(s.step, '$.ask.to') WHERE value = ?1))
             ORDER BY a.image_id",
        )?;
        let films: Vec<String> = statement.query_map([reader.as_str()], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut questions = Vec::new();
        for image in films.into_iter().map(ImageId::new) {
            let Some(review) = stored_review(&self.conn, &image)? else { continue };
            for question in review.document().questions() {
                let Some(answer) = question.answers.get(reader) else { continue };
                questions.push(QuestionToReader {
                    image: image.clone(),
                    number: question.number,
                    place: question.place,
                    text: question.text.clone(),
                    answer: answer.clone(),
                });
            }
        }
        questions.sort_by_key(|question| question.answer.is_some());
        Ok(questions)
    }

    /// Questions that this reviewer sent, with what each reader answered; those that wait for an answer first.
    pub fn questions_by(&self, reviewer: &ReaderId) -> Result<Vec<QuestionSent>, StoreError> {
        self.require(Matter::Consensus, Act::See)?;
        self.require_reviewer(reviewer)?;
        let mut sent = Vec::new();
        for image in self.films_asked_about_by(reviewer)? {
            match self.require_review(&image) {
                // The film went to somebody else since.
                Err(error) if error.is_not_for_them() => continue,
                Err(StoreError::RuleRefused(_)) => continue,
                may => may?,
            }
            let Some(review) = stored_review(&self.conn, &image)? else { continue };
            let own = review.document().questions().iter().filter(|question| question.by == *reviewer);
            sent.extend(own.map(|question| QuestionSent { image: image.clone(), question: question.clone() }));
        }
        sent.sort_by_key(|one| one.question.answers.values().all(Option::is_some));
        Ok(sent)
    }

    /// Films about which this reviewer asked something. As with readers, no film's first step is looked into.
    fn films_asked_about_by(&self, reviewer: &ReaderId) -> Result<Vec<ImageId>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT a.image_id FROM adjudication a WHERE a.num_asked > 0 AND EXISTS (
                 SELECT 1 FROM adjudication_step s WHERE s.image_id = a.image_id AND s.rad_id = ?1
                 AND s.step LIKE '{\"ask\"%')
             ORDER BY a.image_id",
        )?;
        let films = statement.query_map([reviewer.as_str()], |row| row.get::<_, String>(0))?;
        Ok(films.map(|film| film.map(ImageId::new)).collect::<Result<_, _>>()?)
    }

    /// Where each mark of a settled film's consensus comes from, in the order of the marks.
    pub fn settled_sources(&self, image: &ImageId) -> Result<Vec<(AnnotationId, MarkSource)>, StoreError> {
        self.require_review(image)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT a.id, s.source FROM annotation a JOIN settled_mark s ON s.annotation_id = a.id
             WHERE a.image_id = ?1 AND a.rad_id = ?2 ORDER BY a.id",
        )?;
        let mut rows = statement.query([image.as_str(), CONSENSUS_LAYER])?;
        let mut sources = Vec::new();
        while let Some(row) = rows.next()? {
            let source: String = row.get(1)?;
            sources.push((AnnotationId(row.get(0)?), mark_source_from_json(&source)?));
        }
        Ok(sources)
    }

    /// Where the steps of a review, its sum and the consensus layer disagree; a sentence each.
    pub fn review_problems(&self) -> Result<Vec<String>, StoreError> {
        self.require_sight()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT DISTINCT s.image_id, a.num_clusters, a.num_settled, a.is_settled FROM adjudication_step s
             LEFT JOIN adjudication a ON a.image_id = s.image_id ORDER BY s.image_id",
        )?;
        let mut rows = statement.query([])?;
        let mut problems = Vec::new();
        while let Some(row) = rows.next()? {
            let image = ImageId::new(row.get::<_, String>(0)?);
            let review = match stored_review(&self.conn, &image) {
                Ok(Some(review)) => review,
                Ok(None) => continue,
                Err(StoreError::Corrupt(why)) => {
                    problems.push(why);
                    continue;
                }
                Err(other) => return Err(other),
            };
            let document = review.document();
            let sum: (Option<i64>, Option<i64>, Option<bool>) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let is_settled = document.is_settled();
            let expected = (document.num_items() as i64, document.num_settled() as i64, is_settled);
            if sum != (Some(expected.0), Some(expected.1), Some(expected.2)) {
                problems.push(format!("film {image}: the list says something else than the steps of its review"));
            }
            if is_settled && !is_written(&self.conn, &image, &document.layer())? {
                problems.push(format!("film {image}: the consensus is not what the reviewers signed"));
            }
        }
        Ok(problems)
    }

    /// Refuses whoever may not know what readers of this film said: a review shows all of it.
    pub(super) fn require_review(&self, image: &ImageId) -> Result<(), StoreError> {
        self.require(Matter::Consensus, Act::See)?;
        let is_reviewer = || self.pass().is_some_and(|pass| self.admit_reviewer(image, pass.reader()).is_ok());
        if self.may_see_others_of(image)? || is_reviewer() { Ok(()) } else { Err(StoreError::Blind) }
    }

    fn has_signed(&self, image: &ImageId, reviewer: &ReaderId) -> Result<bool, StoreError> {
        let review = stored_review(&self.conn, image)?;
        Ok(review.is_some_and(|review| review.document().signatures().contains_key(reviewer)))
    }

    /// Steps are made in one's own name.
    fn require_reviewer(&self, by: &ReaderId) -> Result<(), StoreError> {
        match self.pass() {
            Some(pass) if pass.reader() != by => {
                let who = pass.reader();
                Err(StoreError::RuleRefused(format!("{who} is signed in and cannot act as {by}; sign in as {by}")))
            }
            _ => Ok(()),
        }
    }

    fn write_step(&mut self, image: &ImageId, made: &MadeStep, seen: Option<usize>) -> Result<Review, StoreError> {
        let session = self.session();
        // From here on nobody else writes: what is judged is what stands when the step is written.
        let tx = Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate)?;
        let stages = match &made.step {
            Step::Answer { .. } => None,
            // Who stands by a film that a reader reopened since must be able to step back from it.
            Step::Unsign if self.has_signed(image, &made.by)? => None,
            _ => Some(self.admit_reviewer(image, &made.by)?),
        };
        let (review, was_settled) = match (stored_review(&tx, image)?, &made.step) {
            (None, Step::Open(case)) => (Review::open((**case).clone()), false),
            (None, _) => return Err(refused(&Refusal::NotOpen)),
            (Some(mut review), _) => {
                // A signature stands for what its reviewer saw, and nobody's decision is replaced unseen.
                if seen.is_some_and(|seen| seen != review.num_steps()) {
                    return Err(StoreError::RuleRefused(
                        "another reviewer went on with this film meanwhile, or a reader answered; look at it as it is now"
                            .into(),
                    ));
                }
                let was_settled = review.document().is_settled();
                review.apply(made).map_err(|why| refused(&why))?;
                (review, was_settled)
            }
        };
        if let Some(stages) = stages
            && !matches!(made.step, Step::Unsign)
            && !review.document().case().still_holds(&self.case_of(image, &stages)?)
        {
            return Err(StoreError::RuleRefused(
                "readers changed their marks since this review was opened; open the film again and look at them. Where \
                 somebody else's signature still stands, it is to be taken back first"
                    .into(),
            ));
        }
        insert_step(&tx, session, image, made)?;
        let document = review.document();
        let mut settled = settled_seq(&tx, image)?;
        let event = match (was_settled, document.is_settled()) {
            (false, true) => {
                settled = Some(write_layer(&tx, session, image, &document.layer(), made.at_ms)?);
                let num = document.layer().marks.len();
                let what = match num {
                    1 => format!("Settled film {image}: 1 finding."),
                    _ => format!("Settled film {image}: {num} findings."),
                };
                Some((EventKind::FilmSettled, what))
            }
            (true, false) => {
                if let Some(seq) = settled.take() {
                    take_layer_back(&tx, session, image, seq, made.at_ms)?;
                }
                Some((
                    EventKind::ReviewReopened,
                    format!("Took a signature back: film {image} is open for review again."),
                ))
            }
            _ => None,
        };
        write_summary(&tx, document, settled, made.at_ms)?;
        if let Some((kind, what)) = event {
            let (at_ms, by) = (made.at_ms, made.by.to_string());
            insert_event(&tx, &ProjectEvent { at_ms, by, kind, what, films: vec![image.clone()] })?;
        }
        seal(&tx)?;
        tx.commit()?;
        Ok(review)
    }
}

fn refused(why: &Refusal) -> StoreError {
    StoreError::RuleRefused(why.to_string())
}

fn insert_step(tx: &Connection, session: u32, image: &ImageId, made: &MadeStep) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO adjudication_step (image_id, rad_id, made_at, session, step) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![image.as_str(), made.by.as_str(), made.at_ms, session, step_to_json(&made.step)])?;
    Ok(())
}

pub(super) fn stored_steps(conn: &Connection, image: &ImageId) -> Result<Vec<MadeStep>, StoreError> {
    let mut statement =
        conn.prepare_cached("SELECT rad_id, made_at, step FROM adjudication_step WHERE image_id = ?1 ORDER BY seq")?;
    let mut rows = statement.query([image.as_str()])?;
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        let step: String = row.get(2)?;
        steps.push(MadeStep {
            by: ReaderId::new(row.get::<_, String>(0)?),
            at_ms: row.get(1)?,
            step: step_from_json(&step, image)?,
        });
    }
    Ok(steps)
}

pub(super) fn stored_review(conn: &Connection, image: &ImageId) -> Result<Option<Review>, StoreError> {
    Review::replay(&stored_steps(conn, image)?).map_err(|why| unreadable(&format!("the review of film {image}"), why))
}

fn settled_seq(conn: &Connection, image: &ImageId) -> Result<Option<LogSeq>, StoreError> {
    let found: Option<Option<i64>> = conn
        .prepare_cached("SELECT settled_seq FROM adjudication WHERE image_id = ?1")?
        .query_row([image.as_str()], |row| row.get(0))
        .optional()?;
    Ok(found.flatten().map(LogSeq))
}

fn write_summary(
    conn: &Connection,
    document: &Document,
    settled: Option<LogSeq>,
    at_ms: i64,
) -> Result<(), StoreError> {
    let signers: Vec<&str> = document.signatures().keys().map(ReaderId::as_str).collect();
    let signers = serde_json::to_string(&signers).expect("a list of text");
    let is_waiting = |answers: &BTreeMap<ReaderId, Option<String>>| answers.values().any(Option::is_none);
    let num_waiting = document.questions().iter().filter(|question| is_waiting(&question.answers)).count();
    conn.prepare_cached(
        "INSERT INTO adjudication (image_id, num_clusters, num_settled, signers, is_settled, num_asked, num_waiting,
         settled_seq, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (image_id) DO UPDATE SET num_clusters = excluded.num_clusters, num_settled = excluded.num_settled,
         signers = excluded.signers, is_settled = excluded.is_settled, num_asked = excluded.num_asked,
         num_waiting = excluded.num_waiting, settled_seq = excluded.settled_seq, updated_at = excluded.updated_at",
    )?
    .execute(params![
        document.case().image().as_str(),
        document.num_items() as i64,
        document.num_settled() as i64,
        signers,
        settled.is_some(),
        document.questions().len() as i64,
        num_waiting as i64,
        settled.map(|seq| seq.0),
        at_ms,
    ])?;
    Ok(())
}
