//! Bytes that many share and nobody changes.

use core::ptr::NonNull;

use super::{Keeper, Mem, OutOfMemory};

/// Bytes that stay where they are as long as somebody holds them.
#[derive(Clone)]
pub(crate) struct SharedBytes {
    /// What `keeper` keeps, or what lasts for ever.
    bytes: NonNull<[u8]>,
    keeper: Keeper,
}

// SAFETY: bytes that nobody writes to, kept by what may be dropped on any thread.
unsafe impl Send for SharedBytes {}
// SAFETY: as above.
unsafe impl Sync for SharedBytes {}

impl SharedBytes {
    /// Bytes that last for ever.
    pub(crate) fn lasting(bytes: &'static [u8]) -> SharedBytes {
        SharedBytes { bytes: NonNull::from(bytes), keeper: Keeper::NOTHING }
    }

    /// The bytes of an owner, who is kept in a block of `mem`.
    ///
    /// # Errors
    /// When the memory is out; the owner is dropped then.
    pub(crate) fn of_owner<T>(owner: T, mem: &Mem) -> Result<SharedBytes, OutOfMemory>
    where
        T: AsRef<[u8]> + Send + Sync + 'static,
    {
        let (keeper, owner) = Keeper::new(mem, owner)?;
        // SAFETY: the keeper keeps the owner where it is, and nobody else reaches it: what it lends here, once, stays lent
        // until it is dropped.
        let bytes = NonNull::from(unsafe { owner.as_ref() }.as_ref());
        Ok(SharedBytes { bytes, keeper })
    }

    /// The bytes.
    pub(crate) fn as_slice(&self) -> &[u8] {
        // SAFETY: the keeper keeps them.
        unsafe { self.bytes.as_ref() }
    }

    /// A part of the bytes, kept as these are; none if it is no part of them.
    pub(crate) fn part(&self, part: &[u8]) -> Option<SharedBytes> {
        let bytes = self.as_slice();
        let start = part.as_ptr().addr().checked_sub(bytes.as_ptr().addr())?;
        let part = bytes.get(start..start.checked_add(part.len())?)?;
        Some(SharedBytes { bytes: NonNull::from(part), keeper: self.keeper.clone() })
    }

    /// What keeps the bytes where they are.
    pub(crate) fn keeper(&self) -> &Keeper {
        &self.keeper
    }
}
