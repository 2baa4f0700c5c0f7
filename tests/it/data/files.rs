//! Files written whole or not at all.

use spectral_bias::Error;
use spectral_bias::data::write_atomically;
use std::fs;

#[test]
fn a_file_is_replaced_and_nothing_else_is_left() {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("numbers.csv");
    write_atomically(&path, b"first").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"first");
    write_atomically(&path, b"").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"");
    let names: Vec<_> = fs::read_dir(room.path()).unwrap().collect();
    assert_eq!(names.len(), 1);
}

#[test]
fn writers_at_once_leave_one_whole_file() {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("contested");
    std::thread::scope(|scope| {
        for writer in 0..8_u8 {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..10 {
                    write_atomically(path, &[writer; 10_000]).unwrap();
                }
            });
        }
    });
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes.len(), 10_000);
    assert!(bytes.iter().all(|&b| b == bytes[0]));
    assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_devices_left_alone() {
    let room = tempfile::tempdir().unwrap();
    let (real, link) = (room.path().join("real"), room.path().join("link"));
    fs::write(&real, "old").unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    write_atomically(&link, b"new").unwrap();
    assert_eq!(fs::read(&real).unwrap(), b"new");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    write_atomically("/dev/null", b"gone").unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn places_that_cannot_be_written_are_named() {
    let room = tempfile::tempdir().unwrap();
    let missing = room.path().join("no/such/file");
    for path in [missing.as_path(), room.path(), "".as_ref()] {
        let error = write_atomically(path, b"x").unwrap_err();
        assert!(matches!(error, Error::Io { .. }), "{error}");
        assert!(error.to_string().contains(&path.display().to_string()));
    }
    assert_eq!(fs::read_dir(room.path()).unwrap().count(), 0);
}
