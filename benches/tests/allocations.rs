//! What a full mutual handshake asks of the allocator stays within its bounds: it is counted, so a slow machine
//! changes nothing. One test alone, for the counters are those of the whole process.

#![allow(dead_code, reason = "the benchmarks use more of what they share with this")]

#[path = "../src/allocator.rs"]
mod allocator;
#[path = "../src/meter.rs"]
mod meter;
#[path = "../src/session.rs"]
mod session;

use handfast::crypto::ring;
use handfast::{CipherSuite, Connection, NamedGroup};
use rcgen::PKCS_ECDSA_P256_SHA256;

use session::Setting;

/// Calls of the allocator from the first call of a connection to the end of its handshake.
const MOST_ALLOCATIONS: usize = 60;
/// Bytes held at once.
const HIGHEST_PEAK: usize = 14 * 1024;
/// Bytes that an established connection keeps, itself included.
const MOST_IDLE: usize = 3 * 1024;

#[test]
fn a_full_mutual_handshake_stays_within_its_allocations() {
    let setting = Setting {
        provider: ring::provider(),
        suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        group: NamedGroup::X25519,
        key: &PKCS_ECDSA_P256_SHA256,
    };
    let pair = setting.pair().expect("a config");
    let mut wire = vec![0; 32 * 1024];
    pair.connect(&mut wire).expect("a handshake"); // What is made once a process is made here.
    let (client, server) = pair.connect(&mut wire).expect("a handshake");
    for (role, side) in [("client", client), ("server", server)] {
        let meter = side.meter;
        let idle = meter.held + size_of::<Connection>();
        println!("{role}: {} allocations, peak {} bytes, idle {idle} bytes", meter.allocations, meter.peak);
        assert!(meter.allocations <= MOST_ALLOCATIONS, "{role}: {} allocations", meter.allocations);
        assert!(meter.peak <= HIGHEST_PEAK, "{role}: a peak of {} bytes", meter.peak);
        assert!(idle <= MOST_IDLE, "{role}: {idle} bytes kept");
    }
}
