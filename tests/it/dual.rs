//! Dual activations: against 40-digit one-dimensional integrals over the whole grid of variances and
//! correlations, and against each other.

use spectral_bias::data::Points;
use spectral_bias::model::Activation;
use spectral_bias::numerics::Estimate;
use spectral_bias::numerics::special::Correlation;
use spectral_bias::theory::kernel::{
    Covariance, DualActivation, GaussianKernel, GaussianKind, Kernel, battery, gram,
};
use std::collections::BTreeMap;

fn dual(name: &str) -> DualActivation {
    DualActivation::new(&Activation::parse(name).unwrap())
}

struct Case {
    name: String,
    covariance: Covariance,
    /// (value, size) of E[φφ] and of E[φ′φ′].
    wanted: [(f64, f64); 2],
}

fn table(name: &str) -> Vec<Case> {
    let path = format!("{}/tests/reference/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let number = |s: &str| match s {
        "+inf" => f64::INFINITY,
        s => s.parse::<f64>().unwrap(),
    };
    let case = |line: &str| {
        let f: Vec<&str> = line.trim().split(';').collect();
        let defect = number(f[4]);
        let correlation = if number(f[3]) > 0.0 {
            Correlation::from_one_minus(defect)
        } else {
            Correlation::from_one_plus(defect)
        };
        Case {
            name: f[0].into(),
            covariance: Covariance::new(number(f[1]), number(f[2]), correlation).unwrap(),
            wanted: [(number(f[5]), number(f[7])), (number(f[6]), number(f[8]))],
        }
    };
    text.lines().skip(2).map(case).collect()
}

#[test]
fn closed_forms_agree_with_the_table() {
    let cases: Vec<Case> = ["dual", "dual_kinked"]
        .into_iter()
        .flat_map(table)
        .collect();
    let mut worst: BTreeMap<String, (f64, f64, String)> = BTreeMap::new();
    let mut bad = Vec::new();
    for case in &cases {
        let clock = std::time::Instant::now();
        let got = dual(&case.name).evaluate(&case.covariance);
        let micros = clock.elapsed().as_micros();
        for (what, got, (want, size)) in [
            ("nngp", got.nngp, case.wanted[0]),
            ("derivative", got.derivative, case.wanted[1]),
        ] {
            if want.is_infinite() {
                assert_eq!(got.value, want, "{} {:?}", case.name, case.covariance);
                continue;
            }
            // A step's derivative has no size, E[φ′²] is infinite: that of its slopes, 0.5 on a half-line.
            let slopes = want.abs().max(0.1);
            let size = if size.is_finite() { size } else { slopes };
            let error = (got.value - want).abs() / size;
            let at = format!("{what} {:?} {micros} µs", case.covariance);
            let entry = worst.entry(case.name.clone()).or_default();
            if error > entry.0 || error.is_nan() {
                (entry.0, entry.2) = (error, at.clone());
            }
            entry.1 = entry.1.max(got.error / size);
            // What is exactly 0 is some 1e−80 in the table.
            let honest = error * size <= got.error + f64::EPSILON * want.abs() + 1e-40 * size;
            let right = error * size <= (1e-13 * want.abs()).max(1e-16 * size);
            if !(right && got.error <= 1e-13 * size && honest) {
                bad.push(format!(
                    "{} {at}: {got:?} {want} {error:e} of {size:e}",
                    case.name
                ));
            }
        }
    }
    for (name, (error, claimed, at)) in &worst {
        println!("{name}: {error:.1e}, claimed {claimed:.1e}, at {at}");
    }
    assert!(
        bad.is_empty(),
        "{} of {}: {:#?}",
        bad.len(),
        cases.len(),
        &bad[..bad.len().min(40)]
    );
}

