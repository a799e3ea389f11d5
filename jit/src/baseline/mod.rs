//! The baseline: one pass over verified bytecode, a template for each opcode.
//!
//! ```text
//!   entry        landing, prologue
//!   block        templates, one after the other; a block's first instruction has a label
//!     ...        ──rare──> cold path ──> back, or to an entry point, or out
//!   cold paths   after all blocks, so that the common case falls through
//!   entries      entry points for the interpreter: landing, jump to the block
//! ```
//!
//! Registers of the frame stay in memory, right before every instruction; inside a block the pass remembers what it
//! has proved of them (`facts`). Cases outside a template are left to the interpreter: the cold path calls the VM's
//! `step` with the instruction's address.
//!
//! The body of a loop that is one block is compiled twice: first as any block, then with what is known at its end
//! (loop peeling, `peel`), so that further iterations test and load less.
//!
//! Entry points are where no facts are known: at the start, at targets of jumps and of errors, after calls, back-edges and switches of fibers. From any
//! other instruction, `step` interprets up to the next entry point.

mod arith;
mod bits;
mod call;
mod cold;
mod compare;
mod coverage;
mod equal;
mod facts;
pub(crate) mod inline;
mod items;
mod listing;
mod operand;
mod pattern;
mod peel;
mod property;
mod visitor;

use siskin_core::bytecode::{Effect, Insn, Op};
use siskin_core::layout::{Runtime, Stub, VM_STUBS};
use siskin_core::mem::Vec;
use siskin_core::tier::{Bail, EntryPoint, Root, Unit, Variant};

use crate::buffer::Label;
use crate::masm::{Masm, MemOperand, Reg, Rhs, at};
use cold::Cold;
use coverage::Block;
pub(crate) use facts::FSCRATCH;
use facts::{Facts, Known};
use inline::Inlined;
pub use listing::{Listing, Mark, Part};
use peel::PeeledLoop;
pub(crate) use property::COMPARED_ENTRIES;

/// The longest function that is compiled, in words. Compiling it takes some 4 ms, for which an interrupt waits.
const MAX_WORDS: usize = 1 << 13;

/// A compiled function. Its code is in the assembler.
#[derive(Debug)]
pub struct Compiled {
    /// Entry points by ascending word.
    pub entries: Vec<EntryPoint>,
    /// Callees that it contains, in any order.
    pub roots: Vec<Root>,
    /// Indices of the globals whose values it contains, in any order.
    pub globals: Vec<u32>,
}

/// Compiles a function into `masm`.
///
/// # Errors
/// If memory is out or the function is too long.
pub fn compile<M: Masm>(masm: &mut M, unit: &Unit<'_>) -> Result<Compiled, Bail> {
    compile_listed(masm, unit, None)
}

/// Compiles a function as [`compile`] does, and notes the purpose of each piece in `listing`.
///
/// # Errors
/// As for [`compile`].
pub fn compile_listed<M: Masm>(
    masm: &mut M,
    unit: &Unit<'_>,
    listing: Option<&mut Listing>,
) -> Result<Compiled, Bail> {
    let words = unit.words();
    if words.len() > MAX_WORDS {
        return Err(Bail::TooLong { words: words.len() as u32 });
    }
    let pass = Pass {
        masm,
        unit: *unit,
        inlined: None,
        at: 0,
        next: 0,
        leaders: leaders(unit)?,
        blocks: Vec::new(unit.mem()),
        facts: Facts::NONE,
        held: None,
        holding: Vec::new(unit.mem()),
        cold: Vec::new(unit.mem()),
        loops: Vec::new(unit.mem()),
        roots: Vec::new(unit.mem()),
        globals: Vec::new(unit.mem()),
        constants: Vec::new(unit.mem()),
        variants: Vec::new(unit.mem()),
        back: None,
        out_of_memory: false,
        listing,
    };
    pass.run()
}

/// The start of a block.
#[derive(Clone, Copy)]
struct Leader {
    label: Label,
    /// Whether bytecode, or an error, jumps to the block.
    jumped_to: bool,
    /// Whether the block begins only because deoptimisation of an inlined callee comes back there.
    through: bool,
}

/// Why a block begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// Bytecode jumps there, or an error does.
    Target,
    /// The function's entry, or the instruction after one that costs fuel or switches fibers.
    Next,
    /// Deoptimisation of an inlined callee comes back there.
    Through,
}

/// A register of the frame whose value is also in a machine register.
#[derive(Clone, Copy)]
struct Held {
    register: u16,
    machine: Reg,
    /// The offset in the code up to which this holds. Templates write temporaries freely, so code emitted after it
    /// may have overwritten the register.
    offset: usize,
}

