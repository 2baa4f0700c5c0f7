//! Where a function known by its values changes fast: kinks and jumps that were not stated, steep steps, narrow bumps.

mod kink;
mod panel;

use super::Kink;
use kink::kink;
use panel::Panel;

/// A place where φ changes over a length that is short beside its surroundings, though smoothly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Where.
    pub at: f64,
    /// Over which length, > 0.
    pub scale: f64,
}

/// Panels have this length up to [`CORE`], and this part of their distance from 0 up to [`FAR`]: a sample every 0.01 at most,
/// so that Gaussian bumps of width 4e−4 are seen from 1e−11 of their height on, and steps always; what ends within 0.01 may not be.
const LENGTH: f64 = 0.05;
const CORE: f64 = 12.0;
const FAR: f64 = 1e3;
/// Ends of panels lie off the round numbers, where kinks are.
const OFFSET: f64 = 0.381_966;
/// Halved so often, a panel is short beside its surroundings.
const SHORT: u32 = 4;
/// More short panels at once than this are no places if their number grows: the function oscillates, or its values are noise …
const CROWD: usize = 300;
/// … nor are more than this.
const MASS: usize = 4096;

/// What was found, ascending.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Jumps of φ and φ′.
    pub(super) kinks: Vec<Kink>,
    pub(super) places: Vec<Place>,
    /// Where the search looked: the middles of its panels, which are the denser the more φ changes.
    pub(super) seen: Vec<f64>,
    /// The ends of what varies on lengths shorter than the first panels, or of where too much happens to be told apart: integrals
    /// have to look between.
    pub(super) busy: Vec<f64>,
}

/// The largest value and slope met so far: what is rounding beside them is nothing elsewhere.
#[derive(Clone, Copy, Debug, Default)]
struct Met {
    largest: f64,
    steepest: f64,
}

/// Searches |z| ≤ 1e3 (and `reach`) apart from what is known.
pub(super) fn search(f: &dyn Fn(f64) -> f64, known: &[f64], reach: f64) -> Found {
    let core = CORE.min(reach);
    let count = (core / LENGTH) as i32;
    let inner: Vec<f64> = (-count..count)
        .map(|k| LENGTH * (f64::from(k) + OFFSET))
        .collect();
    let mut outer = Vec::new();
    let mut z = inner.last().copied().unwrap_or(core);
    while z < FAR.min(reach) {
        outer.push(z);
        z *= 1.0 + LENGTH;
    }
    let mirrored: Vec<f64> = {
        let first = inner.first().copied().unwrap_or(-core);
        let outer = outer.iter().skip(1).rev().map(|z| -z);
        outer.filter(|z| *z < first).chain([first]).collect()
    };
    let mut all = Found::default();
    // What is rounding in the core is nothing outside.
    let mut met = Met::default();
    for edges in [inner, mirrored, outer] {
        let found = among(f, edges, known, &mut met);
        all.kinks.extend(found.kinks);
        all.places.extend(found.places);
        all.seen.extend(found.seen);
        all.busy.extend(found.busy);
    }
    all
}

