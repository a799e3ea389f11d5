//! How fast source text becomes tokens: the lexer alone, in bytes of text.
//!
//! ```text
//! cargo bench -p siskin-benches --bench lex
//! ```

#[path = "shared/text.rs"]
mod text;

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use siskin_core::syntax::{Lexer, TokenKind};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("lex");
    for sample in text::samples() {
        group.throughput(Throughput::Bytes(sample.text.len() as u64));
        group.bench_function(sample.name, |bencher| bencher.iter(|| tokens(black_box(&sample.text))));
    }
    group.finish();
    criterion.final_summary();
}

/// Lexes a text to its end; how many tokens it has.
fn tokens(text: &str) -> usize {
    let mut lexer = Lexer::new(text, text::DIALECT);
    let mut count = 0;
    loop {
        let token = black_box(lexer.next_token());
        count += 1;
        if token.kind == TokenKind::End {
            return count;
        }
    }
}
