//! The spectrum itself: eigenspaces by degree, variances, truncation, decay.

use super::multiplicity::{binomial, harmonics};
use super::zonal::ZonalKernel;
use super::{hypercube, sphere};
use crate::error::{Error, Result};
use crate::numerics::Estimate;
use crate::numerics::special::{Correlation, gegenbauer};

/// The functions of one degree: one eigenvalue, many eigenfunctions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eigenspace {
    /// The degree k; ‖m‖² on the torus, the index from 0 on a data set or an interval.
    pub degree: usize,
    /// λ_k.
    pub eigenvalue: Estimate,
    /// The dimension N_k of the space, rounded where it exceeds 2⁵³.
    pub multiplicity: f64,
}

impl Eigenspace {
    /// λ_k N_k: the share of this degree in K(x,x).
    pub fn variance(&self) -> Estimate {
        self.eigenvalue * self.multiplicity
    }
}

/// More corners are not summed over.
const MOST_COORDINATES: usize = 10_000_000;

/// Where the points lie, and what a degree is there.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Domain {
    /// S^{d−1} in R^d, d ≥ 2 (the circle for d = 2).
    Sphere {
        /// d.
        dim: usize,
    },
    /// {±1}^d.
    Hypercube {
        /// d.
        dim: usize,
    },
    /// Standard Gaussian points as d → ∞: the eigenvalue of degree k is b_k of κ(t) = Σ b_k tᵏ, the limit of
    /// λ_k N(d,k), with multiplicity 1.
    Gaussian,
    /// (R/LZ)^d: the degree is ‖m‖² of the frequencies 2πm/L, m ∈ Z^d.
    Torus {
        /// d.
        dim: usize,
        /// L.
        side: f64,
    },
    /// Finitely many points with masses, a data set or the nodes of a rule on an interval: the degree is the index of
    /// the eigenvalue, from 0, the largest first.
    Points {
        /// n.
        count: usize,
    },
}

/// The eigenvalues of a kernel under the uniform probability of a domain. Of a zonal one
/// K(x,x′) = κ(t) = Σ_k λ_k N_k P_k(t), P_k(1) = 1; of any Σ_k λ_k N_k = E\[K(x,x)\].
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    domain: Domain,
    eigenspaces: Vec<Eigenspace>,
    diagonal: Estimate,
}

impl Spectrum {
    /// Degrees 0…count−1 on S^{d−1}, d ≥ 2.
    ///
    /// # Method
    /// The way with the smallest error, degree by degree: a closed form; the jump of κ across t > 1 and t < −1;
    /// its power series, term by term positive; quadrature over the angle, whose error is relative to κ(1).
    /// A degree that none of them resolves has an error as wide as its value.
    ///
    /// # Errors
    /// d < 2; no degrees, or more than have multiplicities below the largest double; a kernel that is not finite.
    ///
    /// # References
    /// Funk and Hecke; Bietti & Bach, arXiv 2009.14397; Schoenberg, Duke Math. J. 9 (1942) 96.
    pub fn sphere(kernel: &dyn ZonalKernel, dim: usize, count: usize) -> Result<Self> {
        if dim < 2 {
            return Err(Error::invalid(
                "dim",
                "a sphere in dimension 2 or more",
                dim,
            ));
        }
        expect(kernel, count)?;
        let size = |k| harmonics(dim, k);
        finite_spaces(dim, count, size)?;
        let values = sphere::eigenvalues(kernel, dim, count)?;
        Ok(Self::assemble(Domain::Sphere { dim }, kernel, values, size))
    }

    /// Degrees 0…count−1 on the circle: λ_k is the k-th cosine coefficient of κ(cos θ), N = 2 for k ≥ 1.
    ///
    /// # Errors
    /// As [`Spectrum::sphere`].
    pub fn circle(kernel: &dyn ZonalKernel, count: usize) -> Result<Self> {
        Self::sphere(kernel, 2, count)
    }

    /// Degrees 0…min(count, d+1)−1 on the hypercube {±1}^d, t = ⟨x,x′⟩/d; eigenfunctions are the products of k
    /// coordinates.
    ///
    /// # Errors
    /// d = 0; degrees as on the sphere; a kernel that is not finite.
    ///
    /// # References
    /// Yang & Salman, arXiv 1907.10599.
    pub fn hypercube(kernel: &dyn ZonalKernel, dim: usize, count: usize) -> Result<Self> {
        if dim == 0 {
            return Err(Error::invalid("dim", "a hypercube of dimension ≥ 1", dim));
        }
        expect(kernel, count)?;
        let count = count.min(dim.saturating_add(1));
        let size = |k| binomial(dim, k);
        finite_spaces(dim, count, size)?;
        if dim > MOST_COORDINATES {
            let expected = format!(
                "at most {MOST_COORDINATES} coordinates of a hypercube (the Gaussian limit has no dimension)"
            );
            return Err(Error::invalid("dim", expected, dim));
        }
        let values = hypercube::eigenvalues(kernel, dim, count)?;
        Ok(Self::assemble(
            Domain::Hypercube { dim },
            kernel,
            values,
            size,
        ))
    }

