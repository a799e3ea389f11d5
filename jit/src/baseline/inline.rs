//! Inlining: a small callee, compiled in place of its call.
//!
//! ```text
//!   the closure that was seen?  fuel?  stack?  ──no──> an ordinary call
//!   callee's instructions                      ──rare──> DeoptInlined: a frame, the interpreter to the end ─┐
//!   RESULT = window = value                                                                                │
//!   ...                                        <───────────────────────────────────────────────────────────┘
//! ```
//!
//! The callee has no frame while it runs, so no record is written. Its registers are those of the window, where its
//! arguments already are: register `n` of the callee is register `window + n` of the caller's frame, and templates use
//! only the latter number. A callee may contain only instructions that need no frame: no jumps, no calls,
//! no upvalues. So it is one block, the interpreter brings it to its end in a few steps, and facts of the caller
//! from before the call still hold after it.

use siskin_core::bytecode::{Effect, Insn, Op, OperandName};
use siskin_core::layout::{NIL, Runtime};
use siskin_core::tier::{Called, Callee, Kinds, Unit};

use super::cold::Cold;
use super::facts::{Copied, Known};
use super::operand::{CallSite, RESULT};
use super::{Part, Pass};
use crate::buffer::Label;
use crate::masm::{Cond, Masm, Reg};

/// Words of the longest callee that is inlined.
const MAX_WORDS: usize = 24;

/// The call at which a callee is inlined.
#[derive(Clone, Copy)]
pub(super) struct Inlined {
    /// Index of the callee's register 0 among the caller's.
    pub(super) window: u16,
    /// The register that the next instruction returns.
    pub(super) returned: Option<u8>,
    /// Exit of the callee, with the word in `T4`.
    leave: Label,
}

impl<'u, M: Masm> Pass<'_, 'u, M> {
    /// The register of the frame that is register 0 of the function being compiled: not 0 in an inlined callee.
    pub(super) fn window(&self) -> u16 {
        self.inlined.map_or(0, |inlined| inlined.window)
    }

    /// The number of registers of the frame that the instruction at `word` needs for a callee to be inlined. `None` if
    /// no callee is inlined there.
    pub(super) fn inlines(&self, word: u32, insn: &Insn) -> Option<u32> {
        let window = insn.window()?;
        let found_by = if insn.site().is_none() { Runtime::Call } else { Runtime::Invoke };
        let callee = self.callee(word, window.argc);
        let callee = callee.filter(|callee| is_inlinable(callee, found_by, window.first))?;
        Some(u32::from(window.first) + callee.unit.registers())
    }

    /// Compiles a call by inlining the callee. Cold paths come back to the block after the call.
    pub(super) fn call_inlined(&mut self, call: CallSite, callee: &Callee<'u>) {
        let Some(after) = self.leader(call.next).map(|leader| leader.label) else {
            // There is always a block after a call.
            self.out_of_memory = true;
            return;
        };
        self.begin_call(call, callee, after);
        let leave = self.masm.label();
        let closure = match callee.closure {
            Called::Always(closure) | Called::Initializer(closure) => Some(closure),
            Called::Any => None,
        };
        self.later(Cold::DeoptInlined { label: leave, call, closure, rejoin: after });
        let outer = (self.unit, self.at, self.next);
        self.inlined = Some(Inlined { window: call.win, returned: None, leave });
        // Facts about registers above the arguments describe the caller's temporaries. The callee reuses these
        // registers, so such facts are forgotten before it, and facts about the callee's registers after it.
        self.facts.forget_above(call.win + u16::from(call.argc));
        (self.unit, self.next) = (callee.unit, 0);
        let cells = self.facts.change_closure(0);
        self.inlined_body(outer.1);
        self.facts.change_closure(cells);
        self.facts.forget_above(call.win);
        (self.unit, self.at, self.next) = outer;
        self.inlined = None;
        self.hold(call.win, RESULT);
    }

    fn inlined_body(&mut self, call: u32) {
        let words = self.unit.words();
        let decode = |word: u32| words.get(word as usize..).and_then(Insn::decode);
        let mut in_place = false;
        self.cover_inlined();
        while let Some(insn) = decode(self.next) {
            self.at = self.next;
            self.next = self.at + insn.op().words() as u32;
            self.mark(Part::Inlined { call, word: self.at });
            match insn {
                Insn::Return { .. } if in_place => return self.inlined_value(Some(0)),
                Insn::Return { src } => return self.inlined_value(Some(u16::from(src.0))),
                Insn::ReturnNil {} => return self.inlined_value(None),
                _ => {}
            }
            let returned = match decode(self.next) {
                Some(Insn::Return { src }) if writes(&insn, src.0) => Some(src.0),
                _ => None,
            };
            in_place = returned.is_some();
            self.inlined = self.inlined.map(|inlined| Inlined { returned, ..inlined });
            insn.accept(self);
        }
    }

    /// Moves the callee's value to its register 0.
    fn inlined_value(&mut self, src: Option<u16>) {
        let window = self.window();
        let Some(src) = src.map(|src| window + src) else {
            self.masm.imm(RESULT, NIL);
            self.store(window, RESULT, Known::Anything);
            return;
        };
        let (tag, copy) = (self.facts.tag(src), self.facts.copy(Copied::Register(src)));
        self.load(RESULT, src);
        if src != window {
            self.store(window, RESULT, tag);
        }
        if let Some(copy) = copy {
            self.facts.keep(Copied::Register(window), copy);
        }
    }

    /// The label at which an inlined callee leaves machine code, for the instruction being compiled. `None` outside of
    /// inlined callees.
    pub(super) fn deopt_inlined(&mut self) -> Option<Label> {
        let leave = self.inlined?.leave;
        let label = self.masm.label();
        self.later(Cold::DeoptInlinedAt { label, word: self.at, leave });
        Some(label)
    }

    /// On a cold path: the VM brings the callee to its end from the word in `T4`.
    pub(super) fn deopt_inlined_by_vm(&mut self, call: CallSite, closure: Option<u64>, rejoin: Label) {
        let done = self.masm.label();
        self.masm.imm(Reg::T1, u64::from(call.next));
        self.masm.imm(Reg::T2, u64::from(call.win));
        match closure {
            Some(closure) => self.masm.pointer(Reg::T3, closure),
            None => self.masm.imm(Reg::T3, 0),
        }
        self.masm.call_mem(Self::runtime(Runtime::DeoptInlined));
        self.masm.branch64(Cond::Eq, Reg::T0, 0, done);
        self.masm.jump_reg(Reg::T0);
        self.rejoin_with_value(done, call, rejoin);
    }
}

