//! Where a variable lives, seen from the function that uses it.
//!
//! Closures are flat: each function has a list of what it captures, filled as uses are met, and every
//! function between the use and the variable's own passes it on. A variable that changes after it was
//! captured lives in a cell, and then it is the cell that is captured; all others are copied.

use super::pool::hash_bits;
use super::{CompileAbort, Compiler, Reg, Res, What};
use crate::bytecode::Capture;
use crate::mem::Seed;
use crate::syntax::ast::VarId;

/// Variables are numbered in a row, so a text cannot choose numbers that collide, and any seed does: digits of pi.
const SEED: Seed = [0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344];

/// Where a variable lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    /// In a register of this function.
    Reg(Reg),
    /// In a cell, which is in a register of this function.
    Cell(Reg),
    /// In the closure.
    Upvalue(u16),
    /// In a cell, which is in the closure.
    UpvalueCell(u16),
}

impl Compiler<'_> {
    /// Where `id` lives for the function at work.
    #[inline]
    pub(super) fn home(&mut self, id: VarId) -> Res<Home> {
        let var = self.ast.vars[id.index()];
        if var.function == self.f.id {
            let reg = self.var_regs[id.index()];
            return Ok(if var.needs_cell() { Home::Cell(reg) } else { Home::Reg(reg) });
        }
        if self.f.self_var == Some(id) {
            return Ok(Home::Reg(0));
        }
        let upvalue = self.capture(id)?;
        Ok(if var.needs_cell() { Home::UpvalueCell(upvalue) } else { Home::Upvalue(upvalue) })
    }

    /// The index of `id` among the captures of the function at work.
    fn capture(&mut self, id: VarId) -> Res<u16> {
        if let Some(index) = self.f.find_capture(id) {
            return Ok(index);
        }
        // The innermost function around that has it in a register.
        let owner = self.ast.vars[id.index()].function;
        let mut home = self.level.saturating_sub(1);
        while home > 0 && self.outer[home].id != owner && self.outer[home].self_var != Some(id) {
            home -= 1;
        }
        let reg = if self.outer[home].id == owner { self.var_regs[id.index()] } else { 0 };
        let mut source = Capture::Register(reg);
        for level in home + 1..self.level {
            let before = self.outer[level].upvalues.len();
            source = Capture::Upvalue(self.outer[level].add_capture(id, source)?);
            if self.outer[level].upvalues.len() != before {
                self.passes_left =
                    self.passes_left.checked_sub(1).ok_or(CompileAbort::TooLarge(What::Captures))?;
            }
        }
        self.f.add_capture(id, source)
    }
}

impl super::FnState {
    fn find_capture(&self, id: VarId) -> Option<u16> {
        let found = self
            .upvalue_table
            .find(hash_bits(SEED, 0, u64::from(u32::from(id))), |index| self.upvalues[index as usize] == id);
        found.map(|index| index as u16)
    }

    fn add_capture(&mut self, id: VarId, source: Capture) -> Res<u16> {
        if let Some(index) = self.find_capture(id) {
            return Ok(index);
        }
        let index = u16::try_from(self.upvalues.len()).map_err(|_| CompileAbort::TooLarge(What::Captures))?;
        self.upvalues.push(id)?;
        self.captures.push(source)?;
        self.upvalue_table.insert(hash_bits(SEED, 0, u64::from(u32::from(id))), u32::from(index))?;
        Ok(index)
    }
}
