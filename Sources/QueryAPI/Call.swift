import Credits

/// A request whose path is known, with its parameters read one by one.
struct Call: Sendable {
    let target: RequestTarget
    /// The path's parameters by name, as they were sent.
    let captured: [String: Substring]
    let request: APIRequest

    /// Items on a page where `limit` is absent.
    static let defaultLimit = 50
    static let limits = 1...500

    /// A parameter of the path.
    func path(_ name: String) throws(Problem) -> String {
        let raw = captured[name] ?? ""
        guard let text = RequestTarget.decode(raw) else {
            throw .invalid(name, "to be percent-encoded UTF-8", got: String(raw))
        }
        return text
    }

    var query: String? {
        get throws(Problem) {
            let text = try target.parameter("q") ?? ""
            return text.isEmpty ? nil : text
        }
    }

    var source: String {
        get throws(Problem) { try target.parameter("source") ?? "" }
    }

    var creditType: String {
        get throws(Problem) {
            guard let text = try target.parameter("credit_type") else { return "credits" }
            guard !text.isEmpty, !text.unicodeScalars.contains(where: Self.isControl) else {
                throw .invalid("credit_type", "to be text without control characters", got: text)
            }
            return text
        }
    }

    var limit: Int {
        get throws(Problem) {
            guard let text = try target.parameter("limit") else { return Self.defaultLimit }
            let isDigits = text.utf8.allSatisfy { (48...57).contains($0) }
            guard isDigits, let limit = Int(text), Self.limits.contains(limit) else {
                throw .invalid("limit", "to be a whole number from 1 to 500", got: text)
            }
            return limit
        }
    }

    var entryType: EntryType? {
        get throws(Problem) {
            guard let text = try target.parameter("type") else { return nil }
            guard let type = EntryType(name: text) else {
                let names = EntryType.allCases.map(\.name).joined(separator: ", ")
                throw .invalid("type", "to be one of \(names)", got: text)
            }
            return type
        }
    }

    /// Where the page before ended, read by `position`; nil for the first page.
    func cursor<Position>(_ position: (Cursor) -> Position?) throws(Problem) -> Position? {
        guard let text = try target.parameter("cursor") else { return nil }
        guard let cursor = Cursor(text).flatMap(position) else {
            throw .invalid("cursor", "to be the next_cursor of a page of this list", got: text)
        }
        return cursor
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
    }
}