/// At standard deviations from 1e−3, where knots are far out, to 1e3, where they nearly coincide; against 50-digit quadrature.
#[test]
fn hermite_coefficients_of_pieces_agree_with_the_table() {
    let path = format!("{}/tests/reference/hermite.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut worst: BTreeMap<&str, (f64, f64, &str)> = BTreeMap::new();
    for line in text.lines().skip(2) {
        let f: Vec<&str> = line.split(';').collect();
        let number = |i: usize| f[i].parse::<f64>().unwrap();
        let (sigma, n, want, size) = (number(1), number(2) as usize, number(3), number(4));
        // σ² and back: half a unit.
        let found = dual(f[0])
            .hermite_coefficients(sigma * sigma, n + 1)
            .unwrap()[n];
        let error = (found.value - want).abs();
        let moved = f64::EPSILON * size;
        assert!(error <= found.error + moved, "{line}: {found:?} {error:e}");
        assert!(found.error <= 1e-14 * size, "{line}: {found:?}");
        let entry = worst.entry(f[0]).or_default();
        if error / size > entry.0 {
            (entry.0, entry.2) = (error / size, line);
        }
        entry.1 = entry.1.max(found.error / size);
    }
    for (name, (error, claimed, line)) in worst {
        println!("{name}: {error:.1e}, claimed {claimed:.1e}, at {line}");
    }
}

/// 2 + z on (−1, 1), which steps at both ends; `dual` of generate_dual_kinked.py.
#[test]
fn steps_at_the_first_knot_agree_with_integrals() {
    let step = dual("piecewise:knots=-1/1,pieces=0/2_1/0");
    for (rho, want) in [
        (1.0, 2.929_506_011_647_142_8),
        (0.5, 2.017_702_436_963_337),
        (-0.5, 1.966_071_785_750_326_8),
    ] {
        let found = step.evaluate(&law(1.0, 1.0, rho)).nngp;
        let gap = (found.value - want).abs();
        assert!(
            gap <= found.error && found.error <= 1e-13 * want,
            "{rho}: {found:?}"
        );
    }
}

/// −1.5(z − 1.5)₊⁴, whose square lives up to 12 standard deviations out; one integral over conditional moments in 50 digits.
#[test]
fn a_spline_of_degree_four_is_followed_far_enough() {
    let quartic = dual("piecewise:knots=1.5,pieces=0/-7.59375_20.25_-20.25_9.0_-1.5");
    let away = Correlation::from_one_minus(1.91e-5);
    let covariance = Covariance::new(3.62, 17.2, away).unwrap();
    let found = quartic.evaluate(&covariance).nngp;
    let gap = (found.value - 75_868.809_420_820_92).abs();
    assert!(gap <= found.error, "{found:?}: {gap:e}");
}

#[test]
fn what_overflows_is_infinite() {
    let points = Points::from_rows(&[vec![2000.0], vec![1.0]]).unwrap();
    let exp = Activation::parse("exp").unwrap();
    let found = dual("exp").evaluate(&law(1e6, 1e6, 0.5));
    for one in [found.nngp, found.derivative] {
        assert_eq!((one.value, one.error), (f64::INFINITY, f64::INFINITY));
    }
    for kind in [GaussianKind::Nngp, GaussianKind::Ntk] {
        for depth in [1, 3] {
            let kernel = GaussianKernel::new(&exp, 1.0, 0.0, depth, kind).unwrap();
            let one = kernel.evaluate(points.point(0), points.point(0));
            assert_eq!(
                (one.value, one.error),
                (f64::INFINITY, f64::INFINITY),
                "{kind} {depth}"
            );
            let refused = gram(&kernel, &points).unwrap_err().to_string();
            assert!(refused.contains("inf"), "{refused}");
        }
    }
}

fn law(q11: f64, q22: f64, rho: f64) -> Covariance {
    Covariance::new(q11, q22, Correlation::from_rho(rho)).unwrap()
}

/// E[f(u)g(v)] by a plain midpoint sum over independent x, y: no code in common. Good to some 1e−12 for smooth
/// functions, 1e−5 across kinks.
fn plain(f: impl Fn(f64) -> f64, g: impl Fn(f64) -> f64, c: &Covariance, m: (f64, f64)) -> f64 {
    let (n, reach) = (600, 9.0);
    let step = 2.0 * reach / f64::from(n);
    let rule: Vec<(f64, f64)> = (0..n)
        .map(|i| (f64::from(i) + 0.5) * step - reach)
        .map(|x| {
            (
                x,
                step * (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt(),
            )
        })
        .collect();
    let (s, t, rho) = (c.q11.sqrt(), c.q22.sqrt(), c.correlation);
    let inner = |x: f64| {
        let along = |&(y, w): &(f64, f64)| w * g(m.1 + t * (rho.rho() * x + rho.sine() * y));
        rule.iter().map(along).sum::<f64>()
    };
    rule.iter()
        .map(|&(x, w)| w * f(m.0 + s * x) * inner(x))
        .sum()
}

/// u = 0.5 always: steps at 0 are not met. u = 0 always: they are, wherever v has a density there.
#[test]
fn steps_beside_constants() {
    let phi_of_quarter = 0.598_706_325_682_923_7;
    let (low, high) = (law(0.0, 1.0, 0.3), law(1.0, 0.0, 0.3));
    for (name, value) in [
        ("heaviside", phi_of_quarter),
        ("sign", 2.0 * phi_of_quarter - 1.0),
    ] {
        let dual = DualActivation::new(&Activation::parse(name).unwrap());
        for (covariance, beside, at) in [
            (low, (0.5, 0.25), (0.0, 0.25)),
            (high, (0.25, 0.5), (0.25, 0.0)),
        ] {
            let got = dual.evaluate_with_means(&covariance, beside).unwrap();
            assert!((got.nngp.value - value).abs() < 1e-15, "{name} {got:?}");
            assert_eq!(got.derivative.value, 0.0, "{name} {got:?}");
            let got = dual.evaluate_with_means(&covariance, at).unwrap();
            assert_eq!(got.derivative.value, f64::INFINITY, "{name} {got:?}");
        }
    }
}

#[test]
fn sums_across_families_and_means_agree_with_plain_sums() {
    for name in [
        "relu + sin",
        "erf + identity",
        "gelu + 0.5*erf(2*z-1)",
        "gaussian - 0.3*gabor:frequency=2",
        "sin:frequency=2 + cos(z-1)",
        "elu:alpha=1(-2*z) + elu:alpha=0.5",
        "elu:alpha=1(z-1)",
        "gelu(z-0.5)",
        "exp:rate=0.4",
        "hermite:degree=5",
        "gabor:frequency=2",
        "hat",
        "relu",
        "tanh",
        "silu(2*z)",
        "softsign",
        "0.5*relu + 0.5*tanh",
    ] {
        let dual = dual(name);
        let phi = dual.activation().clone();
        let smooth = phi.kinks().is_empty();
        for (q11, q22, rho, means) in [
            (1.0, 1.0, 0.5, (0.0, 0.0)),
            (0.4, 2.0, -0.7, (0.0, 0.0)),
            (0.7, 1.5, 0.3, (0.4, -0.8)),
            (1.0, 0.3, -0.6, (-1.0, 0.2)),
        ] {
            let covariance = law(q11, q22, rho);
            let got = dual.evaluate_with_means(&covariance, means).unwrap();
            let value = |z: f64| phi.value(z);
            let slope = |z: f64| phi.derivative(z);
            let size = |f: &dyn Fn(f64) -> f64| {
                let own = |q: f64, m: f64| plain(f, f, &law(q, q, 1.0), (m, m)).sqrt();
                own(q11, means.0) * own(q22, means.1)
            };
            // Across a kink the sum is good to its step squared, across a jump of φ′ to its step, 0.03.
            let coarse = if smooth { (2e-11, 2e-11) } else { (3e-4, 6e-3) };
            let wanted = [
                (
                    plain(value, value, &covariance, means),
                    size(&value),
                    coarse.0,
                ),
                (
                    plain(slope, slope, &covariance, means),
                    size(&slope),
                    coarse.1,
                ),
            ];
            for (got, (want, size, tolerance)) in [got.nngp, got.derivative].into_iter().zip(wanted)
            {
                let error = (got.value - want).abs();
                assert!(
                    error <= tolerance * size,
                    "{name} {covariance:?} {means:?}: {got:?} {want}"
                );
                assert!(got.error <= 2e-10 * size, "{name} {covariance:?}: {got:?}");
            }
        }
    }
    assert!(
        dual("relu")
            .evaluate_with_means(&law(1.0, 1.0, 0.0), (f64::NAN, 0.0))
            .is_err()
    );
}

#[test]
fn metamorphic_identities() {
    let variances = [1e-6, 0.1, 0.5, 2.0, 30.0, 1e6];
    let named = |name: &str| Activation::parse(name).unwrap();
    let close = |a: &str, b: &str, derivative: bool| {
        let check = match derivative {
            true => battery::check_slope,
            false => battery::check_identity,
        };
        let gap = check(&named(a), &named(b), &variances);
        assert!(
            gap.as_ref().is_ok_and(|gap| *gap < 1e-9),
            "{a} and {b}: {gap:?}"
        );
    };
    close("leaky-relu:slope=0", "relu", false);
    close("0.5*identity + 0.5*abs", "relu", false);
    close("relu + -1*relu(-z)", "identity", false);
    close(
        "relu(z+1) - relu(z-1) - heaviside - heaviside(-z)",
        "hard-tanh",
        false,
    );
    close("bspline:order=2", "hat", false);
    close("celu:alpha=1", "elu:alpha=1", false);
    close(
        "cos:frequency=2,phase=-1.5707963267948966",
        "sin:frequency=2",
        false,
    );
    close("gabor:frequency=1e-160", "gaussian", false);
    close("softplus", "sigmoid", true);
    close("2*sigmoid(2*z) - heaviside - heaviside(-z)", "tanh", false);
    let differ = battery::check_identity(&named("relu"), &named("abs"), &variances);
    assert!(differ.is_err());
    assert!(battery::check_slope(&named("relu"), &named("heaviside"), &[]).is_err());
}

#[test]
fn open_activations_reach_their_tolerance_at_every_variance() {
    let names = [
        "tanh", "sigmoid", "softplus", "silu", "mish", "softsign", "arctan", "sech",
    ];
    for name in names {
        let dual = dual(name);
        for q in [1e-6, 1.0, 39.0, 1e3, 1e6] {
            let own = dual.evaluate(&law(q, q, 1.0));
            for rho in [-1.0, -0.999_999, 0.4, 1.0 - 1e-9, 1.0] {
                let got = dual.evaluate(&law(q, q, rho));
                let relative = |a: Estimate, b: Estimate| a.error / b.value;
                let claimed =
                    relative(got.nngp, own.nngp).max(relative(got.derivative, own.derivative));
                assert!(claimed <= 1.1e-10, "{name} {q} {rho}: {got:?}");
            }
        }
    }
}

#[test]
fn open_activations_agree_with_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/dual_open.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let (mut cases, mut worst) = (0, 0.0_f64);
    for line in text.lines().skip(2) {
        let fields: Vec<&str> = line.split(';').collect();
        let number = |i: usize| fields[i].parse::<f64>().unwrap();
        let covariance = law(number(1), number(1), number(2));
        let got = dual(fields[0]).evaluate(&covariance);
        for (got, want, size) in [
            (got.nngp, number(3), number(5)),
            (got.derivative, number(4), number(6)),
        ] {
            let error = (got.value - want).abs();
            worst = worst.max(error / size);
            assert!(
                error <= got.error + f64::EPSILON * size && got.error <= 1.1e-10 * size,
                "{line}: {got:?} {error:e}"
            );
        }
        cases += 1;
    }
    println!("{cases} cases, worst {worst:e}");
    assert_eq!(cases, 105);
}

#[test]
fn large_and_unequal_variances_agree_with_the_table() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/reference/dual_large.csv"
    );
    let text = std::fs::read_to_string(path).unwrap();
    let (mut cases, mut worst) = (0, 0.0_f64);
    for line in text.lines().skip(2) {
        let fields: Vec<&str> = line.split(';').collect();
        let number = |i: usize| fields[i].parse::<f64>().unwrap();
        let correlation = if number(3) > 1.0 {
            Correlation::from_one_plus(2.0 - number(3))
        } else {
            Correlation::from_one_minus(number(3))
        };
        let covariance = Covariance::new(number(1), number(2), correlation).unwrap();
        let got = dual(fields[0]).evaluate(&covariance);
        for (got, want, size) in [
            (got.nngp, number(4), number(6)),
            (got.derivative, number(5), number(7)),
        ] {
            let error = (got.value - want).abs();
            worst = worst.max(error / size);
            assert!(
                error <= got.error + f64::EPSILON * size && got.error <= 1e-10 * size,
                "{line}: {got:?} {error:e}"
            );
        }
        cases += 1;
    }
    println!("{cases} cases, worst {worst:e}");
    assert_eq!(cases, 360);
}

