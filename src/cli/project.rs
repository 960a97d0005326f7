//! `rachis project`: show what a project is and how its films get labels, or change it.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::domain::id::ReaderId;
use crate::domain::people::{Reader, Role};
use crate::domain::project::{ClinicalFacts, Description, Project, Workflow};
use crate::domain::suggestion::ModelVisibility;

use super::person::Person;

/// Show what a project is and how its films get labels, or change it.
#[derive(Args, Debug)]
pub struct ProjectArgs {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    person: Person,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Show what the project is.
    Show {
        /// The project's folder.
        project: PathBuf,
        /// Print it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Change what is named; the rest stays. A text that begins with @ names a file that holds it.
    Set(Box<SetArgs>),
    /// Agree to what the project says on the use of its data, as the person of --as. Without --yes the text is shown.
    Agree {
        /// The project's folder.
        project: PathBuf,
        /// The text was read and is agreed to.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Args, Debug)]
struct SetArgs {
    /// The project's folder.
    project: PathBuf,
    #[arg(long)]
    name: Option<String>,
    /// How films get their labels: free, single, blind:K (K readers who know nothing of each other), reviewed:K:R (then R
    /// reviewers).
    #[arg(long, value_parser = workflow)]
    workflow: Option<Workflow>,
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Approval of the ethics committee.
    #[arg(long, value_name = "TEXT")]
    ethics: Option<String>,
    #[arg(long, value_name = "TEXT")]
    licence: Option<String>,
    /// As the data are to be cited.
    #[arg(long, value_name = "TEXT")]
    citation: Option<String>,
    /// What everybody must agree to before they see a film; empty takes it away.
    #[arg(long, value_name = "TEXT")]
    data_use: Option<String>,
    /// Web address of further instructions.
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    /// What readers are told before they read.
    #[arg(long, value_name = "TEXT")]
    instructions: Option<String>,
    /// Years of experience that a reader needs at least; 0 asks for none.
    #[arg(long, value_name = "YEARS")]
    least_years: Option<u32>,
    /// The same for a reviewer.
    #[arg(long, value_name = "YEARS")]
    least_review_years: Option<u32>,
    /// What blind readers see of the patient.
    #[arg(long, value_enum)]
    clinical_facts: Option<Facts>,
    /// Whether readers see each other's marks and comments.
    #[arg(long, value_enum)]
    open: Option<Switch>,
    /// When readers see what models say: off, after (their first reading), always.
    #[arg(long, value_parser = visibility)]
    models: Option<ModelVisibility>,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Facts {
    AgeAndSex,
    Nothing,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Switch {
    On,
    Off,
}

pub fn run(args: &ProjectArgs) -> anyhow::Result<()> {
    match &args.action {
        Action::Show { project, json } => {
            let store = args.person.open_to_look_and_agree(project)?;
            if *json {
                println!("{:#}", as_json(store.project()));
            } else {
                print!("{}", as_text(store.project()));
            }
            Ok(())
        }
        Action::Set(change) => set(change, &args.person),
        Action::Agree { project, yes } => {
            let mut store = args.person.open_to_agree(project)?;
            let reader: ReaderId = match store.pass() {
                Some(pass) => pass.reader().clone(),
                None => bail!("say with --as who agrees"),
            };
            let text = store.project().about.data_use.clone();
            if text.trim().is_empty() {
                println!("The project asks nobody to agree to anything.");
            } else if *yes {
                store.agree_to_data_use(&reader, &text)?;
                println!("{reader} has agreed to the text on the use of the data.");
            } else {
                println!("{}\n\nTo agree to it, say so with --yes.", text.trim());
            }
            Ok(())
        }
    }
}

fn set(args: &SetArgs, person: &Person) -> anyhow::Result<()> {
    let mut store = person.open(&args.project)?;
    let mut new = Description::of(store.project());
    let about = &mut new.about;
    for (said, place) in [
        (&args.name, &mut new.name),
        (&args.description, &mut about.description),
        (&args.ethics, &mut about.ethics),
        (&args.licence, &mut about.licence),
        (&args.citation, &mut about.citation),
        (&args.data_use, &mut about.data_use),
        (&args.link, &mut about.link),
    ] {
        if let Some(said) = said {
            *place = text_of(said)?;
        }
    }
    for (said, place) in [args.least_years, args.least_review_years].into_iter().zip(&mut about.least_years) {
        if let Some(years) = said {
            *place = Some(years).filter(|years| *years > 0);
        }
    }
    match args.clinical_facts {
        Some(Facts::AgeAndSex) => about.clinical_facts = ClinicalFacts::AgeAndSex,
        Some(Facts::Nothing) => about.clinical_facts = ClinicalFacts::Nothing,
        None => {}
    }
    new.workflow = args.workflow.unwrap_or(new.workflow);
    let instructions = args.instructions.as_deref().map(text_of).transpose()?;
    store.describe(&new)?;
    if let Some(text) = instructions {
        store.set_instructions(&text)?;
    }
    if let Some(switch) = args.open {
        store.set_open(matches!(switch, Switch::On))?;
    }
    if let Some(visibility) = args.models {
        store.set_model_visibility(visibility)?;
    }
    print!("{}", as_text(store.project()));
    if args.workflow.is_some() {
        for note in missing_people(store.project().workflow, &store.readers()?) {
            println!("{note}");
        }
    }
    Ok(())
}

/// What a workflow asks for that the project's people can't do.
fn missing_people(workflow: Workflow, people: &[Reader]) -> Vec<String> {
    let may = |role: Role| people.iter().filter(|one| !one.has_left && one.roles.has(role)).count();
    let asked = [
        (workflow.readers().unwrap_or(0), Role::Annotator, "read", "readers"),
        (workflow.reviewers(), Role::Reviewer, "review", "reviewers"),
    ];
    let note = |(num, role, does, who): (u32, Role, &str, &str)| {
        let has = may(role);
        let people = if has == 1 { "1 person" } else { &format!("{has} people") };
        (has < num as usize).then(|| {
            format!(
                "Note: each film asks for {num} {who}, and {people} of the project may {does}. Add people before films are \
                 handed out: \"rachis reader add\"."
            )
        })
    };
    asked.into_iter().filter_map(note).collect()
}

fn text_of(said: &str) -> anyhow::Result<String> {
    match said.strip_prefix('@') {
        Some(path) => {
            std::fs::read_to_string(path).with_context(|| format!("{path} can't be read. Nothing was changed"))
        }
        None => Ok(said.to_owned()),
    }
}

fn workflow(text: &str) -> Result<Workflow, String> {
    let words: Vec<&str> = text.split([':', ' ', ',']).filter(|word| !word.is_empty()).collect();
    let number = |text: &str| match text.parse() {
        Ok(number) if (1..=1000).contains(&number) => Ok(number),
        _ => Err(format!("{text:?} is no number of people from 1 on")),
    };
    match words[..] {
        ["free"] => Ok(Workflow::Free),
        ["single"] => Ok(Workflow::Single),
        ["blind", readers] => Ok(Workflow::Blind { readers: number(readers)? }),
        ["reviewed", readers, reviewers] => {
            Ok(Workflow::Reviewed { readers: number(readers)?, reviewers: number(reviewers)? })
        }
        _ => Err("write free, single, blind:3 or reviewed:3:2".to_owned()),
    }
}

fn visibility(text: &str) -> Result<ModelVisibility, String> {
    ModelVisibility::parse(text).ok_or_else(|| "write off, after or always".to_owned())
}

fn workflow_key(workflow: Workflow) -> String {
    match workflow {
        Workflow::Free => "free".to_owned(),
        Workflow::Single => "single".to_owned(),
        Workflow::Blind { readers } => format!("blind:{readers}"),
        Workflow::Reviewed { readers, reviewers } => format!("reviewed:{readers}:{reviewers}"),
    }
}

fn workflow_words(workflow: Workflow) -> String {
    let people = |number: u32, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    match workflow {
        Workflow::Free => "everybody reads what they like".to_owned(),
        Workflow::Single => "each film is handed to one reader".to_owned(),
        Workflow::Blind { readers } => {
            format!("each film is handed to {} who know nothing of each other", people(readers, "reader"))
        }
        Workflow::Reviewed { readers, reviewers } => format!(
            "each film is handed to {} who know nothing of each other, then {} settle it",
            people(readers, "reader"),
            people(reviewers, "reviewer")
        ),
    }
}

const fn facts_key(facts: ClinicalFacts) -> &'static str {
    match facts {
        ClinicalFacts::AgeAndSex => "age_and_sex",
        ClinicalFacts::Nothing => "nothing",
    }
}

fn as_text(project: &Project) -> String {
    let about = &project.about;
    let years = |years: Option<u32>| years.map(|years| format!("{years} years")).unwrap_or_default();
    let rows = [
        ("Project", project.name.clone()),
        ("Labels", project.label_set.clone()),
        ("Workflow", workflow_words(project.workflow)),
        ("Readers see each other", if project.is_open { "yes" } else { "no" }.to_owned()),
        ("Models are shown", project.model_visibility.as_str().to_owned()),
        ("Clinical facts", facts_key(about.clinical_facts).replace('_', " ")),
        ("Description", about.description.clone()),
        ("Ethics", about.ethics.clone()),
        ("Licence", about.licence.clone()),
        ("Citation", about.citation.clone()),
        ("Data use", about.data_use.clone()),
        ("Link", about.link.clone()),
        ("Readers need", years(about.least_years[0])),
        ("Reviewers need", years(about.least_years[1])),
        ("Instructions", project.instructions.clone()),
    ];
    let shown = rows.iter().filter(|(_, text)| !text.trim().is_empty());
    shown.fold(String::new(), |all, (name, text)| {
        let text = text.trim().replace('\n', "\n                         ");
        format!("{all}{name:<24} {text}\n")
    })
}

fn as_json(project: &Project) -> Value {
    let about = &project.about;
    json!({
        "name": project.name,
        "label_set": project.label_set,
        "workflow": workflow_key(project.workflow),
        "is_open": project.is_open,
        "is_blind": project.is_blind,
        "is_synthetic": project.is_synthetic,
        "model_visibility": project.model_visibility.as_str(),
        "clinical_facts": facts_key(about.clinical_facts),
        "description": about.description,
        "ethics": about.ethics,
        "licence": about.licence,
        "citation": about.citation,
        "data_use": about.data_use,
        "link": about.link,
        "least_years": about.least_years[0],
        "least_review_years": about.least_years[1],
        "instructions": project.instructions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_is_read_as_it_is_shown() {
        for expected in [
            Workflow::Free,
            Workflow::Single,
            Workflow::Blind { readers: 3 },
            Workflow::Reviewed { readers: 3, reviewers: 2 },
        ] {
            assert_eq!(workflow(&workflow_key(expected)), Ok(expected));
        }
        for bad in ["", "blind", "blind:0", "blind:x", "reviewed:3", "reviewed:3:2:1", "free:1"] {
            assert!(workflow(bad).is_err(), "{bad}");
        }
    }
}
