//! Dense linear algebra against exact inverses, known spectra, full LU and brute force.

use nalgebra::{DMatrix, DVector};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use spectral_bias::Error;
use spectral_bias::numerics::linalg::{
    PivotedQr, SaddlePoint, SymmetricEigen, invert_upper, multiply, solve_positive_definite,
    upper_factor, upper_factor_of_blocks,
};

fn random(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    DMatrix::from_fn(rows, columns, |_, _| rng.random_range(-1.0..1.0))
}

fn vector(n: usize, seed: u64) -> DVector<f64> {
    random(n, 1, seed).column(0).into_owned()
}

/// |x − y|, relative to the largest entry of y.
fn distance(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
    assert_eq!(x.len(), y.len());
    assert!(x.iter().all(|x| x.is_finite()));
    (x - y).amax() / y.amax()
}

fn least_common_multiple(n: u64) -> u64 {
    let gcd = |mut a: u64, mut b: u64| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    (1..=n).fold(1, |l, k| l / gcd(l, k) * k)
}

fn binomial(n: u64, k: u64) -> i64 {
    (0..k).fold(1, |b, i| b * (n - i) as i64 / (i + 1) as i64)
}

/// lcm · Hilbert matrix: integers, so that the system given is the system meant.
fn hilbert(n: usize) -> (DMatrix<f64>, f64) {
    let multiple = least_common_multiple(2 * n as u64 - 1);
    let entry = |i: usize, j: usize| (multiple / (i + j + 1) as u64) as f64;
    (DMatrix::from_fn(n, n, entry), multiple as f64)
}

/// The inverse of the Hilbert matrix: integers.
fn hilbert_inverse(n: usize) -> DMatrix<f64> {
    let n64 = n as u64;
    DMatrix::from_fn(n, n, |i, j| {
        let (i, j) = (i as u64 + 1, j as u64 + 1);
        let sign = if (i + j) % 2 == 0 { 1 } else { -1 };
        let a = binomial(n64 + i - 1, n64 - j) * binomial(n64 + j - 1, n64 - i);
        let b = binomial(i + j - 2, i - 1);
        (sign * (i + j - 1) as i64 * a * b * b) as f64
    })
}

/// Points, centred monomials of degree < q on them, and the kernel (−1)^q|δ|^{2q−1}.
fn spline_system(n: usize, q: usize, seed: u64) -> (Vec<f64>, DMatrix<f64>, DMatrix<f64>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // Multiples of 2^-30, so that 8192 + x is exact.
    let grid = 2f64.powi(30);
    let x: Vec<f64> = (0..n)
        .map(|i| (i as f64 + rng.random_range(0.0..0.7)) / n as f64 * 2.0 - 1.0)
        .map(|x| (x * grid).round() / grid)
        .collect();
    let sign = if q.is_multiple_of(2) { 1.0 } else { -1.0 };
    let k = DMatrix::from_fn(n, n, |i, j| {
        sign * (x[i] - x[j]).abs().powi(2 * q.max(1) as i32 - 1)
    });
    let p = DMatrix::from_fn(n, q, |i, j| x[i].powi(j as i32));
    (x, k, p)
}

fn full_matrix(k: &DMatrix<f64>, p: &DMatrix<f64>, ridge: f64) -> DMatrix<f64> {
    let (n, q) = p.shape();
    let mut full = DMatrix::zeros(n + q, n + q);
    full.view_mut((0, 0), (n, n)).copy_from(k);
    for i in 0..n {
        full[(i, i)] += ridge;
    }
    full.view_mut((0, n), (n, q)).copy_from(p);
    full.view_mut((n, 0), (q, n)).copy_from(&p.transpose());
    full
}

/// [a; c] by LU of the whole system.
fn by_lu(k: &DMatrix<f64>, p: &DMatrix<f64>, ridge: f64, y: &DVector<f64>) -> DVector<f64> {
    let (n, q) = p.shape();
    let right = DVector::from_fn(n + q, |i, _| if i < n { y[i] } else { 0.0 });
    let lu = full_matrix(k, p, ridge).full_piv_lu();
    let mut x = lu.solve(&right).expect("regular");
    for _ in 0..3 {
        x += lu
            .solve(&(&right - full_matrix(k, p, ridge) * &x))
            .expect("regular");
    }
    x
}

