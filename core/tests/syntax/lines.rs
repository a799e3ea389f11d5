//! Lines of offsets, looked up in any order.

use siskin_core::syntax::LineIndex;
use siskin_core::testing::mem;

fn index(source: &str) -> LineIndex {
    LineIndex::new(source, &mem()).unwrap()
}

#[test]
fn an_offset_is_on_the_line_after_the_newlines_before_it() {
    let source = "a\n\nbc\r\nd\n";
    let index = index(source);
    for end in 0..=source.len() {
        let newlines = source.as_bytes()[..end].iter().filter(|&&byte| byte == b'\n').count();
        assert_eq!(index.line(end as u32), newlines as u32 + 1, "offset {end}");
    }
    let starts: Vec<_> = (0..8).map(|line| index.line_start(line)).collect();
    assert_eq!(starts, [None, Some(0), Some(2), Some(3), Some(7), Some(9), None, None]);
}

#[test]
fn a_cursor_answers_as_the_index_does_in_any_order() {
    let source: String = (0..200).map(|line| "x".repeat(line * 7 % 13) + "\n").collect();
    let index = index(&source);
    let mut cursor = self::index(&source).into_cursor();
    let len = source.len() as u32;
    // Forward, backward, and with jumps.
    let hops = (0..5000_u32).map(|step| step.wrapping_mul(2_654_435_761) % (len + 1));
    for end in (0..=len).chain((0..=len).rev()).chain(hops) {
        assert_eq!(cursor.line(end), index.line(end), "offset {end}");
    }
}

#[test]
fn a_text_without_newlines_has_one_line() {
    for source in ["", "a"] {
        let index = index(source);
        assert_eq!(index.line(source.len() as u32), 1);
        assert_eq!((index.line_start(1), index.line_start(2)), (Some(0), None));
        assert_eq!(index.into_cursor().line(0), 1);
    }
}
