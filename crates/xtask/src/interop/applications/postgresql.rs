//! PostgreSQL, with the user proved by the certificate's name. TLS begins behind its SSLRequest.

use crate::interop::application::Application;
use crate::interop::peer::debian;

/// A startup message for the user `client`, and the query `SELECT 6 * 7`.
const SAYS: &[u8] = b"\x00\x00\x00\x27\x00\x03\x00\x00user\0client\0database\0postgres\0\0\
    Q\x00\x00\x00\x11SELECT 6 * 7\0X\x00\x00\x00\x04";

pub(super) const APPLICATION: Application = Application {
    name: "PostgreSQL",
    source: debian(&["postgresql-15"], "postgres"),
    version: "postgres --version",
    prepare: &["initdb -D data --username=client --auth=trust --no-sync --no-instructions"],
    files: &[("data/pg_hba.conf", "hostssl all all 127.0.0.1/32 cert clientcert=verify-full\n")],
    command: "postgres -D data -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c ssl=on \
              -c ssl_cert_file=../server.pem -c ssl_key_file=../server.key -c ssl_ca_file=../ca.pem \
              -c ssl_crl_file=../crl.pem -c ssl_min_protocol_version=TLSv1.3",
    ready: "database system is ready to accept connections",
    is_unprivileged: true,
    options: "--starttls postgresql",
    says: SAYS,
    answer: "SELECT 1",
    revokes: true,
    authorizes: true,
};

#[cfg(test)]
mod tests {
    use super::SAYS;

    #[test]
    fn the_messages_have_the_lengths_that_they_tell() {
        let length = |at: usize| u32::from_be_bytes(SAYS[at..at + 4].try_into().unwrap()) as usize;
        let startup = length(0);
        assert_eq!(SAYS[startup], b'Q');
        let query = startup + 1 + length(startup + 1);
        assert_eq!(&SAYS[query..], b"X\0\0\0\x04");
    }
}
