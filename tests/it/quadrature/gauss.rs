//! Gauss rules.

use super::INF;
use crate::reference::{self, Row};
use spectral_bias::numerics::quadrature::{
    GaussRule, gauss_gegenbauer, gauss_hermite, gauss_legendre,
};
use std::f64::consts::PI;

#[test]
fn gauss_rules_have_every_digit() {
    let rows = reference::load("quadrature");
    let mut cases = 0;
    // Largest errors, of nodes in units of the outermost one, of weights relative.
    let mut worst = [[0.0f64; 2]; 4];
    let rule = |row: &Row, kind: &str| {
        let n = row.arguments[0] as usize;
        let lambda = row.arguments.get(2).copied().unwrap_or(0.0);
        match row.function.strip_suffix(kind)? {
            "legendre" => Some((0, gauss_legendre(n))),
            "hermite" => Some((1, gauss_hermite(n))),
            "gegenbauer" => Some((
                if lambda < 0.0 { 3 } else { 2 },
                gauss_gegenbauer(n, lambda),
            )),
            _ => None,
        }
    };
    for row in &rows {
        for (column, kind) in ["_node", "_weight"].into_iter().enumerate() {
            let Some((family, rule)) = rule(row, kind) else {
                continue;
            };
            // The table counts from the outermost node of the upper half.
            let n = row.arguments[0] as usize;
            let i = n - 1 - row.arguments[1] as usize;
            let error = if column == 0 {
                (rule.nodes[i] - row.value).abs() / rule.nodes[n - 1].max(f64::MIN_POSITIVE)
            } else {
                (rule.weights[i] / row.value - 1.0).abs()
            };
            let slot = &mut worst[family][column];
            *slot = slot.max(error);
            cases += 1;
        }
    }
    println!("Legendre, Hermite, Gegenbauer λ ≥ 0 and λ < 0 (nodes, weights): {worst:?}");
    assert_eq!(cases, 534);
    assert!(worst.iter().all(|w| w[0] < 2e-15), "{worst:?}");
    for (worst, allowed) in worst.iter().zip([1e-15, 3e-14, 6e-14, 3e-13]) {
        assert!(worst[1] < allowed, "{worst:?}");
    }
}

#[test]
fn gauss_rules_are_symmetric_exact_and_kept() {
    for n in [1, 2, 7, 64, 201] {
        let rules = [
            (gauss_legendre(n), 2.0, 1.0 / 3.0),
            (gauss_hermite(n), 1.0, 1.0),
            (gauss_gegenbauer(n, 0.0), PI, 0.5),
            // Wigner's semicircle, and a weight from beyond where Γ overflows.
            (gauss_gegenbauer(n, 1.0), PI / 2.0, 0.25),
            (
                gauss_gegenbauer(n, 1e6),
                (PI * 1e-6).sqrt() * (1.0 - 1.25e-7),
                0.5 / (1e6 + 1.0),
            ),
        ];
        for (rule, mass, variance) in rules {
            let GaussRule { nodes, weights } = &*rule;
            assert_eq!((nodes.len(), weights.len()), (n, n));
            assert!(nodes.is_sorted_by(|a, b| a < b));
            for i in 0..n {
                assert_eq!(nodes[i], -nodes[n - 1 - i]);
                assert_eq!(weights[i], weights[n - 1 - i]);
            }
            let moment = |k| {
                nodes
                    .iter()
                    .zip(weights)
                    .map(|(x, w)| w * x.powi(k))
                    .sum::<f64>()
            };
            assert!((moment(0) / mass - 1.0).abs() < 1e-13, "{n} {mass}");
            if n > 1 {
                assert!(
                    (moment(2) / mass / variance - 1.0).abs() < 1e-13,
                    "{n} {mass}"
                );
            }
        }
    }
    // Chebyshev: all weights π/n.
    let rule = gauss_gegenbauer(150, 0.0);
    assert!(
        rule.weights
            .iter()
            .all(|w| (w * 150.0 / PI - 1.0).abs() < 1e-13)
    );
    // Where the weights leave the doubles, they are 0 and not garbage.
    let rule = gauss_hermite(600);
    assert!(rule.weights[0] == 0.0 && (rule.weights.iter().sum::<f64>() - 1.0).abs() < 1e-13);
    assert!(std::sync::Arc::ptr_eq(
        &gauss_hermite(40),
        &gauss_hermite(40)
    ));
    for lambda in [-0.5, f64::NAN, INF] {
        assert!(
            gauss_gegenbauer(3, lambda)
                .weights
                .iter()
                .all(|w| w.is_nan())
        );
    }
    let empty = [
        gauss_legendre(0),
        gauss_hermite(0),
        gauss_gegenbauer(0, 1.0),
    ];
    assert!(empty.iter().all(|rule| rule.nodes.is_empty()));
}
