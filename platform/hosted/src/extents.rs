//! Which bytes of the reserve are taken. Knows offsets only.

#![forbid(unsafe_code)]

use std::ops::Range;

/// The reserve, cut into taken and free pieces.
///
/// ```text
///   taken | taken | free   | taken | free ................
/// ```
///
/// Pieces lie in order and leave no gaps; no two neighbours are both free. So giving back finds its neighbours
/// without a search of its own, and only ever shortens the list: it needs no memory.
#[derive(Debug)]
pub(crate) struct Extents {
    pieces: Vec<Piece>,
    taken: usize,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    start: usize,
    len: usize,
    free: bool,
}

impl Extents {
    /// All of `room` free.
    pub(crate) fn new(room: Range<usize>) -> Extents {
        Extents { pieces: vec![Piece { start: room.start, len: room.len(), free: true }], taken: 0 }
    }

    /// Takes `len` bytes, not 0, from the first piece that has them; tells where they begin.
    pub(crate) fn take(&mut self, len: usize) -> Option<usize> {
        self.pieces.try_reserve(1).ok()?;
        let (index, piece) = self.pieces.iter_mut().enumerate().find(|(_, p)| p.free && p.len >= len)?;
        let found = *piece;
        *piece = Piece { len, free: false, ..found };
        if found.len > len {
            let rest = Piece { start: found.start + len, len: found.len - len, free: true };
            self.pieces.insert(index + 1, rest);
        }
        self.taken += len;
        Some(found.start)
    }

    /// Whether exactly `len` bytes from `start` on were taken at once, and not given back.
    pub(crate) fn holds(&self, start: usize, len: usize) -> bool {
        self.index_of(start, len).is_some()
    }

    /// Gives back what was taken. Anything else is left alone; tells whether it was something.
    pub(crate) fn give(&mut self, start: usize, len: usize) -> bool {
        let Some(index) = self.index_of(start, len) else { return false };
        self.taken -= len;
        let mut free = Piece { start, len, free: true };
        let (mut first, mut last) = (index, index);
        if let Some(before) = index.checked_sub(1).and_then(|i| self.pieces.get(i)).filter(|p| p.free) {
            first = index - 1;
            free = Piece { start: before.start, len: before.len + free.len, free: true };
        }
        if let Some(after) = self.pieces.get(index + 1).filter(|p| p.free) {
            last = index + 1;
            free.len += after.len;
        }
        if let Some(piece) = self.pieces.get_mut(first) {
            *piece = free;
        }
        self.pieces.drain(first + 1..last + 1);
        true
    }

    /// Bytes taken.
    pub(crate) fn taken(&self) -> usize {
        self.taken
    }

    /// At least as many as there are takings not given back.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    fn index_of(&self, start: usize, len: usize) -> Option<usize> {
        let index = self.pieces.binary_search_by_key(&start, |p| p.start).ok()?;
        self.pieces.get(index).filter(|p| !p.free && p.len == len).map(|_| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(extents: &Extents, room: &Range<usize>) {
        let mut end = room.start;
        for piece in &extents.pieces {
            assert_eq!(piece.start, end, "no gaps and no overlaps");
            end += piece.len;
        }
        assert_eq!(end, room.end);
        assert!(
            extents.pieces.windows(2).all(|pair| !(pair[0].free && pair[1].free)),
            "free pieces are joined"
        );
    }

    proptest! {
        /// Against the simplest model there is: a list of what was taken.
        #[test]
        fn taken_pieces_never_overlap_and_all_come_back(
            steps in prop::collection::vec((any::<bool>(), 1usize..200, any::<prop::sample::Index>()), 1..200)
        ) {
            let room = 48..1048;
            let mut extents = Extents::new(room.clone());
            let mut taken: Vec<(usize, usize)> = Vec::new();
            for (take, len, which) in steps {
                if take {
                    if let Some(start) = extents.take(len) {
                        prop_assert!(room.contains(&start) && start + len <= room.end);
                        prop_assert!(taken.iter().all(|&(s, l)| start + len <= s || s + l <= start));
                        taken.push((start, len));
                    }
                } else if !taken.is_empty() {
                    let (start, len) = taken.swap_remove(which.index(taken.len()));
                    prop_assert!(!extents.give(start, len + 1), "another length");
                    prop_assert!(extents.give(start, len));
                    prop_assert!(!extents.give(start, len), "twice");
                }
                check(&extents, &room);
                prop_assert_eq!(extents.taken(), taken.iter().map(|t| t.1).sum::<usize>());
                prop_assert!(taken.iter().all(|&(s, l)| extents.holds(s, l)));
                prop_assert!(extents.pieces() >= taken.len());
            }
            for (start, len) in taken {
                prop_assert!(extents.give(start, len));
            }
            prop_assert_eq!(extents.take(room.len()), Some(room.start), "one free piece is left");
        }
    }

    #[test]
    fn the_first_piece_that_fits_is_reused() {
        let mut extents = Extents::new(0..100);
        let starts: Vec<_> = (0..5).map(|_| extents.take(20)).collect();
        assert_eq!(starts, [0, 20, 40, 60, 80].map(Some));
        assert_eq!(extents.take(1), None);
        assert!(extents.give(20, 20) && extents.give(60, 20));
        assert_eq!(extents.take(21), None, "free bytes that are not neighbours do not join");
        assert!(extents.give(40, 20));
        assert_eq!(extents.take(60), Some(20));
    }
}
