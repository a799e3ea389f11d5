//! Systems that this crate knows no executable memory of.

use std::ops::Range;
use std::ptr::NonNull;

use siskin_core::platform::CodeError;

/// There is none.
#[derive(Debug)]
pub(crate) enum Reserve {}

impl Reserve {
    pub(crate) fn new(_limit: usize) -> Result<Reserve, CodeError> {
        Err(CodeError::Refused)
    }

    pub(crate) fn at(&self, _offset: usize) -> Option<NonNull<u8>> {
        match *self {}
    }

    pub(crate) fn offset_of(&self, _address: usize) -> Option<usize> {
        match *self {}
    }

    pub(crate) fn grow(&mut self, _len: usize, _grain: usize) -> Result<Range<usize>, CodeError> {
        match *self {}
    }

    pub(crate) fn open(&mut self, _range: Range<usize>) -> Result<(), CodeError> {
        match *self {}
    }

    pub(crate) fn put(&mut self, _offset: usize, _bytes: &[u8]) {
        match *self {}
    }

    pub(crate) fn trap(&mut self, _range: Range<usize>) {
        match *self {}
    }

    pub(crate) fn seal(&mut self) -> Result<(), CodeError> {
        match *self {}
    }
}

pub(crate) fn prepare() {}
