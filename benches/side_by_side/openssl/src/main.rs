//! OpenSSL, as the crate `openssl-src` carries it.

#[path = "../../c_library/mod.rs"]
mod c_library;
mod dialect;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let papers = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    side_by_side_meter::serve(&[&c_library::Library], Path::new(&papers))
}
