//! The distinct points of a data set, with what stands at each.

use crate::data::{Dataset, Points};
use crate::error::{Error, Result};
use nalgebra::DVector;
use std::collections::HashMap;

/// The distinct points, in the order of their first appearance.
///
/// A datum that is there m times counts m times in the loss ½Σ(f−y)²: the same as one datum, the
/// mean of its targets, of weight m.
#[derive(Clone, Debug)]
pub(crate) struct Sites {
    pub points: Points,
    /// The site of every datum.
    pub of: Vec<usize>,
    /// √m of every site.
    pub weight: DVector<f64>,
}

impl Sites {
    pub fn new(data: &Dataset) -> Result<Self> {
        let mut seen: HashMap<Vec<u64>, usize> = HashMap::new();
        let (mut first, mut count, mut of) = (Vec::new(), Vec::<f64>::new(), Vec::new());
        for (i, x) in data.points().iter().enumerate() {
            // Adding zero makes −0 and 0 the same.
            let key = x.iter().map(|c| (c + 0.0).to_bits()).collect();
            let site = *seen.entry(key).or_insert_with(|| {
                first.push(i);
                count.push(0.0);
                first.len() - 1
            });
            count[site] += 1.0;
            of.push(site);
        }
        Ok(Self {
            points: data.points().select(&first)?,
            of,
            weight: DVector::from_vec(count).map(f64::sqrt),
        })
    }

    /// How many data stand at a site.
    pub fn multiplicity(&self, site: usize) -> f64 {
        (self.weight[site] * self.weight[site]).round()
    }

    /// That the targets (one per datum) at the same site are the same.
    pub fn expect_agreement(&self, targets: &DVector<f64>) -> Result<()> {
        let mut first = vec![None; self.weight.len()];
        for (i, (&site, &target)) in self.of.iter().zip(targets.iter()).enumerate() {
            match first[site] {
                None => first[site] = Some((i, target)),
                Some((at, other)) if other != target => {
                    return Err(Error::ConflictingPoints {
                        first: at,
                        second: i,
                        first_target: other,
                        second_target: target,
                    });
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// √m times the mean, at every site, of one number per datum.
    pub fn gather(&self, of_data: &DVector<f64>) -> DVector<f64> {
        let mut mean = DVector::<f64>::zeros(self.weight.len());
        let mut seen = vec![0.0; self.weight.len()];
        for (&site, &value) in self.of.iter().zip(of_data.iter()) {
            seen[site] += 1.0;
            mean[site] += (value - mean[site]) / seen[site];
        }
        mean.component_mul(&self.weight)
    }

    /// One number per datum from one per site that carries the factor √m.
    pub fn scatter(&self, weighted: &DVector<f64>) -> DVector<f64> {
        let values = self.of.iter().map(|&s| weighted[s] / self.weight[s]);
        DVector::from_iterator(self.of.len(), values)
    }
}
