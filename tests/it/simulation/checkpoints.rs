//! Runs that stop and go on.

use super::*;
use spectral_bias::Error;
use spectral_bias::simulation::training::Checkpoint;

#[test]
fn resumed_runs_are_the_same_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    let data = data(2, 10);
    for optimiser in optimisers(0.03) {
        for groups in [&RADON[..], &[Group::Output]] {
            let new = || Network::sample(&specification("tanh", 2, groups), 20, 5).unwrap();
            let mut whole = Trainer::new(new(), &data, optimiser).unwrap();
            let expected = whole.run(&TrainingOptions::steps(25), &mut Silent).unwrap();
            let mut first = Trainer::new(new(), &data, optimiser).unwrap();
            first.run(&TrainingOptions::steps(11), &mut Silent).unwrap();
            first.checkpoint().save(&path).unwrap();
            let checkpoint = Checkpoint::load(&path).unwrap();
            assert_eq!(checkpoint, first.checkpoint());
            assert_eq!(checkpoint.step(), 11);
            let mut second = Trainer::resume(new(), &data, optimiser, &checkpoint).unwrap();
            let found = second
                .run(&TrainingOptions::steps(25), &mut Silent)
                .unwrap();
            let bits = |trainer: &Trainer<'_>| -> Vec<u64> {
                let values = trainer.network().parameters().values().iter();
                values.map(|v| v.to_bits()).collect()
            };
            assert_eq!(bits(&second), bits(&whole), "{optimiser:?}");
            assert_eq!(found.losses, expected.losses);
            assert_eq!(found.predictions, expected.predictions);
            assert_eq!(second.steps(), 25);
        }
    }
    // Nothing temporary is left.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn bad_checkpoints_are_typed_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    let data = data(1, 5);
    let network = Network::sample(&specification("tanh", 1, &RADON), 6, 5).unwrap();
    let descent = Optimiser::gradient_descent(0.1);
    let mut trainer = Trainer::new(network.clone(), &data, descent).unwrap();
    trainer
        .run(&TrainingOptions::steps(3), &mut Silent)
        .unwrap();
    let checkpoint = trainer.checkpoint();
    checkpoint.save(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let at = text.find("parameters").unwrap() + 20;
    let flipped = if &text[at..=at] == "0" { "1" } else { "0" };
    let damaged = format!("{}{flipped}{}", &text[..at], &text[at + 1..]);
    let binary: Vec<u8> = (0..5000u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for bad in [
        Vec::new(),
        b"{}".to_vec(),
        b"[1, 2]".to_vec(),
        binary,
        text.as_bytes()[..text.len() / 2].to_vec(),
        damaged.into_bytes(),
        text.replace("checkpoint 1", "checkpoint 9").into_bytes(),
    ] {
        std::fs::write(&path, bad).unwrap();
        assert!(matches!(Checkpoint::load(&path), Err(Error::Format { .. })));
    }
    let missing = folder.path().join("none.json");
    assert!(matches!(Checkpoint::load(&missing), Err(Error::Io { .. })));
    let unwritable = folder.path().join("no/such/folder/run.json");
    assert!(matches!(
        checkpoint.save(&unwritable),
        Err(Error::Io { .. })
    ));
    // Another run: other width, other data, other optimiser, other activation.
    let other = Network::sample(&specification("tanh", 1, &RADON), 7, 5).unwrap();
    assert!(Trainer::resume(other, &data, descent, &checkpoint).is_err());
    let other = Network::sample(&specification("gelu", 1, &RADON), 6, 5).unwrap();
    assert!(Trainer::resume(other, &data, descent, &checkpoint).is_err());
    let adam = Optimiser::adam(0.1);
    assert!(Trainer::resume(network.clone(), &data, adam, &checkpoint).is_err());
    let moved = super::data(1, 6);
    assert!(Trainer::resume(network, &moved, descent, &checkpoint).is_err());
}
