//! `rachis settle`: films that reviewers settle, finding by finding, and what they ask readers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::{Value, json};

use crate::domain::adjudication::{Document, FilmToReview, Finding, MadeStep, Outcome, ReviewStage};
use crate::domain::id::{ImageId, ReaderId};
use crate::domain::label::LabelScope;
use crate::jobs::CancelToken;
use crate::store::{QuestionSent, Store, StoreError};
use crate::workflows::label_sets;
use crate::workflows::settle::{self, Settled, accept_unanimous};

use super::dataset::now_ms;
use super::person::Person;
use super::progress_bar::ProgressBar;
use super::settle_steps::{WORDS, parse, refuse_hasty_signature};

/// Settle what readers disagree on. Everything is done by the person that --as names.
#[derive(clap::Args, Debug)]
pub struct SettleArgs {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    person: Person,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// List the films to review.
    List(ProjectArgs),
    /// Show a film's findings and how far its review is. Writes nothing: a review begins with its first step.
    Show(FilmArgs),
    /// Make steps in a film's review. Steps before one that is refused stay made.
    #[command(after_help = WORDS)]
    Do(DoArgs),
    /// Accept, on every film to review, what all readers agree on.
    Unanimous(UnanimousArgs),
    /// List the questions that reviewers sent you, and those that you sent with their answers.
    Questions(ProjectArgs),
    /// Answer one of them.
    Answer(AnswerArgs),
}

