//! Where the range is cut before any refinement.

/// The range [a, b] cut at the splits inside it.
pub(super) fn cut(a: f64, b: f64, splits: &[f64]) -> Vec<f64> {
    let mut inner: Vec<f64> = splits
        .iter()
        .copied()
        .filter(|s| s.is_finite() && *s > a && *s < b)
        .collect();
    inner.sort_by(f64::total_cmp);
    inner.dedup();
    // On the whole line something must be the middle.
    if inner.is_empty() && a.is_infinite() && b.is_infinite() {
        inner.push(0.0);
    }
    let mut points = vec![a];
    points.extend(inner);
    points.push(b);
    points
}
