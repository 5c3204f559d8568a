/// A whole HTTP/1.1 answer, read to the end of its connection.
struct HTTPAnswer: Equatable, Sendable {
    let status: Int
    let body: [UInt8]

    /// Takes the bytes apart; nil where they are no answer, or not the whole of one.
    init?(_ bytes: [UInt8]) {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        let start = lines.removeFirst().split(separator: " ", maxSplits: 2)
        guard start.count >= 2, start[0].hasPrefix("HTTP/1."), let status = Int(start[1]) else {
            return nil
        }
        var fields: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            fields[line[..<colon].lowercased()] = String(value)
        }
        let rest = bytes[end.upperBound...]
        if fields["transfer-encoding"]?.lowercased() == "chunked" {
            guard let body = Self.joined(chunks: rest) else { return nil }
            self.body = body
        } else if let length = fields["content-length"] {
            // A connection that broke looks like one that ended: only the length tells.
            guard let count = Int(length), count == rest.count else { return nil }
            body = Array(rest)
        } else {
            body = Array(rest)
        }
        self.status = status
    }

    private static func joined(chunks: ArraySlice<UInt8>) -> [UInt8]? {
        let lineEnd = Array("\r\n".utf8)
        var rest = chunks
        var body: [UInt8] = []
        while let end = rest.firstRange(of: lineEnd) {
            let line = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
            let digits = line.prefix { $0 != ";" }
            guard let count = Int(digits, radix: 16), count >= 0 else { return nil }
            guard count > 0 else { return body }
            rest = rest[end.upperBound...]
            guard rest.count >= 2, count <= rest.count - 2 else { return nil }
            body += rest.prefix(count)
            rest = rest.dropFirst(count)
            guard rest.starts(with: lineEnd) else { return nil }
            rest = rest.dropFirst(2)
        }
        return nil
    }
}
