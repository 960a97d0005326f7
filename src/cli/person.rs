//! `--as READER`: the person for whom a command opens a project.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::domain::id::ReaderId;
use crate::store::Store;

/// Where a PIN may be found that is not typed.
const VARIABLE: &str = "RACHIS_PIN";

/// Who acts. Nobody where it is left out: enough where no owner of the project has a PIN.
#[derive(clap::Args, Clone, Default, Debug)]
pub struct Person {
    /// Act as this reader, within their rights. Asks for their PIN where they have one; without a terminal it is taken
    /// from the variable RACHIS_PIN.
    #[arg(long = "as", value_name = "RAD_ID", global = true)]
    acting: Option<String>,
}

impl Person {
    /// To read and write.
    pub fn open(&self, folder: &Path) -> anyhow::Result<Store> {
        self.sign_in(Store::open(folder)?)
    }

    /// To read only.
    pub fn open_to_look(&self, folder: &Path) -> anyhow::Result<Store> {
        self.sign_in(Store::open_to_look(folder)?)
    }

    /// As [`Person::open`], also for somebody who has yet to agree to what the project says on the use of its data.
    pub fn open_to_agree(&self, folder: &Path) -> anyhow::Result<Store> {
        self.let_in(Store::open(folder)?)
    }

    /// The same to read only.
    pub fn open_to_look_and_agree(&self, folder: &Path) -> anyhow::Result<Store> {
        self.let_in(Store::open_to_look(folder)?)
    }

    /// The reader id in whose name something is done: as `--by` says, else the person who acts.
    pub fn name_or<'a>(&'a self, by: &'a str) -> &'a str {
        if by.is_empty() { self.acting.as_deref().unwrap_or_default() } else { by }
    }

    /// As in the window, nobody sees a film before they agreed.
    fn sign_in(&self, store: Store) -> anyhow::Result<Store> {
        let store = self.let_in(store)?;
        if let Some(pass) = store.pass()
            && store.must_agree_to_data_use(pass.reader())?
        {
            bail!(
                "{id} has yet to agree to what this project says on the use of its data. Nothing was shown and nothing was \
                 changed. Read it and agree with \"rachis project agree {} --as {id}\".",
                store.folder().display(),
                id = pass.reader()
            );
        }
        Ok(store)
    }

    fn let_in(&self, mut store: Store) -> anyhow::Result<Store> {
        let Some(id) = &self.acting else { return Ok(store) };
        let id = ReaderId::new(id.as_str());
        let has_pin = store.readers()?.iter().any(|reader| reader.id == id && reader.has_pin);
        let pin = if has_pin { Some(pin_of(&id)?) } else { None };
        store.sign_in(&id, pin.as_deref())?;
        Ok(store)
    }
}

fn pin_of(reader: &ReaderId) -> anyhow::Result<String> {
    if let Ok(pin) = std::env::var(VARIABLE) {
        return Ok(pin);
    }
    ask(&format!("PIN of {reader}: "), VARIABLE)
}

/// Asks at the terminal without showing what is typed. `variable` is where else the answer might have stood.
pub(super) fn ask(question: &str, variable: &str) -> anyhow::Result<String> {
    if !std::io::stdin().is_terminal() {
        bail!("a PIN is needed and there is no terminal to ask at: put it into the variable {variable}");
    }
    rpassword::prompt_password(question).context("the PIN could not be read from the terminal")
}
