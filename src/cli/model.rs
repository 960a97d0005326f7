//! `rachis model`: the project's models, brought in, shown, put in use, taken out, and handed on.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::domain::evaluation::run::EvaluationId;
use crate::domain::fusion::FusionRule;
use crate::domain::label::LabelName;
use crate::domain::model::{Architecture, CardMetric, EnsembleMean, Model, ModelContent, ModelTask, hex_from_hash};
use crate::domain::model_draft::{EnsembleDraft, ModelDraft, classes_of};
use crate::domain::preprocessing::Preprocessing;
use crate::domain::suggestion::ModelVisibility;
use crate::formats::model_card;
use crate::store::{PipelineSettings, Store};
use crate::workflows::models::{self, Doer, ExportForm, Register};

use super::person::Person;

/// Bring models into a project, show them, put them in use, and hand them on.
#[derive(clap::Args, Debug)]
pub struct ModelArgs {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    /// Bring a file of weights in: .safetensors, a state dict (.pth) or TorchScript (.pt). A file with a card needs no
    /// further word.
    Import(ImportArgs),
    /// List the project's models and what is in use.
    List {
        /// The project's folder.
        project: PathBuf,
        /// Deleted ones too.
        #[arg(long)]
        all: bool,
        #[arg(long)]
        json: bool,
    },
    /// Show a model's card.
    Show {
        project: PathBuf,
        /// Its name, for the newest version, NAME@VERSION, or its id.
        model: String,
        #[arg(long)]
        json: bool,
    },
    /// Write a model with its card to a file.
    Export {
        project: PathBuf,
        /// Its name, for the newest version, NAME@VERSION, or its id.
        model: String,
        file: PathBuf,
        /// Matrices and kernels in 16 bits: half the size.
        #[arg(long)]
        half: bool,
        /// With the figures of this evaluation of the project on the card, in place of those it came with.
        #[arg(long, value_name = "N")]
        figures_of: Option<i64>,
    },
    /// Put a model in use for its task; a classifier brings its threshold along.
    Promote {
        project: PathBuf,
        /// Its name, for the newest version, NAME@VERSION, or its id.
        model: String,
        /// The reader who does it, for the history.
        #[arg(long, default_value = "")]
        by: String,
    },
    /// Take the model in use out again; the one before it comes back, or none.
    RollBack {
        project: PathBuf,
        /// classify, detect
        #[arg(value_parser = task)]
        task: ModelTask,
        #[arg(long, default_value = "")]
        by: String,
    },
    /// Delete a model's weights; its card stays. Refused while it is in use or a member of an ensemble.
    Delete {
        project: PathBuf,
        /// Its name, for the newest version, NAME@VERSION, or its id.
        model: String,
        #[arg(long, default_value = "")]
        by: String,
    },
    /// Let several classifiers answer as one.
    Ensemble {
        project: PathBuf,
        /// Two or more: names, NAME@VERSION, or ids.
        #[arg(required = true, num_args = 2..)]
        members: Vec<String>,
        #[arg(long)]
        name: String,
        /// probability (the paper), logit (the released code)
        #[arg(long, default_value = "probability", value_parser = mean)]
        mean: EnsembleMean,
        /// c* of the mean.
        #[arg(long, value_parser = share)]
        threshold: Option<f64>,
        #[arg(long, default_value = "")]
        by: String,
    },
    /// Show how answers are put together and who sees them, or change it.
    Use {
        project: PathBuf,
        /// c*: a film is abnormal from this probability on.
        #[arg(long, value_parser = share)]
        threshold: Option<f64>,
        /// paper, "released code", gate, "detector only"
        #[arg(long, value_parser = rule)]
        rule: Option<FusionRule>,
        /// Boxes under this score start hidden.
        #[arg(long, value_parser = share)]
        min_score: Option<f64>,
        /// Who sees what models say: off, after (their own reading), always.
        #[arg(long, value_parser = visibility)]
        visibility: Option<ModelVisibility>,
        #[arg(long)]
        json: bool,
    },
}