#[test]
fn hermite_coefficients_are_those_known() {
    let pi = std::f64::consts::PI;
    let relu = dual("relu").hermite_coefficients(4.0, 1200).unwrap();
    assert!((relu[0].value - 2.0 / (2.0 * pi).sqrt()).abs() < 1e-14);
    assert!((relu[1].value - 1.0).abs() < 1e-14 && relu[3].value.abs() < 1e-14);
    // a_{2m} = σ (−1)^{m+1} (2m−3)!!/√(2π (2m)!), by its ratio.
    let mut want = 1.0 / pi.sqrt();
    for m in 1..600 {
        assert!((relu[2 * m].value - want).abs() <= relu[2 * m].error, "{m}");
        let k = 2.0 * m as f64;
        want *= -(k - 1.0) / ((k + 1.0) * (k + 2.0)).sqrt();
    }
    assert!(relu[0].error < 1e-13);
    let step = dual("sign").hermite_coefficients(1e6, 40).unwrap();
    assert!((step[1].value - (2.0 / pi).sqrt()).abs() < 1e-13);
    let exp = dual("exp:rate=0.5").hermite_coefficients(1.0, 12).unwrap();
    let mut want = 0.125_f64.exp();
    for (n, a) in exp.iter().enumerate() {
        assert!((a.value - want).abs() < 1e-13, "{n}");
        want *= 0.5 / ((n + 1) as f64).sqrt();
    }
    let tanh = dual("tanh").hermite_coefficients(1e6, 200).unwrap();
    assert!((tanh[1].value - (2.0 / pi).sqrt()).abs() < 1e-5 && tanh[1].error < 1e-12);
    assert!(dual("tanh").hermite_coefficients(0.0, 3).is_err());
}