/// The starts of blocks, by word.
fn leaders(unit: &Unit<'_>) -> Result<Vec<Option<Leader>>, Bail> {
    let mut leaders = Vec::new(unit.mem());
    leaders.resize(unit.words().len(), None)?;
    Ok(leaders)
}

/// A pass over one function.
struct Pass<'p, 'u, M> {
    masm: &'p mut M,
    /// The function being compiled, or a callee being inlined.
    unit: Unit<'u>,
    /// The call that `unit` is being inlined at.
    inlined: Option<Inlined>,
    /// The word of the instruction being compiled.
    at: u32,
    /// The word of the next instruction.
    next: u32,
    leaders: Vec<Option<Leader>>,
    /// The blocks that coverage tells apart, by ascending word.
    blocks: Vec<Block>,
    facts: Facts,
    /// A value that was just loaded or stored.
    held: Option<Held>,
    /// Blocks that begin with a value held.
    holding: Vec<(u32, Held)>,
    cold: Vec<Cold>,
    /// Loops whose bodies get a second copy.
    loops: Vec<PeeledLoop>,
    /// Callees that the code contains.
    roots: Vec<Root>,
    /// Globals whose values the code contains.
    globals: Vec<u32>,
    /// Objects that are values of globals, with the constants that name these.
    constants: Vec<(u64, u32)>,
    /// Variants that the code contains.
    variants: Vec<Variant>,
    /// The target of the back-edge being compiled, if that is not the block of its bytecode target.
    back: Option<Label>,
    /// Memory ran out in a function that returns no error.
    out_of_memory: bool,
    /// The listing, if one is wanted.
    listing: Option<&'p mut Listing>,
}

impl<M: Masm> Pass<'_, '_, M> {
    fn run(mut self) -> Result<Compiled, Bail> {
        self.find_leaders();
        self.mark(Part::Prologue);
        self.masm.landing();
        self.masm.prologue();
        let words = self.unit.words();
        let mut before = None;
        while let Some(rest) = words.get(self.next as usize..)
            && let Some(insn) = Insn::decode(rest)
        {
            self.at = self.next;
            self.next = self.at + insn.op().words() as u32;
            let leader = self.leader(self.at);
            if let Some(leader) = leader {
                self.begin_block(leader);
            }
            self.mark(Part::Word(self.at));
            if self.is_block(before.replace(insn), leader) {
                self.cover_block();
            }
            match self.loop_head(&insn) {
                Some(head) => self.peel_first_iteration(&insn, head),
                None => insn.accept(&mut self),
            }
        }
        self.emit_loops();
        self.emit_cold();
        let entries = self.emit_entries()?;
        if self.out_of_memory {
            return Err(Bail::OutOfMemory);
        }
        Ok(Compiled { entries, roots: self.roots, globals: self.globals })
    }

    fn find_leaders(&mut self) {
        self.lead(0, Lead::Next);
        let words = self.unit.words();
        let mut at = 0;
        while let Some(insn) = words.get(at..).and_then(Insn::decode) {
            let next = at + insn.op().words();
            insn.operands(|_, operand| {
                if let Some(distance) = operand.jump() {
                    self.lead(next.wrapping_add_signed(distance as isize), Lead::Target);
                }
            });
            let row = insn.op().row();
            if row.has(Effect::fuel) {
                let inlined = self.inlines(at as u32, &insn).is_some();
                self.lead(next, if inlined { Lead::Through } else { Lead::Next });
            }
            // A fiber goes on there.
            if matches!(insn.op(), Op::Yield | Op::Resume | Op::ResumeNext) {
                self.lead(next, Lead::Next);
            }
            at = next;
        }
        for handler in self.unit.handlers() {
            self.lead(handler.target as usize, Lead::Target);
        }
    }

    fn lead(&mut self, word: usize, lead: Lead) {
        let Some(before) = self.leaders.get(word) else { return };
        let before =
            before.unwrap_or_else(|| Leader { label: self.masm.label(), jumped_to: false, through: true });
        let leader = Leader {
            label: before.label,
            jumped_to: before.jumped_to || lead == Lead::Target,
            through: before.through && lead == Lead::Through,
        };
        if let Some(place) = self.leaders.get_mut(word) {
            *place = Some(leader);
        }
    }

    fn leader(&self, word: u32) -> Option<Leader> {
        self.leaders.get(word as usize).copied().flatten()
    }

    /// A block begins without facts, but a value held at the end of the block before stays held, unless jumps lead
    /// here too.
    fn begin_block(&mut self, leader: Leader) {
        self.facts.forget_all();
        match self.held().filter(|_| !leader.jumped_to) {
            Some(held) => {
                self.masm.bind(leader.label);
                self.out_of_memory |= self.holding.push((self.at, held)).is_err();
            }
            None => self.bind(leader.label),
        }
    }

