//! The conditional mean between two ends as a Legendre series.

use super::along::Along;
use super::lanes::{LANES, Lanes, Values, add, times};
use super::means::Scratch;

/// What the rounding of a series is larger than that of its values.
const AMPLIFIED: f64 = 2.0;

/// The means of φ and φ′ on [middle − half, middle + half].
pub(super) struct Interpolant {
    middle: f64,
    half: f64,
    /// Those of both.
    coefficients: Vec<(f64, f64)>,
    /// The largest moduli.
    moduli: (f64, f64),
}

impl Interpolant {
    /// Through the nodes of the Gauss rule of a panel.
    #[inline(always)]
    pub(super) fn new(
        along: &Along<'_>,
        conditional: (f64, f64),
        (lo, hi): (f64, f64),
        scratch: &mut Scratch,
    ) -> Self {
        let Along {
            of, other, v, rho, ..
        } = along;
        let (middle, half) = (0.5 * (lo + hi), 0.5 * (hi - lo));
        let rule = &of.panels[0];
        let mut sums = vec![[[0.0; LANES]; 2]; rule.nodes.len()];
        let mut moduli = (0.0_f64, 0.0_f64);
        let nodes = rule.nodes.as_chunks::<LANES>().0;
        let weights = rule.weights.as_chunks::<LANES>().0;
        for (y, weights) in nodes.iter().zip(weights) {
            let mean = y.map(|y| v * rho.rho() * half.mul_add(y, middle));
            let found = other.mean(&mean, conditional, scratch);
            let (values, slopes) = (times(weights, &found.value), times(weights, &found.slope));
            let mut polynomials = Polynomials::new(y);
            for sums in &mut sums {
                let p = polynomials.next();
                add(&mut sums[0], &p, &values);
                add(&mut sums[1], &p, &slopes);
            }
            moduli.0 = found.modulus.iter().copied().fold(moduli.0, f64::max);
            moduli.1 = found.steepness.iter().copied().fold(moduli.1, f64::max);
        }
        let all = |lanes: &Lanes| lanes.iter().sum::<f64>();
        let each = sums.iter().enumerate();
        let coefficients = each.map(|(k, sums)| {
            let norm = k as f64 + 0.5;
            (norm * all(&sums[0]), norm * all(&sums[1]))
        });
        Self {
            middle,
            half,
            coefficients: coefficients.collect(),
            moduli: (AMPLIFIED * moduli.0, AMPLIFIED * moduli.1),
        }
    }

    #[inline(always)]
    pub(super) fn at(&self, x: &Lanes) -> Values {
        let mut polynomials = Polynomials::new(&x.map(|x| (x - self.middle) / self.half));
        let mut found = Values {
            modulus: [self.moduli.0; LANES],
            steepness: [self.moduli.1; LANES],
            ..Values::default()
        };
        for (value, slope) in &self.coefficients {
            let p = polynomials.next();
            add(&mut found.value, &[*value; LANES], &p);
            add(&mut found.slope, &[*slope; LANES], &p);
        }
        found
    }
}

/// P₀, P₁, … at several places, by (k + 1)P_{k+1} = (2k + 1)yP_k − kP_{k−1}.
struct Polynomials {
    y: Lanes,
    degree: f64,
    current: Lanes,
    previous: Lanes,
}

impl Polynomials {
    #[inline(always)]
    fn new(y: &Lanes) -> Self {
        Self {
            y: *y,
            degree: 0.0,
            current: [1.0; LANES],
            previous: [0.0; LANES],
        }
    }

    #[inline(always)]
    fn next(&mut self) -> Lanes {
        let (current, k) = (self.current, self.degree);
        let (own, before) = ((2.0 * k + 1.0) / (k + 1.0), -k / (k + 1.0));
        let raised = times(&self.y, &current).map(|p| own * p);
        self.current = raised;
        add(&mut self.current, &self.previous, &[before; LANES]);
        self.previous = current;
        self.degree = k + 1.0;
        current
    }
}