/// Searches the panels between these ends.
fn among(f: &dyn Fn(f64) -> f64, mut edges: Vec<f64>, known: &[f64], met: &mut Met) -> Found {
    let (Some(&first), Some(&last)) = (edges.first(), edges.last()) else {
        return Found::default();
    };
    edges.extend(known.iter().filter(|z| **z > first && **z < last));
    edges.sort_by(f64::total_cmp);
    edges.dedup();
    let pairs = edges.windows(2);
    let mut panels: Vec<Panel> = pairs.map(|p| Panel::measured(f, p[0], p[1])).collect();
    share_noise(&mut panels);
    let finite = panels.iter().filter(|p| p.finite);
    met.largest = finite.map(Panel::size).fold(met.largest, f64::max);
    let largest = met.largest;
    let mut before = 0;
    loop {
        let mut rough: Vec<bool> = panels.iter().map(|p| !p.is_resolved(largest)).collect();
        for (i, pair) in panels.windows(2).enumerate() {
            if !known.contains(&pair[0].hi) && !pair[0].meets(&pair[1], largest) {
                rough[i] = true;
                rough[i + 1] = true;
            }
        }
        for (rough, panel) in rough.iter_mut().zip(&panels) {
            *rough = *rough && !panel.is_shortest();
        }
        let short = panels.iter().zip(&rough);
        let short = short.filter(|(p, r)| **r && p.depth + 1 >= SHORT).count();
        // About a kink, halving leaves as many.
        let grows = before > 0 && short > before + before / 4;
        if short > MASS || short > CROWD && grows {
            return Found {
                seen: panels.iter().map(Panel::middle).collect(),
                busy: busy(&panels),
                ..Found::default()
            };
        }
        before = short;
        if !rough.contains(&true) {
            break;
        }
        let mut next = Vec::with_capacity(2 * panels.len());
        for (panel, rough) in panels.into_iter().zip(rough) {
            if rough {
                next.extend(panel.halved(f));
            } else {
                next.push(panel);
            }
        }
        panels = next;
    }
    // The slope of a panel that holds a step is that of nothing.
    let smooth = panels.iter().filter(|p| p.finite && !p.is_shortest());
    met.steepest = smooth.map(Panel::slope).fold(met.steepest, f64::max);
    judged(f, &panels, known, *met)
}

/// The ends of the runs of panels that were halved.
fn busy(panels: &[Panel]) -> Vec<f64> {
    let is_busy = |panel: &Panel| panel.depth > 0;
    let runs = panels.chunk_by(|a, b| is_busy(a) == is_busy(b));
    let runs = runs.filter(|run| is_busy(&run[0]));
    runs.flat_map(|run| [run[0].lo, run[run.len() - 1].hi])
        .collect()
}

/// Rounding may happen to be 0 where it is measured: what the neighbours have counts too.
fn share_noise(panels: &mut [Panel]) {
    let own: Vec<f64> = panels.iter().map(|p| p.noise).collect();
    for (i, panel) in panels.iter_mut().enumerate() {
        let near = &own[i.saturating_sub(2)..(i + 3).min(own.len())];
        panel.noise = near.iter().copied().fold(0.0, f64::max);
    }
}

