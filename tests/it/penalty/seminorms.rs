//! Seminorms of functions by every route.

use super::{FIXED, close, penalty};
use spectral_bias::data::{FunctionTarget, Points, Sine, Sines, parse_target};
use spectral_bias::model::ensemble::ScaleLaw;
use spectral_bias::numerics::Estimate;
use spectral_bias::numerics::fourier::Grid;
use spectral_bias::numerics::special::{gamma, sphere_surface};
use spectral_bias::theory::kernel::Kernel;
use spectral_bias::theory::penalty::{Penalty, Seminorm, seminorm_of_expansion};
use std::f64::consts::PI;

/// ln|f̂| of e^{−‖x‖²/(2w²)}.
fn gaussian(d: usize, w: f64) -> impl Fn(f64) -> f64 {
    move |r| d as f64 * (w * (2.0 * PI).sqrt()).ln() - 0.5 * w * w * r * r
}

fn check(p: &Penalty, d: usize, w: f64, expected: f64) {
    let got = p.seminorm_of_radial(gaussian(d, w), &[]).unwrap();
    let got = got.finite().unwrap_or_else(|| panic!("{got:?}"));
    assert!(
        (got.value - expected).abs() <= got.error,
        "{got:?}, expected {expected}"
    );
    assert!(got.relative_error() < 1e-10, "{got:?}");
}

/// ReLU: (2π)^{−d}|S|∫ r^{d−1} (2πw²)^d e^{−w²r²} c r^{d+3} dr with c = π|S|/(2π)^d.
#[test]
fn gaussians_under_relu() {
    for d in [1, 2, 3, 8] {
        for w in [1e-3, 0.7, 1.0, 300.0_f64] {
            let n = d as f64;
            let surface = sphere_surface(d);
            let expected = PI
                * surface
                * surface
                * (2.0 * PI).powf(-n)
                * w.powf(2.0 * n)
                * 0.5
                * gamma(n + 1.5)
                * w.powf(-(2.0 * n + 3.0));
            check(&penalty("relu", d, FIXED, "output"), d, w, expected);
        }
    }
    // d = 1: ∫f″² = 3√π/(4w³).
    check(
        &penalty("relu", 1, FIXED, "output"),
        1,
        2.0,
        0.75 * PI.sqrt() / 8.0,
    );
}

/// e^{−z²/2} under e^{−z²/2} of scale s < w: ‖f‖² = (1/2π)∫ 2πw² e^{−w²r²} s²e^{r²/s²}/(2π) dr; scale of φ(sz) is 1/s.
#[test]
fn gaussians_under_gaussians() {
    for (s, w) in [(1.0, 1.5), (2.0, 0.6), (1.0, 1.001)] {
        let a: f64 = w * w - 1.0 / (s * s);
        let expected = w * w * s * s / (2.0 * PI) * (PI / a).sqrt();
        check(
            &penalty("gaussian", 1, ScaleLaw::Fixed(s), "output"),
            1,
            w,
            expected,
        );
    }
}

fn infinite(p: &Penalty, d: usize, w: f64, why: &str) {
    let got = p.seminorm_of_radial(gaussian(d, w), &[]).unwrap();
    assert!(
        matches!(&got, Seminorm::Infinite { reason } if reason.contains(why)),
        "{got:?}"
    );
}

#[test]
fn infinite_seminorms_have_reasons() {
    for d in [1, 2, 3] {
        for w in [0.5, 0.99, 1.0] {
            for name in ["gelu", "gaussian"] {
                infinite(&penalty(name, d, FIXED, "output"), d, w, "r → ∞");
            }
        }
        infinite(
            &penalty("erf", d, FIXED, "output"),
            d,
            0.5f64.sqrt(),
            "r → ∞",
        );
        assert!(
            penalty("erf", d, FIXED, "output")
                .seminorm_of_radial(gaussian(d, 0.71), &[])
                .unwrap()
                .finite()
                .is_some()
        );
        infinite(&penalty("hat", d, FIXED, "output"), d, 1.0, "vanishes");
        infinite(
            &penalty("identity", d, FIXED, "output"),
            d,
            1.0,
            "no regular spectrum",
        );
    }
    // A kink e^{−|x|} (transform 2/(1+r²)) is no function of the ReLU space, but of that of ReLU with trained offsets
    // neither: both weights grow at least like r².  It is one of the step's: weight r².
    let kink = |r: f64| (2.0 / (1.0 + r * r)).ln();
    let got = penalty("relu", 1, FIXED, "output")
        .seminorm_of_radial(kink, &[])
        .unwrap();
    assert!(got.finite().is_none(), "{got:?}");
    // (1/2π)·2∫ 4r²/(1+r²)² dr = 1 = ∫f′².
    let got = penalty("heaviside", 1, FIXED, "output")
        .seminorm_of_radial(kink, &[])
        .unwrap();
    let got = got.finite().unwrap();
    assert!(
        (got.value - 1.0).abs() <= got.error && got.error < 1e-9,
        "{got:?}"
    );
}

