//! Records of application data behind a handshake.

use std::error::Error;
use std::time::{Duration, Instant};

use handfast::crypto::{ring, rustcrypto};
use handfast::{CipherSuite, Event, NamedGroup};
use rcgen::PKCS_ECDSA_P256_SHA256;

use crate::meter::Meter;
use crate::session::{NOW, Setting, Side};

/// How long each row measures.
const BUDGET: Duration = Duration::from_millis(250);

/// Bytes of plaintext in one record.
const SIZES: [usize; 3] = [100, 1024, 16 * 1024];

/// About so many bytes of records are sealed before they are opened.
const BATCH: usize = 256 * 1024;

/// What a record is longer than its plaintext: header, type and tag.
const OVERHEAD: usize = 5 + 1 + 16;

fn settings() -> Vec<Setting> {
    let suites = [
        CipherSuite::TLS_AES_128_GCM_SHA256,
        CipherSuite::TLS_AES_256_GCM_SHA384,
        CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    ];
    let mut settings = Vec::new();
    for provider in [ring::provider, rustcrypto::provider] {
        settings.extend(suites.map(|suite| Setting {
            provider: provider(),
            suite,
            group: NamedGroup::X25519,
            key: &PKCS_ECDSA_P256_SHA256,
        }));
    }
    settings
}

/// A sender and a receiver, and records on their way.
struct Flow {
    sender: Side,
    receiver: Side,
    plaintext: Vec<u8>,
    wire: Vec<u8>,
}

impl Flow {
    fn new(setting: &Setting, size: usize) -> Result<Self, Box<dyn Error>> {
        let records = BATCH.div_ceil(size);
        let mut wire = vec![0; records * (size + OVERHEAD)];
        let (sender, receiver) = setting.pair()?.connect(&mut wire)?;
        Ok(Self { sender, receiver, plaintext: vec![0x5a; size], wire })
    }

    /// How many records the wire holds.
    fn records(&self) -> usize {
        self.wire.len() / (self.plaintext.len() + OVERHEAD)
    }

    fn seal(&mut self) -> Result<(), Box<dyn Error>> {
        for record in self.wire.chunks_mut(self.plaintext.len() + OVERHEAD) {
            let sealed = self.sender.connection.seal(&self.plaintext, record)?;
            if sealed.written != record.len() {
                return Err("the record has another length than was thought".into());
            }
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), Box<dyn Error>> {
        for record in self.wire.chunks_mut(self.plaintext.len() + OVERHEAD) {
            let event = self.receiver.connection.receive(record, NOW)?.event;
            if !matches!(&event, Event::Plaintext(text) if text.len() == self.plaintext.len()) {
                return Err(format!("no plaintext: {event:?}").into());
            }
        }
        Ok(())
    }
}

/// Processor time, throughput, and what records ask of the allocator.
pub(crate) fn costs() -> Result<(), Box<dyn Error>> {
    println!("\nrecords: processor time, plaintext per second of it, allocations per record");
    println!("  {:<10}  {:<28}  {:>11}  {:>30}  {:>30}", "provider", "suite", "plaintext", "seal", "open");
    for setting in settings() {
        for size in SIZES {
            let mut flow = Flow::new(&setting, size)?;
            let (mut sealing, mut opening, mut records) = (Meter::default(), Meter::default(), 0.0);
            let started = Instant::now();
            while started.elapsed() < BUDGET {
                sealing.step(|| flow.seal())?;
                opening.step(|| flow.open())?;
                records += flow.records() as f64;
            }
            let cost = |meter: Meter| {
                let seconds = meter.cpu_time.as_secs_f64() / records;
                let (speed, allocations) = (size as f64 / seconds / 1e6, meter.allocations as f64 / records);
                format!("{:>8.2} µs  {speed:>5.0} MB/s  {allocations:>5.2}", seconds * 1e6)
            };
            println!(
                "  {:<10}  {:<28}  {:>5} bytes  {:>30}  {:>30}",
                setting.provider.name,
                setting.suite.to_string(),
                size,
                cost(sealing),
                cost(opening)
            );
        }
    }
    Ok(())
}
