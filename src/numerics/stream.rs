//! Writing to memory that is not read again soon, past the caches.
//!
//! A store that misses the caches reads its line from memory first. Whole lines written past the caches are
//! not read, and displace nothing: a kernel matrix is written some two to four times faster (measured in
//! `docs/accuracy/kernel.md`). There is no safe way to ask for it: this file is the crate's one exception.
#![allow(unsafe_code)]

/// Copies each first slice into its second, as far as both go.
pub(crate) fn stream<'a>(copies: impl Iterator<Item = (&'a [f64], &'a mut [f64])>) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx") {
        let mut copies = copies.peekable();
        while let Some((from, to)) = copies.next() {
            if let Some((_, next)) = copies.peek() {
                fetch(next);
            }
            // SAFETY: the machine has AVX.
            unsafe { past_caches(from, to) }
        }
        // Such stores are ordered with no others: whoever takes over the memory must see them.
        // SAFETY: every x86-64 has this instruction.
        unsafe { std::arch::x86_64::_mm_sfence() }
        return;
    }
    for (from, to) in copies {
        for (from, to) in from.iter().zip(to) {
            *to = *from;
        }
    }
}

/// Bytes of a line of cache.
#[cfg(target_arch = "x86_64")]
const LINE: usize = 64;

/// Asks for the first and the last line, which may be written in part, and with them for where the page lies.
#[cfg(target_arch = "x86_64")]
fn fetch(to: &[f64]) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    for number in to.first().into_iter().chain(to.last()) {
        // SAFETY: a hint, which changes nothing, of an address that exists.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(number).cast()) }
    }
}

/// Whole lines past the caches, what is left at both ends as usual.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx")]
fn past_caches(from: &[f64], to: &mut [f64]) {
    use std::arch::x86_64::{_mm256_loadu_pd, _mm256_stream_pd};
    const NUMBERS: usize = LINE / size_of::<f64>();
    let count = from.len().min(to.len());
    let head = to.as_ptr().align_offset(LINE).min(count);
    let (from, from_lines) = from[..count].split_at(head);
    let (to, to_lines) = to[..count].split_at_mut(head);
    to.copy_from_slice(from);
    let (from_lines, from) = from_lines.as_chunks::<NUMBERS>();
    let (to_lines, to) = to_lines.as_chunks_mut::<NUMBERS>();
    to.copy_from_slice(from);
    for (from, to) in from_lines.iter().zip(to_lines) {
        // SAFETY: both halves lie within arrays of eight numbers; those written begin at a multiple of 64
        // bytes, or none is left after the head.
        unsafe {
            for half in [0, NUMBERS / 2] {
                let numbers = _mm256_loadu_pd(from.as_ptr().add(half));
                _mm256_stream_pd(to.as_mut_ptr().add(half), numbers);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_at_every_alignment_and_length() {
        let from: Vec<f64> = (1..100).map(f64::from).collect();
        for start in 0..17 {
            for count in 0..60 {
                let mut to = vec![0.0; 100];
                let target = &mut to[start..start + count];
                stream([(&from[..count], target)].into_iter());
                let right = |(i, value): (usize, &f64)| match i.checked_sub(start) {
                    Some(k) if k < count => *value == from[k],
                    _ => *value == 0.0,
                };
                assert!(to.iter().enumerate().all(right), "{start} {count}");
            }
        }
        // The shorter of the two.
        let mut to = [0.0; 3];
        stream([(&from[..], &mut to[..])].into_iter());
        assert_eq!(to, [1.0, 2.0, 3.0]);
    }
}
