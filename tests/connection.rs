//! Two ends of ours over byte buffers, through the public interface.

#![cfg(test)]
#![cfg(feature = "ring")]

mod support {
    pub(crate) mod authority;
    pub(crate) mod pair;
}

use handfast::handshake::Milestone;
use support::pair::{builders, connected, settle};

#[test]
fn both_ends_authenticate_talk_and_close() {
    let (client, server) = builders();
    let (mut client, mut server) = connected(client, server);
    assert!(matches!(client.milestones[..], [Milestone::ClientAuthPending, Milestone::Connected(_)]));
    client.seal_to(b"hello", &mut server);
    settle(&mut client, &mut server).unwrap();
    assert_eq!(server.plaintext, b"hello");
}
