//! The command line: arguments → one library call → report. No mathematics.

mod arguments;
mod commands;
mod interrupt;
mod models;
mod naming;
mod output;
mod pictures;
mod progress;

use crate::error::Error;
use arguments::{Arguments, Command};
use clap::{CommandFactory, FromArgMatches, error::ErrorKind};
use std::io::Write;
use std::process::ExitCode;

/// Exit code for input that cannot be answered.
const BAD_INPUT: u8 = 2;
/// Exit code after Ctrl-C, as shells expect it.
const INTERRUPTED: u8 = 130;

/// Runs the command line on the process's arguments.
pub fn main() -> ExitCode {
    let parsed = command().try_get_matches().and_then(|found| {
        let chosen = found.subcommand_name().map(str::to_owned);
        Ok((Arguments::from_arg_matches(&found)?, chosen))
    });
    let (arguments, chosen) = match parsed {
        Ok(parsed) => parsed,
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _closed = error.print();
            return ExitCode::from(BAD_INPUT);
        }
        Err(error) if error.use_stderr() => return fail(&one_line(&error)),
        Err(help_or_version) => {
            // A reader that closed the pipe has read enough.
            let _closed = help_or_version.print();
            return ExitCode::SUCCESS;
        }
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Interrupted { what, kept }) => {
            let _closed = writeln!(std::io::stderr(), "{what}: interrupted; {kept}");
            ExitCode::from(INTERRUPTED)
        }
        Err(error) => {
            let command = command();
            let chosen = chosen.and_then(|name| command.find_subcommand(name));
            let error = chosen.into_iter().fold(error, naming::as_typed);
            fail(&format!("error: {error}"))
        }
    }
}

/// With numbers below 0 as values of every option, so that it can say itself what it takes, and lists that begin
/// with one.
fn command() -> clap::Command {
    Arguments::command().mut_subcommands(|command| {
        command.mut_args(
            |arg| match (arg.get_action().takes_values(), arg.get_value_delimiter()) {
                (true, Some(_)) => arg.allow_hyphen_values(true),
                (true, None) => arg.allow_negative_numbers(true),
                (false, _) => arg,
            },
        )
    })
}

fn run(arguments: Arguments) -> crate::Result<()> {
    let json = arguments.json;
    let answer = match arguments.command {
        Command::Activations => commands::activations::run(),
        Command::Penalty(options) => commands::penalty::run(&options),
        Command::Seminorm(options) => commands::seminorm::run(&options),
        Command::Dual(options) => commands::dual::run(&options),
        Command::Kernel(options) => commands::kernel::run(&options),
        Command::Spectrum(options) => commands::spectrum::run(&options),
        Command::Interpolate(options) => commands::interpolate::run(&options),
        Command::Design(options) => commands::design::run(&options),
        Command::Radon(options) => commands::radon::run(&options),
        Command::Represent(options) => commands::represent::run(&options),
        Command::Train(options) => commands::train::run(&options),
        Command::Verify(options) => commands::verify::run(&options),
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Arguments::command(),
                "spectral-bias",
                &mut std::io::stdout(),
            );
            return Ok(());
        }
    }?;
    answer.print(json)
}

/// What is wrong with the arguments, in one line.
fn one_line(error: &clap::Error) -> String {
    // What the standard library says of a count such as −1 or 2.5.
    let text = error.to_string();
    let text = text.replace(
        "invalid digit found in string",
        "expected a whole number, not below 0",
    );
    let what: Vec<&str> = text
        .lines()
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    format!("{} (see --help)", what.join(" "))
}

/// Prints one line on standard error, whatever the message contains.
fn fail(message: &str) -> ExitCode {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let _closed = writeln!(std::io::stderr(), "{line}");
    ExitCode::from(BAD_INPUT)
}
