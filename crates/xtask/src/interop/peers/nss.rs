//! NSS: `selfserv` and `tstclnt`.

use crate::interop::feature::{BASIC, Feature};
use crate::interop::peer::{Client, Lack, Peer, Server, debian, offer};

pub(super) const PEER: Peer = Peer {
    name: "NSS",
    source: debian(&["libnss3-tools"], "selfserv"),
    version: "nss-config --version",
    prepare: &[
        "mkdir db",
        "certutil -N -d sql:db --empty-password",
        "certutil -A -n ca -t CT,C,C -a -i ca.pem -d sql:db",
        "pk12util -i ca.p12 -d sql:db -W handfast",
        "pk12util -i server.p12 -d sql:db -W handfast",
        "pk12util -i client.p12 -d sql:db -W handfast",
    ],
    server: Some(Server {
        command: "selfserv -d sql:db -n server -p {port} -V tls1.3:tls1.3",
        answer: "HTTP/1.0 200",
        is_typed: false,
        offers: &[
            offer(BASIC).with("-rr"),
            offer(&[Feature::HelloRetryRequest]).with("-rr -I P384"),
            offer(&[Feature::Resumption]).with("-rr -u -v").says("1 stateless resumes"),
            // The filter against replays is blind for the first ten seconds.
            offer(&[Feature::EarlyData]).with("-rr -u -Z").after_seconds(11),
            offer(&[Feature::P521]).with("-rr -I P521"),
            offer(&[Feature::KeyUpdate]).with("-rr"),
            offer(&[Feature::ExternalPsk]).with("-z 0x{psk}:{label}"),
            offer(&[Feature::Staple]).with("-rr -T good -A ca"),
        ],
        lacks: &[
            Lack {
                feature: Feature::ExternalPsk,
                why: "selfserv -z passes over the PSK, that of tstclnt and of s_client too",
            },
            Lack {
                feature: Feature::Staple,
                why: "selfserv -T good, with the CA's key at hand, staples nothing, to s_client neither",
            },
        ],
    }),
    client: Some(Client {
        command: "tstclnt -h localhost -4 -p {port} -d sql:db -n client -V tls1.3:tls1.3 -f -A {request}",
        offers: &[
            offer(BASIC),
            offer(&[Feature::HelloRetryRequest]).with("-I x25519,P384"),
            offer(&[Feature::Resumption]).with("-u -v -L 2").says("1 stateless resumes"),
            // It sends none if the server is so fast that its answer is there already.
            offer(&[Feature::EarlyData]).with("-u -Z -L 2").tries(5),
            offer(&[Feature::P521]).with("-I P521"),
            offer(&[Feature::KeyUpdate]),
            offer(&[Feature::ExternalPsk]).with("-z 0x{psk}:{label}"),
            offer(&[Feature::Staple]).with("-T -v").says("Received 1 Cert Status items"),
            offer(&[Feature::DelegatedCredential]).with("-B -v").says("Received a Delegated Credential"),
        ],
        lacks: &[],
    }),
};
