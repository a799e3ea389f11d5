//! x86-64: reads the code of encoders and verbs with an independent decoder.
//!
//! ```text
//!   encodings    every encoder: mnemonic and operands as the decoder sees them
//!   machine      a simulated processor for the few instructions that verbs consist of
//!   integers doubles flow     the effect of each verb on that processor
//!   golden       the instructions of each verb
//! ```

mod common;
mod doubles;
mod encodings;
mod flow;
mod golden;
mod integers;
mod machine;
