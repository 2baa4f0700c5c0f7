//! ∫f″²/ζ and the cost of affine functions.

use super::{FIXED, close, outputs};
use spectral_bias::model::ensemble::Neurons;
use spectral_bias::model::ensemble::{OffsetLaw, ParameterLaw, ScaleLaw};
use spectral_bias::model::{Activation, Ensemble, Shallow};
use spectral_bias::theory::penalty::{Seminorm, WeightedForm};
use std::f64::consts::PI;

fn form(activation: &str, ensemble: Ensemble) -> WeightedForm {
    let activation = Activation::parse(activation).unwrap();
    WeightedForm::new(&Shallow::new(activation, 1, ensemble, outputs()).unwrap()).unwrap()
}

fn gaussian(weight_std: f64, bias_std: f64) -> Ensemble {
    Ensemble::Gaussian {
        weight_std,
        bias_std,
    }
}

fn radon(offset: OffsetLaw, scale: ScaleLaw) -> Ensemble {
    Ensemble::RadonSpline { offset, scale }
}

fn value(seminorm: Seminorm) -> f64 {
    seminorm.finite().unwrap().value
}

#[test]
fn densities_of_breakpoints() {
    let (w, b) = (0.7, 1.9);
    let f = form("relu", gaussian(w, b));
    for x in [0.0, 0.3, -2.0, 50.0] {
        let zeta = 2.0 * (w * b).powi(3) / (PI * (b * b + w * w * x * x).powi(2));
        close(f.weight(x).unwrap(), 1.0 / zeta, 1e-13);
    }
    // w = ±1, b uniform.
    let f = form("relu", radon(OffsetLaw::Uniform { radius: 3.0 }, FIXED));
    close(f.weight(1.0).unwrap(), 6.0, 1e-15);
    assert_eq!(f.weight(3.5).unwrap(), f64::INFINITY);
    // w and b uniform: min(a_w, a_b/|x|)⁴/(8 a_w a_b).
    let uniform = Ensemble::Independent {
        weight: ParameterLaw::Uniform { bound: 2.0 },
        bias: ParameterLaw::Uniform { bound: 3.0 },
    };
    let f = form("relu", uniform);
    close(f.weight(1.0).unwrap(), 48.0 / 16.0, 1e-13);
    close(f.weight(3.0).unwrap(), 48.0, 1e-13);
    // Half-normal scales: E[s²] = σ²; ReLU²: E[s⁴] = 3σ⁴ and J = 2.
    let law = ScaleLaw::HalfNormal { std: 2.0 };
    close(
        form("relu", radon(OffsetLaw::Unbounded, law))
            .weight(7.0)
            .unwrap(),
        0.25,
        1e-13,
    );
    close(
        form("relu-power:k=2", radon(OffsetLaw::Unbounded, law))
            .weight(7.0)
            .unwrap(),
        1.0 / (4.0 * 48.0),
        1e-13,
    );
    // |z| bends twice as much per neuron.
    close(
        form("abs", gaussian(w, b)).weight(0.5).unwrap(),
        form("relu", gaussian(w, b)).weight(0.5).unwrap() / 4.0,
        1e-14,
    );
}

/// f = e^{−x²/2}, unit density: ∫f″² = 3√π/4, as in the Fourier domain.
#[test]
fn unit_density_is_the_cubic_spline_energy() {
    let f = form("relu", radon(OffsetLaw::Unbounded, FIXED));
    let second = |x: f64| (x * x - 1.0) * (-0.5 * x * x).exp();
    let got = f
        .bending(second, (f64::NEG_INFINITY, f64::INFINITY), &[])
        .unwrap();
    close(value(got), 0.75 * PI.sqrt(), 1e-10);
    let at: Vec<f64> = (-400..=400).map(|i| f64::from(i) * 0.025).collect();
    let samples: Vec<f64> = at.iter().map(|&x| second(x)).collect();
    let got = f
        .bending_of_samples(&at, &samples)
        .unwrap()
        .finite()
        .unwrap();
    assert!(
        (got.value - 0.75 * PI.sqrt()).abs() <= got.error && got.error < 1e-10,
        "{got:?}"
    );
}

