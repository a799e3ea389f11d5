//! Methods by name: those of a class, inherited ones included.
//!
//! ```text
//!   few    | init · | area · | name · |                    searched from the front
//!
//!   many   | 2: area · | 7: name · | 4: ·-+ | 9: ·-+ |      by five bits of the name's hash
//!                                         v        v
//!                             | 0: init · | ...   | ...     by the next five
//! ```
//!
//! A hash trie (Bagwell, "Ideal hash trees", 2001) whose nodes hold only the places in use, methods before nodes
//! (Steindorfer and Vinju, "Optimizing hash-array mapped tries", OOPSLA 2015). To add a method, the nodes on the way
//! to it are made again, up to the first that the same declaration has made: it belongs to no other class yet, so it
//! is updated in place. So a subclass shares all nodes of its superclass at first, and no step grows with the number
//! of methods: neither declaring, nor finding, nor marking.

use core::cell::Cell;

use super::{Callable, Gc, Header, Kind, Object, Str, Tracer};
use crate::tunable::tunable;

/// The most methods in a row, which are searched from the front.
pub(crate) const FEW: usize = tunable(8, 2);

const DIGIT_BITS: u32 = 5;
/// Places of a node.
const PLACES: usize = 1 << DIGIT_BITS;
/// Digits of a hash.
const HASH_DIGITS: u32 = u32::BITS.div_ceil(DIGIT_BITS);
/// Bits of a name's address that are always 0.
const ALIGNMENT: u32 = align_of::<Str>().trailing_zeros();
/// The most nodes on the path to a method. Different names differ in some digit.
pub(crate) const DEPTH: usize = (HASH_DIGITS + (usize::BITS - ALIGNMENT).div_ceil(DIGIT_BITS)) as usize;

/// A method and its name.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Method {
    pub(crate) name: Gc<Str>,
    pub(crate) callable: Callable,
}

/// The number of a class declaration. The last number is shared by all later declarations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Declaration(u32);

impl Declaration {
    /// Before the first declaration.
    pub(crate) const FIRST: Declaration = Declaration(0);
    pub(crate) const LAST: Declaration = Declaration(u32::MAX);

    /// The number of the next declaration.
    pub(crate) fn next(self) -> Declaration {
        Declaration(self.0.saturating_add(1))
    }
}

/// A node. `aux` is 1 if its methods are in a row rather than in the places that their names say; where instances have
/// their shape is the number of the declaration that made it. No value refers to a node, so nothing takes it for a shape.
#[repr(C)]
pub(crate) struct Methods {
    header: Header,
    /// The places that hold a method, a bit each.
    methods: u32,
    /// The places that hold a node.
    nodes: u32,
    entries: [Method; 0],
}

// SAFETY: repr(C), header first; made by `Methods::init` only.
unsafe impl Object for Methods {
    const KIND: Kind = Kind::Methods;

    fn trace(node: Gc<Methods>, tracer: &mut impl Tracer) {
        for method in node.methods() {
            tracer.object(method.name);
            tracer.callable(method.callable);
        }
        for next in node.nodes() {
            tracer.object(next.get());
        }
    }
}

/// The content of a place of a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Content {
    Free,
    Method(Method),
    Node(Gc<Methods>),
}

/// Description of a node to allocate.
pub(crate) struct Draft {
    row: bool,
    pub(crate) places: [Content; PLACES],
}

impl Draft {
    /// A node without methods: in a row, or in the places that their names say.
    pub(crate) fn new(row: bool) -> Draft {
        Draft { row, places: [Content::Free; PLACES] }
    }

    /// A copy of a node.
    pub(crate) fn of(node: Gc<Methods>) -> Draft {
        let (mut methods, mut nodes) = (node.methods().iter(), node.nodes().iter());
        let places = core::array::from_fn(|place| {
            let bit = 1_u32 << place;
            if node.methods & bit != 0 {
                methods.next().map_or(Content::Free, |&method| Content::Method(method))
            } else if node.nodes & bit != 0 {
                nodes.next().map_or(Content::Free, |next| Content::Node(next.get()))
            } else {
                Content::Free
            }
        });
        Draft { row: node.is_row(), places }
    }

    /// Bytes of the node.
    pub(crate) fn size(&self) -> usize {
        let bytes = |place: &Content| match place {
            Content::Free => 0,
            Content::Method(_) => size_of::<Method>(),
            Content::Node(_) => size_of::<Gc<Methods>>(),
        };
        size_of::<Methods>() + self.places.iter().map(bytes).sum::<usize>()
    }
}

