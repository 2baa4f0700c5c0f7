//! Kernels of Radon-spline ensembles with wide and narrow laws, against quadrature of another kind (generate_radon_smooth.py).

use spectral_bias::Error;
use spectral_bias::data::{Dataset, Points};
use spectral_bias::model::ensemble::{OffsetLaw, ScaleLaw};
use spectral_bias::model::{Activation, Ensemble, LearningRates, Shallow};
use spectral_bias::theory::interpolant::Interpolant;
use spectral_bias::theory::kernel::{Kernel, gram, tangent_kernel};
use std::sync::Arc;

fn rows(file: &str) -> Vec<Vec<String>> {
    let path = format!("{}/tests/reference/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let fields = |line: &str| line.split(',').map(str::to_owned).collect();
    text.lines().skip(2).map(fields).collect()
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

fn offsets(law: &str, width: f64) -> OffsetLaw {
    match law {
        "uniform" => OffsetLaw::Uniform { radius: width },
        "gaussian" => OffsetLaw::Gaussian { std: width },
        _ => OffsetLaw::Cauchy { scale: width },
    }
}

fn try_kernel(
    activation: &Activation,
    dim: usize,
    offset: OffsetLaw,
    scale: ScaleLaw,
    group: &str,
) -> spectral_bias::Result<Arc<dyn Kernel>> {
    let rates: LearningRates = group.parse().unwrap();
    let ensemble = Ensemble::RadonSpline { offset, scale };
    tangent_kernel(&Shallow::new(activation.clone(), dim, ensemble, rates).unwrap())
}

fn kernel(
    name: &str,
    dim: usize,
    offset: OffsetLaw,
    scale: ScaleLaw,
    group: &str,
) -> Arc<dyn Kernel> {
    try_kernel(&Activation::parse(name).unwrap(), dim, offset, scale, group).unwrap()
}

#[test]
fn smooth_activations_agree_with_the_table() {
    let table = rows("radon_smooth.csv");
    assert_eq!(table.len(), 183);
    let (mut worst, mut widest) = (0.0_f64, 0.0_f64);
    let mut failures = Vec::new();
    for row in &table {
        let [
            name,
            dim,
            law,
            width,
            scales,
            scale,
            group,
            x,
            y,
            value,
            size,
        ] = row.as_slice()
        else {
            panic!("{row:?}");
        };
        let dim: usize = dim.parse().unwrap();
        let point = |text: &str| {
            let mut p: Vec<f64> = text.split(' ').map(number).collect();
            p.resize(dim, 0.0);
            p
        };
        let scale = match scales.as_str() {
            "fixed" => ScaleLaw::Fixed(number(scale)),
            _ => ScaleLaw::HalfNormal { std: number(scale) },
        };
        let kernel = kernel(name, dim, offsets(law, number(width)), scale, group);
        let got = kernel.evaluate(&point(x), &point(y));
        let (value, size) = (number(value), number(size));
        let off = (got.value - value).abs();
        worst = worst.max(off / size);
        widest = widest.max(got.error / size);
        // The table has 16 digits at least.
        if !(off <= got.error + 4e-16 * size && got.error <= 1e-11 * size) {
            failures.push(format!("{row:?}: {got:?}, off {:.1e} of {size}", off));
        }
    }
    println!("worst {worst:.1e}, widest bound {widest:.1e}");
    assert!(
        failures.is_empty(),
        "{} of them:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn drawn_and_large_scales_agree_with_the_table() {
    let table = rows("radon_steep.csv");
    assert_eq!(table.len(), 17);
    let (mut worst, mut widest) = (0.0_f64, 0.0_f64);
    for row in &table {
        let [name, law, width, scales, scale, group, x, y, value, size] = row.as_slice() else {
            panic!("{row:?}");
        };
        let parameters: Vec<f64> = scale.split(' ').map(number).collect();
        let scale = match (scales.as_str(), parameters.as_slice()) {
            ("fixed", &[s]) => ScaleLaw::Fixed(s),
            ("half-normal", &[std]) => ScaleLaw::HalfNormal { std },
            (_, &[low, high]) => ScaleLaw::Uniform { low, high },
            _ => panic!("{row:?}"),
        };
        let kernel = kernel(name, 1, offsets(law, number(width)), scale, group);
        let got = kernel.evaluate(&[number(x)], &[number(y)]);
        let (value, size) = (number(value), number(size));
        let off = (got.value - value).abs();
        worst = worst.max(off / size);
        widest = widest.max(got.error / size);
        assert!(
            off <= got.error && got.error <= 1e-12 * size,
            "{row:?}: {got:?}, off {off:.1e}"
        );
    }
    println!("worst {worst:.1e}, widest bound {widest:.1e}");
}

#[test]
fn drawn_scales_in_the_plane_agree_with_the_table() {
    let table = rows("radon_plane.csv");
    assert_eq!(table.len(), 4);
    for row in &table {
        let [name, radius, std, x, y, value, size] = row.as_slice() else {
            panic!("{row:?}");
        };
        let point = |text: &str| text.split(' ').map(number).collect::<Vec<f64>>();
        let radius = number(radius);
        let scale = ScaleLaw::HalfNormal { std: number(std) };
        let kernel = kernel(name, 2, OffsetLaw::Uniform { radius }, scale, "output");
        let got = kernel.evaluate(&point(x), &point(y));
        let (value, size) = (number(value), number(size));
        let off = (got.value - value).abs();
        println!("{row:?}: off {:.1e}, {:.1e}", off / size, got.error / size);
        assert!(
            off <= got.error + 1e-14 * size && got.error <= 1e-11 * size,
            "{row:?}: {got:?}, off {off:.1e}"
        );
    }
}

#[test]
fn offsets_that_end_before_a_kink_leave_a_square() {
    // The hat's zφ′ is −|z| for |z| < 1, so that K(x, x) = E[(⟨ξ,x⟩ − γ)²] = ‖x‖²/d + R²/3.
    let (radius, norm) = (0.05, 0.04);
    for dim in [2, 10] {
        let uniform = OffsetLaw::Uniform { radius };
        let kernel = kernel("hat", dim, uniform, ScaleLaw::Fixed(1.0), "scale");
        let mut x = vec![0.0; dim];
        x[0] = norm;
        let got = kernel.evaluate(&x, &x);
        let want = norm * norm / dim as f64 + radius * radius / 3.0;
        let off = (got.value - want).abs();
        assert!(
            off <= got.error && got.error <= 1e-10 * want,
            "{dim}: {got:?} {want}"
        );
    }
}

#[test]
fn steep_sines_in_many_dimensions_agree_with_the_bessel_series() {
    // E[e^{2isγ}] = e^{−2s} is nothing: K = ½ E[cos(s⟨ξ,δ⟩)] = ½ Σ_k (−z²/4)^k Γ(d/2)/(k! Γ(k+d/2)), z = s‖δ‖.
    let (dim, s) = (784, 615.0);
    let offset = OffsetLaw::Cauchy { scale: 1.0 };
    let kernel = kernel("sin", dim, offset, ScaleLaw::Fixed(s), "output");
    let mut points = vec![vec![0.0; dim]; 2];
    points[0][0] = 1.0;
    points[1][0] = 1.0;
    points[1][1] = 0.05;
    let (mut term, mut want) = (0.5, 0.0);
    for k in 0..200 {
        want += term;
        let k = f64::from(k);
        term *= -(s * 0.025).powi(2) / ((k + 1.0) * (k + 0.5 * dim as f64));
    }
    let gram = gram(&*kernel, &Points::from_rows(&points).unwrap()).unwrap();
    let off = (gram.matrix[(0, 1)] - want)
        .abs()
        .max((gram.matrix[(0, 0)] - 0.5).abs());
    assert!(
        off <= gram.error && gram.error <= 1e-11,
        "off {off}, error {}",
        gram.error
    );
}

#[test]
fn steep_features_in_the_plane_are_what_they_are_on_a_line() {
    // Offsets far wider than 1/s: K = 1 − E[t coth(st)]/R, t = δ|cos θ| with density 2/(π√(δ²−t²)), δ = ‖x−x′‖, and for t(coth(st)−1)
    // the first two terms of the density at t = 0; what is left out is 1e−13.
    let (radius, s) = (2.0, 100.0);
    let kernel = kernel(
        "tanh",
        2,
        OffsetLaw::Uniform { radius },
        ScaleLaw::Fixed(s),
        "output",
    );
    let (x, y) = ([1.0, 0.0], [-0.3, 0.2]);
    let apart = f64::hypot(1.3, 0.2);
    let pi = std::f64::consts::PI;
    let near = pi.powi(2) / (12.0 * s * s) + pi.powi(4) / (240.0 * s.powi(4) * apart * apart);
    let want = 1.0 - 2.0 / pi * (apart + near / apart) / radius;
    let got = kernel.evaluate(&x, &y);
    assert!(
        (got.value - want).abs() <= got.error + 1e-12 && got.error <= 1e-10,
        "{got:?} {want}"
    );
}

#[test]
fn interpolants_at_wide_offsets_agree_with_many_digits() {
    let points = Points::on_line(&[-0.9, -0.4, 0.1, 0.5, 0.8]).unwrap();
    let data = Dataset::new(points, vec![0.1, -0.5, 0.3, 0.7, -0.2].into()).unwrap();
    let at = Points::on_line(&[-0.6, 0.3]).unwrap();
    let table = rows("radon_smooth_interpolant.csv");
    assert_eq!(table.len(), 12);
    for row in &table {
        let [name, law, width, ridge, first, second] = row.as_slice() else {
            panic!("{row:?}");
        };
        let kernel = kernel(
            name,
            1,
            offsets(law, number(width)),
            ScaleLaw::Fixed(1.0),
            "output",
        );
        let fit = Interpolant::fit(kernel, &data, number(ridge)).unwrap();
        let got = fit.predict_with_error(&at).unwrap();
        // Without a ridge softplus tells five points apart by its last digits.
        let allowed = if name == "softplus" && number(ridge) == 0.0 {
            1e-3
        } else {
            1e-7
        };
        for (got, want) in got.iter().zip([number(first), number(second)]) {
            let off = (got.value - want).abs();
            println!("{row:?}: off {off:.1e}, {got:?}");
            assert!(
                off <= got.error + 1e-16 && got.error <= allowed,
                "{row:?}: {got:?}"
            );
        }
    }
}

#[test]
fn splits_of_smooth_kernels_add_up() {
    let fixed = ScaleLaw::Fixed(1.3);
    let rows: Vec<Vec<f64>> = (0..7)
        .map(|i| vec![(1.7 * f64::from(i)).sin(), (2.9 * f64::from(i)).cos()])
        .collect();
    let points = Points::from_rows(&rows).unwrap();
    for (name, group, order) in [
        ("tanh", "output", 1),
        ("softplus", "output", 2),
        ("softplus", "output,offset,scale", 2),
        ("gelu", "offset", 1),
    ] {
        for offset in [
            OffsetLaw::Uniform { radius: 40.0 },
            OffsetLaw::Gaussian { std: 40.0 },
        ] {
            let kernel = kernel(name, 2, offset, fixed, group);
            let split = kernel.split().unwrap();
            assert_eq!(
                (split.order, split.remainder.order()),
                (order, order),
                "{name} {group}"
            );
            let whole = gram(&*kernel, &points).unwrap();
            let rest = gram(&*split.remainder, &points).unwrap();
            for (i, x) in points.iter().enumerate() {
                for (j, y) in points.iter().enumerate() {
                    let inner = x[0] * y[0] + x[1] * y[1];
                    let linear = if order > 1 {
                        split.polynomial[(1, 1)]
                    } else {
                        0.0
                    };
                    let sum = split.polynomial[(0, 0)] + linear * inner + rest.matrix[(i, j)];
                    let off = (sum - whole.matrix[(i, j)]).abs();
                    assert!(off <= whole.error + rest.error, "{name} {group}: {off}");
                }
            }
        }
    }
    // Nothing to split where the offsets end before the feature settles, or where it vanishes far out.
    for (name, radius) in [("tanh", 1.5), ("gaussian", 1e4), ("sin", 1e4)] {
        let kernel = kernel(name, 2, OffsetLaw::Uniform { radius }, fixed, "output");
        assert!(kernel.split().is_none(), "{name}");
    }
}

#[test]
fn closures_are_seen_wherever_they_vary() {
    use spectral_bias::model::activation::{Remainder, Tails};
    let steep = Remainder::Exponential {
        rate: 2.0,
        exponent: 1.0,
    };
    // A step far from 0: with z − 100 for z it is tanh, and offsets moved by 100 see the same.
    let moved = |z: f64| (z - 100.0).tanh();
    let slope = |z: f64| (z - 100.0).cosh().powi(-2);
    let tails = Tails {
        left: vec![-1.0],
        right: vec![1.0],
        remainder: steep,
    };
    let builder = Activation::from_fn("moved tanh", moved)
        .derivative(slope)
        .tails(tails);
    let moved = builder.build().unwrap();
    let (x, y, one) = ([0.5], [-0.3], ScaleLaw::Fixed(1.0));
    let radius = 1e4;
    let got = try_kernel(&moved, 1, OffsetLaw::Uniform { radius }, one, "output")
        .unwrap()
        .evaluate(&x, &y);
    // ∫ tanh(u) tanh(u+t) − 1 = −2t coth t over all offsets, as for tanh itself.
    let want = 1.0 - 2.0 * 0.8 / 0.8_f64.tanh() / (2.0 * radius);
    assert!(
        (got.value - want).abs() <= got.error && got.error < 1e-12,
        "{got:?} {want}"
    );
}

#[test]
fn derivatives_by_differences_are_right_or_asked_for() {
    use spectral_bias::model::activation::{Remainder, Tails};
    let tails = Tails {
        left: vec![-1.0],
        right: vec![1.0],
        remainder: Remainder::Exponential {
            rate: 2.0,
            exponent: 1.0,
        },
    };
    let blind = Activation::from_fn("blind", f64::tanh).tails(tails);
    let (blind, tanh) = (blind.build().unwrap(), Activation::parse("tanh").unwrap());
    let points = Points::on_line(&[0.1, 0.7]).unwrap();
    for radius in [3.0, 1e3] {
        for group in ["output", "offset", "scale"] {
            let uniform = OffsetLaw::Uniform { radius };
            let of = |activation: &Activation| {
                let kernel = try_kernel(activation, 1, uniform, ScaleLaw::Fixed(1.0), group);
                gram(&*kernel.unwrap(), &points)
            };
            let want = of(&tanh).unwrap();
            match of(&blind) {
                Ok(got) => {
                    let off = (got.matrix - want.matrix).amax();
                    println!("{radius} {group}: {off:.1e} of {:.1e}", got.error);
                    assert!(off <= got.error + want.error, "{radius} {group}: {off}");
                }
                Err(refused) => {
                    println!("{radius} {group}: {refused}");
                    assert!(group != "output" && refused.to_string().contains(".derivative("));
                }
            }
        }
    }
}

#[test]
fn closures_without_a_derivative_have_the_kernels_of_those_with_one() {
    use spectral_bias::model::activation::{Remainder, Tails};
    let tails = Tails {
        left: vec![-1.0],
        right: vec![1.0],
        remainder: Remainder::Exponential {
            rate: 2.0,
            exponent: 1.0,
        },
    };
    let blind = Activation::from_fn("blind", f64::tanh).tails(tails);
    let blind = blind.build().unwrap();
    let kinked = Activation::from_fn("kinked", |z: f64| (z - 0.5).abs() + z.tanh());
    let kinked = kinked.build().unwrap();
    let (one, drawn) = (ScaleLaw::Fixed(1.0), ScaleLaw::HalfNormal { std: 1.0 });
    let uniform = OffsetLaw::Uniform { radius: 3.0 };
    let gaussian = OffsetLaw::Gaussian { std: 1.0 };
    let cauchy = OffsetLaw::Cauchy { scale: 0.7 };
    for (closure, name, dim, offset, scale, group) in [
        (&blind, "tanh", 2, uniform, drawn, "scale"),
        (&blind, "tanh", 2, gaussian, one, "direction"),
        (&blind, "tanh", 1, cauchy, drawn, "offset"),
        (&kinked, "abs(z-0.5) + tanh(z)", 2, uniform, one, "offset"),
        (&kinked, "abs(z-0.5) + tanh(z)", 1, uniform, drawn, "scale"),
    ] {
        let (x, y) = ([0.7, -0.4], [-0.2, 0.9]);
        let of = |activation: &Activation| {
            let kernel = try_kernel(activation, dim, offset, scale, group).unwrap();
            [(&x, &x), (&x, &y)].map(|(x, y)| kernel.evaluate(&x[..dim], &y[..dim]))
        };
        let want = of(&Activation::parse(name).unwrap());
        let size = want[0].value;
        for (got, want) in of(closure).iter().zip(want) {
            let off = (got.value - want.value).abs();
            println!(
                "{name} {group}: {:.1e}, {:.1e}",
                off / size,
                got.error / size
            );
            assert!(
                off <= got.error + want.error && got.error <= 1e-9 * size,
                "{name} {offset:?} {group}: {got:?} {want:?}"
            );
        }
    }
}

#[test]
fn what_no_rule_resolves_is_refused() {
    let cauchy = OffsetLaw::Cauchy { scale: 1.0 };
    let (sine, one) = (Activation::parse("sin").unwrap(), ScaleLaw::Fixed(1.0));
    let infinite = try_kernel(&sine, 1, cauchy, one, "scale");
    assert!(
        matches!(infinite, Err(Error::Undefined { .. })),
        "{infinite:?}"
    );
    // zφ′ of a sine has a wave for every 2π of offsets.
    let many = try_kernel(&sine, 1, OffsetLaw::Uniform { radius: 1e9 }, one, "scale").unwrap();
    let refused = gram(&*many, &Points::on_line(&[0.1, 0.7]).unwrap());
    assert!(
        matches!(refused, Err(Error::Accuracy { .. })),
        "{refused:?}"
    );
    let message = refused.err().map(|e| e.to_string()).unwrap_or_default();
    assert!(
        message.contains("a smaller radius") && !message.contains("inf"),
        "{message}"
    );
}

#[test]
fn relu_at_radii_whose_cubes_leave_the_doubles() {
    let one = ScaleLaw::Fixed(1.0);
    // K = R²/6 + ⟨x,x′⟩/(2d) + c‖x−x′‖³/(24R), c = 1 in one dimension; x = R/2, x′ = −R/4: R²·(1/6 − 1/16 + 27/1536).
    let share = 1.0 / 6.0 - 1.0 / 16.0 + 27.0 / 1536.0;
    for radius in [1e-150, 1e-120, 1e-100, 1.0, 1e100, 1e150, 1e-153, 1e153] {
        let kernel = kernel("relu", 1, OffsetLaw::Uniform { radius }, one, "output");
        let got = kernel.evaluate(&[0.5 * radius], &[-0.25 * radius]);
        let want = share * radius * radius;
        let bound = 1e-13 * radius * radius + 1e-320;
        assert!(
            (got.value - want).abs() <= got.error && got.error <= bound,
            "{radius}: {got:?} {want}"
        );
    }
    // With the points near 0 beside R.
    let wide = kernel(
        "relu",
        1,
        OffsetLaw::Uniform { radius: 1e150 },
        one,
        "output",
    )
    .evaluate(&[0.5], &[-0.3]);
    assert!(
        (wide.value / 1e300 - 1.0 / 6.0).abs() < 1e-14 && wide.error < 1e286,
        "{wide:?}"
    );
    // Beyond the doubles: an error that covers it.
    for (radius, x) in [(1e170, 1.0), (1e-170, 5e-171)] {
        let kernel = kernel("relu", 1, OffsetLaw::Uniform { radius }, one, "output");
        let got = kernel.evaluate(&[x], &[x]);
        assert!(
            got.error > 0.0 && (got.value == 0.0 || got.error.is_infinite()),
            "{radius}: {got:?}"
        );
    }
}

/// Nested composite Gauss rules over scales (cut where knots meet the ends), directions and offsets, in two programs: 11 digits. Far
/// offsets see small scales alone, whose moments need all their digits.
#[test]
fn splines_at_drawn_scales_and_far_offsets_are_within_their_bounds() {
    let near = [
        (0.1285176296752808, 1.3940886696557888),
        (0.12838341976511675, 1.393940387155089),
    ];
    let apart = [(1.39, 0.0), (1.3898, 0.0)];
    let norm = |std| ScaleLaw::GaussianNorm { std };
    let half = ScaleLaw::HalfNormal { std: 0.9 };
    for (points, radius, scale, group, expected) in [
        (near, 30.0, norm(0.9), "offset", 1.2533051310613e-2),
        (apart, 100.0, norm(0.9), "offset", 3.759941330828e-3),
        (apart, 30.0, norm(3.0), "offset", 4.177708479279e-2),
        (apart, 30.0, half, "offset", 7.975708860277e-3),
        (apart, 100.0, norm(0.9), "output", 3.327657129747e-3),
    ] {
        let offset = OffsetLaw::Uniform { radius };
        let kernel = kernel("bspline:order=4", 2, offset, scale, group);
        let [x, y] = points.map(|(a, b)| [a, b]);
        let got = kernel.evaluate(&x, &y);
        let off = (got.value - expected).abs();
        assert!(off <= got.error + 1e-12 * expected, "{got:?} {expected:e}");
        assert!(got.error <= 1e-10 * expected, "{got:?}");
    }
}

/// Small scales see offsets of some 1/s: under a Cauchy law E[(zφ′)²/s²] is (c/π) ∫φ′² E[1/s] there, under unit density E[φ²] is ∫φ² E[1/s].
#[test]
fn what_small_scales_make_infinite_is_refused() {
    let cauchy = OffsetLaw::Cauchy { scale: 0.8 };
    let least = 1e-6;
    let grown = |name: &str, offset: OffsetLaw, group: &str| {
        let at = |low: f64| {
            let scale = ScaleLaw::Uniform { low, high: 1.0 };
            let value = kernel(name, 1, offset, scale, group).evaluate(&[0.0], &[0.0]);
            value.value * (1.0 - low)
        };
        at(0.1 * least) - at(least)
    };
    let decade = 10.0_f64.ln();
    // ∫ sech⁴ = 4/3, and ∫ hat² = 2/3.
    let expected = 0.8 / std::f64::consts::PI * 4.0 / 3.0 * decade;
    let found = grown("tanh", cauchy, "scale");
    assert!(
        (found - expected).abs() <= 1e-4 * expected,
        "{found} {expected}"
    );
    let (found, expected) = (
        grown("hat", OffsetLaw::Unbounded, "output"),
        2.0 / 3.0 * decade,
    );
    assert!(
        (found - expected).abs() <= 1e-9 * expected,
        "{found} {expected}"
    );

    for (name, dim, offset, scale, group) in [
        (
            "tanh",
            1,
            cauchy,
            ScaleLaw::HalfNormal { std: 1.0 },
            "scale",
        ),
        (
            "hat",
            3,
            cauchy,
            ScaleLaw::Uniform {
                low: 0.0,
                high: 1.0,
            },
            "output=1,scale=1",
        ),
        (
            "hat",
            1,
            OffsetLaw::Unbounded,
            ScaleLaw::GaussianNorm { std: 1.0 },
            "output",
        ),
        (
            "tanh",
            2,
            OffsetLaw::Unbounded,
            ScaleLaw::HalfNormal { std: 1.0 },
            "scale",
        ),
    ] {
        let found = try_kernel(&Activation::parse(name).unwrap(), dim, offset, scale, group);
        assert!(
            matches!(found, Err(Error::Undefined { .. })),
            "{name} {group}"
        );
    }
    // In more dimensions ‖w‖ is seldom small.
    let scale = ScaleLaw::GaussianNorm { std: 1.0 };
    assert!(
        kernel("hat", 2, OffsetLaw::Unbounded, scale, "output")
            .evaluate(&[0.1, 0.2], &[0.3, 0.4])
            .error
            < 1e-10
    );
}

/// Everything trained at once, each group at its own rate: the features, powers of the scale and factors of all of them, and the coefficients.
#[test]
fn drawn_networks_have_the_kernel_of_every_group_together() {
    use spectral_bias::simulation::{Network, SampledKernel};
    let rates: LearningRates = "output=1,offset=0.5,direction=0.2,scale=0.1"
        .parse()
        .unwrap();
    let mut compared = 0;
    for name in ["relu", "tanh", "hat", "sin", "softsign", "gelu"] {
        for offset in [
            OffsetLaw::Uniform { radius: 2.0 },
            OffsetLaw::Gaussian { std: 1.2 },
            OffsetLaw::Cauchy { scale: 0.7 },
        ] {
            for scale in [ScaleLaw::Fixed(1.3), ScaleLaw::HalfNormal { std: 0.9 }] {
                // Tables in more dimensions take a second or two where scales are drawn: under one law.
                let tables = !matches!(offset, OffsetLaw::Uniform { .. });
                let drawn = scale.fixed().is_none();
                let dims = if tables && drawn { &[1][..] } else { &[1, 3] };
                for &dim in dims {
                    let activation = Activation::parse(name).unwrap();
                    let ensemble = Ensemble::RadonSpline { offset, scale };
                    let model = Shallow::new(activation, dim, ensemble, rates.clone()).unwrap();
                    let kernel = match tangent_kernel(&model) {
                        Ok(kernel) => kernel,
                        // What grows, and scales that reach 0, have no mean square there.
                        Err(refused) => {
                            let infinite = matches!(offset, OffsetLaw::Cauchy { .. })
                                && matches!(refused, Error::Undefined { .. });
                            assert!(infinite, "{name} {offset:?} {scale:?}: {refused}");
                            continue;
                        }
                    };
                    let point = |a: f64, b: f64| [a, b, -0.1][..dim].to_vec();
                    let points = [point(0.9, 0.4), point(-0.5, 0.8), point(0.85, 0.2)];
                    let points = Points::from_rows(&points).unwrap();
                    let exact = gram(&*kernel, &points).unwrap();
                    let draw = |seed| Network::sample(&model, 100, seed)?.tangent_kernel(&points);
                    let sampled = SampledKernel::over(150, 11, draw).unwrap();
                    let drawn = sampled.mean.iter().zip(&sampled.standard_error);
                    for (want, (mean, error)) in exact.matrix.iter().zip(drawn) {
                        assert!(
                            (want - mean).abs() <= 5.0 * error + exact.error,
                            "{name} {offset:?} {scale:?} {dim}: {want} {mean} ± {error}"
                        );
                        compared += 1;
                    }
                }
            }
        }
    }
    // Infinite under Cauchy offsets: ReLU, GELU and the sine's zφ′ (two in d = 1, one in d = 3), and of the other three zφ′ at scales that
    // reach 0, in d = 1.
    let (all, infinite) = (6 * (4 + 3 + 3), 3 * 3 + 3);
    assert_eq!(compared, 9 * (all - infinite));
}