#[test]
fn a_transform_that_is_not_radial() {
    // The shifted and stretched Gaussian e^{−x²/2 − y²/(2q²)}: the power is (2πq)² e^{−k₁² − q²k₂²}.
    let q = 1.7;
    let p = penalty("relu", 2, FIXED, "output");
    let got = p
        .seminorm_of_transform(
            |k| (2.0 * PI * q).powi(2) * (-k[0] * k[0] - q * q * k[1] * k[1]).exp(),
            &[],
        )
        .unwrap()
        .finite()
        .unwrap();
    // ∫ r^6 e^{−r²a} dr = 15√π/(16 a^{7/2}), averaged over the angle by brute force.
    let n = 4000;
    let mean: f64 = (0..n)
        .map(|i| {
            let (s, c) = (2.0 * PI * f64::from(i) / f64::from(n)).sin_cos();
            15.0 * PI.sqrt() / 16.0 * (c * c + q * q * s * s).powf(-3.5)
        })
        .sum::<f64>()
        / f64::from(n);
    let expected = (2.0 * PI).powi(-2)
        * 2.0
        * PI
        * (2.0 * PI * q).powi(2)
        * (PI * 2.0 * PI / (2.0 * PI).powi(2))
        * mean;
    close(got.value, expected, 1e-10);
    // In d = 3 the rule must agree with the radial form.
    let p = penalty("relu", 3, FIXED, "output");
    let radial = p
        .seminorm_of_radial(gaussian(3, 1.0), &[])
        .unwrap()
        .finite()
        .unwrap();
    let full = p
        .seminorm_of_transform(
            |k| (2.0 * gaussian(3, 1.0)(k[0].hypot(k[1]).hypot(k[2]))).exp(),
            &[],
        )
        .unwrap()
        .finite()
        .unwrap();
    close(full.value, radial.value, 1e-11);
    assert!(
        penalty("relu", 4, FIXED, "output")
            .seminorm_of_transform(|_| 1.0, &[])
            .is_err()
    );
}

/// |x−y|³/12, the kernel of ReLU in one dimension.
#[derive(Debug)]
struct Cubic;

impl Kernel for Cubic {
    fn dim(&self) -> Option<usize> {
        Some(1)
    }
    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        Estimate::closed_form((x[0] - y[0]).abs().powi(3) / 12.0)
    }
    fn order(&self) -> usize {
        2
    }
}

/// Σ a_i|x − x_i|³/12 with Σa = Σax = 0 is a natural cubic spline, f″ = Σ a_i|x − x_i|/2; aᵀKa = ∫f″².
#[test]
fn an_expansion_is_its_bending() {
    let points = Points::on_line(&[0.0, 1.0, 2.0]).unwrap();
    let got = seminorm_of_expansion(&Cubic, &points, &[1.0, -2.0, 1.0])
        .unwrap()
        .finite()
        .unwrap();
    // f″ is the hat of height 1 around 1: ∫ = 2/3.
    close(got.value, 2.0 / 3.0, 1e-14);
    let message = seminorm_of_expansion(&Cubic, &points, &[1.0, -1.0, 1.0])
        .unwrap_err()
        .to_string();
    assert!(message.contains("orthogonal"), "{message}");
    let message = seminorm_of_expansion(&Cubic, &points, &[1.0, 0.0, -1.0])
        .unwrap_err()
        .to_string();
    assert!(message.contains("degree 1"), "{message}");
    assert!(seminorm_of_expansion(&Cubic, &points, &[1.0]).is_err());
    assert!(seminorm_of_expansion(&Cubic, &points, &[f64::NAN, 0.0, 0.0]).is_err());
}

#[test]
fn grids_agree_with_transforms() {
    let relu = penalty("relu", 1, FIXED, "output");
    for (n, h, w) in [(256, 0.1, 1.0), (301, 0.05, 0.7), (1024, 0.125, 3.0)] {
        let grid = Grid::new(&[n], &[h]).unwrap();
        let samples = grid.sample(|x| (-0.5 * (x[0] / w).powi(2)).exp());
        let got = relu.seminorm_of_grid(&grid, &samples).unwrap();
        let estimate = got.seminorm.finite().unwrap();
        let expected = 0.75 * PI.sqrt() / f64::powi(w, 3);
        assert!(
            (estimate.value - expected).abs() <= estimate.error,
            "{got:?} {expected}"
        );
        assert!(estimate.relative_error() < 1e-8, "{got:?}");
    }
    for (name, d) in [
        ("relu", 2),
        ("tanh", 2),
        ("gelu", 1),
        ("softplus", 1),
        ("relu", 3),
    ] {
        let p = penalty(name, d, FIXED, "output");
        let w = 2.5;
        let (n, h) = if d == 3 { (40, 1.0) } else { (96, 0.5) };
        let grid = Grid::cubic(d, n, h).unwrap();
        let samples =
            grid.sample(|x| (-0.5 * x.iter().map(|c| (c / w).powi(2)).sum::<f64>()).exp());
        let exact = p
            .seminorm_of_radial(gaussian(d, w), &[])
            .unwrap()
            .finite()
            .unwrap();
        let got = p.seminorm_of_grid(&grid, &samples).unwrap();
        let estimate = got.seminorm.finite().unwrap();
        assert!(
            (estimate.value - exact.value).abs() <= estimate.error + exact.error,
            "{name}: {got:?} {exact:?}"
        );
        assert!(
            estimate.relative_error() < 1e-3,
            "{name}: {got:?} {exact:?}"
        );
    }
}

