//! What a shallow network prefers, computed before it is trained.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

pub mod data;
pub mod error;
pub mod model;
pub mod numerics;
pub mod simulation;
pub mod theory;
pub mod verify;

#[cfg(feature = "report")]
pub mod report;

#[cfg(feature = "cli")]
pub mod cli;

pub use error::{Error, Result};
