//! The one fixed Gauss–Legendre rule that the special functions themselves need.

use std::num::NonZeroUsize;
use std::sync::LazyLock;

/// Nodes enough for an analytic integrand that falls by e^{−40} across the interval.
const NODES: NonZeroUsize = NonZeroUsize::new(32).unwrap();

static RULE: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| {
    gauss_quad::GaussLegendre::new(NODES)
        .into_node_weight_pairs()
        .into()
});

/// ∫_a^b f by the fixed rule.
pub(super) fn legendre(a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
    let half = 0.5 * (b - a);
    let centre = a + half;
    RULE.iter()
        .map(|&(node, weight)| weight * f(centre + half * node))
        .sum::<f64>()
        * half
}