    /// Binds a label here; jumps to it hold no value.
    fn bind(&mut self, label: Label) {
        self.held = None;
        self.masm.bind(label);
    }

    /// The label of a jump's target, `distance` words from the next instruction.
    #[inline(never)]
    fn target(&mut self, distance: i32) -> Label {
        if let Some(back) = self.back {
            return back;
        }
        match self.leader(self.next.wrapping_add_signed(distance)) {
            Some(leader) => leader.label,
            None => {
                // Verified jumps stay in the function.
                self.out_of_memory = true;
                self.masm.label()
            }
        }
    }

    /// Emits an entry point for each block.
    fn emit_entries(&mut self) -> Result<Vec<EntryPoint>, Bail> {
        let mut entries = Vec::new(self.unit.mem());
        let mut next = 0;
        for word in 0..self.unit.words().len() {
            if let Some(leader) = self.leader(word as u32) {
                self.mark(Part::Entry(word as u32));
                entries.push(EntryPoint { word: word as u32, offset: self.masm.offset() as u32 })?;
                self.masm.landing();
                self.cover_entry(word as u32);
                if let Some(&(at, held)) = self.holding.get(next)
                    && at == word as u32
                {
                    self.masm.load64(held.machine, slot(held.register));
                    next += 1;
                }
                self.masm.jump(leader.label);
            }
        }
        Ok(entries)
    }

    /// The address of the instruction at `word`.
    fn pc(&self, word: u32) -> u64 {
        (self.unit.code_address() + word as usize * size_of::<u32>()) as u64
    }

    /// The stub around a function of the VM.
    fn runtime(function: Runtime) -> MemOperand {
        at(Reg::Vm, VM_STUBS + (Stub::Runtime as i32 + function as i32) * 8)
    }

    fn load(&mut self, to: Reg, register: u16) {
        let held = self.held();
        match held {
            Some(held) if held.register == register => {
                if held.machine != to {
                    self.masm.mov(to, held.machine);
                }
            }
            _ => self.masm.load64(to, slot(register)),
        }
        self.still(held.filter(|held| held.machine != to || held.register == register));
    }

    /// A machine register with the value of a register of the frame: `to`, unless another one holds it.
    fn value(&mut self, to: Reg, register: u16) -> Reg {
        match self.held() {
            Some(held) if held.register == register => held.machine,
            _ => {
                self.load(to, register);
                to
            }
        }
    }

    /// The value of a register of the frame, wherever it is, as a second operand.
    fn second(&self, register: u16) -> Rhs {
        match self.held() {
            Some(held) if held.register == register => Rhs::Reg(held.machine),
            _ => Rhs::Word(slot(register)),
        }
    }

    /// Writes a register of the frame.
    fn store(&mut self, register: u16, from: Reg, tag: Known) {
        self.masm.store64(slot(register), from);
        self.facts.write(register, tag);
        self.hold(register, from);
    }

    /// The value that was just loaded or stored, if no code was emitted since.
    fn held(&self) -> Option<Held> {
        self.held.filter(|held| held.offset == self.masm.offset())
    }

    /// Notes that the value of a register of the frame is in a machine register too.
    fn hold(&mut self, register: u16, machine: Reg) {
        self.held = Some(Held { register, machine, offset: self.masm.offset() });
    }

    /// The code emitted since did not write the held machine register.
    fn still(&mut self, held: Option<Held>) {
        self.held = held.map(|held| Held { offset: self.masm.offset(), ..held });
    }

    /// Writes a known value to a register of the frame.
    fn store_bits(&mut self, register: u16, bits: u64, tag: Known) {
        let held = self.held().filter(|held| held.register != register && held.machine != Reg::T1);
        match tag {
            // This code is shorter than a store of 64 bits.
            Known::Const(value @ 0..) => {
                self.masm.add64(Reg::T1, Reg::IntTag, value);
                self.masm.store64(slot(register), Reg::T1);
            }
            Known::Object | Known::Is(_) | Known::Variant { .. } => {
                self.masm.pointer(Reg::T1, bits);
                self.masm.store64(slot(register), Reg::T1);
            }
            _ => self.masm.store64_imm(slot(register), bits),
        }
        self.still(held);
        self.facts.write(register, tag);
    }
}

/// The memory of a register of the frame.
const fn slot(register: u16) -> MemOperand {
    at(Reg::Base, register as i32 * 8)
}

/// The fact about a constant with these bits.
fn known_bits(bits: u64) -> Known {
    use siskin_core::layout::{INT_TAG, NIL, OBJ_TAG};
    if bits >= INT_TAG {
        Known::Const(bits as u32 as i32)
    } else if bits < NIL {
        Known::Double
    } else if bits >= OBJ_TAG {
        Known::Is(bits)
    } else {
        Known::Anything
    }
}
