//! A wrong file or setting gets one clear line, which names it, and nothing is sent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use support::Files;

/// The one line that the tool says, and its exit code.
#[track_caller]
fn refused(files: &Files, arguments: &str) -> String {
    let run = files.run(arguments, b"");
    assert_eq!(run.code, 1, "{run:#?}");
    assert_eq!(run.stderr.lines().count(), 1, "{run:#?}");
    run.stderr
}

#[test]
fn each_wrong_file_is_named_with_the_reason() {
    let files = Files::new("wrong-files");
    let client = "client localhost:1 --ca @ca.pem --cert @client.pem";
    files.write("empty.pem", "");
    files.write("text.pem", "just some text\n");
    files.write("damaged.pem", files.read("client.pem").replace('M', "*"));
    files.write(
        "encrypted.key",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    files.write("der.key", [0x30, 0x03, 0x02, 0x01, 0x00]);
    for (arguments, file, reason) in [
        ("client localhost:1 --ca @none.pem", "none.pem", "No such file"),
        ("client localhost:1 --ca @empty.pem", "empty.pem", "the file is empty"),
        ("client localhost:1 --ca @text.pem", "text.pem", "neither PEM"),
        ("client localhost:1 --ca @client.key", "client.key", "no block \"BEGIN CERTIFICATE\""),
        ("client localhost:1 --ca @damaged.pem", "damaged.pem", "line 2"),
        (&format!("{client} --key @none.key"), "none.key", "No such file"),
        (&format!("{client} --key @server.key"), "server.key", "does not belong"),
        (&format!("{client} --key @encrypted.key"), "encrypted.key", "encrypted"),
        (&format!("{client} --key @client.pem"), "client.pem", "CERTIFICATE"),
        (&format!("{client} --key @der.key"), "client.pem", "give both in one form"),
        (client, "client.pem", "CERTIFICATE"),
        ("client localhost:1 --ca @ca.pem --keylog @no/such/dir", "no/such/dir", "key log"),
    ] {
        let line = refused(&files, arguments);
        assert!(line.contains(&files.path(file)), "{arguments}: {line}");
        assert!(line.contains(reason), "{arguments}: {line}");
    }
}

#[test]
fn what_is_missing_or_contradicts_itself_is_said() {
    let files = Files::new("wrong-settings");
    let server = "server 127.0.0.1:0 --cert @server.pem --key @server.key";
    for (arguments, reason) in [
        ("client localhost:1", "whom to trust is not said"),
        ("client localhost --ca @ca.pem", "is no HOST:PORT"),
        ("client localhost:1 --ca @ca.pem --name a..b", "is no name to expect"),
        ("client localhost:1 --ca @ca.pem --spiffe-id http://a/b", "is no name to expect"),
        ("client localhost:1 --ca @ca.pem --record-size-limit 5", "record_size_limit"),
        ("client localhost:1 --ca @ca.pem --max-record-size 62", "max_record_size is 62"),
        ("server 127.0.0.1:0 --ca @ca.pem", "give --cert and --key"),
        (server, "--client-auth none"),
        (&format!("{server} --ca @ca.pem --cert @client.pem"), "2 --cert and 1 --key"),
    ] {
        let line = refused(&files, arguments);
        assert!(line.contains(reason), "{arguments}: {line}");
    }
}

#[test]
fn a_wrong_command_line_is_told_by_its_own_exit_code() {
    let files = Files::new("wrong-command-line");
    for arguments in [
        "",
        "client",
        "client localhost:1 --group x448",
        "client localhost:1 --pin-sha256 12",
        "client localhost:1 --ca @ca.pem --danger-accept-any-certificate",
        "client localhost:1 --spiffe-id spiffe://a/b --name c",
        "server 127.0.0.1:0 --echo --http",
    ] {
        files.run(arguments, b"").told(2, &["--help"]);
    }
}

#[test]
fn help_has_an_example_for_each_command_and_the_exit_codes() {
    let files = Files::new("help");
    assert!(files.run("--help", b"").stdout.contains("Exit codes:"));
    for command in ["demo", "client", "server"] {
        let help = files.run(&format!("{command} --help"), b"").stdout;
        assert!(help.contains(&format!("handfast {command} ")), "{help}");
        assert!(help.contains("Example"), "{help}");
    }
}

#[test]
fn certificates_and_keys_in_der_are_taken() {
    let files = Files::new("der");
    let der = |name: &str| {
        handfast::pem::blocks(files.read(name).as_bytes()).next().unwrap().unwrap().decode().unwrap()
    };
    files.write("ca.der", der("ca.pem").as_slice());
    files.write("client.der", der("client.pem").as_slice());
    files.write("client.key.der", der("client.key").as_slice());
    files.write("both.pem", files.read("client.pem") + &files.read("client.key"));
    let server = files.mutual_server("--echo");
    let whom = "--ca @ca.der --name localhost";
    files
        .client(&server, &format!("{whom} --cert @client.der --key @client.key.der"), b"x")
        .told(0, &["CN=client, proved by"]);
    files.client(&server, &format!("{whom} --cert @both.pem"), b"x").told(0, &["CN=client, proved by"]);
}