#[test]
fn grids_state_what_they_cannot_tell() {
    let relu = penalty("relu", 1, FIXED, "output");
    let grid = Grid::new(&[64], &[0.1]).unwrap();
    // A constant jumps at the boundary.
    let got = relu.seminorm_of_grid(&grid, &[1.0; 64]).unwrap();
    assert!(
        matches!(&got.seminorm, Seminorm::Infinite { reason } if reason.contains("jumps")),
        "{got:?}"
    );
    assert_eq!(got.aliasing.boundary_leak, 1.0);
    // A kink inside does not converge: no digit is claimed.
    let kink = grid.sample(|x| (1.0 - x[0].abs()).max(0.0));
    let got = relu.seminorm_of_grid(&grid, &kink).unwrap().seminorm;
    assert!(got.finite().unwrap().error.is_infinite(), "{got:?}");
    // The zeros of the hat.
    let gaussian = grid.sample(|x| (-50.0 * x[0] * x[0]).exp());
    let got = penalty("hat", 1, FIXED, "output")
        .seminorm_of_grid(&grid, &gaussian)
        .unwrap()
        .seminorm;
    assert!(
        matches!(&got, Seminorm::Infinite { reason } if reason.contains("vanishes")),
        "{got:?}"
    );
    // Nothing costs nothing.
    let got = relu.seminorm_of_grid(&grid, &[0.0; 64]).unwrap().seminorm;
    assert_eq!(got.finite().unwrap().value, 0.0);
    assert!(relu.seminorm_of_grid(&grid, &[0.0; 63]).is_err());
    assert!(relu.seminorm_of_grid(&grid, &[f64::NAN; 64]).is_err());
    let square = Grid::cubic(2, 8, 1.0).unwrap();
    assert!(relu.seminorm_of_grid(&square, &[0.0; 64]).is_err());
}

#[test]
fn targets_of_the_library() {
    let seminorm = |name: &str, d, target: &str| {
        let target = parse_target(target, d).unwrap();
        penalty(name, d, FIXED, "output")
            .seminorm_of_target(target.as_ref())
            .unwrap()
    };
    let reason = |seminorm: Seminorm| match seminorm {
        Seminorm::Infinite { reason } => reason,
        Seminorm::Finite(estimate) => panic!("{estimate:?}"),
    };
    let got = seminorm("relu", 1, "gaussian:width=2").finite().unwrap();
    assert!(
        (got.value - 0.75 * PI.sqrt() / 8.0).abs() <= got.error && got.relative_error() < 1e-10,
        "{got:?}"
    );
    // Far in the tails only logarithms are left: width 1.001 under GELU needs r ≈ 150.
    let exact = penalty("gelu", 2, FIXED, "output")
        .seminorm_of_radial(gaussian(2, 1.001), &[])
        .unwrap();
    let got = seminorm("gelu", 2, "gaussian:width=1.001")
        .finite()
        .unwrap();
    close(got.value, exact.finite().unwrap().value, 1e-10);
    assert!(reason(seminorm("gelu", 2, "gaussian:width=1")).contains("r → ∞"));
    for name in ["heaviside", "relu", "tanh"] {
        assert!(
            reason(seminorm(name, 2, "step:radius=0.75")).contains("r → ∞"),
            "{name}"
        );
    }
    // e^{−z²/2} frees no constants, and the step tends to 1.
    assert!(reason(seminorm("gaussian", 2, "step:radius=0.75")).contains("constant"));
    assert!(reason(seminorm("relu", 2, "j0")).contains("‖k‖ = 6.28"));
    assert!(reason(seminorm("relu", 2, "doppler")).contains("r → ∞"));
    let p = penalty("relu", 1, FIXED, "output");
    assert!(
        p.seminorm_of_target(parse_target("gaussian:width=1", 2).unwrap().as_ref())
            .is_err()
    );
    let unknown = FunctionTarget::new("mine", 1, |x| x[0]).unwrap();
    let message = p.seminorm_of_target(&unknown).unwrap_err().to_string();
    assert!(message.contains("grid"), "{message}");
    let waves = Sines::new(vec![Sine {
        frequency: vec![3.0],
        amplitude: 1.0,
        phase: 0.0,
    }])
    .unwrap();
    assert!(reason(p.seminorm_of_target(&waves).unwrap()).contains("line"));
}
