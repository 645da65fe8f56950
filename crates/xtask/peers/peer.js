// Node's tls as a peer: `peer.js server PORT [retry] [staple]` or `peer.js client PORT FILE [retry] [again] [staple]`.

const fs = require("fs");
const tls = require("tls");

const [role, port, ...options] = process.argv.slice(2);

const credentials = (name) => ({
  ca: fs.readFileSync("ca.pem"),
  cert: fs.readFileSync(`${name}.pem`),
  key: fs.readFileSync(`${name}.key`),
  minVersion: "TLSv1.3",
});

function serve() {
  const groups = options.includes("retry") ? { ecdhCurve: "P-384" } : {};
  const server = tls.createServer({ ...credentials("server"), ...groups, requestCert: true, rejectUnauthorized: true });
  if (options.includes("staple")) {
    server.on("OCSPRequest", (_certificate, _issuer, answer) => answer(null, fs.readFileSync("server.ocsp")));
  }
  server.on("tlsClientError", (error) => console.log(error.message));
  server.on("secureConnection", (stream) => {
    console.log(stream.isSessionReused() ? "resumed" : "authenticated", stream.getPeerCertificate().subject);
    let request = "";
    stream.on("error", (error) => console.log(error.message));
    stream.on("data", (part) => {
      request += part;
      if (request.includes("\r\n\r\n")) stream.end("HTTP/1.0 200 OK\r\n\r\nserved\n");
    });
  });
  server.listen(Number(port), "127.0.0.1");
}

// One session; `done` gets what resumes it.
function visit(request, session, done) {
  const groups = options.includes("retry") ? { ecdhCurve: "X25519:P-384" } : {};
  const wanted = { ...credentials("client"), ...groups, session, requestOCSP: options.includes("staple") };
  let ticket;
  const stream = tls.connect({ host: "127.0.0.1", port: Number(port), servername: "localhost", ...wanted }, () => {
    console.log(stream.isSessionReused() ? "resumed" : "authenticated");
    stream.write(request);
  });
  stream.on("OCSPResponse", (response) => console.log("stapled", response ? response.length : 0, "bytes"));
  stream.on("session", (latest) => (ticket = latest));
  stream.on("data", (part) => process.stdout.write(part));
  stream.on("end", () => stream.end());
  stream.on("close", () => done(ticket));
  stream.on("error", (error) => console.log(error.message));
}

if (role === "server") {
  serve();
} else {
  const request = fs.readFileSync(options[0]);
  visit(request, undefined, (ticket) => options.includes("again") && visit(request, ticket, () => {}));
}
