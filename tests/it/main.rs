//! All integration tests, one binary: a module per subject.

mod activation;
mod architecture;
mod ensemble;
mod linalg;
mod quadrature;
mod reference;
#[cfg(feature = "report")]
mod report;
mod special;
mod verify;
