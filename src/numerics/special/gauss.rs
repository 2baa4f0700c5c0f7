//! The fixed Gauss–Legendre rules that the special functions themselves need.

use std::num::NonZeroUsize;
use std::sync::LazyLock;

type Rule = Vec<(f64, f64)>;

/// Enough for an analytic integrand that falls by e^{−40} across the interval.
static WIDE: LazyLock<Rule> = LazyLock::new(|| rule(32));
/// Enough for an integrand that varies by a few e-folds, its singularities a length away.
static SHORT: LazyLock<Rule> = LazyLock::new(|| rule(14));

fn rule(nodes: usize) -> Rule {
    let nodes = NonZeroUsize::new(nodes).unwrap_or(NonZeroUsize::MIN);
    gauss_quad::GaussLegendre::new(nodes)
        .into_node_weight_pairs()
        .into()
}

/// ∫_a^b f by 32 nodes.
pub(super) fn wide(a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
    integrate(&WIDE, a, b, f)
}

/// Two integrals at once by 32 nodes.
pub(super) fn wide_pair(a: f64, b: f64, f: impl Fn(f64) -> (f64, f64)) -> (f64, f64) {
    integrate_pair(&WIDE, a, b, f)
}

/// Two integrals at once by 14 nodes.
pub(super) fn short_pair(a: f64, b: f64, f: impl Fn(f64) -> (f64, f64)) -> (f64, f64) {
    integrate_pair(&SHORT, a, b, f)
}

fn integrate_pair(rule: &Rule, a: f64, b: f64, f: impl Fn(f64) -> (f64, f64)) -> (f64, f64) {
    let half = 0.5 * (b - a);
    let centre = a + half;
    let terms = rule.iter().map(|&(node, weight)| {
        let (one, two) = f(centre + half * node);
        (weight * one, weight * two)
    });
    let sum = terms.fold((0.0, 0.0), |sum, term| (sum.0 + term.0, sum.1 + term.1));
    (half * sum.0, half * sum.1)
}

/// ∫_a^b f by 14 nodes.
pub(super) fn short(a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
    integrate(&SHORT, a, b, f)
}

fn integrate(rule: &Rule, a: f64, b: f64, f: impl Fn(f64) -> f64) -> f64 {
    let half = 0.5 * (b - a);
    let centre = a + half;
    rule.iter()
        .map(|&(node, weight)| weight * f(centre + half * node))
        .sum::<f64>()
        * half
}
