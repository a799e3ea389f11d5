//! The words of one function.

use super::error::Refusal;
use super::image::Globals;
use super::polls::Paths;
use super::{Flaw, Needs, polls};
use crate::bytecode::operand::{Argc, Iter, IterBegin, KeyIter, Regs};
use crate::bytecode::{AnyOperand, Code, Const, Handler, Insn, MemberKind, Op, RowOperand, Window};
use crate::mem::{Mem, OutOfMemory, Vec};

/// Working memory, used again for each function.
pub(super) struct Scratch {
    /// A bit for each word: whether an instruction begins there.
    starts: Vec<u32>,
    /// For each site, whether an instruction uses it.
    used: Vec<bool>,
    paths: Paths,
}

impl Scratch {
    pub(super) fn new(mem: &Mem) -> Scratch {
        Scratch { starts: Vec::new(mem), used: Vec::new(mem), paths: Paths::new(mem) }
    }

    fn reset(&mut self, code: &Code<'_>) -> Result<(), OutOfMemory> {
        self.starts.clear();
        self.starts.resize(code.words.len().div_ceil(32), 0)?;
        self.used.clear();
        self.used.resize(code.sites.len(), false)
    }

    fn mark(&mut self, at: usize) {
        if let Some(bits) = self.starts.get_mut(at / 32) {
            *bits |= 1 << (at % 32);
        }
    }

    /// Whether an instruction begins at word `at`.
    fn begins(&self, at: i64) -> bool {
        let Ok(at) = usize::try_from(at) else { return false };
        self.starts.get(at / 32).is_some_and(|bits| bits & (1 << (at % 32)) != 0)
    }
}

/// Checks the words of `code`, whose other parts have been checked.
pub(super) fn check(
    code: &Code<'_>,
    in_library: bool,
    needs: &[Needs],
    globals: &mut Globals,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    scratch.reset(code).map_err(|OutOfMemory| (None, Flaw::OutOfMemory))?;
    find_instructions(code, scratch)?;

    let mut at = 0;
    while at < code.words.len() {
        let found = |what| (Some(at as u32), what);
        let insn = Insn::decode(&code.words[at..]).ok_or(found(Flaw::Truncated))?;
        if insn.op() == Op::Finish && !in_library {
            return Err(found(Flaw::LibraryOnly));
        }
        let next = at + insn.op().words();
        let mut operands =
            Operands { code, needs, globals, scratch, op: insn.op(), next, argc: None, row: Regs(0) };
        let mut checked = Ok(());
        insn.operands(|row, operand| {
            // Most operands are registers in range, for which there is no call.
            let in_range = operand.near_register().is_some_and(|reg| u16::from(reg) < code.registers);
            if !in_range && checked.is_ok() {
                checked = operands.check(row, operand);
            }
        });
        checked.map_err(found)?;
        at = next;
    }
    for (index, handler) in code.handlers.iter().enumerate() {
        check_handler(code, handler, scratch).ok_or((None, Flaw::BadHandler(index as u32)))?;
    }
    polls::check(code, &mut scratch.paths)
}

fn check_handler(code: &Code<'_>, handler: Handler, scratch: &Scratch) -> Option<()> {
    let Handler { from, to, target, register } = handler;
    let begins = |word: u32| scratch.begins(i64::from(word));
    // A jump to where the errors are caught goes forward, so the way back, which costs fuel, is a jump.
    let in_order = from < to && to <= target && begins(from) && begins(to) && begins(target);
    let op = code.words.get(target as usize).and_then(|&word| Op::from_word(word));
    (in_order && op == Some(Op::Poll) && register < code.registers).then_some(())
}

/// Marks where instructions begin; the words must end where the last one ends, and that one must not fall
/// through.
fn find_instructions(code: &Code<'_>, scratch: &mut Scratch) -> Result<(), Refusal> {
    let mut at = 0;
    let mut last = None;
    while let Some(&word) = code.words.get(at) {
        let found = |what| (Some(at as u32), what);
        let op = Op::from_word(word).ok_or(found(Flaw::UnknownOpcode(word as u8)))?;
        if op.words() > code.words.len() - at {
            return Err(found(Flaw::Truncated));
        }
        scratch.mark(at);
        last = Some((at, op));
        at += op.words();
    }
    match last {
        Some((_, op)) if !op.row().falls_through() => Ok(()),
        Some((at, _)) => Err((Some(at as u32), Flaw::FallsOff)),
        None => Err((None, Flaw::FallsOff)),
    }
}

