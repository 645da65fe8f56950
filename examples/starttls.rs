//! STARTTLS: a mail client and a server change from plain lines to TLS on one TCP connection.
//!
//! A buffered reader reads ahead: behind the line that ends the plain part there may be bytes of TLS in its buffer
//! already. They belong to TLS alone. Who drops them waits for ever; who reads them as further plain lines obeys
//! whoever slipped them in (CVE-2011-0411).
//!
//! `cargo run --example starttls`

#[path = "common/blocking.rs"]
mod blocking;
#[path = "common/certificates.rs"]
mod certificates;

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use blocking::Stream;
use certificates::Authority;
use handfast::crypto::ring;
use handfast::{Config, Connection, Entropy, ExpectedPeer};

/// The plain part of a connection.
struct Lines {
    reader: BufReader<TcpStream>,
    name: &'static str,
}

impl Lines {
    fn expect(&mut self, command: &str) -> io::Result<()> {
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        println!("{}: got {line:?} in the clear", self.name);
        if line.trim_end() == command { Ok(()) } else { Err(io::Error::other(format!("no {command}"))) }
    }

    fn say(&mut self, line: &[u8]) -> io::Result<()> {
        self.reader.get_mut().write_all(line)
    }

    /// From here on the bytes are TLS: those to come, and those that were read ahead.
    fn upgrade(self, connection: Connection) -> io::Result<Stream<TcpStream>> {
        let read_ahead = self.reader.buffer().to_vec();
        println!("{}: {} bytes behind that line were read ahead", self.name, read_ahead.len());
        let mut stream = Stream::new(connection, self.reader.into_inner());
        stream.push_received(&read_ahead)?;
        let connected = stream.handshake()?;
        println!("{}: goes on under {}", self.name, connected.cipher_suite);
        Ok(stream)
    }
}

fn serve(listener: &TcpListener, config: Arc<Config>) -> io::Result<()> {
    let connection = Connection::server(config, Entropy::from_system().map_err(io::Error::other)?);
    let mut lines = Lines { reader: BufReader::new(listener.accept()?.0), name: "server" };
    lines.say(b"220 mail.example ready\r\n")?;
    lines.expect("STARTTLS")?;
    lines.say(b"220 go ahead\r\n")?;
    let mut stream = BufReader::new(lines.upgrade(connection)?);

    let mut command = String::new();
    stream.read_line(&mut command)?;
    println!("server: got {command:?} under TLS");
    stream.get_mut().write_all(b"250 mail.example, pleased to meet you\r\n")?;
    stream.get_mut().close()
}

fn main() -> Result<(), Box<dyn Error>> {
    let authority = Authority::new()?;
    let config = |name: &str| -> Result<Arc<Config>, Box<dyn Error>> {
        let issued = authority.issue(name)?;
        let builder = Config::builder(ring::provider()).trust_pem(authority.pem())?;
        Ok(Arc::new(builder.credential_pem(issued.chain, issued.key)?.build()?))
    };
    let server_config = config("mail.example")?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || serve(&listener, server_config));

    let mut lines = Lines { reader: BufReader::new(TcpStream::connect(address)?), name: "client" };
    lines.expect("220 mail.example ready")?;
    // This client does not wait for the server to go ahead: its ClientHello stands right behind the command.
    let expected = ExpectedPeer::dns("mail.example")?;
    let mut connection = Connection::client(config("laptop.example")?, expected, Entropy::from_system()?);
    let mut first_flight = b"STARTTLS\r\n".to_vec();
    let command = first_flight.len();
    first_flight.resize(4 * 1024, 0);
    let client_hello = connection.transmit(first_flight.get_mut(command..).unwrap_or_default());
    first_flight.truncate(command + client_hello);
    lines.say(&first_flight)?;
    lines.expect("220 go ahead")?;
    let mut stream = lines.upgrade(connection)?;

    stream.write_all(b"EHLO laptop.example\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    println!("client: got {answer:?} under TLS");
    stream.close()?;
    server.join().map_err(|_| "the server panicked")??;
    Ok(())
}
