//! Plane integrals through the voxels of a volume, and the exact transpose.

use super::{Direction, threads};
use crate::error::{Error, Result, finite, positive};

/// Cubic voxels, constant on each, around the origin of space: voxel (i, j, k) is centred at
/// ((i − (n₁−1)/2)·h, (j − (n₂−1)/2)·h, (k − (n₃−1)/2)·h), the last index running fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    shape: [usize; 3],
    spacing: f64,
    voxels: Vec<f64>,
}

impl Volume {
    /// From its voxels.
    ///
    /// # Errors
    /// An axis without voxels, another number of them, values that are not finite, a spacing that is not > 0.
    pub fn new(shape: [usize; 3], spacing: f64, voxels: Vec<f64>) -> Result<Self> {
        let spacing = positive("spacing", spacing)?;
        let count = shape.iter().try_fold(1_usize, |n, &m| n.checked_mul(m));
        if count == Some(0) {
            return Err(Error::invalid(
                "volume",
                "at least one voxel",
                format!("{shape:?}"),
            ));
        }
        if count != Some(voxels.len()) {
            return Err(Error::shape(
                "volume",
                format!("{shape:?} voxels"),
                voxels.len(),
            ));
        }
        if let Some((i, found)) = voxels.iter().enumerate().find(|(_, x)| !x.is_finite()) {
            return Err(Error::NotFinite {
                argument: "volume".into(),
                position: format!("voxel {i}"),
                found: *found,
            });
        }
        Ok(Self {
            shape,
            spacing,
            voxels,
        })
    }

    /// The number of voxels along each axis.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// The side h of a voxel.
    pub fn spacing(&self) -> f64 {
        self.spacing
    }

    /// The voxels.
    pub fn voxels(&self) -> &[f64] {
        &self.voxels
    }
}

/// The area of the plane ⟨ξ,x⟩ = γ within the cube [−½, ½]³, as a function of γ: three boxes of widths |ξ_i|,
/// convolved.
struct Footprint {
    /// The widest box less the middle one, halved: the plateau of their convolution.
    plateau: f64,
    /// Half the width of that convolution.
    reach: f64,
    /// The narrowest box, halved.
    blur: f64,
    height: f64,
    slope: f64,
}

impl Footprint {
    fn new(direction: &[f64]) -> Self {
        let mut widths: Vec<f64> = direction.iter().map(|x| x.abs()).collect();
        widths.sort_by(|a, b| b.total_cmp(a));
        let width = |i: usize| widths.get(i).copied().unwrap_or(0.0);
        let (a, b, c) = (width(0), width(1), width(2));
        let height = 1.0 / a;
        Self {
            plateau: 0.5 * (a - b),
            reach: 0.5 * (a + b),
            blur: 0.5 * c,
            height,
            slope: if b > 0.0 { height / b } else { 0.0 },
        }
    }

    fn half_width(&self) -> f64 {
        self.reach + self.blur
    }

    fn trapezoid(&self, z: f64) -> f64 {
        let z = z.abs();
        if z >= self.reach {
            0.0
        } else if z <= self.plateau {
            self.height
        } else {
            (self.slope * (self.reach - z)).min(self.height)
        }
    }

    /// The mean of the trapezoid over [z − blur, z + blur], piece by piece without cancellation.
    fn at(&self, z: f64) -> f64 {
        if self.blur < 1e-13 {
            return self.trapezoid(z);
        }
        let ends = [-self.reach, -self.plateau, self.plateau, self.reach];
        let mut sum = 0.0;
        for (from, to) in ends.iter().zip(ends.iter().skip(1)) {
            let low = (from - z).max(-self.blur);
            let high = (to - z).min(self.blur);
            if high > low {
                sum += (high - low) * self.trapezoid(z + 0.5 * (low + high));
            }
        }
        sum / (2.0 * self.blur)
    }
}

