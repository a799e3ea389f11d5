//! Runs of bytes in a source text.

/// Whether a byte can be in a name after its first.
pub(super) static IN_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(byte as u8, b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9');
        byte += 1;
    }
    table
};

/// The number of bytes at the start of `bytes` that satisfy `wanted`.
#[inline]
pub(super) fn prefix_len(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&byte| !wanted(byte)).unwrap_or(bytes.len())
}
