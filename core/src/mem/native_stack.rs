//! Limits on the use of the native stack, measured by addresses.

/// A bound on the native stack that recursive functions may use, counted from where the bound was made.
///
/// A recursive function calls [`is_passed`](StackBound::is_passed) at each level. Frames between two calls, and those
/// of leaf functions, come on top: some hundred bytes.
#[derive(Clone, Copy, Debug)]
pub struct StackBound {
    from: usize,
    bytes: usize,
}

impl StackBound {
    /// A bound of `bytes` from the caller's frame on.
    #[must_use]
    #[inline(always)]
    pub fn new(bytes: usize) -> StackBound {
        StackBound { from: here(), bytes }
    }

    /// Whether the caller's frame lies beyond the bound.
    #[must_use]
    #[inline(always)]
    pub fn is_passed(&self) -> bool {
        self.from.abs_diff(here()) > self.bytes
    }
}

/// The stack pointer. A local variable's address would do, but sanitizers put those elsewhere.
#[inline(always)]
fn here() -> usize {
    macro_rules! stack_pointer {
        ($instruction:literal) => {{
            let address: usize;
            // SAFETY: copies a register.
            unsafe {
                core::arch::asm!($instruction, out(reg) address, options(nomem, nostack, preserves_flags));
            }
            address
        }};
    }
    #[cfg(target_arch = "x86_64")]
    return stack_pointer!("mov {}, rsp");
    #[cfg(target_arch = "x86")]
    return stack_pointer!("mov {}, esp");
    #[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
    return stack_pointer!("mov {}, sp");
    #[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
    return stack_pointer!("mv {}, sp");
    #[cfg(not(any(
        target_arch = "x86_64",
        target_arch = "x86",
        target_arch = "aarch64",
        target_arch = "arm",
        target_arch = "riscv32",
        target_arch = "riscv64"
    )))]
    {
        let local = 0_u8;
        core::ptr::from_ref(&local).addr()
    }
}

#[cfg(test)]
mod tests {
    use super::StackBound;

    /// Recurses with some stack at each level. Returns the number of levels.
    #[inline(never)]
    fn levels(bound: StackBound, level: u32) -> u32 {
        let frame = core::hint::black_box([level; 64]);
        if bound.is_passed() { frame[0] } else { levels(bound, level + 1).max(frame[1]) }
    }

    #[test]
    fn levels_end_where_the_bound_is() {
        let bytes = 64 << 10;
        let most = levels(StackBound::new(bytes), 0) as usize;
        assert!(most > 10 && most <= bytes / 256 + 1, "{most}");
        assert!(levels(StackBound::new(2 * bytes), 0) as usize > most);
        assert_eq!(levels(StackBound::new(0), 0), 0);
    }
}
