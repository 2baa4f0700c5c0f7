//! The battery that every activation passes.

use spectral_bias::model::Activation;
use spectral_bias::model::activation::{Family, Feature, Parity};

#[test]
fn bsplines_are_products_of_sinc() {
    for order in 1..=12 {
        let phi = Activation::parse(&format!("bspline:order={order}")).unwrap();
        for omega in [1e-3, 0.3, 1.0, 6.2, 6.27, 100.0, 1e3] {
            let sample = phi.fourier(omega).unwrap();
            let u = 0.5 * omega;
            let expected = (u.sin() / u).powi(order);
            let value = sample.value * sample.exponent.exp();
            assert!(
                (value - expected).norm() <= 1e-13 * expected.abs(),
                "order {order}, frequency {omega}: {value} against {expected}"
            );
        }
        let expected = if order % 2 == 0 || order > 0 {
            Parity::Even
        } else {
            Parity::None
        };
        assert_eq!(phi.parity(), expected, "order {order}");
        assert!(matches!(phi.family(), Family::PiecewisePolynomial(_)));
    }
}

#[test]
fn features_of_relu() {
    let phi = Activation::relu();
    let Family::PiecewisePolynomial(p) = phi.family() else {
        panic!("relu is a piecewise polynomial")
    };
    assert_eq!(p.feature(Feature::Derivative).value(3.0), 1.0);
    assert_eq!(p.feature(Feature::Derivative).value(0.0), 0.5);
    assert_eq!(p.feature(Feature::Stretch).value(3.0), 3.0);
    let sample = phi.fourier(2.0).unwrap();
    assert_eq!(sample.value.re, -0.25);
    assert_eq!(sample.stretch.re, 0.25);
}