#[derive(clap::Args, Debug)]
struct ImportArgs {
    /// The project's folder.
    project: PathBuf,
    /// The file of weights.
    file: PathBuf,
    /// Another name than the file's.
    #[arg(long)]
    name: Option<String>,
    /// The network, where the file has no card and its tensors don't tell.
    #[arg(long, value_parser = architecture)]
    arch: Option<Architecture>,
    /// What it finds, in the order of its outputs, with commas between.
    #[arg(long, value_name = "A,B,...")]
    classes: Option<String>,
    /// How a film becomes its input: "paper classifier", "released classifier", "paper detector", "released detector",
    /// "torchvision detector", "effdet d0 detector", "effdet d1 detector", "effdet d2 detector".
    #[arg(long, value_parser = preset)]
    preset: Option<Preprocessing>,
    /// c* of a classifier.
    #[arg(long, value_parser = share)]
    threshold: Option<f64>,
    /// On what it was trained, by whom, when.
    #[arg(long, default_value = "")]
    training: String,
    #[arg(long, default_value = "")]
    licence: String,
    /// For whom it is, what it can't do.
    #[arg(long, default_value = "")]
    notes: String,
    /// It was trained on synthetic films only.
    #[arg(long)]
    synthetic: bool,
    /// The reader who brings it in, for the history.
    #[arg(long, default_value = "")]
    by: String,
    /// Print the model as JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &ModelArgs) -> anyhow::Result<()> {
    let person = &args.person;
    let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64);
    match &args.action {
        Action::Import(args) => import(args, person, at_ms),
        Action::List { project, all, json } => {
            let store = person.open_to_look(project)?;
            let register = models::register(&store)?;
            if *json {
                let shown = register.models.iter().filter(|model| *all || !model.is_deleted);
                println!("{:#}", shown.map(|model| as_json(&register, model)).collect::<Value>());
            } else {
                print!("{}", list_text(&register, *all));
            }
            Ok(())
        }
        Action::Show { project, model, json } => {
            let store = person.open_to_look(project)?;
            let (register, shown) = (models::register(&store)?, models::model(&models::named(&store, model)?));
            if *json {
                println!("{:#}", as_json(&register, &shown));
            } else {
                print!("{}", card_text(&register, &shown));
            }
            Ok(())
        }
        Action::Export { project, model, file, half, figures_of } => {
            let store = person.open_to_look(project)?;
            let stored = models::named(&store, model)?;
            let figures_of = figures_of.map(EvaluationId);
            models::export(&store, stored.id, file, ExportForm { is_half: *half, figures_of })?;
            println!("{} is written to {}", stored.full_name(), file.display());
            Ok(())
        }
        Action::Promote { project, model, by } => {
            let mut store = person.open(project)?;
            let stored = models::named(&store, model)?;
            models::promote(&mut store, stored.id, Doer { by: person.name_or(by), at_ms })?;
            let threshold = store.pipeline()?.threshold;
            match stored.task {
                ModelTask::Classify => println!("In use: {}, c* {threshold}", stored.full_name()),
                ModelTask::Detect => println!("In use: {}", stored.full_name()),
            }
            Ok(())
        }
        Action::RollBack { project, task, by } => {
            let mut store = person.open(project)?;
            match models::roll_back(&mut store, *task, Doer { by: person.name_or(by), at_ms })? {
                Some(before) => println!("In use again: {}", before.full_name()),
                None => println!("Rolled back: no model was in use before, so none is now."),
            }
            Ok(())
        }
        Action::Delete { project, model, by } => {
            let mut store = person.open(project)?;
            let stored = models::named(&store, model)?;
            models::delete(&mut store, stored.id, Doer { by: person.name_or(by), at_ms })?;
            println!("The weights of {} are deleted; its card and what it said stay.", stored.full_name());
            Ok(())
        }
        Action::Ensemble { project, members, name, mean, threshold, by } => {
            let mut store = person.open(project)?;
            let mut ids = Vec::new();
            for member in members {
                ids.push(models::named(&store, member)?.id);
            }
            let draft = EnsembleDraft { name: name.clone(), members: ids, mean: *mean, threshold: *threshold };
            let made = models::make_ensemble(&mut store, &draft, Doer { by: person.name_or(by), at_ms })?;
            println!("Made: {}", made.full_name());
            Ok(())
        }
        Action::Use { project, threshold, rule, min_score, visibility, json } => {
            let is_change = threshold.is_some() || rule.is_some() || min_score.is_some();
            let store = if is_change || visibility.is_some() {
                let mut store = person.open(project)?;
                if is_change {
                    let now = store.pipeline()?;
                    store.set_pipeline_settings(&PipelineSettings {
                        threshold: threshold.unwrap_or(now.threshold),
                        rule: rule.unwrap_or(now.rule),
                        min_score: min_score.unwrap_or(now.min_score),
                    })?;
                }
                if let Some(visibility) = visibility {
                    store.set_model_visibility(*visibility)?;
                }
                store
            } else {
                person.open_to_look(project)?
            };
            print_use(&store, *json)
        }
    }
}

