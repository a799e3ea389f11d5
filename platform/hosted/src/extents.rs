//! The allocated parts of a range. Knows numbers only: the user defines the unit.

#![forbid(unsafe_code)]

use std::ops::Range;

/// No piece.
const NONE: u32 = u32::MAX;
/// Units in a block. `firsts` has an entry for each, so that a piece is found from where it begins in at most as many
/// steps.
const BLOCK: u32 = 256;
/// Lists of free pieces of similar lengths: one for each length below 4, then four for each doubling.
const BINS: usize = 124;
/// Pieces that are looked at in a list whose pieces may be too short.
const LOOKS: usize = 16;

/// Ranges of units, cut into taken and free pieces. Free ones may be of several kinds, which do not join.
///
/// ```text
///   taken | taken | free 0   | taken | free 1 | free 0 ........ |   (a hole)   | free 0 .....
/// ```
///
/// Pieces are linked in order, and free ones in lists by kind and length, so taking and giving back cost the same at
/// any number of pieces. No two neighbours are free and of one kind. Giving back needs no memory: it only ever makes
/// fewer pieces.
///
/// Links are indexes of `pieces`. All of them are made here; a wrong one would panic, not hand out something twice.
#[derive(Debug)]
pub(crate) struct Extents<const KINDS: usize> {
    pieces: Vec<Piece>,
    /// The first entry of `pieces` that is not used, linked by `after`.
    unused: u32,
    /// The last piece in order.
    last: u32,
    /// For each block, the first piece that begins in it.
    firsts: Vec<u32>,
    /// For each kind, the heads of the lists.
    bins: [[u32; BINS]; KINDS],
    /// Bit n: list n is not empty.
    filled: [u128; KINDS],
    taken: u32,
    count: usize,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    start: u32,
    len: u32,
    /// Its kind, if it is free.
    free: Option<u8>,
    /// Neighbours in order.
    before: u32,
    after: u32,
    /// Neighbours in the list of free pieces.
    list_before: u32,
    list_after: u32,
}

impl Piece {
    /// In no list, and not linked yet.
    fn new(start: u32, len: u32) -> Piece {
        Piece { start, len, free: None, before: NONE, after: NONE, list_before: NONE, list_after: NONE }
    }

    fn end(&self) -> u32 {
        self.start + self.len
    }
}

/// The list for free pieces of `len` units: all in it are longer than any in the lists before.
fn bin(len: u32) -> usize {
    let top = len.max(1).ilog2();
    let bin = if len < 4 { len } else { (top - 1) * 4 + (len >> (top - 2) & 3) };
    bin as usize
}

impl<const KINDS: usize> Extents<KINDS> {
    /// An empty range.
    pub(crate) const fn new() -> Extents<KINDS> {
        Extents {
            pieces: Vec::new(),
            unused: NONE,
            last: NONE,
            firsts: Vec::new(),
            bins: [[NONE; BINS]; KINDS],
            filled: [0; KINDS],
            taken: 0,
            count: 0,
        }
    }

    /// Adds free units after all there are, joined to the last if they are adjacent and of one kind. Nothing happens if
    /// there is no memory for that, or they lie elsewhere; tells whether there are more now.
    pub(crate) fn grow(&mut self, units: Range<u32>, kind: u8) -> bool {
        let end = if self.last == NONE { 0 } else { self.piece(self.last).end() };
        if units.is_empty() || units.start < end || !self.reserve_piece(units.start) {
            return false;
        }
        let index = self.insert(self.last, Piece::new(units.start, units.end - units.start));
        self.set_free(index, kind);
        true
    }

    /// Takes `len` units, not 0, of that kind; tells where they begin. `None` if there are none, though there may be if
    /// all lists of longer pieces are empty and no piece looked at fits; or if there is no memory.
    pub(crate) fn take(&mut self, len: u32, kind: u8) -> Option<u32> {
        let index = self.find_free(len, kind)?;
        let start = self.piece(index).start;
        self.take_from(index, len).then_some(start)
    }

