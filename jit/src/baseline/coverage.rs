//! Coverage: code marks the blocks that were not known to have run when it was compiled.
//!
//! ```text
//!   block       mark, templates                         no mark if the block is known to have run
//!   again       no marks                                the loop's first iteration has run the blocks of its body
//!   entries     mark of the block around the entry point
//! ```
//!
//! So a block that was seen costs nothing, and of all others the feedback tells exactly whether they ran in machine code.
//! A block begins where jumps lead and after jumps: calls end no block here.

use siskin_core::bytecode::{Effect, Insn};

use super::{Leader, Pass};
use crate::masm::Masm;

/// The beginning of a block.
#[derive(Clone, Copy)]
pub(super) struct Block {
    word: u32,
    /// The byte to set when it runs, unless it is known to have run.
    address: Option<u64>,
}

impl<M: Masm> Pass<'_, '_, M> {
    /// Whether a block begins at the instruction being compiled, which follows on `before`.
    pub(super) fn is_block(&self, before: Option<Insn>, leader: Option<Leader>) -> bool {
        let after_jump = before.is_none_or(|before| before.op().row().has(Effect::jump));
        after_jump || leader.is_some_and(|leader| leader.jumped_to)
    }

    /// At the beginning of a block: the code marks it.
    pub(super) fn cover_block(&mut self) {
        let address = self.unit.coverage_address(self.at);
        self.out_of_memory |= self.blocks.push(Block { word: self.at, address }).is_err();
        self.cover(address);
    }

    /// At the beginning of an inlined callee, which is one block.
    pub(super) fn cover_inlined(&mut self) {
        self.cover(self.unit.coverage_address(0));
    }

    /// At an entry point: the code marks the block around it, unless a jump to the block's beginning follows.
    pub(super) fn cover_entry(&mut self, word: u32) {
        let after = self.blocks.partition_point(|block| block.word <= word);
        let around = after.checked_sub(1).and_then(|index| self.blocks.get(index));
        self.cover(around.filter(|block| block.word != word).and_then(|block| block.address));
    }

    fn cover(&mut self, address: Option<u64>) {
        if let Some(address) = address {
            let held = self.held();
            self.masm.set_byte(address);
            self.still(held);
        }
    }
}
