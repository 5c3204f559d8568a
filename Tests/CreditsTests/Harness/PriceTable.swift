import Credits
import Testing

/// Prices as one reads them: a line is one event and what the rate book says about it.
///
///     ACTION QUANTITY DIMENSION… -> RATE PRICE
///     ACTION QUANTITY DIMENSION… -> RATE CODE dimensions.NAME
///
/// A dimension is `name=text` or `name:number`; the rate is `-` where none matches.
struct PriceTable {
    let book: RateBook
    let occurredAt: Timestamp

    /// Prices every line's event and compares it with the line.
    func check(_ lines: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        for line in lines.split(separator: "\n") where !line.hasPrefix("//") {
            let event = try #require(line.split(separator: " -> ").first)
            let words = event.split(separator: " ").map(String.init)
            let answer = try answer(words)
            let text = "\(words.joined(separator: " ")) -> \(answer)"
            let expected = line.split(separator: " ").joined(separator: " ")
            #expect(text == expected, sourceLocation: sourceLocation)
        }
    }

    private func answer(_ words: [String]) throws -> String {
        let dimensions = try canonical(words.dropFirst(2))
        let action = Array(words[0].utf8)
        let pricing = book.price(
            action: action.span,
            quantity: try Amount(words[1]),
            dimensions: dimensions.span,
            occurredAt: occurredAt
        )
        let match = book.match(
            action: action.span,
            dimensions: dimensions.span,
            occurredAt: occurredAt
        )
        #expect(match == pricing.rate)
        let rate = pricing.rate.flatMap { book.name(of: $0)?.rateID } ?? "-"
        switch pricing.credits {
        case .success(let credits): return "\(rate) \(credits)"
        case .failure(let fault):
            let field = fault.dimension.map { " dimensions.\($0)" } ?? ""
            return "\(rate) \(fault.code.name)\(field)"
        }
    }

    private func canonical(_ words: some Collection<String>) throws -> [UInt8] {
        var bytes: [UInt8] = []
        for word in words.sorted() {
            let mark = try #require(word.firstIndex { $0 == "=" || $0 == ":" })
            Dimensions.append(
                name: word[..<mark].utf8,
                kind: word[mark] == "=" ? .text : .number,
                value: word[word.index(after: mark)...].utf8,
                to: &bytes
            )
        }
        return bytes
    }
}
