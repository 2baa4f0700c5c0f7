//! Forward and backward passes, fused over blocks of neurons.
//!
//! In every system of coordinates the gradient of neuron i follows from three sums over the points,
//! with residuals r: a = Σ rφ(z), B = Σ rφ′(z), C = Σ rφ′(z)x. The forward pass leaves φ(z) and φ′(z)
//! behind for the backward pass while they fit into memory; where only output weights are trained,
//! they are computed once and for all.

use super::parameters::project;
use super::{Group, Network};
use crate::data::Points;
use crate::numerics::{axpy, dot};
use crate::simulation::blocks::{BLOCK, for_each, sum_rows};

/// Beyond this many neuron·point pairs (256 MB each for φ and φ′), features are computed again in the
/// backward pass instead of being kept.
const KEPT_PAIRS: usize = 1 << 25;

/// Points, one row of n numbers per coordinate.
pub(in crate::simulation) struct Inputs {
    n: usize,
    rows: Vec<f64>,
}

impl Inputs {
    pub(in crate::simulation) fn new(points: &Points) -> Self {
        Self {
            n: points.len(),
            rows: points.columns().transpose().as_slice().to_vec(),
        }
    }

    /// Some of them, in the given order; the indices are below n.
    pub(in crate::simulation) fn select(&self, indices: &[usize]) -> Self {
        let rows = self
            .rows
            .chunks_exact(self.n)
            .flat_map(|row| indices.iter().map(|&i| row[i]))
            .collect();
        Self {
            n: indices.len(),
            rows,
        }
    }

    pub(in crate::simulation) fn len(&self) -> usize {
        self.n
    }

    fn dim(&self) -> usize {
        self.rows.len() / self.n
    }
}

/// (w, b) of every neuron.
struct Hidden {
    weights: Vec<f64>,
    biases: Vec<f64>,
}

impl Hidden {
    fn of(network: &Network) -> Self {
        let (weights, biases) = network.effective();
        Self { weights, biases }
    }

    /// z = ⟨w,x⟩ − b of one neuron at every point.
    fn pre_activations(&self, neuron: usize, inputs: &Inputs, z: &mut [f64]) {
        let d = inputs.dim();
        let bias = self.biases[neuron];
        for (k, row) in inputs.rows.chunks_exact(inputs.n).enumerate() {
            let w = self.weights[neuron * d + k];
            if k == 0 {
                for (z, x) in z.iter_mut().zip(row) {
                    *z = w * x - bias;
                }
            } else {
                axpy(w, row, z);
            }
        }
    }
}

/// ±c v of every neuron.
fn coefficients(network: &Network) -> Vec<f64> {
    let outputs = network.parameters().group(Group::Output);
    let signed = |(i, v): (usize, &f64)| network.signed_factor(i) * v;
    outputs.iter().enumerate().map(signed).collect()
}

/// f at every point; nothing is kept.
pub(super) fn values(network: &Network, inputs: &Inputs) -> Vec<f64> {
    let (n, m) = (inputs.n, network.parameters().neurons());
    let hidden = Hidden::of(network);
    let coefficients = coefficients(network);
    let mut partial = vec![0.0; m.div_ceil(BLOCK) * n];
    let blocks = partial.chunks_exact_mut(n).enumerate().collect();
    for_each(blocks, m * n, |(block, partial): (usize, &mut [f64])| {
        let (mut z, mut phi) = (vec![0.0; n], vec![0.0; n]);
        let first = block * BLOCK;
        for (i, c) in (first..).zip(coefficients[first..].iter().take(BLOCK)) {
            hidden.pre_activations(i, inputs, &mut z);
            network.activation().fill(&z, &mut phi, &mut []);
            axpy(*c, &phi, partial);
        }
    });
    sum_rows(&partial, n)
}

/// φ (and, if `derivatives`, φ′) of a range of neurons: rows of n numbers.
pub(super) fn features(
    network: &Network,
    inputs: &Inputs,
    neurons: std::ops::Range<usize>,
    derivatives: bool,
) -> (Vec<f64>, Vec<f64>) {
    let (n, m) = (inputs.n, neurons.len());
    let hidden = Hidden::of(network);
    let mut phi = vec![0.0; m * n];
    let mut slope = vec![0.0; if derivatives { m * n } else { 0 }];
    let blocks = rows(&mut phi, BLOCK * n, m)
        .into_iter()
        .zip(rows(&mut slope, BLOCK * n, m))
        .enumerate()
        .collect();
    type Item<'a> = (usize, (&'a mut [f64], &'a mut [f64]));
    for_each(blocks, m * n, |(block, (phi, slope)): Item<'_>| {
        let mut z = vec![0.0; n];
        let first = neurons.start + block * BLOCK;
        for (local, phi) in phi.chunks_exact_mut(n).enumerate() {
            hidden.pre_activations(first + local, inputs, &mut z);
            let slope = row_mut(slope, local, n);
            network.activation().fill(&z, phi, slope);
        }
    });
    (phi, slope)
}

