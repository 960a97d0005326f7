//! The demo project: made once in ./demo from synthetic films, then opened in the window.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::{Outcome, build, rachis, run};

/// What a project folder may hold while its making was interrupted; anything else is somebody's.
const PROJECT_ENTRIES: &[&str] = &["films", "runs", "models", "exports", "backups"];

#[derive(PartialEq, Eq, Debug)]
enum Demo {
    Ready,
    Absent,
    Unfinished,
    /// Holds this, which no project does.
    Foreign(PathBuf),
}

pub fn open_demo(root: &Path) -> Outcome {
    println!("Building in release; the first time takes about ten minutes on two cores.");
    build(root)?;
    let demo = root.join("demo");
    match state_of(&demo) {
        Demo::Ready => {}
        Demo::Absent => make(root, &demo)?,
        Demo::Unfinished => {
            println!("{} was not finished; making it anew.", demo.display());
            fs::remove_dir_all(&demo).map_err(|e| failed("remove", &demo, &e))?;
            make(root, &demo)?;
        }
        Demo::Foreign(entry) => {
            eprintln!(
                "{} holds {}, so it is no demo project: move it away and run this again.",
                demo.display(),
                entry.display()
            );
            return Err(ExitCode::FAILURE);
        }
    }
    run(&mut rachis(root, &["open", "demo"]))
}

/// Made beside its place and moved there when complete, so that an interrupted run leaves no half demo behind.
fn make(root: &Path, demo: &Path) -> Outcome {
    println!("Making the demo project from synthetic films in {}", demo.display());
    let unfinished = root.join("target").join("demo-unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(|e| failed("remove", &unfinished, &e))?;
    }
    run(&mut rachis(root, &["demo", "target/demo-unfinished", "--studies", "12", "--seed", "634"]))?;
    fs::rename(&unfinished, demo).map_err(|e| failed("move into place", &unfinished, &e))
}

fn state_of(demo: &Path) -> Demo {
    let Ok(entries) = fs::read_dir(demo) else { return Demo::Absent };
    let names: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
    if names.iter().any(|name| name == "project.db") {
        return Demo::Ready;
    }
    let is_foreign = |name: &&std::ffi::OsString| !PROJECT_ENTRIES.iter().any(|known| **name == **known);
    names.iter().find(is_foreign).map_or(Demo::Unfinished, |name| Demo::Foreign(name.into()))
}

pub fn failed(what: &str, path: &Path, error: &std::io::Error) -> ExitCode {
    eprintln!("Could not {what} {}: {error}", path.display());
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_interrupted_demo_is_made_anew() {
        let folder = std::env::temp_dir().join(format!("rachis-xtask-demo-{}", std::process::id()));
        assert_eq!(state_of(&folder), Demo::Absent);
        fs::create_dir_all(folder.join("films")).expect("a scratch folder");
        assert_eq!(state_of(&folder), Demo::Unfinished);
        fs::write(folder.join("letter.txt"), "mine").expect("a scratch file");
        assert_eq!(state_of(&folder), Demo::Foreign("letter.txt".into()));
        fs::write(folder.join("project.db"), "").expect("a scratch file");
        assert_eq!(state_of(&folder), Demo::Ready);
        fs::remove_dir_all(&folder).expect("our own scratch folder");
    }
}
