//! All integration tests, one binary: a module per subject.

mod activation;
mod architecture;
mod ensemble;
mod quadrature;
#[cfg(feature = "report")]
mod report;
mod verify;