#[derive(clap::Args, Debug)]
struct ProjectArgs {
    /// The project's folder.
    project: PathBuf,
    /// Print it as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args, Debug)]
struct FilmArgs {
    /// The project's folder.
    project: PathBuf,
    /// The film's id.
    film: String,
    /// Print it as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args, Debug)]
struct DoArgs {
    /// The project's folder.
    project: PathBuf,
    /// The film's id.
    film: String,
    /// Steps, each in quotes: "accept 1" "call 2 Osteophytes" sign.
    #[arg(required = true)]
    steps: Vec<String>,
    /// Sign although a question on this film has no answer yet.
    #[arg(long)]
    despite_questions: bool,
}

#[derive(clap::Args, Debug)]
struct UnanimousArgs {
    /// The project's folder.
    project: PathBuf,
    /// Sign the films on which nothing is open then and no question waits for its answer.
    #[arg(long)]
    sign: bool,
}

#[derive(clap::Args, Debug)]
struct AnswerArgs {
    /// The project's folder.
    project: PathBuf,
    /// The film's id.
    film: String,
    /// The question's number on this film.
    question: u32,
    /// The answer.
    text: String,
}

pub fn run(args: &SettleArgs) -> anyhow::Result<()> {
    let person = &args.person;
    let who = person.name_or("");
    anyhow::ensure!(!who.is_empty(), "say who you are: --as RAD_ID. \"rachis reader list\" lists the people.");
    let who = ReaderId::new(who);
    match &args.command {
        Command::List(args) => {
            list(&person.open_to_look(&args.project)?.films_to_review(&who)?, args.json);
            Ok(())
        }
        Command::Show(args) => {
            let store = person.open_to_look(&args.project)?;
            let review = store.review_as_shown(&ImageId::new(args.film.as_str()), &who)?;
            show(review.document(), args.json);
            if !args.json {
                tell_what_is_not_settled(&store)?;
            }
            Ok(())
        }
        Command::Do(args) => make_steps(&mut person.open(&args.project)?, args, &who),
        Command::Unanimous(args) => {
            let mut store = person.open(&args.project)?;
            let bar = ProgressBar::new();
            let cancel = CancelToken::new();
            let outcome = accept_unanimous(&mut store, &who, args.sign, now_ms(), &|p| bar.show(&p), &cancel);
            bar.clear();
            let Settled { num_films, num_accepted, num_signed, num_settled, refused } = outcome?;
            for (image, why) in &refused {
                eprintln!("warning: film {image}: {why}");
            }
            let counted = |num: usize, one: &str, many: &str| format!("{num} {}", if num == 1 { one } else { many });
            println!(
                "{}: accepted {} on which all readers agree.",
                counted(num_films, "film", "films"),
                counted(num_accepted, "finding or answer", "findings and answers")
            );
            println!(
                "Signed {}; {} settled now.",
                counted(num_signed, "film", "films"),
                counted(num_settled, "of them is", "of them are")
            );
            Ok(())
        }
        Command::Questions(args) => questions(&person.open_to_look(&args.project)?, &who, args.json),
        Command::Answer(args) => {
            let mut store = person.open(&args.project)?;
            store.answer_question(&ImageId::new(args.film.as_str()), &who, args.question, &args.text, now_ms())?;
            println!("Answered.");
            Ok(())
        }
    }
}

const fn stage_key(stage: ReviewStage) -> &'static str {
    match stage {
        ReviewStage::Reading => "reading",
        ReviewStage::Ready => "ready",
        ReviewStage::UnderWay => "under_way",
        ReviewStage::Settled => "settled",
    }
}

fn list(films: &[FilmToReview], is_json: bool) {
    if is_json {
        let row = |film: &FilmToReview| {
            json!({
                "image_id": film.image.as_str(),
                "stage": stage_key(film.stage),
                "num_readers": film.num_readers,
                "num_completed": film.num_completed,
                "num_items": film.num_items,
                "num_settled": film.num_settled,
                "signers": film.signers.iter().map(ReaderId::as_str).collect::<Vec<_>>(),
                "num_questions": film.num_questions,
                "is_paused": film.is_paused,
            })
        };
        println!("{:#}", json!({ "films": films.iter().map(row).collect::<Vec<Value>>() }));
        return;
    }
    if films.is_empty() {
        println!("There is no film to review.");
    }
    for film in films {
        let signers: Vec<&str> = film.signers.iter().map(ReaderId::as_str).collect();
        println!(
            "{}  {:<10}  {} of {} readers  {}  {}",
            film.image,
            film.stage.title(),
            film.num_completed,
            film.num_readers,
            if film.stage > ReviewStage::Ready && film.num_items == 0 {
                "nothing to settle".to_owned()
            } else if film.stage > ReviewStage::Ready {
                format!("{} of {} settled", film.num_settled, film.num_items)
            } else {
                "not begun".to_owned()
            },
            if signers.is_empty() { String::new() } else { format!("signed by {}", signers.join(", ")) }
        );
    }
}

fn make_steps(store: &mut Store, args: &DoArgs, who: &ReaderId) -> anyhow::Result<()> {
    let image = ImageId::new(args.film.as_str());
    let (labels, _) = label_sets::of_project(store)?;
    let mut review = match store.review(&image) {
        // Whoever takes a signature back may do so while a reader has the film open again.
        Ok(Some(review)) => review,
        _ => store.open_review(&image, who, now_ms())?,
    };
    for (number, text) in (1..).zip(&args.steps) {
        let step = parse(text, review.document(), &labels).with_context(|| format!("step {number} was not made"))?;
        if !args.despite_questions {
            refuse_hasty_signature(&step, review.document()).with_context(|| format!("step {number} was not made"))?;
        }
        let made = MadeStep { by: who.clone(), at_ms: now_ms(), step };
        let told;
        (review, told) = settle::make_step(store, &image, &made, review.num_steps())
            .with_context(|| format!("step {number}, {text:?}"))?;
        // At once: a later step may be refused.
        if let Some(sentence) = told {
            println!("{sentence}");
        }
    }
    show(review.document(), false);
    Ok(())
}

/// As decided, in words.
fn ruled(finding: &Finding) -> String {
    match finding.ruling() {
        None => "open".to_owned(),
        Some(ruling) => match &ruling.outcome {
            Outcome::Rejected => format!("rejected by {}", ruling.by),
            Outcome::Kept { label, .. } => format!("{label}, by {}", ruling.by),
        },
    }
}

/// Answers about a whole series or study are of many films, and each is settled by itself.
fn tell_what_is_not_settled(store: &Store) -> anyhow::Result<()> {
    let labels = label_sets::of_project(store)?.0;
    let wide = labels.labels().iter().filter(|label| label.scope != LabelScope::Image);
    let wide: Vec<&str> = wide.map(|label| label.name.as_str()).collect();
    if !wide.is_empty() {
        println!(
            "Not settled here, because it is said of a whole series or study: {}. What each reader said of it stays, and \
             the consensus says nothing of it.",
            wide.join(", ")
        );
    }
    Ok(())
}

fn names(readers: &[ReaderId]) -> String {
    readers.iter().map(ReaderId::as_str).collect::<Vec<_>>().join(" ")
}

fn show(document: &Document, is_json: bool) {
    if is_json {
        println!("{:#}", to_json(document));
        return;
    }
    for (number, finding) in (1..).zip(document.findings()) {
        let votes: Vec<String> = finding.votes().iter().map(|(label, num)| format!("{label} {num}")).collect();
        let model = finding.model_score().map_or_else(String::new, |score| format!("  model {score:.2}"));
        let overlap = finding.min_iou().map_or_else(String::new, |iou| format!("  least overlap {iou:.2}"));
        let (saw, missed) = (names(finding.saw()), names(finding.missed()));
        println!("{number:>3}  {}: {}", finding.proposal().label, ruled(finding));
        println!("     saw: {saw}  missed: {missed}  votes: {}{overlap}{model}", votes.join(", "));
    }
    for label in document.labels() {
        let answer =
            label.ruling.as_ref().map(|ruling| ruling.answer.map_or("nothing", crate::domain::presence::Presence::key));
        println!("film  {}: {}", label.label, answer.unwrap_or("open"));
    }
    if let Some(fitness) = document.fitness() {
        let answer = fitness.ruling.as_ref().map(|ruling| ruling.answer.map_or("fit", |reason| reason.title()));
        println!("film  fit to be read: {}", answer.unwrap_or("open"));
    }
    for question in document.questions() {
        for (reader, answer) in &question.answers {
            println!("asked {reader}: {}  {}", question.text, answer.as_deref().unwrap_or("(no answer yet)"));
        }
    }
    let signers: Vec<&str> = document.signatures().keys().map(ReaderId::as_str).collect();
    let (num, all) = (document.num_settled(), document.num_items());
    println!("{num} of {all} settled; signed by {} of {}.", signers.len(), document.case().num_signatures());
}

fn to_json(document: &Document) -> Value {
    let finding = |finding: &Finding| {
        let shown = finding.shown().map(|(label, shape)| {
            let r = shape.bounds();
            json!({ "label": label.as_str(), "bounds": [r.xmin(), r.ymin(), r.xmax(), r.ymax()] })
        });
        json!({
            "saw": finding.saw().iter().map(ReaderId::as_str).collect::<Vec<_>>(),
            "missed": finding.missed().iter().map(ReaderId::as_str).collect::<Vec<_>>(),
            "votes": finding.votes().iter().map(|(label, num)| json!([label.as_str(), num])).collect::<Vec<_>>(),
            "min_iou": finding.min_iou(),
            "mean_iou": finding.mean_iou(),
            "model_score": finding.model_score(),
            "disagreement": finding.disagreement(),
            "is_unanimous": finding.is_unanimous(),
            "is_decided": finding.ruling().is_some(),
            "mark": shown,
        })
    };
    json!({
        "image_id": document.case().image().as_str(),
        "findings": document.findings().iter().map(finding).collect::<Vec<_>>(),
        "num_items": document.num_items(),
        "num_settled": document.num_settled(),
        "signers": document.signatures().keys().map(ReaderId::as_str).collect::<Vec<_>>(),
        "is_settled": document.is_settled(),
    })
}

fn questions(store: &Store, who: &ReaderId, is_json: bool) -> anyhow::Result<()> {
    // A reviewer reads nothing, and a reader reviews nothing: neither is asked what is not for them.
    let allowed = |error: &StoreError| matches!(error, StoreError::NotAllowed { .. });
    let questions = store.questions_to(who);
    let sent = match (store.questions_by(who), &questions) {
        (Err(error), Ok(_)) if allowed(&error) => Vec::new(),
        (sent, _) => sent?,
    };
    let questions = match questions {
        Err(error) if allowed(&error) => Vec::new(),
        questions => questions?,
    };
    if is_json {
        let row = |one: &crate::store::QuestionToReader| {
            json!({
                "image_id": one.image.as_str(),
                "question": one.number,
                "x": one.place.x,
                "y": one.place.y,
                "text": one.text,
                "answer": one.answer,
            })
        };
        let sent_row = |one: &QuestionSent| {
            let answers: BTreeMap<&str, Option<&str>> =
                one.question.answers.iter().map(|(to, answer)| (to.as_str(), answer.as_deref())).collect();
            json!({
                "image_id": one.image.as_str(),
                "question": one.question.number,
                "x": one.question.place.x,
                "y": one.question.place.y,
                "text": one.question.text,
                "answers": answers,
            })
        };
        println!(
            "{:#}",
            json!({
                "questions": questions.iter().map(row).collect::<Vec<_>>(),
                "sent": sent.iter().map(sent_row).collect::<Vec<_>>(),
            })
        );
        return Ok(());
    }
    if questions.is_empty() && sent.is_empty() {
        println!("Nobody asks {who} anything, and {who} has sent no question.");
    }
    for QuestionSent { image, question } in &sent {
        let (x, y) = (question.place.x.round(), question.place.y.round());
        println!("{image}  question {} at {x}, {y}, sent by {who}: {}", question.number, question.text);
        for (to, answer) in &question.answers {
            println!("    {to}: {}", answer.as_deref().unwrap_or("(no answer yet)"));
        }
    }
    for one in questions {
        let (x, y) = (one.place.x.round(), one.place.y.round());
        let answer = one.answer.as_deref().unwrap_or("(no answer yet)");
        println!("{}  question {} at {x}, {y}: {}  {answer}", one.image, one.number, one.text);
    }
    Ok(())
}
