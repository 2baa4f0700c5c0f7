//! φ′ of a φ known by its values alone, kept as polynomials: a difference takes some fifty values of φ, and an average millions of differences.

use super::chebyshev::{clenshaw, point, transform};
use super::resolution::{FARTHEST, NODES, RESOLVED, between};

/// A panel whose halves are resolved no better than itself is left to the noise of the differences, if that is at most this part of the largest value.
const NOISE: f64 = 1e-11;
/// Better than 4 times.
const BETTER: f64 = 0.25;
/// The most panels, and the most halvings of an octave.
const MOST: usize = 1 << 11;
const HALVINGS: usize = 30;
/// Places at which the size of the function is looked for, |z| < 64.
const PLACES: usize = 1 << 10;

/// A function on unit panels beside 0 and octaves, cut at kinks and halved as needed; beyond the last of them by itself.
#[derive(Debug)]
pub(crate) struct Tabulated {
    edges: Vec<f64>,
    /// Chebyshev coefficients between the edges.
    panels: Vec<Vec<f64>>,
    /// What is left unresolved, relative to the largest value, at most.
    pub(crate) noise: f64,
}

impl Tabulated {
    /// As far out as panels last.
    ///
    /// # Errors
    /// What is left unresolved where panels do not last for |z| < `needed`.
    pub(crate) fn new(f: impl Fn(f64) -> f64, kinks: &[f64], needed: f64) -> Result<Self, f64> {
        let places = (0..PLACES).map(|i| 128.0 * (i as f64 + 0.5) / PLACES as f64 - 64.0);
        let sizes = places.map(|z| f(z).abs()).filter(|size| size.is_finite());
        let mut builder = Builder {
            peak: sizes.fold(0.0, f64::max),
            f,
            panels: Vec::new(),
            noise: 0.0,
        };
        let (mut low, mut high) = (0.0, 1.0);
        while low < FARTHEST {
            let before = (builder.panels.len(), builder.noise);
            let mut octave = || {
                for (low, high) in [(low, high), (-high, -low)] {
                    let mut ends = vec![low, high];
                    ends.extend(kinks.iter().filter(|z| **z > low && **z < high));
                    ends.sort_by(f64::total_cmp);
                    for pair in ends.windows(2) {
                        builder.refine(pair[0], pair[1], HALVINGS, f64::INFINITY)?;
                    }
                }
                Ok(())
            };
            match octave() {
                Err(left) if low < needed => return Err(left),
                Err(_) => {
                    builder.panels.truncate(before.0);
                    builder.noise = before.1;
                    break;
                }
                Ok(()) => (low, high) = (high, 2.0 * high),
            }
        }
        let mut panels = builder.panels;
        panels.sort_by(|a, b| a.0.total_cmp(&b.0));
        let ends = panels.last().map(|panel| panel.1);
        let edges = panels.iter().map(|panel| panel.0).chain(ends).collect();
        Ok(Self {
            edges,
            panels: panels.into_iter().map(|panel| panel.2).collect(),
            noise: builder.noise,
        })
    }

    /// `None` beyond the table, and at a kink.
    pub(crate) fn value(&self, z: f64) -> Option<f64> {
        let next = self.edges.partition_point(|e| *e <= z);
        let low = *self.edges.get(next.wrapping_sub(1))?;
        let high = *self.edges.get(next)?;
        let coefficients = self.panels.get(next - 1)?;
        (z > low).then(|| clenshaw(coefficients, ((z - low) - (high - z)) / (high - low)))
    }
}

struct Builder<F> {
    f: F,
    /// max |f| near 0.
    peak: f64,
    panels: Vec<(f64, f64, Vec<f64>)>,
    noise: f64,
}

impl<F: Fn(f64) -> f64> Builder<F> {
    /// `before`: what was left of the whole of which this is half.
    fn refine(&mut self, low: f64, high: f64, halvings: usize, before: f64) -> Result<(), f64> {
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let at = |x: f64| (self.f)(middle + half * x);
        let values: Vec<f64> = (0..NODES).map(|i| at(point(i, NODES))).collect();
        let size = values.iter().fold(self.peak, |m, v| m.max(v.abs()));
        let coefficients = transform(&values);
        let last: f64 = coefficients.iter().rev().take(4).map(|c| c.abs()).sum();
        let off = |x: f64| (at(x) - clenshaw(&coefficients, x)).abs();
        let left = match between().map(off).fold(last, f64::max) {
            left if size > 0.0 => left / size,
            left => left,
        };
        let resolved = left <= RESOLVED || (left <= NOISE && left > BETTER * before);
        if resolved {
            self.noise = self.noise.max(left);
            self.panels.push((low, high, coefficients));
            return Ok(());
        }
        if halvings == 0 || self.panels.len() > MOST || left.is_nan() {
            return Err(left);
        }
        self.refine(low, middle, halvings - 1, left)?;
        self.refine(middle, high, halvings - 1, left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_known_and_what_has_no_digits_refused() {
        // Noise of 1e−13, another at every place.
        let shaken = |z: f64| 1e-13 * (1e9 * z).sin();
        let noisy = |z: f64| z.tanh() + shaken(z);
        let table = Tabulated::new(noisy, &[], f64::INFINITY).unwrap();
        assert!(
            table.noise < 2e-12 && table.noise > 1e-14,
            "{}",
            table.noise
        );
        for i in 0..2000 {
            let z = -25.0 + 0.0251 * f64::from(i);
            let off = (table.value(z).unwrap() - z.tanh()).abs();
            assert!(off <= table.noise + 1e-13, "{z}: {off}");
        }
        let rough = |z: f64| z.tanh() + 1e-9 * (1e9 * z).sin();
        assert!(Tabulated::new(rough, &[], f64::INFINITY).is_err());
        // A kink is an end of panels; waves are kept as far out as panels last.
        let kinked = Tabulated::new(|z: f64| (z - 0.3).abs(), &[0.3], f64::INFINITY).unwrap();
        assert!((kinked.value(0.7).unwrap() - 0.4).abs() < 1e-15);
        let waves = Tabulated::new(f64::sin, &[], 100.0).unwrap();
        assert!((waves.value(77.7).unwrap() - 77.7_f64.sin()).abs() < 1e-13);
        assert!(waves.value(1e9).is_none());
    }
}