#[test]
fn scalar_duals_have_their_derivatives() {
    for (name, highest) in [
        ("relu", 2),
        ("erf", 5),
        ("tanh", 4),
        ("relu-power:k=3", 4),
        ("gelu", 3),
        ("hat", 2),
    ] {
        let dual = dual(name);
        let kappa = dual.at_variances(0.8, 1.7).unwrap();
        for order in 1..=highest {
            for rho in [-0.6, 0.0, 0.35, 0.8] {
                let h = 1e-3;
                let at = |r: f64| kappa.derivative(order - 1, Correlation::from_rho(r)).value;
                let want = (8.0 * (at(rho + h) - at(rho - h))
                    - (at(rho + 2.0 * h) - at(rho - 2.0 * h)))
                    / (12.0 * h);
                let got = kappa.derivative(order, Correlation::from_rho(rho));
                let gap = (got.value - want).abs();
                assert!(
                    gap < 1e-7 * (1.0 + want.abs()) + got.error,
                    "{name} {order} {rho}: {got:?} {want}"
                );
                assert!(got.error < 1e-8, "{name} {order} {rho}: {got:?}");
            }
        }
    }
    // Correlations compose, and keep the digits of a small angle.
    let relu = dual("relu");
    let kappa = relu.at_variances(1.0, 1.0).unwrap();
    let near = kappa.correlation(Correlation::from_one_minus(1e-20));
    assert!((near.one_minus() / 1e-20 - 1.0).abs() < 1e-9);
    let exact = |theta: f64| {
        (theta.sin() + (std::f64::consts::PI - theta) * theta.cos()) / std::f64::consts::PI
    };
    let twice = kappa.correlation(kappa.correlation(Correlation::from_rho(-0.2)));
    let want = exact(exact((-0.2_f64).acos()).acos());
    assert!((twice.rho() - want).abs() < 1e-14);
    assert!(relu.at_variances(0.0, 1.0).is_err());
}

