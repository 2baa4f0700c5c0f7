//! Recognising points that form a regular grid.

use super::Points;

/// How points of R^d form a full grid with equal spacing along each axis.
#[derive(Clone, Debug, PartialEq)]
pub struct RegularGrid {
    /// The number of places along each axis.
    pub shape: Vec<usize>,
    /// The spacing along each axis (0 where there is a single place).
    pub spacing: Vec<f64>,
    /// For each place (the first axis running fastest), the index of the point that stands there.
    pub order: Vec<usize>,
}

impl RegularGrid {
    /// Recognises a grid: every combination of equally spaced coordinates occurs exactly once,
    /// in any order. Spacings may differ by a millionth of the spacing, as rounded decimals do.
    /// `None` if the points are no such grid.
    pub fn of(points: &Points) -> Option<Self> {
        let (n, d) = (points.len(), points.dim());
        let mut shape = Vec::with_capacity(d);
        let mut spacing = Vec::with_capacity(d);
        let mut place = vec![0_usize; n];
        let mut stride = 1_usize;
        for axis in 0..d {
            let mut values: Vec<f64> = points.iter().map(|x| x[axis]).collect();
            values.sort_by(f64::total_cmp);
            let (low, high) = (*values.first()?, *values.last()?);
            let near = 1e-6 * (high - low) / n as f64;
            values.dedup_by(|a, b| (*a - *b).abs() <= near);
            let count = values.len();
            let step = if count > 1 {
                (high - low) / (count - 1) as f64
            } else {
                0.0
            };
            for (i, x) in points.iter().enumerate() {
                let index = if count > 1 {
                    ((x[axis] - low) / step).round()
                } else {
                    0.0
                };
                if (x[axis] - (low + index * step)).abs() > 1e-6 * step {
                    return None;
                }
                place[i] += stride * index as usize;
            }
            stride = stride.checked_mul(count).filter(|&cells| cells <= n)?;
            shape.push(count);
            spacing.push(step);
        }
        let mut order = vec![usize::MAX; n];
        for (i, &p) in place.iter().enumerate() {
            *order.get_mut(p)? = i;
        }
        (stride == n && order.iter().all(|&i| i != usize::MAX)).then_some(Self {
            shape,
            spacing,
            order,
        })
    }
}
