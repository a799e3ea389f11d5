//! macOS: one `MAP_JIT` mapping for the process. **Untested**, as the pages are (`reserve`).

use std::ptr::NonNull;

/// Bytes of addresses that are reserved.
const REGION: usize = 1 << 30;

/// The addresses of the region, which the kernel places at random.
#[derive(Debug)]
pub(crate) struct Mapping {
    pub(crate) base: NonNull<u8>,
    /// Bytes to lend, in whole pages.
    pub(crate) len: usize,
    /// Bytes of a page.
    pub(crate) page: usize,
}

// SAFETY: the mapping is the whole process's; these are only numbers that say where it is.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    pub(crate) fn reserve() -> Option<Mapping> {
        // SAFETY: it only asks.
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).ok()?;
        let (write, execute) = (libc::PROT_READ | libc::PROT_WRITE, libc::PROT_READ | libc::PROT_EXEC);
        let access = if cfg!(target_arch = "aarch64") { write | execute } else { execute };
        let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_JIT;
        // SAFETY: the kernel chooses the addresses, none of them in use.
        let map = unsafe { libc::mmap(std::ptr::null_mut(), REGION, access, flags, -1, 0) };
        if map == libc::MAP_FAILED {
            return None;
        }
        Some(Mapping { base: NonNull::new(map.cast())?, len: REGION, page })
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours; it is only dropped before any page of it was lent.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.len) };
    }
}

/// Takes access and memory from whole pages. There is no such thing for `MAP_JIT`: they are filled with traps instead.
///
/// # Safety
/// They are pages of the region that the caller was lent, and nobody uses them any more.
pub(crate) unsafe fn blank(_start: NonNull<u8>, _len: usize) -> bool {
    false
}
