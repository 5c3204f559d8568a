import Credits

/// How a message is written, as far as its topic and its headers tell.
enum UsageFormat {
    /// JSON: a plain event, or a CloudEvent in structured mode, which its members tell.
    case json
    /// A CloudEvent in structured mode.
    case cloudEvent
    /// A CloudEvent in binary mode: attributes in headers, the value is its data.
    case cloudEventData
    /// Protocol Buffers (`schemas/usage_event.proto`).
    case protobuf

    /// - Throws: a media type that promises a CloudEvent in a format that is not read.
    init(headers: [MessageHeader]) throws(Refusal) {
        self = .json
        // Most messages have none, and are told apart without looking further.
        guard !headers.isEmpty else { return }
        let mediaType = MediaType(of: headers)
        if let mediaType, mediaType.isCloudEvent {
            guard mediaType.name == "application/cloudevents+json" else {
                throw .expected(
                    .invalidField,
                    MediaType.header,
                    "application/cloudevents+json where it names CloudEvents",
                    got: Excerpt.text(mediaType.name)
                )
            }
            self = .cloudEvent
        } else if headers.contains(where: { $0.name == "ce_specversion" }) {
            if let mediaType { try mediaType.requireJSON(field: MediaType.header) }
            self = .cloudEventData
        } else if mediaType?.name == "application/x-protobuf" {
            self = .protobuf
        }
    }
}

/// A media type (RFC 9110 §8.3.1) without its parameters, in lower case.
struct MediaType {
    static let header = "content-type"
    let name: String

    init(_ text: some Collection<UInt8>) {
        let name = text.prefix { $0 != UInt8(ascii: ";") }
        self.name = String(decoding: name, as: UTF8.self)
            .lowercased()
            .filter { !$0.isWhitespace }
    }

    /// The last that the headers name; Kafka allows a header twice, and readers take the last.
    init?(of headers: [MessageHeader]) {
        let header = headers.last {
            $0.name.utf8.count == Self.header.utf8.count && $0.name.lowercased() == Self.header
        }
        guard let value = header?.value else { return nil }
        self.init(value)
    }

    var isCloudEvent: Bool { name.hasPrefix("application/cloudevents") }

    var isJSON: Bool {
        name == "application/json" || name == "text/json" || name.hasSuffix("+json")
    }

    /// Refuses data that is promised to be no JSON.
    func requireJSON(field: String) throws(Refusal) {
        guard isJSON else {
            throw .expected(
                .invalidField,
                field,
                "a media type of JSON",
                got: Excerpt.text(name)
            )
        }
    }
}
