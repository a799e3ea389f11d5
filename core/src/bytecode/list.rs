//! Lists in an image, whose items are read where they lie.

use core::fmt;

/// What an image has in a fixed number of words.
pub trait Packed: Copy {
    /// The words.
    type Bits: Copy + PartialEq;
    /// To words.
    fn pack(self) -> Self::Bits;
    /// From words. Words that [`pack`](Packed::pack) does not give are read as something too.
    fn unpack(bits: Self::Bits) -> Self;
}

/// A list in an image.
pub struct List<'a, T: Packed>(&'a [T::Bits]);

impl<'a, T: Packed + 'a> List<'a, T> {
    pub(crate) const fn new(bits: &'a [T::Bits]) -> List<'a, T> {
        List(bits)
    }

    pub(crate) fn bits(self) -> &'a [T::Bits] {
        self.0
    }

    /// How many items it has.
    #[must_use]
    #[inline]
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The item at an index.
    #[must_use]
    pub fn get(self, index: usize) -> Option<T> {
        self.0.get(index).map(|&bits| T::unpack(bits))
    }

    /// All items, in order.
    #[inline]
    pub fn iter(self) -> impl DoubleEndedIterator<Item = T> + ExactSizeIterator + 'a {
        self.0.iter().map(|&bits| T::unpack(bits))
    }

    /// How many items at the front fulfil a condition, which all before the first that does not fulfil.
    #[must_use]
    pub fn partition_point(self, mut condition: impl FnMut(T) -> bool) -> usize {
        self.0.partition_point(|&bits| condition(T::unpack(bits)))
    }
}

impl<T: Packed> Clone for List<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Packed> Copy for List<'_, T> {}

impl<T: Packed + fmt::Debug> fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|&bits| T::unpack(bits))).finish()
    }
}
