//! The program: the window without a subcommand, the command line with one.

use std::process::ExitCode;

fn main() -> ExitCode {
    rachis::cli::main()
}
