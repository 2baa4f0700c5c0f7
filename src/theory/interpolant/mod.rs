//! The predicted interpolant: least seminorm through the data.