#[test]
fn second_difference_has_its_known_spectrum() {
    for n in [1, 2, 3, 17, 100, 200] {
        let a = DMatrix::from_fn(n, n, |i, j| match i.abs_diff(j) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        });
        let eigen = SymmetricEigen::new(&a).unwrap();
        for k in 0..n {
            let angle = (k + 1) as f64 * std::f64::consts::PI / (n + 1) as f64;
            let value = 4.0 * (0.5 * angle).sin().powi(2);
            assert!((eigen.values[k] - value).abs() < 2e-14, "n = {n}, k = {k}");
            let norm = (2.0 / (n + 1) as f64).sqrt();
            let known = DVector::from_fn(n, |i, _| norm * ((i + 1) as f64 * angle).sin());
            let overlap = known.dot(&eigen.vectors.column(k));
            assert!((overlap.abs() - 1.0).abs() < 1e-12, "n = {n}, k = {k}");
        }
        let gram = eigen.vectors.tr_mul(&eigen.vectors);
        assert!((gram - DMatrix::identity(n, n)).amax() < 1e-13);
        let back = &eigen.vectors * DMatrix::from_diagonal(&eigen.values);
        assert!((back * eigen.vectors.transpose() - a).amax() < 1e-13);
    }
}

#[test]
fn eigen_decomposition_ignores_scale_and_upper_triangle() {
    let b = random(30, 30, 1);
    let a = &b + b.transpose();
    let reference = SymmetricEigen::new(&a).unwrap();
    for exponent in [-1040, -900, -3, 5, 1015] {
        let factor = libm::ldexp(1.0, exponent);
        let scaled = SymmetricEigen::new(&(&a * factor)).unwrap();
        // Below 2^-1022 entries of the matrix itself lose digits.
        let limit = if exponent < -1022 { 1e-3 } else { 1e-13 };
        let error = scaled.values / factor - &reference.values;
        assert!(error.amax() <= limit, "2^{exponent}");
    }
    let mut noisy = a.clone();
    noisy[(0, 5)] += 1e-12;
    let eigen = SymmetricEigen::new(&noisy).unwrap();
    assert_eq!(eigen.values, reference.values);

    let one = SymmetricEigen::new(&DMatrix::from_element(1, 1, -3.0)).unwrap();
    assert_eq!(one.values[0], -3.0);
    assert_eq!(one.condition(), 1.0);
    let zero = SymmetricEigen::new(&DMatrix::zeros(3, 3)).unwrap();
    assert_eq!(zero.condition(), f64::INFINITY);
    let diagonal = DMatrix::from_diagonal(&DVector::from_vec(vec![4.0, -8.0, 2.0]));
    assert!((SymmetricEigen::new(&diagonal).unwrap().condition() - 4.0).abs() < 1e-14);
}

#[test]
fn functions_of_a_matrix() {
    let b = random(25, 25, 2);
    let a = &b + b.transpose();
    let eigen = SymmetricEigen::new(&a).unwrap();
    let v = vector(25, 3);
    let square = eigen.apply(|x| x * x, &v).unwrap();
    assert!(distance(&square, &(&a * (&a * &v))) < 1e-13);
    let wrong = eigen.apply(|x| x, &vector(24, 3)).unwrap_err();
    assert!(wrong.to_string().contains("expected 25 numbers"), "{wrong}");
}

#[test]
fn hilbert_systems_are_solved_to_the_last_digits() {
    for n in 1..=11 {
        let (a, multiple) = hilbert(n);
        let identity = DMatrix::identity(n, n) * multiple;
        let solution = solve_positive_definite(&a, &identity).unwrap();
        let error = (solution.x - hilbert_inverse(n)).amax() / hilbert_inverse(n).amax();
        // The condition number is 1.6e13 for n = 10, 5e14 for n = 11.
        assert!(error < 4e-16, "n = {n}: {error:.1e}");
        assert!(solution.backward_error < 4e-16, "n = {n}");
    }
    // Condition number of the Hilbert matrix of order 5, OEIS and any textbook: 476607.25…
    let (a, _) = hilbert(5);
    let condition = solve_positive_definite(&a, &a).unwrap().condition;
    assert!(
        (condition / 476_607.250_242_259 - 1.0).abs() < 1e-9,
        "{condition}"
    );
}