fn import(args: &ImportArgs, person: &Person, at_ms: i64) -> anyhow::Result<()> {
    let draft = ModelDraft {
        name: args.name.clone(),
        architecture: args.arch,
        classes: args.classes.as_deref().map(classes_of),
        preprocessing: args.preset,
        threshold: args.threshold,
        training: args.training.clone(),
        licence: args.licence.clone(),
        notes: args.notes.clone(),
        is_synthetic: args.synthetic,
    };
    let mut store = person.open(&args.project)?;
    let stored = models::import(&mut store, &args.file, &draft, Doer { by: person.name_or(&args.by), at_ms })?;
    if args.json {
        println!("{:#}", as_json(&models::register(&store)?, &models::model(&stored)));
    } else {
        println!("Imported: {}. Put it in use with rachis model promote.", stored.full_name());
    }
    Ok(())
}

fn print_use(store: &Store, as_json: bool) -> anyhow::Result<()> {
    let register = models::register(store)?;
    let pipeline = register.pipeline;
    let name = |id| register.models.iter().find(|model| Some(model.id) == id).map(full_name);
    let visibility = store.project().model_visibility.as_str();
    if as_json {
        let value = json!({
            "classifier": name(pipeline.classifier),
            "detector": name(pipeline.detector),
            "threshold": pipeline.threshold,
            "rule": pipeline.rule.as_str(),
            "min_score": pipeline.min_score,
            "visibility": visibility,
        });
        println!("{value:#}");
        return Ok(());
    }
    let none = || "none".to_owned();
    println!("classifier  {}", name(pipeline.classifier).unwrap_or_else(none));
    println!("detector    {}", name(pipeline.detector).unwrap_or_else(none));
    println!("threshold   {}", pipeline.threshold);
    println!("rule        {}", pipeline.rule.as_str());
    println!("min score   {}", pipeline.min_score);
    println!("visibility  {visibility}");
    Ok(())
}

fn full_name(model: &Model) -> String {
    format!("{}@{}", model.card.name, model.version)
}

fn is_in_use(register: &Register, model: &Model) -> bool {
    [register.pipeline.classifier, register.pipeline.detector].contains(&Some(model.id))
}

fn list_text(register: &Register, all: bool) -> String {
    let shown: Vec<&Model> = register.models.iter().filter(|model| all || !model.is_deleted).collect();
    if shown.is_empty() {
        return "The project has no models. Bring one in with rachis model import.\n".to_owned();
    }
    let width = shown.iter().map(|model| full_name(model).chars().count()).max().unwrap_or(0);
    let line = |model: &&Model| {
        let state = match (model.is_deleted, is_in_use(register, model)) {
            (true, _) => "deleted",
            (false, true) => "in use",
            (false, false) => "",
        };
        let synthetic = if model.card.is_synthetic { "  synthetic" } else { "" };
        let figure = model.card.metrics.first().map_or_else(|| "no figures".to_owned(), figure_text);
        format!("{:width$}  {:8}  {state:7}  {figure}{synthetic}\n", full_name(model), model.card.task.as_str())
    };
    shown.iter().map(line).collect()
}

fn figure_text(metric: &CardMetric) -> String {
    let interval = metric.interval.map_or_else(String::new, |[from, to]| format!(" ({from:.3} to {to:.3})"));
    format!("{} {:.3}{interval}", metric.name, metric.value)
}

