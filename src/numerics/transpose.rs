//! A few columns into as many places of each row: the way of a block into its mirror image.

/// Columns that go together: numbers of a line of cache.
pub(crate) const PANEL: usize = 8;

/// `out[i * stride + j] = panel[j * height + i]` for at most [`PANEL`] columns j of that height.
pub(crate) fn transpose(panel: &[f64], height: usize, out: &mut [f64], stride: usize) {
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if let (true, Some(simd)) = (panel.len() == PANEL * height, pulp::x86::V3::try_new()) {
        done = height - height % squares::SIDE;
        simd.vectorize(squares::Squares {
            simd,
            panel,
            height,
            out,
            stride,
        });
    }
    for (j, column) in panel.chunks_exact(height.max(1)).enumerate() {
        for (i, value) in column.iter().enumerate().skip(done) {
            out[i * stride + j] = *value;
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod squares {
    use super::PANEL;
    use pulp::x86::V3;

    /// Of the squares that are transposed in registers.
    pub(super) const SIDE: usize = 4;

    /// The whole squares of a panel of [`PANEL`] columns.
    pub(super) struct Squares<'a> {
        pub(super) simd: V3,
        pub(super) panel: &'a [f64],
        pub(super) height: usize,
        pub(super) out: &'a mut [f64],
        pub(super) stride: usize,
    }

    /// A column in twos.
    type Column<'a> = &'a [[f64; 2]];

    impl pulp::NullaryFnOnce for Squares<'_> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let (height, count) = (self.height, self.height / SIDE);
            // All of one length, which a compiler sees.
            let mut columns: [Column; PANEL] = [&[]; PANEL];
            for (l, column) in columns.iter_mut().enumerate() {
                let from = &self.panel[l * height..][..height];
                *column = &from.as_chunks().0[..2 * count];
            }
            let [a, b, c, d, e, f, g, h] = columns;
            for i in 0..count {
                let left = square(self.simd, [a, b, c, d], 2 * i);
                let right = square(self.simd, [e, f, g, h], 2 * i);
                for k in 0..SIDE {
                    let line = &mut self.out[(SIDE * i + k) * self.stride..][..PANEL];
                    line[..SIDE].copy_from_slice(&left[k]);
                    line[SIDE..].copy_from_slice(&right[k]);
                }
            }
        }
    }

    /// Four rows of four columns, from place `i` of these on: halves of columns side by side, then number by number.
    #[inline(always)]
    fn square(simd: V3, [a, b, c, d]: [Column; SIDE], i: usize) -> [[f64; SIDE]; SIDE] {
        let (ac, bd) = (pulp::cast([a[i], c[i]]), pulp::cast([b[i], d[i]]));
        let (next_ac, next_bd) = (
            pulp::cast([a[i + 1], c[i + 1]]),
            pulp::cast([b[i + 1], d[i + 1]]),
        );
        [
            pulp::cast(simd.avx._mm256_unpacklo_pd(ac, bd)),
            pulp::cast(simd.avx._mm256_unpackhi_pd(ac, bd)),
            pulp::cast(simd.avx._mm256_unpacklo_pd(next_ac, next_bd)),
            pulp::cast(simd.avx._mm256_unpackhi_pd(next_ac, next_bd)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size() {
        for height in 0..20 {
            for width in 0..=PANEL {
                let panel: Vec<f64> = (0..height * width).map(|k| k as f64).collect();
                let stride = width + 3;
                let mut out = vec![-1.0; height * stride];
                transpose(&panel, height, &mut out, stride);
                for i in 0..height {
                    for j in 0..stride {
                        let expected = if j < width {
                            (j * height + i) as f64
                        } else {
                            -1.0
                        };
                        assert_eq!(out[i * stride + j], expected, "{height} {width}");
                    }
                }
            }
        }
    }
}
