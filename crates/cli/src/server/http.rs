//! `--http`: as much of HTTP/1.1 (RFC 9112) as one page of session facts takes.

use std::time::Duration;

use crate::failure::Failure;
use crate::session::{Asked, Session};
use crate::summary::Summary;
use crate::transport::Wait;

/// The longest request line and header fields taken, in bytes.
const MAX_REQUEST: usize = 8 * 1024;

/// Answers one request, and closes.
pub(super) fn serve(
    session: &mut Session,
    summary: &Summary<'_>,
    idle: Option<Duration>,
) -> Result<(), Failure> {
    let wait = idle.map_or(Wait::Each(None), Wait::within);
    let request = read_request(session, wait)?;
    let (status, page) = match route(&request) {
        Route::Facts => ("200 OK", summary.plain()),
        Route::KeyUpdate => {
            session.connection.update_keys(true);
            ("200 OK", format!("{}KeyUpdate: sent ahead of this page, and one asked for\n", summary.plain()))
        }
        Route::Secret => secret(session, summary, wait)?,
        Route::Refused(status) => {
            (status, format!("{status}\n\nThere is /, /keyupdate and /secret, for GET.\n"))
        }
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        page.len()
    );
    session.write(format!("{head}{page}").as_bytes(), wait)?;
    session.close(wait)
}

/// Status and page for whoever says, behind the handshake, who it is; or has said so in it.
fn secret(
    session: &mut Session,
    summary: &Summary<'_>,
    wait: Wait,
) -> Result<(&'static str, String), Failure> {
    const FORBIDDEN: &str = "403 Forbidden";
    let forbidden = |reason: String| (FORBIDDEN, format!("{FORBIDDEN}\n\n{reason}\n"));
    Ok(match (session.authenticate_client(wait)?, &summary.connected.peer_identity) {
        (Asked::Answered(client), known) => match client.peer_identity.as_deref() {
            Some(identity) => {
                ("200 OK", format!("The secret is for you: {identity}\nasked behind the handshake\n"))
            }
            None if known.is_some() => {
                forbidden("Asked once more who you are, you have shown no certificate.".into())
            }
            None => forbidden("Asked who you are, you have shown no certificate.".into()),
        },
        (Asked::Refused(_), Some(identity)) => {
            ("200 OK", format!("The secret is for you: {identity}\nknown from the handshake\n"))
        }
        (Asked::Refused(refused), None) => forbidden(format!("Who you are cannot be asked: {refused}")),
        (Asked::Closed, _) => forbidden("Asked who you are, you have closed without an answer.".into()),
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Route {
    Facts,
    KeyUpdate,
    /// For whoever is known.
    Secret,
    /// With this status.
    Refused(&'static str),
}

/// What a request wants.
fn route(request: &[u8]) -> Route {
    if !is_complete(request) {
        let is_long = request.len() >= MAX_REQUEST;
        let status = if is_long { "431 Request Header Fields Too Large" } else { "400 Bad Request" };
        return Route::Refused(status);
    }
    let line = request.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let words: Vec<&[u8]> = line.trim_ascii().split(|byte| *byte == b' ').collect();
    match words.as_slice() {
        [b"GET", target, version] if version.starts_with(b"HTTP/1.") => match *target {
            b"/" => Route::Facts,
            b"/keyupdate" => Route::KeyUpdate,
            b"/secret" => Route::Secret,
            _ => Route::Refused("404 Not Found"),
        },
        [_, _, version] if version.starts_with(b"HTTP/1.") => Route::Refused("405 Method Not Allowed"),
        _ => Route::Refused("400 Bad Request"),
    }
}

/// Reads up to the empty line behind the header fields, to the client's close, or until it is too much.
fn read_request(session: &mut Session, wait: Wait) -> Result<Vec<u8>, Failure> {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !is_complete(&request) && request.len() < MAX_REQUEST {
        match session.read(&mut buffer, wait)? {
            0 => break,
            count => request.extend_from_slice(buffer.get(..count).unwrap_or_default()),
        }
    }
    Ok(request)
}

/// Has the empty line come? A line may end in LF alone (RFC 9112 §2.2).
fn is_complete(request: &[u8]) -> bool {
    request.windows(4).any(|window| window == b"\r\n\r\n")
        || request.windows(2).any(|window| window == b"\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_get_of_the_three_pages_is_served() {
        assert_eq!(route(b"GET / HTTP/1.1\r\n\r\n"), Route::Facts);
        assert_eq!(route(b"GET /keyupdate HTTP/1.0\r\nHost: a\r\n\r\n"), Route::KeyUpdate);
        assert_eq!(route(b"GET /secret HTTP/1.1\r\n\r\n"), Route::Secret);
        assert_eq!(route(b"GET /other HTTP/1.1\r\n\r\n"), Route::Refused("404 Not Found"));
        assert_eq!(route(b"POST / HTTP/1.1\r\n\r\n"), Route::Refused("405 Method Not Allowed"));
        for broken in
            [&b""[..], b"GET / HTTP/1.1\r\n", b"GET /\n\n", b"GET / HTTP/2\n\n", b"\x16\x03\x01\n\n"]
        {
            assert_eq!(route(broken), Route::Refused("400 Bad Request"));
        }
    }

    #[test]
    fn a_request_that_does_not_end_within_8_kib_is_too_large() {
        let request = |length| [b"GET / HTTP/1.1\r\nA: ".as_slice(), &vec![b'a'; length]].concat();
        let head = request(0).len();
        assert_eq!(route(&request(MAX_REQUEST - head - 1)), Route::Refused("400 Bad Request"));
        let too_large = Route::Refused("431 Request Header Fields Too Large");
        assert_eq!(route(&request(MAX_REQUEST - head)), too_large);
    }

    #[test]
    fn a_request_is_complete_behind_its_empty_line() {
        assert!(is_complete(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
        assert!(is_complete(b"GET / HTTP/1.0\n\n"));
        assert!(!is_complete(b"GET / HTTP/1.1\r\nHost: a\r\n"));
    }
}