    /// Takes `len` units from `start` on, if a free piece begins there that has them; tells its kind.
    pub(crate) fn take_at(&mut self, start: u32, len: u32) -> Option<u8> {
        let index = self.find(start)?;
        let Piece { len: has, free, .. } = *self.piece(index);
        let kind = free.filter(|_| has >= len && len > 0)?;
        self.take_from(index, len).then_some(kind)
    }

    /// Takes `more` units after `len` that were taken from `start` on, to be given back with them, if they are free;
    /// tells their kind.
    pub(crate) fn extend(&mut self, start: u32, len: u32, more: u32) -> Option<u8> {
        let index = self.find_taken(start, len)?;
        let after = self.piece(index).after;
        if after == NONE || self.piece(after).start != start + len {
            return None;
        }
        let kind = self.take_at(start + len, more)?;
        self.join(index, after);
        Some(kind)
    }

    /// Whether exactly `len` units from `start` on were taken at once, and not given back.
    pub(crate) fn holds(&self, start: u32, len: u32) -> bool {
        self.find_taken(start, len).is_some()
    }

    /// Gives back, as free units of that kind, what was taken; tells which free piece they are in now. Anything else is
    /// left alone.
    pub(crate) fn give(&mut self, start: u32, len: u32, kind: u8) -> Option<Range<u32>> {
        let index = self.find_taken(start, len)?;
        self.taken -= len;
        let index = self.set_free(index, kind);
        let piece = self.piece(index);
        Some(piece.start..piece.end())
    }

    /// Units taken.
    pub(crate) fn taken(&self) -> u32 {
        self.taken
    }

    /// At least as many as there are takings not given back.
    pub(crate) fn pieces(&self) -> usize {
        self.count
    }

    fn piece(&self, index: u32) -> &Piece {
        &self.pieces[index as usize]
    }

    fn piece_mut(&mut self, index: u32) -> &mut Piece {
        &mut self.pieces[index as usize]
    }

    fn find(&self, start: u32) -> Option<u32> {
        let mut index = *self.firsts.get((start / BLOCK) as usize)?;
        while index != NONE && self.piece(index).start < start {
            index = self.piece(index).after;
        }
        (index != NONE && self.piece(index).start == start).then_some(index)
    }

    fn find_taken(&self, start: u32, len: u32) -> Option<u32> {
        self.find(start).filter(|&index| {
            let piece = self.piece(index);
            piece.free.is_none() && piece.len == len
        })
    }

    fn find_free(&self, len: u32, kind: u8) -> Option<u32> {
        let bins = self.bins.get(usize::from(kind))?;
        let own = bin(len);
        let mut index = bins[own];
        for _ in 0..LOOKS {
            if index == NONE {
                break;
            }
            if self.piece(index).len >= len {
                return Some(index);
            }
            index = self.piece(index).list_after;
        }
        let longer = self.filled[usize::from(kind)] & (!1 << own);
        (longer != 0).then(|| bins[longer.trailing_zeros() as usize])
    }

    /// Takes the first `len` units of a free piece that has them.
    fn take_from(&mut self, index: u32, len: u32) -> bool {
        let Piece { start, len: has, free, .. } = *self.piece(index);
        let Some(kind) = free else { return false };
        if has > len && !self.reserve_piece(start + len) {
            return false;
        }
        self.unlist(index);
        self.taken += len;
        if has > len {
            self.piece_mut(index).len = len;
            let rest = self.insert(index, Piece::new(start + len, has - len));
            self.list(rest, kind);
        }
        true
    }

