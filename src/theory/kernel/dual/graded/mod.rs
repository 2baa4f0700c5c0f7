//! Dual activations of any activation: as series on cells that are as short as it changes fast, near and far.

mod cell;
mod fit;
mod mean;
mod product;

use super::quadrature::{self, BEYOND, FAR, REACH};
use super::{Covariance, DualValue};
use crate::model::Activation;
use crate::numerics::Estimate;
use cell::{Both, Cells};
use fit::Fit;
use mean::Table;

/// A cell is looked at between its samples at so many places at least.
const LOOKS: usize = 40;
/// Up to here a bump that is not told of may be as narrow as twice this.
const SEARCHED: (f64, f64) = (64.0, 0.25);
/// The noise of slopes that are differences, at most.
const NOISE: f64 = 1e-6;
/// Landmarks this narrow are surrounded by cells that grow by this factor.
const STEEP: f64 = 0.05;
const GRADING: f64 = 4.0;

/// φ(mean + z) for z ~ N(0, std²), std > 0.
///
/// # Method
/// Legendre series of degree 19 on cells that are halved until what they leave of φ and of φ′ is 1e−14 of √E[φ²] and of √E[φ′²] in
/// mean square, by their last terms and by looks between their samples, towards kinks, landmarks and 0 on all scales. By Cauchy and
/// Schwarz this is what is left of E[φ(u)φ(v)] at any correlation, relative to √(E[φ(u)²]E[φ(v)²]). A tail that is analytic takes a cell for every
/// factor of two or three.
#[derive(Clone, Debug)]
pub(crate) struct Graded {
    cells: Cells,
    std: f64,
    /// Kinks and landmarks.
    places: Vec<f64>,
    /// √E[φ²] and √E[φ′²].
    norms: Both,
    /// How many standard deviations it is followed.
    reach: f64,
    table: Table,
}

impl Graded {
    pub(super) fn new(activation: &Activation, mean: f64, std: f64) -> Self {
        let mut places = vec![-mean];
        places.extend(activation.kinks().into_iter().map(|kink| kink.at - mean));
        let mut edges: Vec<f64> = vec![-REACH * std, REACH * std];
        for place in activation.landmarks() {
            let at = place.at - mean;
            places.push(at);
            let mut distance = place.scale;
            while place.scale < STEEP && distance < 1.0 {
                edges.extend([at - distance, at + distance]);
                distance *= GRADING;
            }
        }
        edges.extend(&places);
        let mut distance = FAR * std;
        while distance > std {
            edges.extend([-distance, distance]);
            distance *= 0.5;
        }
        edges.retain(|z| z.abs() <= FAR * std);
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        let fit = Fit {
            sample: |z: f64| {
                let (value, slope) = activation.value_and_derivative(mean + z);
                ([value, slope], [0.0; 2])
            },
            std,
            places: &places,
            parts: LOOKS,
            searched: Some((-SEARCHED.0 - mean, SEARCHED.0 - mean, SEARCHED.1)),
            noise: match activation.by_differences() {
                true => NOISE,
                false => fit::NOISE,
            },
            sizes: None,
        };
        let (cells, squares) = fit.cells(&edges);
        let mut sums = [[0.0; 2]; 2];
        for (cell, square) in cells.cells.iter().zip(squares) {
            let beyond = usize::from(cell.middle.abs() > REACH * std);
            sums[beyond] = [sums[beyond][0] + square[0], sums[beyond][1] + square[1]];
        }
        let far = (0..2).any(|k| sums[1][k] > BEYOND * sums[0][k]);
        Self {
            table: Table::new(&cells),
            cells,
            std,
            places,
            norms: [0, 1].map(|k| (sums[0][k] + sums[1][k]).sqrt()),
            reach: if far { FAR } else { REACH },
        }
    }
}

/// A pre-activation: its mean, and φ about it if it is no constant.
pub(super) struct Side<'a> {
    pub(super) mean: f64,
    pub(super) graded: Option<&'a Graded>,
}

impl Side<'_> {
    /// [E[φ], E[φ′]] at `moved` from the mean with deviation t.
    fn average(&self, activation: &Activation, moved: f64, t: f64) -> [Estimate; 2] {
        let graded = match self.graded {
            Some(graded) if t > 0.0 => graded,
            _ => {
                let (value, slope) = activation.value_and_derivative(self.mean + moved);
                return [value, slope].map(|f| Estimate::new(f, 0.0));
            }
        };
        let (both, off) = graded.mean(moved, t, &mut Vec::new());
        [0, 1].map(|k| Estimate::new(both[k], off[k]))
    }
}

/// E[φ(u)φ(v)] and E[φ′(u)φ′(v)]; the variances may be 0 and the correlation ±1.
pub(super) fn dual(
    activation: &Activation,
    covariance: &Covariance,
    means: (f64, f64),
) -> DualValue {
    let of = |q: f64, mean| (q > 0.0).then(|| Graded::new(activation, mean, q.sqrt()));
    let one = of(covariance.q11, means.0);
    let same = covariance.q11 == covariance.q22 && means.0 == means.1;
    let two = if same {
        one.clone()
    } else {
        of(covariance.q22, means.1)
    };
    let side = |mean, graded| Side { mean, graded };
    prepared(
        activation,
        covariance,
        [side(means.0, one.as_ref()), side(means.1, two.as_ref())],
    )
}

/// [`dual`] of what was prepared.
pub(super) fn prepared(
    activation: &Activation,
    covariance: &Covariance,
    sides: [Side<'_>; 2],
) -> DualValue {
    let regular = match (sides[0].graded, sides[1].graded) {
        // The smaller variance outside: there φ varies least over the law.
        (Some(u), Some(v)) if u.std <= v.std => product::dual(u, v, covariance),
        (Some(u), Some(v)) => product::dual(v, u, covariance),
        (u, v) => {
            // A constant correlates with nothing.
            let of = |side: &Side<'_>, graded: Option<&Graded>| {
                side.average(activation, 0.0, graded.map_or(0.0, |g| g.std))
            };
            let (a, b) = (of(&sides[0], u), of(&sides[1], v));
            DualValue {
                nngp: a[0] * b[0],
                derivative: a[1] * b[1],
            }
        }
    };
    let means = (sides[0].mean, sides[1].mean);
    let slope = |which: usize, moved: f64, t: f64| sides[which].average(activation, moved, t)[1];
    quadrature::with_deltas(activation, regular, covariance, means, &slope)
}