#[test]
fn singular_systems_say_so() {
    let (hilbert14, _) = hilbert(14);
    let rank_one = DMatrix::from_element(4, 4, 1.0);
    for a in [hilbert14, rank_one, DMatrix::zeros(3, 3)] {
        let b = DMatrix::from_element(a.nrows(), 1, 1.0);
        let error = solve_positive_definite(&a, &b).unwrap_err();
        assert!(matches!(error, Error::Singular { .. }), "{error}");
        assert!(error.to_string().contains("ridge"), "{error}");
    }
    let indefinite = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 1.0]);
    let ones = DMatrix::from_element(2, 1, 1.0);
    let none = DMatrix::zeros(2, 0);
    let y = DVector::from_element(2, 1.0);
    for error in [
        solve_positive_definite(&indefinite, &ones).unwrap_err(),
        SaddlePoint::new(&indefinite, &none, 0.0)
            .unwrap()
            .solve(&y)
            .unwrap_err(),
    ] {
        assert!(matches!(error, Error::Undefined { .. }), "{error}");
        assert!(error.to_string().contains("eigenvalue -1.0e0"), "{error}");
    }
}

#[test]
fn solutions_do_not_depend_on_scale() {
    let b = random(20, 40, 5);
    let a = &b * b.transpose();
    let right = random(20, 3, 6);
    let reference = solve_positive_definite(&a, &right).unwrap();
    for (of_a, of_b) in [(900, -100), (-900, 100), (1000, 1000), (-950, -950)] {
        let (fa, fb) = (libm::ldexp(1.0, of_a), libm::ldexp(1.0, of_b));
        let solution = solve_positive_definite(&(&a * fa), &(&right * fb)).unwrap();
        let expected = &reference.x * libm::ldexp(1.0, of_b - of_a);
        assert_eq!(solution.x, expected);
        assert_eq!(solution.backward_error, reference.backward_error);
    }
    let none = solve_positive_definite(&a, &DMatrix::zeros(20, 0)).unwrap();
    assert_eq!(none.x.shape(), (20, 0));
    let zero = solve_positive_definite(&a, &DMatrix::zeros(20, 1)).unwrap();
    assert_eq!(zero.x.amax(), 0.0);
    assert_eq!(zero.backward_error, 0.0);
}

#[test]
fn bad_matrices_are_named() {
    let ones = DMatrix::from_element(3, 1, 1.0);
    let mut nan = DMatrix::identity(3, 3);
    nan[(2, 1)] = f64::NAN;
    let text = |error: Error| error.to_string();
    let message = text(solve_positive_definite(&nan, &ones).unwrap_err());
    assert!(message.contains("row 2, column 1"), "{message}");
    let wide = DMatrix::zeros(3, 4);
    let message = text(solve_positive_definite(&wide, &ones).unwrap_err());
    assert!(message.contains("3 × 4"), "{message}");
    let message = text(SymmetricEigen::new(&DMatrix::zeros(0, 0)).unwrap_err());
    assert!(message.contains("0 × 0"), "{message}");
    let identity = DMatrix::identity(2, 2);
    let message = text(solve_positive_definite(&identity, &ones).unwrap_err());
    assert!(message.contains("right-hand side"), "{message}");
    let message = text(multiply(&identity, &ones).unwrap_err());
    assert!(message.contains("2 rows"), "{message}");
    let lopsided = DMatrix::from_row_slice(2, 2, &[1.0, 0.3, 0.2, 1.0]);
    let message = text(SymmetricEigen::new(&lopsided).unwrap_err());
    assert!(message.contains("symmetric"), "{message}");

    let none = DMatrix::zeros(2, 0);
    let message = text(SaddlePoint::new(&identity, &ones, 0.0).unwrap_err());
    assert!(message.contains("polynomials"), "{message}");
    for ridge in [-1.0, f64::NAN, f64::INFINITY] {
        let message = text(SaddlePoint::new(&identity, &none, ridge).unwrap_err());
        assert!(message.contains("ridge"), "{message}");
    }
    let system = SaddlePoint::new(&identity, &none, 0.0).unwrap();
    let message = text(system.solve(&vector(3, 1)).unwrap_err());
    assert!(message.contains("targets"), "{message}");
    let bad = DVector::from_vec(vec![0.0, f64::INFINITY]);
    for result in [
        system.solve(&bad).map(|s| s.a),
        system.apply(|x| x, &bad),
        system.polynomial(&bad),
        system.leave_one_out(&bad),
    ] {
        assert!(matches!(result, Err(Error::NotFinite { .. })));
    }
}

