//! Bytes as words, where they lie.

/// Unsigned integers: all bits may be anything, and there is no padding.
///
/// # Safety
/// The implementor is such a type.
pub(crate) unsafe trait Plain: Copy + 'static {}

// SAFETY: an unsigned integer.
unsafe impl Plain for u8 {}
// SAFETY: as above.
unsafe impl Plain for u32 {}
// SAFETY: as above.
unsafe impl Plain for u64 {}
// SAFETY: as above; as long as it is aligned.
unsafe impl Plain for Word {}

/// Eight bytes that begin at a multiple of eight, also where a u64 need not.
#[repr(C, align(8))]
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Word(u64);

const _: () = assert!(size_of::<Word>() == 8 && align_of::<Word>() == 8);

/// Bytes as integers in the order of this processor. None unless they are aligned and as many as whole integers need; no
/// bytes are no integers, wherever they are.
pub(crate) fn cast<T: Plain>(bytes: &[u8]) -> Option<&[T]> {
    if bytes.is_empty() {
        return Some(&[]);
    }
    let fits =
        bytes.as_ptr().addr().is_multiple_of(align_of::<T>()) && bytes.len().is_multiple_of(size_of::<T>());
    // SAFETY: aligned, of that length, initialised, and all bits are an integer.
    fits.then(|| unsafe { core::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len() / size_of::<T>()) })
}

/// Integers as bytes.
pub(crate) fn bytes_of<T: Plain>(items: &[T]) -> &[u8] {
    // SAFETY: integers have no padding, and bytes no alignment.
    unsafe { core::slice::from_raw_parts(items.as_ptr().cast(), size_of_val(items)) }
}

/// Integers as bytes that may be written.
pub(crate) fn bytes_of_mut<T: Plain>(items: &mut [T]) -> &mut [u8] {
    // SAFETY: as above; all bits are an integer.
    unsafe { core::slice::from_raw_parts_mut(items.as_mut_ptr().cast(), size_of_val(items)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_aligned_whole_words_are_cast() {
        let words = [1_u64, u64::MAX];
        let bytes = bytes_of(&words);
        assert_eq!(cast::<u64>(bytes), Some(&words[..]));
        assert_eq!(cast::<u64>(&bytes[..12]), None);
        assert_eq!(cast::<u32>(&bytes[4..]).map(<[u32]>::len), Some(3));
        assert_eq!(cast::<u32>(&bytes[1..5]), None);
        assert_eq!(cast::<u64>(&bytes[1..1]), Some(&[][..]));
    }
}
