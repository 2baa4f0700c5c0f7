//! Where a density is known.

use crate::error::{Error, Result, finite};
use crate::theory::radon::Direction;

/// Room for rounding at the ends of a range.
pub(super) const EDGE: f64 = 1.0 + 1e-12;

/// A direction of R^d and an offset |γ| ≤ `reach`.
pub(super) fn expect_ray(direction: &Direction, dim: usize, offset: f64, reach: f64) -> Result<()> {
    direction.of_dim(dim)?;
    finite("offset", offset)?;
    if offset.abs() > reach * EDGE {
        return Err(Error::invalid("offset", format!("|γ| ≤ {reach}"), offset));
    }
    Ok(())
}
