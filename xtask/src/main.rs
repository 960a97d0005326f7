//! Set-up, run, test and benchmark of Rachis, each in one command: `cargo xtask help`.

mod demo;
mod demo_models;
mod libtorch;
mod setup;
mod parts;
mod machine;
mod testing;
mod totals;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtorch::Devices;
use parts::Part;

const HELP: &str = "\
cargo xtask <command>

  setup [--check]      Look for everything that building, running and testing Rachis take, one line each,
                       and install what is missing (Debian and Ubuntu, as root or with passwordless sudo);
                       elsewhere, and with --check, name it and the one command that brings it.
                       Exit 0 when everything is there, else 1.
  libtorch [--cuda|--cpu]
                       Bring libtorch 2.11.0, which the learning engine links: the one that LIBTORCH names, that
                       of an installed Python torch of this version, or fetched through pip into .libtorch/
                       (530 MB; NVIDIA's libraries too where there is such a card, or with --cuda).
  build                Set up and build both programs in release, into target/release: rachis, and
                       rachis-engine where libtorch is here or can be fetched.
  run [-- ARGS]        Set up, build in release, make the demo project in ./demo on first use (12 synthetic
                       studies) and open the window on it. With ARGS, run `rachis ARGS` instead:
                       cargo xtask run -- open ~/my-project
                       The learning engine is built too where libtorch is here or can be fetched.
  test [FILTER] [-- TEST ARGS]
                       Set up, then run every test (library, integration, documentation), those that render
                       included, with no display and, where there is no GPU, on software Vulkan.
                       FILTER runs the tests whose path holds it; TEST ARGS go to the test programs.
                       Ends with the totals and with what was skipped and why.
  demo-models [FOLDER] Make the two models of assets/models anew: synthetic films, training from nothing with the
                       program itself, figures on films never seen. FOLDER (target/demo-models) keeps what was
                       done, so that an interrupted making goes on.
  bench [FILTER]       Set up and run the benchmarks (criterion; report in target/criterion).
  help                 This text.
";

const RUN_PARTS: &[Part] = &[Part::Build, Part::Engine, Part::Window];

/// Benchmarks mean something only beside other programs on the same machine; say where those stand.
const PEERS_NOTE: &str = "\
These figures hold for this machine, this minute. To compare with another program, run it on the same input on
the same idle machine; the README's benchmark table names the inputs and the programs it was compared with.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let root = project_root();
    let outcome = match args.as_slice() {
        ["setup"] => setup::everything(setup::Mode::Install),
        ["setup", "--check"] => setup::everything(setup::Mode::LookOnly),
        ["libtorch"] => libtorch::bring(&root, Devices::Fitting),
        ["libtorch", "--cpu"] => libtorch::bring(&root, Devices::Cpu),
        ["libtorch", "--cuda"] => libtorch::bring(&root, Devices::Cuda),
        ["build"] => setup::quietly(RUN_PARTS).and_then(|()| build(&root)),
        ["run"] => setup::quietly(RUN_PARTS).and_then(|()| demo::open_demo(&root)),
        ["run", "--", rest @ ..] => setup::quietly(RUN_PARTS).and_then(|()| {
            build(&root)?;
            run(&mut rachis(&root, rest))
        }),
        ["test", rest @ ..] => setup::quietly(&[Part::Build, Part::Engine, Part::Window, Part::Test])
            .and_then(|()| testing::run_all(&root, rest)),
        ["demo-models"] => {
            setup::quietly(RUN_PARTS).and_then(|()| demo_models::make(&root, &root.join("target/demo-models")))
        }
        ["demo-models", folder] => {
            setup::quietly(RUN_PARTS).and_then(|()| demo_models::make(&root, &root.join(folder)))
        }
        ["bench", rest @ ..] => setup::quietly(&[Part::Build]).and_then(|()| {
            run(cargo(&root).args(["bench", "--package", "rachis", "--bench", "*"]).args(rest))?;
            println!("\n{PEERS_NOTE}");
            Ok(())
        }),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => {
            eprintln!("Unknown: cargo xtask {}\n\n{HELP}", args.join(" "));
            Err(ExitCode::from(2))
        }
    };
    outcome.err().unwrap_or(ExitCode::SUCCESS)
}

/// Failure carries the exit code to end with; what went wrong has been said already.
type Outcome = Result<(), ExitCode>;

fn project_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask/ lies in the project's folder").to_path_buf()
}

/// The cargo that started us, in the project's folder and without the variables that `cargo run` set for us:
/// handed on, they would reach the programs under test.
fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Builds the program in release, and the learning engine beside it where libtorch is here or can be fetched.
fn build(root: &Path) -> Outcome {
    let mut command = cargo(root);
    command.args(["build", "--release", "--package", "rachis", "--bins"]);
    match libtorch::ensure(root, Devices::Fitting) {
        Ok(folder) => {
            command.args(["--features", "torch"]).env("LIBTORCH", folder);
        }
        Err(_) => println!("Building without the learning engine: reading needs none, and models can be added later."),
    }
    run(&mut command)
}

/// `rachis ARGS`, as [`build`] left it.
fn rachis(root: &Path, args: &[&str]) -> Command {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let mut command = Command::new(target.join("release").join(format!("rachis{}", std::env::consts::EXE_SUFFIX)));
    command.current_dir(root).args(args);
    command
}

/// Runs to the end; fails with the command's own exit code.
fn run(command: &mut Command) -> Outcome {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(exit_code(status.code())),
        Err(e) => {
            eprintln!("{} does not start: {e}", command.get_program().to_string_lossy());
            Err(ExitCode::FAILURE)
        }
    }
}

/// A program ended by a signal has no code of its own; that is a failure too.
fn exit_code(code: Option<i32>) -> ExitCode {
    code.and_then(|code| u8::try_from(code).ok()).filter(|&code| code != 0).map_or(ExitCode::FAILURE, ExitCode::from)
}
