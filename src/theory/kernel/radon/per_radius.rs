//! What is built once for every radius that points ask for.

use crate::model::ensemble::OffsetLaw;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// By the bits of the radius.
pub(super) struct PerRadius<T>(Mutex<BTreeMap<u64, T>>);

impl<T> Default for PerRadius<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> fmt::Debug for PerRadius<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerRadius").finish_non_exhaustive()
    }
}

impl<T: Clone> PerRadius<T> {
    /// For points of at most this norm, rounded up to a power of 2 (or to R), so that the same points give the same numbers
    /// in most company.
    pub(super) fn get(&self, norm: f64, offset: OffsetLaw, build: impl FnOnce(f64) -> T) -> T {
        let rounded = norm.max(f64::MIN_POSITIVE).log2().ceil().exp2();
        let radius = match offset {
            OffsetLaw::Uniform { radius } => radius.min(rounded).max(norm),
            _ => rounded,
        };
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = lock().get(&radius.to_bits()) {
            return kept.clone();
        }
        let built = build(radius);
        lock().insert(radius.to_bits(), built.clone());
        built
    }
}
