//! Stand-in for `numerics::quadrature::log_integrate`, until that has landed.
#![allow(clippy::excessive_precision)]
use crate::numerics::quadrature::Tolerance;
fn gk(f: &mut impl FnMut(f64) -> f64, a: f64, b: f64, top: f64) -> (f64, f64) {
    const X: [f64; 8] = [
        0.991455371120812639206854697526329,
        0.949107912342758524526189684047851,
        0.864864423359769072789712788640926,
        0.741531185599394439863864773280788,
        0.586087235467691130294144691258731,
        0.405845151377397166906606412076961,
        0.207784955007898467600689403773245,
        0.0,
    ];
    const K: [f64; 8] = [
        0.022935322010529224963732008058970,
        0.063092092629978553290700663189204,
        0.104790010322250183839876322541518,
        0.140653259715525918745189590510238,
        0.169004726639267902826583426598550,
        0.190350578064785409913256402421014,
        0.204432940075298892414161999234649,
        0.209482141084727828012999174891714,
    ];
    const G: [f64; 4] = [
        0.129484966168869693270611432679082,
        0.279705391489276667901467771423780,
        0.381830050505118944950369775488975,
        0.417959183673469387755102040816327,
    ];
    let (c, h) = (0.5 * (a + b), 0.5 * (b - a));
    let (mut k, mut g) = (0.0, 0.0);
    for i in 0..8 {
        let v = if i == 7 {
            (f(c) - top).exp()
        } else {
            (f(c - h * X[i]) - top).exp() + (f(c + h * X[i]) - top).exp()
        };
        k += K[i] * v;
        if i % 2 == 1 {
            g += G[i / 2] * v;
        }
    }
    (k * h, (k - g).abs() * h)
}
pub(super) fn log_integrate(
    mut f: impl FnMut(f64) -> f64,
    a: f64,
    b: f64,
    splits: &[f64],
    tol: &Tolerance,
) -> (f64, f64) {
    let mut cuts: Vec<f64> = splits
        .iter()
        .copied()
        .filter(|x| *x > a && *x < b)
        .collect();
    cuts.push(a);
    cuts.push(b);
    cuts.sort_by(f64::total_cmp);
    let mut top = f64::NEG_INFINITY;
    for i in 0..=400 {
        top = top.max(f(a + (b - a) * f64::from(i) / 400.0));
    }
    let mut panels: Vec<(f64, f64, f64, f64)> = cuts
        .windows(2)
        .map(|w| {
            let (v, e) = gk(&mut f, w[0], w[1], top);
            (e, v, w[0], w[1])
        })
        .collect();
    let mut n = panels.len() * 15;
    loop {
        let v: f64 = panels.iter().map(|p| p.1).sum();
        let e: f64 = panels.iter().map(|p| p.0).sum();
        if e <= tol.relative * v || n > tol.evaluations {
            return (top + v.ln(), e / v + 1e-15);
        }
        let i = (0..panels.len())
            .max_by(|&i, &j| panels[i].0.total_cmp(&panels[j].0))
            .unwrap_or(0);
        let (_, _, a, b) = panels.swap_remove(i);
        let m = 0.5 * (a + b);
        for (a, b) in [(a, m), (m, b)] {
            let (v, e) = gk(&mut f, a, b, top);
            panels.push((e, v, a, b));
        }
        n += 30;
    }
}
