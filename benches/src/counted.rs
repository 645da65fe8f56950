//! So many mutual handshakes, the steps of each role inside a function of its own: `counted full|resumed COUNT`.
//!
//! `cargo xtask profile` runs it under callgrind, which collects inside [`client`] or inside [`server`] alone. Two runs of
//! different counts tell what one more handshake costs.

#![allow(dead_code, reason = "the benchmarks use more of what they share with this")]

mod allocator;
mod meter;
mod session;

use std::error::Error;
use std::sync::Arc;

use handfast::crypto::ring;
use handfast::handshake::ReceivedTicket;
use handfast::resumption::{PskOffer, TicketKeys};
use handfast::{CipherSuite, Connection, Entropy, NamedGroup, Time};
use rcgen::PKCS_ECDSA_P256_SHA256;

use session::{NOW, Pair, Setting, expected, receive};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [row, count] = arguments.as_slice() else { return Err("usage: counted full|resumed COUNT".into()) };
    let resumes = match row.as_str() {
        "full" => false,
        "resumed" => true,
        _ => return Err(format!("there is no row {row}").into()),
    };
    let pair = pair(resumes)?;
    let mut wire = vec![0; 32 * 1024];
    let mut ticket = handshake(&pair, Vec::new(), &mut wire)?;
    for _ in 0..count.parse::<u32>()? {
        let psks = ticket.as_deref().map(|ticket| offer(&pair, ticket)).transpose()?;
        ticket = handshake(&pair, psks.into_iter().collect(), &mut wire)?;
    }
    Ok(())
}

/// The configs of the tables: P-256, X25519, AES-128-GCM.
fn pair(resumes: bool) -> Result<Pair, Box<dyn Error>> {
    let setting = Setting {
        provider: ring::provider(),
        suite: CipherSuite::TLS_AES_128_GCM_SHA256,
        group: NamedGroup::X25519,
        key: &PKCS_ECDSA_P256_SHA256,
    };
    let papers = setting.papers()?;
    let mut client = setting.builder(&papers.ca, &papers.client)?;
    let mut server = setting.builder(&papers.ca, &papers.server)?;
    if resumes {
        client.handshake.accept_tickets = true;
        server = server.tickets(1, TicketKeys::new([7; 32], Time::MAX));
    }
    Ok(Pair { client: Arc::new(client.build()?), server: Arc::new(server.build()?) })
}

/// The session of the last handshake. What this costs is the client's.
fn offer(pair: &Pair, ticket: &ReceivedTicket) -> Result<PskOffer, Box<dyn Error>> {
    let expected = expected()?;
    client(|| {
        let stored = pair.client.store_session(&expected, ticket).ok_or("no SHA-256")?;
        Ok(pair.client.offer_session(&stored, &expected, NOW)?)
    })
}

/// A whole handshake; gives the last ticket that came.
fn handshake(
    pair: &Pair,
    psks: Vec<PskOffer>,
    wire: &mut [u8],
) -> Result<Option<Box<ReceivedTicket>>, Box<dyn Error>> {
    let expected = expected()?;
    let mut one = client(|| {
        let entropy = Entropy::from_system()?;
        Ok(Connection::client_with_psks(Arc::clone(&pair.client), expected, psks, NOW, entropy))
    })?;
    let mut other = server(|| Ok(Connection::server(Arc::clone(&pair.server), Entropy::from_system()?)))?;
    let mut ticket = None;
    loop {
        let from_client = client(|| Ok(one.transmit(wire)))?;
        server(|| receive(&mut other, wire.get_mut(..from_client).unwrap_or_default()))?;
        let from_server = server(|| Ok(other.transmit(wire)))?;
        let came = client(|| receive(&mut one, wire.get_mut(..from_server).unwrap_or_default()))?;
        ticket = came.or(ticket);
        if from_client + from_server == 0 {
            break;
        }
    }
    if !one.is_connected() || !other.is_connected() {
        return Err("the handshake came to a halt".into());
    }
    client(|| {
        drop(one);
        Ok(())
    })?;
    server(|| {
        drop(other);
        Ok(())
    })?;
    Ok(ticket)
}

fn client<T>(step: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<T, Box<dyn Error>> {
    let (mut step, mut done) = (Some(step), None);
    steps_of_the_client(&mut || done = step.take().map(|step| step()));
    done.ok_or("no step")?
}

fn server<T>(step: impl FnOnce() -> Result<T, Box<dyn Error>>) -> Result<T, Box<dyn Error>> {
    let (mut step, mut done) = (Some(step), None);
    steps_of_the_server(&mut || done = step.take().map(|step| step()));
    done.ok_or("no step")?
}

/// Callgrind knows it by its name.
#[inline(never)]
fn steps_of_the_client(step: &mut dyn FnMut()) {
    step();
    // More than a jump to the step.
    std::hint::black_box(());
}

/// Callgrind knows it by its name.
#[inline(never)]
fn steps_of_the_server(step: &mut dyn FnMut()) {
    step();
    // More than a jump to the step, and another function than the client's.
    std::hint::black_box(1);
}
