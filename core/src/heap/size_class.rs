//! Which cell size serves which object size.

use super::block::PAGE;
use super::page::{CELLS, GRANULE};

/// Sizes up to this are served by pages of cells, at least two to the page. A larger object gets a page to itself.
pub(crate) const MAX_SMALL: usize = fitted(2);

/// Up to this many granules, every size has a class of its own.
const EXACT: usize = 16;
/// The largest cell whose size does not depend on the page's, in granules.
const MAX_GRANULES: usize = PAGE / 8 / GRANULE;
const UNFITTED: usize = class_of_granules(MAX_GRANULES) + 1;
/// Cells per page of each larger class. The cell is as large as a page of this many allows.
const MOST_FITTED: usize = CELLS / (MAX_GRANULES * GRANULE + 1);

/// How many cell sizes there are.
pub(crate) const CLASSES: usize = UNFITTED + MOST_FITTED - 1;

/// Bytes of a cell if a page holds `count`.
const fn fitted(count: usize) -> usize {
    CELLS / count / GRANULE * GRANULE
}

/// The class of an object of `size` bytes (from 1 to [`MAX_SMALL`]).
#[inline]
pub(crate) const fn class_of(size: usize) -> usize {
    let granules = size.div_ceil(GRANULE);
    if granules <= MAX_GRANULES {
        class_of_granules(granules)
    } else {
        UNFITTED + MOST_FITTED - CELLS / (granules * GRANULE)
    }
}

/// Bytes of a cell of that class.
pub(crate) const fn cell_size(class: usize) -> usize {
    if class >= UNFITTED {
        return fitted(MOST_FITTED - (class - UNFITTED));
    }
    let granules = if class < EXACT {
        class + 1
    } else {
        // Four steps to each doubling: 20, 24, 28, 32, 40, 48, 56, 64, ...
        let step = class - EXACT;
        (5 + step % 4) << (2 + step / 4)
    };
    granules * GRANULE
}

const fn class_of_granules(granules: usize) -> usize {
    if granules <= EXACT {
        return granules - 1;
    }
    // `doubling` is 2 for 17 to 32 granules, 3 for 33 to 64, and so on.
    let doubling = (granules - 1).ilog2() as usize - 2;
    let quarter = (granules - 1) >> doubling;
    EXACT + (doubling - 2) * 4 + quarter - 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_is_the_smallest_that_fits() {
        for size in 1..=MAX_SMALL {
            let class = class_of(size);
            assert!(cell_size(class) >= size, "{size}");
            assert!(class == 0 || cell_size(class - 1) < size, "{size}");
            assert!(class < CLASSES);
        }
    }
}
