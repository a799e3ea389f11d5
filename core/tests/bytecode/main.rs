//! Bytecode through its public interface: encoding, listing, verifying, line tables.

mod disasm;
mod encoding;
mod facts;
mod good;
mod image;
mod lines;
mod naive;
mod verify;
mod verify_property;