#[test]
fn every_listed_activation_passes_the_battery() {
    let mut names: Vec<String> = Activation::list().iter().map(|l| l.example()).collect();
    names.push("0.5*relu + 0.5*tanh".into());
    names.push("elu:alpha=1(-2*z) + elu:alpha=0.5".into());
    names.push("erf(2*z-1)".into());
    for name in names {
        let phi = Activation::parse(&name).unwrap();
        match battery::check_dual(&phi, &[0.3, 1.0, 2.5]) {
            Ok(measured) => println!("{name}: {measured:?}"),
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

/// By 40-digit integrals over the narrower variable.
#[test]
fn exponential_linear_units_keep_their_digits_at_variances_far_apart() {
    let cases = [
        ("elu", 1e8, 1e-2, 0.6, 301.5614768975983, 0.4924024201751599),
        (
            "elu",
            1e6,
            1e-2,
            0.95,
            47.53800339213014,
            0.49941310175012765,
        ),
        (
            "elu",
            1e10,
            1e-4,
            -0.6,
            -297.46466584758,
            0.49683376047212785,
        ),
        (
            "elu",
            1e5,
            1e-3,
            0.3,
            1.5188464303600453,
            0.49690796417479893,
        ),
        (
            "elu",
            1e12,
            1e-14,
            0.99,
            0.049500039495382994,
            0.500000398742807,
        ),
        (
            "selu",
            1e8,
            1e-2,
            0.6,
            305.29418914864084,
            0.6476686676652837,
        ),
        (
            "selu",
            1e6,
            1e-2,
            0.95,
            52.42932901677782,
            0.5887102825550724,
        ),
        (
            "selu",
            1e10,
            1e-4,
            -0.6,
            -578.3058272383295,
            0.8080784158542078,
        ),
        (
            "selu",
            1e5,
            1e-3,
            0.3,
            1.0216058737092952,
            0.6968137861790671,
        ),
        (
            "selu",
            1e12,
            1e-14,
            0.99,
            0.05463560581773796,
            0.5687305606302003,
        ),
    ];
    for (name, q11, q22, rho, nngp, derivative) in cases {
        let dual = dual(name);
        for (a, b) in [(q11, q22), (q22, q11)] {
            let got = dual.evaluate(&law(a, b, rho));
            let size = (a * b).sqrt();
            for (got, want, size) in [(got.nngp, nngp, size), (got.derivative, derivative, 1.0)] {
                let error = (got.value - want).abs();
                let at = format!("{name} {a} {b} {rho}: {got:?} {want}");
                assert!(error <= got.error && got.error <= 1e-13 * size, "{at}");
            }
        }
    }
}

/// |E[φ(u)φ(v)]|² ≤ E[φ(u)²]E[φ(v)²], and for φ′, at all pairs of variances.
#[test]
fn cauchy_and_schwarz_hold_for_linear_units() {
    let names = [
        "elu",
        "celu",
        "selu",
        "gelu",
        "elu(-3*z)",
        "selu(0.01*z)",
        "2*celu(100*z)",
        "gelu(-50*z)",
    ];
    let variances: Vec<f64> = (-5..=5).map(|k| 10.0_f64.powi(4 * k)).collect();
    let mut count = 0;
    for name in names {
        let dual = dual(name);
        let own: Vec<_> = variances
            .iter()
            .map(|&q| dual.evaluate(&law(q, q, 1.0)))
            .collect();
        for (i, &q11) in variances.iter().enumerate() {
            for (j, &q22) in variances.iter().enumerate().take(i + 1) {
                for rho in [-1.0, -0.95, -0.3, 0.0, 0.6, 0.95, 1.0] {
                    let got = dual.evaluate(&law(q11, q22, rho));
                    for (got, one, two) in [
                        (got.nngp, own[i].nngp, own[j].nngp),
                        (got.derivative, own[i].derivative, own[j].derivative),
                    ] {
                        let size = (one.value * two.value).sqrt();
                        let at = format!("{name} {q11:e} {q22:e} {rho}: {got:?} {size:e}");
                        assert!(got.error <= 1e-12 * size, "{at}");
                        assert!(got.value.abs() <= size + got.error + 1e-13 * size, "{at}");
                        count += 1;
                    }
                }
            }
        }
    }
    assert_eq!(count, 8 * 66 * 7 * 2);
}

/// E[φ(Z)²] = (1 − e^{−2a²/3})/(2√3) for φ(z) = sin(az)e^{−z²/2}, and with the derivative alike; a rule whose step is a multiple of
/// the period would see nothing of it.
#[test]
fn fast_oscillations_have_no_aliases() {
    for a in [
        40.0, 45.0, 47.0, 50.0, 55.0, 60.0, 100.0, 150.0, 200.0, 300.0,
    ] {
        let got = dual(&format!("formula:sin({a}*z)*exp(-z^2/2)")).evaluate(&law(1.0, 1.0, 1.0));
        // E over N(0, 1/3), whose weight is 1/√3: of sin², and of (a cos − z sin)².
        let (norm, far) = (1.0 / 3.0_f64.sqrt(), (-2.0 * a * a / 3.0_f64).exp());
        assert!(far < 1e-300);
        let wanted = [0.5 * norm, 0.5 * norm * (a * a + 1.0 / 3.0)];
        for (got, want) in [got.nngp, got.derivative].into_iter().zip(wanted) {
            let error = (got.value - want).abs();
            assert!(
                error <= got.error && got.error < 1e-9 * want,
                "{a}: {got:?} {want}"
            );
        }
    }
}

/// tanh(a(z − c)) = E[sign(z − c − L)], L logistic of variance v = π²/12a²: to first order in v, which leaves 1e−18 at a = 1e5, from quadrants
/// of the bivariate normal law at 40 digits; at ρ = 1 and 0 by 30-digit integrals.
#[test]
fn steep_activations_beside_the_origin_are_not_overlooked() {
    let steep = |name: &str, slope: f64| {
        let activation = match name {
            "closure" => Activation::from_fn("steep", move |z| (slope * (z - 0.3)).tanh()).build(),
            _ => Activation::parse(name),
        };
        DualActivation::new(&activation.unwrap())
    };
    // Beside the sizes. A rounded argument moves by ε/slope of the steep length; the closure's slopes are differences.
    let known = |name: &str, slope: f64| match name {
        "closure" => [1e-12, 1e-8],
        _ => [1e-12, 2e-15 * slope],
    };
    let same = [
        (
            "tanh(4000*z-1200)",
            4e3,
            0.9998093060967299,
            2034.0683304700708,
        ),
        ("closure", 1e4, 0.9999237224371933, 5085.170865345898),
        (
            "tanh(100000*z-30000)",
            1e5,
            0.9999923722436911,
            50851.70872732377,
        ),
    ];
    for (name, slope, nngp, derivative) in same {
        let got = steep(name, slope).evaluate(&law(1.0, 1.0, 1.0));
        let [of_value, of_slope] = known(name, slope);
        for (got, want, part) in [
            (got.nngp, nngp, of_value),
            (got.derivative, derivative, of_slope),
        ] {
            let error = (got.value - want).abs();
            assert!(
                error <= got.error && got.error < part * want,
                "{name} {got:?} {want}"
            );
        }
    }
    let apart = [
        (
            "tanh(4000*z-1200)",
            4e3,
            1.0,
            1.0,
            0.6,
            0.4376263642921922,
            0.7522479922360452,
        ),
        (
            "closure",
            1e4,
            1.0,
            1.0,
            0.6,
            0.4376263849593689,
            0.7522480418467808,
        ),
        (
            "closure",
            1e4,
            1.0,
            1.0,
            0.97,
            0.8505811062660142,
            2.5017589233697612,
        ),
        (
            "tanh(100000*z-30000)",
            1e5,
            1.0,
            1.0,
            0.6,
            0.437626388856608,
            0.752248051201948,
        ),
        (
            "tanh(100000*z-30000)",
            1e5,
            1.0,
            1.0,
            0.97,
            0.8505811260803117,
            2.501759267573907,
        ),
        (
            "tanh(100000*z-30000)",
            1e5,
            0.01,
            4.0,
            -0.5,
            0.11664517469707879,
            0.006648901054398353,
        ),
        (
            "tanh(100000*z-30000)",
            1e5,
            0.01,
            0.01,
            0.6,
            0.9951590287676744,
            0.28700117994528773,
        ),
    ];
    for (name, slope, q11, q22, rho, nngp, derivative) in apart {
        let got = steep(name, slope).evaluate(&law(q11, q22, rho));
        // √(E[φ′²]E[φ′²]) is of the order of the slope.
        let [of_value, of_slope] = known(name, slope);
        for (got, want, most) in [
            (got.nngp, nngp, of_value),
            (got.derivative, derivative, of_slope * slope),
        ] {
            let error = (got.value - want).abs();
            assert!(
                error <= got.error && got.error < most,
                "{name} {rho} {got:?} {want}"
            );
        }
    }
}

/// exp(−b(z − m)²) as a formula, whose closed form nobody knows of: E = e^{−2bm²/(1+2b(1+ρ))}/√((1+2b(1+ρ))(1+2b(1−ρ))).
#[test]
fn narrow_bumps_are_not_overlooked() {
    let (b, m) = (1e6, 0.3);
    let dual = dual("formula:exp(-(1000*(z-0.3))^2)");
    let own = |rho: f64| {
        let (plus, minus) = (1.0 + 2.0 * b * (1.0 + rho), 1.0 + 2.0 * b * (1.0 - rho));
        (-2.0 * b * m * m / plus).exp() / (plus * minus).sqrt()
    };
    for rho in [1.0, 0.97, 0.6, 0.0, -0.5] {
        let got = dual.evaluate(&law(1.0, 1.0, rho)).nngp;
        let error = (got.value - own(rho)).abs();
        assert!(
            error <= got.error && got.error < 1e-12 * own(1.0),
            "{rho} {got:?} {}",
            own(rho)
        );
    }
}

/// By 30-digit integrals over one variable; cbrt's by Γ(5/6); tents of fast waves vanish.
#[test]
fn closures_that_tell_nothing_are_answered_in_time() {
    // Calls: a pair is a matter of some ten millions at most.
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let relaxed = std::sync::atomic::Ordering::Relaxed;
    let ramp = Activation::from_fn("ramp", |z: f64| (z - 0.37).max(0.0))
        .build()
        .unwrap();
    let cases = [
        (1.0, 1.0, 0.6, 0.16036332402076706, 0.21860770637641516),
        (1.0, 1.0, 0.97, 0.2566008198608338, 0.31920662873211453),
        (
            0.01,
            0.01,
            0.6,
            6.79287594201546e-09,
            5.4073245642502945e-06,
        ),
        (
            0.01,
            4.0,
            -0.5,
            7.066555423840411e-09,
            7.279877069442879e-07,
        ),
        (100.0, 1.0, 0.3, 1.5024678901568886, 0.21784819173831743),
    ];
    let dual = DualActivation::new(&ramp);
    for (q11, q22, rho, nngp, derivative) in cases {
        let got = dual.evaluate(&law(q11, q22, rho));
        for (got, want) in [(got.nngp, nngp), (got.derivative, derivative)] {
            let error = (got.value - want).abs();
            assert!(
                error <= got.error && got.error < 1e-12,
                "{q11} {q22} {rho} {got:?} {want}"
            );
        }
    }
    let counted = |shape: fn(f64) -> f64| {
        let calls = calls.clone();
        let value = move |z: f64| {
            calls.fetch_add(1, relaxed);
            shape(z) * (-0.5 * z * z).exp()
        };
        Activation::from_fn("counted", value).build().unwrap()
    };
    let (root, wave) = (counted(f64::cbrt), counted(|z| (200.0 * z).sin()));
    let (root, wave) = (DualActivation::new(&root), DualActivation::new(&wave));
    let same = root.evaluate(&law(1.0, 1.0, 1.0)).nngp;
    assert!((same.value - 0.3212028281610501).abs() <= same.error && same.error < 1e-13);
    for got in [
        root.evaluate(&law(1.0, 1.0, 0.0)),
        wave.evaluate(&law(1.0, 1.0, 0.6)),
    ] {
        assert!(got.nngp.value.abs() <= got.nngp.error, "{got:?}");
    }
    let square = wave.evaluate(&law(1.0, 1.0, 1.0));
    let (norm, steep) = (0.5 / 3.0_f64.sqrt(), 4e4 + 1.0 / 3.0);
    for (got, want) in [(square.nngp, norm), (square.derivative, norm * steep)] {
        assert!(
            (got.value - want).abs() <= got.error && got.error < 1e-9 * want,
            "{got:?}"
        );
    }
    let teeth = counted(|z| z - z.floor());
    assert!(teeth.kinks().len() >= 13, "{:?}", teeth.kinks());
    let got = DualActivation::new(&teeth).evaluate(&law(1.0, 1.0, 0.0));
    // E[φ] = ½E[e^{−Z²/2}] by the symmetry of the teeth.
    assert!((got.nngp.value - 0.125).abs() <= got.nngp.error && got.nngp.error < 1e-12);
    let calls = calls.load(relaxed);
    assert!(calls < 300_000_000, "{calls}");
}

/// What is met with equal points is met however rare it is: rounding does not part the two.
#[test]
fn steps_of_closures_are_infinite_at_equal_points() {
    let phi = Activation::from_fn("step", |z: f64| z.tanh() + f64::from(z > 0.3));
    let dual = DualActivation::new(&phi.build().unwrap());
    for variance in [0.01, 0.0113, 0.7, 1.3, 90.0] {
        let covariance = Covariance::new(variance, variance, Correlation::from_one_minus(0.0));
        let found = dual.evaluate(&covariance.unwrap());
        assert_eq!(
            found.derivative.value,
            f64::INFINITY,
            "{variance}: {found:?}"
        );
    }
}
