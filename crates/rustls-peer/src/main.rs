//! rustls as a peer of `cargo xtask interop`, with the certificates that stand in the directory where it runs:
//! `rustls-peer server PORT [retry] [early] [staple] [compress]` or `rustls-peer client PORT FILE [retry] [early] [again]
//! [compress]`.

#![forbid(unsafe_code)]

use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::{env, fs, io};

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS13;
use rustls::{ClientConfig, ClientConnection, HandshakeKind, RootCertStore, ServerConfig, ServerConnection};

type Outcome<T> = Result<T, Box<dyn Error>>;

const MAX_EARLY_DATA: u32 = 16_384;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["server", port, options @ ..] => serve(port.parse()?, options),
        ["client", port, file, options @ ..] => {
            let config = Arc::new(client_config(options)?);
            let request = fs::read(file)?;
            visit(&config, port.parse()?, &request)?;
            if options.contains(&"again") { visit(&config, port.parse()?, &request) } else { Ok(()) }
        }
        _ => Err("usage: rustls-peer server PORT OPTION… | client PORT FILE OPTION…".into()),
    }
}

fn anchors() -> Outcome<RootCertStore> {
    let mut anchors = RootCertStore::empty();
    anchors.add(CertificateDer::from_pem_file("ca.pem")?)?;
    Ok(anchors)
}

fn credential(name: &str) -> Outcome<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let leaf = CertificateDer::from_pem_file(format!("{name}.pem"))?;
    Ok((vec![leaf], PrivateKeyDer::from_pem_file(format!("{name}.key"))?))
}

/// With these groups alone, or all.
fn provider(groups: Option<&[usize]>) -> Arc<CryptoProvider> {
    let mut provider = ring::default_provider();
    if let Some(groups) = groups {
        let all = provider.kx_groups.clone();
        provider.kx_groups = groups.iter().filter_map(|index| all.get(*index).copied()).collect();
    }
    Arc::new(provider)
}

/// Places of ring's groups: X25519, P-256, P-384.
const X25519_AND_P384: &[usize] = &[0, 2];
const P384: &[usize] = &[2];

fn client_config(options: &[&str]) -> Outcome<ClientConfig> {
    let groups = options.contains(&"retry").then_some(X25519_AND_P384);
    let (chain, key) = credential("client")?;
    let config = ClientConfig::builder_with_provider(provider(groups)).with_protocol_versions(&[&TLS13])?;
    let mut config = config.with_root_certificates(anchors()?).with_client_auth_cert(chain, key)?;
    config.enable_early_data = options.contains(&"early");
    if !options.contains(&"compress") {
        config.cert_compressors.clear();
        config.cert_decompressors.clear();
    }
    Ok(config)
}

fn server_config(options: &[&str]) -> Outcome<ServerConfig> {
    let provider = provider(options.contains(&"retry").then_some(P384));
    let (chain, key) = credential("server")?;
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(anchors()?), Arc::clone(&provider));
    let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13])?;
    let config = config.with_client_cert_verifier(verifier.build()?);
    let staple = if options.contains(&"staple") { fs::read("server.ocsp")? } else { Vec::new() };
    let mut config = config.with_single_cert_with_ocsp(chain, key, staple)?;
    if options.contains(&"early") {
        config.max_early_data_size = MAX_EARLY_DATA;
    }
    if !options.contains(&"compress") {
        config.cert_compressors.clear();
        config.cert_decompressors.clear();
    }
    Ok(config)
}

/// Answers one request a session.
fn serve(port: u16, options: &[&str]) -> Outcome<()> {
    let config = Arc::new(server_config(options)?);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    loop {
        let (transport, _) = listener.accept()?;
        if let Err(error) = answer(&config, transport) {
            println!("{error}");
        }
    }
}

fn answer(config: &Arc<ServerConfig>, mut transport: TcpStream) -> Outcome<()> {
    let mut connection = ServerConnection::new(Arc::clone(config))?;
    let mut request = Vec::new();
    while connection.is_handshaking() {
        connection.complete_io(&mut transport)?;
        if let Some(mut early) = connection.early_data() {
            let before = request.len();
            early.read_to_end(&mut request)?;
            println!("{} bytes of early data", request.len() - before);
        }
    }
    println!("{}", kind(connection.handshake_kind()));
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        let mut part = [0; 4096];
        match connection.reader().read(&mut part) {
            Ok(0) => return Err("the client closed".into()),
            Ok(count) => request.extend_from_slice(part.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                connection.complete_io(&mut transport)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    connection.writer().write_all(b"HTTP/1.0 200 OK\r\n\r\nserved\n")?;
    connection.send_close_notify();
    connection.complete_io(&mut transport)?;
    Ok(())
}

fn visit(config: &Arc<ClientConfig>, port: u16, request: &[u8]) -> Outcome<()> {
    let mut transport = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let mut connection = ClientConnection::new(Arc::clone(config), ServerName::try_from("localhost")?)?;
    let mut sent = 0;
    if let Some(mut early) = connection.early_data() {
        sent = early.write(request)?;
    }
    while connection.is_handshaking() {
        connection.complete_io(&mut transport)?;
    }
    let is_taken = connection.is_early_data_accepted();
    println!(
        "{}, early data {}",
        kind(connection.handshake_kind()),
        if is_taken { "accepted" } else { "none" }
    );
    let rest = if is_taken { request.get(sent..).unwrap_or_default() } else { request };
    let mut stream = rustls::Stream::new(&mut connection, &mut transport);
    stream.write_all(rest)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    io::stdout().write_all(&answer)?;
    Ok(())
}

const fn kind(kind: Option<HandshakeKind>) -> &'static str {
    match kind {
        Some(HandshakeKind::Resumed) => "resumed",
        Some(HandshakeKind::FullWithHelloRetryRequest) => "authenticated, retried",
        Some(_) => "authenticated",
        None => "no handshake",
    }
}
