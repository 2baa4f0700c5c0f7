//! CSV and npy files, good, bad and hostile.

use proptest::prelude::*;
use spectral_bias::Error;
use spectral_bias::data::{
    load_array, load_dataset, load_points, read_array, read_dataset, read_points,
};
use std::fs;

fn points(text: &str) -> spectral_bias::Result<Vec<Vec<f64>>> {
    let points = read_points("x.csv", text.as_bytes())?;
    Ok(points.iter().map(<[f64]>::to_vec).collect())
}

/// An npy file of version `major` with this header text.
fn npy(major: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([major, 0]);
    let length = header.len() as u32;
    bytes.extend(&length.to_le_bytes()[..if major == 1 { 2 } else { 4 }]);
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn header(descr: &str, fortran: &str, shape: &str) -> String {
    format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}   \n")
}

fn doubles(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|x| x.to_le_bytes()).collect()
}

#[test]
fn every_dialect_reads_the_same() {
    let expected = vec![vec![1.0, -2.5], vec![3e-4, 4.0], vec![5.0, 6.0]];
    for text in [
        "1,-2.5\n3e-4,4\n5,6\n",
        "1,-2.5\n3e-4,4\n5,6",
        "a,b\n1,-2.5\n3e-4,4\n5,6\n",
        "\u{feff}x₁,x₂\r\n1,-2.5\r\n3e-4,4\r\n5,6\r\n",
        "# made by hand\n\n a ; b \n 1 ; -2.5\n# more\n3E-4;+4.0\n\n5;6\n\n",
        "1\t-2.5\r3e-4\t4\r5\t6\r",
        "\"a, of course\",b\n\"1\",-2.5\n.3e-3,4.\n5,6\n",
        "   # indented\n1,-2.5\n  \n3e-4,4\n5,6",
    ] {
        assert_eq!(points(text).unwrap(), expected, "{text:?}");
    }
    assert_eq!(points("7").unwrap(), [[7.0]]);
    assert_eq!(points("x\n1\n2\n").unwrap(), [[1.0], [2.0]]);

    let data = read_dataset("d.csv", "x,z,y\n1,2,3\n4,5,6\n".as_bytes()).unwrap();
    assert_eq!((data.len(), data.dim()), (2, 2));
    assert_eq!(data.points().point(1), [4.0, 5.0]);
    assert_eq!(data.targets().as_slice(), [3.0, 6.0]);
    let array = read_array("a.csv", "1,2,3\n4,5,6\n".as_bytes()).unwrap();
    assert_eq!(array.shape, [2, 3]);
    assert_eq!(array.values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
}

#[test]
fn errors_say_line_and_column() {
    for (text, line, column, expected, found) in [
        ("1,2\n3,4\n5\n", 3, 2, "2 fields as in line 1", "1"),
        ("# c\n\n1,2\n3,4,5\n", 4, 3, "2 fields as in line 3", "3"),
        ("a,b\n1,2\n3,four\n", 3, 2, "a finite number", "`four`"),
        ("1,two\n3,4\n", 1, 2, "a finite number", "`two`"),
        ("1,2\n# c\n\nnan,4\n", 4, 1, "a finite number", "`nan`"),
        ("nan,inf\n1,2\n", 1, 1, "a finite number", "`nan`"),
        ("1,2\n3,-inf\n", 2, 2, "a finite number", "`-inf`"),
        ("1,2\n3,1e999\n", 2, 2, "a finite number", "`1e999`"),
        ("1,2\n3,\n", 2, 2, "a finite number", "an empty field"),
        (",\n", 1, 1, "a finite number", "an empty field"),
        ("1;2\n1,5;2\n", 2, 1, "decimal point", "`1,5`"),
        ("1 2\n3 4\n", 2, 1, "commas, semicolons or tabs", "`3 4`"),
        ("1,2\n3,0x10\n", 2, 2, "a finite number", "`0x10`"),
    ] {
        let error = points(text).unwrap_err();
        let Error::Parse {
            source_name,
            line: l,
            column: c,
            expected: e,
            found: f,
        } = &error
        else {
            panic!("{text:?}: {error}");
        };
        assert_eq!(
            (source_name.as_str(), *l, *c, f.as_str()),
            ("x.csv", line, column, found),
            "{text:?}"
        );
        assert!(e.contains(expected), "{text:?}: {error}");
    }
    let long = format!("1,2\n3,{}\n", "x\u{7f}".repeat(100).replace('\u{7f}', "é"));
    let message = points(&long).unwrap_err().to_string();
    assert!(message.len() < 150 && message.contains('…'), "{message}");
}

#[test]
fn what_is_no_table_is_refused() {
    for (bytes, words) in [
        (&b""[..], "found none"),
        (b"\n# only a comment\n\n", "found none"),
        (b"x,y\n", "found none"),
        (b"\x89PNG\r\n\x1a\n\0\0", "byte 0x89"),
        (b"1,2\n3,\0\n", "line 2"),
        (b"1,2\n\xff\xfe", "line 2"),
        (b"\xff\xfe1\x00", "byte 0xff"),
    ] {
        let error = read_points("x.csv", bytes).unwrap_err();
        let message = error.to_string();
        assert!(matches!(error, Error::Format { .. }), "{message}");
        assert!(
            message.starts_with("x.csv: ") && message.contains(words),
            "{message}"
        );
        assert!(!message.contains('\n'), "{message}");
    }
    let error = read_dataset("d.csv", "1\n2\n".as_bytes()).unwrap_err();
    assert!(error.to_string().contains("at least 2 columns"), "{error}");
}

#[test]
fn files_are_read_and_named() {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("d.csv");
    fs::write(&path, "1,2\n3,4\n").unwrap();
    assert_eq!(load_points(&path).unwrap().len(), 2);
    assert_eq!(load_dataset(&path).unwrap().targets()[1], 4.0);
    assert_eq!(load_array(&path).unwrap().shape, [2, 2]);
    for bad in [room.path().join("missing.csv"), room.path().to_path_buf()] {
        let error = load_dataset(&bad).unwrap_err();
        assert!(matches!(error, Error::Io { .. }));
        assert!(error.to_string().contains(&bad.display().to_string()));
    }
    // The format is in the bytes, not in the name.
    let npy = npy(1, &header("<f8", "False", "(2,)"), &doubles(&[1.0, 2.0]));
    fs::write(&path, npy).unwrap();
    assert_eq!(load_points(&path).unwrap().point(1), [2.0]);
}

/// How a small integer is stored in some type.
type Encode = fn(u8) -> Vec<u8>;

#[test]
fn every_npy_type_and_order_is_read() {
    let expected = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];
    let c_order = [1_u8, 2, 3, 4, 5, 6];
    let fortran_order = [1_u8, 4, 2, 5, 3, 6];
    let encoders: [(&str, Encode); 13] = [
        ("<f8", |x| f64::from(x).to_le_bytes().to_vec()),
        (">f8", |x| f64::from(x).to_be_bytes().to_vec()),
        ("<f4", |x| f32::from(x).to_le_bytes().to_vec()),
        (">f4", |x| f32::from(x).to_be_bytes().to_vec()),
        ("|i1", |x| vec![x]),
        ("<i2", |x| i16::from(x).to_le_bytes().to_vec()),
        ("<i4", |x| i32::from(x).to_le_bytes().to_vec()),
        (">i8", |x| i64::from(x).to_be_bytes().to_vec()),
        ("<i8", |x| i64::from(x).to_le_bytes().to_vec()),
        ("|u1", |x| vec![x]),
        (">u2", |x| u16::from(x).to_be_bytes().to_vec()),
        ("<u4", |x| u32::from(x).to_le_bytes().to_vec()),
        ("<u8", |x| u64::from(x).to_le_bytes().to_vec()),
    ];
    for (descr, encode) in encoders {
        for (fortran, stored) in [("False", c_order), ("True", fortran_order)] {
            for major in [1, 2, 3] {
                let data: Vec<u8> = stored.iter().flat_map(|&x| encode(x)).collect();
                let bytes = npy(major, &header(descr, fortran, "(2, 3)"), &data);
                let points = read_points("x.npy", &bytes[..]).unwrap();
                assert!(points.iter().eq(expected.iter()), "{descr} {fortran}");
                let set = read_dataset("x.npy", &bytes[..]).unwrap();
                assert_eq!(set.targets().as_slice(), [3.0, 6.0]);
            }
        }
    }
    let values: Vec<f64> = (0..24).map(f64::from).collect();
    let bytes = npy(1, &header("<f8", "False", "(2, 3, 4)"), &doubles(&values));
    let array = read_array("x.npy", &bytes[..]).unwrap();
    assert_eq!((array.shape, &array.values), (vec![2, 3, 4], &values));
    let stored: Vec<f64> = (0..24)
        .map(|at| f64::from(at % 2 * 12 + at / 2 % 3 * 4 + at / 6))
        .collect();
    let bytes = npy(1, &header("<f8", "True", "(2, 3, 4)"), &doubles(&stored));
    assert_eq!(read_array("x.npy", &bytes[..]).unwrap().values, values);
}