    /// Sees to it that a piece that begins at `start` can be inserted.
    fn reserve_piece(&mut self, start: u32) -> bool {
        let blocks = (start / BLOCK) as usize + 1;
        let more = blocks.saturating_sub(self.firsts.len());
        if self.firsts.try_reserve(more).is_err() || self.pieces.try_reserve(1).is_err() {
            return false;
        }
        self.firsts.resize(self.firsts.len() + more, NONE);
        true
    }

    /// Puts a piece that is not in a list after another, or first. `reserve_piece` was called.
    fn insert(&mut self, before: u32, piece: Piece) -> u32 {
        let after = if before == NONE { NONE } else { self.piece(before).after };
        let piece = Piece { before, after, ..piece };
        let index = self.unused;
        let index = if index == NONE {
            self.pieces.push(piece);
            (self.pieces.len() - 1) as u32
        } else {
            self.unused = self.piece(index).after;
            *self.piece_mut(index) = piece;
            index
        };
        if before != NONE {
            self.piece_mut(before).after = index;
        }
        if after == NONE {
            self.last = index;
        } else {
            self.piece_mut(after).before = index;
        }
        let first = self.firsts[(piece.start / BLOCK) as usize];
        if first == NONE || self.piece(first).start > piece.start {
            self.firsts[(piece.start / BLOCK) as usize] = index;
        }
        self.count += 1;
        index
    }

    /// Takes out a piece that is in no list and not the first: its units went to the one before.
    fn remove(&mut self, index: u32) {
        let Piece { start, before, after, .. } = *self.piece(index);
        let block = start / BLOCK;
        if self.firsts[block as usize] == index {
            let next = after != NONE && self.piece(after).start / BLOCK == block;
            self.firsts[block as usize] = if next { after } else { NONE };
        }
        self.piece_mut(before).after = after;
        if after == NONE {
            self.last = before;
        } else {
            self.piece_mut(after).before = before;
        }
        *self.piece_mut(index) = Piece { after: self.unused, ..Piece::new(NONE, 0) };
        self.unused = index;
        self.count -= 1;
    }

    /// Makes a piece free that is in no list, together with its neighbours; tells which it became.
    fn set_free(&mut self, index: u32, kind: u8) -> u32 {
        let Piece { start, len, before, after, .. } = *self.piece(index);
        let is_free = |neighbour: &Piece| neighbour.free == Some(kind);
        let mut whole = index;
        if before != NONE && is_free(self.piece(before)) && self.piece(before).end() == start {
            self.unlist(before);
            self.join(before, index);
            whole = before;
        }
        if after != NONE && is_free(self.piece(after)) && self.piece(after).start == start + len {
            self.unlist(after);
            self.join(whole, after);
        }
        self.list(whole, kind);
        whole
    }

    /// Joins a piece to the one before it; neither is in a list.
    fn join(&mut self, first: u32, second: u32) {
        let len = self.piece(second).len;
        self.remove(second);
        self.piece_mut(first).len += len;
    }

    /// Puts a piece into the list of its length.
    fn list(&mut self, index: u32, kind: u8) {
        let (kind_at, bin) = (usize::from(kind), bin(self.piece(index).len));
        let head = self.bins[kind_at][bin];
        let piece = self.piece_mut(index);
        (piece.free, piece.list_before, piece.list_after) = (Some(kind), NONE, head);
        if head != NONE {
            self.piece_mut(head).list_before = index;
        }
        self.bins[kind_at][bin] = index;
        self.filled[kind_at] |= 1 << bin;
    }

