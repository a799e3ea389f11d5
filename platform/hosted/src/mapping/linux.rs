//! Linux: addresses without access, until pages of them are lent.

use std::ptr::NonNull;

use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous, munmap};
use rustix::process::{Resource, getrlimit};
use rustix::rand::{GetRandomFlags, getrandom};

/// How many pages before the first one in use may be left out.
const SHIFTS: usize = 256;
/// Bytes of addresses that are reserved, if the process may have as many: enough for the code of a million small VMs.
const REGION: usize = 16 << 30;
/// A region smaller than this is not worth having.
const SMALLEST: usize = 1 << 20;

/// The addresses of the region, at first without access:
///
/// ```text
///   map                     base
///   |guard, and a random     |pages to lend          | guard
///   |number of pages         |                       |
/// ```
///
/// The kernel places the mapping at random, but next to others, so that their addresses would tell ours.
#[derive(Debug)]
pub(crate) struct Mapping {
    map: NonNull<u8>,
    mapped: usize,
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
        // Addresses cost nothing, unless the process has a limit on them.
        let addresses = getrlimit(Resource::As).current.and_then(|limit| usize::try_from(limit / 8).ok());
        let mut len = addresses.map_or(REGION, |most| most.min(REGION)).next_power_of_two();
        while len >= SMALLEST {
            if let Some(mapping) = Mapping::of(len) {
                return Some(mapping);
            }
            len /= 2;
        }
        None
    }

    fn of(len: usize) -> Option<Mapping> {
        let page = page_size();
        let mapped = len.checked_add((SHIFTS + 1) * page)?;
        let shift = (1 + random() as usize % SHIFTS) * page;
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: the kernel chooses the addresses, none of them in use.
        let map = unsafe { mmap_anonymous(std::ptr::null_mut(), mapped, ProtFlags::empty(), flags) };
        let map = NonNull::new(map.ok()?.cast::<u8>())?;
        // SAFETY: `shift + len` is at most `mapped - page`.
        Some(Mapping { map, mapped, base: unsafe { map.add(shift) }, len, page })
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours; it is only dropped before any page of it was lent.
        let _ = unsafe { munmap(self.map.as_ptr().cast(), self.mapped) };
    }
}

/// Takes access and memory from whole pages: as they were when the region was reserved.
///
/// # Safety
/// They are pages of the region that the caller was lent, and nobody uses them any more.
pub(crate) unsafe fn blank(start: NonNull<u8>, len: usize) -> bool {
    let flags = MapFlags::PRIVATE | MapFlags::NORESERVE | MapFlags::FIXED;
    // SAFETY: it replaces pages of our own mapping, and the caller vouches that nobody uses them.
    unsafe { mmap_anonymous(start.as_ptr().cast(), len, ProtFlags::empty(), flags) }.is_ok()
}

/// Bytes of a page.
fn page_size() -> usize {
    // x86-64 has no other; asking is a call of the system.
    if cfg!(target_arch = "x86_64") { 4096 } else { rustix::param::page_size() }
}

/// Zero if the system has none ready: the kernel's own placement is left.
pub(crate) fn random() -> u64 {
    let mut bytes = [0; 8];
    match getrandom(&mut bytes[..], GetRandomFlags::NONBLOCK) {
        Ok(_) => u64::from_ne_bytes(bytes),
        Err(_) => 0,
    }
}
