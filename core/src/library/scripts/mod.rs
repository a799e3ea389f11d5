//! The part of the library that is written in Siskin, as an image.
//!
//! The image is kept in the repository. A test compiles the sources and compares: `cargo xtask image` writes the
//! image. An image that is stale, because an opcode was added, is refused when a script
//! first uses it.

/// Bytes at a multiple of 8, as an image has to be.
#[repr(C, align(8))]
struct Aligned<T: ?Sized>(T);

static ALIGNED: &Aligned<[u8]> = &Aligned(*include_bytes!("library.skb"));

/// The image.
pub(super) const IMAGE: &[u8] = &ALIGNED.0;

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::string::String;
    use std::{env, fs};

    use crate::Dialect;
    use crate::compile::{CompileOptions, compile};
    use crate::mem::Mem;
    use crate::testing::SYSTEM;

    /// The sources, in the order of the image.
    const SOURCES: [&str; 11] = [
        include_str!("machine.sk"),
        include_str!("error.sk"),
        include_str!("bytes.sk"),
        include_str!("json.sk"),
        include_str!("list.sk"),
        include_str!("map.sk"),
        include_str!("range.sk"),
        include_str!("fiber.sk"),
        include_str!("iter.sk"),
        include_str!("next.sk"),
        include_str!("text.sk"),
    ];

    #[test]
    fn the_image_is_that_of_the_sources() {
        let mem = Mem::new(SYSTEM, 1 << 24).unwrap();
        let source = SOURCES.iter().copied().collect::<String>();
        let options = CompileOptions { library: true, ..CompileOptions::default() };
        let image = compile(&source, Dialect::Siskin, &options, &mem).unwrap();
        if env::var_os("SISKIN_BLESS").is_some_and(|value| value == "1") {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/library/scripts/library.skb");
            fs::write(path, image.as_ref()).unwrap();
        } else {
            assert!(image.as_ref() == super::IMAGE, "run `cargo xtask image`");
        }
    }
}