#[test]
fn products_match_and_ignore_the_number_of_threads() {
    for (m, k, n) in [(1, 1, 1), (3, 5, 2), (40, 7, 129), (65, 130, 300)] {
        let (a, b) = (random(m, k, 7), random(k, n, 8));
        let product = multiply(&a, &b).unwrap();
        assert!((&product - &a * &b).amax() < 1e-13);
        #[cfg(feature = "parallel")]
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let again = pool.build().unwrap().install(|| multiply(&a, &b).unwrap());
            assert_eq!(again, product);
        }
    }
    let empty = multiply(&DMatrix::zeros(2, 0), &DMatrix::zeros(0, 3)).unwrap();
    assert_eq!(empty, DMatrix::zeros(2, 3));
    let flat = multiply(&DMatrix::zeros(0, 2), &DMatrix::zeros(2, 3)).unwrap();
    assert_eq!(flat.shape(), (0, 3));
}

#[test]
fn saddle_systems_match_the_whole_lu() {
    for (n, q, ridge) in [
        (1, 1, 0.0),
        (2, 2, 0.0),
        (3, 2, 0.0),
        (12, 1, 0.0),
        (30, 2, 0.0),
        (30, 2, 0.1),
        (30, 3, 1e-3),
        (5, 5, 2.0),
    ] {
        let (_, k, p) = spline_system(n, q, 10 + n as u64);
        let y = vector(n, 20 + n as u64);
        let system = SaddlePoint::new(&k, &p, ridge).unwrap();
        let solution = system.solve(&y).unwrap();
        let expected = by_lu(&k, &p, ridge, &y);
        let stacked = DVector::from_iterator(n + q, solution.a.iter().chain(&solution.c).copied());
        let error = distance(&stacked, &expected);
        let limit = 1e-15 * solution.condition.max(100.0);
        assert!(error < limit, "n = {n}, q = {q}, λ = {ridge}: {error:.1e}");
        assert!(
            solution.backward_error < 1e-15,
            "{:.1e}",
            solution.backward_error
        );
        assert_eq!(system.basis().shape(), (n, n - q));
        assert!(system.basis().tr_mul(&p).amax() < 1e-14);
        // The polynomial from the remainder.
        let remainder = &y - &k * &solution.a - &solution.a * ridge;
        let c = system.polynomial(&remainder).unwrap();
        assert!((c - &solution.c).amax() < 1e-11 * expected.amax());
    }
}

#[test]
fn reduced_spectrum_solves_and_flows() {
    let (_, k, p) = spline_system(20, 2, 3);
    let y = vector(20, 4);
    for ridge in [0.0, 0.05] {
        let system = SaddlePoint::new(&k, &p, ridge).unwrap();
        let solution = system.solve(&y).unwrap();
        let by_spectrum = system.apply(|x| 1.0 / x, &y).unwrap();
        assert!(distance(&by_spectrum, &solution.a) < 1e-14 * solution.condition);
        // ZᵀKZ + λI itself.
        let z = system.basis();
        let reduced = z.tr_mul(&(&k * z)) + DMatrix::identity(18, 18) * ridge;
        let eigen = system.reduced_eigen();
        let back = &eigen.vectors * DMatrix::from_diagonal(&eigen.values);
        assert!((back * eigen.vectors.transpose() - reduced).amax() < 1e-13);
        assert_eq!(solution.condition, eigen.condition());
        // da/dt = ZZᵀ(y − (K+λ)a), by a small explicit step from the closed form at t.
        let flow = |t: f64| system.apply(|x| -(-x * t).exp_m1() / x, &y).unwrap();
        let (t, h) = (0.3, 1e-4);
        let slope = (flow(t + h) - flow(t - h)) / (2.0 * h);
        let residual = &y - &k * flow(t) - flow(t) * ridge;
        assert!(distance(&slope, &(z * z.tr_mul(&residual))) < 1e-6);
    }
}

