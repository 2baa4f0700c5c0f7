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
    wide(Axpy { a, x, y });
}

struct Axpy<'a> {
    a: f64,
    x: &'a [f64],
    y: &'a mut [f64],
}

impl WideLoop for Axpy<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (y, x) in self.y.iter_mut().zip(self.x) {
            *y += self.a * x;
        }
    }
}

/// ⟨x, y⟩ in eight interleaved sums: a fixed order that a compiler can do in vector registers.
pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    wide(Dot { x, y })
}

struct Dot<'a> {
    x: &'a [f64],
    y: &'a [f64],
}

impl WideLoop for Dot<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        const LANES: usize = 8;
        let mut sums = [0.0; LANES];
        let (xs, ys) = (self.x.chunks_exact(LANES), self.y.chunks_exact(LANES));
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
}