/// Offsets in ascending order, all finite, and directions of space.
fn check(directions: &[Direction], offsets: &[f64]) -> Result<()> {
    if directions.is_empty() || offsets.is_empty() {
        return Err(Error::invalid(
            "planes",
            "at least one direction and one offset",
            format!("{} and {}", directions.len(), offsets.len()),
        ));
    }
    for direction in directions {
        direction.of_dim(3)?;
    }
    for &offset in offsets {
        finite("offsets", offset)?;
    }
    if offsets.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(Error::invalid(
            "offsets",
            "ascending numbers",
            format!("{offsets:?}"),
        ));
    }
    Ok(())
}

/// Calls `visit(voxel, offset index, area)` for every voxel that planes of this direction cut.
fn cuts(
    shape: [usize; 3],
    spacing: f64,
    direction: &Direction,
    offsets: &[f64],
    mut visit: impl FnMut(usize, usize, f64),
) {
    let footprint = Footprint::new(direction.as_slice());
    let reach = footprint.half_width() * spacing;
    let area = spacing * spacing;
    let coordinate = |i: usize, n: usize| (i as f64 - 0.5 * (n as f64 - 1.0)) * spacing;
    let [n1, n2, n3] = shape;
    let mut voxel = 0;
    for i in 0..n1 {
        for j in 0..n2 {
            for k in 0..n3 {
                let x = [coordinate(i, n1), coordinate(j, n2), coordinate(k, n3)];
                let centre = direction.dot(&x);
                let from = offsets.partition_point(|g| *g < centre - reach);
                for (index, gamma) in offsets.iter().enumerate().skip(from) {
                    if *gamma > centre + reach {
                        break;
                    }
                    visit(
                        voxel,
                        index,
                        area * footprint.at((gamma - centre) / spacing),
                    );
                }
                voxel += 1;
            }
        }
    }
}

/// The Radon transform of a volume: the exact integral of the function that is constant on every voxel, over every
/// plane; direction by direction, the offsets (ascending) running fastest.
///
/// # Errors
/// No directions or offsets, directions of another dimension, offsets that do not ascend.
pub fn project_volume(
    volume: &Volume,
    directions: &[Direction],
    offsets: &[f64],
) -> Result<Vec<f64>> {
    check(directions, offsets)?;
    let mut values = vec![0.0; directions.len() * offsets.len()];
    let tasks: Vec<_> = values
        .chunks_exact_mut(offsets.len())
        .zip(directions)
        .collect();
    threads::for_each(tasks, |(row, direction)| {
        cuts(
            volume.shape,
            volume.spacing,
            direction,
            offsets,
            |voxel, offset, area| {
                if let (Some(sum), Some(value)) = (row.get_mut(offset), volume.voxels.get(voxel)) {
                    *sum += area * value;
                }
            },
        );
    });
    Ok(values)
}

/// The adjoint of [`project_volume`], its exact transpose.
///
/// # Errors
/// As [`project_volume`] and [`Volume::new`]; another number of values than planes.
pub fn back_project_volume(
    values: &[f64],
    directions: &[Direction],
    offsets: &[f64],
    shape: [usize; 3],
    spacing: f64,
) -> Result<Volume> {
    check(directions, offsets)?;
    if directions.len().checked_mul(offsets.len()) != Some(values.len()) {
        return Err(Error::shape(
            "values",
            format!(
                "{} directions × {} offsets",
                directions.len(),
                offsets.len()
            ),
            values.len(),
        ));
    }
    let count = shape.iter().try_fold(1_usize, |n, &m| n.checked_mul(m));
    let count = count.filter(|n| *n <= 1 << 31).unwrap_or(0);
    let mut volume = Volume::new(shape, spacing, vec![0.0; count])?;
    for (row, direction) in values.chunks_exact(offsets.len()).zip(directions) {
        cuts(shape, spacing, direction, offsets, |voxel, offset, area| {
            if let (Some(sum), Some(value)) = (volume.voxels.get_mut(voxel), row.get(offset)) {
                *sum += area * value;
            }
        });
    }
    Volume::new(shape, spacing, volume.voxels)
}