    /// Takes a free piece out of its list: it is free no more.
    fn unlist(&mut self, index: u32) {
        let Piece { len, free, list_before, list_after, .. } = *self.piece(index);
        let Some(kind) = free else { return };
        let (kind, bin) = (usize::from(kind), bin(len));
        if list_after != NONE {
            self.piece_mut(list_after).list_before = list_before;
        }
        if list_before != NONE {
            self.piece_mut(list_before).list_after = list_after;
        } else {
            self.bins[kind][bin] = list_after;
            if list_after == NONE {
                self.filled[kind] &= !(1 << bin);
            }
        }
        self.piece_mut(index).free = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All pieces in order: start, length, and the kind if they are free.
    fn pieces<const KINDS: usize>(extents: &Extents<KINDS>) -> Vec<(u32, u32, Option<u8>)> {
        let mut found = Vec::new();
        let mut index = extents.last;
        while index != NONE {
            let piece = extents.piece(index);
            found.push((piece.start, piece.len, piece.free));
            index = piece.before;
        }
        found.reverse();
        found
    }

    /// Asserts the invariants.
    fn check<const KINDS: usize>(extents: &Extents<KINDS>) {
        let pieces = pieces(extents);
        assert_eq!(pieces.len(), extents.pieces());
        for pair in pieces.windows(2) {
            let (end, next) = (pair[0].0 + pair[0].1, pair[1].0);
            assert!(end <= next, "{pair:?} overlap");
            let joined = end < next || pair[0].2.is_none() || pair[0].2 != pair[1].2;
            assert!(joined, "{pair:?} are one");
        }
        for &(start, len, free) in &pieces {
            assert!(len > 0 && extents.find(start).is_some(), "{start} is not found");
            assert_eq!(extents.holds(start, len), free.is_none());
        }
        let mut listed = 0;
        for (kind, bins) in extents.bins.iter().enumerate() {
            for (number, &head) in bins.iter().enumerate() {
                assert_eq!(extents.filled[kind] >> number & 1 == 1, head != NONE);
                let (mut index, mut before) = (head, NONE);
                while index != NONE {
                    let piece = extents.piece(index);
                    assert_eq!((piece.free, bin(piece.len)), (Some(kind as u8), number));
                    assert_eq!(piece.list_before, before);
                    (before, index) = (index, piece.list_after);
                    listed += 1;
                }
            }
        }
        assert_eq!(listed, pieces.iter().filter(|piece| piece.2.is_some()).count());
    }

    #[derive(Clone, Debug)]
    enum Step {
        Grow { hole: u32, len: u32, kind: u8 },
        Take { len: u32, kind: u8 },
        TakeAt { which: prop::sample::Index, len: u32 },
        Extend { which: prop::sample::Index, more: u32 },
        Give { which: prop::sample::Index, kind: u8 },
    }

    fn step() -> impl Strategy<Value = Step> {
        let (len, kind, which) = (1..300_u32, 0..2_u8, any::<prop::sample::Index>());
        prop_oneof![
            (0..3_u32, 1..2000_u32, kind.clone()).prop_map(|(hole, len, kind)| Step::Grow {
                hole,
                len,
                kind
            }),
            (len.clone(), kind.clone()).prop_map(|(len, kind)| Step::Take { len, kind }),
            (which.clone(), len.clone()).prop_map(|(which, len)| Step::TakeAt { which, len }),
            (which.clone(), len).prop_map(|(which, more)| Step::Extend { which, more }),
            (which, kind).prop_map(|(which, kind)| Step::Give { which, kind }),
        ]
    }

    proptest! {
        /// Compares with the simplest model: the pieces that were taken, and the state of each unit.
        #[test]
        fn taken_pieces_never_overlap_and_all_come_back(steps in prop::collection::vec(step(), 1..200)) {
            let mut extents = Extents::<2>::new();
            // Each unit's kind: 0 and 1 free, 2 taken, 3 in a hole.
            let mut units: Vec<u8> = Vec::new();
            let mut taken: Vec<(u32, u32)> = Vec::new();
            for step in steps {
                let got = match step {
                    Step::Grow { hole, len, kind } => {
                        let start = units.len() as u32 + hole;
                        prop_assert!(extents.grow(start..start + len, kind));
                        units.resize(start as usize, 3);
                        units.resize((start + len) as usize, kind);
                        None
                    }
                    Step::Take { len, kind } => extents.take(len, kind).map(|start| (start, len, kind)),
                    Step::TakeAt { which, len } => {
                        let free: Vec<_> = pieces(&extents).into_iter().filter(|piece| piece.2.is_some()).collect();
                        let piece = free.get(which.index(free.len().max(1)));
                        piece.and_then(|&(start, has, kind)| {
                            let len = len.min(has);
                            assert_eq!(extents.take_at(start, has + 1), None, "too long");
                            assert_eq!(extents.take_at(start, len), kind);
                            Some((start, len, kind?))
                        })
                    }
                    Step::Extend { which, more } if !taken.is_empty() => {
                        let count = taken.len();
                        let (start, len) = &mut taken[which.index(count)];
                        if let Some(kind) = extents.extend(*start, *len, more) {
                            let part = &mut units[(*start + *len) as usize..(*start + *len + more) as usize];
                            prop_assert!(part.iter().all(|&unit| unit == kind));
                            part.fill(2);
                            *len += more;
                        }
                        None
                    }
                    Step::Give { which, kind } if !taken.is_empty() => {
                        let (start, len) = taken.swap_remove(which.index(taken.len()));
                        prop_assert_eq!(extents.give(start, len + 1, kind), None, "another length");
                        let whole = extents.give(start, len, kind).unwrap();
                        units[start as usize..(start + len) as usize].fill(kind);
                        prop_assert!(whole.start <= start && start + len <= whole.end);
                        prop_assert!(units[whole.start as usize..whole.end as usize].iter().all(|&unit| unit == kind));
                        prop_assert_eq!(extents.give(start, len, kind), None, "twice");
                        None
                    }
                    Step::Extend { .. } | Step::Give { .. } => None,
                };
                if let Some((start, len, kind)) = got {
                    let part = &mut units[start as usize..(start + len) as usize];
                    prop_assert!(part.iter().all(|&unit| unit == kind));
                    part.fill(2);
                    taken.push((start, len));
                }
                check(&extents);
                prop_assert_eq!(extents.taken(), taken.iter().map(|t| t.1).sum::<u32>());
            }
            for (start, len) in taken {
                prop_assert!(extents.give(start, len, 0).is_some());
            }
            prop_assert_eq!(extents.taken(), 0);
            check(&extents);
        }

        /// The search for a long piece does not look at the lists of shorter ones.
        #[test]
        fn lists_are_in_order_of_length(len in 1..u32::MAX - 1) {
            prop_assert!(bin(len) <= bin(len + 1) && bin(len) < BINS);
            prop_assert!(bin(len) < bin(len.saturating_add(len / 4 + 1)) || len > u32::MAX / 4 * 3);
        }
    }

    #[test]
    fn pieces_that_fit_are_reused() {
        let mut extents = Extents::<1>::new();
        assert!(extents.grow(0..100, 0));
        let starts: Vec<_> = (0..5).map(|_| extents.take(20, 0)).collect();
        assert_eq!(starts, [0, 20, 40, 60, 80].map(Some));
        assert_eq!(extents.take(1, 0), None);
        assert_eq!(extents.give(20, 20, 0), Some(20..40));
        assert_eq!(extents.give(60, 20, 0), Some(60..80));
        assert_eq!(extents.take(21, 0), None, "free units that are not neighbours do not join");
        assert_eq!(extents.give(40, 20, 0), Some(20..80));
        assert_eq!(extents.take(60, 0), Some(20));
    }

    #[test]
    fn what_is_added_joins_only_what_it_touches() {
        let mut extents = Extents::<2>::new();
        assert!(extents.grow(0..10, 0) && extents.grow(10..20, 0) && extents.grow(20..30, 1));
        assert!(extents.grow(31..40, 1));
        assert!(!extents.grow(35..50, 1), "not the end");
        assert_eq!(pieces(&extents), [(0, 20, Some(0)), (20, 10, Some(1)), (31, 9, Some(1))]);
    }
}
