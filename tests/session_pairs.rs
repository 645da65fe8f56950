//! Every situation of a server against every other: a session that began in the first is resumed in the second exactly
//! where it may be, and where it is not, the handshake ends as that of a client without one. Once within one process,
//! and once in a second process that shares files and the ticket key with the first, and nothing else.

#![cfg(test)]
#![cfg(all(feature = "ring", feature = "std"))]

mod support {
    pub(crate) mod authority;
    pub(crate) mod kept_run;
    pub(crate) mod pair;
    pub(crate) mod situation;
}

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

use handfast::connection::{Config, StoredSession};
use handfast::handshake::ClientAuth;
use handfast::resumption::TicketKeys;
use handfast::time::Time;
use support::situation::{CLIENT_VALID_FOR, Papers, Shown, Situation, Trusted, visit};

/// Where the second process finds its files.
const FILES: &str = "HANDFAST_SESSION_PAIRS";

fn situations() -> Vec<Situation> {
    let mut all = Vec::new();
    for mode in [ClientAuth::None, ClientAuth::Optional, ClientAuth::Required] {
        for trusted in [Trusted::One, Trusted::OneMore, Trusted::Another] {
            for revoked in [false, true] {
                for shown in [Shown::First, Shown::Second, Shown::SecondForGood] {
                    for at in [0, CLIENT_VALID_FOR + 1] {
                        all.push(Situation { mode, trusted, revoked, shown, at });
                    }
                }
            }
        }
    }
    all
}

fn server(papers: &Papers, situation: Situation) -> Arc<Config> {
    let server = papers.server(situation).tickets(1, TicketKeys::new([0x5a; 32], Time::MAX));
    Arc::new(server.build().unwrap())
}

/// The sessions that begin, each with the number of its situation.
fn first_visits(papers: &Papers) -> Vec<(usize, StoredSession)> {
    let client = papers.client();
    let begin = |(number, situation): (usize, Situation)| {
        let first = visit(&client, &server(papers, situation), None, situation.time());
        first.stored.map(|stored| (number, stored))
    };
    situations().into_iter().enumerate().filter_map(begin).collect()
}

/// How second visits end: a line for each situation, with how a client without a session ends there, and behind it how
/// each of the sessions does.
fn second_visits(papers: &Papers, sessions: &[StoredSession]) -> String {
    let client = papers.client();
    let ends = situations().into_iter().map(|situation| {
        let server = server(papers, situation);
        let offered = sessions.iter().map(Some);
        let visits = [None]
            .into_iter()
            .chain(offered)
            .map(|offered| visit(&client, &server, offered, situation.time()).told().to_owned());
        visits.collect::<Vec<_>>().join(" ")
    });
    ends.collect::<Vec<_>>().join("\n")
}

/// Asserts that this is how second visits must end.
fn check(sessions: &[(usize, StoredSession)], ends: &str) {
    let situations = situations();
    let mut resumed = 0;
    assert_eq!(ends.lines().count(), situations.len());
    for (second, line) in situations.iter().zip(ends.lines()) {
        let mut ends = line.split(' ');
        let fresh = ends.next().unwrap();
        assert_eq!(ends.clone().count(), sessions.len());
        for ((first, _), ended) in sessions.iter().zip(ends) {
            let first = situations[*first];
            let expected = if second.may_resume(first) { "resumed" } else { fresh };
            assert_eq!(ended, expected, "{first:?}, then {second:?}");
            resumed += usize::from(ended == "resumed");
        }
    }
    // As many as the rules allow; were they read too strictly, it would be fewer.
    assert_eq!(resumed, 320);
}

#[test]
fn within_one_process_sessions_are_resumed_exactly_where_they_may_be() {
    let papers = Papers::new();
    let begun = first_visits(&papers);
    let sessions: Vec<_> = begun.iter().map(|(_, session)| session.clone()).collect();
    check(&begun, &second_visits(&papers, &sessions));
}

#[test]
fn a_second_process_resumes_exactly_what_it_may() {
    let papers = Papers::new();
    let begun = first_visits(&papers);
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("pairs-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    for (number, text) in papers.texts().iter().enumerate() {
        fs::write(directory.join(format!("{number}.pem")), text).unwrap();
    }
    for (number, (_, session)) in begun.iter().enumerate() {
        fs::write(directory.join(format!("{number}.session")), &*session.to_bytes()).unwrap();
    }
    let second = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "the_second_process"])
        .env(FILES, &directory)
        .output()
        .unwrap();
    assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stdout));
    let ends = fs::read_to_string(directory.join("ends")).unwrap();
    fs::remove_dir_all(&directory).unwrap();
    check(&begun, &ends);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn the_second_process() {
    let directory = PathBuf::from(env::var(FILES).expect("started by the test above"));
    let text = |number: usize| fs::read_to_string(directory.join(format!("{number}.pem"))).unwrap();
    let papers = Papers::from_texts(std::array::from_fn(text));
    let session = |path: &Path| fs::read(path).ok().map(|bytes| StoredSession::from_bytes(&bytes).unwrap());
    let sessions: Vec<_> =
        (0..).map_while(|number: usize| session(&directory.join(format!("{number}.session")))).collect();
    fs::write(directory.join("ends"), second_visits(&papers, &sessions)).unwrap();
}
