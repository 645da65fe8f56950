//! Two services of one host authenticate each other over a unix socket, with blocking reads and writes.
//!
//! `cargo run --example unix_socket`

#[path = "common/blocking.rs"]
mod blocking;
#[path = "common/certificates.rs"]
mod certificates;

use std::error::Error;
use std::io::{Read, Write};
use std::sync::Arc;
use std::thread;

use blocking::Stream;
use certificates::Authority;
use handfast::crypto::ring;
use handfast::{Config, Connected, Connection, Entropy, ExpectedPeer};

/// One config serves both roles: whom we trust, and who we are.
fn config(authority: &Authority, name: &str) -> Result<Arc<Config>, Box<dyn Error>> {
    let issued = authority.issue(name)?;
    let builder = Config::builder(ring::provider()).trust_pem(authority.pem())?;
    Ok(Arc::new(builder.credential_pem(issued.chain, issued.key)?.build()?))
}

fn tell(who: &str, connected: &Connected) {
    let peer = connected.peer_identity.as_ref().map(|peer| peer.display_name()).unwrap_or_default();
    println!("{who}: talks to {peer} under {}", connected.cipher_suite);
}

/// The server answers each line that comes with the same line in capitals.
#[cfg(unix)]
fn serve(config: Arc<Config>, socket: std::os::unix::net::UnixStream) -> std::io::Result<()> {
    let connection = Connection::server(config, Entropy::from_system().map_err(std::io::Error::other)?);
    let mut stream = Stream::new(connection, socket);
    tell("ledger", &stream.handshake()?);

    let mut request = String::new();
    stream.read_to_string(&mut request)?; // Ends with the client's close_notify, and not before.
    println!("ledger: was asked {request:?}");
    stream.write_all(request.to_uppercase().as_bytes())?;
    stream.close()
}

#[cfg(unix)]
fn main() -> Result<(), Box<dyn Error>> {
    let authority = Authority::new()?;
    let (ledger, billing) = (config(&authority, "ledger.internal")?, config(&authority, "billing.internal")?);
    let (here, there) = std::os::unix::net::UnixStream::pair()?;
    let server = thread::spawn(|| serve(ledger, there));

    let connection =
        Connection::client(billing, ExpectedPeer::dns("ledger.internal")?, Entropy::from_system()?);
    let mut stream = Stream::new(connection, here);
    tell("billing", &stream.handshake()?);
    stream.write_all(b"balance of account 7, please")?;
    stream.close()?; // We send no more, and still receive.

    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    println!("billing: was told {answer:?}");
    server.join().map_err(|_| "the server panicked")??;
    Ok(())
}

#[cfg(not(unix))]
fn main() {
    println!("this system has no unix sockets");
}
