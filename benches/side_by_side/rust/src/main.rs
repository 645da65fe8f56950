//! Handfast and rustls, each on several crypto libraries, and the primitives of these by themselves.

mod certificates;
mod handfast_contestant;
mod primitives;
mod rustls_contestant;

use std::path::Path;

use handfast::crypto;
use handfast_contestant::Handfast;
use primitives::Primitives;
use rustls::crypto::{aws_lc_rs, ring};
use rustls_contestant::Rustls;
use side_by_side_meter::{Problem, serve};

fn main() -> Result<(), Problem> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [command, papers] if command == "--make-papers" => certificates::make(Path::new(papers)),
        [papers] => {
            let papers = Path::new(papers);
            let rustls_aws_lc = Rustls {
                name: "rustls, aws-lc",
                provider: aws_lc_rs::default_provider(),
                ticketer: aws_lc_rs::Ticketer::new,
            };
            let rustls_ring = Rustls {
                name: "rustls, ring",
                provider: ring::default_provider(),
                ticketer: ring::Ticketer::new,
            };
            Ok(serve(
                &[
                    &Primitives { name: "primitives, ring", provider: crypto::ring::provider() },
                    &Handfast { name: "Handfast, ring", provider: crypto::ring::provider() },
                    &rustls_ring,
                    &Primitives { name: "primitives, aws-lc", provider: crypto::aws_lc::provider() },
                    &Handfast { name: "Handfast, aws-lc", provider: crypto::aws_lc::provider() },
                    &rustls_aws_lc,
                    &Handfast { name: "Handfast, rustcrypto", provider: crypto::rustcrypto::provider() },
                ],
                papers,
            )?)
        }
        _ => Err("usage: side-by-side-rust [--make-papers] DIRECTORY".into()),
    }
}
