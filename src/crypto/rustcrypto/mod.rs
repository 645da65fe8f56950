//! The pure Rust provider.
