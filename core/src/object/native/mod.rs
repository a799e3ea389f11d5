//! What native tiers know of a heap's functions: how hot they are, what samples saw of them, their machine code.
//!
//! ```text
//!   Function ── native ─────> FunctionNative   entry, stage, feedback, codes
//!            └─ below data ─> DataHeader       counted down by the interpreter and by machine code
//!   Heap     ── code ───────> CodeList         live and dead code; the globals whose values are in it
//! ```
//!
//! Without the feature `native` there is nothing of it: `native_off.rs` has the same names, for values without a size.

mod code;
mod code_list;
mod dependents;
mod feedback;

use core::cell::{Cell, RefCell, RefMut};

use super::{Function, Tracer};
use crate::mem::{Mem, Vec};
use crate::platform::CodeSpan;
use crate::tunable::tunable;
use crate::value::Value;
use code::Code;
pub(crate) use code::Stage;
pub use code::{EntryPoint, NativeCode, Root};
pub(crate) use code_list::CodeList;
pub use feedback::Kinds;
pub(crate) use feedback::{Feedback, Target};

/// Exits for unexpected operands until a function's first machine code is dropped.
const FIRST_EXITS: u32 = tunable(100, 3) as u32;

/// Hotness of a function that is never compiled.
pub(crate) const NEVER: u32 = u32::MAX;

/// The record between a function's sites and its constants.
#[repr(C, align(8))]
pub(crate) struct DataHeader {
    /// Hotness until the function is sampled or compiled. Calls and loop iterations use it up.
    pub(crate) hotness: Cell<u32>,
    /// Exits for unexpected operands until machine code is dropped. Machine code counts down to 0.
    pub(crate) exits_left: Cell<u32>,
}

impl DataHeader {
    /// That of a function that is not counted yet.
    pub(super) fn new() -> DataHeader {
        DataHeader { hotness: Cell::new(NEVER), exits_left: Cell::new(FIRST_EXITS) }
    }

    /// Counts a call or an iteration of a loop, which uses up `cost` of the hotness. True if none is left.
    #[inline(always)]
    pub(crate) fn count(&self, cost: u32) -> bool {
        let before = self.hotness.get();
        self.hotness.set(before.wrapping_sub(cost));
        before <= cost
    }
}

/// The part of a function that native tiers use. Machine code reads its first field, whose offset fits a byte.
#[repr(C)]
pub(crate) struct FunctionNative {
    /// Address that machine code jumps to for a call of the function: its own code, or the stub that enters the
    /// interpreter.
    pub(crate) entry: Cell<*const u8>,
    /// None before the first sample. Once made, it stays as long as the function: machine code writes into it.
    pub(crate) feedback: RefCell<Option<Feedback>>,
    /// How far the function is on its way to machine code.
    pub(crate) stage: Cell<Stage>,
    /// Its machine code, the newest last.
    codes: RefCell<Vec<Code>>,
    next_exits: Cell<u32>,
}

impl FunctionNative {
    pub(super) fn new(mem: &Mem) -> FunctionNative {
        FunctionNative {
            entry: Cell::new(core::ptr::null()),
            feedback: RefCell::new(None),
            stage: Cell::new(Stage::Interpreted { samples: 0 }),
            codes: RefCell::new(Vec::new(mem)),
            next_exits: Cell::new(FIRST_EXITS),
        }
    }

    /// Marks the objects that it refers to.
    pub(super) fn trace(&self, tracer: &mut impl Tracer) {
        // Nothing is collected while feedback is being written.
        let feedback = self.feedback.try_borrow();
        debug_assert!(feedback.is_ok());
        if let Ok(Some(feedback)) = feedback.as_deref() {
            for object in feedback.objects() {
                tracer.value(object);
            }
        }
        let codes = self.codes.try_borrow();
        debug_assert!(codes.is_ok());
        for root in codes.iter().flat_map(|codes| codes.iter()).flat_map(|code| &code.roots) {
            tracer.value(root.0);
        }
    }

    /// The function is dead: its machine code waits to be freed.
    pub(super) fn finalize(&self, list: &mut CodeList) {
        while self.newest().is_some() {
            list.kill(self, 0);
        }
    }

    /// The newest of its pieces of code.
    pub(crate) fn newest(&self) -> Option<CodeSpan> {
        self.codes.borrow().last().map(|code| code.span)
    }

    /// The address where machine code goes on at `word`, if a piece can be entered there: the newest that can.
    pub(crate) fn address(&self, word: u32) -> Option<*const u8> {
        self.codes.borrow().iter().rev().find_map(|code| code.address(word))
    }

    /// The piece at an index of the heap's list: its place among the function's, and where it is.
    pub(crate) fn piece(&self, index: usize) -> Option<(usize, CodeSpan)> {
        let codes = self.codes.borrow();
        let place = codes.iter().position(|code| code.index as usize == index)?;
        Some((place, codes.get(place)?.span))
    }

    /// The place of the piece that a node of the [`Dependents`](dependents::Dependents) is about.
    pub(crate) fn dependent(&self, node: u32) -> Option<usize> {
        self.codes.borrow().iter().position(|code| code.nodes.contains(&node))
    }

    /// Gives up the piece of code at a place. If code is active, the caller has it exit before its next instruction. The
    /// function's entry is that of the newest piece left, or else `entry`. True if there was such a piece.
    pub(crate) fn give_up(&self, place: usize, entry: *const u8, list: &mut CodeList) -> bool {
        let before = self.codes.borrow().len();
        list.kill(self, place);
        self.entry.set(self.newest().map_or(entry, |span| span.start.as_ptr().cast_const()));
        before != self.codes.borrow().len()
    }

    /// The objects that its newest code contains.
    pub(crate) fn newest_roots(&self) -> impl Iterator<Item = Value> {
        let last = self.codes.borrow().len().saturating_sub(1);
        (0..).map_while(move |at| Some(self.codes.borrow().get(last)?.roots.get(at)?.0))
    }
}

impl Function {
    /// Makes the feedback if there is none, and gives access to it. None without memory: feedback is only advice. Code that
    /// was made without feedback does not tell what runs, so feedback that comes later says nothing of that.
    pub(crate) fn feedback(&self) -> Option<RefMut<'_, Feedback>> {
        let mut slot = self.native.feedback.try_borrow_mut().ok()?;
        if slot.is_none() {
            *slot = Feedback::new(&self.mem, self.word_count(), self.native.newest().is_none()).ok();
        }
        RefMut::filter_map(slot, Option::as_mut).ok()
    }

    /// Hotness until the function is sampled or compiled.
    pub(crate) fn hotness(&self) -> &Cell<u32> {
        &self.data_header().hotness
    }

    /// Exits for unexpected operands until the machine code is dropped.
    pub(crate) fn exits_left(&self) -> &Cell<u32> {
        &self.data_header().exits_left
    }

    /// Gives new machine code as many exits as the last code had, or more.
    pub(crate) fn renew_exits(&self) {
        self.exits_left().set(self.native.next_exits.get());
    }

    /// Gives the next machine code more exits, because this one was dropped for too many.
    pub(crate) fn allow_more_exits(&self) {
        let next = &self.native.next_exits;
        next.set(next.get().saturating_mul(8));
    }

    /// The address of the site of that index.
    pub(crate) fn site_address(&self, index: usize) -> Option<usize> {
        self.site(index).map(|site| core::ptr::from_ref(site).expose_provenance())
    }
}
