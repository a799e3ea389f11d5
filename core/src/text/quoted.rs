//! Strings as they are written in a script.

/// A text, in quotes and with escapes.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl Quoted<'_> {
    /// Calls `each` for the pieces.
    pub(crate) fn each(&self, mut each: impl FnMut(&str)) {
        each("\"");
        let mut chars = self.0.chars().peekable();
        while let Some(char) = chars.next() {
            escaped(char, chars.peek() == Some(&'{'), &mut each);
        }
        each("\"");
    }
}

/// Calls `each` for the pieces of a character. `before_brace` says whether a `{` follows it.
pub(crate) fn escaped(char: char, before_brace: bool, mut each: impl FnMut(&str)) {
    match char {
        '\\' => each("\\\\"),
        '"' => each("\\\""),
        '\n' => each("\\n"),
        '\r' => each("\\r"),
        '\t' => each("\\t"),
        '\0' => each("\\0"),
        '$' if before_brace => each("\\$"),
        _ if char.is_control() => {
            // `\u{7f}`
            char.escape_unicode().for_each(|char| each(char.encode_utf8(&mut [0; 4])));
        }
        _ => each(char.encode_utf8(&mut [0; 4])),
    }
}

/// Whether a character is invisible or would affect a terminal: control characters, and those that change the
/// direction of writing or have no width. Tools replace or escape them.
#[must_use]
pub fn is_invisible(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
