/// What a request asks for: the path and the query of its target, taken apart and percent-decoded.
///
/// Segments are split before they are decoded, so that `%2F` in a customer id is text and not a
/// separator.
struct RequestTarget: Sendable {
    /// The path's segments as they were sent.
    let segments: [Substring]
    private let pairs: [Pair]
    /// The first pair of each name, and how many there are of it: a question for one name need not look
    /// at all others.
    private let places: [String: (first: Int, count: Int)]

    /// A name and a value of the query.
    private struct Pair {
        /// A part as it was sent, and decoded; nil where it cannot be.
        struct Part {
            let sent: Substring
            let text: String?

            init(_ sent: Substring) {
                self.sent = sent
                text = RequestTarget.decode(sent, plusIsSpace: true)
            }
        }

        let name: Part
        let value: Part
    }

    /// Takes a target in origin form (`/v1/…?…`) or absolute form apart; nil where it is neither.
    init?(_ target: String) {
        var rest = target[...]
        for scheme in ["http://", "https://"] where rest.hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count).drop { $0 != "/" && $0 != "?" }
            if rest.first != "/" { rest = "/" + rest }
        }
        guard rest.first == "/" else { return nil }
        // Clients do not send fragments; one that does means the part before.
        rest = rest.prefix { $0 != "#" }
        let path = rest.prefix { $0 != "?" }
        let query = rest[path.endIndex...].dropFirst()
        segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        pairs = query.split(separator: "&").map { pair in
            let name = pair.prefix { $0 != "=" }
            return Pair(name: .init(name), value: .init(pair[name.endIndex...].dropFirst()))
        }
        var places: [String: (first: Int, count: Int)] = [:]
        for (index, pair) in pairs.enumerated() {
            guard let name = pair.name.text else { continue }
            places[name, default: (index, 0)].count += 1
        }
        self.places = places
    }

    /// The value of a query parameter; nil where it is absent.
    ///
    /// - Throws: a ``Problem`` naming the parameter where it is given twice or is not UTF-8.
    func parameter(_ name: String) throws(Problem) -> String? {
        guard let place = places[name] else { return nil }
        guard place.count == 1 else {
            throw .invalid(name, "to be given once", got: "\(place.count) times")
        }
        let value = pairs[place.first].value
        guard let text = value.text else {
            throw .invalid(name, "to be percent-encoded UTF-8", got: String(value.sent))
        }
        return text
    }

    /// All query parameters in their order.
    ///
    /// - Throws: a ``Problem`` naming the parameter that is given twice or is not UTF-8.
    func parameters() throws(Problem) -> [(name: String, value: String)] {
        var all: [(name: String, value: String)] = []
        for pair in pairs {
            guard let name = pair.name.text else {
                throw .invalid(
                    String(pair.name.sent),
                    "to be percent-encoded UTF-8",
                    got: "other bytes"
                )
            }
            guard let value = try parameter(name) else { continue }
            all.append((name, value))
        }
        return all
    }

    /// Percent-decodes text; in queries `+` is a space, as forms write it.
    ///
    /// Nil where a `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8.
    static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var source = text.utf8.makeIterator()
        while let byte = source.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = source.next().flatMap(hexDigit),
                    let low = source.next().flatMap(hexDigit)
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace:
                bytes.append(UInt8(ascii: " "))
            default:
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