/// The chunks of `values`, or as many empty ones as `neurons` make blocks.
fn rows(values: &mut [f64], size: usize, neurons: usize) -> Vec<&mut [f64]> {
    if values.is_empty() {
        (0..neurons.div_ceil(BLOCK)).map(|_| &mut [][..]).collect()
    } else {
        values.chunks_mut(size).collect()
    }
}

fn row_mut(values: &mut [f64], at: usize, n: usize) -> &mut [f64] {
    values.get_mut(at * n..(at + 1) * n).unwrap_or(&mut [])
}

/// What is kept between passes over the same points.
pub(in crate::simulation) enum Engine {
    /// Only output weights move: φ(z), a row per neuron; one row for both of a pair of neurons of an
    /// antisymmetric network that are still equal.
    Fixed { phi: Vec<f64>, rows: usize },
    /// φ(z) and φ′(z) of the last forward pass; empty if they would not fit.
    Moving { phi: Vec<f64>, slope: Vec<f64> },
}

impl Engine {
    pub(in crate::simulation) fn new(network: &Network, inputs: &Inputs) -> Self {
        let m = network.parameters().neurons();
        let kept = m * inputs.n <= KEPT_PAIRS;
        let only_outputs = network
            .rates()
            .trained()
            .iter()
            .all(|(g, _)| *g == Group::Output);
        if only_outputs && kept {
            let rows = if paired(network) { m / 2 } else { m };
            let (phi, _) = features(network, inputs, 0..rows, false);
            return Self::Fixed { phi, rows };
        }
        let size = if kept { m * inputs.n } else { 0 };
        Self::Moving {
            phi: vec![0.0; size],
            slope: vec![0.0; size],
        }
    }

    /// f at every point.
    pub(in crate::simulation) fn forward(
        &mut self,
        network: &Network,
        inputs: &Inputs,
    ) -> Vec<f64> {
        match self {
            Self::Fixed { phi, rows } => fixed_forward(network, phi, *rows, inputs.n),
            Self::Moving { phi, .. } if phi.is_empty() => values(network, inputs),
            Self::Moving { phi, slope } => moving_forward(network, inputs, phi, slope),
        }
    }

    /// The gradient of ½Σ(f−y)² for residuals f − y at the parameters of the last forward pass (or
    /// any vector–Jacobian product), in the layout of the parameters; 0 for frozen groups.
    pub(in crate::simulation) fn backward(
        &self,
        network: &Network,
        inputs: &Inputs,
        residuals: &[f64],
    ) -> Vec<f64> {
        match self {
            Self::Fixed { phi, rows } => fixed_backward(network, phi, *rows, residuals),
            Self::Moving { phi, slope } => {
                let sums = moving_sums(network, inputs, residuals, phi, slope);
                gradient(network, &sums)
            }
        }
    }
}

/// Whether both halves of an antisymmetric network have bit for bit the same hidden neurons.
fn paired(network: &Network) -> bool {
    let p = network.parameters();
    network.antisymmetric()
        && p.groups().iter().filter(|g| **g != Group::Output).all(|g| {
            let values = p.group(*g);
            let (first, second) = values.split_at(values.len() / 2);
            first
                .iter()
                .zip(second)
                .all(|(a, b)| a.to_bits() == b.to_bits())
        })
}

fn fixed_forward(network: &Network, phi: &[f64], rows: usize, n: usize) -> Vec<f64> {
    let mut coefficients = coefficients(network);
    if coefficients.len() > rows {
        let (first, second) = coefficients.split_at_mut(rows);
        axpy(1.0, second, first);
    }
    let mut partial = vec![0.0; rows.div_ceil(BLOCK) * n];
    let blocks = partial
        .chunks_exact_mut(n)
        .zip(phi.chunks(BLOCK * n))
        .zip(coefficients[..rows].chunks(BLOCK))
        .collect();
    type Item<'a> = ((&'a mut [f64], &'a [f64]), &'a [f64]);
    for_each(
        blocks,
        rows * n,
        |((partial, phi), coefficients): Item<'_>| {
            for (row, c) in phi.chunks_exact(n).zip(coefficients) {
                axpy(*c, row, partial);
            }
        },
    );
    sum_rows(&partial, n)
}

fn fixed_backward(network: &Network, phi: &[f64], rows: usize, residuals: &[f64]) -> Vec<f64> {
    let n = residuals.len();
    let mut gradient = vec![0.0; network.parameters().values().len()];
    let m = network.parameters().neurons();
    let blocks = gradient[..rows]
        .chunks_mut(BLOCK)
        .zip(phi.chunks(BLOCK * n))
        .collect();
    for_each(blocks, rows * n, |(out, phi): (&mut [f64], &[f64])| {
        for (out, row) in out.iter_mut().zip(phi.chunks_exact(n)) {
            *out = dot(residuals, row);
        }
    });
    for i in (0..m).rev() {
        gradient[i] = network.signed_factor(i) * gradient[i % rows];
    }
    gradient
}

