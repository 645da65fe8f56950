//! A server whose private key is elsewhere: in an HSM, a TPM, another process. Here, behind a channel.
//!
//! The library never waits for the device. It asks, as plain data that goes where it likes, and takes the answer when
//! it comes; a signature that does not verify under our own certificate is refused and never sent.
//!
//! `cargo run --example external_signer`

#[path = "common/blocking.rs"]
mod blocking;
#[path = "common/certificates.rs"]
mod certificates;

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;

use blocking::Stream;
use certificates::Authority;
use handfast::crypto::{ecdsa_sig_value_from_raw, ring};
use handfast::handshake::Sign;
use handfast::{Answer, Ask, Config, Connection, Credential, Entropy, ExpectedPeer, SignatureScheme};
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::pkcs8::DecodePrivateKey;

/// Goes between threads.
type Error = Box<dyn std::error::Error + Send + Sync>;

/// What the device takes, and where its answer goes.
type Order = (Sign, mpsc::Sender<Answer>);

/// The device: it signs digests, and gives r and s as two numbers, as PKCS#11 and TPMs do.
fn device(key: &str, orders: mpsc::Receiver<Order>) -> Result<(), Error> {
    let key = p256::ecdsa::SigningKey::from_pkcs8_pem(key)?;
    for (sign, reply) in orders {
        let digest = sign.digest.as_deref().ok_or("this device signs digests only")?;
        println!("device: signs a digest of {} bytes for {}", digest.len(), sign.scheme);
        let signature: p256::ecdsa::Signature = key.sign_prehash(digest)?;
        // Only the ask itself makes its answer, so an answer cannot go to another ask or another connection.
        reply.send(sign.signed(ecdsa_sig_value_from_raw(&signature.to_bytes())?))?;
    }
    Ok(())
}

fn serve(listener: &TcpListener, config: Arc<Config>, device: &mpsc::Sender<Order>) -> io::Result<()> {
    let connection = Connection::server(config, Entropy::from_system().map_err(io::Error::other)?);
    let mut stream = Stream::new(connection, listener.accept()?.0);
    stream.handshake_with(|connection| {
        let Some(Ask::Sign(sign)) = connection.pending() else { return Err("no such ask".into()) };
        println!("server: asks for a signature");
        let (reply, replies) = mpsc::channel();
        device.send((Sign::clone(sign), reply))?;
        // A server with an event loop would go on with other connections here.
        connection.answer(replies.recv()?)?;
        Ok(())
    })?;
    stream.write_all(b"signed elsewhere")?;
    stream.close()
}

fn main() -> Result<(), Error> {
    let authority = Authority::new()?;
    let builder = || Config::builder(ring::provider()).trust_pem(authority.pem());

    // The server's config has the certificate and says what the device can do. It never sees the key.
    let issued = authority.issue("vault.internal")?;
    let schemes = vec![SignatureScheme::ECDSA_SECP256R1_SHA256];
    let credential = Credential::external_from_pem(issued.chain, schemes)?;
    let config = Arc::new(builder()?.credential(credential).build()?);
    let (orders, incoming) = mpsc::channel();
    let device = thread::spawn(move || device(&issued.key, incoming));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || serve(&listener, config, &orders));

    let own = authority.issue("app.internal")?;
    let config = builder()?.credential_pem(own.chain, own.key)?.build()?;
    let expected = ExpectedPeer::dns("vault.internal")?;
    let connection = Connection::client(Arc::new(config), expected, Entropy::from_system()?);
    let mut stream = Stream::new(connection, TcpStream::connect(address)?);
    let connected = stream.handshake()?;
    let scheme = connected.peer_signature_scheme.ok_or("a server proves itself")?;
    println!("client: the server proved itself with {scheme}");
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    println!("client: was told {text:?}");
    stream.close()?;

    server.join().map_err(|_| "the server panicked")??;
    device.join().map_err(|_| "the device panicked")??;
    Ok(())
}
