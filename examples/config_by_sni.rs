//! One server, several tenants: each has a config of its own, chosen by the server name that the client sends.
//!
//! `ClientHelloSeen` is asked before anything is negotiated, so a tenant decides everything: whom it trusts, whether
//! it wants client certificates, which protocols it speaks. Within a tenant, the credential that carries the name is
//! shown without being asked for.
//!
//! `cargo run --example config_by_sni`

#[path = "common/blocking.rs"]
mod blocking;
#[path = "common/certificates.rs"]
mod certificates;

use std::collections::HashMap;
use std::error::Error;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use blocking::Stream;
use certificates::Authority;
use handfast::crypto::ring;
use handfast::{AlertDescription, Ask, ClientAuth, Config, ConfigBuilder, Connection, Entropy, ExpectedPeer};

type Tenants = HashMap<&'static str, Arc<Config>>;

/// What is in force until the client's name is known: it only has to ask.
fn undecided() -> Result<Arc<Config>, Box<dyn Error>> {
    let mut builder = Config::builder(ring::provider());
    builder.handshake.ask_client_hello = true;
    Ok(Arc::new(builder.build()?))
}

fn tenants(bank: &Authority, blog: &Authority) -> Result<Tenants, Box<dyn Error>> {
    let show = |builder: ConfigBuilder, by: &Authority, name| -> Result<ConfigBuilder, Box<dyn Error>> {
        let issued = by.issue(name)?;
        Ok(builder.credential_pem(issued.chain, issued.key)?)
    };
    // The bank lets nobody in without a certificate of its own authority.
    let builder = Config::builder(ring::provider()).trust_pem(bank.pem())?;
    let bank = Arc::new(show(builder, bank, "bank.example")?.build()?);
    // The blog lets everybody in, under two names with a certificate each.
    let mut builder = Config::builder(ring::provider());
    builder.handshake.client_auth = ClientAuth::None;
    builder.handshake.application_protocols = vec![b"http/1.1".to_vec()];
    let builder = show(show(builder, blog, "blog.example")?, blog, "www.blog.example")?;
    let blog = Arc::new(builder.build()?);
    Ok(HashMap::from([
        ("bank.example", bank),
        ("blog.example", Arc::clone(&blog)),
        ("www.blog.example", blog),
    ]))
}

fn serve(socket: TcpStream, undecided: &Arc<Config>, tenants: &Tenants) -> io::Result<()> {
    let entropy = Entropy::from_system().map_err(io::Error::other)?;
    let mut stream = Stream::new(Connection::server(Arc::clone(undecided), entropy), socket);
    let connected = stream.handshake_with(|connection| {
        let Some(Ask::ClientHelloSeen(seen)) = connection.pending().cloned() else {
            return Err("the config answers every other ask".into());
        };
        match seen.server_name.as_deref().and_then(|name| tenants.get(name)) {
            Some(config) => connection.use_config(&seen, Arc::clone(config))?,
            None => connection
                .answer(seen.refuse(AlertDescription::UNRECOGNIZED_NAME, "no such tenant".into()))?,
        }
        Ok(())
    })?;
    let client = connected.peer_identity.map_or("nobody in particular".into(), |peer| peer.display_name());
    println!("server: {} serves {client}", connected.server_name.unwrap_or_default());
    stream.close()
}

fn visit(server: SocketAddr, name: &str, config: &Arc<Config>) -> Result<(), Box<dyn Error>> {
    let connection =
        Connection::client(Arc::clone(config), ExpectedPeer::dns(name)?, Entropy::from_system()?);
    let mut stream = Stream::new(connection, TcpStream::connect(server)?);
    match stream.handshake() {
        Ok(connected) => {
            let shown = connected.peer_identity.map(|peer| peer.display_name()).unwrap_or_default();
            println!("client: {name} showed a certificate for {shown}");
            stream.close()?;
        }
        Err(error) => println!("client: {name}: {error}"),
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let (bank, blog) = (Authority::new()?, Authority::new()?);
    let (undecided, tenants) = (undecided()?, tenants(&bank, &blog)?);
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let names = ["bank.example", "blog.example", "www.blog.example", "shop.example"];
    let server = thread::spawn(move || {
        for (_, socket) in names.iter().zip(listener.incoming()) {
            if let Err(error) = socket.and_then(|socket| serve(socket, &undecided, &tenants)) {
                println!("server: {error}");
            }
        }
    });
    let own = bank.issue("customer.example")?;
    let builder = Config::builder(ring::provider()).trust_pem(bank.pem() + &blog.pem())?;
    let config = Arc::new(builder.credential_pem(own.chain, own.key)?.build()?);
    for name in names {
        visit(address, name, &config)?;
    }
    server.join().map_err(|_| "the server panicked".into())
}