#[test]
fn bad_npy_files_are_explained() {
    let two = doubles(&[1.0, 2.0]);
    let good = header("<f8", "False", "(2,)");
    let cases = [
        (
            npy(1, &header("<f8", "False", "(1, 1, 2)"), &two),
            "one or two axes",
        ),
        (
            npy(1, &header("<f8", "False", "()"), &two[..8]),
            "at least one axis",
        ),
        (
            npy(1, &header("<f8", "False", "(0,)"), &[]),
            "at least one axis",
        ),
        (npy(1, &header("<f8", "False", "(3,)"), &two), "24 bytes"),
        (npy(1, &header("<f8", "False", "(1,)"), &two), "8 bytes"),
        (npy(1, &header("<c16", "False", "(1,)"), &two), "floats"),
        (npy(1, &header("<M8[ns]", "False", "(2,)"), &two), "floats"),
        (npy(1, &header("|b1", "False", "(16,)"), &two), "floats"),
        (npy(1, &header("<f2", "False", "(8,)"), &two), "floats"),
        (npy(1, &header("|O", "False", "(2,)"), &two), "promises"),
        (npy(1, &header("what", "False", "(2,)"), &two), "not an npy"),
        (npy(1, &header("<f8", "Maybe", "(2,)"), &two), "not an npy"),
        (npy(9, &good, &two), "version"),
        (npy(1, "{}", &two), "missing key"),
        (npy(1, "{'descr' '<f8'}", &two), "Python"),
        (npy(1, "[]", &two), "dict"),
        (npy(1, &"(".repeat(60_000), &two), "nested"),
        (
            npy(
                1,
                &header("<f8", "False", "(4294967296, 4294967296, 16)"),
                &two,
            ),
            "too large",
        ),
        (
            npy(1, &header("<f8", "False", "(99999999999999999999,)"), &two),
            "too large",
        ),
        (npy(1, &header("<f8", "False", "(-2,)"), &two), "0x2d"),
        (
            npy(1, &header("<f8", "False", "(4611686018427387904,)"), &two),
            "promises",
        ),
        (
            npy(1, &header("<f8\\777", "False", "(2,)"), &two),
            "backslash",
        ),
        (
            npy(1, &good, &doubles(&[1.0, f64::NAN])),
            "NaN at index [1]",
        ),
        (b"\x93NUMPY".to_vec(), "ends within"),
        (b"\x93NUMPY\x01\0\xff\xff{".to_vec(), "ends within"),
        (b"\x93NUMPY\x02\0\xff\xff\xff\xff{".to_vec(), "ends within"),
    ];
    for (bytes, words) in cases {
        let message = read_points("x.npy", &bytes[..]).unwrap_err().to_string();
        assert!(!message.contains('\n'), "{message}");
        assert!(
            message.starts_with("x.npy: ") && message.contains(words),
            "{words}: {message}"
        );
    }
}

