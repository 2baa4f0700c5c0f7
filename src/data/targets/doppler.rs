//! A radial chirp.

use super::{RadialProfile, Target, TargetRadon, TargetSpectrum};
use crate::numerics::Estimate;
use crate::numerics::quadrature::{Tolerance, integrate};
use std::f64::consts::{PI, TAU};

/// √(t(1−t)) sin(2π(1+ε)/(t+ε)) with t = ‖x‖ ≤ 1 and ε = 1/20, 0 beyond, on R²: the test
/// function of Donoho and Johnstone (*Ideal spatial adaptation by wavelet shrinkage*, Biometrika 81,
/// 1994) along every ray. Its frequency falls from 840π at the centre to 2π/1.05 at the edge.
///
/// f̂(r) = 2π ∫₀¹ f(t) J₀(rt) t dt has no closed form. It is integrated numerically up to r = 3·10⁴
/// and given by the leading terms of its asymptotic expansion from there on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Doppler;

const EPSILON: f64 = 0.05;
/// From this frequency on the asymptotic expansion: quadrature would need more than its 200 000
/// evaluations soon after.
const FAR: f64 = 3e4;
/// The highest frequency of the chirp, at the centre: 2π(1+ε)/ε².
const HIGHEST: f64 = 840.0 * PI;

impl Target for Doppler {
    fn name(&self) -> String {
        "doppler".into()
    }

    fn dim(&self) -> usize {
        2
    }

    fn value(&self, x: &[f64]) -> f64 {
        along_ray(super::norm(x, 2))
    }

    fn spectrum(&self) -> TargetSpectrum<'_> {
        TargetSpectrum::Radial {
            centre: &[0.0, 0.0],
            profile: &Doppler,
            constant: 0.0,
        }
    }

    fn radon(&self) -> TargetRadon<'_> {
        TargetRadon::Radial {
            centre: &[0.0, 0.0],
            splits: vec![0.25 * EPSILON, EPSILON, 4.0 * EPSILON],
            reach: 1.0,
        }
    }
}

fn along_ray(t: f64) -> f64 {
    if t > 1.0 {
        return 0.0;
    }
    (t * (1.0 - t)).sqrt() * (TAU * (1.0 + EPSILON) / (t + EPSILON)).sin()
}

impl RadialProfile for Doppler {
    fn at(&self, r: f64) -> Estimate {
        if r > FAR {
            return far(r);
        }
        let tolerance = Tolerance {
            absolute: 1e-14,
            relative: 1e-12,
            ..Tolerance::default()
        };
        let integrand = |t: f64| TAU * t * along_ray(t) * libm::j0(r * t);
        // The chirp has half its oscillations within ‖x‖ < ε.
        integrate(integrand, 0.0, 1.0, &[EPSILON], &tolerance).estimate()
    }
}

/// The contributions of the two singularities, f ≈ −840π t^{3/2} at the centre and
/// f ≈ (2π/1.05)(1−t)^{3/2} at the edge.
fn far(r: f64) -> Estimate {
    // ∫₀^∞ t^{5/2} J₀(rt) dt = 2^{5/2} Γ(7/4)/Γ(−3/4) r^{−7/2} (DLMF 10.22.43, continued).
    let centre =
        -TAU * HIGHEST * 2f64.powf(2.5) * libm::tgamma(1.75) / libm::tgamma(-0.75) * r.powf(-3.5);
    // J₀(rt) ≈ √(2/(πrt)) cos(rt − π/4), and ∫ s^{3/2} e^{−irs} ds = Γ(5/2)(ir)^{−5/2}.
    let amplitude = TAU * (2.0 / PI).sqrt() * libm::tgamma(2.5) * (TAU / (1.0 + EPSILON));
    let amplitude = amplitude / (r * r * r);
    // The next term at the centre is that of −(840π)³t^{7/2}/6 in f, the next at the edge
    // smaller than the first by a number near 3 over r.
    let ratio = HIGHEST / r;
    let error = 6.0 * ratio * ratio * centre.abs() + 20.0 / r * amplitude;
    Estimate::new(centre - amplitude * r.sin(), error)
}
