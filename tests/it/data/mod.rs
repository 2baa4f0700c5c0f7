//! Points, data sets, files, targets.

mod files;
#[cfg(feature = "io")]
mod loading;
