//! The names of arguments in messages: those of the options, where the library's are others.

use crate::error::{Error, Result};

/// Results about arguments that are options here.
pub trait Called {
    /// Says `option` where the library says `argument`.
    fn called(self, argument: &str, option: &str) -> Self;
}

impl<T> Called for Result<T> {
    fn called(self, argument: &str, option: &str) -> Self {
        self.map_err(|mut error| {
            if let Some(name) = name(&mut error).filter(|name| *name == argument) {
                *name = option.into();
            }
            error
        })
    }
}

/// `weight_std` is `weight-std`, if the command has such an option.
pub fn as_typed(mut error: Error, command: &clap::Command) -> Error {
    if let Some(name) = name(&mut error) {
        let typed = name.replace('_', "-");
        if command
            .get_arguments()
            .any(|a| a.get_long() == Some(&typed))
        {
            *name = typed;
        }
    }
    error
}

fn name(error: &mut Error) -> Option<&mut String> {
    match error {
        Error::InvalidArgument { argument, .. }
        | Error::NotFinite { argument, .. }
        | Error::Shape { argument, .. } => Some(argument),
        _ => None,
    }
}
