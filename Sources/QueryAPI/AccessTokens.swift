import Crypto
import UsageCodec

/// What a caller may do.
public enum AccessScope: String, Comparable, Sendable {
    /// Ask.
    case read
    /// Ask, and send commands.
    case write

    public static func < (left: AccessScope, right: AccessScope) -> Bool {
        left == .read && right == .write
    }
}

/// The bearer tokens that are known, as their SHA-256 hashes: whoever reads the file has no token.
public struct AccessTokens: Hashable, Sendable {
    private struct Token: Hashable, Sendable {
        /// 32 bytes.
        let digest: [UInt8]
        let scope: AccessScope
    }

    private let tokens: [Token]

    /// Reads a file of tokens: one `SCOPE HASH` to a line, `read` or `write` and 64 hexadecimal
    /// digits; what follows, blank lines, and lines that begin with `#` are for people.
    ///
    /// - Throws: the line at fault, or that there is no token.
    public init(parsing text: String) throws(APIConfigurationError) {
        var tokens: [Token] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            // A line may hold a token by mistake, so it is not shown.
            guard let scope = AccessScope(rawValue: String(first)), words.count >= 2,
                let digest = Self.digest(words[1])
            else {
                throw APIConfigurationError(
                    "expected line \(index + 1) to be read or write and the SHA-256 of a token in "
                        + "64 hexadecimal digits"
                )
            }
            // Of a variable that was not set; whoever sends no token would have it.
            guard digest != Array(SHA256.hash(data: [UInt8]())) else {
                throw APIConfigurationError(
                    "expected line \(index + 1) to be the hash of a token, got: that of nothing"
                )
            }
            tokens.append(Token(digest: digest, scope: scope))
        }
        guard !tokens.isEmpty else {
            throw APIConfigurationError("expected at least one token, got: none")
        }
        self.tokens = tokens
    }

    private static func digest(_ text: Substring) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard text.utf8.count == 64, digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// What a token may do; nil: it is not known.
    ///
    /// Takes as long for one as for any other: hashes are compared whole, and with all of them, so
    /// that time tells nothing about how much of a guess was right.
    func scope(of token: String) -> AccessScope? {
        let digest = Array(SHA256.hash(data: Array(token.utf8)))
        var found: AccessScope?
        for known in tokens {
            var difference: UInt8 = 0
            for index in digest.indices { difference |= digest[index] ^ known.digest[index] }
            if difference == 0 { found = max(found ?? .read, known.scope) }
        }
        return found
    }
}

/// What the `Authorization` header of a request brings.
enum Credentials {
    /// Takes the token of `Bearer TOKEN`, or the password of `Basic …`, which is how a browser can be
    /// asked for a token.
    ///
    /// - Parameters:
    ///   - header: the header's value.
    ///   - isQuestion: the request changes nothing. Only then a browser's word counts, which it
    ///     also adds to what another site made it send.
    /// - Returns: the token; nil where there is none.
    static func token(in header: String?, isQuestion: Bool) -> String? {
        guard let header, let space = header.firstIndex(of: " ") else { return nil }
        let value = header[space...].drop { $0 == " " }
        switch header[..<space].lowercased() {
        case "bearer": return value.isEmpty ? nil : String(value)
        case "basic" where isQuestion: return password(String(value))
        default: return nil
        }
    }

    private static func password(_ text: String) -> String? {
        let unpadded = text.prefix { $0 != "=" }
        let urlSafe = String(
            unpadded.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
        )
        guard let bytes = Base64URL.decode(urlSafe), let colon = bytes.firstIndex(of: 0x3A) else {
            return nil
        }
        return String(validating: bytes[(colon + 1)...], as: UTF8.self)
    }
}
