//! Points, data sets, files, targets.

mod embedded;
mod files;
#[cfg(feature = "io")]
mod loading;
mod targets;
