//! The predicted training curve.
