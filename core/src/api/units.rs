//! The functions of a loaded script, as native tiers see them.

use super::Script;
use crate::bytecode::FnIndex;
use crate::interp::Vm;
use crate::mem::{OutOfMemory, Vec};
use crate::object::{Closure, Function, Gc};
use crate::tier::Unit;

impl Vm {
    /// The functions of a script that was not started yet, each with its index in the script's program, by which
    /// they are in order: the script itself first, a function before those that it makes.
    ///
    /// For tools that show machine code. Nothing is run or changed. There are no units if the script was started, or
    /// belongs to another VM.
    ///
    /// # Errors
    /// When memory is out.
    pub fn units(&self, script: &Script) -> Result<impl Iterator<Item = (FnIndex, Unit<'_>)>, OutOfMemory> {
        let entry = self.scripts.get(script.index).filter(|_| script.mem.is_same(&self.mem));
        let main = entry.and_then(|entry| entry.as_object::<Closure>()).map(|closure| closure.function);
        let functions = match main {
            Some(main) => functions(main, Vec::new(&self.mem))?,
            None => Vec::new(&self.mem),
        };
        Ok((0..functions.len()).filter_map(move |index| {
            let function = functions.get(index).copied().flatten()?;
            Some((FnIndex(index as u32), Unit::new(function, &self.mem, &self.globals, &self.context.heap)))
        }))
    }
}

/// The functions of a program by their index. Loading makes the last function first and numbers them on, and the
/// constants of a function name later functions only: so one pass finds all.
fn functions(
    main: Gc<Function>,
    mut found: Vec<Option<Gc<Function>>>,
) -> Result<Vec<Option<Gc<Function>>>, OutOfMemory> {
    found.push(Some(main))?;
    let mut next = 0;
    while let Some(&function) = found.get(next) {
        next += 1;
        for constant in function.iter().flat_map(|function| function.consts()) {
            let Some(inner) = constant.get().as_object::<Function>() else { continue };
            let Some(index) = main.id.checked_sub(inner.id) else { continue };
            if found.len() <= index as usize {
                found.resize(index as usize + 1, None)?;
            }
            if let Some(place) = found.get_mut(index as usize) {
                *place = Some(inner);
            }
        }
    }
    Ok(found)
}
