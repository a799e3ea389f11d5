//! The strings of a program in the making.

use super::Text;
use crate::mem::{Mem, OutOfMemory, Vec};

/// Strings, one after the other. They may be anything: an image of them is verified.
#[derive(Debug)]
pub struct Strings {
    /// The bytes of all strings and names (UTF-8).
    pub text: Vec<u8>,
    /// Where each string ends in `text`; the first is empty.
    pub ends: Vec<u32>,
}

impl Strings {
    /// The empty string alone.
    ///
    /// # Errors
    /// When memory is out.
    pub fn new(mem: &Mem) -> Result<Strings, OutOfMemory> {
        Ok(Strings { text: Vec::new(mem), ends: Vec::from_slice(mem, &[0])? })
    }

    /// Adds a string.
    ///
    /// # Errors
    /// When memory is out.
    pub fn add(&mut self, string: &str) -> Result<Text, OutOfMemory> {
        self.text.extend_from_slice(string.as_bytes())?;
        self.ends.push(self.text.len() as u32)?;
        Ok(Text(self.ends.len() as u32 - 1))
    }

    /// The bytes of a string; none if there is no such string.
    #[must_use]
    pub fn bytes(&self, Text(index): Text) -> &[u8] {
        let start = (index as usize).checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(index as usize).copied().unwrap_or(0);
        self.text.get(start.unwrap_or(0) as usize..end as usize).unwrap_or(&[])
    }
}
