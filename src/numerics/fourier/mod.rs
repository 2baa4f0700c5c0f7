//! Fourier transforms of functions sampled on regular grids, with stated normalisation.
//!
//! # Conventions
//! - f̂(k) = ∫ f(x) e^{−ik·x} dx and f(x) = (2π)^{−d} ∫ f̂(k) e^{ik·x} dk, k in radians per unit length, so that
//!   ∫|f|² dx = (2π)^{−d} ∫|f̂|² dk.
//! - A [`Grid`] is centred: point j of an axis with n points and spacing h lies at (j − ⌊n/2⌋)·h.
//! - Arrays are row-major (the last axis runs fastest), in space and in frequency.
//! - Frequencies are in FFT order: index m of an axis stands for 2πm′/(nh), with m′ = 0, 1, …, ⌈n/2⌉ − 1,
//!   −⌊n/2⌋, …, −1.
//!
//! [`Grid::forward`] is the trapezoidal sum h^d Σ_j f(x_j) e^{−ik·x_j}: exact up to rounding for a
//! function that vanishes at the boundary of the grid and has no frequencies beyond π/h.
//! [`Aliasing`] states how far a sampled function is from that.

mod aliasing;
mod grid;
mod transform;

pub use aliasing::Aliasing;
pub use grid::{Axis, Grid};
