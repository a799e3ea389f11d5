//! Names for where code jumps to.

use std::collections::BTreeMap;

use siskin_jit::baseline::{Mark, Part};

/// Names by offset: `L0003` is where the code of word 3 begins, `A0003` where that for later iterations does, `C2` is the second cold path, `.1` something inside.
#[derive(Clone)]
pub(super) struct Labels(BTreeMap<u32, String>);

impl Labels {
    pub(super) fn new(targets: impl Iterator<Item = u32>, marks: &[Mark]) -> Labels {
        let mut pieces = BTreeMap::new();
        let mut cold = 0;
        for mark in marks {
            match mark.part {
                Part::Word(word) => {
                    pieces.insert(mark.offset, format!("L{word:04}"));
                }
                Part::Again(word) => {
                    pieces.insert(mark.offset, format!("A{word:04}"));
                }
                Part::Cold(_) => {
                    cold += 1;
                    pieces.insert(mark.offset, format!("C{cold}"));
                }
                Part::Prologue | Part::Inlined { .. } | Part::Entry(_) => {}
            }
        }
        let mut labels: BTreeMap<u32, String> = targets.map(|target| (target, String::new())).collect();
        let mut inside = 0;
        for (offset, label) in &mut labels {
            *label = pieces.remove(offset).unwrap_or_else(|| {
                inside += 1;
                format!(".{inside}")
            });
        }
        Labels(labels)
    }

    /// The name of an offset, if something jumps there.
    pub(super) fn at(&self, offset: u32) -> Option<&str> {
        self.0.get(&offset).map(String::as_str)
    }
}
