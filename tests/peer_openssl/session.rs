//! Sessions as the tests hold them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use handfast::connection::{Config, ConfigBuilder};
use handfast::crypto::{CryptoProvider, Entropy, ring};
use handfast::identity::ExpectedPeer;
use handfast::resumption::PskOffer;
use handfast::time::Time;
use handfast_replay::Connection;

use crate::pki::{Identity, KeyType, NOW, PKI, SERVER};
use crate::support::kept_run::KeptRun;
use crate::support::openssl::{Peer, s_client, s_server};
use crate::support::stream::Stream;

/// A config that trusts the root and shows this.
pub(crate) fn builder(identity: &Identity) -> ConfigBuilder {
    builder_with(ring::provider(), identity)
}

/// The same with another provider.
pub(crate) fn builder_with(provider: CryptoProvider, identity: &Identity) -> ConfigBuilder {
    let builder = Config::builder(provider).trust_pem(&PKI.root).unwrap();
    builder.credential_pem(&identity.chain, &identity.key).unwrap()
}

/// One that shows a client's certificate with a P-256 key.
pub(crate) fn client_builder() -> ConfigBuilder {
    builder(PKI.clients.of(KeyType::P256))
}

/// One that shows a server's certificate with a P-256 key, and requires one of the client.
pub(crate) fn server_builder() -> ConfigBuilder {
    builder(PKI.servers.of(KeyType::P256))
}

/// Our client at the start of a handshake.
pub(crate) fn client(builder: ConfigBuilder, transport: TcpStream, now: Time) -> Stream {
    let config = Arc::new(builder.build().unwrap());
    client_with_psks(config, vec![], transport, now)
}

/// One that offers these.
pub(crate) fn client_with_psks(
    config: Arc<Config>,
    psks: Vec<PskOffer>,
    transport: TcpStream,
    now: Time,
) -> Stream {
    let expected = ExpectedPeer::dns(SERVER).unwrap();
    let (entropy, run) = (Entropy::from_system().unwrap(), KeptRun::new("client"));
    let connection = Connection::client_with_psks(config, expected, psks, now, entropy, run.recorder());
    Stream::new(transport, connection.unwrap(), now, run)
}

/// Our server at the start of a handshake.
pub(crate) fn server(builder: ConfigBuilder, transport: TcpStream, now: Time) -> Stream {
    let config = Arc::new(builder.build().unwrap());
    let (entropy, run) = (Entropy::from_system().unwrap(), KeptRun::new("server"));
    let connection = Connection::server(config, entropy, run.recorder());
    Stream::new(transport, connection.unwrap(), now, run)
}

/// `s_server` that shows this, requires a certificate and judges it.
pub(crate) fn s_server_with(identity: &Identity, more: &[&str]) -> (Peer, TcpStream) {
    s_server(&[&identity.options()[..], &["-Verify", "3"], &PKI.trust_options(), more].concat())
}

/// `s_client` that shows this and judges what it is shown.
pub(crate) fn s_client_with(identity: &Identity, more: &[&str]) -> (Peer, TcpStream) {
    let names = ["-servername", SERVER, "-verify_hostname", SERVER];
    s_client(&[&identity.options()[..], &names, &PKI.trust_options(), more].concat())
}

/// A mutual session of our client with `s_server`.
pub(crate) fn with_s_server(builder: ConfigBuilder, more: &[&str]) -> (Stream, Peer) {
    let (openssl, transport) = s_server_with(PKI.servers.of(KeyType::P256), more);
    let mut stream = client(builder, transport, NOW);
    stream.handshake().unwrap();
    (stream, openssl)
}

/// A mutual session of our server with `s_client`.
pub(crate) fn with_s_client(builder: ConfigBuilder, more: &[&str]) -> (Stream, Peer) {
    let (openssl, transport) = s_client_with(PKI.clients.of(KeyType::P256), more);
    let mut stream = server(builder, transport, NOW);
    stream.handshake().unwrap();
    (stream, openssl)
}

/// Application data both ways.
pub(crate) fn exchange(stream: &mut Stream, openssl: &mut Peer) {
    tell(stream, openssl, "said by handfast");
    hear(stream, openssl, "said by openssl");
}

/// A line from us to OpenSSL.
pub(crate) fn tell(stream: &mut Stream, openssl: &Peer, line: &str) {
    stream.write_all(format!("{line}\n").as_bytes()).unwrap();
    openssl.wait_for(line);
}

/// A line from OpenSSL to us; the first letter is no command of its.
pub(crate) fn hear(stream: &mut Stream, openssl: &mut Peer, line: &str) {
    openssl.type_in(format!("{line}\n").as_bytes());
    let mut heard = String::new();
    BufReader::new(stream).read_line(&mut heard).unwrap();
    assert_eq!(heard, format!("{line}\n"));
}

/// `close_notify` from us, and then from OpenSSL, which ends.
pub(crate) fn close(stream: &mut Stream, openssl: &mut Peer) {
    stream.close().unwrap();
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    assert!(openssl.finish().success());
    let close_notify = vec!["warning close_notify".to_owned()];
    assert_eq!(openssl.alerts(), (close_notify.clone(), close_notify));
}
