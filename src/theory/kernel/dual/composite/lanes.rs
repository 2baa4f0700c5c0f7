//! Several places together: what is done to all alike becomes vector instructions.

/// Places that go together.
pub(super) const LANES: usize = 8;

pub(super) type Lanes = [f64; LANES];

/// φ and φ′, or means of them, at several places, with the moduli of what they are sums of.
#[derive(Clone, Copy, Default)]
pub(super) struct Values {
    pub(super) value: Lanes,
    pub(super) slope: Lanes,
    pub(super) modulus: Lanes,
    pub(super) steepness: Lanes,
}

// One array after another: side by side they would be shuffled.

/// sum += ab.
#[inline(always)]
pub(super) fn add(sum: &mut Lanes, a: &Lanes, b: &Lanes) {
    *sum = horner(a, b, sum);
}

/// ab.
#[inline(always)]
pub(super) fn times(a: &Lanes, b: &Lanes) -> Lanes {
    let mut product = [0.0; LANES];
    for l in 0..LANES {
        product[l] = a[l] * b[l];
    }
    product
}

/// ab + c.
#[inline(always)]
pub(super) fn horner(a: &Lanes, b: &Lanes, c: &Lanes) -> Lanes {
    let mut sum = [0.0; LANES];
    for l in 0..LANES {
        sum[l] = a[l].mul_add(b[l], c[l]);
    }
    sum
}