    /// Degrees 0…count−1 in the limit of Gaussian points in high dimension: the coefficients b_k of
    /// κ(t) = Σ b_k tᵏ, each as one space. For a shallow network without bias b_k is the square of the k-th Hermite
    /// coefficient of its activation.
    ///
    /// # Errors
    /// No degrees; a kernel that states no power series, or whose coefficients are not summable: κ(1) = ∞, such as the
    /// tangent kernel of an activation with steps, where φ′ is a delta and E\[φ′(u)²\] = ∞.
    pub fn gaussian(kernel: &dyn ZonalKernel, count: usize) -> Result<Self> {
        expect(kernel, count)?;
        let terms = count.saturating_mul(2).max(512);
        let series = kernel.power_series(terms).ok_or_else(|| {
            Error::undefined(
                "Gaussian spectrum",
                "it is the power series of κ(t), which this kernel does not state",
            )
        })?;
        let listed = series.coefficients().iter().copied();
        let unlisted = series.rest().into_iter().cycle();
        let values: Vec<Estimate> = listed
            .chain(unlisted.map(|r| Estimate::new(0.0, r.value + r.error)))
            .take(count)
            .collect();
        Ok(Self::assemble(Domain::Gaussian, kernel, values, |_| 1.0))
    }

    fn assemble(
        domain: Domain,
        kernel: &dyn ZonalKernel,
        values: Vec<Estimate>,
        multiplicity: impl Fn(usize) -> f64,
    ) -> Self {
        let eigenspaces = values.into_iter().enumerate();
        let eigenspaces = eigenspaces.map(|(degree, eigenvalue)| Eigenspace {
            degree,
            eigenvalue,
            multiplicity: multiplicity(degree),
        });
        let diagonal = kernel.value(Correlation::from_one_minus(0.0));
        Self::from_parts(domain, eigenspaces.collect(), diagonal)
    }

    pub(super) fn from_parts(
        domain: Domain,
        eigenspaces: Vec<Eigenspace>,
        diagonal: Estimate,
    ) -> Self {
        Self {
            domain,
            eigenspaces,
            diagonal,
        }
    }

    /// Where the points lie.
    pub fn domain(&self) -> Domain {
        self.domain
    }

    /// The eigenspaces, by degree.
    pub fn eigenspaces(&self) -> &[Eigenspace] {
        &self.eigenspaces
    }

    /// K(x,x) = κ(1) = Σ_k λ_k N_k; the mean E\[K(x,x)\] over points and intervals; on the torus without what
    /// the kernel leaves free ([`Spectrum::torus`]).
    pub fn diagonal(&self) -> Estimate {
        self.diagonal
    }

    /// λ_k N_k/E\[K(x,x)\], the fractional variance of every degree.
    pub fn fractional_variance(&self) -> Vec<Estimate> {
        let size = self.diagonal.value;
        let share = |space: &Eigenspace| {
            let variance = space.variance();
            Estimate::new(variance.value / size, variance.error / size)
        };
        self.eigenspaces.iter().map(share).collect()
    }

    /// Σ_{j≤k} λ_j N_j, the cumulative variance up to every degree.
    pub fn cumulative_variance(&self) -> Vec<Estimate> {
        let mut sum = Estimate::default();
        let add = |space: &Eigenspace| {
            sum = sum + space.variance();
            sum
        };
        self.eigenspaces.iter().map(add).collect()
    }

    /// E\[K(x,x)\] − Σ λ_k N_k over the first n eigenspaces, the mean square that is lost when the kernel is truncated
    /// to them (n at most their number).
    pub fn truncation_error(&self, n: usize) -> Estimate {
        let kept: Estimate = self.eigenspaces.iter().take(n).map(|s| s.variance()).sum();
        let lost = self.diagonal - kept;
        let rounding = 4.0 * f64::EPSILON * self.diagonal.value.abs();
        Estimate::new(lost.value.max(0.0), lost.error + rounding)
    }

    /// The zonal eigenfunction P_k(t) of degree k about a point, P_k(1) = 1: Gegenbauer on a sphere, Krawtchouk at
    /// t = 1 − 2j/d on the hypercube, tᵏ in the Gaussian limit. K(x,x′) = Σ λ_k N_k P_k(t). `None` where a kernel is no
    /// function of the cosine: the eigenfunctions of the torus are e^{i2π⟨m,x⟩/L}, those of points in
    /// [`super::EmpiricalSpectrum::eigenfunctions`].
    pub fn zonal_function(&self, degree: usize, t: Correlation) -> Option<f64> {
        match self.domain {
            Domain::Sphere { dim } => gegenbauer(dim, t.rho(), degree + 1).last().copied(),
            Domain::Hypercube { dim } => {
                let d = dim as f64;
                let (mut before, mut now) = (0.0, 1.0);
                for k in 0..degree.min(dim) {
                    let k = k as f64;
                    (before, now) = (now, (d * t.rho() * now - k * before) / (d - k));
                }
                Some(if degree > dim { 0.0 } else { now })
            }
            Domain::Gaussian => Some(t.rho().powi(i32::try_from(degree).unwrap_or(i32::MAX))),
            Domain::Torus { .. } | Domain::Points { .. } => None,
        }
    }
}

fn finite_spaces(dim: usize, count: usize, multiplicity: impl Fn(usize) -> f64) -> Result<()> {
    match (0..count).find(|&k| multiplicity(k) == f64::INFINITY) {
        None => Ok(()),
        Some(most) => {
            let expected = format!(
                "at most {most} in dimension {dim}, beyond which multiplicities exceed the largest double"
            );
            Err(Error::invalid("degrees", expected, count))
        }
    }
}

/// Some degrees, and a diagonal of which they are shares.
fn expect(kernel: &dyn ZonalKernel, count: usize) -> Result<()> {
    if count == 0 {
        return Err(Error::invalid("degrees", "at least one degree", 0));
    }
    let diagonal = kernel.value(Correlation::from_one_minus(0.0)).value;
    if !diagonal.is_finite() {
        return Err(Error::undefined(
            "spectrum",
            "the kernel is not finite on the diagonal (E[φ′(u)²] is infinite where φ steps), or beyond the largest double: \
             its eigenvalues are not summable",
        ));
    }
    Ok(())
}