#[test]
fn without_polynomials_it_is_the_plain_system() {
    let b = random(30, 60, 11);
    let k = &b * b.transpose();
    let y = vector(30, 12);
    let none = DMatrix::zeros(30, 0);
    let solution = SaddlePoint::new(&k, &none, 0.0).unwrap().solve(&y).unwrap();
    let right = DMatrix::from_column_slice(30, 1, y.as_slice());
    let plain = solve_positive_definite(&k, &right).unwrap();
    assert!(distance(&solution.a, &plain.x.column(0).into_owned()) < 1e-15);
    assert!((solution.condition / plain.condition - 1.0).abs() < 1e-12);
    assert_eq!(solution.c.len(), 0);
    let with_ridge = SaddlePoint::new(&k, &none, 2.5).unwrap().solve(&y).unwrap();
    let shifted = &k + DMatrix::identity(30, 30) * 2.5;
    let plain = solve_positive_definite(&shifted, &right).unwrap();
    assert!(distance(&with_ridge.a, &plain.x.column(0).into_owned()) < 1e-15);
}

/// Second derivatives of the natural cubic spline at its knots, by the tridiagonal system.
fn natural_spline(x: &[f64], y: &[f64]) -> Vec<f64> {
    let n = x.len();
    let h: Vec<f64> = x.windows(2).map(|w| w[1] - w[0]).collect();
    let (mut diagonal, mut right) = (vec![1.0; n], vec![0.0; n]);
    for i in 1..n - 1 {
        diagonal[i] = 2.0 * (h[i - 1] + h[i]);
        right[i] = 6.0 * ((y[i + 1] - y[i]) / h[i] - (y[i] - y[i - 1]) / h[i - 1]);
    }
    for i in 2..n - 1 {
        let factor = h[i - 1] / diagonal[i - 1];
        diagonal[i] -= factor * h[i - 1];
        right[i] -= factor * right[i - 1];
    }
    let mut second = vec![0.0; n];
    for i in (1..n - 1).rev() {
        second[i] = (right[i] - h[i] * second[i + 1]) / diagonal[i];
    }
    second
}

#[test]
fn the_cubic_kernel_gives_the_natural_spline() {
    for n in [3, 50, 100, 300] {
        let (x, mut k, p) = spline_system(n, 2, 30 + n as u64);
        k /= 12.0;
        for rough in [0.0, 1.0] {
            let noise = vector(n, 31);
            let y = DVector::from_fn(n, |i, _| (7.0 * x[i]).sin() + rough * noise[i]);
            let solution = SaddlePoint::new(&k, &p, 0.0).unwrap().solve(&y).unwrap();
            let second = natural_spline(&x, y.as_slice());
            let (mut worst, mut cancelled) = (0.0_f64, 0.0_f64);
            for i in 0..n - 1 {
                let (h, t) = (x[i + 1] - x[i], x[i] + 0.37 * (x[i + 1] - x[i]));
                let (u, v) = ((x[i + 1] - t) / h, (t - x[i]) / h);
                let spline = u * y[i]
                    + v * y[i + 1]
                    + h * h / 6.0 * ((u.powi(3) - u) * second[i] + (v.powi(3) - v) * second[i + 1]);
                let terms = (0..n).map(|j| solution.a[j] * (t - x[j]).abs().powi(3) / 12.0);
                let kernel: f64 = terms.clone().sum();
                cancelled = cancelled.max(terms.map(f64::abs).sum());
                let value = kernel + solution.c[0] + solution.c[1] * t;
                worst = worst.max((value - spline).abs());
            }
            // What rounding of the kernel's own values costs whatever the solver does: noise on
            // 300 uneven points has terms of size 1e9 that cancel to 1.
            let limit = f64::max(1e-14, f64::EPSILON * cancelled);
            println!("n = {n}, rough = {rough}: {worst:.1e}, limit {limit:.1e}");
            assert!(worst < limit, "n = {n}, rough = {rough}: {worst:.1e}");
            if n <= 50 || rough == 0.0 {
                assert!(worst < 1e-9, "n = {n}, rough = {rough}: {worst:.1e}");
            }
        }
    }
}

