//! Loop peeling: the body of a loop, if it is one block, is compiled a second time for all iterations but the first.
//!
//! ```text
//!   head:   body, without facts ──back-edge──> again      the entry of the loop
//!   ...
//!   again:  body, with the facts of the first copy's end ──back-edge──> again
//!           (or head, if the facts at this copy's end do not imply them)
//! ```
//!
//! So the facts that an iteration finds out about the loop's variables, their tags and the doubles in machine
//! registers, serve the next iteration. The stack that inlined callees of the body need is checked once, before
//! `again`.

use siskin_core::bytecode::{Effect, Insn};

use super::facts::Facts;
use super::{Part, Pass};
use crate::buffer::Label;
use crate::masm::Masm;

/// Words of the longest body that is worth a second copy.
const MAX_WORDS: u32 = 96;

/// A body to be compiled a second time.
#[derive(Clone, Copy)]
pub(super) struct PeeledLoop {
    head: u32,
    end: u32,
    facts: Facts,
    again: Label,
}

impl<M: Masm> Pass<'_, '_, M> {
    /// The head of the loop that ends with this instruction, if its body is one block.
    pub(super) fn loop_head(&self, insn: &Insn) -> Option<u32> {
        let mut distance = None;
        insn.operands(|_, operand| distance = distance.or(operand.jump()));
        let head = self.next.checked_add_signed(distance.filter(|_| insn.op().row().has(Effect::fuel))?)?;
        let whole = (head + 1..=self.at).all(|word| self.leader(word).is_none_or(|leader| leader.through));
        (head <= self.at && whole && self.at - head <= MAX_WORDS).then_some(head)
    }

    /// The back-edge at the end of the first copy.
    pub(super) fn peel_first_iteration(&mut self, insn: &Insn, head: u32) {
        let again = self.masm.label();
        self.back = Some(again);
        insn.accept(self);
        self.back = None;
        let peeled = PeeledLoop { head, end: self.at, facts: self.facts, again };
        self.out_of_memory |= self.loops.push(peeled).is_err();
    }

    /// The second copies.
    pub(super) fn emit_loops(&mut self) {
        let mut index = 0;
        while let Some(&peeled) = self.loops.get(index) {
            index += 1;
            self.emit_again(peeled);
        }
    }

    fn emit_again(&mut self, PeeledLoop { head, end, facts, again }: PeeledLoop) {
        let (edge, body) = (self.masm.label(), self.masm.label());
        self.facts = facts;
        self.bind(again);
        self.mark(Part::Again(head));
        self.room_for_all(head, end);
        let facts = self.facts;
        self.bind(body);
        self.next = head;
        let words = self.unit.words();
        while self.next <= end
            && let Some(insn) = words.get(self.next as usize..).and_then(Insn::decode)
        {
            self.at = self.next;
            self.next = self.at + insn.op().words() as u32;
            self.back = (self.at == end).then_some(edge);
            if self.at != head {
                self.mark(Part::Again(self.at));
            }
            insn.accept(self);
        }
        self.back = None;
        if let Some(after) = self.leader(self.next) {
            self.masm.jump(after.label);
        }
        if self.facts.imply(&facts) {
            self.masm.bind_to(edge, body);
        } else {
            self.bind(edge);
            if let Some(head) = self.leader(head) {
                self.masm.jump(head.label);
            }
        }
    }

    /// Checks the stack for all inlined callees of the body. If it is too small, the first copy does the iteration.
    fn room_for_all(&mut self, head: u32, end: u32) {
        let words = self.unit.words();
        let (mut at, mut needed) = (head, 0);
        while at <= end
            && let Some(insn) = words.get(at as usize..).and_then(Insn::decode)
        {
            needed = needed.max(self.inlines(at, &insn).unwrap_or(0));
            at += insn.op().words() as u32;
        }
        if needed > self.facts.stack_checked_to
            && let Some(head) = self.leader(head)
        {
            self.check_stack_to(needed, head.label);
        }
    }
}
