/// Where the API listens.
public struct APIConfiguration: Hashable, Sendable {
    /// `localhost`, `::1`, or an address of `127.0.0.0/8`.
    public let host: String
    /// 1–65535, or 0 for a free port.
    public let port: Int

    /// Makes a configuration.
    ///
    /// - Parameters:
    ///   - host: only addresses of this machine: nobody is asked for a token yet, so nobody from outside
    ///     may get in.
    ///   - port: 0 picks a free port.
    /// - Throws: what was expected, where a value is out of range.
    public init(host: String = "127.0.0.1", port: Int = 8080) throws(APIConfigurationError) {
        guard LoopbackHost.contains(host) else {
            throw APIConfigurationError(
                "expected http.listen to be an address of this machine (127.0.0.1, ::1 or "
                    + "localhost), got: \(host)"
            )
        }
        guard (0...65_535).contains(port) else {
            throw APIConfigurationError(
                "expected the port of http.listen to be between 0 and 65535, got: \(port)"
            )
        }
        self.host = host
        self.port = port
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
