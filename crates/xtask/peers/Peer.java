import java.io.FileInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Java's JSSE as a peer: `Peer server PORT` or `Peer client PORT FILE [again]`; groups by jdk.tls.namedGroups. */
public class Peer {
    private static final char[] PASSWORD = "handfast".toCharArray();

    public static void main(String[] arguments) throws Exception {
        List<String> options = List.of(arguments);
        int port = Integer.parseInt(arguments[1]);
        if (arguments[0].equals("server")) {
            serve(context("server"), port);
        } else {
            SSLContext context = context("client");
            byte[] request = Files.readAllBytes(Path.of(arguments[2]));
            visit(context, port, request);
            if (options.contains("again")) {
                visit(context, port, request);
            }
        }
    }

    /** Trusts ca.pem, and shows the certificate of this name. */
    private static SSLContext context(String name) throws Exception {
        KeyStore own = KeyStore.getInstance("PKCS12");
        try (InputStream file = new FileInputStream(name + ".p12")) {
            own.load(file, PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(own, PASSWORD);
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        try (InputStream file = new FileInputStream("ca.pem")) {
            anchors.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(anchors);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /** Answers one request a session. */
    private static void serve(SSLContext context, int port) throws Exception {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        SSLServerSocket listener =
            (SSLServerSocket) context.getServerSocketFactory().createServerSocket(port, 10, loopback);
        listener.setEnabledProtocols(new String[] {"TLSv1.3"});
        listener.setNeedClientAuth(true);
        while (true) {
            try (SSLSocket socket = (SSLSocket) listener.accept()) {
                StringBuilder request = new StringBuilder();
                InputStream in = socket.getInputStream();
                while (request.indexOf("\r\n\r\n") < 0) {
                    request.append((char) in.read());
                }
                tell(socket);
                socket.getOutputStream().write("HTTP/1.0 200 OK\r\n\r\nserved\n".getBytes());
            } catch (Exception failure) {
                System.out.println(failure);
            }
        }
    }

    private static void visit(SSLContext context, int port, byte[] request) throws Exception {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.3"});
            javax.net.ssl.SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write(request);
            System.out.write(socket.getInputStream().readAllBytes());
            tell(socket);
        }
    }

    /** A session from an earlier connection is older than the connection's own context. */
    private static void tell(SSLSocket socket) throws Exception {
        long age = System.currentTimeMillis() - socket.getSession().getCreationTime();
        System.out.println(socket.getSession().getPeerPrincipal() + ", session made " + age + " ms ago");
        System.out.flush();
    }
}
