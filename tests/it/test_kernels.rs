//! Small kernels, written out, for tests of what is built on kernels; and the data of
//! `tests/reference/generate_interpolant.py`.

use nalgebra::{DMatrix, DVector};
use spectral_bias::data::{Dataset, Points};
use spectral_bias::numerics::Estimate;
use spectral_bias::theory::kernel::{Kernel, Split};
use std::sync::Arc;

fn distance(x: &[f64], y: &[f64]) -> f64 {
    let squares = x.iter().zip(y).map(|(a, b)| (a - b) * (a - b));
    squares.sum::<f64>().sqrt()
}

/// A rounded value, honest to a few units in the last place.
fn rounded(value: f64) -> Estimate {
    Estimate::new(value, 4.0 * f64::EPSILON * value.abs())
}

/// E|ξ₁|³ on the sphere.
fn c3(d: usize) -> f64 {
    match d {
        1 => 1.0,
        2 => 4.0 / (3.0 * std::f64::consts::PI),
        3 => 0.25,
        5 => 0.125,
        _ => unimplemented!(),
    }
}

/// weight · c_d ‖δ‖³, of order 2.
#[derive(Debug, Clone, Copy)]
pub struct Cubic {
    pub weight: f64,
}

impl Kernel for Cubic {
    fn dim(&self) -> Option<usize> {
        None
    }
    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        rounded(self.weight * c3(x.len()) * distance(x, y).powi(3))
    }
    fn order(&self) -> usize {
        2
    }
}

pub fn cubic() -> Arc<dyn Kernel> {
    Arc::new(Cubic { weight: 1.0 / 12.0 })
}

/// R²/6 + ⟨x,x′⟩/(2d) + c_d ‖δ‖³/(24R).
#[derive(Debug, Clone, Copy)]
pub struct FiniteRelu {
    pub dim: usize,
    pub radius: f64,
    pub split: bool,
}

impl Kernel for FiniteRelu {
    fn dim(&self) -> Option<usize> {
        Some(self.dim)
    }
    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        let dot: f64 = x.iter().zip(y).map(|(a, b)| a * b).sum();
        let cubic = c3(self.dim) * distance(x, y).powi(3) / (24.0 * self.radius);
        rounded(self.radius * self.radius / 6.0 + dot / (2.0 * self.dim as f64) + cubic)
    }
    fn split(&self) -> Option<Split> {
        let mut diagonal = vec![0.5 / self.dim as f64; self.dim + 1];
        diagonal[0] = self.radius * self.radius / 6.0;
        self.split.then(|| Split {
            order: 2,
            polynomial: DMatrix::from_diagonal(&DVector::from_vec(diagonal)),
            remainder: Arc::new(Cubic {
                weight: 1.0 / (24.0 * self.radius),
            }),
        })
    }
}

/// e^{−‖δ‖²/(2w²)}.
#[derive(Debug, Clone, Copy)]
pub struct Gaussian {
    pub width: f64,
}

impl Kernel for Gaussian {
    fn dim(&self) -> Option<usize> {
        None
    }
    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        rounded((-0.5 * (distance(x, y) / self.width).powi(2)).exp())
    }
}

pub fn gaussian(width: f64) -> Arc<dyn Kernel> {
    Arc::new(Gaussian { width })
}

/// min(x, x′) for positive numbers: interpolates piecewise linearly.
#[derive(Debug, Clone, Copy)]
pub struct Min;

impl Kernel for Min {
    fn dim(&self) -> Option<usize> {
        Some(1)
    }
    fn evaluate(&self, x: &[f64], y: &[f64]) -> Estimate {
        rounded(x[0].min(y[0]))
    }
}

/// The points from..from+n of the generator.
pub fn points(d: usize, from: u64, n: u64) -> Points {
    let coordinate = |i: u64, j: u64| {
        let k = (i * 633 + j * 104_729 + i * i * (37 + 22 * j) * j) % 1024;
        k as f64 / 512.0 - 1.0
    };
    let rows: Vec<Vec<f64>> = (from..from + n)
        .map(|i| (0..d as u64).map(|j| coordinate(i, j)).collect())
        .collect();
    Points::from_rows(&rows).unwrap()
}

/// n data of the generator.
pub fn data(d: usize, n: u64) -> Dataset {
    let targets = (0..n).map(|i| ((i * i * 31 + i * 17) % 256) as f64 / 128.0 - 1.0);
    let targets = DVector::from_iterator(n as usize, targets);
    Dataset::new(points(d, 0, n), targets).unwrap()
}

pub fn on_line(xs: &[f64], ys: &[f64]) -> Dataset {
    let points = Points::on_line(xs).unwrap();
    Dataset::new(points, DVector::from_column_slice(ys)).unwrap()
}
