import CSimdJSON

/// Why bytes are not a document that is read here.
enum JSONFault: Error {
    case notJSON
    case duplicateKey
    case tooDeep
    case outOfMemory
}

/// The memory that parsing needs, and the document that was parsed last.
@safe struct JSONParser: ~Copyable {
    /// Bytes that must stand behind a document in its array.
    static let padding = Int(CSIMDJSON_PADDING)
    private let parser: OpaquePointer
    private var found = unsafe csimdjson_document()
    /// Where the document starts in its array.
    private var base = 0

    init() {
        guard let parser = unsafe csimdjson_parser_create() else {
            fatalError("expected memory for a parser to be there, got: none")
        }
        unsafe self.parser = parser
    }

    deinit {
        unsafe csimdjson_parser_destroy(parser)
    }

    /// Parses the bytes of `range`, which at least ``padding`` more bytes of the array must follow.
    mutating func parse(
        _ range: Range<Int>,
        of bytes: borrowing [UInt8]
    ) throws(JSONFault) {
        precondition(range.upperBound + Self.padding <= bytes.count, "expected padding")
        base = range.lowerBound
        var found = unsafe csimdjson_document()
        // Safe: the C function reads the range and its padding, both within the array, and keeps
        // no pointer to them.
        let status = unsafe bytes.span.extracting(range).withUnsafeBufferPointer { buffer in
            unsafe csimdjson_parse(parser, buffer.baseAddress, buffer.count, &found)
        }
        unsafe self.found = found
        switch Int(status) {
        case CSIMDJSON_ACCEPTED: break
        case CSIMDJSON_DUPLICATE_KEY: throw .duplicateKey
        case CSIMDJSON_TOO_DEEP: throw .tooDeep
        case CSIMDJSON_OUT_OF_MEMORY: throw .outOfMemory
        default: throw .notJSON
        }
    }

    /// What was parsed last: no reference to the bytes, only positions in them.
    var document: JSONDocument {
        @_lifetime(borrow self)
        get {
            // Safe: what `found` points to stays as it is until the parser parses again, which it
            // cannot while it is borrowed.
            let nodes = unsafe UnsafeBufferPointer(start: found.nodes, count: found.node_count)
            let strings = unsafe UnsafeBufferPointer(
                start: found.strings,
                count: found.string_count
            )
            let document = unsafe JSONDocument(
                base: base,
                nodes: nodes.span,
                strings: strings.span
            )
            return unsafe _overrideLifetime(document, borrowing: self)
        }
    }
}
