import Credits

/// Markup in which every text that is put in is escaped, so that no page can forget to.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    let text: String

    init(stringLiteral text: String) { self.text = text }
    init(stringInterpolation parts: Interpolation) { text = parts.text }

    /// What is not ours is escaped; markup and lists of it are put in as they are.
    struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity * 2)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ html: HTML) { text += html.text }
        mutating func appendInterpolation(_ list: [HTML]) {
            for html in list { text += html.text + "\n" }
        }
        mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text += HTML.escaped(value.description)
        }
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    /// A time as people read it, in UTC, to the second.
    static func time(_ moment: Timestamp) -> HTML {
        let text = "\(moment)"
        let shown = text.prefix(19).replacing("T", with: " ")
        return "<time datetime=\"\(text)\" class=\"day\">\(shown)</time>"
    }

    /// A time of today.
    static func clock(_ moment: Timestamp) -> HTML {
        let text = "\(moment)"
        return "<time datetime=\"\(text)\">\(text.dropFirst(11).prefix(8))</time>"
    }

    /// A dotted name, which may go on in a new line after its dots.
    static func breakable(_ name: String) -> HTML {
        HTML(stringLiteral: escaped(name).replacing(".", with: ".<wbr>"))
    }

    static func link(toCustomer id: String, creditType: String = "credits") -> HTML {
        "<a href=\"\(URLText.path(ofCustomer: id, creditType: creditType))\">\(id)</a>"
    }

    static func link(toUsage id: String, source: String) -> HTML {
        let query = "usage_id=\(URLText.encoded(id))&source=\(URLText.encoded(source))"
        return "<a href=\"/usage?\(query)\">\(id)</a>"
    }
}

/// Text in a URL.
enum URLText {
    /// Where a customer's page is.
    static func path(ofCustomer id: String, creditType: String) -> String {
        let query = creditType == "credits" ? "" : "?credit_type=\(encoded(creditType))"
        return "/customers/\(encoded(id))\(query)"
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Escapes every byte but RFC 3986's unreserved ones.
    static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            let scalar = UnicodeScalar(byte)
            if scalar.isASCII,
                scalar.properties.isAlphabetic || (48...57).contains(byte)
                    || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
            {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