#[test]
fn leave_one_out_equals_refitting() {
    for (n, q, ridge) in [
        (2, 1, 0.0),
        (4, 2, 0.0),
        (25, 1, 0.0),
        (25, 2, 0.0),
        (25, 2, 0.3),
        (25, 3, 0.01),
    ] {
        let (_, k, p) = spline_system(n, q, 40 + n as u64);
        let y = vector(n, 41);
        let fast = SaddlePoint::new(&k, &p, ridge)
            .unwrap()
            .leave_one_out(&y)
            .unwrap();
        let slow = DVector::from_fn(n, |i, _| {
            let without = |m: &DMatrix<f64>| m.clone().remove_row(i);
            let rest = SaddlePoint::new(&without(&k).remove_column(i), &without(&p), ridge)
                .unwrap()
                .solve(&y.clone().remove_row(i))
                .unwrap();
            let kernel = without(&k).column(i).dot(&rest.a);
            let polynomial: f64 = (0..q).map(|j| p[(i, j)] * rest.c[j]).sum();
            y[i] - kernel - polynomial
        });
        let error = distance(&fast, &slow);
        assert!(error < 1e-11, "n = {n}, q = {q}, λ = {ridge}: {error:.1e}");
    }
    // One point, no polynomials: what is left predicts zero.
    let one = SaddlePoint::new(
        &DMatrix::from_element(1, 1, 4.0),
        &DMatrix::zeros(1, 0),
        0.0,
    );
    let y = DVector::from_vec(vec![3.0]);
    assert!((one.unwrap().leave_one_out(&y).unwrap()[0] - 3.0).abs() < 1e-15);
    // As many polynomials as points: none can be left out.
    let (_, k, p) = spline_system(2, 2, 1);
    let error = SaddlePoint::new(&k, &p, 0.0)
        .unwrap()
        .leave_one_out(&vector(2, 1))
        .unwrap_err();
    assert!(error.to_string().contains("point 0"), "{error}");
}

#[test]
fn points_not_unisolvent_are_an_error() {
    let line = |t: f64| [0.3 + 0.1 * t, 7.0 - 0.7 * t];
    let points: Vec<[f64; 2]> = (0..20).map(|i| line((i as f64).sqrt())).collect();
    let k = DMatrix::from_fn(20, 20, |i, j| {
        (points[i][0] - points[j][0])
            .hypot(points[i][1] - points[j][1])
            .powi(3)
    });
    let p = DMatrix::from_fn(20, 3, |i, j| if j == 0 { 1.0 } else { points[i][j - 1] });
    let zero_column = DMatrix::from_fn(20, 2, |_, j| 1.0 - j as f64);
    let too_many = DMatrix::from_fn(20, 21, |i, j| ((i * j) as f64).sin());
    for (p, rank) in [(p, 2), (zero_column, 1), (too_many, 20)] {
        let error = SaddlePoint::new(&k, &p, 0.0).unwrap_err().to_string();
        assert!(error.contains("not unisolvent"), "{error}");
        assert!(error.contains(&format!("only {rank} ")), "{error}");
    }
}

#[test]
fn polynomials_far_from_the_origin_or_badly_scaled_still_work() {
    let (x, k, _) = spline_system(40, 2, 50);
    let y = vector(40, 51);
    let reference = DMatrix::from_fn(40, 2, |i, j| x[i].powi(j as i32));
    let reference = SaddlePoint::new(&k, &reference, 0.0)
        .unwrap()
        .solve(&y)
        .unwrap();
    for (centre, unit, limit) in [
        (0.0, libm::ldexp(1.0, -700), 1e-13),
        (0.0, libm::ldexp(1.0, 700), 1e-13),
        (8192.0, 1.0, 1e-13),
    ] {
        let p = DMatrix::from_fn(
            40,
            2,
            |i, j| if j == 0 { 1.0 } else { unit * (x[i] + centre) },
        );
        let solution = SaddlePoint::new(&k, &p, 0.0).unwrap().solve(&y).unwrap();
        let error = distance(&solution.a, &reference.a);
        assert!(error < limit, "centre {centre}, unit {unit}: {error:.1e}");
        let slope = solution.c[1] * unit / reference.c[1] - 1.0;
        assert!(
            slope.abs() < limit,
            "centre {centre}, unit {unit}: {slope:.1e}"
        );
    }
}

