//! A sensor and a gateway on a serial line of 64-byte frames, each with a small buffer: `transmit` fills a slice of any
//! size and goes on where it stopped, and `record_size_limit` (RFC 8449) bounds the records that the peer makes.
//!
//! `cargo run --example serial_line`

#[path = "common/certificates.rs"]
mod certificates;

use std::collections::VecDeque;
use std::error::Error;
use std::sync::Arc;

use certificates::Authority;
use handfast::crypto::ring;
use handfast::{Config, Connection, Entropy, Event, ExpectedPeer, Inbox, Milestone, Need, Time};

/// A device without a clock is told the time; certificates are judged by it.
const NOW: Time = Time::from_secs_since_1970(1_795_392_000);

/// One direction of the line. The first byte of a frame says how many of the other 63 are used.
#[derive(Default)]
struct Line(VecDeque<[u8; 64]>);

impl Line {
    fn push(&mut self, fill: impl FnOnce(&mut [u8]) -> usize) {
        let mut frame = [0; 64];
        let [used, room @ ..] = &mut frame;
        *used = u8::try_from(fill(room)).unwrap_or(63);
        self.0.push_back(frame);
    }
}

/// One end: the connection, and the one buffer it needs.
struct End {
    connection: Connection,
    inbox: Inbox,
    name: &'static str,
}

impl End {
    /// Puts what is owed into frames, however long its records are.
    fn transmit(&mut self, line: &mut Line) -> usize {
        while self.connection.owes_transmit() {
            line.push(|room| self.connection.transmit(room));
        }
        line.0.len()
    }

    /// Seals data, record by record, and cuts the records into frames.
    fn send(&mut self, mut data: &[u8], line: &mut Line) -> Result<usize, Box<dyn Error>> {
        let mut record = [0; 160];
        while !data.is_empty() {
            let sealed = self.connection.seal(data, &mut record)?;
            data = data.get(sealed.consumed..).unwrap_or_default();
            for part in record.get(..sealed.written).unwrap_or_default().chunks(63) {
                line.push(|room| room.iter_mut().zip(part).map(|(place, byte)| *place = *byte).count());
            }
        }
        Ok(line.0.len())
    }

    /// Takes the frames that came; where none did, there may be something to know of what was sent.
    fn receive(&mut self, line: &mut Line) -> Result<(), Box<dyn Error>> {
        while let Some([used, bytes @ ..]) = line.0.pop_front() {
            let mut bytes = bytes.get(..usize::from(used)).ok_or("a frame that is no frame")?;
            while !bytes.is_empty() {
                let taken = self.inbox.extend(bytes);
                bytes = bytes.get(taken..).unwrap_or_default();
                self.work()?;
            }
        }
        self.work()
    }

    /// Opens the records that are whole.
    fn work(&mut self) -> Result<(), Box<dyn Error>> {
        loop {
            match self.connection.receive_from(&mut self.inbox, NOW)? {
                Event::Plaintext(text) | Event::EarlyPlaintext(text) => {
                    let read = text.len();
                    println!("{}: {read} bytes of readings", self.name);
                    self.inbox.read(read);
                }
                Event::Milestone(Milestone::Connected(_)) => println!("{}: connected", self.name),
                Event::Milestone(_) => {}
                Event::Need(Need::Answer(_)) => return Err("the config answers every ask".into()),
                Event::Need(Need::Transmit | Need::Input { .. }) | Event::End => return Ok(()),
            }
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let authority = Authority::new()?;
    let config = |name: &str| -> Result<Arc<Config>, Box<dyn Error>> {
        let issued = authority.issue(name)?;
        let mut builder = Config::builder(ring::provider()).trust_pem(authority.pem())?;
        builder.handshake.record_size_limit = Some(128);
        builder.handshake.middlebox_compatibility = false; // Nobody stands in between.
        Ok(Arc::new(builder.credential_pem(issued.chain, issued.key)?.build()?))
    };
    let (sensor, gateway) = (config("sensor.field")?, config("gateway.field")?);
    let max_record = sensor.max_record();
    println!("line: a protected record has at most {max_record} bytes");
    let end = |name, connection| End { name, connection, inbox: Inbox::with_capacity(max_record) };
    let expected = ExpectedPeer::dns("gateway.field")?;
    let mut sensor = end("sensor", Connection::client(sensor, expected, Entropy::from_system()?));
    let mut gateway = end("gateway", Connection::server(gateway, Entropy::from_system()?));

    let (mut up, mut down) = (Line::default(), Line::default());
    while sensor.connection.owes_transmit() || gateway.connection.owes_transmit() {
        println!("line: {} frames up", sensor.transmit(&mut up));
        gateway.receive(&mut up)?;
        println!("line: {} frames down", gateway.transmit(&mut down));
        sensor.receive(&mut down)?;
    }
    println!("line: {} frames up with 300 bytes of readings", sensor.send(&[42; 300], &mut up)?);
    gateway.receive(&mut up)
}
