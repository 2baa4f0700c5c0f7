//! All integration tests, one binary: a module per subject.

mod activation;
mod architecture;
#[cfg(feature = "report")]
mod report;
mod verify;
mod quadrature;
