//! Spherical Bessel functions of the first kind, all orders at once.

/// Below this the power series, above Miller's backward recurrence.
const SERIES: f64 = 2.0;

/// j_n(x) = √(π/(2x)) J_{n+½}(x) for all n < `out.len()`, any real x.
///
/// # Method
/// |x| < 2: the power series. |x| beyond the highest order: the forward recurrence from
/// j₀ = sin x/x, j₁ = (j₀ − cos x)/x, which is stable there. Between: Miller's backward recurrence, scaled to
/// the larger of j₀ and j₁.
///
/// # Accuracy
/// Relative to max(|j_n|, |j_{n−1}|), a few units of 2⁻⁵³ for orders below 40.
pub fn spherical_bessel_into(x: f64, out: &mut [f64]) {
    let count = out.len();
    let size = x.abs();
    if size < SERIES {
        series(size, out);
    } else if size > count as f64 {
        let (sine, cosine) = size.sin_cos();
        let mut pair = (cosine / size, sine / size);
        for (n, slot) in out.iter_mut().enumerate() {
            *slot = pair.1;
            pair = (pair.1, (2.0 * n as f64 + 1.0) / size * pair.1 - pair.0);
        }
    } else {
        backward(size, out);
    }
    if x < 0.0 {
        out.iter_mut().skip(1).step_by(2).for_each(|j| *j = -*j);
    }
}

fn series(x: f64, out: &mut [f64]) {
    let step = -0.5 * x * x;
    let mut leading = 1.0;
    for (n, slot) in out.iter_mut().enumerate() {
        let (mut term, mut sum) = (1.0, 1.0);
        let mut k = 1.0;
        while f64::abs(term) > 1e-18 {
            term *= step / (k * (2.0 * (n as f64 + k) + 1.0));
            sum += term;
            k += 1.0;
        }
        *slot = leading * sum;
        leading *= x / (2.0 * n as f64 + 3.0);
    }
}

fn backward(x: f64, out: &mut [f64]) {
    // At order N the start is off by (j_N/j_n)², and j_N falls like (ex/2N)^N.
    let start = out.len() + 30 + x as usize;
    let (mut above, mut here) = (0.0, 1e-200);
    for n in (0..=start).rev() {
        if let Some(slot) = out.get_mut(n) {
            *slot = here;
        }
        if n > 0 {
            let below = (2.0 * n as f64 + 1.0) / x * here - above;
            (above, here) = (here, below);
        }
    }
    // Now here ∝ j₀ and above ∝ j₁.
    let (sine, cosine) = x.sin_cos();
    let (j0, j1) = (sine / x, sine / (x * x) - cosine / x);
    let scale = if j0.abs() > j1.abs() {
        j0 / here
    } else {
        j1 / above
    };
    out.iter_mut().for_each(|j| *j *= scale);
}
