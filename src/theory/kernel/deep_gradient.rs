//! The gradient of a deep kernel with respect to a point: the recursion over layers, differentiated.

use super::deep::{DeepKernel, product, scaled};
use super::dual::{Covariance, DualSlopes};
use super::kernel::apart;
use super::separation::Separation;
use crate::numerics::Estimate;

/// What a quantity of some layer gains per step of x: ρ∇ρ¹ + q∇ln q₁₁¹ + y·x′, the gradients of the first layer's
/// correlation and variance and x′ itself.
#[derive(Clone, Copy, Debug, Default)]
struct Slope {
    rho: Estimate,
    q: Estimate,
    y: Estimate,
}

impl Slope {
    fn times(self, factor: Estimate) -> Self {
        self.map(|part| {
            // What does not move gains nothing, were the factor infinite.
            if part == Estimate::default() {
                part
            } else {
                part * factor
            }
        })
    }

    fn scaled(self, factor: f64) -> Self {
        self.map(|part| scaled(part, factor))
    }

    fn map(self, f: impl Fn(Estimate) -> Estimate) -> Self {
        Self {
            rho: f(self.rho),
            q: f(self.q),
            y: f(self.y),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            rho: self.rho + other.rho,
            q: self.q + other.q,
            y: self.y + other.y,
        }
    }

    fn along_q(q: Estimate) -> Self {
        Self {
            q,
            ..Self::default()
        }
    }
}

impl Separation {
    /// The gradient that a slope stands for.
    fn gradient(&self, slope: &Slope, y: &[f64]) -> Vec<Estimate> {
        let coordinates = self.of_rho.iter().zip(&self.of_q).zip(y);
        coordinates
            .map(|((&(r, error), &q), &y)| {
                let turning = if r == 0.0 {
                    // Where ρ does not move, nor what is infinitely steep in it: the mean of both sides.
                    Estimate::default()
                } else {
                    slope.rho * Estimate::new(r, error)
                };
                let sum = turning + slope.q * q + slope.y * y;
                let moduli =
                    turning.value.abs() + (slope.q * q).value.abs() + (slope.y * y).value.abs();
                sum + Estimate::new(0.0, 8.0 * f64::EPSILON * moduli)
            })
            .collect()
    }
}

impl DeepKernel {
    /// How far from x the gradient may jump: E[φφ] is as smooth in √(1−ρ²) as jumps of φ allow, which is a cusp where φ jumps, or where
    /// φ′ does and E[φ′φ′] counts. A step of x moves X = (√α x, √β) by √α of it, whose distance from the line of X′ is √(q₁₁(1−ρ²)).
    pub(super) fn cusp_beyond(&self, x: &[f64], y: &[f64]) -> f64 {
        let sharp = usize::from(self.readout.tangent != 0.0);
        let kinks = self.stages.iter().map(|s| s.dual.activation().kinks());
        if !{ kinks }.any(|kinks| kinks.iter().any(|kink| kink.order <= sharp)) {
            return f64::INFINITY;
        }
        let layer = self.first_layer(x.len());
        let Some((_, first)) = self.varying(x, y) else {
            return apart(x, y);
        };
        let Covariance {
            q11, correlation, ..
        } = Separation::new(layer, x, y, &first.covariance).covariance;
        q11.sqrt() * correlation.sine() / layer.weight_variance.sqrt()
    }

