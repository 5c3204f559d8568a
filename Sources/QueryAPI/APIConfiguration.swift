import HummingbirdTLS
import NIOSSL

/// Where the API listens, and whom it answers.
public struct APIConfiguration: Sendable {
    /// A name or an address.
    ///
    /// Without tokens `localhost`, `::1`, or an address of `127.0.0.0/8`.
    public let host: String
    /// 1–65535, or 0 for a free port.
    public let port: Int
    /// Who may do what; nil: whoever reaches this may do everything.
    public let tokens: AccessTokens?
    /// Nil: plain HTTP.
    public let identity: ServerIdentity?
    /// Bytes in the body of a command, at most.
    public let bodyLimit: Int

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - host: without tokens only addresses of this machine: where nobody is asked for a token,
    ///     nobody from outside may get in.
    ///   - port: 0 picks a free port.
    ///   - tokens: nil asks nobody for one.
    ///   - identity: nil is plain HTTP.
    ///   - bodyLimit: at least 1.
    /// - Throws: what was expected, where a value is out of range.
    public init(
        host: String = "127.0.0.1",
        port: Int = 8080,
        tokens: AccessTokens? = nil,
        identity: ServerIdentity? = nil,
        bodyLimit: Int = 1 << 20
    ) throws(APIConfigurationError) {
        guard tokens != nil || LoopbackHost.contains(host) else {
            throw APIConfigurationError(
                "expected http.listen to be an address of this machine (127.0.0.1, ::1 or "
                    + "localhost) while http.tokens_file is not given, got: \(host)"
            )
        }
        guard (0...65_535).contains(port) else {
            throw APIConfigurationError(
                "expected the port of http.listen to be between 0 and 65535, got: \(port)"
            )
        }
        self.host = host
        self.port = port
        self.tokens = tokens
        self.identity = identity
        self.bodyLimit = bodyLimit
    }
}

/// A configuration that is refused.
public struct APIConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `expected <field> to be <constraint>, got: <value>`.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The certificate and the key by which the server proves who it is.
public struct ServerIdentity: Hashable, Sendable {
    private let certificatePEM: String
    private let keyPEM: String

    /// Takes PEM texts: a certificate, with its chain behind it, and its private key.
    ///
    /// - Throws: which of the two is none.
    public init(certificatePEM: String, keyPEM: String) throws(APIConfigurationError) {
        self.certificatePEM = certificatePEM
        self.keyPEM = keyPEM
        do {
            _ = try tlsConfiguration()
            _ = try NIOSSLContext(configuration: tlsConfiguration())
        } catch {
            // Whatever the library says may hold parts of the key.
            throw APIConfigurationError("expected a certificate and its private key, both in PEM")
        }
    }

    func tlsConfiguration() throws -> TLSConfiguration {
        let certificates = try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(keyPEM.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }
}

/// Names and addresses that never leave this machine.
enum LoopbackHost {
    /// Whether a host, without brackets and port, is this machine.
    static func contains(_ host: String) -> Bool {
        if host.lowercased() == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.first == "127" && parts.allSatisfy(isOctet)
    }

    /// Whether the authority of a request, such as `127.0.0.1:8080` or `[::1]`, is this machine.
    static func isNamed(byAuthority authority: String) -> Bool {
        let isBracketed = authority.hasPrefix("[")
        let end = authority.firstIndex(of: isBracketed ? "]" : ":") ?? authority.endIndex
        if isBracketed && end == authority.endIndex { return false }
        let host = isBracketed ? authority[..<end].dropFirst() : authority[..<end]
        let port = isBracketed ? authority[end...].dropFirst() : authority[end...]
        let isPort = port.isEmpty || port.first == ":" && port.dropFirst().allSatisfy(\.isNumber)
        return isPort && contains(String(host))
    }

    private static func isOctet(_ text: Substring) -> Bool {
        (1...3).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
            && (Int(text) ?? 256) <= 255
    }
}
