//! Full handshakes with certificates on both sides.

use std::error::Error;
use std::time::{Duration, Instant};

use handfast::crypto::{ring, rustcrypto};
use handfast::{CipherSuite, Connection, NamedGroup};
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};

use crate::session::Setting;

/// How long each row measures.
const BUDGET: Duration = Duration::from_secs(1);

/// Room for any flight.
const WIRE: usize = 32 * 1024;

fn settings() -> Vec<(&'static str, Setting)> {
    let (aes_128, aes_256, chacha) = (
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_AES_256_GCM_SHA384,
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    );
    let (x25519, p256, p384) = (NamedGroup::X25519, NamedGroup::SECP256R1, NamedGroup::SECP384R1);
    let (ecdsa_p256, ecdsa_p384, ed25519) = (&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519);
    let mut settings = Vec::new();
    for provider in [ring::provider, rustcrypto::provider] {
        for (key_name, key, group, suite) in [
            ("P-256", ecdsa_p256, x25519, aes_128),
            ("Ed25519", ed25519, x25519, chacha),
            ("P-256", ecdsa_p256, p256, aes_128),
            ("P-384", ecdsa_p384, p384, aes_256),
        ] {
            settings.push((key_name, Setting { provider: provider(), suite, group, key }));
        }
    }
    settings
}

/// Processor time of each role.
pub(crate) fn time() -> Result<(), Box<dyn Error>> {
    println!("\nfull mutual handshake: processor time of each role, median");
    println!(
        "  {:<10}  {:<8}  {:<9}  {:<28}  {:>10}  {:>10}  {:>6}",
        "provider", "keys", "group", "suite", "client", "server", "runs"
    );
    for (key, setting) in settings() {
        let (pair, mut wire) = (setting.pair()?, vec![0; WIRE]);
        let (mut client_times, mut server_times) = (Vec::new(), Vec::new());
        let started = Instant::now();
        while started.elapsed() < BUDGET {
            let (client, server) = pair.connect(&mut wire)?;
            client_times.push(client.meter.cpu_time);
            server_times.push(server.meter.cpu_time);
        }
        println!(
            "  {:<10}  {:<8}  {:<9}  {:<28}  {:>7.1} µs  {:>7.1} µs  {:>6}",
            setting.provider.name,
            key,
            setting.group.to_string(),
            setting.suite.to_string(),
            median_micros(&mut client_times),
            median_micros(&mut server_times),
            client_times.len()
        );
    }
    Ok(())
}

fn median_micros(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(f64::NAN, |median| median.as_secs_f64() * 1e6)
}

/// What each role asks of the allocator, and what an idle connection keeps.
pub(crate) fn memory() -> Result<(), Box<dyn Error>> {
    println!("\nfull mutual handshake: memory of each role");
    println!(
        "  {:<10}  {:<6}  {:>11}  {:>15}  {:>12}  {:>12}  {:>16}",
        "provider", "role", "allocations", "allocated", "peak heap", "idle heap", "idle, in all"
    );
    for (_, setting) in settings().into_iter().step_by(4) {
        let (pair, mut wire) = (setting.pair()?, vec![0; WIRE]);
        pair.connect(&mut wire)?; // What is made once a process is made here.
        let (client, server) = pair.connect(&mut wire)?;
        for (role, side) in [("client", client), ("server", server)] {
            println!(
                "  {:<10}  {:<6}  {:>11}  {:>9} bytes  {:>6} bytes  {:>6} bytes  {:>10} bytes",
                setting.provider.name,
                role,
                side.meter.allocations,
                side.meter.bytes,
                side.meter.peak,
                side.meter.held,
                side.meter.held + size_of::<Connection>()
            );
        }
    }
    println!(
        "  in all: with the Connection itself; without the config, which is shared, and the caller's buffers"
    );
    Ok(())
}