fn moving_forward(
    network: &Network,
    inputs: &Inputs,
    phi: &mut [f64],
    slope: &mut [f64],
) -> Vec<f64> {
    let (n, m) = (inputs.n, network.parameters().neurons());
    let hidden = Hidden::of(network);
    let coefficients = coefficients(network);
    let mut partial = vec![0.0; m.div_ceil(BLOCK) * n];
    let blocks = partial
        .chunks_exact_mut(n)
        .zip(phi.chunks_mut(BLOCK * n))
        .zip(slope.chunks_mut(BLOCK * n))
        .enumerate()
        .collect();
    type Item<'a> = (usize, ((&'a mut [f64], &'a mut [f64]), &'a mut [f64]));
    for_each(
        blocks,
        m * n,
        |(block, ((partial, phi), slope)): Item<'_>| {
            let mut z = vec![0.0; n];
            let rows = phi.chunks_exact_mut(n).zip(slope.chunks_exact_mut(n));
            for (i, (phi, slope)) in (block * BLOCK..).zip(rows) {
                hidden.pre_activations(i, inputs, &mut z);
                network.activation().fill(&z, phi, slope);
                axpy(coefficients[i], phi, partial);
            }
        },
    );
    sum_rows(&partial, n)
}

/// (a, B, C) of every neuron, 2 + d numbers each.
fn moving_sums(
    network: &Network,
    inputs: &Inputs,
    residuals: &[f64],
    phi: &[f64],
    slope: &[f64],
) -> Vec<f64> {
    let (n, m, d) = (inputs.n, network.parameters().neurons(), inputs.dim());
    // r∘x_k once, so that C is d plain scalar products.
    let weighted: Vec<f64> = inputs
        .rows
        .chunks_exact(n)
        .flat_map(|row| row.iter().zip(residuals).map(|(x, r)| x * r))
        .collect();
    let hidden = Hidden::of(network);
    let mut sums = vec![0.0; m * (2 + d)];
    let blocks = sums.chunks_mut(BLOCK * (2 + d)).enumerate().collect();
    for_each(blocks, m * n, |(block, sums): (usize, &mut [f64])| {
        let scratch_size = if phi.is_empty() { n } else { 0 };
        let mut z = vec![0.0; scratch_size];
        let mut scratch = (vec![0.0; scratch_size], vec![0.0; scratch_size]);
        for (i, sums) in (block * BLOCK..).zip(sums.chunks_exact_mut(2 + d)) {
            let (phi, slope) = if phi.is_empty() {
                hidden.pre_activations(i, inputs, &mut z);
                let (phi, slope) = (&mut scratch.0, &mut scratch.1);
                network.activation().fill(&z, phi, slope);
                (&scratch.0[..], &scratch.1[..])
            } else {
                (&phi[i * n..(i + 1) * n], &slope[i * n..(i + 1) * n])
            };
            sums[0] = dot(residuals, phi);
            sums[1] = dot(residuals, slope);
            for (sum, weighted) in sums[2..].iter_mut().zip(weighted.chunks_exact(n)) {
                *sum = dot(weighted, slope);
            }
        }
    });
    sums
}

/// The chain rule from (a, B, C) to the parameters of the network's coordinates.
fn gradient(network: &Network, sums: &[f64]) -> Vec<f64> {
    let p = network.parameters();
    let d = p.dim();
    let (outputs, scales) = (p.group(Group::Output), p.group(Group::Scale));
    let (offsets, directions) = (p.group(Group::Offset), p.group(Group::Direction));
    let (weight_factor, bias_factor) = network.factors();
    let mut gradient = vec![0.0; p.values().len()];
    for (group, range, _) in network.trained() {
        let target = &mut gradient[range];
        for (i, sums) in sums.chunks_exact(2 + d).enumerate() {
            let c = network.signed_factor(i);
            let cv = c * outputs[i];
            let (b, vector) = (sums[1], &sums[2..]);
            match group {
                Group::Output => target[i] = c * sums[0],
                Group::Offset => target[i] = -cv * scales[i] * b,
                Group::Scale => {
                    let along = dot(&directions[i * d..(i + 1) * d], vector);
                    target[i] = cv * (along - offsets[i] * b);
                }
                Group::Direction => {
                    let target = &mut target[i * d..(i + 1) * d];
                    target.fill(0.0);
                    axpy(cv * scales[i], vector, target);
                    project(&directions[i * d..(i + 1) * d], target);
                }
                Group::Bias => target[i] = -cv * bias_factor * b,
                Group::Weight => {
                    axpy(cv * weight_factor, vector, &mut target[i * d..(i + 1) * d]);
                }
            }
        }
    }
    gradient
}