fn card_text(register: &Register, model: &Model) -> String {
    let card = &model.card;
    let mut text = String::new();
    let mut line = |title: &str, value: &str| {
        let value = if value.is_empty() { "not said" } else { value };
        let _ = writeln!(text, "{title:14}  {value}");
    };
    line("name", &full_name(model));
    line("task", card.task.as_str());
    let classes: Vec<&str> = card.classes.iter().map(LabelName::as_str).collect();
    line("classes", &classes.join(", "));
    match &model.content {
        ModelContent::Weights { architecture, sha256 } => {
            line("network", architecture.as_str());
            line("sha256", &hex_from_hash(sha256));
        }
        ModelContent::Ensemble { members, .. } => {
            let names = register.models.iter().filter(|other| members.contains(&other.id)).map(full_name);
            line("members", &names.collect::<Vec<_>>().join(", "));
        }
    }
    line("preprocessing", &model_card::write_preprocessing(&card.preprocessing));
    if card.task == ModelTask::Classify {
        line("threshold", &card.threshold.map_or_else(String::new, |c| c.to_string()));
    }
    for metric in &card.metrics {
        line("figure", &format!("{}, on {}", figure_text(metric), metric.measured_on));
    }
    line("training", &card.training);
    line("data sha256", card.data_sha256.as_deref().unwrap_or_default());
    line("synthetic", if card.is_synthetic { "yes: never for people" } else { "no" });
    line("licence", &card.licence);
    line("notes", &card.notes);
    text
}

/// The card as files have it, and what the project says of the model.
fn as_json(register: &Register, model: &Model) -> Value {
    let (form, architecture) = match &model.content {
        ModelContent::Weights { architecture, .. } => (*architecture, architecture.as_str()),
        // A card's form wants a network; which one, the members may not agree on.
        ModelContent::Ensemble { .. } => (Architecture::DenseNet121, "ensemble"),
    };
    let mut card: Value = serde_json::from_str(&model_card::write(form, &model.card)).unwrap_or_default();
    if let Some(said) = card.get_mut("architecture") {
        *said = architecture.into();
    }
    let (sha256, members) = match &model.content {
        ModelContent::Weights { sha256, .. } => (Some(hex_from_hash(sha256)), None),
        ModelContent::Ensemble { members, mean } => {
            let names = register.models.iter().filter(|other| members.contains(&other.id)).map(full_name);
            let mean = if *mean == EnsembleMean::Logit { "logit" } else { "probability" };
            (None, Some(json!({ "mean": mean, "models": names.collect::<Vec<_>>() })))
        }
    };
    json!({
        "id": model.id.0,
        "name": model.card.name,
        "version": model.version,
        "task": model.card.task.as_str(),
        "architecture": architecture,
        "sha256": sha256,
        "ensemble": members,
        "in_use": is_in_use(register, model),
        "deleted": model.is_deleted,
        "added_at_ms": model.added_at_ms,
        "added_by": model.added_by,
        "card": card,
    })
}

fn architecture(text: &str) -> Result<Architecture, String> {
    let known = || Architecture::ALL.map(|(_, text)| text).join(", ");
    Architecture::parse(text).ok_or_else(|| format!("no network is called so; there are {}", known()))
}

fn preset(text: &str) -> Result<Preprocessing, String> {
    let known = || Preprocessing::PRESETS.map(|(name, _)| format!("{name:?}")).join(", ");
    let found = Preprocessing::PRESETS.into_iter().find(|(name, _)| *name == text);
    found.map(|(_, preset)| preset).ok_or_else(|| format!("no preset is called so; there are {}", known()))
}

fn task(text: &str) -> Result<ModelTask, String> {
    ModelTask::parse(text).ok_or_else(|| "a task is classify or detect".to_owned())
}

fn rule(text: &str) -> Result<FusionRule, String> {
    let known = || FusionRule::ALL.map(|(_, text)| format!("{text:?}")).join(", ");
    FusionRule::parse(text).ok_or_else(|| format!("no rule is called so; there are {}", known()))
}

fn visibility(text: &str) -> Result<ModelVisibility, String> {
    ModelVisibility::parse(text).ok_or_else(|| "it is off, after or always".to_owned())
}

fn mean(text: &str) -> Result<EnsembleMean, String> {
    match text {
        "probability" => Ok(EnsembleMean::Probability),
        "logit" => Ok(EnsembleMean::Logit),
        _ => Err("a mean is of probability or logit".to_owned()),
    }
}

/// A number from 0 to 1.
fn share(text: &str) -> Result<f64, String> {
    let value = text.parse::<f64>().ok().filter(|value| (0.0..=1.0).contains(value));
    value.ok_or_else(|| "it is a number from 0 to 1".to_owned())
}