    /// ∇_x K(x, x′), `None` where a layer's dual activation has no derivatives but differences, or where a point
    /// has no variance.
    ///
    /// With T = E[uφ′(u)φ(v)], Ṫ = E[uφ″(u)φ′(v)] and C = √(q₁₁q₂₂)E[φ″(u)φ″(v)] of a layer,
    /// dΣ = √(q₁₁q₂₂)Σ̇ dρ + ½T d ln q₁₁ and dΣ̇ = C dρ + ½Ṫ d ln q₁₁; the next layer has, S = E[uφ′(u)φ(u)],
    /// d ln q₁₁′ = αS d ln q₁₁/q₁₁′ and dρ′ = α dΣ/√(q₁₁′q₂₂′) − ½ρ′ d ln q₁₁′.
    pub(super) fn slopes_at(&self, x: &[f64], y: &[f64]) -> Option<Vec<Estimate>> {
        let ([along_x, along_y], mut first) = self.varying(x, y)?;
        let separation = Separation::new(self.first_layer(x.len()), x, y, &first.covariance);
        first.covariance = separation.covariance;
        let (mut covariance, mut excess) = (separation.covariance, separation.excess);
        let is_at_end = |covariance: &Covariance| {
            let rho = covariance.correlation;
            rho.one_minus() == 0.0 || rho.one_plus() == 0.0
        };
        let starts_at_end = is_at_end(&covariance);
        let mut tangent = self.first_tangent(&first);
        let mut of_tangent = Slope {
            y: Estimate::new(self.first_rates(x.len()).0, 0.0),
            ..Slope::default()
        };
        let mut of_rho = Slope {
            rho: Estimate::new(1.0, 0.0),
            ..Slope::default()
        };
        let mut of_q = Estimate::new(1.0, 0.0);
        let mut error_of_q12 = separation.error_of_q12;
        let through = self.readout.tangent != 0.0;
        let points = along_x.iter().zip(&along_y);
        for (l, (stage, ((_, one), (_, two)))) in self.stages.iter().zip(points).enumerate() {
            if covariance.scale() == 0.0 {
                return None;
            }
            let route = stage.dual.slopes()?;
            let slopes = |covariance: &Covariance| {
                if through {
                    route.at(covariance, excess)
                } else {
                    let stretch = route.stretch(covariance)?;
                    Some(DualSlopes {
                        stretch,
                        ..DualSlopes::default()
                    })
                }
            };
            let dual = stage
                .dual
                .pair_within(&covariance, (one, two), error_of_q12);
            let mut slope = slopes(&covariance)?;
            if covariance.sees(error_of_q12) {
                slope = slope.widened(&slopes(&covariance.moved(error_of_q12))?);
            }
            if starts_at_end && is_at_end(&covariance) {
                // ρ is at its largest or smallest there: it does not move, or alike to both sides. (Beside an end it may be rounded to it.)
                of_rho = Slope::default();
            }
            let of_value = of_rho
                .times(dual.derivative * covariance.scale())
                .plus(Slope::along_q(of_q * slope.stretch * 0.5));
            let of_derivative = of_rho
                .times(slope.curvature)
                .plus(Slope::along_q(of_q * slope.slope_stretch * 0.5));
            let next = (
                along_x.get(l + 1),
                along_y.get(l + 1),
                self.stages.get(l + 1),
            );
            let (Some(after_x), Some(after_y), Some(next)) = next else {
                let of_product = if through && tangent != Estimate::default() {
                    of_tangent
                        .times(dual.derivative)
                        .plus(of_derivative.times(tangent))
                } else {
                    Slope::default()
                };
                let total = of_value
                    .scaled(self.readout.output)
                    .plus(of_product.scaled(self.readout.tangent));
                let gradient = separation.gradient(&total, y);
                let known = gradient.iter().all(|g| g.value.is_finite());
                return known.then_some(gradient);
            };
            let layer = next.layer;
            let alpha = layer.weight_variance;
            let variances = (after_x.0, after_y.0);
            let square = route.stretch(&Covariance::same(covariance.q11))? * alpha;
            let homogeneous = route.homogeneous();
            let excess_after = match &homogeneous {
                Some(of) => of.excess(variances.0 - layer.bias_variance, &covariance, excess),
                None => { route.excess(&covariance, excess) }
                    .map_or(variances.0 - variances.1, |apart| alpha * apart),
            };
            let (after, error) = stage.dual.propagate(
                &covariance,
                (one, two),
                dual.nngp,
                layer,
                variances,
                (excess, excess_after),
            );
            if after.scale() == 0.0 {
                return None;
            }
            let weight = alpha / after.scale();
            let shrink = square * (1.0 / after.q11);
            let along = match &homogeneous {
                Some(of) => of.along(&after, excess_after, layer.bias_variance),
                None => match route.stretch_beside(&covariance, excess) {
                    // With √(q₁₁′/q₂₂′) = 1 + longer, nothing of order 1 is left to cancel.
                    Some((beside, sign)) => {
                        let (s1, s2) = (after.q11.sqrt(), after.q22.sqrt());
                        let longer = excess_after / (s2 * (s1 + s2));
                        let rho = after.correlation;
                        let away = if sign > 0.0 {
                            rho.one_minus()
                        } else {
                            rho.one_plus()
                        };
                        (beside * weight + shrink * (sign * (longer + away))) * 0.5
                    }
                    None => (slope.stretch * weight + shrink * -after.correlation.rho()) * 0.5,
                },
            };
            let turned = of_rho.times(dual.derivative * (covariance.scale() * weight));
            of_rho = turned.plus(Slope::along_q(of_q * along));
            let own = of_value.scaled(next.weight);
            of_tangent = if tangent == Estimate::default() {
                own
            } else {
                let of_product = of_tangent
                    .times(dual.derivative)
                    .plus(of_derivative.times(tangent));
                own.plus(of_product.scaled(alpha))
            };
            of_q = of_q * shrink;
            tangent = scaled(dual.nngp, next.weight)
                + Estimate::new(next.bias, 0.0)
                + product(tangent, dual.derivative, alpha);
            (covariance, excess, error_of_q12) = (after, excess_after, error);
        }
        None
    }
}