proptest! {
    #[test]
    fn numbers_survive_the_way_through_a_csv(
        rows in prop::collection::vec([-1e300..1e300, -1.0..1.0, 1e-300..1e-290_f64], 1..20),
        delimiter in prop::sample::select(vec![",", ";", "\t", " , "]),
    ) {
        let line = |row: &[f64; 3]| row.map(|x| x.to_string()).join(delimiter);
        let text: Vec<String> = rows.iter().map(line).collect();
        let read = points(&text.join("\n")).unwrap();
        prop_assert_eq!(read, rows.iter().map(|r| r.to_vec()).collect::<Vec<_>>());
    }

    #[test]
    fn no_text_panics(text in "[0-9a-z,;\t\r\n\"#. +\\-]{0,120}|.{0,60}") {
        let _ = read_dataset("fuzz", text.as_bytes());
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_dataset("fuzz", &bytes[..]);
        let mut npy = b"\x93NUMPY".to_vec();
        npy.extend(&bytes);
        let _ = read_array("fuzz", &npy[..]);
    }

    #[test]
    fn no_header_panics(
        major in 0_u8..5,
        header in "[{}()\\[\\],:'\" 0-9LxeTrueFals<>|fiuOcUSVM_.\\-+\n\\\\]{0,100}",
        data in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let _ = read_array("fuzz", &npy(major, &header, &data)[..]);
    }

    #[test]
    fn no_nearly_valid_header_panics(
        descr in "[<>|=][fiuOcUSVMmb?][0-9]{0,20}(\\[ns\\])?",
        order in prop::sample::select(vec!["True", "False", "1", "None"]),
        shape in "(\\(([0-9]{1,12}, ?){0,4}\\)|[0-9]{1,3})",
        flip in 0_usize..400,
        data in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let mut bytes = npy(1, &header(&descr, order, &shape), &data);
        let _ = read_array("fuzz", &bytes[..]);
        let _ = read_dataset("fuzz", &bytes[..]);
        if let Some(byte) = bytes.get_mut(flip) {
            *byte ^= 1 << (flip % 8);
        }
        let _ = read_array("fuzz", &bytes[..]);
        bytes.truncate(flip);
        let _ = read_array("fuzz", &bytes[..]);
    }
}