impl Methods {
    /// Writes a node into fresh memory.
    ///
    /// # Safety
    /// `memory` is the start of `draft.size()` bytes, aligned, of nobody else.
    pub(crate) unsafe fn init(memory: *mut Methods, draft: &Draft, maker: Declaration) {
        let bits = |wanted: fn(&Content) -> bool| {
            let places = draft.places.iter().enumerate().filter(|(_, place)| wanted(place));
            places.fold(0_u32, |bits, (place, _)| bits | 1 << place)
        };
        let methods = bits(|place| matches!(place, Content::Method(_)));
        let nodes = bits(|place| matches!(place, Content::Node(_)));
        let header = Header::with_aux(Kind::Methods, u16::from(draft.row));
        header.set_shape(maker.0);
        // SAFETY: the caller's memory covers the record, and an entry for each place that is not free.
        unsafe {
            memory.write(Methods { header, methods, nodes, entries: [] });
            let mut method_at = memory.add(1).cast::<Method>();
            let mut node_at = method_at.add(methods.count_ones() as usize).cast::<Gc<Methods>>();
            for place in &draft.places {
                match *place {
                    Content::Free => {}
                    Content::Method(method) => {
                        method_at.write(method);
                        method_at = method_at.add(1);
                    }
                    Content::Node(node) => {
                        node_at.write(node);
                        node_at = node_at.add(1);
                    }
                }
            }
        }
    }
}

impl Gc<Methods> {
    /// Whether its methods are in a row, and it has no nodes.
    pub(crate) fn is_row(self) -> bool {
        self.header.aux() != 0
    }

    /// Its methods, without those of its nodes.
    pub(crate) fn methods(&self) -> &[Method] {
        let count = self.methods.count_ones() as usize;
        // SAFETY: `init` wrote as many methods past the record, and nobody writes to them again.
        unsafe { core::slice::from_raw_parts(self.as_ptr().add(1).cast(), count) }
    }

    /// The nodes that it refers to.
    pub(crate) fn nodes(&self) -> &[Cell<Gc<Methods>>] {
        let (methods, count) = (self.methods.count_ones() as usize, self.nodes.count_ones() as usize);
        // SAFETY: `init` wrote as many pointers past the methods; a Cell of one is laid out like it.
        unsafe {
            let start = self.as_ptr().add(1).cast::<Method>().add(methods);
            core::slice::from_raw_parts(start.cast(), count)
        }
    }

    /// The content of a place.
    pub(crate) fn place(self, place: usize) -> Content {
        let bit = 1_u32 << (place % PLACES);
        let before = |bits: u32| (bits & (bit - 1)).count_ones() as usize;
        let method = || self.methods().get(before(self.methods)).copied();
        let node = || self.nodes().get(before(self.nodes)).map(Cell::get);
        if self.methods & bit != 0 {
            method().map_or(Content::Free, Content::Method)
        } else if self.nodes & bit != 0 {
            node().map_or(Content::Free, Content::Node)
        } else {
            Content::Free
        }
    }

    /// Puts another node into a place that has one, if `declaration` made this node; false if not. The caller runs the
    /// barrier.
    pub(crate) fn replace(self, place: usize, node: Gc<Methods>, declaration: Declaration) -> bool {
        let bit = 1_u32 << (place % PLACES);
        let index = (self.nodes & (bit - 1)).count_ones() as usize;
        let is_own = self.header.shape() == declaration.0 && declaration != Declaration::LAST;
        if !is_own || self.nodes & bit == 0 {
            return false;
        }
        self.nodes().get(index).map(|old| old.set(node)).is_some()
    }

    /// The method of that name.
    pub(crate) fn find(self, name: Gc<Str>) -> Option<Callable> {
        if self.is_row() {
            return self.methods().iter().find(|method| method.name == name).map(|method| method.callable);
        }
        let mut node = self;
        let mut level = 0;
        loop {
            match node.place(digit(name, level)) {
                Content::Free => return None,
                Content::Method(method) => return (method.name == name).then_some(method.callable),
                Content::Node(next) => node = next,
            }
            level += 1;
        }
    }

    /// Calls `each` for every method. Recursion is bounded by the number of digits.
    pub(crate) fn each(self, each: &mut dyn FnMut(Method)) {
        self.methods().iter().for_each(|&method| each(method));
        self.nodes().iter().for_each(|node| node.get().each(each));
    }
}

/// The place of a name in nodes of a level: by the digits of its hash, then by those of its address, since hashes may
/// be equal.
pub(crate) fn digit(name: Gc<Str>, level: u32) -> usize {
    let digits = match level.checked_sub(HASH_DIGITS) {
        None => name.hash() as usize >> (level * DIGIT_BITS),
        Some(level) => (name.address() >> ALIGNMENT).checked_shr(level * DIGIT_BITS).unwrap_or(0),
    };
    digits % PLACES
}
