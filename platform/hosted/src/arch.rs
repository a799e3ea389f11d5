//! What differs by processor: the instruction that traps, and how caches learn of new code.

use std::ptr::NonNull;

/// `int3`, four times: the smallest x86 instruction, so that a jump to any byte traps.
#[cfg(not(target_arch = "aarch64"))]
pub(crate) const TRAP: [u8; 4] = [0xcc; 4];

/// `brk #0`.
#[cfg(target_arch = "aarch64")]
pub(crate) const TRAP: [u8; 4] = 0xd420_0000_u32.to_le_bytes();

/// Fills memory with traps.
///
/// # Safety
/// `len` bytes at `start` are writable, and nobody has references to them.
pub(crate) unsafe fn fill(start: NonNull<u8>, len: usize) {
    for offset in (0..len).step_by(TRAP.len()) {
        // SAFETY: the caller vouches for the bytes; pages and spans have a multiple of four, and arrays of bytes have no
        // alignment.
        unsafe { start.add(offset).cast::<[u8; 4]>().write(TRAP) };
    }
}

/// Makes code that was written to `len` bytes at `start` visible to this thread's instruction fetch.
///
/// x86 keeps its instruction cache coherent by itself; what is still in the pipeline is discarded by the jump
/// to code at the address it was written through (Intel's manual, volume 3, "Handling Self- and Cross-Modifying
/// Code").
///
/// # Safety
/// The bytes are mapped and readable.
#[cfg(all(target_os = "linux", not(target_arch = "aarch64")))]
pub(crate) unsafe fn flush(_start: *const u8, _len: usize) {}

/// Makes code that was written to `len` bytes at `start` visible to this thread's instruction fetch.
///
/// The sequence is that of the Arm manual ("Concurrent modification and execution of instructions"): clean data to
/// the point of unification, wait, invalidate instructions, wait, and throw away what was fetched already. Other
/// threads lack only that last step, an `isb` of their own.
///
/// # Safety
/// The bytes are mapped and readable.
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
pub(crate) unsafe fn flush(start: *const u8, len: usize) {
    use std::arch::asm;

    let types: usize;
    // SAFETY: Linux lets user space read CTR_EL0, itself or by emulation; there are no other effects.
    unsafe { asm!("mrs {}, ctr_el0", out(reg) types, options(nomem, nostack, preserves_flags)) };
    let instruction_line = 4 << (types & 15);
    let data_line = 4 << (types >> 16 & 15);

    for line in lines(start.addr(), len, data_line) {
        // SAFETY: the line overlaps bytes that the caller vouches for, and lines do not cross pages. Without
        // `nomem`, writes to the bytes are not moved past it.
        unsafe { asm!("dc cvau, {}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: barriers have no other effect.
    unsafe { asm!("dsb ish", options(nostack, preserves_flags)) };
    for line in lines(start.addr(), len, instruction_line) {
        // SAFETY: as for data lines.
        unsafe { asm!("ic ivau, {}", in(reg) line, options(nostack, preserves_flags)) };
    }
    // SAFETY: barriers have no other effect.
    unsafe { asm!("dsb ish", "isb", options(nostack, preserves_flags)) };
}

/// The addresses of all lines of `size` bytes, a power of two, that overlap `len` bytes at `start`.
#[cfg(any(test, all(target_os = "linux", target_arch = "aarch64")))]
fn lines(start: usize, len: usize, size: usize) -> impl Iterator<Item = usize> {
    (start & !(size - 1)..start + len).step_by(size)
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn every_line_that_overlaps_is_visited_once() {
        let visited = |start, len| lines(start, len, 64).collect::<Vec<_>>();
        assert_eq!(visited(128, 64), [128]);
        assert_eq!(visited(128, 65), [128, 192]);
        assert_eq!(visited(132, 4), [128]);
        assert_eq!(visited(188, 8), [128, 192]);
        assert_eq!(visited(128, 0), []);
    }
}
