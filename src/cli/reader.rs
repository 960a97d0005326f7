//! `rachis reader`: the people of a project: list, add, change, PINs.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::domain::id::ReaderId;
use crate::domain::people::{Act, Matter, Pin, Reader, Role, Roles, may};
use crate::store::{Store, StoreError};

use super::person::{self, Person};

/// Where a new PIN may be found that is not typed.
const NEW_PIN: &str = "RACHIS_NEW_PIN";

/// The people of a project: list, add, change, PINs.
#[derive(Args, Debug)]
pub struct ReaderArgs {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    person: Person,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// List the people with their roles.
    List {
        /// The project's folder.
        project: PathBuf,
        /// Print the list as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Add a person.
    Add {
        /// The project's folder.
        project: PathBuf,
        /// Their id, as exports name them: R4.
        id: String,
        /// Shown in the window, never exported.
        #[arg(long)]
        name: String,
        /// What they are: annotator, reviewer, data_manager, owner, guest; several with commas between.
        #[arg(long, default_value = "annotator", value_parser = roles)]
        roles: Roles,
        /// Years of experience.
        #[arg(long)]
        years: Option<u32>,
        /// Number or name of the certificate to read.
        #[arg(long, default_value = "", hide_default_value = true)]
        certificate: String,
    },
    /// Change what is known of a person, or their roles.
    Change(ChangeArgs),
    /// Give a person a PIN, or take it away. The new PIN is asked for, or taken from the variable RACHIS_NEW_PIN.
    Pin {
        /// The project's folder.
        project: PathBuf,
        /// Their id.
        id: String,
        /// Sign in without a PIN from now on.
        #[arg(long)]
        remove: bool,
    },
}

#[derive(Args, Debug)]
struct ChangeArgs {
    /// The project's folder.
    project: PathBuf,
    /// Their id; it stays as it is.
    id: String,
    #[arg(long)]
    name: Option<String>,
    /// All the roles that they have from now on.
    #[arg(long, value_parser = roles)]
    roles: Option<Roles>,
    /// Years of experience.
    #[arg(long)]
    years: Option<u32>,
    /// Number or name of the certificate to read.
    #[arg(long)]
    certificate: Option<String>,
    /// They are gone: they may not sign in and get no films. What they read stays.
    #[arg(long, conflicts_with = "back")]
    left: bool,
    /// They are here again.
    #[arg(long)]
    back: bool,
}

pub fn run(args: &ReaderArgs) -> anyhow::Result<()> {
    match &args.action {
        Action::List { project, json } => {
            let store = args.person.open_to_look(project)?;
            let readers = store.readers()?;
            if *json {
                println!("{:#}", readers.iter().map(as_json).collect::<Value>());
            } else {
                print!("{}", as_text(&readers));
                tell_that_nobody_owns(&store)?;
            }
            Ok(())
        }
        Action::Add { project, id, name, roles, years, certificate } => {
            let mut store = args.person.open(project)?;
            let id = ReaderId::new(id.as_str());
            if store.readers()?.iter().any(|reader| reader.id == id) {
                bail!(
                    "the project has a reader {id} already. Nothing was changed. Choose another id, or change that one."
                );
            }
            let mut reader = Reader::new(id, name.trim());
            (reader.roles, reader.years_of_experience) = (*roles, *years);
            certificate.trim().clone_into(&mut reader.certificate);
            store.add_reader(&reader)?;
            println!("Added: {}", line(&reader));
            tell_that_nobody_owns(&store)?;
            Ok(())
        }
        Action::Change(change) => {
            let mut store = args.person.open(&change.project)?;
            let mut reader = named(&store, &change.id)?;
            if let Some(name) = &change.name {
                name.trim().clone_into(&mut reader.name);
            }
            if let Some(certificate) = &change.certificate {
                certificate.trim().clone_into(&mut reader.certificate);
            }
            reader.roles = change.roles.unwrap_or(reader.roles);
            reader.years_of_experience = change.years.or(reader.years_of_experience);
            reader.has_left = (reader.has_left || change.left) && !change.back;
            store.change_reader(&reader)?;
            println!("Changed: {}", line(&reader));
            Ok(())
        }
        Action::Pin { project, id, remove } => {
            let mut store = args.person.open(project)?;
            let reader = named(&store, id)?;
            if *remove {
                store.set_pin(&reader.id, None)?;
                println!("{id} signs in without a PIN.");
                return Ok(());
            }
            store.set_pin(&reader.id, Some(new_pin(id)?.as_str()))?;
            println!("{id} signs in with the new PIN.");
            if reader.roles.has(Role::Owner) {
                tell_who_is_shut_out(&store)?;
            }
            Ok(())
        }
    }
}

/// Who comes with labels is an annotator, so a project that began with an import has nobody who looks after it.
fn tell_that_nobody_owns(store: &Store) -> anyhow::Result<()> {
    if !store.has_owner()? {
        println!(
            "Note: nobody is an owner of this project yet, so whoever opens it may do everything. Make somebody one: \
             \"rachis reader change PROJECT ID --roles owner,annotator\"."
        );
    }
    Ok(())
}

/// Once an owner has a PIN, whoever sees or changes what belongs to others needs one.
fn tell_who_is_shut_out(store: &Store) -> anyhow::Result<()> {
    let only_reads = Roles::NONE.with(Role::Annotator);
    let ids: Vec<String> = store
        .readers()?
        .into_iter()
        .filter(|reader| !reader.has_pin && !reader.has_left && reader.roles != only_reads)
        .map(|reader| reader.id.to_string())
        .collect();
    if !ids.is_empty() {
        println!("Without a PIN these can't sign in any more, for they are more than annotators: {}.", ids.join(", "));
    }
    Ok(())
}

/// Whoever may not change people hears that, and nothing of who there is.
fn named(store: &Store, id: &str) -> anyhow::Result<Reader> {
    if let Some(pass) = store.pass()
        && pass.reader().as_str() != id
        && !may(pass.roles(), Matter::People, Act::Change)
    {
        return Err(StoreError::NotAllowed { matter: Matter::People, act: Act::Change }.into());
    }
    let readers = store.readers()?;
    let ids: Vec<String> = readers.iter().map(|reader| reader.id.to_string()).collect();
    let found = readers.into_iter().find(|reader| reader.id.as_str() == id);
    found.with_context(|| format!("the project has no reader {id}; it has {}. Nothing was changed.", ids.join(", ")))
}

fn new_pin(id: &str) -> anyhow::Result<Pin> {
    let typed = match std::env::var(NEW_PIN) {
        Ok(pin) => pin,
        Err(_) => {
            let first = person::ask(&format!("New PIN of {id}: "), NEW_PIN)?;
            if person::ask("Once more: ", NEW_PIN)? != first {
                bail!("the two PINs are not the same. Nothing was changed. Try again.");
            }
            first
        }
    };
    Pin::chosen(typed).map_err(|why| anyhow::anyhow!("{why}. Nothing was changed."))
}

fn roles(text: &str) -> Result<Roles, String> {
    let keys = Role::ALL.map(Role::key).join(", ");
    let roles = text.split([',', ' ']).filter(|word| !word.is_empty()).map(|word| {
        Role::from_key(&word.to_lowercase().replace('-', "_")).ok_or(format!("{word:?} is no role; there are {keys}"))
    });
    let roles: Roles = roles.collect::<Result<_, _>>()?;
    if roles.is_empty() { Err(format!("say at least one of {keys}")) } else { Ok(roles) }
}

fn roles_text(roles: Roles) -> String {
    roles.iter().map(Role::key).collect::<Vec<_>>().join(", ")
}

fn line(reader: &Reader) -> String {
    format!("{} {}: {}", reader.id, reader.name, roles_text(reader.roles))
}

fn as_text(readers: &[Reader]) -> String {
    let mut text = String::new();
    for reader in readers {
        let mut notes = vec![roles_text(reader.roles)];
        notes.extend(reader.years_of_experience.map(|years| format!("{years} years")));
        if !reader.certificate.is_empty() {
            notes.push(format!("certificate {}", reader.certificate));
        }
        notes.extend(reader.has_pin.then(|| "PIN".to_owned()));
        notes.extend(reader.has_left.then(|| "left".to_owned()));
        let _ = writeln!(text, "{:<6} {:<24} {}", reader.id.as_str(), reader.name, notes.join("; "));
    }
    text
}

fn as_json(reader: &Reader) -> Value {
    json!({
        "rad_id": reader.id.as_str(),
        "name": reader.name,
        "roles": reader.roles.iter().map(Role::key).collect::<Vec<_>>(),
        "years_of_experience": reader.years_of_experience,
        "certificate": reader.certificate,
        "has_pin": reader.has_pin,
        "has_left": reader.has_left,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_as_they_are_typed() {
        assert_eq!(roles("annotator,reviewer"), Ok(Roles::NONE.with(Role::Annotator).with(Role::Reviewer)));
        assert_eq!(roles("Data-Manager owner"), Ok(Roles::NONE.with(Role::DataManager).with(Role::Owner)));
        assert!(roles("").is_err() && roles("reader").is_err());
    }
}
