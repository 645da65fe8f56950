/* wolfSSL as a peer: `wolfssl server PORT [retry]`, `wolfssl client PORT FILE [again]`, or `wolfssl version`. */

#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char ANSWER[] = "HTTP/1.0 200 OK\r\n\r\nserved\n";

static void check(int is_well, const char *what) {
    if (!is_well) {
        printf("%s failed\n", what);
        exit(1);
    }
}

/* Trusts ca.pem, and shows the certificate of this name. */
static WOLFSSL_CTX *context(WOLFSSL_METHOD *method, const char *certificate, const char *key) {
    WOLFSSL_CTX *made = wolfSSL_CTX_new(method);
    check(wolfSSL_CTX_load_verify_locations(made, "ca.pem", NULL) == WOLFSSL_SUCCESS, "ca.pem");
    check(wolfSSL_CTX_use_certificate_file(made, certificate, WOLFSSL_FILETYPE_PEM) == WOLFSSL_SUCCESS, certificate);
    check(wolfSSL_CTX_use_PrivateKey_file(made, key, WOLFSSL_FILETYPE_PEM) == WOLFSSL_SUCCESS, key);
    wolfSSL_CTX_set_verify(made, WOLFSSL_VERIFY_PEER | WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return made;
}

static struct sockaddr_in loopback(const char *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void tell(WOLFSSL *ssl, const char *failure) {
    char text[80];
    if (failure) {
        printf("%s: %s\n", failure, wolfSSL_ERR_error_string((unsigned long)wolfSSL_get_error(ssl, 0), text));
    } else {
        printf("%s\n", wolfSSL_session_reused(ssl) ? "resumed" : "authenticated");
    }
    fflush(stdout);
}

static void answer(WOLFSSL *ssl) {
    char request[4096] = "";
    int length = 0;
    while (!strstr(request, "\r\n\r\n")) {
        int count = wolfSSL_read(ssl, request + length, (int)sizeof request - 1 - length);
        if (count <= 0) {
            tell(ssl, "reading");
            return;
        }
        length += count;
        request[length] = 0;
    }
    tell(ssl, NULL);
    wolfSSL_write(ssl, ANSWER, (int)strlen(ANSWER));
    wolfSSL_shutdown(ssl);
}

static void serve(const char *port, int retries) {
    WOLFSSL_CTX *made = context(wolfTLSv1_3_server_method(), "server.pem", "server.key");
    int groups[] = {WOLFSSL_ECC_SECP384R1};
    if (retries) {
        check(wolfSSL_CTX_set_groups(made, groups, 1) == WOLFSSL_SUCCESS, "groups");
    }
    struct sockaddr_in address = loopback(port);
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    check(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 10) == 0, "listening");
    for (;;) {
        int transport = accept(listener, NULL, NULL);
        WOLFSSL *ssl = wolfSSL_new(made);
        wolfSSL_set_fd(ssl, transport);
        if (wolfSSL_accept(ssl) == WOLFSSL_SUCCESS) {
            answer(ssl);
        } else {
            tell(ssl, "handshake");
        }
        wolfSSL_free(ssl);
        close(transport);
    }
}

/* One session; gives what resumes it. */
static WOLFSSL_SESSION *visit(WOLFSSL_CTX *made, const char *port, const char *file, WOLFSSL_SESSION *session) {
    struct sockaddr_in address = loopback(port);
    int transport = socket(AF_INET, SOCK_STREAM, 0);
    check(connect(transport, (struct sockaddr *)&address, sizeof address) == 0, "connecting");
    WOLFSSL *ssl = wolfSSL_new(made);
    wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, "localhost", 9);
    wolfSSL_check_domain_name(ssl, "localhost");
    if (session) {
        wolfSSL_set_session(ssl, session);
    }
    wolfSSL_set_fd(ssl, transport);
    if (wolfSSL_connect(ssl) != WOLFSSL_SUCCESS) {
        tell(ssl, "handshake");
        exit(1);
    }
    char text[4096];
    FILE *from = fopen(file, "rb");
    check(from != NULL, file);
    wolfSSL_write(ssl, text, (int)fread(text, 1, sizeof text, from));
    fclose(from);
    for (int count; (count = wolfSSL_read(ssl, text, sizeof text)) > 0;) {
        fwrite(text, 1, (size_t)count, stdout);
    }
    tell(ssl, NULL);
    WOLFSSL_SESSION *kept = wolfSSL_get1_session(ssl);
    wolfSSL_shutdown(ssl);
    wolfSSL_free(ssl);
    close(transport);
    return kept;
}

int main(int count, char **arguments) {
    if (count == 2) {
        printf("%s\n", wolfSSL_lib_version());
        return 0;
    }
    int retries = 0, comes_back = 0;
    for (int index = 3; index < count; index++) {
        retries |= !strcmp(arguments[index], "retry");
        comes_back |= !strcmp(arguments[index], "again");
    }
    wolfSSL_Init();
    if (!strcmp(arguments[1], "server")) {
        serve(arguments[2], retries);
    }
    WOLFSSL_CTX *made = context(wolfTLSv1_3_client_method(), "client.pem", "client.key");
    WOLFSSL_SESSION *session = visit(made, arguments[2], arguments[3], NULL);
    if (comes_back) {
        visit(made, arguments[2], arguments[3], session);
    }
    return 0;
}
