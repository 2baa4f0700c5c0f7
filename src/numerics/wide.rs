//! Loops over slices with the widest vector instructions of the machine at hand.

pub(crate) use pulp::NullaryFnOnce as WideLoop;

/// Runs `f` compiled for AVX-512 or AVX2 where the machine has it, for the target's baseline elsewhere. What `f`
/// calls, closures included, must be `#[inline(always)]` to be compiled along: for more than one call of such
/// a function implement [`WideLoop`]. Rust neither contracts nor reorders
/// floating-point operations, so the numbers are the same, bit for bit, on every machine.
#[inline]
pub(crate) fn wide<F: WideLoop>(f: F) -> F::Output {
    pulp::Arch::new().dispatch(f)
}

/// y += a x.
pub(crate) fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    wide(|| axpy_loop(a, x, y));
}

#[inline(always)]
fn axpy_loop(a: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// ⟨x, y⟩ in eight interleaved sums: a fixed order that a compiler can do in vector registers.
pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    wide(|| dot_loop(x, y))
}

#[inline(always)]
fn dot_loop(x: &[f64], y: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    let (xs, ys) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    let pairs = xs.remainder().iter().zip(ys.remainder());
    let rest: f64 = pairs.map(|(x, y)| x * y).sum();
    for (x, y) in xs.zip(ys) {
        for lane in 0..LANES {
            sums[lane] += x[lane] * y[lane];
        }
    }
    let pairs = [
        sums[0] + sums[4],
        sums[1] + sums[5],
        sums[2] + sums[6],
        sums[3] + sums[7],
    ];
    (pairs[0] + pairs[2]) + (pairs[1] + pairs[3]) + rest
}