/// The representation a(w,b) of least norm, written out: for f = E[a φ(wx − b)] with the even part
/// a_e = f″(b/w)/(|w|^{−1}… and odd part λw + μb, E[a²] is the seminorm. Checked by applying the ensemble's
/// kernel: ‖K(·,x₀)‖² = K(x₀,x₀), K the arc-cosine kernel of degree 1.
#[test]
fn the_kernel_reproduces() {
    let (w, b) = (1.3, 0.8);
    let kernel = |x: f64, y: f64| {
        let (p, q) = ((w * x).hypot(b), (w * y).hypot(b));
        // Angle between (wx, b) and (wy, b).
        let t = (w * b * (x - y)).abs().atan2(w * w * x * y + b * b);
        p * q / (2.0 * PI) * (t.sin() + (PI - t) * t.cos())
    };
    for x0 in [0.0, 0.6, -2.5] {
        let f = |x: f64| kernel(x, x0);
        // f″ = E[w² δ(wx−b) (wx₀−b)₊]: with b = wx, |w|³ p(w,wx) |x₀−x| integrated over w of one sign = ζ|x₀−x|/2,
        // for either side of x₀.
        let form = form("relu", gaussian(w, b));
        let second = |x: f64| 0.5 * (x - x0).abs() / form.weight(x).unwrap();
        let h = 1e-3;
        close(
            second(1.7),
            (f(1.7 + h) - 2.0 * f(1.7) + f(1.7 - h)) / (h * h),
            1e-5,
        );
        let slope = (8.0 * (f(h) - f(-h)) - f(2.0 * h) + f(-2.0 * h)) / (12.0 * h);
        let all = (f64::NEG_INFINITY, f64::INFINITY);
        let got = form.seminorm(f(0.0), slope, second, all, &[x0]).unwrap();
        close(value(got), kernel(x0, x0), 1e-6);
    }
}

#[test]
fn affine_functions() {
    let (w, b) = (1.3, 0.8);
    let f = form("relu", gaussian(w, b));
    close(
        value(f.affine_cost(0.5, -2.0).unwrap()),
        4.0 * (0.25 / (b * b) + 4.0 / (w * w)),
        1e-14,
    );
    let leaky = form("leaky-relu:slope=0.5", gaussian(w, b));
    close(
        value(leaky.affine_cost(1.0, 0.0).unwrap()),
        1.0 / (0.75 * 0.75 * b * b),
        1e-14,
    );
    assert!(matches!(
        form("abs", gaussian(w, b)).affine_cost(1.0, 0.0).unwrap(),
        Seminorm::Infinite { .. }
    ));
    // Infinite variance charges nothing.
    let unbounded = form("relu", radon(OffsetLaw::Unbounded, FIXED));
    assert_eq!(value(unbounded.affine_cost(3.0, 4.0).unwrap()), 0.0);
    let cauchy = form("relu", radon(OffsetLaw::Cauchy { scale: 1.0 }, FIXED));
    close(value(cauchy.affine_cost(3.0, 4.0).unwrap()), 64.0, 1e-14);
}

#[test]
fn out_of_reach_and_out_of_form() {
    let f = form("relu", radon(OffsetLaw::Uniform { radius: 1.0 }, FIXED));
    let got = f.bending(|_| 1.0, (-2.0, 2.0), &[]).unwrap();
    assert!(
        matches!(got, Seminorm::Infinite { ref reason } if reason.contains("bends at")),
        "{got:?}"
    );
    assert!(f.bending(|_| 1.0, (2.0, 1.0), &[]).is_err());
    assert!(f.bending(|_| 1.0, (f64::NAN, 1.0), &[]).is_err());
    assert!(f.bending_of_samples(&[0.0, 1.0], &[0.0, 1.0]).is_err());
    let model = |name: &str, dim| {
        Shallow::new(
            Activation::parse(name).unwrap(),
            dim,
            gaussian(1.0, 1.0),
            outputs(),
        )
        .unwrap()
    };
    assert!(WeightedForm::new(&model("relu", 2)).is_err());
    for name in ["tanh", "hat", "identity", "gelu"] {
        let message = WeightedForm::new(&model(name, 1)).unwrap_err().to_string();
        assert!(message.contains("homogeneous"), "{message}");
    }
}

/// The same with drawn neurons and an ensemble whose kernel has no closed form: w and b uniform. E[φ(wx₀−b)²] over
/// 200 000 neurons against the seminorm of x ↦ E[φ(wx−b) φ(wx₀−b)], its value and slope at 0 from the same neurons.
#[test]
fn drawn_neurons_agree() {
    let ensemble = Ensemble::Independent {
        weight: ParameterLaw::Uniform { bound: 1.5 },
        bias: ParameterLaw::Uniform { bound: 0.9 },
    };
    let form = form("relu", ensemble.clone());
    let x0 = 1.1;
    let n = 200_000;
    let Neurons::Standard { weights, biases } = ensemble.sample(1, n, 7).unwrap().into_standard()
    else {
        panic!("standard coordinates")
    };
    let (mut at_zero, mut slope, mut square) = (0.0, 0.0, 0.0);
    for (w, b) in weights.iter().zip(biases.iter()) {
        let at = (w * x0 - b).max(0.0);
        at_zero += at * (-b).max(0.0);
        slope += if *b < 0.0 { at * w } else { 0.0 };
        square += at * at;
    }
    let mean = |sum: f64| sum / n as f64;
    let second = |x: f64| 0.5 * (x - x0).abs() / form.weight(x).unwrap();
    let all = (f64::NEG_INFINITY, f64::INFINITY);
    let got = form
        .seminorm(mean(at_zero), mean(slope), second, all, &[x0, 0.6, -0.6])
        .unwrap();
    // The relative spread of each mean is about 1.5/√n = 0.3 %; four of them.
    close(value(got), mean(square), 0.0135);
}
