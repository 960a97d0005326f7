//! `rachis consensus`: make one layer of labels from those of several readers.

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use serde_json::json;

use crate::domain::consensus::{BoxForm, LabelPolicy, Policy, Quorum, VoteRule};
use crate::domain::id::ReaderId;
use crate::domain::label::LabelName;
use crate::jobs::CancelToken;
use crate::workflows::consensus::{ConsensusAsked, ConsensusFound, consensus_of, make_consensus};

use super::person::Person;
use super::progress_bar::ProgressBar;

/// Make the consensus of completed readings by rule, and write it into the layer "consensus". Readers' own labels stay as
/// they are, and so do films that reviewers settled and films whose consensus was imported.
#[derive(clap::Args, Debug)]
pub struct ConsensusArgs {
    /// The project's folder.
    project: PathBuf,
    #[command(flatten)]
    policy: PolicyArgs,
    /// Leave out films that fewer readers completed.
    #[arg(long, default_value = "2", value_name = "N")]
    least_readers: usize,
    /// Tell what would come out, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print what came out as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    person: Person,
}

/// How the word of several readers becomes one.
#[derive(clap::Args, Debug)]
pub(super) struct PolicyArgs {
    /// The box of a lesion: median, mean, union (around all), intersection (what all have) or wbf (weighted boxes fusion).
    #[arg(long, default_value = "median", value_parser = ["median", "mean", "union", "intersection", "wbf"])]
    rule: String,
    /// How many readers must have it: a share of those who read the film (0.5: at least half; 1.0: all), or a number (2).
    #[arg(long, default_value = "0.5", value_name = "Q")]
    quorum: String,
    /// Marks that overlap so much (IoU) are one lesion.
    #[arg(long, default_value = "0.5", value_name = "IOU")]
    iou: f64,
    /// How a label of a whole film is decided: majority (the quorum), or dawid-skene (readers weighed by how often they
    /// agree).
    #[arg(long, default_value = "majority", value_parser = ["majority", "dawid-skene"])]
    votes: String,
    /// A rule of its own for a label; may be given several times: `Fracture=union,1` or `Nodule=wbf,0.5,iou 0.4` or
    /// `Pneumonia=dawid-skene`.
    #[arg(long = "label", value_name = "NAME=RULE")]
    labels: Vec<String>,
    /// Marks of different labels on one place are one lesion; most readers give its label.
    #[arg(long)]
    across_labels: bool,
}

impl PolicyArgs {
    pub(super) fn to_policy(&self) -> anyhow::Result<Policy> {
        let mut usual = LabelPolicy::default();
        for word in [self.rule.as_str(), &self.quorum, &self.votes] {
            apply(&mut usual, word)?;
        }
        usual.min_iou = overlap(&self.iou.to_string())?;
        let mut policy = Policy { usual, is_across_classes: self.across_labels, ..Policy::default() };
        for text in &self.labels {
            let Some((label, words)) = text.rsplit_once('=') else {
                bail!("--label {text} is not NAME=RULE, as in \"Fracture=union,1\"");
            };
            let mut own = usual;
            for word in words.split(',') {
                apply(&mut own, word.trim())?;
            }
            if policy.own.insert(LabelName::new(label.trim()), own).is_some() {
                bail!("--label gives {label} two rules. Keep one.");
            }
        }
        Ok(policy)
    }
}

fn apply(policy: &mut LabelPolicy, word: &str) -> anyhow::Result<()> {
    if let Some(form) = BoxForm::from_key(word) {
        policy.form = form;
    } else if let Some(votes) = VoteRule::from_key(word) {
        policy.votes = votes;
    } else if let Some(iou) = word.strip_prefix("iou ") {
        policy.min_iou = overlap(iou)?;
    } else if let Some(quorum) = Quorum::parse(word) {
        policy.quorum = quorum;
    } else if word.parse::<f64>().is_ok() {
        bail!(
            "{word} is no quorum: write a share of the readers from 0 to 1 (0.5: at least half; 1.0: all), or a whole number \
             of readers (2). Nothing was changed."
        );
    } else {
        bail!(
            "{word:?} is no rule. Use median, mean, union, intersection or wbf; a quorum as a share (0.5) or a number of \
             readers (2); majority or dawid-skene; or an overlap (iou 0.4)"
        );
    }
    Ok(())
}

fn overlap(text: &str) -> anyhow::Result<f64> {
    let iou = text.parse().ok().filter(|iou| *iou > 0.0 && *iou <= 1.0);
    iou.ok_or_else(|| anyhow!("an overlap (IoU) is more than 0 and at most 1, not {text}"))
}

pub fn run(args: &ConsensusArgs) -> anyhow::Result<()> {
    if args.least_readers == 0 {
        bail!("--least-readers is at least 1");
    }
    let asked = ConsensusAsked {
        policy: args.policy.to_policy()?,
        least_readers: args.least_readers,
        by: ReaderId::new(args.person.name_or("")),
        at_ms: super::dataset::now_ms(),
    };
    let (bar, cancel) = (ProgressBar::new(), CancelToken::new());
    let outcome = if args.dry_run {
        let store = args.person.open_to_look(&args.project)?;
        consensus_of(&store, &asked, &|progress| bar.show(&progress), &cancel).map(|found| (found, None))
    } else {
        let mut store = args.person.open(&args.project)?;
        make_consensus(&mut store, &asked, &|progress| bar.show(&progress), &cancel)
            .map(|(found, written)| (found, Some(written)))
    };
    bar.clear();
    let (found, written) = outcome?;
    if args.json {
        println!(
            "{:#}",
            json!({
                "policy": asked.policy.in_words(),
                "films": found.films.len(),
                "boxes": found.num_boxes(),
                "image_labels": found.num_labels(),
                "normal": found.num_normal(),
                "open": found.num_open,
                "too_few_readers": found.num_too_few_readers,
                "lesions_left_out": found.num_left_out,
                "lesions_with_several_labels": found.num_label_split,
                "written": written.map(|written| written.num_written),
                "kept": written.map(|written| written.num_kept),
                "emptied": written.map(|written| written.num_emptied),
            })
        );
        return Ok(());
    }
    for line in in_words(&found) {
        println!("{line}");
    }
    match written {
        None => println!("Nothing was written."),
        Some(written) => {
            let films =
                |num: u64, one: &str, many: &str| if num == 1 { format!("1 {one}") } else { format!("{num} {many}") };
            println!("{} written into the layer \"consensus\".", films(written.num_written, "film was", "films were"));
            if written.num_emptied > 0 {
                let films = films(written.num_emptied, "film has", "films have");
                println!("{films} no consensus any more: this rule decides nothing there.");
            }
            if written.num_kept > 0 {
                println!(
                    "{} a consensus that reviewers settled, or that was imported or changed by hand; it stays.",
                    films(written.num_kept, "film has", "films have")
                );
            }
        }
    }
    Ok(())
}

fn in_words(found: &ConsensusFound) -> Vec<String> {
    let mut lines = vec![format!(
        "{} films decided: {} boxes, {} labels of whole films, {} films without a finding",
        found.films.len(),
        found.num_boxes(),
        found.num_labels(),
        found.num_normal()
    )];
    let mut line = |num: u64, what: &str| {
        if num > 0 {
            lines.push(format!("{num} {what}"));
        }
    };
    line(found.num_open, "films are left for people: readers see something, and no finding has enough of them");
    line(found.num_too_few_readers, "films have too few completed readings");
    line(found.num_left_out, "lesions are left out: too few readers have them");
    line(found.num_label_split, "lesions have different labels from different readers");
    lines
}
