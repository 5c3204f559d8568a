import QueryAPI

/// `http`: where the API listens, and whom it answers.
struct HTTPSettings: Equatable, Sendable {
    var listen = ListenAddress(host: "127.0.0.1", port: 8080)
    /// Nil: nobody is asked for a token.
    var tokens: AccessTokens?
    /// Nil: plain HTTP.
    var identity: ServerIdentity?

    /// Notes which files are to be read once everything else is found to be right.
    mutating func read(_ reader: inout YAMLReader) {
        let tokensFile = Self.file("tokens_file", &reader)
        readListen(&reader, hasTokens: tokensFile != nil)
        let certificate = Self.file("certificate", &reader)
        let key = Self.file("key", &reader)
        if certificate == nil, let key {
            reader.reading.fail(
                key.place,
                key: key.key,
                "expected http.certificate to be given beside http.key, got: nothing"
            )
        }
        if key == nil, let certificate {
            reader.reading.fail(
                certificate.place,
                key: certificate.key,
                "expected http.key to be given beside http.certificate, got: nothing"
            )
        }
        reader.reading.pendingAccess = [tokensFile, certificate, key].compactMap(\.self)
    }

    private static func file(
        _ key: String,
        _ reader: inout YAMLReader
    ) -> ConfigurationReading.PendingFile? {
        guard let value = reader.value(key), let path = value.text("the path of a file") else {
            return nil
        }
        return .init(property: key, path: path, place: value.place, key: value.path)
    }

    /// Takes over what stood in the files, by the name of their keys.
    mutating func take(_ contents: [String: String], _ reading: ConfigurationReading) {
        for file in reading.pendingAccess {
            do throws(APIConfigurationError) {
                switch file.property {
                case "tokens_file":
                    if let text = contents[file.property] {
                        tokens = try AccessTokens(parsing: text)
                    }
                case "certificate":
                    guard let certificate = contents["certificate"], let key = contents["key"]
                    else { continue }
                    identity = try ServerIdentity(certificatePEM: certificate, keyPEM: key)
                default: continue
                }
            } catch {
                reading.fail(file.place, key: file.key, "\(file.key), \(file.path): \(error)")
            }
        }
    }

    private mutating func readListen(_ reader: inout YAMLReader, hasTokens: Bool) {
        guard let value = reader.value("listen"), let text = value.text() else { return }
        guard let address = ListenAddress(text) else {
            value.fail("HOST:PORT, such as 127.0.0.1:8080", got: text)
            return
        }
        guard hasTokens || address.isLoopback else {
            value.fail("a loopback address where http.tokens_file is not given", got: text)
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
