//! Plots: well-formed, complete, and refused where there is nothing to draw.

use spectral_bias::report::plot::{Axis, Field, Mark, Plot, heat_maps};

fn example() -> Plot {
    let curve = |p: f64| {
        (1..200)
            .map(|i| (0.1 * i as f64, (0.1 * i as f64).powf(p)))
            .collect()
    };
    Plot::new(
        "Weights <of two & more>",
        Axis::log("frequency ‖k‖"),
        Axis::log("weight"),
    )
    .with("ReLU", Mark::Line, Some(0), curve(4.0))
    .with("hat", Mark::Dashed, Some(1), curve(2.5))
    .with(
        "data",
        Mark::Points,
        None,
        vec![(0.5, 1.0), (2.0, 30.0), (7.0, f64::NAN), (0.0, 1.0)],
    )
}

#[test]
fn a_plot_is_one_svg_element_in_the_colour_of_its_page() {
    let svg = example().svg().expect("drawn");
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains("currentColor") && !svg.contains("#000000"));
    assert!(svg.contains("Weights &lt;of two &amp; more&gt;"));
    // Two of the four points of the last series can be placed on logarithmic axes; one more circle is its legend.
    assert_eq!(svg.matches("<circle").count(), 3);
    if let Some(folder) = std::env::var_os("SPECTRAL_BIAS_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join("plot.svg"), svg).expect("written");
    }
}

#[test]
fn heat_maps_draw_every_finite_cell() {
    let values: Vec<f64> = (0..30 * 20)
        .map(|i| ((i % 30) as f64 * 0.2).sin() + (i / 30) as f64 * 0.05)
        .collect();
    let field = |title: &str, own_range| Field {
        title: title.into(),
        values: values.clone(),
        own_range,
    };
    let svg = heat_maps(
        "Elevation",
        30,
        &[field("data", false), field("difference", true)],
    )
    .expect("drawn");
    assert_eq!(svg.matches("<rect").count(), 2 * 600);
    assert!(heat_maps("Elevation", 7, &[field("data", false)]).is_err());
    if let Some(folder) = std::env::var_os("SPECTRAL_BIAS_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join("heat.svg"), svg).expect("written");
    }
}

#[test]
fn nothing_to_draw_is_an_error() {
    let empty = Plot::new("empty", Axis::linear("x"), Axis::log("y"));
    assert!(empty.svg().is_err());
    assert!(
        empty
            .with("", Mark::Line, None, vec![(1.0, -1.0)])
            .svg()
            .is_err()
    );
}
