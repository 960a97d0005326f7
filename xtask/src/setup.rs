//! Finds out what is missing, installs it where it may, and otherwise names it with the one command that brings it.

use std::process::{Command, ExitCode};

use crate::Outcome;
use crate::machine::{Installer, Machine};
use crate::parts::{NEEDS, Need, Part};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Install,
    LookOnly,
}

/// Every part, one line each.
pub fn everything(mode: Mode) -> Outcome {
    if !cfg!(target_os = "linux") {
        return elsewhere();
    }
    let before = Machine::look();
    let missing = missing(NEEDS, &before);
    let after = if mode == Mode::Install && install(&missing, before.installer) { Machine::look() } else { before };
    for need in NEEDS {
        let was_missing = missing.iter().any(|other| std::ptr::eq(*other, need));
        let found = after.find(need.look);
        let state = match (&found, was_missing) {
            (Some(_), false) => "there",
            (Some(_), true) => "installed",
            (None, _) => "missing",
        };
        let place = found.map_or(String::new(), |place| format!(" ({place})"));
        println!("{state:<10} {:<20} {}{place}", need.package, need.what);
    }
    verdict(NEEDS, &after)
}

/// Only the parts asked for, and not a word where nothing is missing.
pub fn quietly(parts: &[Part]) -> Outcome {
    if !cfg!(target_os = "linux") {
        return elsewhere();
    }
    let needs: Vec<Need> = NEEDS.iter().filter(|need| parts.contains(&need.part)).copied().collect();
    let before = Machine::look();
    let missing = missing(&needs, &before);
    if missing.is_empty() {
        return Ok(());
    }
    println!("Not here yet: {}", packages(&missing).join(" "));
    let after = if install(&missing, before.installer) { Machine::look() } else { before };
    verdict(&needs, &after)
}

fn missing<'n>(needs: &'n [Need], machine: &Machine) -> Vec<&'n Need> {
    needs.iter().filter(|need| machine.find(need.look).is_none()).collect()
}

/// Each package once, in the table's order.
fn packages(needs: &[&Need]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for need in needs {
        if !names.contains(&need.package) {
            names.push(need.package);
        }
    }
    names
}

/// True when something may have changed on the machine; a second look tells what.
fn install(missing: &[&Need], installer: Installer) -> bool {
    if missing.is_empty() || !matches!(installer, Installer::AptAsRoot | Installer::AptBySudo) {
        return false;
    }
    let names = packages(missing);
    println!("Installing: {}", names.join(" "));
    // A stale package list is the usual reason for a failed install, so it is brought up to date first; where
    // that fails (no network), what the machine has cached may still do.
    if !apt(installer, &["update", "-qq"]) {
        eprintln!("apt-get update failed; trying with the package lists that are here.");
    }
    apt(installer, &[&["install", "-y", "-qq", "--no-install-recommends"], names.as_slice()].concat());
    true
}

fn apt(installer: Installer, args: &[&str]) -> bool {
    let mut command = if installer == Installer::AptBySudo {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo
    } else {
        let mut apt_get = Command::new("apt-get");
        apt_get.env("DEBIAN_FRONTEND", "noninteractive");
        apt_get
    };
    command.args(args).status().is_ok_and(|status| status.success())
}

fn verdict(needs: &[Need], machine: &Machine) -> Outcome {
    let missing = missing(needs, machine);
    if missing.is_empty() {
        println!("Everything is there.");
        return Ok(());
    }
    println!("\n{}", advice(&missing, machine.installer));
    Err(ExitCode::FAILURE)
}

/// What is missing and what to do about it, for a person.
fn advice(missing: &[&Need], installer: Installer) -> String {
    let names = packages(missing).join(" ");
    let command = format!("apt-get update && apt-get install -y --no-install-recommends {names}");
    match installer {
        Installer::AptAsRoot => format!("Missing: {names}. Run: {command}"),
        Installer::AptBySudo | Installer::AptByHand => {
            format!("Missing: {names}. Run: {}", command.replace("apt-get ", "sudo apt-get "))
        }
        Installer::None => {
            let mut lines =
                vec!["Missing; install what brings it on this Linux (Debian's package in brackets):".to_owned()];
            lines.extend(missing.iter().map(|need| format!("  {}: {} [{}]", need.what, sought(need), need.package)));
            lines.join("\n")
        }
    }
}

/// The thing itself, for systems where the package has another name.
fn sought(need: &Need) -> String {
    use crate::parts::Look;
    match need.look {
        Look::Program(names) => format!("program {}", names.join(" or ")),
        Look::Library(name) => (*name).to_owned(),
        Look::File(paths) => paths.join(" or "),
        Look::PythonModule(name) => format!("Python module {name}"),
        Look::FileLike { folders, starts, ends } => format!("{}/{starts}*{ends}", folders[0]),
    }
}

/// macOS and Windows bring windowing and graphics along; only the compilers may be missing.
fn elsewhere() -> Outcome {
    let cmake = crate::machine::program("cmake").is_some();
    let (compiler, how) = if cfg!(windows) {
        // Rust's own set-up has asked for Visual Studio's linker, so we could not have been built without it.
        (true, "CMake from cmake.org, or with: winget install Kitware.CMake")
    } else {
        (crate::machine::program("cc").is_some(), "xcode-select --install && brew install cmake")
    };
    println!("{:<10} C and C++ compiler", if compiler { "there" } else { "missing" });
    println!("{:<10} cmake (builds the JPEG and JPEG-LS codecs)", if cmake { "there" } else { "missing" });
    if compiler && cmake {
        return Ok(());
    }
    println!("\nTo bring what is missing: {how}");
    Err(ExitCode::FAILURE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs_of(names: &[&str]) -> Vec<&'static Need> {
        NEEDS.iter().filter(|need| names.contains(&need.package)).collect()
    }

    #[test]
    fn a_package_needed_twice_is_installed_once() {
        let needs = needs_of(&["mesa-vulkan-drivers", "cmake"]);
        assert_eq!(needs.len(), 3);
        assert_eq!(packages(&needs), ["cmake", "mesa-vulkan-drivers"]);
    }

    #[test]
    fn says_the_one_command() {
        let needs = needs_of(&["libxi6", "cmake"]);
        assert_eq!(
            advice(&needs, Installer::AptByHand),
            "Missing: cmake libxi6. Run: sudo apt-get update && \
             sudo apt-get install -y --no-install-recommends cmake libxi6"
        );
        let elsewhere = advice(&needs, Installer::None);
        assert!(elsewhere.contains("libXi.so.6") && elsewhere.contains("program cmake"), "{elsewhere}");
    }
}