/// Whether to inline a callee that is found by `found_by` and whose window begins at register `window`.
pub(super) fn is_inlinable(callee: &Callee<'_>, found_by: Runtime, window: u16) -> bool {
    // Asked at each call of the callee: only the words that would be inlined are looked at, which are few.
    let Some(body) = simple_body(callee.unit.words()) else { return false };
    let fits = u32::from(window) + callee.unit.registers() <= u32::from(u16::MAX);
    let finds_upvalues = match callee.closure {
        Called::Always(_) | Called::Initializer(_) => true,
        Called::Any => found_by == Runtime::Call && keeps_closure(body),
    };
    callee.inlinable && fits && finds_upvalues && !adds_texts(&callee.unit, body)
}

/// Whether a body does not write register 0, which holds the closure that is called.
fn keeps_closure(body: &[u32]) -> bool {
    let mut at = 0;
    while let Some(insn) = body.get(at..).and_then(Insn::decode) {
        if writes(&insn, 0) {
            return false;
        }
        at += insn.op().words();
    }
    true
}

/// Whether feedback says that the body of a function adds strings: an inlined copy would be left each time.
fn adds_texts(unit: &Unit<'_>, body: &[u32]) -> bool {
    let mut at = 0;
    while let Some(insn) = body.get(at..).and_then(Insn::decode) {
        let seen = |operand| unit.operand(at as u32, operand).has(Kinds::STR);
        if insn.op() == Op::Add && (seen(OperandName::lhs) || seen(OperandName::rhs)) {
            return true;
        }
        at += insn.op().words();
    }
    false
}

/// Whether an instruction writes a register.
fn writes(insn: &Insn, register: u8) -> bool {
    let mut writes = false;
    insn.defines(|defined| writes |= defined == u32::from(register));
    writes
}

/// Whether a function is one block of instructions that need no frame.
pub(crate) fn is_simple(words: &[u32]) -> bool {
    simple_body(words).is_some()
}

/// The words of a function to its first return, if all are a few instructions that need no frame.
fn simple_body(words: &[u32]) -> Option<&[u32]> {
    let mut at = 0;
    while at < MAX_WORDS {
        let insn = words.get(at..).and_then(Insn::decode)?;
        at += insn.op().words();
        match insn.op() {
            Op::Return | Op::ReturnNil => return words.get(..at),
            op if !op.row().has(Effect::frameless) => return None,
            _ => {}
        }
    }
    None
}
