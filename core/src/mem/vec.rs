//! A vector that can only grow fallibly.

use core::fmt;
use core::ops::{Deref, DerefMut};

use super::{Mem, OutOfMemory};

/// Bytes from which on a vector grows by a quarter. Doubling is quicker, and leaves up to half of it unused.
const LARGE: usize = 16 << 10;

/// A growable array in a VM's memory. It dereferences to a slice; methods that may need memory return a `Result`.
pub struct Vec<T>(allocator_api2::vec::Vec<T, Mem>);

impl<T> Vec<T> {
    /// An empty vector; allocates nothing yet.
    #[must_use]
    pub fn new(mem: &Mem) -> Vec<T> {
        Vec(allocator_api2::vec::Vec::new_in(mem.clone()))
    }

    /// The memory in which it grows.
    #[must_use]
    pub fn mem(&self) -> &Mem {
        self.0.allocator()
    }

    /// Makes room for `more` further items.
    ///
    /// # Errors
    /// When memory is out; the vector is as it was.
    // Out of line, so that appending is a few instructions.
    #[inline(never)]
    pub fn reserve(&mut self, more: usize) -> Result<(), OutOfMemory> {
        let (len, capacity) = (self.0.len(), self.0.capacity());
        if capacity.saturating_mul(size_of::<T>()) < LARGE || more <= capacity - len {
            return self.0.try_reserve(more).map_err(|_| OutOfMemory);
        }
        let step = capacity - len + capacity / 4;
        self.reserve_exact(more.max(step))
    }

    /// Makes room for exactly `more` further items.
    ///
    /// # Errors
    /// When memory is out; the vector is as it was.
    pub fn reserve_exact(&mut self, more: usize) -> Result<(), OutOfMemory> {
        self.0.try_reserve_exact(more).map_err(|_| OutOfMemory)
    }

    /// Appends one item.
    ///
    /// # Errors
    /// When memory is out; the vector is as it was.
    #[inline]
    pub fn push(&mut self, item: T) -> Result<(), OutOfMemory> {
        self.push_inline(item)
    }

    /// As [`push`](Vec::push), without a call, for hot functions that do not recurse: inlined, it takes native stack.
    #[inline(always)]
    pub(crate) fn push_inline(&mut self, item: T) -> Result<(), OutOfMemory> {
        if self.0.len() == self.0.capacity() {
            self.reserve(1)?;
        }
        self.0.push(item);
        Ok(())
    }

    /// Removes and returns the last item.
    pub fn pop(&mut self) -> Option<T> {
        self.0.pop()
    }

    /// Drops every item from index `len` on; does nothing when there are fewer.
    pub fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// Drops every item and keeps the capacity.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The number of items that fit without growing.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// Removes the item at `index` (which must exist) and puts the last one in its place.
    pub fn swap_remove(&mut self, index: usize) -> T {
        self.0.swap_remove(index)
    }
}

impl<T: Copy> Vec<T> {
    /// A vector holding a copy of `items`, sized exactly.
    ///
    /// # Errors
    /// When memory is out.
    pub fn from_slice(mem: &Mem, items: &[T]) -> Result<Vec<T>, OutOfMemory> {
        let mut vec = Vec::new(mem);
        vec.reserve_exact(items.len())?;
        vec.extend_from_slice(items)?;
        Ok(vec)
    }

    /// Appends copies of all `items`.
    ///
    /// # Errors
    /// When memory is out; the vector is as it was.
    #[inline]
    pub fn extend_from_slice(&mut self, items: &[T]) -> Result<(), OutOfMemory> {
        let len = self.0.len();
        if items.len() > self.0.capacity() - len {
            self.reserve(items.len())?;
        }
        // The vector's own would clone them one by one.
        // SAFETY: there is room for all of them after the last item, and no reference reaches there. Items are `Copy`.
        unsafe {
            self.0.as_mut_ptr().add(len).copy_from_nonoverlapping(items.as_ptr(), items.len());
            self.0.set_len(len + items.len());
        }
        Ok(())
    }
}

impl<T: Clone> Vec<T> {
    /// Lengthens to `len` items with copies of `item`, or shortens to it.
    ///
    /// # Errors
    /// When memory is out; the vector is as it was.
    pub fn resize(&mut self, len: usize, item: T) -> Result<(), OutOfMemory> {
        if len > self.0.len() {
            self.reserve(len - self.0.len())?;
        }
        self.0.resize(len, item);
        Ok(())
    }
}

impl<T> Deref for Vec<T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for Vec<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Vec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<'a, T> IntoIterator for &'a Vec<T> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
