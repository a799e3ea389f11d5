//! x86-64: what the encoders and the verbs write, read back by a decoder that is not ours.
//!
//! ```text
//!   encodings    every encoder: mnemonic and operands as the decoder sees them
//!   machine      a processor of the few instructions that verbs consist of
//!   integers doubles flow     what each verb does when it runs there
//!   golden       what each verb looks like
//! ```

mod common;
mod doubles;
mod encodings;
mod flow;
mod golden;
mod integers;
mod machine;
