//! Gauss rules, computed once and kept.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Nodes and weights of a Gauss rule: Σ w_i f(x_i).
#[derive(Clone, Debug, PartialEq)]
pub struct GaussRule {
    /// The nodes, ascending.
    pub nodes: Vec<f64>,
    /// The weights.
    pub weights: Vec<f64>,
}

/// Which rule; the parameter by its bits, so that it can be a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Legendre(usize),
}

static CACHE: LazyLock<Mutex<HashMap<Key, Arc<GaussRule>>>> = LazyLock::new(Mutex::default);

/// The rule from the cache, or computed (outside the lock) and kept.
fn cached(key: Key, compute: impl FnOnce() -> GaussRule) -> Arc<GaussRule> {
    let lock = || CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rule) = lock().get(&key) {
        return Arc::clone(rule);
    }
    let rule = Arc::new(compute());
    Arc::clone(lock().entry(key).or_insert(rule))
}

/// The n-point Gauss–Legendre rule on [−1, 1], cached.
pub fn gauss_legendre(n: usize) -> Arc<GaussRule> {
    cached(Key::Legendre(n), || {
        let Some(n) = NonZeroUsize::new(n) else {
            return GaussRule {
                nodes: Vec::new(),
                weights: Vec::new(),
            };
        };
        let mut pairs: Vec<(f64, f64)> = gauss_quad::legendre::GaussLegendre::new(n)
            .into_node_weight_pairs()
            .into_vec();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (nodes, weights) = pairs.into_iter().unzip();
        GaussRule { nodes, weights }
    })
}
/// The n-point Gauss–Hermite rule for the standard normal probability, cached, weights to full relative accuracy.
pub fn gauss_hermite(_n: usize) -> Arc<GaussRule> {
    todo!()
}
/// The n-point Gauss–Gegenbauer rule for the weight (1−x²)^{λ−½} on [−1, 1], λ > −½, cached.
pub fn gauss_gegenbauer(_n: usize, _lambda: f64) -> Arc<GaussRule> {
    todo!()
}