/// Checks the operands of one instruction, in the order of its row.
struct Operands<'a> {
    code: &'a Code<'a>,
    needs: &'a [Needs],
    /// Where to note what the instruction does with globals.
    globals: &'a mut Globals,
    scratch: &'a mut Scratch,
    op: Op,
    /// The word after the instruction.
    next: usize,
    /// The arguments of the window to come; a row names them before the window.
    argc: Option<Argc>,
    /// The row of the count to come.
    row: Regs,
}

impl Operands<'_> {
    fn check(&mut self, row: &RowOperand, operand: AnyOperand) -> Result<(), Flaw> {
        let code = self.code;
        let constant = |index: u32| code.consts.get(index as usize);
        let is_literal = |index: u32| {
            constant(index)
                .is_some_and(|c| matches!(c, Const::Nil | Const::Bool(_) | Const::Number(_) | Const::Str(_)))
        };
        let good = match operand {
            AnyOperand::Dst(r) => u16::from(r.0) < code.registers,
            AnyOperand::Src(r) => u16::from(r.0) < code.registers,
            AnyOperand::Var(r) => u16::from(r.0) < code.registers,
            AnyOperand::FarDst(r) => r.0 < code.registers,
            AnyOperand::FarSrc(r) => r.0 < code.registers,
            AnyOperand::Win(win) => self.holds(|argc| win.window(argc)),
            AnyOperand::SuperWin(win) => self.holds(|argc| win.window(argc)),
            // The count follows.
            AnyOperand::Regs(row) => {
                self.row = row;
                true
            }
            AnyOperand::Count32(count) => {
                u64::from(self.row.0) + u64::from(count.0) <= u64::from(code.registers)
            }
            AnyOperand::IterBegin(iter) => {
                u32::from(iter.0) + u32::from(IterBegin::REGISTERS) <= u32::from(code.registers)
            }
            AnyOperand::Iter(iter) => {
                u32::from(iter.0) + u32::from(Iter::REGISTERS) <= u32::from(code.registers)
            }
            AnyOperand::KeyIter(iter) => {
                u32::from(iter.0) + u32::from(KeyIter::REGISTERS) <= u32::from(code.registers)
            }
            AnyOperand::Argc(argc) => {
                self.argc = Some(argc);
                true
            }
            AnyOperand::Member(kind) => MemberKind::of(kind.0).is_some(),
            AnyOperand::Imm8(_) | AnyOperand::Imm16(_) | AnyOperand::Count(_) => true,
            AnyOperand::Num8(k) => matches!(constant(u32::from(k.0)), Some(Const::Number(_))),
            AnyOperand::Lit8(k) => is_literal(u32::from(k.0)),
            AnyOperand::Lit32(k) => is_literal(k.0),
            AnyOperand::Name32(k) => matches!(constant(k.0), Some(Const::Name(_))),
            AnyOperand::Global32(k) => match constant(k.0) {
                Some(Const::Global(name)) => {
                    self.globals.note(name, self.op);
                    true
                }
                _ => false,
            },
            AnyOperand::Fn32(k) => match constant(k.0) {
                Some(Const::Fn(child)) => {
                    // Constants are checked: the child exists.
                    let Some(needs) = self.needs.get(child.0 as usize) else {
                        return Err(Flaw::BadFunction(child));
                    };
                    if needs.registers > u32::from(code.registers)
                        || needs.upvalues as usize > code.captures.len()
                    {
                        return Err(Flaw::BadCapture(child));
                    }
                    true
                }
                _ => false,
            },
            AnyOperand::Upvalue16(upvalue) => usize::from(upvalue.0) < code.captures.len(),
            AnyOperand::Site32(site) => match self.scratch.used.get_mut(site.0 as usize) {
                Some(used) if *used => return Err(Flaw::SharedSite(site.0)),
                Some(used) => {
                    *used = true;
                    true
                }
                None => false,
            },
            AnyOperand::Forward24(to) => self.lands(to.0, to.0 >= 0),
            AnyOperand::Forward32(to) => self.lands(to.0, to.0 >= 0),
            AnyOperand::Back24(to) => self.lands(to.0, to.0 < 0),
            AnyOperand::Back32(to) => self.lands(to.0, to.0 < 0),
        };
        if good { Ok(()) } else { Err(Flaw::BadOperand(row.name, operand)) }
    }

    /// Whether the registers contain the window.
    fn holds(&self, window: impl FnOnce(Argc) -> Window) -> bool {
        self.argc.is_some_and(|argc| window(argc).last() < u32::from(self.code.registers))
    }

    fn lands(&self, to: i32, right_way: bool) -> bool {
        right_way && self.scratch.begins(self.next as i64 + i64::from(to))
    }
}