/// The runs of equally short panels between longer ones.
fn judged(f: &dyn Fn(f64) -> f64, panels: &[Panel], known: &[f64], met: Met) -> Found {
    let mut found = Found {
        seen: panels.iter().map(Panel::middle).collect(),
        busy: busy(panels),
        ..Found::default()
    };
    let mut start = 0;
    for run in panels.chunk_by(|a, b| a.depth == b.depth) {
        let end = start + run.len();
        let longer = |p: Option<&Panel>| p.is_none_or(|p| p.depth < run[0].depth);
        let beside = [
            start.checked_sub(1).and_then(|i| panels.get(i)),
            panels.get(end),
        ];
        let (lo, hi) = (run[0].lo, run[run.len() - 1].hi);
        let scale = run[0].length();
        let is_known = known.iter().any(|z| (lo - scale..=hi + scale).contains(z));
        if run[0].depth >= SHORT && beside.into_iter().all(longer) && !is_known {
            let at = 0.5 * (lo + hi);
            let bound = |pick: fn(f64, f64) -> f64, of: fn(&Panel) -> f64| {
                run.iter().map(of).reduce(pick).unwrap_or(0.0)
            };
            let range = bound(f64::max, |p| p.high) - bound(f64::min, |p| p.low);
            // What z is rounded to changes steep parts of φ by so much, though they cancel in it.
            let rounding = 16.0 * f64::EPSILON * at.abs() * met.steepest;
            match kink(f, panels, (start, end), known, met.largest) {
                Some(kink) => found.kinks.push(kink),
                None if range > rounding => found.places.push(Place { at, scale }),
                None => {}
            }
        }
        start = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(f: impl Fn(f64) -> f64) -> Found {
        search(&f, &[], f64::INFINITY)
    }

    #[test]
    fn kinks_and_jumps_are_found_where_they_are() {
        for at in [0.37, -0.3, 0.0, 1.0, 2.0_f64.sqrt(), -7.5, 40.0] {
            let bent = found(|z| (z - at).max(0.0) + z.sin() * (-0.01 * z * z).exp());
            assert_eq!(
                (bent.kinks.len(), bent.places.len()),
                (1, 0),
                "{at} {bent:?}"
            );
            let kink = bent.kinks[0];
            assert!(
                (kink.at - at).abs() < 1e-14 * at.abs().max(1.0),
                "{at} {kink:?}"
            );
            assert!(
                kink.order == 1 && (kink.jump - 1.0).abs() < 1e-11 * at.abs().max(1.0),
                "{kink:?}"
            );
            let step = found(|z| z.tanh() + if z > at { 0.5 } else { 0.0 });
            assert_eq!(
                (step.kinks.len(), step.places.len()),
                (1, 0),
                "{at} {step:?}"
            );
            let kink = step.kinks[0];
            assert!(
                (kink.at - at).abs() < 1e-14 * at.abs().max(1.0),
                "{at} {kink:?}"
            );
            assert!(
                kink.order == 0 && (kink.jump - 0.5).abs() < 1e-12,
                "{kink:?}"
            );
        }
    }

    #[test]
    fn many_kinks_are_kinks_and_so_are_small_ones() {
        let tooth = |t: f64| (t - 2.0 * (0.5 * t).round()).abs();
        let triangles = found(|z| tooth(20.0 * z.clamp(-9.25, 9.25)));
        assert!(triangles.places.is_empty(), "{:?}", triangles.places);
        assert_eq!(triangles.kinks.len(), 371);
        for (kink, k) in triangles.kinks.iter().zip(-185..) {
            let at = 0.05 * f64::from(k);
            assert!((kink.at - at).abs() < 1e-14 && kink.order == 1, "{kink:?}");
        }
        let small = found(|z| z.tanh() + 1e-6 * (z - 0.7).abs() * (-z * z).exp());
        let [kink] = small.kinks[..] else {
            panic!("{small:?}")
        };
        let jump = 2e-6 * (-0.49_f64).exp();
        assert!((kink.at - 0.7).abs() < 1e-8, "{kink:?}");
        assert!((kink.jump - jump).abs() < 1e-5 * jump, "{kink:?}");
        // A long panel may see nothing of what happens in so short an interval.
        let close = found(|z| (z - 1.0).max(0.0) - (z - 1.0001).max(0.0));
        let at: Vec<f64> = close.kinks.iter().map(|k| k.at).collect();
        assert_eq!(at, [1.0, 1.0001], "{close:?}");
    }

    #[test]
    fn steep_places_are_found_with_their_scale() {
        let bump = |z: f64| z.tanh() + (-(1e3 * (z - 0.3)).powi(2)).exp();
        for slope in [1e3, 1e5, 1e7] {
            let step = |z: f64| (slope * (z - 0.3)).tanh();
            for (slope, f) in [(slope, &step as &dyn Fn(f64) -> f64), (1e3, &bump)] {
                let found = search(f, &[], f64::INFINITY);
                assert!(found.kinks.is_empty(), "{slope} {found:?}");
                let near = |p: &Place| (p.at - 0.3).abs() < 5.0 / slope && p.scale < 5.0 / slope;
                assert!(found.places.iter().any(near), "{slope} {found:?}");
            }
        }
    }

    #[test]
    fn rounded_corners_are_no_kinks() {
        for (at, width) in [(145.67, 1.6e-3), (0.3, 1e-4), (-700.0, 0.01)] {
            let softplus = move |z: f64| {
                let t = (z - at) / width;
                t.max(0.0) + (-t.abs()).exp().ln_1p()
            };
            let found = found(softplus);
            assert!(
                found.kinks.is_empty() && !found.places.is_empty(),
                "{at}: {found:?}"
            );
        }
    }

    #[test]
    fn smooth_functions_have_none() {
        let smooth: [&dyn Fn(f64) -> f64; 5] = [
            &f64::tanh,
            &|z| z.exp().ln_1p(),
            &|z| (30.0 * z).sin() * (-0.5 * z * z).exp(),
            &|z| (1.0 + z * z).ln(),
            &|z| z * (1.0 + z.exp()).ln().tanh(),
        ];
        for f in smooth {
            let found = search(f, &[], 600.0);
            assert!(
                found.kinks.is_empty() && found.places.is_empty(),
                "{found:?}"
            );
        }
    }
}