#[test]
fn a_kernel_singular_to_working_precision_still_flows_but_is_not_solved() {
    let n = 60;
    let k = DMatrix::from_fn(n, n, |i, j| (-((i as f64 - j as f64) / 20.0).powi(2)).exp());
    let system = SaddlePoint::new(&k, &DMatrix::zeros(n, 0), 0.0).unwrap();
    let y = vector(n, 60);
    assert!(matches!(system.solve(&y), Err(Error::Singular { .. })));
    assert!(system.reduced_eigen().values.min() >= 0.0);
    let flow = system.apply(
        |x| {
            if x > 0.0 {
                -(-x * 5.0).exp_m1() / x
            } else {
                5.0
            }
        },
        &y,
    );
    assert!(flow.unwrap().amax() < 10.0);
    let ridge = SaddlePoint::new(&k, &DMatrix::zeros(n, 0), 1e-6).unwrap();
    assert!(ridge.solve(&y).unwrap().backward_error < 1e-15);
}

/// RᵀR = AᵀA to rounding, R upper triangular.
fn check_factor(r: &DMatrix<f64>, a: &DMatrix<f64>) {
    let gram = a.tr_mul(a);
    let off = (r.tr_mul(r) - &gram).amax();
    assert!(off <= 1e-13 * gram.amax(), "off by {off:e}");
    for j in 0..r.ncols() {
        for i in j + 1..r.nrows() {
            assert_eq!(r[(i, j)], 0.0);
        }
    }
}

#[test]
fn orthogonal_factors() {
    for (rows, columns) in [(1, 1), (7, 7), (40, 9), (5, 12), (600, 130)] {
        let a = random(rows, columns, (rows + columns) as u64);
        check_factor(&upper_factor(a.clone()).unwrap(), &a);
        let pivoted = PivotedQr::new(a.clone()).unwrap();
        let ordered = DMatrix::from_fn(rows, columns, |i, j| a[(i, pivoted.order[j])]);
        check_factor(&pivoted.r, &ordered);
        let diagonal: Vec<f64> = (0..rows.min(columns))
            .map(|k| pivoted.r[(k, k)].abs())
            .collect();
        assert!(diagonal.windows(2).all(|d| d[1] <= d[0] * (1.0 + 1e-12)));
        let mut order = pivoted.order.clone();
        order.sort_unstable();
        assert!(order.into_iter().eq(0..columns));
    }
    assert!(upper_factor(DMatrix::from_element(2, 2, f64::NAN)).is_err());
    assert!(PivotedQr::new(DMatrix::from_element(2, 2, f64::INFINITY)).is_err());
    assert_eq!(
        PivotedQr::new(DMatrix::zeros(0, 3)).unwrap().r.shape(),
        (0, 3)
    );
    let r = upper_factor(random(30, 12, 3)).unwrap();
    let off = (&r * invert_upper(&r) - DMatrix::<f64>::identity(12, 12)).amax();
    assert!(off < 1e-12, "{off:e}");
}

#[test]
fn a_tall_factor_from_blocks() {
    let a = random(1000, 20, 5);
    let block = |i: usize| Ok(a.rows(50 * i, 50).into_owned());
    let r = upper_factor_of_blocks(20, 20, block).unwrap();
    check_factor(&r, &a);
    let none = upper_factor_of_blocks(20, 0, block).unwrap();
    assert_eq!(none.shape(), (0, 20));
    // The condition number is that of the matrix, not its square: 1e−12 of a direction is still there.
    let mut thin = random(400, 2, 6);
    let nearly = thin.column(0) + 1e-12 * thin.column(1);
    thin.set_column(1, &nearly);
    let second = upper_factor(thin).unwrap()[(1, 1)].abs();
    assert!(second > 1e-12 && second < 1e-10, "{second:e}");
    let bad = upper_factor_of_blocks(2, 3, |_| Ok(DMatrix::from_element(4, 2, f64::NAN)));
    assert!(bad.is_err());
}
