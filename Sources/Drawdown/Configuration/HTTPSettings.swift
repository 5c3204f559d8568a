/// `http`: where the API listens.
struct HTTPSettings: Equatable, Sendable {
    var listen = ListenAddress(host: "127.0.0.1", port: 8080)

    mutating func read(_ reader: inout YAMLReader) {
        readListen(&reader)
        reader.refuse("tokens_file")
        reader.refuse("certificate")
        reader.refuse("key")
    }

    private mutating func readListen(_ reader: inout YAMLReader) {
        guard let value = reader.value("listen"), let text = value.text() else { return }
        guard let address = ListenAddress(text) else {
            value.fail("HOST:PORT, such as 127.0.0.1:8080", got: text)
            return
        }
        guard address.isLoopback else {
            value.fail("a loopback address (the API has no tokens in this version)", got: text)
            return
        }
        listen = address
    }
}

/// A host and a port to listen on.
struct ListenAddress: Hashable, Sendable {
    /// A name or an address; IPv6 without brackets.
    let host: String
    /// 0 takes any free port.
    let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT` or `[IPV6]:PORT`; nil for anything else.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let portText = text[text.index(after: colon)...]
        guard portText.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(portText) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard host.wholeMatch(of: /[A-Za-z0-9.:_-]+/) != nil else { return nil }
        self.init(host: String(host), port: Int(port))
    }

    /// Whether only this machine can reach it.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        // Only four plain numbers: a name such as 127.example.com may lead anywhere.
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

extension ListenAddress: CustomStringConvertible {
    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
